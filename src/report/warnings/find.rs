//! When each warning is due.

use super::{Bound, Warning};
use crate::diagnostic::Code;
use crate::engine::input::Tier;
use crate::engine::output::{ClusterResult, Outcome, Reason, RunResult, State, Status};
use crate::engine::record::{Profile, Recording};
use crate::report::context::{ClusterContext, Context};
use crate::report::expectations::Threshold;
use crate::report::facts::{Facts, RunFacts};
use crate::report::pricing::{Part, amount};
use crate::report::refusals::Failure;
use crate::units::{NEVER, TICK_END, Tick};

/// A cause of waiting is worth a warning from this share of all waiting on.
const WAIT_SHARE: f64 = 0.2;
/// max_nodes and gangs are ordinary causes: only when they dominate.
const MAIN_SHARE: f64 = 0.5;
/// Shorter p95 waits are not worth more nodes [s].
const WAIT_P95_S: f64 = 60.0;
/// Lost work is worth a warning from this share of busy node-time on.
const LOST_SHARE: f64 = 0.1;
/// Idle nodes of a cluster with `min_nodes` from this share of its node cost on.
const IDLE_SHARE: f64 = 0.3;
/// The run may last this many times its horizon.
const HORIZON_SLACK: f64 = 1.1;
/// And without a horizon this many times its submissions, where they span a day.
const SUBMISSIONS_SLACK: f64 = 1.25;
const DAY_S: f64 = 86_400.0;
/// More of the span that rates divide by should not be without jobs at either end.
const EMPTY_SHARE: f64 = 0.1;
/// A long weekend.
const WEEKEND_S: f64 = 3.0 * DAY_S;
/// What a lock keeps is worth a warning from this share of the cluster's cost on.
const LEAK_SHARE: f64 = 0.001;
/// Instants after the last thing from outside, beside those for each job (model, section 3).
const LATE_INSTANTS: u64 = 1 << 20;
/// Tails of fewer jobs say little.
const FEW_JOBS: u64 = 100;

/// The warnings of a run, in the order of their codes.
#[must_use]
pub fn find(
    context: &Context,
    facts: &RunFacts,
    result: &RunResult,
    recording: &Recording,
    thresholds: &[Threshold],
    failures: &[Failure],
) -> Vec<Warning> {
    let mut found = Vec::new();
    for (c, cluster) in context.clusters.iter().enumerate() {
        let kept = recording.stuck.iter().flat_map(|s| &s.nodes).filter(|n| n.cluster as usize == c);
        let one = One {
            context,
            cluster,
            facts: &facts.clusters[c],
            result: &result.clusters[c],
            stuck_nodes: kept.count() as u64,
        };
        match result.status {
            Status::Stuck => found.extend(one.stuck()),
            Status::Settled | Status::Horizon => found.extend(one.not_drained()),
            // What is left says nothing but that the run did not end.
            Status::Limit => {}
        }
        found.extend(one.waits());
        found.extend(one.low_priority());
        found.extend(recording.profiles.get(c).and_then(|p| one.lock_leak(p)));
        found.extend(one.cost());
    }
    found.extend(beforehand(context));
    found.extend(whole_run(context, &facts.total, result, failures));
    found.extend(
        thresholds
            .iter()
            .filter(|t| t.met && t.value.is_none())
            .map(|t| Warning::ThresholdOverNothing { figure: t.figure.clone() }),
    );
    found.sort_by_key(Warning::code);
    found
}

/// The warnings that hold whatever the run does, in the order of their codes: `check` gives them too.
#[must_use]
pub fn beforehand(context: &Context) -> Vec<Warning> {
    let mut found: Vec<Warning> = context.clusters.iter().filter_map(gpu_quota).collect();
    // A cluster of a fixed size releases nobody.
    let assumed = |c: &&ClusterContext| c.idle_time_assumed && c.min_nodes < c.max_nodes;
    let assumed: Vec<String> = context.clusters.iter().filter(assumed).map(|c| c.name.clone()).collect();
    if !assumed.is_empty() {
        found.push(Warning::IdleTimeAssumed { clusters: assumed });
    }
    found
}

fn gpu_quota(cluster: &ClusterContext) -> Option<Warning> {
    (cluster.gpus > 0.0 && !cluster.quota_given && cluster.tier == Tier::Dedicated).then(|| {
        Warning::GpuQuotaNotGiven {
            cluster: cluster.name.clone(),
            family: cluster.family.clone(),
            vcpus: u64::from(cluster.max_nodes) * u64::from(cluster.vcpus),
        }
    })
}

/// The warning that doubts the rates of a run, if one does.
#[must_use]
pub fn rate_doubt(context: &Context, result: &RunResult) -> Option<Code> {
    rates(context, result).first().map(Warning::code)
}

