//! The arguments. Their doc comments are the help texts.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Simulates autoscaling compute clusters: waits, nodes and costs of a workload, exactly.
///
/// A scenario file describes clusters, quotas, a workload, prices and what to expect of them; `nodetide init`
/// writes one to begin with.
#[derive(Debug, Parser)]
#[command(name = "nodetide", version, about, long_about, after_long_help = MAIN_HELP)]
#[command(help_expected = true, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// When to use colour: always, never, or where the terminal wants it (NO_COLOR and CLICOLOR_FORCE count).
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorWhen,
    /// Say nothing on standard error but errors.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// Where the terminal wants it.
    #[default]
    Auto,
    /// Always, in files and pipes too.
    Always,
    /// Never.
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate a scenario and report waits, nodes and costs.
    Run(RunArgs),
    /// Check a scenario without running it.
    Check(CheckArgs),
    /// Write a commented scenario to begin with.
    Init(InitArgs),
    /// List the VM sizes of the catalogue with their prices.
    VmSizes(VmSizesArgs),
    /// Explain the code of an error or warning.
    Explain(ExplainArgs),
}

/// Arguments of `run`.
#[derive(Args, Debug)]
#[command(after_long_help = RUN_HELP)]
pub struct RunArgs {
    /// Scenario file (RON or JSON); `-` reads standard input.
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// Seed of everything that is drawn, in place of the scenario's.
    #[arg(long, value_name = "N", help_heading = "Simulation")]
    pub seed: Option<u64>,
    /// Run so many times with other draws, and give mean and 95 % interval of each figure.
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Simulation")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub replications: u32,
    /// Replications at the same time; 0 is one a core. The results do not depend on it.
    #[arg(long, value_name = "K", default_value_t = 0, help_heading = "Simulation")]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=4096))]
    pub jobs: u32,
    /// Read the ticks format instead (integers only, `docs/ticks.md`); results as JSON on standard output.
    #[arg(long, help_heading = "Simulation")]
    #[arg(conflicts_with_all = ["seed", "replications", "jobs", "format", "out", "export"])]
    pub ticks: bool,
    /// What to print: a report to read, the whole summary, or a table of figures.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Output")]
    pub format: Format,
    /// Also write all results into this directory (`docs/results.md`); it appears whole or not at all.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Replace the results that are in the directory of --out.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub force: bool,
    /// Also write what other tools read (`docs/exports.md`) into the directory of --out: a trace for Perfetto, or
    /// the events as AmlCompute logs them; several with commas.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT", requires = "out")]
    #[arg(help_heading = "Output")]
    pub export: Vec<Export>,
}

/// What other tools read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Export {
    /// trace.json, for ui.perfetto.dev or chrome://tracing.
    Perfetto,
    /// aml_cluster_events.jsonl, aml_node_events.jsonl and aml_job_events.jsonl, as Azure Monitor has them.
    Aml,
}

/// What `run` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A report to read.
    #[default]
    Human,
    /// The summary as JSON, as in summary.json.
    Json,
    /// Figures as comma-separated values, one a line.
    Csv,
}

/// Arguments of `check`.
#[derive(Args, Debug)]
#[command(after_long_help = CHECK_HELP)]
pub struct CheckArgs {
    /// Scenario file (RON or JSON); `-` reads standard input.
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// How to print errors and warnings.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: CheckFormat,
}

/// How `check` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// To read, on standard error.
    #[default]
    Human,
    /// As a JSON array, on standard output.
    Json,
}

/// Arguments of `init`.
#[derive(Args, Debug)]
pub struct InitArgs {
    /// File to write; `-` is standard output.
    #[arg(value_name = "FILE", default_value = "scenario.ron")]
    pub file: PathBuf,
    /// Replace the file if it exists.
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `vm-sizes`.
#[derive(Args, Debug)]
#[command(after_long_help = VM_SIZES_HELP)]
pub struct VmSizesArgs {
    /// Only sizes whose name, quota family or GPU has this in it; case does not count.
    #[arg(value_name = "FILTER")]
    pub filter: Option<String>,
    /// Only this region's prices.
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// What to print: a table to read, JSON, or comma-separated values.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
}

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// The code, as S0102 or W0501; without one, all codes are listed.
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

const MAIN_HELP: &str = "\
Examples:
  nodetide init scenario.ron
  nodetide check scenario.ron
  nodetide run scenario.ron
  nodetide explain W0501

Exit codes:
  0  fine
  1  a mistake of the program itself
  2  the command line cannot be understood
  3  a scenario or log is not valid
  4  a threshold of `expect` is missed
  5  no such GPU
  6  a file cannot be read or written
  7  the run ended stuck or at a limit of the simulator";

const RUN_HELP: &str = "\
Examples:
  nodetide run scenario.ron
  nodetide run scenario.ron --replications 20
  nodetide run scenario.ron --out results/today
  nodetide run scenario.ron --out results/today --export perfetto,aml
  nodetide run scenario.ron --format json | jq .total.wait_p95_s
  generate-scenario | nodetide run -

Thresholds of the scenario's `expect` come first in the report and decide the exit code:
0 where all are met, 4 where one is missed. With several replications a threshold is met
where every replication meets it.";

const CHECK_HELP: &str = "\
Examples:
  nodetide check scenario.ron
  nodetide check scenario.ron --format json

Exit code 0 where the scenario can be run (warnings do not count), 3 where it cannot.";

const VM_SIZES_HELP: &str = "\
Examples:
  nodetide vm-sizes
  nodetide vm-sizes a100
  nodetide vm-sizes D4s --region westeurope --format json";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_is_well_formed_and_every_argument_has_help() {
        Cli::command().debug_assert();
    }

    fn parse(args: &[&str]) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(std::iter::once("nodetide").chain(args.iter().copied()))
    }

    #[test]
    fn run_has_defaults_and_bounds() {
        let Command::Run(run) = parse(&["run", "s.ron"]).unwrap().command else { panic!("run") };
        assert_eq!((run.replications, run.jobs, run.format), (1, 0, Format::Human));
        for bad in [
            &["run"][..],
            &["run", "s.ron", "--replications", "0"],
            &["run", "s.ron", "--replications", "-1"],
            &["run", "s.ron", "--seed", "1.5"],
            &["run", "s.ron", "--force"],
            &["run", "s.ron", "--export", "perfetto"],
            &["run", "s.ron", "--out", "x", "--export", "perfeto"],
            &["run", "s.json", "--ticks", "--export", "aml"],
            &["run", "s.json", "--ticks", "--out", "x"],
            &["run", "s.ron", "--format", "xml"],
            &["sing"],
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
        assert!(parse(&["run", "--ticks", "-"]).is_ok());
        let both = &["run", "s.ron", "--out", "x", "--export", "perfetto,aml"];
        let Command::Run(run) = parse(both).unwrap().command else { panic!("run") };
        assert_eq!(run.export, [Export::Perfetto, Export::Aml]);
        assert!(parse(&["--color", "never", "run", "s.ron", "-q"]).is_ok());
    }
}
