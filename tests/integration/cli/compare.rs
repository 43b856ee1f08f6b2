//! `compare`.

use super::run::SCENARIO;
use crate::support::Place;
use nodetide::exit_code;
use serde_json::Value;

/// Boots that take a drawn time.
fn random() -> String {
    SCENARIO.replace("Constant(\"60s\")", "Exponential(mean: \"60s\")")
}

fn json(place: &Place, args: &[&str]) -> Value {
    let done = place.run(&[&["compare"], args, &["--format", "json"]].concat()).exits(exit_code::FINE);
    serde_json::from_str(&done.stdout).unwrap()
}

#[test]
fn a_dearer_node_costs_exactly_that_much_more() {
    let place = Place::new();
    let a = place.file("a.ron", SCENARIO);
    let b = place.file("b.ron", &SCENARIO.replace("3.6 USD/h", "7.2 USD/h"));
    let report = place.run(&["compare", a, b]).exits(exit_code::FINE).quietly();
    for text in [
        "B costs 13.68 USD a day more: 27.36 instead of 13.68 USD (+100 %).",
        "The mean wait is the same: 1m.",
        "clusters[0].price  3.6 USD/h → 7.2 USD/h",
        "nothing is drawn: one run each, exact",
        "2 jobs, submitted alike in A and B",
        "start at the same time",
    ] {
        assert!(report.stdout.contains(text), "{text:?} is not in\n{}", report.stdout);
    }
    let c = json(&place, &[a, b]);
    assert_eq!((&c["drawn"], &c["replications"]), (&Value::Bool(false), &1.into()));
    let cost = &c["scopes"][0]["cost_total"];
    assert_eq!((cost["verdict"].as_str(), &cost["low"]), (Some("higher"), &Value::Null));
    assert!((cost["difference"].as_f64().unwrap() - 0.57).abs() < 1e-9, "{cost}");
}

#[test]
fn both_get_the_same_draws() {
    let place = Place::new();
    let a = place.file("a.ron", &random());
    let b = place.file("b.ron", &random().replace("idle_time: \"120s\"", "idle_time: \"0s\""));
    let c = json(&place, &[a, b, "--replications", "8"]);
    let total = &c["scopes"][0];
    // Both jobs are there before a node is released: the same boots, so the same waits to the tick.
    assert_eq!(total["wait_mean_s"]["verdict"], "same");
    assert_eq!((&c["jobs"]["jobs"], &c["jobs"]["same_time"]), (&16.into(), &16.into()));
    assert_eq!(c["pairing"]["jobs"], "jobs");
    // The two nodes idle for 120 s less each, whatever the boot took: 240 s at 0.1 cent.
    let cost = &total["cost_total"];
    assert_eq!(cost["verdict"], "lower");
    assert!((cost["difference"].as_f64().unwrap() + 0.24).abs() < 1e-9, "{cost}");
    assert!(cost["high"].as_f64().unwrap() < 0.0);
    // Alone, costs spread by chance.
    let one = place.run(&["run", a, "--replications", "8", "--format", "json"]);
    let one: Value = serde_json::from_str(&one.stdout).unwrap();
    assert!(one["scopes"][0]["cost_total"]["std_dev"].as_f64().unwrap() > 0.001, "{one}");
}

#[test]
fn with_one_replication_of_something_drawn_nothing_is_claimed() {
    let place = Place::new();
    let a = place.file("a.ron", &random());
    let b = place.file("b.ron", &random().replace("3.6 USD/h", "7.2 USD/h"));
    place
        .run(&["compare", a, b, "--replications", "1"])
        .exits(exit_code::FINE)
        .prints("In this one draw: B costs");
    assert_eq!(
        json(&place, &[a, b, "--replications", "1"])["scopes"][0]["cost_total"]["verdict"],
        "one_draw"
    );
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let place = Place::new();
    let a = place.file("a.ron", &random());
    let b = place.file("b.ron", &random().replace("max_nodes: 2", "max_nodes: 1"));
    let print = |jobs: &str| place.run(&["compare", a, b, "--jobs", jobs]).exits(exit_code::FINE).stdout;
    assert_eq!(print("1"), print("3"));
}

