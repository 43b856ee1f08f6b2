//! What is added up when a run is over (model, sections 8 and 9), and the laws that must then hold.

use super::cluster::{Attempt, Cluster};
use super::output::{Allocation, ClusterResult, Outcome, RunResult, State, Status};
use super::record::{ALL, JOBS, Recording};
use super::run::{Clusters, Run};
use super::world::World;
use crate::units::{NEVER, Tick};

impl<'m, C: Clusters<'m>, const DETAIL: u8> Run<'m, C, DETAIL> {
    /// The result of a run that is over; of one that is cut short, as at its present instant.
    pub(super) fn into_result(mut self) -> (RunResult, Recording) {
        let now = self.world.now;
        let status = self.status().unwrap_or(Status::Horizon);
        // Before the queues and nodes are added up.
        let stuck = (DETAIL >= JOBS && status == Status::Stuck).then(|| self.stuck());
        for (&(_, id), restart) in &std::mem::take(&mut self.world.resubmissions) {
            let job = self.world.model.jobs[id as usize];
            let cluster = &mut self.clusters.as_mut()[job.cluster()];
            cluster.unfinished(&mut self.world, id, restart.saved, Outcome::Resubmitting);
        }
        let mut results = Vec::with_capacity(self.clusters.as_ref().len());
        for cluster in self.clusters.as_mut() {
            results.push(cluster.result(&mut self.world));
        }
        let result = RunResult {
            status,
            end: now,
            settled_at: self.settled_at,
            late_instants: self.late_instants,
            instants: self.instants,
            clusters: results,
        };
        let mut recording = self.world.recorder.finish(now, self.clusters.as_ref());
        recording.stuck = stuck;
        (result, recording)
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

    fn result<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>) -> ClusterResult {
        let end = world.now;
        let waiting_for = self.waits.reason();
        let allocation = Allocation {
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
        let result = ClusterResult {
            node_ticks: self.levels.map(|l| l.integral(end)),
            useful: sums.useful,
            lost: sums.lost,
            prepare: sums.prepare,
            useful_by_outcome: sums.useful_by_outcome,
            billed_quanta: sums.billed_quanta,
            load_balancer_ticks: self.load_balancers.integral(end),
            at_limit_ticks: self.at_limit.integral(end),
            requests: sums.requests,
            withdrawn: sums.withdrawn,
            releases: sums.releases,
            scale_operations: sums.scale_operations,
            evictions: sums.evictions,
            boot_failures: sums.boot_failures,
            restarts: sums.restarts,
            refused_updates: sums.refused_updates,
            peak_nodes: sums.peak_nodes,
            queue_ticks: self.waits.first.integral(end) + self.waits.again.integral(end),
            wait: self.waits.wait,
            requeue_wait: self.waits.requeue_wait,
            outcomes: sums.outcomes,
            started: sums.started,
            wait_sum: sums.wait_sum,
            wait_max: (sums.started > 0).then_some(sums.wait_max),
            turnaround_sum: sums.turnaround_sum,
            turnaround_max: (sums.outcomes[Outcome::Completed as usize] > 0).then_some(sums.turnaround_max),
            wait_histogram: std::mem::take(&mut sums.wait_histogram),
            turnaround_histogram: std::mem::take(&mut sums.turnaround_histogram),
            waits_within: sums.waits_within,
            waits_judged: u64::from(self.model.job_count) - unjudged,
            waiting_for,
            allocation,
        };
        result.assert_laws(u64::from(self.model.job_count));
        result
    }

    /// Attempts under way count up to the end.
    fn end_running<const DETAIL: u8>(&mut self, world: &mut World<'_, DETAIL>, end: Tick) {
        let running: Vec<(u32, Attempt)> =
            (0u32..).zip(self.attempts.iter().copied()).filter(|(_, a)| a.end != NEVER).collect();
        for (index, attempt) in running {
            if DETAIL >= ALL {
                let ordinals: Vec<u32> =
                    self.gang(index).map(|slot| self.nodes[slot as usize].ordinal).collect();
                for ordinal in ordinals {
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
        let mut queued = Vec::new();
        self.queue.for_each(self.model, |id| world.has_ended(id), |id, restart| queued.push((id, restart)));
        for (id, restart) in queued {
            if DETAIL >= ALL {
                world.recorder.dequeued(id, restart.attempts > 0, self.waits.ticks_until(end));
            }
            self.unfinished(world, id, restart.saved, Outcome::Queued);
        }
    }
}

impl ClusterResult {
    /// Conservation laws of section 9, in builds with debug assertions.
    fn assert_laws(&self, jobs: u64) {
        let sum = |list: &[u64]| list.iter().sum::<u64>();
        debug_assert_eq!(
            self.useful + self.lost + self.prepare,
            self.node_ticks[State::Running as usize],
            "useful, lost and prepare sum to the running node-ticks"
        );
        debug_assert_eq!(sum(&self.outcomes), jobs, "jobs by outcome sum to jobs");
        debug_assert_eq!(
            sum(&self.wait) + sum(&self.requeue_wait),
            self.queue_ticks,
            "waits by reason sum to queue length × time"
        );
        debug_assert_eq!(sum(&self.useful_by_outcome), self.useful, "useful work by outcome");
        debug_assert_eq!(
            self.wait_histogram.total(),
            self.started,
            "each started job is in the histogram of waits"
        );
        debug_assert!(self.waits_within <= self.waits_judged, "only judged waits are within the limit");
    }
}
