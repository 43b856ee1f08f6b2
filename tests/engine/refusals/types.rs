//! Types, ranges, words and keys: every key of the format against values of every kind.

use super::{assert_accepted, assert_refused, full, problems, small};
use crate::support::edit::{keys, objects, path, set, with};
use serde_json::{Value, json};

const LAST: u64 = (1 << 31) - 1;

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// 0 ≤ n < 2^31.
    Count,
    /// 1 ≤ n < 2^31.
    Positive,
    /// 0 or 1.
    Bit,
    Bool,
    Text,
    /// One of some words.
    Word,
    List,
    Object,
}
use Kind::{Bit, Bool, Count, List, Object, Positive, Text, Word};

/// Key (as a pointer into [`full`]), what it takes, whether null is allowed.
const KEYS: &[(&str, Kind, bool)] = &[
    ("/clusters", List, false),
    ("/clusters/0", Object, false),
    ("/clusters/0/max_nodes", Positive, false),
    ("/clusters/0/min_nodes", Count, false),
    ("/clusters/0/initial_nodes", Count, false),
    ("/clusters/0/idle_time", Count, false),
    ("/clusters/0/tier", Word, false),
    ("/clusters/0/vcpus", Positive, false),
    ("/clusters/0/family", Text, false),
    ("/clusters/0/speed", List, false),
    ("/clusters/0/speed/0", Positive, false),
    ("/clusters/0/speed/1", Positive, false),
    ("/clusters/0/communication", Bool, false),
    ("/clusters/0/communication_limit", Positive, false),
    ("/clusters/0/subnet", Text, true),
    ("/clusters/0/ready_at", Count, true),
    ("/clusters/0/identities", List, false),
    ("/clusters/0/identities/0", Text, false),
    ("/clusters/0/discipline", Word, false),
    ("/clusters/0/resize", Word, false),
    ("/clusters/0/cancel_allocating", Bool, false),
    ("/clusters/0/allocation_delay", Count, false),
    ("/clusters/0/boot_delay/0", Count, false),
    ("/clusters/0/boot_failure/1", Bit, false),
    ("/clusters/0/lifetime/0", Positive, true),
    ("/clusters/0/prepare_cold", Count, false),
    ("/clusters/0/prepare_warm", Count, false),
    ("/clusters/0/recycle_time", Positive, false),
    ("/clusters/0/release_delay", Count, false),
    ("/clusters/0/capacity", List, false),
    ("/clusters/0/capacity/0", Object, false),
    ("/clusters/0/capacity/0/t", Count, false),
    ("/clusters/0/capacity/0/nodes", Count, true),
    ("/clusters/0/on_eviction", Object, false),
    ("/clusters/0/on_eviction/kind", Word, false),
    ("/clusters/0/on_eviction/after", Count, false),
    ("/clusters/0/restart_overhead", Count, false),
    ("/clusters/0/max_restarts", Count, true),
    ("/jobs", List, false),
    ("/jobs/0", Object, false),
    ("/jobs/0/submit", Count, false),
    ("/jobs/0/service", Count, false),
    ("/jobs/0/cluster", Count, false),
    ("/jobs/0/nodes", Positive, false),
    ("/jobs/0/cancel", Count, true),
    ("/jobs/0/timeout", Positive, true),
    ("/jobs/0/checkpoint", Positive, true),
    ("/jobs/0/identity", Text, true),
    ("/jobs/0/environment", Text, false),
    ("/jobs/0/communicates", Bool, false),
    ("/jobs/0/priority", Count, false),
    ("/jobs/0/declared", Count, true),
    ("/horizon", Count, true),
    ("/stop_at_horizon", Bool, false),
    ("/quotas", Object, false),
    ("/quotas/family", Object, false),
    ("/quotas/family/f", Count, false),
    ("/quotas/workspace", Object, false),
    ("/quotas/workspace/f", Count, false),
    ("/quotas/total_dedicated", Count, true),
    ("/quotas/low_priority", Count, true),
    ("/quota_steps", List, false),
    ("/quota_steps/0", Object, false),
    ("/quota_steps/0/t", Count, false),
    ("/quota_steps/0/quota", Word, false),
    ("/quota_steps/0/vcpus", Count, true),
    ("/outside_usage", List, false),
    ("/outside_usage/0", Object, false),
    ("/outside_usage/0/t", Count, false),
    ("/outside_usage/0/quota", Word, false),
    ("/outside_usage/0/vcpus", Count, false),
    ("/subnets", Object, false),
    ("/subnets/net", Positive, false),
    ("/locks", List, false),
    ("/locks/0", Object, false),
    ("/locks/0/from", Count, false),
    ("/locks/0/to", Count, true),
    ("/locks/0/level", Word, false),
    ("/lock_effect", Word, false),
    ("/updates", List, false),
    ("/updates/0", Object, false),
    ("/updates/0/t", Count, false),
    ("/updates/0/cluster", Count, false),
    ("/updates/0/min_nodes", Count, false),
    ("/updates/0/max_nodes", Positive, false),
    ("/updates/0/idle_time", Count, false),
    ("/updates/0/identities", List, false),
    ("/updates/0/identities/0", Text, false),
    ("/billing_quantum", Positive, false),
    ("/wait_limit", Count, true),
    ("/bounds", Object, false),
    ("/bounds/instants", Positive, false),
    ("/bounds/repetitions", Positive, false),
    ("/log", Bool, false),
];

