//! `nodetide sweep`.

mod asked;
mod backend;
mod decide;
mod dry;
#[cfg(test)]
#[cfg(feature = "gpu")]
mod faults;
mod files;
mod gather;
mod optimize;
mod resume;
mod rows;
#[cfg(test)]
mod tests;
mod what_if;

pub(super) use asked::check;

use super::args::SweepArgs;
use super::error::CliError;
use super::output::{Began, Output};
use super::progress::Progress;
use super::source::Scenario;
use crate::diagnostic::Diagnostic;
use crate::exit_code;
use crate::lowering::Loaded;
use crate::report::answer::{self, Answer};
use crate::report::charts::sweep::SweepChart;
use crate::report::files::{self as result_files, Manifest, OutDir, Rest, SweepEntry};
use crate::report::summary::{FORMAT, WarningEntry};
use crate::report::units::{count, whole};
use crate::sweep;
use crate::sweep::plan::{Models, Plan};
use crate::sweep::runner::{Backend, SweepError};
use backend::{Chosen, explain, explained, no_gpu};
use decide::Decider;
pub(super) use decide::check_objective;
use files::Files;
pub(super) use files::PARTIAL;
use gather::{Gathered, write_front, write_surface};
pub(super) use optimize::optimize;
use resume::{Identity, Kept};
use rows::{Sweep, head, scales};
use std::ffi::OsString;
use std::sync::Arc;

/// How a sweep went.
#[derive(Default)]
struct Ended {
    rows: u64,
    not_ended: u64,
    notices: Vec<String>,
    /// The first position of the grid that is not done.
    position: u64,
    /// Rows that were there each time it was resumed.
    resumed: Vec<u64>,
    /// Why it is not complete.
    stopped: Option<SweepError>,
}

/// How far a sweep goes at a time, and how it is interrupted.
#[derive(Default)]
struct Pace {
    progress: Arc<sweep::Progress>,
    /// Positions of a chunk, where the backend does not say.
    chunk: Option<u64>,
    /// Interrupts itself after so many rows, for tests.
    interrupt_after: Option<u64>,
}

/// Runs every configuration of the grid.
pub(super) fn sweep(args: &SweepArgs, command: &[OsString], output: &Output) -> Result<u8, CliError> {
    let pace = Pace::default();
    let ready = || stop_on_interrupt(&pace.progress, output);
    let (text, ended) = run(args, command, output, &pace, ready, Chosen::new)?;
    output.print(&text)?;
    code_of(ended)
}

