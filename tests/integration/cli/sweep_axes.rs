//! Axes of `nodetide sweep`: any value, pairs, designs, the scenario's own `sweep`, and dry runs.

use super::sweep::{SCENARIO, equals_run, figures_of_run, placed, rows, sweep};
use crate::support::Place;
use nodetide::exit_code;
use serde_json::Value;

#[test]
fn rows_of_any_axis_are_those_of_run_with_the_value_written_in() {
    let place = placed();
    let args = ["--vary", "discipline=Fifo,Backfill", "--vary", "workload.classes.a.service.mean=10m,30m"];
    let more = ["--vary", "price=0.2 USD/h,0.4 USD/h", "--out", "o", "--backend", "cpu"];
    sweep(&place, &[&args[..], &more[..]].concat()).exits(exit_code::FINE);
    let text = place.read("o/configs.csv");
    let header = "index,replication,discipline,workload.classes.a.service.mean_s,price,verdict";
    assert!(text.starts_with(header), "{text:.120}");
    let rows = rows(&text);
    assert_eq!(rows.len(), 8);
    for row in &rows {
        let cluster = format!("max_nodes: 8, discipline: {}, price: \"{}\"", row["discipline"], row["price"]);
        let mean = format!("mean: \"{}s\"", row["workload.classes.a.service.mean_s"]);
        let text = SCENARIO.replace("max_nodes: 8", &cluster).replace("mean: \"20m\"", &mean);
        equals_run(row, &figures_of_run(&place, place.file("r.ron", &text)));
    }
    let manifest: Value = serde_json::from_str(&place.read("o/manifest.json")).unwrap();
    assert_eq!(manifest["sweep"]["axes"][0], "discipline=Fifo,Backfill");
}

fn with_sweep(sweep: &str) -> Place {
    let place = Place::new();
    place.file("s.ron", &SCENARIO.replace("    expect", &format!("    sweep: ({sweep}),\n    expect")));
    place
}

