//! `--out`: whole or not at all.

use super::run::SCENARIO;
use crate::support::{Place, done};
use nodetide::exit_code;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

const FILES: [&str; 6] =
    ["events.jsonl", "jobs.csv", "manifest.json", "nodes.csv", "summary.json", "timeline.csv"];

/// Names in a directory of results, but the folder of pictures.
fn files_in(place: &Place, dir: &str) -> Vec<String> {
    place.names(dir).into_iter().filter(|name| name != "charts").collect()
}

#[test]
fn every_file_is_written_and_listed() {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    place.run(&["run", file, "--out", "a/b"]).exits(exit_code::FINE).says("results are in");
    assert_eq!(files_in(&place, "a/b"), FILES);
    assert_eq!(place.names("a/b/charts").len(), 6);
    assert_eq!(place.names("a"), ["b"], "nothing is left beside it");

    let manifest: serde_json::Value = serde_json::from_str(&place.read("a/b/manifest.json")).unwrap();
    assert_eq!(manifest["scenario"], "s.ron");
    assert_eq!(manifest["seed"], 1);
    let sha256 = nodetide::report::files::hex_sha256;
    assert_eq!(manifest["scenario_sha256"], sha256(SCENARIO.as_bytes()));
    for entry in manifest["files"].as_array().unwrap() {
        let text = place.read(format!("a/b/{}", entry["name"].as_str().unwrap()));
        assert_eq!(entry["bytes"], text.len());
        assert_eq!(entry["sha256"], sha256(text.as_bytes()));
    }
    assert_eq!(place.read("a/b/jobs.csv").lines().count(), 3);
    let printed = place.run(&["run", file, "--format", "json"]).exits(exit_code::FINE).stdout;
    assert_eq!(place.read("a/b/summary.json"), printed);
}

#[cfg(unix)]
#[test]
fn results_have_the_rights_of_ordinary_files() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    place.run(&["run", file, "--out", "o"]).exits(exit_code::FINE);
    place.run(&["init", "new.ron"]).exits(exit_code::FINE);
    fs::create_dir(place.path("ordinary")).unwrap();
    let mode = |name: &str| fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("o"), mode("ordinary"));
    assert_eq!(mode("o/jobs.csv"), mode("s.ron"));
    assert_eq!(mode("new.ron"), mode("s.ron"));
}

#[test]
fn a_second_time_needs_force_and_gives_the_same_bytes() {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    place.run(&["run", file, "--out", "o"]).exits(exit_code::FINE);
    let first: Vec<String> = FILES.iter().map(|f| place.read(format!("o/{f}"))).collect();
    let refused = place.run(&["run", file, "--out", "o"]).exits(exit_code::IO).says("--force");
    assert_eq!(refused.stdout, "", "it is refused before the run");
    place.run(&["run", file, "--out", "o", "--force"]).exits(exit_code::FINE);
    for (name, text) in FILES.iter().zip(first).filter(|(name, _)| **name != "manifest.json") {
        assert_eq!(place.read(format!("o/{name}")), text, "{name}");
    }
    place.file("o/notes.txt", "mine");
    place.run(&["run", file, "--out", "o", "--force"]).exits(exit_code::IO).says("notes.txt");
    assert_eq!(place.read("o/notes.txt"), "mine");
    assert!(!place.names("").iter().any(|n| n.starts_with('.')), "{:?}", place.names(""));
}

#[test]
fn where_nothing_can_be_written_nothing_is_run() {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    place.file("taken", "");
    place.run(&["run", file, "--out", "taken"]).exits(exit_code::IO).says("no directory");
    place.run(&["run", file, "--out", "taken/below"]).exits(exit_code::IO);
    #[cfg(target_os = "linux")]
    place.run(&["run", file, "--out", "/proc/nodetide"]).exits(exit_code::IO).says("/proc");
    assert_eq!(place.names(""), ["s.ron", "taken"]);
}

#[test]
fn an_invalid_scenario_leaves_nothing() {
    let place = Place::new();
    let file = place.file("s.ron", &SCENARIO.replace("max_nodes: 2", "max_nodes: 0"));
    place.run(&["run", file, "--out", "o"]).exits(exit_code::INVALID);
    assert_eq!(place.names(""), ["s.ron"]);
}

#[test]
fn a_missed_threshold_still_leaves_results() {
    let place = Place::new();
    let file = place.file("s.ron", &SCENARIO.replace("\"5m\"", "\"1s\""));
    place.run(&["run", file, "--out", "o"]).exits(exit_code::THRESHOLD_MISSED);
    assert_eq!(files_in(&place, "o"), FILES);
}

/// Killed at any time, the directory is there whole or not at all.
#[test]
fn killed_at_any_time_there_are_all_files_or_none() {
    let place = Place::new();
    // Some thousand jobs: long enough to be killed in the middle.
    let many = SCENARIO
        .replace("service: \"100s\"", "service: \"100s\", repeat: 20000")
        .replace("stop_at_horizon: true,", "");
    let file = place.file("s.ron", &many);
    let began = Instant::now();
    let _ = done(place.command(&["run", file, "-q", "--out", "whole"]).stdin(Stdio::null()));
    let whole = began.elapsed();
    assert_eq!(files_in(&place, "whole"), FILES);
    for i in 1..=8 {
        let name = format!("o{i}");
        let mut child = place
            .command(&["run", file, "-q", "--out", &name])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole.mul_f64(f64::from(i) / 8.0).max(Duration::from_millis(1)));
        let _ = child.kill();
        child.wait().unwrap();
        if place.path(&name).exists() {
            assert_eq!(files_in(&place, &name), FILES, "after {i} of 8");
        }
    }
}

#[test]
fn a_dash_is_no_directory() {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    let done =
        place.run(&["run", file, "--out", "-"]).exits(exit_code::USAGE).says("--out takes a directory");
    assert_eq!((done.stdout.as_str(), place.names("")), ("", vec!["s.ron".to_owned()]));
}

#[cfg(unix)]
#[test]
fn a_target_that_cannot_be_is_refused_before_the_run() {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    std::os::unix::fs::symlink("nowhere", place.path("link")).unwrap();
    let done = place.run(&["run", file, "--out", "link"]).exits(exit_code::IO).says("symbolic link");
    assert_eq!(done.stdout, "", "it is refused before the run");
    let done = place.run(&["run", file, "--out", "absent/.."]).exits(exit_code::IO);
    assert_eq!(done.stdout, "");
    let done = place.run(&["run", file, "--out", "s.ron/o"]).exits(exit_code::IO);
    assert_eq!(done.stdout, "");
    assert_eq!(place.names(""), ["link", "s.ron"]);
}
