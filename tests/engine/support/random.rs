//! Random inputs with all features, small so that ties are frequent and shrinking ends soon.

use nodetide::engine::Model;
use nodetide::engine::input::{
    Bounds, CapacityStep, ClusterInput, Discipline, Input, JobInput, LockEffect, LockInput, LockLevel,
    OnEviction, QuotaInput, QuotaKey, QuotaStep, Resize, Table, Tier, UNLIMITED, UpdateInput, UsageStep,
};
use nodetide::units::{NEVER, Tick};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;

/// A time of the run.
fn time() -> impl Strategy<Value = Tick> {
    prop_oneof![5 => 0..7_u32, 4 => (0..10_u32).prop_map(|x| 2 * x), 1 => 0..40_u32]
}

/// A duration; 0 is frequent.
fn ticks() -> impl Strategy<Value = Tick> {
    prop_oneof![3 => Just(0_u32), 5 => 0..5_u32, 2 => 0..13_u32]
}

/// A duration of 1 tick or more.
fn some_ticks() -> impl Strategy<Value = Tick> {
    prop_oneof![6 => 1..6_u32, 3 => 1..16_u32]
}

fn table<T: std::fmt::Debug>(one: impl Strategy<Value = T>) -> impl Strategy<Value = Table<T>> {
    vec(one, 1..4).prop_map(Table::from)
}

/// Usually the first value, sometimes another.
fn mostly<T: Clone + std::fmt::Debug + 'static>(usual: T, other: BoxedStrategy<T>) -> BoxedStrategy<T> {
    prop_oneof![3 => Just(usual), 2 => other].boxed()
}

fn capacity() -> BoxedStrategy<Vec<CapacityStep>> {
    let nodes = prop_oneof![3 => 0..5_u32, 1 => Just(UNLIMITED)];
    let step = (time(), nodes).prop_map(|(t, nodes)| CapacityStep { t, nodes });
    mostly(Vec::new(), vec(step, 1..4).boxed())
}

fn on_eviction() -> impl Strategy<Value = OnEviction> {
    prop_oneof![
        3 => Just(OnEviction::Requeue),
        1 => Just(OnEviction::Fail),
        2 => ticks().prop_map(OnEviction::Resubmit),
    ]
}

prop_compose! {
    /// Sizes, limits, quotas.
    fn shape()(
        max_nodes in 1..6_u32,
        min_nodes in mostly(0, (0..5_u32).boxed()),
        initial in weighted(0.3, 0..5_u32),
        idle_time in ticks(),
        tier in prop_oneof![Just(Tier::Dedicated), Just(Tier::LowPriority)],
        vcpus in 1..4_u32,
        family in 0..2_u32,
        speed in mostly((1, 1), (1..4_u32, 1..4_u32).boxed()),
        communication in prop::bool::weighted(0.85),
        subnet in weighted(0.3, 0..2_u32),
        ready_at in weighted(0.2, time()),
        identities in vec(0..2_u32, 0..3),
    ) -> ClusterInput {
        ClusterInput {
            max_nodes, min_nodes, initial_nodes: initial.unwrap_or(min_nodes), idle_time, tier, vcpus, family,
            speed, communication, communication_limit: 5, subnet, ready_at, identities,
            ..ClusterInput::default()
        }
    }
}

