//! One run: the instants, and the steps of each (model, sections 3 and 8).
//!
//! ```text
//!            ┌─────────────── next instant ───────────────┐
//!            ▼                                            │
//!   1 outside changes                                     │
//!            ▼                                            │
//!   ┌─ 2 completions ─ 3 evictions ─ 4 transitions ─┐     │
//!   │  5 submissions, cancellations ─ 6 dispatch    │     │
//!   │        ◦ decision (stepping pauses here)      │     │
//!   │  7 scaling: Down for all, then Up for all     │     │
//!   └──────────── again while due at t ─────────────┘     │
//!            ▼                                            │
//!   reasons, peaks ─ settled? horizon? stuck? limit? ─────┘
//! ```
//!
//! One function a step, named after it, in the order of section 3; the kernel repeats names and order.

use super::cluster::{Cluster, FREE};
use super::input::LockLevel;
use super::model::{Change, Model};
use super::output::{EventKind, Outcome, State, Status};
use super::queue::Place;
use super::record::{ALL, JOBS};
use super::settings::Settings;
use super::world::{Whereabouts, World, WorldBuffers};
use crate::units::{NEVER, TICK_END, Tick};

/// What the run does when it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Visits the next instant, or ends.
    Between,
    /// Carries out step 7 of the present instant.
    Decision,
    /// Repeats steps 2 to 6 at the present instant.
    Repeat,
    /// Over.
    Done(Status),
}

/// The clusters of a run: an array where there is just one, so that the steps need no loops over them (a tenth
/// of the time of case A), else a list.
pub(super) trait Clusters<'m>: AsRef<[Cluster<'m>]> + AsMut<[Cluster<'m>]> {}

impl<'m, C: AsRef<[Cluster<'m>]> + AsMut<[Cluster<'m>]>> Clusters<'m> for C {}

/// A run under way.
#[derive(Debug)]
pub(super) struct Run<'m, C, const DETAIL: u8> {
    pub(super) world: World<'m, DETAIL>,
    pub(super) clusters: C,
    phase: Phase,
    /// The earliest time that is pending; the present one if something is due again.
    next: Tick,
    /// Executions of steps 2 to 7 at the present instant.
    repetitions: u32,
    pub(super) instants: u64,
    pub(super) late_instants: u64,
    pub(super) settled_at: Option<Tick>,
}

