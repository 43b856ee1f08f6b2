//! `docs/scenario.md`: its examples are of the types that they stand under, and its links lead somewhere.

use nodetide::diagnostic::Diagnostic;
use nodetide::lowering;
use nodetide::scenario::parse;
use nodetide::scenario::schema::*;
use nodetide::units::{Money, Price, Resolution, TimeSpan};
use ron::extensions::Extensions;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::path::PathBuf;

const PAGE: &str = include_str!("../../docs/scenario.md");

fn read<T: DeserializeOwned>(text: &str) -> Result<(), String> {
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    options.from_str::<T>(text).map(drop).map_err(|error| error.to_string())
}

/// A reader of each type, by its name on the page.
macro_rules! readers {
    ($($name:ident)*) => {
        fn read_as(name: &str, text: &str) -> Result<(), String> {
            match name {
                $(stringify!($name) => read::<$name>(text),)*
                _ => Err(format!("this test knows no type {name}: add it to the list")),
            }
        }
    };
}

readers! {
    Scenario Cluster Created Identity BootFailures Eviction Lifetime OnEviction CapacityStep Update
    Workload JobSpec JobClass Arrivals ModulatedState Window
    Log LogFormat TimeColumn TimeUnit ServiceColumn NodeMapping
    Region Quotas QuotaName QuotaStep UsageStep Lock
    Prices LoadBalancer VmSize Expect Distribution Phase Count Choice
    TimeSpan Resolution Price Money
}

/// Sections of types: heading and text.
fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    let sections = PAGE.split("\n### ").skip(1);
    sections.map(|section| section.split("\n## ").next().unwrap().split_once('\n').unwrap())
}

/// The RON in a piece of Markdown.
fn examples(text: &str) -> impl Iterator<Item = &str> {
    text.split("```ron\n").skip(1).map(|rest| rest.split("```").next().unwrap())
}

#[test]
fn every_example_is_of_its_type() {
    let mut seen = 0;
    for (name, text) in sections() {
        for example in examples(text) {
            // Values that are text stand one a line.
            let values: Vec<&str> =
                if example.starts_with('"') { example.lines().collect() } else { vec![example] };
            for value in values {
                read_as(name, value).unwrap_or_else(|error| panic!("{name}: {error}\n{value}"));
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "the examples are found");
    assert!(read_as("Cluster", "(name: \"x\")").is_err(), "a wrong example would be noticed");
}

#[test]
fn the_whole_scenarios_can_be_run() {
    let intro = PAGE.split("\n## ").next().unwrap();
    let file = sections().find(|(name, _)| *name == "Scenario").unwrap().1;
    for text in examples(intro).chain(examples(file)) {
        let source = parse::text("example.ron", text.into()).unwrap();
        let errors = match lowering::load_source(&source, PathBuf::new()) {
            Ok((_, lowered)) => lowered
                .warnings
                .into_iter()
                .filter(|d| Diagnostic::any_error(std::slice::from_ref(d)))
                .collect(),
            Err(found) => found,
        };
        assert!(errors.is_empty(), "{errors:?}\n{text}");
    }
}

#[test]
fn every_link_within_the_page_leads_to_a_heading() {
    let anchor = |heading: &str| heading.to_lowercase().replace(' ', "-");
    let headings: BTreeSet<String> = PAGE
        .lines()
        .filter(|l| l.starts_with("##"))
        .map(|l| anchor(l.trim_start_matches('#').trim()))
        .collect();
    let links: BTreeSet<&str> =
        PAGE.split("](#").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    assert!(links.len() > 40);
    for link in links {
        assert!(headings.contains(link), "no heading for #{link}");
    }
}
