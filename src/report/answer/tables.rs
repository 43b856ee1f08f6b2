//! The tables of the answer's text: configurations side by side, and settings under other circumstances.

use super::human::{BOLD, PLAIN, bare, is_latency, latency};
use super::{Answer, WhatIf};
use crate::report::units::amount;
use crate::stats::surface::{Factor, Point, Verdict};

/// Best, runners-up and today, one a line.
pub(super) fn table(answer: &Answer<'_>, text: &mut String) {
    let surface = answer.surface;
    let Some(chosen) = answer.chosen() else { return };
    let mut titles: Vec<String> = vec![String::new()];
    titles.extend(surface.factors.iter().map(|factor| factor.label.clone()));
    let name = &answer.objective.name;
    let unit = match surface.objective_unit.as_str() {
        "" | "s" | "share" => name.clone(),
        unit => format!("{name}, {unit}"),
    };
    titles.push(unit);
    titles.push("against best".to_owned());
    let latencies = latency_title(answer, chosen);
    titles.extend(latencies.clone());
    titles.push(String::new());
    let mut lines = vec![titles];
    let line = |what: &str, point: usize, difference: String, note: &str| {
        let p = &surface.points[point];
        let levels = surface.factors.iter().zip(surface.levels_of(point));
        let mut cells = vec![what.to_owned()];
        cells.extend(levels.map(|(factor, &level)| factor.levels[level as usize].text.clone()));
        cells.push(bare(p.objective, &surface.objective_unit));
        cells.push(difference);
        cells.extend(latencies.as_ref().map(|_| latency(p.latency_s)));
        cells.push(note.to_owned());
        cells
    };
    let first = if answer.best.is_some() { "best" } else { "nearest" };
    lines.push(line(first, chosen, String::new(), ""));
    for (i, rival) in answer.runners_up.iter().enumerate() {
        let difference = match &rival.paired {
            Some(paired) => {
                let mean = format!("+{}", bare(paired.difference.mean.max(0.0), &surface.objective_unit));
                match paired.difference.half_width {
                    Some(half) => format!("{mean} ± {}", bare(half, &surface.objective_unit)),
                    None => mean,
                }
            }
            None => "–".to_owned(),
        };
        let note = match rival.separated {
            _ if rival.equal && surface.replications > 1 => "the same",
            Some(false) => "not separated",
            _ => "",
        };
        lines.push(line(&format!("{}.", i + 2), rival.point, difference, note));
    }
    let today = &surface.today;
    let mut cells = vec!["today".to_owned()];
    let text_of = |factor: &Factor| factor.today.clone().unwrap_or_else(|| "not set".to_owned());
    cells.extend(surface.factors.iter().zip(&surface.today_levels).map(|(factor, level)| match level {
        Some(level) => factor.levels[*level as usize].text.clone(),
        None => text_of(factor),
    }));
    cells.push(bare(today.objective, &surface.objective_unit));
    cells.push(String::new());
    cells.extend(latencies.as_ref().map(|_| latency(today.latency_s)));
    cells.push(verdict_note(today.verdict).to_owned());
    lines.push(cells);
    text.push_str(&aligned(&lines));
    text.push('\n');
}

/// What stands above the latencies of the table. Where they are what is minimised, they have a column only if they differ
/// from it: the one is the mean over replications, the other that of all their jobs together, as constraints are judged.
fn latency_title(answer: &Answer<'_>, chosen: usize) -> Option<String> {
    let surface = answer.surface;
    let name = &surface.latency_name;
    if !is_latency(answer) {
        return Some(name.clone());
    }
    let points = answer.runners_up.iter().map(|rival| rival.point).chain([chosen]);
    let points = points.map(|point| &surface.points[point]).chain([&surface.today]);
    let differs = |p: &Point| bare(p.objective, &surface.objective_unit) != latency(p.latency_s);
    let (mut differ, over) = (points.filter(|p| !p.latency_s.is_nan()), surface.replications > 1);
    let which = if over { "of all replications" } else { "as judged" };
    differ.any(differs).then(|| format!("{name} {which}"))
}

const fn verdict_note(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Meets => "",
        Verdict::Misses => "misses",
        Verdict::NotSettled => "does not settle",
        Verdict::Rejects => "rejects more",
        Verdict::Fails => "fails more",
        Verdict::Unfinished => "leaves more undone",
    }
}

/// `holds`: whether the setting that was tried holds the constraints as things are.
pub(super) fn what_if(answer: &Answer<'_>, holds: bool, text: &mut String) {
    if answer.what_if.is_empty() {
        return;
    }
    let surface = answer.surface;
    let mut lines = vec![vec![
        "what if".to_owned(),
        "setting".to_owned(),
        format!("cost, {}", surface.cost_unit),
        surface.latency_name.clone(),
        String::new(),
    ]];
    let line = |w: &WhatIf| {
        let cost = if w.cost.is_finite() { amount(w.cost) } else { "–".to_owned() };
        let note = match w.verdict {
            Verdict::Meets if surface.constraints.is_empty() => "",
            Verdict::Meets => "meets",
            verdict => verdict_note(verdict),
        };
        vec![
            w.name.clone(),
            w.setting_in_words(holds).to_owned(),
            cost,
            latency(w.latency_s),
            note.to_owned(),
        ]
    };
    lines.extend(answer.what_if.iter().map(line));
    text.push('\n');
    text.push_str(&aligned(&lines));
}

/// Columns side by side: the first to the left, the others to the right, the last to the left.
fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let of = |c: usize| lines.iter().map(|line| line[c].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(of).collect();
    let mut text = String::new();
    for (i, line) in lines.iter().enumerate() {
        let cells = line.iter().zip(&widths).enumerate().map(|(c, (cell, &width))| {
            if c == 0 || c + 1 == columns { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        let joined = cells.collect::<Vec<_>>().join("  ");
        let joined = joined.trim_end();
        text.push_str(&if i == 0 { format!("{BOLD}{joined}{PLAIN}\n") } else { format!("{joined}\n") });
    }
    text
}
