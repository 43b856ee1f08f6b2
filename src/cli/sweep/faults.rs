//! A device that fails midway, through the command: what it writes, says and returns.

use super::*;
use crate::cli::args::{BackendArg, ColorWhen, GridArgs};
use crate::sweep::runner::Runner;
use crate::sweep::runner::faulty::{Fault, Faulty, lost};
use std::fs;
use std::path::Path as FilePath;
use std::sync::LazyLock;

/// One job, so that many configurations take no time.
const SCENARIO: &str = r#"(
    name: "faulty",
    clusters: [(name: "cpu", vm_size: "Standard_D4s_v3", max_nodes: 8, idle_time: "5m")],
    region: (name: "westeurope"),
    workload: (jobs: [(submit: "1m", service: "10m")]),
)"#;

/// 1,100 configurations: a chunk of 1,024, and 76 in the next.
const AXES: [&str; 2] = ["max_nodes=1..100", "idle_time=1s..11s:1s"];
const ROWS: usize = 1_100;
const CHUNK: usize = 1_024;

/// Runs the command on a device with a fault, or on the CPU: exit code, and the directory of results.
fn run(backend: BackendArg, fault: Option<Fault>) -> (u8, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("faulty.ron");
    fs::write(&scenario, SCENARIO).unwrap();
    let grid = GridArgs {
        scenario,
        vary: AXES.map(str::to_owned).to_vec(),
        backend,
        out: Some(folder.path().join("out")),
        ..GridArgs::default()
    };
    let args = SweepArgs { grid, ..SweepArgs::default() };
    let output = Output::new(ColorWhen::Never, true);
    let done = super::run(
        &args,
        &[],
        &output,
        &Pace { chunk: Some(CHUNK as u64), ..Pace::default() },
        || (),
        |args, loaded, plan, models| match fault {
            None => Chosen::new(args, loaded, plan, models),
            Some(fault) => {
                let device = Faulty::new(fault, CHUNK);
                Ok(Chosen { runner: Runner::on(args.grid.backend.into(), device), why: None })
            }
        },
    );
    let code = done.and_then(|(_, ended)| code_of(ended));
    (code.unwrap_or_else(|error| error.exit_code()), folder)
}

/// All rows, as the CPU gives them.
static ON_CPU: LazyLock<String> = LazyLock::new(|| read(&run(BackendArg::Cpu, None).1, files::WHOLE));

fn read(folder: &tempfile::TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join("out").join(name)).unwrap_or_default()
}

/// What the manifest says of the sweep.
fn entry(folder: &tempfile::TempDir) -> serde_json::Value {
    let manifest: serde_json::Value = serde_json::from_str(&read(folder, "manifest.json")).unwrap();
    manifest["sweep"].clone()
}

fn exists(folder: &tempfile::TempDir, name: &str) -> bool {
    FilePath::new(&folder.path().join("out")).join(name).exists()
}

#[test]
fn a_demanded_gpu_that_is_lost_leaves_what_is_complete() {
    let (code, folder) = run(BackendArg::Gpu, Some(Fault::After(CHUNK, lost())));
    assert_eq!(code, exit_code::NO_GPU);
    assert!(!exists(&folder, files::WHOLE), "not all is there");
    let partial = read(&folder, PARTIAL);
    assert_eq!(partial.lines().count(), 1 + CHUNK);
    let entry = entry(&folder);
    assert_eq!(entry["complete"], false);
    assert_eq!(entry["rows"], CHUNK);
    let note = entry["note"].as_str().unwrap();
    assert!(note.contains("the GPU was lost: its driver ended it"), "{note}");
    // What there is, is what there would be.
    assert_eq!(ON_CPU.lines().count(), 1 + ROWS);
    assert!(ON_CPU.starts_with(&partial), "the complete rows are the same");
}

#[test]
fn a_demanded_gpu_that_is_lost_at_once_leaves_nothing() {
    let (code, folder) = run(BackendArg::Gpu, Some(Fault::After(0, lost())));
    assert_eq!(code, exit_code::NO_GPU);
    assert!(!exists(&folder, ""), "no directory of nothing");
}

#[test]
fn the_cpu_goes_on_where_a_gpu_is_lost() {
    let (code, folder) = run(BackendArg::Auto, Some(Fault::After(CHUNK, lost())));
    assert_eq!(code, exit_code::FINE);
    assert!(read(&folder, files::WHOLE) == *ON_CPU, "the rows are the same");
    let entry = entry(&folder);
    assert_eq!(entry["complete"], true);
    assert_eq!(entry["notices"][0], "the GPU was lost: its driver ended it: going on with the CPU");
    let backend = entry["backend"].as_str().unwrap();
    assert!(backend.starts_with("CPU"), "{backend}");
}

#[test]
fn a_gpu_with_little_memory_gets_smaller_pieces() {
    let (code, folder) = run(BackendArg::Gpu, Some(Fault::MemoryFor(300)));
    assert_eq!(code, exit_code::FINE);
    assert!(read(&folder, files::WHOLE) == *ON_CPU, "the rows are the same");
    let entry = entry(&folder);
    assert_eq!(entry["backend"], "GPU faulty (none)");
    let notices: Vec<&str> = entry["notices"].as_array().unwrap().iter().flat_map(|n| n.as_str()).collect();
    let said = |n: &str| format!("the GPU is out of memory: going on with {n} configurations at a time");
    assert_eq!(notices, [said("512"), said("256")]);
}

#[test]
fn a_demanded_gpu_without_memory_for_a_piece_is_an_error() {
    let (code, folder) = run(BackendArg::Gpu, Some(Fault::MemoryFor(0)));
    assert_eq!(code, exit_code::NO_GPU);
    assert!(!exists(&folder, ""), "no directory of nothing");
}
