use super::*;
use crate::diagnostic::Source;
use crate::engine::flat::Obstacle;
use crate::engine::run;
use crate::engine::{Detail, Model};
use crate::lowering::{self, Loaded};
use std::path::PathBuf;
use std::sync::Arc;

pub(super) const SCENARIO: &str = r#"(
    seed: 7,
    region: (quotas: (total_dedicated: 64)),
    clusters: [(name: "cpu", vm_size: "Standard_D4s_v3", max_nodes: 8, idle_time: "5m")],
    workload: (classes: [(name: "a", arrivals: Poisson(per_hour: 20), service: Exponential(mean: "10m"), to: "6h")]),
)"#;

pub(super) fn load(text: &str) -> Loaded {
    let source = Arc::new(Source::new("s.ron", text));
    lowering::load_source(&source, PathBuf::new()).map_err(|found| found[0].message.clone()).unwrap().0
}

pub(super) fn vary(axes: &[&str]) -> Vec<String> {
    axes.iter().map(|axis| (*axis).to_owned()).collect()
}

pub(super) fn plan(loaded: &Loaded, axes: &[&str], replications: u32) -> Plan {
    Plan::read(loaded.scenario(), &vary(axes), replications)
        .map_err(|found| format!("{}: {}", found[0].code, found[0].message))
        .unwrap()
}

pub(super) fn all(plan: &Plan, models: &Models) -> Chunk {
    plan.chunk(models, 0, plan.positions())
}

#[test]
fn the_last_axis_goes_fastest_and_replications_faster_still() {
    let loaded = load(SCENARIO);
    let plan = plan(&loaded, &["max_nodes=4,8", "idle_time=1m,2m,3m"], 2);
    assert_eq!((plan.configurations(), plan.len(), plan.positions(), plan.left_out()), (6, 12, 12, 0));
    let models = plan.models(&loaded, None).unwrap();
    assert_eq!(models.models.len(), 2, "one for each replication");
    let chunk = all(&plan, &models);
    let seen: Vec<(u64, u32, u32, u32, usize)> = chunk
        .rows
        .iter()
        .zip(&chunk.configurations)
        .map(|((index, r), c)| (*index, *r, c.settings[0].max_nodes, c.settings[0].idle_time, c.model))
        .collect();
    assert_eq!(seen[..4], [(0, 0, 4, 60, 0), (0, 1, 4, 60, 1), (1, 0, 4, 120, 0), (1, 1, 4, 120, 1)]);
    assert_eq!(seen[11], (5, 1, 8, 180, 1));
    assert_eq!(plan.name(4), "max_nodes = 8, idle_time_s = 120");
}

#[test]
fn chunks_are_the_whole_in_pieces() {
    let loaded = load(SCENARIO);
    let plan = plan(&loaded, &["min_nodes=0..6", "max_nodes=1..9:2", "load_factor=1,2"], 3);
    let models = plan.models(&loaded, None).unwrap();
    let whole = all(&plan, &models);
    assert_eq!(whole.rows.len() as u64, plan.len());
    for size in [1, 7, 64] {
        let mut rows = Vec::new();
        let mut configurations = Vec::new();
        let mut from = 0;
        while from < plan.positions() {
            let chunk = plan.chunk(&models, from, from + size);
            rows.extend(chunk.rows);
            configurations.extend(chunk.configurations);
            from += size;
        }
        assert_eq!((&rows, &configurations), (&whole.rows, &whole.configurations), "pieces of {size}");
    }
}

#[test]
fn configurations_whose_min_is_over_their_max_are_left_out_and_counted() {
    let loaded = load(SCENARIO);
    let plan = plan(&loaded, &["min_nodes=0,4,8", "max_nodes=4,6", "idle_time=1m,2m"], 1);
    // 8 fits neither 4 nor 6.
    assert_eq!((plan.configurations(), plan.left_out()), (8, 4));
    let models = plan.models(&loaded, None).unwrap();
    let chunk = all(&plan, &models);
    assert_eq!(chunk.rows.len(), 8);
    assert!(chunk.configurations.iter().all(|c| c.settings[0].min_nodes <= c.settings[0].max_nodes));
    assert_eq!(chunk.rows.last(), Some(&(7, 0)), "an index is a place in the whole grid");
    // Against the scenario's own bound, too.
    assert_eq!(Plan::read(loaded.scenario(), &vary(&["min_nodes=4..12:4"]), 1).unwrap().left_out(), 1);
}

