//! A count over time and its integral, updated only when the count changes.

use crate::units::Tick;

/// A count and its integral over [0, t).
///
/// The integral is kept as `count · t − area`: a change by n at t adds n · t to `area`, so nothing is done at
/// instants at which the count stays. Arithmetic wraps; the integral itself is exact as long as it fits u64.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Level {
    pub(super) count: u32,
    area: u64,
}

impl Level {
    #[inline(always)]
    pub(super) fn add(&mut self, t: Tick, n: u32) {
        self.count += n;
        self.area = self.area.wrapping_add(u64::from(t) * u64::from(n));
    }

    #[inline(always)]
    pub(super) fn sub(&mut self, t: Tick, n: u32) {
        debug_assert!(self.count >= n, "a count falls below zero");
        self.count -= n;
        self.area = self.area.wrapping_sub(u64::from(t) * u64::from(n));
    }

    pub(super) fn set(&mut self, t: Tick, count: u32) {
        if count >= self.count {
            self.add(t, count - self.count);
        } else {
            self.sub(t, self.count - count);
        }
    }

    /// ∫ count over [0, t), for t at or after the last change.
    #[inline]
    pub(super) fn integral(&self, t: Tick) -> u64 {
        (u64::from(self.count) * u64::from(t)).wrapping_sub(self.area)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_integral_is_the_sum_over_stretches() {
        let mut level = Level::default();
        level.add(3, 2);
        level.add(5, 1);
        assert_eq!(level.integral(5), 4);
        level.sub(9, 3);
        assert_eq!(level.integral(9), 4 + 3 * 4);
        level.set(20, 7);
        assert_eq!(level.integral(21), 16 + 7);
    }
}
