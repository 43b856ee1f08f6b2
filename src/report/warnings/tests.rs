//! How warnings read, as the reference page shows it. With `NODETIDE_BLESS=1` the page's source is written anew.

use super::{Bound, Warning};
use crate::diagnostic::{Code, Severity};
use crate::engine::output::Reason;
use std::collections::BTreeSet;

/// One of each kind, with figures as a run could have them.
fn samples() -> Vec<Warning> {
    let cluster = || "train-gpu".to_owned();
    let currency = || "USD".to_owned();
    let family = || "standardNCSv3Family".to_owned();
    vec![
        Warning::QuotaBinding { cluster: cluster(), family: Some(family()), job_h: 127.5, share: 0.62 },
        Warning::QueueNotDrained { cluster: cluster(), jobs: 14, reason: Some(Reason::MaxNodes) },
        Warning::HorizonShort { span_s: 86_400.0, horizon: true, end_s: 140_400.0 },
        Warning::LowPriorityStarved { cluster: cluster(), evictions: 58, lost: 0.31, capacity: 0.05 },
        Warning::LockLeaksCost { cluster: cluster(), amount: 412.5, currency: currency() },
        Warning::GpuQuotaNotGiven { cluster: cluster(), family: family(), vcpus: 36 },
        Warning::IdleTimeAssumed { clusters: vec![cluster(), "prepare-cpu".to_owned()] },
        Warning::Rejected {
            jobs: 12,
            of: 340,
            main: Some((11, cluster(), "Requested 8 nodes but cluster only has 4 maximum nodes.".to_owned())),
        },
        Warning::IdentityMissing { cluster: cluster(), jobs: 8 },
        Warning::Stuck { cluster: cluster(), jobs: 3, reason: Some(Reason::Lock), kept_nodes: 2 },
        Warning::LimitReached { bound: Bound::Late, end_s: 5_400_000.0 },
        Warning::TooFewReplications { n: 5, relative: 0.18 },
        Warning::LockBlocksScaling { cluster: cluster(), job_h: 36.0, again_h: 0.0 },
        Warning::MaxNodesBinding { cluster: cluster(), max_nodes: 4, share: 0.83, wait_p95_s: 5_400.0 },
        Warning::MinNodesIdle {
            cluster: cluster(),
            min_nodes: 4,
            fixed: false,
            share: 0.71,
            amount: 268.0,
            currency: currency(),
        },
        Warning::GangBlocked { cluster: cluster(), share: 0.58, utilisation: 0.55, overtaking: false },
        Warning::UnusableNodes { cluster: cluster(), failures: 9, amount: 4.6, currency: currency() },
        Warning::UpdatesRefused { cluster: cluster(), updates: 1 },
        Warning::ThresholdOverNothing { figure: "wait p95 on train-gpu".to_owned() },
        Warning::FewJobs { jobs: 20 },
        Warning::NoSteadyState { warm_up_s: Some(1_209_600.0), jobs: 900, left_out: 640 },
        Warning::RatesOverEmpty {
            span_s: 4_838_400.0,
            horizon: false,
            first_s: Some(2_419_200.0),
            done_s: None,
        },
    ]
}

/// Messages of warnings that come before a run, as the golden files of bad scenarios have them.
fn golden_messages() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/diagnostics");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let Ok(text) = std::fs::read_to_string(entry.unwrap().path()) else { continue };
        let heads = text.lines().filter_map(|line| line.strip_prefix("warning[")?.split_once("]: "));
        found.extend(heads.map(|(code, message)| (code.to_owned(), message.to_owned())));
    }
    found
}

/// The text under "Says" in a code's explanation, on one line.
fn shown(code: Code) -> String {
    let text = code.explanation().split("**Says.**\n```text\n").nth(1).unwrap_or_default();
    let text = text.split("\n```").next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_warning_says_when_it_comes_and_how_it_reads() {
    for code in Code::ALL.iter().filter(|code| code.severity() == Severity::Warning) {
        assert!(code.explanation().contains("**When.**"), "{code} lacks When");
        assert!(!shown(*code).is_empty(), "{code} lacks Says");
    }
}

/// A text in lines that fit the page.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last] = word.to_owned();
        } else if lines[last].chars().count() + word.chars().count() < 110 {
            lines[last] += &format!(" {word}");
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join("\n")
}

/// Puts the texts of the program into the source of the page.
fn bless(samples: &[Warning]) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/diagnostic/codes/warning.md");
    let mut page = std::fs::read_to_string(path).unwrap();
    for warning in samples {
        let section = page.find(&format!("\n## {}:", warning.code())).unwrap();
        let begin = "**Says.**\n```text\n";
        let from = section + page[section..].find(begin).unwrap() + begin.len();
        let to = from + page[from..].find("\n```").unwrap();
        page.replace_range(from..to, &wrapped(&warning.text()));
    }
    std::fs::write(path, page).unwrap();
}

#[test]
fn the_texts_shown_are_those_of_the_program() {
    let samples = samples();
    if std::env::var_os("NODETIDE_BLESS").is_some() {
        bless(&samples);
        // What is shown is part of the program, and is as before until it is built again.
        return;
    }
    let mut golden = golden_messages();
    // One of several replications alone, which no golden scenario has.
    let short = crate::workload::Note::TooShortToResample { path: "short.csv".to_owned(), days: 4, weeks: 0 };
    golden.push((Code::LogNotResampled.to_string(), short.to_string()));
    let mut wrong = Vec::new();
    for warning in &samples {
        let code = warning.code();
        if shown(code) != warning.text() {
            wrong.push(format!("{code} {}", warning.text()));
        }
    }
    let of_runs: BTreeSet<Code> = samples.iter().map(Warning::code).collect();
    let warnings = Code::ALL.iter().filter(|code| code.severity() == Severity::Warning);
    for code in warnings.filter(|code| !of_runs.contains(code)) {
        let says = (code.to_string(), shown(*code));
        if !golden.contains(&says) {
            wrong.push(format!("{code} is not said by any golden scenario: {}", says.1));
        }
    }
    assert!(wrong.is_empty(), "{}\n(NODETIDE_BLESS=1 writes them anew)", wrong.join("\n"));
}
