//! A scenario as a tree of values, into which one is written by its path.
//!
//! The tree is what serde makes of the scenario, so that every field is there without a list of fields kept by hand;
//! what it is turned back into is checked by the same types as a file. Listed jobs stay out of it, unless the path
//! leads to one: there may be a million.

use super::Scenario;
use super::difference::variant;
use super::path::{Path, Step};
use crate::scenario::locate::Tree;
use serde_json::{Map, Number, Value};

/// The tree of a scenario, with every field; what is not given is null.
#[must_use]
pub fn tree(scenario: &Scenario) -> Value {
    // Types with text keys cannot fail to be written.
    serde_json::to_value(scenario).unwrap_or_default()
}

/// Whether a path leads into the listed jobs.
#[must_use]
pub fn is_in_jobs(path: &Path) -> bool {
    let is = |step: Option<&Step>, name: &str| matches!(step, Some(Step::Key(key)) if key == name);
    is(path.steps().first(), "workload") && is(path.steps().get(1), "jobs")
}

/// The value at a path of a tree. `None`: it is not given.
#[must_use]
pub fn get<'a>(tree: &'a Value, path: &Path) -> Option<&'a Value> {
    let step = |at: &'a Value, step: &Step| match step {
        Step::Index(i) => at.get(*i),
        Step::Key(key) => at.get(key.as_ref()),
    };
    path.steps().iter().try_fold(tree, step).filter(|value| !value.is_null())
}

/// Writes a value at a path.
///
/// # Errors
/// The types of a scenario do not take it; the scenario is as before.
pub fn set(scenario: &mut Scenario, path: &Path, value: &Value) -> Result<(), serde_json::Error> {
    let jobs = (!is_in_jobs(path)).then(|| std::mem::take(&mut scenario.workload.jobs));
    let changed = read(tree(scenario), path, value);
    let put_back = |scenario: &mut Scenario| {
        if let Some(jobs) = jobs {
            scenario.workload.jobs = jobs;
        }
    };
    match changed {
        Ok(mut changed) => {
            put_back(&mut changed);
            *scenario = changed;
            Ok(())
        }
        Err(error) => {
            put_back(scenario);
            Err(error)
        }
    }
}

/// The scenario of a [`tree`] with a value at a path.
///
/// # Errors
/// The types of a scenario do not take it.
pub fn read(mut tree: Value, path: &Path, value: &Value) -> Result<Scenario, serde_json::Error> {
    put(&mut tree, path.steps(), value);
    // A field that is not given is no null: some of them take none.
    strip(&mut tree);
    serde_json::from_value(tree)
}

fn put(at: &mut Value, steps: &[Step], value: &Value) {
    let Some((step, rest)) = steps.split_first() else {
        value.clone_into(at);
        return;
    };
    match (step, at) {
        (Step::Index(i), Value::Array(items)) => {
            if let Some(item) = items.get_mut(*i) {
                put(item, rest, value);
            }
        }
        (Step::Key(key), at) => {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            if let Value::Object(fields) = at {
                put(fields.entry(key.as_ref()).or_insert(Value::Null), rest, value);
            }
        }
        // Paths are resolved against the same scenario.
        (Step::Index(_), _) => {}
    }
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

/// A value as RON writes it, as a value of the tree: `Constant("3m")`, `Exponential(mean: "4m")`, `(3, 2)`, `Fifo`.
/// Text without quotes is text.
#[must_use]
pub fn value_of(text: &str) -> Value {
    nested(text.trim(), 32)
}

fn nested(text: &str, depth: u32) -> Value {
    if let Some(number) = number(text) {
        return Value::Number(number);
    }
    let plain = || Value::String(text.to_owned());
    match text {
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        _ if depth == 0 => return plain(),
        _ if text.starts_with('"') => {
            return ron::from_str::<String>(text).map_or_else(|_| plain(), Value::String);
        }
        _ => {}
    }
    let Some(open) = text.find(['(', '[', '{']) else { return plain() };
    let closed = [('(', ')'), ('[', ']'), ('{', '}')]
        .iter()
        .any(|(begin, end)| text[open..].starts_with(*begin) && text.ends_with(*end));
    let name = text[..open].trim();
    if !closed || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return plain();
    }
    let items = Tree::new(text).items();
    let key = |key: &str| key.trim_matches('"').to_owned();
    let inner = match &items[..] {
        [(None, only)] if text[open..].starts_with('(') => nested(only, depth - 1),
        items if !items.is_empty() && items.iter().all(|(key, _)| key.is_some()) => Value::Object(
            items.iter().map(|(k, v)| (key(k.unwrap_or_default()), nested(v, depth - 1))).collect(),
        ),
        [] if text[open..].starts_with(['(', '{']) => Value::Object(Map::new()),
        items => Value::Array(items.iter().map(|(_, v)| nested(v, depth - 1)).collect()),
    };
    match name {
        "" | "Some" => inner,
        name => Value::Object(std::iter::once((name.to_owned(), inner)).collect()),
    }
}

