//! What a sweep is asked for, by its arguments and by the scenario.

use crate::cli::args::SweepArgs;
use crate::cli::error::CliError;
use crate::diagnostic::Diagnostic;
use crate::lowering::Loaded;
use crate::sweep::plan::{Flags, Plan, Spec};

/// The plan of a sweep.
pub(super) fn plan(args: &SweepArgs, loaded: &Loaded) -> Result<Plan, CliError> {
    let seed = args.grid.seed.unwrap_or(loaded.scenario().seed);
    planned(args, loaded, |spec| Plan::of(loaded.scenario(), spec, seed))
}

/// The grid that a search asks points of.
pub(super) fn grid(args: &SweepArgs, loaded: &Loaded) -> Result<Plan, CliError> {
    planned(args, loaded, |spec| Plan::unrun(loaded.scenario(), spec))
}

fn planned(
    args: &SweepArgs,
    loaded: &Loaded,
    of: impl FnOnce(&Spec) -> Result<Plan, Vec<Diagnostic>>,
) -> Result<Plan, CliError> {
    let flags = Flags {
        vary: &args.grid.vary,
        pair: &args.grid.pair,
        design: args.design.as_deref(),
        replications: args.grid.replications,
    };
    let planned = Spec::of(loaded, flags).and_then(|spec| of(&spec));
    // A mistake in the scenario is one of the scenario; the command line was understood.
    let asked = !args.grid.vary.is_empty()
        || !args.grid.pair.is_empty()
        || args.design.is_some()
        || args.grid.replications.is_some();
    let of_flags = |d: &Diagnostic| match &d.source {
        Some(source) => source.name().starts_with("--"),
        None => asked,
    };
    planned.map_err(|found| match found.iter().any(of_flags) {
        true => CliError::Axes(found),
        false => CliError::Invalid(found),
    })
}

/// Checks the scenario's own `sweep`, where it has one.
pub(in crate::cli) fn check(loaded: &Loaded) -> Result<Option<Plan>, CliError> {
    let scenario = loaded.scenario();
    if scenario.sweep.is_none() {
        return Ok(None);
    }
    let planned =
        Spec::of(loaded, Flags::default()).and_then(|spec| Plan::of(scenario, &spec, scenario.seed));
    planned.map(Some).map_err(CliError::Invalid)
}
