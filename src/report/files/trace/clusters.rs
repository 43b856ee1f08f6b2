//! What concerns a cluster as a whole: counters, what its queue waits for, who waits, what happened to jobs that
//! did not run.

use super::Run;
use super::writer::{Entry, Id, Phase, Writer};
use crate::engine::output::{Event, EventKind, State, TimelineRow};
use crate::units::Tick;
use serde::{Serialize, Serializer};
use std::io;

/// Nodes by state, in their order.
struct Nodes([u32; State::COUNT]);

impl Serialize for Nodes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(State::ALL.iter().zip(self.0).map(|(state, n)| (state.as_str(), n)))
    }
}

#[derive(Serialize)]
struct Queue {
    jobs: u32,
    nodes: u32,
}

#[derive(Serialize)]
struct Target {
    target: u32,
    limit: u32,
}

/// Arguments of a wait.
#[derive(Serialize)]
struct WaitArgs<'a> {
    job: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<&'a str>,
    nodes: u32,
    /// Starts before it.
    attempts: u32,
}

#[derive(Serialize)]
struct JobArg {
    job: u32,
}

#[derive(Serialize)]
struct UpdateArg {
    update: u32,
}

impl Run<'_> {
    pub(super) fn clusters(&self, w: &mut Writer<'_>) -> io::Result<()> {
        let mut last: Vec<Option<TimelineRow>> = vec![None; self.context.clusters.len()];
        let mut waiting: Vec<Option<TimelineRow>> = last.clone();
        for row in &self.recording.timeline {
            let c = row.cluster as usize;
            self.counters(w, row, last[c].as_ref())?;
            last[c] = Some(*row);
            // What the queue waits for may last over several rows.
            if waiting[c].is_none_or(|begun| begun.reason != row.reason) {
                self.reason(w, waiting[c].as_ref(), row.t)?;
                waiting[c] = Some(*row);
            }
        }
        for (last, waiting) in last.iter().zip(&waiting) {
            self.reason(w, waiting.as_ref(), self.end)?;
            // The last values once more, so that they are drawn up to the end.
            if let Some(row) = last
                && row.t < self.end
            {
                self.counters(w, &TimelineRow { t: self.end, ..*row }, None)?;
            }
        }
        self.instants(w)?;
        self.waits(w)
    }

    /// The counters whose values are new.
    fn counters(&self, w: &mut Writer<'_>, row: &TimelineRow, last: Option<&TimelineRow>) -> io::Result<()> {
        let changed = |of: fn(&TimelineRow) -> [u32; 2]| last.is_none_or(|l| of(l) != of(row));
        if last.is_none_or(|l| l.nodes != row.nodes) {
            self.counter(w, row, "nodes", &Nodes(row.nodes))?;
        }
        if changed(|r| [r.queued_jobs, r.queued_nodes]) {
            self.counter(w, row, "queued", &Queue { jobs: row.queued_jobs, nodes: row.queued_nodes })?;
        }
        if changed(|r| [r.target, r.limit]) {
            self.counter(w, row, "size", &Target { target: row.target, limit: row.limit })?;
        }
        Ok(())
    }

    fn counter(
        &self,
        w: &mut Writer<'_>,
        row: &TimelineRow,
        name: &str,
        values: &impl Serialize,
    ) -> io::Result<()> {
        let pid = self.tracks.cluster(row.cluster);
        w.write(&Entry::new(Phase::Counter, name, "cluster", pid, pid, self.us(row.t)), Some(values))
    }

    /// What the head of the queue waited for until `to`.
    fn reason(&self, w: &mut Writer<'_>, begun: Option<&TimelineRow>, to: Tick) -> io::Result<()> {
        let Some(row) = begun else { return Ok(()) };
        let Some(reason) = row.reason.filter(|_| to > row.t) else { return Ok(()) };
        let pid = self.tracks.cluster(row.cluster);
        let entry = Entry::new(Phase::Slice, reason.as_str(), "queue", pid, pid, self.us(row.t));
        w.write(&Entry { dur: Some(self.us(to - row.t)), ..entry }, None::<&()>)
    }

    /// What happened to a cluster, and to jobs that do not show on a node.
    fn instants(&self, w: &mut Writer<'_>) -> io::Result<()> {
        for e in &self.recording.events {
            match e.kind {
                EventKind::Rejected
                | EventKind::FailedIdentity
                | EventKind::FailedEviction
                | EventKind::FailedMaxRestarts => {
                    let name = format!("job {} {}", e.number, e.kind.as_str());
                    w.write(&self.instant_of(e, &name), Some(&JobArg { job: e.number }))?;
                }
                EventKind::Update => {
                    w.write(&self.instant_of(e, "update"), Some(&UpdateArg { update: e.number }))?;
                }
                EventKind::UpdateRefused => {
                    w.write(&self.instant_of(e, "update refused"), Some(&UpdateArg { update: e.number }))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn instant_of<'n>(&self, e: &Event, name: &'n str) -> Entry<'n> {
        let pid = self.tracks.cluster(e.cluster);
        Entry::new(Phase::Instant, name, "cluster", pid, pid, self.us(e.t))
    }

    /// Who was in the queue. Of the same two names, so that viewers fold them into two tracks.
    fn waits(&self, w: &mut Writer<'_>) -> io::Result<()> {
        for (i, stay) in (0u64..).zip(&self.history.stays) {
            let job = &self.context.jobs[stay.job as usize];
            let pid = self.tracks.cluster(stay.cluster);
            let name = if stay.attempts == 0 { "waiting" } else { "waiting again" };
            let args = WaitArgs {
                job: stay.job,
                team: self.tag(job.team),
                nodes: job.nodes,
                attempts: stay.attempts,
            };
            let entry = Entry::new(Phase::AsyncBegin, name, "queue", pid, pid, self.us(stay.from));
            w.write(&Entry { id: Some(Id(i)), ..entry }, Some(&args))?;
            let entry = Entry::new(Phase::AsyncEnd, name, "queue", pid, pid, self.us(stay.to));
            w.write(&Entry { id: Some(Id(i)), ..entry }, None::<&()>)?;
        }
        Ok(())
    }
}
