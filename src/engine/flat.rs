//! A model as words, for a kernel that knows no structures: the same jobs and changes as the engine reads, for one
//! cluster (model, section 10).

use super::check::binding_quotas;
use super::input::{Bounds, ClusterInput, Discipline, LockEffect, LockLevel, OnEviction, UNLIMITED};
use super::model::{Change, Model};
use crate::units::{NEVER, Tick};
use std::collections::BTreeSet;

/// Most slots of a cluster that a kernel simulates.
pub const KERNEL_SLOTS_MAX: u32 = 1024;

/// Most identities that a kernel tells apart: it has a bit for each.
const IDENTITIES_MAX: usize = u32::BITS as usize;

/// Largest gang that is told from larger ones: those are refused at every submit gate of such a cluster.
const NODES_MAX: u32 = 0x7ff;

const COMMUNICATES: u32 = 1 << 16;
const HAS_EXTRA: u32 = 1 << 17;
const ENVIRONMENT_SHIFT: u32 = 11;

/// Why a model has to be run by the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It has so many clusters.
    Clusters(usize),
    /// A cluster, by its index, has a queue discipline other than first in, first out.
    Discipline(usize, Discipline),
    /// Evicted jobs of a cluster are submitted again.
    Resubmit(usize),
    /// So many slots may be held.
    Slots(u32),
    /// Its jobs need so many different identities.
    Identities(usize),
}

impl Obstacle {
    /// Puts it among others: each kind is told once, with the largest number of it.
    pub fn unite(self, found: &mut Vec<Self>) {
        let number = |obstacle: &Self| match *obstacle {
            Self::Clusters(n) | Self::Identities(n) => n,
            Self::Slots(n) => n as usize,
            Self::Discipline(..) | Self::Resubmit(_) => 0,
        };
        let is_same = |known: &Self| match (known, &self) {
            (Self::Discipline(..) | Self::Resubmit(_), _) => *known == self,
            _ => std::mem::discriminant(known) == std::mem::discriminant(&self),
        };
        match found.iter_mut().find(|known| is_same(known)) {
            None => found.push(self),
            Some(known) if number(known) < number(&self) => *known = self,
            Some(_) => {}
        }
    }
}

impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Clusters(n) => write!(f, "{n} clusters; the kernel simulates one"),
            Self::Discipline(_, d) => write!(f, "queue discipline {d:?}; the kernel knows Fifo"),
            Self::Resubmit(_) => {
                f.write_str("on_eviction: Resubmit, which breaks the bound of the kernel's memory")
            }
            Self::Slots(n) => write!(f, "up to {n} nodes; the kernel holds {KERNEL_SLOTS_MAX}"),
            Self::Identities(n) => {
                write!(f, "{n} different identities; the kernel tells {IDENTITIES_MAX} apart")
            }
        }
    }
}

/// What a kernel reads of a model. Times in ticks; [`NEVER`] marks what is absent or unlimited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flat {
    /// Three words a job: submit, running, shape.
    pub jobs: Vec<u32>,
    /// Four words a job: timeout, checkpoint, identity (a bit, 0: none), cancel time. Empty where no job has any.
    pub extras: Vec<u32>,
    /// Two words each: cancel time, job; ascending.
    pub cancels: Vec<u32>,
    /// Six words each: time, kind, four values; in the order of step 1.
    pub changes: Vec<u32>,
    /// Five words each: from when the submit gate has this `max_nodes` (NEVER: the configuration's) and these
    /// quotas. The first begins at 0.
    pub epochs: Vec<u32>,
    /// Identities of the cluster at 0, a bit each.
    pub identities: u32,
    /// Quotas that bind the cluster at 0 [vCPUs].
    pub quotas: [u32; 3],
    /// The subnet's addresses.
    pub addresses: u32,
}

impl Model {
    /// The first cluster, as it was given.
    #[must_use]
    pub fn first_cluster(&self) -> &ClusterInput {
        &self.clusters[0].input
    }

