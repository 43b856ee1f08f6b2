//! Searching a grid instead of running all of it: successive grids around the best points and the front.
//!
//! ```text
//!  coarse grid ──► run ──► refine: neighbours, at the present steps, of the best that hold the constraints,
//!                   ▲      of the nearest that miss them, and of the corners of the front
//!                   │          │ nothing new, or hardly better
//!                   ├──────────┴──► halve the steps; at steps of 1: look along the axes through the best
//!                   │                    │ nothing new
//!                   └────────────────────┴──► done
//! ```
//!
//! Each generation is one batch, so that a GPU, or every core, has work. The search sees only what it asked for; it ends at a
//! configuration that none of its neighbours on the full grid, and nothing that it looked at along the axes through it, beats
//! by more than the tolerance. Costs and waits of autoscaled clusters need not have one valley, so that is no proof for the
//! grid. Several candidates are refined side by side to leave shallow ones. They differ in their figures: a limit that never
//! binds has many values that are as good, which would be all of the candidates and leave other regions out.

use crate::stats::surface::best::ranked;
use crate::stats::surface::front::front;
use crate::stats::surface::{Factor, Surface, Verdict};
use std::collections::HashSet;

/// A configuration: the level of each axis.
pub type Levels = Box<[u32]>;

/// Of the best that hold the constraints, so many are refined.
const BEST: usize = 5;

/// Of the nearest that miss them.
const NEAREST: usize = 2;

/// Of the corners of the front.
const CORNERS: usize = 6;

/// Of the best that hold the constraints, so many have their axes looked along in the end; and of cheaper ones that just miss
/// them, so many: the best may lie farther along an axis through those.
const LINES: usize = 2;
const LINES_OF_MISSES: usize = 2;

/// Levels of an axis up to which all are looked at; of longer ones so many from end to end, and so many on either side.
const WHOLE: u32 = 16;
const SPREAD: u32 = 12;
const NEAR: u32 = 3;

/// Points of the first generation, at most, where axes have no choices.
const FIRST: usize = 256;

/// A search under way.
#[derive(Clone, Debug)]
pub struct Search {
    /// By dimension; axes that advance together are one.
    axes: Vec<Axis>,
    /// Dimension of each axis.
    of_axis: Vec<usize>,
    /// What was asked for, answered or not.
    asked: HashSet<Levels>,
    tolerance: f64,
    /// Whether a configuration holds the constraints, and the best objective, at the last look.
    last: Option<(bool, f64)>,
}

#[derive(Clone, Copy, Debug)]
struct Axis {
    len: u32,
    /// Its levels follow one another, so that neighbours are alike.
    ordered: bool,
    step: u32,
}

impl Axis {
    /// Levels to look at along it from one of them.
    fn line(&self, from: u32) -> Vec<u32> {
        if !self.ordered || self.len <= WHOLE {
            return (0..self.len).collect();
        }
        let spread =
            (0..SPREAD).map(|i| (u64::from(i) * u64::from(self.len - 1) / u64::from(SPREAD - 1)) as u32);
        let near = from.saturating_sub(NEAR)..=(from + NEAR).min(self.len - 1);
        spread.chain(near).collect()
    }
}

impl Search {
    /// Over the full grid of these factors, each with its dimension: those that share one advance together. `tolerance`:
    /// improvements of the objective below this share do not count.
    #[must_use]
    pub fn new(factors: &[Factor], of_axis: Vec<usize>, tolerance: f64) -> Self {
        let dimensions = of_axis.iter().max().map_or(0, |last| last + 1);
        let mut axes = vec![Axis { len: 1, ordered: false, step: 1 }; dimensions];
        for (factor, &d) in factors.iter().zip(&of_axis) {
            let len = factor.levels.len() as u32;
            let ordered = len > 2 && (axes[d].ordered || factor.is_numeric());
            axes[d] = Axis { len, ordered, step: 1 };
        }
        Self { axes, of_axis, asked: HashSet::new(), tolerance, last: None }
    }

    /// Levels by axis of a point that has them by dimension.
    fn by_axis(&self, points: &[Levels]) -> Vec<Levels> {
        points.iter().map(|point| self.of_axis.iter().map(|&d| point[d]).collect()).collect()
    }

