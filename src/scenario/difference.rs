//! What differs between two scenarios: by meaning, not by text.
//!
//! Both are written out with every default in its place, so that leaving a field out and giving its default are
//! the same, and order, comments and RON or JSON do not matter.

use super::Scenario;
use super::path::Path;
use serde::Serialize;
use serde_json::{Map, Value};

/// One value that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Where it stands: `clusters[0].idle_time`. Lists of named things are matched by name, others by place; the
    /// index is that of the first scenario, or of the second where the first has no such element.
    pub path: String,
    /// In the first scenario; null where it is left out.
    pub a: Value,
    /// In the second one; null where it is left out.
    pub b: Value,
}

/// Everything that differs, in the order of the file. Name, description, `$schema` and `sweep` say nothing about a run
/// and are passed over.
#[must_use]
pub fn differences(a: &Scenario, b: &Scenario) -> Vec<Difference> {
    let tree = |scenario: &Scenario| {
        // Types with text keys cannot fail to be written; nothing at all would show as differing in everything.
        let mut tree = serde_json::to_value(scenario).unwrap_or_default();
        if let Value::Object(fields) = &mut tree {
            fields.retain(|key, _| !matches!(key.as_str(), "$schema" | "name" | "description" | "sweep"));
        }
        tree
    };
    let mut found = Vec::new();
    compare(&Path::root(), &tree(a), &tree(b), &mut found);
    found
}

fn compare(path: &Path, a: &Value, b: &Value, found: &mut Vec<Difference>) {
    if a == b {
        return;
    }
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => lists(path, a, b, found),
        (Value::Object(a), Value::Object(b)) => match (variant(a), variant(b)) {
            // Two variants are two values; one variant is where its fields are.
            (Some((x, in_a)), Some((y, in_b))) if x == y && in_a.is_object() && in_b.is_object() => {
                compare(path, in_a, in_b, found);
            }
            (None, None) => fields(path, a, b, found),
            _ => put(path, &Value::Object(a.clone()), &Value::Object(b.clone()), found),
        },
        _ => put(path, a, b, found),
    }
}

fn put(path: &Path, a: &Value, b: &Value, found: &mut Vec<Difference>) {
    found.push(Difference { path: path.to_string(), a: a.clone(), b: b.clone() });
}

fn fields(path: &Path, a: &Map<String, Value>, b: &Map<String, Value>, found: &mut Vec<Difference>) {
    for (key, in_a) in a {
        compare(&path.key(key), in_a, b.get(key).unwrap_or(&Value::Null), found);
    }
    for (key, in_b) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
        compare(&path.key(key), &Value::Null, in_b, found);
    }
}

/// An enum's variant as it is written: one key that begins with a capital.
pub(crate) fn variant(fields: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (key, value) = fields.iter().next().filter(|_| fields.len() == 1)?;
    key.starts_with(|c: char| c.is_ascii_uppercase()).then_some((key, value))
}

fn lists(path: &Path, a: &[Value], b: &[Value], found: &mut Vec<Difference>) {
    let partner = partners(a, b);
    for (i, in_a) in a.iter().enumerate() {
        let in_b = partner[i].map_or(&Value::Null, |j| &b[j]);
        compare(&path.index(i), in_a, in_b, found);
    }
    for (j, in_b) in b.iter().enumerate().filter(|(j, _)| !partner.contains(&Some(*j))) {
        compare(&path.index(j), &Value::Null, in_b, found);
    }
}

/// For each element of `a` its partner in `b`: of the same name; what is left over, and what has no names, by place.
fn partners(a: &[Value], b: &[Value]) -> Vec<Option<usize>> {
    let name = |v: &Value| v.get("name").and_then(Value::as_str).map(str::to_owned);
    let named = !a.is_empty() && !b.is_empty() && a.iter().chain(b).all(|v| name(v).is_some());
    if !named {
        return (0..a.len()).map(|i| (i < b.len()).then_some(i)).collect();
    }
    let index: std::collections::HashMap<String, usize> =
        b.iter().enumerate().filter_map(|(j, v)| Some((name(v)?, j))).collect();
    let mut partner: Vec<Option<usize>> =
        a.iter().map(|v| name(v).and_then(|n| index.get(&n).copied())).collect();
    // A new name in an old place is a renamed element, if both are left over.
    let taken: std::collections::HashSet<usize> = partner.iter().flatten().copied().collect();
    for (i, slot) in partner.iter_mut().enumerate() {
        if slot.is_none() && i < b.len() && !taken.contains(&i) {
            *slot = Some(i);
        }
    }
    partner
}

