//! Configuration-jobs per second of the engine, the CPU backend, the kernel and the floor, in one run.
//!
//! `cargo bench --bench sweep` takes the best adapter, and measures the kernel in both designs and the first one in both
//! memory layouts; a software driver runs 256 × 10,000, once each, a GPU also 65,536 × 10,000 and 8,192 × 100,000.
//! `NODETIDE_ADAPTER=n` picks another adapter. Every backend must give the
//! results of the engine, or the benchmark fails.

#[path = "../engine/cases.rs"]
#[allow(dead_code, reason = "the engine's benchmark uses the rest")]
mod cases;
#[path = "../engine/floor.rs"]
#[allow(dead_code, reason = "the engine's benchmark uses the rest")]
mod floor;
mod recursion;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
#[cfg(feature = "gpu")]
use nodetide::engine::RunResult;
use nodetide::engine::{Model, Settings, Workspace};
#[cfg(feature = "gpu")]
use nodetide::sweep::gpu::Kernel;
use nodetide::sweep::{Configuration, Progress, cpu};
use std::hint::black_box;
#[cfg(feature = "gpu")]
use std::ops::ControlFlow;
use std::time::Duration;

/// Case A's workload with other limits and idle times, neighbours alike.
fn configurations(model: &Model, count: usize) -> Vec<Configuration> {
    let own = model.settings()[0];
    (0..count)
        .map(|i| {
            let max_nodes = 80 + (i * 40 / count) as u32;
            let idle_time = 60_000 + (i % 64) as u32 * 5_000;
            Configuration { model: 0, settings: Box::new([Settings { max_nodes, idle_time, ..own }]) }
        })
        .collect()
}

/// Case A, with room for the largest of the configurations.
fn model(jobs: usize) -> Model {
    let mut input = cases::case_a(jobs);
    input.clusters[0].communication_limit = 1000;
    Model::new(input).expect("case A is a valid input")
}

fn cpu(c: &mut Criterion) {
    let (jobs, count) = (10_000, 256);
    let model = model(jobs);
    let configurations = configurations(&model, count);
    let models = std::slice::from_ref(&model);
    let lean = floor::Floor::from_input(&cases::case_a(jobs));
    let mut group = c.benchmark_group("sweep");
    group.sample_size(10).measurement_time(Duration::from_secs(8));
    group.throughput(Throughput::Elements((jobs * count) as u64));
    group.bench_function("engine, one core, 256 x 10,000", |b| {
        let mut workspace = Workspace::new();
        b.iter(|| {
            for configuration in &configurations {
                black_box(workspace.run(&model, &configuration.settings));
            }
        });
    });
    group.bench_function("CPU backend, 256 x 10,000", |b| {
        b.iter(|| black_box(cpu::run(models, &configurations, &Progress::default())));
    });
    group.throughput(Throughput::Elements(jobs as u64));
    group.bench_function("floor, one core, 1 x 10,000", |b| b.iter(|| black_box(floor::run(&lean))));
    let lanes = recursion::Jobs::new(&cases::case_a(jobs));
    group.throughput(Throughput::Elements((jobs * recursion::LANES) as u64));
    group.bench_function("bare recursion, one core, 8 x 10,000", |b| {
        b.iter(|| black_box(recursion::run(&lanes, 100)))
    });
    group.finish();
}

/// The kernel in all its designs, on the best adapter.
#[cfg(feature = "gpu")]
fn gpu(c: &mut Criterion) {
    use nodetide::sweep::gpu::device::Kind;
    use nodetide::sweep::gpu::{Design, Device, Kernel, adapters};

    let wanted = std::env::var("NODETIDE_ADAPTER").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let Some(adapter) = adapters().into_iter().nth(wanted) else {
        println!("no adapter: the kernel is not measured");
        return;
    };
    println!("adapter: {} ({}, {})", adapter.name, adapter.kind, adapter.driver);
    let software = adapter.kind == Kind::Software;
    let mut sizes = vec![(256, 10_000)];
    if !software {
        sizes.extend([(8_192, 10_000), (65_536, 10_000), (8_192, 100_000)]);
    }
    let mut variants = vec![
        (Design::Invocation, false, "one invocation each, memory in one piece"),
        (Design::Invocation, true, "one invocation each, memory interleaved"),
    ];
    match adapter.lanes() {
        Some(_) => variants.push((Design::Subgroup, false, "one subgroup each")),
        None => println!("the adapter has no subgroups of a fixed size: one subgroup each is not measured"),
    }
    let mut group = c.benchmark_group("sweep");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    for (count, jobs) in sizes {
        let model = model(jobs);
        let configurations = configurations(&model, count);
        for (design, interleaved, name) in &variants {
            let device = Device::open_for(&adapter, *design).expect("the adapter opens");
            let mut kernel = Kernel::with_design(device, *design).expect("the kernel is accepted");
            kernel.count_turnarounds(false);
            kernel.interleave(*interleaved);
            let name = format!("kernel, {count} x {jobs}, {name}");
            if software {
                time_once(&name, &mut kernel, &model, &configurations);
                continue;
            }
            // The first checked run finds the fuel too.
            check(&run(&mut kernel, &model, &configurations), &model, &configurations);
            group.throughput(Throughput::Elements((jobs * count) as u64));
            group.bench_function(name, |b| b.iter(|| black_box(run(&mut kernel, &model, &configurations))));
        }
    }
    group.finish();
}

/// A software driver takes so long that ten samples would say no more than one.
#[cfg(feature = "gpu")]
fn time_once(name: &str, kernel: &mut Kernel, model: &Model, configurations: &[Configuration]) {
    // Builds the pipeline.
    run(kernel, model, &configurations[..1]);
    let began = std::time::Instant::now();
    let results = run(kernel, model, configurations);
    let took = began.elapsed().as_secs_f64();
    check(&results, model, configurations);
    let rate = (model.job_count() * configurations.len()) as f64 / took / 1e6;
    println!("{name}: {took:.1} s once, {rate:.3} Melem/s");
}

#[cfg(feature = "gpu")]
fn run(kernel: &mut Kernel, model: &Model, configurations: &[Configuration]) -> Vec<RunResult> {
    let mut go_on = |_| ControlFlow::Continue(());
    kernel.run(std::slice::from_ref(model), configurations, &mut go_on).expect("the kernel runs")
}

/// The first result, the last and one between are the engine's.
#[cfg(feature = "gpu")]
fn check(results: &[RunResult], model: &Model, configurations: &[Configuration]) {
    let count = configurations.len();
    for i in [0, count / 3, count - 1] {
        let mut expected = Workspace::new().run(model, &configurations[i].settings).clone();
        expected.clusters[0].turnaround_histogram.clear();
        assert_eq!(results[i], expected, "kernel and engine agree");
    }
}

#[cfg(not(feature = "gpu"))]
fn gpu(_: &mut Criterion) {}

criterion_group!(benches, cpu, gpu);
criterion_main!(benches);
