//! The seeds of the fuzz targets, through what the targets do with them.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;

/// Replays every seed of a target; a panic names the file.
fn replay(target: &str, run: fn(&[u8])) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    assert!(seeds.len() > 3, "{target} has seeds");
    for seed in seeds {
        println!("{}", seed.display());
        run(&fs::read(&seed).unwrap());
    }
}

#[test]
fn scenarios() {
    replay("scenario", targets::scenario);
}

#[test]
fn ticks() {
    replay("ticks", targets::ticks);
}

#[test]
fn standard_workload_format() {
    replay("swf", targets::swf);
}

#[test]
fn tables() {
    replay("csv", targets::csv);
}

#[test]
fn durations() {
    replay("durations", targets::durations);
}

#[test]
fn prices() {
    replay("prices", targets::prices);
}