impl<'m, C: Clusters<'m>, const DETAIL: u8> Run<'m, C, DETAIL> {
    /// The state at t = 0, before the first instant.
    pub(super) fn new(model: &'m Model, settings: &[Settings], clusters: C, buffers: WorldBuffers) -> Self {
        let mut run = Self {
            world: World::new(model, buffers),
            clusters,
            phase: Phase::Between,
            next: 0,
            repetitions: 0,
            instants: 0,
            late_instants: 0,
            settled_at: None,
        };
        for (cluster, settings) in run.clusters.as_mut().iter_mut().zip(settings) {
            cluster.place_initial_nodes(&mut run.world, settings.initial_nodes);
        }
        run
    }

    pub(super) fn status(&self) -> Option<Status> {
        match self.phase {
            Phase::Done(status) => Some(status),
            _ => None,
        }
    }

    /// Goes on to the next decision: the end of step 6, before nodes are requested and released. `None`: the
    /// run is over, or the next instant lies after `until`.
    pub(super) fn advance_to_decision(&mut self, until: Tick) -> Option<Tick> {
        if self.phase == Phase::Decision {
            self.phase = self.step_7();
        }
        match self.phase {
            Phase::Done(_) => return None,
            Phase::Decision | Phase::Repeat => {}
            Phase::Between => match self.next_instant() {
                Ok(t) if t > until => return None,
                Ok(t) => self.begin_instant(t),
                Err(status) => {
                    self.phase = Phase::Done(status);
                    return None;
                }
            },
        }
        self.steps_2_to_6();
        self.phase = Phase::Decision;
        Some(self.world.now)
    }

    /// Runs to the end: the same loop, without a pause at each decision.
    pub(super) fn complete(&mut self) {
        loop {
            match self.phase {
                Phase::Done(_) => return,
                Phase::Decision => self.phase = self.step_7(),
                Phase::Repeat => {
                    self.steps_2_to_6();
                    self.phase = Phase::Decision;
                }
                Phase::Between => self.phase = self.run_instants(),
            }
        }
    }

    /// Visits instants until one repeats its steps, or the run ends.
    fn run_instants(&mut self) -> Phase {
        loop {
            match self.next_instant() {
                Ok(t) => self.begin_instant(t),
                Err(status) => return Phase::Done(status),
            }
            self.steps_2_to_6();
            let phase = self.step_7();
            if phase != Phase::Between {
                return phase;
            }
        }
    }

    /// The next time to visit, or how the run ends at the present instant (model, section 8).
    #[inline(always)]
    fn next_instant(&mut self) -> Result<Tick, Status> {
        // While submissions are to come, the run neither settles nor is late nor stuck.
        if self.next <= self.world.next_submit
            && self.world.next_submit != NEVER
            && !self.world.model.stop_at_horizon
        {
            return Ok(self.next);
        }
        self.next_late_instant()
    }

    /// The same, where the run may end.
    fn next_late_instant(&self) -> Result<Tick, Status> {
        if self.instants == 0 {
            return Ok(0);
        }
        let now = self.world.now;
        let model = self.world.model;
        if self.settled_at.is_some() && model.horizon.is_none_or(|h| now >= h) {
            return Err(Status::Settled);
        }
        if model.stop_at_horizon && model.horizon == Some(now) {
            return Err(Status::Horizon);
        }
        let next = self.next;
        if next == NEVER {
            return Err(Status::Stuck);
        }
        let bound = u64::from(model.bounds.instants) + 64 * model.jobs.len() as u64;
        if next >= TICK_END || (next > model.late_after && self.late_instants >= bound) {
            return Err(Status::Limit);
        }
        Ok(next)
    }

    /// The earliest time of the list in section 3, or [`NEVER`].
    #[inline(always)]
    fn next_due(&mut self) -> Tick {
        let mut next = self.world.next_submit;
        for cluster in self.clusters.as_mut() {
            next = next.min(cluster.next_due(self.world.now));
        }
        if self.world.quiet_until <= next {
            self.world.update_quiet_until();
            next = next.min(self.world.quiet_until);
        }
        next
    }

    #[inline(always)]
    fn begin_instant(&mut self, t: Tick) {
        debug_assert!(self.instants == 0 || t > self.world.now, "time goes forward");
        if DETAIL >= JOBS && self.world.recorder.stretch_end <= t {
            self.world.recorder.end_stretches(t, self.clusters.as_ref());
        }
        self.world.now = t;
        self.instants += 1;
        self.late_instants += u64::from(t > self.world.model.late_after);
        self.repetitions = 0;
        if t >= self.world.quiet_until {
            self.outside_changes();
        }
    }

    /// Step 1.
    fn outside_changes(&mut self) {
        let model = self.world.model;
        while let Some(&(t, change)) = model.changes.get(self.world.next_change) {
            if t > self.world.now {
                return;
            }
            self.world.next_change += 1;
            match change {
                Change::LockBegins(LockLevel::CanNotDelete) => self.world.cannot_delete_locks += 1,
                Change::LockBegins(LockLevel::ReadOnly) => self.world.read_only_locks += 1,
                Change::LockEnds(LockLevel::CanNotDelete) => self.world.cannot_delete_locks -= 1,
                Change::LockEnds(LockLevel::ReadOnly) => self.world.read_only_locks -= 1,
                Change::Quota { quota, vcpus } => self.world.quotas[quota as usize].vcpus = vcpus,
                Change::OutsideUsage { quota, vcpus } => {
                    self.world.quotas[quota as usize].outside = vcpus;
                }
                Change::Update(u) => self.update(u),
                Change::Capacity { cluster, nodes } => {
                    self.clusters.as_mut()[cluster as usize].capacity = nodes;
                }
                Change::Ready(c) => {
                    let cluster = &mut self.clusters.as_mut()[c as usize];
                    cluster.ready = true;
                    cluster.update_load_balancers(self.world.now);
                }
            }
        }
    }

    /// An update of a cluster; `ReadOnly` refuses it.
    fn update(&mut self, u: u32) {
        let update = &self.world.model.input.updates[u as usize];
        let cluster = &mut self.clusters.as_mut()[update.cluster as usize];
        if self.world.read_only_locks > 0 {
            cluster.sums.refused_updates += 1;
            self.world.event(EventKind::UpdateRefused, update.cluster, u);
            return;
        }
        cluster.min_nodes = update.min_nodes.unwrap_or(cluster.min_nodes);
        cluster.max_nodes = update.max_nodes.unwrap_or(cluster.max_nodes);
        cluster.idle_time = update.idle_time.unwrap_or(cluster.idle_time);
        if let Some(identities) = &update.identities {
            cluster.identities = identities;
        }
        cluster.update_limit();
        self.world.event(EventKind::Update, update.cluster, u);
    }

    #[inline(always)]
    fn steps_2_to_6(&mut self) {
        self.repetitions += 1;
        let first = self.repetitions == 1;
        for cluster in self.clusters.as_mut() {
            cluster.completions(&mut self.world);
            // Lifetimes last a tick at least and requests keep to the capacity, so that a repetition finds
            // nobody to evict.
            if first {
                cluster.evictions(&mut self.world);
            }
            cluster.transitions(&mut self.world);
        }
        self.submissions();
        if self.world.quiet_until <= self.world.now {
            self.resubmissions();
            self.cancellations();
        }
        for cluster in self.clusters.as_mut() {
            cluster.dispatch(&mut self.world);
        }
    }

    /// Step 5: submissions due now. They and the resubmissions look only at settings and quotas, so their
    /// order among each other changes nothing.
    #[inline(always)]
    fn submissions(&mut self) {
        while self.world.next_submit <= self.world.now {
            let jobs = &self.world.model.jobs;
            let id = self.world.next_job;
            self.world.next_job += 1;
            self.world.next_submit = jobs.get(id as usize + 1).map_or(NEVER, |j| j.submit);
            self.clusters.as_mut()[jobs[id as usize].cluster()].submit(&mut self.world, id);
        }
    }

    /// Step 5: resubmissions due now.
    fn resubmissions(&mut self) {
        let World { model, now, .. } = self.world;
        while let Some((&(t, id), &restart)) = self.world.resubmissions.first_key_value() {
            if t > now {
                break;
            }
            self.world.resubmissions.remove(&(t, id));
            let cluster = &mut self.clusters.as_mut()[model.jobs[id as usize].cluster()];
            self.world.event(EventKind::Resubmit, cluster.index, id);
            let place: Place = cluster.queue.place(model, now, id);
            cluster.enqueue_again(&mut self.world, place, restart);
            cluster.queue.sort();
        }
    }

    /// Step 5: cancellations due now.
    fn cancellations(&mut self) {
        let model = self.world.model;
        while let Some(&(t, id)) = model.cancels.get(self.world.next_cancel) {
            if t > self.world.now {
                return;
            }
            self.world.next_cancel += 1;
            let cluster = &mut self.clusters.as_mut()[model.jobs[id as usize].cluster()];
            let place = self.world.place_of[id as usize];
            match self.world.whereabouts[id as usize] {
                Whereabouts::Queued => cluster.cancel_queued(&mut self.world, id, place),
                Whereabouts::Running => {
                    cluster.attempt_due.clear(place);
                    cluster.end_attempt(&mut self.world, place, Outcome::Cancelled);
                }
                Whereabouts::Resubmitting => {
                    if let Some(restart) = self.world.resubmissions.remove(&(place, id)) {
                        cluster.end_waiting(&mut self.world, id, restart, Outcome::Cancelled);
                    }
                }
                Whereabouts::Ended => {}
                Whereabouts::NotSubmitted => {
                    debug_assert!(false, "a job is cancelled at its submission or later");
                }
            }
        }
    }

    /// Step 7, and what follows it.
    #[inline(always)]
    fn step_7(&mut self) -> Phase {
        self.scaling();
        let now = self.world.now;
        self.next = self.next_due();
        if self.next == now {
            if self.repetitions < self.world.model.bounds.repetitions {
                return Phase::Repeat;
            }
            self.end_instant();
            return Phase::Done(Status::Limit);
        }
        self.end_instant();
        if self.world.active_jobs == 0 && self.settled_at.is_none() && self.is_settled() {
            self.settled_at = Some(now);
        }
        Phase::Between
    }

    /// What holds from this instant to the next: reasons, peaks, time at the limit.
    #[inline(always)]
    fn end_instant(&mut self) {
        let now = self.world.now;
        for cluster in self.clusters.as_mut() {
            if cluster.waits.queued() > 0 || cluster.waits.reason().is_some() {
                let reason = cluster.waiting_reason(&self.world);
                cluster.waits.set_reason(now, reason);
                if DETAIL >= JOBS {
                    self.world.recorder.queue(cluster.index as usize, cluster.waits.queued());
                }
            }
            if cluster.resized {
                cluster.resized = false;
                cluster.at_limit.set(now, u32::from(cluster.allocated >= cluster.limit));
                cluster.sums.peak_nodes = cluster.sums.peak_nodes.max(cluster.held);
            }
        }
        if DETAIL >= ALL {
            self.world.recorder.after_instant(now, self.clusters.as_ref());
        }
    }

    /// All work done and no node above min_nodes left (model, section 8).
    fn is_settled(&self) -> bool {
        self.world.active_jobs == 0
            && self.world.next_job as usize == self.world.model.jobs.len()
            && self.world.resubmissions.is_empty()
            && self
                .clusters
                .as_ref()
                .iter()
                .all(|c| c.count(State::Leaving) == 0 && c.allocated <= c.min_nodes.max(c.target))
    }
}

