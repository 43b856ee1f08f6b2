//! A sweep that is interrupted.
#![cfg(unix)]

use crate::support::Place;
use nodetide::exit_code;
use serde_json::Value;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Many jobs, so that a run takes long.
const SCENARIO: &str = r#"(
    name: "long",
    horizon: "20d",
    region: (name: "westeurope"),
    clusters: [(name: "cpu", vm_size: "Standard_D4s_v3", max_nodes: 8, idle_time: "5m")],
    workload: (classes: [(name: "a", arrivals: Poisson(per_hour: 20), service: Exponential(mean: "10m"))]),
)"#;

fn sweep(place: &Place, args: &[&str]) -> Child {
    place.file("s.ron", SCENARIO);
    let all = [&["sweep", "s.ron", "--backend", "cpu", "--out", "o"], args].concat();
    place.command(&all).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The directory that becomes the results.
fn work(place: &Place) -> Option<String> {
    place.names("").into_iter().find(|name| name.ends_with(".partial"))
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(240), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Exit code, and what was said.
fn interrupt(child: Child) -> (Option<i32>, String) {
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

const INTERRUPTED: Option<i32> = Some(exit_code::INTERRUPTED as i32);

/// Rows come after seconds, not after thousands of configurations; each configuration is whole.
#[test]
fn an_interrupted_sweep_keeps_what_is_complete() {
    let place = Place::new();
    let axes = ["--vary", "max_nodes=1..50", "--vary", "idle_time=1m..40m:1m", "--replications", "3"];
    let child = sweep(&place, &axes);
    wait_until("nothing is written", || {
        let rows = work(&place).map(|work| place.path(&work).join("new/configs.csv"));
        rows.and_then(|rows| std::fs::metadata(rows).ok()).is_some_and(|m| m.len() > 0)
    });
    let (code, said) = interrupt(child);
    assert_eq!(code, INTERRUPTED, "{said}");
    assert!(said.contains("interrupted") && said.contains("what was complete is in"), "{said}");
    let mut reader = csv::Reader::from_path(place.path("o/configs.partial.csv")).unwrap();
    let kept: Vec<(u64, u64)> = (reader.records())
        .map(|record| record.map(|r| (r[0].parse().unwrap(), r[1].parse().unwrap())).unwrap())
        .collect();
    let whole: Vec<(u64, u64)> = (0..kept.len() as u64).map(|row| (row / 3, row % 3)).collect();
    assert_eq!(kept, whole, "a beginning, in order");
    assert!(!kept.is_empty() && kept.len().is_multiple_of(3) && kept.len() < 3000, "{} rows", kept.len());
    let manifest: Value = serde_json::from_str(&place.read("o/manifest.json")).unwrap();
    assert_eq!(manifest["sweep"]["complete"], false);
    assert_eq!(manifest["sweep"]["rows"], kept.len());
    assert_eq!(manifest["files"][0]["name"], "configs.partial.csv");
    assert!(manifest["sweep"]["note"].as_str().unwrap().contains("interrupted"));
}

/// Before any configuration runs, the scenario runs as it is and models are made.
#[test]
fn an_interruption_before_the_first_configuration_ends_in_good_order() {
    let place = Place::new();
    let child = sweep(&place, &["--replications", "4000"]);
    wait_until("it does not begin", || work(&place).is_some());
    let (code, said) = interrupt(child);
    assert_eq!(code, INTERRUPTED, "{said}");
    assert!(said.contains("nothing was written"), "{said}");
    assert_eq!(place.names(""), ["s.ron"], "nothing is left");
}
