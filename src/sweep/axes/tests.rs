use super::*;
use crate::lowering;
use std::path::PathBuf;

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
    read(&[text.to_owned()], scenario)
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
        ("clusters.cpu.name=x", "A0701", "name", "known:"),
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
    let found = read(&["max_nodes=4".into(), "max_nodes=8".into(), "x=1".into()], &scenario).unwrap_err();
    let codes: Vec<&str> = found.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(codes, ["A0704", "A0701"]);
}
