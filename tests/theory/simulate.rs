//! Systems as the engine runs them: draws, replications, and what is measured in each.
//!
//! One mean service is 100,000 ticks. Gaps between arrivals are summed before they are rounded, durations are
//! rounded half up and last a tick at least: the mean of an exponential one is off by a share of 5 · 10^-11.
//! A wait is a difference of two rounded times; its mean is not shifted, and the probability that it is over
//! x whole ticks is that of being over x + 1/2, which is what the theory is asked for where it knows the
//! distribution. What remains is that things happen at one tick that would be apart in continuous time: an
//! arrival and a completion that meet withdraw and request nothing, say. At rates of r and s that is r s /
//! 100,000 a mean service, below 2 · 10^-4 of any rate here and less than a fifth of its standard error.
//!
//! **Warm-up.** A replication is run twice on the same draws, up to the end of its warm-up and up to the end
//! of its window, and the sums are subtracted: what is left happened in the window. Clusters start without
//! jobs, their `min_nodes` idle. M/M/1 at load 0.7 forgets its start with a time constant of 1/(1 − √0.7)² =
//! 38 mean services, and no system here is much slower; the warm-up is 1000.

use crate::check::{Comparison, Estimate};
use nodetide::engine::input::{ClusterInput, JobInput, Table};
use nodetide::engine::output::{ClusterResult, Outcome, Reason, State};
use nodetide::engine::{Detail, Input, Model, run};
use nodetide::rng::{Stream, stream};
use nodetide::scenario::schema::Distribution;
use nodetide::stats::histogram::{bucket, upper_end};
use nodetide::units::{Resolution, TICK_END, Tick, TimeSpan};
use nodetide::workload::sample::Sampler;
use rayon::prelude::*;

/// Seed of everything. The first that was tried; see `docs/theory.md`.
const SEED: u64 = 1;

/// Mean service [ticks].
pub(crate) const SERVICE: f64 = 100_000.0;

/// Of each replication [mean services].
const WARM_UP: f64 = 1000.0;

/// A duration in mean services, with ticks of 1 ms.
pub(crate) fn span(services: f64) -> TimeSpan {
    TimeSpan::from_ns((services * SERVICE).round() as u64 * Resolution::Ms1.ns())
}

/// A whole number of ticks, from mean services.
pub(crate) fn ticks(services: f64) -> Tick {
    (services * SERVICE).round() as Tick
}

pub(crate) fn exponential(mean: f64) -> Distribution {
    Distribution::Exponential { mean: span(mean) }
}

pub(crate) fn constant(value: f64) -> Distribution {
    Distribution::Constant(span(value))
}

/// A system with its theory.
pub(crate) struct System {
    pub(crate) name: &'static str,
    /// The cluster, without its drawn tables.
    pub(crate) cluster: ClusterInput,
    /// Jobs per mean service.
    pub(crate) arrivals: f64,
    pub(crate) service: Distribution,
    /// Gang sizes with their probabilities.
    pub(crate) sizes: Vec<(u32, f64)>,
    pub(crate) checkpoint: Option<Tick>,
    /// Tables by request ordinal.
    pub(crate) allocation: Option<Distribution>,
    pub(crate) boot: Option<Distribution>,
    pub(crate) lifetime: Option<Distribution>,
    pub(crate) billing_quantum: Tick,
    pub(crate) wait_limit: Option<Tick>,
    /// Length of the window [mean services].
    pub(crate) window: f64,
    /// Independent runs, 40 or more.
    pub(crate) replications: u64,
    /// Figures with their theory.
    pub(crate) figures: Vec<(Figure, f64)>,
}

impl Default for System {
    /// M/M/1 without figures.
    fn default() -> Self {
        Self {
            name: "",
            cluster: ClusterInput { communication_limit: u32::MAX, ..ClusterInput::default() },
            arrivals: 0.5,
            service: exponential(1.0),
            sizes: vec![(1, 1.0)],
            checkpoint: None,
            allocation: None,
            boot: None,
            lifetime: None,
            billing_quantum: 1,
            wait_limit: None,
            window: 20_000.0,
            replications: 40,
            figures: Vec::new(),
        }
    }
}

/// A cluster of so many nodes, all kept.
pub(crate) fn kept(nodes: u32) -> ClusterInput {
    ClusterInput { min_nodes: nodes, ..autoscaled(nodes) }
}

/// A cluster whose nodes are released at once; `min_nodes` are there from the start.
pub(crate) fn autoscaled(max_nodes: u32) -> ClusterInput {
    ClusterInput { max_nodes, communication_limit: u32::MAX, idle_time: 0, ..ClusterInput::default() }
}

