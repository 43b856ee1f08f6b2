//! Gathers a sweep's configurations into a surface, and writes it.

use super::decide::Decider;
use super::rows::{Cells, Number};
use crate::report::objective::Judged;
use crate::stats::Estimate;
use crate::stats::surface::Surface;
use crate::stats::surface::front::OnFront;
use crate::sweep::plan::Plan;
use std::io::{self, Write};

/// A surface that grows.
pub(super) struct Gathered {
    pub(super) surface: Surface,
}

impl Gathered {
    /// Without points yet.
    pub(super) fn new(plan: &Plan, decider: &Decider, scenario: &crate::scenario::Scenario) -> Self {
        let objective = &decider.objective;
        Self {
            surface: Surface {
                factors: plan.factors(scenario),
                points: Vec::new(),
                levels: Vec::new(),
                replications: plan.replications() as usize,
                objectives: Vec::new(),
                today: decider.today.point.clone(),
                today_objectives: decider.today.objectives.clone(),
                today_levels: plan.today(scenario),
                objective_name: objective.name.clone(),
                objective_unit: objective.unit.clone(),
                cost_unit: objective.cost_unit(),
                latency_name: objective.latency.name.clone(),
                latency_limit_s: objective.latency_limit.map(|limit| limit.as_s()),
                source: decider.source.clone(),
                constraints: objective.constraints.iter().map(|c| c.text.clone()).collect(),
            },
        }
    }

    /// One more configuration.
    pub(super) fn add(&mut self, plan: &Plan, index: u64, judged: Judged) {
        let surface = &mut self.surface;
        let mut point = judged.point;
        point.index = index;
        surface.points.push(point);
        surface.levels.extend(plan.levels(index));
        surface.objectives.extend(judged.objectives);
    }
}

/// `surface.csv`: a row for each configuration, over its replications.
pub(super) fn write_surface(surface: &Surface, plan: &Plan, w: &mut dyn Write) -> io::Result<()> {
    let mut cells = Cells::new();
    cells.text("index")?;
    for axis in plan.axes() {
        cells.text(&axis.column)?;
    }
    for name in ["verdict", "objective", "objective_half_width", "cost", "latency_s", "excess"] {
        cells.text(name)?;
    }
    cells.end()?;
    for (i, point) in surface.points.iter().enumerate() {
        cells.put(point.index)?;
        for value in plan.values(point.index) {
            cells.put(value)?;
        }
        cells.text(point.verdict.as_str())?;
        cells.put(Number(point.objective))?;
        let half = Estimate::of(surface.objectives_of(i)).and_then(|e| e.half_width);
        cells.put(Number(half.unwrap_or(f64::NAN)))?;
        cells.put(Number(point.cost))?;
        // Jobs that never start have no finite wait.
        let endless = point.latency_s == f64::INFINITY;
        if endless {
            cells.text("inf")?
        } else {
            cells.put(Number(point.latency_s))?
        }
        cells.put(Number(point.excess))?;
        cells.end()?;
    }
    w.write_all(&cells.finish()?)
}

/// Columns of `surface.partial.csv`.
pub(super) fn partial_header(plan: &Plan) -> Vec<String> {
    let axes = plan.axes().iter().map(|axis| axis.column.clone());
    let figures = ["verdict", "objective", "cost", "latency_s", "excess", "objectives"];
    ["index".to_owned()].into_iter().chain(axes).chain(figures.map(str::to_owned)).collect()
}

/// `surface.partial.csv`: what a resumed sweep has to know of the configurations that are complete, exactly.
pub(super) fn write_partial(surface: &Surface, plan: &Plan, w: &mut dyn Write) -> io::Result<()> {
    // Unlike in other files, what is infinite has a word.
    let number = |value: f64| if value.is_nan() { String::new() } else { value.to_string() };
    let mut cells = Cells::new();
    for name in partial_header(plan) {
        cells.text(&name)?;
    }
    cells.end()?;
    for (i, point) in surface.points.iter().enumerate() {
        cells.put(point.index)?;
        for value in plan.values(point.index) {
            cells.put(value)?;
        }
        cells.text(point.verdict.as_str())?;
        for value in [point.objective, point.cost, point.latency_s, point.excess] {
            cells.text(&number(value))?;
        }
        let objectives: Vec<String> = surface.objectives_of(i).iter().copied().map(number).collect();
        cells.text(&objectives.join(" "))?;
        cells.end()?;
    }
    w.write_all(&cells.finish()?)
}

/// `front.csv`: the Pareto front of cost against latency, from the cheapest on.
pub(super) fn write_front(
    surface: &Surface,
    front: &[OnFront],
    plan: &Plan,
    w: &mut dyn Write,
) -> io::Result<()> {
    let mut cells = Cells::new();
    cells.text("index")?;
    for axis in plan.axes() {
        cells.text(&axis.column)?;
    }
    for name in ["verdict", "cost", "latency_s", "cost_per_minute_less", "on_hull"] {
        cells.text(name)?;
    }
    cells.end()?;
    for on in front {
        let point = &surface.points[on.point];
        cells.put(point.index)?;
        for value in plan.values(point.index) {
            cells.put(value)?;
        }
        cells.text(point.verdict.as_str())?;
        cells.put(Number(point.cost))?;
        cells.put(Number(point.latency_s))?;
        cells.put(Number(on.minute_cost.unwrap_or(f64::NAN)))?;
        cells.put(on.on_hull)?;
        cells.end()?;
    }
    w.write_all(&cells.finish()?)
}
