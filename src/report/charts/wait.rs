//! How long jobs wait: the share that has started within a time, with percentiles and objectives marked.

use super::data::Data;
use super::facts::Threshold;
use super::jobs::{quantile, quantile_of};
use super::time_axis::of_lengths;
use crate::chart::{Axis, Figure, Ink, KeyEntry, Mark, Panel, Plot, Row, Swatch, Tick};
use crate::report::units::{count, duration_s, percent, whole};

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
        count(data.jobs.judged.iter().sum(), "job"),
        summary.clusters_in_words(),
        summary.span()
    );
    let judged: u64 = data.jobs.judged.iter().sum();
    let never = judged - waits.len() as u64;
    if never > 0 {
        let verb = if never == 1 { "starts" } else { "start" };
        let which = if summary.clusters.len() > 1 { "curves end" } else { "the curve ends" };
        subtitle.push_str(&format!(
            " {} never {verb}: {which} below 100\u{a0}%.",
            super::capital(&count(never, "job"))
        ));
    }
    let turned_away = data.jobs.runs.len() as u64 - judged;
    if turned_away > 0 {
        let verb = if turned_away == 1 { "is" } else { "are" };
        let jobs = super::capital(&count(turned_away, "job"));
        subtitle.push_str(&format!(" {jobs} rejected or cancelled before the start {verb} not in it."));
    }
    let longest = waits.last().copied().unwrap_or(0.0);
    let words = |words: String| vec![Row::one(Panel::Words(words))];
    let rows = if waits.is_empty() {
        words("No job started, and so there is no wait to show.".to_owned())
    } else if longest == 0.0 {
        words(format!("All {} that started did so at once.", count(waits.len() as u64, "job")))
    } else {
        let mut shown = summary.largest("jobs_started", CLUSTERS_MAX);
        // The cluster that the title speaks of is one of them.
        let told = foremost(data).and_then(|(t, _)| data.cluster(t.cluster.as_deref()?));
        if let Some(told) = told.filter(|told| !shown.contains(told)) {
            shown.pop();
            shown.push(told);
        }
        if summary.clusters.len() > 1 {
            subtitle.push_str(&data.not_shown(shown.len(), "jobs"));
        }
        let (curves, told) = curves(data, &waits, judged, &shown);
        if curves.len() > 1 {
            subtitle.push_str(&format!(" Dots are of {}.", curves[told].name));
        }
        rows(data, &waits, &curves, told)
    };
    Figure { title: title(data, &waits, judged), subtitle, note: String::new(), rows }
}

/// An objective over all clusters goes before that of one, a missed one before one that is met.
fn foremost(data: &Data) -> Option<(&Threshold, &str)> {
    let all = data.summary.thresholds.iter();
    all.filter_map(|t| Some((t, t.wait_percentile()?))).min_by_key(|(t, _)| (t.met, t.cluster.is_some()))
}

fn title(data: &Data, waits: &[f64], judged: u64) -> String {
    if let Some((threshold, percentile)) = foremost(data) {
        let place = threshold.cluster.as_ref().map_or_else(String::new, |c| format!(" on {c}"));
        let limit = duration_s(threshold.limit);
        let verdict = if threshold.met { "the objective is" } else { "missing the objective of" };
        if let Some(value) = threshold.value {
            let when =
                if value == 0.0 { "at once".to_owned() } else { format!("within {}", duration_s(value)) };
            return format!("{percentile} % of jobs{place} start {when}, {verdict} {limit}");
        }
        if !threshold.met {
            return format!(
                "Fewer than {percentile} % of jobs{place} ever start; the objective is {percentile} % within {limit}"
            );
        }
    }
    let never = judged - waits.len() as u64;
    if never > 0 {
        let (n, of) = (whole(never), count(judged, "job"));
        return match never {
            1 if judged == 1 => "The only job never starts".to_owned(),
            1 => format!("1 of {of} never starts"),
            _ if never == judged => format!("None of {of} ever starts"),
            _ => format!("{n} of {of} never start"),
        };
    }
    let (Some(half), Some(most)) = (quantile(waits, 0.5), quantile(waits, 0.95)) else {
        return "No job started".to_owned();
    };
    let (shortest, longest) = (waits[0], waits[waits.len() - 1]);
    if most == 0.0 {
        return if longest == 0.0 {
            "No job waits".to_owned()
        } else {
            format!("Fewer than 5 % of jobs wait; the longest wait is {}", duration_s(longest))
        };
    }
    if shortest == longest {
        let who = if waits.len() == 1 { "The only job starts" } else { "All jobs start" };
        return format!("{who} after {}", duration_s(longest));
    }
    if half == 0.0 {
        let at_once = waits.iter().take_while(|w| **w == 0.0).count() as f64 / waits.len() as f64;
        return format!("{} of jobs start at once, 95 % within {}", percent(at_once), duration_s(most));
    }
    let (half, most) = (duration_s(half), duration_s(most));
    if half == most {
        return format!("95 % of the jobs start within {most}");
    }
    format!("Half of the jobs start within {half}, 95 % within {most}")
}

