//! What stands around the table: header, thresholds, teams, reasons, allocation, assumptions, warnings.

use super::Page;
use super::style::{BAD, BOLD, DIM, GOOD, WARN, left, right, width};
use crate::engine::output::{Reason, Status};
use crate::report::expectations::Threshold;
use crate::report::replications::Replicated;
use crate::report::summary::{Cluster, Summary, WarningEntry};
use crate::report::units::{amount, count, duration_s, percent, price, short, whole};
use crate::report::warnings::{some_of, status_words, words};

/// From more clusters on, those without anything to say are counted only.
const MANY: usize = 8;
/// More warnings of one code are counted only.
const SAME_CODE_MAX: usize = 4;

/// Name, seed, length, and how it ended.
pub(super) fn header(page: &mut Page, summary: &Summary, replicated: Option<&Replicated>) {
    let runs = match replicated {
        Some(r) => format!("{}, seed {}", count(r.replications, "replication"), summary.seed),
        None if summary.replication > 0 => {
            format!("seed {}, replication {}", summary.seed, summary.replication)
        }
        None => format!("seed {}", summary.seed),
    };
    page.line(&format!("{}  {}", BOLD.paint(&summary.scenario), DIM.paint(&runs)));
    let mut about = Vec::new();
    if let Some(start) = &summary.start {
        about.push(format!("from {}", date(start)));
    }
    if let Some(horizon) = summary.horizon_s {
        about.push(format!("horizon {}", duration_s(horizon)));
    }
    if let Some(r) = replicated {
        about.extend(r.statuses.iter().map(|(status, n)| format!("{n} {}", status_words(*status))));
    } else {
        let words = status_words(summary.run_status);
        let painted = match summary.run_status {
            Status::Settled | Status::Horizon => words.to_owned(),
            Status::Stuck | Status::Limit => BAD.paint(words),
        };
        let at = match summary.run_status {
            Status::Settled => summary.settled_at_s.unwrap_or(summary.end_s),
            _ => summary.end_s,
        };
        about.push(format!("{painted} at {}", duration_s(at)));
    }
    page.hanging("  ", &about.join(", "));
    if let Some(description) = &summary.description {
        page.note(description);
    }
}

/// What the clusters are.
pub(super) fn clusters(page: &mut Page, summary: &Summary) {
    page.heading("Clusters");
    let columns = summary.clusters.iter().map(|c| width(&c.name)).max().unwrap_or(0);
    for c in &summary.clusters {
        let tier = c.tier.replace('_', " ");
        let nodes = if c.min_nodes == c.max_nodes {
            count(c.max_nodes.into(), "node")
        } else {
            format!("{} to {}", c.min_nodes, count(c.max_nodes.into(), "node"))
        };
        let price = c.price_per_node_h.map_or_else(
            || "price not known".to_owned(),
            |p| format!("{} {} a node-hour", price(p), summary.currency),
        );
        let about = format!("{}, {tier}, {nodes}, {price}", c.vm_size);
        page.hanging(&format!("  {}  ", left(&c.name, columns)), &about);
    }
}

/// A date and time as people write it; as it is where it cannot be read.
fn date(start: &str) -> String {
    start
        .parse::<jiff::Zoned>()
        .map_or_else(|_| start.to_owned(), |z| z.strftime("%A %-d %B %Y, %H:%M (%Q)").to_string())
}

