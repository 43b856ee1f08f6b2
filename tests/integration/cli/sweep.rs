//! `nodetide sweep` and `nodetide adapters`.

use crate::support::{Done, Place, done};
use nodetide::exit_code;
use serde_json::Value;
use std::collections::BTreeMap;

/// One cluster, drawn jobs, a quota, an objective.
pub(super) const SCENARIO: &str = r#"(
    name: "swept",
    horizon: "12h",
    region: (name: "westeurope", quotas: (total_dedicated: 100)),
    clusters: [(name: "cpu", vm_size: "Standard_D4s_v3", max_nodes: 8, idle_time: "5m", restart_overhead: "20s")],
    workload: (classes: [(
        name: "a",
        arrivals: Poisson(per_hour: 12),
        service: LogNormal(mean: "20m", cv: 1.2),
        nodes: Choice([(value: 1, weight: 3), (value: 2, weight: 1)]),
        checkpoint: "5m",
    )]),
    expect: [WaitAtMost(percentile: 90, limit: "12m")],
)"#;

pub(super) type Rows = Vec<BTreeMap<String, String>>;

pub(super) fn rows(text: &str) -> Rows {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        header.iter().zip(record.iter()).map(|(k, v)| (k.into(), v.into())).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

pub(super) fn sweep(place: &Place, args: &[&str]) -> Done {
    let all: Vec<&str> = ["sweep", "s.ron"].iter().chain(args).copied().collect();
    place.run(&all)
}

pub(super) fn placed() -> Place {
    let place = Place::new();
    place.file("s.ron", SCENARIO);
    place
}

/// The figures of a run as text, by key; JSON would round them once more.
pub(super) fn figures_of_run(place: &Place, file: &str) -> BTreeMap<String, String> {
    let ran = place.run(&["run", file, "--format", "csv"]);
    assert!([0, 4].contains(&ran.code), "{ran:#?}");
    let total = rows(&ran.stdout).into_iter().filter(|row| row["scope"] == "total");
    total.map(|row| (row["figure"].clone(), row["value"].clone())).collect()
}

/// Every figure that a row shares with a run is the same, to the last digit.
#[track_caller]
pub(super) fn equals_run(row: &BTreeMap<String, String>, run: &BTreeMap<String, String>) {
    let mut compared = 0;
    for (key, cell) in row {
        let Some(expected) = run.get(key) else { continue };
        if key.starts_with("wait_p") && key.len() == "wait_p95_s".len() {
            // Those of a row come from the histogram.
            let (exact, above): (f64, f64) = (expected.parse().unwrap(), cell.parse().unwrap());
            assert!(exact <= above && above <= exact * (1.0 + 1.0 / 64.0), "{key}: {exact} and {above}");
        } else {
            assert_eq!(cell, expected, "{key}");
        }
        compared += 1;
    }
    assert!(compared >= 75, "{compared} figures");
    assert_eq!(row["status"], "settled");
}

#[test]
fn rows_are_those_of_run_with_the_values_written_in() {
    let place = placed();
    let axes =
        ["--vary", "tier=Dedicated,LowPriority", "--vary", "min_nodes=0,1", "--vary", "max_nodes=2,8,60"];
    let more = ["--vary", "idle_time=1m,20m", "--out", "o", "--backend", "cpu"];
    sweep(&place, &[&axes[..], &more[..]].concat()).exits(exit_code::FINE);
    let rows = rows(&place.read("o/configs.csv"));
    assert_eq!(rows.len(), 24);
    let mut evictions = 0;
    let mut balancers = Vec::new();
    for row in &rows {
        let tier = if row["tier"] == "dedicated" { "Dedicated" } else { "LowPriority" };
        let settings =
            format!("tier: {tier}, min_nodes: {}, max_nodes: {}", row["min_nodes"], row["max_nodes"]);
        let text = SCENARIO
            .replace("max_nodes: 8", &settings)
            .replace("\"5m\", restart", &format!("\"{}s\", restart", row["idle_time_s"]));
        equals_run(row, &figures_of_run(&place, place.file("r.ron", &text)));
        evictions += row["evictions"].parse::<u64>().unwrap();
        balancers.push(row["cost_load_balancer"].clone());
    }
    assert!(evictions > 0, "low-priority rows have evictions");
    balancers.dedup();
    assert!(
        balancers.len() > 1 && !balancers.contains(&"0".to_owned()),
        "load balancers cost: {balancers:?}"
    );
}

#[test]
fn several_clusters_and_quanta_cost_the_same_as_in_run() {
    let place = Place::new();
    let text = SCENARIO
        .replace(
            "clusters: [",
            "clusters: [(name: \"low\", vm_size: \"Standard_D8s_v3\", tier: LowPriority, max_nodes: 3),",
        )
        .replace("checkpoint: \"5m\",", "cluster: \"cpu\",")
        .replace(
            "workload: (classes: [",
            "workload: (jobs: [(submit: \"1h\", service: \"3h\", repeat: 5)], classes: [",
        )
        .replace(
            "    expect",
            "    prices: (billing_quantum: \"60s\", load_balancer: Price(\"1.5 USD/h\")),\n    expect",
        );
    place.file("s.ron", &text);
    sweep(
        &place,
        &["--vary", "clusters.cpu.max_nodes=2,4", "--vary", "clusters.low.idle_time=1m", "--out", "o"],
    )
    .exits(exit_code::FINE)
    .says("2 clusters; the kernel simulates one");
    for row in rows(&place.read("o/configs.csv")) {
        let cpu = format!("max_nodes: {}", row["cpu.max_nodes"]);
        let low = format!("max_nodes: 3, idle_time: \"{}s\"", row["low.idle_time_s"]);
        let text = text.replace("max_nodes: 8", &cpu).replace("max_nodes: 3", &low);
        equals_run(&row, &figures_of_run(&place, place.file("r.ron", &text)));
    }
}

#[test]
fn replications_are_those_of_run() {
    let place = placed();
    sweep(
        &place,
        &["--vary", "max_nodes=4,8", "--replications", "3", "--seed", "5", "--out", "o", "--backend", "cpu"],
    )
    .exits(exit_code::FINE)
    .says("sweeping 2 configurations × 3 replications\nresults are in");
    let swept = rows(&place.read("o/configs.csv"));
    let numbers: Vec<(&str, &str)> =
        swept.iter().map(|r| (r["index"].as_str(), r["replication"].as_str())).collect();
    assert_eq!(numbers, [("0", "0"), ("0", "1"), ("0", "2"), ("1", "0"), ("1", "1"), ("1", "2")]);
    place.run(&["run", "s.ron", "--replications", "3", "--seed", "5", "--out", "r", "--no-charts"]);
    let ran: Rows =
        rows(&place.read("r/replications.csv")).into_iter().filter(|r| r["scope"] == "total").collect();
    for (swept, ran) in swept[3..].iter().zip(&ran) {
        for key in ["replication", "cost_total", "wait_mean_s", "jobs_completed", "idle_node_h", "status"] {
            assert_eq!(swept[key], ran[key], "{key}");
        }
    }
    assert_ne!(swept[0]["cost_total"], swept[1]["cost_total"], "other draws");
}

/// What a share within the objective's limit is counted from.
#[test]
fn waits_within_the_limit_are_counted_exactly() {
    let place = placed();
    sweep(&place, &["--vary", "max_nodes=2", "--out", "o", "--backend", "cpu"]).exits(exit_code::FINE);
    place.file("r.ron", &SCENARIO.replace("max_nodes: 8", "max_nodes: 2"));
    place.run(&["run", "r.ron", "--out", "r", "--no-charts"]);
    let waits: Vec<f64> =
        rows(&place.read("r/jobs.csv")).iter().filter_map(|job| job["wait_s"].parse().ok()).collect();
    let within = waits.iter().filter(|wait| **wait <= 720.0).count();
    let row = &rows(&place.read("o/configs.csv"))[0];
    assert!(within > 0 && within < waits.len(), "{within} of {}", waits.len());
    assert_eq!(row["waits_within_limit"], within.to_string());
    assert_eq!(row["waits_judged"], waits.len().to_string());
    assert_eq!(row["waits_within_limit_share"], (within as f64 / waits.len() as f64).to_string());
    // Without an objective nothing is judged.
    place.file(
        "s.ron",
        &SCENARIO.replace("expect: [WaitAtMost(percentile: 90, limit: \"12m\")]", "expect: []"),
    );
    sweep(&place, &["--out", "o2", "--backend", "cpu"]).exits(exit_code::FINE);
    assert_eq!(rows(&place.read("o2/configs.csv"))[0]["waits_judged"], "");
}

#[test]
fn threads_change_no_byte() {
    let place = placed();
    let args =
        ["sweep", "s.ron", "--vary", "max_nodes=1..30", "--vary", "min_nodes=0..9:3", "--replications", "3"];
    let mut printed = Vec::new();
    for threads in ["1", "2"] {
        let all = [&args[..], &["--vary", "load_factor=1,2", "--backend", "cpu", "--out", threads]].concat();
        printed
            .push(done(place.command(&all).env("RAYON_NUM_THREADS", threads)).exits(exit_code::FINE).stdout);
    }
    assert_eq!(printed[0], printed[1]);
    for file in ["answer.json", "configs.csv", "front.csv", "surface.csv"] {
        assert_eq!(place.read(format!("1/{file}")), place.read(format!("2/{file}")), "{file}");
    }
    assert_eq!(
        place.names("1"),
        ["answer.json", "charts", "configs.csv", "front.csv", "manifest.json", "surface.csv"]
    );
}

#[test]
fn the_columns_are_documented_and_the_manifest_says_how_it_went() {
    let place = placed();
    let args = ["--vary", "min_nodes=0,4", "--vary", "max_nodes=2,4", "--backend", "cpu", "--out", "o"];
    let ran = sweep(&place, &args).exits(exit_code::FINE).says("left out 1 configuration");
    assert!(ran.stdout.starts_with("3 configurations.\n"), "{ran:#?}");
    let text = place.read("o/configs.csv");
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let lead =
        ["index", "replication", "min_nodes", "max_nodes", "verdict", "objective", "status", "currency"];
    assert_eq!(header[..8], lead);
    let docs = include_str!("../../../docs/sweep.md");
    for column in &header[4..] {
        let mut families = column.match_indices('_').map(|(at, _)| format!("`{}_…", &column[..at]));
        let told = docs.contains(&format!("`{column}`")) || families.any(|family| docs.contains(&family));
        let state = ["allocating", "preparing", "unusable", "idle", "running", "leaving"];
        let listed = state.iter().any(|state| *column == format!("{state}_node_h"));
        assert!(told || listed, "{column} is not in docs/sweep.md");
    }
    let indices: Vec<String> = rows(&text).iter().map(|row| row["index"].clone()).collect();
    assert_eq!(indices, ["0", "1", "3"], "a place in the whole grid");
    let manifest: Value = serde_json::from_str(&place.read("o/manifest.json")).unwrap();
    let swept = &manifest["sweep"];
    assert_eq!(
        (&swept["rows"], &swept["left_out"], &swept["complete"]),
        (&3.into(), &1.into(), &true.into())
    );
    assert_eq!((swept["reason"].as_str(), &swept["adapter"]), (Some("asked for"), &Value::Null));
    assert!(swept["backend"].as_str().unwrap().starts_with("CPU, "));
    assert_eq!(swept["axes"][1], "max_nodes=2,4");
    assert_eq!(manifest["files"][0]["name"], "configs.csv");
    assert_eq!(manifest["files"][0]["bytes"], text.len());
    // What is there is not replaced without being asked.
    sweep(&place, &args).exits(exit_code::IO).says("I0403");
    sweep(&place, &[&args[..], &["--force"]].concat()).exits(exit_code::FINE);
}

#[test]
fn mistakes_of_axes_are_shown_in_the_argument() {
    let place = placed();
    for (args, code, says) in [
        (&["--vary", "max_node=4"][..], "A0701", "did you mean `max_nodes`?"),
        (&["--vary", "max_nodes=4,x"], "A0702", "--vary:1:13"),
        (&["--vary", "max_nodes=8..4"], "A0703", "4..8"),
        (&["--vary", "max_nodes=4", "--vary", "max_nodes=5"], "A0704", "varied twice"),
        (&["--vary", "eviction_rate=2"], "A0705", "dedicated"),
        (&["--vary", "max_nodes=1..4000", "--vary", "idle_time=1s..4000s:1s"], "A0706", "10000000"),
        (&["--vary", "min_nodes=20"], "A0707", "in the only configuration"),
    ] {
        let ran = sweep(&place, args).exits(exit_code::USAGE).says(code).says(says);
        assert_eq!(ran.stdout, "");
        place.run(&["explain", code]).exits(exit_code::FINE);
    }
    for args in [
        &["--out", "-"][..],
        &["--backend", "cpu", "--adapter", "0"],
        &["--adapter", ""],
        &["--adapter", " "],
        &["--replications", "0"],
        &["--backend", "tpu"],
        &["--force"],
        &["--explain-backend", "--out", "o"],
    ] {
        sweep(&place, args).exits(exit_code::USAGE);
    }
    place.run(&["sweep", "none.ron"]).exits(exit_code::IO).says("I0401");
    place.file("s.ron", "(clusters: [])");
    sweep(&place, &[]).exits(exit_code::INVALID);
}

#[test]
fn a_refused_configuration_is_named_before_anything_runs() {
    let place = placed();
    sweep(&place, &["--vary", "max_nodes=50,150", "--out", "o"])
        .exits(exit_code::INVALID)
        .says("M0306")
        .says("configuration 1 (max_nodes = 150)")
        .says("max-over-limit");
    assert_eq!(place.names(""), ["s.ron"]);
}

#[test]
fn what_is_not_for_the_gpu_runs_on_the_cpu_or_is_refused_by_name() {
    let place = Place::new();
    place.file("s.ron", &SCENARIO.replace("max_nodes: 8", "max_nodes: 8, discipline: Backfill"));
    let field = "clusters[0].discipline";
    sweep(&place, &["--backend", "gpu", "--out", "o"])
        .exits(exit_code::NO_GPU)
        .says("I0409")
        .says(field)
        .says("discipline: Backfill");
    sweep(&place, &[]).exits(exit_code::FINE).says("it runs on the CPU").says(field);
    sweep(&place, &["--explain-backend"]).exits(exit_code::FINE).prints("backend: CPU").prints(field);
    sweep(&place, &["--explain-backend", "--backend", "gpu"]).exits(exit_code::NO_GPU).says(field);
    place.file(
        "s.ron",
        &SCENARIO.replace("max_nodes: 8", "max_nodes: 8, on_eviction: Resubmit(after: \"1h\")"),
    );
    sweep(&place, &["--backend", "gpu"]).exits(exit_code::NO_GPU).says("clusters[0].on_eviction");
    place.file("s.ron", &SCENARIO.replace("max_nodes: 8", "max_nodes: 8, node_limit: 2000"));
    sweep(&place, &["--backend", "gpu", "--vary", "max_nodes=8,2000"])
        .exits(exit_code::NO_GPU)
        .says("clusters[0].max_nodes");
    assert_eq!(place.names(""), ["s.ron"], "nothing is written");
}

/// So many identities that the first replication needs few of them.
fn many_identities(place: &Place, count: u32) {
    let class = |i: u32| {
        format!(
            "(name: \"c{i}\", arrivals: Poisson(per_hour: 0.09), service: Constant(\"5m\"), identity: \"id{i}\")"
        )
    };
    let classes: Vec<String> = (0..count).map(class).collect();
    place.file(
        "s.ron",
        &format!(
            "(name: \"ids\", horizon: \"1d\", region: (name: \"westeurope\"), clusters: [(name: \"cpu\", vm_size: \
             \"Standard_D4s_v3\", max_nodes: 10, identity: (user_assigned: [\"id0\", \"id1\"]))], workload: (classes: [{}]))",
            classes.join(", ")
        ),
    );
}

/// Identities are counted from the jobs that are drawn.
#[test]
fn the_obstacles_of_every_replication_count() {
    let place = Place::new();
    many_identities(&place, 36);
    let explain =
        |more: &[&str]| sweep(&place, &[&["--explain-backend", "--backend", "auto"], more].concat());
    let first = explain(&[]).exits(exit_code::FINE);
    assert!(!first.stdout.contains("identities"), "the first replication is for a kernel: {first:#?}");
    let all = explain(&["--replications", "40"]).exits(exit_code::FINE);
    all.prints("backend: CPU").prints("workload: ").prints("different identities; the kernel tells 32 apart");
    sweep(&place, &["--replications", "40", "--backend", "gpu"])
        .exits(exit_code::NO_GPU)
        .says("different identities");
}

#[test]
fn an_adapter_that_is_not_looked_for_is_told() {
    let place = placed();
    place.file("s.ron", &SCENARIO.replace("max_nodes: 8", "max_nodes: 8, discipline: Backfill"));
    let said = "adapter \"no such card\" was not looked for";
    sweep(&place, &["--adapter", "no such card"]).exits(exit_code::FINE).says(said);
    sweep(&place, &["--adapter", "no such card", "--explain-backend"]).exits(exit_code::FINE).prints(said);
}

#[test]
fn an_adapter_that_is_named_has_to_be_there() {
    let place = placed();
    sweep(&place, &["--adapter", "no such card"]).exits(exit_code::NO_GPU).says("I0404");
}

#[test]
fn adapters_are_listed_or_there_is_none() {
    let place = Place::new();
    // Drivers may say something of their own on standard error.
    let listed = place.run(&["adapters"]).exits(exit_code::FINE);
    let json = place.run(&["adapters", "--format", "json"]).exits(exit_code::FINE).stdout;
    let list: Vec<Value> = serde_json::from_str(&json).unwrap();
    if list.is_empty() {
        assert!(listed.stdout.starts_with("no adapter:") && listed.stdout.contains("CPU"), "{listed:#?}");
    }
    for adapter in list {
        assert!(listed.stdout.contains(adapter["name"].as_str().unwrap()));
        assert!(adapter["storage_binding_max_bytes"].as_u64().unwrap() > 0);
        assert_eq!(adapter["self_test"], Value::Null);
    }
}

#[test]
fn a_run_that_gets_stuck_shows_in_its_row_and_in_the_exit_code() {
    let place = Place::new();
    let locked = SCENARIO.replace("    expect", "    locks: [(from: \"0s\", level: ReadOnly)],\n    expect");
    place.file("s.ron", &locked);
    sweep(&place, &["--vary", "max_nodes=4,8", "--out", "o", "--backend", "cpu"])
        .exits(exit_code::NOT_ENDED)
        .prints("2 ended stuck or at a limit");
    let rows = rows(&place.read("o/configs.csv"));
    assert!(rows.iter().all(|row| row["status"] == "stuck"));
}
