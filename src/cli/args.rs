//! The arguments. Their doc comments are the help texts.

mod help;
mod sweep;

#[cfg(all(test, feature = "gpu"))]
pub(super) use sweep::GridArgs;
pub(super) use sweep::OptimizeArgs;
pub use sweep::{AdaptersArgs, BackendArg, SweepArgs};

use crate::report::warm_up::WarmUp;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Simulates autoscaling compute clusters: waits, nodes and costs of a workload, exactly.
///
/// A scenario file describes clusters, quotas, a workload, prices and what to expect of them; `nodetide init`
/// writes one to begin with.
#[derive(Debug, Parser)]
#[command(name = "nodetide", bin_name = "nodetide", version, about, long_about, after_long_help = help::MAIN_HELP)]
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
    /// Run two scenarios on the same draws and tell what the second does differently.
    Compare(CompareArgs),
    /// Run a scenario with every combination of some values, on all cores or on the GPU.
    Sweep(SweepArgs),
    /// Search the best configuration of a scenario without running every one.
    Optimize(OptimizeArgs),
    /// Draw the results of a run or a sweep.
    Chart(ChartArgs),
    /// Check a scenario without running it.
    Check(CheckArgs),
    /// Write a commented scenario to begin with.
    Init(InitArgs),
    /// List the VM sizes of the catalogue with their prices.
    VmSizes(VmSizesArgs),
    /// List the GPUs that a sweep can run on.
    Adapters(AdaptersArgs),
    /// Explain the code of an error or warning.
    Explain(ExplainArgs),
    /// Print a script with which a shell completes commands and options.
    Completions(CompletionsArgs),
}

/// Arguments of `run`.
#[derive(Args, Debug)]
#[command(after_long_help = help::RUN_HELP)]
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
    /// For steady-state questions: also give times of jobs and averages without the beginning of the run, of which
    /// MSER-5 finds the length in the waits (`mser5`), or which is given (`12h`).
    #[arg(long, value_name = "mser5|TIME", help_heading = "Simulation")]
    pub warm_up: Option<WarmUp>,
    /// Read the ticks format instead (integers only, `docs/ticks.md`); results as JSON on standard output.
    #[arg(long, help_heading = "Simulation")]
    #[arg(conflicts_with_all = ["seed", "replications", "jobs", "warm_up", "format", "out", "export"])]
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
    /// Draw no pictures into the directory of --out; `nodetide chart` can draw them later.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub no_charts: bool,
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

/// Arguments of `compare`.
#[derive(Args, Debug)]
#[command(after_long_help = help::COMPARE_HELP)]
pub struct CompareArgs {
    /// The scenario to compare with (RON or JSON); `-` reads standard input.
    #[arg(value_name = "A")]
    pub a: PathBuf,
    /// The scenario that is compared; every difference is B − A.
    #[arg(value_name = "B")]
    pub b: PathBuf,
    /// Seed of everything that is drawn, in place of A's.
    #[arg(long, value_name = "N", help_heading = "Simulation")]
    pub seed: Option<u64>,
    /// Run each so many times with other draws. Default: 20, or 1 where nothing is drawn.
    #[arg(long, value_name = "N", help_heading = "Simulation")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub replications: Option<u32>,
    /// Replications at the same time; 0 is one a core. The results do not depend on it.
    #[arg(long, value_name = "K", default_value_t = 0, help_heading = "Simulation")]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=4096))]
    pub jobs: u32,
    /// For steady-state questions: also give times of jobs and averages without the beginning of the run, of which
    /// MSER-5 finds the length in the waits (`mser5`), or which is given (`12h`).
    #[arg(long, value_name = "mser5|TIME", help_heading = "Simulation")]
    pub warm_up: Option<WarmUp>,
    /// What to print: a report to read, or everything.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Output")]
    pub format: CompareFormat,
}

/// What `adapters` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AdaptersFormat {
    /// A list to read.
    #[default]
    Human,
    /// One object an adapter, in a JSON array.
    Json,
}

/// What `compare` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
    /// A report to read.
    #[default]
    Human,
    /// The comparison as JSON (`docs/results.md`).
    Json,
}

/// Arguments of `chart`.
#[derive(Args, Debug)]
#[command(after_long_help = help::CHART_HELP)]
pub struct ChartArgs {
    /// Directory of results, as `run --out`, `sweep --out` or `optimize --out` wrote it.
    #[arg(value_name = "DIR")]
    pub results: PathBuf,
    /// Where to put the pictures; without it, into the folder `charts` of the results, replacing what is there.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace pictures of the same name in the directory of --out.
    #[arg(long, requires = "out")]
    pub force: bool,
    /// Only this picture; several with commas, or given several times.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAME")]
    pub only: Vec<ChartName>,
    /// Kind of file. PNG needs a program built with the feature `png`.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ChartFormat,
    /// Dark on white, or light on dark (the files then end in `-dark`).
    #[arg(long, value_enum, default_value_t, value_name = "THEME")]
    pub theme: ChartTheme,
    /// Width and height in pixels, 400x360 to 8000x8000. Text grows with the picture.
    #[arg(long, value_name = "WxH", default_value = "960x540", value_parser = chart_size)]
    pub size: (u32, u32),
}

