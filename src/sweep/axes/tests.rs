use super::*;
use crate::diagnostic::Source;
use crate::lowering;
use std::path::PathBuf;
use std::sync::Arc;

const ONE_CLUSTER: &str = r#"(
    clusters: [(name: "cpu", vm_size: "Standard_D4s_v3", max_nodes: 8)],
    workload: (jobs: [(submit: "0s", service: "60s")]),
)"#;

fn scenario(text: &str) -> Scenario {
    let source = Arc::new(Source::new("s.ron", text));
    let loaded = lowering::load_source(&source, PathBuf::new()).map_err(|found| found[0].message.clone());
    loaded.unwrap().0.scenario().clone()
}

fn two_clusters() -> Scenario {
    scenario(&ONE_CLUSTER.replace(
        "max_nodes: 8)",
        "max_nodes: 8), (name: \"gpu\", vm_size: \"Standard_NC6s_v3\", max_nodes: 4, tier: LowPriority)",
    ))
}

fn one(text: &str, scenario: &Scenario) -> Result<Axis, Diagnostic> {
    read(&[Text::of_flag("--vary", text)], scenario)
        .map(|mut axes| axes.swap_remove(0))
        .map_err(|mut found| found.swap_remove(0))
}

fn values(text: &str) -> Vec<String> {
    let axis = one(text, &scenario(ONE_CLUSTER)).map_err(|d| format!("{}: {}", d.code, d.message)).unwrap();
    (0..axis.len()).map(|i| axis.value(i).to_string()).collect()
}

#[test]
fn lists_and_ranges_give_their_values() {
    for (text, expected) in [
        ("max_nodes=4,8,16", "4 8 16"),
        ("max_nodes = 4 , 8", "4 8"),
        ("max_nodes=4..7", "4 5 6 7"),
        ("max_nodes=4..12:4", "4 8 12"),
        ("max_nodes=4..13:4", "4 8 12"),
        ("max_nodes=5..5", "5"),
        ("max_nodes=1..64:x2", "1 2 4 8 16 32 64"),
        ("max_nodes=3..80:x5", "3 15 75"),
        ("min_nodes=0,2", "0 2"),
        ("idle_time=30s,2m,1h", "30 120 3600"),
        ("idle_time=2min..30min:14min", "120 960 1800"),
        ("idle_time=1m..8m:x2", "60 120 240 480"),
        ("tier=Dedicated,low_priority", "dedicated low_priority"),
        ("vm_size=d4s_v3,Standard_D8s_v3", "Standard_D4s_v3 Standard_D8s_v3"),
        ("delays_scale=0,0.5,1", "0 0.5 1"),
        ("load_factor=0.1..0.5:0.1", "0.1 0.2 0.3 0.4 0.5"),
        ("workload.load_factor=.5..2:x2", "0.5 1 2"),
        ("clusters.cpu.max_nodes=9", "9"),
        ("clusters[0].max_nodes=9", "9"),
        ("max_nodes=1..64:log7", "1 2 4 8 16 32 64"),
        ("max_nodes=1..3:log9", "1 2 3"),
        ("max_nodes=5..5:log4", "5"),
        ("max_nodes=10..100:lin4", "10 40 70 100"),
        ("max_nodes=1..10:lin3", "1 6 10"),
        ("idle_time=1m..16m:log3", "60 240 960"),
        ("idle_time=1s..10s:log4", "1 2 5 10"),
        ("idle_time=0s..10s:lin3", "0 5 10"),
        ("load_factor=0.1..10:log4", "0.1 0.4642 2.154 10"),
        ("delays_scale=1..2:log3", "1 1.414 2"),
    ] {
        assert_eq!(values(text).join(" "), expected, "{text}");
    }
}

#[test]
fn a_large_range_takes_no_memory() {
    let axis = one("min_nodes=0..9999999", &scenario(ONE_CLUSTER)).unwrap();
    assert_eq!(axis.len(), ROWS_MAX);
    assert!(matches!(axis.values, Values::Numbers(Numbers::Steps { .. })));
    assert_eq!(axis.value(9_999_999), Value::Nodes(9_999_999));
}

