//! From the kernel's words to the results that the engine gives.

use super::layout::{State, Sums, Wide};
use crate::engine::output::{Allocation, ClusterResult, Outcome, Reason, RunResult, Status};
use crate::stats::histogram::{BUCKETS, Histogram};
use crate::units::NEVER;

/// The result of a configuration that has ended. `turnarounds`: `None` where they were not counted.
pub(super) fn decode(
    state: &State,
    sums: &Sums,
    waits: &[u32],
    turnarounds: Option<&[u32]>,
    jobs: u64,
) -> Option<RunResult> {
    let status = *Status::ALL.get(state.status as usize)?;
    let mut outcomes = [0; Outcome::COUNT];
    for (to, from) in outcomes.iter_mut().zip(sums.outcomes) {
        *to = u64::from(from);
    }
    let unjudged = outcomes[Outcome::Rejected as usize] + u64::from(sums.cancelled_unstarted);
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
        wait_histogram: histogram(waits),
        turnaround_histogram: turnarounds.map(histogram).unwrap_or_default(),
        waits_within: u64::from(state.waits_within),
        waits_judged: jobs - unjudged,
        waiting_for: Reason::ALL.get(state.reason as usize).copied(),
        allocation: Allocation {
            resizing: sums.resizing != 0,
            current: state.allocated,
            target: state.target_nodes,
        },
    };
    Some(RunResult {
        status,
        end: state.now,
        settled_at: (state.settled_at != NEVER).then_some(state.settled_at),
        late_instants: u64::from(state.late_instants),
        instants: u64::from(state.instants),
        clusters: vec![cluster],
    })
}

fn histogram(counts: &[u32]) -> Histogram {
    let mut list = [0; BUCKETS];
    list.copy_from_slice(&counts[..BUCKETS]);
    Histogram::from_counts(list)
}