    /// The first generation: ends and a few values between them of each ordered axis, and all choices of the others.
    pub fn first(&mut self) -> Vec<Levels> {
        let choices: usize =
            self.axes.iter().filter(|axis| !axis.ordered).map(|axis| axis.len as usize).product();
        let ordered = self.axes.iter().filter(|axis| axis.ordered).count() as u32;
        // Fewer values of each where there are many axes.
        let fits = |n: usize| n.pow(ordered) * choices <= FIRST.max(choices * 2_usize.pow(ordered));
        let values = [5, 4, 3].into_iter().find(|n| fits(*n)).unwrap_or(2) as u32;
        for axis in self.axes.iter_mut().filter(|axis| axis.ordered) {
            axis.step = (axis.len - 1).div_ceil(values - 1).max(1);
        }
        let mut points = vec![Vec::new()];
        for axis in &self.axes {
            let mut levels: Vec<u32> = (0..axis.len).step_by(axis.step as usize).collect();
            if axis.ordered && levels.last() != Some(&(axis.len - 1)) {
                levels.push(axis.len - 1);
            }
            let with = |point: &Vec<u32>| {
                let point = point.clone();
                levels.iter().map(move |&level| [&point[..], &[level]].concat()).collect::<Vec<_>>()
            };
            points = points.iter().flat_map(with).collect();
        }
        let points: Vec<Levels> = points.into_iter().map(Vec::into_boxed_slice).collect();
        self.asked.extend(points.iter().cloned());
        self.by_axis(&points)
    }

    /// The next generation, in a fixed order; empty: the search has ended. `surface` has what was answered so far; what the
    /// grid leaves out is missing there.
    pub fn next(&mut self, surface: &Surface) -> Vec<Levels> {
        let now = state(surface);
        let better = match (self.last, now) {
            (None, _) => true,
            (Some((false, _)), Some((true, _))) => true,
            (Some((a, before)), Some((b, now))) if a == b => before - now > self.tolerance * before.abs(),
            _ => false,
        };
        self.last = now.or(self.last);
        let mut refining = better || self.halve();
        while refining {
            let new = self.around(&candidates(surface), surface);
            if !new.is_empty() {
                return self.ask(new);
            }
            refining = self.halve();
        }
        // If one of them is better, it goes on from there.
        let new = self.along(&ends(surface), surface);
        self.ask(new)
    }

    /// Notes that these are asked for.
    fn ask(&mut self, points: Vec<Levels>) -> Vec<Levels> {
        self.asked.extend(points.iter().cloned());
        self.by_axis(&points)
    }

    /// Levels by dimension.
    fn own(&self, point: usize, surface: &Surface) -> Levels {
        let mut own = vec![0; self.axes.len()];
        for (&d, &level) in self.of_axis.iter().zip(surface.levels_of(point)) {
            own[d] = level;
        }
        own.into()
    }

    /// Those of the points that were not asked for yet, sorted.
    fn unasked(&self, mut points: Vec<Levels>) -> Vec<Levels> {
        points.retain(|point| !self.asked.contains(point));
        points.sort_unstable();
        points.dedup();
        points
    }

    /// Along every axis through some points, what was not asked for yet.
    fn along(&self, points: &[usize], surface: &Surface) -> Vec<Levels> {
        let mut new = Vec::new();
        for &point in points {
            let own = self.own(point, surface);
            for (a, axis) in self.axes.iter().enumerate() {
                for level in axis.line(own[a]) {
                    let mut at = own.clone();
                    at[a] = level;
                    new.push(at);
                }
            }
        }
        self.unasked(new)
    }

    /// Whether there was anything to halve.
    fn halve(&mut self) -> bool {
        let mut halved = false;
        for axis in self.axes.iter_mut().filter(|axis| axis.ordered && axis.step > 1) {
            axis.step = axis.step.div_ceil(2);
            halved = true;
        }
        halved
    }

    /// Neighbours of the candidates that were not asked for yet, sorted.
    fn around(&self, candidates: &[usize], surface: &Surface) -> Vec<Levels> {
        let mut new = Vec::new();
        for &candidate in candidates {
            let own = self.own(candidate, surface);
            let one = |a: usize| self.moves(a, own[a]);
            for a in 0..own.len() {
                for level in one(a) {
                    let mut point = own.clone();
                    point[a] = level;
                    for b in a + 1..own.len() {
                        for second in one(b) {
                            let mut two = point.clone();
                            two[b] = second;
                            new.push(two);
                        }
                    }
                    new.push(point);
                }
            }
        }
        self.unasked(new)
    }

