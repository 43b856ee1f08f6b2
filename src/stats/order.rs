//! Distribution-free intervals of quantiles, from the order of independent values.
//!
//! Of n independent values with one continuous distribution, the number at or below its p-quantile is binomial
//! (n, p). The quantile therefore lies between the values of rank r and s with probability
//! P(r ≤ K < s) = F(s − 1) − F(r − 1), whatever the distribution; values that can be equal only raise it. (Conover,
//! "Practical Nonparametric Statistics", 3rd ed. 1999, section 3.2; David and Nagaraja, "Order Statistics", 3rd
//! ed. 2003, section 7.1.)
//!
//! **Independent** is the condition. Figures of several replications are; the waits of one run are not: a job that
//! waits long makes the next one wait too, and the ranks would promise far too narrow an interval. For one run
//! [`section_interval`] cuts it into sections that are nearly independent of each other.

use super::{CONFIDENCE, Estimate};
use statrs::distribution::{Binomial, DiscreteCDF};

/// Ranks, from 1, between which a quantile lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranks {
    /// Rank of the lower end.
    pub low: u64,
    /// Rank of the upper end.
    pub high: u64,
    /// The probability that the quantile lies between them, ends included: 95 % or more.
    pub coverage: f64,
}

/// An interval between two of the values.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Between {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The probability that the quantile lies in it: 95 % or more.
    pub coverage: f64,
}

/// The ranks of a 95 % interval of the p-quantile among `n` independent values: at most 2.5 % are left out on
/// either side. `None` where so few values cannot hold it (fewer than 6 for the median, than 72 for p = 0.95 and
/// than 368 for p = 0.99), or p is not between 0 and 1.
#[must_use]
pub fn quantile_ranks(n: u64, p: f64) -> Option<Ranks> {
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let k = Binomial::new(p, n).ok().filter(|_| p > 0.0 && p < 1.0)?;
    // Largest r with F(r − 1) ≤ 2.5 %, smallest s with F(s − 1) ≥ 97.5 %; both by halving, F rises.
    let low = partition(n, |r| k.cdf(r) <= tail);
    let high = partition(n, |s| k.cdf(s) < 1.0 - tail) + 1;
    // Without a value below, or above, nothing bounds the quantile on that side.
    if low == 0 || high > n {
        return None;
    }
    Some(Ranks { low, high, coverage: k.cdf(high - 1) - k.cdf(low - 1) })
}

/// How many of 0, 1 … n − 1 from the beginning on hold.
fn partition(n: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut from, mut to) = (0, n);
    while from < to {
        let middle = from + (to - from) / 2;
        if holds(middle) { from = middle + 1 } else { to = middle }
    }
    from
}

/// The 95 % interval of the p-quantile of independent values, in any order; `None` where they are too few.
#[must_use]
pub fn quantile_interval(values: &[f64], p: f64) -> Option<Between> {
    let ranks = quantile_ranks(values.len() as u64, p)?;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = |rank: u64| sorted[rank as usize - 1];
    Some(Between { low: at(ranks.low), high: at(ranks.high), coverage: ranks.coverage })
}

/// The 95 % interval of the median of independent values: that of the sign test. `None` below 6 values.
#[must_use]
pub fn median_interval(values: &[f64]) -> Option<Between> {
    quantile_interval(values, 0.5)
}

