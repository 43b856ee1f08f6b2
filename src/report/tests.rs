//! Reports of runs that can be worked out by hand.

use super::facts::RunFacts;
use super::figures::Value;
use super::fixture::{self, Fixture, job, run, small};
use super::pricing::Part;
use super::summary::WarningEntry;
use crate::engine::input::{ClusterInput, Input, LockInput, LockLevel, OnEviction, Tier};
use crate::engine::output::Status;
use crate::scenario::schema::Expect;
use crate::units::NEVER;

fn value(fixture: &Fixture, key: &str) -> Value {
    let summary = fixture.summary();
    summary.total.figures.iter().find(|(k, _)| k == key).unwrap_or_else(|| panic!("no figure {key}")).1
}

fn number(fixture: &Fixture, key: &str) -> f64 {
    value(fixture, key).number().unwrap_or_else(|| panic!("{key} is null"))
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn the_cost_of_a_small_run_by_hand() {
    let fixture = small(1, Vec::new());
    // 0.1 cent a node-second; 1 cent a second of one load balancer over 310 s.
    for (key, by_hand) in [
        ("cost_useful", 0.15),
        ("cost_lost", 0.0),
        ("cost_prepare", 0.06),
        ("cost_preparing", 0.12),
        ("cost_idle", 0.24),
        ("cost_unusable", 0.0),
        ("cost_leaving", 0.0),
        ("cost_rounding", 0.0),
        ("cost_load_balancer", 3.10),
        ("cost_total", 3.67),
        // Without a horizon rates divide by the last submission, at 20 s.
        ("cost_per_day", 3.67 * 86_400.0 / 20.0),
        ("cost_per_month", 3.67 * 730.0 * 3600.0 / 20.0),
        ("cost_per_completed_job", 3.67 / 2.0),
        ("utilisation", 210.0 / 570.0),
        ("goodput", 150.0 / 570.0),
        ("billed_node_h", 570.0 / 3600.0),
        ("wait_mean_s", 60.0),
        ("wait_p95_s", 60.0),
        ("turnaround_mean_s", (190.0 + 140.0) / 2.0),
        ("slowdown_mean", (190.0 / 100.0 + 140.0 / 50.0) / 2.0),
        ("slowdown_p95", 2.8),
        ("jobs_rejected", 1.0),
        ("peak_nodes", 2.0),
    ] {
        assert!(close(number(&fixture, key), by_hand), "{key}: {} ≠ {by_hand}", number(&fixture, key));
    }
}

#[test]
fn whole_quanta_are_paid_and_the_rounding_is_a_line_of_its_own() {
    let fixture = small(60, Vec::new());
    // 310 s are 6 quanta, 260 s are 5: 660 node-seconds paid, 570 used.
    assert!(close(number(&fixture, "cost_rounding"), 0.09));
    assert!(close(number(&fixture, "cost_total"), 0.66 + 3.10));
    let facts = RunFacts::of(&fixture.context, &fixture.result, &fixture.recording.jobs.to_vec());
    let parts: f64 = Part::ALL.iter().map(|p| facts.total.cost.part(*p)).sum();
    assert!(close(parts, facts.total.cost.total));
}

#[test]
fn teams_pay_for_what_their_jobs_run_and_the_rest_is_shared() {
    let summary = small(1, Vec::new()).summary();
    let shares: Vec<(&str, u64, f64)> =
        summary.teams.iter().map(|t| (t.team.as_str(), t.jobs, t.cost_total)).collect();
    // Red runs 100 + 30, blue 50 + 30; boot, idle and the balancer are nobody's. The rejected job has no team.
    let by_hand = [("red", 1, 0.13), ("blue", 1, 0.08), ("untagged", 1, 0.0), ("shared", 0, 3.46)];
    for (share, hand) in shares.iter().zip(by_hand) {
        assert_eq!((share.0, share.1), (hand.0, hand.1));
        assert!(close(share.2, hand.2), "{}: {} ≠ {}", share.0, share.2, hand.2);
    }
    assert!(close(shares.iter().map(|s| s.2).sum(), 3.67));
}

#[test]
fn rates_over_an_empty_span_are_null() {
    let input = Input {
        clusters: vec![ClusterInput::default()],
        jobs: vec![job(0, 10, 1, 0)],
        billing_quantum: 1,
        ..Input::default()
    };
    let fixture = run(input, &[], Vec::new(), false);
    assert_eq!(value(&fixture, "cost_per_day"), Value::Null);
    assert_eq!(value(&fixture, "cost_per_month"), Value::Null);
    assert!(number(&fixture, "cost_total") > 0.0);
    assert_eq!(fixture.summary().rates_over_s, None);
}

#[test]
fn nothing_at_all_is_a_report_too() {
    let input = Input { clusters: vec![ClusterInput::default()], billing_quantum: 1, ..Input::default() };
    let fixture = run(input, &[], vec![wait(95.0, "0s"), Expect::RejectedAtMost(0)], false);
    for key in ["wait_mean_s", "wait_max_s", "slowdown_mean", "utilisation", "cost_per_completed_job"] {
        assert_eq!(value(&fixture, key), Value::Null, "{key}");
    }
    let summary = fixture.summary();
    assert!(summary.thresholds.iter().all(|t| t.met));
    let codes: Vec<&str> = summary.warnings.iter().map(|w| w.code).collect();
    assert_eq!(codes, ["W0524"], "a threshold over nothing is said to be one");
    assert!(!super::human::render(&summary, 80).is_empty());
}

fn wait(percentile: f64, limit: &str) -> Expect {
    Expect::WaitAtMost { percentile, limit: limit.parse().unwrap(), cluster: None }
}

#[test]
fn thresholds_at_the_boundary() {
    // Both waits are 60 s, the turnarounds 190 s and 140 s, the cost is 3.67 USD.
    let turnaround = |percentile, limit: &str| Expect::TurnaroundAtMost {
        percentile,
        limit: limit.parse().unwrap(),
        cluster: Some("a".to_owned()),
    };
    let mean = |limit: &str| Expect::MeanWaitAtMost { limit: limit.parse().unwrap(), cluster: None };
    let cost = |limit: &str| Expect::CostAtMost { limit: limit.parse().unwrap(), cluster: None };
    let day = |limit: &str| Expect::CostPerDayAtMost { limit: limit.parse().unwrap(), cluster: None };
    let used = |share| Expect::UtilisationAtLeast { share, cluster: None };
    let expected = [
        (wait(95.0, "60s"), true),
        (wait(95.0, "59999ms"), false),
        (mean("60s"), true),
        (mean("59999ms"), false),
        (turnaround(50.0, "140s"), true),
        (turnaround(50.1, "140s"), false),
        (turnaround(100.0, "190s"), true),
        (cost("3.67 USD"), true),
        (cost("3.669999 USD"), false),
        (day("15854.4 USD"), true),
        (day("15854 USD"), false),
        (used(210.0 / 570.0), true),
        (used(0.3685), false),
        (Expect::RejectedAtMost(1), true),
        (Expect::RejectedAtMost(0), false),
        (Expect::FailedAtMost(0), true),
        (Expect::UnfinishedAtMost(0), true),
    ];
    let fixture = small(1, expected.iter().map(|e| e.0.clone()).collect());
    for (threshold, (expect, met)) in fixture.summary().thresholds.iter().zip(&expected) {
        assert_eq!(threshold.met, *met, "{expect:?}: {threshold:?}");
    }
}

#[test]
fn a_job_that_never_starts_waits_for_ever() {
    // 20 jobs of one node; the 20th does not get to start before the horizon.
    let mut jobs = vec![job(0, 10, 1, 0); 19];
    jobs.push(job(190, 10, 1, 0));
    let input = Input {
        clusters: vec![ClusterInput { min_nodes: 1, initial_nodes: 1, ..ClusterInput::default() }],
        jobs,
        horizon: Some(195),
        stop_at_horizon: true,
        locks: Vec::new(),
        billing_quantum: 1,
        ..Input::default()
    };
    let shorter = Input { horizon: Some(189), ..input.clone() };
    let all = run(input, &[], vec![wait(100.0, "180s")], false);
    assert!(all.summary().thresholds[0].met, "the last one starts at 190 without waiting");
    let cut = run(shorter, &[], vec![wait(95.0, "180s"), wait(95.1, "1000000s")], false);
    let [p95, p951] = &cut.summary().thresholds[..] else { panic!("two thresholds") };
    assert!(p95.met, "19 of 20 are within the limit: {p95:?}");
    assert!(!p951.met && p951.value.is_none(), "rank 20 waits for ever: {p951:?}");
    assert!(p951.note.as_ref().is_some_and(|n| n.contains("1 of 20")), "{p951:?}");
}

#[test]
fn the_share_of_jobs_that_start_in_time_is_counted_exactly() {
    // As above: 19 of 20 start within 180 s, the 20th never; one more is refused and does not count.
    let mut jobs = vec![job(0, 10, 1, 0); 19];
    jobs.push(job(190, 10, 1, 0));
    jobs.push(job(20, 10, 2, 0));
    let input = Input {
        clusters: vec![ClusterInput { min_nodes: 1, initial_nodes: 1, ..ClusterInput::default() }],
        jobs,
        horizon: Some(189),
        stop_at_horizon: true,
        billing_quantum: 1,
        ..Input::default()
    };
    let within = |limit: &str, share| Expect::StartedWithin {
        limit: limit.parse().unwrap(),
        share,
        cluster: Some("a".to_owned()),
    };
    // 19 started jobs wait 0, 10 … 180 s; ten of them at most 90 s.
    let expect = vec![within("90s", 0.5), within("90s", 0.501), wait(95.0, "180s"), within("180s", 0.951)];
    let fixture = run(input.clone(), &[], expect, false);
    let summary = fixture.summary();
    let met: Vec<bool> = summary.thresholds.iter().map(|t| t.met).collect();
    assert_eq!(met, [true, false, true, false], "{:?}", summary.thresholds);
    assert_eq!(summary.thresholds[0].value, Some(0.5));
    assert_eq!(summary.thresholds[2].within_share, Some(0.95));
    assert!(summary.thresholds[1].note.as_ref().is_some_and(|n| n.contains("1 of 20")));
    // The figure is about the first limit that is named.
    assert_eq!(value(&fixture, "wait_within_limit_s"), Value::Number(90.0));
    assert_eq!(value(&fixture, "wait_within_share"), Value::Number(0.5));
    let judged = &fixture.result.clusters[0];
    assert_eq!(judged.waits_judged, 20);
    let text = super::human::render(&summary, 100);
    let text = anstream::adapter::strip_str(&text).to_string();
    assert!(text.contains("✓ started within 1m30s on a ≥ 50 %") && text.contains(" 50.0 %"), "{text}");
    assert!(text.contains("✓ wait p95 ≤ 3m") && text.contains("3m · 95.0 % within 3m"), "{text}");
    assert!(text.contains("  within 1m30s"), "{text}");
    // Without a limit there is no such figure.
    let none = run(input, &[], Vec::new(), false);
    assert_eq!(value(&none, "wait_within_share"), Value::Null);
    assert_eq!(value(&none, "wait_within_limit_s"), Value::Null);
    assert!(!super::human::render(&none.summary(), 100).contains("within"));
}

/// A day of jobs, an hour each, from `from` on; one node, no delays.
fn day_of_jobs(from: u32, horizon: Option<u32>) -> Fixture {
    let input = Input {
        clusters: vec![ClusterInput { idle_time: 0, ..ClusterInput::default() }],
        jobs: (0..24).map(|i| job(from + 3600 * i, 1800, 1, 0)).collect(),
        horizon,
        billing_quantum: 1,
        ..Input::default()
    };
    let per_day = |amount: &str| Expect::CostPerDayAtMost { limit: amount.parse().unwrap(), cluster: None };
    run(input, &[], vec![per_day("1000 USD")], false)
}

#[test]
fn rates_over_an_empty_span_are_doubted_and_so_is_what_is_judged_by_them() {
    const DAY: u32 = 86_400;
    let doubts = |from: u32, horizon: Option<u32>| {
        let summary = day_of_jobs(from, horizon).summary();
        let found: Vec<WarningEntry> =
            summary.warnings.iter().filter(|w| ["W0503", "W0528"].contains(&w.code)).cloned().collect();
        assert_eq!(summary.thresholds[0].doubt, found.first().map(|w| w.code));
        found
    };
    assert_eq!(doubts(0, None), []);
    assert_eq!(doubts(0, Some(DAY)), []);
    // Half of the span is before the first job.
    let late = doubts(DAY, None);
    assert!(late[0].text.starts_with("the first job is submitted at 1d, and rates divide by"), "{late:?}");
    assert!(late[0].text.contains("(1d23h), of which 51 % has no jobs"), "{late:?}");
    // An hour less than a day may be a night.
    assert_eq!(doubts(DAY - 3600, None), []);
    // Behind the work, with a horizon only, and not for a weekend.
    let long = doubts(0, Some(10 * DAY));
    assert!(
        long[0].text.starts_with("all work is done at 23h30m, and rates divide by the horizon"),
        "{long:?}"
    );
    assert_eq!(doubts(0, Some(3 * DAY)), []);
    // A horizon in the middle of the work, as before.
    assert_eq!(doubts(0, Some(DAY / 4))[0].code, "W0503");
    let text = super::human::render(&day_of_jobs(DAY, None).summary(), 100);
    let text = anstream::adapter::strip_str(&text).to_string();
    let line = text.lines().find(|l| l.contains("cost per day")).unwrap();
    assert!(line.ends_with("· judged on a rate that W0528 doubts"), "{line}");
}

#[test]
fn thresholds_that_mean_nothing_are_errors() {
    let limit = || "1 EUR".parse().unwrap();
    for (expect, says) in [
        (Expect::CostAtMost { limit: limit(), cluster: None }, "in EUR, the prices are in USD"),
        (Expect::CostAtMost { limit: limit(), cluster: Some("zz".to_owned()) }, "zz"),
        (wait(99.99, "1s"), "99.99 is no percentile"),
        (Expect::UtilisationAtLeast { share: 60.0, cluster: None }, "60 is no share"),
        (
            Expect::StartedWithin { limit: "10m".parse().unwrap(), share: 90.0, cluster: None },
            "90 is no share",
        ),
    ] {
        let Fixture { context, result, recording } = small(1, vec![expect]);
        let error = super::summarise(&context, &result, &recording).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn warnings_say_what_binds() {
    // A lock without end over an empty cluster: stuck, and the queue never drains.
    let locked = Input {
        clusters: vec![ClusterInput::default()],
        jobs: vec![job(0, 10, 1, 0)],
        locks: vec![LockInput { from: 0, to: None, level: LockLevel::CanNotDelete }],
        horizon: Some(3600),
        billing_quantum: 1,
        ..Input::default()
    };
    let summary = run(locked, &[], Vec::new(), false).summary();
    assert_eq!(summary.run_status, Status::Stuck);
    let codes: Vec<&str> = summary.warnings.iter().map(|w| w.code).collect();
    assert_eq!(codes, ["W0513", "W0518"], "the stuck queue is said once");
    assert!(super::human::render(&summary, 100).contains("Resizing (0 -> 0)"));

    // The lock comes while two nodes are busy and keeps them, idle, for about an hour.
    let kept = Input {
        clusters: vec![ClusterInput { max_nodes: 2, ..ClusterInput::default() }],
        jobs: vec![job(0, 100, 2, 0)],
        locks: vec![LockInput { from: 50, to: Some(4000), level: LockLevel::CanNotDelete }],
        billing_quantum: 1,
        ..Input::default()
    };
    let summary = run(kept, &[], Vec::new(), false).summary();
    let leak = summary.warnings.iter().find(|w| w.code == "W0505").unwrap();
    assert!(leak.text.contains("7.") && leak.text.contains("USD"), "{}", leak.text);
}

#[test]
fn rates_that_hold_more_than_their_span_are_pointed_out() {
    const DAY: u32 = 86_400;
    // One node; two jobs of a day each within the first day and a bit, so the last one ends at 3 days.
    let mut input = Input {
        clusters: vec![ClusterInput { max_nodes: 1, ..ClusterInput::default() }],
        jobs: vec![job(0, DAY, 1, 0), job(0, DAY, 1, 0), job(DAY + 1, DAY, 1, 0)],
        billing_quantum: 1,
        ..Input::default()
    };
    let w0503 = |input: &Input| {
        let summary = run(input.clone(), &[], Vec::new(), false).summary();
        summary.warnings.iter().find(|w| w.code == "W0503").map(|w| w.text.clone())
    };
    assert!(
        w0503(&input).is_some_and(|t| t.contains("after the last submission (1d)")),
        "{:?}",
        w0503(&input)
    );
    input.horizon = Some(2 * DAY);
    assert!(w0503(&input).is_some_and(|t| t.contains("after the horizon (2d)")), "{:?}", w0503(&input));
    input.horizon = Some(3 * DAY);
    assert_eq!(w0503(&input), None);
}

#[test]
fn a_run_at_a_bound_names_the_bound_and_nothing_that_follows_from_it() {
    // Nodes live for 5 s and the job takes 10, so it starts over for ever.
    let spot = ClusterInput { tier: Tier::LowPriority, lifetime: [5].into(), ..ClusterInput::default() };
    let input = Input {
        clusters: vec![spot],
        jobs: vec![job(0, 10, 1, 0)],
        horizon: Some(100),
        billing_quantum: 1,
        ..Input::default()
    };
    let summary = run(input, &[], Vec::new(), false).summary();
    assert_eq!(summary.run_status, Status::Limit);
    let codes: Vec<&str> = summary.warnings.iter().map(|w| w.code).collect();
    assert!(!codes.contains(&"W0502") && !codes.contains(&"W0503"), "{codes:?}");
    let limit = summary.warnings.iter().find(|w| w.code == "W0514").unwrap();
    assert!(limit.text.contains("within a million instants"), "{}", limit.text);
}

#[test]
fn gangs_on_busy_nodes_are_told_to_have_more_nodes() {
    // Gangs of two run one at a time on the three nodes beside the long jobs, so one node stands idle all along.
    let input = |long: u32| Input {
        clusters: vec![ClusterInput { max_nodes: long + 3, idle_time: 1, ..ClusterInput::default() }],
        jobs: (0..long).map(|_| job(0, 2000, 1, 0)).chain((0..10).map(|_| job(1, 190, 2, 0))).collect(),
        billing_quantum: 1,
        ..Input::default()
    };
    let w0521 = |long: u32| {
        let summary = run(input(long), &[], Vec::new(), false).summary();
        summary.warnings.iter().find(|w| w.code == "W0521").map(|w| w.text.clone()).unwrap_or_default()
    };
    assert!(w0521(1).contains("Backfill"), "one of four nodes is idle: {}", w0521(1));
    assert!(w0521(20).contains("raise max_nodes"), "one of 23 nodes is idle: {}", w0521(20));
}

#[test]
fn a_stuck_run_names_every_job_and_node() {
    let summary = fixture::stuck().summary();
    let stuck = summary.stuck.as_ref().unwrap();
    let jobs: Vec<_> = stuck
        .jobs
        .iter()
        .map(|j| (j.job, j.cluster.as_str(), j.nodes, j.submitted_s, j.waiting_for))
        .collect();
    assert_eq!(jobs[0], (2, "b", 1, 100.0, "lock"), "by priority, not by submission");
    assert_eq!(jobs[1], (1, "b", 2, 70.0, "lock"));
    assert_eq!((jobs.len(), stuck.jobs[1].team.as_deref()), (14, Some("red")));
    // Job 0 ran on slots 0 to 2 of a up to 160; one node is kept by min_nodes, and the highest slot would go first.
    let nodes: Vec<_> =
        stuck.nodes.iter().map(|n| (n.cluster.as_str(), n.node, n.slot, n.idle_since_s)).collect();
    assert_eq!(nodes, [("a", 2, 2, 160.0), ("a", 1, 1, 160.0)]);
    assert_eq!(stuck.locks.len(), 1);
    let about_stuck: Vec<&str> =
        summary.warnings.iter().filter(|w| w.code == "W0513").map(|w| w.text.as_str()).collect();
    let [a, b] = about_stuck[..] else { panic!("one for each cluster: {about_stuck:?}") };
    assert!(a.contains("on a: 2 nodes cannot be released"), "{a}");
    assert!(b.contains("on b: 14 jobs wait for a resource lock"), "{b}");
    // A run that goes on to its end has nothing to say here.
    assert_eq!(small(1, Vec::new()).summary().stuck, None);
}

#[test]
fn evictions_show_as_lost_work_on_the_low_priority_tier() {
    let spot = ClusterInput {
        tier: Tier::LowPriority,
        lifetime: [50, NEVER].into(),
        on_eviction: OnEviction::Requeue,
        ..ClusterInput::default()
    };
    let input = Input {
        clusters: vec![ClusterInput::default(), spot],
        jobs: vec![job(0, 100, 1, 1)],
        billing_quantum: 1,
        ..Input::default()
    };
    let fixture = run(input, &[], Vec::new(), false);
    let summary = fixture.summary();
    assert!(close(number(&fixture, "cost_lost"), 50.0 * 0.0001));
    assert!(close(number(&fixture, "cost_useful"), 100.0 * 0.0001));
    assert_eq!(value(&fixture, "peak_nodes"), Value::Null, "peaks of two clusters need not coincide");
    assert_eq!(summary.tiers.len(), 2);
    assert!(summary.warnings.iter().any(|w| w.code == "W0504"), "{:?}", summary.warnings);
}

/// The figure keys are documented, each once, and mean the same in every scope.
#[test]
fn keys_of_figures_are_distinct() {
    let summary = small(1, Vec::new()).summary();
    let mut keys: Vec<&String> = summary.total.figures.iter().map(|(key, _)| key).collect();
    let cluster: Vec<&String> = summary.clusters[0].figures.figures.iter().map(|(key, _)| key).collect();
    assert_eq!(keys, cluster);
    let n = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), n);
}
