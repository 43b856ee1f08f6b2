//! Time has no unit: a run of which every time is k times as long is the same run, k times as long. Two rules
//! know the tick itself and are left out here: `Backfill`, whose estimates end at t + 1 at the earliest, and
//! R = ceil(service · q / p), which rounds up to a tick; examples of both follow.

use super::cases;
use crate::support::random::{input, model};
use nodetide::engine::input::{ClusterInput, Discipline, Input, JobInput, OnEviction};
use nodetide::engine::output::{ClusterResult, Event, NodeRecord, RunResult};
use nodetide::engine::{self, Detail};
use nodetide::units::{NEVER, Tick};
use proptest::prelude::*;

/// k times as long; never stays never.
fn scale(t: &mut Tick, k: Tick) {
    if *t != NEVER {
        *t *= k;
    }
}

fn scale_all<'a>(times: impl IntoIterator<Item = &'a mut Tick>, k: Tick) {
    for t in times {
        scale(t, k);
    }
}

fn scaled(input: &Input, k: Tick) -> Input {
    let mut s = input.clone();
    for c in &mut s.clusters {
        scale_all([&mut c.idle_time, &mut c.recycle_time, &mut c.release_delay, &mut c.restart_overhead], k);
        scale_all(&mut c.ready_at, k);
        for table in [
            &mut c.allocation_delay,
            &mut c.boot_delay,
            &mut c.lifetime,
            &mut c.prepare_cold,
            &mut c.prepare_warm,
        ] {
            let mut ticks = table.to_vec();
            scale_all(&mut ticks, k);
            *table = ticks.into();
        }
        scale_all(c.capacity.iter_mut().map(|s| &mut s.t), k);
        if let OnEviction::Resubmit(after) = &mut c.on_eviction {
            scale(after, k);
        }
    }
    for j in &mut s.jobs {
        scale_all([&mut j.submit, &mut j.service], k);
        scale_all(
            j.cancel.iter_mut().chain(&mut j.timeout).chain(&mut j.checkpoint).chain(&mut j.declared),
            k,
        );
    }
    scale_all(&mut s.horizon, k);
    scale_all(&mut s.wait_limit, k);
    scale(&mut s.billing_quantum, k);
    scale_all(s.quota_steps.iter_mut().map(|s| &mut s.t), k);
    scale_all(s.outside_usage.iter_mut().map(|s| &mut s.t), k);
    for lock in &mut s.locks {
        scale(&mut lock.from, k);
        scale_all(&mut lock.to, k);
    }
    for update in &mut s.updates {
        scale(&mut update.t, k);
        scale_all(&mut update.idle_time, k);
    }
    s
}

/// What a result becomes; buckets of histograms do not scale and are taken from the other one.
fn scaled_result(result: &RunResult, other: &RunResult, k: Tick) -> RunResult {
    let k64 = u64::from(k);
    let mut r = result.clone();
    scale(&mut r.end, k);
    scale_all(&mut r.settled_at, k);
    for (c, other) in r.clusters.iter_mut().zip(&other.clusters) {
        let ClusterResult { node_ticks, wait, requeue_wait, useful_by_outcome, .. } = c;
        let lists = node_ticks.iter_mut().chain(wait).chain(requeue_wait).chain(useful_by_outcome);
        lists.for_each(|t| *t *= k64);
        for t in [
            &mut c.useful,
            &mut c.lost,
            &mut c.prepare,
            &mut c.load_balancer_ticks,
            &mut c.at_limit_ticks,
            &mut c.queue_ticks,
            &mut c.wait_sum,
            &mut c.turnaround_sum,
        ] {
            *t *= k64;
        }
        scale_all(c.wait_max.iter_mut().chain(&mut c.turnaround_max), k);
        c.wait_histogram = other.wait_histogram.clone();
        c.turnaround_histogram = other.turnaround_histogram.clone();
    }
    r
}

fn scaled_node(mut n: NodeRecord, k: Tick) -> NodeRecord {
    let times = [&mut n.requested, &mut n.allocated, &mut n.ready, &mut n.leaving, &mut n.gone];
    scale_all(times, k);
    scale(&mut n.running_ticks, k);
    n
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn longer_times_make_a_longer_run(mut input in input(), k in 2..50_u32) {
        for cluster in &mut input.clusters {
            cluster.speed.0 = 1;
            if cluster.discipline == Discipline::Backfill {
                cluster.discipline = Discipline::FirstFit;
            }
        }
        let (short, short_kept) = engine::run(&model(&input), Detail::All);
        let (long, long_kept) = engine::run(&model(&scaled(&input, k)), Detail::All);
        prop_assert_eq!(scaled_result(&short, &long, k), long);
        let events: Vec<Event> =
            short_kept.events.into_iter().map(|e| Event { t: e.t * k, ..e }).collect();
        prop_assert_eq!(events, long_kept.events);
        let nodes: Vec<NodeRecord> = short_kept.nodes.into_iter().map(|n| scaled_node(n, k)).collect();
        prop_assert_eq!(nodes, long_kept.nodes);
    }
}

/// First starts, by id.
fn starts(input: &Input) -> Vec<Tick> {
    let (_, recording) = engine::run(&model(input), Detail::Jobs);
    recording.jobs.iter().map(|j| j.first_start).collect()
}

#[test]
fn backfill_knows_the_tick() {
    let node = ClusterInput {
        max_nodes: 2,
        min_nodes: 2,
        initial_nodes: 2,
        discipline: Discipline::Backfill,
        ..ClusterInput::default()
    };
    let job = |submit, service, nodes| JobInput { submit, service, nodes, ..JobInput::default() };
    let input = Input {
        clusters: vec![node],
        // The first declares 5 of its 20 ticks; at 6 its estimated end is 7, and the last one just fits.
        jobs: vec![JobInput { declared: Some(5), ..job(0, 20, 1) }, job(1, 1, 2), job(6, 1, 1)],
        billing_quantum: 1,
        ..Input::default()
    };
    assert_eq!(starts(&input), [0, 20, 6]);
    // Twice as long, the estimated end at 12 is 13, and 12 + 2 is later.
    assert_eq!(starts(&scaled(&input, 2)), [0, 40, 42]);
}

#[test]
fn running_times_round_up_to_a_tick() {
    let node = ClusterInput { initial_nodes: 1, min_nodes: 1, speed: (3, 2), ..ClusterInput::default() };
    let job = JobInput { service: 2, ..JobInput::default() };
    let input = Input { clusters: vec![node], jobs: vec![job, job], billing_quantum: 1, ..Input::default() };
    assert_eq!(starts(&input), [0, 2], "4/3 are 2 ticks");
    assert_eq!(starts(&scaled(&input, 2)), [0, 3], "8/3 are 3 ticks");
}
