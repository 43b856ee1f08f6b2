//! What the random scenarios reach: a property that never meets a rule says nothing about it.

use super::cases;
use crate::support::random::{input, model};
use nodetide::engine::input::{Discipline, Input};
use nodetide::engine::output::{EventKind, NodeFate, Outcome, Reason, State, Status};
use nodetide::engine::{self, Detail};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;

/// How many of so many random scenarios show something, by its name.
fn counts(scenarios: u32) -> BTreeMap<String, u32> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(cases(scenarios), rng);
    let mut counts = BTreeMap::new();
    for _ in 0..scenarios {
        let input: Input = input().new_tree(&mut runner).expect("a scenario").current();
        let mut seen: Vec<String> = shown(&input);
        seen.sort_unstable();
        seen.dedup();
        for name in seen {
            *counts.entry(name).or_insert(0) += 1;
        }
    }
    counts
}

fn shown(input: &Input) -> Vec<String> {
    let (result, recording) = engine::run(&model(input), Detail::All);
    let mut seen = vec![format!("status {}", result.status.as_str())];
    seen.extend(recording.events.iter().map(|e| format!("event {}", e.kind.as_str())));
    seen.extend(recording.nodes.iter().map(|n| format!("fate {}", n.fate.as_str())));
    for (cluster, setup) in result.clusters.iter().zip(&input.clusters) {
        let some = |list: &[u64], i: usize| list[i] > 0;
        seen.extend(
            State::ALL
                .iter()
                .filter(|s| some(&cluster.node_ticks, **s as usize))
                .map(|s| format!("state {}", s.as_str())),
        );
        seen.extend(
            Outcome::ALL
                .iter()
                .filter(|o| some(&cluster.outcomes, **o as usize))
                .map(|o| format!("outcome {}", o.as_str())),
        );
        for reason in Reason::ALL {
            if some(&cluster.wait, *reason as usize) {
                seen.push(format!("wait {}", reason.as_str()));
            }
            if some(&cluster.requeue_wait, *reason as usize) {
                seen.push(format!("requeue wait {}", reason.as_str()));
            }
        }
        if cluster.restarts > 0 {
            seen.push(format!("restarts under {:?}", setup.discipline));
        }
        if cluster.lost > 0 && cluster.useful > 0 {
            seen.push("lost and useful work".to_owned());
        }
    }
    // Ties: several events of different kinds at one tick.
    let kinds_at = |t| recording.events.iter().filter(|e| e.t == t).map(|e| e.kind).collect::<Vec<_>>();
    for event in &recording.events {
        let kinds = kinds_at(event.t);
        match event.kind {
            EventKind::Completed if kinds.contains(&EventKind::Evict) => {
                seen.push("tie completion, eviction".into())
            }
            EventKind::Submit if kinds.contains(&EventKind::Release) => {
                seen.push("tie arrival, release".into())
            }
            EventKind::Cancelled if kinds.contains(&EventKind::Start) => {
                seen.push("tie cancellation, start".into())
            }
            EventKind::Update if kinds.contains(&EventKind::Request) => {
                seen.push("tie update, request".into())
            }
            _ => {}
        }
    }
    seen
}

#[test]
fn random_scenarios_reach_every_rule() {
    let scenarios = 3000;
    let counts = counts(scenarios);
    let mut wanted: Vec<String> = Vec::new();
    wanted.extend(Status::ALL.iter().map(|s| format!("status {}", s.as_str())));
    wanted.extend(EventKind::ALL.iter().map(|k| format!("event {}", k.as_str())));
    wanted.extend(NodeFate::ALL.iter().map(|f| format!("fate {}", f.as_str())));
    wanted.extend(State::ALL.iter().map(|s| format!("state {}", s.as_str())));
    wanted.extend(Outcome::ALL.iter().map(|o| format!("outcome {}", o.as_str())));
    for reason in Reason::ALL.iter().filter(|r| **r != Reason::Policy) {
        wanted.push(format!("wait {}", reason.as_str()));
        // After an eviction the cluster is ready.
        if *reason != Reason::Creating {
            wanted.push(format!("requeue wait {}", reason.as_str()));
        }
    }
    for discipline in [Discipline::Fifo, Discipline::Priority, Discipline::FirstFit, Discipline::Backfill] {
        wanted.push(format!("restarts under {discipline:?}"));
    }
    wanted.push("lost and useful work".to_owned());
    let ties = ["completion, eviction", "arrival, release", "cancellation, start", "update, request"];
    wanted.extend(ties.map(|tie| format!("tie {tie}")));
    let rare: Vec<String> = wanted
        .iter()
        .map(|name| (name, counts.get(name).copied().unwrap_or(0)))
        .filter(|(_, n)| *n < scenarios / 300)
        .map(|(name, n)| format!("{name}: {n}"))
        .collect();
    assert!(rare.is_empty(), "too rare in {scenarios} scenarios: {rare:#?}\nof {counts:#?}");
}