prop_compose! {
    /// The same, with lives of nodes and rules for jobs.
    fn cluster()(
        shape in shape(),
        discipline in prop_oneof![
            3 => Just(Discipline::Fifo), 1 => Just(Discipline::Priority),
            1 => Just(Discipline::FirstFit), 2 => Just(Discipline::Backfill),
        ],
        resize in prop_oneof![
            2 => Just(Resize::DownFirst), 1 => Just(Resize::Concurrent), 1 => Just(Resize::Exclusive),
        ],
        cancel_allocating in any::<bool>(),
        delays in (table(ticks()), table(ticks())),
        boot_failure in table(prop::bool::weighted(0.1)),
        lifetime in table(prop_oneof![1 => Just(NEVER), 2 => some_ticks()]),
        prepare in (table(ticks()), table(ticks())),
        recycle_time in some_ticks(),
        release_delay in ticks(),
        capacity in capacity(),
        restarts in (on_eviction(), ticks(), mostly(UNLIMITED, (0..3_u32).boxed())),
    ) -> ClusterInput {
        let (allocation_delay, boot_delay) = delays;
        let (prepare_cold, prepare_warm) = prepare;
        let (on_eviction, restart_overhead, max_restarts) = restarts;
        ClusterInput {
            discipline, resize, cancel_allocating, allocation_delay, boot_delay, boot_failure, lifetime,
            prepare_cold, prepare_warm, recycle_time, release_delay, capacity, on_eviction, restart_overhead,
            max_restarts, ..shape
        }
    }
}

prop_compose! {
    fn job()(
        submit in time(),
        service in prop_oneof![2 => 0..4_u32, 4 => 1..12_u32, 2 => 5..25_u32],
        cluster in 0..3_u32,
        nodes in prop_oneof![3 => Just(1_u32), 2 => 1..4_u32],
        cancel_after in weighted(0.12, ticks()),
        timeout in weighted(0.12, some_ticks()),
        checkpoint in weighted(0.4, 1..4_u32),
        identity in weighted(0.08, 0..2_u32),
        environment in 0..2_u32,
        communicates in prop::bool::weighted(0.8),
        priority in 0..3_u32,
        declared in weighted(0.3, ticks()),
    ) -> JobInput {
        JobInput {
            submit, service, cluster, nodes, cancel: cancel_after.map(|a| submit + a), timeout, checkpoint,
            identity, environment, communicates, priority, declared,
        }
    }
}

fn quota_key() -> impl Strategy<Value = QuotaKey> {
    prop_oneof![
        (0..2_u32).prop_map(QuotaKey::Family),
        (0..2_u32).prop_map(QuotaKey::Workspace),
        Just(QuotaKey::TotalDedicated),
        Just(QuotaKey::LowPriority),
    ]
}

fn lock() -> impl Strategy<Value = LockInput> {
    let level = prop_oneof![Just(LockLevel::CanNotDelete), Just(LockLevel::ReadOnly)];
    (time(), weighted(0.9, some_ticks()), level).prop_map(|(from, length, level)| LockInput {
        from,
        to: length.map(|l| from + l),
        level,
    })
}

fn update() -> impl Strategy<Value = UpdateInput> {
    let settings = (of(0..4_u32), of(1..6_u32), of(ticks()), of(vec(0..2_u32, 0..3)));
    (time(), 0..3_u32, settings).prop_map(|(t, cluster, (min_nodes, max_nodes, idle_time, identities))| {
        UpdateInput { t, cluster, min_nodes, max_nodes, idle_time, identities }
    })
}

