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
//!
//! With few points the fit can follow each of them, whatever the factors do. So nothing is told ([`Untold::TooFew`]) unless
//! the points are a good part of a grid, or several times as many as the model has free values.

use super::{Point, Surface};
use std::collections::BTreeSet;

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
    /// By pair of factors; without those of whose values together there are too few points.
    pub interactions: Vec<Interaction>,
}

impl Effects {
    /// The share of what two factors do together; 0 where it is not told.
    #[must_use]
    pub fn together(&self, factors: (usize, usize)) -> f64 {
        self.interactions.iter().find(|i| i.factors == factors).map_or(0.0, |i| i.share)
    }
}

/// Why there are no effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untold {
    /// No point has the response.
    Nothing,
    /// The points are too few for the values of the factors.
    TooFew {
        /// Points that could be counted.
        points: usize,
        /// Values of all factors that they have.
        values: usize,
    },
}

/// Points for each free value of the additive model, at least, where they are no good part of a grid.
const POINTS_EACH: usize = 4;

/// Whether so many points tell the effects of factors with so many values each among them: as a full grid of these values,
/// or half of one with more points than free values, or as [`POINTS_EACH`] times the free values.
fn enough(points: usize, values: &[usize]) -> bool {
    half_a_grid(points, values) || points >= free(values).saturating_mul(POINTS_EACH)
}

/// Free values of the additive model.
fn free(values: &[usize]) -> usize {
    1 + values.iter().map(|n| n.saturating_sub(1)).sum::<usize>()
}

