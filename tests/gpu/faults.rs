//! What the device does not do is told, and nothing is made up.

use crate::kernel;
use libtest_mimic::Failed;
use nodetide::engine::flat::Obstacle;
use nodetide::engine::input::{ClusterInput, Input, JobInput};
use nodetide::engine::{Model, Settings};
use nodetide::sweep::gpu::{Design, Device, GpuError, Kernel, source};
use nodetide::sweep::runner::{Backend, Choice, Runner, SweepError};
use nodetide::sweep::{Configuration, Progress, Results, cpu};
use std::ops::ControlFlow;

fn input() -> Input {
    let cluster = ClusterInput { max_nodes: 4, ..ClusterInput::default() };
    let jobs = (0..500).map(|i| JobInput { submit: i, service: 7, ..JobInput::default() }).collect();
    Input { clusters: vec![cluster], jobs, billing_quantum: 1, ..Input::default() }
}

fn model() -> Model {
    Model::new(input()).expect("an input")
}

fn configuration(max_nodes: u32) -> Configuration {
    let settings = Settings { min_nodes: 0, max_nodes, idle_time: 3, initial_nodes: 0 };
    Configuration { model: 0, settings: Box::new([settings]) }
}

fn run(kernel: &mut Kernel, configurations: u32) -> Result<usize, GpuError> {
    let configurations: Vec<_> = (0..configurations).map(|i| configuration(1 + i % 4)).collect();
    kernel.run(&[model()], &configurations, &mut |_| ControlFlow::Continue(())).map(|list| list.len())
}

fn expect(found: Result<usize, GpuError>, right: impl Fn(&GpuError) -> bool) -> Result<(), Failed> {
    match found {
        Err(error) if right(&error) => Ok(()),
        other => Err(format!("unexpected: {other:?}").into()),
    }
}

pub(crate) fn out_of_memory() -> Result<(), Failed> {
    let mut kernel = kernel()?;
    kernel.faults.memory_for = Some(50);
    expect(run(&mut kernel, 100), |error| *error == GpuError::OutOfMemory)?;
    // The device is as good as before.
    assert_eq!(run(&mut kernel, 40)?, 40);
    Ok(())
}

pub(crate) fn lost_device() -> Result<(), Failed> {
    let mut kernel = kernel()?;
    kernel.faults.fuel = Some(1);
    kernel.faults.lost_after = Some(3);
    expect(run(&mut kernel, 100), |error| matches!(error, GpuError::Lost(_) | GpuError::Refused(_)))
}

pub(crate) fn interrupted() -> Result<(), Failed> {
    let mut kernel = kernel()?;
    kernel.faults.fuel = Some(1);
    let configurations: Vec<_> = (0..64).map(|_| configuration(2)).collect();
    let found = kernel.run(&[model()], &configurations, &mut |_| ControlFlow::Break(()));
    expect(found.map(|list| list.len()), |error| *error == GpuError::Interrupted)
}

/// What no law of the results guards, such as how many nodes were requested, could go round after so many iterations.
pub(crate) fn too_many_iterations() -> Result<(), Failed> {
    let mut kernel = kernel()?;
    kernel.faults.fuel = Some(1);
    kernel.faults.iterations = Some(1_000);
    let law = "a run takes fewer than 2^32 loop iterations, in which no counter goes round";
    expect(run(&mut kernel, 8), |error| *error == GpuError::Broken { index: 0, law })
}

/// An invocation that leaves the loop without a pause, as under a driver that stops it by force.
pub(crate) fn stopped() -> Result<(), Failed> {
    stopped_in(Design::Invocation)
}

pub(crate) fn stopped_subgroup() -> Result<(), Failed> {
    stopped_in(Design::Subgroup)
}

fn stopped_in(design: Design) -> Result<(), Failed> {
    let text = source::kernel(design);
    let right = "        if s.phase == INITIAL && initial() {";
    assert_eq!(text.matches(right).count(), 1);
    let wrong =
        format!("        if me == 5u && s.next_job > 40u {{\n            break;\n        }}\n{right}");
    let mut kernel = crate::kernel_of(design, text.replace(right, &wrong))?;
    expect(run(&mut kernel, 64), |error| *error == GpuError::Stopped { index: 5 })
}

