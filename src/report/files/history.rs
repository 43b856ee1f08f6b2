//! What the event log says about attempts of jobs, waits and failed boots, put together: who ran where, from when
//! to when, and how it ended. The exports are made from it and from the records of nodes.
//!
//! The log is sorted by words within an instant, not by cause. But causes within an instant have an order (model,
//! section 3): evictions, then submissions, then what ends a job, then starts.

use crate::engine::output::{Event, EventKind};
use crate::engine::record::Recording;
use crate::units::Tick;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// One start of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) job: u32,
    /// Index of the cluster.
    pub(super) cluster: u32,
    /// From 1.
    pub(super) number: u32,
    /// Since when it was in the queue.
    pub(super) queued: Tick,
    pub(super) start: Tick,
    /// Its end, or that of the run.
    pub(super) end: Tick,
    pub(super) ending: Ending,
    /// Place of its nodes in [`History::gang`].
    first_node: usize,
    nodes: u32,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// With the job.
    Final(EventKind),
    /// The job lost a node; whether it came back or not.
    Evicted,
    /// It was running at the end of the run.
    Running,
}

impl Ending {
    /// The word for it in files.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Final(kind) => kind.as_str(),
            Self::Evicted => "evicted",
            Self::Running => "running",
        }
    }
}

/// A time in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stay {
    pub(super) job: u32,
    /// Index of the cluster.
    pub(super) cluster: u32,
    pub(super) from: Tick,
    /// When it left the queue, or the end of the run.
    pub(super) to: Tick,
    /// Attempts before it.
    pub(super) attempts: u32,
}

/// Attempts, waits and failed boots of a whole run.
#[derive(Debug, Default)]
pub(super) struct History {
    /// In the order of their starts, then of jobs.
    pub(super) attempts: Vec<Attempt>,
    /// Waits that took any time, in the order in which they ended; those at the end of the run last, by job.
    pub(super) stays: Vec<Stay>,
    /// When nodes became unusable, by index in [`Recording::nodes`].
    pub(super) unusable: BTreeMap<u32, Tick>,
    /// Nodes of the attempts, by index in [`Recording::nodes`].
    gang: Vec<u32>,
}

/// A job that waits or runs.
#[derive(Clone, Copy, Debug)]
enum Open {
    Queued {
        cluster: u32,
        since: Tick,
        attempts: u32,
    },
    /// Evicted, and submitted again later.
    Away {
        attempts: u32,
    },
    Running {
        attempt: u32,
    },
}

impl History {
    /// Puts together what a run recorded. `end` is its end.
    pub(super) fn of(recording: &Recording, end: Tick) -> Self {
        let mut reader = Reader {
            history: Self::default(),
            open: BTreeMap::new(),
            owners: Owners::new(recording),
            requeued: Requeued::new(recording),
        };
        let mut events = recording.events.as_slice();
        while let Some(first) = events.first() {
            let n = events.partition_point(|e| e.t == first.t);
            let (instant, later) = events.split_at(n);
            reader.owners.advance(recording, first.t);
            reader.instant(instant);
            events = later;
        }
        reader.finish(end)
    }

    /// Nodes of an attempt, by index in [`Recording::nodes`], in the order of their slots.
    pub(super) fn gang(&self, attempt: &Attempt) -> &[u32] {
        &self.gang[attempt.first_node..attempt.first_node + attempt.nodes as usize]
    }

    /// The attempts on each node, in their order.
    pub(super) fn by_node(&self, nodes: usize) -> ByNode {
        let mut ends = vec![0; nodes];
        for &node in &self.gang {
            ends[node as usize] += 1;
        }
        let mut sum = 0;
        for end in &mut ends {
            // The place of the node's first attempt; it moves to the end as they are filled in.
            (*end, sum) = (sum, sum + *end);
        }
        let mut attempts = vec![0; self.gang.len()];
        for (i, attempt) in (0u32..).zip(&self.attempts) {
            for &node in self.gang(attempt) {
                attempts[ends[node as usize]] = i;
                ends[node as usize] += 1;
            }
        }
        ByNode { ends, attempts }
    }
}

/// Attempts by node.
#[derive(Debug)]
pub(super) struct ByNode {
    ends: Vec<usize>,
    attempts: Vec<u32>,
}

impl ByNode {
    /// Indices in [`History::attempts`] of the attempts on a node.
    pub(super) fn of(&self, node: usize) -> &[u32] {
        let begin = if node == 0 { 0 } else { self.ends[node - 1] };
        &self.attempts[begin..self.ends[node]]
    }
}

struct Reader<'r> {
    history: History,
    open: BTreeMap<u32, Open>,
    owners: Owners,
    requeued: Requeued<'r>,
}

