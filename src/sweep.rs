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

use crate::engine::Settings;
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
    stop: AtomicBool,
}

impl Progress {
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
