//! `answer.json`: the answer for programs, and all that the charts need beside `surface.csv`.

use super::{Answer, WhatIf};
use crate::report::summary::FORMAT;
use crate::stats::surface::effects::Effects;
use crate::stats::surface::{Point, Surface, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Json {
    /// Version of the format of result files.
    pub format: u32,
    /// What is minimised.
    pub objective: Objective,
    /// Scenario, seed, price lists with their dates.
    pub source: String,
    /// Replications of each configuration.
    pub replications: usize,
    /// Configurations by verdict.
    pub verdicts: BTreeMap<String, usize>,
    /// The best configuration that holds the constraints.
    pub best: Option<Entry>,
    /// Where none does, the nearest.
    pub nearest: Option<Entry>,
    /// The scenario as written.
    pub today: Entry,
    /// The objective of the best, or of the nearest, against today's: mean of the differences by replication.
    pub against_today: Option<Difference>,
    /// What most waiting of the best, or of the nearest, is for, and its share.
    pub waiting_for: Option<(String, f64)>,
    /// The next best.
    pub runners_up: Vec<RunnerUp>,
    /// Configurations that chance alone could put first.
    pub not_separated: Option<usize>,
    /// Values that could be taken instead, with everything else as in the best: within 1 %.
    pub hardly_matters: BTreeMap<String, Vec<String>>,
    /// Shares of the variance of the objective, and of the latency, over all configurations; neither has an entry where
    /// these are too few to tell.
    pub effects: BTreeMap<String, Shares>,
    /// Other circumstances.
    pub what_if: Vec<If>,
    /// The axes.
    pub axes: Vec<Axis>,
    /// How `optimize` came to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Searched>,
}

/// What a search spent, and what fresh replications say of its finalists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Searched {
    /// Configurations of each generation.
    pub generations: Vec<u64>,
    /// Configurations in all.
    pub configurations: u64,
    /// Configurations of the full grid.
    pub grid: u64,
    /// Simulations: configurations times replications, those of the finalists included.
    pub simulations: u64,
    /// Improvements below this share did not count.
    pub tolerance: f64,
    /// What fresh replications say; absent where nothing holds the constraints.
    pub confirmed: Option<Confirmed>,
}

/// The finalists in replications that the search has not seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confirmed {
    /// So many.
    pub replications: u32,
    /// Index of the best of them that holds the constraints there; `null` where none does.
    pub best: Option<u64>,
    /// The finalists.
    pub finalists: Vec<Entry>,
    /// The scenario as written.
    pub today: Entry,
    /// The objective of the best against today's.
    pub against_today: Option<Difference>,
}

impl Confirmed {
    /// From the finalists' answer. `cells`: the values of a configuration's axes as configs.csv has them.
    #[must_use]
    pub fn of(answer: &Answer<'_>, replications: u32, cells: impl Fn(u64) -> Vec<String>) -> Self {
        let surface = answer.surface;
        let finalist = |(i, point): (usize, &Point)| {
            entry(point, Some(point.index), settings(surface, cells(point.index)), surface.objectives_of(i))
        };
        Self {
            replications,
            best: answer.best.map(|best| surface.points[best].index),
            finalists: surface.points.iter().enumerate().map(finalist).collect(),
            today: entry_today(surface, today_settings(surface)),
            against_today: answer.against_today.as_ref().map(difference),
        }
    }
}

/// Values of the axes by column.
fn settings(surface: &Surface, cells: Vec<String>) -> BTreeMap<String, Option<String>> {
    surface.factors.iter().map(|factor| factor.column.clone()).zip(cells.into_iter().map(Some)).collect()
}

/// Today's values of the axes, as cells too.
fn today_settings(surface: &Surface) -> BTreeMap<String, Option<String>> {
    surface.factors.iter().map(|factor| (factor.column.clone(), factor.today_cell.clone())).collect()
}

fn difference(paired: &crate::stats::Paired) -> Difference {
    Difference {
        mean: paired.difference.mean,
        half_width: paired.difference.half_width,
        share: paired.relative(),
        separated: paired.separated(),
    }
}

