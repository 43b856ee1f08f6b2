//! Which axis matters most, which pairs act together, and how.

use super::line::places;
use super::scale::{cost_axis, ends, latency_axis};
use super::{Answer, words};
use crate::chart::{Bar, BarRow, Bars, Figure, Ink, Mark, Panel, Plot, Row, Size, Symbol, Tone};
use crate::report::answer::too_few;
use crate::report::charts::capital;
use crate::report::units::{count, percent};
use crate::stats::surface::Surface;
use crate::stats::surface::effects::{Effects, Untold, effects};

/// Axes in bars, at most.
const AXES: usize = 6;
/// Pairs in bars, at most.
const PAIRS: usize = 3;
/// Axes with curves of each response, at most.
const CURVES: usize = 2;
/// What is less has no bar of its own.
const TELLING: f64 = 0.005;

/// The effects on one figure.
struct Response {
    /// `cost`, `p95 wait`.
    name: String,
    effects: Effects,
    is_latency: bool,
}

impl Response {
    /// Something changes it.
    fn varies(&self) -> bool {
        let e = &self.effects;
        e.main.iter().map(|m| m.share).chain(e.interactions.iter().map(|i| i.share)).any(|share| share > 0.0)
    }

    /// Axes, the one that matters most first.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.effects.main.len()).collect();
        order.sort_by(|a, b| self.effects.main[*b].share.total_cmp(&self.effects.main[*a].share));
        order
    }
}

pub(super) fn figure(answer: &Answer<'_>) -> Figure {
    let surface = answer.surface;
    let cost = effects(surface, |p| p.cost);
    let latency = effects(surface, |p| p.latency_s);
    let response = |name: &str, effects, is_latency| Response { name: name.to_owned(), effects, is_latency };
    let untold = [("cost", &cost), (&surface.latency_name, &latency)];
    let untold: Vec<(&str, String)> =
        untold.into_iter().filter_map(|(name, e)| Some((name, why(e)?))).collect();
    let mut responses: Vec<Response> = cost.map(|e| response("cost", e, false)).into_iter().collect();
    responses.extend(latency.map(|e| response(&surface.latency_name, e, true)));
    if let ([(_, why), ..], []) = (&untold[..], &responses[..]) {
        let names: Vec<&str> = untold.iter().map(|u| u.0).collect();
        let mut subtitle = format!("{}.", capital(why));
        subtitle.push_str(&answer.ruled_out());
        let rows = words(
            "Shares of the variance need half of the grid of these values, or four configurations for each value that \
             a model of single axes can choose.",
        );
        let title = format!("What moves {} is not told: too few configurations", names.join(" and "));
        return Figure { title, subtitle, note: String::new(), rows };
    }
    let title = title(surface, &responses);
    let mut subtitle =
        "Share of the variance that an axis explains alone, and two together beyond that; means by level."
            .to_owned();
    let n = responses.iter().map(|r| r.effects.n).min().unwrap_or(0);
    subtitle.push_str(&format!(" {}.", capital(&count(n as u64, "configuration"))));
    subtitle.push_str(&answer.ruled_out());
    let rest =
        surface.points.iter().filter(|p| !p.verdict.is_marked() && p.latency_s == f64::INFINITY).count()
            as u64;
    if rest > 0 {
        subtitle.push_str(&format!(
            " {} whose jobs never start not counted for {}.",
            count(rest, "configuration"),
            surface.latency_name
        ));
    }
    for (name, why) in &untold {
        subtitle.push_str(&format!(" {} is not told: {why}.", capital(name)));
    }
    responses.retain(Response::varies);
    if !responses.iter().all(|r| tells_pairs(surface, r)) {
        subtitle.push_str(" For pairs of some axes these are too few.");
    }
    if responses.is_empty() {
        let rows = words("No axis changes the cost or the latency of any configuration.");
        return Figure { title, subtitle, note: String::new(), rows };
    }
    let row = Row {
        size: Size::Part(1.0),
        panels: vec![
            (1.0, Panel::Bars(bars(surface, &responses))),
            (1.15, Panel::Grid(curves(surface, &responses))),
        ],
    };
    Figure { title, subtitle, note: String::new(), rows: vec![row] }
}

/// Why a figure's effects are not told, where there are too few configurations.
fn why(found: &Result<Effects, Untold>) -> Option<String> {
    match found {
        Err(Untold::TooFew { points, values }) => Some(too_few(*points, *values)),
        _ => None,
    }
}

fn title(surface: &Surface, responses: &[Response]) -> String {
    let first = |r: &Response| {
        let axis = *r.order().first()?;
        Some((surface.factors[axis].label.clone(), r.effects.main[axis].share, r.name.clone()))
    };
    let told: Vec<(String, f64, String)> =
        responses.iter().filter(|r| r.varies()).filter_map(first).collect();
    match &told[..] {
        [] => "No axis changes anything".to_owned(),
        _ if surface.factors.len() == 1 => {
            let names: Vec<&str> = told.iter().map(|t| t.2.as_str()).collect();
            format!("{} changes {}", told[0].0, names.join(" and "))
        }
        [(axis, share, name)] => format!("{axis} matters most for {name} ({})", percent(*share)),
        [(a, share_a, name_a), (b, share_b, name_b), ..] if a == b => {
            format!(
                "{a} matters most for {name_a} ({}) and for {name_b} ({})",
                percent(*share_a),
                percent(*share_b)
            )
        }
        [(a, share_a, name_a), (b, share_b, name_b), ..] => {
            format!(
                "{a} matters most for {name_a} ({}), {b} for {name_b} ({})",
                percent(*share_a),
                percent(*share_b)
            )
        }
    }
}

