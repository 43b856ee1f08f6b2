//! Two figures over the same replications: mean of the differences, with the t-interval of paired values.
//!
//! Under common random numbers both runs of a replication see the same jobs and delays, so that what chance does
//! to both of them cancels in the difference. The differences of several replications are independent, whatever
//! binds the two runs of one, so the interval of [`Estimate`] over the differences holds with common random
//! numbers and without; they only make it narrower. (Law, "Simulation Modeling and Analysis", 5th ed. 2015,
//! sections 10.2.1 and 11.2.)

use super::Estimate;

/// Differences below this share of the largest value are rounding of sums, not effects.
const ROUNDING: f64 = 1e-11;

/// A figure of A and of B over replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired {
    /// Mean of A over the replications in which both have a value.
    pub a: f64,
    /// Mean of B over them.
    pub b: f64,
    /// The differences B − A.
    pub difference: Estimate,
    /// Half width that runs with separate random numbers would have had, as a multiple of that of the
    /// differences: √((s²ᵃ + s²ᵇ) / s²ᵈ). `None` with fewer than 2 replications, or without any spread.
    pub narrower: Option<f64>,
}

impl Paired {
    /// From pairs (A, B), one a replication; `None` without any.
    #[must_use]
    pub fn of(pairs: &[(f64, f64)]) -> Option<Self> {
        let differences = differences(pairs);
        let a = Estimate::of(&pairs.iter().map(|p| p.0).collect::<Vec<_>>())?;
        let b = Estimate::of(&pairs.iter().map(|p| p.1).collect::<Vec<_>>())?;
        let difference = Estimate::of(&differences)?;
        let narrower = match (a.std_dev, b.std_dev, difference.std_dev) {
            (Some(a), Some(b), Some(d)) if d > 0.0 => Some((a * a + b * b).sqrt() / d),
            _ => None,
        };
        Some(Self { a: a.mean, b: b.mean, difference, narrower })
    }

    /// The difference as a share of A; `None` where A is 0.
    #[must_use]
    pub fn relative(&self) -> Option<f64> {
        (self.a != 0.0).then(|| self.difference.mean / self.a.abs())
    }

    /// Both ends of the 95 % interval of the difference; `None` with fewer than 2 replications.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        let half = self.difference.half_width?;
        Some((self.difference.mean - half, self.difference.mean + half))
    }

    /// Whether the interval leaves out 0; `None` with fewer than 2 replications.
    #[must_use]
    pub fn separated(&self) -> Option<bool> {
        self.difference.half_width.map(|half| self.difference.mean.abs() > half)
    }
}

/// B − A of each pair. What differs by rounding only does not differ: neither A and B, nor the differences.
fn differences(pairs: &[(f64, f64)]) -> Vec<f64> {
    let scale = pairs.iter().fold(0.0_f64, |scale, (a, b)| scale.max(a.abs()).max(b.abs()));
    let rounding = ROUNDING * scale;
    let mut differences: Vec<f64> =
        pairs.iter().map(|(a, b)| if (b - a).abs() <= rounding { 0.0 } else { b - a }).collect();
    if let Some(&first) = differences.first()
        && differences.iter().all(|d| (d - first).abs() <= rounding)
    {
        differences.fill(first);
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paired_interval_by_hand() {
        // Differences 1, 3, 2: mean 2, s = 1, half = 4.3027 / √3; A has mean 20, s = 10; B 22, s = √121 = 11.
        let p = Paired::of(&[(10.0, 11.0), (20.0, 23.0), (30.0, 32.0)]).unwrap();
        assert_eq!((p.a, p.b, p.difference.mean), (20.0, 22.0, 2.0));
        assert!((p.difference.half_width.unwrap() - 4.3027 / 3_f64.sqrt()).abs() < 1e-4);
        assert_eq!(p.separated(), Some(false));
        assert_eq!(p.relative(), Some(0.1));
        // s²ᵇ: 11, 23, 32 about 22: (121 + 1 + 100) / 2 = 111.
        assert!((p.narrower.unwrap() - 211_f64.sqrt()).abs() < 1e-9, "{p:?}");
    }

    #[test]
    fn what_chance_does_to_both_cancels() {
        let pairs: Vec<(f64, f64)> = (0..10).map(|i| (f64::from(i * i), f64::from(i * i) + 1.0)).collect();
        let p = Paired::of(&pairs).unwrap();
        assert_eq!((p.difference.mean, p.difference.half_width, p.separated()), (1.0, Some(0.0), Some(true)));
        assert_eq!(p.narrower, None, "the differences do not spread at all");
    }

    #[test]
    fn rounding_is_no_difference() {
        let p = Paired::of(&[(0.1 + 0.2, 0.3), (1.0, 1.0)]).unwrap();
        assert_eq!((p.difference.mean, p.separated()), (0.0, Some(false)));
        // Twice 0.3 more, but for the last digit.
        let p = Paired::of(&[(1.0, 1.3), (2.0, 2.3)]).unwrap();
        assert_eq!((p.difference.std_dev, p.separated()), (Some(0.0), Some(true)));
    }

    #[test]
    fn one_pair_has_no_interval_and_nothing_has_none() {
        let p = Paired::of(&[(0.0, 2.0)]).unwrap();
        assert_eq!((p.interval(), p.separated(), p.relative()), (None, None, None));
        assert_eq!(Paired::of(&[]), None);
    }
}
