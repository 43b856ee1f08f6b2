//! Pictures, and what `nodetide chart` says about results that it cannot read.

use super::run::SCENARIO;
use crate::support::Place;
use nodetide::exit_code;
use std::fs;
use std::path::Path;

const PICTURES: [&str; 6] = ["causes.svg", "cost.svg", "hours.svg", "nodes.svg", "wait.svg", "workload.svg"];

fn results() -> Place {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    place.run(&["run", file, "--out", "o"]).exits(exit_code::FINE);
    place
}

#[test]
fn drawn_later_they_are_the_same() {
    let place = results();
    assert_eq!(place.names("o/charts"), PICTURES);
    let first: Vec<String> = PICTURES.iter().map(|p| place.read(format!("o/charts/{p}"))).collect();
    place.run(&["chart", "o", "--out", "again"]).exits(exit_code::FINE).says("6 charts in again");
    for (name, picture) in PICTURES.iter().zip(&first) {
        assert!(place.read(format!("again/{name}")) == *picture, "{name}");
    }
    // In their own folder they are replaced without a word, and --force takes them for results.
    fs::write(place.path("o/charts/wait.svg"), "old").unwrap();
    place.run(&["chart", "o", "--only", "wait"]).exits(exit_code::FINE).says("1 chart in");
    assert_eq!(place.read("o/charts/wait.svg"), first[4]);
    place.run(&["chart", "o", "--theme", "dark", "--size", "1280x720"]).exits(exit_code::FINE);
    assert!(place.read("o/charts/cost-dark.svg").contains("width=\"1280\" height=\"720\""));
    place.run(&["run", "s.ron", "--out", "o", "--force"]).exits(exit_code::FINE);
    assert_eq!(place.names("o/charts"), PICTURES);
}

#[test]
fn other_peoples_files_are_left_alone() {
    let place = results();
    fs::create_dir(place.path("mine")).unwrap();
    fs::write(place.path("mine/wait.svg"), "mine").unwrap();
    place.run(&["chart", "o", "--out", "mine"]).exits(exit_code::IO).says("I0403");
    assert_eq!(place.names("mine"), ["wait.svg"]);
    assert_eq!(place.read("mine/wait.svg"), "mine");
    place.run(&["chart", "o", "--out", "mine", "--force"]).exits(exit_code::FINE);
    fs::write(place.path("o/charts/logo.svg"), "mine").unwrap();
    place.run(&["run", "s.ron", "--out", "o", "--force"]).exits(exit_code::IO).says("charts/logo.svg");
}

#[test]
fn an_objective_beyond_the_axis_is_marked_all_the_same() {
    let place = Place::new();
    place.run(&["init", "s.ron"]).exits(exit_code::FINE);
    place.run(&["run", "s.ron", "--out", "o"]).exits(exit_code::FINE);
    let picture = place.read("o/charts/wait.svg");
    assert!(picture.contains("objective: 95 % within 8h, met"), "it is in the key");
    assert!(picture.contains("to the right of the axis"), "and the key says where it is");
}

#[test]
fn of_several_replications_the_first_is_drawn() {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    place.run(&["run", file, "--replications", "2", "--out", "o"]).exits(exit_code::FINE);
    let first = place.read("o/charts/cost.svg");
    assert!(first.contains("the first of 2 replications"));
    place.run(&["chart", "o"]).exits(exit_code::FINE);
    assert!(place.read("o/charts/cost.svg") == first);
}

#[test]
fn without_pictures() {
    let place = Place::new();
    let file = place.file("s.ron", SCENARIO);
    place.run(&["run", file, "--out", "o", "--no-charts"]).exits(exit_code::FINE);
    assert!(!place.names("o").contains(&"charts".to_owned()));
    place.run(&["chart", "o"]).exits(exit_code::FINE);
    assert_eq!(place.names("o/charts"), PICTURES);
}

#[test]
fn results_that_cannot_be_read_are_explained() {
    let place = results();
    place.run(&["chart", "nowhere"]).exits(exit_code::IO).says("I0405").says("nowhere does not exist");
    place.run(&["chart", "s.ron"]).exits(exit_code::IO).says("I0405");
    let jobs = place.read("o/jobs.csv");
    let damaged = jobs.replacen("\n1,", "\n1,cpu\u{fffd}", 1);
    fs::write(place.path("o/jobs.csv"), damaged).unwrap();
    let said = place.run(&["chart", "o"]).exits(exit_code::INVALID).says("I0406");
    said.says("jobs.csv:3:3").says("cluster");
    fs::write(place.path("o/jobs.csv"), jobs).unwrap();
    let newer = place.read("o/summary.json").replacen("\"format\": 1", "\"format\": 7", 1);
    fs::write(place.path("o/summary.json"), newer).unwrap();
    place.run(&["chart", "o"]).exits(exit_code::INVALID).says("I0407");
}