/// A driver that ends loops while results are added up leaves numbers that break a law: an error, never a number.
pub(crate) fn broken_results() -> Result<(), Failed> {
    let text = source::kernel(Design::Invocation);
    for (right, wrong, law) in [
        (
            "    if leads() {\n        add_up_jobs();",
            "    if me != 5u {\n        add_up_jobs();",
            "useful work by outcome sums to useful work",
        ),
        (
            "    for (var slot = 0u; slot < c.leaves; slot += 1u) {\n        fuel -= 1;\n        let n = params.nodes",
            "    for (var slot = 0u; slot < select(c.leaves, 0u, me == 5u); slot += 1u) {\n        fuel -= 1;\n        let n = \
             params.nodes",
            "billed time is paid for",
        ),
    ] {
        assert_eq!(text.matches(right).count(), 1, "{right}");
        let mut kernel = crate::kernel_of(Design::Invocation, text.replace(right, wrong))?;
        // The last instant finds nodes that are not gone.
        let input = Input { horizon: Some(60), stop_at_horizon: true, ..input() };
        let models = [Model::new(input).expect("an input")];
        let configurations: Vec<_> = (0..64).map(|i| configuration(1 + i % 4)).collect();
        let mut results = Results::new();
        let found =
            kernel.run_into(&models, &configurations, &mut |_| ControlFlow::Continue(()), &mut results);
        expect(found.map(|()| results.len()), |error| *error == GpuError::Broken { index: 5, law })?;
        assert_eq!(results.len(), 5, "those before it are there");
    }
    Ok(())
}

/// How many results there are, how it ended, what it said, and what runs then.
type Ran = (usize, Result<(), SweepError>, Vec<String>, Backend);

/// What a runner makes of a kernel's faults; results are the engine's.
fn on_runner(choice: Choice, kernel: Kernel, count: u32) -> Result<Ran, Failed> {
    let configurations: Vec<_> = (0..count).map(|i| configuration(1 + i % 4)).collect();
    let models = [model()];
    let mut runner = Runner::on(choice, Box::new(kernel));
    let (progress, mut results) = (Progress::default(), Results::new());
    let name = |i: usize| format!("number {i}");
    let ended = runner.run(&models, &configurations, &name, &progress, &mut results);
    let expected = cpu::run(&models, &configurations, &Progress::default()).ok_or("interrupted")?;
    if *results != expected[..results.len()] {
        return Err("kernel and engine differ".into());
    }
    if progress.done() != results.len() {
        return Err("progress counts something else".into());
    }
    Ok((results.len(), ended, runner.take_notices(), runner.backend()))
}

pub(crate) fn runner_smaller_pieces() -> Result<(), Failed> {
    let mut kernel = kernel()?;
    kernel.faults.memory_for = Some(60);
    let (done, ended, notices, backend) = on_runner(Choice::Gpu, kernel, 100)?;
    assert_eq!((done, ended), (100, Ok(())));
    assert_eq!(notices, ["the GPU is out of memory: going on with 50 configurations at a time"]);
    assert!(matches!(backend, Backend::Gpu { .. }), "{backend}");
    Ok(())
}

/// Two chunks are done when the device is lost in the third one.
pub(crate) fn runner_lost() -> Result<(), Failed> {
    let mut whole = kernel()?;
    whole.faults.chunk = Some(32);
    run(&mut whole, 32)?;
    // As many dispatches as a chunk takes; others are as long, since they have the same configurations.
    let each = whole.dispatches().0;
    let lost = || -> Result<Kernel, Failed> {
        let mut kernel = kernel()?;
        kernel.faults.chunk = Some(32);
        kernel.faults.lost_after = Some(2 * each + 1);
        Ok(kernel)
    };
    let (done, ended, notices, backend) = on_runner(Choice::Auto, lost()?, 160)?;
    assert_eq!((done, ended), (160, Ok(())));
    assert!(notices.len() == 1 && notices[0].ends_with(": going on with the CPU"), "{notices:?}");
    assert!(matches!(backend, Backend::Cpu { .. }), "{backend}");
    let (done, ended, _, backend) = on_runner(Choice::Gpu, lost()?, 160)?;
    assert!(matches!(ended, Err(SweepError::Device(_))), "{ended:?}");
    assert_eq!(done, 64, "what is complete is kept");
    assert!(matches!(backend, Backend::Gpu { .. }), "{backend}");
    Ok(())
}

pub(crate) fn interrupted_chunks() -> Result<(), Failed> {
    let mut kernel = kernel()?;
    kernel.faults.chunk = Some(32);
    let configurations: Vec<_> = (0..96).map(|i| configuration(1 + i % 4)).collect();
    let mut results = Results::new();
    let mut hear = |done| if done > 32 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let found = kernel.run_into(&[model()], &configurations, &mut hear, &mut results);
    assert_eq!(found, Err(GpuError::Interrupted));
    let expected = cpu::run(&[model()], &configurations, &Progress::default()).ok_or("interrupted")?;
    assert!((32..96).contains(&results.len()), "the first chunk is kept: {}", results.len());
    assert!(*results == expected[..results.len()]);
    Ok(())
}