/// Every threshold with a tick or a cross.
pub(super) fn thresholds(
    page: &mut Page,
    thresholds: &[Threshold],
    currency: &str,
    met_in: Option<(&[u64], u64)>,
) {
    if thresholds.is_empty() {
        return;
    }
    page.heading("Thresholds");
    let lines: Vec<(String, String)> =
        thresholds.iter().map(|t| (t.condition(currency), t.judged(currency))).collect();
    let columns = lines.iter().map(|(condition, _)| width(condition)).max().unwrap_or(0);
    let values = lines.iter().map(|(_, value)| width(value)).max().unwrap_or(0);
    if met_in.is_some() {
        page.note("The value is that of the worst replication; all of them have to meet it.");
    }
    for (i, (threshold, (condition, value))) in thresholds.iter().zip(lines).enumerate() {
        let mark = if threshold.met { GOOD.paint("✓") } else { BAD.paint("✗") };
        let value = right(&value, values);
        let value = if threshold.met { value } else { BAD.paint(&value) };
        let met_in = met_in.map_or(String::new(), |(met_in, n)| format!("  met in {} of {n}", met_in[i]));
        let mut line = format!("  {mark} {}  {value}{met_in}", left(&condition, columns));
        if width(&line) > page.width {
            page.hanging(&format!("  {mark} "), &condition);
            line = format!("      {}{met_in}", value.trim_start());
        }
        // Beside the value where there is room for it, else below.
        let remarks = threshold.remarks();
        let beside = remarks.iter().map(|r| format!(" · {r}")).collect::<String>();
        let fits = width(&line) + width(&beside) <= page.width;
        page.line(&if fits { line + &DIM.paint(&beside) } else { line });
        let below = remarks.into_iter().filter(|_| !fits).chain(threshold.note.clone());
        for note in below {
            page.hanging("      ", &DIM.paint(&note));
        }
    }
}

/// All thresholds are met, and yet jobs were refused, which are in none of the figures judged.
pub(super) fn met_without(page: &mut Page, thresholds: &[Threshold], rejected: f64, jobs: f64) {
    /// Fewer are left to their warning.
    const SHARE_MIN: f64 = 0.01;
    if thresholds.is_empty() || thresholds.iter().any(|t| !t.met) || rejected < SHARE_MIN * jobs.max(1.0) {
        return;
    }
    let text = format!(
        "All are met, but {} of {} jobs ({}) were rejected: no wait and no cost holds them.",
        whole(rejected.round() as u64),
        whole(jobs.round() as u64),
        percent(rejected / jobs.max(1.0))
    );
    page.hanging(&format!("  {} ", WARN.paint("!")), &text);
}

/// The price lists used; of several, each with what it prices.
fn price_lists(summary: &Summary) -> String {
    let lists = summary.price_lists.iter().map(|list| {
        let priced = summary.clusters.iter().filter(|c| c.price_list.as_ref() == Some(list));
        let names: Vec<String> = priced.map(|c| c.name.clone()).collect();
        match names.is_empty() {
            _ if summary.price_lists.len() == 1 => list.to_string(),
            true => format!("{list} (load balancers)"),
            false => format!("{list} ({})", some_of(&names)),
        }
    });
    lists.collect::<Vec<_>>().join("; ")
}

/// What the marks in the table mean.
pub(super) fn footnotes(page: &mut Page, summary: &Summary) {
    if let Some(cut) = &summary.warm_up {
        page.note(&cut.says());
    }
    page.note("[1] (useful + lost + prepare) / billed node-time.");
    let lists = price_lists(summary);
    let billed = if summary.billing_quantum_s <= 1.0 {
        "billed by the second".to_owned()
    } else {
        format!("billed per started {} of each node", duration_s(summary.billing_quantum_s))
    };
    let rates = match (summary.rates_over_s, summary.horizon_s) {
        (Some(span), Some(_)) => format!("rates divide by the horizon ({})", duration_s(span)),
        (Some(span), None) => {
            format!("rates divide by the time to the last submission ({})", duration_s(span))
        }
        (None, _) => "no rates: the run spans no time to divide by".to_owned(),
    };
    page.note(&format!("[2] Prices: {lists}; {billed}; {rates}."));
}

