//! Lists of points, pairs, designs, and models that are kept.

use super::tests::{SCENARIO, all, load, plan, vary};
use super::*;
use crate::engine::{Detail, Model, run};
use crate::lowering::Loaded;
use crate::units::TimeSpan;
use std::sync::Arc;

fn asked(text: &str, sweep: &str) -> Loaded {
    load(&text.replace("    seed: 7,", &format!("    seed: 7, sweep: ({sweep}),")))
}

fn of(loaded: &Loaded) -> Result<Plan, Vec<Diagnostic>> {
    Plan::of(loaded.scenario(), &Spec::of(loaded, Flags::default())?, 1)
}

fn said(found: &[Diagnostic]) -> String {
    found.iter().map(|d| format!("{}: {}", d.code, d.message)).collect::<Vec<_>>().join("; ")
}

fn made(sweep: &str) -> Plan {
    of(&asked(SCENARIO, sweep)).map_err(|found| said(&found)).unwrap()
}

#[test]
fn an_index_has_levels_and_levels_have_an_index() {
    let plan = made(
        r#"vary: ["min_nodes=0..2", "max_nodes=4,8", "idle_time=1m,2m", "tier=Dedicated,LowPriority"], pair: [["max_nodes", "tier"]]"#,
    );
    assert_eq!((plan.grid_size(), plan.positions()), (12, 12), "paired axes are one dimension");
    for index in 0..12 {
        let levels: Vec<u32> = plan.levels(index).collect();
        assert_eq!(levels[1], levels[3], "they advance together");
        assert_eq!(plan.index(&levels), Some(index));
    }
    assert_eq!(plan.index(&[0, 0, 0, 1]), None, "paired axes disagree");
    assert_eq!(plan.index(&[3, 0, 0, 0]), None, "no such level");
    assert_eq!(plan.index(&[0, 0, 0]), None, "too few");
    assert_eq!(plan.name(5), "min_nodes = 1, max_nodes = 4, idle_time_s = 120, tier = dedicated");
}

#[test]
fn paired_axes_make_the_models_of_their_pairs_only() {
    let loaded = asked(
        SCENARIO,
        r#"vary: ["load_factor=1,2", "max_nodes=4,8", "idle_time=1m,2m"], pair: [["idle_time", "load_factor"]]"#,
    );
    let plan = of(&loaded).unwrap();
    assert_eq!((plan.configurations(), plan.model_count()), (4, 2));
    let models = plan.models(&loaded, None).unwrap();
    let chunk = all(&plan, &models);
    let seen: Vec<(usize, u32, u32)> = chunk
        .configurations
        .iter()
        .map(|c| (c.model, c.settings[0].max_nodes, c.settings[0].idle_time))
        .collect();
    assert_eq!(seen, [(0, 4, 60), (0, 8, 60), (1, 4, 120), (1, 8, 120)]);
}

