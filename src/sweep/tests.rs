//! Results and their memory, and the CPU backend.

use super::cpu::Cpu;
use super::*;
use crate::engine::input::{ClusterInput, Input, JobInput};
use crate::engine::{Model, Workspace};

/// A model whose jobs need these identities, one after another.
fn identified(identities: std::ops::Range<u32>) -> Model {
    let cluster =
        ClusterInput { max_nodes: 4, identities: identities.clone().collect(), ..ClusterInput::default() };
    let jobs = (0u32..).zip(identities);
    let jobs = jobs.map(|(i, identity)| JobInput {
        submit: i,
        service: 7,
        identity: Some(identity),
        ..JobInput::default()
    });
    let input =
        Input { clusters: vec![cluster], jobs: jobs.collect(), billing_quantum: 1, ..Input::default() };
    Model::new(input).expect("an input")
}

pub(super) fn model() -> Model {
    let cluster = ClusterInput { max_nodes: 9, ..ClusterInput::default() };
    let jobs =
        (0..300).map(|i| JobInput { submit: 2 * i, service: 7 + i % 5, ..JobInput::default() }).collect();
    Model::new(Input { clusters: vec![cluster], jobs, billing_quantum: 1, ..Input::default() })
        .expect("an input")
}

/// Configurations of one model, all with other results.
pub(super) fn configurations(count: u32) -> Vec<Configuration> {
    let of = |i| {
        let settings = Settings { min_nodes: 0, max_nodes: 1 + i % 9, idle_time: i, initial_nodes: 0 };
        Configuration { model: 0, settings: Box::new([settings]) }
    };
    (0..count).map(of).collect()
}

/// What the engine says, one after another.
pub(super) fn expected(configurations: &[Configuration]) -> Vec<RunResult> {
    let (model, mut workspace) = (model(), Workspace::new());
    configurations.iter().map(|c| workspace.run(&model, &c.settings).clone()).collect()
}

#[test]
fn the_obstacles_of_all_models_count() {
    assert_eq!(obstacles_of(&[identified(0..3), identified(0..32)]), []);
    let models = [identified(0..3), identified(0..34), identified(0..40), identified(0..33)];
    assert_eq!(obstacles_of(&models), [Obstacle::Identities(40)], "the most of them, once");
}

#[test]
#[should_panic(expected = "not for a kernel")]
fn more_identities_than_bits_are_never_words() {
    let _ = identified(0..33).flat();
}

#[test]
fn the_cpu_backend_gives_what_the_engine_gives_in_order() {
    let configurations = configurations(500);
    let expected = expected(&configurations);
    let (cpu, mut results) = (Cpu::new(), Results::new());
    // The second time in memory that has other results in it.
    for part in [&configurations[100..], &configurations[..300]] {
        results.clear();
        cpu.run(&[model()], part, &Progress::default(), &mut results);
        assert_eq!(results.len(), part.len());
        let from = if part.len() == 300 { 0 } else { 100 };
        assert!(results.iter().eq(&expected[from..from + part.len()]));
    }
    // Added to those that are there.
    cpu.run(&[model()], &configurations[300..], &Progress::default(), &mut results);
    assert!(results.into_vec() == expected);
}

#[test]
fn what_is_complete_when_it_stops_is_a_whole_beginning() {
    let configurations = configurations(100_000);
    let (progress, models) = (Progress::default(), [model()]);
    let mut results = Results::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while progress.done() < 50 {
                std::thread::yield_now();
            }
            progress.stop();
        });
        Cpu::new().run(&models, &configurations, &progress, &mut results);
    });
    let kept = results.len();
    assert!((50..configurations.len()).contains(&kept), "{kept} are kept");
    assert_eq!(kept, progress.done(), "what was begun is ended, and nothing else");
    assert!(results.into_vec() == expected(&configurations[..kept]));
}

#[test]
fn results_find_their_places() {
    let end = |results: &Results| results.iter().map(|r| r.end).collect::<Vec<_>>();
    // Places in the order in which they were run; so many of them were.
    for (order, done, right) in [
        (vec![2, 0, 3, 1], 4, vec![0, 1, 2, 3]),
        (vec![2, 0, 3, 1], 3, vec![0]),
        (vec![0, 2, 1, 3], 3, vec![0, 1, 2]),
        (vec![3, 2, 1, 0], 3, vec![]),
        (vec![], 0, vec![]),
    ] {
        let mut results = Results::new();
        for (result, place) in results.room(done).iter_mut().zip(&order) {
            result.end = *place as u32;
        }
        results.keep(done);
        results.place(order);
        assert_eq!(end(&results), right);
    }
}

#[test]
fn work_beside_stops_with_it_and_counts_for_itself() {
    let progress = Progress::default();
    let beside = progress.beside();
    beside.add(3);
    progress.stop();
    assert_eq!((progress.done(), beside.done(), beside.stopped()), (0, 3, true));
}
