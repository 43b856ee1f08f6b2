//! What falls due when: a heap of (time, index), made for the engine's rhythm.
//!
//! Two things set it apart from a plain binary heap, both found by profiling (`docs/performance.md`). Taking
//! the top leaves a hole that the next push fills: a completion is often followed by a start at the same
//! instant, which then costs one pass instead of two. And entries that no longer hold are not searched for:
//! they are counted, and looked at only while there are any.

use crate::units::{NEVER, Tick};

/// Times at which something of number `index` falls due, earliest first, ties by index.
#[derive(Clone, Debug)]
pub(super) struct DueTimes {
    /// `time << 32 | index`; a min-heap, but for the root while `hole`.
    heap: Vec<u64>,
    /// The root was taken and nothing has filled its place yet.
    hole: bool,
    /// Entries in the heap that no longer hold.
    stale: u32,
    /// Time of the root, or [`NEVER`].
    next: Tick,
}

impl Default for DueTimes {
    fn default() -> Self {
        Self { heap: Vec::new(), hole: false, stale: 0, next: NEVER }
    }
}

#[inline]
fn split(entry: u64) -> (Tick, u32) {
    ((entry >> 32) as Tick, entry as u32)
}

impl DueTimes {
    #[inline(always)]
    pub(super) fn push(&mut self, t: Tick, index: u32) {
        let entry = u64::from(t) << 32 | u64::from(index);
        if self.hole {
            self.hole = false;
            self.sift_down(entry);
        } else {
            self.heap.push(entry);
            self.sift_up(entry);
        }
        self.next = split(self.heap[0]).0;
    }

    /// One entry that was pushed no longer holds.
    pub(super) fn invalidate(&mut self) {
        self.stale += 1;
    }

    /// The earliest time of an entry that holds, or [`NEVER`].
    #[inline(always)]
    pub(super) fn next(&mut self, holds: impl Fn(Tick, u32) -> bool) -> Tick {
        if self.stale > 0 {
            self.drop_stale(holds);
        }
        self.next
    }

    #[cold]
    fn drop_stale(&mut self, holds: impl Fn(Tick, u32) -> bool) {
        self.fill_hole();
        while self.stale > 0 && self.next != NEVER {
            let (t, index) = split(self.heap[0]);
            if holds(t, index) {
                break;
            }
            self.stale -= 1;
            self.open_hole();
            self.fill_hole();
        }
    }

    /// Takes an entry that holds and is due at `t` or before.
    #[inline(always)]
    pub(super) fn pop_due(&mut self, t: Tick, holds: impl Fn(Tick, u32) -> bool) -> Option<u32> {
        while self.next <= t {
            self.fill_hole();
            let (due, index) = split(self.heap[0]);
            self.open_hole();
            if self.stale == 0 || holds(due, index) {
                return Some(index);
            }
            self.stale -= 1;
        }
        None
    }

    /// Takes the root without filling its place: the next time is that of the lesser child.
    #[inline(always)]
    fn open_hole(&mut self) {
        self.hole = true;
        self.next = match self.heap.as_slice() {
            [_, left, right, ..] => split(*left.min(right)).0,
            [_, left] => split(*left).0,
            _ => NEVER,
        };
    }

    #[inline(always)]
    fn fill_hole(&mut self) {
        if self.hole {
            self.hole = false;
            if let Some(last) = self.heap.pop()
                && !self.heap.is_empty()
            {
                self.sift_down(last);
            }
        }
    }

    /// Puts an entry in place of the root.
    #[inline(always)]
    fn sift_down(&mut self, entry: u64) {
        let heap = self.heap.as_mut_slice();
        let mut i = 0;
        let mut child = 1;
        while child + 1 < heap.len() {
            // An addition in place of a branch: which child is less is a coin toss.
            child += usize::from(heap[child + 1] < heap[child]);
            if heap[child] >= entry {
                heap[i] = entry;
                return;
            }
            heap[i] = heap[child];
            i = child;
            child = 2 * i + 1;
        }
        if child < heap.len() && heap[child] < entry {
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = entry;
    }

    /// Puts an entry that was appended in its place.
    #[inline(always)]
    fn sift_up(&mut self, entry: u64) {
        let heap = self.heap.as_mut_slice();
        let mut i = heap.len() - 1;
        while i > 0 {
            let parent = (i - 1) / 2;
            if heap[parent] <= entry {
                break;
            }
            heap[i] = heap[parent];
            i = parent;
        }
        heap[i] = entry;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A step of a simple generator, for a long mixed sequence.
    fn random(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *state >> 33
    }

    #[test]
    fn entries_come_out_in_order_however_pushes_and_pops_mix() {
        let mut state = 1;
        let mut due = DueTimes::default();
        let mut reference = BTreeSet::new();
        let mut gone = BTreeSet::new();
        for index in 0..20_000u32 {
            let t = random(&mut state) as Tick % 1000;
            match random(&mut state) % 8 {
                0..=3 => {
                    due.push(t, index);
                    reference.insert((t, index));
                }
                4 => {
                    if let Some(&entry) = reference.iter().nth(random(&mut state) as usize % 5) {
                        reference.remove(&entry);
                        gone.insert(entry);
                        due.invalidate();
                    }
                }
                _ => {
                    let limit = t / 2;
                    let expected = reference.first().copied().filter(|e| e.0 <= limit);
                    let popped = due.pop_due(limit, |t, i| !gone.contains(&(t, i)));
                    assert_eq!(popped, expected.map(|e| e.1));
                    if let Some(entry) = expected {
                        reference.remove(&entry);
                    }
                    if random(&mut state).is_multiple_of(2) {
                        let next = reference.first().map_or(NEVER, |e| e.0);
                        assert_eq!(due.next(|t, i| !gone.contains(&(t, i))), next);
                    }
                }
            }
        }
    }
}
