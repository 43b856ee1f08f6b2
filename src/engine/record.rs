//! What a run keeps beside its sums, chosen by the caller: nothing (sweeps), jobs (reports), or everything
//! (result files). A run that keeps less does not pay for the rest: the choice is a constant of its type.

use super::cluster::Cluster;
use super::model::Model;
use super::output::{
    Event, EventKind, JobRecord, NodeFate, NodeRecord, Outcome, ReasonTicks, State, Stuck, TimelineRow,
};
use crate::units::{NEVER, Tick};
use std::collections::BTreeMap;

/// [`Detail::Sums`] as a constant of types.
pub(super) const SUMS: u8 = 0;
/// [`Detail::Jobs`] as a constant of types.
pub(super) const JOBS: u8 = 1;
/// [`Detail::All`] as a constant of types.
pub(super) const ALL: u8 = 2;

/// How much a run keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Sums only.
    #[default]
    Sums,
    /// One [`JobRecord`] a job, and the profile over time.
    Jobs,
    /// Also waits by reason for each job, every node's life, the timeline and the event log.
    All,
}

/// What was kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// The jobs (`Jobs` and more).
    pub jobs: JobRecords,
    /// Waits before the first start by job id (`All`).
    pub waits: Vec<ReasonTicks>,
    /// Waits after an eviction, of the jobs that had any, by job id (`All`).
    pub requeue_waits: BTreeMap<u32, ReasonTicks>,
    /// Nodes, by cluster and ordinal (`All`).
    pub nodes: Vec<NodeRecord>,
    /// Rows by time, then cluster (`All`).
    pub timeline: Vec<TimelineRow>,
    /// Events, sorted (`All`).
    pub events: Vec<Event>,
    /// Averages over equal stretches of time, by cluster (`Jobs` and more).
    pub profiles: Vec<Profile>,
    /// Why the run got stuck, if it did (`Jobs` and more).
    pub stuck: Option<Stuck>,
}

/// The records of all jobs, by id.
///
/// Most jobs start once and complete; three numbers say all about them. Only what else happens to a job gets a
/// whole [`JobRecord`]: a run writes 12 bytes a job, and memory that is never touched costs nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobRecords {
    usual: Vec<Usual>,
    unusual: BTreeMap<u32, JobRecord>,
}

/// One attempt that completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Usual {
    start: Tick,
    end: Tick,
    useful: Tick,
}

const NOT_SUBMITTED: Usual = Usual { start: NEVER, end: NEVER, useful: 0 };

impl JobRecords {
    fn new(jobs: usize) -> Self {
        Self { usual: vec![NOT_SUBMITTED; jobs], unusual: BTreeMap::new() }
    }

    /// Number of jobs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.usual.len()
    }

    /// Whether there are no jobs, or none were recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.usual.is_empty()
    }

    /// The record of a job; `None` for an id that is none.
    #[must_use]
    pub fn get(&self, id: usize) -> Option<JobRecord> {
        if let Some(record) = self.unusual.get(&(id as u32)) {
            return Some(*record);
        }
        let usual = *self.usual.get(id)?;
        let mut record = JobRecord { first_start: usual.start, ..JobRecord::default() };
        if usual.end != NEVER {
            record.end = usual.end;
            record.attempts = 1;
            record.useful = usual.useful;
            record.prepare = usual.end - usual.start - usual.useful;
            record.outcome = Outcome::Completed;
        }
        Some(record)
    }

    /// All records, by id.
    pub fn iter(&self) -> impl Iterator<Item = JobRecord> + '_ {
        (0..self.len()).filter_map(|id| self.get(id))
    }

    /// All records in a list, by id.
    #[must_use]
    pub fn to_vec(&self) -> Vec<JobRecord> {
        self.iter().collect()
    }

    /// A job starts for the first time.
    #[inline(always)]
    pub(super) fn start(&mut self, t: Tick, job: u32) {
        self.usual[job as usize].start = t;
    }

    /// A job completes in its only attempt.
    #[inline(always)]
    pub(super) fn complete(&mut self, t: Tick, job: u32, useful: Tick) {
        let usual = &mut self.usual[job as usize];
        (usual.end, usual.useful) = (t, useful);
    }

    /// The whole record of a job to which something else happens.
    pub(super) fn whole(&mut self, job: u32) -> &mut JobRecord {
        let first_start = self.usual[job as usize].start;
        let attempts = u32::from(first_start != NEVER);
        self.unusual.entry(job).or_insert(JobRecord { first_start, attempts, ..JobRecord::default() })
    }
}