/// Cost by team tag.
pub(super) fn teams(page: &mut Page, summary: &Summary) {
    /// More are summed up in one line.
    const SHOWN: usize = 12;
    if summary.teams.is_empty() {
        return;
    }
    page.heading(&format!("Cost by team, {}", summary.currency));
    let total = summary.total.facts.cost.total;
    let share = |cost: f64| if total > 0.0 { percent(cost / total) } else { String::new() };
    let mut lines: Vec<[String; 5]> = Vec::new();
    // The last one is `shared`, and always shown.
    let (shared, teams) = summary.teams.split_last().map_or((None, &[][..]), |(s, t)| (Some(s), t));
    for team in teams.iter().take(SHOWN).chain(shared) {
        let jobs = if team.jobs == 0 { "–".to_owned() } else { whole(team.jobs) };
        let hours = if team.jobs == 0 { "–".to_owned() } else { short(team.busy_node_h) };
        lines.push([team.team.clone(), jobs, hours, amount(team.cost_total), share(team.cost_total)]);
    }
    if teams.len() > SHOWN {
        let rest = &teams[SHOWN..];
        let cost: f64 = rest.iter().map(|t| t.cost_total).sum();
        let line = [
            count(rest.len() as u64, "other team"),
            whole(rest.iter().map(|t| t.jobs).sum()),
            short(rest.iter().map(|t| t.busy_node_h).sum()),
            amount(cost),
            share(cost),
        ];
        lines.insert(SHOWN, line);
    }
    let titles = ["", "jobs", "node-hours", "cost", "share"].map(str::to_owned);
    let widths: Vec<usize> =
        (0..5).map(|c| lines.iter().chain([&titles]).map(|l| width(&l[c])).max().unwrap_or(0)).collect();
    for (i, line) in [&titles].into_iter().chain(&lines).enumerate() {
        let mut text = format!("  {}", left(&line[0], widths[0]));
        for (cell, columns) in line.iter().zip(&widths).skip(1) {
            text.push_str(&right(cell, columns + 2));
        }
        page.line(&if i == 0 { DIM.paint(text.trim_end()) } else { text });
    }
}

/// Why jobs were refused or failed.
pub(super) fn failures(page: &mut Page, summary: &Summary) {
    if summary.failures.is_empty() {
        return;
    }
    page.heading("Jobs refused or failed");
    for failure in &summary.failures {
        let what = failure.outcome.replace('_', " ");
        let label = format!("  {} {what} on {}: ", whole(failure.jobs), failure.cluster);
        page.hanging(&label, &failure.reason);
    }
}

/// The allocation state at the end, as the service shows it.
pub(super) fn allocation(page: &mut Page, summary: &Summary) {
    page.heading("Allocation state at the end");
    let columns = summary.clusters.iter().map(|c| width(&c.name)).max().unwrap_or(0);
    let is_gone = |c: &Cluster| {
        c.allocation_state == "steady" && c.current_nodes == 0 && c.target_nodes == 0 && c.waiting.is_none()
    };
    // A long list of clusters without nodes says nothing.
    let (hidden, shown): (Vec<&Cluster>, Vec<&Cluster>) =
        summary.clusters.iter().partition(|c| summary.clusters.len() > MANY && is_gone(c));
    if !hidden.is_empty() {
        page.line(&format!("  {}: Steady, 0 nodes", count(hidden.len() as u64, "cluster")));
    }
    for cluster in shown {
        let state = if cluster.waiting == Some(Reason::Lock) {
            // The service's own words for a cluster that a lock keeps from scaling.
            "Resizing (0 -> 0): a resource lock prevents scaling".to_owned()
        } else if cluster.allocation_state == "resizing" {
            format!("Resizing ({} -> {})", cluster.current_nodes, cluster.target_nodes)
        } else {
            format!("Steady, {}", count(cluster.current_nodes.into(), "node"))
        };
        let waits = match cluster.waiting {
            None | Some(Reason::Lock) => String::new(),
            Some(reason) => format!(", the queue waits for {}", words(reason)),
        };
        page.hanging(&format!("  {}  ", left(&cluster.name, columns)), &format!("{state}{waits}"));
    }
}