/// What is measured; times in mean services.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Figure {
    /// From submission to the first start.
    MeanWait,
    /// P(wait > so many ticks), by the exact count of the wait objective where it is its limit, else by the
    /// histogram, of which it must then be the end of a bucket.
    WaitOver(Tick),
    /// From submission to completion.
    MeanTurnaround,
    MeanQueue,
    MeanNodes(State),
    /// Mean number of jobs in the queue that wait for this reason.
    Waiting(Reason),
    /// Mean number of jobs in the queue that have run before.
    Requeued,
    /// Share of time with all allowed nodes allocated.
    AtLimit,
    /// Nodes per mean service.
    Requests,
    Withdrawn,
    Releases,
    Evictions,
    /// Jobs per mean service.
    Restarts,
    /// Mean number of nodes whose work is lost, or that spend restart overhead.
    Lost,
    /// Mean number of nodes in prepare.
    Prepare,
    /// Share of the jobs that end so.
    Share(Outcome),
    LoadBalancers,
    /// Per mean service.
    BilledQuanta,
}

impl Figure {
    fn name(self) -> String {
        match self {
            Self::MeanWait => "mean wait".into(),
            Self::WaitOver(0) => "P(wait > 0)".into(),
            Self::WaitOver(t) => format!("P(wait > {:.4})", f64::from(t) / SERVICE),
            Self::MeanTurnaround => "mean turnaround".into(),
            Self::MeanQueue => "queue length".into(),
            Self::MeanNodes(state) => format!("{} nodes", state.as_str()),
            Self::Waiting(reason) => format!("queue, reason {}", reason.as_str()),
            Self::Requeued => "queue of evicted jobs".into(),
            Self::AtLimit => "time at the limit".into(),
            Self::Requests => "requests".into(),
            Self::Withdrawn => "withdrawals".into(),
            Self::Releases => "releases".into(),
            Self::Evictions => "evictions".into(),
            Self::Restarts => "restarts".into(),
            Self::Lost => "lost node-time".into(),
            Self::Prepare => "prepare node-time".into(),
            Self::Share(outcome) => format!("share {}", outcome.as_str()),
            Self::LoadBalancers => "load balancers".into(),
            Self::BilledQuanta => "billed quanta".into(),
        }
    }

    /// Numerator and denominator in one replication.
    fn measure(self, window: &Window) -> (f64, f64) {
        let time = window.ticks;
        let of = |f: &dyn Fn(&ClusterResult) -> u64| window.of(f);
        match self {
            Self::MeanWait => (of(&|r| r.wait_sum) / SERVICE, of(&|r| r.started)),
            Self::WaitOver(t) if window.wait_limit == Some(t) => {
                (of(&|r| r.started - r.waits_within), of(&|r| r.started))
            }
            Self::WaitOver(t) => {
                let bucket = bucket(t);
                assert_eq!(upper_end(bucket), t, "only the end of a bucket is counted exactly");
                let over = |r: &ClusterResult| {
                    r.wait_histogram.counts()[bucket + 1..].iter().map(|n| u64::from(*n)).sum()
                };
                (of(&over), of(&|r| r.started))
            }
            Self::MeanTurnaround => {
                let completed = of(&|r| r.outcomes[Outcome::Completed as usize]);
                (of(&|r| r.turnaround_sum) / SERVICE, completed)
            }
            Self::MeanQueue => (of(&|r| r.queue_ticks), time),
            Self::MeanNodes(state) => (of(&|r| r.node_ticks[state as usize]), time),
            Self::Waiting(reason) => {
                (of(&|r| r.wait[reason as usize] + r.requeue_wait[reason as usize]), time)
            }
            Self::Requeued => (of(&|r| r.requeue_wait.iter().sum()), time),
            Self::AtLimit => (of(&|r| r.at_limit_ticks), time),
            Self::Requests => (of(&|r| r.requests), time / SERVICE),
            Self::Withdrawn => (of(&|r| r.withdrawn), time / SERVICE),
            Self::Releases => (of(&|r| r.releases), time / SERVICE),
            Self::Evictions => (of(&|r| r.evictions), time / SERVICE),
            Self::Restarts => (of(&|r| r.restarts), time / SERVICE),
            Self::Lost => (of(&|r| r.lost), time),
            Self::Prepare => (of(&|r| r.prepare), time),
            Self::Share(outcome) => {
                let ended = |r: &ClusterResult| {
                    Outcome::ALL.iter().filter(|o| o.is_final()).map(|o| r.outcomes[*o as usize]).sum()
                };
                (of(&|r| r.outcomes[outcome as usize]), of(&ended))
            }
            Self::LoadBalancers => (of(&|r| r.load_balancer_ticks), time),
            Self::BilledQuanta => (of(&|r| r.billed_quanta), time / SERVICE),
        }
    }
}

/// Sums of one replication at the beginning and the end of its window.
pub(crate) struct Window {
    before: ClusterResult,
    after: ClusterResult,
    ticks: f64,
    wait_limit: Option<Tick>,
}