    /// Levels of an axis next to one.
    fn moves(&self, axis: usize, level: u32) -> Vec<u32> {
        let Axis { len, ordered, step } = self.axes[axis];
        if !ordered {
            return (0..len).filter(|other| *other != level).collect();
        }
        let mut to = vec![level.saturating_sub(step), (level + step).min(len - 1)];
        to.retain(|other| *other != level);
        to
    }
}

/// Whether a configuration holds the constraints, and its objective; where none does, the least excess.
fn state(surface: &Surface) -> Option<(bool, f64)> {
    if let Some(&best) = ranked(surface, 1).first() {
        return Some((true, surface.points[best].objective));
    }
    nearest(surface, 1).first().map(|&point| (false, surface.points[point].excess))
}

/// Those that miss the constraints by the least, without marked ones.
fn nearest(surface: &Surface, n: usize) -> Vec<usize> {
    let misses = |i: &usize| surface.points[*i].verdict == Verdict::Misses;
    let mut list: Vec<usize> = (0..surface.points.len()).filter(misses).collect();
    list.sort_by(|&a, &b| {
        let (p, q) = (&surface.points[a], &surface.points[b]);
        p.excess.total_cmp(&q.excess).then(p.objective.total_cmp(&q.objective)).then(a.cmp(&b))
    });
    list.truncate(n);
    list
}

/// The best, without those that equal one before them in all figures.
fn best_that_differ(surface: &Surface, n: usize) -> Vec<usize> {
    let figures = |i: usize| {
        let point = &surface.points[i];
        [point.objective, point.cost, point.latency_s].map(f64::to_bits)
    };
    let mut list = ranked(surface, usize::MAX);
    // Equal ones follow one another, but for those whose costs differ.
    list.dedup_by_key(|i| figures(*i));
    list.truncate(n);
    list
}

/// Cheaper ones that just miss a constraint: the best may lie between them and those that hold it.
fn cheaper(surface: &Surface, best: usize, n: usize) -> Vec<usize> {
    let cheaper = |i: &usize| {
        let p = &surface.points[*i];
        p.verdict == Verdict::Misses && p.objective < surface.points[best].objective
    };
    let mut near: Vec<usize> = (0..surface.points.len()).filter(cheaper).collect();
    near.sort_by(|&a, &b| surface.points[a].excess.total_cmp(&surface.points[b].excess).then(a.cmp(&b)));
    near.truncate(n);
    near
}

/// Through what it looks along the axes in the end.
fn ends(surface: &Surface) -> Vec<usize> {
    let mut list = best_that_differ(surface, LINES);
    match list.first() {
        Some(&best) => list.extend(cheaper(surface, best, LINES_OF_MISSES)),
        None => list = nearest(surface, LINES_OF_MISSES),
    }
    list
}