/// A line: whose waits, in which colour.
#[derive(Clone, Copy)]
struct Curve<'a> {
    /// Index of the cluster; `None`: all together.
    cluster: Option<usize>,
    name: &'a str,
    waits: &'a [f64],
    /// Jobs, those that never start included.
    of: u64,
    ink: Ink,
}

/// The curves, all clusters together last, and which one title and dots speak of.
fn curves<'a>(data: &'a Data, waits: &'a [f64], judged: u64, shown: &[usize]) -> (Vec<Curve<'a>>, usize) {
    let clusters = &data.summary.clusters;
    if clusters.len() < 2 {
        return (vec![Curve { cluster: None, name: "", waits, of: judged, ink: Ink::Accent }], 0);
    }
    let of = |(i, &c): (usize, &usize)| Curve {
        cluster: Some(c),
        name: &clusters[c].name,
        waits: &data.jobs.waits[c],
        of: data.jobs.judged[c],
        ink: Ink::Series(i),
    };
    let mut curves: Vec<Curve<'a>> = shown.iter().enumerate().map(of).filter(|c| c.of > 0).collect();
    curves.push(Curve { cluster: None, name: "all clusters", waits, of: judged, ink: Ink::Text });
    let told = foremost(data).and_then(|(t, _)| curve_of(data, &curves, t));
    let told = told.unwrap_or(curves.len() - 1);
    (curves, told)
}