impl Reader<'_> {
    fn instant(&mut self, events: &[Event]) {
        for e in events {
            match e.kind {
                EventKind::JobEvicted => {
                    let attempts = self.end(e, Ending::Evicted);
                    if self.requeued.at_once(e) {
                        self.queued(e, attempts);
                    } else {
                        self.open.insert(e.number, Open::Away { attempts });
                    }
                }
                EventKind::Unusable => {
                    let node = self.owners.of(e.cluster, e.number);
                    self.history.unusable.insert(node, e.t);
                }
                _ => {}
            }
        }
        for e in events {
            let attempts = match (e.kind, self.open.get(&e.number)) {
                (EventKind::Submit, _) => 0,
                (EventKind::Resubmit, Some(Open::Away { attempts })) => *attempts,
                _ => continue,
            };
            self.queued(e, attempts);
        }
        for e in events {
            match e.kind {
                EventKind::Completed | EventKind::TimedOut if !self.is_running(e.number) => {}
                EventKind::Cancelled
                | EventKind::Completed
                | EventKind::FailedEviction
                | EventKind::FailedIdentity
                | EventKind::FailedMaxRestarts
                | EventKind::Rejected
                | EventKind::TimedOut => {
                    self.end(e, Ending::Final(e.kind));
                }
                _ => {}
            }
        }
        for e in events.iter().filter(|e| e.kind == EventKind::Start) {
            self.start(e);
        }
        // An attempt that takes no time ends in the instant of its start.
        for e in events {
            if matches!(e.kind, EventKind::Completed | EventKind::TimedOut) && self.is_running(e.number) {
                self.end(e, Ending::Final(e.kind));
            }
        }
    }

    fn is_running(&self, job: u32) -> bool {
        matches!(self.open.get(&job), Some(Open::Running { .. }))
    }

    fn queued(&mut self, e: &Event, attempts: u32) {
        self.open.insert(e.number, Open::Queued { cluster: e.cluster, since: e.t, attempts });
    }

    /// A job stops running or waiting; the attempts that it had.
    fn end(&mut self, e: &Event, ending: Ending) -> u32 {
        match self.open.remove(&e.number) {
            Some(Open::Running { attempt }) => {
                let attempt = &mut self.history.attempts[attempt as usize];
                (attempt.end, attempt.ending) = (e.t, ending);
                attempt.number
            }
            Some(Open::Queued { since, attempts, .. }) => {
                self.stayed(e.number, e.cluster, since, e.t, attempts);
                attempts
            }
            Some(Open::Away { attempts }) => attempts,
            None => 0,
        }
    }

    fn start(&mut self, e: &Event) {
        let (since, attempts) = match self.open.get(&e.number) {
            Some(Open::Queued { since, attempts, .. }) => (*since, *attempts),
            _ => (e.t, 0),
        };
        self.stayed(e.number, e.cluster, since, e.t, attempts);
        let attempt = self.history.attempts.len() as u32;
        self.history.attempts.push(Attempt {
            job: e.number,
            cluster: e.cluster,
            number: attempts + 1,
            queued: since,
            start: e.t,
            end: e.t,
            ending: Ending::Running,
            first_node: self.history.gang.len(),
            nodes: e.slots.len() as u32,
        });
        for &slot in &e.slots {
            self.history.gang.push(self.owners.of(e.cluster, slot));
        }
        self.open.insert(e.number, Open::Running { attempt });
    }

    fn stayed(&mut self, job: u32, cluster: u32, from: Tick, to: Tick, attempts: u32) {
        if to > from {
            self.history.stays.push(Stay { job, cluster, from, to, attempts });
        }
    }

    fn finish(mut self, end: Tick) -> History {
        for (job, open) in std::mem::take(&mut self.open) {
            match open {
                Open::Running { attempt } => self.history.attempts[attempt as usize].end = end,
                Open::Queued { cluster, since, attempts } => {
                    self.stayed(job, cluster, since, end, attempts);
                }
                Open::Away { .. } => {}
            }
        }
        self.history
    }
}

/// Whether an evicted job goes back to the queue at once. The log does not say it; but where jobs are submitted
/// again, it has events of that, or else no job ever came back to the queue.
struct Requeued<'r> {
    recording: &'r Recording,
    /// Clusters where jobs are submitted again.
    resubmits: BTreeSet<u32>,
}

impl<'r> Requeued<'r> {
    fn new(recording: &'r Recording) -> Self {
        let resubmits = recording.events.iter().filter(|e| e.kind == EventKind::Resubmit);
        Self { recording, resubmits: resubmits.map(|e| e.cluster).collect() }
    }

    fn at_once(&self, e: &Event) -> bool {
        !self.resubmits.contains(&e.cluster) && self.recording.requeue_waits.contains_key(&e.number)
    }
}

/// Which node holds a slot, as time goes on.
struct Owners {
    /// By cluster: its nodes that are not requested yet, by index.
    to_come: Vec<Range<usize>>,
    /// By cluster and slot: the last node requested, by index.
    owner: Vec<Vec<u32>>,
}

impl Owners {
    fn new(recording: &Recording) -> Self {
        let clusters = recording.nodes.last().map_or(0, |n| n.cluster as usize + 1);
        let place = |c: usize| recording.nodes.partition_point(|n| (n.cluster as usize) < c);
        Self {
            to_come: (0..clusters).map(|c| place(c)..place(c + 1)).collect(),
            owner: vec![Vec::new(); clusters],
        }
    }

    /// Takes in the nodes requested until `t`. What holds a slot at `t` and acts there was requested by then, and
    /// the next node of that slot comes later: a slot is free again before it is requested.
    fn advance(&mut self, recording: &Recording, t: Tick) {
        for (to_come, owner) in self.to_come.iter_mut().zip(&mut self.owner) {
            while let Some(node) = recording.nodes[to_come.clone()].first()
                && node.requested <= t
            {
                let slot = node.slot as usize;
                if owner.len() <= slot {
                    owner.resize(slot + 1, u32::MAX);
                }
                owner[slot] = to_come.start as u32;
                to_come.start += 1;
            }
        }
    }

    fn of(&self, cluster: u32, slot: u32) -> u32 {
        self.owner[cluster as usize][slot as usize]
    }
}
