//! A result that the engine gave, as the words of a kernel: it comes back, and when one word is wrong it does not.

use super::*;
use crate::engine::input::{ClusterInput, Input, JobInput, Tier};
use crate::engine::{Detail, run};
use crate::sweep::gpu::layout::Level;

/// Evictions, lost work, gangs, withdrawn nodes, jobs that are not done.
fn model() -> Model {
    let cluster = ClusterInput {
        tier: Tier::LowPriority,
        max_nodes: 12,
        idle_time: 20,
        allocation_delay: [3, 9].into(),
        boot_delay: [20, 5].into(),
        boot_failure: [false, false, true].into(),
        lifetime: [150, 90, 400].into(),
        prepare_cold: [10].into(),
        release_delay: 4,
        restart_overhead: 2,
        cancel_allocating: true,
        ..ClusterInput::default()
    };
    let jobs = (0..200).map(|i| JobInput {
        submit: i * 5,
        service: 40 + i * 31 % 60,
        nodes: 1 + i % 3,
        cancel: (i % 9 == 0).then_some(i * 5 + 30),
        ..JobInput::default()
    });
    let input = Input {
        clusters: vec![cluster],
        jobs: jobs.collect(),
        horizon: Some(900),
        stop_at_horizon: true,
        billing_quantum: 7,
        wait_limit: Some(50),
        ..Input::default()
    };
    Model::new(input).expect("an input")
}

fn wide(n: u64) -> Wide {
    Wide { lo: n as u32, hi: (n >> 32) as u32 }
}

fn level(n: u64) -> Level {
    Level { count: 0, area: wide(n) }
}

/// What a kernel would leave.
fn words(result: &RunResult) -> (State, Sums, Vec<u32>) {
    let c = &result.clusters[0];
    let n = |n: u64| u32::try_from(n).unwrap();
    let state = State {
        status: result.status as u32,
        now: result.end,
        settled_at: result.settled_at.unwrap_or(NEVER),
        late_instants: n(result.late_instants),
        instants: n(result.instants),
        levels: c.node_ticks.map(level),
        useful: wide(c.useful),
        prepare: wide(c.prepare),
        load_balancers: level(c.load_balancer_ticks),
        at_limit: level(c.at_limit_ticks),
        started: n(c.started),
        completed: n(c.outcomes[0]),
        wait_sum: wide(c.wait_sum),
        wait_max: c.wait_max.unwrap_or(0),
        waits_within: n(c.waits_within),
        turnaround_sum: wide(c.turnaround_sum),
        turnaround_max: c.turnaround_max.unwrap_or(0),
        reason: c.waiting_for.map_or(u32::MAX, |reason| reason as u32),
        allocated: c.allocation.current,
        target_nodes: c.allocation.target,
        ..State::default()
    };
    let jobs: u64 = c.outcomes.iter().sum();
    let sums = Sums {
        lost: wide(c.lost),
        useful_by_outcome: c.useful_by_outcome.map(wide),
        outcomes: c.outcomes.map(n),
        billed_quanta: wide(c.billed_quanta),
        requests: n(c.requests),
        withdrawn: n(c.withdrawn),
        releases: n(c.releases),
        scale_operations: n(c.scale_operations),
        evictions: n(c.evictions),
        boot_failures: n(c.boot_failures),
        restarts: n(c.restarts),
        refused_updates: n(c.refused_updates),
        peak_nodes: c.peak_nodes,
        cancelled_unstarted: n(jobs - c.waits_judged - c.outcomes[Outcome::Rejected as usize]),
        wait: c.wait.map(wide),
        requeue_wait: c.requeue_wait.map(wide),
        queue_ticks: wide(c.queue_ticks),
        resizing: c.allocation.resizing.into(),
    };
    (state, sums, [c.wait_histogram.counts().as_slice(), c.turnaround_histogram.counts()].concat())
}

fn decoded(state: State, sums: Sums, counts: &[u32]) -> Result<RunResult, &'static str> {
    // In the memory of another result.
    let mut result = run(&model(), Detail::Sums).0;
    result.clusters[0].wait_histogram.add(3);
    let words = Words { state, sums, histograms: bytemuck::cast_slice(counts) };
    words.decode(&model(), &mut result).map(|()| result)
}

#[test]
fn words_become_the_result_that_the_engine_gives() {
    let mut result = run(&model(), Detail::Sums).0;
    let c = &result.clusters[0];
    assert!(c.evictions > 5 && c.lost > 0 && c.outcomes[2] > 5 && c.requeue_wait.iter().sum::<u64>() > 0);
    assert!(c.outcomes[7] + c.outcomes[8] > 0, "jobs are left");
    let (state, sums, counts) = words(&result);
    assert_eq!(decoded(state, sums, &counts).as_ref(), Ok(&result));
    // Without the second histogram.
    result.clusters[0].turnaround_histogram.clear();
    assert_eq!(decoded(state, sums, &counts[..BUCKETS]), Ok(result));
}

/// A counter that went round, or loops that a driver ended before they were done.
#[test]
fn a_result_that_breaks_a_law_is_none() {
    type Change = fn(&mut State, &mut Sums, &mut Vec<u32>);
    let wrong: [(&str, Change); 14] = [
        ("it has a status", |state, _, _| state.status = 4),
        ("useful, lost and prepare", |state, _, _| state.levels[4].area.lo -= 1),
        ("useful, lost and prepare", |_, sums, _| sums.lost.hi += 1),
        ("useful work by outcome", |_, sums, _| sums.useful_by_outcome[0].lo += 1),
        ("useful work by outcome", |_, sums, _| sums.useful_by_outcome[0] = wide(u64::MAX)),
        ("jobs by outcome", |_, sums, _| sums.outcomes[7] += 1),
        ("jobs by outcome", |_, sums, _| sums.outcomes[3] = 201),
        ("waits by reason", |_, sums, _| sums.queue_ticks.lo += 1),
        ("waits by reason", |_, sums, _| sums.requeue_wait[2].lo += 1),
        ("each started job", |state, _, _| state.started -= 1),
        ("each started job", |_, _, counts| counts[0] += 1),
        ("within the limit", |state, _, _| state.waits_within = state.started + 1),
        ("billed time", |_, sums, _| sums.billed_quanta.lo -= sums.billed_quanta.lo / 4),
        ("turnarounds", |_, _, counts| counts[BUCKETS + 9] += 1),
    ];
    for (law, change) in wrong {
        let (mut state, mut sums, mut counts) = words(&run(&model(), Detail::Sums).0);
        change(&mut state, &mut sums, &mut counts);
        match decoded(state, sums, &counts) {
            Err(broken) => assert!(broken.contains(law), "{broken}: {law}"),
            Ok(_) => panic!("{law}: it is taken for a result"),
        }
    }
}
