//! More resources, less waiting? On a static cluster under Fifo, yes; elsewhere, mostly no.
//!
//! What holds: with min = max, zero delays and `Fifo`, jobs start as the recursion of Kiefer and Wolfowitz
//! says (a gang of n takes the n nodes that are free first), which is monotone: a node more, a shorter job or
//! a job less never delays a start. A reactive cluster whose lengths are all zero starts jobs as the static one
//! of its limit does. What does not hold is shown by the smallest scenario known, found by search; each has
//! its waits worked out beside it.

use super::cases;
use crate::support::random::model;
use nodetide::engine::input::{ClusterInput, Discipline, Input, JobInput, QuotaInput, QuotaKey};
use nodetide::engine::output::Outcome;
use nodetide::engine::{self, Detail};
use nodetide::units::Tick;
use proptest::prelude::*;

/// Jobs of up to 4 nodes, in order of submission.
fn jobs() -> impl Strategy<Value = Vec<JobInput>> {
    let job = (0..12_u32, 0..8_u32, prop_oneof![2 => Just(1_u32), 1 => 1..5_u32]);
    prop::collection::vec(job, 1..12).prop_map(|list| {
        let mut jobs: Vec<JobInput> = list
            .into_iter()
            .map(|(submit, service, nodes)| JobInput { submit, service, nodes, ..JobInput::default() })
            .collect();
        jobs.sort_by_key(|j| j.submit);
        jobs
    })
}

/// A cluster of so many nodes from beginning to end.
fn fixed(nodes: u32) -> ClusterInput {
    ClusterInput { max_nodes: nodes, min_nodes: nodes, initial_nodes: nodes, ..ClusterInput::default() }
}

fn scenario(cluster: ClusterInput, jobs: &[JobInput]) -> Input {
    Input { clusters: vec![cluster], jobs: jobs.to_vec(), billing_quantum: 1, ..Input::default() }
}

/// First starts in the order of the input, which must all complete.
fn starts(input: &Input) -> Vec<Tick> {
    let model = model(input);
    let (_, recording) = engine::run(&model, Detail::Jobs);
    let mut starts = vec![0; input.jobs.len()];
    for (id, job) in recording.jobs.iter().enumerate() {
        assert_eq!(job.outcome, Outcome::Completed);
        starts[model.order()[id] as usize] = job.first_start;
    }
    starts
}

fn waits(input: &Input) -> Vec<Tick> {
    starts(input).iter().zip(&input.jobs).map(|(s, j)| s - j.submit).collect()
}

/// Billed node-ticks.
fn billed(input: &Input) -> u64 {
    engine::run(&model(input), Detail::Sums).0.clusters.iter().map(|c| c.billed_quanta).sum()
}

/// Kiefer and Wolfowitz: when each node is free; a gang of n starts when n are, and not before the job ahead.
fn recursion(nodes: u32, jobs: &[JobInput]) -> Vec<Tick> {
    let mut free = vec![0; nodes as usize];
    let mut before = 0;
    let start = |job: &JobInput| {
        free.sort_unstable();
        let n = job.nodes as usize;
        let t = job.submit.max(before).max(free[n - 1]);
        free[..n].fill(t + job.service);
        before = t;
        t
    };
    jobs.iter().map(start).collect()
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn static_clusters_follow_the_recursion(jobs in jobs(), nodes in 4..7_u32) {
        prop_assert_eq!(starts(&scenario(fixed(nodes), &jobs)), recursion(nodes, &jobs));
    }

    #[test]
    fn a_node_more_delays_no_start(jobs in jobs(), nodes in 4..7_u32) {
        let few = starts(&scenario(fixed(nodes), &jobs));
        let more = starts(&scenario(fixed(nodes + 1), &jobs));
        prop_assert!(more.iter().zip(&few).all(|(m, f)| m <= f), "{:?} after {:?}", more, few);
    }

    #[test]
    fn a_shorter_job_delays_no_start(jobs in jobs(), which in any::<prop::sample::Index>(), by in 1..8_u32) {
        let long = starts(&scenario(fixed(4), &jobs));
        let mut shorter = jobs;
        let i = which.index(shorter.len());
        shorter[i].service = shorter[i].service.saturating_sub(by);
        let short = starts(&scenario(fixed(4), &shorter));
        prop_assert!(short.iter().zip(&long).all(|(s, l)| s <= l), "{:?} after {:?}", short, long);
    }

    #[test]
    fn a_job_less_delays_no_start(jobs in jobs(), which in any::<prop::sample::Index>()) {
        let mut all = starts(&scenario(fixed(4), &jobs));
        let mut fewer = jobs;
        let i = which.index(fewer.len());
        fewer.remove(i);
        all.remove(i);
        let less = starts(&scenario(fixed(4), &fewer));
        prop_assert!(less.iter().zip(&all).all(|(l, a)| l <= a), "{:?} after {:?}", less, all);
        // Those ahead of it do not even notice.
        prop_assert_eq!(&less[..i], &all[..i]);
    }

    #[test]
    fn without_delays_a_reactive_cluster_is_a_static_one(
        jobs in jobs(),
        nodes in 4..7_u32,
        idle_time in 0..6_u32,
        min_nodes in 0..4_u32,
    ) {
        let reactive =
            ClusterInput { max_nodes: nodes, min_nodes, idle_time, initial_nodes: 0, ..ClusterInput::default() };
        prop_assert_eq!(starts(&scenario(reactive, &jobs)), starts(&scenario(fixed(nodes), &jobs)));
    }
}