#[test]
fn wrong_pairs_are_told_at_their_name() {
    let vary = r#"vary: ["max_nodes=4,8", "idle_time=1m,2m,3m", "min_nodes=0,1", "load_factor=1,2"]"#;
    for (pair, underlined, says) in [
        (r#"["max_nodes", "idle_time"]"#, "idle_time", "`idle_time` has 3 values, `max_nodes` has 2"),
        (r#"["max_nodes", "min_node"]"#, "min_node", "no axis is called \"min_node\""),
        (r#"["max_nodes"]"#, "max_nodes", "paired with nothing"),
        (r#"["max_nodes", "max_nodes"]"#, "max_nodes", "paired twice"),
        (r#"["max_nodes", "min_nodes"], ["min_nodes", "load_factor"]"#, "min_nodes", "paired twice"),
        (r#"["max_nodes", "min_nodes"], ["load_factor", "max_nodes"]"#, "max_nodes", "paired twice"),
    ] {
        let loaded = asked(SCENARIO, &format!("{vary}, pair: [{pair}]"));
        let found = of(&loaded).expect_err(pair);
        assert_eq!(found[0].code, Code::AxisPair, "{pair}");
        assert!(found[0].message.contains(says), "{pair}: {}", found[0].message);
        assert!(Arc::ptr_eq(found[0].source.as_ref().unwrap(), loaded.source()));
        assert_eq!(&loaded.source().text()[found[0].span.clone().unwrap()], underlined, "{pair}");
    }
    assert_eq!(of(&asked(SCENARIO, &format!("{vary}, pair: [[]]"))).unwrap().grid_size(), 24);
}

#[test]
fn mistakes_in_the_scenario_are_shown_there() {
    for (sweep, code, underlined) in [
        (r#"vary: ["max_nodes=4", "idle_time=1m,x"]"#, Code::AxisValue, "x"),
        (r#"vary: [ "max_node=4" ]"#, Code::AxisUnknown, "max_node"),
        ("design: LatinHypercube(0)", Code::SweepDesign, "LatinHypercube(0)"),
        ("design: Sobol(65537)", Code::SweepDesign, "Sobol(65537)"),
        ("replications: 0", Code::SweepDesign, "0"),
        ("replications: 100001", Code::SweepDesign, "100001"),
    ] {
        let loaded = asked(SCENARIO, sweep);
        let found = of(&loaded).expect_err(sweep);
        assert_eq!(found[0].code, code, "{sweep}: {}", said(&found));
        assert!(Arc::ptr_eq(found[0].source.as_ref().unwrap(), loaded.source()), "{sweep}");
        assert_eq!(&loaded.source().text()[found[0].span.clone().unwrap()], underlined, "{sweep}");
    }
    // What is not written as it reads has a text of its own.
    let found = of(&asked(SCENARIO, r#"vary: ["max_nodes=\u{78}"]"#)).unwrap_err();
    assert_eq!(found[0].source.as_ref().unwrap().name(), "sweep.vary[0]");
    assert_eq!(found[0].span, Some(10..11));
}

#[test]
fn flags_replace_what_the_scenario_says() {
    let loaded = asked(
        SCENARIO,
        r#"vary: ["max_nodes=4,8", "idle_time=1m,2m"], pair: [["max_nodes", "idle_time"]], design: LatinHypercube(5), replications: 3"#,
    );
    let with = |flags: Flags<'_>| {
        let spec = Spec::of(&loaded, flags).unwrap();
        let pairs: Vec<usize> = spec.pair.iter().map(Vec::len).collect();
        (spec.vary.len(), pairs, spec.design, spec.replications)
    };
    let lhs = Design::LatinHypercube(5);
    assert_eq!(with(Flags::default()), (2, vec![2], lhs, 3));
    let axis = vary(&["max_nodes=4"]);
    assert_eq!(with(Flags { vary: &axis, ..Flags::default() }), (1, vec![], lhs, 3));
    let pair = ["max_nodes, idle_time".to_owned()];
    assert_eq!(with(Flags { pair: &pair, ..Flags::default() }), (2, vec![2], lhs, 3));
    assert_eq!(with(Flags { design: Some("grid"), ..Flags::default() }), (2, vec![2], Design::Grid, 3));
    assert_eq!(with(Flags { design: Some("sobol:8"), ..Flags::default() }).2, Design::Sobol(8));
    assert_eq!(with(Flags { replications: Some(1), ..Flags::default() }).3, 1);
    for bad in ["lhs", "lhs:x", "sobol:-1", "grid:3", "random:4", ""] {
        let found = Spec::of(&loaded, Flags { design: Some(bad), ..Flags::default() }).expect_err(bad);
        assert_eq!(found[0].code, Code::SweepDesign, "{bad}");
    }
}

#[test]
fn a_latin_hypercube_meets_every_value_equally_often() {
    let plan = made(
        r#"vary: ["max_nodes=1..50", "idle_time=1s..40s:1s", "load_factor=1,2"], design: LatinHypercube(200)"#,
    );
    assert_eq!(plan.configurations() + plan.doubles(), 200);
    assert!(plan.doubles() < 40, "{}", plan.doubles());
    let points = design::latin_hypercube(&plan.grid, 200, 1);
    for (axis, len) in [50_usize, 40, 2].into_iter().enumerate() {
        let mut seen = vec![0; len];
        points.iter().for_each(|index| seen[plan.grid.level(axis, *index) as usize] += 1);
        assert!(seen.iter().all(|n| *n == 200 / len), "axis {axis}: {seen:?}");
    }
    assert_ne!(points, design::latin_hypercube(&plan.grid, 200, 2), "by the seed");
    // Two axes do not go together.
    let mean = |axis| points.iter().map(|i| plan.grid.level(axis, *i) as f64).sum::<f64>() / 200.0;
    let (a, b) = (mean(0), mean(1));
    let of = |i: &u64| (plan.grid.level(0, *i) as f64 - a) * (plan.grid.level(1, *i) as f64 - b);
    let covariance = points.iter().map(of).sum::<f64>() / 200.0;
    assert!((covariance / (14.4 * 11.5)).abs() < 0.25, "{covariance}");
}

#[test]
fn a_sobol_sequence_is_spread_evenly_over_pairs_of_axes() {
    let plan =
        made(r#"vary: ["max_nodes=1..16", "idle_time=1s..16s:1s", "load_factor=1,2"], design: Sobol(256)"#);
    let points = design::sobol(&plan.grid, 256, 1);
    let mut seen = vec![0; 256];
    for index in &points {
        seen[(plan.grid.level(0, *index) * 16 + plan.grid.level(1, *index)) as usize] += 1;
    }
    // The first two dimensions of a scrambled sequence are a (0, 8, 2)-net: one point in each box.
    assert!(seen.iter().all(|n| *n == 1), "{seen:?}");
    assert_eq!((plan.configurations(), plan.doubles()), (256, 0));
    assert_eq!(points, design::sobol(&plan.grid, 256, 1));
    assert_ne!(points, design::sobol(&plan.grid, 256, 2), "by the seed");
}

#[test]
fn a_design_runs_what_fits_and_counts_the_rest() {
    let text = r#"vary: ["min_nodes=0..9", "max_nodes=1..10"], design: LatinHypercube(1000)"#;
    let plan = made(text);
    let models = plan.models(&asked(SCENARIO, text), None).unwrap();
    let chunk = all(&plan, &models);
    assert_eq!(chunk.rows.len() as u64, plan.configurations());
    assert_eq!(plan.configurations() + plan.left_out() + plan.doubles(), 1000);
    assert!(plan.left_out() > 0 && plan.doubles() > 0);
    assert!(chunk.rows.is_sorted(), "in the order of the grid");
    assert!(chunk.configurations.iter().all(|c| c.settings[0].min_nodes <= c.settings[0].max_nodes));
    let rows: HashSet<_> = chunk.rows.iter().collect();
    assert_eq!(rows.len(), chunk.rows.len());
}

#[test]
fn a_list_of_points_may_come_from_a_grid_of_any_size() {
    let sweep = r#"vary: ["max_nodes=1..100000", "idle_time=1s..100000s:1s", "load_factor=0.001..5:0.001"]"#;
    let loaded = asked(SCENARIO, sweep);
    assert_eq!(of(&loaded).unwrap_err()[0].code, Code::SweepTooLarge);
    let loaded = asked(SCENARIO, &format!("{sweep}, design: LatinHypercube(3)"));
    let whole = of(&loaded).unwrap();
    assert_eq!((whole.grid_size(), whole.len(), whole.model_count()), (50_000_000_000_000, 3, 3));
    let points: [Box<[u32]>; 3] = [[7, 59, 999].into(), [3, 0, 1999].into(), [7, 59, 999].into()];
    let plan = whole.of_points(&points).unwrap();
    assert_eq!((plan.len(), plan.doubles(), plan.model_count()), (2, 1, 2));
    let models = plan.models(&loaded, None).unwrap();
    let chunk = all(&plan, &models);
    let indices: Vec<u64> = chunk.rows.iter().map(|(index, _)| *index).collect();
    assert_eq!(indices, [(7 * 100_000 + 59) * 5000 + 999, 3 * 100_000 * 5000 + 1999], "in their own order");
    assert_eq!(plan.name(indices[1]), "max_nodes = 4, idle_time_s = 1, load_factor = 2");
    assert_eq!(chunk.configurations[0].settings[0].max_nodes, 8);
    // The configuration is that of a run with its values.
    let written = load(&SCENARIO.replace("workload: (", "workload: (load_factor: 2, "));
    let expected = run(&Model::new(written.lower(None, 0).unwrap().input).unwrap(), Detail::Sums).0;
    let own = models.models[chunk.configurations[1].model].clone();
    assert!(run(&own, Detail::Sums).0.clusters[0].started > 0);
    let mut workspace = crate::engine::Workspace::new();
    let mut settings = chunk.configurations[1].settings.clone();
    settings[0].max_nodes = 8;
    settings[0].idle_time = 300;
    assert!(*workspace.run(&own, &settings) == expected);
}

#[test]
#[should_panic(expected = "no configuration has the levels")]
fn a_point_that_is_not_there_is_a_mistake_of_the_program() {
    let _ = made(r#"vary: ["max_nodes=1..4"]"#).of_points(&[[4].into()]);
}

#[test]
fn models_are_kept_between_lists_and_for_other_replications() {
    let loaded = asked(SCENARIO, r#"vary: ["max_nodes=2,8", "load_factor=1..4:0.5"], replications: 2"#);
    let whole = of(&loaded).unwrap();
    let first = whole.of_points(&[[0, 0].into(), [1, 2].into()]).unwrap();
    let mut models = first.models(&loaded, None).unwrap();
    assert_eq!(models.models.len(), 4);
    let second = whole.of_points(&[[1, 2].into(), [1, 3].into()]).unwrap();
    second.add_models(&mut models, &loaded, None).unwrap();
    assert_eq!((models.models.len(), models.facts.len()), (6, 6));
    assert_eq!(all(&first, &models).configurations.iter().map(|c| c.model).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(
        all(&second, &models).configurations.iter().map(|c| c.model).collect::<Vec<_>>(),
        [2, 3, 4, 5]
    );
    // Fresh draws of the same configurations.
    let fresh = second.with_replications(2, 3).unwrap();
    fresh.add_models(&mut models, &loaded, None).unwrap();
    let chunk = all(&fresh, &models);
    assert_eq!(chunk.rows.iter().map(|(_, r)| *r).collect::<Vec<_>>(), [2, 3, 4, 2, 3, 4]);
    let written = load(&SCENARIO.replace("workload: (", "workload: (load_factor: 2.5, "));
    let expected = run(&Model::new(written.lower(None, 4).unwrap().input).unwrap(), Detail::Sums).0;
    assert!(run(&models.models[chunk.configurations[5].model], Detail::Sums).0 == expected);
}

/// Models of axes over any value are those of scenarios with the value written in.
#[test]
fn leaves_are_written_into_the_scenario() {
    let low = SCENARIO.replace("max_nodes: 8", "max_nodes: 8, tier: LowPriority");
    let one = |text: &str, axes: &[&str], written: &str| {
        let loaded = load(text);
        let plan = plan(&loaded, axes, 2);
        let models = plan.models(&loaded, None).map_err(|found| said(&found)).unwrap();
        let chunk = all(&plan, &models);
        let written = load(written);
        for replication in 0..2 {
            let input = written.lower(None, replication).unwrap().input;
            let expected = run(&Model::new(input).unwrap(), Detail::Sums).0;
            let configuration = &chunk.configurations[replication as usize];
            let mut workspace = crate::engine::Workspace::new();
            let model = &models.models[configuration.model];
            assert!(
                *workspace.run(model, &configuration.settings) == expected,
                "{axes:?}, replication {replication}"
            );
            assert!(expected.clusters[0].started > 0);
        }
    };
    let with = |field: &str| SCENARIO.replace("idle_time", &format!("{field}, idle_time"));
    one(SCENARIO, &["discipline=Backfill"], &with("discipline: Backfill"));
    one(SCENARIO, &["boot_delay=Exponential(mean: 4m)"], &with("boot_delay: Exponential(mean: \"4m\")"));
    one(SCENARIO, &["initial_nodes=3"], &with("initial_nodes: 3"));
    one(SCENARIO, &["policy=Static"], &with("policy: Static"));
    one(
        SCENARIO,
        &["policy=Static", "max_nodes=5"],
        &with("policy: Static").replace("max_nodes: 8", "max_nodes: 5"),
    );
    one(SCENARIO, &["created=At(at: 1h)", "min_nodes=2"], &with("created: At(at: \"1h\"), min_nodes: 2"));
    one(
        SCENARIO,
        &["workload.classes.a.service.mean=20m"],
        &SCENARIO.replace("mean: \"10m\"", "mean: \"20m\""),
    );
    one(
        SCENARIO,
        &["workload.classes.a.arrivals.per_hour=30"],
        &SCENARIO.replace("per_hour: 20", "per_hour: 30"),
    );
    one(
        SCENARIO,
        &["workload.classes.a.nodes=Constant(2)"],
        &SCENARIO.replace("to: \"6h\"", "to: \"6h\", nodes: Constant(2)"),
    );
    one(SCENARIO, &["horizon=2h"], &SCENARIO.replace("seed: 7,", "seed: 7, horizon: \"2h\","));
    let both = low.replace("idle_time", "eviction: PerHour(0.19), idle_time");
    // A factor acts on what another axis writes, whatever their order: 1 − 0.9² = 0.19, as the rate of evictions has it.
    let exact = -libm::expm1(2.0 * libm::log1p(-0.1));
    let both = both.replace("0.19", &exact.to_string());
    one(&low, &["eviction_rate=2", "eviction=PerHour(0.1)"], &both);
    one(&low, &["eviction=PerHour(0.1)", "eviction_rate=2"], &both);
}

/// What the checks of a scenario refuse is told at the value that is to blame.
#[test]
fn a_value_that_the_scenario_refuses_is_shown_in_the_argument() {
    for (axes, underlined, note) in [
        (&["workload.keep=0.5,1.5"][..], "1.5", "workload.keep = 1.5"),
        (&["boot_failures=None,Probability(2)", "max_nodes=4,8"], "Probability(2)", "boot_failures"),
        (&["workload.classes.a.service.mean=10m,0s"], "0s", "mean_s = 0"),
    ] {
        let loaded = load(SCENARIO);
        let plan = plan(&loaded, axes, 1);
        let found = plan.models(&loaded, None).expect_err(axes[0]);
        let source = found[0].source.as_ref().unwrap();
        assert_eq!((source.name(), source.text()), ("--vary", axes[0]), "{}", said(&found));
        assert_eq!(&source.text()[found[0].span.clone().unwrap()], underlined, "{}", said(&found));
        assert!(found[0].notes[0].contains(note), "{:?}", found[0].notes);
    }
}

#[test]
fn factors_have_levels_as_people_read_them() {
    let plan = made(
        r#"vary: ["max_nodes=4,24", "idle_time=90s,10m", "tier=Dedicated,LowPriority", "boot_delay=Constant(3m)"]"#,
    );
    let factors = plan.factors(load(SCENARIO).scenario());
    let texts: Vec<Vec<&str>> =
        factors.iter().map(|f| f.levels.iter().map(|level| level.text.as_str()).collect()).collect();
    assert_eq!(
        texts,
        [vec!["4", "24"], vec!["1m30s", "10m"], vec!["dedicated", "low priority"], vec!["Constant(3m)"]]
    );
    assert_eq!((factors[1].column.as_str(), factors[1].label.as_str()), ("idle_time_s", "idle_time"));
    assert_eq!(factors[1].levels[0].number, Some(90.0));
    assert!(factors[0].is_numeric() && !factors[2].is_numeric());
    // A column of seconds has seconds, also of a value that is on no axis.
    let own = (&factors[1].today, &factors[1].today_cell);
    assert_eq!(
        own.0.as_deref().map(str::parse::<TimeSpan>).unwrap().unwrap().as_s().to_string(),
        *own.1.as_ref().unwrap()
    );
}

#[test]
fn obstacles_are_those_of_every_combination() {
    let loaded = load(SCENARIO);
    let plan = plan(&loaded, &["discipline=Fifo,Backfill", "node_limit=100,3000"], 1);
    let models = plan.models(&loaded, None).unwrap().models;
    assert_eq!(models.len(), 4);
    assert_eq!(plan.obstacles(&models[..1]), []);
    assert_eq!(plan.obstacles(&models).len(), 1);
}
