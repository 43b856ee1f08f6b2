//! Round numbers for bands and axes of costs and latencies.

use crate::chart::{Axis, Bands, Tick};
use crate::report::units::{duration_s, number_to, short};

/// From this ratio of the highest to the lowest on, equal ratios are equal steps.
const LOG_FROM: f64 = 20.0;
/// Borders between bands, at most.
const EDGES: usize = 7;

/// Lengths that people know [s].
const ROUND_S: [f64; 41] = [
    0.001,
    0.01,
    0.1,
    0.5,
    1.0,
    2.0,
    5.0,
    10.0,
    20.0,
    30.0,
    60.0,
    120.0,
    180.0,
    300.0,
    600.0,
    900.0,
    1200.0,
    1800.0,
    2700.0,
    3600.0,
    5400.0,
    7200.0,
    10_800.0,
    14_400.0,
    21_600.0,
    28_800.0,
    43_200.0,
    86_400.0,
    172_800.0,
    259_200.0,
    345_600.0,
    604_800.0,
    1_209_600.0,
    2_419_200.0,
    4_838_400.0,
    7_776_000.0,
    15_552_000.0,
    31_536_000.0,
    63_072_000.0,
    157_680_000.0,
    315_360_000.0,
];

/// Steps by which marks of time stand apart [s].
const STEPS_S: [f64; 25] = [
    0.001,
    0.01,
    0.1,
    0.5,
    1.0,
    2.0,
    5.0,
    10.0,
    15.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1800.0,
    3600.0,
    7200.0,
    14_400.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    604_800.0,
    2_419_200.0,
];

/// Least and highest of what is finite.
pub(super) fn ends(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let fit = values.filter(|v| v.is_finite());
    fit.fold(None, |ends, v| Some(ends.map_or((v, v), |(low, high): (f64, f64)| (low.min(v), high.max(v)))))
}

/// 1, 2, 5, 10 and so on from `low` to `high`.
fn one_two_five(low: f64, high: f64) -> Vec<f64> {
    let from = libm::floor(libm::log10(low)) as i32 - 1;
    let to = libm::ceil(libm::log10(high)) as i32 + 1;
    let powers = (from..=to).flat_map(|n| [1.0, 2.0, 5.0].map(|f| f * power(n)));
    powers.filter(|v| *v > low && *v < high).collect()
}

/// A power of ten, exactly.
fn power(n: i32) -> f64 {
    if n < 0 { 1.0 / 10_f64.powi(-n) } else { 10_f64.powi(n) }
}

/// At most [`EDGES`] of the values, evenly.
fn thinned(values: Vec<f64>) -> Vec<f64> {
    let every = values.len().div_ceil(EDGES).max(1);
    values.into_iter().step_by(every).collect()
}

/// The first multiple of a step between two values, and how many there are; the values are left out unless `with_ends`.
fn run_of((low, high): (f64, f64), step: f64, with_ends: bool) -> (f64, f64) {
    let slack = step * if with_ends { 1e-9 } else { -1e-9 };
    let first = libm::ceil((low - slack) / step);
    (first, (libm::floor((high + slack) / step) - first + 1.0).max(0.0))
}

/// Whether there are at most so many of them; none is made.
fn few(ends: (f64, f64), step: f64, with_ends: bool, marks: usize) -> bool {
    run_of(ends, step, with_ends).1 <= marks as f64
}

/// Multiples of a step between two values, these left out unless `with_ends`; a thousand at most.
fn multiples(ends: (f64, f64), step: f64, with_ends: bool) -> Vec<f64> {
    let (first, n) = run_of(ends, step, with_ends);
    (0..n.min(1000.0) as usize).map(|i| (first + i as f64) * step).collect()
}