/// A job of `service` ticks on `nodes` nodes.
fn job(submit: Tick, service: Tick, nodes: u32) -> JobInput {
    JobInput { submit, service, nodes, ..JobInput::default() }
}

fn reactive(max_nodes: u32, idle_time: Tick) -> ClusterInput {
    ClusterInput { max_nodes, idle_time, ..ClusterInput::default() }
}

#[test]
fn more_max_nodes_can_lengthen_waits() {
    // With one node: 0-3, 3-7, idle, 8. With two, both are idle early; at 8 the second is still leaving (6 to 9),
    // and a scale-down under way comes first.
    let jobs = [job(0, 3, 1), job(0, 4, 1), job(8, 4, 1)];
    let cluster = |max| ClusterInput { release_delay: 3, ..reactive(max, 2) };
    assert_eq!(waits(&scenario(cluster(1), &jobs)), [0, 3, 0]);
    assert_eq!(waits(&scenario(cluster(2), &jobs)), [0, 0, 1]);
    // With gangs, even without release delay: the fourth node lets the gang of 3 start at 3 in place of 4; its
    // nodes are idle at 5, released at 6, and the gang of 7 waits for new ones.
    let gangs = [job(0, 2, 1), job(1, 2, 3), job(7, 4, 2)];
    let cluster = |max| ClusterInput { allocation_delay: [2].into(), ..reactive(max, 1) };
    assert_eq!(waits(&scenario(cluster(3), &gangs)), [2, 3, 0]);
    assert_eq!(waits(&scenario(cluster(4), &gangs)), [2, 2, 2]);
}

#[test]
fn a_longer_idle_time_can_lengthen_waits_and_can_cost_less() {
    let cluster = |idle| ClusterInput { release_delay: 4, ..reactive(1, idle) };
    // Released at 5 the node is gone at 9; released at 6, at 10: the job of 8 waits for either.
    let jobs = [job(2, 3, 1), job(8, 5, 1)];
    assert_eq!(waits(&scenario(cluster(0), &jobs)), [0, 1]);
    assert_eq!(waits(&scenario(cluster(1), &jobs)), [0, 2]);
    // One tick of idling saves a release and a wait: 1 + 4 + 3 + 4 = 12 against 1 + 1 + 3 + 1 + 4 = 10.
    let jobs = [job(4, 1, 1), job(6, 3, 1)];
    assert_eq!(billed(&scenario(cluster(0), &jobs)), 12);
    assert_eq!(billed(&scenario(cluster(1), &jobs)), 10);
}

#[test]
fn faster_nodes_and_shorter_jobs_can_lengthen_waits() {
    // Allocated in 2 the node runs on [3, 4) and is there at 4; in 1, it has gone at 3.
    let jobs = [job(1, 1, 1), job(4, 4, 1)];
    let cluster = |delay| ClusterInput { allocation_delay: [delay].into(), ..reactive(2, 0) };
    assert_eq!(waits(&scenario(cluster(2), &jobs)), [2, 0]);
    assert_eq!(waits(&scenario(cluster(1), &jobs)), [1, 1]);
    // A tick less of service has the same effect: idle at 5, gone at 6.
    let cluster = ClusterInput { allocation_delay: [1].into(), ..reactive(1, 1) };
    assert_eq!(waits(&scenario(cluster.clone(), &[job(1, 4, 1), job(7, 1, 1)])), [1, 0]);
    assert_eq!(waits(&scenario(cluster, &[job(1, 3, 1), job(7, 1, 1)])), [1, 1]);
}