/// A number as scenarios have it; what has a unit is none.
#[must_use]
pub fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | '+')) {
        return None;
    }
    if let Ok(n) = text.parse::<u64>() {
        return Some(n.into());
    }
    if let Ok(n) = text.parse::<i64>() {
        return Some(n.into());
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

/// Whether a value of the tree is a variant of this name.
#[must_use]
pub fn is_name(value: &Value, name: &str) -> bool {
    value.as_str() == Some(name)
}

/// What a value of the tree is, where it is more than one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// A list.
    List,
    /// Fields, or a map.
    Fields,
}

/// Whether a value of the tree is more than one value; a variant with what belongs to it is one.
#[must_use]
pub fn group(value: &Value) -> Option<Group> {
    match value {
        // A pair such as a speed.
        Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_number) => None,
        Value::Array(_) => Some(Group::List),
        Value::Object(fields) if variant(fields).is_none() => Some(Group::Fields),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::scenario::parse::parse;
    use serde_json::json;
    use std::sync::Arc;

    fn scenario(text: &str) -> Scenario {
        parse(&Arc::new(Source::new("s.ron", text)), None).0.unwrap().scenario
    }

    const SMALL: &str = r#"(
        clusters: [(name: "cpu", vm_size: "Standard_D4s_v3", max_nodes: 8)],
        workload: (jobs: [(submit: "0s", service: "60s")]),
    )"#;

    #[test]
    fn every_scenario_is_the_same_after_the_way_through_the_tree() {
        let mut texts = vec![super::super::INIT.to_owned(), SMALL.to_owned()];
        for folder in ["scenarios", "tests/validation"] {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|e| e == "ron") {
                    texts.push(std::fs::read_to_string(path).unwrap());
                }
            }
        }
        assert!(texts.len() > 9, "{}", texts.len());
        for text in texts {
            let before = scenario(&text);
            let mut after = before.clone();
            set(&mut after, &Path::root().field("seed"), &json!(before.seed)).unwrap();
            assert_eq!(before, after);
        }
    }

    #[test]
    fn values_read_as_ron_writes_them() {
        for (text, value) in [
            ("Fifo", json!("Fifo")),
            ("4", json!(4)),
            ("0.5", json!(0.5)),
            ("10m", json!("10m")),
            ("0.2 USD/h", json!("0.2 USD/h")),
            ("true", json!(true)),
            ("\"10m\"", json!("10m")),
            ("Constant(\"3m\")", json!({"Constant": "3m"})),
            ("Constant(3m)", json!({"Constant": "3m"})),
            ("Exponential(mean: \"4m\")", json!({"Exponential": {"mean": "4m"}})),
            ("Values([\"1m\", \"2m\"])", json!({"Values": ["1m", "2m"]})),
            ("(3, 2)", json!([3, 2])),
            ("Choice([(value: 1, weight: 3)])", json!({"Choice": [{"value": 1, "weight": 3}]})),
            ("Some(4)", json!(4)),
            ("Constant(", json!("Constant(")),
            ("", json!("")),
        ] {
            assert_eq!(value_of(text), value, "{text}");
        }
        let deep = "a(".repeat(100_000) + &")".repeat(100_000);
        assert!(value_of(&deep[..200]).is_string());
    }

    #[test]
    fn a_value_is_written_or_nothing_changes() {
        let mut own = scenario(SMALL);
        let before = own.clone();
        let cluster = Path::root().field("clusters").index(0);
        assert!(set(&mut own, &cluster.field("boot_delay"), &json!("Fifo")).is_err());
        assert!(set(&mut own, &cluster.field("no_such"), &json!(1)).is_err());
        assert_eq!(own, before);
        set(&mut own, &cluster.field("boot_delay"), &json!({"Constant": "3m"})).unwrap();
        set(&mut own, &Path::root().field("workload.window.to"), &json!("2h")).unwrap();
        assert_eq!(own.workload.jobs, before.workload.jobs, "listed jobs stay");
        assert!(own.clusters[0].boot_delay.is_some() && own.workload.window.is_some());
        set(&mut own, &Path::root().field("workload.jobs").index(0).field("service"), &json!("9m")).unwrap();
        assert_ne!(own.workload.jobs, before.workload.jobs);
    }
}