/// The beginning of a log in its own words: a date, or seconds from its own zero.
fn origin(ns: i64) -> Option<String> {
    /// Later than this, a number of nanoseconds since 1970 is a date (1973).
    const DATES_FROM_NS: i64 = 100_000_000_000_000_000;
    if ns < DATES_FROM_NS {
        return (ns != 0).then(|| format!("at {} s in the log", ns as f64 / 1e9));
    }
    let second = jiff::Timestamp::from_nanosecond(ns.into()).ok()?;
    Some(second.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// What reading the logs found: nothing is left out without a word.
pub(super) fn logs(page: &mut Page, summary: &Summary) {
    if summary.logs.is_empty() {
        return;
    }
    page.heading("Logs read");
    for log in &summary.logs {
        let mut said = format!("{} jobs of {} lines", whole(log.jobs), whole(log.lines));
        for (why, lines) in &log.left_out {
            said += &format!("; {} left out: {why}", whole(*lines));
        }
        if log.broken > 0 {
            said += &format!("; {} broken", whole(log.broken));
        }
        if let Some(origin) = origin(log.origin_ns) {
            said += &format!("; tick 0 is its first submission, {origin}");
        }
        page.hanging(&format!("  {}  ", log.path), &said);
        for broken in &log.first_broken {
            let column = if broken.column.is_empty() { String::new() } else { format!("{} ", broken.column) };
            let text = format!("{column}{:?}: {}", broken.value, broken.reason);
            page.hanging(&format!("    line {}: ", broken.line), &text);
        }
    }
}

/// Assumptions that the run used.
pub(super) fn assumptions(page: &mut Page, summary: &Summary) {
    if summary.assumptions.is_empty() {
        return;
    }
    page.heading("Assumptions used");
    for assumption in &summary.assumptions {
        page.hanging("  · ", assumption);
    }
}

/// How many warnings there are below, and their codes.
pub(super) fn warning_codes<'a>(page: &mut Page, warnings: impl Iterator<Item = &'a WarningEntry>) {
    let mut codes: Vec<(&str, u64)> = Vec::new();
    let mut all = 0;
    for warning in warnings {
        all += 1;
        match codes.iter_mut().find(|(code, _)| *code == warning.code) {
            Some((_, n)) => *n += 1,
            None => codes.push((warning.code, 1)),
        }
    }
    if all == 0 {
        return;
    }
    let codes: Vec<String> = codes
        .into_iter()
        .map(|(code, n)| if n == 1 { code.to_owned() } else { format!("{n} × {code}") })
        .collect();
    page.line("");
    let label = format!("{} at the end: ", count(all, "warning"));
    page.hanging(&WARN.paint(&label), &codes.join(", "));
}

/// Warnings, with the number of replications that had them.
pub(super) fn warnings<'a>(
    page: &mut Page,
    warnings: impl Iterator<Item = (&'a WarningEntry, Option<(u64, u64)>)>,
) {
    let warnings: Vec<_> = warnings.collect();
    if warnings.is_empty() {
        return;
    }
    page.heading("Warnings");
    for (i, (warning, seen)) in warnings.iter().enumerate() {
        let same = |w: &&(&WarningEntry, Option<(u64, u64)>)| w.0.code == warning.code;
        match warnings[..i].iter().filter(same).count() {
            0..SAME_CODE_MAX => {}
            SAME_CODE_MAX => {
                let rest = warnings[i..].iter().filter(same).count();
                page.hanging(
                    &format!("  {} ", WARN.paint(warning.code)),
                    &format!("and {rest} more of these"),
                );
                continue;
            }
            _ => continue,
        }
        let seen = match seen {
            Some((some, all)) if *some < *all => format!(" (in {some} of {all} replications)"),
            _ => String::new(),
        };
        page.hanging(&format!("  {} ", WARN.paint(warning.code)), &format!("{}{seen}", warning.text));
    }
}