impl Window {
    /// What a sum grew by; negative where a provisional part (the running jobs' lost work) was undone.
    fn of(&self, f: &dyn Fn(&ClusterResult) -> u64) -> f64 {
        f(&self.after) as f64 - f(&self.before) as f64
    }
}

impl System {
    /// Runs all replications.
    pub(crate) fn windows(&self) -> Vec<Window> {
        (0..self.replications).into_par_iter().map(|replication| self.window(replication)).collect()
    }

    /// All figures beside their theory.
    pub(crate) fn compare(&self, windows: &[Window]) -> Vec<Comparison> {
        self.figures.iter().map(|&(figure, theory)| self.compare_one(windows, figure, theory)).collect()
    }

    pub(crate) fn compare_one(&self, windows: &[Window], figure: Figure, theory: f64) -> Comparison {
        let pairs: Vec<(f64, f64)> = windows.iter().map(|w| figure.measure(w)).collect();
        Comparison { system: self.name, figure: figure.name(), theory, simulated: Estimate::of(&pairs) }
    }

    fn window(&self, replication: u64) -> Window {
        let (start, end) = (ticks(WARM_UP), ticks(WARM_UP + self.window));
        assert!(end < TICK_END, "a replication fits the range of ticks");
        let stream = |name: &str| Stream::new(SEED, replication, self.name, name);
        let jobs = self.jobs(end, &stream);
        let mut cluster = self.cluster.clone();
        cluster.initial_nodes = cluster.min_nodes;
        // One entry for each request that can be made, so that none is drawn twice.
        let entries = 1000 + 4 * jobs.len();
        let table = |name: &str, distribution: &Distribution| -> Table<Tick> {
            match sampler(distribution) {
                s if s.is_listed() => [s.ticks(&stream(name), 0)].into(),
                s => (0..entries as u64).map(|i| s.ticks(&stream(name), i)).collect(),
            }
        };
        if let Some(d) = &self.allocation {
            cluster.allocation_delay = table(stream::ALLOCATION_DELAY, d);
        }
        if let Some(d) = &self.boot {
            cluster.boot_delay = table(stream::BOOT_DELAY, d);
        }
        if let Some(d) = &self.lifetime {
            cluster.lifetime = table(stream::LIFETIME, d);
        }
        let warm_up: Vec<JobInput> = jobs.iter().take_while(|j| j.submit <= start).copied().collect();
        let until = |horizon: Tick, jobs: Vec<JobInput>| {
            let input = Input {
                clusters: vec![cluster.clone()],
                jobs,
                horizon: Some(horizon),
                stop_at_horizon: true,
                billing_quantum: self.billing_quantum,
                wait_limit: self.wait_limit,
                ..Input::default()
            };
            let model = Model::new(input).expect("the system can be run");
            let (mut result, _) = run(&model, Detail::Sums);
            assert_eq!(result.end, horizon, "{}", self.name);
            let result = result.clusters.remove(0);
            let requests = result.requests + u64::from(cluster.initial_nodes);
            assert!(requests <= entries as u64, "{} entries are too few for {requests} nodes", entries);
            result
        };
        Window {
            before: until(start, warm_up),
            after: until(end, jobs),
            ticks: f64::from(end - start),
            wait_limit: self.wait_limit,
        }
    }

    /// Poisson arrivals up to `end`.
    fn jobs(&self, end: Tick, stream: &impl Fn(&str) -> Stream) -> Vec<JobInput> {
        let (arrivals, services) = (stream(stream::ARRIVALS), stream(stream::SERVICE));
        let sizes = stream(stream::NODES);
        let service = sampler(&self.service);
        let gap = SERVICE / self.arrivals;
        let mut jobs = Vec::with_capacity((1.02 * f64::from(end) / gap) as usize);
        let mut t = 0.0;
        for i in 0.. {
            t += gap * arrivals.draw(i).exponential();
            let submit = (t + 0.5).floor();
            if submit > f64::from(end) {
                break;
            }
            jobs.push(JobInput {
                submit: submit as Tick,
                service: service.ticks(&services, i),
                nodes: self.size(&sizes, i),
                checkpoint: self.checkpoint,
                ..JobInput::default()
            });
        }
        jobs
    }

    fn size(&self, stream: &Stream, i: u64) -> u32 {
        let &[.., (last, _)] = self.sizes.as_slice() else { panic!("a system has sizes") };
        if self.sizes.len() == 1 {
            return last;
        }
        let mut left = stream.uniform(i);
        for &(size, p) in &self.sizes {
            left -= p;
            if left < 0.0 {
                return size;
            }
        }
        last
    }
}

fn sampler(distribution: &Distribution) -> Sampler {
    Sampler::new(distribution, Resolution::Ms1).expect("a distribution of the tests")
}