/// What is minimised, and what must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// As people read it.
    pub minimise: String,
    /// Its unit.
    pub unit: String,
    /// The constraints.
    pub subject_to: Vec<String>,
    /// Unit of costs.
    pub cost_unit: String,
    /// The time that charts set against cost.
    pub latency: String,
    /// A constraint's limit on it [s].
    pub latency_limit_s: Option<f64>,
}

/// One configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the grid; absent of today's.
    pub index: Option<u64>,
    /// Values of the axes, as in configs.csv, today's too; `null` where the scenario says none.
    pub settings: BTreeMap<String, Option<String>>,
    /// Its verdict.
    pub verdict: String,
    /// What is minimised.
    pub objective: Option<f64>,
    /// Half width of its 95 % interval.
    pub objective_half_width: Option<f64>,
    /// Cost.
    pub cost: Option<f64>,
    /// Latency [s]; `null` where jobs never start.
    pub latency_s: Option<f64>,
    /// Whether jobs never start, so that the latency is infinite.
    pub never_starts: bool,
    /// The largest relative excess over a constraint.
    pub excess: Option<f64>,
    /// In how many replications each constraint holds alone.
    pub held_in: Option<Vec<usize>>,
    /// What is minimised, by replication.
    pub objectives: Vec<Option<f64>>,
}

/// A paired difference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Mean.
    pub mean: f64,
    /// Half width of its 95 % interval.
    pub half_width: Option<f64>,
    /// As a share of today's, or of the best's.
    pub share: Option<f64>,
    /// Whether the interval leaves out 0.
    pub separated: Option<bool>,
}

/// A configuration after the best one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunnerUp {
    /// It.
    #[serde(flatten)]
    pub entry: Entry,
    /// Its objective minus the best's.
    pub against_best: Option<Difference>,
}

/// Shares of the variance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shares {
    /// By axis.
    pub main: BTreeMap<String, f64>,
    /// By pair of axes, as `max_nodes × idle_time_s`.
    pub interactions: BTreeMap<String, f64>,
}

/// A setting under other circumstances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct If {
    /// The circumstance.
    pub what_if: String,
    /// `recommended`, or `nearest` where nothing holds the constraints; `today`.
    pub setting: String,
    /// Its verdict there.
    pub verdict: String,
    /// What is minimised.
    pub objective: Option<f64>,
    /// Cost.
    pub cost: Option<f64>,
    /// Latency [s].
    pub latency_s: Option<f64>,
}

/// An axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// Its column.
    pub column: String,
    /// As people read it.
    pub label: String,
    /// Its values as configs.csv has them; `null` where no configuration has it.
    pub values: Vec<Option<String>>,
    /// Its values as people read them.
    pub texts: Vec<String>,
    /// Its values as numbers.
    pub numbers: Vec<Option<f64>>,
    /// Number of today's value; `null` where it is not one of them.
    pub today: Option<u32>,
    /// Today's value as people read it; `null` where the scenario says none.
    pub written: Option<String>,
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// The file's content. `cells`: the values of a configuration's axes as configs.csv has them.
#[must_use]
pub fn json(answer: &Answer<'_>, cells: impl Fn(u64) -> Vec<String>) -> Json {
    let surface = answer.surface;
    let entry = |point: usize| {
        let p = &surface.points[point];
        entry(p, Some(p.index), settings(surface, cells(p.index)), surface.objectives_of(point))
    };
    let detailed = |point: usize| {
        let detail = answer.detail.as_ref();
        Entry { held_in: detail.map(|detail| detail.held_in.clone()), ..entry(point) }
    };
    let hardly = answer.slack.iter().map(|slack| {
        let factor = &surface.factors[slack.factor];
        let texts = slack.levels.iter().map(|&level| factor.levels[level as usize].text.clone());
        (factor.column.clone(), texts.collect())
    });
    let mut effects = BTreeMap::new();
    for (name, found) in [("objective", &answer.objective_effects), ("latency", &answer.latency_effects)] {
        if let Ok(found) = found {
            effects.insert(name.to_owned(), shares(surface, found));
        }
    }
    Json {
        format: FORMAT,
        objective: Objective {
            minimise: surface.objective_name.clone(),
            unit: surface.objective_unit.clone(),
            subject_to: surface.constraints.clone(),
            cost_unit: surface.cost_unit.clone(),
            latency: surface.latency_name.clone(),
            latency_limit_s: surface.latency_limit_s,
        },
        source: surface.source.clone(),
        replications: surface.replications,
        verdicts: Verdict::ALL
            .into_iter()
            .map(|v| (v.as_str().to_owned(), answer.counts[v as usize]))
            .collect(),
        best: answer.best.map(detailed),
        nearest: answer.nearest.map(detailed),
        today: entry_today(surface, today_settings(surface)),
        against_today: answer.against_today.as_ref().map(difference),
        waiting_for: answer
            .detail
            .as_ref()
            .and_then(|detail| detail.waiting_for)
            .map(|(reason, share)| (reason.to_owned(), share)),
        runners_up: answer
            .runners_up
            .iter()
            .map(|r| RunnerUp { entry: entry(r.point), against_best: r.paired.as_ref().map(difference) })
            .collect(),
        not_separated: answer.not_separated,
        hardly_matters: hardly.collect(),
        effects,
        what_if: answer.what_if.iter().map(|w| of_what_if(w, answer.best.is_some())).collect(),
        axes: axes(surface, &cells),
        search: None,
    }
}

