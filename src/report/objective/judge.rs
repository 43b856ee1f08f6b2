//! The verdict on a configuration.

use super::value::{Count, Sample, Times, value, within};
use super::{Bound, Constraint, Metric, Objective, Stat, Unserved};
use crate::engine::output::{RunResult, Status};
use crate::report::expectations::{at_least, at_most};
use crate::report::facts::Within;
use crate::stats::rank;
use crate::stats::surface::{Point, Verdict};
use crate::units::TimeSpan;

/// Jobs that the scenario as written does not serve, over all replications: more than these are not recommended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Rejected at the submit gate.
    pub rejected: u64,
    /// Failed or timed out.
    pub failed: u64,
    /// Without a final outcome.
    pub unfinished: u64,
}

impl Baseline {
    /// Counts over replications.
    #[must_use]
    pub fn of<'a>(results: impl Iterator<Item = &'a RunResult>) -> Self {
        let mut sums = Self::default();
        for cluster in results.flat_map(|result| &result.clusters) {
            sums.rejected += Unserved::Rejected.count(cluster);
            sums.failed += Unserved::Failed.count(cluster);
            sums.unfinished += Unserved::Unfinished.count(cluster);
        }
        sums
    }
}

/// What became of a configuration in the choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Verdict and figures; its `index` is to be set.
    pub point: Point,
    /// What is minimised, by replication.
    pub objectives: Vec<f64>,
    /// By constraint: whether all replications together hold it.
    pub held: Vec<bool>,
    /// By constraint: its value, as the histogram gives it.
    pub values: Vec<f64>,
}

/// Whether a constraint holds.
enum Decision {
    Known(bool),
    /// By so many jobs it does, by so many not: the histogram does not tell.
    Open,
}

/// Which time a constraint limits by counting jobs, its limit, and the fewest jobs out of so many.
fn counted(constraint: &Constraint) -> Option<(Times, TimeSpan)> {
    match constraint.figure.metric {
        Metric::Wait(Stat::Percentile(_)) => Some((Times::Wait, constraint.time?)),
        Metric::Turnaround(Stat::Percentile(_)) => Some((Times::Turnaround, constraint.time?)),
        Metric::StartedWithin(limit) | Metric::StartedLate(limit) => Some((Times::Wait, limit)),
        _ => None,
    }
}

/// Whether so many jobs within the limit are enough.
fn enough(constraint: &Constraint, jobs: u64, of: u64) -> bool {
    match constraint.figure.metric {
        Metric::Wait(Stat::Percentile(p)) | Metric::Turnaround(Stat::Percentile(p)) => jobs >= rank(p, of),
        Metric::StartedLate(_) => {
            Within { jobs: of - jobs, of }.share().is_none_or(|share| at_most(share, constraint.limit))
        }
        _ => Within { jobs, of }.share().is_none_or(|share| at_least(share, constraint.limit)),
    }
}

