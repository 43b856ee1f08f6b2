//! A sweep allocates nothing once its workspace is warm. In a binary of its own, because it counts allocations.

#![allow(unsafe_code, reason = "a counting allocator is one")]

use nodetide::engine::input::{CapacityStep, ClusterInput, Input, JobInput, Tier, UNLIMITED};
use nodetide::engine::{Model, Settings, Workspace};
use nodetide::sweep::cpu::Cpu;
use nodetide::sweep::{Configuration, Progress, Results};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Allocations of this thread; tests run side by side.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

fn count() {
    ALLOCATIONS.with(|n| n.set(n.get() + 1));
}

// SAFETY: everything is the system's; the count is a constant-initialised cell without a destructor, so that
// reading it allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(at, layout, size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn allocations(f: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    f();
    ALLOCATIONS.get() - before
}

/// Evictions by lifetime and by capacity, gangs that come back, cancellations, failed boots, withdrawn nodes.
fn eventful(clusters: u32) -> Model {
    let cluster = ClusterInput {
        tier: Tier::LowPriority,
        max_nodes: 90,
        idle_time: 40,
        allocation_delay: [3, 40, 7].into(),
        boot_delay: [20, 5].into(),
        boot_failure: [false, false, false, true].into(),
        lifetime: [400, 90, 1500, 37].into(),
        recycle_time: 11,
        release_delay: 6,
        prepare_cold: [10].into(),
        cancel_allocating: true,
        restart_overhead: 2,
        capacity: vec![
            CapacityStep { t: 900, nodes: 3 },
            CapacityStep { t: 1000, nodes: 60 },
            CapacityStep { t: 2500, nodes: 0 },
            CapacityStep { t: 2600, nodes: UNLIMITED },
        ],
        ..ClusterInput::default()
    };
    let jobs = (0..2000u32).map(|i| JobInput {
        submit: i * 2,
        service: 30 + i * 7919 % 170,
        cluster: i % clusters,
        nodes: 1 + i % 3 * (i % 5),
        cancel: (i % 7 == 0).then_some(i * 2 + i * 31 % 400),
        checkpoint: (i % 2 == 0).then_some(20),
        ..JobInput::default()
    });
    let input = Input {
        clusters: vec![cluster; clusters as usize],
        jobs: jobs.collect(),
        billing_quantum: 60,
        ..Input::default()
    };
    Model::new(input).expect("it can be run")
}

fn warm_runs_allocate_nothing(clusters: u32) {
    let model = eventful(clusters);
    let settings: Vec<Vec<Settings>> = [(0, 90, 40), (5, 20, 0), (2, 70, 500)]
        .into_iter()
        .map(|(min_nodes, max_nodes, idle_time)| {
            vec![Settings { min_nodes, max_nodes, idle_time, initial_nodes: min_nodes }; clusters as usize]
        })
        .collect();
    assert!(settings.iter().all(|s| model.refusals_of(s).is_empty()));
    let mut workspace = Workspace::new();
    let mut round = || -> u64 {
        let one = |settings| {
            allocations(|| {
                let result = workspace.run(&model, settings);
                let all = |f: fn(&nodetide::engine::output::ClusterResult) -> u64| {
                    result.clusters.iter().map(f).sum::<u64>()
                };
                assert!(all(|c| c.evictions) > 50 && all(|c| c.restarts) > 50, "nodes and jobs are evicted");
                assert!(all(|c| c.outcomes[2]) > 50 && all(|c| c.withdrawn) > 0, "jobs are cancelled");
            })
        };
        settings.iter().map(|s| s.as_slice()).map(one).sum()
    };
    assert!(round() > 0, "the first runs allocate, and that is counted");
    round();
    assert_eq!(round(), 0, "allocations of warm runs on {clusters} clusters");
}

#[test]
fn warm_runs_on_one_cluster_allocate_nothing() {
    warm_runs_allocate_nothing(1);
}

#[test]
fn warm_runs_on_several_clusters_allocate_nothing() {
    warm_runs_allocate_nothing(3);
}

#[test]
fn a_workspace_goes_to_a_thread_and_a_model_to_all() {
    fn goes<T: Send>() {}
    fn is_shared<T: Send + Sync>() {}
    goes::<Workspace>();
    is_shared::<Model>();
}

/// On one thread, whose allocations are counted: what a call takes does not grow with its configurations.
#[test]
fn the_cpu_backend_allocates_nothing_for_a_warm_configuration() {
    let models = [eventful(1), eventful(2)];
    let configurations: Vec<Configuration> = (0..48)
        .map(|i| {
            let model = usize::from(i >= 40);
            let settings = Settings { min_nodes: 0, max_nodes: 20 + i % 70, idle_time: i, initial_nodes: 0 };
            Configuration { model, settings: vec![settings; model + 1].into() }
        })
        .collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| {
        let (cpu, mut results) = (Cpu::new(), Results::new());
        let mut round = |count: usize| {
            results.clear();
            let n = allocations(|| {
                cpu.run(&models, &configurations[..count], &Progress::default(), &mut results)
            });
            assert_eq!(results.len(), count);
            n
        };
        assert!(round(48) > 48, "the first results are allocated, and that is counted");
        round(48);
        let (few, many) = (round(8), round(48));
        assert!(few <= 16 && many <= few + 8, "{few} allocations for 8 configurations, {many} for 48");
    });
}
