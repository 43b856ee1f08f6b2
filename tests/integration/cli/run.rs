//! `run`: reports, thresholds, exit codes.

use crate::support::Place;
use nodetide::exit_code;

/// Two jobs on a cluster of two nodes, without any chance: boots in 60 s, prepares 30 s, jobs run 100 s and 50 s.
/// Both wait 60 s; the nodes are there for 310 s and 260 s at 0.1 cent a second.
pub(super) const SCENARIO: &str = r#"(
    name: "two jobs",
    delays: Zero,
    horizon: "1h",
    stop_at_horizon: true,
    clusters: [(
        name: "cpu-main",
        vm_size: "Standard_D4s_v3",
        max_nodes: 2,
        idle_time: "120s",
        boot_delay: Constant("60s"),
        prepare_cold: Constant("30s"),
        price: "3.6 USD/h",
    )],
    prices: (list: "of our own", date: "2026-08-22", load_balancer: Free),
    workload: (jobs: [
        (submit: "0s", service: "100s", team: "red"),
        (submit: "10s", service: "50s", team: "blue"),
    ]),
    expect: [
        WaitAtMost(percentile: 95.0, limit: "5m"),
        CostAtMost(limit: "0.57 USD"),
        RejectedAtMost(0),
    ],
)"#;

fn figures(stdout: &str) -> serde_json::Value {
    serde_json::from_str(stdout).unwrap()
}

#[test]
fn a_run_reports_and_is_fine() {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    let report = place.run(&["run", file]).exits(exit_code::FINE).quietly();
    for text in ["two jobs", "✓ wait p95 ≤ 5m", "0.57", "Warnings", "Assumptions", "of our own, 2026-08-22"]
    {
        assert!(report.stdout.contains(text), "{text:?} is not in\n{}", report.stdout);
    }
    let first_table = report.stdout.find("Wait until").unwrap();
    assert!(report.stdout.find("Thresholds").unwrap() < first_table, "thresholds come first");
}

#[test]
fn standard_input_is_a_scenario_too() {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    let from_file = place.run(&["run", file]).exits(exit_code::FINE).stdout;
    let from_stdin = place.run_with_stdin(&["run", "-"], SCENARIO).exits(exit_code::FINE).stdout;
    assert_eq!(from_stdin, from_file);
}

#[test]
fn json_and_csv_have_the_same_figures() {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    let json = place.run(&["run", file, "--format", "json"]).exits(exit_code::FINE).quietly();
    let json = figures(&json.stdout);
    assert_eq!(json["total"]["wait_p95_s"], 60.0);
    assert_eq!(json["total"]["jobs_completed"], 2);
    assert_eq!(json["currency"], "USD");
    let cost = json["total"]["cost_total"].as_f64().unwrap();
    assert!((cost - 0.57).abs() < 1e-9, "{cost}");
    let day = json["total"]["cost_per_day"].as_f64().unwrap();
    assert!((day - 0.57 * 24.0).abs() < 1e-9, "{day}");

    let csv = place.run(&["run", file, "--format", "csv"]).exits(exit_code::FINE).quietly().stdout;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut seen = 0;
    for row in reader.records() {
        let row = row.unwrap();
        let scope = if &row[0] == "total" { &json["total"] } else { &json["clusters"][0]["figures"] };
        let value = &scope[&row[2]];
        let written: Option<f64> = row[3].parse().ok();
        match (written, value.as_f64()) {
            (None, None) => {}
            // Reading JSON rounds the last digit.
            (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-12 * b.abs(), "{row:?}: {value}"),
            _ => panic!("{row:?}: {value}"),
        }
        assert_eq!(&row[4] == "USD", row[2].starts_with("cost_"), "{row:?}");
        seen += 1;
    }
    assert_eq!(seen, 2 * json["total"].as_object().unwrap().len());
}

