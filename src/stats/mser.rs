//! MSER-5: how much of the beginning of a run to leave out when asking about the steady state.
//!
//! A run that starts empty is not typical at first. MSER deletes the first d observations for which the marginal
//! standard error of the rest is least: with z₁ … zₙ and z̄ the mean of those after d,
//!
//! ```text
//! d* = argmin over d ≤ n/2 of  Σ_{i>d} (zᵢ − z̄)² / (n − d)²
//! ```
//!
//! It weighs what is gained by leaving out untypical values against what is lost by having fewer. MSER-5 takes means
//! of 5 consecutive observations for z, which makes it less nervous. (White, "An effective truncation heuristic for
//! bias reduction in simulation output", Simulation 69(6), 1997; Spratt, "Heuristics for the startup problem", thesis,
//! University of Virginia, 1998; White, Cobb and Spratt, "A comparison of five steady-state truncation heuristics
//! for simulation", WSC 2000.)
//!
//! It is looked for in the first half only: near the end the statistic of a few values is least by chance. Where it is
//! least at half, the cut would lie there or beyond: the run is too short to tell, or has no steady state. That is
//! reported, not used silently.

/// Observations in a batch.
const BATCH: usize = 5;
/// Fewer batches say nothing about a start-up.
const BATCHES_MIN: usize = 10;

/// What to leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truncation {
    /// Observations to leave out, from the beginning.
    pub cut: usize,
    /// Observations in all.
    pub of: usize,
    /// The cut lies at half of them or would lie beyond: the run is too short to tell.
    pub beyond_half: bool,
}

/// The cut of MSER-5 for observations in the order of time. `None` with fewer than 50.
#[must_use]
pub fn mser5(observations: &[f64]) -> Option<Truncation> {
    let batches: Vec<f64> =
        observations.chunks_exact(BATCH).map(|b| b.iter().sum::<f64>() / BATCH as f64).collect();
    if batches.len() < BATCHES_MIN {
        return None;
    }
    let d = mser(&batches);
    Some(Truncation { cut: d * BATCH, of: observations.len(), beyond_half: d == batches.len() / 2 })
}

/// d* in the first half: the least one where several are equal.
fn mser(z: &[f64]) -> usize {
    // From the end: mean and sum of squares of what is kept grow by one value (Welford, "Note on a method for
    // calculating corrected sums of squares and products", Technometrics 4(3), 1962).
    let (mut mean, mut squares) = (0.0, 0.0);
    let (mut best, mut least) = (0, f64::INFINITY);
    for (d, x) in z.iter().enumerate().rev() {
        let kept = (z.len() - d) as f64;
        let step = x - mean;
        mean += step / kept;
        squares += step * (x - mean);
        let statistic = squares / (kept * kept);
        if d <= z.len() / 2 && statistic <= least {
            (best, least) = (d, statistic);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn the_statistic_by_hand() {
        // Kept 6: mean 4, squares 9·… : z = 10, 2, 4, 2, 4, 2, 4.
        // d = 0: mean 4, squares 36 + 4 + 0 + 4 + 0 + 4 + 0 = 48, 48/49 = 0.98.
        // d = 1: mean 3, squares 6, 6/36 = 0.167. d = 2: mean 3.2, squares 4.8, 4.8/25 = 0.192.
        assert_eq!(mser(&[10.0, 2.0, 4.0, 2.0, 4.0, 2.0, 4.0]), 1);
        assert_eq!(mser(&[3.0; 20]), 0, "nothing to leave out");
    }

    #[test]
    fn a_step_is_cut_where_it_is() {
        let mut values = vec![50.0; 100];
        values.extend((0..900).map(|i| f64::from(i % 5)));
        let t = mser5(&values).unwrap();
        assert_eq!((t.cut, t.of, t.beyond_half), (100, 1000, false));
    }

    #[test]
    fn what_never_settles_is_cut_beyond_half() {
        let ramp: Vec<f64> = (0..1000).map(f64::from).collect();
        assert!(mser5(&ramp).unwrap().beyond_half);
        assert_eq!(mser5(&[1.0; 49]), None);
    }

    /// An autoregressive process that starts far from its mean, as in White, Cobb and Spratt: the mean of what is
    /// left is hardly biased, that of the whole is.
    #[test]
    fn the_start_up_of_an_autoregressive_process_goes() {
        let (phi, n): (f64, u64) = (0.95, 2000);
        let (mut whole, mut kept, runs) = (0.0, 0.0, 60);
        for run in 0..runs {
            let stream = Stream::new(3, run, "ar", "mser");
            let mut x = 100.0;
            let values: Vec<f64> = (0..n)
                .map(|i| {
                    x = phi * x + stream.draw(i).normal();
                    x
                })
                .collect();
            let t = mser5(&values).unwrap();
            assert!(!t.beyond_half, "run {run}: {t:?}");
            // 100 · 0.95^d is below the noise of the process (3.2) after 67 values.
            assert!((40..=1000).contains(&t.cut), "run {run}: {t:?}");
            whole += values.iter().sum::<f64>() / n as f64 / runs as f64;
            kept += values[t.cut..].iter().sum::<f64>() / (n as usize - t.cut) as f64 / runs as f64;
        }
        // The start adds 100 · 19 / 2000 = 0.95 to the mean of the whole; one mean has a standard error of 0.45,
        // the mean of 60 of them 0.06.
        assert!((whole - 0.95).abs() < 0.25, "{whole}");
        assert!(kept.abs() < 0.35, "{kept}");
    }

    /// Waits of an M/M/1 queue at load 0.8 that starts empty, averaged over runs (Lindley's recursion): the mean
    /// wait is ρ/(1 − ρ) = 4 service times.
    #[test]
    fn the_start_up_of_a_queue_goes() {
        let (n, runs) = (4000_u64, 200_u64);
        let mut mean = vec![0.0; n as usize];
        for run in 0..runs {
            let (gaps, services) = (Stream::new(5, run, "q", "gaps"), Stream::new(5, run, "q", "services"));
            let mut wait = 0.0_f64;
            for i in 0..n {
                mean[i as usize] += wait / runs as f64;
                wait = (wait + services.draw(i).exponential() - gaps.draw(i).exponential() / 0.8).max(0.0);
            }
        }
        let t = mser5(&mean).unwrap();
        assert!(t.cut > 0 && !t.beyond_half, "{t:?}");
        let after = mean[t.cut..].iter().sum::<f64>() / (n as usize - t.cut) as f64;
        assert!((after - 4.0).abs() < 0.25, "{after} after {t:?}");
    }
}
