//! Steps 3 and 4: evictions and the life of nodes (model, sections 2 and 3).

use super::cluster::{Cluster, FREE, entry};
use super::output::{EventKind, NodeFate, State};
use super::record::ALL;
use super::world::World;
use crate::units::{NEVER, Tick};

impl Cluster<'_> {
    /// Step 3: lifetimes due now; then, above the capacity, the highest ordinals go. The order among nodes
    /// changes nothing: several nodes of a gang lost at one instant stop their job once, because it no longer
    /// runs when the second one goes.
    #[inline(always)]
    pub(super) fn evictions<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>) {
        if !self.low_priority {
            return;
        }
        while let Some(slot) = self.lifetimes.pop_due(world.now) {
            self.nodes[slot as usize].evicted_at = NEVER;
            self.evict(world, slot);
        }
        if self.held > self.capacity {
            self.enforce_capacity(world);
        }
        self.queue.sort();
    }

    /// The cloud takes nodes back, highest ordinal first; an allocating one is withdrawn.
    fn enforce_capacity<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>) {
        let mut held = std::mem::take(&mut self.by_ordinal);
        held.clear();
        held.extend(
            (0u32..)
                .zip(&self.nodes)
                .filter(|(_, node)| node.state.is_some())
                .map(|(slot, node)| (node.ordinal, slot)),
        );
        held.sort_unstable();
        while self.held > self.capacity
            && let Some((_, slot)) = held.pop()
        {
            if self.nodes[slot as usize].state == Some(State::Allocating) {
                self.withdraw(world, slot);
            } else {
                self.evict(world, slot);
            }
        }
        self.by_ordinal = held;
    }

    /// A node past its allocation is gone at once, and its job stops.
    fn evict<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, slot: u32) {
        let node = self.nodes[slot as usize];
        if node.state == Some(State::Running) {
            self.evict_job(world, node.attempt);
        }
        // A job that stops leaves its nodes idle, so the state is read again.
        let node = self.nodes[slot as usize];
        if node.state == Some(State::Idle) {
            self.idle.remove(node.since, slot);
        }
        self.sums.evictions += 1;
        world.event(EventKind::Evict, self.index, slot);
        self.free(world, slot, NodeFate::Evicted);
    }

    /// A node that is still being allocated is taken back.
    pub(super) fn withdraw<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, slot: u32) {
        self.sums.withdrawn += 1;
        world.event(EventKind::Withdraw, self.index, slot);
        self.free(world, slot, NodeFate::Withdrawn);
    }

    /// The slot, the quota and the address of a node are free.
    fn free<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, slot: u32, fate: NodeFate) {
        let node = self.nodes[slot as usize];
        let Some(state) = node.state else {
            debug_assert!(false, "only a held slot is freed");
            return;
        };
        let now = world.now;
        self.levels[state as usize].sub(now, 1);
        self.bill(now, node.billed_from, world.model.billing_quantum);
        self.resized = true;
        self.held -= 1;
        self.allocated -= u32::from(state != State::Leaving);
        if node.due != NEVER {
            self.node_due.clear(slot);
        }
        if node.evicted_at != NEVER {
            self.lifetimes.clear(slot);
        }
        self.nodes[slot as usize] = FREE;
        self.free_slots.free(slot as usize);
        for &q in &self.model.quotas {
            world.quotas[q as usize].used -= u64::from(self.model.input.vcpus);
        }
        if let Some(s) = self.model.input.subnet {
            world.addresses_held[s as usize] -= 1;
        }
        self.update_load_balancers(now);
        if DETAIL >= ALL {
            world.recorder.node_gone(now, self.index, node.ordinal, fate);
        }
    }

    /// Step 4: each node makes all its transitions due now, one after another. Nodes do not look at each
    /// other here, so their order changes nothing.
    #[inline(always)]
    pub(super) fn transitions<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>) {
        while let Some(slot) = self.node_due.pop_due(world.now) {
            self.node_transitions(world, slot);
        }
    }

    #[inline(never)]
    fn node_transitions<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, slot: u32) {
        let now = world.now;
        let s = slot as usize;
        while self.nodes[s].due <= now {
            let ordinal = self.nodes[s].ordinal;
            match self.nodes[s].state {
                Some(State::Allocating) => {
                    self.move_nodes(now, State::Allocating, State::Preparing, 1);
                    self.nodes[s].state = Some(State::Preparing);
                    self.nodes[s].billed_from = now;
                    self.nodes[s].due = now + entry(&self.model.input.boot_delay, ordinal);
                    self.begin_lifetime(now, slot);
                    self.update_load_balancers(now);
                    world.event(EventKind::Allocated, self.index, slot);
                    if DETAIL >= ALL {
                        world.recorder.node_allocated(now, self.index, ordinal);
                    }
                }
                Some(State::Preparing) if entry(&self.model.input.boot_failure, ordinal) => {
                    self.move_nodes(now, State::Preparing, State::Unusable, 1);
                    self.nodes[s].state = Some(State::Unusable);
                    self.nodes[s].due = now + self.model.input.recycle_time;
                    self.sums.boot_failures += 1;
                    world.event(EventKind::Unusable, self.index, slot);
                }
                Some(State::Preparing) => {
                    self.move_nodes(now, State::Preparing, State::Idle, 1);
                    self.nodes[s].state = Some(State::Idle);
                    self.nodes[s].due = NEVER;
                    self.nodes[s].since = now;
                    self.idle.push(now, slot);
                    world.event(EventKind::Ready, self.index, slot);
                    if DETAIL >= ALL {
                        world.recorder.node_ready(now, self.index, ordinal);
                    }
                }
                Some(State::Unusable) => {
                    self.begin_leaving(world, slot, State::Unusable);
                    world.event(EventKind::Recycle, self.index, slot);
                    if DETAIL >= ALL {
                        world.recorder.node_leaving(now, self.index, ordinal, NodeFate::Recycled);
                    }
                }
                Some(State::Leaving) => {
                    self.nodes[s].due = NEVER;
                    world.event(EventKind::Gone, self.index, slot);
                    self.free(world, slot, NodeFate::Released);
                }
                Some(State::Idle | State::Running) | None => {
                    debug_assert!(false, "time does not end this state");
                    self.nodes[s].due = NEVER;
                }
            }
        }
        if self.nodes[s].due != NEVER {
            self.node_due.set(slot, self.nodes[s].due);
        }
    }

    /// A node begins to leave; it no longer counts as allocated.
    pub(super) fn begin_leaving<const DETAIL: u8>(
        &mut self,
        world: &mut World<'_, DETAIL>,
        slot: u32,
        from: State,
    ) {
        self.move_nodes(world.now, from, State::Leaving, 1);
        self.resized = true;
        self.allocated -= 1;
        self.nodes[slot as usize].state = Some(State::Leaving);
        self.nodes[slot as usize].due = world.now + self.model.input.release_delay;
    }

    /// A lifetime counts from the end of allocation.
    pub(super) fn begin_lifetime(&mut self, now: Tick, slot: u32) {
        if !self.low_priority {
            return;
        }
        let node = &mut self.nodes[slot as usize];
        let lifetime = entry(&self.model.input.lifetime, node.ordinal);
        if lifetime != NEVER {
            node.evicted_at = now + lifetime;
            self.lifetimes.set(slot, node.evicted_at);
        }
    }
}
