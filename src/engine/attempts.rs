//! Attempts of jobs: how they start, end, and are stopped by evictions (model, sections 4, 6 and 9).

use super::cluster::{Attempt, Cluster, NONE, Split, entry};
use super::input::{OnEviction, UNLIMITED};
use super::model::Job;
use super::output::{EventKind, Outcome, State};
use super::queue::{Place, Restart};
use super::record::{ALL, JOBS};
use super::world::{Whereabouts, World};
use crate::units::{NEVER, Tick};

impl Cluster<'_> {
    /// Step 2: completions and timeouts due now. They only free nodes, so their order changes nothing.
    #[inline(always)]
    pub(super) fn completions<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>) {
        while let Some(i) = self.attempt_due.pop_due(world.now) {
            let times_out = self.attempts[i as usize].times_out;
            let outcome = if times_out { Outcome::TimedOut } else { Outcome::Completed };
            self.end_attempt(world, i, outcome);
        }
    }

    /// Starts a waiting job that fits the idle nodes. It has left the queue already.
    #[inline(always)]
    pub(super) fn start<const DETAIL: u8>(
        &mut self,
        world: &mut World<'_, DETAIL>,
        place: Place,
        job: Job,
        restart: Restart,
    ) {
        let now = world.now;
        let id = place.2;
        let index = self.free_attempts.pop().unwrap_or_else(|| {
            self.attempts.push(FREE_ATTEMPT);
            self.attempts.len() as u32 - 1
        });
        let (first_slot, cold) = self.take_nodes(job.nodes, job.environment(), index);
        self.move_nodes(now, State::Idle, State::Running, job.nodes);

        let input = &self.model.input;
        let prepare = entry(if cold { &input.prepare_cold } else { &input.prepare_warm }, id);
        let overhead = if restart.attempts == 0 { 0 } else { input.restart_overhead };
        let length = u64::from(prepare) + u64::from(overhead) + u64::from(job.running - restart.saved);
        let timeout = world.model.timeout(job, id);
        let times_out = length > u64::from(timeout);
        let end = now + if times_out { timeout } else { length as Tick };
        self.attempts[index as usize] = Attempt {
            job: id,
            start: now,
            end,
            prepare,
            overhead,
            saved: restart.saved,
            evictions: restart.evictions,
            attempts: restart.attempts + 1,
            nodes: job.nodes,
            first_slot,
            submitted: place.1,
            times_out,
        };
        self.attempt_due.set(index, end);
        world.track(id, Whereabouts::Running, index);

        if restart.attempts == 0 {
            let wait = now - job.submit;
            self.sums.started += 1;
            self.sums.wait_sum += u64::from(wait);
            self.sums.wait_max = self.sums.wait_max.max(wait);
            self.wait_histogram.add(wait);
            self.sums.waits_within += u64::from(world.model.wait_limit.is_some_and(|limit| wait <= limit));
            if DETAIL >= JOBS {
                world.recorder.recording.jobs.start(now, id);
            }
        } else {
            self.sums.restarts += 1;
            if DETAIL >= JOBS {
                world.recorder.recording.jobs.whole(id).attempts += 1;
            }
        }
        if DETAIL >= ALL {
            let slots = self.gang(index).collect();
            world.recorder.start_event(now, self.index, id, slots);
        }
    }

    /// Takes the most recently idle nodes; whether any of them is cold for the environment.
    #[inline(always)]
    fn take_nodes(&mut self, n: u32, environment: u32, attempt: u32) -> (u32, bool) {
        let mut first = NONE;
        let mut warm = u32::MAX;
        for _ in 0..n {
            let Some(slot) = self.idle.take_one() else {
                debug_assert!(false, "a job starts on idle nodes");
                break;
            };
            let node = &mut self.nodes[slot as usize];
            warm &= node.warm;
            node.warm |= environment;
            node.state = Some(State::Running);
            node.attempt = attempt;
            // Linked backwards: the gang then ends in an order in which the idle list is sorted already.
            node.next = first;
            first = slot;
        }
        (first, warm & environment == 0)
    }

    /// The slots of an attempt.
    pub(super) fn gang(&self, attempt: u32) -> impl Iterator<Item = u32> + '_ {
        let mut slot = self.attempts[attempt as usize].first_slot;
        std::iter::from_fn(move || {
            if slot == NONE {
                return None;
            }
            let this = slot;
            slot = self.nodes[this as usize].next;
            Some(this)
        })
    }

    /// An attempt ends; its nodes become idle now.
    #[inline(always)]
    fn stop<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, index: u32) -> Attempt {
        let now = world.now;
        let attempt = self.attempts[index as usize];
        self.attempts[index as usize].end = NEVER;
        self.free_attempts.push(index);
        let mut slot = attempt.first_slot;
        while slot != NONE {
            let node = &mut self.nodes[slot as usize];
            node.state = Some(State::Idle);
            node.since = now;
            node.attempt = NONE;
            if DETAIL >= ALL {
                world.recorder.node_ran(self.index, node.ordinal, now - attempt.start);
            }
            self.idle.push(now, slot);
            slot = node.next;
        }
        self.move_nodes(now, State::Running, State::Idle, attempt.nodes);
        attempt
    }

    /// An attempt ends the job: completed, timed out or cancelled.
    #[inline(always)]
    pub(super) fn end_attempt<const DETAIL: u8>(
        &mut self,
        world: &mut World<'_, DETAIL>,
        index: u32,
        outcome: Outcome,
    ) {
        let attempt = self.stop(world, index);
        let split = attempt.split(world.now);
        let usual = outcome == Outcome::Completed && attempt.attempts == 1;
        self.account(world, &attempt, split, usual);
        let useful = attempt.saved + split.progress;
        if outcome == Outcome::Completed {
            let turnaround = world.now - world.model.jobs[attempt.job as usize].submit;
            self.sums.turnaround_sum += u64::from(turnaround);
            self.sums.turnaround_max = self.sums.turnaround_max.max(turnaround);
            self.turnaround_histogram.add(turnaround);
        }
        world.active_jobs -= 1;
        self.note_outcome(world, attempt.job, attempt.nodes, useful, outcome);
        if DETAIL >= JOBS {
            if usual {
                world.recorder.recording.jobs.complete(world.now, attempt.job, useful);
            } else {
                record_end(world, attempt.job, attempt.evictions, useful, outcome);
            }
        }
    }

    /// Adds what an attempt did: all progress counts as useful. A `usual` one is recorded by its completion.
    #[inline(always)]
    pub(super) fn account<const DETAIL: u8>(
        &mut self,
        world: &mut World<'_, DETAIL>,
        attempt: &Attempt,
        split: Split,
        usual: bool,
    ) {
        let n = u64::from(attempt.nodes);
        self.sums.prepare += n * u64::from(split.prepare);
        self.sums.lost += n * u64::from(split.overhead);
        self.sums.useful += n * u64::from(split.progress);
        if DETAIL >= JOBS && !usual {
            let record = world.recorder.recording.jobs.whole(attempt.job);
            record.prepare += split.prepare;
            record.lost += split.overhead;
            record.useful += split.progress;
        }
    }

    /// A job that does not run gets its final outcome. `useful` is what it keeps of all its attempts [ticks].
    pub(super) fn end_job<const DETAIL: u8>(
        &mut self,
        world: &mut World<'_, DETAIL>,
        id: u32,
        evictions: u32,
        useful: Tick,
        outcome: Outcome,
    ) {
        self.note_outcome(world, id, world.model.jobs[id as usize].nodes, useful, outcome);
        if DETAIL >= JOBS {
            record_end(world, id, evictions, useful, outcome);
        }
    }

    /// The sums of a final outcome.
    #[inline(always)]
    fn note_outcome<const DETAIL: u8>(
        &mut self,
        world: &mut World<'_, DETAIL>,
        id: u32,
        nodes: u32,
        useful: Tick,
        outcome: Outcome,
    ) {
        world.track(id, Whereabouts::Ended, 0);
        self.sums.outcomes[outcome as usize] += 1;
        self.sums.useful_by_outcome[outcome as usize] += u64::from(useful) * u64::from(nodes);
        world.event(event_of(outcome), self.index, id);
    }

    /// A node of a running job is evicted: the job stops, and restarts or fails (model, section 6).
    pub(super) fn evict_job<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, index: u32) {
        let attempt = self.stop(world, index);
        self.attempt_due.clear(index);
        let now = world.now;
        let id = attempt.job;
        let n = u64::from(attempt.nodes);
        let split = attempt.split(now);
        self.account(world, &attempt, split, false);
        world.event(EventKind::JobEvicted, self.index, id);

        let input = &self.model.input;
        let evictions = attempt.evictions + 1;
        let done = attempt.saved + split.progress;
        let gives_up = match input.on_eviction {
            OnEviction::Fail => Some(Outcome::FailedEviction),
            _ if input.max_restarts != UNLIMITED && evictions > input.max_restarts => {
                Some(Outcome::FailedMaxRestarts)
            }
            _ => None,
        };
        let checkpoint = world.model.checkpoint(id);
        let kept = match gives_up {
            Some(_) => 0,
            None if checkpoint == NEVER => 0,
            None => done / checkpoint * checkpoint,
        };
        // `account` counted all progress as useful.
        let lost = done - kept;
        self.sums.useful -= n * u64::from(lost);
        self.sums.lost += n * u64::from(lost);
        if DETAIL >= JOBS {
            let record = world.recorder.recording.jobs.whole(id);
            record.useful -= lost;
            record.lost += lost;
            record.evictions = evictions;
        }
        world.active_jobs -= 1;
        if let Some(outcome) = gives_up {
            self.end_job(world, id, evictions, 0, outcome);
            return;
        }
        let restart = Restart { saved: kept, evictions, attempts: attempt.attempts };
        if let OnEviction::Resubmit(after) = input.on_eviction {
            world.resubmit_at(now + after, id, restart);
        } else {
            let place = self.queue.place(world.model, attempt.submitted, id);
            self.enqueue_again(world, place, restart);
        }
    }
}

