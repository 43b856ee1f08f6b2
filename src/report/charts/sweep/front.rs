//! Cost against latency: all configurations, and the front of those that nothing beats in both.

use super::scale::{cost_axis, ends, latency_axis};
use super::{Answer, TODAY, TOLD, settings_of, words};
use crate::chart::{Axis, Figure, Ink, KeyEntry, Mark, Panel, Plot, Row, Swatch, Symbol};
use crate::report::charts::capital;
use crate::report::units::{count, duration_s, short};
use crate::stats::surface::front::{OnFront, front};
use crate::stats::surface::{Surface, Verdict};
use std::collections::BTreeSet;

/// Points that are drawn, at most.
const POINTS: usize = 2000;
/// Points of the front that have words beside the four that always have.
const WORDS: usize = 4;
/// Costs beyond this multiple of the dearest of the front are not in the picture.
const DEAR: f64 = 1.6;

pub(super) fn figure(answer: &Answer<'_>) -> Figure {
    let surface = answer.surface;
    let front = front(surface);
    let title = title(answer, &front);
    let (Some(cheapest), Some(fastest)) = (front.first(), front.last()) else {
        let subtitle = format!("Cost against {}.{}", surface.latency_name, answer.ruled_out());
        let rows = words("No configuration has both a cost and a latency, or all are ruled out.");
        return Figure { title, subtitle, note: String::new(), rows };
    };
    let place = |i: usize| (surface.points[i].latency_s, surface.points[i].cost);
    let today = (surface.today.latency_s, surface.today.cost);
    let today = Some(today).filter(|t| t.0.is_finite() && t.1.is_finite());
    let told = answer.told.map(place).filter(|t| t.0.is_finite() && t.1.is_finite());
    let dearest = [place(fastest.point).1]
        .into_iter()
        .chain(today.map(|t| t.1))
        .chain(told.map(|t| t.1))
        .fold(0.0, f64::max);
    let fit = |i: &usize| {
        let p = &surface.points[*i];
        !p.verdict.is_marked() && p.cost.is_finite() && p.latency_s.is_finite()
    };
    let all: Vec<usize> = (0..surface.points.len()).filter(fit).collect();
    let near: Vec<usize> =
        all.iter().copied().filter(|&i| surface.points[i].cost <= dearest * DEAR).collect();
    let marked = [told, today].into_iter().flatten();
    let waits = near.iter().map(|&i| place(i).0).chain(marked.map(|m| m.0));
    let x = latency_axis(ends(waits).unwrap_or((0.0, 1.0)), 10);
    let costs = near.iter().map(|&i| place(i).1).chain(today.map(|t| t.1)).chain(told.map(|t| t.1));
    let y = cost_axis(ends(costs).unwrap_or((0.0, 1.0)), 7);
    let drawn = thinned(surface, &near, (&x, &y));
    let mut subtitle = format!(
        "Cost [{}] upwards against {} to the right, {}.",
        surface.cost_unit,
        surface.latency_name,
        count(all.len() as u64, "configuration")
    );
    if drawn.len() < near.len() {
        subtitle.push_str(&format!(
            " Of those close together one is drawn: {} in all.",
            count(drawn.len() as u64, "point")
        ));
    }
    if near.len() < all.len() {
        subtitle.push_str(&format!(" {} above the picture.", are(all.len() - near.len(), "dearer one")));
    }
    subtitle.push_str(&answer.ruled_out());
    let varying = varying(surface, &front);
    subtitle.push_str(&shared(surface, &front, &varying));
    let mut marks = Vec::new();
    let of = |meets: bool| -> Vec<(f64, f64)> {
        drawn
            .iter()
            .filter(|&&i| (surface.points[i].verdict == Verdict::Meets) == meets)
            .map(|&i| place(i))
            .collect()
    };
    let (holding, missing) = (of(true), of(false));
    let radius = if drawn.len() > 400 { 2.0 } else { 3.0 };
    let misses = !missing.is_empty();
    let holds = !holding.is_empty();
    marks.push(Mark::Scatter(missing, Symbol::Cross, radius + 1.0, Ink::Quiet));
    marks.push(Mark::Scatter(holding, Symbol::Dot, radius, Ink::Quiet));
    if let Some(limit) = surface.latency_limit_s.filter(|l| *l <= x.max && *l >= x.min) {
        marks.push(Mark::RuleX {
            at: limit,
            label: format!("limit {}", duration_s(limit)),
            level: 0,
            ink: Ink::Limit,
        });
    }
    marks.push(Mark::Line(steps(&front, place), 2.0, Ink::Accent));
    let dots: Vec<(f64, f64)> = front.iter().map(|f| place(f.point)).collect();
    marks.push(Mark::Scatter(dots, Symbol::Dot, if front.len() > 40 { 2.5 } else { 4.0 }, Ink::Accent));
    let tag = |at, symbol, text: String, strong| Mark::Tag {
        at,
        symbol,
        text,
        ink: if strong { Ink::Text } else { Ink::Accent },
        strong,
    };
    if let Some(at) = told {
        marks.push(tag(at, TOLD, answer.word().to_owned(), true));
    }
    if let Some(at) = today {
        marks.push(tag(at, TODAY, "today".to_owned(), true));
    }
    for point in labelled(answer, &front, (&x, &y)) {
        let said = differences(answer, point, &varying);
        let said = match point {
            p if p == cheapest.point => format!("cheapest: {said}"),
            p if p == fastest.point => format!("fastest: {said}"),
            _ => said,
        };
        marks.push(tag(place(point), Symbol::Dot, said, false));
    }
    let mut key = answer.marks_key();
    let entry = |ink, swatch, name: String| KeyEntry { ink, swatch, name, value: String::new() };
    let n = count(front.len() as u64, "configuration");
    key.push(entry(Ink::Accent, Swatch::Line, format!("the front, {n}: nothing is both cheaper and faster")));
    if holds && misses {
        key.push(entry(
            Ink::Quiet,
            Swatch::Symbol(Symbol::Dot),
            format!("holds {}", answer.constraints_short()),
        ));
    }
    if misses {
        key.push(entry(
            Ink::Muted,
            Swatch::Symbol(Symbol::Cross),
            format!("misses {}", answer.constraints_short()),
        ));
    }
    let plot = Plot { x, y, x_name: surface.latency_name.clone(), marks, ..Plot::default() };
    Figure {
        title,
        subtitle,
        note: String::new(),
        rows: vec![Row::one(Panel::Key(key)), Row::one(Panel::Plot(Box::new(plot)))],
    }
}