/// The least step of times with at most so many multiples between two values; beyond the longest that people know, it
/// doubles.
fn time_step(ends: (f64, f64), with_ends: bool, marks: usize) -> f64 {
    let longest = STEPS_S[STEPS_S.len() - 1];
    let longer = (1..64).map(|n| longest * f64::from(2_u32).powi(n));
    let fit = |step: &f64| few(ends, *step, with_ends, marks);
    STEPS_S.into_iter().chain(longer).find(fit).unwrap_or(f64::MAX)
}

/// The least round step with at most `marks` multiples between two values, and its decimals.
fn round_step((low, high): (f64, f64), marks: usize) -> (f64, usize) {
    let magnitude = libm::floor(libm::log10((high - low) / marks as f64)) as i32;
    let steps = (magnitude..magnitude + 3)
        .flat_map(|n| [(1.0, 0), (2.0, 0), (2.5, 1), (5.0, 0)].map(|(f, more)| (f, more, n)));
    let of = |(f, more, n): (f64, i32, i32)| (f * power(n), (more - n).max(0) as usize);
    let mut steps = steps.map(of);
    let fit = |(step, _): &(f64, usize)| few((low, high), *step, true, marks);
    steps.find(fit).unwrap_or((high - low, 2))
}

/// Bands of amounts.
pub(super) fn cost_bands(values: impl Iterator<Item = f64>) -> Bands {
    let Some((low, high)) = ends(values) else { return Bands::default() };
    let log = low > 0.0 && high / low >= LOG_FROM;
    let edges = if log {
        thinned(one_two_five(low, high)).into_iter().map(|v| (v, short_round(v))).collect()
    } else if high > low && (high - low) > high.abs() * 1e-9 {
        let (step, decimals) = round_step((low, high), EDGES);
        let inside = multiples((low, high), step, false).into_iter();
        inside.map(|v| (v, number_to(v, decimals))).collect()
    } else {
        Vec::new()
    };
    Bands { edges, ends: (short(low), short(high)), log, name: String::new() }
}

/// Bands of lengths of time [s].
pub(super) fn latency_bands(values: impl Iterator<Item = f64>) -> Bands {
    let Some((low, high)) = ends(values) else { return Bands::default() };
    // A second less is nothing to speak of.
    let log = high / low.max(1.0) >= LOG_FROM;
    let edges = if log {
        thinned(ROUND_S.into_iter().filter(|v| *v > low.max(1.0) && *v < high).collect())
    } else {
        multiples((low, high), time_step((low, high), false, EDGES), false)
    };
    let edges = edges.into_iter().map(|v| (v, duration_s(v))).collect();
    Bands { edges, ends: (duration_s(low), duration_s(high)), log, name: String::new() }
}

/// A round number without the zeros that say nothing.
fn short_round(value: f64) -> String {
    let decimals =
        (0..9).find(|d| ((value * power(*d)).round() - value * power(*d)).abs() < 1e-6 * value * power(*d));
    number_to(value, decimals.unwrap_or(2) as usize)
}

/// An axis of amounts: from a little below the least to a little above the highest, or from 0 where that is near.
pub(super) fn cost_axis((low, high): (f64, f64), marks: usize) -> Axis {
    if low > 0.0 && high / low >= LOG_FROM {
        let (min, max) = (low / 1.15, high * 1.15);
        let ticks = one_two_five(min, max);
        let every = ticks.len().div_ceil(marks + 2).max(1);
        let tick = |at: f64| Tick { at, label: short_round(at) };
        return Axis {
            min,
            max,
            log: true,
            ticks: ticks.into_iter().step_by(every).map(tick).collect(),
            labels: true,
        };
    }
    let span = if high > low { high - low } else { high.abs().max(1.0) * 0.2 };
    let min = if low >= 0.0 && low < span * 0.5 { 0.0 } else { low - span * 0.06 };
    let max = high + span * 0.06;
    let (step, decimals) = round_step((min, max), marks);
    let tick = |at: f64| Tick { at, label: number_to(at, decimals) };
    let ticks = multiples((min, max), step, true).into_iter().map(tick).collect();
    Axis { min, max, log: false, ticks, labels: true }
}

