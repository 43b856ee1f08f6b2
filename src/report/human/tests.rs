//! Whole reports as they look, compared with files beside this one. `NODETIDE_BLESS=1` writes them anew; read
//! the difference before you commit it.

use super::style::width;
use super::{Replicated, render, render_comparison, render_replicated};
use crate::report::context::PriceSource;
use crate::report::fixture::{day, small, stuck};
use crate::scenario::schema::Expect;
use std::path::PathBuf;

/// Text without its styles.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn golden(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/report/human/golden").join(name);
    if std::env::var_os("NODETIDE_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{name} differs; the report is now:\n{text}");
}

#[test]
fn a_day_of_two_clusters() {
    let summary = day().summary();
    golden("day-100.txt", &plain(&render(&summary, 100)));
    golden("day-80.txt", &plain(&render(&summary, 80)));
    if let Some(path) = std::env::var_os("NODETIDE_ANSI") {
        std::fs::write(path, render(&summary, 100)).unwrap();
    }
}

#[test]
fn a_small_run() {
    golden("small.txt", &plain(&render(&small(60, Vec::new()).summary(), 100)));
}

#[test]
fn a_stuck_run() {
    golden("stuck.txt", &plain(&render(&stuck().summary(), 100)));
}

#[test]
fn several_replications() {
    let mut summaries = vec![day().summary(), day().summary(), day().summary()];
    // The engine draws nothing: another replication is another seed's, so change what can be seen.
    for (i, summary) in summaries.iter_mut().enumerate() {
        summary.replication = i as u32;
        for (key, value) in &mut summary.total.figures {
            if key == "wait_mean_s" {
                *value = crate::report::figures::Value::Number(600.0 + 60.0 * i as f64);
            }
        }
    }
    summaries[1].thresholds[1].met = false;
    let replicated = Replicated::of(&summaries).unwrap();
    golden("replicated.txt", &plain(&render_replicated(&replicated, 100)));
}

#[test]
fn rejected_jobs_are_named_below_thresholds_that_are_all_met() {
    let met = small(60, vec![Expect::RejectedAtMost(1)]).summary();
    let text = plain(&render(&met, 100));
    let after = text.split("✓ jobs rejected ≤ 1").nth(1).unwrap();
    let line = after.lines().nth(1).unwrap();
    assert_eq!(
        line,
        "  ! All are met, but 1 of 3 jobs (33 %) were rejected: no wait and no cost holds them."
    );
    let missed = plain(&render(&small(60, vec![Expect::RejectedAtMost(0)]).summary(), 100));
    assert!(!missed.contains("All are met"), "{missed}");
}

#[test]
fn each_of_several_price_lists_says_what_it_prices() {
    let mut summary = day().summary();
    let own = PriceSource { list: "Own list".to_owned(), date: None };
    let balancers = PriceSource { list: "Documentation".to_owned(), date: None };
    summary.clusters[1].price_list = Some(own.clone());
    summary.price_lists.extend([own, balancers]);
    let text = plain(&render(&summary, 130));
    assert!(
        text.contains(
            "[2] Prices: Test list, 2026-08-22 (cpu-daily); Own list, undated (cpu-night); Documentation, undated \
             (load balancers);"
        ),
        "{text}"
    );
}

#[test]
fn no_line_is_wider_than_asked_for() {
    let mut summary = day().summary();
    summary.clusters[0].name = "the-longest-name-there-i".to_owned();
    for columns in [60, 72, 80, 100, 130] {
        for line in render(&summary, columns).lines() {
            assert!(width(line) <= columns, "{} of {columns} columns: {}", width(line), plain(line));
        }
    }
}

#[test]
fn many_clusters_make_further_blocks() {
    let mut summary = day().summary();
    let cluster = summary.clusters[0].clone();
    for i in 0..9 {
        let mut another = cluster.clone();
        another.name = format!("a-cluster-with-a-long-name-{i}");
        summary.clusters.push(another);
        summary.profiles.push(summary.profiles[0].clone());
    }
    let text = plain(&render(&summary, 100));
    assert_eq!(text.matches("\nJobs\n").count(), 4, "{text}");
    assert!(text.lines().all(|l| width(l) <= 100), "{text}");
}

#[test]
fn a_comparison() {
    let comparison = crate::report::compare::fixture();
    for columns in [60, 80, 100] {
        let text = render_comparison(&comparison, columns);
        golden(&format!("compare-{columns}.txt"), &plain(&text));
        for line in text.lines() {
            assert!(width(line) <= columns, "{} of {columns} columns: {}", width(line), plain(line));
        }
    }
}
