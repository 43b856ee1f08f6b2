//! Cost and latency over one axis.

use super::scale::{cost_axis, ends, latency_axis};
use super::{Answer, TODAY, TOLD};
use crate::chart::{Axis, Figure, Ink, KeyEntry, Mark, Panel, Plot, Row, Swatch, Symbol, Tick};
use crate::report::charts::capital;
use crate::report::units::{count, duration_s};
use crate::stats::surface::{Factor, Point, Verdict};

/// Where levels stand: numbers in proportion, choices and numbers of very different size one after the other. Of numbers
/// about so many have labels, evenly.
pub(super) fn places(factor: &Factor, labels: usize) -> (Vec<f64>, Axis) {
    let numbers: Option<Vec<f64>> = factor.levels.iter().map(|l| l.number).collect();
    let n = factor.levels.len();
    let even = || (0..n).map(|i| i as f64).collect::<Vec<_>>();
    let proportional = numbers.filter(|all| {
        let (least, most) =
            (all.iter().copied().fold(f64::INFINITY, f64::min), all.iter().copied().fold(0.0, f64::max));
        n > 2 && all.is_sorted_by(|a, b| a < b) && (most <= 12.0 * least.max(1e-9) || least == 0.0 && n > 4)
    });
    let at = proportional.unwrap_or_else(even);
    let (first, last) = (at.first().copied().unwrap_or(0.0), at.last().copied().unwrap_or(1.0));
    let edge = if last > first { (last - first) * 0.04 } else { 0.5 };
    let every = if factor.is_numeric() { n.div_ceil(labels).max(1) } else { 1 };
    let label = |(i, text): (usize, String)| if i % every == 0 { text } else { String::new() };
    let texts = super::names(factor).into_iter().enumerate().map(label);
    let ticks = at.iter().zip(texts).map(|(at, label)| Tick { at: *at, label }).collect();
    (at, Axis { min: first - edge, max: last + edge, log: false, ticks, labels: true })
}

pub(super) fn figure(answer: &Answer<'_>) -> Figure {
    let surface = answer.surface;
    let n = surface.points.len();
    let mut subtitle = format!("{} by {}.", count(n as u64, "configuration"), surface.factors[0].label);
    if surface.points.iter().any(|p| p.verdict == Verdict::Misses) {
        subtitle.push_str(&format!(" Rings miss {}.", answer.constraints().unwrap_or_default()));
    }
    if surface.today_levels[0].is_none() {
        subtitle.push_str(&format!(" Today's {} is not among the levels.", surface.factors[0].label));
    }
    subtitle.push_str(&answer.ruled_out());
    let panels = vec![
        panel(answer, format!("Cost [{}]", surface.cost_unit), |p| p.cost, false),
        panel(answer, capital(&surface.latency_name), |p| p.latency_s, true),
    ];
    let mut key = answer.marks_key();
    if surface.latency_limit_s.is_some() {
        key.push(KeyEntry {
            ink: Ink::Limit,
            swatch: Swatch::Dashed,
            name: "limit".to_owned(),
            value: limit(answer),
        });
    }
    Figure {
        title: answer.finding(),
        subtitle,
        note: String::new(),
        rows: vec![Row::one(Panel::Key(key)), Row::one(Panel::Grid(panels))],
    }
}

fn limit(answer: &Answer<'_>) -> String {
    let limit = answer.surface.latency_limit_s.map_or_else(String::new, duration_s);
    format!("{} {limit}", answer.surface.latency_name)
}

fn panel(answer: &Answer<'_>, heading: String, value: impl Fn(&Point) -> f64, is_latency: bool) -> Panel {
    let surface = answer.surface;
    let (at, x) = places(&surface.factors[0], 9);
    let mut shown: Vec<(f64, f64, bool)> = (surface.points.iter().enumerate())
        .filter(|(_, p)| !p.verdict.is_marked() && value(p).is_finite())
        .map(|(i, p)| (at[surface.levels_of(i)[0] as usize], value(p), p.verdict == Verdict::Meets))
        .collect();
    shown.sort_by(|a, b| a.0.total_cmp(&b.0));
    let today = surface.today_levels[0].map(|level| (at[level as usize], value(&surface.today)));
    let today = today.filter(|place| place.1.is_finite());
    let limit = surface.latency_limit_s.filter(|_| is_latency);
    let all = shown.iter().map(|p| p.1).chain(today.map(|t| t.1));
    let Some((low, high)) = ends(all) else {
        return Panel::Words("No configuration has this figure, or all are ruled out.".to_owned());
    };
    let limit = limit.filter(|l| *l <= high * 3.0);
    let (low, high) = (low.min(limit.unwrap_or(low)), high.max(limit.unwrap_or(high)));
    let y = if is_latency { latency_axis((low, high), 6) } else { cost_axis((low, high), 6) };
    let line = shown.iter().map(|p| (p.0, p.1)).collect::<Vec<_>>();
    let only = |meets: bool| shown.iter().filter(|p| p.2 == meets).map(|p| (p.0, p.1)).collect::<Vec<_>>();
    let mut marks = Vec::new();
    // Between two choices there is nothing.
    if surface.factors[0].is_numeric() {
        marks.push(Mark::Line(line, 1.5, Ink::Quiet));
    }
    if let Some(limit) = limit {
        marks.push(Mark::Dashed(vec![(x.min, limit), (x.max, limit)], Ink::Limit));
        let text = format!("limit {}", duration_s(limit));
        marks.push(Mark::Label {
            at: (x.max, limit),
            text,
            anchor: crate::chart::Anchor::End,
            ink: Ink::Limit,
        });
    }
    let radius = if shown.len() > 60 { 2.5 } else { 4.0 };
    marks.push(Mark::Scatter(only(true), Symbol::Dot, radius, Ink::Accent));
    marks.push(Mark::Scatter(only(false), Symbol::Ring, radius, Ink::Muted));
    let tag = |at, symbol, text: &str| Mark::Tag {
        at,
        symbol,
        text: text.to_owned(),
        ink: Ink::Text,
        strong: true,
    };
    if let (Some(i), Some(told)) = (answer.told, answer.told())
        && value(told).is_finite()
    {
        marks.push(tag((at[surface.levels_of(i)[0] as usize], value(told)), TOLD, answer.word()));
    }
    if let Some(place) = today {
        marks.push(tag(place, TODAY, "today"));
    }
    Panel::Plot(Box::new(Plot {
        heading,
        x,
        y,
        x_name: surface.factors[0].label.clone(),
        marks,
        ..Plot::default()
    }))
}
