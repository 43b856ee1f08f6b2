//! Warnings: what a careful colleague would say about this run. Each is a typed value; each text ends with
//! what to do.

mod find;
#[cfg(test)]
mod tests;
mod words;

pub use find::{beforehand, find};
pub use words::{status_words, words};

use words::{advice_for, replications_for, some_of};

use super::units::{count, duration_s, money, percent};
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

/// From this utilisation on, a better order of jobs wins little.
const BUSY: f64 = 0.9;

impl Warning {
    /// Stable code, which `nodetide explain` explains.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::QuotaBinding { .. } => Code::QuotaBinding,
            Self::QueueNotDrained { .. } => Code::QueueNeverDrained,
            Self::HorizonShort { .. } => Code::HorizonShort,
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
            | Self::IdleTimeAssumed { .. }
            | Self::Rejected { .. }
            | Self::LimitReached { .. }
            | Self::ThresholdOverNothing { .. }
            | Self::FewJobs { .. }
            | Self::NoSteadyState { .. }
            | Self::TooFewReplications { .. } => None,
        }
    }

    /// What is the case, and what to do about it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::QuotaBinding { cluster, family, job_h, share } => {
                let quota = family.as_ref().map_or_else(
                    || "the low-priority vCPU quota".to_owned(),
                    |family| format!("a vCPU quota ({family}, the total, or the workspace's)"),
                );
                format!(
                    "on {cluster}, {} job-hours ({} of all waiting) were spent waiting for {quota}; request \
                     more quota, use a smaller VM size, or move jobs to another family",
                    super::units::short(*job_h),
                    percent(*share)
                )
            }
            Self::QueueNotDrained { cluster, jobs, reason } => {
                let why = reason.map_or("", advice_for);
                let waits = reason.map_or(String::new(), |r| format!(", the first for {}", words(r)));
                format!(
                    "the queue of {cluster} was not empty at the end: {} left{waits}; {why}",
                    count(*jobs, "job")
                )
            }
            Self::HorizonShort { span_s, horizon, end_s } => {
                let (span, advice) = if *horizon {
                    ("the horizon", "lengthen the horizon, or cut the run there with stop_at_horizon: true")
                } else {
                    ("the last submission", "set a horizon that the queue drains before")
                };
                format!(
                    "the run went on to {}, long after {span} ({}), which rates divide by: they hold the cost of \
                     what came after it, so no day cost as much as the cost per day says; {advice}",
                    duration_s(*end_s),
                    duration_s(*span_s)
                )
            }
            Self::LowPriorityStarved { cluster, evictions, lost, capacity } => {
                let advice = if *evictions > 0 {
                    "give the jobs a checkpoint or a shorter one, make them shorter, or"
                } else {
                    "spread the jobs over time or over VM sizes, or"
                };
                format!(
                    "low-priority cluster {cluster}: {}, {} of its busy node-time lost, {} of its waiting for \
                     capacity; {advice} compare with tier: Dedicated",
                    count(*evictions, "eviction"),
                    percent(*lost),
                    percent(*capacity)
                )
            }
            Self::LockLeaksCost { cluster, amount, currency } => format!(
                "a resource lock kept nodes of {cluster} that had no work, for about {}; remove the lock from \
                 the resource group, or put it on the resources that need it",
                money(*amount, currency)
            ),
            Self::LockBlocksScaling { cluster, job_h, again_h } => {
                let again = if *again_h > 0.0 {
                    format!(" ({} of them after evictions)", super::units::short(*again_h))
                } else {
                    String::new()
                };
                format!(
                    "a resource lock stopped {cluster} from growing (the service shows Resizing, and no change), \
                     and jobs waited {} job-hours for it{again}; remove the lock, or move it off the \
                     workspace's resource group",
                    super::units::short(*job_h)
                )
            }
            Self::GpuQuotaNotGiven { cluster, family, vcpus } => format!(
                "{cluster} has GPUs and the scenario gives no quota for it, so it counts as unlimited; GPU \
                 families start at 0 vCPUs in a new subscription: write region: (quotas: (family: \
                 {{\"{family}\": …}})) with your own figure ({vcpus} vCPUs cover max_nodes)"
            ),
            Self::IdleTimeAssumed { clusters } => format!(
                "idle_time is not set on {}, so the default of 120 s holds; clusters made with the older SDK \
                 keep idle nodes for 1800 s: write idle_time: \"1800s\" if that is yours",
                some_of(clusters)
            ),
            Self::Rejected { jobs, of } => format!(
                "{jobs} of {} were rejected when submitted and appear in no wait and no cost; see their \
                 reasons above, and raise max_nodes or the quota, or make the jobs smaller",
                count(*of, "job")
            ),
            Self::IdentityMissing { cluster, jobs } => format!(
                "{} failed on {cluster} for want of a managed identity, after waiting for nodes; assign the \
                 identity to the cluster before they start",
                count(*jobs, "job")
            ),
            Self::Stuck { cluster, jobs, reason, kept_nodes } => {
                let waits = reason.map(|r| {
                    let verb = if *jobs == 1 { "waits" } else { "wait" };
                    format!("{} {verb} for {}", count(*jobs, "job"), words(r))
                });
                let keeps = (*kept_nodes > 0).then(|| {
                    format!(
                        "{} cannot be released, as a lock without an end forbids it",
                        count(*kept_nodes, "node")
                    )
                });
                let what: Vec<String> = waits.into_iter().chain(keeps).collect();
                let advice = match reason {
                    // Time alone would not help.
                    Some(Reason::MaxNodes) => "raise max_nodes, or make the jobs smaller",
                    Some(reason) => advice_for(*reason),
                    None => advice_for(Reason::Lock),
                };
                let lock = match reason {
                    Some(reason) if *kept_nodes > 0 && *reason != Reason::Lock => "; end the lock",
                    _ => "",
                };
                format!("nothing can happen any more on {cluster}: {}; {advice}{lock}", what.join(", and "))
            }
            Self::LimitReached { bound, end_s } => {
                let what = match bound {
                    Bound::Late => {
                        "the work did not end within a million instants of the last submission or change; look for \
                         evictions or failed boots that outpace it (checkpoint, max_restarts, boot_failures)"
                    }
                    Bound::Ticks => "a run has 2^31 ticks; use a coarser resolution, or a shorter log",
                    Bound::Repetitions => {
                        "one instant repeated 65,536 times; look for delays of zero that feed each other"
                    }
                };
                format!("the simulator stopped at {}: {what}", duration_s(*end_s))
            }
            Self::MaxNodesBinding { cluster, max_nodes, share, wait_p95_s } => format!(
                "{} of all waiting on {cluster} was because max_nodes ({max_nodes}) was reached (p95 wait {}); \
                 raise max_nodes, or spread the jobs over time",
                percent(*share),
                duration_s(*wait_p95_s)
            ),
            Self::MinNodesIdle { cluster, min_nodes, fixed, share, amount, currency } => {
                let advice = if *fixed {
                    format!("a fixed size of {min_nodes} nodes; compare with fewer, or with policy: Reactive")
                } else {
                    format!("min_nodes: {min_nodes}; lower min_nodes unless the shorter wait is worth it")
                };
                format!(
                    "idle nodes of {cluster} cost {} ({} of its node cost) with {advice}",
                    money(*amount, currency),
                    percent(*share)
                )
            }
            Self::GangBlocked { cluster, share, utilisation, overtaking } => {
                let advice = if *utilisation >= BUSY {
                    format!(
                        "but nodes were busy {} of their time, so no order of jobs would help much: raise max_nodes",
                        percent(*utilisation)
                    )
                } else if *overtaking {
                    "try smaller gangs, or a cluster of their own".to_owned()
                } else {
                    "try discipline: Backfill, smaller gangs, or a cluster of their own".to_owned()
                };
                format!(
                    "{} of all waiting on {cluster} was for a gang that found too few idle nodes while others \
                     stood idle; {advice}",
                    percent(*share)
                )
            }
            Self::UnusableNodes { cluster, failures, amount, currency } => format!(
                "{} on {cluster} left unusable nodes, which cost {} until they were recycled; check the \
                 start-up script and the image, and boot_failures in the scenario",
                count(*failures, "failed boot"),
                money(*amount, currency)
            ),
            Self::UpdatesRefused { cluster, updates } => format!(
                "a ReadOnly lock refused {} of {cluster}; move the updates to a time without the lock",
                count(*updates, "update")
            ),
            Self::ThresholdOverNothing { figure } => format!(
                "the threshold on {figure} was judged over no job at all, so it holds without meaning much; \
                 check that jobs reach the cluster it names"
            ),
            Self::FewJobs { jobs } => format!(
                "percentiles are over {}: the 99th is near their maximum; simulate a longer time, or use \
                 --replications",
                count(*jobs, "started job")
            ),
            Self::NoSteadyState { warm_up_s: Some(span), .. } => format!(
                "the warm-up of {} is more than half of the run: it is too short to tell a steady state, or has \
                 none; simulate longer, or do without --warm-up",
                duration_s(*span)
            ),
            Self::NoSteadyState { warm_up_s: None, jobs } => format!(
                "MSER-5 needs 50 started jobs to find a start-up and has {}: nothing is left out; simulate longer, \
                 or give the warm-up as a time, as --warm-up 12h",
                count(*jobs, "job")
            ),
            Self::TooFewReplications { n, relative } => {
                let needed = replications_for(*n, *relative);
                format!(
                    "{} leave the mean wait or the cost uncertain by ± {}; --replications {} would bring that to \
                 about ± {}",
                    count(*n, "replication"),
                    percent(*relative),
                    needed,
                    percent(relative * (*n as f64 / needed as f64).sqrt())
                )
            }
        }
    }
}
