//! Configuration-jobs per second of the engine, the CPU backend, the kernel and the floor, in one run.
//!
//! `cargo bench --bench sweep` takes the best adapter; a software driver runs 256 × 10,000, a GPU also
//! 65,536 × 10,000 and 8,192 × 100,000. `NODETIDE_ADAPTER=n` picks another adapter. Every backend must give the
//! results of the engine, or the benchmark fails.

#[path = "../engine/cases.rs"]
#[allow(dead_code, reason = "the engine's benchmark uses the rest")]
mod cases;
#[path = "../engine/floor.rs"]
#[allow(dead_code, reason = "the engine's benchmark uses the rest")]
mod floor;
mod recursion;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nodetide::engine::{Model, Settings, Workspace};
use nodetide::sweep::{Configuration, Progress, cpu};
use std::hint::black_box;
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

#[cfg(feature = "gpu")]
fn gpu(c: &mut Criterion) {
    use nodetide::sweep::gpu::device::Kind;
    use nodetide::sweep::gpu::{Device, Kernel, adapters};
    use std::ops::ControlFlow;

    let wanted = std::env::var("NODETIDE_ADAPTER").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let Some(adapter) = adapters().into_iter().nth(wanted) else {
        println!("no adapter: the kernel is not measured");
        return;
    };
    println!("adapter: {} ({}, {})", adapter.name, adapter.kind, adapter.driver);
    let mut sizes = vec![(256, 10_000)];
    if adapter.kind != Kind::Software {
        sizes.extend([(8_192, 10_000), (65_536, 10_000), (8_192, 100_000)]);
    }
    let mut group = c.benchmark_group("sweep");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    for (count, jobs) in sizes {
        let model = model(jobs);
        let configurations = configurations(&model, count);
        let models = std::slice::from_ref(&model);
        for interleaved in [false, true] {
            let device = Device::open(&adapter).expect("the adapter opens");
            let mut kernel = Kernel::new(device).expect("the kernel is accepted");
            kernel.count_turnarounds(false);
            kernel.interleave(interleaved);
            let mut run = || {
                let mut go_on = |_| ControlFlow::Continue(());
                kernel.run(models, &configurations, &mut go_on).expect("the kernel runs")
            };
            // The first, the last and one between.
            let results = run();
            for i in [0, count / 3, count - 1] {
                let mut expected = Workspace::new().run(&model, &configurations[i].settings).clone();
                expected.clusters[0].turnaround_histogram.clear();
                assert_eq!(results[i], expected, "kernel and engine agree");
            }
            group.throughput(Throughput::Elements((jobs * count) as u64));
            let layout = if interleaved { "interleaved" } else { "in one piece" };
            group.bench_function(format!("kernel, {count} x {jobs}, memory {layout}"), |b| {
                b.iter(|| black_box(run()));
            });
        }
    }
    group.finish();
}

#[cfg(not(feature = "gpu"))]
fn gpu(_: &mut Criterion) {}

criterion_group!(benches, cpu, gpu);
criterion_main!(benches);
