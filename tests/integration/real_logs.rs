//! Real logs through `run`, with the counts of their descriptions. The logs are not part of this project, so
//! these tests show as ignored where the folder beside it is absent.

use crate::support::Place;
use serde_json::Value;
use std::path::Path;

/// Columns of the log of GPU jobs, where a node has one GPU.
const PHILLY: &str = "Csv(submit: (column: \"timestamp\", unit: DateTime(\"%Y-%m-%d %H:%M:%S\")), \
     service: Duration((column: \"duration\", unit: Seconds)), nodes: CeilDiv(\"num_gpus\", 1), team: \"cluster\")";

/// A scenario of one log on one cluster; `cluster`, `format` and `more`, fields of the log, are pieces of RON.
fn scenario(log: &str, format: &str, more: &str, cluster: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/traces").join(log);
    format!(
        "(region: (name: \"westeurope\"), clusters: [(name: \"cluster\", {cluster})], \
         workload: (logs: [(path: {path:?}, format: {format}, strict: true, {more})]))"
    )
}

/// Runs a scenario and gives its summary.
fn summary(place: &Place, scenario: &str) -> Value {
    let file = place.file("scenario.ron", scenario);
    let done = place.run(&["--quiet", "run", file, "--format", "json"]);
    assert_eq!(done.code, 0, "{scenario}: {}", done.stderr);
    serde_json::from_str(&done.stdout).unwrap()
}

/// Runs one log on a cluster; `cluster` and `log` are pieces of RON.
fn run(log: &str, format: &str, cluster: &str) -> Value {
    summary(&Place::new(), &scenario(log, format, "", cluster))
}

fn total(summary: &Value, figure: &str) -> f64 {
    summary["total"][figure].as_f64().unwrap()
}

#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn philly_with_gpus_to_nodes() {
    let s = run(
        "philly_2017_gpu_jobs.csv.gz",
        PHILLY,
        "vm_size: \"Standard_NC6s_v3\", max_nodes: 2000, node_limit: 2000",
    );
    assert_eq!(total(&s, "jobs_completed"), 82_247.0, "usable rows");
    assert_eq!(total(&s, "useful_node_h").round(), 978_078.0, "GPU-hours: one GPU a node");
    assert_eq!(s["teams"].as_array().unwrap().iter().filter(|t| t["team"] != "shared").count(), 15);
    // Nobody waits for the limit: 2000 nodes are above the peak of 1,243 without a queue.
    assert_eq!(total(&s, "wait_max_nodes_job_h"), 0.0);
}

/// A part of what docs/planning.md does with all jobs: a fortnight, and some dozens of configurations.
#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn philly_swept_over_a_fortnight_answers_what_a_run_gives() {
    let place = Place::new();
    let log = "philly_2017_gpu_jobs.csv.gz";
    let more = "window: (from: \"28d\", to: \"42d\"), checkpoint: \"30m\"";
    let size = "vm_size: \"Standard_NC24ads_A100_v4\", node_limit: 2000";
    let today = scenario(log, PHILLY, more, &format!("{size}, max_nodes: 900, min_nodes: 100"));
    let file = place.file("today.ron", &today);
    let vary =
        ["max_nodes=600,900,1200", "min_nodes=0,100,200", "idle_time=5m,30m", "tier=Dedicated,LowPriority"];
    let mut args =
        vec!["--quiet", "sweep", file, "--backend", "cpu", "--subject-to", "wait_p95<=15m", "--out", "grid"];
    args.extend(vary.iter().flat_map(|axis| ["--vary", *axis]));
    let done = place.run(&args);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let answer: Value = serde_json::from_str(&place.read("grid/answer.json")).unwrap();
    let best = &answer["best"];
    assert_eq!(
        best["settings"],
        serde_json::json!({"max_nodes": "1200", "min_nodes": "0", "idle_time_s": "300", "tier": "low_priority"})
    );

    // The same settings, written into the scenario and run alone.
    let alone = format!("{size}, max_nodes: 1200, min_nodes: 0, idle_time: \"5m\", tier: LowPriority");
    let s = summary(&place, &scenario(log, PHILLY, more, &alone));
    assert!(total(&s, "evictions") > 1000.0, "low priority is in play");
    let text = place.read("grid/configs.csv");
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let header = rows.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 36);
    let index = best["index"].to_string();
    let row = rows.iter().find(|row| row[0] == index).unwrap();
    // These come from a histogram.
    let percentiles = ["wait_p50_s", "wait_p90_s", "wait_p95_s", "wait_p99_s"];
    let mut compared = 0;
    for (name, cell) in header.iter().zip(row) {
        if let Some(figure) = s["total"][name].as_f64().filter(|_| !percentiles.contains(&name)) {
            assert_eq!(cell.parse::<f64>().unwrap(), figure, "{name}");
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared}");
    let (exact, reported) = (total(&s, "wait_p95_s"), best["latency_s"].as_f64().unwrap());
    assert!((exact..=exact * (1.0 + 1.0 / 64.0)).contains(&reported), "{exact} {reported}");
}

#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn kth_sp2_on_a_static_cluster_of_its_size() {
    let s = run(
        "swf/KTH-SP2-1996-2.1-cln.swf.gz",
        "Swf()",
        "vm_size: \"Standard_D2s_v3\", max_nodes: 100, policy: Static, discipline: Backfill, \
         prepare_cold: Constant(\"0s\")",
    );
    assert_eq!(total(&s, "jobs_completed"), 27_992.0, "usable rows");
    assert_eq!(total(&s, "useful_node_h").round(), 548_049.0, "processor-hours");
}

#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn surf_whole_nodes_in_array_bursts() {
    let s = run(
        "surf_lisa_2022_halfyear_tasks.csv.gz",
        "Csv(submit: (column: \"submission_time_ms\", unit: Milliseconds), \
         service: Duration((column: \"duration_ms\", unit: Milliseconds)), nodes: CeilDiv(\"cpu_count\", 16))",
        "vm_size: \"Standard_D16s_v3\", max_nodes: 300, node_limit: 300, idle_time: \"5m\"",
    );
    assert_eq!(total(&s, "jobs_completed"), 194_917.0, "usable rows");
    // Durations are rounded to seconds.
    assert!((total(&s, "useful_node_h") - 356_203.0).abs() < 30.0, "node-hours");
}

#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn ricc_the_largest() {
    let s = run(
        "swf/RICC-2010-2.swf.gz",
        "Swf(nodes: CeilDiv(\"allocated\", 8))",
        "vm_size: \"Standard_D8s_v3\", max_nodes: 1024, node_limit: 1024",
    );
    assert_eq!(total(&s, "jobs_completed"), 447_784.0, "usable rows");
}
