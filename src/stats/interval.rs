//! Mean and confidence interval of a figure over independent replications.
//!
//! mean ± t(n−1, 1−α/2) · s/√n with s² = Σ(x − mean)²/(n − 1). (Law, "Simulation Modeling and Analysis",
//! 5th ed. 2015, section 4.5; Student, "The probable error of a mean", Biometrika 6(1), 1908.) It is exact for
//! normal figures; means over many jobs are nearly so, high percentiles and costs of rare events less.

use super::order::{Between, median_interval};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Confidence of every interval: 95 %.
pub const CONFIDENCE: f64 = 0.95;

/// A figure over replications.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Estimate {
    /// Replications that had a value.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Sample standard deviation; `None` with fewer than 2 values.
    pub std_dev: Option<f64>,
    /// Half the width of the 95 % t-interval; `None` with fewer than 2 values.
    pub half_width: Option<f64>,
    /// Interval of their median from the order of the values, which assumes no distribution; `None` with fewer than
    /// 6. Where the mean lies outside, a few values pull it, and the t-interval is to be taken with care.
    pub median: Option<Between>,
}

impl Estimate {
    /// From the values of independent replications, in their order; `None` without values.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let n = values.len() as f64;
        let sum: f64 = values.iter().sum();
        // The mean of equal values is that value, which a sum divided by n need not give.
        let mean = if values.iter().all(|x| *x == values[0]) { values[0] } else { sum / n };
        let std_dev = (values.len() > 1).then(|| {
            // Two passes: the sum of squares minus the square of the sum loses digits.
            let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
            (squares / (n - 1.0)).sqrt()
        });
        let half_width = std_dev.map(|s| t_quantile(values.len() as u64 - 1) * s / n.sqrt());
        let median = median_interval(values);
        Some(Self { n: values.len() as u64, mean, std_dev, half_width, median })
    }

    /// The interval of the median where the mean lies outside of it: a few values pull the mean.
    #[must_use]
    pub fn skewed(&self) -> Option<Between> {
        self.median.filter(|m| self.mean < m.low || self.mean > m.high)
    }

    /// The same in other units, `factor` of which are one of these.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        Self {
            n: self.n,
            mean: self.mean * factor,
            std_dev: self.std_dev.map(|s| s * factor),
            half_width: self.half_width.map(|h| h * factor),
            median: self.median.map(|m| Between { low: m.low * factor, high: m.high * factor, ..m }),
        }
    }

    /// Half width over mean, in absolute value; `None` where either is missing or the mean is 0.
    #[must_use]
    pub fn relative_half_width(&self) -> Option<f64> {
        self.half_width.filter(|_| self.mean != 0.0).map(|h| (h / self.mean).abs())
    }
}

/// Quantile (1 + 95 %)/2 of the t distribution with so many degrees of freedom, 1 or more.
fn t_quantile(freedom: u64) -> f64 {
    match StudentsT::new(0.0, 1.0, freedom as f64) {
        Ok(t) => t.inverse_cdf(f64::midpoint(1.0, CONFIDENCE)),
        // Not reached: scale and freedom are positive. Infinite is the honest width if it were.
        Err(_) => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) -> bool {
        (a - b).abs() <= tolerance
    }

    #[test]
    fn t_quantiles_are_those_of_the_tables() {
        for (freedom, table) in
            [(1, 12.7062), (2, 4.3027), (4, 2.7764), (9, 2.2622), (19, 2.0930), (29, 2.0452), (99, 1.9842)]
        {
            assert!(close(t_quantile(freedom), table, 5e-5), "{freedom}: {} ≠ {table}", t_quantile(freedom));
        }
    }

    #[test]
    fn the_interval_of_five_values_by_hand() {
        // mean 6; squares 16 + 4 + 0 + 4 + 16 = 40; s = √10; half = 2.7764 · √10 / √5 = 2.7764 · √2.
        let e = Estimate::of(&[2.0, 4.0, 6.0, 8.0, 10.0]).unwrap();
        assert_eq!((e.n, e.mean), (5, 6.0));
        assert!(close(e.std_dev.unwrap(), 10_f64.sqrt(), 1e-12));
        assert!(close(e.half_width.unwrap(), 2.7764 * 2_f64.sqrt(), 1e-4));
        assert!(close(e.relative_half_width().unwrap(), 3.9265 / 6.0, 1e-4));
    }

    #[test]
    fn one_value_has_no_interval_and_none_no_mean() {
        let e = Estimate::of(&[3.0]).unwrap();
        assert_eq!((e.mean, e.std_dev, e.half_width), (3.0, None, None));
        assert_eq!(Estimate::of(&[]), None);
    }

    #[test]
    fn a_mean_that_few_values_pull_lies_outside_the_interval_of_the_median() {
        // 9 values: the sign test's ranks are 2 and 8.
        let e = Estimate::of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 90.0]).unwrap();
        assert_eq!(e.skewed().map(|m| (m.low, m.high)), Some((2.0, 8.0)));
        assert_eq!(e.times(2.0).median.map(|m| (m.low, m.high)), Some((4.0, 16.0)));
        let even = Estimate::of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]).unwrap();
        assert_eq!(even.skewed(), None);
        assert_eq!(Estimate::of(&[1.0, 1.0, 90.0]).unwrap().median, None, "too few to tell");
    }

    #[test]
    fn equal_values_have_an_interval_of_width_0() {
        let e = Estimate::of(&[0.0; 4]).unwrap();
        assert_eq!(e.half_width, Some(0.0));
        assert_eq!(e.relative_half_width(), None);
        let e = Estimate::of(&[0.1; 3]).unwrap();
        assert_eq!((e.mean, e.half_width), (0.1, Some(0.0)));
    }
}