/// Averages of one cluster over equal stretches of time, for sparklines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Length of a stretch [ticks]; the last one may be cut by the end of the run.
    pub stretch: u32,
    /// Node-ticks held (all states), by stretch.
    pub held: Vec<u64>,
    /// Node-ticks running, by stretch.
    pub running: Vec<u64>,
    /// Job-ticks queued, by stretch.
    pub queued: Vec<u64>,
    /// Most jobs queued at the end of an instant.
    pub queued_peak: u32,
}

/// Most stretches of a profile; at so many, neighbours are merged.
const STRETCHES_MAX: usize = 256;

/// Integrals of a cluster at the end of the last stretch.
#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    held: u64,
    running: u64,
    queued: u64,
}

/// The engine's side of a [`Recording`].
#[derive(Debug)]
pub(super) struct Recorder<const DETAIL: u8> {
    pub(super) recording: Recording,
    /// By cluster, then ordinal.
    nodes: Vec<Vec<NodeRecord>>,
    /// Last timeline row of each cluster.
    last_rows: Vec<Option<TimelineRow>>,
    marks: Vec<Marks>,
    /// Length of a stretch, and the end of the present one.
    stretch: Tick,
    pub(super) stretch_end: Tick,
}

impl<const DETAIL: u8> Recorder<DETAIL> {
    pub(super) fn new(model: &Model) -> Self {
        let clusters = model.clusters.len();
        let mut recording = Recording::default();
        if DETAIL >= JOBS {
            recording.jobs = JobRecords::new(model.jobs.len());
            recording.profiles = vec![Profile::default(); clusters];
        }
        if DETAIL >= ALL {
            recording.waits = vec![ReasonTicks::default(); model.jobs.len()];
        }
        Self {
            recording,
            nodes: vec![Vec::new(); if DETAIL >= ALL { clusters } else { 0 }],
            last_rows: vec![None; if DETAIL >= ALL { clusters } else { 0 }],
            marks: vec![Marks::default(); if DETAIL >= JOBS { clusters } else { 0 }],
            stretch: 1,
            stretch_end: 1,
        }
    }

    pub(super) fn event(&mut self, t: Tick, kind: EventKind, cluster: u32, number: u32) {
        self.recording.events.push(Event { t, kind, cluster, number, slots: Vec::new() });
    }

    pub(super) fn start_event(&mut self, t: Tick, cluster: u32, job: u32, mut slots: Vec<u32>) {
        slots.sort_unstable();
        self.recording.events.push(Event { t, kind: EventKind::Start, cluster, number: job, slots });
    }

    /// A job enters the queue. Its wait by reason is the cluster's time by reason at the end less that at the
    /// beginning, so the beginning is subtracted now and the end added when it leaves; wrapping in between.
    pub(super) fn enqueued(&mut self, job: u32, again: bool, ticks: ReasonTicks) {
        for (wait, t) in self.waits(job, again).iter_mut().zip(ticks) {
            *wait = wait.wrapping_sub(t);
        }
    }

    /// A job leaves the queue.
    pub(super) fn dequeued(&mut self, job: u32, again: bool, ticks: ReasonTicks) {
        for (wait, t) in self.waits(job, again).iter_mut().zip(ticks) {
            *wait = wait.wrapping_add(t);
        }
    }

    fn waits(&mut self, job: u32, again: bool) -> &mut ReasonTicks {
        if again {
            self.recording.requeue_waits.entry(job).or_default()
        } else {
            &mut self.recording.waits[job as usize]
        }
    }

    pub(super) fn node_requested(&mut self, t: Tick, cluster: u32, ordinal: u32, slot: u32) {
        let nodes = &mut self.nodes[cluster as usize];
        debug_assert_eq!(nodes.len(), ordinal as usize, "ordinals are given in turn");
        nodes.push(NodeRecord {
            cluster,
            ordinal,
            slot,
            requested: t,
            allocated: NEVER,
            ready: NEVER,
            leaving: NEVER,
            gone: NEVER,
            fate: NodeFate::Held,
            running_ticks: 0,
            jobs: 0,
        });
    }

    fn node(&mut self, cluster: u32, ordinal: u32) -> &mut NodeRecord {
        &mut self.nodes[cluster as usize][ordinal as usize]
    }

