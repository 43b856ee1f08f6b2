//! What is refused at load, where, and under which name; and that the nearest scenario that means something
//! is not.

mod input;
mod rules;
mod types;

use nodetide::ticks::{self, Json, Problem, TicksError};
use serde_json::{Value, json};

/// The problems of a text as (path, rule), in the order of the file.
fn problems(text: &str) -> Vec<(String, &'static str)> {
    found(text).into_iter().map(|p| (p.path.to_string(), p.rule)).collect()
}

/// The same, whole. Nothing is run: a scenario that means something may take long.
fn found(text: &str) -> Vec<Problem> {
    let json = Json::parse(text).unwrap_or_else(|e| panic!("no JSON: {e:?}\n{text}"));
    let problems = match ticks::read_scenario(&json, None) {
        Ok(_) => Vec::new(),
        Err(problems) => {
            assert!(!problems.is_empty(), "refused for no reason: {text}");
            problems
        }
    };
    for p in &problems {
        assert!(!p.message.is_empty() && !p.help.is_empty(), "{p:?} says nothing");
    }
    problems
}

/// Asserts that a scenario is refused at these places under these names, and nowhere else.
fn assert_refused(scenario: &Value, expected: &[(&str, &str)]) {
    let found = problems(&scenario.to_string());
    let expected: Vec<(String, &str)> = expected.iter().map(|(p, r)| ((*p).to_owned(), *r)).collect();
    assert_eq!(found, expected, "{scenario}");
}

fn assert_accepted(scenario: &Value) {
    assert_eq!(problems(&scenario.to_string()), [], "{scenario}");
}

/// One cluster of at most 4 nodes, one job: nothing to refuse.
fn small() -> Value {
    json!({"clusters": [{"max_nodes": 4}], "jobs": [{"submit": 3, "service": 1}]})
}

/// A scenario with every key of the format, none of which is refused.
fn full() -> Value {
    json!({
        "clusters": [{
            "max_nodes": 4, "min_nodes": 1, "initial_nodes": 1, "idle_time": 5, "tier": "LowPriority",
            "vcpus": 1, "family": "f", "speed": [1, 1], "communication": true, "communication_limit": 100,
            "subnet": "net", "ready_at": null, "identities": ["a"], "discipline": "Fifo",
            "resize": "DownFirst", "cancel_allocating": false, "allocation_delay": 0, "boot_delay": [0],
            "boot_failure": [0, 1], "lifetime": [9, null], "prepare_cold": 0, "prepare_warm": 0,
            "recycle_time": 1, "release_delay": 0, "capacity": [{"t": 0, "nodes": null}],
            "on_eviction": {"kind": "Resubmit", "after": 1}, "restart_overhead": 0, "max_restarts": 2
        }],
        "jobs": [{
            "submit": 0, "service": 1, "cluster": 0, "nodes": 1, "cancel": 9, "timeout": 9, "checkpoint": 1,
            "identity": "a", "environment": "e", "communicates": false, "priority": 0, "declared": 1
        }],
        "horizon": 20, "stop_at_horizon": true,
        "quotas": {"family": {"f": 9}, "workspace": {"f": 9}, "total_dedicated": 9, "low_priority": 9},
        "quota_steps": [{"t": 1, "quota": "family:f", "vcpus": 9}],
        "outside_usage": [{"t": 1, "quota": "low_priority", "vcpus": 1}],
        "subnets": {"net": 4},
        "locks": [{"from": 1, "to": 2, "level": "ReadOnly"}], "lock_effect": "Scaling",
        "updates": [{
            "t": 1, "cluster": 0, "min_nodes": 1, "max_nodes": 4, "idle_time": 5, "identities": ["a"]
        }],
        "billing_quantum": 1, "wait_limit": 5, "bounds": {"instants": 100, "repetitions": 100}, "log": false
    })
}

