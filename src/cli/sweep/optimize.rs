//! `nodetide optimize`: a search in place of the full grid, and its winner confirmed.
//!
//! ```text
//!  Search ──► generation ──► Sweep (one batch) ──► surface ──► Search … ──► finalists ──► fresh replications ──► answer
//! ```
//!
//! The best of many noisy figures is, on average, worse than it looks (the winner's curse), so what is recommended is
//! chosen among the finalists by replications that the search has not seen, all run by the engine.

use super::backend::refused;
use super::decide::Decider;
use super::files::Files;
use super::gather::Gathered;
use super::resume::Identity;
use super::rows::{Sweep, head, scales};
use super::{
    Chosen, Ended, Pace, Run, asked, check_usage, code_of, decide, interrupted_early, remark_plan, same_logs,
    stop_on_interrupt, what_if, write_answer,
};
use crate::cli::args::{BackendArg, OptimizeArgs, SweepArgs};
use crate::cli::error::CliError;
use crate::cli::output::{Began, Output};
use crate::cli::progress::Progress;
use crate::cli::source::Scenario;
use crate::diagnostic::Code;
use crate::lowering::Loaded;
use crate::report::answer::{self, Answer, Confirmed, Searched};
use crate::report::files::OutDir;
use crate::report::units::{count, percent, whole};
use crate::stats::surface::best::ranked;
use crate::stats::surface::{Surface, Verdict};
use crate::sweep;
use crate::sweep::plan::{Models, Plan};
use crate::sweep::runner::{Choice, Runner, SweepError};
use crate::sweep::search::{Levels, Search};
use std::ffi::OsString;
use std::sync::Arc;

/// Finalists of the first round; where all of them miss the constraints in fresh replications, later rounds have more.
const FINALISTS: usize = 5;
const ROUNDS: usize = 3;

/// Fresh replications at least, unless they are given.
const FRESH: u32 = 10;

/// What the search shares with its generations.
struct Explorer<'a> {
    args: &'a SweepArgs,
    grid: &'a Plan,
    counted: &'a Loaded,
    decider: &'a Decider,
    output: Output,
    progress: Arc<sweep::Progress>,
    pace: Pace,
    models: Models,
    chosen: Option<Chosen>,
    gathered: Gathered,
    ended: Ended,
    /// Configurations of each generation.
    generations: Vec<u64>,
}