#[test]
fn too_many_and_none_are_refused() {
    let loaded = load(SCENARIO);
    let code = |axes: &[&str], n| Plan::read(loaded.scenario(), &vary(axes), n).unwrap_err()[0].code;
    assert_eq!(code(&["min_nodes=0..9999", "idle_time=1s..1001s:1s"], 1), Code::SweepTooLarge);
    assert_eq!(code(&["max_nodes=1..1000", "idle_time=1s..1000s:1s"], 11), Code::SweepTooLarge);
    assert_eq!(code(&["load_factor=0.001..5:0.001"], 1), Code::SweepTooLarge);
    assert_eq!(code(&["min_nodes=9,10"], 1), Code::SweepEmpty);
    let most = plan(&loaded, &["max_nodes=1..1000", "idle_time=1s..1000s:1s"], 10);
    assert_eq!(most.len(), ROWS_MAX);
}

#[test]
fn settings_make_no_models_and_equal_jobs_are_kept_once() {
    let loaded = load(SCENARIO);
    let of = |axes: &[&str], n| plan(&loaded, axes, n).models(&loaded, None).unwrap().models;
    assert_eq!(of(&["max_nodes=1..8", "min_nodes=0,1", "idle_time=1m,2m"], 1).len(), 1);
    let tiers = of(&["tier=Dedicated,LowPriority", "delays_scale=1,2"], 1);
    assert_eq!(tiers.len(), 4);
    assert!(tiers.iter().all(|model| model.shares_jobs_with(&tiers[0])));
    let loads = of(&["load_factor=1,2"], 2);
    assert!((1..4).all(|i| !loads[i].shares_jobs_with(&loads[0])), "other times, other draws");
}

#[test]
fn initial_nodes_follow_min_nodes_where_the_scenario_does_not_set_them() {
    let settings = |cluster: &str| {
        let loaded = load(&SCENARIO.replace("max_nodes: 8", &format!("max_nodes: 8{cluster}")));
        let plan = plan(&loaded, &["min_nodes=0,3"], 1);
        let models = plan.models(&loaded, None).unwrap();
        all(&plan, &models).configurations.iter().map(|c| c.settings[0].initial_nodes).collect::<Vec<_>>()
    };
    assert_eq!(settings(""), [0, 3]);
    assert_eq!(settings(", initial_nodes: 2"), [2, 2]);
    assert_eq!(settings(", created: At(at: \"1h\")"), [0, 0]);
    let loaded = load(&SCENARIO.replace("max_nodes: 8", "max_nodes: 8, policy: Static"));
    let plan = plan(&loaded, &["max_nodes=2,5"], 1);
    let models = plan.models(&loaded, None).unwrap();
    let all = all(&plan, &models);
    let seen: Vec<(u32, u32)> =
        all.configurations.iter().map(|c| (c.settings[0].min_nodes, c.settings[0].initial_nodes)).collect();
    assert_eq!(seen, [(2, 2), (5, 5)], "a static cluster keeps max_nodes");
}

#[test]
fn a_refused_configuration_is_named_with_its_rule() {
    let loaded = load(SCENARIO);
    let refused = |axes: &[&str]| {
        let plan = plan(&loaded, axes, 1);
        plan.models(&loaded, None).unwrap_err().swap_remove(0)
    };
    let error = refused(&["max_nodes=50,100,150", "idle_time=1m,2m"]);
    assert_eq!(error.code, Code::MaxOverLimit);
    assert!(
        error.message.contains("configuration 4 (max_nodes = 150, idle_time_s = 60)"),
        "{}",
        error.message
    );
    assert!(error.notes[0].contains("max-over-limit"), "{:?}", error.notes);
    // 64 vCPUs are four nodes of 16.
    let error = refused(&["vm_size=Standard_D16s_v3", "min_nodes=2,4,5"]);
    assert_eq!(error.code, Code::QuotaBelowCluster);
    assert!(error.message.contains("configuration 2"), "{}", error.message);
}

