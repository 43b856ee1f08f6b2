//! What is said of a minute, of what is missing, of small designs and of waits that are minimised.

use super::*;

#[test]
fn titles_of_a_minute_are_of_a_stretch_with_both_its_ends() {
    // 0.6 a minute, then 2.0, then 9.0.
    let of = |limit_s: f64| {
        sketch(vec![numbers("n", (0..4).map(f64::from))], 1, limit_s, |v| {
            [(10.0, 600.0), (13.0, 300.0), (19.0, 120.0), (28.0, 60.0)][v[0] as usize]
        })
    };
    let title = |limit_s: f64| title(&of(limit_s), SweepChart::Minute);
    assert_eq!(title(300.0), "From 5m down to 2m of p95 wait, a minute less costs 2.00 USD/week on average");
    assert_eq!(
        title(60.0),
        "Nothing is faster than the recommended 1m: from 2m down to 1m, a minute less costs 9.00 USD/week on average"
    );
    // Nothing holds: where the price leaps most, by 4.5 times.
    assert_eq!(title(30.0), "From 2m down to 1m of p95 wait, a minute less costs 9.00 USD/week on average");
    // What is recommended is within a stretch: the price is still that of the whole stretch.
    let mut s = of(300.0);
    s.points[1].latency_s = 250.0;
    s.points[1].cost = 18.0;
    s.points[1].objective = 9.0;
    assert_eq!(
        plain(&of_sweep(&s, Some(1), SweepChart::Minute)[0].figure.title),
        "From 10m down to 2m of p95 wait, a minute less costs 1.12 USD/week on average"
    );
}

#[test]
fn a_front_that_is_none_says_what_is_missing() {
    let title = |change: &dyn Fn(&mut Point)| {
        let mut s = two();
        s.points.iter_mut().for_each(change);
        let [front, minute] = [SweepChart::Front, SweepChart::Minute].map(|chart| title(&s, chart));
        assert_eq!(front, minute);
        front
    };
    assert_eq!(title(&|p| p.cost = f64::NAN), "There is no cost to set against p95 wait: no price is known");
    assert_eq!(
        title(&|p| p.latency_s = f64::INFINITY),
        "There is no p95 wait to set against cost: everywhere some jobs never start"
    );
    assert_eq!(title(&|p| p.latency_s = f64::NAN), "There is no p95 wait to set against cost");
    assert_eq!(title(&|p| p.verdict = Verdict::Rejects), "No configuration of the sweep may be chosen");
    assert_eq!(
        title(&|p| if p.index == 0 { p.cost = f64::NAN } else { p.latency_s = f64::NAN }),
        "No configuration has both a cost and a p95 wait"
    );
}

#[test]
fn effects_of_too_few_configurations_are_not_told() {
    let s = few();
    let figure = of_sweep(&s, recommended(&s), SweepChart::Effects).remove(0).figure;
    assert_eq!(figure.title, "What moves cost and p95 wait is not told: too few configurations");
    assert!(
        figure.subtitle.starts_with("15 configurations are too few for 25 values of the axes."),
        "{figure:?}"
    );
    assert!(
        matches!(figure.rows[..], [Row { ref panels, .. }] if matches!(panels[..], [(_, Panel::Words(_))]))
    );
    // Maps stand as the axes do, with the cells that were not run blank.
    let heat = of_sweep(&s, recommended(&s), SweepChart::Heat).remove(0).figure;
    assert!(heat.subtitle.contains("Shown are the first 6 of 10 pairs of axes."), "{}", heat.subtitle);
    let Panel::Key(key) = &heat.rows[0].panels[0].1 else { panic!("a key") };
    assert!(key.iter().any(|entry| entry.name == "blank: not run"), "{key:?}");
    let Panel::Grid(panels) = &heat.rows[2].panels[0].1 else { panic!("a grid") };
    let axes = panels.iter().map(|panel| match panel {
        Panel::Field(field) => [field.x.name.as_str(), field.y.name.as_str()],
        _ => panic!("a field"),
    });
    let first: Vec<[&str; 2]> = axes.take(3).collect();
    assert_eq!(first, [["max_nodes", "idle_time"], ["max_nodes", "tier"], ["max_nodes", "vm_size"]]);
    let whole = of_sweep(&five(1200.0), None, SweepChart::Heat).remove(0).figure;
    let Panel::Key(key) = &whole.rows[0].panels[0].1 else { panic!("a key") };
    assert!(!key.iter().any(|entry| entry.name.contains("not run")), "{key:?}");
}

#[test]
fn waits_that_are_minimised_read_as_times() {
    let s = waits();
    let figure = of_sweep(&s, recommended(&s), SweepChart::Replications).remove(0).figure;
    let says = "Recommended: max_nodes 48, idle_time 1h, tier Dedicated. P95 wait in 20 replications:";
    assert!(figure.subtitle.starts_with(says), "{}", figure.subtitle);
    let best = duration_s(s.points[recommended(&s).unwrap()].objective);
    assert!(figure.title.contains(&format!("({best})")), "{}", figure.title);
    let Panel::Strips(strips) = &figure.rows[0].panels[0].1 else { panic!("strips") };
    let is_time = |text: &str| text.ends_with(['s', 'm', 'h', 'd']);
    assert!(strips.ticks.len() > 2 && strips.ticks.iter().all(|t| is_time(&t.label)), "{:?}", strips.ticks);
    let texts: Vec<&str> = strips.rows[1..].iter().map(|r| r.text.trim_end_matches(" (chance?)")).collect();
    assert!(texts.iter().all(|text| is_time(text) && text.contains(" ± ")), "{texts:?}");
}
