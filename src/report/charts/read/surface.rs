//! The surface of a sweep from `surface.csv` and `answer.json`.

use super::{Cells, ReadError, SummaryError, Table, text};
use crate::report::answer::{Entry, Json};
use crate::report::summary::FORMAT;
use crate::report::units::count;
use crate::stats::surface::{Factor, Level, Point, Surface, Verdict};
use std::collections::HashMap;
use std::path::Path;

const ANSWER: &str = "answer.json";
const SURFACE: &str = "surface.csv";

/// Reads what pictures need of a sweep, and the number of the point that is recommended: of a search, the one that fresh
/// replications confirmed. What is minimised, by replication, is known only of today's settings and of the configurations
/// that `answer.json` names; of all others it is NaN.
///
/// # Errors
/// What is missing or damaged, with its place.
pub fn read_answer(dir: &Path) -> Result<(Surface, Option<usize>), ReadError> {
    let json = answer(dir)?;
    let mut surface = begun(&json).map_err(|key| ReadError::Summary {
        path: dir.join(ANSWER),
        source: SummaryError::Key(key.to_owned()),
    })?;
    points(dir, &json, &mut surface)?;
    let replications = surface.replications;
    surface.objectives = vec![f64::NAN; surface.points.len() * replications];
    let named = json.best.iter().chain(&json.nearest).chain(json.runners_up.iter().map(|r| &r.entry));
    for entry in named {
        let index = entry.index.unwrap_or(u64::MAX);
        // A search's points come as it asked for them.
        if let Some(point) = surface.points.iter().position(|point| point.index == index) {
            surface.objectives[point * replications..][..replications].copy_from_slice(&objectives(entry));
        }
    }
    let best = match json.search.as_ref().and_then(|search| search.confirmed.as_ref()) {
        Some(confirmed) => confirmed.best,
        None => json.best.as_ref().and_then(|best| best.index),
    };
    let recommended = best.and_then(|index| surface.points.iter().position(|point| point.index == index));
    Ok((surface, recommended))
}

fn answer(dir: &Path) -> Result<Json, ReadError> {
    let path = dir.join(ANSWER);
    let text = text(dir, &path, ANSWER)?;
    let wrong = |source| ReadError::Summary { path: path.clone(), source };
    if text.trim().is_empty() {
        return Err(wrong(SummaryError::Empty));
    }
    let json = |e: serde_json::Error| {
        wrong(SummaryError::Json { line: e.line(), column: e.column(), message: message(&e) })
    };
    // The format first: newer answers may have other keys.
    let any: serde_json::Value = serde_json::from_str(&text).map_err(json)?;
    match any.get("format").and_then(serde_json::Value::as_u64) {
        Some(format) if format > u64::from(FORMAT) => return Err(wrong(SummaryError::Newer(format))),
        Some(_) => {}
        None => return Err(wrong(SummaryError::Key("format".to_owned()))),
    }
    serde_json::from_str(&text).map_err(json)
}

/// What is wrong, without the place that is said anyway.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(message, _)| message.to_owned())
}

/// What is minimised, by replication. It is never NaN: what is not defined counts as infinite.
fn objectives(entry: &Entry) -> Vec<f64> {
    entry.objectives.iter().map(|value| value.unwrap_or(f64::INFINITY)).collect()
}

/// Replications of a sweep at most, as its argument says.
const REPLICATIONS_MAX: usize = 100_000;

