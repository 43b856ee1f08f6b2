//! `nodetide optimize`: the full grid's answer with a part of it, and a winner confirmed.

use crate::support::{Done, Place};
use nodetide::exit_code;
use serde_json::Value;

const SCENARIO: &str = r#"(
    name: "searched",
    horizon: "7d",
    region: (name: "westeurope"),
    clusters: [(name: "cpu", vm_size: "Standard_D4s_v3", max_nodes: 6, idle_time: "5m", restart_overhead: "1m")],
    workload: (classes: [(
        name: "a",
        arrivals: Poisson(per_hour: 14),
        service: LogNormal(mean: "20m", cv: 1.2),
        nodes: Choice([(value: 1, weight: 3), (value: 2, weight: 1)]),
        checkpoint: "5m",
    )]),
)"#;

fn placed() -> Place {
    let place = Place::new();
    place.file("s.ron", SCENARIO);
    place
}

fn run(place: &Place, command: &str, args: &[&str]) -> Done {
    let all: Vec<&str> = [command, "s.ron", "--backend", "cpu"].iter().chain(args).copied().collect();
    place.run(&all)
}

fn answer(place: &Place, dir: &str) -> Value {
    serde_json::from_str(&place.read(format!("{dir}/answer.json"))).unwrap()
}

#[test]
fn its_best_is_the_full_grids_best() {
    let place = placed();
    let axes = ["--vary", "max_nodes=4..40", "--vary", "idle_time=1m..30m:1m", "--vary", "min_nodes=0..3"];
    for more in [
        &["--subject-to", "wait_p95<=12m"][..],
        &["--subject-to", "wait_p90<=9m", "--subject-to", "utilisation>=60%"],
        &["--minimise", "cost + 3 USD/h * waiting"],
        &["--subject-to", "started_within(10m)>=97%", "--replications", "3"],
    ] {
        let args = [&axes[..], more].concat();
        run(&place, "sweep", &[&args[..], &["--out", "full", "--force"]].concat()).exits(exit_code::FINE);
        let ran =
            run(&place, "optimize", &[&args[..], &["--tolerance", "0", "--out", "part", "--force"]].concat());
        let ran = ran.exits(exit_code::FINE);
        let (full, part) = (answer(&place, "full"), answer(&place, "part"));
        let key = |found: &Value| found["best"]["settings"].to_string() + &found["best"]["cost"].to_string();
        assert_eq!(key(&part), key(&full), "{more:?}\n{}", ran.stdout);
        let search = &part["search"];
        let spent = search["configurations"].as_u64().unwrap();
        assert_eq!(search["grid"].as_u64().unwrap(), 37 * 30 * 4);
        assert!(spent * 4 < 37 * 30 * 4, "{spent} configurations of {}", 37 * 30 * 4);
        let generations: u64 =
            search["generations"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(generations, spent);
        // Rows are those of the sweep, to the byte.
        let whole = place.read("full/configs.csv");
        let known: std::collections::HashSet<&str> = whole.lines().collect();
        for line in place.read("part/configs.csv").lines() {
            assert!(known.contains(line), "{line}");
        }
    }
}

/// Beyond 8 nodes nothing changes, so that equal configurations fill the first places; the best has other values of two axes.
#[test]
fn its_best_is_the_full_grids_best_where_an_axis_hardly_matters() {
    let scenario = r#"(
        name: "s",
        horizon: "7d",
        clusters: [(
            name: "gpu", vm_size: "Standard_NC4as_T4_v3", min_nodes: 0, max_nodes: 8, idle_time: "10m",
        )],
        region: (name: "westeurope", quotas: (family: {"StandardNCASv3_T4Family": 2560})),
        workload: (classes: [(
            name: "try",
            arrivals: Poisson(per_hour: 8),
            service: LogNormalMedianP90(median: "6m", p90: "25m"),
        )]),
    )"#;
    let place = Place::new();
    place.file("s.ron", scenario);
    let axes = ["--vary", "max_nodes=1..12", "--vary", "min_nodes=0..6", "--vary", "idle_time=1m..40m:1m"];
    let args = [&axes[..], &["--minimise", "cost + 3 USD/h * waiting"]].concat();
    run(&place, "sweep", &[&args[..], &["--out", "full"]].concat()).exits(exit_code::FINE);
    run(&place, "optimize", &[&args[..], &["--out", "part"]].concat()).exits(exit_code::FINE);
    let (full, part) = (answer(&place, "full"), answer(&place, "part"));
    assert_eq!(part["best"]["settings"], full["best"]["settings"]);
    let spent = part["search"]["configurations"].as_u64().unwrap();
    assert!(spent * 4 < 12 * 7 * 40, "{spent} configurations");
}

