//! What chance does: the objective in each replication, of the best and of today.

use super::scale::{cost_axis, ends, time_axis};
use super::{Answer, settings_of};
use crate::chart::{Figure, Panel, Row, Strip, Strips};
use crate::report::charts::capital;
use crate::report::units::{count, duration_s, number_to, short_decimals};
use crate::stats::surface::best;
use crate::stats::{Estimate, Paired};

/// Runners-up that are shown, at most.
const RIVALS: usize = 5;

pub(super) fn figure(answer: &Answer<'_>) -> Figure {
    let surface = answer.surface;
    let n = surface.replications as u64;
    let name = &surface.objective_name;
    let unit = match surface.objective_unit.as_str() {
        // Times say theirs.
        "" | "s" => String::new(),
        unit => format!(" [{unit}]"),
    };
    let what = format!(
        "{}{unit} in {}: strokes; dot and bar: their mean with its 95 % interval. Differences are paired by replication; \
         one within its ± may be chance.",
        capital(name),
        count(n, "replication")
    );
    let Some(told) = answer.told else {
        let rows = super::words("No configuration of the sweep may be chosen.");
        return Figure { title: answer.finding(), subtitle: what, note: String::new(), rows };
    };
    // First, and not in the row: where the picture is small, a row has no room for it.
    let settings = match surface.settings_of(told) {
        none if none.is_empty() => String::new(),
        settings => format!("{}: {settings}. ", capital(answer.word())),
    };
    let mut subtitle = format!("{settings}{what} Of the others, what is set otherwise.");
    let own = surface.objectives_of(told);
    let others: Vec<usize> =
        best::ranked(surface, RIVALS + 1).into_iter().filter(|&p| p != told).take(RIVALS).collect();
    let is_time = surface.objective_unit == "s";
    let strip = |label: &str, detail, values: &[f64], beside| strip(label, detail, values, beside, is_time);
    let mut rows = vec![strip(answer.word(), String::new(), own, None)];
    rows[0].strong = true;
    rows[0].text = "–".to_owned();
    rows.push(strip("today", String::new(), &surface.today_objectives, Some(own)));
    for (k, &point) in others.iter().enumerate() {
        let label = format!("{}.", k + 2);
        let (levels, first) = (surface.levels_of(point), surface.levels_of(told));
        let other: Vec<usize> = (0..levels.len()).filter(|&axis| levels[axis] != first[axis]).collect();
        // What is not named is as in the recommended one.
        let settings = settings_of(surface, point, &other);
        rows.push(strip(&label, settings, surface.objectives_of(point), Some(own)));
    }
    let never: Vec<String> = rows.iter().filter(|r| r.values.is_empty()).map(|r| r.label.clone()).collect();
    rows.retain(|r| !r.values.is_empty());
    if !never.is_empty() {
        subtitle.push_str(&format!(" Without a finite figure: {}.", never.join(", ")));
    }
    let all = rows
        .iter()
        .flat_map(|r| r.values.iter().copied().chain(r.interval.map(|i| i.0)).chain(r.interval.map(|i| i.1)));
    let ends = ends(all).unwrap_or((0.0, 1.0));
    let axis = if is_time { time_axis(ends, 6) } else { cost_axis(ends, 6) };
    let strips = Strips {
        heading: String::new(),
        text_heading: "Difference".to_owned(),
        rows,
        // Strips have no logarithmic axis.
        ends: (axis.min, axis.max),
        ticks: axis.ticks,
    };
    let title = title(answer, told, &others);
    Figure { title, subtitle, note: String::new(), rows: vec![Row::one(Panel::Strips(strips))] }
}

fn strip(label: &str, detail: String, values: &[f64], beside: Option<&[f64]>, is_time: bool) -> Strip {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let estimate = Estimate::of(&finite);
    let mean = estimate.as_ref().map_or(0.0, |e| e.mean);
    let interval = estimate.and_then(|e| e.half_width).map(|half| (mean - half, mean + half));
    let paired = beside.and_then(|own| best::beside(own, values));
    let text = paired.as_ref().map_or_else(String::new, |paired| difference(paired, is_time));
    Strip { label: label.to_owned(), detail, values: finite, mean, interval, text, strong: false }
}

/// `+3.2 ± 1.1` or `+12s ± 4s`, and whether that may be chance.
fn difference(paired: &Paired, is_time: bool) -> String {
    let mean = paired.difference.mean;
    let decimals = short_decimals(mean.abs().max(paired.difference.half_width.unwrap_or(0.0)));
    let sign = if mean >= 0.0 { "+" } else { "-" };
    let text = |v: f64| if is_time { duration_s(v) } else { number_to(v, decimals) };
    let half = paired.difference.half_width.map_or_else(String::new, |h| format!(" ± {}", text(h)));
    if mean == 0.0 && paired.difference.half_width == Some(0.0) {
        return "the same".to_owned();
    }
    let chance = if paired.separated() == Some(false) { " (chance?)" } else { "" };
    format!("{sign}{}{half}{chance}", text(mean.abs()))
}

fn title(answer: &Answer<'_>, told: usize, others: &[usize]) -> String {
    let surface = answer.surface;
    if !answer.holds {
        return answer.finding();
    }
    let objective = answer.objective(surface.points[told].objective);
    let close = best::not_separated(surface, told).unwrap_or(0) as u64;
    if others.is_empty() {
        return format!("Only one configuration holds {}: {}", answer.constraints_short(), objective);
    }
    match close {
        0 => format!(
            "The recommended configuration ({}) is ahead of all others by more than chance",
            objective
        ),
        1 => format!("One other configuration may be as good as the recommended ({})", objective),
        n => format!(
            "{} others may be as good as the recommended configuration ({})",
            crate::report::units::whole(n),
            objective
        ),
    }
}