/// A value as a scenario would write it, roughly: `Constant(60s)`, `(to: 2d)`; what is left out is `left out`.
#[must_use]
pub fn written(value: &Value) -> String {
    match value {
        Value::Null => "left out".to_owned(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(written).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => match variant(fields) {
            Some((name, inner @ Value::Object(_))) => format!("{name}{}", written(inner)),
            Some((name, inner)) => format!("{name}({})", written(inner)),
            None => {
                // What is left out need not be said of a whole element.
                let shown = fields.iter().filter(|(_, v)| !v.is_null() && !is_empty(v));
                let shown: Vec<String> = shown.map(|(k, v)| format!("{k}: {}", written(v))).collect();
                format!("({})", shown.join(", "))
            }
        },
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(text: &str) -> Scenario {
        ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
            .from_str(text)
            .unwrap()
    }

    fn said(a: &str, b: &str) -> Vec<String> {
        differences(&scenario(a), &scenario(b))
            .iter()
            .map(|d| format!("{}: {} -> {}", d.path, written(&d.a), written(&d.b)))
            .collect()
    }

    const A: &str = r#"(name: "a", clusters: [
        (name: "cpu", vm_size: "Standard_D4s_v3", max_nodes: 4, idle_time: "2m", boot_delay: Constant("60s")),
        (name: "gpu", vm_size: "Standard_NC6s_v3", max_nodes: 2),
    ], workload: (jobs: [(submit: "0s", service: "1m")]))"#;

    #[test]
    fn a_default_that_is_written_is_no_difference() {
        let b = A.replace("name: \"a\"", "name: \"b\", description: \"other\", resolution: \"1s\"");
        assert_eq!(said(A, &b), [""; 0]);
        assert_eq!(said(A, &A.replace("\"2m\"", "\"120s\"")), [""; 0], "the same time in other units");
    }

    #[test]
    fn values_are_named_by_their_path() {
        let b = A
            .replace("idle_time: \"2m\"", "idle_time: \"30m\"")
            .replace("max_nodes: 2", "max_nodes: 2, min_nodes: 1")
            .replace("Constant(\"60s\")", "Exponential(mean: \"90s\")");
        let found = said(A, &b);
        assert!(found.contains(&"clusters[0].idle_time: 2m -> 30m".to_owned()), "{found:?}");
        assert!(found.contains(&"clusters[1].min_nodes: left out -> 1".to_owned()), "{found:?}");
        let boot = "clusters[0].boot_delay: Constant(1m) -> Exponential(mean: 1m30s)".to_owned();
        assert!(found.contains(&boot), "{found:?}");
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn named_elements_are_matched_by_name_and_others_by_place() {
        let b = r#"(clusters: [
            (name: "gpu", vm_size: "Standard_NC6s_v3", max_nodes: 3),
            (name: "cpu", vm_size: "Standard_D4s_v3", max_nodes: 4, idle_time: "2m", boot_delay: Constant("60s")),
        ], workload: (jobs: [(submit: "0s", service: "1m"), (submit: "5s", service: "2m")]))"#;
        let found = said(A, b);
        assert_eq!(found[0], "clusters[1].max_nodes: 2 -> 3");
        assert!(found[1].starts_with("workload.jobs[1]: left out -> (submit: 5s, service: 2m"), "{found:?}");
        assert_eq!(found.len(), 2, "{found:?}");
        let renamed = A.replace("\"gpu\"", "\"gpu-2\"");
        assert_eq!(said(A, &renamed), ["clusters[1].name: gpu -> gpu-2"]);
    }
}
