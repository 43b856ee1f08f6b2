//! The jobs: listed, drawn, or read from logs.

use super::{Count, Distribution};
use crate::units::TimeSpan;
use serde::{Deserialize, Serialize};

/// The jobs of a scenario: listed ones, drawn classes and logs, merged by submit time (ties in that order).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Jobs listed one by one.
    #[serde(default)]
    pub jobs: Vec<JobSpec>,
    /// Classes of jobs that are drawn at random, from `seed`.
    #[serde(default)]
    pub classes: Vec<JobClass>,
    /// Jobs read from logs.
    #[serde(default)]
    pub logs: Vec<Log>,
    /// Only jobs submitted in this window; its beginning becomes tick 0, and the run's date moves with it.
    #[serde(default)]
    pub window: Option<Window>,
    /// Share of the jobs that is kept, drawn job by job, 0 to 1. Default: all.
    #[serde(default)]
    pub keep: Option<f64>,
    /// Load: submit times are divided by this, 0.000001 to 1000000, so 2 means twice as many jobs per hour. Default: 1.
    #[serde(default)]
    pub load_factor: Option<f64>,
}

/// A span of time, from `from` (included) to `to` (not included).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Beginning, included.
    #[serde(default)]
    pub from: TimeSpan,
    /// End, not included. Default: none.
    #[serde(default)]
    pub to: Option<TimeSpan>,
}

/// One listed job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JobSpec {
    /// Submit time, counted from the start of the run.
    pub submit: TimeSpan,
    /// Running time on nodes of speed 1.
    pub service: TimeSpan,
    /// Nodes that it needs at once (gang size), 1 or more.
    #[serde(default = "one")]
    pub nodes: u64,
    /// Name of the cluster. Default: the first one.
    #[serde(default)]
    pub cluster: Option<String>,
    /// So many equal jobs, submitted at once.
    #[serde(default = "one")]
    pub repeat: u64,
    /// Cancelled at this time of the run, if not ended by then. Default: never.
    #[serde(default)]
    pub cancel: Option<TimeSpan>,
    /// Limit on one attempt's length, prepare time and restart overhead included; a job that needs longer ends there.
    /// Default: none.
    #[serde(default)]
    pub timeout: Option<TimeSpan>,
    /// Running time between checkpoints, above 0: what was done up to the last one survives an eviction. Default: no
    /// checkpoints.
    #[serde(default)]
    pub checkpoint: Option<TimeSpan>,
    /// Running time that the user declared (for backfilling). Default: the true one.
    #[serde(default)]
    pub declared: Option<TimeSpan>,
    /// Priority, a whole number from 0 on; higher goes first, on clusters with `discipline: Priority`.
    #[serde(default)]
    pub priority: u32,
    /// Identity that it requires: `"system"` or the name of a user-assigned one; without it a job fails when it
    /// would start. Default: none.
    #[serde(default)]
    pub identity: Option<String>,
    /// Name of the environment (container image); nodes that have run it before prepare faster. Default: the one
    /// that all jobs without a name share.
    #[serde(default)]
    pub environment: Option<String>,
    /// Its nodes talk to each other. Default: true where there are several.
    #[serde(default)]
    pub communicates: Option<bool>,
    /// User tag. Default: none.
    #[serde(default)]
    pub user: Option<String>,
    /// Team tag; costs are split by it. Default: none.
    #[serde(default)]
    pub team: Option<String>,
    /// Experiment tag. Default: none.
    #[serde(default)]
    pub experiment: Option<String>,
}

fn one() -> u64 {
    1
}

