//! Which backend runs a sweep, and why.

use crate::cli::args::SweepArgs;
use crate::cli::error::CliError;
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::Model;
use crate::engine::flat::Obstacle;
use crate::lowering::Loaded;
use crate::report::units::whole;
use crate::scenario::locate::Tree;
use crate::scenario::path::Path;
use crate::sweep::plan::Plan;
use crate::sweep::runner::{Backend, Choice, Runner, SweepError};

/// The backend of a sweep.
pub(super) struct Chosen {
    pub(super) runner: Runner,
    /// Why, where the runner does not know.
    pub(super) why: Option<String>,
}

impl Chosen {
    pub(super) fn new(
        args: &SweepArgs,
        loaded: &Loaded,
        plan: &Plan,
        models: &[Model],
    ) -> Result<Self, CliError> {
        let obstacles = plan.obstacles(models);
        let choice = Choice::from(args.grid.backend);
        if choice == Choice::Cpu || obstacles.is_empty() {
            let runner = Runner::new(choice, args.grid.adapter.as_deref(), models)
                .map_err(|e| refused(e, loaded, plan))?;
            return Ok(Self { runner, why: None });
        }
        if choice == Choice::Gpu {
            return Err(refused(SweepError::NotForGpu(obstacles), loaded, plan));
        }
        let runner = Runner::new(Choice::Cpu, None, models).map_err(|e| refused(e, loaded, plan))?;
        let words: Vec<String> = obstacles.iter().map(|o| format!("{}: {o}", path_of(o))).collect();
        let mut why = format!("the scenario is not for the GPU: {}", words.join("; "));
        if let Some(adapter) = &args.grid.adapter {
            why.push_str(&format!("; adapter {adapter:?} was not looked for"));
        }
        Ok(Self { runner, why: Some(why) })
    }

    pub(super) fn reason(&self) -> &str {
        self.why.as_deref().unwrap_or_else(|| self.runner.reason())
    }
}

/// Where a scenario says what is in the way.
pub(super) fn path_of(obstacle: &Obstacle) -> Path {
    let root = Path::root();
    let cluster = |i: usize| root.clone().field("clusters").index(i);
    match obstacle {
        Obstacle::Clusters(_) => root.field("clusters"),
        Obstacle::Discipline(i, _) => cluster(*i).field("discipline"),
        Obstacle::Resubmit(i) => cluster(*i).field("on_eviction"),
        Obstacle::Slots(_) => cluster(0).field("max_nodes"),
        Obstacle::Identities(_) => root.field("workload"),
    }
}

pub(super) fn no_gpu(message: String) -> CliError {
    let help =
        "`nodetide adapters` lists what there is; --backend auto or cpu gives the same results without";
    CliError::Gpu(vec![Diagnostic::new(Code::NoGpu, message).help(help)])
}

pub(super) fn refused(error: SweepError, loaded: &Loaded, plan: &Plan) -> CliError {
    let SweepError::NotForGpu(obstacles) = error else { return no_gpu(error.to_string()) };
    let tree = Tree::new(loaded.source().text());
    let of = |obstacle: &Obstacle| {
        let path = path_of(obstacle);
        let message = format!("`{path}` is not for the GPU: {obstacle}");
        let found = Diagnostic::new(Code::NotForGpu, message);
        let found = match plan.axes().iter().find(|axis| *axis.path() == path) {
            // What the scenario says is not what runs.
            Some(axis) => found.note(format!("{} has it so", axis.written())),
            None => found.at(loaded.source(), tree.find(&path).span, "not for the GPU"),
        };
        found.help("--backend auto or cpu gives the same results with the engine")
    };
    CliError::Gpu(obstacles.iter().map(of).collect())
}

/// Says which backend would run, and why.
pub(super) fn explain(args: &SweepArgs, loaded: &Loaded, plan: &Plan) -> Result<String, CliError> {
    // All of them: replications draw other jobs, which may need other identities.
    let models = plan.models(loaded, args.grid.seed).map_err(CliError::Invalid)?.models;
    let (_, mut text) = explained(args, loaded, plan, &models)?;
    let rows = whole(plan.len());
    text.push_str(&format!("rows: {rows} ({} left out)\n", whole(plan.left_out())));
    Ok(text)
}

pub(super) fn explained(
    args: &SweepArgs,
    loaded: &Loaded,
    plan: &Plan,
    models: &[Model],
) -> Result<(Backend, String), CliError> {
    let obstacles = plan.obstacles(models);
    let chosen = Chosen::new(args, loaded, plan, models)?;
    let backend = chosen.runner.backend();
    let mut text = format!("backend: {backend}\n");
    if obstacles.is_empty() {
        text.push_str(&format!("why: {}\n", chosen.reason()));
    } else {
        let asked = if Choice::from(args.grid.backend) == Choice::Cpu { "asked for; and the" } else { "the" };
        text.push_str(&format!("why: {asked} scenario is not for the GPU\n"));
        for obstacle in &obstacles {
            text.push_str(&format!("  {}: {obstacle}\n", path_of(obstacle)));
        }
        if let Some(adapter) = &args.grid.adapter {
            text.push_str(&format!("  adapter {adapter:?} was not looked for\n"));
        }
    }
    Ok((backend, text))
}
