//! Both ways to the data give the same bytes; titles say what the data says; nothing is lost by drawing it coarsely.

use super::series::{COLUMNS, Series, Week};
use super::*;
use crate::chart::svg;
use crate::engine::output::State;
use crate::report::files::{OutDir, write_run};
use crate::report::fixture::{Fixture, day, small};
use std::fs;
use std::path::Path;

fn data_of(f: &Fixture) -> Data {
    let text = serde_json::to_string(&f.summary()).unwrap();
    of_run(&f.context, &text, &f.recording).unwrap()
}

fn write(f: &Fixture, dir: &Path) {
    let mut out = OutDir::prepare(dir, false).unwrap();
    write_run(&mut out, &f.context, &f.summary(), &f.result, &f.recording).unwrap();
    out.commit().unwrap();
}

fn looks() -> impl Iterator<Item = (Chart, Look)> {
    let look = |theme| Look { theme, ..Look::default() };
    Chart::ALL.into_iter().flat_map(move |c| [(c, look(Theme::Light)), (c, look(Theme::Dark))])
}

#[test]
fn files_and_memory_give_the_same_bytes() {
    for f in [day(), small(60, Vec::new())] {
        let place = tempfile::tempdir().unwrap();
        let dir = place.path().join("results");
        write(&f, &dir);
        let (memory, files) = (data_of(&f), read(&dir).unwrap());
        for (chart, look) in looks() {
            let picture = svg(&chart.scene(&memory, look));
            assert!(picture == svg(&chart.scene(&files, look)), "{chart:?}");
        }
    }
}

