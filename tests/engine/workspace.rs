//! Runs that take over the memory of earlier ones, with settings of their own, are the runs that do not.

use crate::properties::cases;
use crate::support::random::{input, model};
use nodetide::engine::input::Input;
use nodetide::engine::{self, Detail, Model, Settings, Workspace};
use nodetide::{lowering, ticks};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// Files of a folder of the project, by name.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("a folder");
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == extension));
    paths.sort();
    paths
}

/// Runs of all models in one workspace, forwards and back, each as one in memory of its own.
fn assert_as_alone(models: &[Model]) {
    let mut workspace = Workspace::new();
    let alone: Vec<_> = models.iter().map(|m| engine::run(m, Detail::Sums).0).collect();
    let there = models.iter().zip(&alone);
    for (i, (model, alone)) in there.clone().chain(there.rev()).enumerate() {
        assert_eq!(workspace.run(model, &model.settings()), alone, "run {i}");
    }
}

#[test]
fn shipped_scenarios_run_in_one_workspace() {
    let models: Vec<Model> = files("scenarios", "ron")
        .iter()
        .map(|path| lowering::load_file(path).unwrap_or_else(|e| panic!("{}: {e:?}", path.display())).1)
        .map(|lowered| model(&lowered.input))
        .collect();
    assert!(models.len() >= 8, "were scenarios lost?");
    assert_as_alone(&models);
}

#[test]
fn examples_run_in_one_workspace() {
    let models: Vec<Model> = files("tests/data/ticks", "json")
        .iter()
        .map(|path| {
            let file = std::fs::read_to_string(path).expect("readable");
            let file: serde_json::Value = serde_json::from_str(&file).expect("JSON");
            let json = ticks::Json::parse(&file["scenario"].to_string()).expect("JSON");
            ticks::read_scenario(&json, None).expect("it can be run").model
        })
        .collect();
    assert!(models.len() >= 60, "were examples lost?");
    assert_as_alone(&models);
}

/// Settings of one cluster, most of them without a contradiction.
fn settings() -> impl Strategy<Value = Settings> {
    let counts = (1..7_u32, 0..6_u32, 0..6_u32, prop::bool::weighted(0.9));
    (counts, 0..9_u32).prop_map(|((max_nodes, min, initial, sensible), idle_time)| {
        let bound = if sensible { max_nodes.min(5) } else { u32::MAX };
        let (min_nodes, initial_nodes) = (min.min(bound), initial.min(bound));
        Settings { min_nodes, max_nodes, idle_time, initial_nodes }
    })
}

/// The input with other settings.
fn with(input: &Input, settings: &[Settings]) -> Input {
    let mut input = input.clone();
    for (cluster, s) in input.clusters.iter_mut().zip(settings) {
        (cluster.min_nodes, cluster.max_nodes) = (s.min_nodes, s.max_nodes);
        (cluster.idle_time, cluster.initial_nodes) = (s.idle_time, s.initial_nodes);
    }
    input
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn nothing_is_left_of_the_runs_before(inputs in prop::collection::vec(input(), 2..7)) {
        assert_as_alone(&inputs.iter().map(model).collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn settings_are_those_of_an_input(
        input in input(),
        configurations in prop::collection::vec(prop::collection::vec(settings(), 3), 1..4),
    ) {
        let base = model(&input);
        let mut workspace = Workspace::new();
        for settings in &configurations {
            let settings = &settings[..input.clusters.len()];
            match Model::with_jobs_of(with(&input, settings), &base) {
                Ok(model) => {
                    prop_assert_eq!(base.refusals_of(settings), []);
                    prop_assert_eq!(model.settings(), settings);
                    prop_assert!(model.shares_jobs_with(&base));
                    let alone = engine::run(&model, Detail::Sums).0;
                    prop_assert_eq!(workspace.run(&base, settings), &alone);
                    let own = engine::run(&base, Detail::Sums).0;
                    prop_assert_eq!(workspace.run(&base, &base.settings()), &own);
                }
                Err(refusals) => prop_assert_eq!(base.refusals_of(settings), refusals),
            }
        }
    }

    #[test]
    fn jobs_are_shared_only_where_they_are_the_same(one in input(), speed in (1..4_u32, 1..4_u32)) {
        let base = model(&one);
        let mut other = one.clone();
        other.clusters[0].speed = speed;
        other.clusters[0].boot_delay = [3, 1].into();
        let Ok(sharing) = Model::with_jobs_of(other.clone(), &base) else { return Ok(()) };
        let same = |id: usize| sharing.running(id) == base.running(id);
        prop_assert!(!sharing.shares_jobs_with(&base) || (0..one.jobs.len()).all(same));
        prop_assert_eq!(engine::run(&sharing, Detail::All), engine::run(&model(&other), Detail::All));
    }
}

/// The two that the random ones seldom make: valid settings, and refused ones.
#[test]
fn refused_settings_say_why() {
    let input = Input { billing_quantum: 1, clusters: vec![Default::default()], ..Input::default() };
    let base = model(&input);
    let rules = |min_nodes, max_nodes, initial_nodes| -> Vec<&str> {
        let settings = Settings { min_nodes, max_nodes, idle_time: 0, initial_nodes };
        base.refusals_of(&[settings]).iter().map(|r| r.rule).collect()
    };
    assert_eq!(rules(0, 1, 1), [""; 0]);
    assert_eq!(rules(2, 1, 0), ["min-over-max"]);
    assert_eq!(rules(0, 101, 0), ["max-over-limit"]);
    assert_eq!(rules(0, 0, 1), ["max-nodes-zero", "initial-over-limit"]);
}