/// The same, but for what is printed. `ready`: everything is read and checked, and the configurations are about to run;
/// `choose` gives the backend.
fn run(
    args: &SweepArgs,
    command: &[OsString],
    output: &Output,
    pace: &Pace,
    ready: impl FnOnce(),
    choose: impl FnOnce(&SweepArgs, &Loaded, &Plan, &[crate::engine::Model]) -> Result<Chosen, CliError>,
) -> Result<(String, Ended), CliError> {
    check_usage(args)?;
    let began = Began::now();
    let scenario = Scenario::open(&args.grid.scenario)?;
    let loaded = scenario.loaded();
    let plan = asked::plan(args, loaded)?;
    if args.explain_backend {
        return Ok((explain(args, loaded, &plan)?, Ended::default()));
    }
    let what_ifs = what_if::read(&args.grid.what_if, loaded.scenario(), &plan).map_err(CliError::Axes)?;
    let texts = decide::texts(loaded, args.grid.minimise.as_deref(), &args.grid.subject_to);
    if args.dry_run {
        decide::asked(loaded, &texts, args.grid.seed)?;
        return Ok((dry_run(args, loaded, &plan)?, Ended::default()));
    }
    let progress = Arc::clone(&pace.progress);
    ready();
    let kept = args.grid.out.as_deref().filter(|_| args.resume).map(Kept::read).transpose()?;
    let replace = args.grid.force || args.resume;
    let mut out = args.grid.out.as_deref().map(|path| OutDir::prepare(path, replace)).transpose()?;
    for leftover in out.iter().flat_map(|out| out.cleaned()) {
        output.remark(&leftover.to_string());
    }
    remark_plan(&scenario, &plan, output);
    output.remark(&format!("sweeping {}", size(&plan)));
    if plan.replications() > 1 {
        scenario.resampled().iter().for_each(|says| output.remark(says));
    }
    scenario.forget();
    let decider = Decider::new(loaded, &texts, args.grid.seed, plan.replications(), &progress)?;
    let Some((decider, counted)) = decider else { return Ok(interrupted_early(output)) };
    let models =
        plan.models_unless_stopped(&counted, args.grid.seed, &progress).map_err(CliError::Invalid)?;
    let Some(models) = models else { return Ok(interrupted_early(output)) };
    let same_logs = same_logs(&models);
    same_logs.iter().for_each(|says| output.remark(says));
    let identity = args.grid.out.as_ref().map(|_| Identity::of(&scenario, &plan, &models, &decider));
    if let Some((kept, identity)) = kept.as_ref().zip(identity.as_ref()) {
        kept.check(identity, &plan, args.histograms)?;
    }
    let mut chosen = choose(args, loaded, &plan, &models.models)?;
    chosen.runner.count_turnarounds(decider.objective.needs_turnarounds());
    if args.grid.backend != super::args::BackendArg::Cpu {
        output.remark(&format!("it runs on the {}: {}", chosen.runner.backend(), chosen.reason()));
    }
    let mut gathered = Gathered::new(&plan, &decider, loaded.scenario());
    let mut sweep = Sweep {
        plan: &plan,
        models: &models,
        decider: &decider,
        scales: scales(&counted, &models),
        runner: chosen.runner,
        progress: Arc::clone(&progress),
        output: *output,
        histograms: args.histograms,
        pace,
    };
    let mut files = Files::begin(out.as_ref(), args, &plan)?;
    let header = head(&plan).map_err(CliError::Stdout)?;
    let mut ended = Ended::default();
    match &kept {
        Some(kept) => {
            kept.restore(&plan, &header, &mut files, &mut gathered, &mut ended)?;
            progress.add(ended.rows as usize);
            let (rows, all) = (whole(ended.rows), whole(plan.len()));
            output.remark(&format!("resuming: {rows} of {all} rows are complete"));
        }
        None => files.header(&header)?,
    }
    let shown = Progress::of_sweep(plan.len(), progress, *output);
    sweep.run(&mut files, &mut gathered, &mut ended)?;
    drop(shown);
    for says in same_logs {
        if !ended.notices.contains(&says) {
            ended.notices.push(says);
        }
    }
    let surface = &gathered.surface;
    let mut answer = Answer::of(surface, &decider.objective);
    let reason = chosen.why.unwrap_or_else(|| sweep.runner.reason().to_owned());
    if let (None, Some(point)) = (&ended.stopped, answer.chosen()) {
        let index = surface.points[point].index;
        answer.detail = decider.detail(&plan, &models, &sweep.scales, index, &sweep.progress.beside());
        if answer.detail.is_none() {
            // All rows are there; what is missing of the answer a resumed sweep adds.
            ended.stopped = Some(SweepError::Interrupted);
        }
        let tried = what_if::Tried {
            decider: &decider,
            loaded: &counted,
            plan: &plan,
            seed: args.grid.seed,
            replications: 0..plan.replications(),
            progress: &sweep.progress,
        };
        match tried.all(&what_ifs, index)? {
            Some(found) => answer.what_if = found,
            None => ended.stopped = Some(SweepError::Interrupted),
        }
    }
    if let Some(out) = &mut out {
        files.end(out, &ended, &gathered, &plan)?;
    }
    if let Some((mut out, identity)) = out.zip(identity) {
        if ended.stopped.is_none() {
            write_answer(&mut out, &answer, &plan, answer.best, None)?;
        }
        let (configurations, of) = (plan.configurations(), Some(plan.len()));
        let (scenario, plan, models) = (&scenario, &plan, &models);
        let manifest =
            Run { args, command, scenario, plan, models, began: &began, identity, configurations, of };
        manifest.write(out, &ended, &sweep.runner.backend(), reason, output)?;
    }
    Ok((printed(&answer, &plan, &ended), ended))
}

