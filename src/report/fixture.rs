//! Small runs for the tests of reports: real ones, by the engine, of inputs that can be worked out by hand.

use super::context::{ClusterContext, Context, JobContext, NodePrice, PriceContext, PriceSource};
use super::refusals::Gate;
use super::{Summary, summarise};
use crate::engine::input::{
    ClusterInput, Discipline, Input, JobInput, LockInput, LockLevel, OnEviction, QuotaInput, QuotaKey, Tier,
};
use crate::engine::output::RunResult;
use crate::engine::{self, Detail, Model, Recording};
use crate::scenario::schema::Expect;
use crate::units::{NEVER, Resolution};

/// A run with everything that a report needs.
pub(super) struct Fixture {
    pub(super) context: Context,
    pub(super) result: RunResult,
    pub(super) recording: Recording,
}

impl Fixture {
    pub(super) fn summary(&self) -> Summary {
        summarise(&self.context, &self.result, &self.recording).unwrap()
    }
}

/// A job of team `team` (an index in `["red", "blue"]`).
pub(super) fn job(submit: u32, service: u32, nodes: u32, cluster: u32) -> JobInput {
    JobInput { submit, service, nodes, cluster, ..JobInput::default() }
}

/// Runs an input. Clusters are named a, b … and cost 3.60 USD/h a node (0.1 cent a second), b and later ones
/// 0.36 USD/h; a load balancer costs 36 USD/h (1 cent a second) where `balancer` says so.
pub(super) fn run(input: Input, teams: &[Option<u32>], expect: Vec<Expect>, balancer: bool) -> Fixture {
    let source = PriceSource { list: "Test list".to_owned(), date: Some("2026-08-22".to_owned()) };
    let named = |(c, cluster): (usize, &ClusterInput)| ClusterContext {
        name: char::from(b'a' + c as u8).to_string(),
        vm_size: "Standard_D4s_v3".to_owned(),
        tier: cluster.tier,
        vcpus: cluster.vcpus,
        gpus: 0.0,
        family: "standardDSv3Family".to_owned(),
        quota_given: false,
        min_nodes: cluster.min_nodes,
        max_nodes: cluster.max_nodes,
        idle_time: cluster.idle_time,
        discipline: cluster.discipline,
        idle_time_assumed: false,
        price: Some(NodePrice { per_h: if c == 0 { 3.6 } else { 0.36 }, source: source.clone() }),
    };
    let clusters = input.clusters.iter().enumerate().map(named).collect();
    let gate = Gate::of(&input);
    let (horizon, quantum) = (input.horizon, input.billing_quantum);
    let (locks, updates) = (input.locks.clone(), input.updates.clone());
    let model = Model::new(input).unwrap();
    let jobs = JobContext::all(&model, |i| [None, teams.get(i).copied().flatten(), None]);
    let (result, recording) = engine::run(&model, Detail::All);
    let context = Context {
        scenario: "fixture".to_owned(),
        description: None,
        resolution: Resolution::S1,
        start: None,
        seed: 1,
        replication: 0,
        horizon,
        clusters,
        jobs,
        tags: vec!["red".to_owned(), "blue".to_owned()],
        prices: PriceContext {
            currency: "USD".to_owned(),
            billing_quantum: quantum,
            load_balancer_per_h: balancer.then_some(36.0),
            load_balancer_source: source,
        },
        wait_limit: expect.iter().find_map(Expect::wait_limit),
        expect,
        assumptions: vec!["boot takes 3 min".to_owned()],
        notices: Vec::new(),
        logs: Vec::new(),
        locks,
        updates,
        gate,
    };
    Fixture { context, result, recording }
}

/// One cluster of two nodes, no delays but boot 60 s and prepare 30 s; two jobs of teams red and blue, and one
/// that asks for three nodes.
///
/// By hand: red (100 s from 0, one node) is requested at 0, ready at 60, prepares to 90, runs to 190. Blue
/// (50 s from 10, one node) is requested at 10, ready at 70, prepares to 100, runs to 150. Idle for 120 s:
/// blue's node leaves at 270, red's at 310, at once. Billed: 310 + 260 = 570 node-seconds, of which useful 150,
/// prepare 60, preparing 120, idle 240.
pub(super) fn small(quantum: u32, expect: Vec<Expect>) -> Fixture {
    let cluster = ClusterInput {
        max_nodes: 2,
        boot_delay: [60].into(),
        prepare_cold: [30].into(),
        ..ClusterInput::default()
    };
    let input = Input {
        clusters: vec![cluster],
        jobs: vec![job(0, 100, 1, 0), job(10, 50, 1, 0), job(20, 10, 3, 0)],
        billing_quantum: quantum,
        ..Input::default()
    };
    run(input, &[Some(0), Some(1)], expect, true)
}

