//! Every field of every result: random scenarios where ties are frequent, and the worked examples.

use crate::difference::{first_difference, told};
use crate::pipelines::{self, Pipelines};
use crate::random::{input, repair};
use crate::{kernel, kernel_in, setting};
use libtest_mimic::Failed;
use nodetide::engine::input::{Discipline, Input, OnEviction};
use nodetide::engine::{self, Detail, Model, RunResult, Settings};
use nodetide::sweep::Configuration;
use nodetide::sweep::gpu::{Design, Kernel};
use nodetide::ticks::{Json, read_scenario};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::ops::ControlFlow;
use std::path::Path;

/// Pairs of a scenario and a configuration in an ordinary run.
const PAIRS: u64 = 2_400;

/// Configurations of a scenario.
pub(crate) const VARIANTS: u32 = 4;

/// A scenario of one cluster that is for the kernel: like those of the engine's tests, and sometimes many times as
/// wide, so that slots fill several words. Many are without some of what pipelines are told apart by, since chance
/// alone gives nearly every scenario nearly all of it.
pub(crate) fn scenario() -> impl Strategy<Value = Input> {
    let factor = prop_oneof![6 => Just(1_u32), 2 => Just(12_u32), 1 => Just(40_u32)];
    let parts = prop_oneof![
        // First, so that a difference is shrunk to the least that it needs.
        2 => (0..pipelines::ORDINARY.len()).prop_map(|i| Some(pipelines::ordinary(i).0)),
        1 => any::<[bool; 5]>().prop_map(Some),
        3 => Just(None),
    ];
    (input(), factor, parts).prop_map(|(mut input, factor, parts)| {
        input.clusters.truncate(1);
        let cluster = &mut input.clusters[0];
        cluster.discipline = Discipline::Fifo;
        if matches!(cluster.on_eviction, OnEviction::Resubmit(_)) {
            cluster.on_eviction = OnEviction::Requeue;
        }
        // A run that goes in circles is cut off early: 65,536 turns would say no more.
        input.bounds.repetitions = 60;
        if factor > 1 {
            // Turns grow with the nodes.
            input.jobs.truncate(6);
            widen(&mut input, factor);
        }
        if let Some(parts) = parts {
            pipelines::restrict(&mut input, parts);
        }
        repair(input)
    })
}

/// Everything that is counted in nodes, so many times.
fn widen(input: &mut Input, factor: u32) {
    let times = |n: &mut u32| *n = n.saturating_mul(factor);
    let cluster = &mut input.clusters[0];
    cluster.communication_limit = 1000;
    for n in [&mut cluster.max_nodes, &mut cluster.min_nodes, &mut cluster.initial_nodes] {
        times(n);
    }
    cluster.capacity.iter_mut().for_each(|step| times(&mut step.nodes));
    input.subnets.iter_mut().for_each(times);
    input.quotas.iter_mut().for_each(|quota| times(&mut quota.vcpus));
    input.quota_steps.iter_mut().for_each(|step| times(&mut step.vcpus));
    input.outside_usage.iter_mut().for_each(|step| times(&mut step.vcpus));
    for update in &mut input.updates {
        update.min_nodes.iter_mut().for_each(times);
        update.max_nodes.iter_mut().for_each(times);
    }
    for (i, job) in input.jobs.iter_mut().enumerate() {
        // Uneven, so that gangs do not fit by turns.
        job.nodes = (job.nodes * factor).saturating_sub(i as u32 % 3).max(1);
    }
}

/// The same scenario with other settings, if they mean something.
pub(crate) fn variant(input: &Input, number: u32) -> Option<Input> {
    let mut other = input.clone();
    let cluster = &mut other.clusters[0];
    match number {
        0 => {}
        1 => cluster.max_nodes += 1,
        2 => {
            cluster.idle_time += 2;
            cluster.min_nodes = cluster.min_nodes.saturating_sub(1);
        }
        _ => {
            cluster.max_nodes = cluster.max_nodes.div_ceil(2);
            cluster.min_nodes = cluster.min_nodes.min(cluster.max_nodes);
            cluster.initial_nodes = cluster.initial_nodes.min(cluster.max_nodes);
            cluster.idle_time /= 2;
        }
    }
    other.refusals().is_empty().then_some(other)
}

/// A configuration of a model, with the settings of an input.
pub(crate) fn configuration(model: usize, input: &Input) -> Configuration {
    let cluster = &input.clusters[0];
    let settings = Settings {
        min_nodes: cluster.min_nodes,
        max_nodes: cluster.max_nodes,
        idle_time: cluster.idle_time,
        initial_nodes: cluster.initial_nodes,
    };
    Configuration { model, settings: Box::new([settings]) }
}

pub(crate) fn model(input: &Input) -> Model {
    Model::new(input.clone()).unwrap_or_else(|refusals| panic!("refused: {refusals:?}\n{input:?}"))
}

/// What the engine says.
pub(crate) fn reference(input: &Input) -> RunResult {
    engine::run(&model(input), Detail::Sums).0
}

/// The engine's result without what the kernel was not asked for.
pub(crate) fn comparable(mut result: RunResult, turnarounds: bool) -> RunResult {
    if !turnarounds {
        result.clusters[0].turnaround_histogram.clear();
    }
    result
}

