//! Step 7: Down for every cluster, then Up in the order of grants (model, section 5), and why a queue waits
//! (section 7).

use super::cluster::{Cluster, FREE, entry};
use super::input::{Resize, UNLIMITED};
use super::output::{EventKind, NodeFate, Reason, State};
use super::record::ALL;
use super::run::{Clusters, Run};
use super::world::World;
use crate::units::{NEVER, Tick};

impl<'m, C: Clusters<'m>, const DETAIL: u8> Run<'m, C, DETAIL> {
    /// Step 7.
    #[inline(always)]
    pub(super) fn scaling(&mut self) {
        for cluster in self.clusters.as_mut() {
            cluster.update_target();
            cluster.down(&mut self.world);
        }
        if let [cluster] = self.clusters.as_mut() {
            cluster.up(&mut self.world);
            return;
        }
        self.order_of_grants();
        for i in 0..self.world.grants.len() {
            let (_, c) = self.world.grants[i];
            self.clusters.as_mut()[c as usize].up(&mut self.world);
        }
    }

    /// The cluster whose head of queue was last submitted earliest goes first; ties in scenario order; empty
    /// queues last.
    fn order_of_grants(&mut self) {
        self.world.grants.clear();
        for cluster in self.clusters.as_ref() {
            if cluster.allocated < cluster.target {
                let head = cluster.queue.head(self.world.model, cluster.model);
                let submitted = head.map_or(NEVER, |(place, _)| place.1);
                self.world.grants.push((submitted, cluster.index));
            }
        }
        self.world.grants.sort_unstable();
    }
}

