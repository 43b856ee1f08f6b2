//! Help, usage, `explain`, `init`, `vm-sizes`, `check`.

use super::run::SCENARIO;
use crate::support::Place;
use nodetide::exit_code;

#[test]
fn help_and_version_are_no_mistakes() {
    let place = Place::new();
    place.run(&["--help"]).exits(exit_code::FINE).quietly().prints("Exit codes:");
    place.run(&["run", "--help"]).exits(exit_code::FINE).quietly().prints("--replications");
    place.run(&["--version"]).exits(exit_code::FINE).quietly().prints(env!("CARGO_PKG_VERSION"));
}

#[test]
fn what_cannot_be_understood_is_usage() {
    let place = Place::new();
    place.run(&[]).exits(exit_code::USAGE).says("Usage");
    place.run(&["sing"]).exits(exit_code::USAGE).says("sing");
    place.run(&["run"]).exits(exit_code::USAGE).says("SCENARIO");
    place.run(&["run", "x.ron", "--replications", "none"]).exits(exit_code::USAGE).says("none");
    place.run(&["explain", "S9999"]).exits(exit_code::USAGE).says("S9999");
}

#[test]
fn codes_are_explained() {
    let place = Place::new();
    place.run(&["explain", "w0501"]).exits(exit_code::FINE).quietly().prints("quota");
    place.run(&["explain"]).exits(exit_code::FINE).quietly().prints("S0101").prints("W0525");
}

#[test]
fn init_writes_a_scenario_that_runs() {
    let place = Place::new();
    place.run(&["init"]).exits(exit_code::FINE).says("nodetide run scenario.ron");
    assert_eq!(place.names(""), ["scenario.ron"], "and nothing else");
    place.run(&["check", "scenario.ron"]).exits(exit_code::FINE);
    place.run(&["run", "scenario.ron"]).exits(exit_code::FINE).prints("Thresholds");
    place.run(&["init", "-q", "other.ron"]).exits(exit_code::FINE).quietly();
    let printed = place.run(&["init", "-"]).exits(exit_code::FINE).quietly().stdout;
    assert_eq!(printed, place.read("scenario.ron"));
}

#[test]
fn init_replaces_nothing_unless_told_to() {
    let place = Place::new();
    place.file("scenario.ron", "mine");
    place.run(&["init"]).exits(exit_code::IO).says("--force");
    assert_eq!(place.read("scenario.ron"), "mine");
    place.run(&["init", "--force"]).exits(exit_code::FINE);
    assert!(place.read("scenario.ron").contains("clusters"));
    place.run(&["init", "no/such/folder.ron"]).exits(exit_code::IO).says("cannot write");
}

#[test]
fn sizes_are_listed_and_filtered() {
    let place = Place::new();
    place.run(&["vm-sizes"]).exits(exit_code::FINE).quietly().prints("Standard_D4s_v3");
    let found = place.run(&["vm-sizes", "a100", "--format", "csv"]).exits(exit_code::FINE).quietly();
    assert!(found.stdout.lines().skip(1).all(|l| l.to_lowercase().contains("a100")), "{found:?}");
    place.run(&["vm-sizes", "--format", "json"]).exits(exit_code::FINE).quietly().prints("\"vcpus\"");
    place.run(&["vm-sizes", "zzz"]).exits(exit_code::USAGE).says("zzz");
    place.run(&["vm-sizes", "--region", "moon"]).exits(exit_code::USAGE).says("moon");
}

#[test]
fn check_tells_mistakes_and_runs_nothing() {
    let place = Place::new();
    let good = place.file("good.ron", SCENARIO);
    place.run(&["check", good]).exits(exit_code::FINE);
    place.run_with_stdin(&["check", "-"], SCENARIO).exits(exit_code::FINE);
    let bad = place.file("bad.ron", &SCENARIO.replace("max_nodes: 2", "max_nodes: 2, min_nodes: 3"));
    place.run(&["check", bad]).exits(exit_code::INVALID).says("M0307").says("bad.ron:");
    let json = place.run(&["check", bad, "--format", "json"]).exits(exit_code::INVALID);
    let found: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(found[0]["code"], "M0307");
    place.run(&["check", "absent.ron"]).exits(exit_code::IO).says("absent.ron");
}
