//! Reading and judging objectives.

use super::value::{Times, within};
use super::*;
use crate::diagnostic::{Code, Diagnostic, Source, Text};
use crate::engine::output::{ClusterResult, Outcome, RunResult, Status};
use crate::report::pricing::Rates;
use crate::report::sweep::Scale;
use crate::scenario::Scenario;
use crate::stats::surface::Verdict;
use crate::units::Resolution;
use std::sync::Arc;

fn scenario() -> Scenario {
    let text = r#"(
        clusters: [(name: "cpu", vm_size: "Standard_D4s_v3", max_nodes: 8), (name: "gpu.big", vm_size: "Standard_D4s_v3", max_nodes: 8)],
        workload: (jobs: [(submit: "0s", service: "1h")]),
        expect: [
            RejectedAtMost(0),
            WaitAtMost(percentile: 90, limit: "12m"),
            CostPerDayAtMost(limit: "100 USD", cluster: Some("gpu.big")),
        ],
    )"#;
    let (parsed, found) = crate::scenario::parse::parse(&Arc::new(Source::new("s.ron", text)), None);
    parsed.unwrap_or_else(|| panic!("{found:?}")).scenario
}

fn texts(minimise: Option<&str>, subject_to: Option<&[&str]>) -> Texts {
    Texts {
        minimise: minimise.map(|text| Text::of_flag("--minimise", text)),
        subject_to: subject_to
            .map(|list| list.iter().map(|text| Text::of_flag("--subject-to", text)).collect()),
    }
}

fn objective(minimise: &str, subject_to: &[&str]) -> Objective {
    read(&texts(Some(minimise), Some(subject_to)), &scenario(), "USD", Some(400.0))
        .unwrap_or_else(|found| panic!("{found:?}"))
}

