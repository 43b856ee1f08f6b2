//! The types of a scenario file. Their doc comments are the reference of the format: the JSON schema and the
//! user's pages are made from them.

mod cluster;
mod distribution;
mod region;
mod sweep;
mod workload;

pub use cluster::*;
pub use distribution::*;
pub use region::*;
pub use sweep::*;
pub use workload::*;

use crate::units::{Money, Price, Resolution, TimeSpan};
use serde::{Deserialize, Serialize};

/// The whole file: clusters, a region with its quotas, a workload, prices and expectations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Where an editor finds the JSON schema; without meaning here.
    #[serde(default, rename = "$schema")]
    pub schema: Option<String>,
    /// Name shown in reports. Default: the file's name.
    #[serde(default)]
    pub name: Option<String>,
    /// What the scenario is about, in a sentence or two.
    #[serde(default)]
    pub description: Option<String>,
    /// Length of one tick: `"1ms"`, `"10ms"`, `"100ms"`, `"1s"` (default) or `"1min"`.
    #[serde(default)]
    pub resolution: Resolution,
    /// Local date and time of tick 0, as `"2026-03-02T00:00"`. Needed by hour-of-week profiles; shown in
    /// reports. Logs whose submit times are dates follow it: a job submitted on this date comes at tick 0, and
    /// earlier ones are left out, with a warning. Default: the first date of the logs (of a log with a
    /// `window`, the date on which that begins), if they have dates.
    #[serde(default)]
    pub start: Option<String>,
    /// IANA time zone of `start` and of dates in logs that name none, as `"Europe/Amsterdam"`. Default `"UTC"`.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Seed of everything that is drawn, a whole number from 0 on. The same seed gives the same bytes.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// The run goes on at least until then; rates (cost per day and so on) divide by it. Default: none; the run
    /// ends when all work is done and all nodes above `min_nodes` are released, and rates divide by the time of
    /// the last submission.
    #[serde(default)]
    pub horizon: Option<TimeSpan>,
    /// End at the horizon, whatever is unfinished, and report that. Needs a `horizon`.
    #[serde(default)]
    pub stop_at_horizon: bool,
    /// Which delays hold on clusters that do not set their own.
    #[serde(default)]
    pub delays: Delays,
    /// Which evictions hold on low-priority clusters that do not set their own.
    #[serde(default)]
    pub evictions: Evictions,
    /// Region: price column, quotas, outside usage, subnets.
    #[serde(default)]
    pub region: Region,
    /// Resource locks over time; they cover every cluster.
    #[serde(default)]
    pub locks: Vec<Lock>,
    /// What a lock does to scaling.
    #[serde(default)]
    pub lock_effect: LockEffect,
    /// The clusters, one at least. Jobs that name none go to the first.
    pub clusters: Vec<Cluster>,
    /// Changes of clusters' settings during the run.
    #[serde(default)]
    pub updates: Vec<Update>,
    /// The jobs: listed, drawn or read from logs, in any mixture.
    pub workload: Workload,
    /// How nodes are billed, and what load balancers cost.
    #[serde(default)]
    pub prices: Prices,
    /// VM sizes beside those of the catalogue, or in place of them (same name).
    #[serde(default)]
    pub vm_sizes: Vec<VmSize>,
    /// Thresholds that the run must meet. Where one is missed, `nodetide run` ends with exit code 4.
    #[serde(default)]
    pub expect: Vec<Expect>,
    /// What `nodetide sweep` decides by. Default: the least cost that meets `expect`.
    #[serde(default)]
    pub objective: Option<Objective>,
    /// What `nodetide sweep` varies, unless its flags say it. Default: nothing.
    #[serde(default)]
    pub sweep: Option<Sweep>,
}

fn default_seed() -> u64 {
    1
}

/// What a sweep decides by (`docs/sweep.md`); flags of the same names go before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// What is minimised: a figure, as `"cost"` (default), `"wait_p95"` or `"node_hours"`, or a sum, as
    /// `"cost + 2 USD/h * waiting"`.
    #[serde(default)]
    pub minimise: Option<String>,
    /// Constraints, as `["wait_p95<=10m"]`. Default: what `expect` says.
    #[serde(default)]
    pub subject_to: Option<Vec<String>>,
}

