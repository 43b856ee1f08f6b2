//! The answer's words, from a small surface.

use super::*;
use crate::report::objective::{Bound, Constraint, Figure, Metric, Stat, Term};
use crate::stats::surface::tests::grid;
use crate::units::TimeSpan;

fn objective(constraint: bool) -> Objective {
    let figure = |metric, name: &str| Figure { metric, cluster: None, name: name.into() };
    let limit = Constraint {
        figure: figure(Metric::Wait(Stat::Percentile(950)), "p95 wait"),
        bound: Bound::AtMost,
        limit: 600.0,
        time: Some(TimeSpan::from_s(600)),
        text: "p95 wait ≤ 10m".into(),
    };
    Objective {
        terms: vec![Term { weight: 1.0, figure: figure(Metric::Cost, "cost") }],
        constraints: if constraint { vec![limit] } else { Vec::new() },
        period: Some(crate::report::objective::Period::WEEK),
        currency: "USD".into(),
        name: "cost".into(),
        unit: "USD/week".into(),
        latency: figure(Metric::Wait(Stat::Percentile(950)), "p95 wait"),
        latency_limit: constraint.then(|| TimeSpan::from_s(600)),
        latency_of: constraint.then_some(0),
    }
}

/// Nodes make cost and save waiting; the second axis costs a little.
fn surface(limit_s: f64) -> Surface {
    let mut s = grid(&[5, 3], |l| 100.0 + 25.0 * f64::from(l[0]) + 0.2 * f64::from(l[1]));
    s.constraints = vec!["p95 wait ≤ 10m".into()];
    s.latency_limit_s = Some(limit_s);
    for i in 0..s.points.len() {
        let nodes = f64::from(s.levels_of(i)[0]);
        let point = &mut s.points[i];
        point.latency_s = 2400.0 / (nodes + 1.0);
        if point.latency_s > limit_s {
            point.verdict = Verdict::Misses;
            point.excess = point.latency_s / limit_s - 1.0;
        }
    }
    s.points[0].verdict = Verdict::Rejects;
    s.today = crate::stats::surface::Point {
        objective: 200.0,
        cost: 200.0,
        latency_s: 480.0,
        ..s.points[12].clone()
    };
    s.today_objectives = vec![200.0];
    s.today_levels = vec![Some(4), None];
    s
}

fn plain(text: &str) -> String {
    text.replace("\x1b[1m", "").replace("\x1b[0m", "")
}

#[test]
fn the_answer_comes_first() {
    let surface = surface(600.0);
    let objective = objective(true);
    let answer = Answer::of(&surface, &objective);
    // 800 s at three nodes more, 600 s at four.
    assert_eq!(answer.best, Some(9));
    let text = plain(&human(&answer));
    let expected = "\
Cheapest that meets p95 wait ≤ 10m: f0 3, f1 0
  175.00 USD/week, p95 wait 10m
  −12 % against today: 200.00 USD/week, p95 wait 8m

       f0   f1  cost, USD/week  against best  p95 wait
best    3    0          175.00                     10m
2.      3    1          175.20         +0.20       10m
3.      3    2          175.40         +0.40       10m
4.      4    0          200.00        +25.00        8m
5.      4    1          200.20        +25.20        8m
6.      4    2          200.40        +25.40        8m
today   4  own          200.00                      8m

One replication: nothing is known of chance; --replications 20 tells.
f1 hardly changes the cost there: within 1 % at whichever value it has.
What moves cost over all configurations: f0 100 %.
What moves p95 wait over all configurations: f0 100 %.
Waiting less costs: from p95 wait 40m to 20m, 1.24 USD/week a minute; from 10m to 8m, 12.50 a minute.
Left out of the choice: 1 reject more jobs than today.
";
    assert_eq!(text, expected);
}

#[test]
fn where_nothing_holds_the_nearest_comes_first() {
    let surface = surface(60.0);
    let objective = objective(true);
    let mut answer = Answer::of(&surface, &objective);
    assert_eq!((answer.best, answer.nearest), (None, Some(12)));
    answer.detail = Some(Detail {
        waiting_for: Some(("node_limit", 0.62)),
        values: vec![480.0],
        held: vec![false],
        ..Detail::default()
    });
    let text = plain(&human(&answer));
    assert!(text.starts_with("Nothing here meets p95 wait ≤ 10m. Nearest: f0 4, f1 0\n"), "{text}");
    let says = "  it misses p95 wait ≤ 10m: 8m\n  what limits it: 62 % of its waiting is for node limit\n";
    assert!(text.contains(says), "{text}");
    assert!(!text.contains("hardly changes"), "{text}");
}

#[test]
fn with_replications_chance_is_spoken_of() {
    let mut surface = surface(600.0);
    surface.replications = 4;
    let noise = [0.0, 0.5, -0.5, 0.1];
    let spread = |p: &crate::stats::surface::Point, i: usize| {
        noise.map(|n| p.objective + n * if i == 10 { 2.0 } else { 1.0 })
    };
    surface.objectives = surface.points.iter().enumerate().flat_map(|(i, p)| spread(p, i)).collect();
    surface.today_objectives = noise.map(|n| 200.0 + n).to_vec();
    let objective = objective(true);
    let answer = Answer::of(&surface, &objective);
    assert_eq!((answer.runners_up[0].separated, answer.runners_up[1].separated), (Some(false), Some(true)));
    assert_eq!(answer.not_separated, Some(1));
    let text = plain(&human(&answer));
    assert!(text.contains("not separated\n"), "{text}");
    assert!(text.contains("1 other is not separated from it"), "{text}");
    assert!(text.contains("[−12 %, −12 %] against today"), "{text}");
}