    pub(super) fn node_allocated(&mut self, t: Tick, cluster: u32, ordinal: u32) {
        self.node(cluster, ordinal).allocated = t;
    }

    pub(super) fn node_ready(&mut self, t: Tick, cluster: u32, ordinal: u32) {
        self.node(cluster, ordinal).ready = t;
    }

    pub(super) fn node_leaving(&mut self, t: Tick, cluster: u32, ordinal: u32, fate: NodeFate) {
        let node = self.node(cluster, ordinal);
        node.leaving = t;
        node.fate = fate;
    }

    /// The fate is that of its leaving, unless it was cut short.
    pub(super) fn node_gone(&mut self, t: Tick, cluster: u32, ordinal: u32, fate: NodeFate) {
        let node = self.node(cluster, ordinal);
        node.gone = t;
        if fate != NodeFate::Released {
            node.fate = fate;
        }
    }

    pub(super) fn node_ran(&mut self, cluster: u32, ordinal: u32, ticks: Tick) {
        let node = self.node(cluster, ordinal);
        node.running_ticks += ticks;
        node.jobs += 1;
    }

    /// Time goes on to `t`: finishes the stretches that end until then. Counts are still those before `t`.
    #[inline(never)]
    pub(super) fn end_stretches(&mut self, t: Tick, clusters: &[Cluster<'_>]) {
        while self.stretch_end <= t {
            self.end_stretch(self.stretch_end, clusters);
            if self.recording.profiles.iter().any(|p| p.held.len() >= STRETCHES_MAX) {
                self.merge_stretches();
            }
            self.stretch_end = self.stretch_end.saturating_add(self.stretch);
        }
    }

    /// A cluster's queue from this instant to the next.
    #[inline(always)]
    pub(super) fn queue(&mut self, cluster: usize, jobs: u32) {
        if let Some(profile) = self.recording.profiles.get_mut(cluster) {
            profile.queued_peak = profile.queued_peak.max(jobs);
        }
    }

    fn end_stretch(&mut self, end: Tick, clusters: &[Cluster<'_>]) {
        for ((cluster, profile), marks) in
            clusters.iter().zip(&mut self.recording.profiles).zip(&mut self.marks)
        {
            let now = Marks {
                held: cluster.levels.iter().map(|l| l.integral(end)).sum(),
                running: cluster.levels[State::Running as usize].integral(end),
                queued: cluster.waits.first.integral(end) + cluster.waits.again.integral(end),
            };
            profile.held.push(now.held - marks.held);
            profile.running.push(now.running - marks.running);
            profile.queued.push(now.queued - marks.queued);
            *marks = now;
        }
    }

    fn merge_stretches(&mut self) {
        let merge = |list: &mut Vec<u64>| *list = list.chunks(2).map(|pair| pair.iter().sum()).collect();
        for profile in &mut self.recording.profiles {
            merge(&mut profile.held);
            merge(&mut profile.running);
            merge(&mut profile.queued);
        }
        self.stretch *= 2;
    }

    /// A row for each cluster that changed.
    pub(super) fn after_instant(&mut self, t: Tick, clusters: &[Cluster<'_>]) {
        for cluster in clusters {
            let row = TimelineRow {
                t,
                cluster: cluster.index,
                nodes: cluster.levels.map(|l| l.count),
                queued_jobs: cluster.waits.queued(),
                queued_nodes: cluster.queued_nodes,
                target: cluster.target,
                limit: cluster.limit,
                reason: cluster.waits.reason(),
            };
            let last = &mut self.last_rows[cluster.index as usize];
            if last.is_none_or(|l| TimelineRow { t, ..l } != row) {
                *last = Some(row);
                self.recording.timeline.push(row);
            }
        }
    }

    /// The recording of a run that ended at `end`; the sums of `clusters` are final.
    pub(super) fn finish(&mut self, end: Tick, clusters: &[Cluster<'_>]) -> Recording {
        if DETAIL >= JOBS {
            self.end_stretches(end, clusters);
            if end > self.stretch_end - self.stretch {
                self.end_stretch(end, clusters);
            }
            for profile in &mut self.recording.profiles {
                profile.stretch = self.stretch;
            }
        }
        self.recording.nodes = std::mem::take(&mut self.nodes).into_iter().flatten().collect();
        self.recording.events.sort_unstable();
        std::mem::take(&mut self.recording)
    }
}
