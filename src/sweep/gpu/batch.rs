//! Configurations as words: one buffer of tables, and a [`Config`] each.

use super::layout::{Config, Table};
use super::source::Features;
use crate::engine::flat::{Flat, KERNEL_SLOTS_MAX, Obstacle};
use crate::engine::input::{LockEffect, OnEviction, Resize, Tier};
use crate::engine::{Model, Settings};
use crate::units::NEVER;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Tables that several configurations share, each kept once.
#[derive(Debug, Default)]
pub(super) struct Tables {
    words: Vec<u32>,
    /// By hash of the contents.
    known: HashMap<u64, Vec<Table>>,
}

impl Tables {
    /// The words to upload; never empty, since a binding cannot be.
    pub(super) fn words(&self) -> &[u32] {
        if self.words.is_empty() { &[0] } else { &self.words }
    }

    /// How much there is.
    pub(super) fn mark(&self) -> usize {
        self.words.len()
    }

    /// Forgets what came since.
    pub(super) fn back_to(&mut self, mark: usize) {
        self.words.truncate(mark);
        for same in self.known.values_mut() {
            same.retain(|table| (table.at as usize) < mark);
        }
    }

    /// Where a table is; `entry_words` words an entry.
    fn intern(&mut self, words: &[u32], entry_words: usize) -> Table {
        let mut hasher = DefaultHasher::new();
        words.hash(&mut hasher);
        let len = (words.len() / entry_words) as u32;
        let same = self.known.entry(hasher.finish()).or_default();
        for table in same.iter() {
            let at = table.at as usize;
            if self.words.get(at..at + words.len()) == Some(words) {
                return Table { at: table.at, len };
            }
        }
        let table = Table { at: self.words.len() as u32, len };
        self.words.extend_from_slice(words);
        same.push(table);
        table
    }
}

/// A model as the configurations that are made from it have it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Base {
    config: Config,
    pub(super) features: Features,
}

/// Which parts of the kernel a model needs.
#[must_use]
pub fn features_of(model: &Model) -> Features {
    let input = model.first_cluster();
    Features {
        low_priority: input.tier == Tier::LowPriority,
        cancellations: model.has_cancellations(),
        extras: model.has_extras(),
        changes: model.has_changes(),
        withdrawals: input.cancel_allocating,
        turnarounds: false,
        interleaved: false,
    }
}

impl Base {
    /// A model's tables.
    ///
    /// # Errors
    /// It is not for the kernel.
    pub(super) fn new(model: &Model, tables: &mut Tables) -> Result<Self, Obstacle> {
        if let Some(obstacle) = model.obstacles().into_iter().next() {
            return Err(obstacle);
        }
        let flat: Flat = model.flat();
        let input = model.first_cluster();
        let failures: Vec<u32> = input.boot_failure.iter().map(|fails| u32::from(*fails)).collect();
        let bounds = model.bounds();
        let jobs = model.job_count() as u64;
        let config = Config {
            jobs: tables.intern(&flat.jobs, 3),
            extras: tables.intern(&flat.extras, 4).at,
            cancels: tables.intern(&flat.cancels, 2),
            changes: tables.intern(&flat.changes, 6),
            epochs: tables.intern(&flat.epochs, 5),
            allocation_delay: tables.intern(&input.allocation_delay, 1),
            boot_delay: tables.intern(&input.boot_delay, 1),
            boot_failure: tables.intern(&failures, 1),
            lifetime: tables.intern(&input.lifetime, 1),
            prepare_cold: tables.intern(&input.prepare_cold, 1),
            prepare_warm: tables.intern(&input.prepare_warm, 1),
            low_priority: u32::from(input.tier == Tier::LowPriority),
            vcpus: input.vcpus,
            communication: u32::from(input.communication),
            communication_limit: input.communication_limit,
            addresses: flat.addresses,
            ready: u32::from(input.ready_at.is_none()),
            identities: flat.identities,
            quotas: flat.quotas,
            resize: match input.resize {
                Resize::DownFirst => 0,
                Resize::Concurrent => 1,
                Resize::Exclusive => 2,
            },
            cancel_allocating: u32::from(input.cancel_allocating),
            recycle_time: input.recycle_time,
            release_delay: input.release_delay,
            fails_when_evicted: u32::from(input.on_eviction == OnEviction::Fail),
            restart_overhead: input.restart_overhead,
            max_restarts: input.max_restarts,
            removal_locks: u32::from(model.lock_effect() == LockEffect::Removal),
            horizon: model.horizon().unwrap_or(NEVER),
            stop_at_horizon: u32::from(model.stops_at_horizon()),
            billing_quantum: model.billing_quantum(),
            wait_limit: model.wait_limit().unwrap_or(NEVER),
            late_after: model.late_after(),
            // A run visits fewer than 2^31 instants, so a larger bound is none.
            bound_instants: (u64::from(bounds.instants) + 64 * jobs).min(u64::from(u32::MAX)) as u32,
            bound_repetitions: bounds.repetitions,
            ..Config::default()
        };
        Ok(Self { config, features: features_of(model) })
    }

    /// One configuration of the model that the base was made from.
    ///
    /// # Errors
    /// It may hold more nodes than the kernel does.
    pub(super) fn config(&self, model: &Model, settings: &Settings) -> Result<Config, Obstacle> {
        let slots = model.slots(settings.max_nodes, settings.initial_nodes);
        if slots > KERNEL_SLOTS_MAX {
            return Err(Obstacle::Slots(slots));
        }
        Ok(Config {
            min_nodes: settings.min_nodes,
            max_nodes: settings.max_nodes,
            idle_time: settings.idle_time,
            initial_nodes: settings.initial_nodes,
            leaves: slots.max(1).next_power_of_two(),
            ..self.config
        })
    }
}
