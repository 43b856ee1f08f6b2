//! `--replications`.

use super::run::SCENARIO;
use crate::support::Place;
use nodetide::exit_code;

fn random() -> String {
    SCENARIO
        .replace("Constant(\"60s\")", "Exponential(mean: \"60s\")")
        .replace("limit: \"5m\"", "limit: \"10h\"")
        .replace("0.57 USD", "99 USD")
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let place = Place::new();
    let file = place.file("s.ron", &random());
    let mut printed = Vec::new();
    for jobs in ["1", "2", "7"] {
        let out = format!("o{jobs}");
        let args = ["run", file, "--replications", "6", "--jobs", jobs, "--out", &out, "--format", "json"];
        printed.push(place.run(&args).exits(exit_code::FINE).stdout);
    }
    assert!(printed.iter().all(|p| *p == printed[0]));
    let mut names = place.names("o1");
    names.retain(|name| name != "charts");
    names.extend(place.names("o1/charts").iter().map(|name| format!("charts/{name}")));
    assert!(names.contains(&"replications.csv".to_owned()), "{names:?}");
    for name in names.iter().filter(|n| *n != "manifest.json") {
        for other in ["o2", "o7"] {
            assert_eq!(place.read(format!("o1/{name}")), place.read(format!("{other}/{name}")), "{name}");
        }
    }
}

#[test]
fn the_first_replication_is_the_run_without_replications() {
    let place = Place::new();
    let file = place.file("s.ron", &random());
    let json = |args: &[&str]| -> serde_json::Value {
        serde_json::from_str(&place.run(args).exits(exit_code::FINE).stdout).unwrap()
    };
    let one = json(&["run", file, "--format", "json"]);
    let several = json(&["run", file, "--format", "json", "--replications", "5"]);
    assert_eq!(several["first"], one);
    assert_eq!(several["replications"], 5);
    let wait = &several["scopes"][0]["wait_mean_s"];
    assert_eq!(wait["n"], 5);
    assert!(wait["half_width"].as_f64().unwrap() > 0.0, "{wait}");

    // The mean is that of the rows of replications.csv.
    place.run(&["run", file, "--replications", "5", "--out", "o"]).exits(exit_code::FINE);
    let csv = place.read("o/replications.csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let column = reader.headers().unwrap().iter().position(|c| c == "wait_mean_s").unwrap();
    let waits: Vec<f64> = reader
        .records()
        .map(Result::unwrap)
        .filter(|r| &r[1] == "total")
        .map(|r| r[column].parse().unwrap())
        .collect();
    assert_eq!(waits.len(), 5);
    let mean = waits.iter().sum::<f64>() / 5.0;
    assert!((mean - wait["mean"].as_f64().unwrap()).abs() < 1e-9);
}

#[test]
fn a_threshold_is_met_where_every_replication_meets_it() {
    let place = Place::new();
    let file = place.file("s.ron", &random().replace("limit: \"10h\"", "limit: \"60s\""));
    let args = ["run", file, "--replications", "20"];
    let report = place.run(&args).exits(exit_code::THRESHOLD_MISSED).prints("met in ").prints("of 20");
    assert!(report.stdout.contains('±'), "{}", report.stdout);
    place.run(&["run", file, "--replications", "3", "--format", "csv"]).prints("half_width");
}

/// A log of so many days, with as many jobs a day as the number of its week, from 1 on; `extra` goes into its entry.
fn with_log(place: &Place, days: u32, extra: &str) -> &'static str {
    let mut log = "submit,run\n".to_owned();
    for day in 0..days {
        for job in 0..=day / 7 {
            log += &format!("{},600\n", day * 86_400 + job * 60);
        }
    }
    place.file("log.csv", &log);
    let workload = format!(
        "workload: (logs: [(path: \"log.csv\", format: Csv(submit: (column: \"submit\", unit: Seconds), \
         service: Duration((column: \"run\", unit: Seconds))), {extra})]),"
    );
    let (from, to) = (SCENARIO.find("workload: (jobs:").unwrap(), SCENARIO.find("expect: [").unwrap());
    let horizon = SCENARIO[..from].replace("horizon: \"1h\",", "").replace("stop_at_horizon: true,", "");
    place.file("s.ron", &format!("{horizon}{workload})"));
    assert!(to > from);
    "s.ron"
}