/// A class of drawn jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JobClass {
    /// Name, which also names its random streams: the other classes draw the same when one is added.
    pub name: String,
    /// When its batches of jobs arrive.
    pub arrivals: Arrivals,
    /// Jobs that arrive together.
    #[serde(default)]
    pub batch: Count,
    /// First arrivals after this time of the run.
    #[serde(default)]
    pub from: TimeSpan,
    /// No arrivals from here on. Default: the horizon. One of `to`, `jobs` and the horizon is needed.
    #[serde(default)]
    pub to: Option<TimeSpan>,
    /// Stop after so many jobs. Default: no such bound.
    #[serde(default)]
    pub jobs: Option<u64>,
    /// Running time on nodes of speed 1.
    pub service: Distribution,
    /// Nodes that a job needs at once (gang size).
    #[serde(default)]
    pub nodes: Count,
    /// Name of the cluster. Default: the first one.
    #[serde(default)]
    pub cluster: Option<String>,
    /// Cancelled so long after its submission, if not ended by then. Default: never.
    #[serde(default)]
    pub cancel_after: Option<Distribution>,
    /// Limit on one attempt's length, prepare time and restart overhead included; a job that needs longer ends there.
    /// Default: none.
    #[serde(default)]
    pub timeout: Option<TimeSpan>,
    /// Running time between checkpoints, above 0: what was done up to the last one survives an eviction. Default: no
    /// checkpoints.
    #[serde(default)]
    pub checkpoint: Option<TimeSpan>,
    /// The running time that users declare is the true one times this, above 0 (for backfilling). Default: 1.
    #[serde(default)]
    pub declared_factor: Option<f64>,
    /// Priority, a whole number from 0 on; higher goes first, on clusters with `discipline: Priority`.
    #[serde(default)]
    pub priority: u32,
    /// Identity that the jobs require: `"system"` or the name of a user-assigned one; without it a job fails when
    /// it would start. Default: none.
    #[serde(default)]
    pub identity: Option<String>,
    /// Name of the environment (container image); nodes that have run it before prepare faster. Default: the one
    /// that all jobs without a name share.
    #[serde(default)]
    pub environment: Option<String>,
    /// Its nodes talk to each other. Default: true where there are several.
    #[serde(default)]
    pub communicates: Option<bool>,
    /// User tag. Default: none.
    #[serde(default)]
    pub user: Option<String>,
    /// Team tag; costs are split by it. Default: the class's name.
    #[serde(default)]
    pub team: Option<String>,
    /// Experiment tag. Default: none.
    #[serde(default)]
    pub experiment: Option<String>,
}

/// When the batches of a class arrive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Arrivals {
    /// Poisson, at a constant rate.
    Poisson {
        /// Batches per hour, above 0 and up to 10^9.
        per_hour: f64,
    },
    /// A renewal process: independent gaps.
    Renewal {
        /// Gap between batches.
        gap: Distribution,
    },
    /// Markov-modulated Poisson (bursty): the rate changes between states, whose stays are exponential; the
    /// states are visited in turn, the first one first.
    MarkovModulated(Vec<ModulatedState>),
    /// Poisson with a rate that follows the hour of the day (24 factors) or of the week (168, Monday first),
    /// in the scenario's time zone.
    Profile {
        /// Mean batches per hour where the factor is 1; above 0.
        per_hour: f64,
        /// Factors by hour, 24 or 168 of them, each 0 or more.
        factors: Vec<f64>,
    },
    /// At fixed times of the run.
    At(Vec<TimeSpan>),
    /// Every so often, the first after `from` plus `offset`.
    Every {
        /// Time from one batch to the next, above 0.
        period: TimeSpan,
        /// Time from `from` to the first batch.
        #[serde(default)]
        offset: TimeSpan,
    },
}

/// One state of a Markov-modulated process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ModulatedState {
    /// Batches per hour in this state, 0 or more.
    pub per_hour: f64,
    /// Mean stay in it, above 0.
    pub mean_stay: TimeSpan,
}

/// A log of jobs that really ran. Paths are relative to the scenario file; `.gz` is read as gzip.
///
/// Submit times that are dates follow the scenario's `start`; without one, the first date of the logs becomes the
/// start; of a log with a `window` it is the date on which that begins. Submit times that are numbers count from the first of them, whatever `start` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// The file, relative to the scenario file.
    pub path: String,
    /// How to read it: which columns hold what, in which units.
    pub format: LogFormat,
    /// Name of the cluster of its jobs. Default: the first one.
    #[serde(default)]
    pub cluster: Option<String>,
    /// Only jobs submitted in this window. Where the submit times are dates and the scenario has a `start`, it
    /// counts from there and moves nothing. Otherwise it counts from the log's first submission, and its
    /// beginning becomes tick 0. Default: all.
    #[serde(default)]
    pub window: Option<Window>,
    /// Lines that cannot be read are errors; else they are counted, reported and left out.
    #[serde(default)]
    pub strict: bool,
    /// Limit on one attempt's length, prepare time and restart overhead included. Default: none.
    #[serde(default)]
    pub timeout: Option<TimeSpan>,
    /// Running time between checkpoints, above 0: what was done up to the last one survives an eviction. Default: no
    /// checkpoints.
    #[serde(default)]
    pub checkpoint: Option<TimeSpan>,
    /// Identity that the jobs require: `"system"` or the name of a user-assigned one; without it a job fails when
    /// it would start. Default: none.
    #[serde(default)]
    pub identity: Option<String>,
    /// Name of the environment (container image); nodes that have run it before prepare faster. Default: the one
    /// that all jobs without a name share.
    #[serde(default)]
    pub environment: Option<String>,
    /// Nodes of a gang talk to each other. Default: true where there are several.
    #[serde(default)]
    pub communicates: Option<bool>,
    /// Team tag of jobs whose line names none.
    #[serde(default)]
    pub team: Option<String>,
    /// What further replications (`--replications`) get of it; the first one is always the log as it is.
    #[serde(default)]
    pub resample: Resample,
}

