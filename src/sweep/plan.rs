//! What a sweep runs: counted before anything runs, and never held in memory unless it is a list of points.
//!
//! An *index* is a configuration's place in the full grid (the last axis goes fastest), whether a plan runs all of the
//! grid or a list of points in it. A *position* is a configuration of the plan and a replication (which goes faster
//! still). Configurations whose `min_nodes` is over their `max_nodes` are left out. Axes that change tables or jobs
//! make models, one for each combination of their values that occurs and each replication; the others make settings.

mod chunk;
mod clusters;
mod design;
mod grid;
mod kernel;
mod models;
mod spec;

pub use chunk::Chunk;
pub use models::{ModelFacts, Models};
pub use spec::{Flags, REPLICATIONS_MAX, Spec};

use super::axes::{self, Axis, Field, ROWS_MAX, Value};
use super::change;
use crate::diagnostic::{Code, Diagnostic};
use crate::scenario::Scenario;
use crate::scenario::schema::Design;
use crate::stats::surface::Factor;
use crate::units::Resolution;
use clusters::{ClusterPlan, Follows};
use grid::Grid;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashSet};

/// Most models of a sweep: they stay in memory together.
pub const MODELS_MAX: u64 = 4096;

/// A sweep, planned.
#[derive(Clone, Debug)]
pub struct Plan {
    axes: Vec<Axis>,
    grid: Grid,
    /// Indices of what is run, where that is not all of the grid.
    points: Option<Vec<u64>>,
    replications: u32,
    first_replication: u32,
    /// Configurations that are run.
    runs: u64,
    left_out: u64,
    doubles: u64,
    /// Combinations of table levels that occur, ascending, each with a configuration that has it.
    combinations: Vec<(u64, u64)>,
    clusters: Vec<ClusterPlan>,
    resolution: Resolution,
}

fn too_large(message: String) -> Vec<Diagnostic> {
    let help = "use fewer values, larger steps, fewer replications, a design such as --design lhs:200, or several sweeps";
    vec![Diagnostic::new(Code::SweepTooLarge, message).help(help)]
}

/// Numbers of values, for messages.
fn sizes(axes: &[Axis]) -> String {
    axes.iter().map(|a| format!("{} of {}", a.len(), a.label)).collect::<Vec<_>>().join(", ")
}

