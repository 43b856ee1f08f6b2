//! The grid of a sweep: counted before anything runs, and never held in memory.
//!
//! A *position* is a configuration of the grid (the last axis goes fastest) and a replication (which goes faster
//! still). Positions whose `min_nodes` is over their `max_nodes` are left out. Axes that change tables or jobs make
//! models, one for each combination of their values and each replication; the others make settings.

mod models;

pub use models::{ModelFacts, Models};

use super::axes::{self, Axis, Field, ROWS_MAX, Value};
use super::change;
use super::{Configuration, obstacles_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::flat::{KERNEL_SLOTS_MAX, Obstacle};
use crate::engine::{Model, Settings};
use crate::scenario::Scenario;
use crate::scenario::schema::{Created, Policy};
use crate::stats::surface::Factor;
use crate::units::{Resolution, Tick};

/// Most models of a sweep: they stay in memory together.
pub const MODELS_MAX: u64 = 4096;

/// A sweep, planned.
#[derive(Clone, Debug)]
pub struct Plan {
    axes: Vec<Axis>,
    /// Positions of the grid between two values of an axis.
    strides: Vec<u64>,
    replications: u32,
    /// Configurations of the grid, left out ones included.
    grid: u64,
    left_out: u64,
    clusters: Vec<ClusterPlan>,
    resolution: Resolution,
}

/// How settings of a cluster come about.
#[derive(Clone, Copy, Debug)]
struct ClusterPlan {
    /// Axes over min_nodes, max_nodes and idle_time.
    min: Option<usize>,
    max: Option<usize>,
    idle: Option<usize>,
    /// Where no axis says it.
    min_nodes: u32,
    max_nodes: u32,
    /// min_nodes follows max_nodes.
    is_static: bool,
    /// initial_nodes follows min_nodes.
    initial_follows: bool,
    /// It has no nodes before its creation.
    created_later: bool,
}

impl ClusterPlan {
    fn of(scenario: &Scenario, i: usize, axes: &[Axis]) -> Self {
        let cluster = &scenario.clusters[i];
        let axis = |field| axes.iter().position(|axis| axis.cluster == Some(i) && axis.field == field);
        let is_static = cluster.policy == Policy::Static;
        let count = |n: u64| n.min(u64::from(u32::MAX)) as u32;
        let max_nodes = count(cluster.max_nodes);
        Self {
            min: axis(Field::MinNodes),
            max: axis(Field::MaxNodes),
            idle: axis(Field::IdleTime),
            min_nodes: if is_static { max_nodes } else { cluster.min_nodes.map_or(0, count) },
            max_nodes,
            is_static,
            initial_follows: cluster.initial_nodes.is_none(),
            created_later: cluster.created != Created::BeforeRun,
        }
    }

    /// All values of min_nodes, and all of max_nodes.
    fn bounds(&self, axes: &[Axis]) -> (Vec<u32>, Vec<u32>) {
        let values = |axis: Option<usize>, or: u32| match axis {
            Some(axis) => axes[axis].nodes().collect(),
            None => vec![or],
        };
        (values(self.min, self.min_nodes), values(self.max, self.max_nodes))
    }

    /// How many pairs of them go together, of all that an axis makes.
    fn fitting(&self, axes: &[Axis]) -> u64 {
        if self.is_static || self.min.is_none() && self.max.is_none() {
            return self.max.map_or(1, |axis| axes[axis].len());
        }
        let (min, mut max) = self.bounds(axes);
        max.sort_unstable();
        min.iter().map(|min| (max.len() - max.partition_point(|max| max < min)) as u64).sum()
    }
}

/// A part of a plan, ready to run.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// Index in the grid and replication, of each configuration.
    pub rows: Vec<(u64, u32)>,
    /// What is run.
    pub configurations: Vec<Configuration>,
}