/// What replications after the first get of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Resample {
    /// Every week of the run gets the jobs of a whole week of the log, drawn with replacement. A log with fewer than two
    /// whole weeks is the same in all replications, with a warning.
    #[default]
    Weeks,
    /// The same jobs in all replications.
    Never,
}

impl Log {
    /// Whether its submit times are dates.
    #[must_use]
    pub fn has_dates(&self) -> bool {
        matches!(&self.format, LogFormat::Csv { submit, .. } if matches!(submit.unit, TimeUnit::DateTime(_)))
    }
}

/// Format of a log.
#[expect(clippy::large_enum_variant, reason = "a scenario has a handful of logs")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum LogFormat {
    /// Standard Workload Format (Parallel Workloads Archive), 18 numbers a line.
    Swf {
        /// Nodes of a job, from the field `"allocated"` or `"requested"`: `Column("requested")`, or
        /// `CeilDiv("allocated", 8)` where the log counts processors and a node has 8.
        #[serde(default = "swf_nodes")]
        nodes: NodeMapping,
        /// Which lines are jobs.
        #[serde(default)]
        include: SwfInclude,
        /// Which field becomes the team tag. Default: none.
        #[serde(default)]
        team: Option<SwfTag>,
    },
    /// Comma-separated values with a header line.
    Csv {
        /// Column with the submit time.
        submit: TimeColumn,
        /// Column with the running time on nodes of speed 1, or columns with start and end.
        service: ServiceColumn,
        /// Nodes of a job: `Column("nodes")`, or `CeilDiv("num_gpus", 4)` where a node has 4 GPUs.
        #[serde(default)]
        nodes: NodeMapping,
        /// What separates fields, one ASCII punctuation mark, a space or a tab, as `";"` or `"\t"`. Default: a comma.
        #[serde(default)]
        delimiter: Option<String>,
        /// Column with the user tag. Default: none.
        #[serde(default)]
        user: Option<String>,
        /// Column with the team tag; costs are split by it. Default: none; see the log's `team`.
        #[serde(default)]
        team: Option<String>,
        /// Column with the experiment tag. Default: none.
        #[serde(default)]
        experiment: Option<String>,
        /// Column with the priority, a whole number. Default: none; all jobs have priority 0.
        #[serde(default)]
        priority: Option<String>,
        /// Column with the environment. Default: none; see the log's `environment`.
        #[serde(default)]
        environment: Option<String>,
        /// Column with the running time that users declared (for backfilling). Default: the true one.
        #[serde(default)]
        declared: Option<TimeColumn>,
        /// Column with the name of the cluster. Default: none; the log's `cluster` has them all.
        #[serde(default)]
        cluster: Option<String>,
    },
}

fn swf_nodes() -> NodeMapping {
    NodeMapping::Column("allocated".to_owned())
}

/// Which lines of a Standard Workload Format log are jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SwfInclude {
    /// Every job that used the machine: running time and processors above 0, whatever its status. Others
    /// (cancelled while waiting, say) are counted and left out.
    #[default]
    Ran,
    /// Of those, only the ones with status 1 (completed).
    Completed,
}

/// A numeric field of the Standard Workload Format used as a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SwfTag {
    /// Field 12, the user.
    User,
    /// Field 13, the group.
    Group,
    /// Field 15, the queue.
    Queue,
    /// Field 16, the partition.
    Partition,
}

/// How a log's size column becomes nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum NodeMapping {
    /// Always so many, 1 or more.
    Constant(u64),
    /// The column is the number of nodes.
    Column(String),
    /// The column divided by what one node has, rounded up: `CeilDiv("num_gpus", 4)`.
    CeilDiv(String, u64),
}

impl Default for NodeMapping {
    fn default() -> Self {
        Self::Constant(1)
    }
}

/// A column that holds a time or a duration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimeColumn {
    /// Its name in the header.
    pub column: String,
    /// Its unit, which is never guessed: `Seconds`, `Milliseconds`, `DateTime("%Y-%m-%d %H:%M:%S")` and so on.
    pub unit: TimeUnit,
}

/// Where the running time comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ServiceColumn {
    /// A column with the duration: `Duration((column: "run_time_s", unit: Seconds))`.
    Duration(TimeColumn),
    /// Two columns, start and end, of the same kind of unit.
    StartEnd(TimeColumn, TimeColumn),
}

/// Unit of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TimeUnit {
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// A date and time, in `strftime` notation: `DateTime("%Y-%m-%d %H:%M:%S")`; without an offset (`%z`) or
    /// a written `Z` it is local time of the scenario's `time_zone`.
    DateTime(String),
}
