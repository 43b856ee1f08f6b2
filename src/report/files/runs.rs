//! Runs in which much happens, for the tests of exports.

use crate::engine::input::{
    CapacityStep, ClusterInput, Discipline, Input, JobInput, LockInput, LockLevel, OnEviction, Resize, Table,
    Tier, UpdateInput,
};
use crate::report::fixture::{Fixture, day, job, run, small, stuck};
use crate::units::NEVER;

/// Quiet and eventful ones, and some in which all falls together.
pub(super) fn all() -> Vec<Fixture> {
    let mut all = vec![small(1, Vec::new()), day(), stuck(), eventful()];
    all.extend((0..32).map(storm));
    all
}

/// Evictions by lifetime and capacity, restarts, checkpoints, failed boots, gangs, locks, updates, cancelled and
/// rejected jobs, withdrawn nodes, initial nodes; several clusters.
pub(super) fn eventful() -> Fixture {
    let spot = ClusterInput {
        tier: Tier::LowPriority,
        max_nodes: 6,
        initial_nodes: 1,
        vcpus: 4,
        allocation_delay: [30, 0, 45].into(),
        boot_delay: [60, 20].into(),
        boot_failure: [false, false, false, true].into(),
        recycle_time: 40,
        release_delay: 25,
        idle_time: 50,
        lifetime: [400, NEVER, 900, 333].into(),
        prepare_cold: [10, 0].into(),
        capacity: vec![CapacityStep { t: 700, nodes: 3 }, CapacityStep { t: 1500, nodes: 6 }],
        cancel_allocating: true,
        restart_overhead: 7,
        ..ClusterInput::default()
    };
    let clusters = vec![
        spot.clone(),
        ClusterInput { on_eviction: OnEviction::Resubmit(90), max_restarts: 3, ..spot.clone() },
        ClusterInput { on_eviction: OnEviction::Fail, ..spot.clone() },
        ClusterInput { tier: Tier::Dedicated, capacity: Vec::new(), ..spot },
    ];
    let mut jobs = Vec::new();
    for i in 0..120 {
        let one = job(i * 23, 40 + i % 11 * 35, 1 + i % 4 * (i % 3), i % 4);
        let cancel = (i % 13 == 5).then_some(one.submit + 60);
        jobs.push(JobInput { cancel, timeout: (i % 17 == 3).then_some(30), ..one });
    }
    jobs.push(job(500, 10, 50, 0));
    let input = Input {
        clusters,
        jobs,
        locks: vec![
            LockInput { from: 900, to: Some(1000), level: LockLevel::CanNotDelete },
            LockInput { from: 950, to: Some(1200), level: LockLevel::ReadOnly },
        ],
        updates: vec![
            UpdateInput {
                t: 300,
                cluster: 0,
                min_nodes: Some(2),
                max_nodes: Some(5),
                idle_time: Some(70),
                identities: None,
            },
            UpdateInput {
                t: 1100,
                cluster: 0,
                min_nodes: Some(0),
                max_nodes: None,
                idle_time: None,
                identities: None,
            },
        ],
        horizon: Some(2600),
        stop_at_horizon: true,
        billing_quantum: 1,
        ..Input::default()
    };
    let teams: Vec<Option<u32>> = (0..100).map(|i| Some(i % 2)).collect();
    run(input, &teams, Vec::new(), false)
}

/// Times of a few ticks, so that many things happen in the same instants, in every order that causes allow.
fn storm(seed: u32) -> Fixture {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut below = move |n: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % n
    };
    let mut clusters = Vec::new();
    for c in 0..=seed % 3 {
        let mut few = |n: u32| -> Table<u32> { (0..3).map(|_| below(n)).collect() };
        let (allocation_delay, boot_delay, prepare_cold) = (few(3), few(3), few(2));
        let lifetime = few(9).iter().map(|&t| if t == 0 { NEVER } else { t }).collect();
        clusters.push(ClusterInput {
            tier: if (seed + c).is_multiple_of(4) { Tier::Dedicated } else { Tier::LowPriority },
            max_nodes: 1 + below(5),
            initial_nodes: below(2),
            allocation_delay,
            boot_delay,
            boot_failure: [below(3) == 0, false].into(),
            recycle_time: 1 + below(3),
            release_delay: below(3),
            idle_time: below(4),
            lifetime,
            prepare_cold,
            capacity: vec![
                CapacityStep { t: 5 + below(9), nodes: below(3) },
                CapacityStep { t: 20, nodes: 4 },
            ],
            on_eviction: [OnEviction::Requeue, OnEviction::Resubmit(1 + c), OnEviction::Fail]
                [below(3) as usize],
            max_restarts: 1 + below(6),
            discipline: [Discipline::Fifo, Discipline::FirstFit, Discipline::Backfill][below(3) as usize],
            resize: [Resize::DownFirst, Resize::Concurrent, Resize::Exclusive][below(3) as usize],
            cancel_allocating: below(2) == 0,
            ..ClusterInput::default()
        });
    }
    let n = clusters.len() as u32;
    let jobs = (0..40)
        .map(|_| {
            let submit = below(40);
            JobInput {
                cancel: (below(5) == 0).then(|| submit + below(6)),
                timeout: (below(6) == 0).then(|| 1 + below(4)),
                ..job(submit, 1 + below(7), 1 + below(3), below(n))
            }
        })
        .collect();
    let input = Input {
        clusters,
        jobs,
        // Some would go on for ever.
        horizon: Some(60),
        stop_at_horizon: true,
        billing_quantum: 1,
        ..Input::default()
    };
    run(input, &[], Vec::new(), false)
}