#[test]
fn the_scenario_says_what_is_varied_and_flags_replace_it() {
    let place = with_sweep(
        "vary: [\"max_nodes=2..6:2\", \"idle_time=1m,5m,9m\"], pair: [[\"max_nodes\", \"idle_time\"]], replications: 2",
    );
    let indices = |args: &[&str]| {
        let all = [args, &["--out", "o", "--force", "--backend", "cpu"]].concat();
        sweep(&place, &all).exits(exit_code::FINE);
        let rows = rows(&place.read("o/configs.csv"));
        rows.iter()
            .map(|row| format!("{}.{}", row["index"], row["replication"]))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(indices(&[]), "0.0 0.1 1.0 1.1 2.0 2.1");
    let manifest: Value = serde_json::from_str(&place.read("o/manifest.json")).unwrap();
    assert_eq!(
        (&manifest["sweep"]["axes"][1], &manifest["replications"]),
        (&"idle_time=1m,5m,9m".into(), &2.into())
    );
    assert_eq!(indices(&["--replications", "1"]), "0.0 1.0 2.0");
    assert_eq!(
        indices(&["--vary", "max_nodes=3", "--replications", "1"]),
        "0.0",
        "no axis and no pair is left"
    );
    place
        .run(&["check", "s.ron"])
        .exits(exit_code::FINE)
        .prints("its sweep: 3 configurations, 2 replications");
    // A run does not look at it.
    place.file("r.ron", SCENARIO);
    let [with, without] = ["s.ron", "r.ron"].map(|name| place.run(&["run", name, "--format", "csv"]).stdout);
    assert_eq!(with, without);
}

#[test]
fn mistakes_of_the_scenarios_sweep_are_shown_in_the_file() {
    for (text, code, says) in [
        ("vary: [\"max_nodes=4,x\"]", "A0702", "s.ron:"),
        ("vary: [\"max_node=4\"]", "A0701", "did you mean `max_nodes`?"),
        (
            "vary: [\"max_nodes=4,8\"], pair: [[\"max_nodes\", \"idle_time\"]]",
            "A0708",
            "the only axis here is `max_nodes`",
        ),
        ("design: Sobol(0)", "A0709", "from 1 to 65536"),
        ("vary: [\"min_nodes=20\"]", "A0707", "the only configuration"),
    ] {
        let place = with_sweep(text);
        for command in ["check", "sweep"] {
            place.run(&[command, "s.ron"]).exits(exit_code::INVALID).says(code).says(says);
        }
        place.run(&["explain", code]).exits(exit_code::FINE);
        // A run goes on all the same.
        assert!([0, 4].contains(&place.run(&["run", "s.ron"]).code));
    }
    with_sweep("vari: []").run(&["check", "s.ron"]).exits(exit_code::INVALID).says("did you mean `vary`?");
}

#[test]
fn mistakes_of_pairs_and_designs_are_shown_in_the_argument() {
    let place = placed();
    let axes = ["--vary", "max_nodes=4,8", "--vary", "idle_time=1m,2m,3m"];
    for (args, code, says) in [
        (&["--pair", "max_nodes,idle_time"][..], "A0708", "--pair:1:11"),
        (&["--pair", "max_nodes,idle_tme"], "A0708", "did you mean `idle_time`?"),
        (&["--design", "lhs"], "A0709", "lhs:200"),
        (&["--design", "lhs:0"], "A0709", "from 1 to 10000000"),
        (&["--design", "sobol:70000"], "A0709", "65536"),
        (&["--vary", "workload.keep=0.0001..1:0.0001"], "A0706", "larger step"),
        (&["--vary", "workload.keep=0.001..1:0.001", "--replications", "5"], "A0706", "5000 models"),
    ] {
        sweep(&place, &[&axes[..], args].concat()).exits(exit_code::USAGE).says(code).says(says);
    }
    sweep(&place, &["--vary", "workload.keep=0.5,1.5"]).exits(exit_code::INVALID).says("--vary:1:19");
}

#[test]
fn a_design_runs_part_of_a_grid_that_is_too_large() {
    let place = placed();
    let axes = ["--vary", "max_nodes=1..90", "--vary", "idle_time=1s..9000s:1s", "--vary", "min_nodes=0..24"];
    sweep(&place, &axes).exits(exit_code::USAGE).says("A0706").says("--design");
    for (design, out) in [("sobol:64", "a"), ("sobol:64", "b"), ("lhs:64", "c")] {
        let more = ["--design", design, "--backend", "cpu", "--out", out];
        sweep(&place, &[&axes[..], &more].concat()).exits(exit_code::FINE).says("left out");
    }
    assert_eq!(place.read("a/configs.csv"), place.read("b/configs.csv"));
    let swept = rows(&place.read("a/configs.csv"));
    assert!(swept.len() < 64 && swept.len() > 20, "{}", swept.len());
    let index = |row: &std::collections::BTreeMap<String, String>| row["index"].parse::<u64>().unwrap();
    assert!(swept.iter().map(index).is_sorted());
    let row = &swept[5];
    let n = |key: &str| row[key].parse::<u64>().unwrap();
    let place_in_grid = ((n("max_nodes") - 1) * 9000 + n("idle_time_s") - 1) * 25 + n("min_nodes");
    assert_eq!(index(row), place_in_grid);
}

#[test]
fn a_dry_run_says_what_would_run_and_runs_nothing() {
    let place = placed();
    let axes = ["--vary", "min_nodes=0,4", "--vary", "max_nodes=2..8:2", "--vary", "load_factor=1,2"];
    let ran = sweep(&place, &[&axes[..], &["--replications", "3", "--dry-run", "--backend", "cpu"]].concat())
        .exits(exit_code::FINE)
        .prints("rows: 42 (14 configurations × 3 replications, 2 left out)")
        .prints("  min_nodes: 2 values: 0, 4")
        .prints("  max_nodes: 4 values: 2, 4, 6, 8")
        .prints("models: 6")
        .prints("backend: CPU")
        .prints("why: asked for")
        .prints("memory: about")
        .prints("time: ");
    assert_eq!(place.names(""), ["s.ron"], "{ran:#?}");
    sweep(&place, &["--dry-run", "--vary", "max_nodes=1..60", "--design", "lhs:100"])
        .exits(exit_code::FINE)
        .prints("drawn twice")
        .prints("  max_nodes: 60 values: 1, 2, … 60");
    // It checks what a sweep would check.
    sweep(&place, &["--dry-run", "--vary", "max_nodes=50,150"]).exits(exit_code::INVALID).says("M0306");
    sweep(&place, &["--dry-run", "--out", "o"]).exits(exit_code::USAGE);
    place.file("s.ron", &SCENARIO.replace("max_nodes: 8", "max_nodes: 8, discipline: Backfill"));
    sweep(&place, &["--dry-run"])
        .exits(exit_code::FINE)
        .prints("clusters[0].discipline")
        .prints("axes: none");
}