impl Plan {
    /// Reads the axes and counts the grid.
    ///
    /// # Errors
    /// Every mistake of the axes; too many configurations, or none.
    pub fn read(scenario: &Scenario, vary: &[String], replications: u32) -> Result<Self, Vec<Diagnostic>> {
        let axes = axes::read(vary, scenario)?;
        let mut strides = vec![1; axes.len()];
        let mut grid: u64 = 1;
        for (axis, stride) in axes.iter().zip(&mut strides).rev() {
            *stride = grid;
            // Each is at most ROWS_MAX, and so is what came before.
            grid *= axis.len();
            if grid > ROWS_MAX {
                break;
            }
        }
        let sizes =
            || axes.iter().map(|a| format!("{} of {}", a.len(), a.column)).collect::<Vec<_>>().join(", ");
        let too_many = |message: String| {
            let help = "use fewer values, larger steps, fewer replications, or several sweeps";
            vec![Diagnostic::new(Code::SweepTooLarge, message).help(help)]
        };
        let rows = grid.saturating_mul(replications.into());
        if rows > ROWS_MAX {
            return Err(too_many(format!(
                "the sweep has more than {ROWS_MAX} rows: values {}; replications {replications}",
                sizes()
            )));
        }
        let models: u64 = axes.iter().filter(|a| a.field.changes_tables()).map(Axis::len).product::<u64>()
            * u64::from(replications);
        if models > MODELS_MAX {
            return Err(too_many(format!(
                "the sweep needs {models} models, more than {MODELS_MAX}: one for each combination of tier, VM size, \
                 delays, evictions and load in each replication"
            )));
        }
        let clusters: Vec<ClusterPlan> =
            (0..scenario.clusters.len()).map(|i| ClusterPlan::of(scenario, i, &axes)).collect();
        let others: u64 = axes
            .iter()
            .filter(|a| !matches!(a.field, Field::MinNodes | Field::MaxNodes))
            .map(Axis::len)
            .product();
        let fitting = others * clusters.iter().map(|c| c.fitting(&axes)).product::<u64>();
        let plan = Self {
            axes,
            strides,
            replications,
            grid,
            left_out: grid - fitting,
            clusters,
            resolution: scenario.resolution,
        };
        if fitting == 0 {
            let message = match grid {
                1 => "min_nodes is over max_nodes in the only configuration".to_owned(),
                _ => format!("min_nodes is over max_nodes in all {grid} configurations"),
            };
            let help = "vary over values that go together";
            return Err(vec![Diagnostic::new(Code::SweepEmpty, message).help(help)]);
        }
        Ok(plan)
    }

    /// Its axes, in the order of the columns.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Replications of each configuration.
    #[must_use]
    pub fn replications(&self) -> u32 {
        self.replications
    }

    /// Configurations that are run, without replications.
    #[must_use]
    pub fn configurations(&self) -> u64 {
        self.grid - self.left_out
    }

    /// Configurations left out, since their min_nodes is over their max_nodes.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
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

    /// Positions to ask chunks for: rows, and what is left out.
    #[must_use]
    pub fn positions(&self) -> u64 {
        self.grid * u64::from(self.replications)
    }

    /// The value of an axis in a configuration of the grid.
    fn digit(&self, axis: usize, index: u64) -> u64 {
        index / self.strides[axis] % self.axes[axis].len()
    }