/// Searches, confirms, answers.
pub(in crate::cli) fn optimize(
    args: &OptimizeArgs,
    command: &[OsString],
    output: &Output,
) -> Result<u8, CliError> {
    let as_sweep = args.as_sweep();
    check_usage(&as_sweep)?;
    let began = Began::now();
    let scenario = Scenario::open(&args.grid.scenario)?;
    let loaded = scenario.loaded();
    let grid = asked::grid(&as_sweep, loaded)?;
    let mut out = args.grid.out.as_deref().map(|path| OutDir::prepare(path, args.grid.force)).transpose()?;
    for leftover in out.iter().flat_map(|out| out.cleaned()) {
        output.remark(&leftover.to_string());
    }
    let what_ifs = what_if::read(&args.grid.what_if, loaded.scenario(), &grid).map_err(CliError::Axes)?;
    remark_plan(&scenario, &grid, output);
    // Confirming takes further replications, whatever the search has.
    scenario.resampled().iter().for_each(|says| output.remark(says));
    scenario.forget();
    let progress = Arc::new(sweep::Progress::default());
    stop_on_interrupt(&progress, output);
    let texts = decide::texts(loaded, args.grid.minimise.as_deref(), &args.grid.subject_to);
    let decider = Decider::new(loaded, &texts, args.grid.seed, grid.replications(), &progress)?;
    let Some((decider, counted)) = decider else { return code_of(interrupted_early(output).1) };
    let mut explorer = Explorer {
        args: &as_sweep,
        grid: &grid,
        counted: &counted,
        decider: &decider,
        output: *output,
        progress: Arc::clone(&progress),
        pace: Pace::default(),
        models: Models::default(),
        chosen: None,
        gathered: Gathered::new(&grid, &decider, loaded.scenario()),
        ended: Ended::default(),
        generations: Vec::new(),
    };
    output.remark(&size(&grid));
    let mut files = Files::begin(out.as_ref(), &as_sweep, &grid)?;
    files.header(&head(&grid).map_err(CliError::Stdout)?)?;
    explorer.search(args.tolerance, &mut files)?;
    let Explorer { models, chosen, gathered, mut ended, generations, .. } = explorer;
    let surface = &gathered.surface;
    let mut answer = Answer::of(surface, &decider.objective);
    let mut searched = Searched {
        generations,
        configurations: surface.points.len() as u64,
        grid: grid.grid_size(),
        simulations: ended.rows,
        tolerance: args.tolerance,
        confirmed: None,
    };
    let confirm = Confirm {
        args,
        grid: &grid,
        counted: &counted,
        decider: &decider,
        scenario: loaded,
        progress: &progress,
        output: *output,
    };
    let searched_all = ended.stopped.is_none();
    let confirmed = confirm.run(surface, &mut searched, &mut ended)?;
    if let (None, None, Some(nearest)) = (&confirmed, &ended.stopped, answer.chosen()) {
        answer.detail = confirm.detail(&grid, &decider, surface, nearest)?;
        ended.stop_unless(answer.detail.is_some());
    }
    // What-ifs are of the replications that confirmed it, so that the figures stand beside one another.
    let (of, replications, index) = match &confirmed {
        Some(winner) => (&winner.decider, winner.replications.clone(), winner.index),
        None => (&decider, 0..grid.replications(), answer.chosen().map(|point| surface.points[point].index)),
    };
    if let (None, Some(index)) = (&ended.stopped, index) {
        let (loaded, plan, seed) = (&counted, &grid, args.grid.seed);
        let progress = &progress;
        let tried = what_if::Tried { decider: of, loaded, plan, seed, replications, progress };
        match tried.all(&what_ifs, index)? {
            Some(found) => answer.what_if = found,
            None => ended.stopped = Some(SweepError::Interrupted),
        }
    }
    let mut text = said(&searched, grid.replications());
    text.push_str(&stopped(&ended, searched_all, &searched));
    let recommended = index.and_then(|index| surface.points.iter().position(|p| p.index == index));
    let recommended = recommended.filter(|_| answer.best.is_some());
    if let Some(winner) = &confirmed {
        let confirmed_answer = winner.answer(&decider.objective);
        text.push_str(&answer::confirmed_human(&confirmed_answer, &answer));
        let replications = winner.replications.len() as u32;
        searched.confirmed = Some(Confirmed::of(&confirmed_answer, replications, |index| grid.cells(index)));
    } else if !surface.points.is_empty() {
        text.push_str(&answer::human(&answer));
    }
    if let Some(out) = &mut out {
        files.end(out, &ended, &gathered, &grid)?;
    }
    let Some(Chosen { runner, why }) = chosen else { return Err(nothing_fits(&grid)) };
    let reason = why.unwrap_or_else(|| runner.reason().to_owned());
    if let Some(mut out) = out {
        let configurations = searched.configurations;
        if ended.stopped.is_none() {
            write_answer(&mut out, &answer, &grid, recommended, Some(searched))?;
        }
        let identity = Identity::of(&scenario, &grid, &models, &decider);
        let (args, scenario, plan, models) = (&as_sweep, &scenario, &grid, &models);
        let (began, of) = (&began, None);
        let manifest = Run { args, command, scenario, plan, models, began, identity, configurations, of };
        manifest.write(out, &ended, &runner.backend(), reason, output)?;
    }
    output.print(&text)?;
    code_of(ended)
}

fn nothing_fits(grid: &Plan) -> CliError {
    let message = format!("min_nodes is over max_nodes in all of {} configurations", whole(grid.grid_size()));
    let help = "vary over values that go together";
    CliError::Axes(vec![crate::diagnostic::Diagnostic::new(Code::SweepEmpty, message).help(help)])
}

/// What there is to search, before it begins.
fn size(grid: &Plan) -> String {
    let configurations = count(grid.grid_size(), "configuration");
    match grid.replications() {
        1 => format!("searching {configurations}"),
        n => format!("searching {configurations} × {n} replications"),
    }
}

