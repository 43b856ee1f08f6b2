//! Standard output that is closed or full.

use super::run::SCENARIO;
use crate::support::{Place, done};
use nodetide::exit_code;
use std::fs::File;

/// A pipe that nobody reads any more.
fn closed_pipe() -> std::io::PipeWriter {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer
}

#[test]
fn a_closed_pipe_is_quiet() {
    let place = Place::new();
    let scenario = place.file("s.ron", SCENARIO);
    for args in [
        &["explain"][..],
        &["init", "-"],
        &["run", scenario],
        &["run", scenario, "--format", "json"],
        &["run", scenario, "--format", "csv"],
        &["--help"],
    ] {
        done(place.command(args).stdout(closed_pipe())).exits(exit_code::FINE).quietly();
    }
}

#[test]
fn a_closed_pipe_does_not_hide_a_missed_threshold() {
    let place = Place::new();
    let scenario = place.file("s.ron", &SCENARIO.replace("limit: \"5m\"", "limit: \"1s\""));
    done(place.command(&["run", scenario]).stdout(closed_pipe()))
        .exits(exit_code::THRESHOLD_MISSED)
        .quietly();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error() {
    let place = Place::new();
    let full = File::options().write(true).open("/dev/full").unwrap();
    done(place.command(&["explain"]).stdout(full)).exits(exit_code::IO).says("standard output");
}
