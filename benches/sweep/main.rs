//! Configuration-jobs per second of the engine, the CPU backend, the kernel and the floor, in one run.
//!
//! `cargo bench --bench sweep` takes the best adapter, and measures the kernel in both designs and the first one in both
//! memory layouts; a software driver runs 256 × 10,000, once each, a GPU also 65,536 × 10,000 and 8,192 × 100,000.
//! `NODETIDE_ADAPTER=n` picks another adapter. Every result of the kernel must be the engine's, or the benchmark fails.

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
use nodetide::sweep::{Configuration, Progress, Results, cpu};
use std::hint::black_box;
#[cfg(feature = "gpu")]
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

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

/// Whether it is only to be seen that it runs.
fn tried() -> bool {
    std::env::args().any(|arg| arg == "--test")
}

/// Jobs, and configurations.
fn size() -> (usize, usize) {
    if tried() { (300, 64) } else { (10_000, 256) }
}

fn cpu(c: &mut Criterion) {
    let (jobs, count) = size();
    let model = model(jobs);
    let configurations = configurations(&model, count);
    let models = std::slice::from_ref(&model);
    let lean = floor::Floor::from_input(&cases::case_a(jobs));
    let mut group = c.benchmark_group("sweep");
    group.sample_size(10).measurement_time(Duration::from_secs(8));
    group.throughput(Throughput::Elements((jobs * count) as u64));
    group.bench_function("engine, one core, 256 x 10,000", |b| {
        let mut workspace = Workspace::new();
        b.iter(|| alone(&mut workspace, &model, &configurations));
    });
    // As a sweep does it, chunk after chunk: with the same memory again.
    group.bench_function("CPU backend, 256 x 10,000", |b| {
        let (backend, mut results) = (cpu::Cpu::new(), Results::new());
        b.iter(|| {
            results.clear();
            backend.run(models, &configurations, &Progress::default(), &mut results);
            assert_eq!(results.len(), count);
            black_box(&results);
        });
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

/// What the backend makes of the cores: alternately with the engine on one core, and with threads that share nothing and wait
/// for nobody but at the end, which is all that the machine gives. Cores that are shared with others are now faster, now
/// slower, by far more than the difference; turns next to each other are so alike.
fn shares(_: &mut Criterion) {
    let turns = if tried() { 1 } else { 41 };
    let (jobs, count) = size();
    let model = model(jobs);
    let configurations = configurations(&model, count);
    let threads = rayon::current_num_threads();
    let mut workspaces: Vec<_> = (0..threads).map(|_| Workspace::new()).collect();
    let (backend, mut results) = (cpu::Cpu::new(), Results::new());
    let mut rates = [const { Vec::new() }; 3];
    for turn in 0..=turns {
        let mut timed = |which: usize, runs: usize, work: &mut dyn FnMut()| {
            let began = Instant::now();
            work();
            // The first turn finds the memory.
            if turn > 0 {
                rates[which].push((runs * count * jobs) as f64 / began.elapsed().as_secs_f64() / 1e6);
            }
        };
        timed(0, 1, &mut || alone(&mut workspaces[0], &model, &configurations));
        timed(1, 1, &mut || {
            results.clear();
            backend.run(std::slice::from_ref(&model), &configurations, &Progress::default(), &mut results);
            assert_eq!(results.len(), count);
        });
        timed(2, threads, &mut || {
            std::thread::scope(|scope| {
                for workspace in &mut workspaces {
                    scope.spawn(|| alone(workspace, &model, &configurations));
                }
            });
        });
    }
    let [one, backend, own] = rates;
    let over = |a: &[f64], b: &[f64], by: f64| a.iter().zip(b).map(|(a, b)| a / (by * b)).collect();
    let tell = |name: &str, mut of: Vec<f64>| {
        of.sort_by(f64::total_cmp);
        println!("{name}: median {:.2}, from {:.2} to {:.2}", of[turns / 2], of[0], of[turns - 1]);
    };
    println!("\nin {turns} turns, {count} x {jobs}, million configuration-jobs a second:");
    let (shared, cores) = (over(&backend, &one, threads as f64), over(&own, &one, threads as f64));
    let of_own = over(&backend, &own, 1.0);
    tell("engine, one core", one);
    tell("CPU backend", backend);
    tell(&format!("engine, {threads} threads by themselves"), own);
    tell(&format!("CPU backend / ({threads} x engine)"), shared);
    tell(&format!("threads by themselves / ({threads} x engine)"), cores);
    tell("CPU backend / threads by themselves", of_own);
}

/// All configurations, one after another.
fn alone(workspace: &mut Workspace, model: &Model, configurations: &[Configuration]) {
    for configuration in configurations {
        black_box(workspace.run(model, &configuration.settings));
    }
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
    let (jobs, count) = size();
    let mut sizes = vec![(count, jobs)];
    if !software && !tried() {
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
            // Builds the pipeline; on a GPU the whole finds the fuel too.
            let first = if software { 1 } else { count };
            run(&mut kernel, &model, &configurations[..first]);
            compare(&name, &mut kernel, &model, &configurations);
            if software {
                // It takes so long that ten samples would say no more than one.
                continue;
            }
            group.throughput(Throughput::Elements((jobs * count) as u64));
            group.bench_function(name, |b| b.iter(|| black_box(run(&mut kernel, &model, &configurations))));
        }
    }
    group.finish();
}

/// Times the kernel once, beside the CPU backend on the same work, and the bare recursion on as many cores. Every result is
/// the engine's.
#[cfg(feature = "gpu")]
fn compare(name: &str, kernel: &mut Kernel, model: &Model, configurations: &[Configuration]) {
    let jobs = model.job_count();
    let rate = |work: usize, began: Instant| work as f64 / began.elapsed().as_secs_f64() / 1e6;
    let began = Instant::now();
    let results = run(kernel, model, configurations);
    let of_kernel = rate(jobs * configurations.len(), began);
    let took = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let of_engine = cpu::run(std::slice::from_ref(model), configurations, &Progress::default());
    let of_cpu = rate(jobs * configurations.len(), began);
    let mut of_engine = of_engine.expect("nobody stops it");
    for result in &mut of_engine {
        result.clusters[0].turnaround_histogram.clear();
    }
    assert!(results == of_engine, "kernel and engine agree");
    let lanes = recursion::Jobs::new(&cases::case_a(jobs));
    let began = Instant::now();
    let times = 20;
    for _ in 0..times {
        black_box(recursion::run(&lanes, 100));
    }
    let cores = rayon::current_num_threads();
    let of_recursion = rate(jobs * recursion::LANES * times * cores, began);
    println!(
        "{name}: {took:.1} s once, {of_kernel:.3} Melem/s: {:.3} of the CPU backend ({of_cpu:.1}), {:.3} of the bare recursion on {cores} \
         cores ({of_recursion:.0}, one measured)",
        of_kernel / of_cpu,
        of_kernel / of_recursion
    );
}

#[cfg(feature = "gpu")]
fn run(kernel: &mut Kernel, model: &Model, configurations: &[Configuration]) -> Vec<RunResult> {
    let mut go_on = |_| ControlFlow::Continue(());
    kernel.run(std::slice::from_ref(model), configurations, &mut go_on).expect("the kernel runs")
}

#[cfg(not(feature = "gpu"))]
fn gpu(_: &mut Criterion) {}

criterion_group!(benches, cpu, shares, gpu);
criterion_main!(benches);