/// How much the search spent, against the full grid.
fn said(searched: &Searched, replications: u32) -> String {
    let simulations = if replications > 1 {
        format!(", {} simulations", whole(searched.simulations))
    } else {
        String::new()
    };
    let share = percent(searched.configurations as f64 / searched.grid as f64);
    let generations = count(searched.generations.len() as u64, "generation");
    format!(
        "{generations}: {} of {} configurations ({share}){simulations}.\n\n",
        whole(searched.configurations),
        whole(searched.grid)
    )
}

/// Why the answer below it is not the whole one; empty where it is.
fn stopped(ended: &Ended, searched_all: bool, searched: &Searched) -> String {
    let how = match &ended.stopped {
        None => return String::new(),
        Some(SweepError::Interrupted) => "Interrupted",
        Some(_) => "Stopped",
    };
    match whole(searched.configurations) {
        _ if searched.configurations == 0 => format!("{how} before any configuration was complete.\n"),
        tried if searched_all => {
            format!("{how} after the search, before the answer was complete. Of the {tried} tried:\n")
        }
        tried => format!("{how} before the search had ended. Of the {tried} tried so far:\n"),
    }
}

impl Ended {
    /// What is run for the answer alone is complete, unless there was a request to stop.
    fn stop_unless(&mut self, complete: bool) {
        if !complete {
            self.stopped = Some(SweepError::Interrupted);
        }
    }
}

impl Explorer<'_> {
    /// Generation after generation, until the search asks for nothing more.
    fn search(&mut self, tolerance: f64, files: &mut Files) -> Result<(), CliError> {
        let factors = self.gathered.surface.factors.clone();
        let mut search = Search::new(&factors, self.grid.dimensions().collect(), tolerance);
        let mut batch = search.first();
        while !batch.is_empty() && self.ended.stopped.is_none() {
            self.generation(&batch, files)?;
            batch = search.next(&self.gathered.surface);
        }
        Ok(())
    }

    fn generation(&mut self, batch: &[Levels], files: &mut Files) -> Result<(), CliError> {
        let plan = match self.grid.of_points(batch) {
            Ok(plan) => plan,
            // None of its points can be run.
            Err(found) if found.iter().all(|d| d.code == Code::SweepEmpty) => return Ok(()),
            Err(found) => return Err(CliError::Axes(found)),
        };
        plan.add_models(&mut self.models, self.counted, self.args.grid.seed).map_err(CliError::Invalid)?;
        let chosen = match self.chosen.take() {
            Some(chosen) => chosen,
            None => {
                let mut chosen = Chosen::new(self.args, self.counted, &plan, &self.models.models)?;
                chosen.runner.count_turnarounds(self.decider.objective.needs_turnarounds());
                if self.args.grid.backend != BackendArg::Cpu {
                    let backend = chosen.runner.backend();
                    self.output.remark(&format!("it runs on the {backend}: {}", chosen.reason()));
                }
                chosen
            }
        };
        let Chosen { runner, why } = chosen;
        let mut sweep = Sweep {
            plan: &plan,
            models: &self.models,
            decider: self.decider,
            scales: scales(self.counted, &self.models),
            runner,
            progress: Arc::clone(&self.progress),
            output: self.output,
            histograms: false,
            pace: &self.pace,
        };
        let total = self.progress.done() as u64 + plan.len();
        let shown = Progress::of_sweep(total, Arc::clone(&self.progress), self.output);
        // Positions are those of the generation.
        self.ended.position = 0;
        sweep.run(files, &mut self.gathered, &mut self.ended)?;
        drop(shown);
        self.chosen = Some(Chosen { runner: sweep.runner, why });
        self.generations.push(plan.configurations());
        Ok(())
    }
}

/// Finalists in fresh replications.
struct Confirm<'a> {
    args: &'a OptimizeArgs,
    grid: &'a Plan,
    counted: &'a Loaded,
    decider: &'a Decider,
    scenario: &'a Loaded,
    progress: &'a Arc<sweep::Progress>,
    output: Output,
}

