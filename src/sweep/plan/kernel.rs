//! Whether a kernel can run a plan.

use super::Plan;
use crate::engine::Model;
use crate::engine::flat::{KERNEL_SLOTS_MAX, Obstacle};
use crate::scenario::Scenario;
use crate::scenario::path::Path;
use crate::sweep::axes::Axis;

impl Plan {
    /// What keeps a kernel from running some models of the sweep; empty: nothing does.
    #[must_use]
    pub fn obstacles(&self, scenario: &Scenario, models: &[Model]) -> Vec<Obstacle> {
        let mut found = Vec::new();
        let mut slots = 0;
        for model in models {
            for obstacle in model.obstacles() {
                if !found.contains(&obstacle) {
                    found.push(obstacle);
                }
            }
            slots = slots.max(self.kernel_slots(scenario, model));
        }
        if slots > u64::from(KERNEL_SLOTS_MAX) {
            found.push(Obstacle::Slots(slots.min(u64::from(u32::MAX)) as u32));
        }
        found
    }

    /// Slots of nodes that a kernel needs for a model; 0 where it does not run it anyway.
    fn kernel_slots(&self, scenario: &Scenario, model: &Model) -> u64 {
        let ([plan], [cluster]) = (self.clusters.as_slice(), scenario.clusters.as_slice()) else {
            return 0;
        };
        let input = model.first_cluster();
        let updated = scenario.updates.iter().filter_map(|update| update.max_nodes).max().unwrap_or(0);
        let subnets = Path::root().field("region.subnets");
        let varied =
            |axis: &Axis| axis.is_leaf_of(0, "subnet") || axis.path.steps().starts_with(subnets.steps());
        let subnet = cluster.subnet.as_ref().filter(|_| !self.axes.iter().any(varied));
        let addresses = subnet.and_then(|name| scenario.region.subnets.get(name)).copied();
        u64::from(plan.largest(&self.axes))
            .max(updated)
            .min(input.communication_limit.into())
            .min(addresses.unwrap_or(u64::MAX))
            .max(input.initial_nodes.into())
    }
}
