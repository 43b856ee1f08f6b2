//! One cluster, with the service's own names and defaults.

use super::Distribution;
use crate::units::{Price, TimeSpan};
use serde::{Deserialize, Deserializer, Serialize, de};

/// A cluster: one VM size, scaled between `min_nodes` and `max_nodes`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Name, by which jobs and updates refer to it: 3 to 24 letters, digits and dashes, a letter first, as the
    /// service has it.
    pub name: String,
    /// VM size, as `"Standard_D4s_v3"`; `nodetide vm-sizes` lists the catalogue.
    pub vm_size: String,
    /// Most nodes, 1 or more, and at most the node limit.
    pub max_nodes: u64,
    /// Fewest nodes, kept even when idle. Default 0; with `policy: Static` it is `max_nodes`.
    #[serde(default)]
    pub min_nodes: Option<u64>,
    /// A node above `min_nodes` that was idle for so long is released. Default `"120s"`; the older SDK's default is
    /// `"1800s"`.
    #[serde(default)]
    pub idle_time: Option<TimeSpan>,
    /// Dedicated, or low priority (spot): cheaper, and evicted.
    #[serde(default)]
    pub tier: Tier,
    /// Idle nodes at the start of the run. Default `min_nodes`, or none where the cluster is created later.
    #[serde(default)]
    pub initial_nodes: Option<u64>,
    /// Nodes of a job may talk to each other. With it the service allows 100 nodes, without it 1000; jobs that
    /// communicate are rejected where it is off.
    #[serde(default = "yes")]
    pub inter_node_communication: bool,
    /// Node limit in place of the service's, as support requests raise it; 1 or more. Default: 100 with
    /// inter-node communication, 1000 without.
    #[serde(default)]
    pub node_limit: Option<u64>,
    /// Name of a subnet of `region.subnets`, whose addresses then bound the nodes. Default: no such bound.
    #[serde(default)]
    pub subnet: Option<String>,
    /// Whether the cluster is there from the start of the run.
    #[serde(default)]
    pub created: Created,
    /// Managed identities that jobs may require.
    #[serde(default)]
    pub identity: Identity,
    /// How many nodes the cluster asks for.
    #[serde(default)]
    pub policy: Policy,
    /// In which order queued jobs start.
    #[serde(default)]
    pub discipline: Discipline,
    /// Whether a scale-up waits for a scale-down.
    #[serde(default)]
    pub resize: Resize,
    /// Withdraw nodes still being allocated when demand falls.
    #[serde(default)]
    pub cancel_allocating: bool,
    /// How long the cloud takes to find a machine (not billed). Default: lognormal, median 4 min, p90 9 min; 0 with
    /// `delays: Zero`.
    #[serde(default)]
    pub allocation_delay: Option<Distribution>,
    /// How long a node boots (billed). Default: 3 min; 0 with `delays: Zero`.
    #[serde(default)]
    pub boot_delay: Option<Distribution>,
    /// Time before a job's work on nodes that do not have its environment yet (billed). Default: 2 min; 0 with
    /// `delays: Zero`.
    #[serde(default)]
    pub prepare_cold: Option<Distribution>,
    /// The same on nodes that have its environment. Default: 0.
    #[serde(default)]
    pub prepare_warm: Option<Distribution>,
    /// Boots that end with an unusable node, which is billed until it is recycled.
    #[serde(default)]
    pub boot_failures: BootFailures,
    /// How long an unusable node stays until the service recycles it, above 0. Default: 10 min; one tick with
    /// `delays: Zero`.
    #[serde(default)]
    pub recycle_time: Option<TimeSpan>,
    /// How long a released node is leaving (billed). Default: 1 min; 0 with `delays: Zero`.
    #[serde(default)]
    pub release_delay: Option<TimeSpan>,
    /// How nodes of a low-priority cluster are evicted. Default: the band of 5–10 % per hour; none with
    /// `evictions: Never`.
    #[serde(default, deserialize_with = "given")]
    pub eviction: Option<Eviction>,
    /// What becomes of an evicted node's job.
    #[serde(default)]
    pub on_eviction: OnEviction,
    /// Extra time of every attempt of a job after its first. Default: 0.
    #[serde(default)]
    pub restart_overhead: Option<TimeSpan>,
    /// A job evicted more often than this fails. Default: no limit.
    #[serde(default)]
    pub max_restarts: Option<u64>,
    /// How many nodes the cloud can supply, in steps; unlimited before the first. On a low-priority cluster
    /// a lower figure also evicts.
    #[serde(default)]
    pub capacity: Vec<CapacityStep>,
    /// Speed relative to the size for which service times are given, as an exact ratio `(numerator,
    /// denominator)`, both 1 or more: `(3, 2)` is 1.5 times as fast. Default: that of the VM size in `vm_sizes`, else
    /// `(1, 1)`.
    #[serde(default)]
    pub speed: Option<(u64, u64)>,
    /// Price in place of the catalogue's, for the cluster's tier.
    #[serde(default)]
    pub price: Option<Price>,
}

