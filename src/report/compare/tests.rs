//! Comparisons of the small fixtures, by hand.

use super::*;
use crate::report::fixture::{day, small};
use crate::scenario::schema::Expect;

fn setting(drawn: bool) -> Setting {
    Setting {
        files: ["a.ron".to_owned(), "b.ron".to_owned()],
        drawn,
        differences: Vec::new(),
        pairing: Pairing { jobs: Same::Jobs, apart: Vec::new() },
        notes: Vec::new(),
    }
}

/// The fixture's summary with another cost a day and mean wait.
fn with(cost: f64, wait: f64) -> Summary {
    let mut summary = small(1, Vec::new()).summary();
    for (key, value) in &mut summary.total.figures {
        match key.as_str() {
            "cost_per_day" => *value = crate::report::figures::Value::Number(cost),
            "wait_mean_s" => *value = crate::report::figures::Value::Number(wait),
            _ => {}
        }
    }
    summary
}

#[test]
fn sentences_say_whether_a_difference_is_separated_from_0() {
    // Cost: differences −38, −40, −36, −38; waits: +60, −50, +30, −10: mean 7.5.
    let a: Vec<Summary> = [(320.0, 600.0), (318.0, 700.0), (322.0, 650.0), (320.0, 620.0)]
        .map(|(cost, wait)| with(cost, wait))
        .to_vec();
    let b: Vec<Summary> = [(282.0, 660.0), (278.0, 650.0), (286.0, 680.0), (282.0, 610.0)]
        .map(|(cost, wait)| with(cost, wait))
        .to_vec();
    let c = Comparison::of(setting(true), &a, &b, None).unwrap();
    // s = √(8/3), half = 3.1824 · s / 2 = 2.598.
    assert_eq!(
        c.findings[0].text,
        "B costs 38.00 USD a day less: 282.00 instead of 320.00 USD (−12 %, 95 % interval −40.60 to −35.40)."
    );
    assert_eq!(c.findings[0].tone, Tone::Better);
    assert!(
        c.findings[1].text.starts_with("No difference in the mean wait is separated from 0: B − A is +7.5s")
    );
    assert_eq!(c.findings[1].tone, Tone::Neutral);
    assert_eq!(c.findings[2].text, "The 95th percentile of waits is the same: 1m.");
    let total = c.total().unwrap();
    assert_eq!(total.get("cost_per_day").unwrap().verdict, Verdict::Lower);
    assert_eq!(total.get("wait_mean_s").unwrap().verdict, Verdict::NotSeparated);
    assert_eq!(total.get("jobs").unwrap().verdict, Verdict::Same);
}

#[test]
fn one_run_each_is_exact_where_nothing_is_drawn_and_one_draw_where_something_is() {
    let (a, b) = ([with(2.0, 60.0)], [with(3.0, 60.0)]);
    let exact = Comparison::of(setting(false), &a, &b, None).unwrap();
    assert_eq!(exact.findings[0].text, "B costs 1.00 USD a day more: 3.00 instead of 2.00 USD (+50 %).");
    assert_eq!(exact.total().unwrap().get("cost_per_day").unwrap().verdict, Verdict::Higher);
    let draw = Comparison::of(setting(true), &a, &b, None).unwrap();
    assert!(
        draw.findings[0].text.starts_with("In this one draw: B costs 1.00 USD a day more"),
        "{:?}",
        draw.findings
    );
    assert_eq!(draw.findings[0].tone, Tone::Neutral);
    assert_eq!(draw.total().unwrap().get("cost_per_day").unwrap().verdict, Verdict::OneDraw);
}