#[test]
fn finalists_are_confirmed_in_replications_that_the_search_has_not_seen() {
    let place = placed();
    let axes = ["--vary", "max_nodes=4..24", "--vary", "idle_time=1m..20m:1m", "--replications", "3"];
    let more = ["--subject-to", "wait_p95<=12m", "--confirm", "8", "--what-if", "load=1.2", "--out", "o"];
    let ran = run(&place, "optimize", &[&axes[..], &more[..]].concat()).exits(exit_code::FINE);
    for words in ["finalists in 8 fresh replications", "load × 1.2", "generations: "] {
        assert!(ran.stdout.contains(words), "{words}\n{}", ran.stdout);
    }
    let found = answer(&place, "o");
    let confirmed = &found["search"]["confirmed"];
    assert_eq!(confirmed["replications"], Value::from(8));
    let finalists = confirmed["finalists"].as_array().unwrap();
    assert!(finalists.len() >= 5);
    // The figures of the winner are those of a sweep over replications 3 to 10.
    let best = finalists.iter().find(|entry| entry["index"] == confirmed["best"]).unwrap();
    let setting = |key: &str| best["settings"][key].as_str().unwrap().to_owned();
    let vary =
        [format!("max_nodes={}", setting("max_nodes")), format!("idle_time={}s", setting("idle_time_s"))];
    let args = ["--vary", &vary[0], "--vary", &vary[1], "--replications", "11", "--out", "all"];
    run(&place, "sweep", &args).exits(exit_code::FINE);
    let all = &answer(&place, "all");
    let all =
        all["best"]["objectives"].as_array().or(all["nearest"]["objectives"].as_array()).unwrap().clone();
    let fresh = best["objectives"].as_array().unwrap();
    for (i, value) in fresh.iter().enumerate() {
        let (a, b) = (value.as_f64().unwrap(), all[i + 3].as_f64().unwrap());
        assert!((a - b).abs() < 1e-9 * a, "replication {}: {a} and {b}", i + 3);
    }
    assert_eq!(fresh.len(), 8);
}

#[test]
fn threads_change_no_byte() {
    let place = placed();
    let mut printed = Vec::new();
    for threads in ["1", "2"] {
        let args = ["optimize", "s.ron", "--backend", "cpu", "--vary", "max_nodes=4..24", "--subject-to"];
        let all = [&args[..], &["wait_p95<=12m", "--replications", "2", "--out", threads]].concat();
        let ran = crate::support::done(place.command(&all).env("RAYON_NUM_THREADS", threads));
        printed.push(ran.exits(exit_code::FINE).stdout);
    }
    assert_eq!(printed[0], printed[1]);
    for file in ["answer.json", "configs.csv", "front.csv", "surface.csv"] {
        assert_eq!(place.read(format!("1/{file}")), place.read(format!("2/{file}")), "{file}");
    }
}

#[test]
fn what_cannot_be_searched_is_said() {
    let place = placed();
    run(&place, "optimize", &["--vary", "min_nodes=8,9", "--vary", "max_nodes=2,3"])
        .exits(exit_code::USAGE)
        .says("A0707");
    run(&place, "optimize", &["--vary", "max_nodez=2,3"]).exits(exit_code::USAGE).says("max_nodes");
    run(&place, "optimize", &["--vary", "max_nodes=2,3", "--tolerance", "2"]).exits(exit_code::USAGE);
    let ran = run(&place, "optimize", &["--vary", "max_nodes=2..9", "--subject-to", "wait_p95<=1s"]);
    let ran = ran.exits(exit_code::FINE);
    assert!(ran.stdout.contains("Nothing here meets p95 wait ≤ 1s."), "{}", ran.stdout);
}

/// The lines below the headline are those of the sweep: the values, and what most of the waiting is for.
#[test]
fn what_nothing_can_meet_is_explained() {
    let place = placed();
    let args = ["--vary", "max_nodes=1..8", "--subject-to", "wait_p95<=0s"];
    let lines = |command| {
        let ran = run(&place, command, &args).exits(exit_code::FINE);
        let why = |line: &&str| line.contains("it misses") || line.contains("what limits it");
        ran.stdout.lines().filter(why).map(str::to_owned).collect::<Vec<_>>()
    };
    let (full, part) = (lines("sweep"), lines("optimize"));
    assert_eq!(part.len(), 2, "{part:?}");
    assert_eq!(part, full);
}

#[test]
fn it_says_how_much_there_is_before_it_runs() {
    let place = placed();
    let axes = ["--vary", "max_nodes=4..24", "--vary", "idle_time=1m..20m:1m"];
    let ran = run(&place, "optimize", &axes).exits(exit_code::FINE);
    assert!(ran.stderr.contains("searching 420 configurations\n"), "{}", ran.stderr);
    let ran = run(&place, "optimize", &[&axes[..], &["--replications", "2"]].concat()).exits(exit_code::FINE);
    assert!(ran.stderr.contains("searching 420 configurations × 2 replications\n"), "{}", ran.stderr);
}

/// What is said of a part is not said of the grid.
#[cfg(unix)]
#[test]
fn an_interrupted_search_says_so_before_its_answer() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};
    let place = Place::new();
    place.file("s.ron", &SCENARIO.replace("7d", "60d"));
    let axes = ["--vary", "max_nodes=4..40", "--vary", "idle_time=1m..30m:1m", "--replications", "20"];
    let all = [&["optimize", "s.ron", "--backend", "cpu", "--out", "o"], &axes[..]].concat();
    let mut command = place.command(&all);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    let rows = || {
        let work = place.names("").into_iter().find(|name| name.ends_with(".partial"))?;
        Some(std::fs::metadata(place.path(&work).join("new/configs.csv")).ok()?.len())
    };
    // More than the header.
    while rows().is_none_or(|bytes| bytes < 4096) {
        assert!(began.elapsed() < Duration::from_secs(240), "nothing is written");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let [said, remarks] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(i32::from(exit_code::INTERRUPTED)), "{said}{remarks}");
    let tried = std::fs::read_to_string(place.path("o/configs.partial.csv"));
    let tried = tried.or_else(|_| std::fs::read_to_string(place.path("o/configs.csv"))).unwrap();
    let tried = (tried.lines().count() - 1) / 20;
    let words = format!("Interrupted before the search had ended. Of the {tried} tried so far:\n");
    let at = said.find(&words);
    assert!(at.is_some() && at < said.find("max_nodes"), "{words}\n{said}");
}
