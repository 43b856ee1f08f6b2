//! Worked examples: tiny scenarios with their whole result, each naming the rule that it pins.
//!
//! `tests/data/ticks/NN-*.json` are copies of the shared examples of the format, `hNN-*.json` are this
//! project's own, computed by hand from the contract.

use crate::support::json::{differences, run};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// One file: why, scenario, result.
struct Example {
    name: String,
    why: String,
    scenario: Value,
    result: Value,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/ticks")
}

/// The JSON files of a folder, by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    paths.sort();
    paths
}

fn examples() -> Vec<Example> {
    files(&folder())
        .into_iter()
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("readable");
            let mut file: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
            let why = file["why"].as_str().unwrap_or_default().to_owned();
            Example { name, why, scenario: file["scenario"].take(), result: file["result"].take() }
        })
        .collect()
}

#[test]
fn every_example_gives_its_result() {
    let mut failed = Vec::new();
    for Example { name, why, scenario, result } in examples() {
        let found = differences(&result, &run(&scenario));
        if !found.is_empty() {
            let lines: Vec<String> = found.iter().take(8).map(|d| format!("    {d}")).collect();
            failed.push(format!("{name} ({} differences)\n  {why}\n{}", found.len(), lines.join("\n")));
        }
    }
    assert!(failed.is_empty(), "{} examples differ:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn examples_of_one_file_give_their_results_in_order() {
    let examples = examples();
    let all = Value::Array(examples.iter().map(|e| e.scenario.clone()).collect());
    let Value::Array(results) = run(&all) else { panic!("an array gives an array") };
    assert_eq!(results.len(), examples.len());
    for (example, result) in examples.iter().zip(&results) {
        assert_eq!(differences(&example.result, result), [], "{}", example.name);
    }
}

#[test]
fn examples_say_which_rule_they_pin() {
    let examples = examples();
    let own = examples.iter().filter(|e| e.name.starts_with('h')).count();
    assert!(own >= 60, "only {own} hand-computed examples: were files lost?");
    for example in &examples {
        assert!(example.why.starts_with("Section"), "{}: {}", example.name, example.why);
        assert!(example.why.len() > 60, "{}: {}", example.name, example.why);
        let outcomes = example.result["jobs"].as_array().expect("jobs");
        assert_eq!(outcomes.len(), example.scenario["jobs"].as_array().expect("jobs").len());
    }
}

#[test]
#[cfg_attr(not(shared_data), ignore = "../shared is absent")]
fn copies_of_the_shared_examples_are_current() {
    let shared = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/ticks"));
    assert!(!shared.is_empty());
    for path in shared {
        let copy = folder().join(path.file_name().expect("a name"));
        let ours = fs::read_to_string(&copy).unwrap_or_else(|e| panic!("copy {}: {e}", path.display()));
        assert_eq!(ours, fs::read_to_string(&path).expect("readable"), "copy {} again", path.display());
    }
}

#[test]
fn comparison_sees_what_differs_and_only_that() {
    let a = json!({"node_ticks": {"idle": 3, "leaving": 0}, "log": [[0, "submit", 0, 0]], "end": 7});
    let same = json!({"end": 7, "log": [[0, "submit", 0, 0]], "node_ticks": {"idle": 3, "running": 0}});
    assert_eq!(differences(&a, &same), []);
    let paths = |b: &Value| differences(&a, b).into_iter().map(|d| d.path).collect::<Vec<_>>();
    let mut b = a.clone();
    b["node_ticks"]["running"] = json!(1);
    b["end"] = json!("7");
    assert_eq!(paths(&b), [".node_ticks.running", ".end"]);
    b = a.clone();
    b["log"] = json!([[0, "submit", 0, 0], [0, "submit", 0, 1]]);
    b["jobs"] = json!(0);
    assert_eq!(paths(&b), [".log[1]", ".jobs"]);
    b = a.clone();
    b.as_object_mut().expect("an object").remove("end");
    assert_eq!(paths(&b), [".end"]);
}