/// Of a chunk that is cut, the first configurations are kept as far as they have ended; of one that ended at last, all.
pub(crate) fn interrupted_within_a_chunk() -> Result<(), Failed> {
    let short = Model::new(Input { jobs: input().jobs[..5].to_vec(), ..input() }).expect("an input");
    let models = [short, model()];
    let configurations: Vec<_> =
        (0..64).map(|i| Configuration { model: usize::from(i >= 8), ..configuration(1 + i % 4) }).collect();
    let expected = cpu::run(&models, &configurations, &Progress::default()).ok_or("interrupted")?;
    let mut kernel = kernel()?;
    kernel.faults.fuel = Some(1);
    for (enough, least, most) in [(8, 8, 63), (64, 64, 64)] {
        let mut results = Results::new();
        let mut hear = |done| if done >= enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let found = kernel.run_into(&models, &configurations, &mut hear, &mut results);
        assert_eq!(found.is_ok(), enough == 64, "{found:?}");
        assert!((least..=most).contains(&results.len()), "{} of {enough}", results.len());
        assert!(*results == expected[..results.len()]);
    }
    Ok(())
}

/// Jobs of several models that do not fit a binding together run one model after another.
pub(crate) fn tables_in_parts() -> Result<(), Failed> {
    let later = |by: u32| {
        let jobs = input().jobs.iter().map(|job| JobInput { submit: job.submit + by, ..*job }).collect();
        Model::new(Input { jobs, ..input() }).expect("an input")
    };
    let models = [later(0), later(1), later(2)];
    let configurations: Vec<_> =
        (0..24).map(|i| Configuration { model: i as usize / 8, ..configuration(1 + i % 4) }).collect();
    let expected = cpu::run(&models, &configurations, &Progress::default()).ok_or("interrupted")?;
    let mut kernel = kernel()?;
    let dispatched = |kernel: &mut Kernel, tables: Option<u64>| {
        kernel.faults.tables = tables;
        let before = kernel.dispatches().0;
        let found = kernel.run(&models, &configurations, &mut |_| ControlFlow::Continue(()));
        found.map(|found| (found == expected, kernel.dispatches().0 - before))
    };
    let (same, together) = dispatched(&mut kernel, None)?;
    // 500 jobs take 6,000 bytes.
    let (same_in_parts, in_parts) = dispatched(&mut kernel, Some(13_000))?;
    assert!(same && same_in_parts, "kernel and engine agree");
    assert!(in_parts > together, "{in_parts} dispatches, {together} where all fits");
    Ok(())
}

/// The second model needs more identities than a word has bits; the first one does not.
pub(crate) fn too_many_identities() -> Result<(), Failed> {
    let of = |count: u32| {
        let mut input = input();
        input.clusters[0].identities = (0..count).collect();
        for (i, job) in (0u32..).zip(&mut input.jobs) {
            job.identity = Some(i % count);
        }
        Model::new(input).expect("an input")
    };
    let configurations = [0, 1].map(|model| Configuration { model, ..configuration(4) });
    let found = kernel()?.run(&[of(32), of(33)], &configurations, &mut |_| ControlFlow::Continue(()));
    let expected = GpuError::NeedsCpu { index: 1, obstacle: Obstacle::Identities(33) };
    expect(found.map(|list| list.len()), |error| *error == expected)
}

/// A device that was opened without subgroups does not run the design that needs them.
pub(crate) fn no_subgroups() -> Result<(), Failed> {
    let adapter = crate::adapter().ok_or("no adapter")?;
    let found = Kernel::with_design(Device::open_for(&adapter, Design::Invocation)?, Design::Subgroup);
    expect(found.map(|_| 0), |error| matches!(error, GpuError::Refused(_)))?;
    assert_eq!(crate::kernel_in(Design::Subgroup)?.design(), Design::Subgroup);
    Ok(())
}

pub(crate) fn too_many_nodes() -> Result<(), Failed> {
    let cluster = ClusterInput { max_nodes: 4, communication_limit: 5000, ..ClusterInput::default() };
    let input = Input { clusters: vec![cluster], billing_quantum: 1, ..Input::default() };
    let models = [Model::new(input).expect("an input")];
    let found =
        kernel()?.run(&models, &[configuration(4), configuration(1025)], &mut |_| ControlFlow::Continue(()));
    let expected = GpuError::NeedsCpu { index: 1, obstacle: Obstacle::Slots(1025) };
    expect(found.map(|list| list.len()), |error| *error == expected)
}
