//! The Pareto front of cost against latency, and what a minute less of waiting costs along it.

use super::{Point, Surface};

/// A point of the front.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OnFront {
    /// Number of the point in the surface.
    pub point: usize,
    /// What a minute less of latency costs between the next cheaper point of the front and this one [cost unit / min]:
    /// (difference of cost) / (difference of latency). `None` for the cheapest.
    pub minute_cost: Option<f64>,
    /// Whether it is on the lower convex hull of the front, where the price of a minute rises steadily. Steps below
    /// [`RESOLUTION`] are none: histograms know latencies to 1/64, and such a step would have a price by accident.
    pub on_hull: bool,
}

/// The points that no other beats in both cost and latency, from the cheapest (and slowest) to the fastest. Marked
/// configurations are never on it, nor are points without a cost or whose jobs never start; of points that are equal in
/// both, the first is taken.
#[must_use]
pub fn front(surface: &Surface) -> Vec<OnFront> {
    let fit = |p: &Point| !p.verdict.is_marked() && p.cost.is_finite() && p.latency_s.is_finite();
    let mut order: Vec<usize> = (0..surface.points.len()).filter(|&i| fit(&surface.points[i])).collect();
    let at = |i: usize| (surface.points[i].cost, surface.points[i].latency_s);
    order.sort_by(|&a, &b| {
        let ((cost_a, wait_a), (cost_b, wait_b)) = (at(a), at(b));
        cost_a.total_cmp(&cost_b).then(wait_a.total_cmp(&wait_b)).then(a.cmp(&b))
    });
    let mut best = f64::INFINITY;
    order.retain(|&i| {
        let better = at(i).1 < best;
        if better {
            best = at(i).1;
        }
        better
    });
    let hull = hull(&order, at);
    let minute = |before: usize, this: usize| {
        let ((cost_a, wait_a), (cost_b, wait_b)) = (at(before), at(this));
        (cost_b - cost_a) / ((wait_a - wait_b) / 60.0)
    };
    let before = |n: usize| n.checked_sub(1).map(|m| order[m]);
    let of = |(n, &point): (usize, &usize)| OnFront {
        point,
        minute_cost: before(n).map(|before| minute(before, point)),
        on_hull: hull.contains(&n),
    };
    order.iter().enumerate().map(of).collect()
}

/// Least share of a latency by which a step of the hull is faster.
pub const RESOLUTION: f64 = 1.0 / 32.0;

/// Places in `order` of the lower convex hull (Andrew's monotone chain).
fn hull(order: &[usize], at: impl Fn(usize) -> (f64, f64)) -> Vec<usize> {
    let mut hull: Vec<usize> = Vec::new();
    let mut last = f64::INFINITY;
    for (n, &point) in order.iter().enumerate() {
        let (x, y) = at(point);
        if y > last * (1.0 - RESOLUTION) {
            continue;
        }
        last = y;
        while let [.., a, b] = hull[..] {
            let ((ax, ay), (bx, by)) = (at(order[a]), at(order[b]));
            // The middle one stays only where the line turns upwards there.
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0.0 {
                break;
            }
            hull.pop();
        }
        hull.push(n);
    }
    hull
}

#[cfg(test)]
mod tests {
    use super::super::tests::surface;
    use super::*;
    use crate::stats::surface::Verdict;

    #[test]
    fn the_front_is_what_nothing_beats() {
        // (cost, latency): the third is beaten by the second, the fifth equals the fourth.
        let mut s =
            surface(&[(10.0, 600.0), (12.0, 300.0), (13.0, 400.0), (20.0, 60.0), (20.0, 60.0), (9.0, 600.0)]);
        let found = front(&s);
        assert_eq!(found.iter().map(|f| f.point).collect::<Vec<_>>(), [5, 1, 3]);
        // 3 more for 5 minutes less; 8 more for 4 minutes less.
        assert_eq!(found.iter().map(|f| f.minute_cost).collect::<Vec<_>>(), [None, Some(0.6), Some(2.0)]);
        assert!(found.iter().all(|f| f.on_hull));
        s.points[1].verdict = Verdict::Rejects;
        s.points[5].latency_s = f64::INFINITY;
        // The third is now on the front: 3 for 200 s, then 7 for 340 s.
        assert_eq!(front(&s).iter().map(|f| f.point).collect::<Vec<_>>(), [0, 2, 3]);
    }

    #[test]
    fn what_is_above_the_hull_says_so() {
        let s = surface(&[(10.0, 600.0), (19.0, 500.0), (20.0, 60.0)]);
        assert_eq!(front(&s).iter().map(|f| f.on_hull).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(front(&surface(&[])), []);
    }
}
