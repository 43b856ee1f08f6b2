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
