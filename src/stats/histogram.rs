//! The log-linear histogram of section 9 of the model, which engine and kernel both fill.
//!
//! Values below 64 have a bucket each; above, every power of two is cut into 64 buckets, so that the relative
//! width is at most 1/64.

/// Buckets for values below 2^31.
pub const BUCKETS: usize = 1664;

/// Counts of values below 2^31, by bucket.
#[derive(Clone, PartialEq, Eq)]
pub struct Histogram {
    counts: Box<[u32; BUCKETS]>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: Box::new([0; BUCKETS]) }
    }
}

impl std::fmt::Debug for Histogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.nonzero()).finish()
    }
}

/// The bucket of a value.
#[must_use]
#[inline]
pub fn bucket(v: u32) -> usize {
    debug_assert!(v < crate::units::TICK_END, "a value of 2^31 or more has no bucket");
    if v < 64 {
        return v as usize;
    }
    let k = v.ilog2() as usize;
    64 * (k - 5) + (v >> (k - 6)) as usize - 64
}

/// The largest value of a bucket.
#[must_use]
pub fn upper_end(bucket: usize) -> u32 {
    if bucket < 64 {
        return bucket as u32;
    }
    let k = bucket / 64 + 5;
    let mantissa = (bucket - 64 * (k - 5) + 64) as u64;
    (((mantissa + 1) << (k - 6)) - 1) as u32
}

impl Histogram {
    /// Counts one value below 2^31.
    #[inline]
    pub fn add(&mut self, v: u32) {
        self.counts[bucket(v)] += 1;
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.counts.fill(0);
    }

    /// Adds the counts of another one.
    pub fn merge(&mut self, other: &Self) {
        for (a, b) in self.counts.iter_mut().zip(other.counts.iter()) {
            *a += b;
        }
    }

    /// Buckets with a count, ascending.
    pub fn nonzero(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.counts.iter().copied().enumerate().filter(|(_, n)| *n > 0)
    }

    /// Takes these counts, by bucket, in place of its own.
    pub fn set(&mut self, counts: impl Iterator<Item = u32>) {
        for (own, count) in self.counts.iter_mut().zip(counts) {
            *own = count;
        }
    }

    /// All counts, by bucket.
    #[must_use]
    pub fn counts(&self) -> &[u32; BUCKETS] {
        &self.counts
    }

    /// Number of values.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|n| u64::from(*n)).sum()
    }

    /// Nearest-rank percentile, p in per mille (1 to 1000): the upper end of the bucket of rank
    /// (p · n + 999) div 1000. `None` without values.
    #[must_use]
    pub fn percentile(&self, per_mille: u32) -> Option<u32> {
        let n = self.total();
        if n == 0 {
            return None;
        }
        let rank = super::rank(per_mille, n).max(1);
        let mut seen = 0;
        for (b, count) in self.nonzero() {
            seen += u64::from(count);
            if seen >= rank {
                return Some(upper_end(b));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bucket_begins_where_the_one_before_ends() {
        assert_eq!(bucket(63), 63);
        assert_eq!(bucket(64), 64);
        assert_eq!(bucket((1 << 31) - 1), BUCKETS - 1);
        for b in 0..BUCKETS {
            let end = upper_end(b);
            assert_eq!(bucket(end), b, "the upper end {end} of bucket {b}");
            if b + 1 < BUCKETS {
                assert_eq!(bucket(end + 1), b + 1, "the value after bucket {b}");
            }
        }
    }

    #[test]
    fn the_relative_width_is_at_most_a_64th() {
        for b in 64..BUCKETS {
            let (low, high) = (upper_end(b - 1) + 1, upper_end(b));
            assert!(u64::from(high - low + 1) * 64 <= u64::from(low), "bucket {b}: {low} to {high}");
        }
    }

    #[test]
    fn percentiles_are_nearest_rank() {
        let mut h = Histogram::default();
        assert_eq!(h.percentile(500), None);
        for v in 1..=10 {
            h.add(v);
        }
        assert_eq!(h.percentile(500), Some(5));
        assert_eq!(h.percentile(950), Some(10));
        assert_eq!(h.percentile(901), Some(10));
        assert_eq!(h.percentile(900), Some(9));
        assert_eq!(h.percentile(1), Some(1));
    }
}