/// What is written beside the rows, of a sweep or of a search.
fn write_answer(
    out: &mut OutDir,
    answer: &Answer<'_>,
    plan: &Plan,
    recommended: Option<usize>,
    search: Option<answer::Searched>,
) -> Result<(), CliError> {
    let surface = answer.surface;
    let charts: &[SweepChart] = if search.is_some() { &SweepChart::OF_SEARCH } else { &SweepChart::ALL };
    out.write("surface.csv", |w| write_surface(surface, plan, w))?;
    out.write("front.csv", |w| write_front(surface, &answer.front, plan, w))?;
    let json = answer::Json { search, ..answer::json(answer, |index| plan.cells(index)) };
    out.write("answer.json", |w| result_files::json(w, &json))?;
    result_files::write_sweep_charts(out, surface, recommended, charts)?;
    Ok(())
}

/// How many ran and what became of them, then the answer.
fn printed(answer: &Answer<'_>, plan: &Plan, ended: &Ended) -> String {
    let mut text = size(plan);
    if ended.stopped.is_some() {
        text.push_str(&format!("; stopped after {} of {} rows", whole(ended.rows), whole(plan.len())));
    }
    if ended.not_ended > 0 {
        text.push_str(&format!("; {} ended stuck or at a limit", whole(ended.not_ended)));
    }
    text.push_str(".\n\n");
    if !answer.surface.points.is_empty() {
        if ended.stopped.is_some() {
            text.push_str("Of what is complete:\n");
        }
        text.push_str(&answer::human(answer));
    }
    text
}

const NOTHING: &str = "no part of the sweep was complete, so nothing was written";

/// Before any configuration ran.
fn interrupted_early(output: &Output) -> (String, Ended) {
    output.remark(NOTHING);
    (String::new(), Ended { stopped: Some(SweepError::Interrupted), ..Ended::default() })
}

fn check_usage(args: &SweepArgs) -> Result<(), CliError> {
    if args.grid.out.as_deref() == Some(std::path::Path::new("-")) {
        let text = "--out takes a directory; standard output has the table of the cheapest configurations";
        return Err(CliError::Usage(text.to_owned()));
    }
    #[cfg(not(feature = "parquet"))]
    if args.parquet {
        let message = "this program was built without the feature `parquet`";
        let help = "leave out --parquet: configs.csv has the same rows; or build with `cargo install --path .`, which has \
                    the feature";
        let found = Diagnostic::new(crate::diagnostic::Code::NotBuilt, message).help(help);
        return Err(CliError::NotBuilt(Box::new(found)));
    }
    if args.grid.adapter.is_some() && args.grid.backend == super::args::BackendArg::Cpu {
        let text = "--adapter names a GPU, and --backend cpu uses none; leave one of them out";
        return Err(CliError::Usage(text.to_owned()));
    }
    if let Some(adapter) = args.grid.adapter.as_deref().filter(|adapter| adapter.trim().is_empty()) {
        let text = format!(
            "--adapter {adapter:?} names no GPU; write its number in the list of `nodetide adapters`, or a part of its name, \
             or leave it out"
        );
        return Err(CliError::Usage(text));
    }
    Ok(())
}

/// How much runs: `900 configurations × 20 replications`.
fn size(plan: &Plan) -> String {
    let mut text = count(plan.configurations(), "configuration");
    if plan.replications() > 1 {
        text.push_str(&format!(" × {} replications", plan.replications()));
    }
    text
}

fn remark_plan(scenario: &Scenario, plan: &Plan, output: &Output) {
    let warnings = scenario.notices().len() as u64;
    if warnings > 0 {
        let n = count(warnings, "warning");
        output.remark(&format!("the scenario has {n}; `nodetide check` shows them"));
    }
    if plan.left_out() > 0 {
        let n = count(plan.left_out(), "configuration");
        output.remark(&format!("left out {n} whose min_nodes is over max_nodes"));
    }
    if plan.doubles() > 0 {
        let n = count(plan.doubles(), "configuration");
        output.remark(&format!("{n} of the design came up twice and are run once"));
    }
}

/// The warnings of logs that are the same in all replications.
fn same_logs(models: &Models) -> Vec<String> {
    let of = models.facts.iter().map(|facts| &facts.same_logs).find(|told| !told.is_empty());
    let says = |told: &Diagnostic| {
        let WarningEntry { code, text, .. } = WarningEntry::from(told);
        format!("{code}: {text}")
    };
    of.into_iter().flatten().map(says).collect()
}