/// The curve that an objective is about.
fn curve_of(data: &Data, curves: &[Curve<'_>], threshold: &Threshold) -> Option<usize> {
    match &threshold.cluster {
        None => Some(curves.len() - 1),
        // With one cluster there is one curve, whatever the objective calls it.
        Some(_) if curves.len() == 1 => Some(0),
        Some(name) => {
            let cluster = data.cluster(name)?;
            curves.iter().position(|curve| curve.cluster == Some(cluster))
        }
    }
}

fn rows(data: &Data, waits: &[f64], curves: &[Curve<'_>], told: usize) -> Vec<Row> {
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
    let mut marks = Vec::new();
    for (i, curve) in curves.iter().enumerate() {
        // All clusters together often run along the largest one: a thin line upon a thick one, so that both show.
        let thick = match (curve.cluster, i == told) {
            (Some(_), true) => 3.5,
            (Some(_), false) => 2.5,
            (None, true) if curves.len() > 1 => 1.5,
            (None, true) => 3.0,
            (None, false) => 1.0,
        };
        marks.push(Mark::Line(steps(curve.waits, curve.of, &x), thick, curve.ink));
    }
    // Over the curves, so that their words can be read.
    let (rules, beyond): (Vec<&Threshold>, Vec<&Threshold>) = limits.partition(|t| t.limit <= x.max);
    let rules = &rules[..rules.len().min(RULES_MAX)];
    for threshold in rules {
        // The words of several would cover the curves; they stand in the key.
        let label = if rules.len() == 1 { rule_words(threshold) } else { String::new() };
        marks.push(Mark::RuleX { at: threshold.limit, label, level: 0, ink: Ink::Limit });
        marks.extend(curve_of(data, curves, threshold).map(|c| crossing(threshold, &curves[c])));
    }
    let told = curves[told];
    marks.extend(dots(&told, &x, foremost(data).and_then(|(_, p)| p.parse().ok())));
    let ticks = [0.0, 0.25, 0.5, 0.75, 1.0];
    let ticks = ticks.map(|at| Tick { at, label: format!("{:.0} %", at * 100.0) }).to_vec();
    let plot = Plot {
        heading: String::new(),
        x,
        y: Axis { min: 0.0, max: 1.04, log: false, ticks, labels: true },
        x_name: String::new(),
        marks,
        key_width: 112.0,
        key: Vec::new(),
    };
    let plot = Row::one(Panel::Plot(Box::new(plot)));
    let several = if curves.len() > 1 { curves } else { &[] };
    let mut key: Vec<KeyEntry> = several.iter().map(entry).collect();
    if rules.len() > 1 {
        let entry = |t: &&Threshold| KeyEntry {
            ink: Ink::Limit,
            swatch: Swatch::Line,
            name: rule_words(t),
            value: String::new(),
        };
        key.extend(rules.iter().map(entry));
    }
    // Off the picture, but not out of it.
    key.extend(beyond.iter().take(RULES_MAX).map(|t| KeyEntry {
        ink: Ink::Limit,
        swatch: Swatch::Line,
        name: rule_words(t),
        value: "to the right of the axis".to_owned(),
    }));
    if key.is_empty() {
        return vec![plot];
    }
    vec![Row::one(Panel::Key(key)), plot]
}

fn entry(curve: &Curve<'_>) -> KeyEntry {
    let at = |share| quantile_of(curve.waits, curve.of, share).map_or_else(|| "never".to_owned(), duration_s);
    let value = format!("p50 {}, p95 {}", at(0.5), at(0.95));
    KeyEntry { ink: curve.ink, swatch: Swatch::Line, name: curve.name.to_owned(), value }
}

fn rule_words(threshold: &Threshold) -> String {
    let place = threshold.cluster.as_ref().map_or_else(String::new, |c| format!(" on {c}"));
    let verdict = if threshold.met { "met" } else { "missed" };
    format!(
        "objective: {} %{place} within {}, {verdict}",
        threshold.wait_percentile().unwrap_or(""),
        duration_s(threshold.limit)
    )
}

/// The share of the jobs in the picture that the limit of an objective lets start in time.
fn crossing(threshold: &Threshold, curve: &Curve<'_>) -> Mark {
    let n = curve.of as usize;
    let within = curve.waits.partition_point(|w| *w <= threshold.limit);
    // Rounded down: 90.0 % would say that an objective of 90 % is met, which 89.96 % misses.
    let share = within as f64 / n as f64;
    let tenths = (within as u64 * 1000 / n as u64) as f64 / 10.0;
    let said = if within == n { "all".to_owned() } else { format!("{tenths:.1} %") };
    let text = format!("{said} within {}", duration_s(threshold.limit));
    Mark::Note { at: (threshold.limit, share), text, ink: Ink::Limit }
}

/// The percentiles of the report and that of the objective, and the longest; what stands at the edge of the axis has no
/// place of its own.
fn dots(curve: &Curve<'_>, x: &Axis, objective: Option<f64>) -> Vec<Mark> {
    let mut marks = Vec::new();
    let (waits, ink) = (curve.waits, curve.ink);
    let longest = waits.last().copied().unwrap_or(0.0);
    let mut percentiles = vec![50.0, 90.0, 95.0, 99.0];
    percentiles.extend(objective.filter(|p| !percentiles.contains(p)));
    // Over fewer jobs, the last percentiles are all the longest wait.
    for p in percentiles.into_iter().filter(|p| curve.of as f64 * (1.0 - p / 100.0) >= 0.5) {
        let Some(wait) = quantile_of(waits, curve.of, p / 100.0) else { continue };
        if wait > x.min && wait < longest {
            marks.push(Mark::Dot { at: (wait, p / 100.0), label: format!("p{p} {}", duration_s(wait)), ink });
        }
    }
    let all = waits.len() as f64 / curve.of as f64;
    if !waits.is_empty() {
        marks.push(Mark::Dot { at: (longest, all), label: format!("max {}", duration_s(longest)), ink });
    }
    marks
}

/// The share of jobs that started after no longer a wait, in steps.
fn steps(sorted: &[f64], of: u64, x: &Axis) -> Vec<(f64, f64)> {
    let n = of as f64;
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
