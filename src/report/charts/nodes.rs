//! Nodes by state over time, with the queue below.

use super::TimelineRow;
use super::data::Data;
use super::series::{COLUMNS, Column, Series};
use super::time_axis::{of_counts, of_run};
use crate::chart::{Anchor, Axis, Figure, Ink, KeyEntry, Mark, Panel, Plot, Row, Size, Swatch};
use crate::engine::output::State;
use crate::report::units::{count, duration_s, percent, short, whole};

/// From the axis upwards: what earns money, then what costs it, then what costs nothing yet.
const STACK: [State; State::COUNT] =
    [State::Running, State::Idle, State::Preparing, State::Unusable, State::Leaving, State::Allocating];
/// More clusters do not fit on a picture.
const CLUSTERS_MAX: usize = 6;
/// A limit that is higher than this many times the peak would press everything to the ground.
const LIMIT_SHOWN: f64 = 1.8;

/// From this share of node-time on, idle nodes are what the title is about.
const IDLE_TOLD: f64 = 0.25;
/// From this share of all node-time that the limit admits on, and with idle nodes, the cluster is static: that it is at
/// its limit is no finding.
const ALL_TOLD: f64 = 0.995;
/// From this share of the time on, the limit is.
const AT_LIMIT_TOLD: f64 = 0.05;

pub(super) fn figure(data: &Data) -> Figure {
    let summary = &data.summary;
    if data.instant() {
        let words = "The run ended at the instant it began: there is no time to draw over.";
        return Figure {
            title: "No time passed".to_owned(),
            subtitle: summary.clusters_in_words(),
            rows: vec![Row::one(Panel::Words(words.to_owned()))],
            ..Figure::default()
        };
    }
    let shown = summary.largest("billed_node_h", CLUSTERS_MAX);
    let coarse = shown.iter().any(|&c| data.series[c].exact().is_none());
    let what = if shown.len() == 1 {
        "Nodes by state, and the queue"
    } else {
        "Nodes by state above, jobs in the queue below"
    };
    let mut subtitle = format!("{what} · {} · {}.", summary.clusters_in_words(), summary.span());
    if coarse {
        let column = duration_s(summary.end_s * together(shown.len()) as f64 / COLUMNS as f64);
        subtitle
            .push_str(&format!(" Each column is the average of {column}, strokes the most at once in it."));
    }
    subtitle.push_str(&data.not_shown(shown.len(), "node-hours"));
    Figure { title: title(data), subtitle, note: String::new(), rows: rows(data, &shown) }
}

fn title(data: &Data) -> String {
    let summary = &data.summary;
    let queue = data.series.iter().map(|s| s.queue_peak).max().unwrap_or(0);
    let queued = |n: u32| {
        if n == 0 { "no queue".to_owned() } else { format!("up to {} queued", count(n.into(), "job")) }
    };
    let cut = match summary.status.as_str() {
        "stuck" => Some("Stuck"),
        "limit" => Some("Cut off"),
        _ => None,
    };
    if let Some(cut) = cut {
        let left = count(summary.left_waiting(), "job");
        return format!("{cut} after {} with {left} in the queue", duration_s(summary.end_s));
    }
    let held: f64 = data.series.iter().map(|s| s.node_s.iter().sum::<f64>()).sum();
    if held == 0.0 {
        return format!("Not one node is held; {}", queued(queue));
    }
    let of = |state: State| data.series.iter().map(|s| s.node_s[state as usize]).sum::<f64>();
    let billed = held - of(State::Allocating);
    let idle = if billed > 0.0 { of(State::Idle) / billed } else { 0.0 };
    let limits = data.series.iter().zip(&summary.clusters);
    let limits = limits.map(|(s, c)| (s, c, c.figures.sum("at_limit_s") / summary.end_s));
    let (series, cluster, at_limit) = match limits.reduce(|a, b| if b.2 > a.2 { b } else { a }) {
        Some(most) => most,
        None => return String::new(),
    };
    if let [_] = &summary.clusters[..] {
        let most = f64::from(series.limit) * summary.end_s;
        if series.limit > 0 && held >= ALL_TOLD * most && idle >= AT_LIMIT_TOLD {
            return format!(
                "{} throughout, idle {} of their billed time, with {}",
                super::capital(&count(series.limit.into(), "node")),
                percent(idle),
                queued(queue)
            );
        }
        if at_limit >= AT_LIMIT_TOLD {
            return format!(
                "At the limit of {} for {} of the time, with {}",
                count(series.limit.into(), "node"),
                percent(at_limit),
                queued(queue)
            );
        }
        let peak = of_limit(series);
        if idle >= IDLE_TOLD {
            return format!(
                "Nodes stand idle {} of their billed time; {peak} were held at once",
                percent(idle)
            );
        }
        let (peak, idle) = (super::capital(&peak), percent(idle));
        return format!("{peak} at once, {idle} of their billed time idle, with {}", queued(queue));
    }
    if at_limit >= AT_LIMIT_TOLD {
        return format!(
            "{} is at its limit of {} for {} of the time; nodes stand idle {} of theirs",
            cluster.name,
            count(series.limit.into(), "node"),
            percent(at_limit),
            percent(idle)
        );
    }
    let reached = data.series.iter().any(|s| s.limit > 0 && s.peak >= s.limit);
    let said = if reached { "No cluster is at its limit for long" } else { "No cluster reaches its limit" };
    format!("{said}; nodes stand idle {} of their billed time", percent(idle))
}

