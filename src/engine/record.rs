//! What a run keeps beside its sums, chosen by the caller: nothing (sweeps), jobs (reports), or everything
//! (result files). The engine calls the hooks; a recorder that keeps less costs less.

use super::output::{Event, JobRecord, NodeRecord, ReasonTicks, TimelineRow};
use std::collections::BTreeMap;

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
    /// By job id (`Jobs` and more).
    pub jobs: Vec<JobRecord>,
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
}
