//! The answer: which configuration is best, and what is known of the difference to others.

use super::{Point, Surface, Verdict};
use crate::stats::Paired;
use std::cmp::Ordering;

/// A configuration beside the best one.
#[derive(Clone, Debug, PartialEq)]
pub struct Rival {
    /// Number of the point in the surface.
    pub point: usize,
    /// Its objective minus that of the best, paired by replication.
    pub paired: Option<Paired>,
    /// Whether chance alone does not explain the difference; `None` with fewer than two replications.
    pub separated: Option<bool>,
    /// Whether it is the same as the best in every replication.
    pub equal: bool,
}

/// A factor that could be set otherwise without harm.
#[derive(Clone, Debug, PartialEq)]
pub struct Slack {
    /// Number of the factor.
    pub factor: usize,
    /// Its levels that, with everything else as in the best, hold the constraints and cost at most
    /// [`HARDLY`] more, in the order of the axis.
    pub levels: Vec<u32>,
    /// Whether all its levels do.
    pub all: bool,
}

/// Differences of the objective below this share hardly matter.
pub const HARDLY: f64 = 0.01;

/// Best first: those that hold the constraints, by objective, then by latency, then as they come.
fn order(a: &(usize, &Point), b: &(usize, &Point)) -> Ordering {
    let by = |x: f64, y: f64| x.total_cmp(&y);
    by(a.1.objective, b.1.objective).then(by(a.1.latency_s, b.1.latency_s)).then(a.0.cmp(&b.0))
}

/// The first `n` of the configurations that hold every constraint, best first.
#[must_use]
pub fn ranked(surface: &Surface, n: usize) -> Vec<usize> {
    let fit = |p: &Point| p.verdict == Verdict::Meets && p.objective.is_finite();
    let mut list: Vec<(usize, &Point)> = surface.points.iter().enumerate().filter(|(_, p)| fit(p)).collect();
    if n < list.len() {
        list.select_nth_unstable_by(n, order);
        list.truncate(n);
    }
    list.sort_unstable_by(order);
    list.into_iter().map(|(i, _)| i).collect()
}

/// The configuration that is nearest to holding the constraints where none does: the least excess, then by objective.
/// Marked ones are never it.
#[must_use]
pub fn nearest(surface: &Surface) -> Option<usize> {
    let fit = |p: &Point| !p.verdict.is_marked() && p.objective.is_finite();
    let fit = surface.points.iter().enumerate().filter(|(_, p)| fit(p));
    let nearer =
        |a: &(usize, &Point), b: &(usize, &Point)| a.1.excess.total_cmp(&b.1.excess).then(order(a, b));
    fit.min_by(nearer).map(|(i, _)| i)
}

/// Other configurations beside the best one.
#[must_use]
pub fn rivals(surface: &Surface, best: usize, others: &[usize]) -> Vec<Rival> {
    let of = |&point: &usize| {
        let paired = beside(surface.objectives_of(best), surface.objectives_of(point));
        let equal = surface.objectives_of(best) == surface.objectives_of(point);
        Rival { point, separated: paired.as_ref().and_then(Paired::separated), paired, equal }
    };
    others.iter().map(of).collect()
}

/// Two lists of objectives, by replication; what is not finite in either is left out.
#[must_use]
pub fn beside(a: &[f64], b: &[f64]) -> Option<Paired> {
    let pairs = a.iter().copied().zip(b.iter().copied()).filter(|(a, b)| a.is_finite() && b.is_finite());
    Paired::of(&pairs.collect::<Vec<_>>())
}

/// How many configurations the best is not separated from: the interval of the paired difference holds 0. `None` with
/// fewer than two replications.
#[must_use]
pub fn not_separated(surface: &Surface, best: usize) -> Option<usize> {
    if surface.replications < 2 {
        return None;
    }
    let fit = |(i, p): &(usize, &Point)| *i != best && p.verdict == Verdict::Meets && p.objective.is_finite();
    let others = surface.points.iter().enumerate().filter(fit);
    let near = others.filter(|(i, _)| {
        let (best, own) = (surface.objectives_of(best), surface.objectives_of(*i));
        // What is always equal is no matter of chance.
        best != own && beside(best, own).is_some_and(|paired| paired.separated() == Some(false))
    });
    Some(near.count())
}

/// Which factors could be set otherwise without harm, everything else as in the best: those with another level that
/// does, in the order of the axes.
#[must_use]
pub fn slack(surface: &Surface, best: usize) -> Vec<Slack> {
    let own = surface.levels_of(best);
    let most = surface.points[best].objective.abs().mul_add(HARDLY, surface.points[best].objective);
    let mut fitting: Vec<Vec<u32>> = vec![Vec::new(); surface.factors.len()];
    for (i, point) in surface.points.iter().enumerate() {
        let levels = surface.levels_of(i);
        let mut differing = (0..own.len()).filter(|&f| levels[f] != own[f]);
        let (Some(factor), None) = (differing.next(), differing.next()) else { continue };
        if point.verdict == Verdict::Meets && point.objective <= most {
            fitting[factor].push(levels[factor]);
        }
    }
    let found = fitting.into_iter().enumerate().filter(|(_, levels)| !levels.is_empty());
    let of = |(factor, mut levels): (usize, Vec<u32>)| {
        levels.push(own[factor]);
        levels.sort_unstable();
        let all = levels.len() == surface.factors[factor].levels.len();
        Slack { factor, levels, all }
    };
    found.map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{grid, surface};
    use super::*;

    #[test]
    fn the_cheapest_that_holds_the_constraints_is_first() {
        let mut s = surface(&[(10.0, 600.0), (12.0, 300.0), (11.0, 300.0), (11.0, 200.0), (1.0, 1.0)]);
        s.points[0].verdict = Verdict::Misses;
        s.points[4].verdict = Verdict::Unfinished;
        assert_eq!(ranked(&s, 9), [3, 2, 1]);
        assert_eq!(ranked(&s, 1), [3]);
        for (p, excess) in s.points.iter_mut().zip([0.2, 0.1, 0.1, 0.3, 0.0]) {
            p.excess = excess;
            p.verdict = p.verdict.max(Verdict::Misses);
        }
        assert_eq!(ranked(&s, 9), [0_usize; 0]);
        assert_eq!(nearest(&s), Some(2), "of equal excess the cheaper one; marked ones never");
    }

    #[test]
    fn rivals_are_paired_by_replication() {
        let mut s = surface(&[(10.0, 1.0), (11.0, 1.0), (10.5, 1.0)]);
        s.replications = 3;
        s.objectives = vec![9.0, 10.0, 11.0, 10.0, 11.0, 12.1, 8.0, 11.0, 12.5];
        let found = rivals(&s, 0, &[1, 2]);
        assert_eq!((found[0].separated, found[1].separated), (Some(true), Some(false)));
        assert_eq!(not_separated(&s, 0), Some(1));
    }

    #[test]
    fn slack_is_what_changes_nothing_to_speak_of() {
        // Two factors of three levels; the second hardly matters but for its last level.
        let s = grid(&[3, 3], |l| {
            100.0 + 10.0 * f64::from(l[0]) + if l[1] == 2 { 5.0 } else { 0.3 * f64::from(l[1]) }
        });
        let found = slack(&s, 0);
        assert_eq!(found, [Slack { factor: 1, levels: vec![0, 1], all: false }]);
    }
}
