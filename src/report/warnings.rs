//! Warnings: what a careful colleague would say about this run. Each is a typed value; each text ends with
//! what to do.

mod find;
#[cfg(test)]
mod tests;
mod texts;
mod words;

pub use find::{beforehand, find, rate_doubt};
pub(super) use words::some_of;
pub use words::{status_words, words};

use crate::diagnostic::Code;
use crate::engine::output::Reason;

/// Something about a run that its figures alone do not say.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// Jobs waited because a quota admitted no more nodes.
    QuotaBinding {
        /// Name of the cluster.
        cluster: String,
        /// Its quota family, or `None` where the low-priority quota binds it.
        family: Option<String>,
        /// Time waited for it [job-h].
        job_h: f64,
        /// Share of all waiting on the cluster.
        share: f64,
    },
    /// Jobs were left in the queue at the end.
    QueueNotDrained {
        /// Name of the cluster.
        cluster: String,
        /// Jobs left.
        jobs: u64,
        /// What the head waits for.
        reason: Option<Reason>,
    },
    /// The run went on long after the span that rates divide by.
    HorizonShort {
        /// The horizon, or where there is none the last submission [s].
        span_s: f64,
        /// It is a horizon.
        horizon: bool,
        /// The end of the run [s].
        end_s: f64,
    },
    /// A good part of the span that rates divide by has no jobs.
    RatesOverEmpty {
        /// The span [s].
        span_s: f64,
        /// It is a horizon; else the last submission.
        horizon: bool,
        /// The first submission, where it is late [s].
        first_s: Option<f64>,
        /// When all work was done, where that is early [s].
        done_s: Option<f64>,
    },
    /// Low-priority nodes did not come, or did not stay.
    LowPriorityStarved {
        /// Name of the cluster.
        cluster: String,
        /// Evicted nodes.
        evictions: u64,
        /// Share of busy node-time that evictions destroyed.
        lost: f64,
        /// Share of all waiting that was for capacity.
        capacity: f64,
    },
    /// Nodes without work were kept because a lock forbade their release.
    LockLeaksCost {
        /// Name of the cluster.
        cluster: String,
        /// About what the kept nodes cost.
        amount: f64,
        /// In this currency.
        currency: String,
    },
    /// Jobs waited because a lock forbade requests.
    LockBlocksScaling {
        /// Name of the cluster.
        cluster: String,
        /// Time waited for it [job-h].
        job_h: f64,
        /// Of these, after evictions [job-h].
        again_h: f64,
    },
    /// A GPU cluster without a quota in the scenario.
    GpuQuotaNotGiven {
        /// Name of the cluster.
        cluster: String,
        /// Its quota family.
        family: String,
        /// vCPUs that its most nodes take.
        vcpus: u64,
    },
    /// The idle time is the default of the newer tools.
    IdleTimeAssumed {
        /// Names of the clusters.
        clusters: Vec<String>,
    },
    /// Jobs were refused at the submit gate.
    Rejected {
        /// Jobs refused.
        jobs: u64,
        /// All jobs.
        of: u64,
        /// Most of them on one cluster for one reason: how many, the cluster, and the service's reason.
        main: Option<(u64, String, String)>,
    },
    /// Jobs failed for want of a managed identity.
    IdentityMissing {
        /// Name of the cluster.
        cluster: String,
        /// Jobs failed.
        jobs: u64,
    },
    /// The run ended `stuck`, and this cluster keeps it from being settled.
    Stuck {
        /// Name of the cluster.
        cluster: String,
        /// Jobs in its queue.
        jobs: u64,
        /// What its queue waits for.
        reason: Option<Reason>,
        /// Nodes that cannot be released.
        kept_nodes: u64,
    },
    /// The run ended at a bound of the simulator.
    LimitReached {
        /// Which.
        bound: Bound,
        /// The end of the run [s].
        end_s: f64,
    },
    /// Most waiting was for `max_nodes`.
    MaxNodesBinding {
        /// Name of the cluster.
        cluster: String,
        /// Its `max_nodes`.
        max_nodes: u32,
        /// Share of all waiting on the cluster.
        share: f64,
        /// Its 95th percentile of the wait [s].
        wait_p95_s: f64,
    },
    /// Nodes kept by `min_nodes` cost much without a job.
    MinNodesIdle {
        /// Name of the cluster.
        cluster: String,
        /// Its `min_nodes`.
        min_nodes: u32,
        /// Its size is fixed.
        fixed: bool,
        /// Share of the cluster's node cost.
        share: f64,
        /// What idle nodes cost.
        amount: f64,
        /// In this currency.
        currency: String,
    },
    /// Gangs waited while idle nodes stood by.
    GangBlocked {
        /// Name of the cluster.
        cluster: String,
        /// Share of all waiting on the cluster.
        share: f64,
        /// Share of billed node-time that was busy.
        utilisation: f64,
        /// Later jobs may start before a gang that does not fit.
        overtaking: bool,
    },
    /// Unusable nodes cost money.
    UnusableNodes {
        /// Name of the cluster.
        cluster: String,
        /// Failed boots.
        failures: u64,
        /// What they cost.
        amount: f64,
        /// In this currency.
        currency: String,
    },
    /// A lock refused updates.
    UpdatesRefused {
        /// Name of the cluster.
        cluster: String,
        /// Updates refused.
        updates: u64,
    },
    /// A threshold that nothing could miss.
    ThresholdOverNothing {
        /// The figure.
        figure: String,
    },
    /// Percentiles in the tail of few jobs.
    FewJobs {
        /// Jobs that started.
        jobs: u64,
    },
    /// The warm-up is more than half of the run, or could not be found.
    NoSteadyState {
        /// Its length [s]; `None`: there are too few jobs to find one.
        warm_up_s: Option<f64>,
        /// Jobs that started.
        jobs: u64,
        /// Of those, jobs left out.
        left_out: u64,
    },
    /// An interval from few replications, or a wide one.
    TooFewReplications {
        /// Replications.
        n: u64,
        /// Half the width of the interval of the mean wait or of the cost, the wider one, as a share of the
        /// mean.
        relative: f64,
    },
}