/// Which delays hold where a cluster sets none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Delays {
    /// The documented assumptions: allocation lognormal (median 4 min, p90 9 min), boot 3 min, cold prepare
    /// 2 min, warm 0, release 1 min, recycle 10 min.
    #[default]
    Assumed,
    /// No delays (recycling takes one tick).
    Zero,
}

/// Which evictions hold where a low-priority cluster sets none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Evictions {
    /// Low-priority nodes are evicted at the published 5–10 % per hour band.
    #[default]
    Assumed,
    /// Nobody is evicted.
    Never,
}

/// A resource lock, from `from` (included) to `to` (not included).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// First instant with the lock, counted from the start of the run.
    pub from: TimeSpan,
    /// First instant without it, after `from`. Default: never removed.
    #[serde(default)]
    pub to: Option<TimeSpan>,
    /// What it forbids.
    pub level: LockLevel,
}

/// Level of a resource lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LockLevel {
    /// Nothing can be deleted.
    CanNotDelete,
    /// Nothing can be changed: cluster updates are refused too.
    ReadOnly,
}

/// What a lock does to scaling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LockEffect {
    /// Any lock prevents scaling operations, as the service documents.
    #[default]
    Scaling,
    /// `CanNotDelete` prevents releases only.
    Removal,
}

/// A change of a cluster's settings at a time. What is left out stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Update {
    /// When, counted from the start of the run.
    pub at: TimeSpan,
    /// Name of the cluster.
    pub cluster: String,
    /// New `min_nodes`. Default: as before.
    #[serde(default)]
    pub min_nodes: Option<u64>,
    /// New `max_nodes`. Default: as before.
    #[serde(default)]
    pub max_nodes: Option<u64>,
    /// New `idle_time`. Default: as before.
    #[serde(default)]
    pub idle_time: Option<TimeSpan>,
    /// New identities, the whole list. Default: as before.
    #[serde(default)]
    pub identity: Option<Identity>,
}

/// How nodes are billed. The catalogue has the prices of nodes; `price` of a cluster and of a VM size replace them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// Name of the list that prices of the scenario's own come from, shown beside every cost. Default: "the
    /// scenario's own prices".
    #[serde(default)]
    pub list: Option<String>,
    /// Date of that list, as `"2026-08-22"`, shown beside its name.
    #[serde(default)]
    pub date: Option<String>,
    /// A node's time is billed in started quanta of this length, above 0. Default: one tick (the service bills by
    /// the second).
    #[serde(default)]
    pub billing_quantum: Option<TimeSpan>,
    /// What low-priority nodes cost: the variable spot price (default, since the fixed discount was retired on
    /// 2026-03-31) or the old fixed low-priority price.
    #[serde(default)]
    pub low_priority: LowPriorityPrice,
    /// Load balancer: one for every started 50 billed nodes, one at least while a cluster exists. Default
    /// `Listed`: 0.33 USD a day.
    #[serde(default)]
    pub load_balancer: LoadBalancer,
}

/// Which column of the price list low-priority nodes pay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LowPriorityPrice {
    /// The spot price; the low-priority price where the list has none.
    #[default]
    Spot,
    /// The low-priority price; the spot price where the list has none.
    LowPriority,
}

/// Price of a load balancer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LoadBalancer {
    /// The list price: 0.33 USD a day.
    #[default]
    Listed,
    /// Not charged.
    Free,
    /// A price of your own, as `Price("0.025 USD/h")`.
    Price(Price),
}

