//! The lowest free slot, in time that grows with the logarithm of the number of slots.

/// Free slots as a tree of bit words: bit b of a word says whether word b below it has a free slot.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    count: usize,
    /// Levels in use; the last of them is one word. Those above are kept for their memory.
    depth: usize,
    /// From the leaves up.
    levels: Vec<Vec<u64>>,
}

impl Default for Slots {
    fn default() -> Self {
        Self { count: 0, depth: 1, levels: vec![vec![0]] }
    }
}

impl Slots {
    /// All of `count` slots free.
    #[cfg(test)]
    fn new(count: usize) -> Self {
        let mut slots = Self::default();
        slots.grow_to(count);
        slots
    }

    /// No slots.
    pub(super) fn reset(&mut self) {
        self.count = 0;
        self.levels[0].clear();
        self.rebuild();
    }

    /// Makes room for another slot, up to `limit` of them; false if there are so many already. A limit may be
    /// far above what a run ever uses, so slots are made as they are needed.
    pub(super) fn grow(&mut self, limit: usize) -> bool {
        if self.count >= limit {
            return false;
        }
        self.grow_to(limit.min((self.count * 2).max(64)));
        true
    }

    /// Makes room for `count` slots; the new ones are free.
    fn grow_to(&mut self, count: usize) {
        let leaves = &mut self.levels[0];
        leaves.resize(count.div_ceil(64), 0);
        for slot in self.count..count {
            leaves[slot / 64] |= 1 << (slot % 64);
        }
        self.count = count;
        self.rebuild();
    }

    /// Makes the levels above the leaves anew.
    fn rebuild(&mut self) {
        if self.levels[0].is_empty() {
            self.levels[0].push(0);
        }
        self.depth = 1;
        while self.levels[self.depth - 1].len() > 1 {
            if self.levels.len() == self.depth {
                self.levels.push(Vec::new());
            }
            let (below, above) = self.levels.split_at_mut(self.depth);
            let (below, above) = (&below[self.depth - 1], &mut above[0]);
            above.clear();
            above.resize(below.len().div_ceil(64), 0);
            for (b, word) in below.iter().enumerate() {
                above[b / 64] |= u64::from(*word != 0) << (b % 64);
            }
            self.depth += 1;
        }
    }

    /// The lowest free slot; `None` when all are taken.
    pub(super) fn lowest_free(&self) -> Option<usize> {
        let mut word = 0;
        for level in self.levels[..self.depth].iter().rev() {
            let bits = level[word];
            if bits == 0 {
                return None;
            }
            word = word * 64 + bits.trailing_zeros() as usize;
        }
        Some(word)
    }

    pub(super) fn take(&mut self, slot: usize) {
        let mut i = slot;
        for level in &mut self.levels[..self.depth] {
            level[i / 64] &= !(1 << (i % 64));
            if level[i / 64] != 0 {
                return;
            }
            i /= 64;
        }
    }

    pub(super) fn free(&mut self, slot: usize) {
        let mut i = slot;
        for level in &mut self.levels[..self.depth] {
            let was_empty = level[i / 64] == 0;
            level[i / 64] |= 1 << (i % 64);
            if !was_empty {
                return;
            }
            i /= 64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_slot_is_found_whatever_the_size() {
        for count in [0, 1, 2, 63, 64, 65, 4096, 4097, 5000] {
            let mut slots = Slots::new(count);
            for expected in 0..count {
                assert_eq!(slots.lowest_free(), Some(expected));
                slots.take(expected);
            }
            assert_eq!(slots.lowest_free(), None, "{count} slots");
            assert!(!slots.grow(count));
            assert!(slots.grow(count + 1));
            assert_eq!(slots.lowest_free(), Some(count));
            if count > 0 {
                let mut again = slots.clone();
                again.reset();
                assert_eq!(again.lowest_free(), None, "no slots after a reset");
                assert!(again.grow(count));
                assert_eq!(again.lowest_free(), Some(0), "and then all of them are free");
                slots.free(count - 1);
                slots.free(count / 2);
                assert_eq!(slots.lowest_free(), Some(count / 2));
            }
        }
    }
}
