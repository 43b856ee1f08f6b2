//! What falls due when: a tournament over times by index.
//!
//! Each entry has a leaf, and each parent keeps the lesser of its children, so the root is the earliest. A
//! change walks from its leaf to the root in as many steps as the tree has levels, whatever the values: no
//! branch depends on which time is less, where a binary heap guesses wrong at every other level. The walk loads
//! siblings whose places depend on the index alone, so they come in parallel. An entry that no longer holds is
//! overwritten, so nothing stale is ever in it. Its size is bounded by the nodes, and a kernel can keep the same.

use crate::units::{NEVER, Tick};

/// Times at which something of number `index` falls due, earliest first, ties by index.
#[derive(Clone, Debug)]
pub(super) struct DueTimes {
    /// `time << 32 | index`. The root at 1, the children of `i` at `2i` and `2i + 1`, the leaves in the second
    /// half; a power of two of them.
    tree: Vec<u64>,
    /// Number of leaves.
    leaves: usize,
    /// Time of the root, or [`NEVER`].
    next: Tick,
}

/// Nothing falls due.
const NOTHING: u64 = u64::MAX;

impl Default for DueTimes {
    fn default() -> Self {
        Self { tree: vec![NOTHING; 2], leaves: 1, next: NEVER }
    }
}

impl DueTimes {
    /// Nothing falls due any more. Small again: a walk takes as many steps as the tree has levels.
    pub(super) fn reset(&mut self) {
        self.tree.clear();
        self.tree.resize(2, NOTHING);
        self.leaves = 1;
        self.next = NEVER;
    }

    /// Number `index` falls due at `t`, and at no other time.
    #[inline(always)]
    pub(super) fn set(&mut self, index: u32, t: Tick) {
        self.replace(index, u64::from(t) << 32 | u64::from(index));
    }

    /// Number `index` does not fall due any more.
    #[inline(always)]
    pub(super) fn clear(&mut self, index: u32) {
        self.replace(index, NOTHING);
    }

    #[inline(always)]
    fn replace(&mut self, index: u32, mut entry: u64) {
        if index as usize >= self.leaves {
            self.grow(index);
        }
        let mut i = self.leaves + index as usize;
        let tree = self.tree.as_mut_slice();
        tree[i] = entry;
        while i > 1 {
            entry = entry.min(tree[i ^ 1]);
            i >>= 1;
            tree[i] = entry;
        }
        self.next = (entry >> 32) as Tick;
    }

    /// Makes room for number `index`.
    #[cold]
    fn grow(&mut self, index: u32) {
        let leaves = (index as usize + 1).next_power_of_two();
        let tree = &mut self.tree;
        tree.resize(2 * leaves, NOTHING);
        // At least twice as many, so that the leaves move clear of where they were; what is left there is a parent.
        tree.copy_within(self.leaves..2 * self.leaves, leaves);
        for i in (1..leaves).rev() {
            tree[i] = tree[2 * i].min(tree[2 * i + 1]);
        }
        self.leaves = leaves;
    }

    /// The earliest time, or [`NEVER`].
    #[inline(always)]
    pub(super) fn next(&self) -> Tick {
        self.next
    }

    /// Takes the earliest entry that is due at `t` or before.
    #[inline(always)]
    pub(super) fn pop_due(&mut self, t: Tick) -> Option<u32> {
        if self.next > t {
            return None;
        }
        let index = self.tree[1] as u32;
        self.clear(index);
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// A step of a simple generator, for a long mixed sequence.
    fn random(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *state >> 33
    }

    #[test]
    fn after_a_reset_nothing_is_left() {
        let mut due = DueTimes::default();
        for index in 0..100 {
            due.set(index, 7 + index);
        }
        due.reset();
        assert_eq!((due.next(), due.pop_due(NEVER - 1)), (NEVER, None));
        due.set(70, 9);
        assert_eq!((due.pop_due(9), due.pop_due(NEVER - 1)), (Some(70), None));
    }

    #[test]
    fn entries_come_out_in_order_however_changes_mix() {
        let mut state = 1;
        let mut due = DueTimes::default();
        let mut reference = BTreeMap::new();
        for step in 0..20_000u32 {
            let t = random(&mut state) as Tick % 50;
            let index = random(&mut state) as u32 % (1 + step / 20);
            match random(&mut state) % 8 {
                0..=3 => {
                    due.set(index, t);
                    reference.insert(index, t);
                }
                4 => {
                    due.clear(index);
                    reference.remove(&index);
                }
                _ => {
                    let earliest = reference.iter().map(|(&i, &t)| (t, i)).min();
                    assert_eq!(due.next(), earliest.map_or(NEVER, |e| e.0));
                    let expected = earliest.filter(|e| e.0 <= t / 2).map(|e| e.1);
                    assert_eq!(due.pop_due(t / 2), expected);
                    if let Some(index) = expected {
                        reference.remove(&index);
                    }
                }
            }
        }
    }
}