/// Estimate of a percentile (in per mille) of one run's values **in the order of time**, which need not be
/// independent: the run is cut into `sections` of equal number, the percentile is taken in each, and the
/// t-interval over the sections is given. `None` where a section would have fewer than 1000 / (1000 − p) values,
/// that is, where its percentile would be its maximum.
///
/// **Caveat.** It holds as far as the sections are independent: each has to be much longer than the time over
/// which the queue remembers. The percentile of a short section is also biased; sections make intervals honest,
/// not short runs long. (Schmeiser, "Batch size effects in the analysis of simulation output", Operations Research
/// 30(3), 1982: 10 to 30 batches; Law 2015, section 9.5.2.)
#[must_use]
pub fn section_interval(values: &[u32], per_mille: u32, sections: usize) -> Option<Estimate> {
    let length = values.len().checked_div(sections)?;
    let rest = 1000_usize.checked_sub(per_mille as usize)?;
    if rest == 0 || length * rest < 1000 || sections < 2 {
        return None;
    }
    // The remainder is left out at the beginning, where the start-up is.
    let from = values.len() - length * sections;
    let percentiles: Vec<f64> = values[from..]
        .chunks_exact(length)
        .filter_map(|section| {
            let mut sorted = section.to_vec();
            sorted.sort_unstable();
            super::nearest_rank(&sorted, per_mille).map(f64::from)
        })
        .collect();
    Estimate::of(&percentiles)
}

/// Means of so many sections of equal number, in their order; `None` where a section would have no value. The same
/// caveat holds as for [`section_interval`].
#[must_use]
pub fn section_means(values: &[u32], sections: usize) -> Option<Vec<f64>> {
    let length = values.len().checked_div(sections).filter(|length| *length > 0)?;
    let from = values.len() - length * sections;
    let mean = |section: &[u32]| section.iter().map(|v| u64::from(*v)).sum::<u64>() as f64 / length as f64;
    Some(values[from..].chunks_exact(length).map(mean).collect())
}