/// What is wrong with the span that rates divide by.
fn rates(context: &Context, result: &RunResult) -> Vec<Warning> {
    let mut found = Vec::new();
    let (Some(span), false) = (context.rate_span(), result.status == Status::Limit) else { return found };
    let seconds = |t: Tick| context.seconds(t.into());
    let (span_s, end_s) = (seconds(span), seconds(result.end));
    let horizon = context.horizon.is_some();
    // A log of an hour always ends long after its last submission, and nobody asks what a day of it costs.
    let slack = if horizon { HORIZON_SLACK } else { SUBMISSIONS_SLACK };
    if end_s > slack * span_s && (horizon || span_s >= DAY_S) {
        found.push(Warning::HorizonShort { span_s, horizon, end_s });
    }
    // With a horizon, a night or a weekend at either end is part of the day or week that somebody asks for.
    let least_s = if horizon { WEEKEND_S } else { DAY_S };
    let long = |empty_s: f64| empty_s > EMPTY_SHARE * span_s && empty_s >= least_s;
    let first_s = context.jobs.first().map(|job| seconds(job.submit)).filter(|first| long(*first));
    let done = result.settled_at.filter(|_| horizon && !context.jobs.is_empty());
    let done_s = done.map(seconds).filter(|done| long(span_s - done));
    if first_s.is_some() || done_s.is_some() {
        found.push(Warning::RatesOverEmpty { span_s, horizon, first_s, done_s });
    }
    found
}

fn whole_run(context: &Context, total: &Facts, result: &RunResult, failures: &[Failure]) -> Vec<Warning> {
    let mut found = rates(context, result);
    let end_s = context.seconds(result.end.into());
    let rejected = total.outcome(Outcome::Rejected);
    if rejected > 0 {
        let of_gate = failures.iter().filter(|f| f.outcome == Outcome::Rejected.as_str());
        let main = of_gate.max_by_key(|f| f.jobs).map(|f| (f.jobs, f.cluster.clone(), f.reason.clone()));
        found.push(Warning::Rejected { jobs: rejected, of: total.jobs(), main });
    }
    match result.status {
        Status::Settled | Status::Horizon | Status::Stuck => {}
        Status::Limit => {
            let bound = if result.late_instants >= LATE_INSTANTS {
                Bound::Late
            } else if result.end >= TICK_END / 2 {
                Bound::Ticks
            } else {
                Bound::Repetitions
            };
            found.push(Warning::LimitReached { bound, end_s });
        }
    }
    if (1..FEW_JOBS).contains(&total.started) {
        found.push(Warning::FewJobs { jobs: total.started });
    }
    found
}

/// One cluster's warnings.
struct One<'a> {
    context: &'a Context,
    cluster: &'a ClusterContext,
    facts: &'a Facts,
    result: &'a ClusterResult,
    /// Nodes that cannot be released, where the run is stuck.
    stuck_nodes: u64,
}

