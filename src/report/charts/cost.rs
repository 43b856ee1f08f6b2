//! What it cost: by what the nodes did, and by team.

use super::data::Data;
use crate::chart::{Bar, BarRow, Bars, Figure, Panel, Row, Tone};
use crate::report::pricing::Part;
use crate::report::units::{amount_to, count, decimals, percent, whole};

/// More are summed up in one bar.
const SHOWN: usize = 6;
/// A part that is worth a title.
const TELLING: f64 = 0.08;

pub(super) fn figure(data: &Data) -> Figure {
    let summary = &data.summary;
    let total = summary.total.get("cost_total");
    let mut subtitle =
        format!("Cost in {} · {} · {}.", summary.currency, summary.clusters_in_words(), summary.span());
    let unpriced = summary.clusters.iter().filter(|c| c.figures.get("cost_total").is_none()).count();
    let words = |title: &str, subtitle: String, words: &str| Figure {
        title: title.to_owned(),
        subtitle,
        note: String::new(),
        rows: vec![Row::one(Panel::Words(words.to_owned()))],
    };
    let Some(total) = total else {
        let why = "The price of no cluster is known; give each a `price` in the scenario, as \"0.5 USD/h\".";
        return words("The cost is not known", subtitle, why);
    };
    if unpriced > 0 {
        let clusters = count(unpriced as u64, "cluster");
        subtitle.push_str(&format!(" The price of {clusters} is not known and not in it."));
    }
    if total <= 0.0 {
        let billed = summary.total.sum("billed_node_h") > 0.0;
        let why = if billed { "Nodes ran, at a price of 0." } else { "No node was billed." };
        return words("Nothing was spent", subtitle, why);
    }
    let mut parts: Vec<(Part, f64)> = Part::ALL
        .iter()
        .map(|&part| (part, summary.total.sum(&format!("cost_{}", part.as_str()))))
        .filter(|(_, cost)| *cost > 0.0)
        .collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    let told = parts.iter().find(|(part, _)| *part != Part::Useful).filter(|(_, c)| *c >= TELLING * total);
    let told = told.or_else(|| parts.first()).copied();
    let title = told.map_or_else(String::new, |(part, cost)| {
        let (what, share) = (super::capital(words_of(part)), percent(cost / total));
        let all = format!("{} {}", round(total, total), summary.currency);
        match part {
            Part::Useful => format!("{what} is {share} of the {all} spent"),
            Part::Idle | Part::Unusable | Part::Leaving | Part::LoadBalancer => {
                format!("{what} cost {share} of {all}")
            }
            _ => format!("{what} costs {share} of {all}"),
        }
    });
    let tone = |part: Part| if told.is_some_and(|t| t.0 == part) { Tone::Strong } else { Tone::Plain };
    let row = |&(part, cost): &(Part, f64)| BarRow {
        group: String::new(),
        label: words_of(part).to_owned(),
        bars: vec![bar(cost, total)],
        tone: tone(part),
    };
    let mut rows: Vec<BarRow> = parts.iter().map(row).collect();
    rows[0].group = "By what the nodes did".to_owned();
    rows.extend(by_team(data, total).or_else(|| by_cluster(data, total)).unwrap_or_default());
    // One scale: everything on the picture is money of the same total.
    let bars = Bars { heading: String::new(), columns: vec![String::new()], rows };
    Figure { title, subtitle, note: String::new(), rows: vec![Row::one(Panel::Bars(bars))] }
}

const fn words_of(part: Part) -> &'static str {
    match part {
        Part::Useful => "useful work",
        Part::Lost => "work lost to evictions",
        Part::Prepare => "preparing jobs",
        Part::Preparing => "booting",
        Part::Idle => "idle nodes",
        Part::Unusable => "unusable nodes",
        Part::Leaving => "leaving nodes",
        Part::Rounding => "rounding to quanta",
        Part::LoadBalancer => "load balancers",
    }
}

/// An amount with as many decimals as all amounts of the picture: none where nobody would miss cents.
fn round(cost: f64, total: f64) -> String {
    if total < 1000.0 {
        return amount_to(cost, decimals(total));
    }
    if cost > 0.0 && cost < 0.5 { "<1".to_owned() } else { whole(cost.round() as u64) }
}

fn bar(cost: f64, total: f64) -> Bar {
    Bar { value: cost, text: format!("{}, {}", round(cost, total), percent(cost / total)) }
}

/// Bars of named costs in their order, the smallest summed up; these stand last and hollow, however long.
fn rows(
    group: &str,
    named: &[(String, f64)],
    shared: Option<(String, f64)>,
    others: &str,
    total: f64,
) -> Vec<BarRow> {
    let row = |label: String, cost: f64, tone: Tone| BarRow {
        group: String::new(),
        label,
        bars: vec![bar(cost, total)],
        tone,
    };
    let shown = if named.len() > SHOWN + 1 { SHOWN } else { named.len() };
    let all = named[..shown].iter().cloned().chain(shared);
    let mut rows: Vec<BarRow> = all.map(|(name, cost)| row(name, cost, Tone::Plain)).collect();
    if shown < named.len() {
        let rest: f64 = named[shown..].iter().map(|n| n.1).sum();
        rows.push(row(count((named.len() - shown) as u64, others), rest, Tone::Hollow));
    }
    if let Some(first) = rows.first_mut() {
        group.clone_into(&mut first.group);
    }
    rows
}

fn by_team(data: &Data, total: f64) -> Option<Vec<BarRow>> {
    let teams = &data.summary.teams;
    // The last one is what no job uses.
    let (shared, teams) = teams.split_last().filter(|(_, teams)| !teams.is_empty())?;
    let named: Vec<(String, f64)> = teams.iter().map(|t| (t.name.clone(), t.cost)).collect();
    let label = if shared.jobs == 0 { "shared (no job)".to_owned() } else { shared.name.clone() };
    Some(rows("By team whose jobs ran", &named, Some((label, shared.cost)), "other team", total))
}

fn by_cluster(data: &Data, total: f64) -> Option<Vec<BarRow>> {
    let clusters = &data.summary.clusters;
    let mut named: Vec<(String, f64)> =
        clusters.iter().map(|c| (c.name.clone(), c.figures.sum("cost_total"))).collect();
    named.sort_by(|a, b| b.1.total_cmp(&a.1));
    (clusters.len() > 1).then(|| rows("By cluster", &named, None, "other cluster", total))
}