#[test]
fn mistakes_have_a_code_a_place_and_what_to_do() {
    let scenario = scenario(ONE_CLUSTER);
    for (text, code, underlined, says) in [
        ("max_node=4", "A0701", "max_node", "did you mean `max_nodes`?"),
        ("clusters.cpo.max_nodes=4", "A0701", "cpo", "did you mean `cpu`?"),
        ("clusters.cpu=4", "A0701", "clusters.cpu", "clusters.NAME.FIELD"),
        ("clusters.cpu.name=x", "A0701", "name", "jobs refer to it"),
        ("clusters.cpu.mox_nodes=x", "A0701", "mox_nodes", "did you mean `max_nodes`?"),
        ("clusters[1].max_nodes=4", "A0701", "1", "it has 1, counted from 0"),
        ("clusters[x=4", "A0701", "clusters[x", "clusters.NAME.FIELD"),
        ("clusters=4", "A0701", "clusters", "clusters.cpu."),
        ("capacity=4", "A0701", "capacity", "capacity[0].FIELD"),
        ("identity=4", "A0701", "identity", "identity.system_assigned"),
        ("region.quotas=4", "A0701", "quotas", "region.quotas.family"),
        ("region.quota.low_priority=4", "A0701", "region.quota.low_priority", "`quotas`"),
        ("prices.billing=1m", "A0701", "prices.billing", "did you mean `billing_quantum`?"),
        ("discipline.x=1", "A0701", "x", "vary discipline itself"),
        ("boot_failures.Probability=0.1", "A0701", "Probability", "vary boot_failures itself"),
        ("workload.jobs[1].service=1m", "A0701", "[1", "it has 1, counted from 0"),
        ("workload.jobs.a.service=1m", "A0701", "a", "workload.jobs[0]"),
        ("seed=1,2", "A0701", "seed", "--replications"),
        ("expect=1", "A0701", "expect", "judged alike"),
        ("sweep.design=Grid", "A0701", "sweep", "varies"),
        ("resolution=1s,1m", "A0701", "resolution", "compare"),
        ("=4", "A0701", "", "known"),
        (".=4", "A0701", "", "known"),
        ("region.=4", "A0701", "region.", "region.name"),
        ("max_nodes", "A0702", "max_nodes", "PATH=LIST"),
        ("max_nodes=4,x,8", "A0702", "x", "whole number"),
        ("max_nodes=4,,8", "A0702", "", "whole number"),
        ("max_nodes=", "A0702", "", "whole number"),
        ("max_nodes=-4", "A0702", "-4", "whole number"),
        ("max_nodes=2147483648", "A0702", "2147483648", "2^31"),
        ("max_nodes=4,0", "A0702", "0", "1 or more"),
        ("idle_time=120", "A0702", "120", "write for example"),
        ("idle_time=100ms", "A0702", "100ms", "resolution"),
        ("tier=Dedicated,Spot", "A0702", "Spot", "`LowPriority`"),
        ("vm_size=Standard_D4_s_v3", "S0114", "Standard_D4_s_v3", "did you mean \"Standard_D4s_v3\"?"),
        ("delays_scale=1.0000000001", "A0702", "1.0000000001", "nine decimals"),
        ("delays_scale=1e3", "A0702", "1e3", "decimal"),
        ("load_factor=0", "A0702", "0", "1 for no change"),
        ("discipline=Fifo,Bacfill", "A0702", "Bacfill", "did you mean `Backfill`?"),
        ("boot_delay=3m", "A0702", "3m", "known"),
        ("boot_delay=Constant(3)", "A0702", "Constant(3)", "duration"),
        ("boot_delay=Constant(\"3 parsecs\")", "A0702", "Constant(\"3 parsecs\")", "use ms"),
        ("recycle_time=10", "A0702", "10", "write for example"),
        ("recycle_time=1m,,2m", "A0702", "", "write"),
        ("price=0.5", "A0702", "0.5", "USD/h"),
        ("max_restarts=1.5", "A0702", "1.5", "whole number"),
        ("max_restarts=1,none", "A0702", "none", "whole number"),
        ("cancel_allocating=yes", "A0702", "yes", "true or false"),
        ("subnet=", "A0702", "", "behind the `=`"),
        ("capacity[0].at=1h", "A0701", "[0", "it has 0"),
        ("boot_delay=[1m]", "A0702", "[1m]", "single values"),
        ("speed=(a: 1)", "A0702", "(a: 1)", "single values"),
        ("max_nodes=1..64:log1", "A0703", "log1", "log7"),
        ("max_nodes=1..64:log", "A0703", "log", "log7"),
        ("max_nodes=1..64:log9999999", "A0703", "log9999999", "100000"),
        ("min_nodes=0..64:log7", "A0703", "0", "lin"),
        ("max_restarts=5..1", "A0703", "5..1", "1..5"),
        ("workload.keep=0..1", "A0703", "0..1", "STEP"),
        ("discipline=Fifo,Fifo", "A0704", "Fifo", "keep one"),
        ("recycle_time=60s,1m", "A0704", "1m", "keep one"),
        ("max_restarts=1..5000", "A0706", "1..5000", "larger step"),
        ("max_nodes=8..4", "A0703", "8..4", "4..8"),
        ("max_nodes=4..8:0", "A0703", "0", "above 0"),
        ("max_nodes=4..8:x1", "A0703", "x1", "x2"),
        ("min_nodes=0..32:x2", "A0703", "0", "list the values"),
        ("idle_time=1m..9m", "A0703", "1m..9m", "1m..9m:4m"),
        ("max_nodes=1,4..8", "A0703", "4..8", "one range"),
        ("max_nodes=1:4..8", "A0703", "1:4..8", "FROM..TO:STEP"),
        ("max_nodes=4,8,4", "A0704", "4", "keep one"),
        ("idle_time=60s,1m", "A0704", "1m", "keep one"),
        ("vm_size=D4s_v3,Standard_D4s_v3", "A0704", "Standard_D4s_v3", "keep one"),
        ("eviction_rate=1,2", "A0705", "eviction_rate", "vary `tier` too"),
        ("min_nodes=0..10000000", "A0706", "0..10000000", "larger step"),
    ] {
        let error = one(text, &scenario).expect_err(text);
        let span = error.span.clone().unwrap();
        assert_eq!(
            (error.code.as_str(), &text[span.clone()]),
            (code, underlined),
            "{text}: {}",
            error.message
        );
        let help = error.help.as_deref().unwrap_or_default();
        assert!(help.contains(says), "{text}: {help}");
        if text == "max_nodes=4,8,4" {
            assert_eq!(span.start, 14, "the second one");
        }
    }
}

