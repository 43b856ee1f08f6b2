//! What a run computes from: a scenario in which every time is in ticks, every draw is a table and every
//! name is an index. The ticks format and scenario files both become this.

use crate::units::{NEVER, TICK_END, Tick};
use std::sync::Arc;

/// Largest index, count or vCPU figure, as for times: below 2^31.
pub const COUNT_END: u32 = TICK_END;

/// "Unlimited", for counts of vCPUs and nodes.
pub const UNLIMITED: u32 = u32::MAX;

/// Drawn or listed values, looked up by number modulo the length. They are shared: a sweep builds many models from
/// the same draws.
pub type Table<T> = Arc<[T]>;

/// A whole run. Scenario order is the order of `clusters`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// The clusters.
    pub clusters: Vec<ClusterInput>,
    /// The jobs, in any order; their ids are ranks by submit time, ties in this order.
    pub jobs: Vec<JobInput>,
    /// Earliest end of the run [tick].
    pub horizon: Option<Tick>,
    /// End there whatever is unfinished; needs a horizon.
    pub stop_at_horizon: bool,
    /// Quotas. What is not listed is unlimited.
    pub quotas: Vec<QuotaInput>,
    /// Changes of quotas, in scenario order.
    pub quota_steps: Vec<QuotaStep>,
    /// Changes of what others use of a quota, in scenario order.
    pub outside_usage: Vec<UsageStep>,
    /// Addresses of each subnet, each 1 or more.
    pub subnets: Vec<u32>,
    /// Resource locks.
    pub locks: Vec<LockInput>,
    /// What a lock does to scaling.
    pub lock_effect: LockEffect,
    /// Updates of clusters, in scenario order.
    pub updates: Vec<UpdateInput>,
    /// Length of a billing quantum [ticks], 1 or more.
    pub billing_quantum: Tick,
    /// Limit of the wait objective [ticks].
    pub wait_limit: Option<Tick>,
    /// Bounds of section 3 of the model.
    pub bounds: Bounds,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterInput {
    /// Most nodes, 1 or more.
    pub max_nodes: u32,
    /// Fewest nodes.
    pub min_nodes: u32,
    /// Idle, cold nodes at t = 0.
    pub initial_nodes: u32,
    /// A node idle for so long may be released [ticks].
    pub idle_time: Tick,
    /// Dedicated or low priority.
    pub tier: Tier,
    /// vCPUs of one node, 1 or more.
    pub vcpus: u32,
    /// Quota family: any number that is equal for equal families.
    pub family: u32,
    /// Speed as an exact ratio p/q, both 1 or more.
    pub speed: (u32, u32),
    /// Inter-node communication is on.
    pub communication: bool,
    /// The node limit, 1 or more (100 with communication, 1000 without, unless raised).
    pub communication_limit: u32,
    /// Index in [`Input::subnets`].
    pub subnet: Option<u32>,
    /// Creation is over at this tick; `None`: created before the run.
    pub ready_at: Option<Tick>,
    /// Identities, as any numbers that are equal for equal names.
    pub identities: Vec<u32>,
    /// Queue discipline.
    pub discipline: Discipline,
    /// Resize mode.
    pub resize: Resize,
    /// Withdraw allocating nodes when demand falls.
    pub cancel_allocating: bool,
    /// By request ordinal, modulo the length [ticks]; not empty, as every table here.
    pub allocation_delay: Table<Tick>,
    /// By request ordinal [ticks].
    pub boot_delay: Table<Tick>,
    /// By request ordinal; `true`: the node becomes unusable.
    pub boot_failure: Table<bool>,
    /// By request ordinal, from the end of allocation [ticks ≥ 1, or [`NEVER`]].
    pub lifetime: Table<Tick>,
    /// By job id [ticks].
    pub prepare_cold: Table<Tick>,
    /// By job id [ticks].
    pub prepare_warm: Table<Tick>,
    /// How long a node stays unusable [ticks ≥ 1].
    pub recycle_time: Tick,
    /// How long a released node is leaving [ticks].
    pub release_delay: Tick,
    /// Changes of what the cloud can supply, in scenario order.
    pub capacity: Vec<CapacityStep>,
    /// What becomes of an evicted node's job.
    pub on_eviction: OnEviction,
    /// Extra ticks of every attempt after the first.
    pub restart_overhead: Tick,
    /// Evictions after which a job restarts no more; [`UNLIMITED`]: none.
    pub max_restarts: u32,
}

impl Default for ClusterInput {
    /// The defaults of the ticks format, with one node at most.
    fn default() -> Self {
        Self {
            max_nodes: 1,
            min_nodes: 0,
            initial_nodes: 0,
            idle_time: 120,
            tier: Tier::Dedicated,
            vcpus: 1,
            family: 0,
            speed: (1, 1),
            communication: true,
            communication_limit: 100,
            subnet: None,
            ready_at: None,
            identities: Vec::new(),
            discipline: Discipline::Fifo,
            resize: Resize::DownFirst,
            cancel_allocating: false,
            allocation_delay: [0].into(),
            boot_delay: [0].into(),
            boot_failure: [false].into(),
            lifetime: [NEVER].into(),
            prepare_cold: [0].into(),
            prepare_warm: [0].into(),
            recycle_time: 1,
            release_delay: 0,
            capacity: Vec::new(),
            on_eviction: OnEviction::Requeue,
            restart_overhead: 0,
            max_restarts: UNLIMITED,
        }
    }
}

