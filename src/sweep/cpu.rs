//! The CPU backend: the engine, on every core, in memory that each core keeps.

use super::{Configuration, Progress, Results};
use crate::engine::{Model, RunResult, Workspace};
use rayon::prelude::*;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most configurations that a thread takes at a time.
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
        let threads = self.workspaces.len();
        let (mut rest, mut room, mut begun) = (configurations, results.room(configurations.len()), 0);
        // One thread after another takes from here, and what is taken is run: so that there are no gaps.
        let blocks = std::iter::from_fn(|| {
            if rest.is_empty() || progress.stopped() {
                return None;
            }
            // Ever fewer, down to one, so that all threads end together.
            let block = (rest.len() / (4 * threads)).clamp(1, BLOCK);
            begun += block;
            let (now, later) = std::mem::take(&mut room).split_at_mut(block);
            room = later;
            let taken;
            (taken, rest) = rest.split_at(block);
            Some((now, taken))
        });
        blocks.par_bridge().for_each(|(results, configurations)| {
            let mut workspace = self.workspace();
            for (result, configuration) in results.iter_mut().zip(configurations) {
                workspace.run_into(&models[configuration.model], &configuration.settings, result);
                progress.add(1);
            }
        });
        results.keep(begun);
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
