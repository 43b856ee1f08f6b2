//! What `nodetide sweep` answers: decided as `run` decides, cheapest first, in files and in words.

use crate::support::{Done, Place};
use nodetide::exit_code;
use serde_json::Value;
use std::collections::BTreeMap;

/// Waits around the limits of the tests, and a quota that binds.
const SCENARIO: &str = r#"(
    name: "asked",
    horizon: "14d",
    region: (name: "westeurope", quotas: (total_dedicated: 100)),
    clusters: [(name: "cpu", vm_size: "Standard_D4s_v3", max_nodes: 6, idle_time: "5m")],
    workload: (classes: [(
        name: "a",
        arrivals: Poisson(per_hour: 12),
        service: LogNormal(mean: "20m", cv: 1.2),
        nodes: Choice([(value: 1, weight: 3), (value: 2, weight: 1)]),
    )]),
)"#;

type Rows = Vec<BTreeMap<String, String>>;

fn rows(text: &str) -> Rows {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        header.iter().zip(record.iter()).map(|(k, v)| (k.into(), v.into())).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn placed() -> Place {
    let place = Place::new();
    place.file("s.ron", SCENARIO);
    place
}

fn sweep(place: &Place, args: &[&str]) -> Done {
    let all: Vec<&str> = ["sweep", "s.ron", "--backend", "cpu"].iter().chain(args).copied().collect();
    place.run(&all)
}

fn answer(place: &Place, dir: &str) -> Value {
    serde_json::from_str(&place.read(format!("{dir}/answer.json"))).unwrap()
}

/// Every verdict is the one that `run` gives with the same thresholds in `expect`, on both sides of each; the limits
/// differ, so that only one of them is counted exactly by the run.
#[test]
fn verdicts_are_those_of_run() {
    let place = placed();
    let axes = ["--vary", "max_nodes=4..14", "--vary", "idle_time=2m,10m,40m", "--out", "o"];
    let limits = [
        "--subject-to",
        "wait_p90<=9m",
        "--subject-to",
        "wait_p50<=4m",
        "--subject-to",
        "turnaround_p80<=41m",
    ];
    sweep(&place, &[&axes[..], &limits[..]].concat()).exits(exit_code::FINE);
    let expect = r#"expect: [
        WaitAtMost(percentile: 90, limit: "9m"), WaitAtMost(percentile: 50, limit: "4m"),
        TurnaroundAtMost(percentile: 80, limit: "41m")],
    workload"#;
    let mut seen = BTreeMap::new();
    for row in rows(&place.read("o/surface.csv")) {
        let text = SCENARIO
            .replace("max_nodes: 6", &format!("max_nodes: {}", row["max_nodes"]))
            .replace("\"5m\"", &format!("\"{}s\"", row["idle_time_s"]))
            .replace("workload", expect);
        let ran = place.run(&["run", place.file("r.ron", &text), "--quiet"]);
        let met = if ran.code == i32::from(exit_code::FINE) { "meets" } else { "misses" };
        assert_eq!(row["verdict"], met, "{row:?}\n{}", ran.stdout);
        *seen.entry(met).or_insert(0) += 1;
    }
    assert!(seen.len() == 2, "on both sides: {seen:?}");
}