#[test]
fn with_several_clusters_a_field_alone_is_not_enough() {
    let scenario = two_clusters();
    let error = one("max_nodes=4", &scenario).unwrap_err();
    assert_eq!(error.code, Code::AxisUnknown);
    assert!(error.help.unwrap().contains("`clusters.gpu.max_nodes`"));
    let axis = one("clusters.gpu.idle_time=1m", &scenario).unwrap();
    assert_eq!((axis.cluster, axis.column.as_str()), (Some(1), "gpu.idle_time_s"));
    assert!(one("clusters.gpu.eviction_rate=0.5,2", &scenario).is_ok());
    assert_eq!(one("clusters.cpu.eviction_rate=2", &scenario).unwrap_err().code, Code::AxisConflict);
}

#[test]
fn what_the_scenario_sets_itself_is_not_varied() {
    let with = |cluster: &str, more: &str| {
        let text = ONE_CLUSTER.replace("max_nodes: 8", &format!("max_nodes: 8, {cluster}"));
        scenario(&text.replace("    workload:", &format!("    {more}\n    workload:")))
    };
    for (cluster, more, text) in [
        ("", "updates: [(at: \"1h\", cluster: \"cpu\", max_nodes: 4)],", "max_nodes=4"),
        ("", "updates: [(at: \"1h\", cluster: \"cpu\", idle_time: \"1m\")],", "idle_time=4m"),
        ("policy: Static", "", "min_nodes=4"),
        ("price: \"1 USD/h\"", "", "vm_size=Standard_D8s_v3"),
        ("price: \"1 USD/h\"", "", "tier=LowPriority"),
        ("speed: (2, 1)", "", "vm_size=Standard_D8s_v3"),
        ("tier: LowPriority", "evictions: Never,", "eviction_rate=2"),
        ("tier: LowPriority, eviction: Never", "", "eviction_rate=2"),
        ("", "delays: Zero,", "delays_scale=2"),
    ] {
        let error = one(text, &with(cluster, more)).expect_err(text);
        assert_eq!(error.code, Code::AxisConflict, "{text} with {cluster}{more}: {}", error.message);
        assert!(error.help.is_some());
    }
    // What an update does not touch can be varied.
    let updated = with("", "updates: [(at: \"1h\", cluster: \"cpu\", max_nodes: 4)],");
    assert!(one("idle_time=4m", &updated).is_ok());
}

