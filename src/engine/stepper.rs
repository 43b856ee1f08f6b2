//! A run one decision at a time: advance, look, give a target. [`super::run`] is the same loop without looking.

use super::cluster::{Buffers, Cluster};
use super::model::Model;
use super::output::{Reason, RunResult, State, Status};
use super::record::{ALL, Recording};
use super::run::Run;
use super::world::WorldBuffers;
use crate::units::{NEVER, Tick};

/// A run under way, with everything recorded.
///
/// A *decision* is the point between step 6 (dispatch) and step 7 (scaling) of an instant: jobs that could
/// start have started, nodes are not yet requested or released. A policy looks at the clusters there and may
/// give the number of nodes it wants in place of the demand; limits, quotas, locks and the resize rule hold
/// as ever.
#[derive(Debug)]
pub struct Stepper<'m> {
    run: Run<'m, Vec<Cluster<'m>>, ALL>,
}

/// What a policy may see of a cluster: the present, never the future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClusterView {
    /// Nodes by [`State`].
    pub nodes: [u32; State::COUNT],
    /// All but leaving ones.
    pub allocated: u32,
    /// Jobs in the queue.
    pub queued_jobs: u32,
    /// Their nodes.
    pub queued_nodes: u32,
    /// Nodes of queued and running jobs.
    pub demand: u32,
    /// What scaling works towards.
    pub target: u32,
    /// Limit in force.
    pub limit: u32,
    /// min_nodes in force.
    pub min_nodes: u32,
    /// Idle time in force [ticks].
    pub idle_time: Tick,
    /// Why the queue waited up to now.
    pub reason: Option<Reason>,
}

impl<'m> Stepper<'m> {
    /// The state at t = 0, before the first instant.
    #[must_use]
    pub fn new(model: &'m Model) -> Self {
        let settings = model.settings();
        let clusters = (0..).zip(&settings);
        let clusters = clusters.map(|(i, s)| Cluster::new(model, i, *s, Buffers::default())).collect();
        Self { run: Run::new(model, &settings, clusters, WorldBuffers::default()) }
    }

    /// The present instant [tick].
    #[must_use]
    pub fn now(&self) -> Tick {
        self.run.world.now
    }

    /// How the run ended, once it has.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.run.status()
    }

    /// Carries out what was decided and goes on to the next decision. An instant with transitions of length
    /// zero has several. `None`: the run is over.
    pub fn advance_to_decision(&mut self) -> Option<Tick> {
        self.run.advance_to_decision(NEVER)
    }

    /// Visits every instant up to `t`, the one at `t` included, to its end.
    pub fn advance_to(&mut self, t: Tick) {
        while self.run.advance_to_decision(t).is_some() {}
    }

    /// Number of clusters.
    #[must_use]
    pub fn cluster_count(&self) -> usize {
        self.run.clusters.len()
    }

    /// What there is to see of a cluster; `None` for an index that is none.
    #[must_use]
    pub fn cluster(&self, index: usize) -> Option<ClusterView> {
        self.run.clusters.get(index).map(view)
    }

    /// From now on a cluster wants `nodes` nodes in place of its demand; `None`: the demand again. It still
    /// keeps its min_nodes and its limit. Returns false for an index that is none.
    pub fn set_wanted(&mut self, index: usize, nodes: Option<u32>) -> bool {
        let Some(cluster) = self.run.clusters.get_mut(index) else { return false };
        cluster.wanted = nodes;
        true
    }

    /// The result: final if the run is over, else as at the present instant, with status `horizon`.
    #[must_use]
    pub fn finish(self) -> (RunResult, Recording) {
        self.run.into_result()
    }
}

fn view(cluster: &Cluster<'_>) -> ClusterView {
    ClusterView {
        nodes: cluster.levels.map(|l| l.count),
        allocated: cluster.allocated,
        queued_jobs: cluster.waits.queued(),
        queued_nodes: cluster.queued_nodes,
        demand: cluster.demand(),
        target: cluster.current_target(),
        limit: cluster.limit,
        min_nodes: cluster.min_nodes,
        idle_time: cluster.idle_time,
        reason: cluster.waits.reason(),
    }
}
