//! What a runner makes of a device's faults.

use super::faulty::{Fault, Faulty, lost};
use super::*;
use crate::sweep::tests::{configurations, expected, model};

struct Ran {
    ended: Result<(), SweepError>,
    results: Vec<crate::engine::RunResult>,
    done: usize,
    notices: Vec<String>,
    backend: Backend,
}

fn run(choice: Choice, fault: Fault) -> Ran {
    let mut runner = Runner::on(choice, Faulty::new(fault, 40));
    let (progress, mut results) = (Progress::default(), Results::new());
    let name = |i: usize| format!("configuration {} (idle_time = {i})", 1000 + i);
    let ended = runner.run(&[model()], &configurations(200), &name, &progress, &mut results);
    let (notices, backend) = (runner.take_notices(), runner.backend());
    Ran { ended, results: results.into_vec(), done: progress.done(), notices, backend }
}

fn is_gpu(backend: &Backend) -> bool {
    matches!(backend, Backend::Gpu { .. })
}

#[test]
fn out_of_memory_makes_pieces_smaller() {
    for choice in [Choice::Auto, Choice::Gpu] {
        // The CPU is better at few, where it may.
        let last = if choice == Choice::Gpu { 25 } else { 32 };
        let ran = run(choice, Fault::MemoryFor(32));
        assert_eq!(ran.ended, Ok(()));
        assert!(ran.results == expected(&configurations(200)));
        assert!(is_gpu(&ran.backend));
        let said = |n: u32| format!("the GPU is out of memory: going on with {n} configurations at a time");
        assert_eq!(ran.notices, [100, 50, last].map(said));
        assert_eq!(ran.done, 200);
    }
}

#[test]
fn pieces_stay_small() {
    let mut runner = Runner::on(Choice::Gpu, Faulty::new(Fault::MemoryFor(32), 40));
    let mut results = Results::new();
    for _ in 0..2 {
        let name = |_: usize| String::new();
        let progress = Progress::default();
        runner.run(&[model()], &configurations(100), &name, &progress, &mut results).unwrap();
    }
    assert_eq!(runner.take_notices().len(), 2, "it is told once");
    assert_eq!(results.len(), 200);
}

#[test]
fn the_cpu_goes_on_where_a_device_is_lost() {
    let ran = run(Choice::Auto, Fault::After(80, lost()));
    assert_eq!(ran.ended, Ok(()));
    assert!(ran.results == expected(&configurations(200)));
    assert!(!is_gpu(&ran.backend));
    assert_eq!(ran.notices, ["the GPU was lost: its driver ended it: going on with the CPU"]);
    assert_eq!(ran.done, 200, "nothing counts twice");
}

#[test]
fn the_cpu_goes_on_where_there_is_no_memory_for_a_small_piece() {
    let ran = run(Choice::Auto, Fault::MemoryFor(8));
    assert_eq!(ran.ended, Ok(()));
    assert!(ran.results == expected(&configurations(200)));
    assert_eq!(ran.notices.last().unwrap(), "the GPU is out of memory: going on with the CPU");
}

#[test]
fn a_demanded_gpu_that_is_lost_leaves_what_is_complete() {
    let ran = run(Choice::Gpu, Fault::After(80, lost()));
    let told = "the GPU was lost: its driver ended it".to_owned();
    assert_eq!(ran.ended, Err(SweepError::Device(told)));
    assert!(ran.results == expected(&configurations(80)));
    assert_eq!(ran.done, 80);
    assert!(is_gpu(&ran.backend), "what ran is what a manifest names");
}

#[test]
fn errors_name_the_configuration() {
    let stopped = GpuError::Stopped { index: 7 };
    let ran = run(Choice::Gpu, Fault::After(80, stopped));
    let told = "the driver stopped configuration 1087 (idle_time = 87) before it had ended".to_owned();
    assert_eq!(ran.ended, Err(SweepError::Device(told)));
    let broken = GpuError::Broken { index: 0, law: "jobs by outcome sum to jobs" };
    let ran = run(Choice::Auto, Fault::After(120, broken));
    assert_eq!(
        ran.notices,
        [
            "the GPU's result of configuration 1120 (idle_time = 120) breaks a law: jobs by outcome sum to jobs: going on \
             with the CPU"
        ]
    );
    assert!(ran.results == expected(&configurations(200)));
    // In a later piece.
    let mut runner =
        Runner::on(Choice::Gpu, Faulty::new(Fault::After(96, GpuError::Stopped { index: 1 }), 40));
    runner.piece = 32;
    let (progress, mut results) = (Progress::default(), Results::new());
    let name = |i: usize| format!("number {i}");
    let ended = runner.run(&[model()], &configurations(200), &name, &progress, &mut results);
    let told = "the driver stopped number 97 before it had ended".to_owned();
    assert_eq!(ended, Err(SweepError::Device(told)));
}

#[test]
fn an_interruption_keeps_what_is_complete() {
    let mut runner = Runner::on(Choice::Auto, Faulty::new(Fault::After(usize::MAX, lost()), 40));
    let (progress, mut results) = (Progress::default(), Results::new());
    progress.stop();
    let name = |_: usize| String::new();
    let ended = runner.run(&[model()], &configurations(200), &name, &progress, &mut results);
    assert_eq!(ended, Err(SweepError::Interrupted));
    assert!(results.into_vec() == expected(&configurations(40)), "the chunk that was under way had ended");
    assert!(is_gpu(&runner.backend()));
}

#[test]
fn the_cpu_keeps_what_is_complete_too() {
    let mut runner = Runner::new(Choice::Cpu, None, &[model()]).unwrap();
    let (progress, mut results) = (Progress::default(), Results::new());
    progress.stop();
    let name = |_: usize| String::new();
    let ended = runner.run(&[model()], &configurations(9), &name, &progress, &mut results);
    assert_eq!((ended, results.len()), (Err(SweepError::Interrupted), 0));
}
