//! The idle nodes of a cluster, in the order in which they are taken and released.

use crate::units::Tick;

/// Idle nodes by (idle since ascending, slot descending): jobs take from the back (most recently idle, lowest
/// slot first), scale-down from the front, the exact reverse (model, sections 4 and 5).
#[derive(Clone, Debug, Default)]
pub(super) struct IdleNodes {
    /// `since << 32 | !slot`, ascending from `front` on, but for the nodes of the latest tick while `unsorted`.
    keys: Vec<u64>,
    front: usize,
    /// Nodes that became idle at the latest tick came in another order than that of their slots.
    unsorted: bool,
}

#[inline]
fn key(since: Tick, slot: u32) -> u64 {
    u64::from(since) << 32 | u64::from(!slot)
}

#[inline]
fn slot_of(key: u64) -> u32 {
    !(key as u32)
}

#[inline]
fn since_of(key: u64) -> Tick {
    (key >> 32) as Tick
}

impl IdleNodes {
    /// No node is idle any more.
    pub(super) fn reset(&mut self) {
        self.keys.clear();
        self.front = 0;
        self.unsorted = false;
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.keys.len() - self.front
    }

    /// A node becomes idle; ticks never go back.
    #[inline(always)]
    pub(super) fn push(&mut self, since: Tick, slot: u32) {
        let key = key(since, slot);
        if self.len() > 0 {
            let last = self.keys[self.keys.len() - 1];
            if self.unsorted && since_of(last) < since {
                self.sort();
            }
            self.unsorted |= last > key;
        }
        self.keys.push(key);
    }

    /// Puts the nodes of the latest tick in order.
    fn sort(&mut self) {
        if !self.unsorted {
            return;
        }
        self.unsorted = false;
        let live = &mut self.keys[self.front..];
        let Some(&last) = live.last() else { return };
        let group = live.partition_point(|k| since_of(*k) < since_of(last));
        live[group..].sort_unstable();
    }

    /// Takes the most recently idle node.
    #[inline(always)]
    pub(super) fn take_one(&mut self) -> Option<u32> {
        self.sort();
        if self.len() == 0 {
            return None;
        }
        let slot = self.keys.pop().map(slot_of);
        self.forget_empty();
        slot
    }

    /// The `n` nodes that a job would take, in no order that matters.
    pub(super) fn candidates(&mut self, n: usize) -> impl Iterator<Item = u32> + '_ {
        self.sort();
        let from = self.keys.len() - n.min(self.len());
        self.keys[from..].iter().rev().map(|k| slot_of(*k))
    }

    /// Idle since when, of the node that has been idle for the longest.
    #[inline]
    pub(super) fn oldest_since(&self) -> Option<Tick> {
        // Order among equal ticks does not matter here, so no sorting.
        self.keys.get(self.front).map(|k| since_of(*k))
    }

    /// Removes the node that has been idle for the longest (highest slot among equals).
    pub(super) fn release_one(&mut self) -> Option<u32> {
        self.sort();
        let slot = self.keys.get(self.front).map(|k| slot_of(*k))?;
        self.front += 1;
        self.forget_empty();
        // Amortised: as many pops as moved keys.
        if self.front > 64 && self.front > self.keys.len() / 2 {
            self.keys.drain(..self.front);
            self.front = 0;
        }
        Some(slot)
    }

    /// First tick after `t` at which a node has been idle for `idle_time`, of the nodes not expired by then.
    pub(super) fn next_expiry(&self, t: Tick, idle_time: Tick) -> Option<Tick> {
        let live = &self.keys[self.front..];
        // Usually nobody has expired: those who had were released, unless something forbids it.
        let first = live.first().map(|k| since_of(*k) + idle_time)?;
        if first > t {
            return Some(first);
        }
        let i = live.partition_point(|k| since_of(*k) + idle_time <= t);
        live.get(i).map(|k| since_of(*k) + idle_time)
    }

    /// Removes one node (an evicted one).
    pub(super) fn remove(&mut self, since: Tick, slot: u32) {
        self.sort();
        let live = &self.keys[self.front..];
        if let Ok(i) = live.binary_search(&key(since, slot)) {
            self.keys.remove(self.front + i);
            self.forget_empty();
        } else {
            debug_assert!(false, "an idle node is in the list");
        }
    }

    #[inline]
    fn forget_empty(&mut self) {
        if self.front == self.keys.len() {
            self.keys.clear();
            self.front = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_take_the_most_recently_idle_and_scale_down_the_reverse() {
        let mut idle = IdleNodes::default();
        for (since, slot) in [(3, 5), (3, 1), (3, 9), (7, 2), (7, 0)] {
            idle.push(since, slot);
        }
        assert_eq!(idle.candidates(3).collect::<Vec<_>>(), [0, 2, 1]);
        assert_eq!(idle.take_one(), Some(0));
        assert_eq!(idle.release_one(), Some(9));
        assert_eq!(idle.next_expiry(4, 2), Some(5));
        assert_eq!(idle.next_expiry(5, 2), Some(9));
        idle.remove(3, 1);
        assert_eq!(idle.oldest_since(), Some(3));
        assert_eq!(idle.release_one(), Some(5));
        assert_eq!(idle.take_one(), Some(2));
        assert_eq!(idle.take_one(), None);
    }

    #[test]
    fn a_tick_out_of_order_is_sorted_before_the_next_one() {
        let mut idle = IdleNodes::default();
        // Nobody looks between the two ticks.
        for (since, slot) in [(3, 1), (3, 5), (3, 3), (7, 0), (7, 2)] {
            idle.push(since, slot);
        }
        idle.remove(3, 5);
        assert_eq!(idle.candidates(4).collect::<Vec<_>>(), [0, 2, 1, 3]);
    }
}
