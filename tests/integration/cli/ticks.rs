//! `run --ticks`.

use crate::support::Place;
use nodetide::exit_code;

const ONE: &str = r#"{"clusters": [{"max_nodes": 1}], "jobs": [{"submit": 0, "service": 5}]}"#;

#[test]
fn one_and_several_scenarios() {
    let place = Place::new();
    let file = place.file("one.json", ONE);
    let one = place.run(&["run", "--ticks", file]).exits(exit_code::FINE).quietly();
    let one: serde_json::Value = serde_json::from_str(&one.stdout).unwrap();
    assert_eq!(one["status"], "settled");
    let two = place.run_with_stdin(&["run", "--ticks", "-"], &format!("[{ONE}, {ONE}]"));
    let two: serde_json::Value = serde_json::from_str(&two.exits(exit_code::FINE).stdout).unwrap();
    assert_eq!(two[0], one);
    assert_eq!(two[1], one);
}

#[test]
fn what_means_nothing_gets_no_result() {
    let place = Place::new();
    let file = place.file("bad.json", &format!("[{ONE}, {}]", ONE.replace(": 1}", ": 0}")));
    let bad = place.run(&["run", "--ticks", file]).exits(exit_code::INVALID).says("index 1");
    assert_eq!(bad.stdout, "");
    place.run_with_stdin(&["run", "--ticks", "-"], "{").exits(exit_code::INVALID).says("T0601");
    place.run(&["run", "--ticks", "absent.json"]).exits(exit_code::IO).says("absent.json");
    place.run(&["run", "--ticks", file, "--out", "x"]).exits(exit_code::USAGE);
}
