//! What the jobs are like: how many nodes, how long, and which of them make the work.

use super::data::Data;
use super::jobs::Jobs;
use crate::chart::{Category, Columns, Figure, Ink, KeyEntry, Panel, Row, Size, Swatch, Tick};
use crate::report::units::{count, duration_s, percent, whole};

/// More sizes are put together by powers of two.
const SIZES_MAX: usize = 8;
/// Upper ends of the classes of running times [s], with their names.
const RUNS: [(f64, &str); 9] = [
    (60.0, "<1m"),
    (300.0, "1–5m"),
    (1200.0, "5–20m"),
    (3600.0, "20–60m"),
    (14_400.0, "1–4h"),
    (43_200.0, "4–12h"),
    (86_400.0, "12–24h"),
    (604_800.0, "1–7d"),
    (f64::INFINITY, ">7d"),
];
const INKS: [Ink; 2] = [Ink::Quiet, Ink::Accent];

pub(super) fn figure(data: &Data) -> Figure {
    let jobs = &data.jobs;
    let n = jobs.runs.len();
    let work: f64 = jobs.sizes.values().map(|s| s.1).sum();
    let subtitle = format!(
        "What the jobs ask for: {}, {} node-hours of running time, whenever they were submitted · {}.",
        count(n as u64, "job"),
        whole((work / 3600.0).round() as u64),
        data.summary.clusters_in_words()
    );
    if n == 0 || work <= 0.0 {
        let title = if n == 0 { "There are no jobs" } else { "No job takes any time" };
        return Figure {
            title: title.to_owned(),
            subtitle,
            note: String::new(),
            rows: vec![Row::one(Panel::Words(format!("{title}.")))],
        };
    }
    let key = ["% of the jobs", "% of their node-time"];
    let key = key.iter().zip(INKS).map(|(name, ink)| KeyEntry {
        ink,
        swatch: Swatch::Square,
        name: (*name).to_owned(),
        value: String::new(),
    });
    let runs = runs(jobs, n, work);
    let several = jobs.sizes.len() > 1;
    let sizes = if several { sizes(jobs, n, work) } else { Vec::new() };
    let values = sizes.iter().chain(&runs).flat_map(|c| &c.values);
    // One scale for both, up to a mark.
    let top = (values.map(|v| v.0).fold(0.0, f64::max) * 4.0 - 1e-9).ceil() / 4.0;
    let columns = |heading: &str, categories| {
        let tick = |at: f64| Tick { at, label: percent(at) };
        let marks = [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().filter(|at| *at <= top);
        Panel::Columns(Columns {
            heading: heading.to_owned(),
            categories,
            inks: INKS.to_vec(),
            top,
            grid: marks.map(tick).collect(),
        })
    };
    let mut panels = Vec::new();
    let mut subtitle = subtitle;
    match jobs.sizes.keys().collect::<Vec<_>>()[..] {
        [one] => subtitle.push_str(&format!(" Every job takes {}.", count((*one).into(), "node"))),
        _ => panels.push((sizes.len().max(3) as f64, columns("Nodes a job takes", sizes))),
    }
    panels.push((runs.len().max(3) as f64, columns("Running time of a job", runs)));
    Figure {
        title: title(jobs, work),
        subtitle,
        note: String::new(),
        rows: vec![Row::one(Panel::Key(key.collect())), Row { size: Size::Part(1.0), panels }],
    }
}

/// Half of the jobs against the longest twentieth.
fn title(jobs: &Jobs, work: f64) -> String {
    let n = jobs.runs.len();
    let middle = jobs.runs[(n - 1) / 2].0;
    if n < 20 {
        return format!("Half of the jobs run at most {}", duration_s(middle));
    }
    let longest = (n / 20).max(1);
    let of_longest: f64 = jobs.runs[n - longest..].iter().map(|r| r.1).sum();
    format!(
        "Half of the jobs run at most {}; the longest 5 % are {} of the work",
        duration_s(middle),
        percent(of_longest / work)
    )
}

fn category(label: String, jobs: u64, node_s: f64, n: usize, work: f64) -> Category {
    let shares = [jobs as f64 / n as f64, node_s / work];
    Category { label, values: shares.iter().map(|s| (*s, short_percent(*s))).collect() }
}

/// Per cent without the sign and with few digits: it stands above a narrow column.
fn short_percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0".to_owned(),
        x if x < 0.05 => "<0.1".to_owned(),
        x if x < 0.95 => format!("{x:.1}"),
        x => format!("{x:.0}"),
    }
}

fn sizes(jobs: &Jobs, n: usize, work: f64) -> Vec<Category> {
    if jobs.sizes.len() <= SIZES_MAX {
        let all = jobs.sizes.iter();
        return all
            .map(|(nodes, (jobs, node_s))| category(whole((*nodes).into()), *jobs, *node_s, n, work))
            .collect();
    }
    // 1, 2, 3–4, 5–8 …
    let mut classes: Vec<(u64, f64)> = Vec::new();
    for (nodes, (jobs, node_s)) in &jobs.sizes {
        let class = (32 - nodes.saturating_sub(1).leading_zeros()) as usize;
        if classes.len() <= class {
            classes.resize(class + 1, (0, 0.0));
        }
        classes[class].0 += jobs;
        classes[class].1 += node_s;
    }
    let name = |class: usize| match class {
        0 => "1".to_owned(),
        1 => "2".to_owned(),
        _ => format!("{}–{}", (1_u64 << (class - 1)) + 1, 1_u64 << class),
    };
    let first = classes.iter().position(|c| c.0 > 0).unwrap_or(0);
    let all = classes.iter().enumerate().skip(first);
    all.map(|(class, (jobs, node_s))| category(name(class), *jobs, *node_s, n, work)).collect()
}

fn runs(jobs: &Jobs, n: usize, work: f64) -> Vec<Category> {
    let mut classes = [(0_u64, 0.0_f64); RUNS.len()];
    for (running, node_s) in &jobs.runs {
        let class = RUNS.iter().position(|(upto, _)| running < upto).unwrap_or(RUNS.len() - 1);
        classes[class].0 += 1;
        classes[class].1 += node_s;
    }
    let first = classes.iter().position(|c| c.0 > 0).unwrap_or(0);
    let last = classes.iter().rposition(|c| c.0 > 0).unwrap_or(0);
    let shown = (first..=last).zip(&classes[first..=last]);
    shown.map(|(i, (jobs, node_s))| category(RUNS[i].1.to_owned(), *jobs, *node_s, n, work)).collect()
}
