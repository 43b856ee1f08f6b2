//! Large numbers, absurd inputs, hostile texts: little memory, a refusal, an error, and never a panic.

use crate::support::json::run;
use nodetide::ticks::{self, TicksError};
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::{Value, json};

const LAST: u32 = (1 << 31) - 1;

/// Memory follows what is held, not what could be: 300 clusters of 2^31 - 1 slots, at one bit a slot, would
/// take 75 GiB.
#[test]
fn huge_limits_take_no_memory() {
    let cluster = json!({"max_nodes": LAST, "communication_limit": LAST, "idle_time": 1});
    let jobs: Vec<Value> =
        (0..300).map(|c| json!({"submit": c % 7, "service": 2, "nodes": 1 + c % 5, "cluster": c})).collect();
    let result = run(&json!({"clusters": vec![cluster; 300], "jobs": jobs}));
    assert_eq!(result["status"], "settled");
    let clusters = result["clusters"].as_array().expect("clusters");
    assert_eq!(clusters.len(), 300);
    for (c, cluster) in clusters.iter().enumerate() {
        assert_eq!(cluster["peak_nodes"], 1 + c % 5);
        assert_eq!(cluster["outcomes"], json!({"completed": 1}));
    }
}

#[test]
fn absurd_floors_are_refused() {
    let text = json!({
        "clusters": [{"max_nodes": LAST, "communication_limit": LAST, "min_nodes": LAST}], "jobs": []
    });
    let Err(TicksError::Invalid(problems)) = ticks::run_text(&text.to_string()) else {
        panic!("2^31 - 1 nodes are held")
    };
    assert_eq!(problems.iter().map(|p| p.rule).collect::<Vec<_>>(), ["too-many-nodes"]);
    let update = json!({
        "clusters": [{"max_nodes": LAST, "communication_limit": LAST}], "jobs": [],
        "updates": [{"t": LAST, "cluster": 0, "min_nodes": LAST}]
    });
    assert!(ticks::run_text(&update.to_string()).is_err());
}

/// (cluster, job) → (status, end, outcome): a run ends at the last instant whose successor is a tick.
#[test]
fn times_near_the_end_of_time() {
    let longest = (1_u32 << 30) - 1;
    let cases = [
        // Ready at the last tick, where the job of no length starts and ends; the node expires 120 later.
        (json!({"allocation_delay": LAST}), json!({"submit": 0, "service": 0}), ("limit", LAST, "completed")),
        // One tick later the node would be ready at 2^31.
        (json!({"allocation_delay": LAST}), json!({"submit": 1, "service": 0}), ("limit", 1, "queued")),
        // The longest attempt ends, the node goes after its idle time; or never, if that is too long.
        (
            json!({"idle_time": 5}),
            json!({"submit": 7, "service": longest}),
            ("settled", longest + 12, "completed"),
        ),
        (json!({"idle_time": LAST}), json!({"submit": 7, "service": 3}), ("limit", 10, "completed")),
        (json!({"idle_time": LAST - 3}), json!({"submit": 0, "service": 3}), ("settled", LAST, "completed")),
        // Leaving up to the last tick, and past it.
        (
            json!({"idle_time": 1, "release_delay": LAST - 4}),
            json!({"submit": 0, "service": 3}),
            ("settled", LAST, "completed"),
        ),
        (
            json!({"idle_time": 1, "release_delay": LAST - 3}),
            json!({"submit": 0, "service": 3}),
            ("limit", 4, "completed"),
        ),
        // Two times the longest attempt: the second one ends at 2^31 - 2.
        (
            json!({"idle_time": 0}),
            json!({"submit": longest, "service": longest}),
            ("settled", 2 * longest, "completed"),
        ),
        // A running time beyond 64 bits' half, cut by its timeout.
        (
            json!({"speed": [1, LAST], "idle_time": 0}),
            json!({"submit": 0, "service": LAST, "timeout": longest}),
            ("settled", longest, "timed_out"),
        ),
        // A resubmission past the end of time is never reached.
        (
            json!({"tier": "LowPriority", "lifetime": 1, "on_eviction": {"kind": "Resubmit", "after": LAST}}),
            json!({"submit": 0, "service": 9}),
            ("limit", 1, "resubmitting"),
        ),
        // An unusable node is recycled past the end of time.
        (
            json!({"boot_failure": 1, "recycle_time": LAST}),
            json!({"submit": 2, "service": 9}),
            ("limit", 2, "queued"),
        ),
    ];
    for (mut cluster, job, (status, end, outcome)) in cases {
        cluster["max_nodes"] = json!(1);
        let result = run(&json!({"clusters": [cluster.clone()], "jobs": [job.clone()]}));
        let found = (&result["status"], &result["end"], &result["jobs"][0]["outcome"]);
        assert_eq!(found, (&json!(status), &json!(end), &json!(outcome)), "{cluster} {job}");
    }
}

