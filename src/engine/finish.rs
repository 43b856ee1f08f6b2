//! What is added up when a run is over (model, sections 8 and 9), and the laws that must then hold.

use super::cluster::Cluster;
use super::output::{Allocation, ClusterResult, Outcome, RunResult, State, Status};
use super::record::{ALL, JOBS, Recording};
use super::run::{Clusters, Run};
use super::world::World;
use crate::units::{NEVER, Tick};

impl<'m, C: Clusters<'m>, const DETAIL: u8> Run<'m, C, DETAIL> {
    /// The result of a run that is over; of one that is cut short, as at its present instant.
    pub(super) fn into_result(mut self) -> (RunResult, Recording) {
        let mut result = RunResult::empty();
        let recording = self.write_result(&mut result);
        (result, recording)
    }

    /// The same, in the memory of an earlier result.
    pub(super) fn write_result(&mut self, result: &mut RunResult) -> Recording {
        let now = self.world.now;
        let status = self.status().unwrap_or(Status::Horizon);
        // Before the queues and nodes are added up.
        let stuck = (DETAIL >= JOBS && status == Status::Stuck).then(|| self.stuck());
        for (&(_, id), restart) in &std::mem::take(&mut self.world.resubmissions) {
            let job = self.world.model.jobs[id as usize];
            let cluster = &mut self.clusters.as_mut()[job.cluster()];
            cluster.unfinished(&mut self.world, id, restart.saved, Outcome::Resubmitting);
        }
        result.status = status;
        result.end = now;
        result.settled_at = self.settled_at;
        result.late_instants = self.late_instants;
        result.instants = self.instants;
        // To the byte: a sweep keeps thousands of results.
        let more = self.clusters.as_ref().len().saturating_sub(result.clusters.len());
        result.clusters.reserve_exact(more);
        result.clusters.resize_with(self.clusters.as_ref().len(), ClusterResult::default);
        for (cluster, result) in self.clusters.as_mut().iter_mut().zip(&mut result.clusters) {
            cluster.write_result(&mut self.world, result);
        }
        let mut recording = self.world.recorder.finish(now, self.clusters.as_ref());
        recording.stuck = stuck;
        recording
    }
}

impl Cluster<'_> {
    /// A job that has no final outcome at the end of the run.
    fn unfinished<const DETAIL: u8>(
        &mut self,
        world: &mut World<'_, DETAIL>,
        id: u32,
        useful: Tick,
        outcome: Outcome,
    ) {
        self.sums.outcomes[outcome as usize] += 1;
        self.sums.useful_by_outcome[outcome as usize] +=
            u64::from(useful) * u64::from(world.model.jobs[id as usize].nodes);
        if DETAIL >= JOBS {
            let record = world.recorder.recording.jobs.whole(id);
            debug_assert_eq!(record.useful, useful, "useful work of job {id}");
            record.outcome = outcome;
        }
    }

    fn write_result<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, result: &mut ClusterResult) {
        let end = world.now;
        let reason = self.waits.reason();
        let state = Allocation {
            resizing: self.has_nodes_in_transit() || self.allocated != self.target,
            current: self.allocated,
            target: self.target,
        };
        self.end_running(world, end);
        self.end_queued(world, end);
        self.waits.set_reason(end, None);
        for slot in 0..self.nodes.len() {
            let node = self.nodes[slot];
            self.bill(end, node.billed_from, world.model.billing_quantum);
        }

        let sums = &mut self.sums;
        let finished: u64 = sums.outcomes.iter().sum();
        sums.outcomes[Outcome::NotSubmitted as usize] += u64::from(self.model.job_count) - finished;
        let unjudged = sums.outcomes[Outcome::Rejected as usize] + sums.cancelled_unstarted;
        // All of them, so that none can be left of an earlier run.
        let ClusterResult {
            node_ticks,
            useful,
            lost,
            prepare,
            useful_by_outcome,
            billed_quanta,
            load_balancer_ticks,
            at_limit_ticks,
            requests,
            withdrawn,
            releases,
            scale_operations,
            evictions,
            boot_failures,
            restarts,
            refused_updates,
            peak_nodes,
            queue_ticks,
            wait,
            requeue_wait,
            outcomes,
            started,
            wait_sum,
            wait_max,
            turnaround_sum,
            turnaround_max,
            wait_histogram,
            turnaround_histogram,
            waits_within,
            waits_judged,
            waiting_for,
            allocation,
        } = result;
        // What was in the result is cleared before the next run counts in it.
        std::mem::swap(&mut self.wait_histogram, wait_histogram);
        std::mem::swap(&mut self.turnaround_histogram, turnaround_histogram);
        *node_ticks = self.levels.map(|l| l.integral(end));
        *useful = sums.useful;
        *lost = sums.lost;
        *prepare = sums.prepare;
        *useful_by_outcome = sums.useful_by_outcome;
        *billed_quanta = sums.billed_quanta;
        *load_balancer_ticks = self.load_balancers.integral(end);
        *at_limit_ticks = self.at_limit.integral(end);
        *requests = sums.requests;
        *withdrawn = sums.withdrawn;
        *releases = sums.releases;
        *scale_operations = sums.scale_operations;
        *evictions = sums.evictions;
        *boot_failures = sums.boot_failures;
        *restarts = sums.restarts;
        *refused_updates = sums.refused_updates;
        *peak_nodes = sums.peak_nodes;
        *queue_ticks = self.waits.first.integral(end) + self.waits.again.integral(end);
        *wait = self.waits.wait;
        *requeue_wait = self.waits.requeue_wait;
        *outcomes = sums.outcomes;
        *started = sums.started;
        *wait_sum = sums.wait_sum;
        *wait_max = (sums.started > 0).then_some(sums.wait_max);
        *turnaround_sum = sums.turnaround_sum;
        *turnaround_max = (sums.outcomes[Outcome::Completed as usize] > 0).then_some(sums.turnaround_max);
        *waits_within = sums.waits_within;
        *waits_judged = u64::from(self.model.job_count) - unjudged;
        *waiting_for = reason;
        *allocation = state;
        debug_assert_eq!(
            result.broken_law(u64::from(self.model.job_count), world.model.billing_quantum),
            None,
            "a conservation law"
        );
    }

    /// Attempts under way count up to the end.
    fn end_running<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, end: Tick) {
        for index in 0..self.attempts.len() {
            let attempt = self.attempts[index];
            if attempt.end == NEVER {
                continue;
            }
            if DETAIL >= ALL {
                for slot in self.gang(index as u32) {
                    let ordinal = self.nodes[slot as usize].ordinal;
                    world.recorder.node_ran(self.index, ordinal, end - attempt.start);
                }
            }
            let split = attempt.split(end);
            self.account(world, &attempt, split, false);
            self.unfinished(world, attempt.job, attempt.saved + split.progress, Outcome::Running);
        }
    }

    /// Jobs in the queue have waited up to the end.
    fn end_queued<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, end: Tick) {
        let queue = std::mem::take(&mut self.queue);
        for (id, restart) in queue.jobs(self.model) {
            if world.has_ended(id) {
                continue;
            }
            if DETAIL >= ALL {
                world.recorder.dequeued(id, restart.attempts > 0, self.waits.ticks_until(end));
            }
            self.unfinished(world, id, restart.saved, Outcome::Queued);
        }
        self.queue = queue;
    }
}