prop_compose! {
    fn anything()(
        clusters in vec(cluster(), 1..4),
        jobs in vec(job(), 0..13),
        horizon in weighted(0.3, (time(), any::<bool>())),
        quotas in mostly(Vec::new(), vec((quota_key(), 1..9_u32), 1..3).boxed()),
        quota_steps in mostly(
            Vec::new(),
            vec((time(), quota_key(), prop_oneof![4 => 0..9_u32, 1 => Just(UNLIMITED)]), 1..3).boxed(),
        ),
        outside_usage in mostly(Vec::new(), vec((time(), quota_key(), 0..5_u32), 1..3).boxed()),
        subnets in (1..7_u32, 1..7_u32),
        locks in mostly(Vec::new(), vec(lock(), 1..3).boxed()),
        lock_effect in prop_oneof![Just(LockEffect::Scaling), Just(LockEffect::Removal)],
        updates in mostly(Vec::new(), vec(update(), 1..4).boxed()),
        billing in (1..6_u32, of(0..9_u32)),
        instants in 1..80_u32,
    ) -> Input {
        Input {
            clusters,
            jobs,
            horizon: horizon.map(|h| h.0),
            stop_at_horizon: horizon.is_some_and(|h| h.1),
            quotas: quotas.into_iter().map(|(quota, vcpus)| QuotaInput { quota, vcpus }).collect(),
            quota_steps: quota_steps
                .into_iter()
                .map(|(t, quota, vcpus)| QuotaStep { t, quota, vcpus })
                .collect(),
            outside_usage: outside_usage
                .into_iter()
                .map(|(t, quota, vcpus)| UsageStep { t, quota, vcpus })
                .collect(),
            subnets: vec![subnets.0, subnets.1],
            locks,
            lock_effect,
            updates,
            billing_quantum: billing.0,
            wait_limit: billing.1,
            bounds: Bounds { instants, ..Bounds::default() },
        }
    }
}

/// The quotas that bind a cluster's nodes, as section 2 of the model says.
pub(crate) fn binds(cluster: &ClusterInput, quota: QuotaKey) -> bool {
    match (cluster.tier, quota) {
        (Tier::Dedicated, QuotaKey::Family(f) | QuotaKey::Workspace(f)) => f == cluster.family,
        (Tier::Dedicated, QuotaKey::TotalDedicated) | (Tier::LowPriority, QuotaKey::LowPriority) => true,
        _ => false,
    }
}

/// Moves what would be refused to where it just is not.
pub(crate) fn repair(mut input: Input) -> Input {
    let clusters = input.clusters.len() as u32;
    for cluster in &mut input.clusters {
        let addresses = cluster.subnet.map_or(UNLIMITED, |s| input.subnets[s as usize]);
        let limit = cluster.max_nodes.min(addresses);
        cluster.min_nodes = cluster.min_nodes.min(limit);
        cluster.initial_nodes = if cluster.ready_at.is_some() { 0 } else { cluster.initial_nodes.min(limit) };
    }
    for s in 0..input.subnets.len() {
        let mut free = input.subnets[s];
        for cluster in input.clusters.iter_mut().filter(|c| c.subnet == Some(s as u32)) {
            cluster.initial_nodes = cluster.initial_nodes.min(free);
            free -= cluster.initial_nodes;
        }
    }
    input.quotas.sort_by_key(|q| q.quota);
    input.quotas.dedup_by_key(|q| q.quota);
    for quota in &mut input.quotas {
        let needs = input.clusters.iter().filter(|c| binds(c, quota.quota));
        quota.vcpus = quota.vcpus.max(needs.map(|c| c.min_nodes.max(1) * c.vcpus).max().unwrap_or(0));
    }
    let mut settings: Vec<(u32, u32)> = input.clusters.iter().map(|c| (c.min_nodes, c.max_nodes)).collect();
    let mut order: Vec<usize> = (0..input.updates.len()).collect();
    order.sort_by_key(|&u| input.updates[u].t);
    for u in order {
        let update = &mut input.updates[u];
        update.cluster %= clusters;
        let (min, max) = &mut settings[update.cluster as usize];
        *max = update.max_nodes.unwrap_or(*max);
        if update.min_nodes.unwrap_or(*min) > *max {
            update.min_nodes = Some(*max);
        }
        *min = update.min_nodes.unwrap_or(*min);
    }
    for job in &mut input.jobs {
        job.cluster %= clusters;
    }
    input
}

/// Any small input that can be run.
pub(crate) fn input() -> impl Strategy<Value = Input> {
    anything().prop_map(repair)
}

/// The model of an input.
///
/// # Panics
/// If it is refused.
pub(crate) fn model(input: &Input) -> Model {
    Model::new(input.clone()).unwrap_or_else(|refusals| panic!("refused: {refusals:?}\n{input:?}"))
}
