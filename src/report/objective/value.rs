//! Figures of a configuration over its replications.

use super::{Figure, Metric, Objective, Stat};
use crate::engine::output::{ClusterResult, Outcome, RunResult};
use crate::report::pricing::{billed_node_ticks, cluster_cost};
use crate::report::sweep::Scale;
use crate::stats::histogram::{Histogram, bucket, upper_end};
use crate::stats::rank;
use crate::units::{Tick, TimeSpan};

/// One replication of a configuration.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// What turns its ticks into figures.
    pub scale: &'a Scale,
    /// Its result.
    pub result: &'a RunResult,
}

impl Sample<'_> {
    /// The results of the clusters that a figure is about.
    fn clusters(&self, cluster: Option<usize>) -> impl Iterator<Item = (usize, &ClusterResult)> {
        self.result.clusters.iter().enumerate().filter(move |(i, _)| cluster.is_none_or(|c| c == *i))
    }

    fn sum(&self, cluster: Option<usize>, of: impl Fn(&ClusterResult) -> u64) -> u64 {
        self.clusters(cluster).map(|(_, r)| of(r)).sum()
    }

    /// NaN where a price is not known.
    fn cost(&self, cluster: Option<usize>) -> f64 {
        let rates = &self.scale.rates;
        let of = |(i, r)| {
            let rates: &crate::report::pricing::Rates = &rates[i];
            if rates.node_per_h.is_some() { cluster_cost(rates, r).total } else { f64::NAN }
        };
        self.clusters(cluster).map(of).sum()
    }

    fn hours(&self, ticks: u64) -> f64 {
        ticks as f64 / crate::report::context::ticks_per_h(self.scale.resolution) as f64
    }

    /// An amount of the whole run as one of a period.
    fn rate(&self, objective: &Objective, whole: f64) -> f64 {
        let per_h = crate::report::context::ticks_per_h(self.scale.resolution) as f64;
        match (objective.period, self.scale.objective_span) {
            (Some(period), Some(span)) => whole * f64::from(period.hours) / (span / per_h),
            (Some(_), None) => f64::NAN,
            (None, _) => whole,
        }
    }

    /// The limit in whole ticks: a time is within the limit if its ticks are.
    fn ticks(&self, limit: TimeSpan) -> u64 {
        limit.ns() / self.scale.resolution.ns()
    }

    fn seconds(&self, ticks: f64) -> f64 {
        ticks * self.scale.resolution.tick_s()
    }
}

/// Jobs within a limit, as far as known: at least `low`, at most `high` of `of`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) low: u64,
    pub(super) high: u64,
    pub(super) of: u64,
}

impl Count {
    pub(super) fn add(&mut self, other: Self) {
        self.low += other.low;
        self.high += other.high;
        self.of += other.of;
    }
}

/// Which time of jobs a metric is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Times {
    Wait,
    Turnaround,
}

impl Times {
    fn histogram(self, result: &ClusterResult) -> &Histogram {
        match self {
            Self::Wait => &result.wait_histogram,
            Self::Turnaround => &result.turnaround_histogram,
        }
    }

    /// Jobs judged: those that never started too, of waits.
    fn of(self, result: &ClusterResult) -> u64 {
        match self {
            Self::Wait => result.waits_judged,
            Self::Turnaround => result.outcomes[Outcome::Completed as usize],
        }
    }
}

/// Jobs with a time within the limit in one replication.
pub(super) fn within(sample: &Sample<'_>, cluster: Option<usize>, times: Times, limit: TimeSpan) -> Count {
    let ticks = sample.ticks(limit);
    let exact = times == Times::Wait && sample.scale.wait_limit == Some(limit);
    let mut count = Count::default();
    for (_, result) in sample.clusters(cluster) {
        let of = times.of(result);
        count.add(if exact {
            Count { low: result.waits_within, high: result.waits_within, of }
        } else {
            bounds(times.histogram(result), ticks, of)
        });
    }
    count
}

/// Values at most `limit` in a histogram: those in buckets that end there, and those in buckets that begin there.
fn bounds(histogram: &Histogram, limit: u64, of: u64) -> Count {
    let (mut low, mut high) = (0, 0);
    for (i, n) in histogram.nonzero() {
        let ends = u64::from(upper_end(i));
        let begins = if i == 0 { 0 } else { u64::from(upper_end(i - 1)) + 1 };
        debug_assert_eq!(bucket(begins as Tick), i, "buckets follow one another");
        low += if ends <= limit { u64::from(n) } else { 0 };
        high += if begins <= limit { u64::from(n) } else { 0 };
    }
    Count { low, high, of }
}

