//! Arguments of `sweep` and `adapters`.

use super::AdaptersFormat;
use crate::sweep::runner::Choice;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Arguments of `sweep`.
#[derive(Args, Debug)]
#[command(after_long_help = SWEEP_HELP)]
pub struct SweepArgs {
    /// Scenario file (RON or JSON); `-` reads standard input.
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// Vary a field over a list (`4,8,16`), a range (`4..64:4`) or a doubling range (`1..64:x2`); may be given several
    /// times, and all combinations are run. PATH is clusters.NAME.FIELD, or FIELD alone where there is one cluster.
    #[arg(long, value_name = "PATH=LIST|RANGE", help_heading = "Simulation")]
    pub vary: Vec<String>,
    /// Run each configuration so many times with other draws, the same for all configurations.
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Simulation")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub replications: u32,
    /// Seed of everything that is drawn, in place of the scenario's.
    #[arg(long, value_name = "N", help_heading = "Simulation")]
    pub seed: Option<u64>,
    /// What is minimised: a figure, as cost (default), wait_p95 or node_hours, or a sum, as "cost + 2 USD/h * waiting".
    #[arg(long, value_name = "FIGURE", help_heading = "Objective")]
    pub minimise: Option<String>,
    /// What must hold, as "wait_p95<=10m" or "started_within(10m)>=95%"; may be given several times. Default: what the
    /// scenario's `objective` or `expect` says.
    #[arg(long, value_name = "CONSTRAINT", help_heading = "Objective")]
    pub subject_to: Vec<String>,
    /// Also show how the recommended setting and today's hold up: load=1.25,1.5 or evictions=2 (factors); may be given
    /// several times.
    #[arg(long, value_name = "WHAT=FACTORS", help_heading = "Objective")]
    pub what_if: Vec<String>,
    /// What runs it: a GPU where there is one and the scenario is for it, the CPU, or a GPU or nothing. The results
    /// are the same to the last byte.
    #[arg(long, value_enum, default_value_t, value_name = "WHICH", help_heading = "Backend")]
    pub backend: BackendArg,
    /// The GPU: its number in the list of `nodetide adapters`, or a part of its name.
    #[arg(long, value_name = "NAME|INDEX", help_heading = "Backend")]
    pub adapter: Option<String>,
    /// Only say which backend would run the sweep, and why.
    #[arg(long, conflicts_with = "out", help_heading = "Backend")]
    pub explain_backend: bool,
    /// Write every configuration into configs.csv in this directory (`docs/sweep.md`); it appears whole or not at all.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Replace the results that are in the directory of --out.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub force: bool,
    /// Go on with the sweep that Ctrl-C interrupted in the directory of --out; the results are those of a sweep that nobody
    /// interrupted, to the last byte.
    #[arg(long, requires = "out", conflicts_with = "force", help_heading = "Output")]
    pub resume: bool,
    /// Also write configs.parquet: the rows of configs.csv as columns, for data frames.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub parquet: bool,
    /// Put the histogram of each row's waits into configs.parquet, as two lists: ends of buckets, and jobs in them.
    #[arg(long, requires = "parquet", help_heading = "Output")]
    pub histograms: bool,
}

/// What runs a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum BackendArg {
    /// A GPU where there is one and the scenario is for it, else the CPU.
    #[default]
    Auto,
    /// The CPU, all its cores.
    Cpu,
    /// A GPU or nothing.
    Gpu,
}

impl From<BackendArg> for Choice {
    fn from(backend: BackendArg) -> Self {
        match backend {
            BackendArg::Auto => Self::Auto,
            BackendArg::Cpu => Self::Cpu,
            BackendArg::Gpu => Self::Gpu,
        }
    }
}

/// Arguments of `adapters`.
#[derive(Args, Debug)]
#[command(after_long_help = ADAPTERS_HELP)]
pub struct AdaptersArgs {
    /// Run a small sweep on each of them and with the engine, and say whether they agree.
    #[arg(long)]
    pub self_test: bool,
    /// What to print: a list to read, or JSON.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: AdaptersFormat,
}

const SWEEP_HELP: &str = "\
Examples:
  nodetide sweep scenario.ron --vary clusters.train-gpu.max_nodes=2..6
  nodetide sweep scenario.ron --vary clusters.prepare-cpu.idle_time=2m,10m,30m
  nodetide sweep scenario.ron --vary load_factor=0.5..2:0.5 --replications 20
  nodetide sweep scenario.ron --vary load_factor=1,2 --out results/load
  nodetide sweep scenario.ron --explain-backend

Fields of a cluster: min_nodes, max_nodes, idle_time, tier, vm_size (with price, family and
speed), delays_scale (a factor on allocation, boot, release and recycling), eviction_rate (a
factor). Of the scenario: load_factor. docs/sweep.md says more.

Configurations whose min_nodes is over their max_nodes are left out and counted. Exit code 2
where an axis is wrong, 3 where a configuration is refused, 5 where --backend gpu is asked
for and cannot be, 7 where a run ended stuck or at a limit of the simulator, 130 where it was
interrupted (Ctrl-C; what was complete is then in configs.partial.csv, and --resume goes on).";

const ADAPTERS_HELP: &str = "\
Examples:
  nodetide adapters
  nodetide adapters --format json

Without a GPU the list is empty, and sweeps run on the CPU, with the same results. Exit code
5 where --self-test finds a difference.";