#[test]
fn the_share_of_jobs_that_start_in_time_is_compared_in_points() {
    let with_share = |share: f64| {
        let mut summary = small(1, Vec::new()).summary();
        for (key, value) in &mut summary.total.figures {
            match key.as_str() {
                "wait_within_limit_s" => *value = crate::report::figures::Value::Number(600.0),
                "wait_within_share" => *value = crate::report::figures::Value::Number(share),
                _ => {}
            }
        }
        summary
    };
    let a: Vec<Summary> = [0.70, 0.72, 0.74].map(with_share).to_vec();
    let b: Vec<Summary> = [0.80, 0.83, 0.83].map(with_share).to_vec();
    let c = Comparison::of(setting(true), &a, &b, None).unwrap();
    // Differences 10, 11 and 9 points: mean 10, s = 1, half = 4.3027 / √3 = 2.484.
    let finding = c.findings.iter().find(|f| f.figure == "wait_within_share").unwrap();
    assert_eq!(
        finding.text,
        "B starts 10.0 pp more of its jobs within 10m: 82.0 % instead of 72.0 % (95 % interval +7.5 pp to +12.5 pp)."
    );
    assert_eq!(finding.tone, Tone::Better);
    let text = crate::report::human::render_comparison(&c, 100);
    let text = anstream::adapter::strip_str(&text).to_string();
    let line = text.lines().find(|l| l.starts_with("  within 10m")).unwrap();
    assert!(
        line.contains("72.0 %") && line.contains("+10.0 pp ▲") && line.contains("+7.5 pp to +12.5 pp"),
        "{line}"
    );
}

#[test]
fn what_one_of_them_misses_and_what_run_warns_of_is_told() {
    let per_day = |amount: &str| Expect::CostPerDayAtMost { limit: amount.parse().unwrap(), cluster: None };
    let summary = |expect: Expect| small(1, vec![expect]).summary();
    let (tight, wide) = (summary(per_day("15854 USD")), summary(per_day("15855 USD")));
    let told = |a: &Summary, b: &Summary| {
        let c =
            Comparison::of(setting(false), std::slice::from_ref(a), std::slice::from_ref(b), None).unwrap();
        let missed = c.findings.iter().filter(|f| f.figure == "threshold");
        missed.map(|f| (f.tone, f.text.clone())).collect::<Vec<_>>()
    };
    let of_b = "B misses cost per day ≤ 15,854.00 USD: 15,854.40 USD.".to_owned();
    assert_eq!(told(&wide, &wide), []);
    assert_eq!(told(&wide, &tight), [(Tone::Neutral, of_b.clone())], "A has no such threshold");
    let mut met = tight.clone();
    met.thresholds[0].met = true;
    assert_eq!(told(&met, &tight), [(Tone::Worse, of_b)]);
    assert_eq!(told(&tight, &met)[0].0, Tone::Better);
    assert!(told(&tight, &tight)[0].1.starts_with("A and B miss cost per day"));
    // Over replications, how many met it.
    let c = Comparison::of(setting(true), &[met.clone(), met.clone()], &[met.clone(), tight], None).unwrap();
    let last = &c.findings.last().unwrap().text;
    assert_eq!(last, "B misses cost per day ≤ 15,854.00 USD: met in 1 of 2.");
    // One job of three is refused in both.
    let json = serde_json::to_value(&c).unwrap();
    assert!(json["a"]["warnings"].to_string().contains("W0508"), "{}", json["a"]["warnings"]);
    let text = crate::report::human::render_comparison(&c, 100);
    let text = anstream::adapter::strip_str(&text).to_string();
    assert!(
        text.contains("Bear in mind\n") && text.contains("W0508 A and B: 1 of 3 jobs were rejected"),
        "{text}"
    );
}

#[test]
fn other_jobs_are_not_called_paired_and_their_number_neither_good_nor_bad() {
    let more = |n: u64| {
        let mut summary = with(2.0, 60.0);
        for (key, value) in &mut summary.total.figures {
            if key == "jobs_completed" {
                *value = crate::report::figures::Value::Count(n);
            }
        }
        summary
    };
    let (a, b) = ([more(5), more(6), more(5)], [more(50), more(51), more(51)]);
    let of = |jobs: Same| {
        let mut setting = setting(true);
        setting.pairing = Pairing { jobs, apart: vec!["The class \"x\" is in B only.".to_owned()] };
        let c = Comparison::of(setting, &a, &b, None).unwrap();
        let tone = c.findings.iter().find(|f| f.figure == "jobs_completed").unwrap().tone;
        let text = crate::report::human::render_comparison(&c, 100);
        (
            tone,
            anstream::adapter::strip_str(&text).to_string().split_whitespace().collect::<Vec<_>>().join(" "),
        )
    };
    let at = |text: &str, what: &str| text.find(what).unwrap_or_else(|| panic!("no {what:?} in {text}"));
    let (tone, text) = of(Same::Jobs);
    assert_eq!(tone, Tone::Better);
    assert!(text.contains("of the paired differences"), "{text}");
    assert!(at(&text, "is in B only") > at(&text, "In short"), "{text}");
    let (tone, text) = of(Same::Nothing);
    assert_eq!(tone, Tone::Neutral);
    assert!(!text.contains("paired differences") && text.contains("between separate runs"), "{text}");
    assert!(at(&text, "is in B only") < at(&text, "In short"), "{text}");
}

