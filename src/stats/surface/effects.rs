//! Which factors matter: main effects and interactions, as shares of the variance over the points.
//!
//! The points are the population, not a sample of it, so shares are those of a functional analysis of variance over
//! the configurations of the sweep. An additive model y = m + Σ a_A(level of A) is fitted by least squares (backfitting:
//! each factor's effects are the means of what the others leave, in turn, until nothing changes); with m_ab the mean of
//! what it leaves in a cell of two factors,
//!
//! - main effect: S_A = Σ n_a a_A²,
//! - interaction: S_AB = Σ n_ab m_ab²,
//!
//! each by S = Σ (y − m)². On a full grid the fit is that of plain means, and the shares are Sobol's first and second
//! order indices (Sobol 1993, "Sensitivity estimates for nonlinear mathematical models"; Saltelli et al. 2008, "Global
//! sensitivity analysis", section 4.5), which add up to 1 with those of higher order. Where configurations are left
//! out, plain means would show one factor's effect under another's name; the fit does not (Hastie, Tibshirani, "Generalized
//! additive models", 1990, section 4.4).

use super::{Point, Surface};

/// Means of a response by level of a factor.
#[derive(Clone, Debug, PartialEq)]
pub struct Main {
    /// Number of the factor.
    pub factor: usize,
    /// What the additive model says by level, at the mean of the other factors; `None` where no point has it.
    pub means: Vec<Option<f64>>,
    /// Share of the variance, 0 to 1.
    pub share: f64,
}

/// What two factors do together beyond what each does alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interaction {
    /// Numbers of the factors, ascending.
    pub factors: (usize, usize),
    /// Share of the variance, 0 to 1.
    pub share: f64,
}

/// The effects of all factors on a response.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects {
    /// Mean over the points.
    pub mean: f64,
    /// Points counted.
    pub n: usize,
    /// By factor, in the order of the axes.
    pub main: Vec<Main>,
    /// By pair of factors.
    pub interactions: Vec<Interaction>,
}

/// Mean of the points in each of `cells` groups, with their counts.
fn means(of: impl Iterator<Item = (usize, f64)>, cells: usize) -> Vec<(u64, f64)> {
    let mut sums = vec![(0_u64, 0.0); cells];
    for (cell, value) in of {
        sums[cell].0 += 1;
        sums[cell].1 += value;
    }
    for (n, sum) in &mut sums {
        if *n > 0 {
            *sum /= *n as f64;
        }
    }
    sums
}

/// Passes of backfitting at most.
const PASSES: usize = 200;

/// Effects of each factor's levels with their counts, and what the additive model leaves of each value.
fn fit_additive(
    values: &[(usize, f64)],
    mean: f64,
    sizes: &[usize],
    level: impl Fn(usize, usize) -> usize,
) -> (Vec<Vec<(u64, f64)>>, Vec<f64>) {
    let mut left: Vec<f64> = values.iter().map(|(_, y)| y - mean).collect();
    let spread = left.iter().fold(0.0_f64, |most, y| most.max(y.abs()));
    let mut fitted: Vec<Vec<(u64, f64)>> = sizes.iter().map(|&n| vec![(0, 0.0); n]).collect();
    for _ in 0..PASSES {
        let mut changed = 0.0_f64;
        for (factor, fitted) in fitted.iter_mut().enumerate() {
            let more =
                means(values.iter().zip(&left).map(|(&(i, _), &y)| (level(i, factor), y)), sizes[factor]);
            for (&(i, _), y) in values.iter().zip(&mut left) {
                *y -= more[level(i, factor)].1;
            }
            for ((n, effect), (count, more)) in fitted.iter_mut().zip(more) {
                *n = count;
                *effect += more;
                changed = changed.max(more.abs());
            }
        }
        if changed <= spread * 1e-9 {
            break;
        }
    }
    (fitted, left)
}

