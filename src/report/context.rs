//! What a report says about a run beside the run's own integers: names, prices, tags, thresholds.

use super::pricing::Rates;
use super::refusals::Gate;
use super::summary::WarningEntry;
use crate::engine::Model;
use crate::engine::input::{Discipline, LockInput, Tier, UpdateInput};
use crate::engine::output::JobRecord;
use crate::scenario::schema::Expect;
use crate::units::{Resolution, Tick, TimeSpan};
use crate::workload::logs::LogReport;

/// Everything a report needs that the engine does not know.
#[derive(Clone, Debug)]
pub struct Context {
    /// Name of the scenario.
    pub scenario: String,
    /// What it is about.
    pub description: Option<String>,
    /// Length of a tick.
    pub resolution: Resolution,
    /// Local date and time of tick 0, if the scenario has one.
    pub start: Option<jiff::Zoned>,
    /// Seed of everything drawn.
    pub seed: u64,
    /// Replication, from 0.
    pub replication: u32,
    /// Earliest end of the run.
    pub horizon: Option<Tick>,
    /// By cluster, in scenario order.
    pub clusters: Vec<ClusterContext>,
    /// By job id.
    pub jobs: Vec<JobContext>,
    /// Tags, by the numbers in [`JobContext`].
    pub tags: Vec<String>,
    /// What things cost.
    pub prices: PriceContext,
    /// Thresholds, in scenario order.
    pub expect: Vec<Expect>,
    /// The wait whose share of jobs is a figure: the first that a threshold names; a comparison has one for both.
    pub wait_limit: Option<TimeSpan>,
    /// Assumptions that the run used, in the words of the user's pages.
    pub assumptions: Vec<String>,
    /// What reading the scenario or its logs already found worth a warning.
    pub notices: Vec<WarningEntry>,
    /// What reading each log found.
    pub logs: Vec<LogReport>,
    /// Resource locks.
    pub locks: Vec<LockInput>,
    /// Updates of clusters, by the numbers in events.
    pub updates: Vec<UpdateInput>,
    /// Limits and quotas over time, to say why a job was refused.
    pub gate: Gate,
}

/// One cluster.
#[derive(Clone, Debug)]
pub struct ClusterContext {
    /// Its name.
    pub name: String,
    /// VM size.
    pub vm_size: String,
    /// Dedicated or low priority.
    pub tier: Tier,
    /// vCPUs of one node.
    pub vcpus: u32,
    /// GPUs of one node (fractions of a card exist).
    pub gpus: f64,
    /// Quota family.
    pub family: String,
    /// A dedicated quota of the family or the low-priority quota is given in the scenario.
    pub quota_given: bool,
    /// Fewest nodes at t = 0.
    pub min_nodes: u32,
    /// Most nodes at t = 0.
    pub max_nodes: u32,
    /// Idle time [ticks].
    pub idle_time: Tick,
    /// Which waiting jobs may start before others.
    pub discipline: Discipline,
    /// The scenario does not set `idle_time`.
    pub idle_time_assumed: bool,
    /// Price of one node; `None`: nobody knows.
    pub price: Option<NodePrice>,
}

impl ClusterContext {
    /// Price of one node [currency / h]; 0 where it is not known.
    #[must_use]
    pub fn price_per_h(&self) -> f64 {
        self.price.as_ref().map_or(0.0, |price| price.per_h)
    }
}

/// Price of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodePrice {
    /// Amount [currency / h].
    pub per_h: f64,
    /// Where it is from.
    pub source: PriceSource,
}

/// One job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobContext {
    /// Submit time.
    pub submit: Tick,
    /// R: running time on its cluster's size [ticks].
    pub running: Tick,
    /// Gang size.
    pub nodes: u32,
    /// Index of its cluster.
    pub cluster: u32,
    /// User tag.
    pub user: Option<u32>,
    /// Team tag.
    pub team: Option<u32>,
    /// Experiment tag.
    pub experiment: Option<u32>,
}

impl JobContext {
    /// Ticks on each of its nodes as node-ticks.
    #[must_use]
    pub fn node_ticks(&self, ticks: Tick) -> u64 {
        u64::from(self.nodes) * u64::from(ticks)
    }

