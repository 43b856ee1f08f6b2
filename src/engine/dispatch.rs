//! Steps 5 and 6: the submit gate, cancellation of waiting jobs, and the four disciplines (model, sections 4
//! and 7).

use super::cluster::{Cluster, entry};
use super::input::{Discipline, UNLIMITED};
use super::model::Job;
use super::output::{EventKind, Outcome, State};
use super::queue::{Place, Restart};
use super::record::ALL;
use super::world::{Whereabouts, World};
use crate::units::Tick;

impl Cluster<'_> {
    /// A job is submitted: the gate, then the queue.
    #[inline(always)]
    pub(super) fn submit<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, id: u32) {
        let job = world.model.jobs[id as usize];
        world.event(EventKind::Submit, self.index, id);
        let accepted = self.admits(world, job.nodes, job.communicates());
        self.queue.submit_next(world.model, id, accepted);
        if !accepted {
            world.whereabouts[id as usize] = Whereabouts::Ended;
            self.end_job(world, id, 0, 0, Outcome::Rejected);
            return;
        }
        self.waits.first.add(world.now, 1);
        self.queued_nodes += job.nodes;
        world.active_jobs += 1;
        world.track(id, Whereabouts::Queued, job.submit);
        if DETAIL >= ALL {
            world.recorder.enqueued(id, false, self.waits.ticks_until(world.now));
        }
    }

    /// The submit gate, as in force now; outside usage and capacity are not looked at.
    #[inline(always)]
    fn admits<const DETAIL: u8>(&self, world: &World<'_, DETAIL>, nodes: u32, communicates: bool) -> bool {
        if nodes > self.limit || (nodes > 1 && communicates && !self.model.input.communication) {
            return false;
        }
        let vcpus = u64::from(nodes) * u64::from(self.model.input.vcpus);
        self.model.quotas.iter().all(|&q| {
            let quota = world.quotas[q as usize].vcpus;
            quota == UNLIMITED || vcpus <= u64::from(quota)
        })
    }

    /// A job comes back to the queue after an eviction.
    pub(super) fn enqueue_again<const DETAIL: u8>(
        &mut self,
        world: &mut World<'_, DETAIL>,
        place: Place,
        restart: Restart,
    ) {
        let id = place.2;
        self.queue.insert(world.model, place, restart);
        self.waits.again.add(world.now, 1);
        self.queued_nodes += world.model.jobs[id as usize].nodes;
        world.active_jobs += 1;
        world.track(id, Whereabouts::Queued, place.1);
        if DETAIL >= ALL {
            world.recorder.enqueued(id, true, self.waits.ticks_until(world.now));
        }
    }

    /// The books on a job that leaves the queue.
    #[inline(always)]
    fn dequeued<const DETAIL: u8>(
        &mut self,
        world: &mut World<'_, DETAIL>,
        id: u32,
        nodes: u32,
        restart: Restart,
    ) {
        let again = restart.attempts > 0;
        let level = if again { &mut self.waits.again } else { &mut self.waits.first };
        level.sub(world.now, 1);
        self.queued_nodes -= nodes;
        if DETAIL >= ALL {
            world.recorder.dequeued(id, again, self.waits.ticks_until(world.now));
        }
    }

    /// A waiting job is cancelled.
    pub(super) fn cancel_queued<const DETAIL: u8>(
        &mut self,
        world: &mut World<'_, DETAIL>,
        id: u32,
        submitted: Tick,
    ) {
        let place = self.queue.place(world.model, submitted, id);
        let restart = self.queue.remove(world.model, place).unwrap_or_default();
        self.dequeued(world, id, world.model.jobs[id as usize].nodes, restart);
        world.active_jobs -= 1;
        self.end_waiting(world, id, restart, Outcome::Cancelled);
        self.queue.skip_ended(self.model, |id| world.has_ended(id));
    }

    /// A job that does not run gets its final outcome.
    pub(super) fn end_waiting<const DETAIL: u8>(
        &mut self,
        world: &mut World<'_, DETAIL>,
        id: u32,
        restart: Restart,
        outcome: Outcome,
    ) {
        world.whereabouts[id as usize] = Whereabouts::Ended;
        if outcome == Outcome::Cancelled && restart.attempts == 0 {
            self.sums.cancelled_unstarted += 1;
        }
        self.end_job(world, id, restart.evictions, restart.saved, outcome);
    }

    /// Step 6.
    #[inline(always)]
    pub(super) fn dispatch<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>) {
        if self.idle.len() > 0 && self.waits.queued() > 0 {
            self.start_jobs(world);
        }
    }

    #[inline(always)]
    fn start_jobs<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>) {
        let head = self.start_heads(world);
        // A job takes a node at least, so without idle ones nobody overtakes.
        let Some(head) = head.filter(|_| self.idle.len() > 0) else { return };
        match self.model.input.discipline {
            Discipline::Fifo | Discipline::Priority => {}
            Discipline::FirstFit => self.first_fit(world, head),
            Discipline::Backfill => self.backfill(world, head),
        }
    }

    /// While the head's nodes ≤ idle nodes, it starts. Returns the head that does not fit.
    #[inline(always)]
    fn start_heads<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>) -> Option<Place> {
        loop {
            let (place, restart) = self.queue.head(world.model, self.model)?;
            let job = world.model.jobs[place.2 as usize];
            if job.nodes as usize > self.idle.len() {
                return Some(place);
            }
            self.queue.pop_head(world.model, place, self.model, |id| world.has_ended(id));
            self.start_or_fail(world, place, job, restart);
        }
    }

    /// A job that fits starts, or ends for want of its identity; whether it took nodes.
    #[inline(always)]
    fn start_or_fail<const DETAIL: u8>(
        &mut self,
        world: &mut World<'_, DETAIL>,
        place: Place,
        job: Job,
        restart: Restart,
    ) -> bool {
        let id = place.2;
        self.dequeued(world, id, job.nodes, restart);
        let identity = world.model.identity(job, id);
        if identity != crate::units::NEVER && !self.identities.contains(&identity) {
            world.active_jobs -= 1;
            self.end_waiting(world, id, restart, Outcome::FailedIdentity);
            return false;
        }
        self.start(world, place, job, restart);
        true
    }

    /// Every later job that fits the idle nodes starts, in queue order.
    fn first_fit<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, head: Place) {
        let mut last = head;
        while self.idle.len() > 0
            && let Some((place, restart)) = self.queue.after(last, self.count(State::Idle))
        {
            last = place;
            let job = world.model.jobs[place.2 as usize];
            self.queue.remove(world.model, place);
            self.start_or_fail(world, place, job, restart);
        }
    }

    /// EASY: later jobs start if that does not delay the blocked head by the declared running times.
    fn backfill<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, head: Place) {
        let model = world.model;
        let now = u64::from(world.now);
        let head_nodes = model.jobs[head.2 as usize].nodes;
        let Some((shadow, mut spare)) = self.shadow(world, head_nodes) else { return };
        let mut last = head;
        while self.idle.len() > 0
            && let Some((place, restart)) = self.queue.after(last, self.count(State::Idle))
        {
            last = place;
            let id = place.2;
            let job = model.jobs[id as usize];
            let cold = self
                .idle
                .candidates(job.nodes as usize)
                .any(|slot| self.nodes[slot as usize].warm & job.environment() == 0);
            let input = &self.model.input;
            let prepare = entry(if cold { &input.prepare_cold } else { &input.prepare_warm }, id);
            let overhead = if restart.attempts == 0 { 0 } else { input.restart_overhead };
            let length = i128::from(prepare) + i128::from(overhead) + i128::from(model.declared(id))
                - i128::from(restart.saved);
            let in_time = i128::from(now) + length <= i128::from(shadow);
            if !in_time && job.nodes > spare {
                continue;
            }
            self.queue.remove(model, place);
            if self.start_or_fail(world, place, job, restart) && !in_time {
                spare -= job.nodes;
            }
        }
    }

    /// The shadow time, at which a head of `head_nodes` fits by the declared running times, and the nodes that
    /// are spare then. `None`: it never fits. Nodes on their way are not counted.
    fn shadow<const DETAIL: u8>(&self, world: &World<'_, DETAIL>, head_nodes: u32) -> Option<(u64, u32)> {
        let now = u64::from(world.now);
        let mut ends: Vec<(u64, u32, u32)> = self
            .attempts
            .iter()
            .filter(|a| a.end != crate::units::NEVER)
            .map(|a| {
                let length = u64::from(a.prepare) + u64::from(a.overhead) + world.model.declared(a.job);
                let end = (u64::from(a.start) + length).saturating_sub(u64::from(a.saved));
                (end.max(now + 1), a.job, a.nodes)
            })
            .collect();
        ends.sort_unstable();
        let mut free = self.count(State::Idle);
        let mut shadow = None;
        for (end, _, nodes) in ends {
            if shadow.is_some_and(|s| end > s) {
                break;
            }
            free += nodes;
            if free >= head_nodes {
                shadow = Some(end);
            }
        }
        shadow.map(|s| (s, free - head_nodes))
    }
}