/// The effects on a response of all points that are not marked and have one; `None` without any.
#[must_use]
pub fn effects(surface: &Surface, response: impl Fn(&Point) -> f64) -> Option<Effects> {
    let fit = |(i, p): (usize, &Point)| {
        let y = response(p);
        (!p.verdict.is_marked() && y.is_finite()).then_some((i, y))
    };
    let values: Vec<(usize, f64)> = surface.points.iter().enumerate().filter_map(fit).collect();
    if values.is_empty() {
        return None;
    }
    let mean = values.iter().map(|(_, y)| y).sum::<f64>() / values.len() as f64;
    let total: f64 = values.iter().map(|(_, y)| (y - mean) * (y - mean)).sum();
    // Less than rounding can make is no variance.
    let rounding = (mean * 1e-12).powi(2) * values.len() as f64;
    let share = |s: f64| if total > rounding { (s / total).clamp(0.0, 1.0) } else { 0.0 };
    let level = |i: usize, factor: usize| surface.levels_of(i)[factor] as usize;
    let sizes: Vec<usize> = surface.factors.iter().map(|factor| factor.levels.len()).collect();
    let (fitted, left) = fit_additive(&values, mean, &sizes, level);
    let main = |(factor, cells): (usize, &Vec<(u64, f64)>)| Main {
        factor,
        means: cells.iter().map(|&(n, effect)| (n > 0).then_some(mean + effect)).collect(),
        share: share(cells.iter().map(|&(n, effect)| n as f64 * effect * effect).sum()),
    };
    let main: Vec<Main> = fitted.iter().enumerate().map(main).collect();
    let mut interactions = Vec::new();
    for a in 0..sizes.len() {
        for b in a + 1..sizes.len() {
            let cell = |i: usize| level(i, a) * sizes[b] + level(i, b);
            let rest = values.iter().zip(&left).map(|(&(i, _), &rest)| (cell(i), rest));
            let cells = means(rest, sizes[a] * sizes[b]);
            let s = cells.iter().map(|&(n, m)| n as f64 * m * m).sum();
            interactions.push(Interaction { factors: (a, b), share: share(s) });
        }
    }
    Some(Effects { mean, n: values.len(), main, interactions })
}

#[cfg(test)]
mod tests {
    use super::super::tests::grid;
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn an_additive_response_has_main_effects_alone() {
        // Variances of the two terms: 4 · 2/3 and 1 · 1/4.
        let s = grid(&[3, 2], |l| 2.0 * f64::from(l[0]) + f64::from(l[1]));
        let found = effects(&s, |p| p.objective).unwrap();
        let (a, b) = (8.0 / 3.0, 0.25);
        assert!(near(found.main[0].share, a / (a + b)), "{found:?}");
        assert!(near(found.main[1].share, b / (a + b)));
        assert!(near(found.interactions[0].share, 0.0));
        assert_eq!(found.main[0].means, [Some(0.5), Some(2.5), Some(4.5)]);
    }

    #[test]
    fn a_product_of_centred_factors_is_all_interaction() {
        let s = grid(&[2, 2, 2], |l| (f64::from(l[0]) - 0.5) * (f64::from(l[1]) - 0.5));
        let found = effects(&s, |p| p.objective).unwrap();
        assert!(found.main.iter().all(|m| near(m.share, 0.0)));
        let shares: Vec<f64> = found.interactions.iter().map(|i| i.share).collect();
        assert!(near(shares[0], 1.0) && near(shares[1], 0.0) && near(shares[2], 0.0), "{shares:?}");
    }

    #[test]
    fn what_is_left_out_moves_no_effect_to_another_factor() {
        let mut s = grid(&[5, 3], |l| f64::from(l[0]).powi(2));
        s.points[0].verdict = crate::stats::surface::Verdict::Rejects;
        s.points[4].verdict = crate::stats::surface::Verdict::Unfinished;
        let found = effects(&s, |p| p.objective).unwrap();
        assert!((found.main[0].share - 1.0).abs() < 1e-6 && found.main[1].share < 1e-6, "{found:?}");
        assert!(found.interactions[0].share < 1e-6, "{found:?}");
        let differences = [1.0, 3.0, 5.0, 7.0];
        for (pair, difference) in found.main[0].means.windows(2).zip(differences) {
            assert!((pair[1].unwrap() - pair[0].unwrap() - difference).abs() < 1e-6, "{found:?}");
        }
    }

    #[test]
    fn what_never_changes_has_no_effects() {
        let s = grid(&[2, 2], |_| 0.1);
        let found = effects(&s, |p| p.objective).unwrap();
        assert!(found.main.iter().all(|m| m.share == 0.0));
        assert!(effects(&s, |_| f64::NAN).is_none());
    }
}
