//! Every column that is written is documented, and nothing else is.

use super::*;
use crate::engine::input::{ClusterInput, Input, OnEviction, Tier};
use crate::report::fixture::{job, run, small};
use crate::units::NEVER;
use std::collections::BTreeSet;
use std::fs;

const DOCS: &str = include_str!("../../../docs/results.md");

/// First cells of the tables of a section, which begins with `heading` and ends with the next of its rank.
fn documented(heading: &str) -> Vec<&'static str> {
    let begin = DOCS.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no section {heading}"));
    let rest = &DOCS[begin + heading.len() + 2..];
    let section = &rest[..rest.find("\n## ").unwrap_or(rest.len())];
    section.lines().filter_map(|l| Some(l.strip_prefix("| `")?.split_once('`')?.0)).collect()
}

fn header_of(csv: &[u8]) -> Vec<String> {
    let line = std::str::from_utf8(csv).unwrap().lines().next().unwrap();
    line.split(',').map(str::to_owned).collect()
}

fn assert_documented(heading: &str, written: &[String]) {
    let written: Vec<&str> = written.iter().map(String::as_str).collect();
    assert_eq!(written, documented(heading), "{heading}: what is written, and what docs/results.md says");
}

#[test]
fn columns_are_documented_in_their_order() {
    let f = small(1, Vec::new());
    let mut out = Vec::new();
    jobs(&mut out, &f.context, &f.recording).unwrap();
    assert_documented("## jobs.csv", &header_of(&out));
    let mut out = Vec::new();
    nodes(&mut out, &f.context, &f.result, &f.recording).unwrap();
    assert_documented("## nodes.csv", &header_of(&out));
    let mut out = Vec::new();
    timeline(&mut out, &f.context, &f.recording).unwrap();
    assert_documented("## timeline.csv", &header_of(&out));

    let summary = f.summary();
    let figures: Vec<String> = summary.total.figures.iter().map(|(key, _)| key.clone()).collect();
    assert_documented("### Figures", &figures);
    let replicated = Replicated::of(&[summary.clone(), summary]).unwrap();
    let mut columns = replications_header(&replicated);
    columns.truncate(columns.len() - figures.len());
    assert_documented("## replications.csv", &columns);

    let mut columns = SUMMARY_HEADER.to_vec();
    columns.extend(REPLICATED_HEADER.iter().filter(|c| !SUMMARY_HEADER.contains(c)));
    assert_eq!(columns, documented("## Output of --format csv"));
}

fn keys(value: &serde_json::Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn keys_of_json_are_documented() {
    let f = small(1, Vec::new());
    let summary = f.summary();
    let replicated = Replicated::of(&[summary.clone(), summary.clone()]).unwrap();
    let one = serde_json::to_value(&summary).unwrap();
    let several = serde_json::to_value(&replicated).unwrap();
    let documented_keys: BTreeSet<&str> = {
        let all = documented("## summary.json");
        let figures = documented("### Figures");
        all.into_iter().filter(|k| !figures.contains(k)).collect()
    };
    let written: BTreeSet<&str> = keys(&one).into_iter().chain(keys(&several)).collect();
    assert_eq!(written, documented_keys);
    for (list, value) in
        [("clusters", &one["clusters"][0]), ("tiers", &one["tiers"][0]), ("teams", &one["teams"][0])]
    {
        for key in keys(value) {
            assert!(DOCS.contains(&format!("`{key}`")), "{key} of {list}");
        }
    }

    let manifest = Manifest {
        format: 1,
        program: "nodetide",
        version: "0",
        command: Vec::new(),
        scenario: "-".to_owned(),
        scenario_sha256: hex_sha256(b""),
        seed: 1,
        replications: 1,
        started_at: String::new(),
        wall_s: 0.0,
        files: Vec::new(),
        sweep: None,
    };
    assert_eq!(keys(&serde_json::to_value(&manifest).unwrap()), documented("## manifest.json"));
}

#[test]
fn events_are_json_and_their_keys_documented() {
    let cluster = ClusterInput {
        tier: Tier::LowPriority,
        lifetime: [50, NEVER].into(),
        on_eviction: OnEviction::Fail,
        ..ClusterInput::default()
    };
    let input = Input {
        clusters: vec![cluster],
        jobs: vec![job(0, 100, 1, 0), job(0, 1, 9, 0)],
        billing_quantum: 1,
        ..Input::default()
    };
    let f = run(input, &[], Vec::new(), false);
    let mut out = Vec::new();
    events(&mut out, &f.context, &f.recording).unwrap();
    let known = documented("## events.jsonl");
    let mut seen = BTreeSet::new();
    for line in std::str::from_utf8(&out).unwrap().lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        for key in keys(&event) {
            assert!(known.contains(&key), "{key} in {line}");
        }
        seen.insert(event["event"].as_str().unwrap().to_owned());
    }
    for kind in crate::engine::output::EventKind::ALL {
        assert!(DOCS.contains(&format!("`{}`", kind.as_str())), "{kind:?} is documented");
    }
    for kind in ["submit", "start", "job_evicted", "failed_eviction", "rejected", "evict", "request"] {
        assert!(seen.contains(kind), "{kind} happens here: {seen:?}");
    }
}

