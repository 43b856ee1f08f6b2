//! Nodes and queue over time, one column a stretch, with days or hours below.

use super::Page;
use super::style::{DIM, NODES, QUEUE, cut, left, width};
use crate::engine::record::Profile;
use crate::report::summary::Summary;
use crate::report::units::{duration_s, short, whole};

/// Eight heights; nothing at all is a space.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// More clusters are left out, and said to be.
const CLUSTERS_MAX: usize = 8;
/// Columns of the longest name, which is the service's limit.
const NAME_MAX: usize = 24;
/// Columns of the word for what a line shows.
const WHAT_COLUMNS: usize = 5;
/// Columns of highest average and peak behind a line, with the space before them.
const TOP_COLUMNS: usize = 23;
/// Columns between two marks of the axis, at least.
const MARK_COLUMNS: f64 = 12.0;

/// Sparklines of every cluster.
pub(super) fn timeline(page: &mut Page, summary: &Summary) {
    let tick_ns = (summary.tick_s * 1e9).round() as u64;
    let end = ((summary.end_s * 1e9).round() as u64).checked_div(tick_ns).unwrap_or(0);
    if end == 0 || summary.profiles.len() != summary.clusters.len() {
        return;
    }
    let shown = largest(summary);
    // A narrow page has to have room for the line itself.
    let name_max = NAME_MAX.min(page.width / 4);
    let names: Vec<String> = shown.iter().map(|&c| cut(&summary.clusters[c].name, name_max)).collect();
    let name_columns = names.iter().map(|n| width(n)).max().unwrap_or(0);
    let label = name_columns + WHAT_COLUMNS + 5;
    let columns = page.width.saturating_sub(label + TOP_COLUMNS).max(10);
    page.heading("Over time");
    for (name, &c) in names.iter().zip(&shown) {
        let profile = &summary.profiles[c];
        let nodes = summary.clusters[c].figures.facts.peak_nodes;
        for (what, ticks, peak, name, style) in [
            ("nodes", &profile.held, nodes, name.as_str(), NODES),
            ("jobs", &profile.queued, Some(profile.queued_peak), "", QUEUE),
        ] {
            let averages = resample(profile, ticks, end, columns);
            let top = averages.iter().copied().fold(0.0, f64::max);
            let line = style.paint(&sparkline(&averages, top));
            let before = format!("  {} {}  ", left(name, name_columns), left(what, WHAT_COLUMNS));
            let peak = peak.map_or(String::new(), |peak| format!(", peak {}", whole(peak.into())));
            page.line(&format!("{before}{line} {}", DIM.paint(&format!("avg {}{peak}", short(top)))));
        }
    }
    let axis = axis(summary, columns);
    for line in axis {
        page.line(&format!("{}{}", " ".repeat(label), DIM.paint(line.trim_end())));
    }
    let mut remark = format!("One column: the average over {}; ", duration_s(summary.end_s / columns as f64));
    remark.push_str("avg: the highest of these; peak: the most at any instant; jobs: those in the queue.");
    if summary.clusters.len() > CLUSTERS_MAX {
        let all = summary.clusters.len();
        remark.push_str(&format!(" The {CLUSTERS_MAX} clusters of {all} with most node-time."));
    }
    page.note(&remark);
}

/// The clusters to show, in scenario order: those with most node-time where there are too many.
fn largest(summary: &Summary) -> Vec<usize> {
    let mut order: Vec<usize> = (0..summary.clusters.len()).collect();
    let node_ticks = |c: usize| summary.clusters[c].figures.facts.node_ticks.iter().sum::<u64>();
    order.sort_by_key(|&c| std::cmp::Reverse(node_ticks(c)));
    order.truncate(CLUSTERS_MAX);
    order.sort_unstable();
    order
}