#[test]
fn amounts_in_two_currencies_are_not_subtracted() {
    let a = [with(2.0, 60.0)];
    let mut b = [with(3.0, 60.0)];
    b[0].currency = "EUR".to_owned();
    let c = Comparison::of(setting(false), &a, &b, None).unwrap();
    assert!(c.total().unwrap().figures.iter().all(|(key, x)| !key.starts_with("cost_") || x.is_none()));
    assert!(c.notes.iter().any(|n| n.contains("USD") && n.contains("EUR")), "{:?}", c.notes);
    assert!(c.findings.iter().all(|f| !f.figure.starts_with("cost")), "{:?}", c.findings);
}

#[test]
fn a_run_compared_with_itself_differs_in_nothing() {
    let f = day();
    let starts = Starts::of((&f.context, &f.recording), (&f.context, &f.recording)).unwrap();
    let c = Comparison::of(setting(false), &[f.summary()], &[f.summary()], Some(starts.into())).unwrap();
    for scope in &c.scopes {
        for (key, x) in &scope.figures {
            assert!(x.as_ref().is_none_or(|x| x.verdict == Verdict::Same), "{key} of {}", scope.name);
        }
    }
    assert_eq!(c.scopes.len(), 3, "all and both clusters");
    let jobs = c.jobs.unwrap();
    assert_eq!((jobs.earlier.jobs, jobs.later.jobs, jobs.jobs), (0, 0, 72));
    assert_eq!(jobs.same_time, 70, "one is rejected, one is left queued");
    assert_eq!(jobs.neither, 2);
}

#[test]
fn runs_with_other_jobs_are_not_paired_job_by_job() {
    let (a, b) = (day(), small(1, Vec::new()));
    assert_eq!(Starts::of((&a.context, &a.recording), (&b.context, &b.recording)), None);
}

/// The day of the fixtures, five times, with other waits and costs in B.
pub(in crate::report) fn compared() -> Comparison {
    let f = day();
    let varied = |i: usize, wait: f64, cost: f64| {
        let mut summary = f.summary();
        summary.replication = i as u32;
        let scopes =
            std::iter::once(&mut summary.total).chain(summary.clusters.iter_mut().map(|c| &mut c.figures));
        for (key, value) in scopes.flat_map(|scope| &mut scope.figures) {
            if let Some(x) = value.number() {
                if key.starts_with("wait_") && key.ends_with("_s") && !key.starts_with("wait_within") {
                    *value = crate::report::figures::Value::Number(x * wait);
                } else if key.starts_with("cost_") {
                    *value = crate::report::figures::Value::Number(x * cost);
                }
            }
        }
        summary
    };
    let noise = [0.0, 0.02, -0.03, 0.05, -0.01];
    let a: Vec<Summary> = (0..5).map(|i| varied(i, 1.0 + noise[i], 1.0 + noise[4 - i])).collect();
    let b: Vec<Summary> = (0..5).map(|i| varied(i, 1.1 + noise[i] * 1.2, 0.9 + noise[(i + 1) % 5])).collect();
    let starts = Starts::of((&f.context, &f.recording), (&f.context, &f.recording)).unwrap();
    let difference =
        |path: &str, a: serde_json::Value, b: serde_json::Value| Difference { path: path.to_owned(), a, b };
    let mut setting = setting(true);
    setting.differences = vec![
        difference("clusters[0].idle_time", "2m".into(), "30m".into()),
        difference("clusters[0].min_nodes", 0.into(), 2.into()),
        difference("clusters[1].price", serde_json::Value::Null, "0.40 USD/h".into()),
    ];
    setting.pairing.apart = vec!["The class \"extra\" is in B only: its jobs have no partners.".to_owned()];
    Comparison::of(setting, &a, &b, Some(starts.into())).unwrap()
}