#[test]
fn a_best_at_the_end_of_an_axis_is_told() {
    let mut surface = surface(600.0);
    let objective = objective(true);
    let end = |surface: &Surface| plain(&human(&Answer::of(surface, &objective)));
    assert!(!end(&surface).contains("beyond may be better"), "3 is inside, and nothing is below 0");
    // Only the fifth value holds now.
    for i in 9..12 {
        surface.points[i].verdict = Verdict::Misses;
    }
    assert!(end(&surface).contains("f0 4 is at an end of its values: beyond may be better.\n"));
}

#[test]
fn the_file_has_what_the_text_says() {
    let surface = surface(600.0);
    let objective = objective(true);
    let answer = Answer::of(&surface, &objective);
    let found = json(&answer, |index| vec![index.to_string(), "x".into()]);
    let best = found.best.unwrap();
    assert_eq!((best.index, best.objective, best.verdict.as_str()), (Some(9), Some(175.0), "meets"));
    assert_eq!(best.settings["f0"], Some("9".to_owned()));
    assert_eq!(found.verdicts["rejects"], 1);
    assert_eq!(found.hardly_matters["f1"], ["0", "1", "2"]);
    assert_eq!(found.runners_up.len(), 5);
    assert_eq!(found.today.settings["f1"], Some("own_cell".to_owned()));
    assert!((found.against_today.unwrap().share.unwrap() + 0.125).abs() < 1e-12);
}

/// The wait itself is minimised.
fn of_waits(replications: usize, pooled_s: f64) -> (Surface, Objective) {
    let mut s = surface(600.0);
    s.replications = replications;
    for p in s.points.iter_mut().chain([&mut s.today]) {
        p.objective = p.latency_s;
        p.latency_s += pooled_s;
    }
    s.objectives = s.points.iter().flat_map(|p| vec![p.objective; replications]).collect();
    s.today_objectives = vec![s.today.objective; replications];
    s.objective_name = "p95 wait".into();
    s.objective_unit = "s".into();
    let mut objective = objective(true);
    objective.name = "p95 wait".into();
    objective.unit = "s".into();
    (s, objective)
}

#[test]
fn a_wait_that_is_minimised_stands_once_and_as_a_time() {
    let (surface, objective) = of_waits(1, 0.0);
    let text = plain(&human(&Answer::of(&surface, &objective)));
    let expected = "\
Least p95 wait that meets p95 wait ≤ 10m: f0 4, f1 0
  8m, cost 200.00 USD/week
  +0 % against today: 8m

       f0   f1  p95 wait  against best
best    4    0        8m
2.      4    1        8m           +0s
";
    assert!(text.starts_with(expected), "{text}");
    assert_eq!(text.matches("What moves p95 wait").count(), 1, "{text}");
}

#[test]
fn a_wait_of_all_replications_beside_their_mean_is_named_so() {
    let (surface, objective) = of_waits(3, 9.0);
    let text = plain(&human(&Answer::of(&surface, &objective)));
    assert!(text.contains("p95 wait  against best  p95 wait of all replications\n"), "{text}");
    let row = text.lines().find(|line| line.starts_with("best ")).unwrap();
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["best", "4", "0", "8m", "8m09s"]);
}

#[test]
fn what_nothing_holds_is_not_recommended_under_other_circumstances() {
    let what_if = |setting| WhatIf {
        name: "load × 2".into(),
        setting,
        verdict: Verdict::Misses,
        objective: 1.0,
        cost: 1.0,
        latency_s: 1.0,
    };
    for (limit_s, word, other) in [(60.0, "nearest", "recommended"), (600.0, "recommended", "nearest")] {
        let surface = surface(limit_s);
        let objective = objective(true);
        let mut answer = Answer::of(&surface, &objective);
        answer.what_if = vec![what_if("recommended"), what_if("today")];
        let text = plain(&human(&answer));
        let table = &text[text.find("what if").unwrap()..];
        assert!(table.contains(word) && table.contains("today") && !table.contains(other), "{text}");
        let found = json(&answer, |index| vec![index.to_string(), "x".into()]);
        assert_eq!(found.what_if.iter().map(|w| w.setting.as_str()).collect::<Vec<_>>(), [word, "today"]);
    }
}

#[test]
fn what_too_few_configurations_cannot_tell_is_said_once() {
    // On the diagonal: 5 points of 5 × 3 values.
    let mut s = surface(600.0);
    let taken = [1, 4, 8, 9, 13];
    s.levels = taken.iter().flat_map(|&i| s.levels_of(i).to_vec()).collect();
    s.points = taken.iter().map(|&i| s.points[i].clone()).collect();
    s.objectives = taken.iter().map(|&i| s.objectives[i]).collect();
    let objective = objective(true);
    let answer = Answer::of(&s, &objective);
    let text = plain(&human(&answer));
    let said =
        "What moves cost and p95 wait is not told: 5 configurations are too few for 8 values of the axes.\n";
    assert!(text.contains(said) && text.matches("What moves").count() == 1, "{text}");
    assert!(json(&answer, |index| vec![index.to_string(), "x".into()]).effects.is_empty());
}