#[test]
fn the_answer_is_the_cheapest_that_meets() {
    let place = placed();
    let args = ["--vary", "max_nodes=2..14", "--vary", "idle_time=2m,5m,10m", "--replications", "6"];
    let more = ["--subject-to", "wait_p95<=15m", "--what-if", "load=1.5", "--out", "o"];
    let ran = sweep(&place, &[&args[..], &more[..]].concat()).exits(exit_code::FINE);
    let all = rows(&place.read("o/surface.csv"));
    let cost = |row: &BTreeMap<String, String>| row["cost"].parse::<f64>().unwrap();
    let meets = all.iter().filter(|row| row["verdict"] == "meets");
    let best = meets.min_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap();
    let found = answer(&place, "o");
    assert_eq!(found["best"]["index"].to_string(), best["index"]);
    assert_eq!(found["best"]["settings"]["max_nodes"], best["max_nodes"]);
    // The mean over replications of the rows of configs.csv.
    let of_best: Vec<f64> = rows(&place.read("o/configs.csv"))
        .iter()
        .filter(|row| row["index"] == best["index"])
        .map(|row| row["objective"].parse().unwrap())
        .collect();
    assert_eq!(of_best.len(), 6);
    let mean = of_best.iter().sum::<f64>() / 6.0;
    assert!((mean - cost(best)).abs() < 1e-9 * mean, "{mean} {best:?}");
    // The scenario as written is in the grid, so it costs what that configuration costs.
    let today = all.iter().find(|row| row["max_nodes"] == "6" && row["idle_time_s"] == "300").unwrap();
    let told = found["today"]["cost"].as_f64().unwrap();
    assert!((told - cost(today)).abs() < 1e-9 * told, "{told} {today:?}");
    assert_eq!(found["today"]["settings"]["max_nodes"], "6");
    // Rates are of a week, since the horizon is two.
    assert_eq!(found["objective"]["cost_unit"], "USD/week");
    let words = ["Cheapest that meets p95 wait ≤ 15m: max_nodes ", " USD/week ± ", " against today: "];
    for word in
        words.iter().chain(&["replications", "What moves p95 wait", "load × 1.5", "Waiting less costs"])
    {
        assert!(ran.stdout.contains(word), "{word}\n{}", ran.stdout);
    }
    assert_eq!(found["what_if"].as_array().unwrap().len(), 2);
    let waits: Vec<f64> =
        found["what_if"].as_array().unwrap().iter().map(|w| w["latency_s"].as_f64().unwrap()).collect();
    assert!(waits[1] > found["today"]["latency_s"].as_f64().unwrap(), "more load, longer waits: {waits:?}");
    // Half as many jobs again cost more a week, though the same jobs come within a part of the horizon.
    let costs: Vec<f64> =
        found["what_if"].as_array().unwrap().iter().map(|w| w["cost"].as_f64().unwrap()).collect();
    assert!(costs[1] > told * 1.2, "today costs {told}, with the load × 1.5 {costs:?}");
    // The front rises in cost and falls in latency, and nothing beats it.
    let front = rows(&place.read("o/front.csv"));
    let latency = |row: &BTreeMap<String, String>| row["latency_s"].parse::<f64>().unwrap();
    assert!(
        front.len() > 2
            && front.windows(2).all(|w| cost(&w[0]) < cost(&w[1]) && latency(&w[0]) > latency(&w[1]))
    );
    for row in all.iter().filter(|row| ["meets", "misses"].contains(&row["verdict"].as_str())) {
        assert!(front.iter().any(|on| cost(on) <= cost(row) && latency(on) <= latency(row)), "{row:?}");
    }
}

#[test]
fn where_nothing_meets_the_nearest_is_said_with_what_limits_it() {
    let place = placed();
    let args = ["--vary", "max_nodes=2..9", "--subject-to", "wait_p95<=1s", "--out", "o"];
    let ran = sweep(&place, &args).exits(exit_code::FINE);
    assert!(ran.stdout.contains("Nothing here meets p95 wait ≤ 1s."), "{}", ran.stdout);
    assert!(ran.stdout.contains("what limits it: "), "{}", ran.stdout);
    assert!(ran.stdout.contains("it misses p95 wait ≤ 1s: "), "{}", ran.stdout);
    // Where the cost is missed, waiting limits nothing.
    let args = ["--vary", "max_nodes=2..9", "--subject-to", "cost<=1 USD/week"];
    let said = sweep(&place, &args).exits(exit_code::FINE).stdout;
    assert!(said.contains("it misses cost ≤ 1 USD/week: ") && !said.contains("what limits it"), "{said}");
    let found = answer(&place, "o");
    assert_eq!(found["best"], Value::Null);
    let all = rows(&place.read("o/surface.csv"));
    let excess = |row: &BTreeMap<String, String>| row["excess"].parse::<f64>().unwrap();
    let least = all.iter().min_by(|a, b| excess(a).total_cmp(&excess(b))).unwrap();
    assert_eq!(found["nearest"]["index"].to_string(), least["index"]);
}