/// Keys that take a table: one value, or a list of them.
const TABLES: [&str; 6] =
    ["allocation_delay", "boot_delay", "boot_failure", "lifetime", "prepare_cold", "prepare_warm"];

/// The rule that refuses a value for a key, if any does.
fn expected_rule(kind: Kind, nullable: bool, value: &Value) -> Option<&'static str> {
    let range = match kind {
        Count => Some(0..=LAST),
        Positive => Some(1..=LAST),
        Bit => Some(0..=1),
        _ => None,
    };
    match value {
        Value::Null if nullable => None,
        Value::Bool(_) if kind == Bool => None,
        Value::String(_) if kind == Text => None,
        Value::String(_) if kind == Word => Some("unknown-word"),
        Value::Array(_) if kind == List => None,
        Value::Object(_) if kind == Object => None,
        Value::Number(n) if range.is_some() && !n.is_f64() => {
            let inside = n.as_u64().is_some_and(|n| range.expect("a range").contains(&n));
            if inside { None } else { Some("out-of-range") }
        }
        _ => Some("wrong-type"),
    }
}

#[test]
fn every_key_takes_its_type_and_range_only() {
    assert_accepted(&full());
    let values = [
        json!(null),
        json!(true),
        json!("no such word"),
        json!([]),
        json!({}),
        json!(-1),
        json!(0),
        json!(1),
        json!(2),
        json!(LAST),
        json!(LAST + 1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1.5),
    ];
    let mut refused = 0;
    for &(pointer, kind, nullable) in KEYS {
        let place = path(pointer);
        let is_table = TABLES.iter().any(|t| pointer.ends_with(t));
        for value in &values {
            let mut expected = expected_rule(kind, nullable, value);
            match expected {
                _ if is_table && value.is_array() => expected = Some("empty-table"),
                Some("unknown-word") if pointer.ends_with("/quota") => expected = Some("unknown-quota"),
                _ => {}
            }
            let found = problems(&with(&full(), &[(pointer, value.clone())]).to_string());
            let here: Vec<&str> = found.iter().filter(|(p, _)| *p == place).map(|(_, r)| *r).collect();
            let is_of_type = |r: &&&str| {
                ["wrong-type", "out-of-range", "empty-table"].contains(r) || r.starts_with("unknown-w")
            };
            match expected {
                Some(rule) => {
                    refused += 1;
                    assert_eq!(here.first(), Some(&rule), "{place} = {value}: {found:?}");
                }
                None => {
                    let of_type = here.iter().find(is_of_type);
                    // A list of two numbers is all that a speed takes.
                    let short = pointer.ends_with("/speed") && *value == json!([]);
                    assert!(of_type.is_none() || short, "{place} = {value}: {found:?}");
                }
            }
        }
    }
    assert!(refused > 8 * KEYS.len(), "only {refused} values refused");
}

#[test]
fn numbers_are_written_as_integers() {
    // serde_json's own `Value` could not say these.
    for number in ["1.0", "1e0", "-0", "-0.0", "1e308", "18446744073709551616", "-9223372036854775809", "0.5"]
    {
        let text = small().to_string().replace("\"submit\":3", &format!("\"submit\":{number}"));
        assert!(text.contains(number));
        assert_eq!(problems(&text), [("jobs[0].submit".to_owned(), "wrong-type")], "{number}");
    }
    for number in ["9223372036854775808", "18446744073709551615", "-1", "2147483648", "-9223372036854775808"]
    {
        let text = small().to_string().replace("\"submit\":3", &format!("\"submit\":{number}"));
        assert_eq!(problems(&text), [("jobs[0].submit".to_owned(), "out-of-range")], "{number}");
    }
}