/// What is refined.
fn candidates(surface: &Surface) -> Vec<usize> {
    let best = best_that_differ(surface, BEST);
    let mut list = best.clone();
    list.extend(nearest(surface, NEAREST));
    if let Some(&first) = best.first() {
        list.extend(cheaper(surface, first, NEAREST));
    }
    let corners: Vec<usize> = front(surface).iter().filter(|on| on.on_hull).map(|on| on.point).collect();
    // The corners on either side of the best, which are where a minute costs what it costs there.
    let around = best.first().map_or(0, |&first| {
        corners.partition_point(|&point| surface.points[point].cost < surface.points[first].cost)
    });
    let from = around.saturating_sub(CORNERS / 2);
    list.extend(corners.into_iter().skip(from).take(CORNERS));
    list.sort_unstable();
    list.dedup();
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::surface::tests::grid;
    use std::collections::BTreeMap;

    /// Searches a known surface; gives how many points it asked for and the levels of the best of them.
    fn searched(full: &Surface, sizes: &[usize]) -> (usize, Option<Levels>) {
        let by_levels: BTreeMap<Levels, usize> =
            (0..full.points.len()).map(|i| (Levels::from(full.levels_of(i)), i)).collect();
        let mut search = Search::new(&full.factors, (0..sizes.len()).collect(), 0.0);
        let mut seen = grid(&sizes.iter().map(|_| 0).collect::<Vec<_>>(), |_| 0.0);
        seen.factors.clone_from(&full.factors);
        let mut batch = search.first();
        let mut generations = 0;
        while !batch.is_empty() {
            generations += 1;
            assert!(generations < 100, "it ends");
            for levels in batch {
                let i = by_levels[&levels];
                seen.points.push(full.points[i].clone());
                seen.levels.extend(levels.iter());
            }
            batch = search.next(&seen);
        }
        let best = ranked(&seen, 1).first().map(|&i| Levels::from(seen.levels_of(i)));
        (seen.points.len(), best)
    }

    /// Costs rise with the first two axes, waits fall with the first; the third has a valley.
    fn cluster(sizes: &[usize], limit_s: f64) -> Surface {
        let mut s = grid(sizes, |l| {
            let (nodes, idle) = (f64::from(l[0] + 1), f64::from(l[1]));
            let valley = l.get(2).map_or(0.0, |&x| (f64::from(x) - 7.0).powi(2) / 10.0);
            10.0 * nodes + 0.7 * idle + valley
        });
        for i in 0..s.points.len() {
            let (nodes, idle) = (f64::from(s.levels_of(i)[0] + 1), f64::from(s.levels_of(i)[1]));
            let point = &mut s.points[i];
            point.latency_s = 3000.0 / nodes + 600.0 / (idle + 1.0);
            if point.latency_s > limit_s {
                point.verdict = Verdict::Misses;
                point.excess = point.latency_s / limit_s - 1.0;
            }
        }
        s
    }

    #[test]
    fn it_finds_what_the_full_grid_has_with_a_part_of_it() {
        for (sizes, limits) in [
            (&[40, 30][..], &[100.0, 200.0, 350.0, 700.0, 5000.0][..]),
            (&[40, 12, 20], &[110.0, 180.0, 400.0]),
        ] {
            for &limit in limits {
                let full = cluster(sizes, limit);
                let expected = ranked(&full, 1).first().map(|&i| Levels::from(full.levels_of(i)));
                let (spent, found) = searched(&full, sizes);
                assert_eq!(found, expected, "{sizes:?} within {limit}");
                assert!(spent * 4 < full.points.len(), "{spent} of {}", full.points.len());
            }
        }
    }

    /// Two valleys that no neighbours join, the deeper one narrow and off the coarse grid, along an axis from the other.
    #[test]
    fn it_looks_along_the_axes_through_the_best() {
        let sizes = [40, 30];
        let valley = |l: &[u32]| {
            let away = |x: f64, y: f64| (f64::from(l[0]) - x).abs() + (f64::from(l[1]) - y).abs();
            (100.0 + away(30.0, 20.0)).min(90.0 + 6.0 * away(3.0, 20.0))
        };
        let full = grid(&sizes, valley);
        assert_eq!(searched(&full, &sizes).1, Some(Levels::from([3, 20])));
    }

    /// Where a limit never binds, all beyond it are equal: they are no more than one candidate.
    #[test]
    fn equal_ones_are_one_candidate() {
        let s = grid(&[9, 5], |l| f64::from(l[0].min(2)) + f64::from(l[1]));
        let differ = best_that_differ(&s, 3);
        let objectives: Vec<f64> = differ.iter().map(|&i| s.points[i].objective).collect();
        assert_eq!(objectives, [0.0, 1.0, 2.0]);
    }

    #[test]
    fn without_a_solution_it_ends_at_the_nearest() {
        let full = cluster(&[40, 30], 1.0);
        let (spent, found) = searched(&full, &[40, 30]);
        assert_eq!(found, None);
        assert!(spent < full.points.len() / 4, "{spent}");
    }

    #[test]
    fn paired_axes_advance_together() {
        let s = grid(&[9, 9, 4], |_| 0.0);
        let mut search = Search::new(&s.factors, vec![0, 0, 1], 0.0);
        let first = search.first();
        assert!(first.iter().all(|point| point[0] == point[1]) && first.len() > 4, "{first:?}");
    }

    #[test]
    fn short_axes_are_run_whole() {
        let full = cluster(&[2, 2], 5000.0);
        assert_eq!(searched(&full, &[2, 2]), (4, Some(Levels::from([0, 0]))));
        let one = grid(&[1], |_| 1.0);
        assert_eq!(searched(&one, &[1]).0, 1);
    }
}
