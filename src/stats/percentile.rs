//! Nearest-rank percentiles, p in whole per mille.
//!
//! The value of rank ⌈p · n / 1000⌉ among the sorted values: always a value that occurred, and the same
//! wherever it is computed, because no float takes part. (Definition 1 of Hyndman and Fan, "Sample quantiles in
//! statistical packages", The American Statistician 50(4), 1996.)

use crate::units::Tick;

/// The 100th percentile in per mille: the maximum.
pub const PER_MILLE_END: u32 = 1000;

/// The rank, from 1, of a percentile among `n` values: (p · n + 999) div 1000. 0 without values.
#[must_use]
pub const fn rank(per_mille: u32, n: u64) -> u64 {
    (per_mille as u64 * n).div_ceil(PER_MILLE_END as u64)
}

/// The nearest-rank percentile of values in ascending order; `None` without values.
#[must_use]
pub fn nearest_rank(ascending: &[Tick], per_mille: u32) -> Option<Tick> {
    debug_assert!(ascending.is_sorted(), "percentiles are taken from sorted values");
    debug_assert!((1..=PER_MILLE_END).contains(&per_mille), "{per_mille} per mille is no percentile");
    let rank = rank(per_mille, ascending.len() as u64).max(1);
    ascending.get(rank as usize - 1).copied()
}

/// A percentile as people write it (95, 99.9) in per mille; `None` unless it is one of 0.1, 0.2 … 100.
#[must_use]
pub fn per_mille(percentile: f64) -> Option<u32> {
    let scaled = percentile * 10.0;
    let whole = scaled.round();
    // 99.9 · 10 is not exactly 999 in binary.
    let near = (scaled - whole).abs() < 1e-6;
    (near && (1.0..=f64::from(PER_MILLE_END)).contains(&whole)).then_some(whole as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_the_model() {
        for (p, n, by_hand) in [
            (500, 1, 1),
            (500, 2, 1),
            (500, 3, 2),
            (950, 20, 19),
            (950, 21, 20),
            (999, 1000, 999),
            (999, 1001, 1000),
            (1, 1, 1),
            (1000, 7, 7),
            (950, 0, 0),
        ] {
            assert_eq!(rank(p, n), by_hand, "p = {p} per mille of {n}");
            let formula = (u64::from(p) * n + 999).div_euclid(1000);
            assert_eq!(rank(p, n), formula, "the model's formula, {p} of {n}");
        }
        assert_eq!(rank(1000, 1 << 31), 1 << 31, "no overflow at the most jobs there can be");
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let waits = [15, 20, 35, 40, 50];
        for (p, by_hand) in [(50, 15), (300, 20), (400, 20), (500, 35), (1000, 50)] {
            assert_eq!(nearest_rank(&waits, p), Some(by_hand), "{p} per mille");
        }
        assert_eq!(nearest_rank(&[], 500), None);
    }

    #[test]
    fn percentiles_are_tenths_between_0_1_and_100() {
        for (written, read) in [
            (95.0, Some(950)),
            (99.9, Some(999)),
            (0.1, Some(1)),
            (100.0, Some(1000)),
            (99.95, None),
            (0.0, None),
            (100.1, None),
            (-5.0, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ] {
            assert_eq!(per_mille(written), read, "{written}");
        }
    }
}
