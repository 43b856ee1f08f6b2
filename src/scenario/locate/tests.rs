use super::*;
use proptest::prelude::*;

const RON: &str = r##"#![type = "Scenario"]
// a comment with ) and "
(
    name: "a \" b",   /* nested /* ) */ */
    region: (quotas: (family: { "standardDSv3Family": 24, r"raw": 1 }), subnets: {}),
    clusters: [
        (name: "cpu", vm_size: r#"D4 "s" ) v3"#, max_nodes: 4, eviction: Some(PerHour(0.05))),
        Cluster(
            name: "gpu",
            tier: LowPriority,
            eviction: Weibull(scale: "4m", shape: 0.5),
            created: At(at: "1h"),
            speed: (3, 2),
            boot_delay: Values(["4m", "5m"]),
            char: ')',
        ),
    ],
    workload: (logs: [(format: Csv(nodes: CeilDiv("gpus", 4)))]),
)
"##;

const JSON: &str = r#"{
  "name": "a \" b",
  "clusters": [
    {"name": "cpu", "max_nodes": 4, "eviction": {"PerHour": 0.05}},
    {"name": "gpu", "tier": "LowPriority", "eviction": {"Weibull": {"scale": "4m", "shape": 0.5}},
     "speed": [3, 2], "boot_delay": {"Values": ["4m", "5m"]}, "created": {"At": {"at": "1h"}}}
  ],
  "workload": {"logs": [{"format": {"Csv": {"nodes": {"CeilDiv": ["gpus", 4]}}}}]}
}"#;

fn value<'a>(text: &'a str, at: &str) -> (&'a str, bool) {
    let located = Tree::new(text).find(&Path::parse(at));
    (&text[located.span], located.found)
}