/// The most nodes at once, and of how many.
fn of_limit(series: &Series) -> String {
    if series.limit == 0 {
        return format!("at most {}", count(series.peak.into(), "node"));
    }
    format!("at most {} of {}", whole(series.peak.into()), count(series.limit.into(), "node"))
}

/// Columns that are drawn as one where several clusters share the picture.
const fn together(clusters: usize) -> usize {
    match clusters {
        0 | 1 => 1,
        2..=4 => 2,
        _ => 3,
    }
}

fn rows(data: &Data, shown: &[usize]) -> Vec<Row> {
    if let [one] = shown {
        let series = &data.series[*one];
        let pair = pair(data, *one, None, 8.0);
        let [nodes, queue] = pair.map(|plot| Panel::Plot(Box::new(plot)));
        let row = |part, panel| Row { size: Size::Part(part), panels: vec![(1.0, panel)] };
        // A queue that is always empty needs no room to say so.
        let queue_part = if series.queue_peak == 0 { 0.35 } else { 0.75 };
        return vec![row(1.3, nodes), row(queue_part, queue)];
    }
    let across = if shown.len() <= 4 { 2 } else { 3 };
    let present = |state: &State| shown.iter().any(|&c| data.series[c].node_s[*state as usize] > 0.0);
    let mut key: Vec<KeyEntry> = STACK
        .iter()
        .enumerate()
        .filter(|(_, s)| present(s))
        .map(|(layer, state)| entry(layer, *state, String::new()))
        .collect();
    let columns = shown.iter().any(|&c| data.series[c].exact().is_none());
    if columns {
        key.push(most_at_once(String::new()));
    }
    key.push(KeyEntry {
        ink: Ink::Limit,
        swatch: Swatch::Line,
        name: "limit".to_owned(),
        value: String::new(),
    });
    key.extend(columns.then(|| queue_range(String::new())));
    let mut rows = vec![Row::one(Panel::Key(key))];
    for group in shown.chunks(across) {
        let cell = |&c: &usize| {
            let name = &data.summary.clusters[c].name;
            let marks = if across == 2 { 5.0 } else { 3.0 };
            let [nodes, queue] = pair(data, c, Some((name, together(shown.len()))), marks);
            let stack = vec![(1.7, Panel::Plot(Box::new(nodes))), (1.0, Panel::Plot(Box::new(queue)))];
            (1.0, Panel::Stack(stack))
        };
        let mut panels: Vec<(f64, Panel)> = group.iter().map(cell).collect();
        // The last row keeps the columns of the others.
        panels.resize(across, (1.0, Panel::Words(String::new())));
        rows.push(Row { size: Size::Part(1.0), panels });
    }
    rows
}

fn entry(layer: usize, state: State, value: String) -> KeyEntry {
    KeyEntry { ink: Ink::Layer(layer), swatch: Swatch::Square, name: words(state).to_owned(), value }
}

