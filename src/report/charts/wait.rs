//! How long jobs wait: the share that has started within a time, with percentiles and objectives marked.

use super::data::Data;
use super::facts::Threshold;
use super::jobs::quantile;
use super::time_axis::of_lengths;
use crate::chart::{Axis, Figure, Ink, KeyEntry, Mark, Panel, Plot, Row, Tick};
use crate::report::units::{count, duration_s, percent};

/// Lines that can be told apart.
const CLUSTERS_MAX: usize = 6;
/// Points of a line, at most.
const POINTS: usize = 400;
/// Objectives that are marked, at most.
const RULES_MAX: usize = 4;

pub(super) fn figure(data: &Data) -> Figure {
    let waits = data.jobs.all_waits();
    let summary = &data.summary;
    let mut subtitle = format!(
        "Share of jobs that have started within a wait, {} · {} · {}.",
        count(waits.len() as u64, "job"),
        summary.clusters_in_words(),
        summary.span()
    );
    let never = summary.total.sum("jobs") - summary.total.sum("jobs_started");
    if never >= 1.0 {
        let verb = if never == 1.0 { "is" } else { "are" };
        subtitle.push_str(&format!(
            " {} never started and {verb} not shown.",
            super::capital(&count(never as u64, "job"))
        ));
    }
    let longest = waits.last().copied().unwrap_or(0.0);
    let panel = if waits.is_empty() {
        Panel::Words("No job started, and so there is no wait to show.".to_owned())
    } else if longest == 0.0 {
        let words = format!("All {} that started did so at once.", count(waits.len() as u64, "job"));
        Panel::Words(words)
    } else {
        let shown = summary.largest("jobs_started", CLUSTERS_MAX);
        if summary.clusters.len() > 1 {
            subtitle.push_str(&data.not_shown(shown.len(), "jobs"));
        }
        Panel::Plot(Box::new(plot(data, &waits, &shown)))
    };
    Figure { title: title(data, &waits), subtitle, note: String::new(), rows: vec![Row::one(panel)] }
}

/// An objective over all clusters goes before that of one, a missed one before one that is met.
fn foremost(data: &Data) -> Option<(&Threshold, &str)> {
    let all = data.summary.thresholds.iter();
    all.filter_map(|t| Some((t, t.wait_percentile()?))).min_by_key(|(t, _)| (t.met, t.cluster.is_some()))
}

fn title(data: &Data, waits: &[f64]) -> String {
    if let Some((threshold, percentile)) = foremost(data) {
        let place = threshold.cluster.as_ref().map_or_else(String::new, |c| format!(" on {c}"));
        let limit = duration_s(threshold.limit);
        let verdict = if threshold.met { "the objective is" } else { "missing the objective of" };
        if let Some(value) = threshold.value {
            return format!(
                "{percentile} % of jobs{place} start within {}, {verdict} {limit}",
                duration_s(value)
            );
        }
        if !threshold.met {
            return format!(
                "Fewer than {percentile} % of jobs{place} ever start; the objective is {percentile} % within {limit}"
            );
        }
    }
    let (Some(half), Some(most)) = (quantile(waits, 0.5), quantile(waits, 0.95)) else {
        return "No job started".to_owned();
    };
    if most == 0.0 {
        let waiting = waits.iter().filter(|w| **w > 0.0).count();
        return if waiting == 0 {
            "No job waits".to_owned()
        } else {
            format!("Fewer than 5 % of jobs wait; the longest wait is {}", duration_s(waits[waits.len() - 1]))
        };
    }
    if half == 0.0 {
        let at_once = waits.iter().take_while(|w| **w == 0.0).count() as f64 / waits.len() as f64;
        return format!("{} of jobs start at once, 95 % within {}", percent(at_once), duration_s(most));
    }
    format!("Half of the jobs start within {}, 95 % within {}", duration_s(half), duration_s(most))
}