#[test]
fn all_mistakes_are_told_at_once_and_an_axis_stands_once() {
    let scenario = scenario(ONE_CLUSTER);
    let texts = ["max_nodes=4", "max_nodes=8", "x=1"].map(|text| Text::of_flag("--vary", text));
    let found = read(&texts, &scenario).unwrap_err();
    let codes: Vec<&str> = found.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(codes, ["A0704", "A0701"]);
}

fn leaf_axis(text: &str, scenario: &Scenario) -> Axis {
    one(text, scenario).map_err(|d| format!("{text}: {}: {} ({:?})", d.code, d.message, d.help)).unwrap()
}

#[test]
fn any_value_of_the_scenario_is_an_axis() {
    let text = ONE_CLUSTER
        .replace("max_nodes: 8", "max_nodes: 8, tier: LowPriority, eviction: PerHour(0.05)")
        .replace(
            "jobs: [",
            "classes: [(name: \"a.b\", arrivals: Poisson(per_hour: 6), service: LogNormal(mean: \"9m\", cv: 1.5), to: \"6h\")], \
             jobs: [",
        )
        .replace("    workload:", "    locks: [(from: \"1h\", level: ReadOnly)],\n    workload:");
    let scenario = scenario(&text);
    for (text, path, column, cells, words) in [
        (
            "discipline=Fifo,Backfill",
            "clusters[0].discipline",
            "discipline",
            "Fifo Backfill",
            "Fifo Backfill",
        ),
        ("recycle_time=1m,2h", "clusters[0].recycle_time", "recycle_time_s", "60 7200", "1m 2h"),
        ("recycle_time=1m..9m:4m", "clusters[0].recycle_time", "recycle_time_s", "60 300 540", "1m 5m 9m"),
        (
            "boot_delay=Constant(\"3m\"),Exponential(mean: \"4m\")",
            "clusters[0].boot_delay",
            "boot_delay",
            "Constant(3m) Exponential(mean: 4m)",
            "Constant(3m) Exponential(mean: 4m)",
        ),
        ("boot_delay.Constant=3m", "clusters[0].boot_delay.Constant", "boot_delay.Constant_s", "180", "3m"),
        ("max_restarts=1..3", "clusters[0].max_restarts", "max_restarts", "1 2 3", "1 2 3"),
        ("max_restarts=1..100:log3", "clusters[0].max_restarts", "max_restarts", "1 10 100", "1 10 100"),
        (
            "cancel_allocating=false,true",
            "clusters[0].cancel_allocating",
            "cancel_allocating",
            "false true",
            "false true",
        ),
        ("speed=(3, 2),(2, 1)", "clusters[0].speed", "speed", "[3, 2] [2, 1]", "[3, 2] [2, 1]"),
        (
            "price=0.2 USD/h,0.4 USD/h",
            "clusters[0].price",
            "price",
            "0.2 USD/h 0.4 USD/h",
            "0.2 USD/h 0.4 USD/h",
        ),
        (
            "eviction.PerHour=0.1,0.2",
            "clusters[0].eviction.PerHour",
            "eviction.PerHour",
            "0.1 0.2",
            "0.1 0.2",
        ),
        (
            "eviction=Never,PerHour(0.1)",
            "clusters[0].eviction",
            "eviction",
            "Never PerHour(0.1)",
            "Never PerHour(0.1)",
        ),
        (
            "workload.classes.a.b.service.mean=9m..36m:x2",
            "workload.classes[0].service.LogNormal.mean",
            "workload.classes.a.b.service.mean_s",
            "540 1080 2160",
            "9m 18m 36m",
        ),
        (
            "workload.classes[0].arrivals.per_hour=6,7.5",
            "workload.classes[0].arrivals.Poisson.per_hour",
            "workload.classes[0].arrivals.per_hour",
            "6 7.5",
            "6 7.5",
        ),
        (
            "workload.keep=0.25..1:0.25",
            "workload.keep",
            "workload.keep",
            "0.25 0.5 0.75 1",
            "0.25 0.5 0.75 1",
        ),
        ("workload.window.to=2h", "workload.window.to", "workload.window.to_s", "7200", "2h"),
        (
            "workload.jobs[0].service=2m",
            "workload.jobs[0].service",
            "workload.jobs[0].service_s",
            "120",
            "2m",
        ),
        ("horizon=8h,16h", "horizon", "scenario.horizon_s", "28800 57600", "8h 16h"),
        ("evictions=Assumed,Never", "evictions", "scenario.evictions", "Assumed Never", "Assumed Never"),
        (
            "region.name=eastus,westeurope",
            "region.name",
            "region.name",
            "eastus westeurope",
            "eastus westeurope",
        ),
        (
            "region.quotas.family.standardDSv3Family=8,16",
            "region.quotas.family.standardDSv3Family",
            "region.quotas.family.standardDSv3Family",
            "8 16",
            "8 16",
        ),
        (
            "prices.load_balancer=Free,Price(\"1 USD/h\")",
            "prices.load_balancer",
            "prices.load_balancer",
            "Free Price(1 USD/h)",
            "Free Price(1 USD/h)",
        ),
        ("locks[0].from=1h,2h", "locks[0].from", "locks[0].from_s", "3600 7200", "1h 2h"),
    ] {
        let axis = leaf_axis(text, &scenario);
        assert_eq!(axis.field, Field::Leaf, "{text}");
        assert_eq!((axis.path.to_string().as_str(), axis.column.as_str()), (path, column), "{text}");
        let all =
            |of: &dyn Fn(Value<'_>) -> String| (0..axis.len()).map(|i| of(axis.value(i))).collect::<Vec<_>>();
        assert_eq!(all(&|value| value.to_string()).join(" "), cells, "{text}");
        assert_eq!(all(&|value| value.words()).join(" "), words, "{text}");
    }
    let numbers = |text: &str| {
        let axis = leaf_axis(text, &scenario);
        (0..axis.len()).map(|i| axis.value(i).number()).collect::<Vec<_>>()
    };
    assert_eq!(numbers("price=0.2 USD/h,0.4 USD/h"), [Some(0.2), Some(0.4)]);
    assert_eq!(numbers("price=0.2 USD/h,0.4 EUR/h"), [None, None], "amounts of two currencies");
    assert_eq!(numbers("recycle_time=1m,2h"), [Some(60.0), Some(7200.0)]);
    assert_eq!(numbers("discipline=Fifo"), [None]);
}

#[test]
fn axes_over_the_same_value_or_parts_of_it_are_refused() {
    let scenario = scenario(
        &ONE_CLUSTER.replace("max_nodes: 8", "max_nodes: 8, tier: LowPriority, eviction: PerHour(0.1)"),
    );
    let code = |texts: &[&str]| {
        let texts: Vec<Text> = texts.iter().map(|text| Text::of_flag("--vary", text)).collect();
        read(&texts, &scenario).map(|axes| axes.len()).map_err(|found| found[0].code.as_str())
    };
    assert_eq!(code(&["discipline=Fifo", "clusters.cpu.discipline=Backfill"]), Err("A0704"));
    assert_eq!(code(&["eviction=Never", "eviction.PerHour=0.2"]), Err("A0704"));
    assert_eq!(code(&["eviction.PerHour=0.2", "eviction_rate=1,2"]), Ok(2));
    assert_eq!(code(&["policy=Static,Reactive", "min_nodes=0,1"]), Err("A0705"));
    assert_eq!(code(&["policy=Static,Reactive", "max_nodes=1,2"]), Ok(2));
}

#[test]
fn what_an_update_sets_is_no_axis_whatever_it_is() {
    let text = ONE_CLUSTER.replace(
        "    workload:",
        "    updates: [(at: \"1h\", cluster: \"cpu\", identity: (system_assigned: true))],\n    workload:",
    );
    let error = one("identity.system_assigned=true,false", &scenario(&text)).unwrap_err();
    assert_eq!(error.code, Code::AxisConflict, "{}", error.message);
    assert!(one("identity.system_assigned=true,false", &scenario(ONE_CLUSTER)).is_ok());
}