#[test]
fn every_file_is_documented() {
    for name in NAMES {
        assert!(DOCS.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn the_cost_of_nodes_sums_to_that_of_the_clusters() {
    for quantum in [1, 60, 3600] {
        let f = small(quantum, Vec::new());
        let mut out = Vec::new();
        nodes(&mut out, &f.context, &f.result, &f.recording).unwrap();
        let mut reader = csv::Reader::from_reader(out.as_slice());
        let column = header().iter().position(|c| *c == "cost").unwrap();
        let sum: f64 = reader.records().map(|r| r.unwrap()[column].parse::<f64>().unwrap()).sum();
        let cost = f.summary().total.facts.cost;
        let balancer = cost.part(crate::report::pricing::Part::LoadBalancer);
        assert!((sum + balancer - cost.total).abs() < 1e-9, "quantum {quantum}: {sum}");
    }
}

fn header() -> [&'static str; 16] {
    nodes_header()
}

fn write_all(target: &std::path::Path, force: bool) -> Result<(), OutError> {
    let f = small(1, Vec::new());
    let mut out = OutDir::prepare(target, force)?;
    write_run(&mut out, &f.context, &f.summary(), &f.result, &f.recording)?;
    out.commit().map(drop)
}

#[test]
fn a_directory_appears_whole() {
    let parent = tempfile::tempdir().unwrap();
    let target = parent.path().join("deep/results");
    {
        let f = small(1, Vec::new());
        let mut out = OutDir::prepare(&target, false).unwrap();
        write_run(&mut out, &f.context, &f.summary(), &f.result, &f.recording).unwrap();
        assert!(!target.exists(), "nothing before the end");
        assert_eq!(out.entries().len(), 5);
    }
    assert!(!target.exists(), "nothing if it never came to the end");
    assert_eq!(fs::read_dir(parent.path().join("deep")).unwrap().count(), 0, "and nothing beside it");

    write_all(&target, false).unwrap();
    let names: BTreeSet<String> =
        fs::read_dir(&target).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(
        names.iter().map(String::as_str).collect::<Vec<_>>(),
        ["events.jsonl", "jobs.csv", "nodes.csv", "summary.json", "timeline.csv"]
    );
}

#[test]
fn only_results_are_replaced_and_only_with_force() {
    let parent = tempfile::tempdir().unwrap();
    let target = parent.path().join("results");
    fs::create_dir(&target).unwrap();
    write_all(&target, false).expect("an empty directory is fine");
    assert!(matches!(write_all(&target, false), Err(OutError::NotEmpty(_))));
    fs::write(target.join("jobs.csv"), "old").unwrap();
    write_all(&target, true).unwrap();
    assert_ne!(fs::read_to_string(target.join("jobs.csv")).unwrap(), "old");
    fs::write(target.join("thesis.tex"), "years of work").unwrap();
    let error = write_all(&target, true).unwrap_err();
    assert!(matches!(&error, OutError::Foreign { name, .. } if name == "thesis.tex"), "{error}");
    assert_eq!(fs::read_to_string(target.join("thesis.tex")).unwrap(), "years of work");

    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(write_all(&file, true), Err(OutError::NotADirectory(_))));
    let left: Vec<_> = fs::read_dir(parent.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "no temporary directory is left: {left:?}");
}
