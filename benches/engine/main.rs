//! Jobs per second of the engine, against a hand-written floor in the same run.
//!
//! `cargo bench --bench engine` prints throughput in jobs. Case A is the one with a goal: at least half of the
//! floor, and at least 10 million jobs/s on one core. Engine and floor must agree on the sums they share, so
//! that neither is fast by doing something else.

mod cases;
mod floor;
mod log;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nodetide::engine::{self, Detail, Model};
use std::hint::black_box;
use std::time::Duration;

const JOBS: usize = 1_000_000;

fn case_a(c: &mut Criterion) {
    let input = cases::case_a(JOBS);
    let expected = floor::run(&floor::Floor::from_input(&input));
    let lean = floor::Floor::from_input(&input);
    let model = Model::new(input).expect("case A is a valid input");
    let (result, _) = engine::run(&model, Detail::Sums);
    let cluster = &result.clusters[0];
    assert_eq!(cluster.wait_sum, expected.wait_sum, "engine and floor agree on waits");
    assert_eq!(cluster.node_ticks.iter().sum::<u64>(), expected.node_ticks, "and on node-ticks");
    assert_eq!(result.end, expected.end, "and on the end");

    let mut group = c.benchmark_group("case_a");
    group.throughput(Throughput::Elements(JOBS as u64)).sample_size(10);
    group.measurement_time(Duration::from_secs(5));
    group.bench_function("engine", |b| b.iter(|| black_box(engine::run(&model, Detail::Jobs))));
    group.bench_function("engine_sums", |b| b.iter(|| black_box(engine::run(&model, Detail::Sums))));
    group.bench_function("floor", |b| b.iter(|| black_box(floor::run(&lean))));
    group.finish();
}

fn other_cases(c: &mut Criterion) {
    for (name, input) in [("case_b", cases::case_b(JOBS)), ("case_c", cases::case_c(JOBS))] {
        let model = Model::new(input).expect("the case is a valid input");
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(JOBS as u64)).sample_size(10);
        group.measurement_time(Duration::from_secs(5));
        group.bench_function("engine", |b| b.iter(|| black_box(engine::run(&model, Detail::Jobs))));
        group.finish();
    }
}

/// Cost per job must not grow with the number of jobs, and at most logarithmically with nodes.
fn growth(c: &mut Criterion) {
    let mut group = c.benchmark_group("growth");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for jobs in [10_000, 100_000, 1_000_000] {
        let model = Model::new(cases::case_a(jobs)).expect("case A is a valid input");
        group.throughput(Throughput::Elements(jobs as u64));
        group.bench_function(BenchmarkId::new("jobs", jobs), |b| {
            b.iter(|| black_box(engine::run(&model, Detail::Sums)));
        });
    }
    for nodes in [10, 100, 1_000, 10_000] {
        let model = Model::new(cases::scaled(300_000, nodes)).expect("the case is a valid input");
        group.throughput(Throughput::Elements(300_000));
        group.bench_function(BenchmarkId::new("nodes", nodes), |b| {
            b.iter(|| black_box(engine::run(&model, Detail::Sums)));
        });
    }
    group.finish();
}

criterion_group!(benches, case_a, other_cases, log::case_d, growth);
criterion_main!(benches);
