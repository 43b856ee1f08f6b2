//! From what a scenario says about jobs to a list of jobs in ticks: drawn classes, logs, listed jobs.
//!
//! Floats and randomness live here and end here: what leaves this module is integers. [`build`] does it all;
//! [`sample`] also draws the tables of a cluster's delays.

pub mod arrivals;
mod build;
mod calendar;
mod classes;
mod error;
mod listed;
pub mod logs;
pub mod sample;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod transforms;
mod weeks;

pub use build::{Context, Gathered, Jobs, MAX_JOBS, Note, build, finish, gather, open_file};
pub use calendar::{Calendar, zone};
pub use error::{ErrorKind, LogPlace, SampleError, WorkloadError, exact_ticks};
pub use weeks::Resampled;

use std::fmt;

/// One job as the engine's input needs it, in ticks; names are interned in [`Names`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Submit time [ticks].
    pub submit: u64,
    /// Running time at speed 1 [ticks].
    pub service: u64,
    /// Gang size [nodes].
    pub nodes: u64,
    /// Index of the cluster in the scenario.
    pub cluster: u32,
    /// Cancel time [ticks].
    pub cancel: Option<u64>,
    /// Limit on one attempt [ticks].
    pub timeout: Option<u64>,
    /// Checkpoint interval [running ticks].
    pub checkpoint: Option<u64>,
    /// Declared running time at speed 1 [ticks].
    pub declared: Option<u64>,
    /// Higher first.
    pub priority: u32,
    /// Needs inter-node communication (where it has several nodes).
    pub communicates: bool,
    /// Required identity, in [`Names`].
    pub identity: Option<u32>,
    /// Environment, in [`Names`]; `None` is the default one.
    pub environment: Option<u32>,
    /// User tag, in [`Names`].
    pub user: Option<u32>,
    /// Team tag, in [`Names`].
    pub team: Option<u32>,
    /// Experiment tag, in [`Names`].
    pub experiment: Option<u32>,
    /// What it came from.
    pub source: Source,
}

/// Where a job was written or drawn, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Index in `workload.jobs`.
    Listed(u32),
    /// Index in `workload.classes`.
    Class(u32),
    /// Index in `workload.logs`, and the line (the first is 1).
    Log(u32, u32),
}

/// Interned strings: tags, identities, environments.
#[derive(Clone, Default)]
pub struct Names {
    list: Vec<String>,
    index: std::collections::HashMap<String, u32>,
}

impl Names {
    /// The number of a name; a new one is added.
    pub fn intern(&mut self, name: &str) -> u32 {
        if let Some(id) = self.index.get(name) {
            return *id;
        }
        let id = self.list.len() as u32;
        self.list.push(name.to_owned());
        self.index.insert(name.to_owned(), id);
        id
    }

    /// The name of a number that [`Self::intern`] gave.
    #[must_use]
    pub fn get(&self, id: u32) -> &str {
        &self.list[id as usize]
    }

    /// All names, by number.
    #[must_use]
    pub fn all(&self) -> &[String] {
        &self.list
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.list).finish()
    }
}