#[test]
fn pictures_of_a_day() {
    let data = data_of(&day());
    for chart in Chart::ALL {
        let picture = svg(&chart.scene(&data, Look::default()));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/charts/golden");
        let path = folder.join(format!("day-{}.svg", chart.as_str()));
        if std::env::var_os("NODETIDE_BLESS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &picture).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert!(expected == picture, "{} differs; look at it, then bless it", path.display());
    }
}

#[test]
fn every_file_name_is_known() {
    for extension in ["svg", "png"] {
        for (chart, look) in looks() {
            let dark = if look.theme == Theme::Dark { "-dark" } else { "" };
            let expected = format!("charts/{}{dark}.{extension}", chart.as_str());
            assert_eq!(name(chart.as_str(), look.theme, extension), expected);
        }
    }
}

/// A summary with figures, of clusters "one", "two" … .
pub(super) fn summary(end_s: f64, clusters: usize, more: &str, figures: &str) -> String {
    let names = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
    let list: Vec<String> = names[..clusters]
        .iter()
        .map(|n| format!(r#"{{"name":"{n}","vm_size":"S","figures":{{{figures}}}}}"#))
        .collect();
    format!(
        r#"{{"format":1,"scenario":"s","seed":7,"status":"settled","end_s":{end_s},"currency":"EUR",{more}
        "total":{{{figures}}},"clusters":[{}]}}"#,
        list.join(",")
    )
}

pub(super) const PLAIN: &str = r#""start":null,"thresholds":[],"teams":[],"#;

fn all_draw(data: &Data) {
    for (chart, look) in looks() {
        let figure = chart.figure(data);
        assert!(!figure.title.is_empty(), "{chart:?}");
        assert!(!figure.title.contains("NaN") && !figure.subtitle.contains("NaN"), "{figure:?}");
        let picture = svg(&chart.scene(data, look));
        assert!(!picture.contains("NaN") && !picture.contains("inf"), "{chart:?}");
    }
}

#[test]
fn nothing_at_all_is_said_in_words() {
    let data = Data::new(&summary(0.0, 1, PLAIN, r#""cost_total":0.0"#)).unwrap().finish();
    all_draw(&data);
    let title = |chart: Chart| chart.figure(&data).title;
    assert_eq!(title(Chart::Nodes), "No time passed");
    assert_eq!(title(Chart::Wait), "No job started");
    assert_eq!(title(Chart::Causes), "No job waits");
    assert_eq!(title(Chart::Cost), "Nothing was spent");
    assert_eq!(title(Chart::Hours), "No node was billed");
    assert_eq!(title(Chart::Workload), "There are no jobs");
    let none = Data::new(&summary(10.0, 0, PLAIN, "")).unwrap().finish();
    all_draw(&none);
    assert_eq!(Chart::Cost.figure(&none).title, "The cost is not known");
}

#[test]
fn many_clusters_are_cut_down_and_said_to_be() {
    let data = Data::new(&summary(1000.0, 8, PLAIN, r#""billed_node_h":1.0,"jobs_started":1"#)).unwrap();
    let mut data = data;
    for cluster in 0..8 {
        let row = TimelineRow { nodes: [0, 0, 0, 1, 2, 0], limit: 4, ..TimelineRow::default() };
        data.timeline(cluster, row).unwrap();
        data.job(JobRow { cluster, nodes: 1, running_s: 5.0, wait_s: Some(cluster as f64), judged: true });
    }
    let data = data.finish();
    all_draw(&data);
    assert!(Chart::Nodes.figure(&data).subtitle.contains("The 6 clusters of 8 with most node-hours."));
}

#[test]
fn titles_say_the_finding() {
    let waits = |more: &str, waits: &[f64]| {
        let mut data = Data::new(&summary(1e5, 1, more, "")).unwrap();
        for wait in waits {
            data.job(JobRow { cluster: 0, nodes: 1, running_s: 60.0, wait_s: Some(*wait), judged: true });
        }
        Chart::Wait.figure(&data.finish()).title
    };
    let objective = |value: &str, met: bool| {
        format!(
            r#""start":null,"teams":[],"thresholds":[{{"figure":"wait p95","cluster":null,"bound":"at_most",
            "unit":"s","limit":600.0,"value":{value},"met":{met},"note":null}}],"#
        )
    };
    assert_eq!(waits(PLAIN, &[0.0, 0.0, 0.0]), "No job waits");
    assert_eq!(waits(PLAIN, &[0.0, 0.0, 60.0]), "67 % of jobs start at once, 95 % within 1m");
    assert_eq!(waits(PLAIN, &[30.0, 60.0, 90.0]), "Half of the jobs start within 1m, 95 % within 1m30s");
    assert_eq!(
        waits(&objective("400.0", true), &[400.0]),
        "95 % of jobs start within 6m40s, the objective is 10m"
    );
    assert_eq!(
        waits(&objective("700.0", false), &[700.0]),
        "95 % of jobs start within 11m40s, missing the objective of 10m"
    );
    assert_eq!(
        waits(&objective("null", false), &[]),
        "Fewer than 95 % of jobs ever start; the objective is 95 % within 10m"
    );

    let figures = r#""wait_provisioning_job_h":8.2,"wait_quota_job_h":0.8,"requeue_wait_quota_job_h":1.0,
        "cost_useful":60.0,"cost_idle":38.0,"cost_preparing":2.0,"cost_total":100.0"#;
    let data = Data::new(&summary(1e5, 1, PLAIN, figures)).unwrap().finish();
    assert_eq!(Chart::Causes.figure(&data).title, "82 % of all waiting is for nodes on their way");
    let causes = format!("{:?}", Chart::Causes.figure(&data));
    assert!(causes.contains("their share of all 10.0: 9.00 before first starts and 1.00 after evictions"));
    assert!(causes.contains("The report's shares are of the waits before first starts alone."), "{causes}");
    assert_eq!(Chart::Cost.figure(&data).title, "Idle nodes cost 38 % of 100.00 EUR");

    let nodes = |idle: u32, limit: &str| {
        let mut data = Data::new(&summary(1000.0, 1, PLAIN, limit)).unwrap();
        let row =
            TimelineRow { nodes: [0, 0, 0, idle, 3, 0], queued_jobs: 2, limit: 4, ..TimelineRow::default() };
        data.timeline(0, row).unwrap();
        // Without a while of none, it would be a static cluster.
        data.timeline(0, TimelineRow { t_s: 990.0, limit: 4, ..TimelineRow::default() }).unwrap();
        Chart::Nodes.figure(&data.finish()).title
    };
    assert_eq!(
        nodes(1, ""),
        "Nodes stand idle 25 % of their billed time; at most 4 of 4 nodes were held at once"
    );
    assert_eq!(
        nodes(0, ""),
        "At most 3 of 4 nodes at once, 0 % of their billed time idle, with up to 2 jobs queued"
    );
    assert_eq!(
        nodes(1, r#""at_limit_s":500.0"#),
        "At the limit of 4 nodes for 50 % of the time, with up to 2 jobs queued"
    );

    let stuck = summary(3600.0, 1, PLAIN, r#""jobs_queued":12"#).replace("settled", "stuck");
    let data = Data::new(&stuck).unwrap().finish();
    assert_eq!(Chart::Nodes.figure(&data).title, "Stuck after 1h with 12 jobs in the queue");
}

#[test]
fn the_title_over_several_clusters_is_about_limits_and_idle_nodes() {
    let title = |figures: &str, allocating: u32, held: u32| {
        let mut data = Data::new(&summary(1000.0, 2, PLAIN, figures)).unwrap();
        for cluster in 0..2 {
            let row =
                TimelineRow { nodes: [allocating, 0, 0, 1, held, 0], limit: 10, ..TimelineRow::default() };
            data.timeline(cluster, row).unwrap();
        }
        Chart::Nodes.figure(&data.finish()).title
    };
    // Allocating nodes are not billed: they are in no share of billed time.
    assert_eq!(title("", 5, 3), "No cluster reaches its limit; nodes stand idle 25 % of their billed time");
    assert_eq!(
        title("", 6, 3),
        "No cluster is at its limit for long; nodes stand idle 25 % of their billed time"
    );
    assert_eq!(
        title(r#""at_limit_s":80.0"#, 6, 3),
        "one is at its limit of 10 nodes for 8.0 % of the time; nodes stand idle 25 % of theirs"
    );
}

#[test]
fn a_long_timeline_keeps_its_peaks_and_its_area() {
    let end = 100_000.0;
    let mut series = Series::new(end);
    let mut week = Week::new(None, end);
    let mut node_s = 0.0;
    for i in 0..10_000_u32 {
        // One row in the middle has a peak that lasts a second.
        let running = if i == 5000 { 1000 } else { i % 3 };
        let t_s = f64::from(i) * 10.0 + if i == 5001 { -9.0 } else { 0.0 };
        let row = TimelineRow { t_s, nodes: [0, 0, 0, 1, running, 0], queued_jobs: i % 5, limit: 7 };
        series.add(row, &mut week).unwrap();
        let next = f64::from(i + 1) * 10.0 + if i == 5000 { -9.0 } else { 0.0 };
        node_s += f64::from(running) * (next - t_s);
    }
    series.finish(&mut week);
    assert!(series.exact().is_none());
    assert_eq!((series.peak, series.queue_peak), (1001, 4));
    assert_eq!(series.columns.iter().map(|c| c.nodes_max).max(), Some(1001), "a peak of a second is kept");
    let running = State::Running as usize;
    let drawn: f64 = series.columns.iter().map(|c| c.nodes[running]).sum();
    assert!((drawn - node_s).abs() < 1e-3 && (series.node_s[running] - node_s).abs() < 1e-6);
    assert!((week.running.iter().sum::<f64>() - node_s).abs() < 1e-3);
    // Put together, columns keep all of it.
    let pairs = series.merged(2);
    assert_eq!(pairs.len(), COLUMNS / 2);
    assert_eq!(pairs.iter().map(|c| c.nodes_max).max(), Some(1001));
    assert!((pairs.iter().map(|c| c.nodes[running]).sum::<f64>() - node_s).abs() < 1e-3);
    for (pair, two) in pairs.iter().zip(series.columns.chunks(2)) {
        assert_eq!(pair.queued_min, two[0].queued_min.min(two[1].queued_min));
        assert_eq!(pair.queued_max, two[0].queued_max.max(two[1].queued_max));
    }
    let width = end / COLUMNS as f64;
    assert!(series.columns.iter().all(|c| (c.seconds - width).abs() < 1e-6));
    assert_eq!(
        series.add(TimelineRow { t_s: end + 1.0, ..TimelineRow::default() }, &mut week),
        Err(DataError::After)
    );
}

#[test]
fn hours_of_the_week_are_those_of_the_local_clock() {
    // The night in which Amsterdam loses the hour from 2 to 3: Sunday 29 March 2026.
    let start: jiff::Zoned = "2026-03-28T22:30:00+01:00[Europe/Amsterdam]".parse().unwrap();
    let end = 10.0 * 3600.0;
    let mut week = Week::new(Some(&start), end);
    let mut series = Series::new(end);
    let row = TimelineRow { nodes: [9, 0, 0, 1, 1, 0], ..TimelineRow::default() };
    series.add(row, &mut week).unwrap();
    series.finish(&mut week);
    let (saturday, sunday) = (5 * 24, 6 * 24);
    assert_eq!(week.billed[saturday + 22], 2.0 * 1800.0, "half an hour, of two billed nodes");
    assert_eq!(week.billed[sunday + 1], 7200.0);
    assert_eq!(week.billed[sunday + 2], 0.0, "this hour did not happen");
    assert_eq!(week.billed[sunday + 3], 7200.0);
    assert_eq!(week.share(sunday + 3), Some(0.5));
    assert_eq!(week.share(0), None);
    assert!(week.covers()[sunday + 9] && !week.covers()[sunday + 10]);
}

#[test]
fn damaged_results_are_refused_with_their_place() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("results");
    write(&small(1, Vec::new()), &dir);
    let good = |name: &str| fs::read_to_string(dir.join(name)).unwrap();
    let (summary, jobs, timeline) = (good("summary.json"), good("jobs.csv"), good("timeline.csv"));
    let with = |name: &str, text: &str| {
        let whole = good(name);
        fs::write(dir.join(name), text).unwrap();
        let error = read(&dir).expect_err(name);
        fs::write(dir.join(name), whole).unwrap();
        error
    };
    assert!(matches!(
        with("summary.json", &summary[..200]),
        ReadError::Summary { source: SummaryError::Json { .. }, .. }
    ));
    let newer = summary.replacen("\"format\": 1", "\"format\": 99", 1);
    assert!(matches!(
        with("summary.json", &newer),
        ReadError::Summary { source: SummaryError::Newer(99), .. }
    ));
    assert!(matches!(with("summary.json", "{}"), ReadError::Summary { source: SummaryError::Key(_), .. }));
    let renamed = jobs.replacen("running_s", "laufzeit", 1);
    assert!(matches!(with("jobs.csv", &renamed), ReadError::Column { column, .. } if column == "running_s"));
    let short = format!("{}\n", &jobs.trim_end()[..jobs.len() - 20]);
    assert!(matches!(with("jobs.csv", &short), ReadError::Line { line: 4, .. }));
    let comma = jobs.replacen("\n0,a,", "\n0,b,", 1);
    assert!(
        matches!(with("jobs.csv", &comma), ReadError::Value { line: 2, column, .. } if column == "cluster")
    );
    let mut lines: Vec<&str> = timeline.lines().collect();
    lines.swap(1, 3);
    assert!(
        matches!(with("timeline.csv", &lines.join("\n")), ReadError::Value { column, .. } if column == "t_s")
    );
    let shorter = |text: &str| text.trim_end().rsplit_once('\n').unwrap().0.to_owned() + "\n";
    let incomplete = |error: ReadError, what: &str| {
        assert!(matches!(error, ReadError::Incomplete { .. }) && error.to_string().contains(what), "{error}");
    };
    incomplete(with("jobs.csv", &shorter(&jobs)), "it has 2 jobs, and summary.json counts 3 jobs");
    incomplete(with("timeline.csv", &timeline[..=timeline.find('\n').unwrap()]), "node-hours");
    let more = format!("{}{}", jobs, jobs.lines().last().unwrap());
    assert!(with("jobs.csv", &more).to_string().contains("summary.json counts 3 jobs, and here is one more"));
    let with_key = |key: &str, value: &str| {
        let at = summary.find(&format!("\"{key}\": ")).expect(key) + key.len() + 4;
        let end = at + summary[at..].find([',', '\n']).unwrap();
        with("summary.json", &format!("{}{value}{}", &summary[..at], &summary[end..])).to_string()
    };
    assert!(with_key("cost_idle", "-50").contains("`cost_idle` is -50, which no run has"));
    assert!(with_key("cost_idle", "1e308").contains("which no run has"));
    assert!(with_key("start", "\"yesterday\"").contains("there is no usable `start`"));
    assert!(with("summary.json", " \n").to_string().ends_with("summary.json: it is empty"));
    fs::write(dir.join("summary.json"), format!("\u{feff}{summary}")).unwrap();
    fs::write(dir.join("jobs.csv"), format!("\u{feff}{}", jobs.replace('\n', "\r\n"))).unwrap();
    read(&dir).expect("byte order marks and line ends do not matter");
    fs::remove_file(dir.join("jobs.csv")).unwrap();
    assert!(matches!(read(&dir), Err(ReadError::NoResults { missing: "jobs.csv", .. })));
    assert!(matches!(read(place.path()), Err(ReadError::NoResults { missing: "summary.json", .. })));
}