    /// Slots of nodes that a kernel needs for its first cluster with these bounds.
    #[must_use]
    pub fn slots(&self, max_nodes: u32, initial_nodes: u32) -> u32 {
        let updated = self.input.updates.iter().filter_map(|u| u.max_nodes).max().unwrap_or(0);
        let cluster = &self.clusters[0];
        let most = updated.max(max_nodes).min(cluster.input.communication_limit).min(cluster.addresses);
        most.max(initial_nodes)
    }

    /// What keeps a kernel from running this model; empty: nothing does.
    #[must_use]
    pub fn obstacles(&self) -> Vec<Obstacle> {
        let mut found = Vec::new();
        if self.clusters.len() != 1 {
            found.push(Obstacle::Clusters(self.clusters.len()));
        }
        for (i, cluster) in self.clusters.iter().enumerate() {
            if cluster.input.discipline != Discipline::Fifo {
                found.push(Obstacle::Discipline(i, cluster.input.discipline));
            }
            if matches!(cluster.input.on_eviction, OnEviction::Resubmit(_)) {
                found.push(Obstacle::Resubmit(i));
            }
        }
        let identities = self.needed_identities();
        if identities.len() > IDENTITIES_MAX {
            found.push(Obstacle::Identities(identities.len()));
        }
        found
    }

    /// Identities that jobs need; others change nothing.
    fn needed_identities(&self) -> BTreeSet<u32> {
        if !self.has_extras() {
            return BTreeSet::new();
        }
        (0u32..)
            .zip(self.jobs.iter())
            .map(|(id, job)| self.identity(*job, id))
            .filter(|identity| *identity != NEVER)
            .collect()
    }

    /// The model as words, where [`Self::obstacles`] finds none.
    ///
    /// # Panics
    /// If its jobs need more identities than there are bits: a shift beyond them would begin at the first one again, and
    /// the kernel would take one identity for another.
    #[must_use]
    pub fn flat(&self) -> Flat {
        let cluster = &self.clusters[0];
        let identities: Vec<u32> = self.needed_identities().into_iter().collect();
        assert!(identities.len() <= IDENTITIES_MAX, "the model has an obstacle: it is not for a kernel");
        let mask = |list: &[u32]| {
            (0u32..)
                .zip(&identities)
                .filter(|(_, i)| list.contains(i))
                .fold(0, |mask, (bit, _)| mask | 1 << bit)
        };
        // The first quotas are those that bind the cluster; a quota that is never set is unlimited.
        let mut quotas = [UNLIMITED; 3];
        for (quota, index) in quotas.iter_mut().zip(&cluster.quotas) {
            *quota = self.quotas[*index as usize].vcpus;
        }
        debug_assert!(binding_quotas(&cluster.input).count() <= quotas.len(), "three quotas at most");
        Flat {
            jobs: self.flat_jobs(),
            extras: self.flat_extras(&mask),
            cancels: self.cancels.iter().flat_map(|&(t, id)| [t, id]).collect(),
            changes: self.flat_changes(&mask),
            epochs: self.flat_epochs(quotas),
            identities: mask(&cluster.input.identities),
            quotas,
            addresses: cluster.addresses,
        }
    }

    fn flat_jobs(&self) -> Vec<u32> {
        let has_extras = !self.extras.is_empty() || !self.cancels.is_empty();
        let words = self.jobs.iter().flat_map(|job| {
            let shape = job.nodes.min(NODES_MAX)
                | job.environment().trailing_zeros() << ENVIRONMENT_SHIFT
                | if job.communicates() { COMMUNICATES } else { 0 }
                | if has_extras { HAS_EXTRA } else { 0 };
            [job.submit, job.running, shape]
        });
        words.collect()
    }

    fn flat_extras(&self, mask: &impl Fn(&[u32]) -> u32) -> Vec<u32> {
        if self.extras.is_empty() && self.cancels.is_empty() {
            return Vec::new();
        }
        let mut words = Vec::with_capacity(4 * self.jobs.len());
        for (id, job) in (0u32..).zip(self.jobs.iter()) {
            let identity = self.identity(*job, id);
            let identity = if identity == NEVER { 0 } else { mask(&[identity]) };
            words.extend([self.timeout(*job, id), self.checkpoint(id), identity, NEVER]);
        }
        for &(t, id) in self.cancels.iter() {
            words[4 * id as usize + 3] = t;
        }
        words
    }

