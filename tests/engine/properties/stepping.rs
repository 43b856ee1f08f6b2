//! A run step by step is the run: to each decision, in strides, with the demand given as a wish.

use super::cases;
use crate::support::random::{input, model};
use nodetide::engine::input::{ClusterInput, Input, JobInput};
use nodetide::engine::output::{Reason, Status};
use nodetide::engine::{self, Detail, Recording, Stepper};
use nodetide::units::TICK_END;
use proptest::prelude::*;

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn stepping_to_each_decision_is_the_run(input in input()) {
        let model = model(&input);
        let mut stepper = Stepper::new(&model);
        prop_assert_eq!((stepper.now(), stepper.status()), (0, None));
        let mut last = 0;
        while let Some(t) = stepper.advance_to_decision() {
            prop_assert!(t >= last && t == stepper.now());
            prop_assert_eq!(stepper.status(), None);
            last = t;
        }
        let run = engine::run(&model, Detail::All);
        prop_assert_eq!(stepper.status(), Some(run.0.status));
        prop_assert_eq!(stepper.advance_to_decision(), None, "over is over");
        prop_assert_eq!(stepper.finish(), run);
    }

    #[test]
    fn stepping_in_strides_is_the_run(input in input(), strides in prop::collection::vec(0..9_u32, 1..12)) {
        let model = model(&input);
        let run = engine::run(&model, Detail::All);
        let mut stepper = Stepper::new(&model);
        let mut t = 0;
        for (i, stride) in strides.iter().cycle().take(60).enumerate() {
            t += stride;
            stepper.advance_to(t);
            prop_assert!(stepper.now() <= t);
            if i % 7 == 3 {
                // Decisions in between do no harm.
                stepper.advance_to_decision();
                t = t.max(stepper.now());
            }
        }
        stepper.advance_to(TICK_END - 1);
        prop_assert_eq!(stepper.finish(), run);
    }

    #[test]
    fn wishing_for_the_demand_is_reactive(input in input()) {
        let model = model(&input);
        let mut stepper = Stepper::new(&model);
        while stepper.advance_to_decision().is_some() {
            for c in 0..stepper.cluster_count() {
                // What was wished for at the last decision is no longer the demand.
                stepper.set_wanted(c, None);
                let view = stepper.cluster(c).expect("a cluster");
                prop_assert_eq!(view.target, view.limit.min(view.min_nodes.max(view.demand)));
                prop_assert_eq!(view.allocated, view.nodes[..5].iter().sum::<u32>());
                prop_assert!(stepper.set_wanted(c, Some(view.demand)));
                prop_assert_eq!(stepper.cluster(c), Some(view));
            }
        }
        prop_assert_eq!(stepper.finish(), engine::run(&model, Detail::All));
    }

    /// A policy may wish for anything: the limit holds, the laws too (asserted by the engine), and a run can be
    /// given up at any decision.
    #[test]
    fn any_wishes_keep_to_the_limit(
        input in input(),
        wishes in prop::collection::vec(prop::option::of(0..9_u32), 1..12),
        decisions in 0..60_usize,
    ) {
        let model = model(&input);
        let mut stepper = Stepper::new(&model);
        let mut wishes = wishes.into_iter().cycle();
        for _ in 0..decisions {
            let Some(t) = stepper.advance_to_decision() else { break };
            for c in 0..stepper.cluster_count() {
                let wish = wishes.next().expect("endless");
                stepper.set_wanted(c, wish);
                let view = stepper.cluster(c).expect("a cluster");
                let wanted = wish.unwrap_or(view.demand).max(view.min_nodes);
                prop_assert_eq!(view.target, wanted.min(view.limit), "at {}", t);
            }
        }
        let (now, status) = (stepper.now(), stepper.status());
        let (result, recording) = stepper.finish();
        prop_assert_eq!((result.end, result.status), (now, status.unwrap_or(Status::Horizon)));
        for (c, cluster) in result.clusters.iter().enumerate() {
            let jobs = input.jobs.iter().filter(|j| j.cluster as usize == c).count() as u64;
            prop_assert_eq!(cluster.outcomes.iter().sum::<u64>(), jobs);
            let held = recording.nodes.iter().filter(|n| n.cluster as usize == c);
            let ticks: u64 = held.map(|n| u64::from(n.gone.min(now) - n.requested)).sum();
            prop_assert_eq!(cluster.node_ticks.iter().sum::<u64>(), ticks);
        }
    }

    /// Cut at an instant that it visits, a run gives what `stop_at_horizon` gives there.
    #[test]
    fn stopping_at_a_horizon_is_a_cut(input in input(), choice in any::<prop::sample::Index>()) {
        let free = Input { horizon: None, stop_at_horizon: false, ..input };
        let free_model = model(&free);
        let (_, recording) = engine::run(&free_model, Detail::All);
        let instants: Vec<u32> = recording.events.iter().map(|e| e.t).chain([0]).collect();
        let cut = *choice.get(&instants);
        let mut stepper = Stepper::new(&free_model);
        stepper.advance_to(cut);
        let (at_cut, kept) = stepper.finish();
        let stopping = Input { horizon: Some(cut), stop_at_horizon: true, ..free };
        let (stopped, stopped_kept) = engine::run(&model(&stopping), Detail::All);
        prop_assert_eq!(stopped.end, cut);
        prop_assert_eq!(at_cut.clusters, stopped.clusters);
        // Only the free run can be at its end here, and then know that it is stuck.
        prop_assert_eq!(Recording { stuck: None, ..kept }, stopped_kept);
    }
}