#[test]
fn what_a_killed_chart_left_is_in_nobodys_way() {
    let place = results();
    fs::write(place.path("o/charts/.nodes.svg.partial"), "half").unwrap();
    place.run(&["chart", "o", "--only", "nodes"]).exits(exit_code::FINE);
    assert_eq!(place.names("o/charts"), PICTURES, "it is written over and renamed");
    fs::write(place.path("o/charts/.nodes.svg.partial"), "half").unwrap();
    place.run(&["run", "s.ron", "--out", "o", "--force"]).exits(exit_code::FINE);
    fs::write(place.path("o/charts/.mine.partial"), "mine").unwrap();
    place.run(&["run", "s.ron", "--out", "o", "--force"]).exits(exit_code::IO).says("charts/.mine.partial");
}

#[test]
fn a_place_for_pictures_that_is_no_directory_is_said_to_be() {
    let place = results();
    place.file("f", "mine");
    let said = place.run(&["chart", "o", "--out", "f"]).exits(exit_code::IO).says("I0403");
    said.says("f exists and is no directory");
    assert_eq!(place.read("f"), "mine");
}

#[cfg(not(feature = "png"))]
#[test]
fn a_program_without_png_says_how_to_get_it() {
    let place = results();
    let said = place.run(&["chart", "o", "--format", "png"]).exits(exit_code::USAGE).says("I0408");
    said.says("--features png").says("--format svg");
}

#[test]
fn a_size_at_which_nothing_could_be_read_is_refused() {
    let place = results();
    let said = place.run(&["chart", "o", "--size", "320x240"]).exits(exit_code::USAGE).says("320x240");
    said.says("400x360 pixels at least");
    place.run(&["chart", "o", "--size", "400x360"]).exits(exit_code::FINE);
}

/// Letters of a scenario's name that the shipped font has not.
#[cfg(feature = "png")]
#[test]
fn letters_are_not_lost_silently() {
    let place = Place::new();
    let file = place.file("s.ron", &SCENARIO.replace("two jobs", "計算"));
    place.run(&["run", file, "--out", "o"]).exits(exit_code::FINE);
    let said = place.run(&["chart", "o", "--format", "png"]).exits(exit_code::FINE).says("no 算計");
    said.says("--format svg");
}

#[cfg(feature = "png")]
#[test]
fn pixels() {
    let place = results();
    place.run(&["chart", "o", "--format", "png", "--only", "wait"]).exits(exit_code::FINE);
    assert!(fs::read(place.path("o/charts/wait.png")).unwrap().starts_with(b"\x89PNG"));
}

/// The pictures of `docs/charts.md`: scenario and picture. `NODETIDE_BLESS=1` draws them anew.
const DOCUMENTED: [(&str, &str); 6] = [
    ("lock-incident", "nodes"),
    ("first-look", "wait"),
    ("shared-quota", "causes"),
    ("first-look", "cost"),
    ("lock-incident", "hours"),
    ("first-look", "workload"),
];

#[test]
fn the_documented_pictures_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = Place::new();
    for scenario in ["first-look", "shared-quota", "lock-incident"] {
        let path = root.join(format!("scenarios/{scenario}.ron"));
        place.run(&["--quiet", "run", path.to_str().unwrap(), "--out", scenario]).exits(exit_code::FINE);
    }
    for (scenario, name) in DOCUMENTED {
        let drawn = place.read(format!("{scenario}/charts/{name}.svg"));
        assert!(drawn.len() < 60_000, "{name} is too heavy for a page: {}", drawn.len());
        let path = root.join(format!("docs/images/charts/{name}.svg"));
        if std::env::var_os("NODETIDE_BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &drawn).unwrap();
        }
        let documented = fs::read_to_string(&path).unwrap_or_default();
        assert!(documented == drawn, "docs/images/charts/{name}.svg differs; look at it, then bless it");
    }
}
