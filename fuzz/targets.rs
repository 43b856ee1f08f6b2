//! What each fuzz target does with its bytes. The tests replay the seeds through the same functions, so that a
//! target that rots is noticed without a fuzzer.
//!
//! A target passes if it returns: whatever the bytes say, nothing panics, overflows or hangs, and a value that
//! was read is written as text that reads as the same value.

#![allow(dead_code, reason = "each fuzz program uses one of them")]

use nodetide::diagnostic::{Diagnostic, Source, render, to_json};
use nodetide::lowering;
use nodetide::scenario::{Scenario, check, parse};
use nodetide::units::{Money, Price, Resolution, TimeSpan};
use nodetide::workload::{self, Calendar, Context};
use std::fmt::{Debug, Display};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

/// Longest number in digits for which jobs are drawn: more would only make many of them.
const DIGITS: usize = 4;

fn has_long_number(data: &[u8]) -> bool {
    data.split(|b| !b.is_ascii_digit()).any(|digits| digits.len() > DIGITS)
        || data.windows(2).any(|pair| pair[0].is_ascii_digit() && matches!(pair[1], b'e' | b'E'))
}

/// A scenario file, RON or JSON: read, checked, its jobs drawn, and every complaint printed.
pub(crate) fn scenario(data: &[u8]) {
    let Ok(source) = parse::text("scenario", data.to_vec()) else { return };
    if has_long_number(data) {
        let (parsed, mut found) = parse::parse(&source, None);
        found.extend(parsed.as_ref().map(check).unwrap_or_default());
        print(&found);
    } else {
        lower(&source, PathBuf::from("."));
    }
}

/// A file in the ticks format, run where it is short.
pub(crate) fn ticks(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && !has_long_number(data)
    {
        let _ = nodetide::ticks::run_text(text);
    }
}

/// A log in the Standard Workload Format, gzipped or not.
pub(crate) fn swf(data: &[u8]) {
    static SCENARIO: OnceLock<Scenario> = OnceLock::new();
    log(data, &SCENARIO, "Swf()");
}

/// A log as a table, gzipped or not.
pub(crate) fn csv(data: &[u8]) {
    static SCENARIO: OnceLock<Scenario> = OnceLock::new();
    log(
        data,
        &SCENARIO,
        "Csv(submit: (column: \"submit\", unit: DateTime(\"%Y-%m-%d %H:%M:%S\")), \
         service: Duration((column: \"seconds\", unit: Seconds)), nodes: CeilDiv(\"gpus\", 4), team: \"team\")",
    );
}

/// A duration.
pub(crate) fn durations(data: &[u8]) {
    round_trip::<TimeSpan>(data);
}

/// An amount, and a price.
pub(crate) fn prices(data: &[u8]) {
    round_trip::<Money>(data);
    round_trip::<Price>(data);
}

/// What was read is written as text that reads as the same.
fn round_trip<T: FromStr + Display + PartialEq + Debug>(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(value) = text.parse::<T>() else { return };
    let written = value.to_string();
    let again = written.parse::<T>().ok();
    assert_eq!(again.as_ref(), Some(&value), "{text:?} was read as a value that is written {written:?}");
}

/// Builds the jobs of a scenario whose one log has these bytes. The scenario is read once: a fuzzer that reads it
/// anew for every input spends its time there.
fn log(data: &[u8], scenario: &OnceLock<Scenario>, format: &str) {
    let scenario = scenario.get_or_init(|| {
        let text = format!("(clusters: [], workload: (logs: [(path: \"log\", format: {format})]))");
        let (scenario, found) = parse::parse(&Arc::new(Source::new("scenario.ron", text)), None);
        assert!(found.is_empty(), "{}", render(&found, false));
        scenario.expect("a scenario without complaints").scenario
    });
    let zone = workload::zone(Some("Europe/Berlin")).expect("a zone");
    let calendar = Calendar::parse("2026-03-02 00:00:00", &zone).expect("a date");
    let context = Context {
        resolution: Resolution::S1,
        seed: 1,
        replication: 0,
        horizon: None,
        calendar: Some(&calendar),
        zone: &zone,
        clusters: &["cluster".to_owned()],
        base_dir: Path::new("."),
        open: &|_| Ok(Box::new(Cursor::new(data.to_vec()))),
    };
    match workload::build(&scenario.workload, &context) {
        Ok(jobs) => {
            assert!(jobs.jobs.is_sorted_by_key(|job| job.submit), "jobs are in the order of submission")
        }
        Err(errors) => {
            assert!(!errors.is_empty(), "a refusal says why");
            errors.iter().for_each(|error| assert!(!error.to_string().is_empty(), "and in words"));
        }
    }
}

fn lower(source: &Arc<Source>, directory: PathBuf) {
    match lowering::load_source(source, directory) {
        Ok((_, lowered)) => print(&lowered.warnings),
        Err(found) => {
            assert!(!found.is_empty(), "a refusal says why");
            print(&found);
        }
    }
}

/// Complaints are printed with excerpts of the source, where a wrong place would panic.
fn print(found: &[Diagnostic]) {
    let text = render(found, false);
    assert_eq!(text.is_empty(), found.is_empty(), "every complaint has a text");
    let _ = to_json(found);
}
