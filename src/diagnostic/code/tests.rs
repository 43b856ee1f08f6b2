use super::*;
use std::collections::BTreeSet;

#[test]
fn every_code_is_explained_and_every_explanation_has_a_code() {
    for code in Code::ALL {
        assert!(!code.title().is_empty(), "{code} has no section");
        let text = code.explanation();
        for part in ["**Why.**", "**Mend.**", "**Example.**"] {
            assert!(text.contains(part), "{code} lacks {part}");
        }
    }
    let headings: Vec<&str> =
        TEXTS.iter().flat_map(|text| text.split("\n## ").skip(1)).map(|s| &s[..5]).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|c| c.as_str()).collect();
    assert_eq!(headings, codes, "sections and codes, in order");
}

#[test]
fn codes_are_distinct_and_read_back() {
    let distinct: BTreeSet<&str> = Code::ALL.iter().map(|c| c.as_str()).collect();
    assert_eq!(distinct.len(), Code::ALL.len());
    for code in Code::ALL {
        assert_eq!(code.as_str().to_lowercase().parse(), Ok(*code));
    }
    assert!("S9999".parse::<Code>().is_err());
    assert_eq!(Code::beginning("t06").len(), 5);
    assert!(Code::beginning("W0501").is_empty() && Code::beginning("").is_empty());
    assert!(Code::ALL.iter().all(|code| !code.family().is_empty()));
}

#[test]
fn the_reference_page_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == Code::reference(), "run `cargo run --features schema --example generate`");
}
