//! Which factors matter: main effects and interactions, as shares of the variance over the points.
//!
//! The points are the population, not a sample of it, so shares are those of a functional analysis of variance over
//! the configurations of the sweep: with m the mean of all, m_a the mean of the points with level a of a factor, and
//! m_ab that of a cell of two factors,
//!
//! - main effect: S_A = Σ n_a (m_a − m)²,
//! - interaction: S_AB = Σ n_ab (m_ab − m_a − m_b + m)²,
//!
//! each by S = Σ (y − m)². On a full grid they are Sobol's first and second order indices (Sobol 1993, "Sensitivity
//! estimates for nonlinear mathematical models"; Saltelli et al. 2008, "Global sensitivity analysis", section 4.5) and
//! add up to 1 with those of higher order; where configurations are left out they are only nearly so.

use super::{Point, Surface};

/// Means of a response by level of a factor.
#[derive(Clone, Debug, PartialEq)]
pub struct Main {
    /// Number of the factor.
    pub factor: usize,
    /// Mean by level; `None` where no point has it.
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
    let by_level: Vec<Vec<(u64, f64)>> =
        (0..sizes.len()).map(|f| means(values.iter().map(|&(i, y)| (level(i, f), y)), sizes[f])).collect();
    let main = |(factor, cells): (usize, &Vec<(u64, f64)>)| Main {
        factor,
        means: cells.iter().map(|&(n, mean)| (n > 0).then_some(mean)).collect(),
        share: share(cells.iter().map(|&(n, m)| n as f64 * (m - mean) * (m - mean)).sum()),
    };
    let main: Vec<Main> = by_level.iter().enumerate().map(main).collect();
    let mut interactions = Vec::new();
    for a in 0..sizes.len() {
        for b in a + 1..sizes.len() {
            let cell = |i: usize| level(i, a) * sizes[b] + level(i, b);
            let cells = means(values.iter().map(|&(i, y)| (cell(i), y)), sizes[a] * sizes[b]);
            let of = |(c, &(n, m)): (usize, &(u64, f64))| {
                let together = m - by_level[a][c / sizes[b]].1 - by_level[b][c % sizes[b]].1 + mean;
                n as f64 * together * together
            };
            let s = cells.iter().enumerate().map(of).sum();
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
    fn what_never_changes_has_no_effects() {
        let s = grid(&[2, 2], |_| 0.1);
        let found = effects(&s, |p| p.objective).unwrap();
        assert!(found.main.iter().all(|m| m.share == 0.0));
        assert!(effects(&s, |_| f64::NAN).is_none());
    }
}