fn code_of(ended: Ended) -> Result<u8, CliError> {
    match ended.stopped {
        Some(SweepError::Interrupted) => Ok(exit_code::INTERRUPTED),
        Some(error) => Err(no_gpu(error.to_string())),
        None if ended.not_ended > 0 => Ok(exit_code::NOT_ENDED),
        None => Ok(exit_code::FINE),
    }
}

/// The first interruption lets the sweep end in good order, the second one ends the program.
fn stop_on_interrupt(progress: &Arc<sweep::Progress>, output: &Output) {
    let (progress, output) = (Arc::clone(progress), *output);
    let handler = ctrlc::set_handler(move || {
        if progress.stopped() {
            std::process::exit(exit_code::INTERRUPTED.into());
        }
        progress.stop();
        output.remark("interrupted: keeping what is complete (again: stop at once)");
    });
    // Without it an interruption ends the program, as it does elsewhere.
    let _ = handler;
}

/// Checks everything and says what would run.
fn dry_run(args: &SweepArgs, loaded: &Loaded, plan: &Plan) -> Result<String, CliError> {
    let models = plan.models(loaded, args.grid.seed).map_err(CliError::Invalid)?;
    let (backend, text) = explained(args, loaded, plan, &models.models)?;
    Ok(text + &dry::says(plan, &models, &backend))
}

/// What a manifest is made of.
struct Run<'a> {
    args: &'a SweepArgs,
    command: &'a [OsString],
    scenario: &'a Scenario,
    plan: &'a Plan,
    models: &'a Models,
    began: &'a Began,
    identity: Identity,
    /// Configurations that are run: of a search, those that it came to.
    configurations: u64,
    /// Rows of the whole, where that is known before and an interrupted sweep can be resumed: not of a search.
    of: Option<u64>,
}

impl Run<'_> {
    /// Ends the directory of results; nothing appears where nothing is complete.
    fn write(
        &self,
        mut out: OutDir,
        ended: &Ended,
        backend: &Backend,
        reason: String,
        output: &Output,
    ) -> Result<(), CliError> {
        if ended.stopped.is_some() && ended.rows == 0 {
            output.remark(NOTHING);
            return Ok(());
        }
        let manifest = self.manifest(ended, backend, reason, out.entries());
        out.write("manifest.json", |w| result_files::json(w, &manifest))?;
        let path = out.commit()?;
        if ended.stopped.is_some() {
            let path = path.display();
            let more = if self.of.is_some() { "; the same command with --resume goes on" } else { "" };
            output.remark(&format!("what was complete is in {path}{more}"));
        } else {
            output.remark(&format!("results are in {}", path.display()));
        }
        Ok(())
    }

    fn manifest(
        &self,
        ended: &Ended,
        backend: &Backend,
        reason: String,
        entries: &[result_files::FileEntry],
    ) -> Manifest {
        let (adapter, driver) = match backend {
            Backend::Cpu { .. } => (None, None),
            Backend::Gpu { name, driver } => (Some(name.clone()), Some(driver.clone())),
        };
        let of = self.of.map_or_else(String::new, |rows| format!(" of {}", whole(rows)));
        let note = ended.stopped.as_ref();
        let note = note.map(|why| format!("{why}: {}{of} rows are complete", whole(ended.rows)));
        Manifest {
            format: FORMAT,
            program: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            command: self.command.iter().map(|a| a.to_string_lossy().into_owned()).collect(),
            scenario: self.args.grid.scenario.to_string_lossy().into_owned(),
            scenario_sha256: self.scenario.sha256(),
            seed: self.models.facts.first().map_or(0, |facts| facts.seed),
            replications: self.plan.replications().into(),
            started_at: self.began.at.to_string(),
            wall_s: self.began.clock.elapsed().as_secs_f64(),
            files: entries.to_vec(),
            sweep: Some(SweepEntry {
                backend: backend.to_string(),
                adapter,
                driver,
                reason,
                notices: ended.notices.clone(),
                axes: self.plan.axes().iter().map(|axis| axis.written().to_owned()).collect(),
                configurations: self.configurations,
                left_out: self.plan.left_out(),
                rows: ended.rows,
                complete: ended.stopped.is_none(),
                note,
                fingerprint: self.identity.fingerprint.clone(),
                resumed: ended.resumed.clone(),
                rest: (ended.stopped.is_some() && self.of.is_some())
                    .then_some(Rest { position: ended.position, not_ended: ended.not_ended }),
            }),
        }
    }
}
