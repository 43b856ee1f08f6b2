//! What figures mark, and how they are scaled.

use super::tests::{PLAIN, summary};
use super::time_axis::of_counts;
use super::*;
use crate::chart::{Mark, Panel, Plot, Tone};

/// The plot of a figure, and its key.
fn plot(figure: &Figure) -> (&Plot, Vec<&str>) {
    let panels = || figure.rows.iter().flat_map(|r| &r.panels);
    let plot = panels().find_map(|(_, p)| match p {
        Panel::Plot(plot) => Some(&**plot),
        _ => None,
    });
    let key = panels().find_map(|(_, p)| match p {
        Panel::Key(entries) => Some(entries.iter().map(|e| e.name.as_str()).collect()),
        _ => None,
    });
    (plot.unwrap(), key.unwrap_or_default())
}

#[test]
fn an_objective_has_its_share_and_its_percentile_marked_on_its_curve() {
    let expect = r#""start":null,"teams":[],"thresholds":[{"figure":"wait p80","cluster":"one","bound":"at_most",
        "unit":"s","limit":600.0,"value":640.0,"met":false,"note":null}],"#;
    let mut data = Data::new(&summary(1e5, 2, expect, r#""jobs_started":1000"#)).unwrap();
    for i in 1..=1000_u32 {
        // The 750th waits a little longer than 10 minutes.
        let wait_s = f64::from(i) * if i == 750 { 0.8 + 1e-9 } else { 0.8 };
        data.job(JobRow { cluster: 0, nodes: 1, running_s: 60.0, wait_s: Some(wait_s), judged: true });
        data.job(JobRow { cluster: 1, nodes: 1, running_s: 60.0, wait_s: Some(5.0), judged: true });
    }
    let figure = Chart::Wait.figure(&data.finish());
    assert!(figure.subtitle.ends_with("Dots are of one."), "{}", figure.subtitle);
    let (plot, key) = plot(&figure);
    assert_eq!(key, ["one", "two", "all clusters"]);
    let (mut notes, mut dots) = (Vec::new(), Vec::new());
    for mark in &plot.marks {
        match mark {
            Mark::Note { at, text, .. } => notes.push((*at, text.as_str())),
            Mark::Dot { label, .. } => dots.push(label.as_str()),
            _ => {}
        }
    }
    // 749 of 1000, rounded down and not to 75 %.
    assert_eq!(notes, [((600.0, 0.749), "74.9 % within 10m")]);
    assert_eq!(dots, ["p50 6m40s", "p90 12m", "p95 12m40s", "p99 13m12s", "p80 10m40s", "max 13m20s"]);
}

#[test]
fn money_is_on_one_scale_with_one_kind_of_decimals() {
    let teams: Vec<String> = (0..20)
        .map(|i| format!(r#"{{"team":"t{i}","jobs":1,"cost_total":{}}}"#, 60 - i))
        .chain([r#"{"team":"shared","jobs":0,"cost_total":190.0}"#.to_owned()])
        .collect();
    let more = format!(r#""start":null,"thresholds":[],"teams":[{}],"#, teams.join(","));
    let figures = r#""cost_useful":1000.4,"cost_idle":199.3,"cost_leaving":0.3,"cost_total":1200.0"#;
    let figure = Chart::Cost.figure(&Data::new(&summary(1e5, 1, &more, figures)).unwrap().finish());
    let [row] = &figure.rows[..] else { panic!("one row") };
    let [(_, Panel::Bars(bars))] = &row.panels[..] else { panic!("one panel of bars") };
    let texts: Vec<&str> = bars.rows.iter().map(|r| r.bars[0].text.as_str()).collect();
    assert_eq!(texts[..3], ["1,000, 83 %", "199, 17 %", "<1, <0.1 %"]);
    assert_eq!(bars.rows[0].group, "By what the nodes did");
    assert_eq!(bars.rows[3].group, "By team whose jobs ran");
    let [.., shared, others] = &bars.rows[..] else { panic!("rows") };
    assert_eq!(shared.label, "shared (no job)");
    // The longest of the teams' bars, and yet the last.
    assert_eq!((others.label.as_str(), others.tone), ("14 other teams", Tone::Hollow));
    assert_eq!(others.bars[0].value, f64::from((6..20).map(|i| 60 - i).sum::<i32>()));
}

#[test]
fn hours_that_are_alike_are_said_to_be_so() {
    let data = |idle: &dyn Fn(u32) -> u32| {
        let start = r#""start":"2026-03-02T00:00:00+01:00[Europe/Amsterdam]","thresholds":[],"teams":[],"#;
        let mut data = Data::new(&summary(604_800.0, 1, start, "")).unwrap();
        for hour in 0..168 {
            let row = TimelineRow {
                t_s: f64::from(hour) * 3600.0,
                nodes: [0, 0, 0, idle(hour), 100 - idle(hour), 0],
                ..TimelineRow::default()
            };
            data.timeline(0, row).unwrap();
        }
        Chart::Hours.figure(&data.finish())
    };
    let heat = |figure: &Figure| match &figure.rows[1].panels[0].1 {
        Panel::Heat(heat) => heat.ends,
        other => panic!("{other:?}"),
    };
    let alike = data(&|hour| hour % 8);
    assert_eq!(alike.title, "Billed nodes are busy 93–100 % of the time, around the clock");
    assert_eq!(heat(&alike), (0.0, 1.0), "and look so");
    assert!(alike.subtitle.ends_with("Each cell is 100 node-hours."), "{}", alike.subtitle);
    let mut gap = Data::new(&summary(7200.0, 1, PLAIN, "")).unwrap();
    for (t_s, running) in [(0.0, 9), (3600.0, 0)] {
        let row = TimelineRow { t_s, nodes: [0, 0, 0, 0, running, 0], ..TimelineRow::default() };
        gap.timeline(0, row).unwrap();
    }
    let gap = Chart::Hours.figure(&gap.finish());
    assert_eq!(gap.title, "Billed nodes are busy 100 % of the time, in every hour that has any");
    let sunday = data(&|hour| if hour >= 144 { 60 } else { 2 });
    assert_eq!(sunday.title, "Billed nodes are busy 90 % of the time, least on Sundays (40 %)");
    assert_eq!(heat(&sunday), (0.4, 1.0));
    let night = data(&|hour| if hour % 24 < 6 { 55 } else { 4 });
    assert_eq!(night.title, "Billed nodes are busy 83 % of the time, least from 00 to 06 h (45 %)");
    let noise = data(&|hour| if hour % 29 == 0 { 40 } else { 10 });
    assert_eq!(
        noise.title,
        "Billed nodes are busy 89 % of the time, alike on all days (single hours 60–90 %)"
    );
}

#[test]
fn axes_of_counts_end_with_a_mark() {
    let labels = |max: f64, marks: f64| -> Vec<String> {
        of_counts(max, marks).ticks.into_iter().map(|t| t.label).collect()
    };
    assert_eq!(labels(3.0, 2.0), ["0", "1", "2", "3"]);
    assert_eq!(labels(20.0, 2.0), ["0", "10", "20"]);
    assert_eq!(labels(676.0, 3.0), ["0", "250", "500", "750"]);
    assert_eq!(labels(0.0, 3.0), ["0", "1"]);
    for max in 1..5000_u32 {
        for marks in [2.0, 3.0, 5.0, 8.0] {
            let axis = of_counts(f64::from(max), marks);
            let last = axis.ticks.last().unwrap().at;
            assert!(last >= f64::from(max) && axis.ticks.len() as f64 <= marks + 2.0, "{max} {marks}");
            assert!(last <= f64::from(max) * 2.0 + 1.0 && axis.max >= last, "{max} {marks} {last}");
        }
    }
}

#[test]
fn a_queue_keeps_its_fewest_and_its_most() {
    let mut data = Data::new(&summary(100_000.0, 1, PLAIN, "")).unwrap();
    for i in 0..10_000_u32 {
        // Never under 7; one dip to 3 for a moment, in the 180th column.
        let queued_jobs = if i == 5000 { 3 } else { 7 + i % 5 };
        let row = TimelineRow {
            t_s: f64::from(i) * 10.0,
            nodes: [0, 0, 0, 0, 1, 0],
            queued_jobs,
            ..TimelineRow::default()
        };
        data.timeline(0, row).unwrap();
    }
    let figure = Chart::Nodes.figure(&data.finish());
    let Panel::Plot(queue) = &figure.rows[1].panels[0].1 else { panic!("the queue") };
    let areas: Vec<&Vec<(f64, f64)>> = queue
        .marks
        .iter()
        .filter_map(|m| match m {
            Mark::Area(line, _) => Some(line),
            _ => None,
        })
        .collect();
    let [most, fewest] = areas[..] else { panic!("two areas: {}", areas.len()) };
    assert!(most.iter().all(|p| p.1 == 11.0));
    let lowest = fewest.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
    assert_eq!(lowest, 3.0, "a dip of ten seconds is drawn");
    assert_eq!(fewest[0].1, 7.0);
}

/// Jobs of one cluster with these waits; `None` never started.
fn waits(clusters: usize, more: &str, figures: &str, waits: &[(usize, Option<f64>, bool)]) -> Figure {
    let mut data = Data::new(&summary(1e5, clusters, more, figures)).unwrap();
    for &(cluster, wait_s, judged) in waits {
        data.job(JobRow { cluster, nodes: 1, running_s: 60.0, wait_s, judged });
    }
    Chart::Wait.figure(&data.finish())
}

#[test]
fn jobs_that_never_start_keep_the_curve_below_all() {
    let mut jobs = vec![(0, None, true); 80];
    jobs.extend((1..=20).map(|i| (0, Some(f64::from(i) * 100.0), true)));
    jobs.push((0, None, false));
    let figure = waits(1, PLAIN, "", &jobs);
    assert_eq!(figure.title, "80 of 100 jobs never start");
    assert!(figure.subtitle.contains("100 jobs ·"), "{}", figure.subtitle);
    assert!(figure.subtitle.contains("80 jobs never start: the curve ends below 100\u{a0}%."));
    assert!(figure.subtitle.contains("1 job rejected or cancelled before the start is not in it."));
    let (plot, _) = plot(&figure);
    let mut highest = 0.0_f64;
    for mark in &plot.marks {
        match mark {
            Mark::Line(line, ..) => highest = line.iter().fold(highest, |a, p| a.max(p.1)),
            Mark::Dot { label, at, .. } => assert_eq!((label.as_str(), *at), ("max 33m20s", (2000.0, 0.2))),
            _ => {}
        }
    }
    assert_eq!(highest, 0.2);
    let none = waits(1, PLAIN, "", &[(0, None, true); 3]);
    assert_eq!(none.title, "None of 3 jobs ever starts");
}

#[test]
fn titles_of_waits_that_are_alike() {
    let title =
        |of: &[f64]| waits(1, PLAIN, "", &of.iter().map(|w| (0, Some(*w), true)).collect::<Vec<_>>()).title;
    assert_eq!(title(&[310.0]), "The only job starts after 5m10s");
    assert_eq!(title(&[310.0, 310.0]), "All jobs start after 5m10s");
    assert_eq!(title(&[10.0, 310.0, 310.0]), "95 % of the jobs start within 5m10s");
    let met = r#""start":null,"teams":[],"thresholds":[{"figure":"wait p95","cluster":null,"bound":"at_most",
        "unit":"s","limit":600.0,"value":0.0,"met":true,"note":null}],"#;
    let at_once = waits(1, met, "", &[(0, Some(0.0), true)]).title;
    assert_eq!(at_once, "95 % of jobs start at once, the objective is 10m");
}

#[test]
fn the_cluster_of_the_objective_is_shown_however_small() {
    let expect = r#""start":null,"teams":[],"thresholds":[{"figure":"wait p80","cluster":"eight","bound":"at_most",
        "unit":"s","limit":600.0,"value":640.0,"met":false,"note":null}],"#;
    let jobs: Vec<_> = (0..8).map(|c| (c, Some(640.0 + c as f64), true)).collect();
    let figure = waits(8, expect, r#""jobs_started":1"#, &jobs);
    let (_, key) = plot(&figure);
    assert_eq!(key, ["one", "two", "three", "four", "five", "eight", "all clusters"]);
    assert!(figure.subtitle.ends_with("Dots are of eight."), "{}", figure.subtitle);
}

#[test]
fn every_picture_tells_of_a_run_that_did_not_come_to_its_end() {
    let of = |status: &str, end_s: f64, more: &str| {
        let figures = r#""jobs":7,"jobs_queued":7,"jobs_running":2"#;
        let text = summary(end_s, 1, &format!("{more}{PLAIN}"), figures).replace("settled", status);
        let mut data = Data::new(&text).unwrap();
        let row = TimelineRow { t_s: 3600.0, queued_jobs: 7, limit: 4, ..TimelineRow::default() };
        data.timeline(0, TimelineRow { t_s: 0.0, queued_jobs: 1, ..row }).unwrap();
        data.timeline(0, row).unwrap();
        data.finish()
    };
    let stuck =
        r#""stuck":{"jobs":[{"waiting_for":"lock"},{"waiting_for":"quota"},{"waiting_for":"lock"}]},"#;
    let data = of("stuck", 3600.0, stuck);
    for chart in Chart::ALL {
        let subtitle = chart.figure(&data).subtitle;
        let said = " Stuck after 1h: 7 jobs would wait for a resource lock without end.";
        assert!(subtitle.ends_with(said), "{chart:?}: {subtitle}");
    }
    assert_eq!(Chart::Causes.figure(&data).title, "7 jobs wait for a resource lock when the run ends");
    let nodes = format!("{:?}", Chart::Nodes.figure(&data));
    assert!(nodes.contains("at most 7 jobs"), "those of the last instant are in the queue's peak: {nodes}");
    let limit = of("limit", 7200.0, "");
    assert_eq!(Chart::Nodes.figure(&limit).title, "Cut off after 2h with 7 jobs in the queue");
    let said = " Cut off after 2h at a bound of the simulator, with 7 jobs in the queue.";
    assert!(Chart::Cost.figure(&limit).subtitle.ends_with(said));
    let horizon = Chart::Hours.figure(&of("horizon", 7200.0, "")).subtitle;
    assert!(
        horizon.ends_with(" Stopped at the horizon with 7 jobs in the queue and 2 jobs running."),
        "{horizon}"
    );
    let settled = Chart::Hours.figure(&of("settled", 7200.0, "")).subtitle;
    assert!(settled.ends_with("simulated."), "{settled}");
}

#[test]
fn a_static_cluster_is_not_told_to_be_at_its_limit() {
    let mut data = Data::new(&summary(1000.0, 1, PLAIN, r#""at_limit_s":1000.0"#)).unwrap();
    let row = TimelineRow { nodes: [0, 0, 0, 1, 2, 0], limit: 3, ..TimelineRow::default() };
    data.timeline(0, row).unwrap();
    let title = Chart::Nodes.figure(&data.finish()).title;
    assert_eq!(title, "3 nodes throughout, idle 33 % of their billed time, with no queue");
    let free = Data::new(&summary(1000.0, 1, PLAIN, r#""cost_total":0.0,"billed_node_h":1.0"#)).unwrap();
    let free = format!("{:?}", Chart::Cost.figure(&free.finish()));
    assert!(free.contains("Nodes ran, at a price of 0."), "{free}");
}

#[test]
fn several_objectives_stand_in_the_key() {
    let threshold = |p: u32, limit: u32| {
        format!(
            r#"{{"figure":"wait p{p}","cluster":null,"bound":"at_most","unit":"s","limit":{limit}.0,"value":90.0,
            "met":true,"note":null}}"#
        )
    };
    let expect =
        format!(r#""start":null,"teams":[],"thresholds":[{},{}],"#, threshold(80, 100), threshold(95, 200));
    let figure = waits(1, &expect, "", &[(0, Some(60.0), true), (0, Some(90.0), true)]);
    let (plot, key) = plot(&figure);
    let words = ["objective: 80 % within 1m40s, met", "objective: 95 % within 3m20s, met"];
    assert_eq!(key, words);
    let labels: Vec<&str> = plot
        .marks
        .iter()
        .filter_map(|m| match m {
            Mark::RuleX { label, .. } => Some(label.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(labels, ["", ""], "nothing is written upon the curve");
}