#[test]
fn workloads_without_partners_are_said_to_be() {
    let place = Place::new();
    let class = |name: &str| {
        format!(
            "workload: (classes: [(name: {name:?}, arrivals: Poisson(per_hour: 12), service: Exponential(mean: \"1m\"))],"
        )
    };
    let jobs_end = SCENARIO.find("workload: (jobs:").unwrap();
    let rest = SCENARIO.find("]),\n    expect").unwrap();
    let with = |name: &str| format!("{}{}{}", &SCENARIO[..jobs_end], class(name), &SCENARIO[rest + 1..]);
    let a = place.file("a.ron", &with("one"));
    let b = place.file("b.ron", &with("two"));
    let report = place.run(&["compare", a, b]).exits(exit_code::FINE).prints("streams cannot be paired");
    assert!(report.stdout.contains("The class \"one\" is in A only"), "{}", report.stdout);
    let longer = place
        .file("longer.ron", &with("one").replace("Exponential(mean: \"1m\")", "Exponential(mean: \"2m\")"));
    assert_eq!(json(&place, &[a, longer])["pairing"]["jobs"], "arrivals");
    let c = json(&place, &[a, a]);
    assert_eq!(c["pairing"]["jobs"], "jobs");
    assert_eq!(c["differences"], Value::Array(Vec::new()));
}

#[test]
fn a_warm_up_is_the_same_for_both_and_said() {
    let place = Place::new();
    let busy = SCENARIO
        .replace("horizon: \"1h\",\n    stop_at_horizon: true,", "horizon: \"2d\",")
        .replace("service: \"50s\"", "service: \"50s\"), (submit: \"1h\", service: \"50s\", repeat: 60");
    let a = place.file("a.ron", &busy);
    let b = place.file("b.ron", &busy.replace("max_nodes: 2", "max_nodes: 4"));
    let c = json(&place, &[a, b, "--warm-up", "30m"]);
    assert_eq!(
        (&c["a"]["warm_up"]["until_s"], &c["b"]["warm_up"]["until_s"]),
        (&1800.0.into(), &1800.0.into())
    );
    assert_eq!(c["scopes"][0]["steady_jobs"]["a"], 60.0);
    assert_eq!(c["scopes"][0]["steady_wait_mean_s"]["verdict"], "lower");
    place.run(&["run", a, "--warm-up", "30m"]).prints("Steady state: without the first 30m (2 of 62");
    place.run(&["run", a, "--warm-up", "mser5"]).prints("which MSER-5 finds in the waits");
    place.run(&["run", a, "--warm-up", "12"]).exits(exit_code::USAGE).says("mser5");
    let plain = place.run(&["run", a, "--format", "json"]).stdout;
    assert!(!plain.contains("steady_") && !plain.contains("warm_up"), "nothing of it unless asked for");
}

#[test]
fn mistakes_name_their_file() {
    let place = Place::new();
    let a = place.file("a.ron", SCENARIO);
    let bad = place.file("bad.ron", &SCENARIO.replace("max_nodes: 2", "max_nodez: 2"));
    let worse = place.file("worse.ron", &SCENARIO.replace("idle_time", "idel_time"));
    place.run(&["compare", a, bad]).exits(exit_code::INVALID).says("bad.ron:9:9");
    // All mistakes of both, at once.
    place.run(&["compare", worse, bad]).exits(exit_code::INVALID).says("bad.ron:9:9").says("worse.ron:10:9");
    place.run(&["compare", a, "absent.ron"]).exits(exit_code::IO).says("absent.ron");
    place.run(&["compare", "-", "-"]).exits(exit_code::USAGE).says("standard input");
    let from_stdin = place.run_with_stdin(&["compare", a, "-"], SCENARIO).exits(exit_code::FINE);
    assert!(from_stdin.stdout.contains("nothing: both describe the same runs"), "{}", from_stdin.stdout);
    let judged = SCENARIO.replace("RejectedAtMost(0)", "CostAtMost(limit: \"1 EUR\")");
    place.run(&["compare", a, place.file("e.ron", &judged)]).exits(exit_code::INVALID).says("e.ron");
}

#[test]
fn thresholds_do_not_decide_but_a_run_without_an_end_does() {
    let place = Place::new();
    let a = place.file("a.ron", SCENARIO);
    let missed = place.file("missed.ron", &SCENARIO.replace("limit: \"5m\"", "limit: \"1s\""));
    place.run(&["compare", a, missed]).exits(exit_code::FINE).prints("✗ wait p95 ≤ 1s");
    let stuck = SCENARIO
        .replace("horizon: \"1h\",\n    stop_at_horizon: true,", "locks: [(from: \"0s\", level: ReadOnly)],");
    let stuck = place.file("stuck.ron", &stuck);
    place.run(&["compare", a, stuck]).exits(exit_code::NOT_ENDED).prints("did not end");
}

#[test]
fn pipes_have_no_colour_unless_asked_for() {
    let place = Place::new();
    let a = place.file("a.ron", SCENARIO);
    assert!(!place.run(&["compare", a, a]).stdout.contains('\x1b'));
    assert!(place.run(&["compare", a, a, "--color", "always"]).stdout.contains('\x1b'));
}