impl Cluster<'_> {
    /// The initial nodes: idle and cold since 0, in slots 0, 1, 2 …; they take the first ordinals.
    fn place_initial_nodes<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, n: u32) {
        for slot in 0..n {
            let ordinal = self.next_ordinal;
            self.next_ordinal += 1;
            while self.free_slots.lowest_free().is_none() && self.free_slots.grow(n as usize) {}
            self.free_slots.take(slot as usize);
            let mut node = FREE;
            node.state = Some(State::Idle);
            node.ordinal = ordinal;
            node.billed_from = 0;
            self.nodes.push(node);
            if DETAIL >= ALL {
                world.recorder.node_requested(0, self.index, ordinal, slot);
                world.recorder.node_allocated(0, self.index, ordinal);
                world.recorder.node_ready(0, self.index, ordinal);
            }
            self.begin_lifetime(0, slot);
        }
        // The highest slot has been idle for the longest.
        for slot in (0..n).rev() {
            self.idle.push(0, slot);
        }
        self.levels[State::Idle as usize].add(0, n);
        self.allocated += n;
        self.held += n;
        for &q in &self.model.quotas {
            world.quotas[q as usize].used += u64::from(n) * u64::from(self.model.input.vcpus);
        }
        if let Some(s) = self.model.input.subnet {
            world.addresses_held[s as usize] += n;
        }
        self.update_load_balancers(0);
    }
}