fn half_a_grid(points: usize, values: &[usize]) -> bool {
    let grid = values.iter().fold(1_usize, |product, &n| product.saturating_mul(n.max(1)));
    points >= grid || points >= grid.div_ceil(2) && points > free(values)
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

/// The effects on a response of all points that are not marked and have one.
///
/// # Errors
///
/// There are no such points, or they are too few for the values that the factors have among them.
pub fn effects(surface: &Surface, response: impl Fn(&Point) -> f64) -> Result<Effects, Untold> {
    let fit = |(i, p): (usize, &Point)| {
        let y = response(p);
        (!p.verdict.is_marked() && y.is_finite()).then_some((i, y))
    };
    let values: Vec<(usize, f64)> = surface.points.iter().enumerate().filter_map(fit).collect();
    if values.is_empty() {
        return Err(Untold::Nothing);
    }
    let level = |i: usize, factor: usize| surface.levels_of(i)[factor] as usize;
    let occurring = |factor: usize| values.iter().map(|&(i, _)| level(i, factor)).collect::<BTreeSet<_>>();
    let among: Vec<usize> = (0..surface.factors.len()).map(|factor| occurring(factor).len()).collect();
    if !enough(values.len(), &among) {
        return Err(Untold::TooFew { points: values.len(), values: among.iter().sum() });
    }
    let mean = values.iter().map(|(_, y)| y).sum::<f64>() / values.len() as f64;
    let total: f64 = values.iter().map(|(_, y)| (y - mean) * (y - mean)).sum();
    // Less than rounding can make is no variance.
    let rounding = (mean * 1e-12).powi(2) * values.len() as f64;
    let share = |s: f64| if total > rounding { (s / total).clamp(0.0, 1.0) } else { 0.0 };
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
            // Of cells with a point or two each, the mean is what that point has, and all that is left would be theirs.
            let occupied = cells.iter().filter(|(n, _)| *n > 0).count();
            if !half_a_grid(values.len(), &among) && values.len() < POINTS_EACH * occupied {
                continue;
            }
            let s = cells.iter().map(|&(n, m)| n as f64 * m * m).sum();
            interactions.push(Interaction { factors: (a, b), share: share(s) });
        }
    }
    Ok(Effects { mean, n: values.len(), main, interactions })
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
        assert_eq!(effects(&s, |_| f64::NAN), Err(Untold::Nothing));
    }

    #[test]
    fn points_are_enough_as_half_a_grid_or_four_times_the_free_values() {
        // Half of 30, of 31 values: 1 + 29 of them are free.
        for (points, values, tells) in [
            (15, &[2, 15][..], false),
            (16, &[2, 15], false),
            (17, &[2, 15], true),
            (30, &[2, 15], true),
            // Saturated: two points that differ in both factors may owe it to either; a full grid may not.
            (2, &[2, 2], false),
            (3, &[2, 2], false),
            (4, &[2, 2], true),
            (7, &[7], true),
            // 1 + 9 + 9 + 9 = 28 free values of a grid of 1,000.
            (111, &[10, 10, 10], false),
            (112, &[10, 10, 10], true),
            (1, &[1, 1], true),
        ] {
            assert_eq!(enough(points, values), tells, "{points} points of {values:?}");
        }
    }

    #[test]
    fn pairs_are_told_where_their_cells_have_points_enough() {
        // Without any interaction. A fifth of the grid, spread evenly: 200 points, 28 free values, 100 cells of a pair.
        let full = grid(&[10, 10, 10], |l| f64::from(l[0]) + f64::from(l[1] * 7 % 10) + f64::from(l[2] % 2));
        assert_eq!(effects(&full, |p| p.objective).unwrap().interactions.len(), 3);
        let mut fifth = full.clone();
        let taken: Vec<usize> =
            (0..1000).filter(|&i| full.levels_of(i).iter().sum::<u32>() % 5 == 0).collect();
        fifth.points = taken.iter().map(|&i| full.points[i].clone()).collect();
        fifth.levels = taken.iter().flat_map(|&i| full.levels_of(i).to_vec()).collect();
        let found = effects(&fifth, |p| p.objective).unwrap();
        assert_eq!((found.n, found.main.len()), (200, 3));
        assert!(found.interactions.is_empty() && found.together((0, 1)) == 0.0, "{found:?}");
    }

    #[test]
    fn a_small_design_tells_nothing_and_the_whole_grid_what_it_is() {
        // The first factor does nearly nothing.
        let of = |l: &[u32]| f64::from(l[0]) * 0.1 + f64::from(l[1]) * 3.0 + f64::from(l[2]).powi(2);
        let full = grid(&[15, 10, 6], of);
        let whole = effects(&full, |p| p.objective).unwrap();
        assert!(whole.main[0].share < 0.01, "{whole:?}");
        assert!(near(whole.main.iter().map(|m| m.share).sum(), 1.0));
        // A point for each value of the first, as a Latin hypercube has: an additive fit passes through all of them.
        let mut design = full.clone();
        let taken: Vec<usize> = (0..15).map(|k| (k * 10 + k * 7 % 10) * 6 + k * 5 % 6).collect();
        design.points = taken.iter().map(|&i| full.points[i].clone()).collect();
        design.levels = taken.iter().flat_map(|&i| full.levels_of(i).to_vec()).collect();
        assert_eq!(effects(&design, |p| p.objective), Err(Untold::TooFew { points: 15, values: 31 }));
        // Points that are ruled out are none of those counted.
        let mut ruled = full.clone();
        for (i, point) in ruled.points.iter_mut().enumerate() {
            if !taken.contains(&i) {
                point.verdict = crate::stats::surface::Verdict::Rejects;
            }
        }
        assert_eq!(effects(&ruled, |p| p.objective), Err(Untold::TooFew { points: 15, values: 31 }));
        // An interrupted sweep: the first rows of the grid are a grid themselves.
        let mut cut = full.clone();
        cut.points.truncate(120);
        cut.levels.truncate(360);
        let found = effects(&cut, |p| p.objective).unwrap();
        assert!(found.main.iter().map(|m| m.share).sum::<f64>() < 1.0 + 1e-9, "{found:?}");
        cut.points.truncate(7);
        cut.levels.truncate(21);
        assert_eq!(effects(&cut, |p| p.objective), Err(Untold::TooFew { points: 7, values: 9 }));
    }
}
