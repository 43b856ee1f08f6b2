//! What falls due when: a heap of (time, index) with lazy removal.

use crate::units::{NEVER, Tick};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Times at which something of number `index` falls due, earliest first, ties by index.
///
/// Nothing is removed when it no longer holds: the owner says which entries still do.
#[derive(Clone, Debug, Default)]
pub(super) struct DueTimes {
    heap: BinaryHeap<Reverse<u64>>,
}

#[inline]
fn split(entry: u64) -> (Tick, u32) {
    ((entry >> 32) as Tick, entry as u32)
}

impl DueTimes {
    #[inline]
    pub(super) fn push(&mut self, t: Tick, index: u32) {
        self.heap.push(Reverse(u64::from(t) << 32 | u64::from(index)));
    }

    /// The earliest time of an entry that holds, or [`NEVER`]; entries that do not hold are dropped.
    #[inline]
    pub(super) fn next(&mut self, holds: impl Fn(Tick, u32) -> bool) -> Tick {
        while let Some(&Reverse(entry)) = self.heap.peek() {
            let (t, index) = split(entry);
            if holds(t, index) {
                return t;
            }
            self.heap.pop();
        }
        NEVER
    }

    /// Takes an entry due at `t` or before, whether it holds or not.
    #[inline]
    pub(super) fn pop_due(&mut self, t: Tick) -> Option<(Tick, u32)> {
        let &Reverse(entry) = self.heap.peek()?;
        let (due, index) = split(entry);
        if due > t {
            return None;
        }
        self.heap.pop();
        Some((due, index))
    }
}