/// Correlation of neighbours: Σ(xᵢ − x̄)(xᵢ₊₁ − x̄) / Σ(xᵢ − x̄)². `None` with fewer than 3 values, or equal ones.
#[must_use]
pub fn lag1(values: &[f64]) -> Option<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    let products: f64 = values.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum();
    (values.len() > 2 && squares > 0.0).then(|| products / squares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn ranks_are_those_of_the_tables() {
        // By hand, n = 6: F(0) = 1/64 = 1.56 % ≤ 2.5 %, F(1) = 7/64: ranks 1 and 6, coverage 1 − 2/64.
        let six = quantile_ranks(6, 0.5).unwrap();
        assert_eq!((six.low, six.high), (1, 6));
        assert!((six.coverage - 62.0 / 64.0).abs() < 1e-12);
        // n = 10: F(1) = 11/1024 = 1.07 %, F(2) = 56/1024 = 5.5 %: ranks 2 and 9, coverage 1002/1024.
        let ten = quantile_ranks(10, 0.5).unwrap();
        assert_eq!((ten.low, ten.high), (2, 9));
        assert!((ten.coverage - 1002.0 / 1024.0).abs() < 1e-12);
        // Tables of the sign test (Conover 1999, table A3): n = 20: 6 and 15; n = 30: 10 and 21.
        for (n, low, high) in [(20, 6, 15), (30, 10, 21)] {
            let ranks = quantile_ranks(n, 0.5).unwrap();
            assert_eq!((ranks.low, ranks.high), (low, high), "{n}");
        }
    }

    #[test]
    fn too_few_values_hold_no_interval() {
        for (p, least) in [(0.5, 6), (0.95, 72), (0.99, 368)] {
            assert_eq!(quantile_ranks(least - 1, p), None, "p = {p}, {} values", least - 1);
            // The upper end is the maximum: (1 − …) p^n ≤ 2.5 %.
            let ranks = quantile_ranks(least, p).unwrap();
            assert_eq!(ranks.high, least, "p = {p}");
            assert!(ranks.coverage >= CONFIDENCE, "{ranks:?}");
        }
        for p in [0.0, 1.0, -1.0, f64::NAN] {
            assert_eq!(quantile_ranks(100, p), None, "{p}");
        }
        assert_eq!(quantile_interval(&[], 0.5), None);
    }

    #[test]
    fn ends_are_values_that_occurred() {
        let values: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        let between = median_interval(&values).unwrap();
        assert_eq!((between.low, between.high), (6.0, 15.0));
    }

    /// Coverage is what the ranks promise, for distributions as unlike as these. 2000 samples: the standard error
    /// of a coverage of 96 % is 0.44 %.
    #[test]
    fn the_quantile_is_covered_as_often_as_promised() {
        let samples = 2000;
        for (name, p, n, quantile) in [
            ("uniform", 0.5, 25, 0.5),
            ("exponential", 0.5, 25, std::f64::consts::LN_2),
            ("exponential", 0.95, 200, 20_f64.ln()),
            ("pareto", 0.9, 100, 10_f64.powf(1.0 / 1.5)),
        ] {
            let promised = quantile_ranks(n, p).unwrap().coverage;
            let mut covered = 0;
            for sample in 0..samples {
                let stream = Stream::new(7, sample, name, "coverage");
                let values: Vec<f64> = (0..n)
                    .map(|i| {
                        let u = stream.uniform(i);
                        match name {
                            "uniform" => u,
                            "exponential" => -u.ln(),
                            _ => u.powf(-1.0 / 1.5),
                        }
                    })
                    .collect();
                let between = quantile_interval(&values, p).unwrap();
                covered += u32::from(between.low <= quantile && quantile <= between.high);
            }
            let share = f64::from(covered) / samples as f64;
            let se = (promised * (1.0 - promised) / samples as f64).sqrt();
            assert!((share - promised).abs() < 4.0 * se, "{name}, p = {p}: {share} is not {promised}");
        }
    }

    /// On values that remember (an autoregressive process), pooled ranks cover far too seldom and sections nearly
    /// as often as promised: that is why a run's waits get sections.
    #[test]
    fn sections_hold_where_pooled_ranks_do_not() {
        let (phi, n, runs): (f64, u64, u64) = (0.95, 4000, 200);
        let (mut pooled, mut sections) = (0, 0);
        for run in 0..runs {
            let stream = Stream::new(11, run, "ar", "noise");
            let mut x = stream.draw(n).normal() / (1.0 - phi * phi).sqrt();
            let values: Vec<f64> = (0..n)
                .map(|i| {
                    x = phi * x + stream.draw(i).normal();
                    x
                })
                .collect();
            // The median of the process is 0; moved up so that values are ticks.
            let ticks: Vec<u32> = values.iter().map(|v| ((v + 100.0) * 1000.0) as u32).collect();
            let between = quantile_interval(&values, 0.5).unwrap();
            pooled += u32::from(between.low <= 0.0 && 0.0 <= between.high);
            let e = section_interval(&ticks, 500, 20).unwrap();
            sections += u32::from((e.mean - 100_000.0).abs() <= e.half_width.unwrap());
        }
        assert!(pooled < 100, "pooled ranks cover in {pooled} of {runs}");
        assert!(sections > 175, "sections cover in {sections} of {runs}");
    }

    #[test]
    fn sections_too_short_for_a_percentile_give_nothing() {
        let values: Vec<u32> = (0..1000).collect();
        assert_eq!(
            section_interval(&values, 990, 20),
            None,
            "50 values have no 99th percentile below their maximum"
        );
        assert!(section_interval(&values, 950, 20).is_some());
        assert_eq!(section_interval(&values, 1000, 2), None);
        assert_eq!(section_interval(&[], 500, 20), None);
    }

    #[test]
    fn correlation_of_neighbours_by_hand() {
        // Mean 2; products −1 · 0 + 0 · 1 = 0 over 2; then 1, −1, 1, −1: −3 / 4.
        assert_eq!(lag1(&[1.0, 2.0, 3.0]), Some(0.0));
        assert_eq!(lag1(&[1.0, -1.0, 1.0, -1.0]), Some(-0.75));
        assert_eq!((lag1(&[1.0, 2.0]), lag1(&[5.0; 9])), (None, None));
        assert_eq!(
            section_means(&[9, 1, 3, 5, 7], 2),
            Some(vec![2.0, 6.0]),
            "the remainder goes at the beginning"
        );
        assert_eq!(section_means(&[1], 2), None);
    }
}
