//! The statistical test, and the table of its results.
//!
//! A figure is a ratio of two sums over independent replications (waits over starts, node-ticks over ticks).
//! With pairs (x, y), r = Σx / Σy and n replications, its standard error is, by the delta method, s = √(Σ(x −
//! r y)² / (n (n − 1))) / mean(y). It passes if |r − theory| ≤ 3 s and s ≤ 0.5 % of the theory. If the theory
//! is right, a figure over n = 40 replications fails by chance with probability 0.5 % (Student's t).

use std::fmt::Write;

/// Largest distance from the theory [standard errors].
const DISTANCE_MAX: f64 = 3.0;

/// Largest standard error, as a share of the theory.
const ERROR_MAX: f64 = 0.005;

/// A figure from simulation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimate {
    pub(crate) mean: f64,
    pub(crate) error: f64,
}

impl Estimate {
    /// From one (numerator, denominator) a replication.
    pub(crate) fn of(pairs: &[(f64, f64)]) -> Self {
        let n = pairs.len() as f64;
        let (x, y) = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
        let mean = x / y;
        let squares: f64 = pairs.iter().map(|(x, y)| (x - mean * y).powi(2)).sum();
        Self { mean, error: (squares / (n * (n - 1.0))).sqrt() / (y / n) }
    }
}

/// A figure beside its theory.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    pub(crate) system: &'static str,
    pub(crate) figure: String,
    pub(crate) theory: f64,
    pub(crate) simulated: Estimate,
}

impl Comparison {
    /// Distance from the theory [standard errors].
    pub(crate) fn z(&self) -> f64 {
        (self.simulated.mean - self.theory) / self.simulated.error
    }

    fn relative_error(&self) -> f64 {
        self.simulated.error / self.theory.abs()
    }

    /// Whether it agrees, and whether the simulation was long enough to say so. Written so that a NaN fails.
    pub(crate) fn passes(&self) -> bool {
        self.z().abs() <= DISTANCE_MAX && self.relative_error() <= ERROR_MAX
    }
}

/// A table in Markdown, as in `docs/theory.md`.
pub(crate) fn table(comparisons: &[Comparison]) -> String {
    let mut text = String::from("| system | figure | theory | simulated | error, % | z |\n");
    text.push_str("|---|---|--:|--:|--:|--:|\n");
    for c in comparisons {
        let mark = if c.passes() { "" } else { " **fails**" };
        writeln!(
            text,
            "| {} | {} | {:.6} | {:.6} | {:.3} | {:+.2}{mark} |",
            c.system,
            c.figure,
            c.theory,
            c.simulated.mean,
            100.0 * c.relative_error(),
            c.z()
        )
        .expect("a String takes everything");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(theory: f64, mean: f64, error: f64) -> Comparison {
        Comparison { system: "", figure: String::new(), theory, simulated: Estimate { mean, error } }
    }

    /// r = 12/6; residuals −1, 1, 0; √(2/6)/2.
    #[test]
    fn an_estimate_by_hand() {
        let estimate = Estimate::of(&[(1.0, 1.0), (5.0, 2.0), (6.0, 3.0)]);
        assert!((estimate.mean - 2.0).abs() < 1e-12);
        assert!((estimate.error - (2.0_f64 / 6.0).sqrt() / 2.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_far_off_or_unclear_fails() {
        assert!(comparison(1.0, 1.0149, 0.005).passes());
        assert!(!comparison(1.0, 1.0151, 0.005).passes());
        assert!(!comparison(1.0, 0.9849, 0.005).passes());
        assert!(!comparison(1.0, 1.0, 0.0051).passes());
        assert!(!comparison(f64::NAN, 1.0, 0.001).passes());
        assert!(!comparison(1.0, f64::NAN, 0.001).passes());
        assert!(!comparison(1.0, 1.0, 0.0).passes());
    }
}