    /// The values of a configuration, by axis.
    pub fn values(&self, index: u64) -> impl Iterator<Item = Value<'_>> {
        self.axes.iter().enumerate().map(move |(i, axis)| axis.value(self.digit(i, index)))
    }

    /// The level of every axis in a configuration.
    pub fn levels(&self, index: u64) -> impl Iterator<Item = u32> + '_ {
        (0..self.axes.len()).map(move |i| self.digit(i, index) as u32)
    }

    /// The axes, as analysis knows them.
    #[must_use]
    pub fn factors(&self) -> Vec<Factor> {
        let of = |axis: &Axis| Factor {
            column: axis.column.clone(),
            label: axis.column.strip_suffix("_s").unwrap_or(&axis.column).to_owned(),
            levels: (0..axis.len()).map(|i| axis.value(i).level()).collect(),
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
        for (i, axis) in self.axes.iter().enumerate() {
            change::apply(scenario, axis, axis.value(self.digit(i, index)));
        }
    }

    fn nodes(&self, axis: Option<usize>, index: u64) -> Option<u32> {
        let axis = axis?;
        match self.axes[axis].value(self.digit(axis, index)) {
            Value::Nodes(n) => Some(n),
            _ => None,
        }
    }

    fn idle_time(&self, axis: Option<usize>, index: u64) -> Option<Tick> {
        let axis = axis?;
        match self.axes[axis].value(self.digit(axis, index)) {
            Value::Time(span) => span.to_tick_below_end(self.resolution),
            _ => None,
        }
    }

    /// The settings of a configuration on top of a model's own; `None`: it is left out.
    fn settings(&self, index: u64, base: &[Settings]) -> Option<Box<[Settings]>> {
        let mut settings: Box<[Settings]> = base.into();
        for (plan, settings) in self.clusters.iter().zip(&mut settings) {
            let (min, max) = (self.nodes(plan.min, index), self.nodes(plan.max, index));
            settings.max_nodes = max.unwrap_or(plan.max_nodes);
            settings.min_nodes = match (plan.is_static, min) {
                (true, _) => settings.max_nodes,
                (false, min) => min.unwrap_or(plan.min_nodes),
            };
            if plan.initial_follows {
                settings.initial_nodes = if plan.created_later { 0 } else { settings.min_nodes };
            }
            if let Some(ticks) = self.idle_time(plan.idle, index) {
                settings.idle_time = ticks;
            }
            let varied = plan.min.is_some() || plan.max.is_some();
            if varied && settings.min_nodes > settings.max_nodes {
                return None;
            }
        }
        Some(settings)
    }

    /// Which combination of the values that change tables a configuration has.
    fn combination(&self, index: u64) -> u64 {
        let tables = self.axes.iter().enumerate().filter(|(_, axis)| axis.field.changes_tables());
        tables.fold(0, |n, (i, axis)| n * axis.len() + self.digit(i, index))
    }

    /// Combinations of values that change tables.
    fn combinations(&self) -> u64 {
        self.axes.iter().filter(|axis| axis.field.changes_tables()).map(Axis::len).product()
    }

    /// The configurations at positions `from` to `to`, not included, without those that are left out.
    #[must_use]
    pub fn chunk(&self, models: &Models, from: u64, to: u64) -> Chunk {
        let mut chunk = Chunk::default();
        let replications = u64::from(self.replications);
        for position in from..to.min(self.positions()) {
            let (index, replication) = (position / replications, position % replications);
            let model = (self.combination(index) * replications + replication) as usize;
            if let Some(settings) = self.settings(index, models.base(model)) {
                chunk.rows.push((index, replication as u32));
                chunk.configurations.push(Configuration { model, settings });
            }
        }
        chunk
    }

    /// What a configuration is called in messages: `max_nodes = 8, tier = dedicated`.
    #[must_use]
    pub fn name(&self, index: u64) -> String {
        let values = self.axes.iter().zip(self.values(index));
        let words = values.map(|(axis, value)| format!("{} = {value}", axis.column));
        words.collect::<Vec<_>>().join(", ")
    }

    /// What keeps a kernel from running some of the sweep's models; empty: nothing does.
    #[must_use]
    pub fn obstacles(&self, scenario: &Scenario, models: &[Model]) -> Vec<Obstacle> {
        let mut found = obstacles_of(models);
        let slots = models.iter().map(|model| self.kernel_slots(scenario, model)).max().unwrap_or(0);
        if slots > u64::from(KERNEL_SLOTS_MAX) {
            Obstacle::Slots(slots.min(u64::from(u32::MAX)) as u32).unite(&mut found);
        }
        found
    }

    /// Slots of nodes that a kernel needs for a model; 0 where it does not run it anyway.
    fn kernel_slots(&self, scenario: &Scenario, model: &Model) -> u64 {
        let ([plan], [cluster]) = (self.clusters.as_slice(), scenario.clusters.as_slice()) else {
            return 0;
        };
        let input = model.first_cluster();
        let largest = plan.bounds(&self.axes).1.into_iter().max().unwrap_or(0);
        let updated = scenario.updates.iter().filter_map(|update| update.max_nodes).max().unwrap_or(0);
        let addresses = cluster.subnet.as_ref().and_then(|name| scenario.region.subnets.get(name)).copied();
        u64::from(largest)
            .max(updated)
            .min(input.communication_limit.into())
            .min(addresses.unwrap_or(u64::MAX))
            .max(input.initial_nodes.into())
    }
}

/// Multiplies the workload's load.
pub fn scale_load(scenario: &mut Scenario, factor: f64) {
    let load = &mut scenario.workload.load_factor;
    *load = Some(load.unwrap_or(1.0) * factor);
}

/// Multiplies the rate of evictions of every low-priority cluster.
pub fn scale_evictions(scenario: &mut Scenario, factor: f64) {
    change::evictions(scenario, (factor * axes::ONE as f64).round() as u64);
}

#[cfg(test)]
mod tests;