#[test]
fn a_path_leads_to_its_value_in_both_formats() {
    for (at, ron, json) in [
        ("name", r#""a \" b""#, r#""a \" b""#),
        ("clusters[0].name", "\"cpu\"", "\"cpu\""),
        ("clusters[0].max_nodes", "4", "4"),
        ("clusters[0].eviction.PerHour", "0.05", "0.05"),
        ("clusters[1].tier", "LowPriority", "\"LowPriority\""),
        ("clusters[1].eviction.Weibull.shape", "0.5", "0.5"),
        ("clusters[1].created.At.at", "\"1h\"", "\"1h\""),
        ("clusters[1].speed", "(3, 2)", "[3, 2]"),
        ("clusters[1].speed[1]", "2", "2"),
        ("clusters[1].boot_delay.Values[1]", "\"5m\"", "\"5m\""),
        ("workload.logs[0].format.Csv.nodes.CeilDiv[1]", "4", "4"),
    ] {
        assert_eq!(value(RON, at), (ron, true), "{at}");
        assert_eq!(value(JSON, at), (json, true), "{at}");
    }
    for at in [
        "clusters[1].eviction.shape",
        "clusters[1].created.at",
        "clusters[1].boot_delay[0]",
        "clusters[1].boot_delay[1]",
    ] {
        assert!(value(RON, at).1 && value(JSON, at).1, "{at}: variants may be left out");
        assert_eq!(value(RON, at), value(JSON, at));
    }
    assert_eq!(value(RON, "clusters[0].vm_size"), (r###"r#"D4 "s" ) v3"#"###, true));
    assert_eq!(value(RON, "region.quotas.family.raw"), ("1", true));
}

#[test]
fn what_is_missing_is_shown_at_its_element() {
    assert_eq!(value(RON, "clusters[1].min_nodes"), ("\"gpu\"", false));
    assert_eq!(value(RON, "region.outside_usage[0].at"), ("(", false));
    assert_eq!(value(RON, "clusters[1].eviction.Weibull.x"), ("Weibull", false));
    assert_eq!(value(JSON, "clusters[1].min_nodes"), ("\"gpu\"", false));
    assert_eq!(value(JSON, "workload.jobs[3].submit"), ("{", false));
    assert_eq!(value("", "a.b"), ("", false));
    assert_eq!(value("// nothing", "a.b"), ("", false));
}

#[test]
fn a_byte_leads_to_its_path() {
    for text in [RON, JSON] {
        let tree = Tree::new(text);
        for at in
            ["name", "clusters[0].max_nodes", "clusters[1].speed[1]", "clusters[1].tier", "clusters[1].speed"]
        {
            let span = tree.find(&Path::parse(at)).span;
            for byte in [span.start, span.end] {
                assert_eq!(tree.path(tree.at(byte)), Path::parse(at), "{at}");
            }
        }
    }
}

#[test]
fn an_entry_can_be_blanked() {
    for (text, at, left) in [
        ("(a: 1, b: 2, c: 3)", "b", "(a: 1,       c: 3)"),
        ("(a: 1, b: 2)", "b", "(a: 1      )"),
        ("(a: 1)", "a", "(    )"),
        ("[1, (x: 1), 3]", "[1]", "[1,         3]"),
        ("{\"a\": 1, \"b\": [2, 3]}", "b", "{\"a\": 1             }"),
    ] {
        let tree = Tree::new(text);
        let entry = tree.at(tree.find(&Path::parse(at)).span.start);
        assert_eq!(tree.path(entry), Path::parse(at));
        assert!(tree.removable(entry));
        let mut bytes = text.as_bytes().to_vec();
        tree.removal(entry).into_iter().for_each(|range| bytes[range].fill(b' '));
        assert_eq!(String::from_utf8(bytes).unwrap(), left);
    }
    let tree = Tree::new("(1, 2)");
    assert!(!tree.removable(tree.at(1)), "an element of a tuple");
}

#[test]
fn duplicates_are_found_at_every_depth() {
    let text = r#"(a: 1, b: [(c: 1, d: 2, c: 3)], a: {"x": 1, "x": 2, "y": 3})"#;
    let tree = Tree::new(text);
    let found: Vec<&str> = tree.duplicate_keys().into_iter().map(|e| &text[tree.value(e)]).collect();
    assert_eq!(found, ["3", r#"{"x": 1, "x": 2, "y": 3}"#, "2"]);
    assert!(has_duplicate_keys(text));
    assert!(Tree::new(RON).duplicate_keys().is_empty());
    assert!(!has_duplicate_keys(RON) && !has_duplicate_keys(JSON));
}

#[test]
fn depth_costs_no_stack() {
    let text = "[".repeat(1_000_000);
    let tree = Tree::new(&text);
    assert!(!tree.find(&Path::parse("[0][0]")).span.is_empty());
    let _ = tree.at(999_999);
}

fn exercise(text: &str) {
    let tree = Tree::new(text);
    for at in ["clusters[0].max_nodes", "clusters[1].eviction.Weibull.shape", "workload.jobs[7]", "x"] {
        let located = tree.find(&Path::parse(at));
        assert!(text.get(located.span).is_some());
        let _ = tree.find_key(&Path::parse(at));
    }
    let duplicates = tree.duplicate_keys();
    assert!(duplicates.is_empty() || has_duplicate_keys(text));
    for entry in duplicates {
        assert!(tree.removal(entry).into_iter().all(|range| text.get(range).is_some()));
    }
    for byte in 0..=text.len() {
        let entry = tree.at(byte);
        assert!(text.get(tree.value(entry)).is_some() && text.get(tree.head_of(entry)).is_some());
        let _ = (tree.path(entry), tree.parent(entry), tree.removable(entry));
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[-(){}\\[\\]:,\"'#!/*r\\\\ b\nä0a.]{0,60}") {
        exercise(&text);
    }

    #[test]
    fn no_mutation_makes_it_panic(at in 0..RON.len(), len in 0..20_usize, with in "[()\\[\\]{}\"',:#/*r]{0,3}") {
        for text in [RON, JSON] {
            let at = at.min(text.len());
            let end = (at + len).min(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(end) {
                exercise(&format!("{}{with}{}", &text[..at], &text[end..]));
            }
        }
    }
}
