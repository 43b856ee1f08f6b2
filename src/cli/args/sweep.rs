//! Arguments of `sweep` and `adapters`.

use super::{AdaptersFormat, help};
use crate::report::objective::share;
use crate::sweep::plan::REPLICATIONS_MAX;
use crate::sweep::runner::Choice;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What `sweep` and `optimize` are both asked.
#[derive(Args, Clone, Debug, Default)]
pub struct GridArgs {
    /// Scenario file (RON or JSON); `-` reads standard input.
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// Vary a value of the scenario over a list (`4,8,16`), a range (`4..64:4`, `1..64:x2`, `1..64:log7`), or the scenario's
    /// own words (`Fifo,Backfill`); may be given several times. PATH is clusters.NAME.FIELD, or FIELD alone where there
    /// is one cluster, or workload.…, prices.…, region.…. Replaces all axes of the scenario's `sweep`.
    #[arg(long, value_name = "PATH=LIST|RANGE", help_heading = "Simulation")]
    pub vary: Vec<String>,
    /// Let axes advance together, as one: they have equally many values. Replaces the pairs of the scenario.
    #[arg(long, value_name = "PATH,PATH", help_heading = "Simulation")]
    pub pair: Vec<String>,
    /// Run each configuration so many times with other draws, the same for all configurations. Default: the
    /// scenario's, else 1.
    #[arg(long, value_name = "N", help_heading = "Simulation")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=i64::from(REPLICATIONS_MAX)))]
    pub replications: Option<u32>,
    /// Seed of everything that is drawn, in place of the scenario's.
    #[arg(long, value_name = "N", help_heading = "Simulation")]
    pub seed: Option<u64>,
    /// What is minimised: a figure, as cost (default), wait_p95 or node_hours, or a sum, as "cost + 2 USD/h * waiting".
    #[arg(long, value_name = "FIGURE", help_heading = "Objective")]
    pub minimise: Option<String>,
    /// What must hold, as "wait_p95<=10m" or "started_within(10m)>=95%" or "failed<=0"; may be given several times. Default: what the
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
    /// Write every row and the answer into this directory (`docs/sweep.md`); it appears whole or not at all.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Replace the results that are in the directory of --out.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub force: bool,
}

/// Arguments of `sweep`.
#[derive(Args, Debug, Default)]
#[command(after_long_help = help::SWEEP_HELP)]
pub struct SweepArgs {
    /// The grid, the objective, the backend and the results.
    #[command(flatten)]
    pub grid: GridArgs,
    /// Which combinations are run: all (`grid`), or so many as a Latin hypercube (`lhs:200`) or a Sobol sequence
    /// (`sobol:256`). Default: the scenario's, else grid.
    #[arg(long, value_name = "grid|lhs:N|sobol:N", help_heading = "Simulation")]
    pub design: Option<String>,
    /// Only say which backend would run the sweep, and why.
    #[arg(long, conflicts_with = "out", help_heading = "Backend")]
    pub explain_backend: bool,
    /// Only check everything and say what would run: size, axes, models, backend, memory and time.
    #[arg(long, conflicts_with_all = ["out", "explain_backend"], help_heading = "Backend")]
    pub dry_run: bool,
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

/// Arguments of `optimize`.
#[derive(Args, Debug)]
#[command(after_long_help = help::OPTIMIZE_HELP)]
pub struct OptimizeArgs {
    /// The grid, the objective, the backend and the results.
    #[command(flatten)]
    pub grid: GridArgs,
    /// Run the finalists in so many fresh replications, none of which the search has seen. Default: as many as the
    /// search had, 10 at least.
    #[arg(long, value_name = "N", help_heading = "Simulation")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=i64::from(REPLICATIONS_MAX)))]
    pub confirm: Option<u32>,
    /// Look nearer where the best of a generation is better by less than this share of the objective; end where
    /// neither neighbours nor the axes through it have a better one.
    #[arg(long, value_name = "SHARE", default_value = "0.1%", help_heading = "Simulation", value_parser = tolerance)]
    pub tolerance: f64,
}

impl OptimizeArgs {
    /// The same as arguments of a sweep.
    #[must_use]
    pub fn as_sweep(&self) -> SweepArgs {
        SweepArgs { grid: self.grid.clone(), ..SweepArgs::default() }
    }
}

/// A share as `0.1%` or `0.001`.
fn tolerance(text: &str) -> Result<f64, String> {
    share(text).ok_or_else(|| "write a share from 0 to 1, as 0.1% or 0.001".to_owned())
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
#[command(after_long_help = help::ADAPTERS_HELP)]
pub struct AdaptersArgs {
    /// Run a small sweep on each of them and with the engine, and say whether they agree.
    #[arg(long)]
    pub self_test: bool,
    /// What to print: a list to read, or JSON.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: AdaptersFormat,
}
