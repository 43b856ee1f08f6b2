//! `nodetide run`.

use super::args::{Export, Format, RunArgs};
use super::error::CliError;
use super::output::{Began, Output};
use super::progress::Progress;
use super::source::Scenario;
use crate::engine::output::{RunResult, Status};
use crate::engine::{self, Detail, Recording};
use crate::exit_code;
use crate::report::expectations::Threshold;
use crate::report::files::{self, Manifest, OutDir};
use crate::report::summary::FORMAT;
use crate::report::warm_up::{self, Series, WarmUp};
use crate::report::{Context, Replicated, Summary, charts, human, summarise};
use crate::ticks;
use rayon::prelude::*;
use std::ffi::OsString;

/// One replication, simulated.
struct Simulated {
    summary: Summary,
    /// What result files are made of; kept of replication 0 only.
    details: Option<(Context, RunResult, Recording)>,
    /// What the steady state is made of; kept where somebody asks for it.
    series: Option<Series>,
}

/// Adds the figures of the steady state to every replication; all leave out the same time.
fn leave_out(warm_up: WarmUp, simulated: &mut [Simulated]) {
    let series: Vec<Series> = simulated.iter_mut().filter_map(|s| s.series.take()).collect();
    let cut = warm_up::find(warm_up, &series);
    for (one, series) in simulated.iter_mut().zip(&series) {
        cut.apply(std::slice::from_mut(&mut one.summary), std::slice::from_ref(series));
    }
}

/// Simulates and reports.
pub(super) fn run(args: &RunArgs, command: &[OsString], output: &Output) -> Result<u8, CliError> {
    if args.ticks {
        return run_ticks(args, output);
    }
    if args.out.as_deref() == Some(std::path::Path::new("-")) {
        let text =
            "--out takes a directory; standard output has the report, or with --format json the summary";
        return Err(CliError::Usage(text.to_owned()));
    }
    let began = Began::now();
    let scenario = Scenario::open(&args.scenario)?;
    // A directory that cannot be written is found out before a long run.
    let out = args.out.as_deref().map(|path| OutDir::prepare(path, args.force)).transpose()?;
    for leftover in out.iter().flat_map(|out| out.cleaned()) {
        output.remark(&leftover.to_string());
    }
    let mut simulated = simulate(&scenario, args, output)?;
    if let Some(warm_up) = args.warm_up {
        leave_out(warm_up, &mut simulated);
    }
    let (report, details) = Report::of(simulated);
    if let (Some(mut out), Some((context, result, recording))) = (out, details) {
        match &report {
            Report::One(summary) => files::write_run(&mut out, &context, summary, &result, &recording)?,
            Report::Several(r) => files::write_replicated(&mut out, &context, r, &result, &recording)?,
        }
        if !args.no_charts {
            files::write_charts(&mut out, &chart_data(&report, &context, &recording)?)?;
        }
        if args.export.contains(&Export::Perfetto) {
            files::write_trace(&mut out, &context, &result, &recording)?;
        }
        if args.export.contains(&Export::Aml) {
            files::write_aml(&mut out, &context, &result, &recording)?;
        }
        let manifest = manifest(&scenario, args, command, &began, report.first().seed, out.entries());
        out.write("manifest.json", |w| files::json(w, &manifest))?;
        let path = out.commit()?;
        output.remark(&format!("results are in {}", path.display()));
    }
    report.print(args.format, output)?;
    Ok(report.exit_code())
}

/// The data of pictures, by way of the text that `summary.json` holds: pictures drawn later are the same.
fn chart_data(report: &Report, context: &Context, recording: &Recording) -> Result<charts::Data, CliError> {
    let text = match report {
        Report::One(summary) => serde_json::to_string(summary),
        Report::Several(replicated) => serde_json::to_string(replicated),
    };
    let text = text.map_err(|e| CliError::Draw(e.to_string()))?;
    charts::of_run(context, &text, recording).map_err(|e| CliError::Draw(e.to_string()))
}

fn run_ticks(args: &RunArgs, output: &Output) -> Result<u8, CliError> {
    let source = crate::scenario::parse::read_file(&args.scenario)
        .map_err(|d| CliError::Invalid(vec![ticks::unreadable(d)]))?;
    let value = ticks::run_source(&source).map_err(CliError::Invalid)?;
    output.write(|w| files::json(w, &value))?;
    Ok(exit_code::FINE)
}