#[test]
fn what_serves_fewer_jobs_is_cheap_and_never_recommended() {
    let place = Place::new();
    // Jobs of two nodes are rejected at one node.
    place.file("s.ron", SCENARIO);
    let ran = sweep(&place, &["--vary", "max_nodes=1,3,8", "--minimise", "cost", "--out", "o"])
        .exits(exit_code::FINE);
    let all = rows(&place.read("o/surface.csv"));
    assert_eq!(all[0]["verdict"], "rejects");
    let found = answer(&place, "o");
    assert_ne!(found["best"]["index"], Value::from(0));
    assert_eq!(found["verdicts"]["rejects"], Value::from(1));
    assert!(ran.stdout.contains("1 reject more jobs than today"), "{}", ran.stdout);
    // Cut off at the horizon, nothing settles and nothing is recommended.
    place.file("s.ron", &SCENARIO.replace("horizon: \"14d\"", "horizon: \"14d\", stop_at_horizon: true"));
    let ran = sweep(&place, &["--vary", "max_nodes=3,8"]).exits(exit_code::FINE);
    assert!(ran.stdout.contains("No answer") && ran.stdout.contains("stop_at_horizon"), "{}", ran.stdout);
}

#[test]
fn other_things_can_be_minimised() {
    let place = placed();
    let axes = ["--vary", "max_nodes=3..14", "--vary", "idle_time=2m,30m"];
    let best = |minimise: &str| {
        sweep(&place, &[&axes[..], &["--minimise", minimise, "--out", "o", "--force"]].concat())
            .exits(exit_code::FINE);
        let found = answer(&place, "o");
        let n = |key: &str| found["best"]["settings"][key].as_str().unwrap().parse::<u32>().unwrap();
        (n("max_nodes"), n("idle_time_s"))
    };
    let (cheap, fast) = (best("cost"), best("wait_p95"));
    assert!(cheap.0 < fast.0, "{cheap:?} {fast:?}");
    // The dearer waiting is, the faster the best.
    let (some, more) = (best("cost + 0.05 USD/h * waiting"), best("cost + 50 USD/h * waiting"));
    assert!(some.0 <= more.0 && more.0 > cheap.0, "{some:?} {more:?}");
}

#[test]
fn mistakes_of_objectives_are_shown_where_they_stand() {
    let place = placed();
    let axes = ["--vary", "max_nodes=3,4"];
    let with = |args: &[&str]| sweep(&place, &[&axes[..], args].concat());
    with(&["--subject-to", "wait_p59x<=10m"]).exits(exit_code::USAGE).says("O0801").says("--subject-to:1:1");
    with(&["--minimise", "cost + wait_p95"]).exits(exit_code::USAGE).says("O0802").says("--minimise:1:8");
    with(&["--what-if", "load"]).exits(exit_code::USAGE).says("A0702");
    with(&["--what-if", "laod=2"]).exits(exit_code::USAGE).says("did you mean `load`?");
    with(&["--what-if", "load=0"]).exits(exit_code::USAGE).says("no factor");
    with(&["--what-if", "load=0", "--dry-run"]).exits(exit_code::USAGE).says("no factor");
    with(&["--minimise", "cst", "--dry-run"]).exits(exit_code::USAGE).says("O0801");
    let wrong = SCENARIO.replace("workload:", "objective: (subject_to: [\"wait_p95>=10m\"]),\n    workload:");
    place.file("s.ron", &wrong);
    with(&[]).exits(exit_code::INVALID).says("O0802").says("s.ron:6:31");
    place.run(&["check", "s.ron"]).exits(exit_code::INVALID).says("s.ron:6:31");
    place.file(
        "s.ron",
        &SCENARIO
            .replace("Standard_D4s_v3\"", "mine\"")
            .replace("workload:", "vm_sizes: [(name: \"mine\", vcpus: 2)],\n    workload:"),
    );
    with(&[]).exits(exit_code::INVALID).says("O0803");
    with(&["--minimise", "node_hours"]).exits(exit_code::FINE);
}