const fn words(state: State) -> &'static str {
    match state {
        State::Allocating => "allocating",
        State::Preparing => "booting",
        State::Unusable => "unusable",
        State::Idle => "idle",
        State::Running => "running jobs",
        State::Leaving => "leaving",
    }
}

/// The two plots of a cluster; with its name, and how many columns are drawn as one, where it is one of several.
fn pair(data: &Data, c: usize, name: Option<(&str, usize)>, marks: f64) -> [Plot; 2] {
    let series = &data.series[c];
    let summary = &data.summary;
    let x = of_run(summary.start.as_ref(), summary.end_s, marks);
    let limit = f64::from(series.limit);
    let peak = f64::from(series.peak);
    let limit_shown = limit > 0.0 && limit <= (peak * LIMIT_SHOWN).max(4.0);
    let top = if limit_shown { peak.max(limit) } else { peak };
    let alone = name.is_none();
    let key_width = if alone { 168.0 } else { 0.0 };
    let mut nodes = Plot {
        heading: name.map_or_else(|| "Nodes".to_owned(), |(name, _)| named(name, series.limit)),
        x: Axis { labels: false, ..x.clone() },
        y: of_counts(top, if alone { 5.0 } else { marks }),
        x_name: String::new(),
        marks: Vec::new(),
        key: if alone { key(series) } else { Vec::new() },
        key_width,
    };
    let mut queue = Plot {
        heading: if alone { "Jobs in the queue".to_owned() } else { String::new() },
        x,
        y: of_counts(f64::from(series.queue_peak), if alone { 3.0 } else { 2.0 }),
        x_name: String::new(),
        marks: Vec::new(),
        key: if alone { queue_key(series, summary.end_s) } else { Vec::new() },
        key_width,
    };
    match series.exact() {
        Some(rows) => exact(rows, summary.end_s, limit_shown, &mut nodes.marks, &mut queue.marks),
        None => {
            let columns = series.merged(name.map_or(1, |n| n.1));
            coarse(series, &columns, summary.end_s, limit_shown, &mut nodes.marks, &mut queue.marks);
        }
    }
    if limit_shown && alone {
        let text = format!("limit {}", whole(series.limit.into()));
        let at = (summary.end_s, limit);
        nodes.marks.push(Mark::Label { at, text, anchor: Anchor::End, ink: Ink::Limit });
    }
    [nodes, queue]
}

/// A cluster as a heading, with the limit that its picture may have no room for.
fn named(name: &str, limit: u32) -> String {
    if limit == 0 { name.to_owned() } else { format!("{name}, limit {}", whole(limit.into())) }
}

/// States from the top of the stack down, with their share of billed node-time, as the title has it.
fn key(series: &Series) -> Vec<KeyEntry> {
    let billed: f64 = series.node_s.iter().sum::<f64>() - series.node_s[State::Allocating as usize];
    let mut entries: Vec<KeyEntry> = STACK
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, state)| series.node_s[**state as usize] > 0.0)
        .map(|(layer, state)| {
            let seconds = series.node_s[*state as usize];
            let share =
                if *state == State::Allocating { "not billed".to_owned() } else { percent(seconds / billed) };
            let value = format!("{share}, {} node-h", short(seconds / 3600.0));
            entry(layer, *state, value)
        })
        .collect();
    if series.exact().is_none() {
        entries.push(most_at_once(whole(series.peak.into())));
    }
    entries
}

fn most_at_once(value: String) -> KeyEntry {
    KeyEntry { ink: Ink::Muted, swatch: Swatch::Line, name: "most at once".to_owned(), value }
}

fn queue_range(value: String) -> KeyEntry {
    KeyEntry { ink: Ink::Quiet, swatch: Swatch::Square, name: "range of the queue".to_owned(), value }
}

