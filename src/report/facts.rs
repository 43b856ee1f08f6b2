//! The numbers of a report for one cluster or for all, still as integers where they are integers.

use super::context::Context;
use super::pricing::{self, Cost, Rates};
use crate::engine::output::{ClusterResult, JobRecord, Outcome, Reason, RunResult, State};
use crate::stats::{bounded_slowdown, nearest_rank, rank};
use crate::units::{NEVER, Tick};

/// Spread of a time over jobs [ticks].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Values.
    pub n: u64,
    /// Their sum.
    pub sum: u64,
    /// 50th percentile; `None` without values, as all of them.
    pub p50: Option<Tick>,
    /// 90th.
    pub p90: Option<Tick>,
    /// 95th.
    pub p95: Option<Tick>,
    /// 99th.
    pub p99: Option<Tick>,
    /// The largest.
    pub max: Option<Tick>,
}

impl Spread {
    /// Of values in any order, which it sorts.
    #[must_use]
    pub fn of(values: &mut [Tick]) -> Self {
        values.sort_unstable();
        Self {
            n: values.len() as u64,
            sum: values.iter().map(|v| u64::from(*v)).sum(),
            p50: nearest_rank(values, 500),
            p90: nearest_rank(values, 900),
            p95: nearest_rank(values, 950),
            p99: nearest_rank(values, 990),
            max: values.last().copied(),
        }
    }

    /// Mean [ticks]; `None` without values.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / self.n as f64)
    }
}

/// Jobs that started within a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Within {
    /// How many did.
    pub jobs: u64,
    /// Jobs that started, or never did and were neither rejected nor cancelled (model, section 9).
    pub of: u64,
}

impl Within {
    /// Their share; `None` where no job is judged.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.jobs as f64 / self.of as f64)
    }

    /// Whether a job that never started with this outcome is one of them.
    #[must_use]
    pub const fn judges_unstarted(outcome: Outcome) -> bool {
        !matches!(outcome, Outcome::Rejected | Outcome::Cancelled)
    }

    /// Counts a job; `starts_within` tells of a wait whether it keeps the limit.
    pub fn count(&mut self, submit: Tick, record: &JobRecord, starts_within: impl FnOnce(Tick) -> bool) {
        if record.first_start != NEVER {
            self.of += 1;
            self.jobs += u64::from(starts_within(record.first_start - submit));
        } else if Self::judges_unstarted(record.outcome) {
            self.of += 1;
        }
    }
}

/// The numbers of one cluster, or of all clusters together.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Clusters in it.
    pub clusters: usize,
    /// Jobs by [`Outcome`].
    pub outcomes: [u64; Outcome::COUNT],
    /// Jobs that started.
    pub started: u64,
    /// Starts after a job's first.
    pub restarts: u64,
    /// Waits of jobs that started.
    pub wait: Spread,
    /// Jobs that started within the wait limit, of those whose waits are judged; `None` without a limit.
    pub within: Option<Within>,
    /// Turnarounds of completed jobs.
    pub turnaround: Spread,
    /// Mean bounded slowdown of completed jobs.
    pub slowdown_mean: Option<f64>,
    /// Its 95th percentile.
    pub slowdown_p95: Option<f64>,
    /// Waits before the first start by [`Reason`] [job-ticks].
    pub wait_by_reason: [u64; Reason::COUNT],
    /// Waits after an eviction by [`Reason`] [job-ticks].
    pub requeue_wait_by_reason: [u64; Reason::COUNT],
    /// Node-ticks by [`State`].
    pub node_ticks: [u64; State::COUNT],
    /// Node-ticks of kept work.
    pub useful: u64,
    /// Of those, by [`Outcome`] of the job.
    pub useful_by_outcome: [u64; Outcome::COUNT],
    /// Node-ticks of lost work and overhead.
    pub lost: u64,
    /// Node-ticks of prepare.
    pub prepare: u64,
    /// Billed node-ticks.
    pub billed: u64,
    /// Most held nodes; `None` for several clusters, whose peaks need not coincide.
    pub peak_nodes: Option<u32>,
    /// Time with allocated ≥ limit [ticks]; `None` for several clusters.
    pub at_limit: Option<u64>,
    /// Requested nodes.
    pub requests: u64,
    /// Of those withdrawn.
    pub withdrawn: u64,
    /// Released nodes.
    pub releases: u64,
    /// Scale operations.
    pub scale_operations: u64,
    /// Evicted nodes.
    pub evictions: u64,
    /// Failed boots.
    pub boot_failures: u64,
    /// Updates that a lock refused.
    pub refused_updates: u64,
    /// What it cost, without clusters whose price is not known.
    pub cost: Cost,
    /// Clusters whose price is not known.
    pub unpriced: usize,
}

