//! Where kernel and engine differ: the first pair, the smallest scenario, and a file of it.

use crate::minimal;
use crate::parity::{Cases, VARIANTS, comparable, configuration, model, reference, variant};
use crate::pipelines::{Pipelines, companion};
use libtest_mimic::Failed;
use nodetide::engine::input::Input;
use nodetide::engine::{Model, RunResult};
use nodetide::sweep::gpu::source::Features;
use nodetide::sweep::gpu::{GpuError, Kernel};
use nodetide::sweep::{Configuration, Results};
use proptest::strategy::ValueTree;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// What the kernel gave in place of the engine's result.
pub(crate) enum Found {
    Result(Box<RunResult>),
    /// No result: the host saw that it breaks this law.
    Broken(&'static str),
}

/// A pair in which they differ.
pub(crate) struct Difference {
    /// Its number.
    pair: usize,
    /// The pipeline that it was run in.
    pipeline: Features,
}

/// A difference in words.
pub(crate) struct Told {
    pub(crate) text: String,
    /// The scenario's file, if it was written.
    pub(crate) file: Option<PathBuf>,
    pub(crate) smallest: Input,
}

/// The first of some pairs (model, configuration) that differs when all are run in one pipeline. The number after the last
/// one is that of the pipeline's companion.
fn first_in(
    kernel: &mut Kernel,
    models: &[Model],
    pairs: &[(usize, &Input)],
    pipeline: Features,
) -> Result<Option<(usize, Found)>, Failed> {
    let mut models = models.to_vec();
    let mut configurations: Vec<Configuration> =
        pairs.iter().map(|(model, input)| configuration(*model, input)).collect();
    let beside = companion(pipeline);
    configurations.push(Configuration { model: models.len(), settings: beside.settings().into() });
    let companions = nodetide::engine::run(&beside, nodetide::engine::Detail::Sums).0;
    models.push(beside);
    kernel.count_turnarounds(pipeline.turnarounds);
    let mut results = Results::new();
    let mut go_on = |_| ControlFlow::Continue(());
    let broken = match kernel.run_into(&models, &configurations, &mut go_on, &mut results) {
        Ok(()) => None,
        // The host saw the difference. Those before it are there, and may differ too.
        Err(GpuError::Broken { index, law }) => Some((index, Found::Broken(law))),
        Err(error) => return Err(error.into()),
    };
    let whole = if broken.is_none() { configurations.len() } else { 0 };
    if results.len() < whole {
        return Err(format!("{} of {whole} results came back", results.len()).into());
    }
    for (i, found) in results.iter().enumerate() {
        let expected = pairs.get(i).map_or_else(|| companions.clone(), |(_, input)| reference(input));
        if *found != comparable(expected, pipeline.turnarounds) {
            return Ok(Some((i, Found::Result(Box::new(found.clone())))));
        }
    }
    Ok(broken)
}

/// The first pair in which kernel and engine differ.
pub(crate) fn first_difference(
    kernel: &mut Kernel,
    cases: &Cases,
    pipelines: Pipelines,
) -> Result<Option<Difference>, Failed> {
    let mut groups: BTreeMap<Features, Vec<usize>> = BTreeMap::new();
    for (i, (number, _)) in cases.pairs.iter().enumerate() {
        groups.entry(pipelines.of(&cases.models[*number], *number)).or_default().push(i);
    }
    let mut first: Option<Difference> = None;
    let mut companion = None;
    for (pipeline, numbers) in groups {
        let pairs: Vec<(usize, &Input)> =
            numbers.iter().map(|i| (cases.pairs[*i].0, &cases.pairs[*i].1)).collect();
        match first_in(kernel, &cases.models, &pairs, pipeline)?.map(|(at, _)| numbers.get(at)) {
            None => {}
            Some(None) => companion = Some(pipeline),
            Some(Some(&pair)) if first.as_ref().is_none_or(|before| pair < before.pair) => {
                first = Some(Difference { pair, pipeline });
            }
            Some(Some(_)) => {}
        }
    }
    match (first, companion) {
        (None, Some(pipeline)) => {
            Err(format!("they differ in the companion of {pipeline:?} and nowhere else").into())
        }
        (first, _) => Ok(first),
    }
}

/// The first variant of an input in which they differ, in a pipeline.
fn differs(kernel: &mut Kernel, input: &Input, pipeline: Features) -> Result<Option<(Input, Found)>, Failed> {
    let variants: Vec<Input> = (0..VARIANTS).filter_map(|number| variant(input, number)).collect();
    let pairs: Vec<(usize, &Input)> = variants.iter().map(|other| (0, other)).collect();
    let first = first_in(kernel, &[model(input)], &pairs, pipeline)?;
    Ok(first.and_then(|(at, found)| Some((variants.get(at)?.clone(), found))))
}

/// The smallest input that still differs by itself, if the one that was found does.
fn shrink(
    kernel: &mut Kernel,
    tree: &mut dyn ValueTree<Value = Input>,
    pipeline: Features,
) -> Result<Option<(Input, Found)>, Failed> {
    let mut smallest = differs(kernel, &tree.current(), pipeline)?;
    let mut smaller = smallest.is_some();
    for _ in 0..400 {
        if smallest.is_none() || !(if smaller { tree.simplify() } else { tree.complicate() }) {
            break;
        }
        let input = tree.current();
        let found = if input.refusals().is_empty() { differs(kernel, &input, pipeline)? } else { None };
        smaller = found.is_some();
        if smaller {
            smallest = found;
        }
    }
    Ok(smallest)
}

/// Shrinks a difference, writes its scenario to a file, and says all that is needed to look at it.
pub(crate) fn told(
    kernel: &mut Kernel,
    cases: &mut Cases,
    difference: &Difference,
    name: &str,
) -> Result<Told, Failed> {
    let Difference { pair, pipeline } = *difference;
    let (number, seed) = (cases.pairs[pair].0, cases.seed);
    let shrunk = shrink(kernel, cases.trees[number].as_mut(), pipeline)?;
    let alone = shrunk.is_some();
    let (smallest, found) = match shrunk {
        Some((input, found)) => (input, Some(found)),
        None => (cases.pairs[pair].1.clone(), None),
    };
    let (scenario, file, place) = match minimal::scenario(&smallest) {
        Err(error) => (format!("{error}\n{smallest:#?}"), None, "it has no ticks file".to_owned()),
        Ok(scenario) => match keep(&scenario, &format!("{name}-seed{seed}-pair{pair}.json")) {
            Ok(path) => {
                let place = format!("scenario, for nodetide run --ticks: {}", path.display());
                (scenario, Some(path), place)
            }
            // The text is all there is then.
            Err(error) => (scenario, None, format!("its scenario could not be kept: {error}")),
        },
    };
    let kernel_gave = match found {
        Some(Found::Result(result)) => format!("kernel: {result:#?}"),
        Some(Found::Broken(law)) => format!("kernel: a result that breaks a law: {law}"),
        None => "kernel: the same as soon as no other pairs run beside it".to_owned(),
    };
    let text = format!(
        "kernel and engine differ in {name}, pair {pair} of seed {seed}\n{pipeline:?}, fuel {:?}\n{}: \
         {place}\n{scenario}\nengine: {:#?}\n{kernel_gave}",
        kernel.faults.fuel,
        if alone { "shrunk" } else { "not shrunk, since it differs only beside others" },
        comparable(reference(&smallest), pipeline.turnarounds),
    );
    Ok(Told { text, file, smallest })
}

/// Puts a scenario where whoever sees the failure finds it.
fn keep(scenario: &str, name: &str) -> std::io::Result<PathBuf> {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = temporary.parent().unwrap_or(temporary).join("parity");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    std::fs::write(&path, scenario)?;
    Ok(path)
}
