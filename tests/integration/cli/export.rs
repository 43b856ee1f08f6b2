//! `--export`: files for other tools beside the results.

use super::run::SCENARIO;
use crate::support::Place;
use nodetide::exit_code;

const TRACE: &str = "trace.json";
const AML: [&str; 3] = ["aml_cluster_events.jsonl", "aml_job_events.jsonl", "aml_node_events.jsonl"];

#[test]
fn exports_are_written_where_they_are_asked_for_and_listed() {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    let plain = place.run(&["run", file, "--out", "o"]).exits(exit_code::FINE).stdout;
    let names = place.names("o");
    assert!(!names.iter().any(|n| n == TRACE || n.starts_with("aml")), "{names:?}");

    place.run(&["run", file, "--out", "p", "--export", "perfetto"]).exits(exit_code::FINE);
    assert!(place.names("p").contains(&TRACE.to_owned()));
    assert_eq!(place.names("p").len(), names.len() + 1);

    let args = ["run", file, "--out", "a", "--export", "aml,perfetto", "--export", "aml"];
    assert_eq!(place.run(&args).exits(exit_code::FINE).stdout, plain, "the report is the same");
    let manifest: serde_json::Value = serde_json::from_str(&place.read("a/manifest.json")).unwrap();
    for name in AML.iter().chain([&TRACE]) {
        let text = place.read(format!("a/{name}"));
        let entries: Vec<_> =
            manifest["files"].as_array().unwrap().iter().filter(|e| e["name"] == *name).collect();
        assert_eq!(entries.len(), 1, "{name} is listed once");
        assert_eq!(entries[0]["bytes"], text.len());
    }
    assert_eq!(place.read("a/trace.json"), place.read("p/trace.json"));
    let trace: serde_json::Value = serde_json::from_str(&place.read("a/trace.json")).unwrap();
    let jobs = |e: &&serde_json::Value| e["ph"] == "X" && e["cat"] == "job";
    assert_eq!(trace["traceEvents"].as_array().unwrap().iter().filter(jobs).count(), 2);
    assert_eq!(trace["otherData"]["scenario"], "two jobs");
}

#[test]
fn exports_are_results_for_force() {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    place.run(&["run", file, "--out", "o", "--export", "aml,perfetto"]).exits(exit_code::FINE);
    place.run(&["run", file, "--out", "o", "--export", "aml"]).exits(exit_code::IO).says("--force");
    place.run(&["run", file, "--out", "o", "--force"]).exits(exit_code::FINE);
    let names = place.names("o");
    assert!(!names.iter().any(|n| n == TRACE || n.starts_with("aml")), "nothing old stays: {names:?}");
}

#[test]
fn without_a_directory_exports_are_a_mistake_of_usage() {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    let done = place.run(&["run", file, "--export", "perfetto"]).exits(exit_code::USAGE).says("--out <DIR>");
    assert_eq!(done.stdout, "", "nothing is run");
    let args = ["run", file, "--out", "o", "--export", "perfeto"];
    place.run(&args).exits(exit_code::USAGE).says("perfetto").says("aml");
    assert_eq!(place.names(""), ["s.ron"]);
    let help = place.run(&["run", "--help"]).exits(exit_code::FINE);
    assert!(help.stdout.contains("--export perfetto,aml"), "{}", help.stdout);
}

#[test]
fn replications_export_the_first_with_any_number_of_threads() {
    let place = Place::new();
    let random = SCENARIO
        .replace("Constant(\"60s\")", "Exponential(mean: \"60s\")")
        .replace("limit: \"5m\"", "limit: \"10h\"")
        .replace("0.57 USD", "99 USD");
    let file = place.file("s.ron", &random);
    let run = |out: &str, more: &[&str]| {
        let args = [&["run", file, "--out", out, "--export", "perfetto,aml"], more].concat();
        place.run(&args).exits(exit_code::FINE);
    };
    run("one", &[]);
    run("several", &["--replications", "4", "--jobs", "3"]);
    for name in AML.iter().chain([&TRACE]) {
        assert_eq!(place.read(format!("several/{name}")), place.read(format!("one/{name}")), "{name}");
    }
}