/// An axis of lengths of time [s], logarithmic where they differ much.
pub(super) fn latency_axis((low, high): (f64, f64), marks: usize) -> Axis {
    let tick = |at: f64| Tick { at, label: duration_s(at) };
    // What is far below the longest, or 0, stands at the edge.
    let least = low.max(1.0).max(high / 1e5);
    if high / least >= LOG_FROM {
        let (min, max) = (least / 1.15, high * 1.15);
        let inside: Vec<f64> = ROUND_S.into_iter().filter(|v| *v >= min && *v <= max).collect();
        let every = inside.len().div_ceil(marks + 1).max(1);
        let mut ticks: Vec<Tick> = inside.into_iter().step_by(every).map(tick).collect();
        if low < min
            && let Some(first) = ticks.first_mut()
        {
            first.label = format!("≤{}", first.label);
        }
        let min = if low < min { ticks.first().map_or(min, |t| t.at) } else { min };
        return Axis { min, max, log: true, ticks, labels: true };
    }
    time_axis((low, high), marks)
}

/// An axis of lengths of time [s] in equal steps.
pub(super) fn time_axis((low, high): (f64, f64), marks: usize) -> Axis {
    let tick = |at: f64| Tick { at, label: duration_s(at) };
    let span = if high > low { high - low } else { high.max(1.0) * 0.4 };
    let min = if low < span * 0.5 { 0.0 } else { low - span * 0.06 };
    let max = high + span * 0.06;
    let at = multiples((min, max), time_step((min, max), true, marks), true);
    Axis { min, max, log: false, ticks: at.into_iter().map(tick).collect(), labels: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(bands: Bands) -> Vec<String> {
        bands.edges.into_iter().map(|e| e.1).collect()
    }

    #[test]
    fn bands_have_round_borders_within_the_values() {
        assert_eq!(edges(cost_bands([118.0, 240.0].into_iter())), ["120", "140", "160", "180", "200", "220"]);
        assert_eq!(
            edges(cost_bands([0.31, 0.34].into_iter())),
            ["0.315", "0.320", "0.325", "0.330", "0.335"]
        );
        assert_eq!(edges(cost_bands([3.0, 900.0].into_iter())), ["5", "10", "20", "50", "100", "200", "500"]);
        assert!(cost_bands([7.0, 7.0].into_iter()).edges.is_empty());
        assert!(cost_bands([f64::NAN].into_iter()).edges.is_empty());
        assert_eq!(edges(latency_bands([60.0, 600.0].into_iter())), ["2m", "4m", "6m", "8m"]);
        let wide = edges(latency_bands([0.0, 40_000.0].into_iter()));
        assert!(wide.len() <= EDGES && wide.first().is_some_and(|e| e == "2s"), "{wide:?}");
    }

    #[test]
    fn however_long_times_are_marks_are_few() {
        for n in 0..34 {
            for ratio in [1.0, 1.001, 1.3, 4.0, 19.9, 20.1, 1e4] {
                let low = 0.7 * 2_f64.powi(n);
                let high = low * ratio;
                let axis = latency_axis((low, high), 6);
                assert!(axis.ticks.len() <= 8, "{low} {high}: {:?}", axis.ticks);
                assert!(latency_bands([low, high].into_iter()).edges.len() <= EDGES, "{low} {high}");
            }
        }
    }

    #[test]
    fn axes_hold_their_values() {
        for (low, high) in [(10.0, 11.0), (0.0, 5.0), (3.0, 3.0), (1.0, 4000.0), (120.0, 125_000.0)] {
            for axis in [cost_axis((low, high), 6), latency_axis((low, high), 6)] {
                assert!(axis.min <= low.max(1.0) && axis.max >= high, "{low} {high} {axis:?}");
                assert!((1..=8).contains(&axis.ticks.len()), "{low} {high}: {:?}", axis.ticks);
                assert!(axis.ticks.iter().all(|t| t.at >= axis.min - 1e-9 && t.at <= axis.max + 1e-9));
            }
        }
    }
}