/// Everything but the points; the key of what cannot be.
fn begun(json: &Json) -> Result<Surface, &'static str> {
    let of_sweep = |entry: &Entry| entry.objectives.len() == json.replications;
    let mut named = json.best.iter().chain(&json.nearest).chain(json.runners_up.iter().map(|r| &r.entry));
    if !(1..=REPLICATIONS_MAX).contains(&json.replications) {
        return Err("replications");
    }
    if !of_sweep(&json.today) || !named.all(of_sweep) {
        return Err("objectives");
    }
    let mut factors = Vec::new();
    for axis in &json.axes {
        let n = axis.texts.len();
        if n == 0 || axis.numbers.len() != n || axis.values.len() != n {
            return Err("axes");
        }
        if axis.today.is_some_and(|today| today as usize >= n) {
            return Err("today");
        }
        let levels = axis.texts.iter().zip(&axis.numbers);
        factors.push(Factor {
            today: axis.written.clone(),
            today_cell: json.today.settings.get(&axis.column).cloned().flatten(),
            column: axis.column.clone(),
            label: axis.label.clone(),
            levels: levels.map(|(text, number)| Level { text: text.clone(), number: *number }).collect(),
        });
    }
    let today = &json.today;
    Ok(Surface {
        source: json.source.clone(),
        factors,
        points: Vec::new(),
        levels: Vec::new(),
        replications: json.replications,
        objectives: Vec::new(),
        today: Point {
            index: 0,
            verdict: Verdict::of(&today.verdict).ok_or("verdict")?,
            objective: today.objective.unwrap_or(f64::INFINITY),
            cost: today.cost.unwrap_or(f64::NAN),
            latency_s: if today.never_starts { f64::INFINITY } else { today.latency_s.unwrap_or(f64::NAN) },
            excess: today.excess.unwrap_or(f64::INFINITY),
        },
        today_objectives: objectives(today),
        today_levels: json.axes.iter().map(|axis| axis.today).collect(),
        objective_name: json.objective.minimise.clone(),
        objective_unit: json.objective.unit.clone(),
        cost_unit: json.objective.cost_unit.clone(),
        latency_name: json.objective.latency.clone(),
        latency_limit_s: json.objective.latency_limit_s,
        constraints: json.objective.subject_to.clone(),
    })
}

/// The points, one a line.
fn points(dir: &Path, json: &Json, surface: &mut Surface) -> Result<(), ReadError> {
    let counted: usize = json.verdicts.values().fold(0, |sum, n| sum.saturating_add(*n));
    let axes = json.axes.iter().map(|axis| axis.column.clone());
    let figures = ["index", "verdict", "objective", "cost", "latency_s", "excess"].map(str::to_owned);
    let columns: Vec<String> = figures.into_iter().chain(axes).collect();
    let levels: Vec<HashMap<&str, u32>> = json
        .axes
        .iter()
        .map(|axis| {
            let cells = axis.values.iter().enumerate();
            cells.filter_map(|(i, cell)| Some((cell.as_deref()?, i as u32))).collect()
        })
        .collect();
    let mut table = Table::open(dir, SURFACE, &columns)?;
    let mut record = csv::StringRecord::new();
    while table.next(&mut record)? {
        let cells = Cells { table: &table, record: &record };
        if surface.points.len() >= counted {
            // Before they fill the memory.
            let n = count(counted as u64, "configuration");
            let message = format!("{ANSWER} counts {n}, and here is one more");
            return Err(ReadError::Line { path: table.path.clone(), line: cells.line(), message });
        }
        let index = cells.text(0).parse().map_err(|_| cells.bad(0, "a whole number is expected"))?;
        // A search's configurations come as it asked for them.
        let in_order = json.search.is_some() || surface.points.last().is_none_or(|last| last.index < index);
        if !in_order {
            return Err(cells.bad(0, "configurations are expected in their order"));
        }
        surface.points.push(Point {
            index,
            verdict: Verdict::of(cells.text(1)).ok_or_else(|| cells.bad(1, "there is no such verdict"))?,
            objective: figure(&cells, 2, f64::INFINITY)?,
            cost: figure(&cells, 3, f64::NAN)?,
            latency_s: match cells.text(4) {
                "inf" => f64::INFINITY,
                _ => figure(&cells, 4, f64::NAN)?,
            },
            excess: figure(&cells, 5, f64::INFINITY)?,
        });
        for (i, known) in levels.iter().enumerate() {
            let level = known.get(cells.text(6 + i)).copied();
            let message = "answer.json has no such value of the axis";
            surface.levels.push(level.ok_or_else(|| cells.bad(6 + i, message))?);
        }
    }
    let there = surface.points.len();
    if there != counted {
        let (there, counted) = (count(there as u64, "configuration"), count(counted as u64, "configuration"));
        let message = format!("it has {there}, and {ANSWER} counts {counted}");
        return Err(ReadError::Incomplete { path: dir.join(SURFACE), message });
    }
    Ok(())
}

/// A number that is finite; `or` where there is none.
fn figure(cells: &Cells<'_>, column: usize, or: f64) -> Result<f64, ReadError> {
    let text = cells.text(column);
    if text.is_empty() {
        return Ok(or);
    }
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
    value.ok_or_else(|| cells.bad(column, "a number is expected"))
}
