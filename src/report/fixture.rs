//! Small runs for the tests of reports: real ones, by the engine, of inputs that can be worked out by hand.

use super::context::{ClusterContext, Context, JobContext, PriceContext, PriceSource};
use super::refusals::Gate;
use super::{Summary, summarise};
use crate::engine::input::{ClusterInput, Input, JobInput};
use crate::engine::output::RunResult;
use crate::engine::{self, Detail, Model, Recording};
use crate::scenario::schema::Expect;
use crate::units::Resolution;

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
        idle_time_assumed: false,
        price_per_h: if c == 0 { 3.6 } else { 0.36 },
        price_source: source.clone(),
    };
    let clusters = input.clusters.iter().enumerate().map(named).collect();
    let gate = Gate::of(&input);
    let (horizon, quantum, locks) = (input.horizon, input.billing_quantum, input.locks.clone());
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
        expect,
        assumptions: vec!["boot takes 3 min".to_owned()],
        notices: Vec::new(),
        locks,
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
        boot_delay: vec![60],
        prepare_cold: vec![30],
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