/// The scenario's objective is taken, and flags go before it.
#[test]
fn objectives_stand_in_the_scenario() {
    let place = Place::new();
    place.file(
        "s.ron",
        &SCENARIO.replace(
            "workload:",
            "objective: (minimise: \"node_hours\", subject_to: [\"wait_p90<=20m\"]),\n    workload:",
        ),
    );
    let axes = ["--vary", "max_nodes=3..9"];
    let ran = sweep(&place, &axes).exits(exit_code::FINE);
    assert!(ran.stdout.contains("Least node-hours that meets p90 wait ≤ 20m"), "{}", ran.stdout);
    let ran = sweep(&place, &[&axes[..], &["--minimise", "cost", "--subject-to", "wait_max<=2h"]].concat());
    assert!(ran.stdout.contains("Cheapest that meets longest wait ≤ 2h"), "{}", ran.stdout);
}

/// Pictures drawn again from the files have the bytes of those drawn at once, of sweeps and of searches.
#[test]
fn charts_are_drawn_again_from_the_files() {
    let place = placed();
    let axes = ["--vary", "max_nodes=3..9", "--vary", "idle_time=2m,9m", "--subject-to", "wait_p90<=20m"];
    for (command, stems) in [
        ("sweep", &["effects", "front", "heat", "minute", "replications"][..]),
        ("optimize", &["front", "minute"]),
    ] {
        let all =
            [&[command, "s.ron", "--backend", "cpu", "--replications", "3", "--out", command][..], &axes[..]];
        place.run(&all.concat()).exits(exit_code::FINE);
        let names: Vec<String> = stems.iter().map(|stem| format!("{stem}.svg")).collect();
        assert_eq!(place.names(&format!("{command}/charts")), names);
        let again = format!("{command}-again");
        place.run(&["chart", command, "--out", &again]).exits(exit_code::FINE);
        for name in &names {
            let (a, b) =
                (place.read(format!("{command}/charts/{name}")), place.read(format!("{again}/{name}")));
            assert!(a == b, "{command} {name}");
        }
        place.run(&["chart", command, "--only", "wait"]).exits(exit_code::USAGE).says("there are: ");
    }
    place.run(&["chart", "sweep", "--only", "front", "--theme", "dark"]).exits(exit_code::FINE);
    assert!(place.names("sweep/charts").contains(&"front-dark.svg".to_owned()));
}

/// The pictures in the README and in docs/charts.md are those of the shipped scenario, as the README's command draws them.
#[test]
fn the_pictures_of_the_pages_are_those_of_the_shipped_sweep() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = Place::new();
    let file = root.join("scenarios/what-to-set.ron");
    let args = ["sweep", file.to_str().expect("a path of letters"), "--backend", "cpu", "--out", "o"];
    let ran = place.run(&args).exits(exit_code::FINE);
    let readme = include_str!("../../../README.md");
    for line in ran.stdout.lines().take(5) {
        assert!(readme.contains(line), "the README does not say: {line}");
    }
    for stem in ["heat", "heat-latency", "front", "minute", "effects", "replications"] {
        let path = root.join(format!("docs/images/sweep/{stem}.svg"));
        let drawn = place.read(format!("o/charts/{stem}.svg"));
        if std::env::var_os("NODETIDE_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &drawn).unwrap();
        }
        let documented = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(documented == drawn, "{} differs; look at it, then bless it", path.display());
    }
}
