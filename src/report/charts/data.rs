//! What pictures are made from, collected row by row.

use super::facts::{Facts, SummaryError};
use super::jobs::Jobs;
use super::series::{Series, Week};
use crate::engine::output::State;

/// A job, as far as pictures care.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JobRow {
    /// Index of its cluster.
    pub cluster: usize,
    /// Gang size.
    pub nodes: u32,
    /// Running time on its cluster's size [s].
    pub running_s: f64,
    /// First start − submit [s]; `None` where it never started.
    pub wait_s: Option<f64>,
    /// Whether it counts where shares of jobs start within a wait: it started, or never did and was neither rejected
    /// nor cancelled.
    pub judged: bool,
}

/// The state of a cluster from an instant on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TimelineRow {
    /// From when [s].
    pub t_s: f64,
    /// Nodes by [`State`].
    pub nodes: [u32; State::COUNT],
    /// Jobs in the queue.
    pub queued_jobs: u32,
    /// Limit in force.
    pub limit: u32,
}

/// A row that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// Before the row above it.
    #[error("time goes back")]
    Back,
    /// After the end of the run.
    #[error("after the end of the run")]
    After,
}

/// What pictures are made from. Its size does not grow with the timeline, and by a number a job.
#[derive(Clone, Debug)]
pub struct Data {
    pub(super) summary: Facts,
    pub(super) jobs: Jobs,
    /// By cluster.
    pub(super) series: Vec<Series>,
    pub(super) week: Week,
}

impl Data {
    /// Begins with the text of `summary.json`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(summary: &str) -> Result<Self, SummaryError> {
        let summary = Facts::parse(summary)?;
        let clusters = summary.clusters.len();
        let week = Week::new(summary.start.as_ref(), summary.end_s);
        let series = (0..clusters).map(|_| Series::new(summary.end_s)).collect();
        Ok(Self { jobs: Jobs::new(clusters), series, week, summary })
    }

    /// Index of a cluster by name.
    #[must_use]
    pub fn cluster(&self, name: &str) -> Option<usize> {
        self.summary.clusters.iter().position(|c| c.name == name)
    }

    /// Adds a job.
    pub fn job(&mut self, row: JobRow) {
        self.jobs.add(row);
    }

    /// Adds what a cluster was like from an instant on; rows of a cluster come in the order of time.
    ///
    /// # Errors
    /// A row that cannot be.
    pub fn timeline(&mut self, cluster: usize, row: TimelineRow) -> Result<(), DataError> {
        match self.series.get_mut(cluster) {
            Some(series) => series.add(row, &mut self.week),
            None => Ok(()),
        }
    }

    /// After the last row.
    #[must_use]
    pub fn finish(mut self) -> Self {
        for series in &mut self.series {
            series.finish(&mut self.week);
        }
        self.jobs.finish();
        self
    }

    /// Whether the run has no length, so that nothing can be drawn over time.
    pub(super) fn instant(&self) -> bool {
        self.summary.end_s <= 0.0
    }
}