impl Facts {
    /// Jobs with an outcome.
    #[must_use]
    pub fn outcome(&self, outcome: Outcome) -> u64 {
        self.outcomes[outcome as usize]
    }

    /// All jobs.
    #[must_use]
    pub fn jobs(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    /// Jobs that failed or timed out.
    #[must_use]
    pub fn failed(&self) -> u64 {
        Outcome::ALL.iter().filter(|o| o.is_failed()).map(|o| self.outcome(*o)).sum()
    }

    /// Jobs without a final outcome.
    #[must_use]
    pub fn unfinished(&self) -> u64 {
        Outcome::ALL.iter().filter(|o| !o.is_final()).map(|o| self.outcome(*o)).sum()
    }

    /// Node-ticks in a state.
    #[must_use]
    pub fn state(&self, state: State) -> u64 {
        self.node_ticks[state as usize]
    }

    /// Node-ticks of running nodes: useful, lost and prepare.
    #[must_use]
    pub fn busy(&self) -> u64 {
        self.useful + self.lost + self.prepare
    }

    /// (useful + lost + prepare) / billed node-time; `None` where nothing was billed.
    #[must_use]
    pub fn utilisation(&self) -> Option<f64> {
        (self.billed > 0).then(|| self.busy() as f64 / self.billed as f64)
    }

    /// Useful / billed node-time; `None` where nothing was billed.
    #[must_use]
    pub fn goodput(&self) -> Option<f64> {
        (self.billed > 0).then(|| self.useful as f64 / self.billed as f64)
    }

    /// Whether at least one cluster has a price, or there is none.
    #[must_use]
    pub fn priced(&self) -> bool {
        self.unpriced < self.clusters || self.clusters == 0
    }

    /// Wait before the first start [job-ticks], of jobs still queued too.
    #[must_use]
    pub fn wait_ticks(&self) -> u64 {
        self.wait_by_reason.iter().sum()
    }

    /// Of one cluster, without what is made from its jobs.
    pub(super) fn of_result(r: &ClusterResult, rates: &Rates) -> Self {
        let facts = Self {
            clusters: 1,
            billed: pricing::billed_node_ticks(r),
            peak_nodes: Some(r.peak_nodes),
            at_limit: Some(r.at_limit_ticks),
            cost: pricing::cluster_cost(rates, r),
            unpriced: usize::from(rates.node_per_h.is_none()),
            ..Self::sums_of(r)
        };
        debug_assert_eq!(facts.busy(), facts.state(State::Running), "busy node-ticks of a cluster");
        facts
    }

    /// Adds another cluster; spreads are made from the jobs.
    pub(super) fn add(&mut self, other: &Self) {
        (self.peak_nodes, self.at_limit) = match self.clusters {
            0 => (other.peak_nodes, other.at_limit),
            _ => (None, None),
        };
        self.clusters += other.clusters;
        self.billed += other.billed;
        self.cost.add(&other.cost);
        self.unpriced += other.unpriced;
        self.add_sums(other);
    }
}

/// What adds up over clusters.
trait Sum {
    fn add(&mut self, other: &Self);
}

impl Sum for u64 {
    fn add(&mut self, other: &Self) {
        *self += other;
    }
}

impl<const N: usize> Sum for [u64; N] {
    fn add(&mut self, other: &Self) {
        self.iter_mut().zip(other).for_each(|(a, b)| *a += b);
    }
}

/// The facts that are sums of the engine's, taken over and added up: `fact = field of the result`.
macro_rules! sums {
    ($($fact:ident = $field:ident,)*) => {
        impl Facts {
            fn sums_of(r: &ClusterResult) -> Self {
                Self { $($fact: r.$field,)* ..Self::default() }
            }

            fn add_sums(&mut self, other: &Self) {
                $(self.$fact.add(&other.$fact);)*
            }
        }
    };
}

sums! {
    outcomes = outcomes,
    started = started,
    restarts = restarts,
    wait_by_reason = wait,
    requeue_wait_by_reason = requeue_wait,
    node_ticks = node_ticks,
    useful = useful,
    useful_by_outcome = useful_by_outcome,
    lost = lost,
    prepare = prepare,
    requests = requests,
    withdrawn = withdrawn,
    releases = releases,
    scale_operations = scale_operations,
    evictions = evictions,
    boot_failures = boot_failures,
    refused_updates = refused_updates,
}

/// The numbers of a whole run.
#[derive(Clone, Debug, Default)]
pub struct RunFacts {
    /// All clusters together.
    pub total: Facts,
    /// By cluster.
    pub clusters: Vec<Facts>,
}

impl RunFacts {
    /// From a run and its job records.
    #[must_use]
    pub fn of(context: &Context, result: &RunResult, jobs: &[JobRecord]) -> Self {
        let priced = |(c, r): (usize, &ClusterResult)| Facts::of_result(r, &context.rates(c));
        let mut clusters: Vec<Facts> = result.clusters.iter().enumerate().map(priced).collect();
        let mut total = Facts::default();
        for facts in &clusters {
            total.add(facts);
        }
        let mut times = vec![JobTimes::default(); clusters.len()];
        let mut all = JobTimes::default();
        for (job, record) in context.jobs.iter().zip(jobs) {
            if let Some(limit) = context.wait_limit {
                let within = &mut times[job.cluster as usize].within;
                within.count(job.submit, record, |wait| context.within(wait, limit));
            }
            if record.first_start != NEVER {
                times[job.cluster as usize].waits.push(record.first_start - job.submit);
            }
            if record.outcome == Outcome::Completed {
                let turnaround = record.end - job.submit;
                let slowdown =
                    bounded_slowdown(turnaround.into(), job.running.into(), context.resolution.ns());
                let times = &mut times[job.cluster as usize];
                times.turnarounds.push(turnaround);
                times.slowdowns.push(slowdown);
            }
        }
        for (facts, times) in clusters.iter_mut().zip(&mut times) {
            all.add(times);
            times.store(facts);
            facts.within = context.wait_limit.map(|_| times.within);
        }
        all.store(&mut total);
        total.within = context.wait_limit.map(|_| all.within);
        Self { total, clusters }
    }
}

/// Times of the jobs of a scope.
#[derive(Clone, Debug, Default)]
struct JobTimes {
    waits: Vec<Tick>,
    turnarounds: Vec<Tick>,
    slowdowns: Vec<f64>,
    within: Within,
}

impl JobTimes {
    fn add(&mut self, other: &Self) {
        self.waits.extend_from_slice(&other.waits);
        self.turnarounds.extend_from_slice(&other.turnarounds);
        self.slowdowns.extend_from_slice(&other.slowdowns);
        self.within.jobs += other.within.jobs;
        self.within.of += other.within.of;
    }

    fn store(&mut self, facts: &mut Facts) {
        facts.wait = Spread::of(&mut self.waits);
        facts.turnaround = Spread::of(&mut self.turnarounds);
        self.slowdowns.sort_unstable_by(f64::total_cmp);
        let n = self.slowdowns.len();
        if n > 0 {
            facts.slowdown_mean = Some(self.slowdowns.iter().sum::<f64>() / n as f64);
            facts.slowdown_p95 = self.slowdowns.get(rank(950, n as u64) as usize - 1).copied();
        }
        debug_assert_eq!(facts.wait.n, facts.started, "waits and started jobs");
    }
}
