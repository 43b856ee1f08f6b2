use super::*;
use proptest::prelude::*;

const RON: &str = r#"(
    clusters: [
        (name: "cpu", vm_size: "D4s_v3", max_nodes: 4, eviction: PerHour(0.05)),
        (name: "gpu", vm_size: "NC6s_v3", max_nodes: 2, tier: LowPriority, boot_delay: Constant("3m")),
    ],
    workload: (
        jobs: [(submit: "0s", service: "4m")],
        classes: [(
            name: "train",
            arrivals: Poisson(per_hour: 4),
            service: LogNormal(mean: "1h", cv: 2.0),
            to: Some("1d"),
        )],
    ),
)"#;

const JSON: &str = r#"{
  "$schema": "schemas/scenario.schema.json",
  "clusters": [
    {"name": "cpu", "vm_size": "D4s_v3", "max_nodes": 4, "eviction": {"PerHour": 0.05}},
    {"name": "gpu", "vm_size": "NC6s_v3", "max_nodes": 2, "tier": "LowPriority",
     "boot_delay": {"Constant": "3m"}}
  ],
  "workload": {
    "jobs": [{"submit": "0s", "service": "4m"}],
    "classes": [{"name": "train", "arrivals": {"Poisson": {"per_hour": 4}},
                 "service": {"LogNormal": {"mean": "1h", "cv": 2.0}}, "to": "1d"}]
  }
}"#;

fn source(text: &str) -> Arc<Source> {
    Arc::new(Source::new("scenario", text))
}

/// Code, line, column and underlined text of every mistake.
fn mistakes(text: &str) -> Vec<(&'static str, usize, usize, String)> {
    let (_, found) = parse(&source(text), None);
    found
        .into_iter()
        .map(|d| {
            let (line, column) = d.position().unwrap_or_default();
            (d.code.as_str(), line, column, d.span.map(|span| text[span].to_owned()).unwrap_or_default())
        })
        .collect()
}

#[test]
fn both_formats_give_the_same_scenario() {
    let (ron, mistakes) = parse(&source(RON), None);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let (json, mistakes) = parse(&source(JSON), None);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let mut json = json.unwrap().scenario;
    json.schema = None;
    assert_eq!(ron.unwrap().scenario, json);
}

#[test]
fn the_format_follows_the_extension_then_the_text() {
    assert_eq!(Format::of("a.json", "()"), Format::Json);
    assert_eq!(Format::of("a.RON", "{}"), Format::Ron);
    assert_eq!(Format::of("-", "  {\"a\": 1}"), Format::Json);
    assert_eq!(Format::of("-", "// {\n()"), Format::Ron);
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    for (bytes, code) in [
        (b"\xff\xfe(\0".to_vec(), Code::NotText),
        (b"(name: \"\xe9\")".to_vec(), Code::NotText),
        (b"PAR1\0\x15".to_vec(), Code::NotText),
        (vec![b' '; BYTES_MAX as usize + 1], Code::FileTooLarge),
    ] {
        assert_eq!(text("f", bytes).unwrap_err().code, code);
    }
    let ok = text("f", b"\xef\xbb\xbf(\r\n)\r\n".to_vec()).unwrap();
    assert_eq!(ok.text(), "(\n)\n");
    assert_eq!(read("does/not/exist.ron").unwrap_err().code, Code::CannotRead);
    assert_eq!(read(env!("CARGO_MANIFEST_DIR")).unwrap_err().code, Code::CannotRead, "a folder");
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let text = RON
        .replace("max_nodes: 4", "max_node: 4, max_nodes: 4")
        .replace("PerHour(0.05)", "PerHours(0.05)")
        .replace("Constant(\"3m\")", "Constant(3)")
        .replace("LowPriority", "\"LowPriority\"")
        .replace("per_hour: 4", "per_hour: \"four\"")
        .replace("mean: \"1h\"", "mean: \"1 parsec\"");
    let mut found = mistakes(&text);
    found.sort();
    assert_eq!(
        found,
        [
            ("S0102", 3, 42, "max_node".into()),
            ("S0105", 4, 63, "\"LowPriority\"".into()),
            ("S0105", 4, 99, "3".into()),
            ("S0105", 10, 41, "\"four\"".into()),
            ("S0106", 3, 79, "PerHours".into()),
            ("S0107", 11, 38, "\"1 parsec\"".into()),
        ]
    );
}

