//! Many runs in the same memory, for sweeps: each takes over what the one before has left.

use super::cluster::{Buffers, Cluster};
use super::model::Model;
use super::output::RunResult;
use super::record::{JOBS, Recording, SUMS};
use super::run::Run;
use super::settings::Settings;
use super::world::WorldBuffers;

/// Memory that runs leave behind for the next one, of any model: after the first few runs of similar size nothing
/// is allocated, but where jobs wait in another order than `Fifo`, or are resubmitted.
///
/// One for each thread.
#[derive(Debug)]
pub struct Workspace {
    /// Of clusters that are not in a run; the first cluster's last.
    buffers: Vec<Buffers>,
    /// An empty list, kept for its memory.
    list: Vec<Cluster<'static>>,
    world: WorldBuffers,
    result: RunResult,
}

impl Default for Workspace {
    fn default() -> Self {
        Self {
            buffers: Vec::new(),
            list: Vec::new(),
            world: WorldBuffers::default(),
            result: RunResult::empty(),
        }
    }
}

impl Workspace {
    /// No memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs a model with these settings in place of its own, one of each cluster, and keeps sums only. They are
    /// taken to be without [refusals](Model::refusals_of).
    ///
    /// # Panics
    /// If there are not as many settings as clusters.
    pub fn run(&mut self, model: &Model, settings: &[Settings]) -> &RunResult {
        self.run_with::<SUMS>(model, settings);
        &self.result
    }

    /// The same, into a result, whose memory the next run gets.
    ///
    /// # Panics
    /// As [`Self::run`].
    pub fn run_into(&mut self, model: &Model, settings: &[Settings], result: &mut RunResult) {
        self.run_with::<SUMS>(model, settings);
        std::mem::swap(&mut self.result, result);
    }

    /// The same, with what became of each job.
    ///
    /// # Panics
    /// As [`Self::run`].
    pub fn run_jobs(&mut self, model: &Model, settings: &[Settings]) -> (&RunResult, Recording) {
        let recording = self.run_with::<JOBS>(model, settings);
        (&self.result, recording)
    }

    /// The same, with what else is to be kept.
    pub(super) fn run_with<const DETAIL: u8>(&mut self, model: &Model, settings: &[Settings]) -> Recording {
        assert_eq!(settings.len(), model.clusters.len(), "one settings a cluster");
        if let [one] = settings {
            let cluster = [Cluster::new(model, 0, *one, self.buffers.pop().unwrap_or_default())];
            let mut run = Run::<_, DETAIL>::new(model, settings, cluster, std::mem::take(&mut self.world));
            run.complete();
            let recording = run.write_result(&mut self.result);
            let Run { world, clusters: [cluster], .. } = run;
            self.world = world.into_buffers();
            self.buffers.push(cluster.into_buffers());
            return recording;
        }
        let mut clusters = emptied(std::mem::take(&mut self.list));
        for (i, settings) in settings.iter().enumerate() {
            clusters.push(Cluster::new(model, i, *settings, self.buffers.pop().unwrap_or_default()));
        }
        let mut run = Run::<_, DETAIL>::new(model, settings, clusters, std::mem::take(&mut self.world));
        run.complete();
        let recording = run.write_result(&mut self.result);
        let Run { world, mut clusters, .. } = run;
        self.world = world.into_buffers();
        // Each cluster finds its own again: they are taken from the end.
        self.buffers.extend(clusters.drain(..).rev().map(Cluster::into_buffers));
        self.list = emptied(clusters);
        recording
    }

    /// The result of the last run.
    pub(super) fn into_result(self) -> RunResult {
        self.result
    }
}

/// The memory of a list, for clusters of another model: they are of one layout, and the standard library collects
/// in place.
fn emptied<'to>(mut list: Vec<Cluster<'_>>) -> Vec<Cluster<'to>> {
    list.clear();
    list.into_iter().map_while(|_| None).collect()
}