/// All replications, in their order, whatever the number of threads.
fn simulate(scenario: &Scenario, args: &RunArgs, output: &Output) -> Result<Vec<Simulated>, CliError> {
    let n = args.replications;
    let progress = Progress::start(n.into(), *output);
    let one = |replication: u32| {
        let simulated = replicate(scenario, args, replication);
        progress.one_done();
        simulated
    };
    if n == 1 {
        return Ok(vec![one(0)?]);
    }
    scenario.resampled().iter().for_each(|says| output.remark(says));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.jobs as usize).build()?;
    // Collected one by one, so that of several errors the first is reported.
    let all: Vec<Result<Simulated, CliError>> = pool.install(|| (0..n).into_par_iter().map(one).collect());
    all.into_iter().collect()
}

fn replicate(scenario: &Scenario, args: &RunArgs, replication: u32) -> Result<Simulated, CliError> {
    let prepared = scenario.prepare(args.seed, replication)?;
    let keep = args.out.is_some() && replication == 0;
    let detail = if keep { Detail::All } else { Detail::Jobs };
    let (result, recording) = engine::run(&prepared.model, detail);
    let summary = summarise(&prepared.context, &result, &recording)?;
    let series = args.warm_up.map(|_| Series::of(&prepared.context, &recording, result.end));
    let details = keep.then_some((prepared.context, result, recording));
    Ok(Simulated { summary, details, series })
}

/// What is reported.
enum Report {
    One(Box<Summary>),
    Several(Box<Replicated>),
}

impl Report {
    fn of(simulated: Vec<Simulated>) -> (Self, Option<(Context, RunResult, Recording)>) {
        let mut details = None;
        let mut summaries = Vec::with_capacity(simulated.len());
        for one in simulated {
            details = details.or(one.details);
            summaries.push(one.summary);
        }
        if summaries.len() > 1
            && let Some(replicated) = Replicated::of(&summaries)
        {
            return (Self::Several(Box::new(replicated)), details);
        }
        (Self::One(Box::new(summaries.remove(0))), details)
    }

    fn first(&self) -> &Summary {
        match self {
            Self::One(summary) => summary,
            Self::Several(replicated) => &replicated.first,
        }
    }

    fn print(&self, format: Format, output: &Output) -> Result<(), CliError> {
        let width = output.width();
        match (format, self) {
            (Format::Human, Self::One(summary)) => output.print(&human::render(summary, width)),
            (Format::Human, Self::Several(r)) => output.print(&human::render_replicated(r, width)),
            (Format::Json, Self::One(summary)) => output.write(|w| files::json(w, summary)),
            (Format::Json, Self::Several(r)) => output.write(|w| files::json(w, r)),
            (Format::Csv, Self::One(summary)) => output.write(|w| files::summary_table(w, summary)),
            (Format::Csv, Self::Several(r)) => output.write(|w| files::replicated_table(w, r)),
        }
    }

    /// A run that did not end goes before a threshold that is missed: its figures are not those of the whole.
    fn exit_code(&self) -> u8 {
        let (statuses, thresholds): (Vec<Status>, Vec<&Threshold>) = match self {
            Self::One(s) => (vec![s.run_status], s.thresholds.iter().collect()),
            Self::Several(r) => (
                r.statuses.iter().map(|s| s.0).collect(),
                r.thresholds.iter().map(|t| &t.threshold).collect(),
            ),
        };
        if statuses.iter().any(|s| matches!(s, Status::Stuck | Status::Limit)) {
            exit_code::NOT_ENDED
        } else if thresholds.iter().any(|t| !t.met) {
            exit_code::THRESHOLD_MISSED
        } else {
            exit_code::FINE
        }
    }
}

fn manifest(
    scenario: &Scenario,
    args: &RunArgs,
    command: &[OsString],
    began: &Began,
    seed: u64,
    files: &[files::FileEntry],
) -> Manifest {
    Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        command: command.iter().map(|a| a.to_string_lossy().into_owned()).collect(),
        scenario: args.scenario.to_string_lossy().into_owned(),
        scenario_sha256: scenario.sha256(),
        seed,
        replications: args.replications.into(),
        started_at: began.at.to_string(),
        wall_s: began.clock.elapsed().as_secs_f64(),
        files: files.to_vec(),
        sweep: None,
    }
}
