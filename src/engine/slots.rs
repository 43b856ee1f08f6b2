//! The lowest free slot, in time that grows with the logarithm of the number of slots.

/// Free slots as a tree of bit words: bit b of a word says whether word b below it has a free slot.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    count: usize,
    /// From the leaves up; the last level is one word.
    levels: Vec<Vec<u64>>,
}

impl Slots {
    /// All of `count` slots free.
    pub(super) fn new(count: usize) -> Self {
        let mut levels = Vec::new();
        let mut bits = count;
        loop {
            let words = bits.div_ceil(64).max(1);
            let mut level = vec![u64::MAX; words];
            if bits == 0 || !bits.is_multiple_of(64) {
                level[words - 1] = (1 << (bits % 64)) - 1;
            }
            levels.push(level);
            if words == 1 {
                return Self { count, levels };
            }
            bits = words;
        }
    }

    /// Makes room for another slot, up to `limit` of them; false if there are so many already. A limit may be
    /// far above what a run ever uses, so slots are made as they are needed.
    pub(super) fn grow(&mut self, limit: usize) -> bool {
        if self.count >= limit {
            return false;
        }
        let mut grown = Self::new(limit.min((self.count * 2).max(64)));
        for slot in 0..self.count {
            if self.levels[0][slot / 64] & (1 << (slot % 64)) == 0 {
                grown.take(slot);
            }
        }
        *self = grown;
        true
    }

    /// The lowest free slot; `None` when all are taken.
    pub(super) fn lowest_free(&self) -> Option<usize> {
        let mut word = 0;
        for level in self.levels.iter().rev() {
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
        for level in &mut self.levels {
            level[i / 64] &= !(1 << (i % 64));
            if level[i / 64] != 0 {
                return;
            }
            i /= 64;
        }
    }

    pub(super) fn free(&mut self, slot: usize) {
        let mut i = slot;
        for level in &mut self.levels {
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
                slots.free(count - 1);
                slots.free(count / 2);
                assert_eq!(slots.lowest_free(), Some(count / 2));
            }
        }
    }
}