/// A bound of the simulator (model, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Instants after the last thing from outside.
    Late,
    /// Ticks of a run.
    Ticks,
    /// Repetitions of one instant.
    Repetitions,
}

impl Warning {
    /// Stable code, which `nodetide explain` explains.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::QuotaBinding { .. } => Code::QuotaBinding,
            Self::QueueNotDrained { .. } => Code::QueueNeverDrained,
            Self::HorizonShort { .. } => Code::HorizonShort,
            Self::RatesOverEmpty { .. } => Code::RatesOverEmpty,
            Self::LowPriorityStarved { .. } => Code::LowPriorityStarved,
            Self::LockLeaksCost { .. } => Code::LockLeaksCost,
            Self::LockBlocksScaling { .. } => Code::LockBlocksScaling,
            Self::GpuQuotaNotGiven { .. } => Code::GpuQuotaZero,
            Self::IdleTimeAssumed { .. } => Code::IdleTimeDefault,
            Self::Rejected { .. } => Code::JobsRejected,
            Self::IdentityMissing { .. } => Code::JobsFailedIdentity,
            Self::Stuck { .. } => Code::Stuck,
            Self::LimitReached { .. } => Code::LimitReached,
            Self::MaxNodesBinding { .. } => Code::MaxNodesBinding,
            Self::MinNodesIdle { .. } => Code::MinNodesIdle,
            Self::GangBlocked { .. } => Code::GangBlocked,
            Self::UnusableNodes { .. } => Code::UnusableNodes,
            Self::UpdatesRefused { .. } => Code::UpdatesRefused,
            Self::ThresholdOverNothing { .. } => Code::ThresholdOverNothing,
            Self::FewJobs { .. } => Code::FewJobs,
            Self::NoSteadyState { .. } => Code::WarmUpTooLong,
            Self::TooFewReplications { .. } => Code::TooFewReplications,
        }
    }

    /// The cluster it is about; `None`: the whole run.
    #[must_use]
    pub fn cluster(&self) -> Option<&str> {
        match self {
            Self::QuotaBinding { cluster, .. }
            | Self::QueueNotDrained { cluster, .. }
            | Self::LowPriorityStarved { cluster, .. }
            | Self::LockLeaksCost { cluster, .. }
            | Self::LockBlocksScaling { cluster, .. }
            | Self::GpuQuotaNotGiven { cluster, .. }
            | Self::Stuck { cluster, .. }
            | Self::IdentityMissing { cluster, .. }
            | Self::MaxNodesBinding { cluster, .. }
            | Self::MinNodesIdle { cluster, .. }
            | Self::GangBlocked { cluster, .. }
            | Self::UnusableNodes { cluster, .. }
            | Self::UpdatesRefused { cluster, .. } => Some(cluster),
            Self::HorizonShort { .. }
            | Self::RatesOverEmpty { .. }
            | Self::IdleTimeAssumed { .. }
            | Self::Rejected { .. }
            | Self::LimitReached { .. }
            | Self::ThresholdOverNothing { .. }
            | Self::FewJobs { .. }
            | Self::NoSteadyState { .. }
            | Self::TooFewReplications { .. } => None,
        }
    }
}
