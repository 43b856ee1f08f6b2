//! Configurations of a plan, made when they are run.

use super::clusters::Follows;
use super::{Models, Plan};
use crate::engine::Settings;
use crate::sweep::Configuration;
use crate::sweep::axes::Value;
use crate::units::Tick;

/// A part of a plan, ready to run.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// Index in the grid and replication, of each configuration.
    pub rows: Vec<(u64, u32)>,
    /// What is run.
    pub configurations: Vec<Configuration>,
}

impl Plan {
    fn value(&self, axis: Option<usize>, index: u64) -> Option<Value<'_>> {
        axis.map(|axis| self.axes[axis].value(self.grid.level(axis, index)))
    }

    fn idle_time(&self, axis: Option<usize>, index: u64) -> Option<Tick> {
        match self.value(axis, index)? {
            Value::Time(span) => span.to_tick_below_end(self.resolution),
            _ => None,
        }
    }

    /// The settings of a configuration on top of a model's own.
    pub(super) fn settings(&self, index: u64, base: &[Settings], follows: &[Follows]) -> Box<[Settings]> {
        let nodes = |axis| match self.value(axis, index) {
            Some(Value::Nodes(n)) => Some(n),
            _ => None,
        };
        let mut settings: Box<[Settings]> = base.into();
        for ((plan, settings), follows) in self.clusters.iter().zip(&mut settings).zip(follows) {
            if plan.varies() {
                settings.max_nodes = nodes(plan.max).unwrap_or(settings.max_nodes);
                settings.min_nodes = match follows.is_static {
                    true => settings.max_nodes,
                    false => nodes(plan.min).unwrap_or(settings.min_nodes),
                };
                if follows.initial {
                    settings.initial_nodes = if follows.created_later { 0 } else { settings.min_nodes };
                }
            }
            if let Some(ticks) = self.idle_time(plan.idle, index) {
                settings.idle_time = ticks;
            }
        }
        settings
    }

    /// The configurations at positions `from` to `to`, not included, without those that are left out.
    ///
    /// # Panics
    /// If the models are not those of this plan.
    #[must_use]
    pub fn chunk(&self, models: &Models, from: u64, to: u64) -> Chunk {
        let mut chunk = Chunk::default();
        let replications = u64::from(self.replications);
        for position in from..to.min(self.positions()) {
            let (index, nth) = (self.index_at(position / replications), position % replications);
            if self.fits(index) {
                self.push(&mut chunk, models, index, self.first_replication + nth as u32);
            }
        }
        chunk
    }

    /// All replications of one configuration of the grid, whether or not the plan runs it.
    ///
    /// # Panics
    /// If there are no models for it.
    #[must_use]
    pub fn chunk_of(&self, models: &Models, index: u64) -> Chunk {
        let mut chunk = Chunk::default();
        for nth in 0..self.replications {
            self.push(&mut chunk, models, index, self.first_replication + nth);
        }
        chunk
    }

    fn push(&self, chunk: &mut Chunk, models: &Models, index: u64, replication: u32) {
        let model = models.number(self.grid.combination(index), replication);
        let settings = self.settings(index, models.base(model), models.follows(model));
        chunk.rows.push((index, replication));
        chunk.configurations.push(Configuration { model, settings });
    }
}
