//! The threads of a cluster: what each node is and does.

use super::Run;
use super::writer::{Entry, Id, Phase, Writer};
use crate::engine::output::{NodeFate, NodeRecord, State};
use crate::report::files::history::{Attempt, ByNode};
use crate::units::{NEVER, Tick};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;

/// Numbers of attempts by job.
type Last = BTreeMap<u32, u32>;

/// Arguments of a node's slices.
#[derive(Serialize)]
struct NodeArgs {
    /// Request ordinal in the cluster.
    node: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    fate: Option<&'static str>,
}

/// Arguments of a job's slices.
#[derive(Serialize)]
struct JobArgs<'a> {
    job: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    experiment: Option<&'a str>,
    nodes: u32,
    attempt: u32,
    /// Time in the queue before this attempt.
    wait_s: f64,
    ended: &'static str,
}

/// One node and its track.
struct Node<'a> {
    index: usize,
    record: &'a NodeRecord,
    pid: u32,
    tid: u32,
    /// When it went, or the end of the run.
    until: Tick,
}

impl Run<'_> {
    /// The life of every node, by cluster and ordinal: so the nodes of a slot come in the order of time.
    pub(super) fn nodes(&self, w: &mut Writer<'_>) -> io::Result<()> {
        let by_node = self.history.by_node(self.recording.nodes.len());
        // The last attempt of each job that had several.
        let again = self.history.attempts.iter().filter(|a| a.number > 1);
        let last: Last = again.map(|a| (a.job, a.number)).collect();
        for (index, record) in self.recording.nodes.iter().enumerate() {
            let node = Node {
                index,
                record,
                pid: self.tracks.cluster(record.cluster),
                tid: self.tracks.slot(record.cluster, record.slot),
                until: if record.gone == NEVER { self.end } else { record.gone },
            };
            self.life(w, &node, &by_node, &last)?;
        }
        Ok(())
    }

    fn life(&self, w: &mut Writer<'_>, node: &Node<'_>, by_node: &ByNode, last: &Last) -> io::Result<()> {
        let &Node { record, until, .. } = node;
        // A time that never came is the end of what was before.
        let unusable = self.history.unusable.get(&(node.index as u32)).copied().unwrap_or(NEVER);
        let leaving = record.leaving.min(until);
        let up = record.ready.min(unusable).min(leaving);
        let allocated = record.allocated.min(up);
        self.state(w, node, State::Allocating, record.requested, allocated)?;
        self.state(w, node, State::Preparing, allocated, up)?;
        if unusable != NEVER {
            self.state(w, node, State::Unusable, unusable, leaving)?;
            self.instant(w, node, "boot failed", unusable)?;
        }
        let mut idle_since = record.ready;
        for &attempt in by_node.of(node.index) {
            let attempt = &self.history.attempts[attempt as usize];
            self.state(w, node, State::Idle, idle_since, attempt.start)?;
            self.state(w, node, State::Running, attempt.start, attempt.end)?;
            self.job(w, node, attempt, last)?;
            idle_since = attempt.end;
        }
        self.state(w, node, State::Idle, idle_since.min(leaving), leaving)?;
        self.state(w, node, State::Leaving, leaving, until)?;
        match record.fate {
            NodeFate::Evicted => self.instant(w, node, "evicted", until),
            NodeFate::Withdrawn => self.instant(w, node, "withdrawn", until),
            NodeFate::Held | NodeFate::Released | NodeFate::Recycled => Ok(()),
        }
    }

    /// A state that takes any time.
    fn state(
        &self,
        w: &mut Writer<'_>,
        node: &Node<'_>,
        state: State,
        from: Tick,
        to: Tick,
    ) -> io::Result<()> {
        if from >= to {
            return Ok(());
        }
        let entry = Entry::new(Phase::Slice, state.as_str(), "node", node.pid, node.tid, self.us(from));
        let fate = (state == State::Leaving).then(|| node.record.fate.as_str());
        let args = NodeArgs { node: node.record.ordinal, fate };
        w.write(&Entry { dur: Some(self.us(to - from)), ..entry }, Some(&args))
    }

    fn instant(&self, w: &mut Writer<'_>, node: &Node<'_>, name: &str, t: Tick) -> io::Result<()> {
        let args = NodeArgs { node: node.record.ordinal, fate: None };
        let entry = Entry::new(Phase::Instant, name, "node", node.pid, node.tid, self.us(t));
        w.write(&entry, Some(&args))
    }

    /// An attempt of a job on one of its nodes; the same name and arguments on each of them.
    fn job(&self, w: &mut Writer<'_>, node: &Node<'_>, attempt: &Attempt, last: &Last) -> io::Result<()> {
        let job = &self.context.jobs[attempt.job as usize];
        let name = format!("job {}", attempt.job);
        let args = JobArgs {
            job: attempt.job,
            user: self.tag(job.user),
            team: self.tag(job.team),
            experiment: self.tag(job.experiment),
            nodes: job.nodes,
            attempt: attempt.number,
            wait_s: self.context.seconds((attempt.start - attempt.queued).into()),
            ended: attempt.ending.as_str(),
        };
        let ts = self.us(attempt.start);
        let entry = Entry::new(Phase::Slice, &name, "job", node.pid, node.tid, ts);
        w.write(&Entry { dur: Some(self.us(attempt.end - attempt.start)), ..entry }, Some(&args))?;
        // The lowest slot stands for the gang.
        if self.history.gang(attempt).first() != Some(&(node.index as u32)) {
            return Ok(());
        }
        // Arrows are bound to the slice before them, so they come before the instant.
        let flow = |ph, id| {
            let entry = Entry::new(ph, "restart", "job", node.pid, node.tid, ts);
            Entry { id: Some(Id(id)), ..entry }
        };
        if attempt.number > 1 {
            w.write(&flow(Phase::FlowEnd, flow_id(attempt.job, attempt.number)), None::<&()>)?;
        }
        if last.get(&attempt.job).is_some_and(|last| *last > attempt.number) {
            w.write(&flow(Phase::FlowStart, flow_id(attempt.job, attempt.number + 1)), None::<&()>)?;
        }
        if attempt.number > 1 {
            let entry = Entry::new(Phase::Instant, "restart", "job", node.pid, node.tid, ts);
            w.write(&entry, None::<&()>)?;
        }
        Ok(())
    }
}

/// One arrow for each restart.
fn flow_id(job: u32, number: u32) -> u64 {
    u64::from(number) << 32 | u64::from(job)
}