#[test]
fn all_problems_of_a_file_come_at_once() {
    assert_refused(
        &json!({
            "clusters": [{"max_nodes": 200, "min_nodes": 300, "subnet": null}, {"max_nodes": 1, "initial_nodes": 2}],
            "jobs": [{"submit": 3, "service": 1, "cancel": 2}, {"submit": 0, "service": 1_073_741_824}],
            "stop_at_horizon": true,
            "locks": [{"from": 2, "to": 2, "level": "ReadOnly"}]
        }),
        &[
            ("stop_at_horizon", "stop-without-horizon"),
            ("locks[0]", "lock-ends-before-it-begins"),
            ("clusters[0].max_nodes", "max-over-limit"),
            ("clusters[0].min_nodes", "min-over-max"),
            ("clusters[0].initial_nodes", "initial-over-limit"),
            ("clusters[1].initial_nodes", "initial-over-limit"),
            ("jobs[1].service", "attempt-too-long"),
            ("jobs[0].cancel", "cancel-before-submit"),
        ],
    );
    // Rules are looked at once types and ranges are right.
    assert_refused(
        &json!({"clusters": [{"max_nodes": 0, "speed": [1]}], "jobs": [{"submit": -1}], "stop_at_horizon": true, "x": 0}),
        &[
            ("clusters[0].max_nodes", "out-of-range"),
            ("clusters[0].speed", "wrong-type"),
            ("jobs[0].submit", "out-of-range"),
            ("jobs[0]", "missing-key"),
            ("x", "unknown-key"),
        ],
    );
}

#[test]
fn arrays_name_the_index_of_the_scenario() {
    let over = json!({"clusters": [{"max_nodes": 101}], "jobs": []});
    let array = json!([small(), over, 7, small(), {"clusters": [], "jobs": []}]);
    let Err(TicksError::Invalid(found)) = ticks::run_text(&array.to_string()) else { panic!("not refused") };
    let all: Vec<_> = found.into_iter().map(|p| (p.scenario, p.path.to_string(), p.rule)).collect();
    let expected = [
        (Some(1), "[1].clusters[0].max_nodes", "max-over-limit"),
        (Some(2), "[2]", "wrong-type"),
        (Some(4), "[4].clusters", "no-cluster"),
    ];
    assert_eq!(all, expected.map(|(i, path, rule)| (i, path.to_owned(), rule)));
    assert_eq!(ticks::run_text("[]"), Ok(json!([])));
    let Err(TicksError::Invalid(single)) = ticks::run_text(&over.to_string()) else { panic!("not refused") };
    assert_eq!((single[0].scenario, single[0].path.to_string().as_str()), (None, "clusters[0].max_nodes"));
}

#[test]
fn texts_that_are_no_json_name_line_and_column() {
    let place = |text: &str| match ticks::run_text(text) {
        Err(TicksError::Syntax { line, column, message }) => {
            assert!(!message.contains(" at line "), "the place is said apart: {message}");
            (line, column)
        }
        other => panic!("{text:?} is taken as {other:?}"),
    };
    assert_eq!(place(""), (1, 0));
    assert_eq!(place("{\"jobs\": [],\n \"clusters\": [}"), (2, 15));
    assert_eq!(place("{} {}"), (1, 4));
    assert!(ticks::run_text(&format!("\u{feff}{}", small())).is_ok(), "a byte order mark is no problem");
}

/// The later one would win without a word.
#[test]
fn a_key_that_stands_twice_is_refused() {
    for (text, place) in [
        (r#"{"jobs": [], "jobs": [], "clusters": [{"max_nodes": 1}]}"#, "jobs"),
        (r#"{"clusters": [{"max_nodes": 1, "max_nodes": 1}], "jobs": []}"#, "clusters[0].max_nodes"),
        (r#"{"clusters": [{"max_nodes": 1}], "jobs": [], "subnets": {"a": 1, "a": 1}}"#, "subnets.a"),
        (
            r#"{"clusters": [{"max_nodes": 1}], "jobs": [], "quotas": {"family": {"f": 9, "f": 9}}}"#,
            "quotas.family.f",
        ),
    ] {
        assert_eq!(problems(text), [(place.to_owned(), "duplicate-key")], "{text}");
    }
}