/// Scenarios, and the configurations that are made of each.
pub(crate) struct Cases {
    pub(crate) seed: u64,
    pub(crate) trees: Vec<Box<dyn ValueTree<Value = Input>>>,
    pub(crate) models: Vec<Model>,
    /// Model, configuration.
    pub(crate) pairs: Vec<(usize, Input)>,
}

/// Chance, from a seed.
pub(crate) fn runner(seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    TestRunner::new_with_rng(Config::default(), rng)
}

/// So many pairs, from a seed.
pub(crate) fn cases(pairs: u64, seed: u64) -> Cases {
    let mut runner = runner(seed);
    let strategy = scenario();
    let mut cases = Cases { seed, trees: Vec::new(), models: Vec::new(), pairs: Vec::new() };
    while (cases.pairs.len() as u64) < pairs {
        let tree = strategy.new_tree(&mut runner).expect("a scenario");
        let input = tree.current();
        if !input.refusals().is_empty() {
            continue;
        }
        let number = cases.models.len();
        cases.models.push(model(&input));
        cases.pairs.extend((0..VARIANTS).filter_map(|v| Some((number, variant(&input, v)?))));
        cases.trees.push(Box::new(tree));
    }
    cases
}

/// Kernel and engine agree on all pairs; a difference is shrunk, and its scenario put into a file of this name.
fn agree(kernel: &mut Kernel, cases: &mut Cases, pipelines: Pipelines, name: &str) -> Result<(), Failed> {
    let difference = first_difference(kernel, cases, pipelines)?;
    println!(
        "{name}: {} pairs of {} scenarios, seed {}, {} pipelines, {:?} dispatches and fuel",
        cases.pairs.len(),
        cases.models.len(),
        cases.seed,
        kernel.pipeline_count(),
        kernel.dispatches()
    );
    match difference {
        None => Ok(()),
        Some(difference) => Err(told(kernel, cases, &difference, name)?.text.into()),
    }
}

pub(crate) fn random_scenarios() -> Result<(), Failed> {
    let (pairs, seed) = (setting("NODETIDE_PARITY_PAIRS", PAIRS), setting("NODETIDE_PARITY_SEED", 1));
    let mut kernel = kernel()?;
    let mut cases = cases(pairs, seed);
    // Whoever asks for more than usual has time for more pipelines too.
    let pipelines = if pairs > PAIRS { Pipelines::Own } else { Pipelines::Ordinary };
    agree(&mut kernel, &mut cases, pipelines, "random")?;
    let count = kernel.pipeline_count();
    if count < 6 {
        return Err("the scenarios should need more pipelines".into());
    }
    let ordinary = pipelines::ORDINARY.len();
    if pipelines == Pipelines::Ordinary && (count > ordinary || pairs == PAIRS && count < ordinary) {
        return Err(format!("{count} pipelines were built in place of {ordinary}").into());
    }
    Ok(())
}

/// All worked examples that are in the kernel's scope.
pub(crate) fn examples() -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/ticks");
    let mut models = Vec::new();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let file: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
        let json = Json::parse(&file["scenario"].to_string()).map_err(|error| format!("{error:?}"))?;
        let Ok(scenario) = read_scenario(&json, None) else { continue };
        if scenario.model.obstacles().is_empty() {
            models.push(scenario.model);
            names.push(path);
        }
    }
    if models.len() < 15 {
        return Err(format!("only {} examples are in scope", models.len()).into());
    }
    let configurations: Vec<Configuration> = (models.iter().enumerate())
        .map(|(model, m)| Configuration { model, settings: m.settings().into() })
        .collect();
    let results = kernel()?.run(&models, &configurations, &mut |_| ControlFlow::Continue(()))?;
    for ((model, found), name) in models.iter().zip(results).zip(names) {
        let expected = engine::run(model, Detail::Sums).0;
        if found != expected {
            return Err(format!("{}\nengine: {expected:#?}\nkernel: {found:#?}", name.display()).into());
        }
    }
    Ok(())
}

/// The least fuel: every run pauses as often as it can.
pub(crate) fn pauses() -> Result<(), Failed> {
    let mut kernel = kernel()?;
    kernel.faults.fuel = Some(1);
    agree(&mut kernel, &mut cases(300, 7), Pipelines::Whole, "little-fuel")
}

pub(crate) fn layouts() -> Result<(), Failed> {
    let mut kernel = kernel()?;
    kernel.interleave(true);
    agree(&mut kernel, &mut cases(300, 8), Pipelines::Whole, "interleaved")
}

/// One subgroup a configuration: the same results, wherever a run pauses. `NODETIDE_PARITY_PAIRS` asks for more here too.
pub(crate) fn subgroups() -> Result<(), Failed> {
    let mut kernel = kernel_in(Design::Subgroup)?;
    let seed = setting("NODETIDE_PARITY_SEED", 9);
    for (pairs, fuel, name) in
        [(setting("NODETIDE_PARITY_PAIRS", 600), None, "subgroups"), (100, Some(1), "subgroups-little-fuel")]
    {
        kernel.faults.fuel = fuel;
        agree(&mut kernel, &mut cases(pairs, seed), Pipelines::Whole, name)?;
    }
    Ok(())
}
