//! What the waiting was for.

use super::data::Data;
use super::facts::Figures;
use crate::chart::{Bar, BarRow, Bars, Figure, Panel, Row, Tone};
use crate::engine::output::Reason;
use crate::report::units::{count, percent, short};
use crate::report::warnings::words;

/// More columns would have no room for bars.
const CLUSTERS_MAX: usize = 3;

pub(super) fn figure(data: &Data) -> Figure {
    let summary = &data.summary;
    let all = total(&summary.total);
    let subtitle = format!(
        "Hours that jobs spent in the queue, by what the queue waited for · {} · {}.",
        summary.clusters_in_words(),
        summary.span()
    );
    if all <= 0.0 {
        let (title, said) = match (summary.left_waiting(), summary.waiting_for.first()) {
            (0, _) => ("No job waits".to_owned(), "No job spent any time in the queue."),
            (n, first) => {
                let what = first.map_or("what never comes", |(reason, _)| words(*reason));
                let verb = if n == 1 { "waits" } else { "wait" };
                let title = format!("{} {verb} for {what} when the run ends", count(n, "job"));
                (title, "No time passed in which a job was in the queue: they came at the last instant.")
            }
        };
        return Figure {
            title,
            subtitle,
            note: String::new(),
            rows: vec![Row::one(Panel::Words(said.to_owned()))],
        };
    }
    let mut reasons: Vec<(Reason, f64)> =
        Reason::ALL.iter().map(|&r| (r, of(&summary.total, r))).filter(|(_, h)| *h > 0.0).collect();
    reasons.sort_by(|a, b| b.1.total_cmp(&a.1));
    let again: f64 = Reason::ALL.iter().map(|r| summary.total.sum(&again_key(*r))).sum();
    let mut heading = format!("Job-hours in the queue, and their share of all {}", short(all));
    // The report's shares are of another whole; a reader who has both is told which is which.
    if again > 0.0 {
        let parts = [short(all - again), short(again)];
        heading.push_str(&format!(": {} before first starts and {} after evictions", parts[0], parts[1]));
    }
    let mut subtitle = subtitle;
    if again > 0.0 {
        subtitle.push_str(" The report's shares are of the waits before first starts alone.");
    }
    let waited = match summary.clusters.len() {
        0 | 1 => Vec::new(),
        _ => {
            let mut waited: Vec<usize> =
                (0..summary.clusters.len()).filter(|&c| total(&summary.clusters[c].figures) > 0.0).collect();
            waited.sort_by(|&a, &b| {
                let of = |c: usize| total(&summary.clusters[c].figures);
                of(b).total_cmp(&of(a))
            });
            if waited.len() > 1 && waited.len() <= CLUSTERS_MAX { waited } else { Vec::new() }
        }
    };
    let mut scopes = vec![(if waited.is_empty() { "" } else { "all clusters" }, &summary.total)];
    scopes.extend(waited.iter().map(|&c| (summary.clusters[c].name.as_str(), &summary.clusters[c].figures)));
    let row = |(i, &(reason, _)): (usize, &(Reason, f64))| BarRow {
        group: String::new(),
        label: words(reason).to_owned(),
        bars: scopes.iter().map(|(_, figures)| bar(of(figures, reason), all)).collect(),
        tone: if i == 0 { Tone::Strong } else { Tone::Plain },
    };
    let bars = Bars {
        heading,
        columns: scopes.iter().map(|s| s.0.to_owned()).collect(),
        rows: reasons.iter().enumerate().map(row).collect(),
    };
    let (reason, most) = reasons[0];
    let title = if reasons.len() == 1 {
        format!("All waiting is for {}", words(reason))
    } else {
        format!("{} of all waiting is for {}", percent(most / all), words(reason))
    };
    Figure { title, subtitle, note: String::new(), rows: vec![Row::one(Panel::Bars(bars))] }
}

fn again_key(reason: Reason) -> String {
    format!("requeue_wait_{}_job_h", reason.as_str())
}

/// Job-hours of a reason, before the first start and after evictions.
fn of(figures: &Figures, reason: Reason) -> f64 {
    figures.sum(&format!("wait_{}_job_h", reason.as_str())) + figures.sum(&again_key(reason))
}

fn total(figures: &Figures) -> f64 {
    Reason::ALL.iter().map(|r| of(figures, *r)).sum()
}

fn bar(hours: f64, all: f64) -> Bar {
    let shown = if hours < 0.005 { "<0.01".to_owned() } else { short(hours) };
    let text = if hours > 0.0 { format!("{shown} h, {}", percent(hours / all)) } else { "–".to_owned() };
    Bar { value: hours, text }
}