/// The record of a job that ends in any way but the usual one.
fn record_end<const DETAIL: u8>(
    world: &mut World<'_, DETAIL>,
    id: u32,
    evictions: u32,
    useful: Tick,
    outcome: Outcome,
) {
    let record = world.recorder.recording.jobs.whole(id);
    debug_assert_eq!(record.useful, useful, "useful work of job {id}");
    record.end = world.now;
    record.evictions = evictions;
    record.outcome = outcome;
}

const FREE_ATTEMPT: Attempt = Attempt {
    job: NONE,
    start: 0,
    end: NEVER,
    prepare: 0,
    overhead: 0,
    saved: 0,
    evictions: 0,
    attempts: 0,
    nodes: 0,
    first_slot: NONE,
    submitted: 0,
    times_out: false,
};

/// The event of a final outcome.
fn event_of(outcome: Outcome) -> EventKind {
    match outcome {
        Outcome::Completed => EventKind::Completed,
        Outcome::TimedOut => EventKind::TimedOut,
        Outcome::Rejected => EventKind::Rejected,
        Outcome::FailedIdentity => EventKind::FailedIdentity,
        Outcome::FailedEviction => EventKind::FailedEviction,
        Outcome::FailedMaxRestarts => EventKind::FailedMaxRestarts,
        Outcome::Cancelled
        | Outcome::Queued
        | Outcome::Running
        | Outcome::Resubmitting
        | Outcome::NotSubmitted => EventKind::Cancelled,
    }
}