    /// Number of a quota among those that bind the cluster.
    fn local_quota(&self, quota: u32) -> Option<u32> {
        (0u32..).zip(&self.clusters[0].quotas).find(|(_, q)| **q == quota).map(|(i, _)| i)
    }

    fn flat_changes(&self, mask: &impl Fn(&[u32]) -> u32) -> Vec<u32> {
        let level = |level| u32::from(level == LockLevel::ReadOnly);
        // What does not touch the cluster is an instant all the same.
        let nothing = [0, 0, 0, 0, 0];
        let words = self.changes.iter().flat_map(|&(t, change)| {
            let [kind, x, y, z, w] = match change {
                Change::LockBegins(l) => [1, level(l), 0, 0, 0],
                Change::LockEnds(l) => [2, level(l), 0, 0, 0],
                Change::Quota { quota, vcpus } => {
                    self.local_quota(quota).map_or(nothing, |q| [3, q, vcpus, 0, 0])
                }
                Change::OutsideUsage { quota, vcpus } => {
                    self.local_quota(quota).map_or(nothing, |q| [4, q, vcpus, 0, 0])
                }
                Change::Update(u) => {
                    let update = &self.input.updates[u as usize];
                    let or_never = |v: Option<u32>| v.unwrap_or(NEVER);
                    let (kind, identities) = match &update.identities {
                        None => (5, 0),
                        Some(list) => (6, mask(list)),
                    };
                    let (min, max) = (or_never(update.min_nodes), or_never(update.max_nodes));
                    [kind, min, max, or_never(update.idle_time), identities]
                }
                Change::Capacity { nodes, .. } => [7, nodes, 0, 0, 0],
                Change::Ready(_) => [8, 0, 0, 0, 0],
            };
            [t, kind, x, y, z, w]
        });
        words.collect()
    }

    /// Replays what comes from outside, as far as the submit gate looks at it.
    fn flat_epochs(&self, quotas: [u32; 3]) -> Vec<u32> {
        let mut now = (NEVER, quotas);
        let mut epochs: Vec<(Tick, u32, [u32; 3])> = vec![(0, now.0, now.1)];
        let mut read_only = 0u32;
        for &(t, change) in &self.changes {
            match change {
                Change::LockBegins(LockLevel::ReadOnly) => read_only += 1,
                Change::LockEnds(LockLevel::ReadOnly) => read_only -= 1,
                Change::Quota { quota, vcpus } => {
                    if let Some(q) = self.local_quota(quota) {
                        now.1[q as usize] = vcpus;
                    }
                }
                Change::Update(u) if read_only == 0 => {
                    now.0 = self.input.updates[u as usize].max_nodes.unwrap_or(now.0);
                }
                _ => {}
            }
            let last = epochs.len() - 1;
            if (epochs[last].1, epochs[last].2) != now {
                if epochs[last].0 == t {
                    (epochs[last].1, epochs[last].2) = now;
                } else {
                    epochs.push((t, now.0, now.1));
                }
            }
        }
        epochs.into_iter().flat_map(|(t, max, [a, b, c])| [t, max, a, b, c]).collect()
    }
}

impl Model {
    /// Some job is cancelled.
    #[must_use]
    pub fn has_cancellations(&self) -> bool {
        !self.cancels.is_empty()
    }

    /// Some job has a timeout, a checkpoint, an identity or another thing that most do not have.
    #[must_use]
    pub fn has_extras(&self) -> bool {
        !self.extras.is_empty()
    }

    /// Something comes from outside during the run.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    /// What a lock does to scaling.
    #[must_use]
    pub fn lock_effect(&self) -> LockEffect {
        self.lock_effect
    }

    /// The run ends at the horizon whatever is unfinished.
    #[must_use]
    pub fn stops_at_horizon(&self) -> bool {
        self.stop_at_horizon
    }

    /// Length of a billing quantum [ticks].
    #[must_use]
    pub fn billing_quantum(&self) -> Tick {
        self.billing_quantum
    }

    /// Latest of horizon, last submission and last outside change.
    #[must_use]
    pub fn late_after(&self) -> Tick {
        self.late_after
    }

    /// Bounds that end a run which would go on for too long.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }
}
