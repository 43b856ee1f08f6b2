//! Nodes by state over time, with the queue below.

use super::TimelineRow;
use super::data::Data;
use super::series::{COLUMNS, Series};
use super::time_axis::{of_counts, of_run};
use crate::chart::{Anchor, Axis, Figure, Ink, KeyEntry, Mark, Panel, Plot, Row, Size};
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
        let column = duration_s(summary.end_s / COLUMNS as f64);
        subtitle.push_str(&format!(
            " A column is {column}: strong colours are averages, the pale area is the most at once."
        ));
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
    if summary.status == "stuck" {
        let left = summary.total.sum("jobs_queued") as u64;
        return format!("Stuck after {} with {} in the queue", duration_s(summary.end_s), count(left, "job"));
    }
    let held: f64 = data.series.iter().map(|s| s.node_s.iter().sum::<f64>()).sum();
    if held == 0.0 {
        return format!("Not one node is held; {}", queued(queue));
    }
    if let [only] = &summary.clusters[..] {
        let at_limit = only.figures.sum("at_limit_s") / summary.end_s;
        if at_limit >= 0.05 {
            return format!(
                "At the limit of {} for {} of the time, with {}",
                count(data.series[0].limit.into(), "node"),
                percent(at_limit),
                queued(queue)
            );
        }
        let average = short(held / summary.end_s);
        let peak = count(data.series[0].peak.into(), "node");
        let idle = data.series[0].node_s[State::Idle as usize] / held;
        if idle >= IDLE_TOLD {
            return format!("Nodes stand idle {} of their time, with {}", percent(idle), queued(queue));
        }
        return format!("{} at most, {average} on average, with {}", super::capital(&peak), queued(queue));
    }
    let busiest = data.series.iter().zip(&summary.clusters).max_by_key(|(s, _)| s.queue_peak);
    match busiest.filter(|(s, _)| s.queue_peak > 0) {
        Some((series, cluster)) => format!(
            "{} nodes on average over all clusters; the longest queue is on {}: {}",
            short(held / summary.end_s),
            cluster.name,
            count(series.queue_peak.into(), "job")
        ),
        None => format!("{} nodes on average over all clusters, and no queue", short(held / summary.end_s)),
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
    key.push(KeyEntry { ink: Ink::Limit, line: true, name: "limit".to_owned(), value: String::new() });
    let mut rows = vec![Row { size: Size::Fixed(14.0), panels: vec![(1.0, Panel::Key(key))] }];
    for group in shown.chunks(across) {
        let cell = |&c: &usize| {
            let name = &data.summary.clusters[c].name;
            let marks = if across == 2 { 5.0 } else { 3.0 };
            let [nodes, queue] = pair(data, c, Some(name), marks);
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
    KeyEntry { ink: Ink::Layer(layer), line: false, name: words(state).to_owned(), value }
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

/// The two plots of a cluster; with its name where it is one of several.
fn pair(data: &Data, c: usize, name: Option<&str>, marks: f64) -> [Plot; 2] {
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
        heading: name.map_or_else(|| "Nodes".to_owned(), |name| named(name, series.limit)),
        x: Axis { labels: false, ..x.clone() },
        y: of_counts(top, if alone { 5.0 } else { marks }),
        marks: Vec::new(),
        key: if alone { key(series) } else { Vec::new() },
        key_width,
    };
    let mut queue = Plot {
        heading: if alone { "Jobs in the queue".to_owned() } else { String::new() },
        x,
        y: of_counts(f64::from(series.queue_peak), if alone { 3.0 } else { 2.0 }),
        marks: Vec::new(),
        key: if alone { queue_key(series, summary.end_s) } else { Vec::new() },
        key_width,
    };
    match series.exact() {
        Some(rows) => exact(rows, summary.end_s, limit_shown, &mut nodes.marks, &mut queue.marks),
        None => coarse(series, summary.end_s, limit_shown, &mut nodes.marks, &mut queue.marks),
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

/// States from the top of the stack down, with their share of node-time.
fn key(series: &Series) -> Vec<KeyEntry> {
    let all: f64 = series.node_s.iter().sum();
    let mut entries: Vec<KeyEntry> = STACK
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, state)| series.node_s[**state as usize] > 0.0)
        .map(|(layer, state)| {
            let seconds = series.node_s[*state as usize];
            let value = format!("{}, {} node-h", percent(seconds / all), short(seconds / 3600.0));
            entry(layer, *state, value)
        })
        .collect();
    if series.exact().is_none() {
        let value = count(series.peak.into(), "node");
        entries.push(KeyEntry { ink: Ink::Peak, line: false, name: "most at once".to_owned(), value });
    }
    entries
}

/// The queue is grey: a colour stands for one thing, and all of them stand for nodes.
fn queue_key(series: &Series, end_s: f64) -> Vec<KeyEntry> {
    if series.queue_peak == 0 {
        return Vec::new();
    }
    let average = format!("{} jobs", short(series.queued_s / end_s));
    let mut entries = Vec::new();
    if series.exact().is_none() {
        let value = count(series.queue_peak.into(), "job");
        entries.push(KeyEntry { ink: Ink::Peak, line: false, name: "most at once".to_owned(), value });
    }
    entries.push(KeyEntry { ink: Ink::Muted, line: false, name: "average".to_owned(), value: average });
    if series.exact().is_some() {
        entries[0].name = "in the queue".to_owned();
        entries[0].value = format!("at most {}", count(series.queue_peak.into(), "job"));
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

fn coarse(series: &Series, end: f64, limit: bool, nodes: &mut Vec<Mark>, queue: &mut Vec<Mark>) {
    let width = end / series.columns.len() as f64;
    let line = |value: &dyn Fn(&super::series::Column) -> f64| {
        let values = series.columns.iter().map(|c| if c.seconds > 0.0 { value(c) } else { 0.0 });
        steps(values.enumerate().map(|(i, v)| (i as f64 * width, v)), end)
    };
    let most = line(&|c| f64::from(c.nodes_max));
    nodes.push(Mark::Area(most.clone(), Ink::Peak));
    for layer in (0..STACK.len()).rev() {
        if series.node_s[STACK[layer] as usize] == 0.0 {
            continue;
        }
        let of = |c: &super::series::Column| {
            STACK[..=layer].iter().map(|s| c.nodes[*s as usize]).sum::<f64>() / c.seconds
        };
        nodes.push(Mark::Area(line(&of), Ink::Layer(layer)));
    }
    nodes.push(Mark::Line(most, 0.5, Ink::Muted));
    if limit {
        nodes.push(Mark::Dashed(line(&|c| f64::from(c.limit)), Ink::Limit));
    }
    let most = line(&|c| f64::from(c.queued_max));
    queue.push(Mark::Area(most.clone(), Ink::Peak));
    queue.push(Mark::Area(line(&|c| c.queued / c.seconds), Ink::Muted));
    queue.push(Mark::Line(most, 0.5, Ink::Muted));
}
