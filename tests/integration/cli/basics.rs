//! Help, usage, `explain`, `init`, `vm-sizes`, `check`.

use super::run::SCENARIO;
use crate::support::Place;
use nodetide::exit_code;

#[test]
fn help_and_version_are_no_mistakes() {
    let place = Place::new();
    place.run(&["--help"]).exits(exit_code::FINE).quietly().prints("Exit codes:");
    place.run(&["run", "--help"]).exits(exit_code::FINE).quietly().prints("--replications");
    place.run(&["--version"]).exits(exit_code::FINE).quietly().prints(env!("CARGO_PKG_VERSION"));
}

#[test]
fn what_cannot_be_understood_is_usage() {
    let place = Place::new();
    place.run(&[]).exits(exit_code::USAGE).says("Usage");
    place.run(&["sing"]).exits(exit_code::USAGE).says("sing");
    place.run(&["run"]).exits(exit_code::USAGE).says("SCENARIO");
    place.run(&["run", "x.ron", "--replications", "none"]).exits(exit_code::USAGE).says("none");
    place.run(&["explain", "S9999"]).exits(exit_code::USAGE).says("S9999").says("`nodetide explain` lists");
}

#[test]
fn what_was_probably_meant_is_said() {
    let place = Place::new();
    place.run(&["explain", "E0102"]).exits(exit_code::USAGE).says("did you mean S0102?");
    let file = place.file("team.ron", SCENARIO);
    place.run(&[file]).exits(exit_code::USAGE).says("did you mean `nodetide run team.ron`?");
    place.run(&["absent.json"]).exits(exit_code::USAGE).says("did you mean `nodetide run absent.json`?");
    place.run(&["chek"]).exits(exit_code::USAGE).says("'check'");
    place.run(&["compare", file, file, "--out", "x"]).exits(exit_code::USAGE).says("compare writes no files");
    let other = place.run(&["compare", file, file, "--outt", "x"]).exits(exit_code::USAGE).says("--outt");
    assert!(!other.stderr.contains("writes no files"), "{other:#?}");
    place.run(&["vm-sizes", "H200"]).exits(exit_code::USAGE).says("`vm_sizes: [(name:");
}

#[test]
fn other_formats_are_named() {
    let place = Place::new();
    for (name, text, says) in [
        ("s.yaml", "clusters:\n  - name: cpu\n", "this looks like YAML; scenarios are RON or JSON"),
        ("s", "# ours\n\n---\nclusters: []\n", "this looks like YAML"),
        ("s.toml", "[[clusters]]\nname = \"cpu\"\n", "this looks like TOML"),
        ("s.cfg", "name = \"cpu\"\n", "this looks like TOML"),
    ] {
        let done = place.run(&["check", place.file(name, text)]).exits(exit_code::INVALID).says(says);
        assert_eq!(done.stderr.matches("error[").count(), 1, "{done:#?}");
    }
    // The name alone says nothing where the text can be read.
    place.run(&["check", place.file("mine.yaml", SCENARIO)]).exits(exit_code::FINE);
}

#[test]
fn results_are_no_scenario() {
    let place = Place::new();
    let file = place.file("team.ron", SCENARIO);
    place.run(&["run", "-q", file, "--out", "res/base", "--no-charts"]).exits(exit_code::FINE);
    let says = "res/base is a directory of results; this command takes scenarios";
    for args in [&["run", "res/base"][..], &["check", "res/base"], &["compare", file, "res/base"]] {
        place.run(args).exits(exit_code::IO).says(says).says("name team.ron instead");
    }
    place.run(&["chart", "res"]).exits(exit_code::IO).says("there are results in res/base");
    place.run(&["chart", "nope"]).exits(exit_code::IO).says("nope does not exist");
    place.run(&["chart", "res/base", "--only", "wait,cost"]).exits(exit_code::FINE);
    assert_eq!(place.names("res/base/charts").len(), 2);
}

#[test]
fn codes_are_explained() {
    let place = Place::new();
    place.run(&["explain", "w0501"]).exits(exit_code::FINE).quietly().prints("quota");
    place.run(&["explain"]).exits(exit_code::FINE).quietly().prints("S0101").prints("W0525");
}

#[test]
fn init_writes_a_scenario_that_runs() {
    let place = Place::new();
    place
        .run(&["init"])
        .exits(exit_code::FINE)
        .says("next: `nodetide check scenario.ron`, then `nodetide run scenario.ron`");
    assert_eq!(place.names(""), ["scenario.ron"], "and nothing else");
    place.run(&["check", "scenario.ron"]).exits(exit_code::FINE);
    place.run(&["run", "scenario.ron"]).exits(exit_code::FINE).prints("Thresholds");
    place.run(&["init", "-q", "other.ron"]).exits(exit_code::FINE).quietly();
    let printed = place.run(&["init", "-"]).exits(exit_code::FINE).quietly().stdout;
    assert_eq!(printed, place.read("scenario.ron"));
}

#[test]
fn init_replaces_nothing_unless_told_to() {
    let place = Place::new();
    place.file("scenario.ron", "mine");
    place.run(&["init"]).exits(exit_code::IO).says("--force");
    assert_eq!(place.read("scenario.ron"), "mine");
    place.run(&["init", "--force"]).exits(exit_code::FINE);
    assert!(place.read("scenario.ron").contains("clusters"));
    place.run(&["init", "no/such/folder.ron"]).exits(exit_code::IO).says("cannot write");
}

#[test]
fn sizes_are_listed_and_filtered() {
    let place = Place::new();
    place.run(&["vm-sizes"]).exits(exit_code::FINE).quietly().prints("Standard_D4s_v3");
    let found = place.run(&["vm-sizes", "a100", "--format", "csv"]).exits(exit_code::FINE).quietly();
    assert!(found.stdout.lines().skip(1).all(|l| l.to_lowercase().contains("a100")), "{found:?}");
    place.run(&["vm-sizes", "--format", "json"]).exits(exit_code::FINE).quietly().prints("\"vcpus\"");
    place.run(&["vm-sizes", "zzz"]).exits(exit_code::USAGE).says("zzz");
    place.run(&["vm-sizes", "--region", "moon"]).exits(exit_code::USAGE).says("moon");
}

#[test]
fn check_tells_mistakes_and_runs_nothing() {
    let place = Place::new();
    let good = place.file("good.ron", SCENARIO);
    place.run(&["check", good]).exits(exit_code::FINE);
    let loud = place.run(&["check", good]).exits(exit_code::FINE).prints("  assumed: ").stdout;
    let quiet = place.run(&["check", "--quiet", good]).exits(exit_code::FINE).quietly().stdout;
    assert!(loud.starts_with(&quiet) && !quiet.contains("assumed"), "{quiet}");
    place.run_with_stdin(&["check", "-"], SCENARIO).exits(exit_code::FINE);
    let bad = place.file("bad.ron", &SCENARIO.replace("max_nodes: 2", "max_nodes: 2, min_nodes: 3"));
    place.run(&["check", bad]).exits(exit_code::INVALID).says("M0307").says("bad.ron:");
    let json = place.run(&["check", bad, "--format", "json"]).exits(exit_code::INVALID);
    let found: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(found[0]["code"], "M0307");
    place.run(&["check", "absent.ron"]).exits(exit_code::IO).says("absent.ron");
}

#[test]
fn init_in_a_directory_that_is_not_there_names_the_file_alone() {
    let place = Place::new();
    let done = place.run(&["init", "nowhere/x.ron"]).exits(exit_code::IO).says("nowhere/x.ron");
    assert!(!done.stderr.contains(".nodetide."), "{}", done.stderr);
}