    /// Node-ticks of its running nodes: useful, lost and prepare.
    #[must_use]
    pub fn busy(&self, record: &JobRecord) -> u64 {
        [record.useful, record.lost, record.prepare].into_iter().map(|t| self.node_ticks(t)).sum()
    }

    /// The jobs of a model by id; `tags` gives user, team and experiment by index in the input.
    #[must_use]
    pub fn all(model: &Model, tags: impl Fn(usize) -> [Option<u32>; 3]) -> Vec<Self> {
        let of = |(id, &index): (usize, &u32)| {
            let [user, team, experiment] = tags(index as usize);
            Self {
                submit: model.submit(id),
                running: model.running(id),
                nodes: model.nodes(id),
                cluster: model.cluster_of(id) as u32,
                user,
                team,
                experiment,
            }
        };
        model.order().iter().enumerate().map(of).collect()
    }
}

/// What things cost.
#[derive(Clone, Debug)]
pub struct PriceContext {
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// Billing quantum [ticks], 1 or more.
    pub billing_quantum: Tick,
    /// Price of one load balancer [currency / h]; `None`: not charged.
    pub load_balancer_per_h: Option<f64>,
    /// Where that price is from.
    pub load_balancer_source: PriceSource,
}

/// A price list and its date, named beside every figure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct PriceSource {
    /// Name of the list.
    pub list: String,
    /// Its date.
    pub date: Option<String>,
}

impl std::fmt::Display for PriceSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.date {
            Some(date) => write!(f, "{}, {date}", self.list),
            None => write!(f, "{}, undated", self.list),
        }
    }
}

impl Context {
    /// Length of a time [s]. Whole division, so that 0.1 s is written as 0.1.
    #[must_use]
    pub fn seconds(&self, ticks: u64) -> f64 {
        seconds(self.resolution, ticks)
    }

    /// Whether a wait keeps a limit, exactly.
    #[must_use]
    pub fn within(&self, ticks: Tick, limit: TimeSpan) -> bool {
        u128::from(ticks) * u128::from(self.resolution.ns()) <= u128::from(limit.ns())
    }

    /// Ticks of one hour.
    #[must_use]
    pub fn ticks_per_h(&self) -> u64 {
        ticks_per_h(self.resolution)
    }

    /// What the time of a cluster costs.
    #[must_use]
    pub fn rates(&self, cluster: usize) -> Rates {
        Rates {
            ticks_per_h: self.ticks_per_h(),
            node_per_h: self.clusters[cluster].price.as_ref().map(|price| price.per_h),
            load_balancer_per_h: self.prices.load_balancer_per_h.unwrap_or(0.0),
            billing_quantum: self.prices.billing_quantum,
        }
    }

    /// When the last job is submitted; `None` without jobs.
    #[must_use]
    pub fn last_submission(&self) -> Option<Tick> {
        self.jobs.last().map(|job| job.submit)
    }

    /// The span that rates divide by: the horizon, or where there is none the last submission. `None` where it
    /// is empty.
    #[must_use]
    pub fn rate_span(&self) -> Option<Tick> {
        self.horizon.or_else(|| self.last_submission()).filter(|span| *span > 0)
    }

    /// The price lists used, each once, in order.
    #[must_use]
    pub fn price_sources(&self) -> Vec<&PriceSource> {
        let nodes = self.clusters.iter().filter_map(|c| c.price.as_ref());
        let mut sources: Vec<&PriceSource> = nodes.map(|price| &price.source).collect();
        if self.prices.load_balancer_per_h.is_some() {
            sources.push(&self.prices.load_balancer_source);
        }
        let mut seen = Vec::new();
        for source in sources {
            if !seen.contains(&source) {
                seen.push(source);
            }
        }
        seen
    }
}

/// Ticks of one hour.
#[must_use]
pub fn ticks_per_h(resolution: Resolution) -> u64 {
    3_600_000_000_000 / resolution.ns()
}

/// A number of ticks in seconds.
#[must_use]
pub fn seconds(resolution: Resolution, ticks: u64) -> f64 {
    let ticks = ticks as f64;
    match resolution {
        Resolution::Ms1 => ticks / 1000.0,
        Resolution::Ms10 => ticks / 100.0,
        Resolution::Ms100 => ticks / 10.0,
        Resolution::S1 => ticks,
        Resolution::Min1 => ticks * 60.0,
    }
}