#[test]
fn a_job_less_can_lengthen_waits() {
    // Without the job of 0 nobody has booted a node for the one of 7.
    let cluster = ClusterInput { boot_delay: [4].into(), ..reactive(1, 0) };
    assert_eq!(waits(&scenario(cluster.clone(), &[job(0, 5, 1), job(7, 3, 1)])), [4, 2]);
    assert_eq!(waits(&scenario(cluster, &[job(7, 3, 1)])), [4]);
}

#[test]
fn more_min_nodes_can_lengthen_waits_and_can_cost_less() {
    let jobs = [job(0, 5, 1), job(3, 4, 1), job(6, 5, 1)];
    let cluster = |min| ClusterInput {
        allocation_delay: [1].into(),
        min_nodes: min,
        initial_nodes: min,
        ..reactive(2, 0)
    };
    // The kept node starts the first job a tick earlier, is free at 5, and is one too many then (demand 1).
    assert_eq!(waits(&scenario(cluster(0), &jobs)), [1, 1, 0]);
    assert_eq!(waits(&scenario(cluster(1), &jobs)), [0, 1, 1]);
    // Without a horizon a run ends when it is settled, and a kept node needs no idle time to settle: 8 ticks in
    // all, against 2 + 3 and 1 + 3. Costs compare over the same window only.
    let jobs = [job(1, 2, 1), job(7, 1, 1)];
    let cluster = |min| ClusterInput { min_nodes: min, initial_nodes: min, ..reactive(3, 3) };
    assert_eq!(billed(&scenario(cluster(0), &jobs)), 9);
    assert_eq!(billed(&scenario(cluster(1), &jobs)), 8);
    let to_20 = |min| Input { horizon: Some(20), ..scenario(cluster(min), &jobs) };
    assert_eq!((billed(&to_20(0)), billed(&to_20(1))), (9, 20));
}

#[test]
fn more_quota_can_lengthen_waits() {
    // Quota 2: the gang of cluster 0 waits for cluster 1's... both are asked for at 0, in scenario order; with 3
    // the gang starts at 1, its nodes are gone at 3, and the job of 6 needs a new one.
    let jobs = [job(6, 4, 1), job(0, 3, 1), job(0, 2, 2)];
    let input = |vcpus| Input {
        quotas: vec![QuotaInput { quota: QuotaKey::Family(0), vcpus }],
        ..scenario(ClusterInput { allocation_delay: [1].into(), ..reactive(3, 0) }, &jobs)
    };
    assert_eq!(waits(&input(2)), [0, 1, 4]);
    assert_eq!(waits(&input(3)), [1, 1, 1]);
}

#[test]
fn overtaking_breaks_monotonicity_even_on_static_clusters() {
    let starts_of = |discipline, nodes, jobs: &[JobInput]| {
        starts(&scenario(ClusterInput { discipline, ..fixed(nodes) }, jobs))
    };
    // FirstFit, 3 nodes: the gang of 1 waits to 6, the small job of 4 starts at 4 on the third node and is in
    // nobody's way; with 4 nodes both gangs run from 1, and it waits to 5.
    let jobs = [job(0, 6, 2), job(1, 4, 2), job(4, 4, 1)];
    assert_eq!(starts_of(Discipline::FirstFit, 3, &jobs), [0, 6, 4]);
    assert_eq!(starts_of(Discipline::FirstFit, 4, &jobs), [0, 1, 5]);
    // Backfill, 2 nodes: at 3 the small job ends by the gang's shadow (6) and starts; with 3 nodes the gang has
    // started at 2, and it waits.
    let jobs = [job(0, 6, 1), job(2, 5, 2), job(3, 3, 1)];
    assert_eq!(starts_of(Discipline::Backfill, 2, &jobs), [0, 6, 3]);
    assert_eq!(starts_of(Discipline::Backfill, 3, &jobs), [0, 2, 6]);
    // Priority, one node, one-node jobs: a tick less, and the low job slips in before the high one comes.
    let with_priority = |service| {
        let jobs = [job(1, service, 1), job(2, 2, 1), JobInput { priority: 1, ..job(3, 2, 1) }];
        starts(&scenario(ClusterInput { discipline: Discipline::Priority, ..fixed(1) }, &jobs))
    };
    assert_eq!(with_priority(2), [1, 5, 3]);
    assert_eq!(with_priority(1), [1, 2, 4]);
}
