//! Every field of every result: random scenarios where ties are frequent, and the worked examples.

use crate::random::{input, repair};
use crate::{kernel, kernel_in, minimal, setting};
use libtest_mimic::Failed;
use nodetide::engine::input::{Discipline, Input, OnEviction};
use nodetide::engine::{self, Detail, Model, RunResult, Settings};
use nodetide::sweep::Configuration;
use nodetide::sweep::gpu::source::Features;
use nodetide::sweep::gpu::{Design, GpuError, Kernel, features_of};
use nodetide::ticks::{Json, read_scenario};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

/// Pairs of a scenario and a configuration in an ordinary run.
const PAIRS: u64 = 2_400;

/// Configurations of a scenario.
const VARIANTS: u32 = 4;

/// A scenario of one cluster that is for the kernel: like those of the engine's tests, and sometimes many times as
/// wide, so that slots fill several words.
pub(crate) fn scenario() -> impl Strategy<Value = Input> {
    let factor = prop_oneof![6 => Just(1_u32), 2 => Just(12_u32), 1 => Just(40_u32)];
    (input(), factor).prop_map(|(mut input, factor)| {
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
fn variant(input: &Input, number: u32) -> Option<Input> {
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
fn configuration(model: usize, input: &Input) -> Configuration {
    let cluster = &input.clusters[0];
    let settings = Settings {
        min_nodes: cluster.min_nodes,
        max_nodes: cluster.max_nodes,
        idle_time: cluster.idle_time,
        initial_nodes: cluster.initial_nodes,
    };
    Configuration { model, settings: Box::new([settings]) }
}

fn model(input: &Input) -> Model {
    Model::new(input.clone()).unwrap_or_else(|refusals| panic!("refused: {refusals:?}\n{input:?}"))
}

/// What the engine says.
fn reference(input: &Input) -> RunResult {
    engine::run(&model(input), Detail::Sums).0
}

/// The engine's result without what the kernel was not asked for.
fn comparable(mut result: RunResult, turnarounds: bool) -> RunResult {
    if !turnarounds {
        result.clusters[0].turnaround_histogram.clear();
    }
    result
}

/// Scenarios, and the configurations that are made of each.
pub(crate) struct Cases {
    trees: Vec<Box<dyn ValueTree<Value = Input>>>,
    models: Vec<Model>,
    /// Model, configuration.
    pairs: Vec<(usize, Input)>,
}

/// So many pairs, from a seed.
pub(crate) fn cases(pairs: u64, seed: u64) -> Cases {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = scenario();
    let mut cases = Cases { trees: Vec::new(), models: Vec::new(), pairs: Vec::new() };
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

/// How the pairs are divided among pipelines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pipelines {
    /// One that has every part of the kernel.
    Whole,
    /// Specialised ones; at most eight, since a software driver takes ten seconds for each.
    Specialised,
}

impl Pipelines {
    fn of(self, features: Features) -> Features {
        match self {
            Self::Whole => Features::default(),
            Self::Specialised => {
                let jobs = features.cancellations || features.extras || features.withdrawals;
                Features { cancellations: jobs, extras: jobs, withdrawals: jobs, ..features }
            }
        }
    }
}

fn go_on(_: usize) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The first pair in which kernel and engine differ.
pub(crate) fn first_difference(
    kernel: &mut Kernel,
    cases: &Cases,
    pipelines: Pipelines,
) -> Result<Option<usize>, Failed> {
    let mut groups: BTreeMap<Features, Vec<usize>> = BTreeMap::new();
    for (i, (number, _)) in cases.pairs.iter().enumerate() {
        let features = pipelines.of(features_of(&cases.models[*number]));
        groups.entry(features).or_default().push(i);
    }
    let mut first = None;
    for pairs in groups.values() {
        let configurations: Vec<Configuration> =
            pairs.iter().map(|i| configuration(cases.pairs[*i].0, &cases.pairs[*i].1)).collect();
        let results = match kernel.run(&cases.models, &configurations, &mut go_on) {
            // The host saw the difference.
            Err(GpuError::Broken { index, .. }) => {
                first = Some(first.map_or(pairs[index], |before: usize| before.min(pairs[index])));
                continue;
            }
            other => other?,
        };
        for (i, found) in pairs.iter().zip(results) {
            if found != comparable(reference(&cases.pairs[*i].1), true) {
                first = Some(first.map_or(*i, |before: usize| before.min(*i)));
                break;
            }
        }
    }
    Ok(first)
}

/// Whether kernel and engine agree on each variant of an input.
fn agrees(kernel: &mut Kernel, input: &Input) -> Result<bool, Failed> {
    let models = [model(input)];
    for number in 0..VARIANTS {
        let Some(other) = variant(input, number) else { continue };
        let found = match kernel.run(&models, &[configuration(0, &other)], &mut go_on) {
            Err(GpuError::Broken { .. }) => return Ok(false),
            other => other?,
        };
        if found[0] != reference(&other) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The smallest input in which they still differ, and how.
fn shrink(kernel: &mut Kernel, tree: &mut dyn ValueTree<Value = Input>) -> Result<String, Failed> {
    let mut smallest = tree.current();
    let mut differs = true;
    for _ in 0..400 {
        if !(if differs { tree.simplify() } else { tree.complicate() }) {
            break;
        }
        let input = tree.current();
        differs = input.refusals().is_empty() && !agrees(kernel, &input)?;
        if differs {
            smallest = input;
        }
    }
    let models = [model(&smallest)];
    for number in 0..VARIANTS {
        let Some(other) = variant(&smallest, number) else { continue };
        let found = kernel.run(&models, &[configuration(0, &other)], &mut go_on)?;
        let expected = reference(&other);
        if found[0] != expected {
            let scenario = minimal::scenario(&other);
            return Ok(format!(
                "ticks file of the smallest scenario:\n{scenario}\nengine: {expected:#?}\nkernel: {:#?}",
                found[0]
            ));
        }
    }
    Ok(format!("it no longer differs when shrunk: {smallest:?}"))
}

pub(crate) fn random_scenarios() -> Result<(), Failed> {
    let (pairs, seed) = (setting("NODETIDE_PARITY_PAIRS", PAIRS), setting("NODETIDE_PARITY_SEED", 1));
    let mut kernel = kernel()?;
    let mut cases = cases(pairs, seed);
    let difference = first_difference(&mut kernel, &cases, Pipelines::Specialised)?;
    println!(
        "{} pairs of {} scenarios, seed {seed}, {} pipelines, {:?} dispatches and fuel",
        cases.pairs.len(),
        cases.models.len(),
        kernel.pipeline_count(),
        kernel.dispatches()
    );
    if kernel.pipeline_count() < 6 {
        return Err("the scenarios should need more pipelines".into());
    }
    match difference {
        None => Ok(()),
        Some(i) => {
            let number = cases.pairs[i].0;
            Err(shrink(&mut kernel, cases.trees[number].as_mut())?.into())
        }
    }
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
    let results = kernel()?.run(&models, &configurations, &mut go_on)?;
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
    let cases = cases(300, 7);
    match first_difference(&mut kernel, &cases, Pipelines::Whole)? {
        None => Ok(()),
        Some(i) => {
            Err(format!("it differs with little fuel: {}", minimal::scenario(&cases.pairs[i].1)).into())
        }
    }
}

pub(crate) fn layouts() -> Result<(), Failed> {
    let mut kernel = kernel()?;
    kernel.interleave(true);
    let cases = cases(300, 8);
    match first_difference(&mut kernel, &cases, Pipelines::Whole)? {
        None => Ok(()),
        Some(i) => {
            Err(format!("it differs when interleaved: {}", minimal::scenario(&cases.pairs[i].1)).into())
        }
    }
}

/// One subgroup a configuration: the same results, wherever a run pauses. `NODETIDE_PARITY_PAIRS` asks for more here too.
pub(crate) fn subgroups() -> Result<(), Failed> {
    let mut kernel = kernel_in(Design::Subgroup)?;
    let seed = setting("NODETIDE_PARITY_SEED", 9);
    for (pairs, fuel) in [(setting("NODETIDE_PARITY_PAIRS", 600), None), (100, Some(1))] {
        kernel.faults.fuel = fuel;
        let mut cases = cases(pairs, seed);
        if let Some(i) = first_difference(&mut kernel, &cases, Pipelines::Whole)? {
            let number = cases.pairs[i].0;
            return Err(shrink(&mut kernel, cases.trees[number].as_mut())?.into());
        }
    }
    Ok(())
}
