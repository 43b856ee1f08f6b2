//! Scenarios and results as JSON: running them, and comparing results as the ticks format says.

use nodetide::ticks;
use serde_json::Value;

/// Objects in which a key whose value is 0 may be left out.
const SPARSE: [&str; 4] = ["node_ticks", "wait", "requeue_wait", "outcomes"];

/// A place where two results differ.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Where, as `.clusters[0].requests`.
    pub(crate) path: String,
    /// What is there in each; `None`: nothing.
    pub(crate) expected: Option<Value>,
    /// The same in the other.
    pub(crate) found: Option<Value>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |v: &Option<Value>| v.as_ref().map_or("nothing".to_owned(), Value::to_string);
        write!(f, "{}: expected {}, found {}", self.path, text(&self.expected), text(&self.found))
    }
}

/// Runs one scenario given as JSON.
///
/// # Panics
/// If it is refused.
pub(crate) fn run(scenario: &Value) -> Value {
    match ticks::run_text(&scenario.to_string()) {
        Ok(result) => result,
        Err(e) => panic!("refused: {e:?}\n{scenario}"),
    }
}

/// Every place where two results differ, in the order of the first.
pub(crate) fn differences(expected: &Value, found: &Value) -> Vec<Difference> {
    let mut all = Vec::new();
    compare(expected, found, "", false, &mut all);
    all
}

fn compare(expected: &Value, found: &Value, path: &str, sparse: bool, all: &mut Vec<Difference>) {
    match (expected, found) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|k| !a.contains_key(*k))) {
                let path = format!("{path}.{key}");
                let zero = sparse.then(|| Value::from(0));
                match (a.get(key).or(zero.as_ref()), b.get(key).or(zero.as_ref())) {
                    (Some(x), Some(y)) => compare(x, y, &path, SPARSE.contains(&key.as_str()), all),
                    (x, y) => all.push(Difference { path, expected: x.cloned(), found: y.cloned() }),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for i in 0..a.len().max(b.len()) {
                let path = format!("{path}[{i}]");
                match (a.get(i), b.get(i)) {
                    (Some(x), Some(y)) => compare(x, y, &path, false, all),
                    (x, y) => all.push(Difference { path, expected: x.cloned(), found: y.cloned() }),
                }
            }
        }
        (x, y) if x == y => {}
        (x, y) => {
            all.push(Difference { path: path.to_owned(), expected: Some(x.clone()), found: Some(y.clone()) })
        }
    }
}
