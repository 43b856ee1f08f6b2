//! Every scenario that we ship tells a story; each is run, and the point of its story is looked for.

use crate::support::Place;
use serde_json::Value;
use std::path::Path;

/// Runs a shipped scenario; its thresholds must hold.
fn summary(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    let done = Place::new().run(&["--quiet", "run", path.to_str().unwrap(), "--format", "json"]);
    assert_eq!(done.code, 0, "{name}: {}", done.stderr);
    let summary: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(summary["status"], "settled", "{name} settles");
    summary
}

/// A figure of all clusters together.
fn total(summary: &Value, figure: &str) -> f64 {
    summary["total"][figure].as_f64().unwrap_or_else(|| panic!("no figure {figure}"))
}

/// A figure of one cluster.
fn of(summary: &Value, cluster: &str, figure: &str) -> f64 {
    let clusters = summary["clusters"].as_array().unwrap();
    let cluster = clusters.iter().find(|c| c["name"] == cluster).unwrap();
    cluster["figures"][figure].as_f64().unwrap_or_else(|| panic!("no figure {figure}"))
}

fn warned(summary: &Value, code: &str) -> bool {
    summary["warnings"].as_array().unwrap().iter().any(|w| w["code"] == code)
}

#[test]
fn no_scenario_is_without_a_story_here() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n.ends_with(".ron"))
        .collect();
    names.sort();
    let told = [
        "bursty-research-lab.ron",
        "first-look.ron",
        "gang-jobs.ron",
        "identity-added-later.ron",
        "lock-incident.ron",
        "low-priority-savings.ron",
        "nightly-training.ron",
        "shared-quota.ron",
        "what-to-set.ron",
    ];
    assert_eq!(names, told);
}

/// Its sweep answers what it asks: today's settings miss, and the recommended ones cost much less and hold.
#[test]
fn what_to_set_has_an_answer() {
    let place = Place::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/what-to-set.ron");
    let file = path.to_str().expect("a path of letters");
    // Fewer replications and one axis less than the scenario's own sweep, for the time it takes.
    let axes =
        ["--vary", "max_nodes=8..64:4", "--vary", "tier=Dedicated,LowPriority", "--vary", "idle_time=2m,30m"];
    let more = ["--replications", "4", "--backend", "cpu", "--out", "o"];
    place.run(&[&["sweep", file][..], &axes[..], &more[..]].concat()).exits(nodetide::exit_code::FINE);
    let answer: Value = serde_json::from_str(&place.read("o/answer.json")).unwrap();
    assert_eq!(answer["today"]["verdict"], "misses");
    assert_eq!(answer["best"]["settings"]["tier"], "low_priority");
    assert_eq!(answer["best"]["settings"]["idle_time_s"], "120");
    let share = answer["against_today"]["share"].as_f64().unwrap();
    assert!(share < -0.25, "{share}");
}

#[test]
fn first_look_reads_the_whole_log() {
    let s = summary("first-look.ron");
    let log = include_str!("../../scenarios/logs/lab-history.csv");
    assert_eq!(total(&s, "jobs") as usize, log.lines().count() - 1);
    // Every second of work in the log is done, and none twice.
    let worked_s: u64 = log
        .lines()
        .skip(1)
        .map(|line| {
            let mut fields = line.rsplit(',').map(|f| f.parse::<u64>().unwrap_or(0));
            fields.next().unwrap() * fields.next().unwrap()
        })
        .sum();
    assert_eq!((total(&s, "useful_node_h") * 3600.0).round() as u64, worked_s);
}

#[test]
fn nightly_training_has_warm_nodes_for_three_nights_of_seven() {
    let s = summary("nightly-training.ron");
    assert_eq!(total(&s, "jobs"), 210.0);
    // Six jobs start at once on each of three warm nights; nobody does on the cold ones.
    let place = Place::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/nightly-training.ron");
    let done = place.run(&["--quiet", "run", path.to_str().unwrap(), "--out", "out"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let jobs = place.read("out/jobs.csv");
    let mut rows = csv::Reader::from_reader(jobs.as_bytes());
    let column = rows.headers().unwrap().iter().position(|h| h == "wait_s").unwrap();
    let waits: Vec<String> = rows.records().map(|r| r.unwrap()[column].to_owned()).collect();
    let at_once: Vec<usize> =
        waits.chunks(30).map(|night| night.iter().filter(|w| *w == "0").count()).collect();
    assert_eq!(at_once, [6, 6, 6, 0, 0, 0, 0]);
}

#[test]
fn low_priority_is_cheaper_in_spite_of_what_evictions_destroy() {
    let s = summary("low-priority-savings.ron");
    assert!(of(&s, "low-priority", "evictions") > 50.0);
    assert!(of(&s, "low-priority", "lost_node_h") > 0.0);
    assert_eq!(of(&s, "dedicated", "evictions"), 0.0);
    assert!(
        of(&s, "low-priority", "cost_per_completed_job")
            < 0.4 * of(&s, "dedicated", "cost_per_completed_job")
    );
}

#[test]
fn a_shared_quota_makes_both_clusters_wait_for_it() {
    let s = summary("shared-quota.ron");
    assert!(of(&s, "research", "wait_quota_job_h") > 0.0);
    assert!(of(&s, "production", "wait_quota_job_h") > 0.0);
    assert!(warned(&s, "W0501"), "the report says that the quota binds");
}

#[test]
fn a_lock_keeps_idle_nodes_and_is_reported_as_a_leak() {
    let s = summary("lock-incident.ron");
    assert!(total(&s, "wait_lock_job_h") > 0.0);
    assert!(warned(&s, "W0505"), "the report says what the lock cost");
    assert!(total(&s, "idle_node_h") > 300.0, "nodes idle through the weekend");
}

#[test]
fn large_gangs_wait_for_enough_idle_nodes_at_once() {
    let s = summary("gang-jobs.ron");
    assert!(total(&s, "wait_gang_job_h") > 0.0);
    assert_eq!(total(&s, "requests"), 0.0, "a static cluster requests nothing");
    assert_eq!(total(&s, "peak_nodes"), 16.0);
}

#[test]
fn the_bursty_lab_sees_cancellations_timeouts_and_failed_boots() {
    let s = summary("bursty-research-lab.ron");
    assert!(total(&s, "jobs_cancelled") > 0.0);
    assert!(total(&s, "jobs_timed_out") > 0.0);
    assert!(total(&s, "boot_failures") > 0.0);
    assert_eq!(total(&s, "peak_nodes"), 40.0, "a burst fills the cluster");
}

#[test]
fn jobs_fail_until_the_identity_is_attached() {
    let s = summary("identity-added-later.ron");
    // Every three hours from 0 to 21:00 on the first day.
    assert_eq!(total(&s, "jobs_failed_identity"), 8.0);
    assert!(total(&s, "wait_creating_job_h") > 0.0, "the first ones waited for the cluster's creation");
    assert!(warned(&s, "W0509"));
}