fn yes() -> bool {
    true
}

/// Tier of a cluster's nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Tier {
    /// Not evicted.
    #[default]
    Dedicated,
    /// Cheaper, and evicted when the cloud needs the machine.
    LowPriority,
}

/// When a cluster is created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Created {
    /// It exists when the run starts.
    #[default]
    BeforeRun,
    /// Its creation starts at a time and takes `create_time`; jobs wait until then.
    At {
        /// When creation starts, counted from the start of the run.
        at: TimeSpan,
        /// How long it takes.
        #[serde(default = "default_create_time")]
        create_time: TimeSpan,
    },
}

fn default_create_time() -> TimeSpan {
    TimeSpan::from_s(300)
}

/// Managed identities of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Has the system-assigned identity (which jobs require as `"system"`).
    #[serde(default)]
    pub system_assigned: bool,
    /// Names of its user-assigned identities; `"system"` is not one.
    #[serde(default)]
    pub user_assigned: Vec<String>,
}

/// Scaling policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Policy {
    /// The service's own rule: as many nodes as queued and running jobs need, between min and max.
    #[default]
    Reactive,
    /// Always `max_nodes`.
    Static,
}

/// Order in which queued jobs start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Discipline {
    /// First come, first served; a head that does not fit blocks those behind it.
    #[default]
    Fifo,
    /// The same, by priority first.
    Priority,
    /// Every job that fits starts, in queue order.
    FirstFit,
    /// EASY backfilling: jobs that do not delay the blocked head may overtake.
    Backfill,
}

/// Whether a scale-up waits for a scale-down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Resize {
    /// A cluster with a leaving node requests nothing, as the service documents.
    #[default]
    DownFirst,
    /// No such rule.
    Concurrent,
    /// A cluster with an allocating, preparing or leaving node neither requests nor releases.
    Exclusive,
}

/// Boots that end with an unusable node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum BootFailures {
    /// None.
    #[default]
    None,
    /// Each boot fails with this probability (0 to 1).
    Probability(f64),
    /// In turn: `true` fails.
    Values(Vec<bool>),
}

/// How nodes of a low-priority cluster are evicted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Eviction {
    /// Not at all. Not called `None`, which RON reads as a field that is not given.
    Never,
    /// A published band of evictions per hour; its midpoint is used (22 % for the last).
    Band(EvictionBand),
    /// A probability of eviction within each hour (0 up to, not including, 1).
    PerHour(f64),
    /// Weibull lifetimes; a shape below 1 means that young nodes go first.
    Weibull {
        /// Scale, above 0: 63 % are evicted by then.
        scale: TimeSpan,
        /// Shape, 0.001 to 1000.
        shape: f64,
    },
    /// Lifetimes drawn from a list, with replacement.
    Empirical(Vec<TimeSpan>),
    /// Lifetimes in turn, one a requested node; `Never` for a node that is not evicted.
    Values(Vec<Lifetime>),
}

/// One listed lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Lifetime {
    /// Evicted when so much time has passed since the end of its allocation.
    After(TimeSpan),
    /// Never evicted.
    Never,
}

/// The published bands of evictions per hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum EvictionBand {
    /// 0–5 % per hour.
    UpTo5Percent,
    /// 5–10 % per hour.
    From5To10Percent,
    /// 10–15 % per hour.
    From10To15Percent,
    /// 15–20 % per hour.
    From15To20Percent,
    /// More than 20 % per hour.
    Over20Percent,
}

/// What becomes of an evicted node's job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum OnEviction {
    /// It goes back to its old place in the queue.
    #[default]
    Requeue,
    /// Somebody submits it again after a while; it goes to the end of the queue.
    Resubmit {
        /// Time from the eviction to the resubmission.
        after: TimeSpan,
    },
    /// It fails.
    Fail,
}

/// From `at` on the cloud can supply `nodes`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CapacityStep {
    /// When, counted from the start of the run.
    pub at: TimeSpan,
    /// Nodes the cloud can supply to this cluster. Default: unlimited.
    #[serde(default)]
    pub nodes: Option<u64>,
}

/// A field that is there has a value: `eviction: None` would mean the default, and look like its opposite.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Eviction>, D::Error> {
    match Option::deserialize(deserializer)? {
        Some(eviction) => Ok(Some(eviction)),
        None => Err(de::Error::custom(
            "no value stands here; write `Never` for no evictions, or leave the field out",
        )),
    }
}
