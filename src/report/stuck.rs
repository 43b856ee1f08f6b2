//! Why a run got stuck: each job that waits, each node that cannot be released, and the locks without an end.

use super::context::Context;
use crate::engine::input::LockLevel;
use crate::engine::output::{Reason, Stuck as Found};
use serde::Serialize;

/// What keeps a stuck run from going on. The lists are whole; the terminal shows their beginnings.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Stuck {
    /// Jobs in the queues, by cluster, then in the order in which they would start.
    pub jobs: Vec<StuckJob>,
    /// Nodes that cannot be released, by cluster, then the longest idle first.
    pub nodes: Vec<StuckNode>,
    /// Locks in force that never end.
    pub locks: Vec<EndlessLock>,
}

/// A job that waits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StuckJob {
    /// Its id, as in `jobs.csv`.
    pub job: u32,
    /// Its cluster.
    pub cluster: String,
    /// User tag.
    pub user: Option<String>,
    /// Team tag.
    pub team: Option<String>,
    /// Experiment tag.
    pub experiment: Option<String>,
    /// Nodes that it needs.
    pub nodes: u32,
    /// Its last submission [s].
    pub submitted_s: f64,
    /// How often it was evicted.
    pub evictions: u32,
    /// What it waits for.
    pub waiting_for: &'static str,
    /// The same, typed.
    #[serde(skip)]
    pub reason: Reason,
}

/// A node that cannot be released.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StuckNode {
    /// Its cluster.
    pub cluster: String,
    /// Its number in the cluster, as in `nodes.csv`.
    pub node: u32,
    /// The slot it holds.
    pub slot: u32,
    /// Idle since [s].
    pub idle_since_s: f64,
    /// What forbids its release; always a lock.
    pub kept_by: &'static str,
}

/// A lock that never ends.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EndlessLock {
    /// `CanNotDelete` or `ReadOnly`.
    pub level: &'static str,
    /// Since when [s].
    pub from_s: f64,
}

impl Stuck {
    pub(super) fn of(context: &Context, found: &Found) -> Self {
        let cluster = |c: u32| context.clusters[c as usize].name.clone();
        let seconds = |t: u32| context.seconds(t.into());
        let tag = |tag: Option<u32>| tag.and_then(|t| context.tags.get(t as usize).cloned());
        let jobs = found.jobs.iter().map(|found| {
            let job = &context.jobs[found.job as usize];
            StuckJob {
                job: found.job,
                cluster: cluster(found.cluster),
                user: tag(job.user),
                team: tag(job.team),
                experiment: tag(job.experiment),
                nodes: found.nodes,
                submitted_s: seconds(found.submitted),
                evictions: found.evictions,
                waiting_for: found.reason.as_str(),
                reason: found.reason,
            }
        });
        let nodes = found.nodes.iter().map(|node| StuckNode {
            cluster: cluster(node.cluster),
            node: node.ordinal,
            slot: node.slot,
            idle_since_s: seconds(node.idle_since),
            kept_by: Reason::Lock.as_str(),
        });
        // Nothing is pending in a stuck run: what has no end has begun.
        let locks = context
            .locks
            .iter()
            .filter(|lock| lock.to.is_none())
            .map(|lock| EndlessLock { level: level_word(lock.level), from_s: seconds(lock.from) });
        Self { jobs: jobs.collect(), nodes: nodes.collect(), locks: locks.collect() }
    }
}

/// The word for a lock's level in scenarios and files.
const fn level_word(level: LockLevel) -> &'static str {
    match level {
        LockLevel::CanNotDelete => "CanNotDelete",
        LockLevel::ReadOnly => "ReadOnly",
    }
}