/// Pictures by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ChartName {
    /// Nodes by state over time, with the queue.
    Nodes,
    /// How long jobs wait, with percentiles and objectives.
    Wait,
    /// What the waiting was for.
    Causes,
    /// Cost by part and by team.
    Cost,
    /// How busy billed nodes are, by hour of the week.
    Hours,
    /// Sizes and running times of the jobs.
    Workload,
    /// Of a sweep: cost and latency over the axes.
    Heat,
    /// Of a sweep: cost against latency.
    Front,
    /// Of a sweep: what a minute less costs.
    Minute,
    /// Of a sweep: which axis matters.
    Effects,
    /// Of a sweep: what chance does to the best.
    Replications,
}

/// Kinds of files of pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ChartFormat {
    /// Scalable, for pages and slides.
    #[default]
    Svg,
    /// Pixels, for what takes no SVG.
    Png,
}

/// Colours of pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ChartTheme {
    /// Dark on white.
    #[default]
    Light,
    /// Light on dark.
    Dark,
}

/// A size as `1920x1080`.
fn chart_size(text: &str) -> Result<(u32, u32), String> {
    let size = text.split_once(['x', 'X']).and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let Some((w, h)) = size else {
        return Err("write width and height in pixels, as 1920x1080".to_owned());
    };
    if w < 400 || h < 360 {
        return Err(
            "a picture has 400x360 pixels at least: in a smaller one nothing could be read".to_owned()
        );
    }
    if w > 8000 || h > 8000 {
        return Err("a picture has 8000x8000 pixels at most".to_owned());
    }
    Ok((w, h))
}

/// Arguments of `check`.
#[derive(Args, Debug)]
#[command(after_long_help = help::CHECK_HELP)]
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
#[command(after_long_help = help::INIT_HELP)]
pub struct InitArgs {
    /// File to write; `-` is standard output.
    #[arg(value_name = "FILE", default_value = "scenario.ron")]
    pub file: PathBuf,
    /// Replace the file if it exists.
    #[arg(long)]
    pub force: bool,
}

/// What `vm-sizes` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum VmSizesFormat {
    /// A table to read.
    #[default]
    Human,
    /// One object a size and region, in a JSON array.
    Json,
    /// Comma-separated values, one size and region a line.
    Csv,
}

/// Arguments of `vm-sizes`.
#[derive(Args, Debug)]
#[command(after_long_help = help::VM_SIZES_HELP)]
pub struct VmSizesArgs {
    /// Only sizes whose name, quota family or GPU has this in it; case does not count.
    #[arg(value_name = "FILTER")]
    pub filter: Option<String>,
    /// Only this region's prices.
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// What to print: a table to read, JSON, or comma-separated values.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: VmSizesFormat,
}

/// Arguments of `explain`.
#[derive(Args, Debug)]
#[command(after_long_help = help::EXPLAIN_HELP)]
pub struct ExplainArgs {
    /// The code, as S0102 or W0501; its beginning, as W, lists those that begin so. Without one, all are listed.
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// Arguments of `completions`.
#[derive(Args, Debug)]
#[command(after_long_help = help::COMPLETIONS_HELP)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: clap_complete::Shell,
}

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
            &["run", "s.ron", "--warm-up", "12"],
            &["run", "s.ron", "--export", "perfetto"],
            &["run", "s.ron", "--out", "x", "--export", "perfeto"],
            &["run", "s.json", "--ticks", "--export", "aml"],
            &["run", "s.json", "--ticks", "--out", "x"],
            &["run", "s.ron", "--no-charts"],
            &["chart"],
            &["chart", "r", "--force"],
            &["chart", "r", "--only", "pie"],
            &["chart", "r", "--size", "10x10"],
            &["chart", "r", "--size", "399x800"],
            &["chart", "r", "--size", "800x359"],
            &["chart", "r", "--size", "8001x800"],
            &["chart", "r", "--size", "1920"],
            &["run", "s.ron", "--format", "xml"],
            &["sing"],
            &["compare", "a.ron"],
            &["compare", "a.ron", "b.ron", "--replications", "0"],
            &["compare", "a.ron", "b.ron", "--format", "csv"],
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
        assert!(parse(&["run", "--ticks", "-"]).is_ok());
        let Command::Chart(chart) =
            parse(&["chart", "r", "--size", "1600X900", "--only", "wait,cost"]).unwrap().command
        else {
            panic!("chart")
        };
        assert_eq!((chart.size, &chart.only[..]), ((1600, 900), &[ChartName::Wait, ChartName::Cost][..]));
        let both = &["run", "s.ron", "--out", "x", "--export", "perfetto,aml"];
        let Command::Run(run) = parse(both).unwrap().command else { panic!("run") };
        assert_eq!(run.export, [Export::Perfetto, Export::Aml]);
        assert!(parse(&["--color", "never", "run", "s.ron", "-q"]).is_ok());
    }
}