#[test]
fn thresholds_decide_the_exit_code() {
    let place = Place::new();
    for (expect, code) in [
        ("WaitAtMost(percentile: 95.0, limit: \"60s\")", exit_code::FINE),
        ("WaitAtMost(percentile: 95.0, limit: \"59s\")", exit_code::THRESHOLD_MISSED),
        ("WaitAtMost(percentile: 95.0, limit: \"59s\", cluster: \"cpu-main\")", exit_code::THRESHOLD_MISSED),
        ("CostAtMost(limit: \"0.56 USD\")", exit_code::THRESHOLD_MISSED),
        ("UtilisationAtLeast(share: 0.3684)", exit_code::FINE),
        ("UtilisationAtLeast(share: 0.3685)", exit_code::THRESHOLD_MISSED),
        ("CostAtMost(limit: \"0.57 EUR\")", exit_code::INVALID),
        ("WaitAtMost(percentile: 950.0, limit: \"60s\")", exit_code::INVALID),
        ("WaitAtMost(percentile: 95.0, limit: \"60s\", cluster: \"gpu\")", exit_code::INVALID),
    ] {
        let text = SCENARIO.replace("RejectedAtMost(0)", expect);
        let file = place.file("s.ron", &text);
        place.run(&["run", file]).exits(code);
    }
}

#[test]
fn a_run_that_does_not_end_says_so_before_thresholds() {
    let place = Place::new();
    let locked = SCENARIO
        .replace("horizon: \"1h\",\n    stop_at_horizon: true,", "locks: [(from: \"0s\", level: ReadOnly)],");
    assert_ne!(locked, SCENARIO);
    let file = place.file("s.ron", &locked);
    let stuck = place.run(&["run", file]).exits(exit_code::NOT_ENDED);
    for text in ["stuck", "Resizing (0 -> 0)", "✗ wait p95", "never", "W0513"] {
        assert!(stuck.stdout.contains(text), "{text:?} is not in\n{}", stuck.stdout);
    }
}

#[test]
fn mistakes_in_the_scenario_are_shown_where_they_are() {
    let place = Place::new();
    let file = place.file("s.ron", &SCENARIO.replace("max_nodes: 2", "max_nodez: 2"));
    let bad =
        place.run(&["run", file]).exits(exit_code::INVALID).says("S0102").says("s.ron:9:9").says("max_nodes");
    assert_eq!(bad.stdout, "");
    place.run(&["run", "absent.ron"]).exits(exit_code::IO).says("absent.ron");
    let folder = place.run(&["run", "."]);
    folder.exits(exit_code::IO);
}

#[test]
fn warnings_about_the_text_do_not_depend_on_the_seed() {
    let place = Place::new();
    let unused = SCENARIO
        .replace("horizon: \"1h\"", "horizon: \"1h\", region: (quotas: (family: {\"standardDv3\": 24}))");
    let file = place.file("s.ron", &unused);
    let codes = |more: &[&str]| -> Vec<String> {
        let args = [&["run", file, "--format", "json"], more].concat();
        let json = figures(&place.run(&args).exits(exit_code::FINE).stdout);
        json["warnings"].as_array().unwrap().iter().map(|w| w["code"].to_string()).collect()
    };
    assert!(codes(&[]).iter().any(|c| c.contains("W0515")), "{:?}", codes(&[]));
    assert_eq!(codes(&["--seed", "7"]), codes(&[]));
}

#[test]
fn the_seed_can_be_given() {
    let place = Place::new();
    let random = SCENARIO.replace("Constant(\"60s\")", "Exponential(mean: \"60s\")").replace("0.57", "99");
    let file = place.file("s.ron", &random);
    let run = |seed: &str| {
        place.run(&["run", file, "--format", "json", "--seed", seed]).exits(exit_code::FINE).stdout
    };
    assert_eq!(run("1"), run("1"));
    assert_ne!(figures(&run("1"))["total"]["wait_p95_s"], figures(&run("2"))["total"]["wait_p95_s"]);
    assert_eq!(figures(&run("18446744073709551615"))["seed"], u64::MAX);
}

#[test]
fn names_cannot_turn_the_text_of_the_terminal() {
    let place = Place::new();
    let text = SCENARIO.replacen("\"red\"", "\"a\u{202e}b\"", 1);
    assert_ne!(text, SCENARIO);
    let done = place.run(&["run", place.file("s.ron", &text)]).exits(exit_code::FINE);
    let wrong = place.run(&["check", place.file("w.ron", &text.replacen("team:", "taem:", 1))]);
    assert!(wrong.code != 0 && !wrong.stderr.contains('\u{202e}'), "{}", wrong.stderr);
    assert!(done.stdout.contains("a\u{fffd}b") && !done.stdout.contains('\u{202e}'), "{}", done.stdout);
}