#[test]
fn json_is_no_worse() {
    let text = JSON
        .replace("\"max_nodes\": 4", "\"max_node\": 4, \"max_nodes\": 4")
        .replace("\"PerHour\"", "\"PerHours\"")
        .replace("{\"Constant\": \"3m\"}", "{\"Constant\": 3}")
        .replace("\"cv\": 2.0", "\"cv\": \"ä\"");
    let mut found = mistakes(&text);
    found.sort();
    assert_eq!(
        found,
        [
            ("S0102", 4, 42, "\"max_node\"".into()),
            ("S0105", 6, 33, "3".into()),
            ("S0105", 11, 64, "\"ä\"".into()),
            ("S0106", 4, 86, "\"PerHours\"".into()),
        ]
    );
}

#[test]
fn duplicates_are_refused_also_in_maps() {
    let text =
        RON.replace("clusters: [", "region: (subnets: {\"a\": 1, \"a\": 2}), seed: 1, seed: 2, clusters: [");
    assert_eq!(
        mistakes(&text).iter().map(|m| (m.0, m.3.as_str())).collect::<Vec<_>>(),
        [("S0104", "\"a\""), ("S0104", "seed")]
    );
}

#[test]
fn mistakes_confined_to_fields_leave_a_scenario_to_check() {
    let (parsed, found) = parse(&source(&RON.replace("to: Some(\"1d\")", "to: 1, prio: 3")), None);
    assert_eq!((parsed.is_some(), found.len()), (true, 2));
    let parsed = parsed.unwrap();
    let path = Path::root().field("clusters").index(1).field("max_nodes");
    assert_eq!(&parsed.source.text()[parsed.tree().find(&path).span], "2");
    let (parsed, found) = parse(&source(&RON.replace("max_nodes: 4", "max_nodes: four")), None);
    assert_eq!((parsed.is_some(), found.len()), (false, 1), "a cluster is lost");
}

#[test]
fn a_broken_structure_is_told_once() {
    for (text, place) in [
        ("(clusters: [(name: \"a\"]", (1, 23)),
        ("(clusters: [", (1, 12)),
        ("(name: \"abc)", (1, 8)),
        ("(clusters: [], workload: ()) x", (1, 30)),
        ("{\"clusters\": [],}", (1, 17)),
    ] {
        let found = mistakes(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!((found[0].0, (found[0].1, found[0].2)), ("S0101", place), "{text}");
    }
    for text in ["", " \n", "// nothing\n", "/* nothing */"] {
        assert_eq!(mistakes(text)[0].0, "S0111");
    }
}

#[test]
fn depth_is_bounded() {
    for open in ["(", "[", "{\"a\":"] {
        assert_eq!(mistakes(&open.repeat(100_000)).len(), 1);
    }
}

#[test]
fn the_services_names_are_recognised() {
    let (_, found) = parse(&source(&RON.replace("max_nodes: 4", "max_instances: 4")), None);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].help.as_deref(), Some("it is called `max_nodes` here"));
}

proptest! {
    #[test]
    fn no_mutation_makes_it_panic(
        at in 0..RON.len(),
        len in 0..20_usize,
        with in "[()\\[\\]{}\"',:#/*r\\-0a.ä]{0,4}",
    ) {
        for text in [RON, JSON] {
            let at = at.min(text.len());
            let end = (at + len).min(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(end) {
                let text = format!("{}{with}{}", &text[..at], &text[end..]);
                let (_, found) = parse(&source(&text), None);
                prop_assert!(found.len() <= MISTAKES_MAX);
                let _ = crate::diagnostic::render(&found, false);
            }
        }
    }
}
