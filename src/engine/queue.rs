//! The jobs that wait on one cluster, in the order of its discipline (model, section 4).

use super::input::Discipline;
use super::model::{ClusterModel, Model};
use crate::units::Tick;
use std::cmp::Reverse;
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
/// job list and cost nothing to queue; only those that come back after an eviction are kept one by one, in a list
/// whose memory the next run takes over. The other disciplines keep all of them in order.
#[derive(Clone, Debug, Default)]
pub(super) struct JobQueue {
    discipline: Discipline,
    /// Positions in the cluster's job list: the first that may wait, and the next to be submitted.
    head: u32,
    tail: u32,
    /// Jobs that are kept one by one, in either of the lists below.
    kept: u32,
    /// Under `Fifo`: the jobs that came back, the head last. The first `sorted` are in order; all of them are but
    /// between [`Self::insert`] and [`Self::sort`].
    returned: Vec<(Place, Restart)>,
    sorted: usize,
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
    /// Nobody waits.
    pub(super) fn reset(&mut self, discipline: Discipline) {
        self.discipline = discipline;
        (self.head, self.tail, self.kept) = (0, 0, 0);
        self.returned.clear();
        self.sorted = 0;
        self.others.clear();
        self.by_nodes.clear();
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

    /// A job waits in its place. [`Self::sort`] is due before anything else is asked of the queue.
    pub(super) fn insert(&mut self, model: &Model, place: Place, restart: Restart) {
        self.kept += 1;
        if self.discipline == Discipline::Fifo {
            self.returned.push((place, restart));
            return;
        }
        self.others.insert(place, restart);
        if self.discipline.overtakes() {
            self.by_nodes.entry(model.jobs[place.2 as usize].nodes).or_default().insert(place);
        }
    }

    /// Puts the jobs that came back in order: a few where they belong, many of one instant all at once.
    #[inline]
    pub(super) fn sort(&mut self) {
        if self.sorted < self.returned.len() {
            self.sort_returned();
        }
    }

    #[cold]
    fn sort_returned(&mut self) {
        if self.returned.len() - self.sorted > 8 {
            self.returned.sort_unstable_by_key(|job| Reverse(job.0));
            self.sorted = self.returned.len();
        }
        while self.sorted < self.returned.len() {
            let place = self.returned[self.sorted].0;
            let at = self.returned[..self.sorted].partition_point(|job| job.0 > place);
            self.returned[at..=self.sorted].rotate_right(1);
            self.sorted += 1;
        }
    }

    /// A waiting job leaves; `None` if it waits in the range, where `skip_ended` passes over it.
    pub(super) fn remove(&mut self, model: &Model, place: Place) -> Option<Restart> {
        if self.discipline == Discipline::Fifo {
            debug_assert_eq!(self.sorted, self.returned.len(), "the jobs that came back are in order");
            let found = match self.returned.last() {
                Some(last) if last.0 == place => self.returned.pop(),
                _ => {
                    let at = self.returned.binary_search_by(|job| place.cmp(&job.0)).ok()?;
                    Some(self.returned.remove(at))
                }
            };
            self.sorted = self.returned.len();
            self.kept -= u32::from(found.is_some());
            return found.map(|job| job.1);
        }
        if self.discipline.overtakes() {
            let nodes = model.jobs[place.2 as usize].nodes;
            if let Some(places) = self.by_nodes.get_mut(&nodes) {
                places.remove(&place);
                if places.is_empty() {
                    self.by_nodes.remove(&nodes);
                }
            }
        }
        let found = self.others.remove(&place);
        self.kept -= u32::from(found.is_some());
        found
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
        if self.kept == 0 {
            return fresh.map(|place| (place, Restart::default()));
        }
        let (place, restart) = self.first_kept()?;
        match fresh {
            Some(fresh) if fresh < place => Some((fresh, Restart::default())),
            _ => Some((place, restart)),
        }
    }

    /// The first of the jobs that are kept one by one.
    fn first_kept(&self) -> Option<(Place, Restart)> {
        debug_assert_eq!(self.sorted, self.returned.len(), "the jobs that came back are in order");
        if self.discipline == Discipline::Fifo {
            return self.returned.last().copied();
        }
        self.others.first_key_value().map(|(place, restart)| (*place, *restart))
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
        if self.kept > 0 && self.remove(model, place).is_some() {
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

    /// Every waiting job, in no order that matters; also those of the range that ended, which the caller leaves
    /// out.
    pub(super) fn jobs(&self, cluster: &ClusterModel) -> impl Iterator<Item = (u32, Restart)> {
        let fresh = (self.head..self.tail).map(|position| (id_at(cluster, position), Restart::default()));
        let kept = self.returned.iter().copied().chain(self.others.iter().map(|(p, r)| (*p, *r)));
        fresh.chain(kept.map(|(place, restart)| (place.2, restart)))
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
        let kept = self.returned.iter().copied().chain(self.others.iter().map(|(p, r)| (*p, *r)));
        let mut jobs: Vec<_> = fresh.chain(kept).collect();
        jobs.sort_unstable_by_key(|(place, _)| *place);
        jobs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::input::{ClusterInput, Input};

    #[test]
    fn jobs_that_come_back_are_the_head_in_their_order() {
        let input = Input { clusters: vec![ClusterInput::default()], billing_quantum: 1, ..Input::default() };
        let model = Model::new(input).expect("it can be run");
        let mut queue = JobQueue::default();
        let mut expected = BTreeSet::new();
        let mut state = 1u32;
        let mut below = |n: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % n
        };
        let restart = |place: Place| Restart { saved: place.1, evictions: place.2, attempts: 1 };
        for step in 0..400 {
            // One, a few, or many at once.
            for _ in 0..below([2, 6, 30][step % 3]) {
                let place = (0, below(50), below(1000));
                if expected.insert(place) {
                    queue.insert(&model, place, restart(place));
                }
            }
            queue.sort();
            for _ in 0..below(12) {
                let head = queue.head(&model, &model.clusters[0]);
                assert_eq!(head, expected.first().map(|&place| (place, restart(place))));
                let Some((head, _)) = head else { break };
                // The head starts, or some job is cancelled.
                let places: Vec<Place> = expected.iter().copied().collect();
                let gone = if below(2) == 0 { head } else { places[below(places.len() as u32) as usize] };
                assert_eq!(queue.remove(&model, gone), Some(restart(gone)));
                assert_eq!(queue.remove(&model, gone), None);
                expected.remove(&gone);
            }
        }
        assert!(expected.len() > 8, "the list was long at times");
        queue.reset(Discipline::Fifo);
        assert_eq!(queue.head(&model, &model.clusters[0]), None);
    }
}