/// A VM size of the scenario's own, or one in place of the catalogue's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VmSize {
    /// Name, as `"Standard_D4s_v3"`.
    pub name: String,
    /// Quota family. Default: the catalogue's where it has the size, else the name.
    #[serde(default)]
    pub family: Option<String>,
    /// vCPUs of one node, 1 or more; quotas count them. Default: the catalogue's; needed where it lacks the size.
    #[serde(default)]
    pub vcpus: Option<u32>,
    /// Memory of one node [GiB], 0 or more. Default: the catalogue's.
    #[serde(default)]
    pub memory_gib: Option<f64>,
    /// GPUs of one node, 0 or more; a part of a card is a fraction. Default: the catalogue's, else 0.
    #[serde(default)]
    pub gpus: Option<f64>,
    /// Speed of its nodes, as a cluster's `speed`, which goes before it. Default `(1, 1)`.
    #[serde(default)]
    pub speed: Option<(u64, u64)>,
    /// Price of a dedicated node. Default: the catalogue's for the region.
    #[serde(default)]
    pub price: Option<Price>,
    /// Price of a low-priority (spot) node. Default: the catalogue's for the region.
    #[serde(default)]
    pub low_priority_price: Option<Price>,
}

/// A threshold. `cluster` limits it to one cluster; default: all jobs of the run.
///
/// Waits are judged exactly: a job that was neither rejected nor cancelled and never started counts as an
/// infinite wait.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Expect {
    /// The `percentile` (0.1 to 100, in steps of 0.1) of the wait is at most `limit`.
    WaitAtMost {
        /// Percentile, 0.1 to 100, as 95.
        percentile: f64,
        /// Longest wait allowed there.
        limit: TimeSpan,
        /// Name of the cluster whose jobs are judged. Default: all jobs of the run.
        #[serde(default)]
        cluster: Option<String>,
    },
    /// At least this share of jobs starts within `limit` of its submission. A job that was neither rejected nor
    /// cancelled and never started counts as one that does not.
    StartedWithin {
        /// Longest wait of a job that counts as started in time.
        limit: TimeSpan,
        /// Smallest share allowed, 0 to 1, as 0.9.
        share: f64,
        /// Name of the cluster whose jobs are judged. Default: all jobs of the run.
        #[serde(default)]
        cluster: Option<String>,
    },
    /// The mean wait of started jobs is at most `limit`.
    MeanWaitAtMost {
        /// Longest mean wait allowed.
        limit: TimeSpan,
        /// Name of the cluster whose jobs are judged. Default: all jobs of the run.
        #[serde(default)]
        cluster: Option<String>,
    },
    /// The `percentile` of the turnaround of completed jobs is at most `limit`.
    TurnaroundAtMost {
        /// Percentile, 0.1 to 100, as 95.
        percentile: f64,
        /// Longest turnaround allowed there.
        limit: TimeSpan,
        /// Name of the cluster whose jobs are judged. Default: all jobs of the run.
        #[serde(default)]
        cluster: Option<String>,
    },
    /// The whole cost is at most this.
    CostAtMost {
        /// Highest cost allowed.
        limit: Money,
        /// Name of the cluster that is judged. Default: all of them.
        #[serde(default)]
        cluster: Option<String>,
    },
    /// The cost per day (of the horizon, or up to the last submission) is at most this.
    CostPerDayAtMost {
        /// Highest cost allowed.
        limit: Money,
        /// Name of the cluster that is judged. Default: all of them.
        #[serde(default)]
        cluster: Option<String>,
    },
    /// The share of billed node-time that runs jobs is at least this (0 to 1).
    UtilisationAtLeast {
        /// Smallest share allowed, 0 to 1.
        share: f64,
        /// Name of the cluster that is judged. Default: all of them.
        #[serde(default)]
        cluster: Option<String>,
    },
    /// At most so many jobs are rejected at the submit gate.
    RejectedAtMost(u64),
    /// At most so many jobs fail or time out.
    FailedAtMost(u64),
    /// At most so many jobs are left queued, running, resubmitting or not submitted at the end.
    UnfinishedAtMost(u64),
}

impl Expect {
    /// The wait that a job may have, where this is about one.
    #[must_use]
    pub const fn wait_limit(&self) -> Option<TimeSpan> {
        match self {
            Self::WaitAtMost { limit, .. } | Self::StartedWithin { limit, .. } => Some(*limit),
            _ => None,
        }
    }
}
