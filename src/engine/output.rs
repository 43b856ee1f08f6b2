//! What a run gives: integers only. Pricing and percentiles are made from these after the run.

use crate::stats::histogram::Histogram;
use crate::units::{NEVER, Tick};

/// Names an enum's variants in the order of their numbers, and their words in files; reports use it too.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name { $($(#[$vmeta])* $variant,)* }

        impl $name {
            /// All of them, by number.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The word for it in files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

pub(crate) use named;

named! {
    /// State of a node; each holds the slot, the address and the quota.
    State {
        /// The cloud looks for a machine (not billed).
        Allocating = "allocating",
        /// Boots.
        Preparing = "preparing",
        /// Its boot failed; waits for its recycling.
        Unusable = "unusable",
        /// Ready, without a job.
        Idle = "idle",
        /// Runs a job.
        Running = "running",
        /// Released or recycled, not gone yet.
        Leaving = "leaving",
    }
}

named! {
    /// Why the queue of a cluster waits (model, section 7).
    Reason {
        /// The cluster is not ready.
        Creating = "creating",
        /// The head needs more nodes than the limit, or all nodes are busy and no more are allowed.
        MaxNodes = "max_nodes",
        /// Enough nodes are idle or on their way.
        Provisioning = "provisioning",
        /// A lock forbids requests.
        Lock = "lock",
        /// The resize rule forbids requests.
        Resize = "resize",
        /// A quota does not admit one more node.
        Quota = "quota",
        /// Capacity, addresses, or slots held by leaving nodes.
        Capacity = "capacity",
        /// Nodes that would do are unusable.
        Unusable = "unusable",
        /// The policy asks for no more.
        Policy = "policy",
        /// Idle nodes exist, too few for the head.
        Gang = "gang",
    }
}

named! {
    /// What became of a job.
    Outcome {
        /// Did all its work.
        Completed = "completed",
        /// An attempt reached its timeout.
        TimedOut = "timed_out",
        /// Cancelled by its owner.
        Cancelled = "cancelled",
        /// Refused at the submit gate.
        Rejected = "rejected",
        /// The cluster lacked the required identity.
        FailedIdentity = "failed_identity",
        /// A node was evicted, and `on_eviction` is `Fail`.
        FailedEviction = "failed_eviction",
        /// Evicted more often than `max_restarts`.
        FailedMaxRestarts = "failed_max_restarts",
        /// In the queue at the end of the run.
        Queued = "queued",
        /// Running at the end of the run.
        Running = "running",
        /// Evicted, waiting for its resubmission at the end of the run.
        Resubmitting = "resubmitting",
        /// Its submit time lies after the end of the run.
        NotSubmitted = "not_submitted",
    }
}

impl Outcome {
    /// Whether the job failed or timed out.
    #[must_use]
    pub const fn is_failed(self) -> bool {
        matches!(self, Self::TimedOut | Self::FailedIdentity | Self::FailedEviction | Self::FailedMaxRestarts)
    }

    /// Whether the job got a final outcome before the end of the run.
    #[must_use]
    pub const fn is_final(self) -> bool {
        (self as u8) < Self::Queued as u8
    }
}

named! {
    /// How a run ended (model, section 8).
    Status {
        /// All work done, no node left above `min_nodes`.
        Settled = "settled",
        /// At the horizon, with `stop_at_horizon`.
        Horizon = "horizon",
        /// Nothing was pending, and the run was not settled.
        Stuck = "stuck",
        /// It would have gone on for too long.
        Limit = "limit",
    }
}

/// A whole run. The accounting window is [0, end).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunResult {
    /// How it ended.
    pub status: Status,
    /// Its last instant.
    pub end: Tick,
    /// First instant at which it was settled.
    pub settled_at: Option<Tick>,
    /// Instants visited after the latest of horizon, last submission and last outside change.
    pub late_instants: u64,
    /// Instants visited in all.
    pub instants: u64,
    /// By cluster, in scenario order.
    pub clusters: Vec<ClusterResult>,
}

impl RunResult {
    /// A result before a run is written into it.
    pub(crate) fn empty() -> Self {
        Self {
            status: Status::Settled,
            end: 0,
            settled_at: None,
            late_instants: 0,
            instants: 0,
            clusters: Vec::new(),
        }
    }
}

