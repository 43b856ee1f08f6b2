//! `trace.json`: a run in the Trace Event Format, which ui.perfetto.dev and chrome://tracing open.
//!
//! A cluster is a process, a slot a thread: its nodes one after another, in the states of their lives, with the
//! jobs within. `docs/exports.md` says what is where. The events are written one by one, track by track, in the
//! order of time within a track; all that is kept beside the recording is some bytes an attempt and a node of it.

#[cfg(test)]
mod check;
mod clusters;
mod nodes;
#[cfg(test)]
mod tests;
mod writer;

use super::Context;
use super::history::History;
use crate::engine::input::LockLevel;
use crate::engine::output::RunResult;
use crate::engine::record::Recording;
use crate::units::{NEVER, Tick};
use serde::Serialize;
use serde_json::json;
use std::io::{self, Write};
use writer::{Entry, Id, Phase, Writer};

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn trace(
    w: &mut dyn Write,
    context: &Context,
    result: &RunResult,
    recording: &Recording,
) -> io::Result<()> {
    let history = History::of(recording, result.end);
    let tracks = Tracks::new(context, recording);
    let run = Run { context, recording, history, tracks, end: result.end };
    let mut w = Writer::begin(w)?;
    run.names(&mut w)?;
    run.nodes(&mut w)?;
    run.clusters(&mut w)?;
    run.locks(&mut w)?;
    w.end(&json!({
        "program": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "scenario": context.scenario,
        "seed": context.seed,
        "replication": context.replication,
        "start": context.start.as_ref().map(ToString::to_string),
        "end_s": context.seconds(result.end.into()),
        "status": result.status.as_str(),
    }))
}

/// A run and what its events say.
struct Run<'a> {
    context: &'a Context,
    recording: &'a Recording,
    history: History,
    tracks: Tracks,
    /// End of the run.
    end: Tick,
}

/// Numbers of processes and threads.
///
/// Viewers keep the names of threads by `tid` alone, so that no two threads share one, and take a thread whose
/// `tid` is the `pid` for the main one. They are 32 bits wide.
#[derive(Debug)]
struct Tracks {
    clusters: u32,
    /// Slots seen, by cluster.
    slots: Vec<u32>,
    stride: u32,
}

impl Tracks {
    fn new(context: &Context, recording: &Recording) -> Self {
        let mut slots = vec![0; context.clusters.len()];
        for node in &recording.nodes {
            let seen: &mut u32 = &mut slots[node.cluster as usize];
            *seen = (*seen).max(node.slot + 1);
        }
        let clusters = slots.len() as u32;
        let most = slots.iter().copied().max().unwrap_or(0);
        // A power of ten, so that the slot can be read off, where there is room for it.
        let least = most.max(clusters + 2);
        let fits = |stride: u32| u64::from(stride) * (u64::from(clusters) + 1) <= u64::from(u32::MAX);
        let round = (3..10).map(|e| 10u32.pow(e)).find(|stride| *stride >= least);
        let stride = round.filter(|stride| fits(*stride)).unwrap_or(least);
        Self { clusters, slots, stride }
    }

    /// The process of a cluster; also its main thread, which says what the queue waits for.
    fn cluster(&self, cluster: u32) -> u32 {
        cluster + 1
    }

    /// The process of what all clusters share.
    fn region(&self) -> u32 {
        self.clusters + 1
    }

    /// The thread of a slot.
    fn slot(&self, cluster: u32, slot: u32) -> u32 {
        (cluster + 1) * self.stride + slot
    }

    /// The name of a slot's thread; of one length, so that names are sorted as slots are.
    fn slot_name(&self, cluster: u32, slot: u32) -> String {
        let last = self.slots[cluster as usize].saturating_sub(1);
        let width = last.checked_ilog10().unwrap_or(0) as usize + 1;
        format!("slot {slot:0width$}")
    }
}

impl Run<'_> {
    /// A time [µs].
    fn us(&self, t: Tick) -> u64 {
        u64::from(t) * (self.context.resolution.ns() / 1000)
    }

    /// Names and order of processes and threads: first, so that viewers know them.
    fn names(&self, w: &mut Writer<'_>) -> io::Result<()> {
        for (c, cluster) in (0u32..).zip(&self.context.clusters) {
            let pid = self.tracks.cluster(c);
            let labels = format!(
                "{}, {}",
                cluster.vm_size,
                crate::report::summary::tier_word(cluster.tier).replace('_', " ")
            );
            name(w, "process_name", pid, pid, &json!({ "name": cluster.name }))?;
            name(w, "process_labels", pid, pid, &json!({ "labels": labels }))?;
            name(w, "process_sort_index", pid, pid, &json!({ "sort_index": c }))?;
            name(w, "thread_name", pid, pid, &json!({ "name": "queue waits for" }))?;
            name(w, "thread_sort_index", pid, pid, &json!({ "sort_index": 0 }))?;
            for slot in 0..self.tracks.slots[c as usize] {
                let tid = self.tracks.slot(c, slot);
                let shown = self.tracks.slot_name(c, slot);
                name(w, "thread_name", pid, tid, &json!({ "name": shown }))?;
                name(w, "thread_sort_index", pid, tid, &json!({ "sort_index": slot + 1 }))?;
            }
        }
        if !self.context.locks.is_empty() {
            let pid = self.tracks.region();
            name(w, "process_name", pid, pid, &json!({ "name": "region" }))?;
            name(w, "process_sort_index", pid, pid, &json!({ "sort_index": self.tracks.clusters }))?;
            name(w, "thread_name", pid, pid, &json!({ "name": "locks" }))?;
        }
        Ok(())
    }

    /// Resource locks; several may hold at the same time.
    fn locks(&self, w: &mut Writer<'_>) -> io::Result<()> {
        let pid = self.tracks.region();
        for (i, lock) in (0u64..).zip(&self.context.locks) {
            let to = lock.to.unwrap_or(NEVER).min(self.end);
            if lock.from >= to {
                continue;
            }
            let name = match lock.level {
                LockLevel::CanNotDelete => "lock: CanNotDelete",
                LockLevel::ReadOnly => "lock: ReadOnly",
            };
            let entry = Entry::new(Phase::AsyncBegin, name, "region", pid, pid, self.us(lock.from));
            w.write(&Entry { id: Some(Id(i)), ..entry }, None::<&()>)?;
            let entry = Entry::new(Phase::AsyncEnd, name, "region", pid, pid, self.us(to));
            w.write(&Entry { id: Some(Id(i)), ..entry }, None::<&()>)?;
        }
        Ok(())
    }

    /// A tag of a job.
    fn tag(&self, tag: Option<u32>) -> Option<&str> {
        tag.and_then(|t| self.context.tags.get(t as usize)).map(String::as_str)
    }
}

/// An entry that names or sorts a track.
fn name(w: &mut Writer<'_>, what: &str, pid: u32, tid: u32, args: &impl Serialize) -> io::Result<()> {
    w.write(&Entry::new(Phase::Metadata, what, "__metadata", pid, tid, 0), Some(args))
}