/// What fresh replications say.
struct Winner {
    surface: Surface,
    decider: Decider,
    replications: std::ops::Range<u32>,
    /// Of the best in them, or of the nearest.
    index: Option<u64>,
    detail: Option<answer::Detail>,
}

impl Winner {
    fn answer<'a>(&'a self, objective: &'a crate::report::objective::Objective) -> Answer<'a> {
        Answer { detail: self.detail.clone(), ..Answer::of(&self.surface, objective) }
    }
}

impl Confirm<'_> {
    /// `None`: no configuration holds the constraints, so that there is nobody to confirm; or it was asked to stop.
    fn run(
        &self,
        surface: &Surface,
        searched: &mut Searched,
        ended: &mut Ended,
    ) -> Result<Option<Winner>, CliError> {
        let from = self.grid.replications();
        let replications = self.args.confirm.unwrap_or_else(|| from.max(FRESH));
        let seed = self.args.grid.seed;
        let first = ranked(surface, FINALISTS * ROUNDS);
        if first.is_empty() || ended.stopped.is_some() {
            return Ok(None);
        }
        let Some(decider) =
            self.decider.fresh(self.counted, seed, from..from + replications, self.progress)?
        else {
            ended.stopped = Some(SweepError::Interrupted);
            return Ok(None);
        };
        let fresh = self.grid.with_fresh(from, replications);
        let mut gathered = Gathered::new(&fresh, &decider, self.scenario.scenario());
        for round in first.chunks(FINALISTS) {
            let points: Vec<Levels> = round.iter().map(|&i| surface.levels_of(i).into()).collect();
            let plan = fresh.of_points(&points).map_err(CliError::Axes)?;
            let models = plan.models_unless_stopped(self.counted, seed, self.progress);
            let Some(models) = models.map_err(CliError::Invalid)? else {
                ended.stopped = Some(SweepError::Interrupted);
                return Ok(None);
            };
            for says in same_logs(&models)
                .into_iter()
                .filter(|says| !ended.notices.contains(says))
                .collect::<Vec<_>>()
            {
                self.output.remark(&says);
                ended.notices.push(says);
            }
            let mut of_round = Ended::default();
            let mut sweep = Sweep {
                plan: &plan,
                models: &models,
                decider: &decider,
                scales: scales(self.counted, &models),
                runner: Runner::new(Choice::Cpu, None, &models.models)
                    .map_err(|e| refused(e, self.counted, &plan))?,
                progress: Arc::clone(self.progress),
                output: self.output,
                histograms: false,
                pace: &Pace::default(),
            };
            sweep.run(&mut Files::default(), &mut gathered, &mut of_round)?;
            if of_round.stopped.is_some() {
                ended.stopped = of_round.stopped;
                return Ok(None);
            }
            searched.simulations += of_round.rows;
            if gathered.surface.points.iter().any(|p| p.verdict == Verdict::Meets) {
                break;
            }
        }
        let surface = gathered.surface;
        let chosen = Answer::of(&surface, &decider.objective).chosen();
        let index = chosen.map(|point| surface.points[point].index);
        let detail = match chosen {
            Some(point) => {
                let detail = self.detail(&fresh, &decider, &surface, point)?;
                ended.stop_unless(detail.is_some());
                detail
            }
            None => None,
        };
        Ok(Some(Winner { surface, decider, replications: from..from + replications, index, detail }))
    }

    /// What running a configuration again tells; its models may be gone since. `None`: it was asked to stop.
    fn detail(
        &self,
        of: &Plan,
        decider: &Decider,
        surface: &Surface,
        point: usize,
    ) -> Result<Option<answer::Detail>, CliError> {
        let plan = of.of_points(&[surface.levels_of(point).into()]).map_err(CliError::Axes)?;
        let progress = self.progress.beside();
        let models = plan.models_unless_stopped(self.counted, self.args.grid.seed, &progress);
        let Some(models) = models.map_err(CliError::Invalid)? else { return Ok(None) };
        let scales = scales(self.counted, &models);
        Ok(decider.detail(&plan, &models, &scales, surface.points[point].index, &progress))
    }
}