/// A day of two clusters: a dedicated one under a quota, with a job too large and one left queued, and a
/// low-priority one with evictions; thresholds of all sorts.
pub(super) fn day() -> Fixture {
    let daily = ClusterInput {
        max_nodes: 8,
        vcpus: 4,
        boot_delay: [180].into(),
        allocation_delay: [240, 300, 200].into(),
        prepare_cold: [120].into(),
        release_delay: 60,
        ..ClusterInput::default()
    };
    let night = ClusterInput {
        tier: Tier::LowPriority,
        max_nodes: 4,
        lifetime: [5000, 20_000, NEVER].into(),
        on_eviction: OnEviction::Requeue,
        ..daily.clone()
    };
    let mut jobs = Vec::new();
    let mut teams = Vec::new();
    for i in 0..60 {
        jobs.push(job(21_600 + i * 700, 1500 + i % 7 * 400, 1 + i % 3, 0));
        teams.push(Some(i % 2));
    }
    jobs.push(job(30_000, 100, 9, 0));
    jobs.push(job(86_000, 9000, 1, 0));
    for i in 0..10 {
        jobs.push(job(72_000 + i, 4000, 1, 1));
        teams.resize(jobs.len() - 1, None);
        teams.push(Some(1));
    }
    let input = Input {
        clusters: vec![daily, night],
        jobs,
        quotas: vec![QuotaInput { quota: QuotaKey::TotalDedicated, vcpus: 24 }],
        horizon: Some(86_400),
        stop_at_horizon: true,
        billing_quantum: 1,
        ..Input::default()
    };
    let limit = |limit: &str| limit.parse().unwrap();
    let expect = vec![
        Expect::WaitAtMost { percentile: 95.0, limit: limit("20m"), cluster: None },
        Expect::WaitAtMost { percentile: 99.0, limit: limit("30m"), cluster: Some("b".to_owned()) },
        Expect::CostPerDayAtMost { limit: "200 USD".parse().unwrap(), cluster: None },
        Expect::UtilisationAtLeast { share: 0.6, cluster: None },
        Expect::RejectedAtMost(0),
    ];
    let mut fixture = run(input, &teams, expect, false);
    fixture.context.scenario = "two clusters, one day".to_owned();
    fixture.context.start = "2026-03-02T00:00:00+01:00[Europe/Amsterdam]".parse().ok();
    for (cluster, name) in fixture.context.clusters.iter_mut().zip(["cpu-daily", "cpu-night"]) {
        name.clone_into(&mut cluster.name);
    }
    fixture.context.expect[1] =
        Expect::WaitAtMost { percentile: 99.0, limit: limit("30m"), cluster: Some("cpu-night".to_owned()) };
    fixture.context.assumptions = vec![
        "allocation takes 4 min (median; p90 9 min), by public reports".to_owned(),
        "a node boots in 3 min; a job prepares for 2 min where its environment is new to a node".to_owned(),
    ];
    fixture
}

/// A lock from 60 s on that never ends. On a, three nodes were requested before, run until 160 and are kept; on b,
/// fourteen jobs find no node and none is requested.
pub(super) fn stuck() -> Fixture {
    let a = ClusterInput { min_nodes: 1, max_nodes: 4, boot_delay: [30].into(), ..ClusterInput::default() };
    let b = ClusterInput { max_nodes: 4, discipline: Discipline::Priority, ..ClusterInput::default() };
    let mut jobs =
        vec![job(30, 100, 3, 0), job(70, 60, 2, 1), JobInput { priority: 1, ..job(100, 60, 1, 1) }];
    jobs.extend((0..12).map(|i| job(200 + 60 * i, 60, 1, 1)));
    let input = Input {
        clusters: vec![ClusterInput { initial_nodes: 1, ..a }, b],
        jobs,
        locks: vec![LockInput { from: 60, to: None, level: LockLevel::CanNotDelete }],
        billing_quantum: 1,
        ..Input::default()
    };
    let mut fixture = run(input, &[Some(1), Some(0)], Vec::new(), false);
    fixture.context.scenario = "a lock that stays".to_owned();
    fixture
}
