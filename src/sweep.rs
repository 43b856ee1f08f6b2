//! Many configurations of one scenario: on the GPU or on all cores, exactly the same (model, section 10).
//!
//! ```text
//! scenario, axes ──► plan: models, configurations ──► runner ──► cpu: the engine on every core
//!                                                       │  └───► gpu: the compute kernel
//!                                                       ▼
//!                                        one RunResult a configuration, in order
//! ```
//!
//! A configuration is a [model](crate::engine::Model) and the settings in which it differs. Axes that change
//! tables (a VM size, a load factor, another replication) make models; those that do not (min_nodes, max_nodes,
//! idle_time) make settings. Whatever the backend, the results are the same to the last tick, so the choice is one
//! of speed alone.

pub mod axes;
mod change;
pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod plan;
pub mod runner;
pub mod search;
#[cfg(feature = "gpu")]
pub mod self_test;

pub use change::{scale_evictions, scale_load};

use crate::engine::flat::Obstacle;
use crate::engine::{Model, RunResult, Settings};
use rayon::prelude::*;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// One configuration of a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// Number of its model.
    pub model: usize,
    /// Its settings, one of each cluster.
    pub settings: Box<[Settings]>,
}

/// How far a sweep is, and whether it should stop: shared with whoever shows it and whoever interrupts it.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicUsize,
    stop: Arc<AtomicBool>,
}

impl Progress {
    /// Of other work, which stops with this one and is counted for itself.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { done: AtomicUsize::new(0), stop: Arc::clone(&self.stop) }
    }

    /// Configurations that have ended.
    #[must_use]
    pub fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// Some more have ended.
    pub(crate) fn add(&self, configurations: usize) {
        self.done.fetch_add(configurations, Ordering::Relaxed);
    }

    /// So many have ended.
    #[cfg(feature = "gpu")]
    pub(crate) fn set(&self, configurations: usize) {
        self.done.store(configurations, Ordering::Relaxed);
    }

    /// Asks the sweep to stop.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// What keeps a kernel from running some of these models; empty: nothing does. Replications and axes draw other jobs, so that
/// one model does not speak for all.
#[must_use]
pub fn obstacles_of(models: &[Model]) -> Vec<Obstacle> {
    let of_each: Vec<Vec<Obstacle>> = models.par_iter().map(Model::obstacles).collect();
    let mut found = Vec::new();
    for obstacle in of_each.into_iter().flatten() {
        obstacle.unite(&mut found);
    }
    found
}

/// Results of configurations, in their order. What is cleared away is kept for its memory: a result takes 14 KB.
#[derive(Debug, Default)]
pub struct Results {
    list: Vec<RunResult>,
    len: usize,
}

impl Results {
    /// None, and no memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Room for some more, to be written before they are [counted](Self::keep).
    pub(crate) fn room(&mut self, more: usize) -> &mut [RunResult] {
        let to = self.len + more;
        if self.list.len() < to {
            self.list.resize_with(to, RunResult::empty);
        }
        &mut self.list[self.len..to]
    }

    /// So many of the room have been written.
    pub(crate) fn keep(&mut self, more: usize) {
        self.len += more;
    }

    /// Puts each at its place: result `i` is that of `order[i]`, and there is one for the first of `order` at least. Results
    /// behind a place that has none are forgotten.
    pub(crate) fn place(&mut self, mut order: Vec<usize>) {
        let mut there = vec![false; order.len()];
        for &at in &order[..self.len] {
            there[at] = true;
        }
        self.room(order.len() - self.len);
        for i in 0..order.len() {
            while order[i] != i {
                let to = order[i];
                self.list.swap(i, to);
                order.swap(i, to);
            }
        }
        self.len = there.iter().position(|there| !there).unwrap_or(order.len());
    }

    /// As a list.
    #[must_use]
    pub fn into_vec(mut self) -> Vec<RunResult> {
        self.list.truncate(self.len);
        self.list
    }
}

impl Deref for Results {
    type Target = [RunResult];

    fn deref(&self) -> &[RunResult] {
        &self.list[..self.len]
    }
}

#[cfg(test)]
mod tests;
