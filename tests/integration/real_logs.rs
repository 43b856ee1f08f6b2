//! Real logs through `run`, with the counts of their descriptions. The logs are not part of this project, so
//! these tests show as ignored where the folder beside it is absent.

use crate::support::Place;
use serde_json::Value;
use std::path::Path;

/// Runs one log on a cluster; `cluster` and `log` are pieces of RON.
fn run(log: &str, format: &str, cluster: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/traces").join(log);
    let place = Place::new();
    let scenario = format!(
        "(region: (name: \"westeurope\"), clusters: [(name: \"cluster\", {cluster})], \
         workload: (logs: [(path: {path:?}, format: {format}, strict: true)]))"
    );
    let file = place.file("scenario.ron", &scenario);
    let done = place.run(&["--quiet", "run", file, "--format", "json"]);
    assert_eq!(done.code, 0, "{log}: {}", done.stderr);
    serde_json::from_str(&done.stdout).unwrap()
}

fn total(summary: &Value, figure: &str) -> f64 {
    summary["total"][figure].as_f64().unwrap()
}

#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn philly_with_gpus_to_nodes() {
    let s = run(
        "philly_2017_gpu_jobs.csv.gz",
        "Csv(submit: (column: \"timestamp\", unit: DateTime(\"%Y-%m-%d %H:%M:%S\")), \
         service: Duration((column: \"duration\", unit: Seconds)), nodes: CeilDiv(\"num_gpus\", 1), team: \"cluster\")",
        "vm_size: \"Standard_NC6s_v3\", max_nodes: 2000, node_limit: 2000",
    );
    assert_eq!(total(&s, "jobs_completed"), 82_247.0, "usable rows");
    assert_eq!(total(&s, "useful_node_h").round(), 978_078.0, "GPU-hours: one GPU a node");
    assert_eq!(s["teams"].as_array().unwrap().iter().filter(|t| t["team"] != "shared").count(), 15);
    // Nobody waits for the limit: 2000 nodes are above the peak of 1,243 without a queue.
    assert_eq!(total(&s, "wait_max_nodes_job_h"), 0.0);
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
