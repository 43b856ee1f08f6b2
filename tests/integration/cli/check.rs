//! `check`: what logs hold, and the warnings that are known before a run.

use crate::support::Place;
use nodetide::exit_code;

const LOG: &str = "submitted,run_s,nodes\n\
                   2026-03-01 08:00:00,600,1\n\
                   2026-03-02 09:00:00,60,2\n\
                   2026-03-03 10:30:00,1200,4\n\
                   2026-03-03 10:30:00,soon,1\n";

fn scenario(top: &str, path: &str, more: &str) -> String {
    format!(
        "({top} clusters: [(name: \"gpu\", vm_size: \"Standard_NC6s_v3\", max_nodes: 4)], workload: (logs: [(\
         path: {path:?}, {more} format: Csv(submit: (column: \"submitted\", \
         unit: DateTime(\"%Y-%m-%d %H:%M:%S\")), service: Duration((column: \"run_s\", unit: Seconds)), \
         nodes: Column(\"nodes\")))]))"
    )
}

#[test]
fn each_log_is_shown_with_what_a_wrong_unit_would_change() {
    let place = Place::new();
    place.file("log.csv", LOG);
    let file = place.file("s.ron", &scenario("start: \"2026-03-02T00:00\",", "log.csv", ""));
    place
        .run(&["check", file])
        .exits(exit_code::FINE)
        .prints("log.csv: 2 jobs of 4 lines; 1 left out: submitted before `start`; 1 broken line\n")
        .prints("submitted from 2026-03-02 09:00:00 to 2026-03-03 10:30:00, which is 9h to 1d11h after")
        .prints("running times: median 1m, longest 20m; 2 to 4 nodes a job")
        .says("W0526")
        .says("1 of 3 jobs were submitted before `start`, the first on 2026-03-01 08:00:00")
        .says("the first is line 5, column \"run_s\": \"soon\": not a number");
    // Without a start the log's first date is it, and the report shows that date.
    let file = place.file("s.ron", &scenario("", "log.csv", ""));
    place.run(&["check", file]).exits(exit_code::FINE).prints("assumed: start: 2026-03-01 08:00:00 (UTC)");
    let run = place.run(&["run", file, "--format", "json"]).exits(exit_code::FINE);
    let summary: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(summary["start"], "2026-03-01T08:00:00+00:00[UTC]");
    assert_eq!(summary["logs"][0]["figures"]["run_time_max_s"], 1200.0);
    assert!(summary["logs"][0]["first_broken"][0].get("span").is_none(), "the result format is as before");
}

#[test]
fn warnings_that_hold_whatever_a_run_does_are_given() {
    let place = Place::new();
    place.file("log.csv", LOG);
    let file = place.file("s.ron", &scenario("", "log.csv", ""));
    let done = place.run(&["check", file]).exits(exit_code::FINE).says("W0506").says("W0507");
    assert!(done.stdout.contains("3 warnings") && done.stderr.contains("s.ron:1:"), "{done:#?}");
    assert!(done.stdout.contains("region: eastus, the default"), "{done:#?}");
    let json = place.run(&["check", file, "--format", "json"]).exits(exit_code::FINE);
    let found: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let codes: Vec<&str> = found.as_array().unwrap().iter().map(|d| d["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"W0506") && codes.contains(&"W0507"), "{codes:?}");
}

#[test]
fn low_priority_names_the_column_of_its_price() {
    let place = Place::new();
    let text = "(region: (name: \"westeurope\"), clusters: [(name: \"cpu\", vm_size: \"Standard_D4s_v3\", max_nodes: 4, \
                tier: LowPriority)], workload: (jobs: [(submit: \"0s\", service: \"1h\")]))";
    let done = place.run(&["check", place.file("s.ron", text)]).exits(exit_code::FINE);
    assert!(done.stdout.contains("pay the catalogue's spot price of that day"), "{done:#?}");
    assert!(!done.stdout.contains("the default, for prices"), "{done:#?}");
    // The list of this region has no spot prices.
    let done = place.run(&["check", place.file("s.ron", &text.replace("westeurope", "eastus"))]);
    assert!(done.stdout.contains("low-priority price, since the list has no spot price"), "{done:#?}");
}

#[test]
fn a_log_that_cannot_be_read_is_an_error_of_files() {
    let place = Place::new();
    let file = place.file("s.ron", &scenario("", "absent.csv", ""));
    for command in ["check", "run"] {
        place.run(&[command, file]).exits(exit_code::IO).says("L0201").says("cannot read the log absent.csv");
    }
    place.run(&["check", file, "--format", "json"]).exits(exit_code::IO).prints("L0201");
}

#[test]
fn a_name_of_a_cluster_that_is_elsewhere_is_shown() {
    let place = Place::new();
    place.file("log.csv", "submitted,run_s,where\n0,60,gpu\n5,60,theta\n");
    let text = "(clusters: [(name: \"gpu\", vm_size: \"Standard_NC6s_v3\", max_nodes: 4)], workload: (logs: [(\
                path: \"log.csv\", format: Csv(submit: (column: \"submitted\", unit: Seconds), \
                service: Duration((column: \"run_s\", unit: Seconds)), cluster: \"where\"))]))";
    place
        .run(&["check", place.file("s.ron", text)])
        .exits(exit_code::FINE)
        .prints("1 left out: a cluster that is not in the scenario (\"theta\", for one)");
}

#[test]
fn errors_come_before_warnings() {
    let place = Place::new();
    let text = "(clusters: [(name: \"gpu\", vm_size: \"Standard_NC6s_v3\", max_nodes: 4, eviction: PerHour(0.1))], \
                workload: (jobs: [(submit: \"0s\", service: \"1h\", cluster: \"cpu\")]))";
    let done = place.run(&["check", place.file("s.ron", text)]).exits(exit_code::INVALID);
    let at = |text: &str| done.stderr.find(text).unwrap_or_else(|| panic!("{text}: {done:#?}"));
    assert!(at("error[S0115]") < at("warning[W0516]"), "{done:#?}");
}

#[test]
fn jobs_that_check_says_would_be_rejected_are_those_that_run_rejects() {
    let place = Place::new();
    let text = "(clusters: [(name: \"cpu\", vm_size: \"Standard_D4s_v3\", max_nodes: 4)], \
                region: (quotas: (total_dedicated: 12)), delays: Zero, \
                workload: (classes: [(name: \"mixed\", arrivals: Poisson(per_hour: 10), service: Constant(\"1m\"), \
                nodes: Uniform(low: 1, high: 6), jobs: 50)]))";
    let file = place.file("s.ron", text);
    let run = place.run(&["run", file, "--format", "json"]).exits(exit_code::FINE);
    let summary: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let rejected = summary["total"]["jobs_rejected"].as_u64().unwrap();
    assert!((1..50).contains(&rejected), "{rejected}");
    let of_run = summary["warnings"].as_array().unwrap().iter().filter(|w| w["code"] == "W0508");
    assert_eq!(of_run.count(), 1, "the run counts them itself, and once");
    place
        .run(&["check", file])
        .exits(exit_code::FINE)
        .says(&format!("{rejected} of 50 jobs of the class `mixed` would be rejected when submitted"))
        .says("never admits more than 3 nodes of 4 vCPUs");
}