/// Averages over `columns` equal parts of [0, end).
fn resample(profile: &Profile, ticks: &[u64], end: u64, columns: usize) -> Vec<f64> {
    let stretch = f64::from(profile.stretch.max(1));
    let end = end as f64;
    let length = end / columns as f64;
    let mut averages = vec![0.0; columns];
    for (k, sum) in ticks.iter().enumerate() {
        let (from, to) = (k as f64 * stretch, ((k + 1) as f64 * stretch).min(end));
        if to <= from {
            break;
        }
        let average = *sum as f64 / (to - from);
        let first = ((from / length) as usize).min(columns - 1);
        let last = ((to / length).ceil() as usize).clamp(first + 1, columns);
        for (c, out) in averages.iter_mut().enumerate().take(last).skip(first) {
            let (left, right) = (c as f64 * length, (c + 1) as f64 * length);
            *out += average * (right.min(to) - left.max(from)).max(0.0) / length;
        }
    }
    averages
}

fn sparkline(averages: &[f64], top: f64) -> String {
    averages
        .iter()
        .map(|&a| {
            if a <= 0.0 || top <= 0.0 {
                return ' ';
            }
            let level = (a / top * LEVELS.len() as f64).ceil() as usize;
            LEVELS[level.clamp(1, LEVELS.len()) - 1]
        })
        .collect()
}

/// Steps of the axis: seconds to weeks [s].
const STEPS_S: [f64; 20] = [
    1.0,
    5.0,
    15.0,
    60.0,
    300.0,
    900.0,
    1800.0,
    3600.0,
    7200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    345_600.0,
    604_800.0,
    1_209_600.0,
    2_419_200.0,
    4_838_400.0,
    9_676_800.0,
];

/// A line of marks and a line of what they mean.
fn axis(summary: &Summary, columns: usize) -> [String; 2] {
    let column_s = summary.end_s / columns as f64;
    let step = STEPS_S.into_iter().find(|s| *s >= MARK_COLUMNS * column_s).unwrap_or(summary.end_s.max(1.0));
    // Marks stand at whole days and hours of the local clock, where there is one.
    let start: Option<jiff::Zoned> = summary.start.as_ref().and_then(|s| s.parse().ok());
    let since_midnight = start.as_ref().map_or(0.0, |z| {
        let time = z.time();
        f64::from(time.hour()) * 3600.0 + f64::from(time.minute()) * 60.0 + f64::from(time.second())
    });
    let mut marks = vec!['─'; columns];
    let mut labels = vec![' '; columns];
    let mut free_from = 0;
    let mut mark = (since_midnight / step).ceil() * step - since_midnight;
    while mark < summary.end_s {
        let column = (mark / column_s) as usize;
        let label = label(start.as_ref(), mark, step);
        let length = label.chars().count();
        if column < columns {
            marks[column] = '┴';
            if column >= free_from && column + length <= columns {
                for (cell, c) in labels[column..].iter_mut().zip(label.chars()) {
                    *cell = c;
                }
                free_from = column + length + 1;
            }
        }
        mark += step;
    }
    [marks.into_iter().collect(), labels.into_iter().collect()]
}

fn label(start: Option<&jiff::Zoned>, mark_s: f64, step: f64) -> String {
    let Some(start) = start else { return duration_s(mark_s) };
    // The clock on the wall, which may have been changed in between.
    let at = start.checked_add(jiff::SignedDuration::from_secs(mark_s as i64));
    let Ok(at) = at else { return duration_s(mark_s) };
    if at.hour() == 0 && at.minute() == 0 && at.second() == 0 || step >= 86_400.0 {
        at.strftime("%a %d %b").to_string()
    } else if step < 60.0 {
        at.strftime("%H:%M:%S").to_string()
    } else {
        at.strftime("%H:%M").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_keep_the_area() {
        let profile = Profile { stretch: 10, held: vec![20, 0, 50], ..Profile::default() };
        // 25 ticks: the last stretch has 5, and so 10 nodes on average.
        assert_eq!(resample(&profile, &profile.held, 25, 5), [2.0, 2.0, 0.0, 0.0, 10.0]);
        let coarse = resample(&profile, &profile.held, 25, 2);
        assert!((coarse.iter().sum::<f64>() * 12.5 - 70.0).abs() < 1e-9, "{coarse:?}");
    }

    #[test]
    fn the_largest_average_is_a_full_block_and_nothing_is_a_space() {
        assert_eq!(sparkline(&[0.0, 0.1, 4.0, 8.0], 8.0), " ▁▄█");
        assert_eq!(sparkline(&[0.0], 0.0), " ");
    }
}
