//! How each warning reads.

use super::words::{advice_for, replications_for, some_of, words};
use super::{Bound, Warning};
use crate::engine::output::Reason;
use crate::report::units::{count, duration_s, money, percent};

/// From this utilisation on, a better order of jobs wins little.
const BUSY: f64 = 0.9;

impl Warning {
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
                    crate::report::units::short(*job_h),
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
            Self::RatesOverEmpty { span_s, horizon, first_s, done_s } => {
                rates_over_empty(*span_s, *horizon, *first_s, *done_s)
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
                    format!(" ({} of them after evictions)", crate::report::units::short(*again_h))
                } else {
                    String::new()
                };
                format!(
                    "a resource lock stopped {cluster} from growing (the service shows Resizing, and no change), \
                     and jobs waited {} job-hours for it{again}; remove the lock, or move it off the \
                     workspace's resource group",
                    crate::report::units::short(*job_h)
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
            Self::Rejected { jobs, of, main } => {
                let why = main.as_ref().map_or(String::new(), |(some, cluster, reason)| {
                    let some = if some == jobs { "all".to_owned() } else { some.to_string() };
                    format!(", {some} on {cluster}: \"{}\"", reason.trim_end_matches('.'))
                });
                format!(
                    "{jobs} of {} were rejected when submitted and appear in no wait and no cost{why}; raise what \
                     the reason names (max_nodes, a quota, inter_node_communication), or make the jobs smaller",
                    count(*of, "job")
                )
            }
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
            Self::NoSteadyState { warm_up_s: Some(span), jobs, left_out } if jobs == left_out => format!(
                "the warm-up of {} leaves out all of the {}: the last of them was submitted before its end, so there \
                 are no figures of a steady state; give a shorter time, or simulate longer",
                duration_s(*span),
                count(*jobs, "started job")
            ),
            Self::NoSteadyState { warm_up_s: Some(span), .. } => format!(
                "the warm-up of {} is more than half of the run: it is too short to tell a steady state, or has \
                 none; simulate longer, or do without --warm-up",
                duration_s(*span)
            ),
            Self::NoSteadyState { warm_up_s: None, jobs, .. } => format!(
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

fn rates_over_empty(span_s: f64, horizon: bool, first_s: Option<f64>, done_s: Option<f64>) -> String {
    let span = if horizon { "the horizon" } else { "the time to the last submission" };
    let mut what = Vec::new();
    let mut advice = Vec::new();
    if let Some(first) = first_s {
        what.push(format!("the first job is submitted at {}", duration_s(first)));
        advice.push("begin the run there (a later `start` or none, or `window: (from: …)` in the workload)");
    }
    if let Some(done) = done_s {
        what.push(format!("all work is done at {}", duration_s(done)));
        advice.push("set a horizon near the end of the work");
    }
    let empty = first_s.unwrap_or(0.0) + done_s.map_or(0.0, |done| span_s - done);
    format!(
        "{}, and rates divide by {span} ({}), of which {} has no jobs: a day with jobs costs more than the cost per day \
         says; {}, or read totals",
        what.join(", "),
        duration_s(span_s),
        percent(empty / span_s),
        advice.join(", and ")
    )
}
