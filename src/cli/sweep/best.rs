//! The cheapest configurations of a sweep, gathered as they come.

use super::Ended;
use crate::report::sweep::{Row, Scale};
use crate::report::units::{amount, count, duration_s, whole};
use crate::sweep::plan::Plan;
use std::cmp::Ordering;

/// Configurations that a table shows.
const SHOWN: usize = 20;

/// What is remembered of a row.
#[derive(Clone, Debug)]
pub(super) struct Brief {
    pub(super) index: u64,
    pub(super) not_ended: bool,
    cost: Option<f64>,
    wait_s: Option<f64>,
    wait_p95_s: Option<f64>,
    within: Option<f64>,
    /// Jobs that did not complete.
    incomplete: u64,
    currency: String,
}

impl Brief {
    pub(super) fn of(index: u64, row: &Row, scale: &Scale) -> Self {
        let facts = &row.facts;
        let s = |ticks: f64| ticks * scale.resolution.tick_s();
        let completed = facts.outcome(crate::engine::output::Outcome::Completed);
        Self {
            index,
            not_ended: row.not_ended,
            cost: row.cost(),
            wait_s: facts.wait.mean().map(s),
            wait_p95_s: facts.wait.p95.map(|ticks| s(ticks.into())),
            within: row.share_within(scale),
            incomplete: facts.jobs() - completed,
            currency: scale.currency.clone(),
        }
    }
}

/// A mean of the values that are defined.
#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: f64,
    n: u32,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value {
            self.sum += value;
            self.n += 1;
        }
    }

    fn get(self) -> Option<f64> {
        (self.n > 0).then(|| self.sum / f64::from(self.n))
    }
}

/// A configuration over its replications.
#[derive(Clone, Debug, Default)]
struct Group {
    index: u64,
    rows: u32,
    cost: Mean,
    wait: Mean,
    wait_p95: Mean,
    within: Mean,
    incomplete: u64,
    currency: String,
}

impl Group {
    fn add(&mut self, brief: Brief) {
        self.rows += 1;
        self.cost.add(brief.cost);
        self.wait.add(brief.wait_s);
        self.wait_p95.add(brief.wait_p95_s);
        self.within.add(brief.within);
        self.incomplete += brief.incomplete;
        self.currency = brief.currency;
    }

    /// Those that complete every job first, since leaving work undone is cheap; then by cost, those without one last;
    /// then by wait, then as they come.
    fn order(&self, other: &Self) -> Ordering {
        let key = |mean: Mean| mean.get().unwrap_or(f64::INFINITY);
        let by = |of: fn(&Self) -> Mean| key(of(self)).total_cmp(&key(of(other)));
        let undone = (self.incomplete > 0).cmp(&(other.incomplete > 0));
        undone.then_with(|| by(|g| g.cost)).then_with(|| by(|g| g.wait)).then(self.index.cmp(&other.index))
    }
}

/// Gathers the best.
pub(super) struct Best {
    replications: u32,
    current: Option<Group>,
    /// The best so far, in order.
    list: Vec<Group>,
}

impl Best {
    pub(super) fn new(plan: &Plan) -> Self {
        Self { replications: plan.replications(), current: None, list: Vec::new() }
    }

    /// One more row; those of a configuration come after one another.
    pub(super) fn add(&mut self, brief: Brief) {
        let index = brief.index;
        let group = self.current.get_or_insert_with(|| Group { index, ..Group::default() });
        debug_assert_eq!(group.index, index, "replications come together");
        group.add(brief);
        if group.rows == self.replications {
            self.close();
        }
    }

    fn close(&mut self) {
        let Some(group) = self.current.take() else { return };
        let at = self.list.partition_point(|other| other.order(&group) == Ordering::Less);
        if at < SHOWN {
            self.list.insert(at, group);
            self.list.truncate(SHOWN);
        }
    }

    /// The table, as text.
    pub(super) fn table(&self, plan: &Plan, ended: &Ended) -> String {
        let mut text = said(plan, ended);
        let priced = self.list.iter().any(|group| group.cost.get().is_some());
        if self.list.is_empty() {
            return text;
        }
        let which = if priced { "cheapest" } else { "shortest waits" };
        let mean = if self.replications > 1 { ", means over replications" } else { "" };
        let undone = |group: &Group| group.incomplete > 0;
        let last = if self.list.iter().any(undone) && !self.list.iter().all(undone) {
            ", after them those that leave jobs undone"
        } else {
            ""
        };
        text.push_str(&format!("The {which} first{last}{mean}:\n\n"));
        let currency = self.list.first().map_or("", |group| group.currency.as_str());
        let cost = format!("cost, {currency}");
        let mut titles = vec!["index".to_owned()];
        titles.extend(plan.axes().iter().map(|axis| axis.column.clone()));
        titles
            .extend([cost.as_str(), "mean wait", "p95 wait", "in limit", "not completed"].map(str::to_owned));
        let mut lines = vec![titles];
        let none = || "–".to_owned();
        for group in &self.list {
            let mut line = vec![group.index.to_string()];
            line.extend(plan.values(group.index).map(|value| value.to_string()));
            line.push(group.cost.get().map_or_else(none, amount));
            line.push(group.wait.get().map_or_else(none, duration_s));
            line.push(group.wait_p95.get().map_or_else(none, duration_s));
            line.push(group.within.get().map_or_else(none, |share| format!("{:.1} %", share * 100.0)));
            line.push(whole(group.incomplete / u64::from(self.replications)));
            lines.push(line);
        }
        text.push_str(&aligned(&lines));
        let more = plan.configurations().saturating_sub(self.list.len() as u64);
        if more > 0 && ended.stopped.is_none() {
            text.push_str(&format!("and {} more; `--out DIR` writes them all\n", whole(more)));
        }
        text
    }
}

/// How many ran, and what became of them.
fn said(plan: &Plan, ended: &Ended) -> String {
    let mut text = count(plan.configurations(), "configuration");
    if plan.replications() > 1 {
        text.push_str(&format!(" × {} replications", plan.replications()));
    }
    if ended.stopped.is_some() {
        text.push_str(&format!("; stopped after {} of {} rows", whole(ended.rows), whole(plan.len())));
    }
    if ended.not_ended > 0 {
        text.push_str(&format!("; {} ended stuck or at a limit", whole(ended.not_ended)));
    }
    text.push_str(". ");
    text
}

/// Right-aligned columns. A line that is wider than the terminal is left to it: cutting would lose figures.
fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let of = |c: usize| lines.iter().map(|line| line[c].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(of).collect();
    let mut text = String::new();
    for (i, line) in lines.iter().enumerate() {
        let cells = line.iter().zip(&widths).map(|(cell, &width)| format!("{cell:>width$}"));
        let joined = cells.collect::<Vec<_>>().join("  ");
        text.push_str(&if i == 0 { format!("\x1b[1m{joined}\x1b[0m\n") } else { format!("{joined}\n") });
    }
    text
}
