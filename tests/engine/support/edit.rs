//! Scenarios by small changes of a known one.

use serde_json::{Map, Value};

/// Sets, or with `None` removes, what a JSON pointer names; the parent must be there.
///
/// # Panics
/// If the parent is not there.
pub(crate) fn set(scenario: &mut Value, pointer: &str, value: Option<Value>) {
    if pointer.is_empty() {
        *scenario = value.expect("a value for the root");
        return;
    }
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    match scenario.pointer_mut(parent) {
        Some(Value::Object(map)) => match value {
            Some(value) => drop(map.insert(key.to_owned(), value)),
            None => drop(map.remove(key).expect("a key to remove")),
        },
        Some(Value::Array(list)) => {
            let i: usize = key.parse().expect("an index");
            match value {
                Some(value) if i == list.len() => list.push(value),
                Some(value) => list[i] = value,
                None => drop(list.remove(i)),
            }
        }
        _ => panic!("{parent} is not there"),
    }
}

/// A copy with some places set.
pub(crate) fn with(scenario: &Value, edits: &[(&str, Value)]) -> Value {
    let mut copy = scenario.clone();
    for (pointer, value) in edits {
        set(&mut copy, pointer, Some(value.clone()));
    }
    copy
}

/// The same place as a pointer (`/clusters/0/speed`) and as problems name it (`clusters[0].speed`).
pub(crate) fn path(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        if part.bytes().all(|b| b.is_ascii_digit()) {
            path.push_str(&format!("[{part}]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(part);
        }
    }
    path
}

/// Pointers of all objects in a value whose keys are fixed by the format (not maps from names).
pub(crate) fn objects(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}

fn walk(value: &Value, pointer: &str, found: &mut Vec<String>) {
    let maps = ["/quotas/family", "/quotas/workspace", "/subnets"];
    match value {
        Value::Object(map) if !maps.contains(&pointer) => {
            found.push(pointer.to_owned());
            for (key, value) in map {
                walk(value, &format!("{pointer}/{key}"), found);
            }
        }
        Value::Array(list) => {
            for (i, value) in list.iter().enumerate() {
                walk(value, &format!("{pointer}/{i}"), found);
            }
        }
        _ => {}
    }
}

/// The keys of the object at a pointer.
pub(crate) fn keys(value: &Value, pointer: &str) -> Vec<String> {
    let map = value.pointer(pointer).and_then(Value::as_object);
    map.map(|m: &Map<_, _>| m.keys().cloned().collect()).unwrap_or_default()
}
