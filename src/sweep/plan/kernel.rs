//! Whether a kernel can run a plan.

use super::Plan;
use crate::engine::Model;
use crate::engine::flat::{KERNEL_SLOTS_MAX, Obstacle};
use crate::sweep::obstacles_of;

impl Plan {
    /// What keeps a kernel from running some models of the sweep; empty: nothing does.
    #[must_use]
    pub fn obstacles(&self, models: &[Model]) -> Vec<Obstacle> {
        let mut found = obstacles_of(models);
        // Of several clusters it runs none anyway.
        if let [plan] = self.clusters.as_slice() {
            let most = plan.largest(&self.axes);
            let slots = models.iter().map(|model| model.slots(most, model.first_cluster().initial_nodes));
            let slots = slots.max().unwrap_or(0);
            if slots > KERNEL_SLOTS_MAX {
                Obstacle::Slots(slots).unite(&mut found);
            }
        }
        found
    }
}