fn axes(surface: &Surface, cells: impl Fn(u64) -> Vec<String>) -> Vec<Axis> {
    let mut axes: Vec<Axis> = surface.factors.iter().zip(&surface.today_levels).map(axis).collect();
    // From the first configuration that has a value; few have one that no other had before.
    for (i, point) in surface.points.iter().enumerate() {
        let levels = surface.levels_of(i);
        let is_new = axes.iter().zip(levels).any(|(axis, level)| axis.values[*level as usize].is_none());
        if is_new {
            for ((axis, level), cell) in axes.iter_mut().zip(levels).zip(cells(point.index)) {
                axis.values[*level as usize] = Some(cell);
            }
        }
    }
    axes
}

fn axis((factor, today): (&crate::stats::surface::Factor, &Option<u32>)) -> Axis {
    Axis {
        column: factor.column.clone(),
        values: vec![None; factor.levels.len()],
        label: factor.label.clone(),
        texts: factor.levels.iter().map(|level| level.text.clone()).collect(),
        numbers: factor.levels.iter().map(|level| level.number).collect(),
        today: *today,
        written: factor.today.clone(),
    }
}

fn of_what_if(w: &WhatIf, holds: bool) -> If {
    If {
        what_if: w.name.clone(),
        setting: w.setting_in_words(holds).to_owned(),
        verdict: w.verdict.as_str().to_owned(),
        objective: finite(w.objective),
        cost: finite(w.cost),
        latency_s: finite(w.latency_s),
    }
}

fn entry_today(surface: &Surface, settings: BTreeMap<String, Option<String>>) -> Entry {
    entry(&surface.today, None, settings, &surface.today_objectives)
}

fn entry(
    p: &Point,
    index: Option<u64>,
    settings: BTreeMap<String, Option<String>>,
    objectives: &[f64],
) -> Entry {
    Entry {
        index,
        settings,
        verdict: p.verdict.as_str().to_owned(),
        objective: finite(p.objective),
        objective_half_width: crate::stats::Estimate::of(objectives).and_then(|e| e.half_width),
        cost: finite(p.cost),
        latency_s: finite(p.latency_s),
        never_starts: p.latency_s == f64::INFINITY,
        excess: finite(p.excess),
        held_in: None,
        objectives: objectives.iter().map(|&value| finite(value)).collect(),
    }
}

fn shares(surface: &Surface, found: &Effects) -> Shares {
    let column = |factor: usize| surface.factors[factor].column.as_str();
    Shares {
        main: found.main.iter().map(|main| (column(main.factor).to_owned(), main.share)).collect(),
        interactions: found
            .interactions
            .iter()
            .map(|i| (format!("{} × {}", column(i.factors.0), column(i.factors.1)), i.share))
            .collect(),
    }
}
