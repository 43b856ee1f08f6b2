//! The CPU backend: the engine, on every core, in memory that each core keeps.

use super::{Configuration, Progress, Results};
use crate::engine::{Model, RunResult, Workspace};
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most configurations that a thread takes at a time: few, so that all threads end together and that what is complete when
/// the sweep is stopped is a whole beginning.
const BLOCK: usize = 16;

/// The engine on every core.
#[derive(Debug)]
pub struct Cpu {
    /// By thread.
    workspaces: Vec<Mutex<Workspace>>,
}

impl Default for Cpu {
    fn default() -> Self {
        let of_thread = |_| Mutex::new(Workspace::new());
        Self { workspaces: (0..rayon::current_num_threads()).map(of_thread).collect() }
    }
}

impl Cpu {
    /// No memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs configurations; their results are added in their order, and nothing is allocated for those for which there is
    /// memory. Where it is asked to stop, it ends what has begun: there are results of the first configurations then.
    pub fn run(
        &self,
        models: &[Model],
        configurations: &[Configuration],
        progress: &Progress,
        results: &mut Results,
    ) {
        let block = (configurations.len() / (8 * self.workspaces.len())).clamp(1, BLOCK);
        let begun = AtomicUsize::new(0);
        results
            .room(configurations.len())
            .chunks_mut(block)
            .zip(configurations.chunks(block))
            // One thread after another takes from here, and what is taken is run: so that there are no gaps.
            .take_while(|_| !progress.stopped())
            .inspect(|(_, configurations)| {
                begun.fetch_add(configurations.len(), Ordering::Relaxed);
            })
            .par_bridge()
            .for_each(|(results, configurations)| {
                let mut workspace = self.workspace();
                for (result, configuration) in results.iter_mut().zip(configurations) {
                    workspace.run_into(&models[configuration.model], &configuration.settings, result);
                    progress.add(1);
                }
            });
        results.keep(begun.into_inner());
    }

    /// The memory of this thread.
    fn workspace(&self) -> MutexGuard<'_, Workspace> {
        let thread = rayon::current_thread_index().unwrap_or(0);
        // A larger pool than the one it was made for shares; a run needs nothing of an earlier one.
        self.workspaces[thread % self.workspaces.len()].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs configurations once; results come in their order. `None`: it was asked to stop.
#[must_use]
pub fn run(
    models: &[Model],
    configurations: &[Configuration],
    progress: &Progress,
) -> Option<Vec<RunResult>> {
    let mut results = Results::new();
    Cpu::new().run(models, configurations, progress, &mut results);
    (results.len() == configurations.len()).then(|| results.into_vec())
}
