//! The CPU backend: the engine, on every core, in memory that each core keeps.

use super::{Configuration, Progress};
use crate::engine::{Model, RunResult, Workspace};
use rayon::prelude::*;

/// Runs configurations; results come in their order. `None`: it was asked to stop.
#[must_use]
pub fn run(
    models: &[Model],
    configurations: &[Configuration],
    progress: &Progress,
) -> Option<Vec<RunResult>> {
    let results = configurations.par_iter().map_init(Workspace::new, |workspace, configuration| {
        if progress.stopped() {
            return None;
        }
        let result = workspace.run(&models[configuration.model], &configuration.settings).clone();
        progress.add(1);
        Some(result)
    });
    results.collect()
}
