//! README.md: its commands run, in their order, and print what stands under them; its pieces of scenarios can be run.

use crate::support::{Place, done};
use nodetide::exit_code;
use std::path::Path;
use std::process::{Command, Stdio};

const README: &str = include_str!("../../README.md");

/// Fenced blocks after the heading of the tour: language and lines.
fn blocks() -> Vec<(&'static str, Vec<&'static str>)> {
    let tour = README.split_once("\n## A tour\n").expect("there is a tour").1;
    let mut all = Vec::new();
    let mut lines = tour.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            all.push((language, lines.by_ref().take_while(|line| *line != "```").collect()));
        }
    }
    all
}

/// Where the lines of a block are not those of an output. `…` alone on a line stands for any lines; at the end of a
/// line, for its rest.
fn difference(block: &[&str], output: &str) -> Option<String> {
    let found: Vec<&str> = output.lines().map(str::trim_end).collect();
    let same = |shown: &str, line: &str| match shown.strip_suffix('…') {
        Some(begin) => line.starts_with(begin),
        None => shown.trim_end() == line,
    };
    let mut from = 0;
    for piece in block.split(|line| line.trim() == "…").filter(|piece| !piece.is_empty()) {
        let here = |at: usize| {
            let lines = found.get(at..at + piece.len());
            lines.is_some_and(|lines| piece.iter().zip(lines).all(|(shown, line)| same(shown, line)))
        };
        match (from..found.len()).find(|at| here(*at)) {
            Some(at) => from = at + piece.len(),
            None => return Some(format!("not in the output, or not there:\n{}", piece.join("\n"))),
        }
    }
    None
}

#[test]
fn differences_are_found() {
    let output = "a\nb\nc\nd\n";
    for (block, same) in [
        (&["a", "b"][..], true),
        (&["…", "b", "…", "d"], true),
        (&["a", "c"], false),
        (&["c", "…", "a"], false),
        (&["x"], false),
    ] {
        assert_eq!(difference(block, output).is_none(), same, "{block:?}");
    }
}

/// Every line of a block runs; gives what the last one says.
#[cfg(unix)]
fn run(place: &Place, lines: &[&str]) -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", place.path("bin").display());
    let mut said = String::new();
    for line in lines {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{line} 2>&1")]).current_dir(place.path("")).env("PATH", &path);
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            shell.env_remove(name);
        }
        let ran = done(shell.stdin(Stdio::null()));
        // Of the file with mistakes, that they are told is what is shown.
        let expected = if line.contains("check wrong.ron") { exit_code::INVALID } else { exit_code::FINE };
        assert_eq!(ran.code, i32::from(expected), "{line}: {ran:#?}");
        said = ran.stdout;
    }
    said
}

#[cfg(unix)]
#[test]
fn the_tour_runs_and_prints_what_it_shows() {
    let place = Place::new();
    std::fs::create_dir(place.path("bin")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_nodetide"), place.path("bin/nodetide")).unwrap();
    let (mut commands, mut outputs) = (0, 0);
    let mut said = String::new();
    for (language, lines) in blocks() {
        match language {
            "sh" => {
                said = run(&place, &lines);
                commands += lines.len();
            }
            "text" => {
                if let Some(difference) = difference(&lines, &said) {
                    panic!("README.md does not show what its command prints; {difference}\nin\n{said}");
                }
                outputs += 1;
            }
            "ron" => {}
            other => panic!("this test knows nothing of blocks of {other:?}"),
        }
    }
    assert!(commands >= 6 && outputs >= 2, "{commands} commands, {outputs} outputs");
}

#[test]
fn the_pieces_of_scenarios_can_be_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = Place::new();
    let logs = place.path("scenarios/logs");
    std::fs::create_dir_all(&logs).unwrap();
    std::fs::copy(root.join("scenarios/logs/lab-history.csv"), logs.join("lab-history.csv")).unwrap();
    let pieces: Vec<String> = blocks()
        .into_iter()
        .filter(|(language, _)| *language == "ron")
        .map(|(_, lines)| lines.join("\n"))
        .collect();
    assert!(pieces.len() >= 2, "{}", pieces.len());
    for piece in pieces {
        let jobs = match piece.contains("workload: (") {
            true => "",
            false => "workload: (jobs: [(submit: \"0s\", service: \"1h\")]),",
        };
        let text = format!(
            "(clusters: [(name: \"cpu\", vm_size: \"Standard_D4s_v3\", max_nodes: 24)], {jobs}\n{piece}\n)"
        );
        let done = place.run(&["check", place.file("piece.ron", &text)]).exits(exit_code::FINE);
        assert!(!done.stdout.contains("0 jobs"), "{piece}\n{}", done.stdout);
        assert!(!done.stdout.contains(".csv") || done.stdout.contains("; 0 broken lines"), "{}", done.stdout);
    }
}
