//! The jobs that wait on one cluster, in the order of its discipline (model, section 4).

use super::input::Discipline;
use super::model::{ClusterModel, Model};
use crate::units::Tick;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Place in the queue: priority (inverted; 0 unless the discipline looks at it), last submission, id.
pub(super) type Place = (u32, Tick, u32);

/// What a waiting job brings from earlier attempts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Restart {
    /// Running ticks kept by checkpoints.
    pub(super) saved: Tick,
    /// Evictions so far.
    pub(super) evictions: u32,
    /// Starts so far.
    pub(super) attempts: u32,
}

/// A queue.
///
/// Under `Fifo`, jobs that never started wait in the order of their ids, so they are a range of the cluster's
/// job list and cost nothing to queue; only those that come back after an eviction are kept one by one. The
/// other disciplines keep all of them in order.
#[derive(Clone, Debug)]
pub(super) struct JobQueue {
    discipline: Discipline,
    /// Positions in the cluster's job list: the first that may wait, and the next to be submitted.
    head: u32,
    tail: u32,
    others: BTreeMap<Place, Restart>,
    /// The same places by number of nodes, where later jobs may start before the head: those that are too large
    /// for the idle nodes need not be looked at one by one.
    by_nodes: BTreeMap<u32, BTreeSet<Place>>,
}

#[inline]
fn id_at(cluster: &ClusterModel, position: u32) -> u32 {
    if cluster.jobs.is_empty() { position } else { cluster.jobs[position as usize] }
}

impl JobQueue {
    pub(super) fn new(discipline: Discipline) -> Self {
        Self { discipline, head: 0, tail: 0, others: BTreeMap::new(), by_nodes: BTreeMap::new() }
    }

    /// The place of a job whose last submission was at `submitted`.
    #[inline(always)]
    pub(super) fn place(&self, model: &Model, submitted: Tick, id: u32) -> Place {
        let inverted = if self.discipline == Discipline::Priority { !model.priority(id) } else { 0 };
        (inverted, submitted, id)
    }

    /// The next job of the cluster's list is submitted, and waits unless it was rejected.
    #[inline(always)]
    pub(super) fn submit_next(&mut self, model: &Model, id: u32, accepted: bool) {
        self.tail += 1;
        if self.discipline == Discipline::Fifo {
            if !accepted && self.head + 1 == self.tail {
                self.head = self.tail;
            }
        } else {
            self.head = self.tail;
            if accepted {
                let place = self.place(model, model.jobs[id as usize].submit, id);
                self.insert(model, place, Restart::default());
            }
        }
    }

    /// A job waits in its place.
    pub(super) fn insert(&mut self, model: &Model, place: Place, restart: Restart) {
        self.others.insert(place, restart);
        if self.discipline.overtakes() {
            self.by_nodes.entry(model.jobs[place.2 as usize].nodes).or_default().insert(place);
        }
    }

    /// A waiting job leaves; `None` if it waits in the range, where `skip_ended` passes over it.
    pub(super) fn remove(&mut self, model: &Model, place: Place) -> Option<Restart> {
        if self.discipline.overtakes() {
            let nodes = model.jobs[place.2 as usize].nodes;
            if let Some(places) = self.by_nodes.get_mut(&nodes) {
                places.remove(&place);
                if places.is_empty() {
                    self.by_nodes.remove(&nodes);
                }
            }
        }
        self.others.remove(&place)
    }

    /// Moves the head of the range past jobs that do not wait.
    #[inline(always)]
    pub(super) fn skip_ended(&mut self, cluster: &ClusterModel, status_ended: impl Fn(u32) -> bool) {
        while self.head < self.tail && status_ended(id_at(cluster, self.head)) {
            self.head += 1;
        }
    }

    /// The first job in the discipline's order.
    #[inline(always)]
    pub(super) fn head(&self, model: &Model, cluster: &ClusterModel) -> Option<(Place, Restart)> {
        let fresh = (self.head < self.tail).then(|| {
            let id = id_at(cluster, self.head);
            (0, model.jobs[id as usize].submit, id)
        });
        if self.others.is_empty() {
            return fresh.map(|place| (place, Restart::default()));
        }
        let (&place, &restart) = self.others.first_key_value()?;
        match fresh {
            Some(fresh) if fresh < place => Some((fresh, Restart::default())),
            _ => Some((place, restart)),
        }
    }

    /// Takes the job that [`Self::head`] gave.
    #[inline(always)]
    pub(super) fn pop_head(
        &mut self,
        model: &Model,
        place: Place,
        cluster: &ClusterModel,
        status_ended: impl Fn(u32) -> bool,
    ) {
        if !self.others.is_empty() && self.remove(model, place).is_some() {
            return;
        }
        self.head += 1;
        self.skip_ended(cluster, status_ended);
    }

    /// The first job behind `place` that takes at most `nodes`, where later jobs may start before the head.
    pub(super) fn after(&self, place: Place, nodes: u32) -> Option<(Place, Restart)> {
        debug_assert!(self.discipline.overtakes(), "nobody overtakes under Fifo and Priority");
        let behind = (Bound::Excluded(place), Bound::Unbounded);
        let fits = self.by_nodes.range(..=nodes);
        let next = *fits.filter_map(|(_, places)| places.range(behind).next()).min()?;
        self.others.get(&next).map(|restart| (next, *restart))
    }

    /// Every waiting job, in no order that matters.
    pub(super) fn for_each(
        &self,
        cluster: &ClusterModel,
        ended: impl Fn(u32) -> bool,
        mut f: impl FnMut(u32, Restart),
    ) {
        for position in self.head..self.tail {
            let id = id_at(cluster, position);
            if !ended(id) {
                f(id, Restart::default());
            }
        }
        for (place, restart) in &self.others {
            f(place.2, *restart);
        }
    }

    /// Every waiting job in the discipline's order.
    pub(super) fn in_order(
        &self,
        model: &Model,
        cluster: &ClusterModel,
        ended: impl Fn(u32) -> bool,
    ) -> Vec<(Place, Restart)> {
        let fresh = (self.head..self.tail).map(|position| id_at(cluster, position)).filter(|id| !ended(*id));
        let fresh = fresh.map(|id| ((0, model.jobs[id as usize].submit, id), Restart::default()));
        let mut jobs: Vec<_> = fresh.chain(self.others.iter().map(|(p, r)| (*p, *r))).collect();
        jobs.sort_unstable_by_key(|(place, _)| *place);
        jobs
    }
}