fn plot(data: &Data, waits: &[f64], shown: &[usize]) -> Plot {
    let summary = &data.summary;
    let limits = summary.thresholds.iter().filter(|t| t.wait_percentile().is_some());
    let longest = waits.last().copied().unwrap_or(0.0);
    // An objective far beyond every wait does not press the waits together.
    let near = limits.clone().map(|t| t.limit).filter(|l| *l <= longest * 4.0);
    let max = near.fold(longest, f64::max);
    let typical = quantile(waits, 0.5).filter(|w| *w > 0.0).or_else(|| {
        let waiting = &waits[waits.iter().take_while(|w| **w == 0.0).count()..];
        quantile(waiting, 0.5)
    });
    let x = of_lengths(typical.unwrap_or(1.0), max);
    let several = shown.len() > 1;
    let mut marks = Vec::new();
    let mut key = Vec::new();
    if several {
        for (i, &c) in shown.iter().enumerate() {
            let of = &data.jobs.waits[c];
            if of.is_empty() {
                continue;
            }
            marks.push(Mark::Line(curve(of, &x), 2.0, Ink::Series(i)));
            key.push(entry(&summary.clusters[c].name, of, Ink::Series(i)));
        }
        key.push(entry("all clusters", waits, Ink::Text));
    }
    let main = if several { Ink::Text } else { Ink::Accent };
    marks.push(Mark::Line(curve(waits, &x), if several { 1.5 } else { 3.0 }, main));
    // Over the curves, so that their words can be read.
    let near = limits.filter(|t| t.limit <= x.max).take(RULES_MAX);
    marks.extend(near.enumerate().map(|(level, threshold)| rule(threshold, level)));
    marks.extend(dots(waits, &x, main, !several));
    let ticks = [0.0, 0.25, 0.5, 0.75, 1.0];
    let ticks = ticks.map(|at| Tick { at, label: format!("{:.0} %", at * 100.0) }).to_vec();
    Plot {
        heading: String::new(),
        x,
        y: Axis { min: 0.0, max: 1.04, log: false, ticks, labels: true },
        marks,
        key_width: if several { 176.0 } else { 152.0 },
        key,
    }
}

fn entry(name: &str, waits: &[f64], ink: Ink) -> KeyEntry {
    let at = |share| quantile(waits, share).map_or_else(String::new, duration_s);
    let value = format!("half {}, 95 % {}", at(0.5), at(0.95));
    KeyEntry { ink, line: true, name: name.to_owned(), value }
}

fn rule(threshold: &Threshold, level: usize) -> Mark {
    let place = threshold.cluster.as_ref().map_or_else(String::new, |c| format!(" on {c}"));
    let verdict = if threshold.met { "met" } else { "missed" };
    let label = format!(
        "objective: {} %{place} within {}, {verdict}",
        threshold.wait_percentile().unwrap_or(""),
        duration_s(threshold.limit)
    );
    Mark::RuleX { at: threshold.limit, label, level, ink: Ink::Limit }
}

/// The percentiles of the report, and the longest; what stands at the edge of the axis has no place of its own.
fn dots(waits: &[f64], x: &Axis, ink: Ink, named: bool) -> Vec<Mark> {
    let mut marks = Vec::new();
    let longest = waits.last().copied().unwrap_or(0.0);
    let words = |words: String| if named { words } else { String::new() };
    let shares = [(0.5, "half"), (0.9, "90 %"), (0.95, "95 %"), (0.99, "99 %")];
    // Over fewer jobs, the last percentiles are all the longest wait.
    for (share, name) in shares.into_iter().filter(|(share, _)| waits.len() as f64 * (1.0 - share) >= 0.5) {
        let Some(wait) = quantile(waits, share) else { continue };
        if wait > x.min && wait < longest {
            let label = words(format!("{name} within {}", duration_s(wait)));
            marks.push(Mark::Dot { at: (wait, share), label, ink });
        }
    }
    let label = words(format!("longest {}", duration_s(longest)));
    marks.push(Mark::Dot { at: (longest, 1.0), label, ink });
    marks
}

/// The share of jobs that waited no longer, in steps.
fn curve(sorted: &[f64], x: &Axis) -> Vec<(f64, f64)> {
    let n = sorted.len() as f64;
    let mut line: Vec<(f64, f64)> = Vec::new();
    let mut before = 0.0;
    let mut step = |at: f64, upto: usize| {
        let share = upto as f64 / n;
        if share > before {
            line.push((at, before));
            line.push((at, share));
            before = share;
        }
    };
    if sorted.len() <= POINTS {
        for (i, wait) in sorted.iter().enumerate() {
            if sorted.get(i + 1).is_none_or(|next| next > wait) {
                step(*wait, i + 1);
            }
        }
    } else {
        for i in 0..=POINTS {
            let share = i as f64 / POINTS as f64;
            let at =
                if x.log { x.min * libm::pow(x.max / x.min, share) } else { x.min + (x.max - x.min) * share };
            step(at, sorted.partition_point(|w| *w <= at));
        }
    }
    line.push((x.max, before));
    if line.first().is_some_and(|first| first.0 > x.min) {
        line.insert(0, (x.min, 0.0));
    }
    line
}