#[test]
fn lists_name_the_element() {
    let cases = [
        (
            "/clusters/0/allocation_delay",
            json!([0, 1, -1]),
            "clusters[0].allocation_delay[2]",
            "out-of-range",
        ),
        ("/clusters/0/lifetime", json!([null, 0]), "clusters[0].lifetime[1]", "out-of-range"),
        ("/clusters/0/boot_failure", json!([true]), "clusters[0].boot_failure[0]", "wrong-type"),
        ("/clusters/0/prepare_warm", json!([[1]]), "clusters[0].prepare_warm[0]", "wrong-type"),
        ("/clusters/0/identities", json!(["a", 1]), "clusters[0].identities[1]", "wrong-type"),
        ("/clusters/0/speed", json!([1, 1, 1]), "clusters[0].speed", "wrong-type"),
        ("/clusters/0/speed", json!([1, 0]), "clusters[0].speed[1]", "out-of-range"),
        ("/clusters/1", json!(3), "clusters[1]", "wrong-type"),
    ];
    for (pointer, value, place, rule) in cases {
        let found = problems(&with(&full(), &[(pointer, value)]).to_string());
        assert_eq!(found.first(), Some(&(place.to_owned(), rule)), "{found:?}");
    }
}

#[test]
fn every_object_refuses_other_keys() {
    let all = objects(&full());
    assert_eq!(all.len(), 11, "{all:?}");
    for object in &all {
        for key in ["min_node", "Submit", "", "seconds"] {
            let pointer = format!("{object}/{key}");
            // A key that is no name stands in quotes.
            let step = if key.is_empty() { "[\"\"]".to_owned() } else { format!(".{key}") };
            let place = format!("{}{step}", path(object));
            assert_refused(
                &with(&full(), &[(&pointer, json!(1))]),
                &[(place.trim_start_matches('.'), "unknown-key")],
            );
        }
    }
    for kind in ["Requeue", "Fail"] {
        let after = with(&full(), &[("/clusters/0/on_eviction/kind", json!(kind))]);
        assert_refused(&after, &[("clusters[0].on_eviction.after", "unknown-key")]);
    }
}

#[test]
fn keys_without_a_default_are_required() {
    let required = [
        "/clusters",
        "/clusters/0/max_nodes",
        "/clusters/0/capacity/0/t",
        "/clusters/0/capacity/0/nodes",
        "/clusters/0/on_eviction/kind",
        "/clusters/0/on_eviction/after",
        "/jobs",
        "/jobs/0/submit",
        "/jobs/0/service",
        "/quota_steps/0/t",
        "/quota_steps/0/quota",
        "/quota_steps/0/vcpus",
        "/outside_usage/0/t",
        "/outside_usage/0/quota",
        "/outside_usage/0/vcpus",
        "/locks/0/from",
        "/locks/0/level",
        "/updates/0/t",
        "/updates/0/cluster",
    ];
    let mut removed = 0;
    for object in objects(&full()) {
        for key in keys(&full(), &object) {
            let pointer = format!("{object}/{key}");
            let mut scenario = full();
            set(&mut scenario, &pointer, None);
            removed += 1;
            let found = problems(&scenario.to_string());
            let missing = (path(&object), "missing-key");
            assert_eq!(
                found.contains(&missing),
                required.contains(&pointer.as_str()),
                "{pointer}: {found:?}"
            );
            let by_type = found.iter().filter(|f| **f != missing).any(|(_, rule)| *rule == "wrong-type");
            assert!(!by_type, "{pointer}: {found:?}");
        }
    }
    assert!(removed > 75, "only {removed} keys");
}

#[test]
fn words_are_known() {
    let words: [(&str, &[&str]); 6] = [
        ("/clusters/0/tier", &["Dedicated", "LowPriority"]),
        ("/clusters/0/discipline", &["Fifo", "Priority", "FirstFit", "Backfill"]),
        ("/clusters/0/resize", &["DownFirst", "Concurrent", "Exclusive"]),
        ("/locks/0/level", &["CanNotDelete", "ReadOnly"]),
        ("/lock_effect", &["Scaling", "Removal"]),
        (
            "/quota_steps/0/quota",
            &["family:f", "family:", "workspace:x:y", "total_dedicated", "low_priority"],
        ),
    ];
    for (pointer, list) in words {
        for word in list {
            assert_accepted(&with(&full(), &[(pointer, json!(word))]));
        }
        for word in ["", "fifo", "family", "total_dedicated ", "Low_Priority"] {
            let rule = if pointer.ends_with("/quota") { "unknown-quota" } else { "unknown-word" };
            assert_refused(&with(&full(), &[(pointer, json!(word))]), &[(&path(pointer), rule)]);
        }
    }
}