/// One cluster's sums; by default those of a cluster to which nothing happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterResult {
    /// Node-ticks by [`State`].
    pub node_ticks: [u64; State::COUNT],
    /// Node-ticks of work that was kept.
    pub useful: u64,
    /// Node-ticks of work lost to evictions, and of restart overhead.
    pub lost: u64,
    /// Node-ticks in prepare.
    pub prepare: u64,
    /// `useful` by the [`Outcome`] of the job.
    pub useful_by_outcome: [u64; Outcome::COUNT],
    /// Σ over nodes of ceil(billed ticks / quantum).
    pub billed_quanta: u64,
    /// ∫ max(1, ceil(billed nodes / 50)) dt while the cluster is ready [load-balancer ticks].
    pub load_balancer_ticks: u64,
    /// Time with allocated ≥ limit [ticks].
    pub at_limit_ticks: u64,
    /// Requested nodes, withdrawn ones included, initial ones not.
    pub requests: u64,
    /// Nodes withdrawn while allocating.
    pub withdrawn: u64,
    /// Nodes released by scaling down.
    pub releases: u64,
    /// Executions of step 7 that requested, plus those that released.
    pub scale_operations: u64,
    /// Evicted nodes.
    pub evictions: u64,
    /// Boots that ended with an unusable node.
    pub boot_failures: u64,
    /// Starts after a job's first.
    pub restarts: u64,
    /// Updates refused by a lock.
    pub refused_updates: u64,
    /// Most held nodes at the end of an instant.
    pub peak_nodes: u32,
    /// Queue length × time [job-ticks].
    pub queue_ticks: u64,
    /// Queue time before the first start, by [`Reason`] [job-ticks].
    pub wait: [u64; Reason::COUNT],
    /// Queue time after an eviction, by [`Reason`] [job-ticks].
    pub requeue_wait: [u64; Reason::COUNT],
    /// Jobs by [`Outcome`].
    pub outcomes: [u64; Outcome::COUNT],
    /// Jobs that started.
    pub started: u64,
    /// Σ first start − submit over jobs that started [ticks].
    pub wait_sum: u64,
    /// Longest of these.
    pub wait_max: Option<Tick>,
    /// Σ end − submit over completed jobs [ticks].
    pub turnaround_sum: u64,
    /// Longest of these.
    pub turnaround_max: Option<Tick>,
    /// Waits of jobs that started.
    pub wait_histogram: Histogram,
    /// Turnarounds of completed jobs.
    pub turnaround_histogram: Histogram,
    /// Started jobs with wait ≤ the limit; 0 without a limit.
    pub waits_within: u64,
    /// Jobs that started, or never started and are neither rejected nor cancelled.
    pub waits_judged: u64,
    /// Why the queue waits at the end of the run.
    pub waiting_for: Option<Reason>,
    /// Allocation state at the end of the run.
    pub allocation: Allocation,
}

/// A cluster's allocation state, as the service shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocation {
    /// Nodes are on their way in or out, or `current` ≠ `target`; else steady.
    pub resizing: bool,
    /// Allocated nodes (leaving ones excluded).
    pub current: u32,
    /// Nodes it wants.
    pub target: u32,
}

/// One job, by id in a list. Its nodes always do the same, so ticks are those of each node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobRecord {
    /// First start, or [`NEVER`].
    pub first_start: Tick,
    /// When it got its final outcome, or [`NEVER`].
    pub end: Tick,
    /// Starts.
    pub attempts: u32,
    /// Evictions of the job.
    pub evictions: u32,
    /// Work that was kept [ticks on each node].
    pub useful: Tick,
    /// Lost work and restart overhead [ticks on each node].
    pub lost: Tick,
    /// In prepare [ticks on each node].
    pub prepare: Tick,
    /// What became of it.
    pub outcome: Outcome,
}

impl Default for JobRecord {
    fn default() -> Self {
        Self {
            first_start: NEVER,
            end: NEVER,
            attempts: 0,
            evictions: 0,
            useful: 0,
            lost: 0,
            prepare: 0,
            outcome: Outcome::NotSubmitted,
        }
    }
}

/// Waits of one job, by [`Reason`] [ticks].
pub type ReasonTicks = [Tick; Reason::COUNT];