/// Dedicated or low priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tier {
    /// Never evicted.
    #[default]
    Dedicated,
    /// Evicted at the end of a lifetime and by capacity.
    LowPriority,
}

/// Order in which queued jobs start (model, section 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Discipline {
    /// By last submission, then id.
    #[default]
    Fifo,
    /// By priority descending, then as `Fifo`.
    Priority,
    /// Every job that fits, in `Fifo` order.
    FirstFit,
    /// EASY backfilling.
    Backfill,
}

impl Discipline {
    /// Later jobs may start before a head that does not fit.
    #[must_use]
    #[inline]
    pub const fn overtakes(self) -> bool {
        matches!(self, Self::FirstFit | Self::Backfill)
    }
}

/// When a cluster that changes size may change it again (model, section 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resize {
    /// No request while a node is leaving.
    #[default]
    DownFirst,
    /// No rule.
    Concurrent,
    /// No request and no release while a node is allocating, preparing or leaving.
    Exclusive,
}

/// What becomes of an evicted node's job (model, section 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnEviction {
    /// Back to its old place.
    #[default]
    Requeue,
    /// Re-enters so many ticks later, as its last submission.
    Resubmit(Tick),
    /// Fails.
    Fail,
}

/// Level of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockLevel {
    /// Nothing can be deleted.
    CanNotDelete,
    /// Nothing can be changed.
    ReadOnly,
}

/// What a lock does to scaling (model, section 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LockEffect {
    /// Either level forbids requests and releases.
    #[default]
    Scaling,
    /// `CanNotDelete` forbids releases only.
    Removal,
}

/// A lock on [from, to).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockInput {
    /// First tick with it.
    pub from: Tick,
    /// First tick without it; `None`: never ends.
    pub to: Option<Tick>,
    /// Its level.
    pub level: LockLevel,
}

/// A quota. Families are the numbers of [`ClusterInput::family`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QuotaKey {
    /// Dedicated vCPUs of a family.
    Family(u32),
    /// Workspace limit of a family.
    Workspace(u32),
    /// Dedicated vCPUs over all families.
    TotalDedicated,
    /// Low-priority vCPUs over all families.
    LowPriority,
}

/// A quota at t = 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaInput {
    /// Which.
    pub quota: QuotaKey,
    /// vCPUs.
    pub vcpus: u32,
}

/// From `t` on the quota is `vcpus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaStep {
    /// When.
    pub t: Tick,
    /// Which.
    pub quota: QuotaKey,
    /// vCPUs, or [`UNLIMITED`].
    pub vcpus: u32,
}

/// From `t` on others use `vcpus` of the quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageStep {
    /// When.
    pub t: Tick,
    /// Which.
    pub quota: QuotaKey,
    /// vCPUs.
    pub vcpus: u32,
}

/// From `t` on the cloud can supply `nodes` to the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapacityStep {
    /// When.
    pub t: Tick,
    /// Nodes, or [`UNLIMITED`].
    pub nodes: u32,
}

/// New settings of a cluster from `t` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateInput {
    /// When.
    pub t: Tick,
    /// Index of the cluster.
    pub cluster: u32,
    /// New fewest nodes.
    pub min_nodes: Option<u32>,
    /// New most nodes.
    pub max_nodes: Option<u32>,
    /// New idle time [ticks].
    pub idle_time: Option<Tick>,
    /// New identities, the whole list.
    pub identities: Option<Vec<u32>>,
}

/// One job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobInput {
    /// Submit time.
    pub submit: Tick,
    /// Running time at speed 1 [ticks].
    pub service: Tick,
    /// Index of the cluster.
    pub cluster: u32,
    /// Gang size, 1 or more.
    pub nodes: u32,
    /// Cancel time, not before `submit`.
    pub cancel: Option<Tick>,
    /// Limit on one attempt [ticks ≥ 1].
    pub timeout: Option<Tick>,
    /// Checkpoint interval [running ticks ≥ 1].
    pub checkpoint: Option<Tick>,
    /// Required identity, as in [`ClusterInput::identities`].
    pub identity: Option<u32>,
    /// Environment: any number that is equal for equal environments; at most 32 a cluster.
    pub environment: u32,
    /// Needs inter-node communication (matters where `nodes` > 1).
    pub communicates: bool,
    /// Higher first, with [`Discipline::Priority`].
    pub priority: u32,
    /// Declared service at speed 1 [ticks]; `None`: the true one.
    pub declared: Option<Tick>,
}

impl Default for JobInput {
    /// One node, no work, at t = 0.
    fn default() -> Self {
        Self {
            submit: 0,
            service: 0,
            cluster: 0,
            nodes: 1,
            cancel: None,
            timeout: None,
            checkpoint: None,
            identity: None,
            environment: 0,
            communicates: true,
            priority: 0,
            declared: None,
        }
    }
}

/// Bounds that end a run which would go on for too long (model, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Instants after the last thing that comes from outside, beside 64 a job.
    pub instants: u32,
    /// Executions of steps 2 to 7 at one instant.
    pub repetitions: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { instants: 1 << 20, repetitions: 1 << 16 }
    }
}
