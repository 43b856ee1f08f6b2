//! What the device does not do is told, and nothing is made up.

use crate::kernel;
use libtest_mimic::Failed;
use nodetide::engine::flat::Obstacle;
use nodetide::engine::input::{ClusterInput, Input, JobInput};
use nodetide::engine::{Model, Settings};
use nodetide::sweep::gpu::device::Kind;
use nodetide::sweep::gpu::{Design, Device, GpuError, Kernel, source};
use nodetide::sweep::runner::{Backend, Choice, Runner};
use nodetide::sweep::{Configuration, Progress, cpu};
use std::ops::ControlFlow;

fn model() -> Model {
    let cluster = ClusterInput { max_nodes: 4, ..ClusterInput::default() };
    let jobs = (0..500).map(|i| JobInput { submit: i, service: 7, ..JobInput::default() }).collect();
    Model::new(Input { clusters: vec![cluster], jobs, billing_quantum: 1, ..Input::default() })
        .expect("an input")
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
    let configurations: Vec<_> = (0..64).map(|_| configuration(2)).collect();
    let found = kernel.run(&[model()], &configurations, &mut |_| ControlFlow::Break(()));
    expect(found.map(|list| list.len()), |error| *error == GpuError::Interrupted)
}

/// What a runner makes of a kernel's faults: every result, and what it says.
fn on_runner(choice: Choice, kernel: Kernel) -> Result<(Vec<String>, Backend), Failed> {
    let configurations: Vec<_> = (0..100).map(|i| configuration(1 + i % 4)).collect();
    let models = [model()];
    let mut runner = Runner::on(choice, Box::new(kernel));
    let found = runner.run(&models, &configurations, &Progress::default())?;
    let expected = cpu::run(&models, &configurations, &Progress::default()).ok_or("interrupted")?;
    if found != expected {
        return Err("kernel and engine differ".into());
    }
    Ok((runner.take_notices(), runner.backend()))
}

pub(crate) fn smaller_pieces() -> Result<(), Failed> {
    let mut kernel = kernel()?;
    kernel.faults.memory_for = Some(60);
    let (notices, backend) = on_runner(Choice::Gpu, kernel)?;
    assert_eq!(notices, ["the GPU is out of memory: going on with 50 configurations at a time"]);
    assert!(matches!(backend, Backend::Gpu { .. }), "{backend}");
    Ok(())
}

/// A piece is done when the device is lost in the next one.
pub(crate) fn the_cpu_goes_on() -> Result<(), Failed> {
    let lost = || -> Result<Kernel, Failed> {
        let mut kernel = kernel()?;
        kernel.faults.memory_for = Some(60);
        // The first piece takes as many dispatches as come between two looks at the progress.
        let software = kernel.device().adapter.kind == Kind::Software;
        kernel.faults.lost_after = Some(if software { 17 } else { 3 });
        Ok(kernel)
    };
    let (notices, backend) = on_runner(Choice::Auto, lost()?)?;
    assert_eq!(notices.len(), 2, "{notices:?}");
    assert!(notices[1].ends_with(": going on with the CPU"), "{notices:?}");
    assert!(matches!(backend, Backend::Cpu { .. }), "{backend}");
    match on_runner(Choice::Gpu, lost()?) {
        Err(_) => Ok(()),
        Ok(found) => Err(format!("a GPU was demanded: {found:?}").into()),
    }
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

/// A device that was opened without subgroups does not run the design that needs them.
pub(crate) fn no_subgroups() -> Result<(), Failed> {
    let adapter = crate::adapter().ok_or("no adapter")?;
    let found = Kernel::with_design(Device::open(&adapter)?, Design::Subgroup);
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