/// The life of one node (one request ordinal).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeRecord {
    /// Index of the cluster.
    pub cluster: u32,
    /// Request ordinal in the cluster.
    pub ordinal: u32,
    /// Slot that it held.
    pub slot: u32,
    /// Requested (0 for an initial node).
    pub requested: Tick,
    /// End of allocation, from which it is billed, or [`NEVER`].
    pub allocated: Tick,
    /// First time idle, or [`NEVER`].
    pub ready: Tick,
    /// Beginning of leaving, or [`NEVER`].
    pub leaving: Tick,
    /// When the slot was free again, or [`NEVER`] if it was held at the end of the run.
    pub gone: Tick,
    /// How it went.
    pub fate: NodeFate,
    /// Ticks running jobs.
    pub running_ticks: Tick,
    /// Jobs started on it.
    pub jobs: u32,
}

named! {
    /// How a node went.
    NodeFate {
        /// Held at the end of the run.
        Held = "held",
        /// Released by scaling down.
        Released = "released",
        /// Recycled as unusable.
        Recycled = "recycled",
        /// Evicted.
        Evicted = "evicted",
        /// Withdrawn while allocating.
        Withdrawn = "withdrawn",
    }
}

/// What keeps a run that got stuck from being settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stuck {
    /// Jobs in the queues, by cluster, then in the order of its discipline.
    pub jobs: Vec<WaitingJob>,
    /// Idle nodes that a lock keeps from being released, by cluster, then the longest idle first.
    pub nodes: Vec<KeptNode>,
}

/// A job that waits for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingJob {
    /// Its id.
    pub job: u32,
    /// Index of its cluster.
    pub cluster: u32,
    /// Nodes that it needs.
    pub nodes: u32,
    /// Its last submission: what its place in the queue goes by. A job that was requeued keeps its place.
    pub submitted: Tick,
    /// How often it was evicted.
    pub evictions: u32,
    /// What its queue waits for.
    pub reason: Reason,
}

/// A node that would be released if no lock forbade it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptNode {
    /// Index of its cluster.
    pub cluster: u32,
    /// Request ordinal in the cluster.
    pub ordinal: u32,
    /// Slot that it holds.
    pub slot: u32,
    /// Idle since.
    pub idle_since: Tick,
}

/// State of one cluster from `t` to its next row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimelineRow {
    /// From when.
    pub t: Tick,
    /// Index of the cluster.
    pub cluster: u32,
    /// Nodes by [`State`].
    pub nodes: [u32; State::COUNT],
    /// Jobs in the queue.
    pub queued_jobs: u32,
    /// Their nodes.
    pub queued_nodes: u32,
    /// Nodes it wants.
    pub target: u32,
    /// Limit in force.
    pub limit: u32,
    /// Why the queue waits; `None`: nobody does.
    pub reason: Option<Reason>,
}

named! {
    /// Kind of an event, in the order of their words.
    EventKind {
        /// A node's allocation ended; it boots.
        Allocated = "allocated",
        /// A job was cancelled.
        Cancelled = "cancelled",
        /// A job completed.
        Completed = "completed",
        /// A node was evicted.
        Evict = "evict",
        /// A job failed by an eviction.
        FailedEviction = "failed_eviction",
        /// A job failed for want of an identity.
        FailedIdentity = "failed_identity",
        /// A job was evicted too often.
        FailedMaxRestarts = "failed_max_restarts",
        /// A leaving node is gone.
        Gone = "gone",
        /// A job lost a node to an eviction.
        JobEvicted = "job_evicted",
        /// A node is idle for the first time.
        Ready = "ready",
        /// An unusable node is leaving.
        Recycle = "recycle",
        /// A job was refused at the submit gate.
        Rejected = "rejected",
        /// A node is released.
        Release = "release",
        /// A node is requested.
        Request = "request",
        /// A job re-enters the queue.
        Resubmit = "resubmit",
        /// A job starts.
        Start = "start",
        /// A job is submitted.
        Submit = "submit",
        /// A job reached its timeout.
        TimedOut = "timed_out",
        /// A node's boot failed.
        Unusable = "unusable",
        /// A cluster was updated.
        Update = "update",
        /// A lock refused an update.
        UpdateRefused = "update_refused",
        /// An allocating node was withdrawn.
        Withdraw = "withdraw",
    }
}

/// Something that happened. Lists are sorted by (t, kind, cluster, number).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// When.
    pub t: Tick,
    /// What.
    pub kind: EventKind,
    /// Index of the cluster.
    pub cluster: u32,
    /// Job id, slot, or index of the update, by the kind.
    pub number: u32,
    /// Slots of a start, ascending.
    pub slots: Vec<u32>,
}