impl Cluster<'_> {
    /// Down, if allocated > target and nothing forbids it.
    #[inline(always)]
    fn down<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>) {
        if self.allocated > self.target
            && !world.releases_locked()
            && (self.model.input.cancel_allocating || self.has_expired_node(world.now))
        {
            self.scale_down(world);
        }
    }

    /// A node has been idle for its idle time.
    #[inline(always)]
    fn has_expired_node(&self, now: Tick) -> bool {
        self.idle.oldest_since().is_some_and(|since| since + self.idle_time <= now)
    }

    #[inline(never)]
    fn scale_down<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>) {
        let target = self.target;
        if self.model.input.cancel_allocating {
            self.withdraw_allocating(world, target);
        }
        if self.model.input.resize == Resize::Exclusive && self.has_nodes_in_transit() {
            return;
        }
        let mut released = 0;
        while self.allocated > target
            && self.has_expired_node(world.now)
            && let Some(slot) = self.idle.release_one()
        {
            released += 1;
            self.begin_leaving(world, slot, State::Idle);
            self.node_due.set(slot, self.nodes[slot as usize].due);
            world.event(EventKind::Release, self.index, slot);
            if DETAIL >= ALL {
                let ordinal = self.nodes[slot as usize].ordinal;
                world.recorder.node_leaving(world.now, self.index, ordinal, NodeFate::Released);
            }
        }
        self.sums.releases += released;
        self.sums.scale_operations += u64::from(released > 0);
    }

    /// Withdraws still-allocating nodes, highest ordinal first, until allocated = target.
    fn withdraw_allocating<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, target: u32) {
        while self.allocated > target
            && let Some((ordinal, slot)) = self.allocating.pop()
        {
            let node = self.nodes[slot as usize];
            if node.ordinal == ordinal && node.state == Some(State::Allocating) {
                self.withdraw(world, slot);
            }
        }
    }

    /// Whether the resize rule forbids requests now.
    #[inline]
    fn resize_forbids_requests(&self) -> bool {
        match self.model.input.resize {
            Resize::DownFirst => self.count(State::Leaving) > 0,
            Resize::Concurrent => false,
            Resize::Exclusive => self.has_nodes_in_transit(),
        }
    }

    /// Up, if allocated < target and nothing forbids it: as far as free slots, quota, addresses and capacity
    /// reach.
    #[inline(always)]
    fn up<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>) {
        if self.allocated < self.target
            && self.ready
            && !world.requests_locked()
            && !self.resize_forbids_requests()
        {
            self.scale_up(world);
        }
    }

    #[inline(never)]
    fn scale_up<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>) {
        let mut wanted = self.target - self.allocated;
        for &q in &self.model.quotas {
            let nodes = world.quotas[q as usize].available() / u64::from(self.model.input.vcpus);
            wanted = wanted.min(nodes.min(u64::from(u32::MAX)) as u32);
        }
        if let Some(s) = self.model.input.subnet {
            wanted = wanted.min(self.model.addresses.saturating_sub(world.addresses_held[s as usize]));
        }
        if self.capacity != UNLIMITED {
            wanted = wanted.min(self.capacity.saturating_sub(self.held));
        }
        let mut requested = 0;
        while requested < wanted
            && let Some(slot) = self.lowest_free_slot()
        {
            self.request(world, slot);
            requested += 1;
        }
        self.sums.requests += u64::from(requested);
        self.sums.scale_operations += u64::from(requested > 0);
    }

    /// The lowest free slot below the limit in force.
    #[inline]
    fn lowest_free_slot(&mut self) -> Option<u32> {
        loop {
            match self.free_slots.lowest_free() {
                Some(slot) => return (slot < self.limit as usize).then_some(slot as u32),
                None if self.free_slots.grow(self.limit as usize) => {}
                None => return None,
            }
        }
    }

    /// Requests one node.
    fn request<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, slot: u32) {
        let now = world.now;
        let ordinal = self.next_ordinal;
        self.next_ordinal += 1;
        self.free_slots.take(slot as usize);
        if self.nodes.len() <= slot as usize {
            self.nodes.resize(slot as usize + 1, FREE);
        }
        let mut node = FREE;
        node.state = Some(State::Allocating);
        node.ordinal = ordinal;
        node.due = now + entry(&self.model.input.allocation_delay, ordinal);
        self.nodes[slot as usize] = node;
        self.node_due.set(slot, node.due);
        self.levels[State::Allocating as usize].add(now, 1);
        self.resized = true;
        self.allocated += 1;
        self.held += 1;
        for &q in &self.model.quotas {
            world.quotas[q as usize].used += u64::from(self.model.input.vcpus);
        }
        if let Some(s) = self.model.input.subnet {
            world.addresses_held[s as usize] += 1;
        }
        if self.model.input.cancel_allocating {
            self.remember_allocating(ordinal, slot);
        }
        world.event(EventKind::Request, self.index, slot);
        if DETAIL >= ALL {
            world.recorder.node_requested(now, self.index, ordinal, slot);
        }
    }

    /// Keeps the list of allocating nodes short: those that are past it are dropped when they are many.
    fn remember_allocating(&mut self, ordinal: u32, slot: u32) {
        if self.allocating.len() > 64 && self.allocating.len() > 2 * self.held as usize {
            let nodes = &self.nodes;
            self.allocating.retain(|&(ordinal, slot)| {
                let node = &nodes[slot as usize];
                node.ordinal == ordinal && node.state == Some(State::Allocating)
            });
        }
        self.allocating.push((ordinal, slot));
    }

    /// Why the queue waits until the next instant: its head's reason, the first that holds.
    #[inline(always)]
    pub(super) fn waiting_reason<const DETAIL: u8>(&self, world: &World<'_, DETAIL>) -> Option<Reason> {
        if self.waits.queued() == 0 {
            return None;
        }
        let (place, _) = self.queue.head(world.model, self.model)?;
        let head = world.model.jobs[place.2 as usize].nodes;
        let coming = self.count(State::Idle) + self.count(State::Allocating) + self.count(State::Preparing);
        Some(if !self.ready {
            Reason::Creating
        } else if head > self.limit {
            Reason::MaxNodes
        } else if coming >= head {
            Reason::Provisioning
        } else if self.allocated < self.target {
            if world.requests_locked() {
                Reason::Lock
            } else if self.resize_forbids_requests() {
                Reason::Resize
            } else if self.quota_is_full(world) {
                Reason::Quota
            } else {
                Reason::Capacity
            }
        } else if self.allocated < self.limit {
            if coming + self.count(State::Unusable) >= head { Reason::Unusable } else { Reason::Policy }
        } else if self.count(State::Idle) > 0 {
            Reason::Gang
        } else {
            Reason::MaxNodes
        })
    }

    /// A quota does not admit one more node.
    fn quota_is_full<const DETAIL: u8>(&self, world: &World<'_, DETAIL>) -> bool {
        let vcpus = u64::from(self.model.input.vcpus);
        self.model.quotas.iter().any(|&q| world.quotas[q as usize].available() < vcpus)
    }
}
