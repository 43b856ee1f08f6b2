//! Lines of equal value over a grid of values: marching squares between the centres of cells (Lorensen and Cline,
//! "Marching cubes", SIGGRAPH 1987, in two dimensions).

use std::collections::BTreeMap;

/// A side of a square between four centres: its lower left centre, and whether it goes up.
type Side = (usize, usize, bool);

/// Lines where a grid of values, rows of `columns`, passes `level`, in units of cells: (0, 0) is the centre of the
/// first. There is no line beside a cell without a value.
pub(super) fn contours(values: &[Option<f64>], columns: usize, level: f64) -> Vec<Vec<(f64, f64)>> {
    let rows = values.len().checked_div(columns).unwrap_or(0);
    let at = |i: usize, j: usize| values[j * columns + i];
    let mut joins: BTreeMap<Side, Vec<Side>> = BTreeMap::new();
    let mut join = |a: Side, b: Side| {
        joins.entry(a).or_default().push(b);
        joins.entry(b).or_default().push(a);
    };
    for j in 1..rows {
        for i in 1..columns {
            let (i, j) = (i - 1, j - 1);
            let corners = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
            let [Some(a), Some(b), Some(c), Some(d)] = corners else { continue };
            let above = [a, b, c, d].map(|value| value >= level);
            // Sides from the lower one on, against the clock.
            let sides = [(i, j, false), (i + 1, j, true), (i, j + 1, false), (i, j, true)];
            let crossed: Vec<Side> =
                (0..4).filter(|&n| above[n] != above[(n + 1) % 4]).map(|n| sides[n]).collect();
            match crossed[..] {
                [one, other] => join(one, other),
                // A saddle: the mean says which corners belong together.
                [lower, right, upper, left] => {
                    if ((a + b + c + d) / 4.0 >= level) == above[0] {
                        join(lower, right);
                        join(upper, left);
                    } else {
                        join(lower, left);
                        join(right, upper);
                    }
                }
                _ => {}
            }
        }
    }
    let place = |(i, j, up): Side| {
        let (x, y) = (i as f64, j as f64);
        let (from, to) = (at(i, j), if up { at(i, j + 1) } else { at(i + 1, j) });
        let share = match (from, to) {
            (Some(from), Some(to)) if from != to => ((level - from) / (to - from)).clamp(0.0, 1.0),
            _ => 0.5,
        };
        if up { (x, y + share) } else { (x + share, y) }
    };
    let mut lines = Vec::new();
    // Those with ends first; what is left goes round.
    let mut starts: Vec<Side> =
        joins.iter().filter(|(_, next)| next.len() == 1).map(|(side, _)| *side).collect();
    starts.extend(joins.keys().copied().collect::<Vec<_>>());
    for start in starts {
        let mut line = vec![place(start)];
        let mut here = start;
        while let Some(next) = joins.get_mut(&here).and_then(Vec::pop) {
            if let Some(back) = joins.get_mut(&next)
                && let Some(n) = back.iter().position(|side| *side == here)
            {
                back.swap_remove(n);
            }
            line.push(place(next));
            here = next;
        }
        if line.len() > 1 {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(columns: usize, rows: usize, value: impl Fn(f64, f64) -> f64) -> Vec<Option<f64>> {
        (0..rows)
            .flat_map(|j| (0..columns).map(move |i| (i as f64, j as f64)))
            .map(|(x, y)| Some(value(x, y)))
            .collect()
    }

    #[test]
    fn a_plane_has_one_straight_line_a_level() {
        let lines = contours(&grid(5, 4, |x, _| x), 5, 1.5);
        assert_eq!(lines, [vec![(1.5, 0.0), (1.5, 1.0), (1.5, 2.0), (1.5, 3.0)]]);
        assert!(contours(&grid(5, 4, |x, _| x), 5, 9.0).is_empty());
    }

    #[test]
    fn a_hill_has_a_ring_that_closes() {
        let lines = contours(&grid(7, 7, |x, y| -(x - 3.0).powi(2) - (y - 3.0).powi(2)), 7, -4.5);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        for (x, y) in &lines[0] {
            let radius = ((x - 3.0).powi(2) + (y - 3.0).powi(2)).sqrt();
            assert!((radius - 4.5_f64.sqrt()).abs() < 0.1, "{radius}");
        }
    }

    #[test]
    fn there_is_no_line_beside_what_has_no_value() {
        let mut values = grid(4, 2, |x, _| x);
        values[1] = None;
        assert!(contours(&values, 4, 0.5).is_empty());
        assert_eq!(contours(&values, 4, 2.5).len(), 1);
        assert!(contours(&[], 0, 1.0).is_empty());
        // A saddle has two lines, none of which cross.
        let saddle = [Some(1.0), Some(0.0), Some(0.0), Some(1.0)];
        assert_eq!(contours(&saddle, 2, 0.4).len(), 2);
    }
}
