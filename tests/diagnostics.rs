//! Bad scenarios and what is said about them, word by word.
//!
//! `golden/diagnostics/NAME.ron` (or `.json`) is the scenario, `NAME.ron.txt` the messages; `golden/ticks` the same for
//! the ticks format. With `NODETIDE_BLESS=1` the messages are written anew.

#![expect(clippy::unwrap_used, reason = "a failed unwrap in a test is a failed test")]

use nodetide::diagnostic::{Code, Diagnostic, Source, render};
use nodetide::lowering;
use nodetide::scenario::parse;
use nodetide::ticks;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/diagnostics")
}

fn ticks_folder() -> PathBuf {
    folder().with_file_name("ticks")
}

fn messages(path: &Path) -> Vec<Diagnostic> {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    match (parse::text(&name, bytes), path.starts_with(ticks_folder())) {
        (Ok(source), false) => load(&source),
        (Ok(source), true) => ticks::run_source(&source).err().unwrap_or_default(),
        (Err(error), false) => vec![error],
        (Err(error), true) => vec![ticks::unreadable(error)],
    }
}

fn load(source: &Arc<Source>) -> Vec<Diagnostic> {
    match lowering::load_source(source, folder()) {
        Ok((_, lowered)) => lowered.warnings,
        Err(found) => found,
    }
}

fn cases() -> Vec<PathBuf> {
    let files = [folder(), ticks_folder()].map(|folder| std::fs::read_dir(folder).unwrap());
    let files = files.into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|e| e == "ron" || e == "json")).collect();
    cases.sort();
    cases
}

#[test]
fn every_bad_scenario_gets_its_messages() {
    let bless = std::env::var_os("NODETIDE_BLESS").is_some();
    let mut wrong = Vec::new();
    for path in cases() {
        let text = render(&messages(&path), false);
        let golden = path.with_file_name(format!("{}.txt", path.file_name().unwrap().to_string_lossy()));
        let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        if bless {
            std::fs::write(&golden, &text).unwrap();
        } else if std::fs::read_to_string(&golden).unwrap_or_default() != text {
            wrong.push(format!("{}:\n{text}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_message_of_a_bad_scenario_has_a_place_and_says_what_to_do() {
    for path in cases() {
        let found = messages(&path);
        assert!(!found.is_empty(), "{}: nothing is wrong", path.display());
        for diagnostic in found {
            let empty = diagnostic.source.as_ref().is_some_and(|source| source.text().is_empty());
            let file_level =
                empty || matches!(diagnostic.code, Code::EmptyFile | Code::NotText | Code::FileTooLarge);
            assert!(diagnostic.span.is_some() || file_level, "{}: {diagnostic:?}", path.display());
            assert!(diagnostic.help.is_some_and(|help| !help.is_empty()), "{}", path.display());
        }
    }
}

/// Codes of scenarios and of the gate that no golden scenario shows, with the reason.
const NOT_SHOWN: &[Code] = &[
    // The files would be large.
    Code::FileTooLarge,
    Code::NodesOverflow,
    Code::LogOverLimit,
    // The system's words are in the message.
    Code::LogUnreadable,
    // Scenario files say it with S0115 and S0116, before the gate.
    Code::UnknownIndex,
    // There is no such rule.
    Code::Refused,
];

#[test]
fn every_code_of_scenarios_is_shown_by_one() {
    let shown: BTreeSet<Code> = cases().iter().flat_map(|path| messages(path)).map(|d| d.code).collect();
    let missing: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| code.as_str().starts_with(['S', 'L', 'M', 'T']))
        .filter(|code| !shown.contains(code) && !NOT_SHOWN.contains(code))
        .map(|code| code.as_str())
        .collect();
    assert!(missing.is_empty(), "no golden scenario shows {missing:?}");
}