/// A percentile [s] of all replications' jobs together: the upper end of its bucket; infinite where it falls on a job
/// that never started; NaN without jobs.
fn percentile(samples: &[Sample<'_>], cluster: Option<usize>, times: Times, per_mille: u32) -> f64 {
    let of: u64 = samples.iter().map(|s| s.sum(cluster, |r| times.of(r))).sum();
    let Some(first) = samples.first() else { return f64::NAN };
    if of == 0 {
        return f64::NAN;
    }
    let rank = rank(per_mille, of);
    let histograms = || samples.iter().flat_map(|s| s.clusters(cluster)).map(|(_, r)| times.histogram(r));
    let mut together: Option<Histogram> = None;
    let mut all = histograms();
    let one = all.next();
    for more in all {
        // One alone is not copied.
        together.get_or_insert_with(|| one.cloned().unwrap_or_default()).merge(more);
    }
    let mut below = 0;
    for (i, n) in together.as_ref().or(one).iter().flat_map(|h| h.nonzero()) {
        below += u64::from(n);
        if below >= rank {
            return first.seconds(upper_end(i).into());
        }
    }
    f64::INFINITY
}

/// A figure over the replications of a configuration, in its unit; NaN where it is not defined. Amounts and rates are
/// means over the replications; statistics of times and shares are those of all their jobs and nodes together.
#[must_use]
pub fn value(objective: &Objective, figure: &Figure, samples: &[Sample<'_>]) -> f64 {
    let cluster = figure.cluster;
    let mean = |of: &dyn Fn(&Sample<'_>) -> f64| samples.iter().map(of).sum::<f64>() / samples.len() as f64;
    let sum = |of: fn(&ClusterResult) -> u64| samples.iter().map(|s| s.sum(cluster, of)).sum::<u64>();
    let ratio = |a: u64, b: u64| if b > 0 { a as f64 / b as f64 } else { f64::NAN };
    let tick_s = samples.first().map_or(1.0, |s| s.scale.resolution.tick_s());
    let endless = |values: Option<Tick>, missing: bool| match values {
        _ if missing => f64::INFINITY,
        Some(ticks) => f64::from(ticks) * tick_s,
        None => f64::NAN,
    };
    let max = |of: fn(&ClusterResult) -> Option<Tick>| {
        samples.iter().flat_map(|s| s.clusters(cluster)).filter_map(|(_, r)| of(r)).max()
    };
    let share = |limit: TimeSpan| {
        let mut count = Count::default();
        for sample in samples {
            count.add(within(sample, cluster, Times::Wait, limit));
        }
        ratio(count.low, count.of)
    };
    match figure.metric {
        Metric::Cost => mean(&|s| s.rate(objective, s.cost(cluster))),
        Metric::WholeCost => mean(&|s| s.cost(cluster)),
        Metric::NodeHours => mean(&|s| s.rate(objective, s.hours(s.sum(cluster, billed_node_ticks)))),
        Metric::WholeNodeHours => mean(&|s| s.hours(s.sum(cluster, billed_node_ticks))),
        Metric::Waiting => mean(&|s| s.rate(objective, s.hours(s.sum(cluster, queued)))),
        Metric::Wait(Stat::Mean) => ratio(sum(|r| r.wait_sum), sum(|r| r.started)) * tick_s,
        Metric::Wait(Stat::Max) => endless(max(|r| r.wait_max), sum(|r| r.waits_judged) > sum(|r| r.started)),
        Metric::Wait(Stat::Percentile(p)) => percentile(samples, cluster, Times::Wait, p),
        Metric::Turnaround(Stat::Mean) => {
            ratio(sum(|r| r.turnaround_sum), sum(|r| Times::Turnaround.of(r))) * tick_s
        }
        Metric::Turnaround(Stat::Max) => endless(max(|r| r.turnaround_max), false),
        Metric::Turnaround(Stat::Percentile(p)) => percentile(samples, cluster, Times::Turnaround, p),
        Metric::StartedWithin(limit) => share(limit),
        Metric::StartedLate(limit) => 1.0 - share(limit),
        Metric::Jobs(which) => {
            samples.iter().map(|s| s.sum(cluster, |r| which.count(r))).max().unwrap_or(0) as f64
        }
        Metric::Utilisation => ratio(sum(|r| r.useful + r.lost + r.prepare), sum(billed_node_ticks)),
    }
}

/// Job-ticks in the queue.
fn queued(result: &ClusterResult) -> u64 {
    result.wait.iter().chain(&result.requeue_wait).sum()
}
