//! Who waits for what, and which nodes cannot be released, in a run that got stuck (model, section 8).
//!
//! Read from the state that the run ended in, once, so that a run that does not get stuck pays nothing.

use super::cluster::Cluster;
use super::output::{KeptNode, State, Stuck, WaitingJob};
use super::run::{Clusters, Run};
use super::world::World;

impl<'m, C: Clusters<'m>, const DETAIL: u8> Run<'m, C, DETAIL> {
    /// The jobs and nodes that keep the run from being settled; by cluster, then in the order in which they would
    /// be started or released.
    pub(super) fn stuck(&self) -> Stuck {
        let mut stuck = Stuck::default();
        for cluster in self.clusters.as_ref() {
            cluster.waiting_jobs(&self.world, &mut stuck.jobs);
            cluster.kept_nodes(&mut stuck.nodes);
        }
        // Nothing else keeps an idle node past its idle time: had it not expired yet, that would be pending.
        debug_assert!(stuck.nodes.is_empty() || self.world.releases_locked(), "a lock keeps idle nodes");
        stuck
    }
}

impl Cluster<'_> {
    fn waiting_jobs<const DETAIL: u8>(&self, world: &World<'_, DETAIL>, jobs: &mut Vec<WaitingJob>) {
        let Some(reason) = self.waits.reason() else { return };
        let queue = self.queue.in_order(world.model, self.model, |id| world.has_ended(id));
        jobs.extend(queue.into_iter().map(|((_, submitted, job), restart)| WaitingJob {
            job,
            cluster: self.index,
            nodes: world.model.jobs[job as usize].nodes,
            submitted,
            evictions: restart.evictions,
            reason,
        }));
    }

    /// The idle nodes above what the cluster keeps, the longest idle first.
    fn kept_nodes(&self, nodes: &mut Vec<KeptNode>) {
        let surplus = self.allocated.saturating_sub(self.min_nodes.max(self.target));
        if surplus == 0 {
            return;
        }
        let mut idle: Vec<KeptNode> = (0u32..)
            .zip(&self.nodes)
            .filter(|(_, node)| node.state == Some(State::Idle))
            .map(|(slot, node)| KeptNode {
                cluster: self.index,
                ordinal: node.ordinal,
                slot,
                idle_since: node.since,
            })
            .collect();
        idle.sort_unstable_by_key(|node| (node.idle_since, !node.slot));
        idle.truncate(surplus as usize);
        nodes.extend(idle);
    }
}