/// Whether it has a share for each pair of axes.
fn tells_pairs(surface: &Surface, response: &Response) -> bool {
    let n = surface.factors.len();
    response.effects.interactions.len() == n * n.saturating_sub(1) / 2
}

/// Of each group those that matter most for one response or the other.
fn bars(surface: &Surface, responses: &[Response]) -> Bars {
    let most =
        |share: &dyn Fn(&Effects) -> f64| responses.iter().map(|r| share(&r.effects)).fold(0.0, f64::max);
    let bar = |share: f64| Bar { value: share, text: percent(share) };
    let row = |label: String, share: &dyn Fn(&Effects) -> f64, tone| BarRow {
        group: String::new(),
        label,
        bars: responses.iter().map(|r| bar(share(&r.effects))).collect(),
        tone,
    };
    // Of an axis with one value among what is counted, nothing is known.
    let of_axis = |a: usize, tone| {
        let mut row = row(surface.factors[a].label.clone(), &|e| e.main[a].share, tone);
        for (bar, response) in row.bars.iter_mut().zip(responses) {
            if response.effects.main[a].means.iter().flatten().count() < 2 {
                bar.text = "one value left".to_owned();
            }
        }
        row
    };
    let n = surface.factors.len();
    let mut axes: Vec<usize> = (0..n).collect();
    axes.sort_by(|a, b| most(&|e| e.main[*b].share).total_cmp(&most(&|e| e.main[*a].share)));
    let strongest: Vec<usize> = responses.iter().filter_map(|r| r.order().first().copied()).collect();
    let mut rows: Vec<BarRow> = axes
        .iter()
        .take(AXES)
        .map(|&a| {
            let tone = if strongest.contains(&a) { Tone::Strong } else { Tone::Plain };
            of_axis(a, tone)
        })
        .collect();
    rows[0].group = "Alone".to_owned();
    let mut pairs: Vec<(usize, usize)> = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect();
    pairs.retain(|&pair| most(&|e| e.together(pair)) >= TELLING);
    pairs.sort_by(|a, b| most(&|e| e.together(*b)).total_cmp(&most(&|e| e.together(*a))));
    pairs.truncate(PAIRS);
    let mut together: Vec<BarRow> = pairs
        .iter()
        .map(|&(a, b)| {
            let label = format!("{} and {}", surface.factors[a].label, surface.factors[b].label);
            row(label, &|e| e.together((a, b)), Tone::Plain)
        })
        .collect();
    // On a full grid, what is left is of three and more axes, of other axes and pairs than those shown.
    let explained = |e: &Effects| {
        e.main.iter().map(|m| m.share).chain(e.interactions.iter().map(|i| i.share)).sum::<f64>()
    };
    let left = |e: &Effects| {
        let shown: f64 = axes.iter().take(AXES).map(|a| e.main[*a].share).sum::<f64>()
            + pairs.iter().map(|pair| e.together(*pair)).sum::<f64>();
        if explained(e) > 1.0 + 1e-6 { 0.0 } else { (1.0 - shown).max(0.0) }
    };
    let all_pairs = responses.iter().all(|r| tells_pairs(surface, r));
    if (n > 2 || !all_pairs) && most(&left) >= TELLING {
        together.push(row("all the rest".to_owned(), &left, Tone::Hollow));
    }
    if let Some(first) = together.first_mut() {
        first.group = "Together".to_owned();
    }
    rows.extend(together);
    Bars { heading: String::new(), columns: responses.iter().map(|r| capital(&r.name)).collect(), rows }
}

/// Means by level of the axes that matter most.
fn curves(surface: &Surface, responses: &[Response]) -> Vec<Panel> {
    let mut panels = Vec::new();
    for rank in 0..CURVES.min(surface.factors.len()) {
        for response in responses {
            let axis = response.order()[rank];
            panels.push(curve(surface, response, axis));
        }
    }
    panels
}

fn curve(surface: &Surface, response: &Response, axis: usize) -> Panel {
    let factor = &surface.factors[axis];
    let (at, mut x) = places(factor, 6);
    // One scale for all curves of a response: flat is what matters little.
    let all = response.effects.main.iter().flat_map(|m| m.means.iter().flatten().copied());
    let (low, high) = ends(all).unwrap_or((0.0, 1.0));
    let y = if response.is_latency { latency_axis((low, high), 4) } else { cost_axis((low, high), 4) };
    let points: Vec<(f64, f64)> = at
        .iter()
        .zip(&response.effects.main[axis].means)
        .filter_map(|(x, mean)| Some((*x, (*mean)?)))
        .collect();
    let mut marks = Vec::new();
    if factor.is_numeric() {
        marks.push(Mark::Line(points.clone(), 2.0, Ink::Accent));
    }
    let radius = if points.len() > 30 { 1.5 } else { 3.0 };
    marks.push(Mark::Scatter(points, Symbol::Dot, radius, Ink::Accent));
    x.labels = true;
    let unit = if response.is_latency { String::new() } else { format!(" [{}]", surface.cost_unit) };
    let heading = format!("Mean {}{unit}", response.name);
    Panel::Plot(Box::new(Plot { heading, x, y, x_name: factor.label.clone(), marks, ..Plot::default() }))
}