#[test]
fn indices_of_no_cluster_are_told() {
    let input = Input { clusters: vec![ClusterInput::default()], billing_quantum: 1, ..Input::default() };
    let model = model(&input);
    let mut stepper = Stepper::new(&model);
    assert_eq!(stepper.cluster_count(), 1);
    assert!(stepper.cluster(0).is_some() && stepper.cluster(1).is_none());
    assert!(stepper.set_wanted(0, None) && !stepper.set_wanted(1, Some(3)));
}

/// The reason `policy` belongs to policies that want less than the demand.
#[test]
fn wishing_for_less_makes_jobs_wait_for_the_policy() {
    let input = Input {
        clusters: vec![ClusterInput { max_nodes: 3, idle_time: 0, ..ClusterInput::default() }],
        jobs: vec![JobInput { submit: 2, service: 4, nodes: 2, ..JobInput::default() }],
        horizon: Some(10),
        billing_quantum: 1,
        ..Input::default()
    };
    let model = model(&input);
    let mut stepper = Stepper::new(&model);
    stepper.set_wanted(0, Some(1));
    // At 0 one node is asked for, without any demand; at 2 the gang comes, and a second one is not.
    stepper.advance_to(5);
    let view = stepper.cluster(0).expect("a cluster");
    assert_eq!((view.allocated, view.target, view.demand, view.queued_jobs), (1, 1, 2, 1));
    assert_eq!(view.reason, Some(Reason::Policy));
    stepper.set_wanted(0, Some(9));
    stepper.advance_to(TICK_END - 1);
    let (result, recording) = stepper.finish();
    // Nothing happens before the horizon; there 3 nodes are asked for, and two of them run the gang.
    assert_eq!(recording.waits[0][Reason::Policy as usize], 8);
    assert_eq!(recording.jobs.get(0).map(|j| (j.first_start, j.end)), Some((10, 14)));
    assert_eq!(result.clusters[0].requests, 3);
    assert_eq!(result.status, Status::Settled, "three nodes are what it wants");
    let (plain, _) = engine::run(&model, Detail::Sums);
    assert_eq!((plain.clusters[0].wait_sum, plain.clusters[0].requests), (0, 2));
}