/// `1 dearer one is`, `3 dearer ones are`.
fn are(n: usize, what: &str) -> String {
    format!("{} {}", count(n as u64, what), if n == 1 { "is" } else { "are" })
}

fn title(answer: &Answer<'_>, front: &[OnFront]) -> String {
    let surface = answer.surface;
    let at = |f: &OnFront| &surface.points[f.point];
    let (Some(cheapest), Some(fastest)) = (front.first().map(at), front.last().map(at)) else {
        return answer.no_front();
    };
    let told = answer.told().filter(|p| p.cost.is_finite() && p.latency_s.is_finite());
    let told = told.map_or_else(String::new, |p| {
        format!("; {}: {} for {}", answer.word(), duration_s(p.latency_s), short(p.cost))
    });
    let name = capital(&surface.latency_name);
    if front.len() == 1 {
        return format!(
            "One configuration is both the cheapest and the fastest: {} at {}{told}",
            answer.cost(cheapest.cost),
            duration_s(cheapest.latency_s)
        );
    }
    format!(
        "{name} from {} down to {} costs from {} to {}{told}",
        duration_s(cheapest.latency_s),
        duration_s(fastest.latency_s),
        short(cheapest.cost),
        answer.cost(fastest.cost)
    )
}

/// The border of what the front beats.
fn steps(front: &[OnFront], place: impl Fn(usize) -> (f64, f64)) -> Vec<(f64, f64)> {
    let mut line: Vec<(f64, f64)> = Vec::new();
    for f in front {
        let (x, y) = place(f.point);
        if let Some(&(before, _)) = line.last() {
            line.push((before, y));
        }
        line.push((x, y));
    }
    line
}