/// The queue is grey: a colour stands for one thing, and all of them stand for nodes.
fn queue_key(series: &Series, end_s: f64) -> Vec<KeyEntry> {
    if series.queue_peak == 0 {
        return Vec::new();
    }
    let average = format!("{} jobs", short(series.queued_s / end_s));
    let most = count(series.queue_peak.into(), "job");
    let entry = |ink, swatch, name: &str, value| KeyEntry { ink, swatch, name: name.to_owned(), value };
    if series.exact().is_some() {
        return vec![entry(
            Ink::Muted,
            Swatch::Square,
            "in the queue",
            format!("at most {most}, avg {}", short(series.queued_s / end_s)),
        )];
    }
    let least = series.columns.iter().filter(|c| c.seconds > 0.0).map(|c| c.queued_min).max().unwrap_or(0);
    let mut entries = vec![
        entry(Ink::Quiet, Swatch::Square, "range", format!("up to {most}")),
        entry(Ink::Text, Swatch::Line, "average", average),
    ];
    // A queue that runs dry in every column has no floor to show.
    if least > 0 {
        entries.push(entry(Ink::Muted, Swatch::Square, "always at least", String::new()));
    }
    entries
}

/// Steps from (time, value) pairs up to an end.
fn steps(points: impl Iterator<Item = (f64, f64)>, end: f64) -> Vec<(f64, f64)> {
    let mut line: Vec<(f64, f64)> = Vec::new();
    for (t, value) in points {
        if let Some(&(_, before)) = line.last() {
            if before == value {
                continue;
            }
            line.push((t, before));
        }
        line.push((t, value));
    }
    if let Some(&(_, last)) = line.last() {
        line.push((end, last));
    }
    line
}

fn exact(rows: &[TimelineRow], end: f64, limit: bool, nodes: &mut Vec<Mark>, queue: &mut Vec<Mark>) {
    let up_to = |row: &TimelineRow, layer: usize| -> f64 {
        STACK[..=layer].iter().map(|s| f64::from(row.nodes[*s as usize])).sum()
    };
    for layer in (0..STACK.len()).rev() {
        if rows.iter().all(|row| row.nodes[STACK[layer] as usize] == 0) {
            continue;
        }
        let line = steps(rows.iter().map(|row| (row.t_s, up_to(row, layer))), end);
        nodes.push(Mark::Area(line, Ink::Layer(layer)));
    }
    if limit {
        let line = steps(rows.iter().map(|row| (row.t_s, f64::from(row.limit))), end);
        nodes.push(Mark::Dashed(line, Ink::Limit));
    }
    let line = steps(rows.iter().map(|row| (row.t_s, f64::from(row.queued_jobs))), end);
    queue.push(Mark::Area(line, Ink::Muted));
}

fn coarse(
    series: &Series,
    columns: &[Column],
    end: f64,
    limit: bool,
    nodes: &mut Vec<Mark>,
    queue: &mut Vec<Mark>,
) {
    let width = end / columns.len() as f64;
    let values = |value: &dyn Fn(&Column) -> f64| -> Vec<f64> {
        columns.iter().map(|c| if c.seconds > 0.0 { value(c) } else { 0.0 }).collect()
    };
    let line = |value: &dyn Fn(&Column) -> f64| {
        steps(values(value).into_iter().enumerate().map(|(i, v)| (i as f64 * width, v)), end)
    };
    let strokes = |value: &dyn Fn(&Column) -> f64| -> Vec<(f64, f64, f64)> {
        let all = values(value).into_iter().enumerate();
        all.map(|(i, v)| (i as f64 * width, (i + 1) as f64 * width, v)).collect()
    };
    for layer in (0..STACK.len()).rev() {
        if series.node_s[STACK[layer] as usize] == 0.0 {
            continue;
        }
        let of = |c: &Column| STACK[..=layer].iter().map(|s| c.nodes[*s as usize]).sum::<f64>() / c.seconds;
        nodes.push(Mark::Area(line(&of), Ink::Layer(layer)));
    }
    nodes.push(Mark::Caps(strokes(&|c| f64::from(c.nodes_max)), 1.5, Ink::Muted));
    if limit {
        nodes.push(Mark::Dashed(line(&|c| f64::from(c.limit)), Ink::Limit));
    }
    // From the fewest to the most: what was always there is dark.
    queue.push(Mark::Area(line(&|c| f64::from(c.queued_max)), Ink::Quiet));
    queue.push(Mark::Area(line(&|c| f64::from(c.queued_min)), Ink::Muted));
    queue.push(Mark::Caps(strokes(&|c| c.queued / c.seconds), 1.5, Ink::Text));
}