impl One<'_> {
    fn name(&self) -> String {
        self.cluster.name.clone()
    }

    fn currency(&self) -> String {
        self.context.prices.currency.clone()
    }

    /// Waiting for a reason [job-ticks], after evictions too.
    fn waited(&self, reason: Reason) -> u64 {
        self.facts.wait_by_reason[reason as usize] + self.facts.requeue_wait_by_reason[reason as usize]
    }

    fn share(&self, reason: Reason) -> f64 {
        let all: u64 = Reason::ALL.iter().map(|r| self.waited(*r)).sum();
        if all == 0 { 0.0 } else { self.waited(reason) as f64 / all as f64 }
    }

    fn hours(&self, ticks: u64) -> f64 {
        ticks as f64 / self.context.ticks_per_h() as f64
    }

    fn waits(&self) -> Vec<Warning> {
        let mut found = Vec::new();
        let wait_p95_s = self.context.seconds(self.facts.wait.p95.unwrap_or(0).into());
        let share = self.share(Reason::Quota);
        if share >= WAIT_SHARE {
            found.push(Warning::QuotaBinding {
                cluster: self.name(),
                family: (self.cluster.tier == Tier::Dedicated).then(|| self.cluster.family.clone()),
                job_h: self.hours(self.waited(Reason::Quota)),
                share,
            });
        }
        let jobs = self.facts.outcome(Outcome::FailedIdentity);
        if jobs > 0 {
            found.push(Warning::IdentityMissing { cluster: self.name(), jobs });
        }
        if self.waited(Reason::Lock) > 0 {
            let job_h = self.hours(self.waited(Reason::Lock));
            let again_h = self.hours(self.facts.requeue_wait_by_reason[Reason::Lock as usize]);
            found.push(Warning::LockBlocksScaling { cluster: self.name(), job_h, again_h });
        }
        let share = self.share(Reason::MaxNodes);
        if share >= MAIN_SHARE && wait_p95_s > WAIT_P95_S {
            let max_nodes = self.cluster.max_nodes;
            found.push(Warning::MaxNodesBinding { cluster: self.name(), max_nodes, share, wait_p95_s });
        }
        let share = self.share(Reason::Gang);
        if share >= MAIN_SHARE && wait_p95_s > WAIT_P95_S {
            let utilisation = self.facts.utilisation().unwrap_or(0.0);
            let overtaking = self.cluster.discipline.overtakes();
            found.push(Warning::GangBlocked { cluster: self.name(), share, utilisation, overtaking });
        }
        found
    }

    fn not_drained(&self) -> Option<Warning> {
        let jobs = self.facts.outcome(Outcome::Queued);
        let reason = self.result.waiting_for;
        (jobs > 0).then(|| Warning::QueueNotDrained { cluster: self.name(), jobs, reason })
    }

    /// In a run that is stuck: what keeps it from being settled on this cluster.
    fn stuck(&self) -> Option<Warning> {
        let jobs = self.facts.outcome(Outcome::Queued);
        let kept_nodes = self.stuck_nodes;
        (jobs > 0 || kept_nodes > 0).then(|| Warning::Stuck {
            cluster: self.name(),
            jobs,
            reason: self.result.waiting_for,
            kept_nodes,
        })
    }

    fn low_priority(&self) -> Option<Warning> {
        if self.cluster.tier != Tier::LowPriority {
            return None;
        }
        let busy = self.facts.busy();
        let lost = if busy == 0 { 0.0 } else { self.facts.lost as f64 / busy as f64 };
        let capacity = self.share(Reason::Capacity);
        (lost >= LOST_SHARE || capacity >= WAIT_SHARE).then(|| Warning::LowPriorityStarved {
            cluster: self.name(),
            evictions: self.facts.evictions,
            lost,
            capacity,
        })
    }

    /// Nodes above `min_nodes` that held no job while a lock was on, from the averages over time: an estimate,
    /// which takes a stretch that a lock covers in part for even, and leaves out the idle time that nodes may stay
    /// anyway.
    fn lock_leak(&self, profile: &Profile) -> Option<Warning> {
        let stretch = u64::from(profile.stretch).max(1);
        let kept = u64::from(self.cluster.min_nodes) * stretch;
        let mut ticks = 0_u64;
        for lock in &self.context.locks {
            let (from, to) = (u64::from(lock.from), u64::from(lock.to.unwrap_or(NEVER)));
            let surplus: u64 = (0u64..)
                .zip(profile.held.iter().zip(&profile.running))
                .map(|(k, (held, running))| {
                    let begin = k * stretch;
                    let covered = to.min(begin + stretch).saturating_sub(from.max(begin));
                    let surplus = held.saturating_sub(*running.max(&kept));
                    (u128::from(surplus) * u128::from(covered) / u128::from(stretch)) as u64
                })
                .sum();
            let allowed = u64::from(self.cluster.idle_time) * u64::from(self.result.peak_nodes);
            ticks += surplus.saturating_sub(allowed);
        }
        let amount = amount(self.context, ticks, self.cluster.price_per_h());
        (ticks > 0 && amount >= LEAK_SHARE * self.facts.cost.total).then(|| Warning::LockLeaksCost {
            cluster: self.name(),
            amount,
            currency: self.currency(),
        })
    }

    fn cost(&self) -> Vec<Warning> {
        let mut found = Vec::new();
        let nodes = self.facts.cost.total - self.facts.cost.part(Part::LoadBalancer);
        let idle = self.facts.cost.part(Part::Idle);
        let share = if nodes > 0.0 { idle / nodes } else { 0.0 };
        if self.cluster.min_nodes > 0 && share >= IDLE_SHARE {
            found.push(Warning::MinNodesIdle {
                cluster: self.name(),
                min_nodes: self.cluster.min_nodes,
                fixed: self.cluster.min_nodes == self.cluster.max_nodes,
                share,
                amount: idle,
                currency: self.currency(),
            });
        }
        if self.facts.boot_failures > 0 && self.facts.state(State::Unusable) > 0 {
            found.push(Warning::UnusableNodes {
                cluster: self.name(),
                failures: self.facts.boot_failures,
                amount: self.facts.cost.part(Part::Unusable),
                currency: self.currency(),
            });
        }
        if self.facts.refused_updates > 0 {
            let updates = self.facts.refused_updates;
            found.push(Warning::UpdatesRefused { cluster: self.name(), updates });
        }
        found
    }
}