/// A model of the plan gives what the scenario gives with the values written in.
#[test]
fn models_are_those_of_scenarios_with_the_values_written_in() {
    let low = SCENARIO.replace("max_nodes: 8", "max_nodes: 8, tier: LowPriority");
    let low_16 = low.replace("idle_time", "eviction: PerHour(0.16), idle_time");
    let slow = "allocation_delay: LogNormalMedianP90(median: \"8m\", p90: \"18m\"), boot_delay: Constant(\"6m\"), \
                release_delay: \"2m\", recycle_time: \"20m\", idle_time";
    // Half the hazard of 16 % an hour.
    let half = -libm::expm1(0.5 * libm::log1p(-0.16));
    assert!((half - (1.0 - libm::sqrt(0.84))).abs() < 1e-15, "{half}");
    for (text, axis, written) in [
        (SCENARIO, "tier=LowPriority", low.clone()),
        (SCENARIO, "vm_size=Standard_D8s_v3", SCENARIO.replace("D4s_v3", "D8s_v3")),
        (SCENARIO, "load_factor=2.5", SCENARIO.replace("workload: (", "workload: (load_factor: 2.5, ")),
        (SCENARIO, "delays_scale=2", SCENARIO.replace("idle_time", slow)),
        (
            SCENARIO,
            "delays_scale=0",
            SCENARIO
                .replace("seed: 7,", "seed: 7, delays: Zero,")
                .replace("idle_time", "prepare_cold: Constant(\"2m\"), idle_time"),
        ),
        (&low_16, "eviction_rate=0", low.replace("idle_time", "eviction: Never, idle_time")),
        (
            &low_16,
            "eviction_rate=0.5",
            low.replace("idle_time", &format!("eviction: PerHour({half}), idle_time")),
        ),
        (
            &low.replace("idle_time", "eviction: Values([After(\"1h\"), Never, After(\"90s\")]), idle_time"),
            "eviction_rate=2",
            low.replace("idle_time", "eviction: Values([After(\"30m\"), Never, After(\"45s\")]), idle_time"),
        ),
    ] {
        let loaded = load(text);
        let plan = plan(&loaded, &[axis], 2);
        let models = plan.models(&loaded, None).unwrap();
        let written = load(&written);
        for replication in 0..2 {
            let input = written.lower(None, replication).unwrap().input;
            let expected = run(&Model::new(input).unwrap(), Detail::Sums).0;
            let found = run(&models.models[replication as usize], Detail::Sums).0;
            assert!(found == expected, "{axis}, replication {replication}");
            assert!(found.clusters[0].started > 0);
        }
    }
}

#[test]
fn a_factor_of_one_changes_nothing() {
    let loaded = load(&SCENARIO.replace("max_nodes: 8", "max_nodes: 8, tier: LowPriority"));
    let plan = plan(&loaded, &["delays_scale=1,2", "eviction_rate=1,2"], 1);
    let models = plan.models(&loaded, None).unwrap();
    let results: Vec<_> = models.models.iter().map(|model| run(model, Detail::Sums).0).collect();
    let own = run(&Model::new(loaded.lower(None, 0).unwrap().input).unwrap(), Detail::Sums).0;
    assert!(results[0] == own);
    assert!(results[1..].iter().all(|result| *result != own), "two changes something");
    assert!(results[1].clusters[0].evictions > own.clusters[0].evictions);
}

#[test]
fn a_seed_and_replications_are_those_of_a_run() {
    let loaded = load(SCENARIO);
    let plan = plan(&loaded, &["max_nodes=8"], 3);
    let models = plan.models(&loaded, Some(99)).unwrap();
    for replication in 0..3 {
        let input = loaded.lower(Some(99), replication).unwrap().input;
        let expected = run(&Model::new(input).unwrap(), Detail::Sums).0;
        assert!(run(&models.models[replication as usize], Detail::Sums).0 == expected, "{replication}");
    }
    assert_eq!(models.facts[0].seed, 99);
}

#[test]
fn more_nodes_than_the_kernel_holds_are_an_obstacle() {
    let loaded = load(&SCENARIO.replace("max_nodes: 8", "max_nodes: 8, node_limit: 3000"));
    let models = |plan: &Plan| plan.models(&loaded, None).unwrap().models;
    let small = plan(&loaded, &["max_nodes=8,1024"], 1);
    assert_eq!(small.obstacles(&models(&small)), []);
    let large = plan(&loaded, &["max_nodes=8,1025"], 1);
    assert_eq!(large.obstacles(&models(&large)), [Obstacle::Slots(1025)]);
}