impl Plan {
    /// Reads axes as arguments have them, and counts the grid.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn read(scenario: &Scenario, vary: &[String], replications: u32) -> Result<Self, Vec<Diagnostic>> {
        Self::of(scenario, &Spec::of_axes(vary, replications), scenario.seed)
    }

    /// Reads the axes and counts what is run. The seed draws the points of a design.
    ///
    /// # Errors
    /// Every mistake of the axes, pairs and design; too many configurations, or none.
    pub fn of(scenario: &Scenario, spec: &Spec, seed: u64) -> Result<Self, Vec<Diagnostic>> {
        let mut plan = Self::unrun(scenario, spec)?;
        let grid = plan.grid.clone();
        let sizes = || plan.sizes();
        let rows = |count: u64| count.saturating_mul(spec.replications.into());
        let points = match spec.design {
            Design::Grid => None,
            Design::LatinHypercube(n) | Design::Sobol(n) => Some(design::sampled(&grid, spec, n, seed)?),
        };
        if points.is_none() && rows(grid.size()) > ROWS_MAX {
            return Err(too_large(format!(
                "the sweep has more than {ROWS_MAX} rows: values {}; replications {}",
                sizes(),
                spec.replications
            )));
        }
        if points.is_none() && rows(grid.combinations()) > MODELS_MAX {
            return Err(too_many_models(rows(grid.combinations())));
        }
        if let Some(mut points) = points {
            let all = points.len();
            points.sort_unstable();
            points.dedup();
            plan.doubles = (all - points.len()) as u64;
            plan.points = Some(points);
        }
        plan.count()?;
        Ok(plan)
    }

    /// The grid alone, of any size, for whoever asks for points of it ([`Self::of_points`]).
    ///
    /// # Errors
    /// Every mistake of the axes and pairs.
    pub fn unrun(scenario: &Scenario, spec: &Spec) -> Result<Self, Vec<Diagnostic>> {
        let axes = axes::read(&spec.vary, scenario)?;
        let dimensions = spec.dimensions(&axes)?;
        let Some(grid) = Grid::new(&axes, dimensions) else {
            let sizes = sizes(&axes);
            return Err(too_large(format!("the grid has 2^64 configurations or more: values {sizes}")));
        };
        let clusters = (0..scenario.clusters.len()).map(|i| ClusterPlan::of(scenario, i, &axes)).collect();
        Ok(Self {
            axes,
            grid,
            points: None,
            replications: spec.replications,
            first_replication: 0,
            runs: 0,
            left_out: 0,
            doubles: 0,
            combinations: Vec::new(),
            clusters,
            resolution: scenario.resolution,
        })
    }

    fn sizes(&self) -> String {
        sizes(&self.axes)
    }

    /// The dimension of each axis: paired ones share one.
    pub fn dimensions(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.axes.len()).map(|axis| self.grid.dimension(axis))
    }

    /// A plan over some points of the same grid, in their order; each has the level of every axis. An index stays the
    /// place in the full grid. Points that stand twice are run once.
    ///
    /// # Errors
    /// Too many rows or models, or no configuration that can be run.
    ///
    /// # Panics
    /// If a point has a level that is not there, or paired axes disagree.
    pub fn of_points(&self, points: &[Box<[u32]>]) -> Result<Self, Vec<Diagnostic>> {
        let mut seen = HashSet::new();
        let mut list = Vec::with_capacity(points.len());
        for point in points {
            let index = self.grid.index(point);
            assert!(index.is_some(), "no configuration has the levels {point:?}");
            list.extend(index.filter(|index| seen.insert(*index)));
        }
        let doubles = (points.len() - list.len()) as u64;
        let mut plan = Self { points: Some(list), doubles, ..self.clone() };
        plan.count()?;
        Ok(plan)
    }

    /// The same configurations in other replications: those from `first` on.
    ///
    /// # Errors
    /// Too many rows or models.
    pub fn with_replications(&self, first: u32, replications: u32) -> Result<Self, Vec<Diagnostic>> {
        let mut plan = Self { replications, first_replication: first, ..self.clone() };
        plan.count()?;
        Ok(plan)
    }

    /// The same grid, from which points are asked for ([`Self::of_points`]), in other replications.
    #[must_use]
    pub fn with_fresh(&self, first: u32, replications: u32) -> Self {
        Self { replications, first_replication: first, ..self.clone() }
    }

    /// Counts what is run and the combinations that occur.
    fn count(&mut self) -> Result<(), Vec<Diagnostic>> {
        let slots = self.slots();
        let rows = slots.saturating_mul(self.replications.into());
        if rows > ROWS_MAX {
            return Err(too_large(format!("the sweep has {rows} rows, more than {ROWS_MAX}")));
        }
        let dimensions = |axes: &mut dyn Iterator<Item = usize>| {
            let mut list: Vec<usize> = axes.map(|axis| self.grid.dimension(axis)).collect();
            list.sort_unstable();
            list.dedup();
            list
        };
        let bounds = dimensions(&mut self.clusters.iter().flat_map(ClusterPlan::axes));
        // Models are checked with the fewest nodes, so that it is the rule about bounds which tells that they are many.
        let fewest = |index: &u64| {
            let bounds =
                self.clusters.iter().map(|c| c.bounds(&self.axes, |axis| self.grid.level(axis, *index)));
            let sum = |(min, max): (u64, u64), (a, b): (u32, u32)| (min + u64::from(a), max + u64::from(b));
            let (min, max) = bounds.fold((0, 0), sum);
            (max, min, *index)
        };
        let (runs, combinations) = match &self.points {
            Some(points) => {
                let mut best: BTreeMap<u64, u64> = BTreeMap::new();
                let mut runs = 0;
                for &index in points.iter().filter(|index| self.fits(**index)) {
                    runs += 1;
                    let known = best.entry(self.grid.combination(index)).or_insert(index);
                    if fewest(&index) < fewest(known) {
                        *known = index;
                    }
                }
                (runs, best.into_iter().collect())
            }
            None => {
                let (part, all) = (self.grid.size_of(&bounds), self.grid.size());
                let fits = |n: &u64| self.fits(self.grid.index_within(&bounds, *n));
                let fitting = (0..part).into_par_iter().filter(fits).count() as u64;
                // What is left to vary where a combination is given.
                let free: Vec<usize> = bounds.iter().copied().filter(|d| !self.grid.is_table(*d)).collect();
                let with_it = |combination: u64| {
                    let first = self.grid.first_of(combination);
                    let of = |n| first + self.grid.index_within(&free, n);
                    let fits =
                        (0..self.grid.size_of(&free)).into_par_iter().map(of).filter(|i| self.fits(*i));
                    Some((combination, fits.min_by_key(|index| fewest(index))?))
                };
                (fitting * (all / part), (0..self.grid.combinations()).filter_map(with_it).collect())
            }
        };
        (self.runs, self.left_out, self.combinations) = (runs, slots - runs, combinations);
        let models = (self.combinations.len() as u64).saturating_mul(self.replications.into());
        if models > MODELS_MAX {
            return Err(too_many_models(models));
        }
        if runs == 0 {
            let message = match slots {
                1 => "min_nodes is over max_nodes in the only configuration".to_owned(),
                _ => format!("min_nodes is over max_nodes in all {slots} configurations"),
            };
            let help = "vary over values that go together";
            return Err(vec![Diagnostic::new(Code::SweepEmpty, message).help(help)]);
        }
        Ok(())
    }

    /// Its axes, in the order of the columns.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Its axes with all their values, as numbers and as people read them, and with the scenario's own.
    #[must_use]
    pub fn factors(&self, scenario: &Scenario) -> Vec<Factor> {
        let of = |axis: &Axis| {
            let (today, today_cell) = axis.today_words(scenario).unzip();
            Factor {
                column: axis.column.clone(),
                label: axis.label.clone(),
                levels: (0..axis.len()).map(|i| axis.value(i).level()).collect(),
                today,
                today_cell,
            }
        };
        self.axes.iter().map(of).collect()
    }

    /// The scenario's own level of each axis, where it is one of them.
    #[must_use]
    pub fn today(&self, scenario: &Scenario) -> Vec<Option<u32>> {
        self.axes.iter().map(|axis| axis.today(scenario)).collect()
    }

    /// Writes the values of a configuration into the scenario.
    pub fn write_into(&self, scenario: &mut Scenario, index: u64) {
        // Values first, then factors on them, whatever the order of the axes.
        let is_factor = |axis: &Axis| matches!(axis.field, Field::DelaysScale | Field::EvictionRate);
        for factors in [false, true] {
            for (axis, value) in self.axes.iter().zip(self.values(index)) {
                if is_factor(axis) == factors {
                    change::apply(scenario, axis, value);
                }
            }
        }
        for (i, plan) in self.clusters.iter().enumerate() {
            let cluster = &mut scenario.clusters[i];
            if plan.max.is_some() && Follows::of(cluster).is_static && cluster.min_nodes.is_some() {
                cluster.min_nodes = Some(cluster.max_nodes);
            }
        }
    }

    /// Replications of each configuration.
    #[must_use]
    pub fn replications(&self) -> u32 {
        self.replications
    }

    /// The number of the first of them.
    #[must_use]
    pub fn first_replication(&self) -> u32 {
        self.first_replication
    }

    /// Configurations of the full grid, whatever of it is run.
    #[must_use]
    pub fn grid_size(&self) -> u64 {
        self.grid.size()
    }

    /// Configurations that are run, without replications.
    #[must_use]
    pub fn configurations(&self) -> u64 {
        self.runs
    }

    /// Configurations left out, since their min_nodes is over their max_nodes.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Points of a list that stood in it before.
    #[must_use]
    pub fn doubles(&self) -> u64 {
        self.doubles
    }

    /// Models that it needs.
    #[must_use]
    pub fn model_count(&self) -> u64 {
        self.combinations.len() as u64 * u64::from(self.replications)
    }

    /// Rows of the result: configurations times replications.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.configurations() * u64::from(self.replications)
    }

    /// Whether nothing is in it; it never is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Configurations to look at: those that are run, and those that are left out.
    fn slots(&self) -> u64 {
        self.points.as_ref().map_or(self.grid.size(), |points| points.len() as u64)
    }

    /// The configuration in a slot.
    fn index_at(&self, slot: u64) -> u64 {
        self.points.as_ref().map_or(slot, |points| points[slot as usize])
    }

    /// The first position of a configuration among those from `from` to `to`, not included; `to` if it is not there.
    #[must_use]
    pub fn position_of(&self, from: u64, to: u64, index: u64) -> u64 {
        let replications = u64::from(self.replications);
        let mut slots = from / replications..to / replications;
        slots.find(|slot| self.index_at(*slot) == index).map_or(to, |slot| slot * replications)
    }

    /// Positions to ask chunks for: rows, and what is left out.
    #[must_use]
    pub fn positions(&self) -> u64 {
        self.slots() * u64::from(self.replications)
    }

    /// Indices of the configurations that are run.
    pub fn indices(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.slots()).map(|n| self.index_at(n)).filter(|index| self.fits(*index))
    }

    /// The level of each axis in a configuration of the grid.
    pub fn levels(&self, index: u64) -> impl Iterator<Item = u32> + '_ {
        (0..self.axes.len()).map(move |axis| self.grid.level(axis, index) as u32)
    }

    /// The configuration with these levels, one of each axis. `None`: there is none, or paired axes disagree.
    #[must_use]
    pub fn index(&self, levels: &[u32]) -> Option<u64> {
        self.grid.index(levels)
    }

    /// Whether the bounds of every cluster go together in a configuration, so that it can be run.
    #[must_use]
    pub fn fits(&self, index: u64) -> bool {
        self.clusters.iter().filter(|cluster| cluster.varies()).all(|cluster| {
            let (min, max) = cluster.bounds(&self.axes, |axis| self.grid.level(axis, index));
            min <= max
        })
    }

    /// The values of a configuration, by axis.
    pub fn values(&self, index: u64) -> impl Iterator<Item = Value<'_>> {
        self.axes.iter().enumerate().map(move |(i, axis)| axis.value(self.grid.level(i, index)))
    }

    /// The values of a configuration as cells of a csv file.
    #[must_use]
    pub fn cells(&self, index: u64) -> Vec<String> {
        self.values(index).map(|value| value.to_string()).collect()
    }

    /// What a configuration is called in messages: `max_nodes = 8, tier = dedicated`.
    #[must_use]
    pub fn name(&self, index: u64) -> String {
        let values = self.axes.iter().zip(self.values(index));
        let words = values.map(|(axis, value)| format!("{} = {value}", axis.column));
        words.collect::<Vec<_>>().join(", ")
    }
}

fn too_many_models(models: u64) -> Vec<Diagnostic> {
    too_large(format!(
        "the sweep needs {models} models, more than {MODELS_MAX}: one in each replication for each combination of values \
         of all axes but min_nodes, max_nodes and idle_time"
    ))
}

#[cfg(test)]
mod points_tests;
#[cfg(test)]
mod tests;