#[test]
fn outside_changes_at_the_last_tick_happen() {
    let result = run(&json!({
        "clusters": [{"max_nodes": 1, "idle_time": 0, "ready_at": LAST}],
        "jobs": [{"submit": 0, "service": 0}], "horizon": LAST,
        "quota_steps": [{"t": LAST, "quota": "total_dedicated", "vcpus": null}]
    }));
    assert_eq!((&result["status"], &result["end"]), (&json!("settled"), &json!(LAST)));
    assert_eq!(result["jobs"][0]["wait"], json!({"creating": LAST}));
    assert_eq!(result["clusters"][0]["load_balancer_ticks"], 0);
}

#[test]
fn deep_nesting_is_an_error() {
    for depth in [200, 10_000, 1_000_000] {
        for (open, close) in [("[", "]"), ("{\"jobs\":", "}")] {
            let text = format!("{}{}", open.repeat(depth), close.repeat(depth));
            assert!(matches!(ticks::run_text(&text), Err(TicksError::Syntax { .. })), "{depth} {open}");
        }
    }
}

#[test]
fn numbers_that_no_type_holds_are_errors() {
    for number in
        ["1e308", "1e999", "-1e999", "123456789012345678901234567890", "0x10", "1_000", "+1", ".5", "NaN"]
    {
        let text = format!("{{\"clusters\": [{{\"max_nodes\": 1}}], \"jobs\": [], \"horizon\": {number}}}");
        assert!(ticks::run_text(&text).is_err(), "{number}");
    }
}

/// A scenario to break; nothing in it can go on for ever.
fn sound() -> String {
    json!({
        "clusters": [{"max_nodes": 2, "idle_time": 3, "allocation_delay": [1, 2], "speed": [3, 2]}],
        "jobs": [{"submit": 0, "service": 5, "nodes": 2}, {"submit": 3, "service": 4, "cancel": 9}],
        "quotas": {"family": {"f": 4}}, "updates": [{"t": 4, "cluster": 0, "max_nodes": 1}],
        "locks": [{"from": 1, "to": 2, "level": "ReadOnly"}], "log": true
    })
    .to_string()
}

proptest! {
    #![proptest_config(Config { cases: 3000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn arbitrary_bytes_are_no_scenario(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(result) = ticks::run_text(&text) {
            // The one short text that means something.
            prop_assert_eq!(result, json!([]));
        }
    }

    #[test]
    fn json_of_any_shape_is_no_panic(text in "[\\[\\]{}\",:0-9a-z. -]{0,60}") {
        let _ = ticks::run_text(&text);
    }

    /// A sound text with some bytes overwritten, cut out or put in: an answer, whatever it is.
    #[test]
    fn damaged_scenarios_are_no_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{}\",:0-9a-z-]{0,3}", 0..4_usize), 1..4)
    ) {
        let mut text = sound();
        for (place, insert, cut) in edits {
            let at = place.index(text.len());
            let end = (at + cut).min(text.len());
            text.replace_range(at..end, &insert);
        }
        match ticks::run_text(&text) {
            Ok(result) => prop_assert!(result.is_object() || result.is_array()),
            Err(TicksError::Syntax { line, .. }) => prop_assert!(line >= 1),
            Err(TicksError::Invalid(problems)) => prop_assert!(!problems.is_empty()),
        }
    }
}
