//! From the kernel's words to the results that the engine gives.

use super::layout::{State, Sums, Wide};
use crate::engine::Model;
use crate::engine::output::{Allocation, ClusterResult, Outcome, Reason, RunResult, Status};
use crate::stats::histogram::{BUCKETS, Histogram};
use crate::units::NEVER;

/// What a configuration that has ended leaves.
pub(super) struct Words<'a> {
    pub(super) state: State,
    pub(super) sums: Sums,
    /// Counts of waits, and where they were counted of turnarounds.
    pub(super) histograms: &'a [u8],
}

impl Words<'_> {
    /// Writes the result of a configuration of a model.
    ///
    /// # Errors
    /// The law that it breaks: what is written is no result then.
    pub(super) fn decode(&self, model: &Model, result: &mut RunResult) -> Result<(), &'static str> {
        let Self { state, sums, histograms } = self;
        let jobs = model.job_count() as u64;
        result.status = *Status::ALL.get(state.status as usize).ok_or("it has a status")?;
        result.end = state.now;
        result.settled_at = (state.settled_at != NEVER).then_some(state.settled_at);
        result.late_instants = u64::from(state.late_instants);
        result.instants = u64::from(state.instants);
        result.clusters.truncate(1);
        let ClusterResult { mut wait_histogram, mut turnaround_histogram, .. } =
            result.clusters.pop().unwrap_or_default();
        let outcomes = sums.outcomes.map(u64::from);
        let unjudged = outcomes[Outcome::Rejected as usize] + u64::from(sums.cancelled_unstarted);
        let (waits, turnarounds) = histograms.split_at(4 * BUCKETS);
        count(&mut wait_histogram, waits);
        count(&mut turnaround_histogram, turnarounds);
        let cluster = ClusterResult {
            node_ticks: state.levels.map(|level| level.area.get()),
            useful: state.useful.get(),
            lost: sums.lost.get(),
            prepare: state.prepare.get(),
            useful_by_outcome: sums.useful_by_outcome.map(Wide::get),
            billed_quanta: sums.billed_quanta.get(),
            load_balancer_ticks: state.load_balancers.area.get(),
            at_limit_ticks: state.at_limit.area.get(),
            requests: u64::from(sums.requests),
            withdrawn: u64::from(sums.withdrawn),
            releases: u64::from(sums.releases),
            scale_operations: u64::from(sums.scale_operations),
            evictions: u64::from(sums.evictions),
            boot_failures: u64::from(sums.boot_failures),
            restarts: u64::from(sums.restarts),
            refused_updates: u64::from(sums.refused_updates),
            peak_nodes: sums.peak_nodes,
            queue_ticks: sums.queue_ticks.get(),
            wait: sums.wait.map(Wide::get),
            requeue_wait: sums.requeue_wait.map(Wide::get),
            outcomes,
            started: u64::from(state.started),
            wait_sum: state.wait_sum.get(),
            wait_max: (state.started > 0).then_some(state.wait_max),
            turnaround_sum: state.turnaround_sum.get(),
            turnaround_max: (state.completed > 0).then_some(state.turnaround_max),
            wait_histogram,
            turnaround_histogram,
            waits_within: u64::from(state.waits_within),
            waits_judged: jobs.checked_sub(unjudged).ok_or("jobs by outcome sum to jobs")?,
            waiting_for: Reason::ALL.get(state.reason as usize).copied(),
            allocation: Allocation {
                resizing: sums.resizing != 0,
                current: state.allocated,
                target: state.target_nodes,
            },
        };
        if !turnarounds.is_empty() && cluster.turnaround_histogram.total() != u64::from(state.completed) {
            return Err("each completed job is in the histogram of turnarounds");
        }
        let broken = cluster.broken_law(jobs, model.billing_quantum());
        result.clusters.reserve_exact(1);
        result.clusters.push(cluster);
        broken.map_or(Ok(()), Err)
    }
}

/// Writes counts into a histogram; where nothing was counted, all are 0.
fn count(histogram: &mut Histogram, counts: &[u8]) {
    let (counts, _) = counts.as_chunks::<4>();
    histogram.set(counts.iter().map(|word| u32::from_ne_bytes(*word)).chain(std::iter::repeat(0)));
}

#[cfg(test)]
mod tests;