fn decide(constraint: &Constraint, samples: &[Sample<'_>], value: f64) -> Decision {
    if let Some((times, limit)) = counted(constraint) {
        let mut count = Count::default();
        for sample in samples {
            count.add(within(sample, constraint.figure.cluster, times, limit));
        }
        return match (enough(constraint, count.low, count.of), enough(constraint, count.high, count.of)) {
            (true, _) => Decision::Known(true),
            (_, false) => Decision::Known(false),
            _ => Decision::Open,
        };
    }
    // A mean over no jobs is no long wait; what is not known of money or nodes is not met.
    let of_jobs = matches!(constraint.figure.metric, Metric::Wait(_) | Metric::Turnaround(_));
    Decision::Known(match constraint.bound {
        _ if value.is_nan() => of_jobs,
        Bound::AtMost => at_most(value, constraint.limit),
        Bound::AtLeast => at_least(value, constraint.limit),
    })
}

/// How far a value is beyond the limit, relative to it.
fn excess(constraint: &Constraint, value: f64) -> f64 {
    let limit = constraint.limit;
    let over = match constraint.bound {
        Bound::AtMost => value - limit,
        Bound::AtLeast => limit - value,
    };
    // A limit of 0 has no relative excess: seconds, shares and jobs count as they are.
    let by = if limit.abs() > 0.0 { limit.abs() } else { 1.0 };
    // The constraint is missed, so it is beyond the limit, though the histogram's value may not show it.
    if over.is_nan() { f64::INFINITY } else { (over / by).max(f64::EPSILON) }
}

/// Judges a configuration by all its replications. `recount` is asked for the exact number of jobs within the limit in a
/// replication (by its place in `samples`) where the histograms leave a constraint open: of waits if the flag is set,
/// else of turnarounds, in one cluster or in all.
pub fn judge(
    objective: &Objective,
    samples: &[Sample<'_>],
    today: &Baseline,
    mut recount: impl FnMut(usize, bool, Option<usize>, TimeSpan) -> u64,
) -> Judged {
    let (mut held, mut values, mut most) = (Vec::new(), Vec::new(), 0.0_f64);
    for constraint in &objective.constraints {
        let value = value(objective, &constraint.figure, samples);
        let holds = match decide(constraint, samples, value) {
            Decision::Known(holds) => holds,
            Decision::Open => recounted(constraint, samples, &mut recount),
        };
        if !holds {
            most = most.max(excess(constraint, value));
        }
        held.push(holds);
        values.push(value);
    }
    let settled = samples.iter().all(|sample| sample.result.status == Status::Settled);
    let own = Baseline::of(samples.iter().map(|sample| sample.result));
    let verdict = if !settled {
        Verdict::NotSettled
    } else if own.rejected > today.rejected {
        Verdict::Rejects
    } else if own.failed > today.failed {
        Verdict::Fails
    } else if own.unfinished > today.unfinished {
        Verdict::Unfinished
    } else if held.iter().all(|held| *held) {
        Verdict::Meets
    } else {
        Verdict::Misses
    };
    let objectives: Vec<f64> = samples.iter().map(|sample| minimised(objective, &[*sample])).collect();
    let cost = super::Figure { metric: Metric::Cost, cluster: None, name: String::new() };
    let point = Point {
        index: 0,
        verdict,
        objective: defined(objectives.iter().sum::<f64>() / objectives.len() as f64),
        cost: value(objective, &cost, samples),
        latency_s: latency(objective, samples, &held, &values),
        excess: most,
    };
    Judged { point, objectives, held, values }
}

/// The latency of the charts. A percentile from a histogram is the upper end of a bucket; where the jobs were counted and its
/// limit is held, it is not shown above the limit.
fn latency(objective: &Objective, samples: &[Sample<'_>], held: &[bool], values: &[f64]) -> f64 {
    let Some(i) = objective.latency_of else { return value(objective, &objective.latency, samples) };
    let constraint = &objective.constraints[i];
    let found = match constraint.figure.metric {
        Metric::Wait(_) | Metric::Turnaround(_) => values[i],
        _ => value(objective, &objective.latency, samples),
    };
    match objective.latency_limit {
        Some(limit) if held[i] && found > limit.as_s() => limit.as_s(),
        _ => found,
    }
}

fn recounted(
    constraint: &Constraint,
    samples: &[Sample<'_>],
    recount: &mut impl FnMut(usize, bool, Option<usize>, TimeSpan) -> u64,
) -> bool {
    let Some((times, limit)) = counted(constraint) else { return false };
    let cluster = constraint.figure.cluster;
    let (mut jobs, mut of) = (0, 0);
    for (i, sample) in samples.iter().enumerate() {
        let count = within(sample, cluster, times, limit);
        let exact = if count.low == count.high {
            count.low
        } else {
            recount(i, times == Times::Wait, cluster, limit)
        };
        debug_assert!((count.low..=count.high).contains(&exact), "{exact} of {count:?}");
        jobs += exact;
        of += count.of;
    }
    enough(constraint, jobs, of)
}

/// What is minimised, in one replication; infinite where it is not defined.
fn minimised(objective: &Objective, sample: &[Sample<'_>]) -> f64 {
    let of = |term: &super::Term| term.weight * value(objective, &term.figure, sample);
    defined(objective.terms.iter().map(of).sum())
}

fn defined(value: f64) -> f64 {
    if value.is_nan() { f64::INFINITY } else { value }
}