impl ClusterResult {
    /// The first conservation law (model, section 9) that does not hold for a cluster with so many jobs. A run of the engine
    /// breaks none; a result that comes from elsewhere may.
    #[must_use]
    pub fn broken_law(&self, jobs: u64, billing_quantum: Tick) -> Option<&'static str> {
        // What a broken result holds may be anything.
        let sum = |list: &[u64]| list.iter().try_fold(0, |sum: u64, n| sum.checked_add(*n));
        let ticks = |states: &[State]| {
            states.iter().try_fold(0, |sum: u64, state| sum.checked_add(self.node_ticks[*state as usize]))
        };
        let paid =
            [State::Preparing, State::Unusable, State::Idle, State::Running, State::Leaving].as_slice();
        let running = Some(self.node_ticks[State::Running as usize]);
        let queued = sum(&self.wait).zip(sum(&self.requeue_wait)).and_then(|(a, b)| a.checked_add(b));
        let billed = self.billed_quanta.checked_mul(u64::from(billing_quantum));
        let completed = self.outcomes[Outcome::Completed as usize];
        let laws = [
            (
                sum(&[self.useful, self.lost, self.prepare]) == running,
                "useful, lost and prepare sum to the running node-ticks",
            ),
            (sum(&self.useful_by_outcome) == Some(self.useful), "useful work by outcome sums to useful work"),
            (sum(&self.outcomes) == Some(jobs), "jobs by outcome sum to jobs"),
            (queued == Some(self.queue_ticks), "waits by reason sum to queue length × time"),
            (self.wait_histogram.total() == self.started, "each started job is in the histogram of waits"),
            (completed <= self.started && self.started <= jobs, "only started jobs complete"),
            (self.waits_within <= self.started, "only waits of started jobs are within the limit"),
            (self.started <= self.waits_judged && self.waits_judged <= jobs, "each started job is judged"),
            // Quanta are whole ones.
            (
                ticks(paid).zip(billed).is_some_and(|(ticks, billed)| ticks <= billed),
                "billed time is paid for",
            ),
            (
                self.withdrawn <= self.requests && self.boot_failures <= self.requests,
                "only requested nodes are withdrawn or fail to boot",
            ),
        ];
        laws.into_iter().find(|(holds, _)| !holds).map(|(_, law)| law)
    }
}