/// Jobs of each replication.
fn jobs(place: &Place, file: &str, n: &str) -> Vec<u64> {
    place
        .run(&["run", file, "--replications", n, "--out", "o", "--force", "--no-charts"])
        .exits(exit_code::FINE);
    let csv = place.read("o/replications.csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let column = reader.headers().unwrap().iter().position(|c| c == "jobs").unwrap();
    let rows = reader.records().map(Result::unwrap).filter(|r| &r[1] == "total");
    rows.map(|r| r[column].parse::<f64>().unwrap() as u64).collect()
}

#[test]
fn a_log_has_other_weeks_in_other_replications() {
    let place = Place::new();
    let file = with_log(&place, 21, "");
    let found = jobs(&place, file, "30");
    // Three weeks of 7, 14 and 21 jobs.
    assert_eq!(found[0], 42);
    assert!(found.iter().all(|n| n % 7 == 0 && (21..=63).contains(n)), "{found:?}");
    assert!(found.iter().any(|n| *n < 42) && found.iter().any(|n| *n > 42), "{found:?}");
    let says = "every replication after the first has other weeks of log.csv, drawn from its 3 whole ones";
    let report = place.run(&["run", file, "--replications", "2"]).exits(exit_code::FINE).says(says);
    assert!(!report.stdout.contains("W0531"), "{}", report.stdout);
    // A comparison has the same weeks on both sides, and so has a sweep.
    place.file("b.ron", &place.read(file).replace("max_nodes: 2", "max_nodes: 1"));
    let done = place.run(&["compare", file, "b.ron", "--format", "json"]).exits(exit_code::FINE).says(says);
    let compared: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!((&compared["replications"], &compared["pairing"]["jobs"]), (&20.into(), &"jobs".into()));
    let total: u64 = jobs(&place, file, "20").iter().sum();
    assert_eq!(compared["jobs"]["jobs"], total);
    let args =
        ["sweep", file, "--vary", "load_factor=1,2", "--replications", "6", "--backend", "cpu", "--out", "g"];
    place.run(&args).exits(exit_code::FINE).says(says);
    let csv = place.read("g/configs.csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let column = reader.headers().unwrap().iter().position(|c| c == "jobs").unwrap();
    let swept: Vec<u64> = reader.records().map(|r| r.unwrap()[column].parse().unwrap()).collect();
    assert_eq!(swept[..6], found[..6]);
    assert_eq!(swept[6..], found[..6]);
}

#[test]
fn a_log_that_is_too_short_says_so_unless_that_is_meant() {
    let place = Place::new();
    let file = with_log(&place, 4, "");
    let says = "log.csv covers 4 days, no whole week of the run";
    let report = |args: &[&str]| {
        let done = place.run(args).exits(exit_code::FINE);
        done.stdout.split_whitespace().collect::<Vec<_>>().join(" ") + &done.stderr
    };
    let several = report(&["run", file, "--replications", "3"]);
    assert!(several.contains("W0531") && several.contains(says), "{several}");
    assert!(!several.contains("2 of 3"), "it is about all of them: {several}");
    let one = report(&["run", file]);
    assert!(!one.contains("W0531"), "{one}");
    let sweep = ["sweep", file, "--vary", "max_nodes=1,2", "--backend", "cpu", "--replications"];
    let swept = report(&[&sweep[..], &["2", "--out", "g"]].concat());
    assert!(swept.contains(&format!("W0531: {says}")), "{swept}");
    assert!(place.read("g/manifest.json").contains("W0531"));
    assert!(!report(&[&sweep[..], &["1"]].concat()).contains("W0531"));
    // Nothing is drawn: a comparison makes one run of each. Where boots are, it says so.
    assert!(!report(&["compare", file, file]).contains("W0531"));
    place.file("r.ron", &place.read(file).replace("Constant(\"60s\")", "Exponential(mean: \"60s\")"));
    assert!(report(&["compare", "r.ron", "r.ron"]).contains(says));
    assert_eq!(jobs(&place, "r.ron", "4"), [4; 4]);

    let never = with_log(&place, 21, "resample: Never");
    assert_eq!(jobs(&place, never, "4"), [42; 4]);
    let quiet = report(&["run", never, "--replications", "3"]);
    assert!(!quiet.contains("W0531") && !quiet.contains("other weeks"), "{quiet}");
}