fn refused(minimise: Option<&str>, subject_to: &[&str]) -> Diagnostic {
    let mut found = read(&texts(minimise, Some(subject_to)), &scenario(), "USD", Some(400.0)).unwrap_err();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn constraints_are_read_as_people_write_them() {
    for (text, metric, limit, said) in [
        ("wait_p95<=10m", Metric::Wait(Stat::Percentile(950)), 600.0, "p95 wait ≤ 10m"),
        (" wait_p99.9 <= 1h ", Metric::Wait(Stat::Percentile(999)), 3600.0, "p99.9 wait ≤ 1h"),
        ("turnaround_mean ≤ 2h", Metric::Turnaround(Stat::Mean), 7200.0, "mean turnaround ≤ 2h"),
        ("wait_max<=0s", Metric::Wait(Stat::Max), 0.0, "longest wait ≤ 0s"),
        (
            "started_within(90s)>=95%",
            Metric::StartedWithin(TimeSpan::from_s(90)),
            0.95,
            "started within 1m30s ≥ 95%",
        ),
        (
            "started_late(1h)<=0.05",
            Metric::StartedLate(TimeSpan::from_s(3600)),
            0.05,
            "not started within 1h ≤ 0.05",
        ),
        ("utilisation >= 60 %", Metric::Utilisation, 0.6, "utilisation ≥ 60 %"),
        ("cost<=500 USD", Metric::WholeCost, 500.0, "cost of the run ≤ 500 USD"),
        ("cost<=10 USD/day", Metric::Cost, 70.0, "cost ≤ 10 USD/day"),
        ("node_hours<=24/day", Metric::NodeHours, 168.0, "node-hours ≤ 24/day"),
        ("node_hours<=24", Metric::WholeNodeHours, 24.0, "node-hours of the run ≤ 24"),
        ("waiting<=7/week", Metric::Waiting, 7.0, "waiting ≤ 7/week"),
    ] {
        let found = objective("cost", &[text]).constraints.remove(0);
        assert_eq!((found.figure.metric, found.text.as_str()), (metric, said));
        assert!((found.limit - limit).abs() < 1e-9, "{text}: {}", found.limit);
    }
    let of_cluster = objective("cost", &["gpu.big.wait_p99.9<=1m"]).constraints.remove(0);
    assert_eq!((of_cluster.figure.cluster, of_cluster.text.as_str()), (Some(1), "gpu.big: p99.9 wait ≤ 1m"));
}

#[test]
fn what_is_minimised_may_be_a_sum() {
    let found = objective("cost + 2 USD/h * waiting + 0.5*node_hours", &[]);
    assert_eq!(found.terms.iter().map(|t| t.weight).collect::<Vec<_>>(), [1.0, 2.0, 0.5]);
    assert_eq!(found.name, "cost + 2 USD/h × waiting + 0.5 × node-hours");
    assert_eq!(found.unit, "", "node-hours are no money");
    assert_eq!(objective("cost + 24 USD/day * waiting", &[]).unit, "USD/week");
    // A second at 36 USD an hour is a cent.
    let waits = objective("cost + 36 USD/h * wait_p95", &[]);
    assert!((waits.terms[1].weight - 0.01).abs() < 1e-12);
    assert_eq!(objective("turnaround_p90", &[]).latency.name, "p90 turnaround");
    assert!(objective("turnaround_p90", &[]).needs_turnarounds());
    assert_eq!(objective("started_late(10m)", &[]).unit, "share");
}

#[test]
fn without_constraints_of_its_own_a_sweep_takes_those_of_expect() {
    let found = read(&texts(None, None), &scenario(), "USD", Some(24.0)).unwrap();
    let said: Vec<&str> = found.constraints.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(said, ["jobs rejected ≤ 0", "p90 wait ≤ 12m", "gpu.big: cost ≤ 100 USD/day"]);
    assert_eq!((found.period, found.unit.as_str()), (Some(Period::DAY), "USD/day"));
    assert_eq!(found.wait_limit(), Some(TimeSpan::from_s(720)));
    assert_eq!((found.latency.name.as_str(), found.latency_limit), ("p90 wait", Some(TimeSpan::from_s(720))));
    assert!(read(&texts(None, Some(&[])), &scenario(), "USD", None).unwrap().constraints.is_empty());
}

#[test]
fn mistakes_say_what_to_write() {
    for (minimise, subject_to, code, says) in [
        (None, &["wait_p59x<=10m"][..], Code::ObjectiveUnknown, "did you mean `wait_p95`?"),
        (None, &["wait_p95<10m"], Code::ObjectiveValue, "write FIGURE<=LIMIT"),
        (None, &["wait_p95>=10m"], Code::ObjectiveValue, "write wait_p95<=10m"),
        (None, &["utilisation<=0.5"], Code::ObjectiveValue, "write utilisation>=0.5"),
        (None, &["wait_p95<=10"], Code::ObjectiveValue, "10"),
        (None, &["wait_p100.1<=10m"], Code::ObjectiveValue, "use 0.1 to 100"),
        (None, &["wait_p0<=10m"], Code::ObjectiveValue, "use 0.1 to 100"),
        (None, &["cost<=500"], Code::ObjectiveValue, "500 USD/week"),
        (None, &["cost<=500 EUR/week"], Code::ObjectiveValue, "write it in USD"),
        (None, &["cost<=500 USD/fortnight"], Code::ObjectiveValue, "write /day, /week or /month"),
        (None, &["waiting<=5"], Code::ObjectiveValue, "write 5/week"),
        (None, &["started_within<=5"], Code::ObjectiveValue, "write started_within(10m)"),
        (None, &["started_within(x)>=5%"], Code::ObjectiveValue, "write started_within(10m)"),
        (None, &["started_within(10m)>=195%"], Code::ObjectiveValue, "write 95% or 0.95"),
        (None, &["gup.wait_p95<=1m"], Code::ObjectiveUnknown, "known: `cpu`, `gpu.big`"),
        (None, &[""], Code::ObjectiveValue, "write FIGURE<=LIMIT"),
        (Some("cots"), &[], Code::ObjectiveUnknown, "did you mean `cost`?"),
        (Some(""), &[], Code::ObjectiveUnknown, "write for example cost"),
        (Some("cost + wait_p95"), &[], Code::ObjectiveValue, "2 USD/h * wait_p95"),
        (Some("cost + 2 * wait_p95"), &[], Code::ObjectiveValue, "write a price of the time"),
        (Some("cost + 2 EUR/h * waiting"), &[], Code::ObjectiveValue, "currency of the scenario"),
        (Some("-1 * cost"), &[], Code::ObjectiveValue, "write a number above 0"),
        (Some("2 USD/h * cost"), &[], Code::ObjectiveValue, "write a plain number"),
        (Some("utilisation"), &[], Code::ObjectiveValue, "started_late"),
        (Some("cost +"), &[], Code::ObjectiveUnknown, "known"),
    ] {
        let found = refused(minimise, subject_to);
        let all = format!("{} {:?}", found.message, found.help);
        assert_eq!(found.code, code, "{all}");
        assert!(all.contains(says), "{minimise:?} {subject_to:?}: {all}");
    }
    let no_span = read(&texts(None, Some(&["cost<=5 USD/day"])), &scenario(), "USD", None).unwrap_err();
    assert!(format!("{:?}", no_span[0]).contains("leave the period out"), "{no_span:?}");
}

/// One cluster with these waits; `endless` jobs never start.
fn result(waits: &[u32], endless: u64, limit: Option<u32>) -> RunResult {
    let mut cluster = ClusterResult {
        started: waits.len() as u64,
        wait_sum: waits.iter().map(|w| u64::from(*w)).sum(),
        wait_max: waits.iter().copied().max(),
        waits_judged: waits.len() as u64 + endless,
        waits_within: limit.map_or(0, |limit| waits.iter().filter(|w| **w <= limit).count() as u64),
        ..ClusterResult::default()
    };
    cluster.outcomes[Outcome::Completed as usize] = waits.len() as u64;
    for wait in waits {
        cluster.wait_histogram.add(*wait);
        cluster.turnaround_histogram.add(*wait + 1);
    }
    RunResult {
        status: Status::Settled,
        end: 9,
        settled_at: None,
        late_instants: 0,
        instants: 1,
        clusters: vec![cluster],
    }
}

fn scale(limit_s: Option<u64>) -> Scale {
    let rates =
        Rates { ticks_per_h: 3600, node_per_h: Some(1.0), load_balancer_per_h: 0.0, billing_quantum: 1 };
    Scale {
        resolution: Resolution::S1,
        rates: vec![rates],
        currency: "USD".into(),
        rate_span: Some(168 * 3600),
        objective_span: Some(168.0 * 3600.0),
        wait_limit: limit_s.map(TimeSpan::from_s),
    }
}

/// The verdict, with how often jobs were counted again.
fn verdict(
    objective: &Objective,
    results: &[RunResult],
    limit_s: Option<u64>,
    exact: u64,
) -> (Judged, usize) {
    let scale = scale(limit_s);
    let samples: Vec<Sample<'_>> = results.iter().map(|result| Sample { scale: &scale, result }).collect();
    let mut asked = 0;
    let judged = judge(objective, &samples, &Baseline::default(), |_, _, _, _| {
        asked += 1;
        exact
    });
    (judged, asked)
}

#[test]
fn percentiles_are_decided_by_counts() {
    // 19 of 20 within a minute: p95 holds, p96 does not.
    let mut waits = vec![0; 18];
    waits.extend([60, 61]);
    let results = [result(&waits, 0, Some(60))];
    for (text, verdict_) in [("wait_p95<=1m", Verdict::Meets), ("wait_p96<=1m", Verdict::Misses)] {
        let (judged, asked) = verdict(&objective("cost", &[text]), &results, Some(60), 0);
        assert_eq!((judged.point.verdict, asked), (verdict_, 0));
    }
    // One that never starts waits for ever.
    let endless = [result(&waits, 1, Some(60))];
    let (judged, _) = verdict(&objective("cost", &["wait_p95<=1m"]), &endless, Some(60), 0);
    assert_eq!(judged.point.verdict, Verdict::Misses);
    let (judged, _) = verdict(&objective("cost", &["wait_max<=1h"]), &endless, Some(60), 0);
    assert_eq!((judged.point.verdict, judged.point.latency_s), (Verdict::Misses, f64::INFINITY));
    // Over two replications 39 of 41 jobs hold: 95.1 %, while one alone has 19 of 21.
    let both = [result(&waits, 1, Some(60)), result(&[0; 20], 0, Some(60))];
    let (judged, _) = verdict(&objective("cost", &["wait_p95<=1m"]), &both, Some(60), 0);
    assert_eq!(judged.point.verdict, Verdict::Meets);
}

#[test]
fn what_a_histogram_leaves_open_is_counted_again() {
    // 1,000 and 1,003 share the bucket 992 to 1,007, so the histogram does not tell them apart.
    let results = [result(&[1000, 1003], 0, None)];
    let near = objective("cost", &["wait_p100<=1001s"]);
    let scale = scale(None);
    let sample = Sample { scale: &scale, result: &results[0] };
    let count = within(&sample, None, Times::Wait, TimeSpan::from_s(1001));
    assert_eq!((count.low, count.high, count.of), (0, 2, 2));
    for (exact, expected) in [(1, Verdict::Misses), (2, Verdict::Meets)] {
        let (judged, asked) = verdict(&near, &results, None, exact);
        assert_eq!((judged.point.verdict, asked), (expected, 1));
        assert_eq!(judged.point.excess > 0.0, expected == Verdict::Misses);
    }
    // At the end of the bucket nothing is open.
    let (judged, asked) = verdict(&objective("cost", &["wait_p100<=1007s"]), &results, None, 0);
    assert_eq!((judged.point.verdict, asked), (Verdict::Meets, 0));
}

#[test]
fn what_serves_fewer_jobs_than_today_is_marked() {
    let objective = objective("cost", &["wait_p95<=1m"]);
    let judge_with = |change: fn(&mut RunResult)| {
        let mut result = result(&[0; 20], 0, Some(60));
        change(&mut result);
        verdict(&objective, &[result], Some(60), 0).0.point.verdict
    };
    assert_eq!(judge_with(|_| {}), Verdict::Meets);
    assert_eq!(judge_with(|r| r.status = Status::Horizon), Verdict::NotSettled);
    assert_eq!(judge_with(|r| r.clusters[0].outcomes[Outcome::Rejected as usize] = 1), Verdict::Rejects);
    assert_eq!(judge_with(|r| r.clusters[0].outcomes[Outcome::TimedOut as usize] = 1), Verdict::Fails);
    assert_eq!(judge_with(|r| r.clusters[0].outcomes[Outcome::Queued as usize] = 1), Verdict::Unfinished);
}

#[test]
fn costs_are_rates_over_the_span() {
    use crate::engine::output::State;
    let mut one = result(&[0], 0, None);
    one.clusters[0].node_ticks[State::Running as usize] = 3600 * 42;
    one.clusters[0].node_ticks[State::Idle as usize] = 3600 * 42;
    one.clusters[0].billed_quanta = 3600 * 84;
    one.clusters[0].useful = 3600 * 42;
    // 84 node-hours at 1 USD in a span of a week.
    let (judged, _) = verdict(&objective("cost", &["utilisation>=50%", "cost<=12 USD/day"]), &[one], None, 0);
    assert!((judged.point.cost - 84.0).abs() < 1e-9 && (judged.point.objective - 84.0).abs() < 1e-9);
    assert_eq!(judged.held, [true, true]);
    assert!((judged.values[0] - 0.5).abs() < 1e-12);
}