/// Of points so close that they cover each other the first, with ever coarser cells until there are few enough.
pub(super) fn thinned(surface: &Surface, points: &[usize], (x, y): (&Axis, &Axis)) -> Vec<usize> {
    let mut cells = 400.0;
    loop {
        let mut taken = BTreeSet::new();
        let first = |&&i: &&usize| {
            let p = &surface.points[i];
            let at = |axis, value, n: f64| (share(axis, value) * n) as i64;
            taken.insert((at(x, p.latency_s, cells), at(y, p.cost, cells * 0.6), p.verdict == Verdict::Meets))
        };
        let kept: Vec<usize> = points.iter().filter(first).copied().collect();
        if kept.len() <= POINTS || points.len() <= POINTS {
            return if points.len() <= POINTS { points.to_vec() } else { kept };
        }
        cells *= 0.8;
    }
}

/// Axes that change along the front.
fn varying(surface: &Surface, front: &[OnFront]) -> Vec<usize> {
    let levels = |f: &OnFront| surface.levels_of(f.point);
    let first = front.first().map(levels).unwrap_or_default();
    (0..first.len()).filter(|&k| front.iter().any(|f| levels(f)[k] != first[k])).collect()
}

/// What all of the front have in common.
fn shared(surface: &Surface, front: &[OnFront], varying: &[usize]) -> String {
    let Some(first) = front.first().filter(|_| front.len() > 1) else { return String::new() };
    let common: Vec<usize> = (0..surface.factors.len()).filter(|k| !varying.contains(k)).collect();
    if common.is_empty() {
        String::new()
    } else {
        format!(" All on the front have {}.", settings_of(surface, first.point, &common))
    }
}

/// What is set otherwise than in what is recommended; where that is long, its figures.
fn differences(answer: &Answer<'_>, point: usize, varying: &[usize]) -> String {
    /// More letters would cover the picture.
    const LONG: usize = 34;
    let surface = answer.surface;
    let levels = surface.levels_of(point);
    let own = answer.told.map(|told| surface.levels_of(told));
    let other: Vec<usize> =
        varying.iter().copied().filter(|&k| own.is_none_or(|own| own[k] != levels[k])).collect();
    let said = settings_of(surface, point, &other);
    if said.is_empty() || said.chars().count() > LONG {
        let p = &surface.points[point];
        return format!("{} for {}", duration_s(p.latency_s), short(p.cost));
    }
    said
}

/// A place as a share of an axis.
fn share(axis: &Axis, value: f64) -> f64 {
    let of = |v: f64| if axis.log { libm::log(v.max(axis.min)) } else { v };
    (of(value) - of(axis.min)) / (of(axis.max) - of(axis.min))
}

/// Points of the front that have words: the ends, then those of the hull where the price of a minute changes most and
/// that stand apart from each other.
fn labelled(answer: &Answer<'_>, front: &[OnFront], (x, y): (&Axis, &Axis)) -> Vec<usize> {
    /// Parts of the picture that two of them are apart.
    const APART: f64 = 0.1;
    /// A price that rises by less is no bend.
    const BEND: f64 = 1.3;
    let surface = answer.surface;
    let mut named: Vec<usize> =
        [front.first(), front.last()].into_iter().flatten().map(|f| f.point).collect();
    named.dedup();
    named.retain(|point| Some(*point) != answer.told);
    let hull: Vec<usize> = front.iter().filter(|f| f.on_hull).map(|f| f.point).collect();
    let place = |i: usize| (surface.points[i].cost, surface.points[i].latency_s);
    let slope = |a: usize, b: usize| (place(b).0 - place(a).0) / (place(a).1 - place(b).1);
    let bend = |w: &[usize]| (slope(w[1], w[2]) / slope(w[0], w[1]), w[1]);
    let mut bends: Vec<(f64, usize)> = hull.windows(3).map(bend).filter(|b| b.0 >= BEND).collect();
    bends.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut taken: Vec<usize> = named.iter().copied().chain(answer.told).collect();
    for (_, point) in bends {
        let near = |&other: &usize| {
            let (a, b) = (place(point), place(other));
            let dx = (share(x, a.1) - share(x, b.1)).abs();
            dx.max((share(y, a.0) - share(y, b.0)).abs()) < APART
        };
        if named.len() < WORDS + 2 && !taken.iter().any(near) {
            named.push(point);
            taken.push(point);
        }
    }
    named
}
