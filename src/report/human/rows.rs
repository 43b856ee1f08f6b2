//! Which figures the table shows, in which words.

use crate::engine::output::Reason;
use crate::report::figures::{Value, WAIT_LIMIT, WITHIN_SHARE};
use crate::report::replications::Replicated;
use crate::report::summary::Summary;
use crate::report::units;
use crate::stats::Estimate;
use std::collections::BTreeMap;

/// A value, and half the width of its interval where there are replications.
#[derive(Clone, Copy)]
pub(super) struct Cell {
    pub(super) value: f64,
    pub(super) half: Option<f64>,
}

/// A column: a cluster, or all of them.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) cells: BTreeMap<String, Cell>,
}

impl Column {
    pub(super) fn get(&self, key: &str) -> Option<Cell> {
        self.cells.get(key).copied()
    }
}

/// How a value reads.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Count,
    Duration,
    Number,
    Share,
    /// A share that a limit is about: never rounded up to it.
    Within,
    Money,
}

impl Kind {
    /// The cell as text; amounts with so many decimals.
    pub(super) fn show(self, cell: Cell, decimals: usize) -> String {
        let one = |x: f64| match self {
            Self::Count if x.fract() == 0.0 => units::whole(x as u64),
            Self::Count | Self::Number => units::short(x),
            Self::Duration => units::duration_s(x),
            Self::Share => units::percent(x),
            Self::Within => units::percent_down(x),
            Self::Money => units::amount_to(x, decimals),
        };
        match (cell.half.filter(|half| *half > 0.0), self) {
            (None, _) => one(cell.value),
            // The interval has the decimals of the mean.
            (Some(half), Self::Count | Self::Number) => {
                let decimals = units::short_decimals(cell.value);
                format!("{} ±{}", units::number_to(cell.value, decimals), units::number_to(half, decimals))
            }
            (Some(half), Self::Duration | Self::Share | Self::Within | Self::Money) => {
                format!("{} ±{}", one(cell.value), one(half))
            }
        }
    }
}

/// A row of the table.
pub(super) enum Row {
    /// A heading; the mark refers to a footnote.
    Section(&'static str),
    /// A figure by key. Optional ones are left out where they are 0 in every column.
    Figure { label: String, key: String, kind: Kind, optional: bool, strong: bool },
    /// What is left of a count without another; left out where that is 0 in every column.
    Rest { label: String, key: String, without: String },
    /// The share of one figure in the sum of several.
    Share { label: String, key: String, of: Vec<String> },
}

fn figure(label: &str, key: &str, kind: Kind) -> Row {
    Row::Figure { label: label.to_owned(), key: key.to_owned(), kind, optional: false, strong: false }
}

fn optional(label: &str, key: &str, kind: Kind) -> Row {
    Row::Figure { label: label.to_owned(), key: key.to_owned(), kind, optional: true, strong: false }
}

/// A cause of waiting, as a row.
const fn cause(reason: Reason) -> &'static str {
    match reason {
        Reason::Creating => "cluster being created",
        Reason::MaxNodes => "max_nodes reached",
        Reason::Provisioning => "nodes on their way",
        Reason::Lock => "resource lock",
        Reason::Resize => "resize under way",
        Reason::Quota => "quota used up",
        Reason::Capacity => "no capacity or addresses",
        Reason::Unusable => "unusable nodes",
        Reason::Policy => "policy asks for no more",
        Reason::Gang => "too few idle nodes at once",
    }
}

/// The label of a row; that of the share within the wait limit says the limit [s].
pub(super) fn label(label: &str, key: &str, limit_s: Option<f64>) -> String {
    match limit_s {
        Some(limit) if key == WITHIN_SHARE => format!("within {}", units::duration_s(limit)),
        _ => label.to_owned(),
    }
}

/// Whether a figure that could be left out is shown: a share of 0 says as much as another.
pub(super) fn says_something(key: &str, value: f64) -> bool {
    value != 0.0 || key == WITHIN_SHARE
}

/// The wait limit of a table [s].
pub(super) fn wait_limit(columns: &[Column]) -> Option<f64> {
    columns.iter().find_map(|c| c.get(WAIT_LIMIT)).map(|cell| cell.value)
}

/// All rows, top to bottom.
pub(super) fn rows() -> Vec<Row> {
    use Kind::{Count, Duration, Money, Number, Share};
    let mut rows = vec![
        Row::Section("Jobs"),
        figure("in all", "jobs", Count),
        figure("completed", "jobs_completed", Count),
        optional("rejected at the gate", "jobs_rejected", Count),
        optional("cancelled", "jobs_cancelled", Count),
        optional("timed out", "jobs_timed_out", Count),
        optional("failed: identity", "jobs_failed_identity", Count),
        optional("failed: eviction", "jobs_failed_eviction", Count),
        optional("failed: max_restarts", "jobs_failed_max_restarts", Count),
        optional("left queued", "jobs_queued", Count),
        optional("left running", "jobs_running", Count),
        optional("left resubmitting", "jobs_resubmitting", Count),
        optional("not submitted yet", "jobs_not_submitted", Count),
        optional("restarts", "restarts", Count),
        Row::Section("Wait until the first start"),
        figure("mean", "wait_mean_s", Duration),
        figure("median", "wait_p50_s", Duration),
        figure("p90", "wait_p90_s", Duration),
        figure("p95", "wait_p95_s", Duration),
        figure("p99", "wait_p99_s", Duration),
        figure("longest", "wait_max_s", Duration),
        // Times are of jobs that started; without a word on the others they look better than they are.
        Row::Rest {
            label: "left out: never started".to_owned(),
            key: "jobs".to_owned(),
            without: "jobs_started".to_owned(),
        },
        // The label says the limit where the table is made.
        optional("within the limit", WITHIN_SHARE, Kind::Within),
        Row::Section("Waiting by cause"),
    ];
    let reasons = |prefix: &str| -> Vec<String> {
        Reason::ALL.iter().map(|r| format!("{prefix}_{}_job_h", r.as_str())).collect()
    };
    let of = reasons("wait");
    for (reason, key) in Reason::ALL.iter().zip(&of) {
        rows.push(Row::Share { label: cause(*reason).to_owned(), key: key.clone(), of: of.clone() });
    }
    rows.extend([
        Row::Section("Turnaround of completed jobs"),
        figure("median", "turnaround_p50_s", Duration),
        figure("p95", "turnaround_p95_s", Duration),
        figure("bounded slowdown, mean", "slowdown_mean", Number),
        Row::Section("Steady state"),
        optional("jobs after the warm-up", "steady_jobs", Count),
        optional("mean wait", "steady_wait_mean_s", Duration),
        optional("median wait", "steady_wait_p50_s", Duration),
        optional("p95 wait", "steady_wait_p95_s", Duration),
        optional("p99 wait", "steady_wait_p99_s", Duration),
        optional("mean turnaround", "steady_turnaround_mean_s", Duration),
        optional("p95 turnaround", "steady_turnaround_p95_s", Duration),
        optional("nodes held", "steady_held_nodes", Number),
        optional("nodes running", "steady_running_nodes", Number),
        optional("jobs in the queue", "steady_queued_jobs", Number),
        optional("running / held", "steady_busy_share", Share),
        Row::Section("Nodes"),
        figure("peak", "peak_nodes", Count),
        figure("billed node-hours", "billed_node_h", Number),
        figure("useful node-hours", "useful_node_h", Number),
        figure("utilisation [1]", "utilisation", Share),
        optional("time at the limit", "at_limit_s", Duration),
        figure("requested", "requests", Count),
        optional("withdrawn", "withdrawn", Count),
        optional("evicted", "evictions", Count),
        optional("failed boots", "boot_failures", Count),
        Row::Section("Cost [2]"),
        figure("useful running", "cost_useful", Money),
        optional("lost to evictions", "cost_lost", Money),
        optional("prepare (images, data)", "cost_prepare", Money),
        optional("preparing nodes (boot)", "cost_preparing", Money),
        optional("idle nodes", "cost_idle", Money),
        optional("unusable nodes", "cost_unusable", Money),
        optional("leaving nodes", "cost_leaving", Money),
        optional("rounding to quanta", "cost_rounding", Money),
        optional("load balancers", "cost_load_balancer", Money),
        Row::Figure {
            label: "total".to_owned(),
            key: "cost_total".to_owned(),
            kind: Money,
            optional: false,
            strong: true,
        },
        figure("per day", "cost_per_day", Money),
        figure("per month of 730 h", "cost_per_month", Money),
        figure("per completed job", "cost_per_completed_job", Money),
    ]);
    rows
}

/// One column a cluster, and one for all where there are several.
pub(super) fn columns(summary: &Summary) -> Vec<Column> {
    let clusters = summary.clusters.iter().map(|c| (c.name.as_str(), &c.figures.figures));
    let cell = |value: &Value| Some(Cell { value: value.number()?, half: None });
    columns_of(clusters, &summary.total.figures, cell)
}

/// The same from replications.
pub(super) fn columns_replicated(replicated: &Replicated) -> Vec<Column> {
    // The total comes first in the model and last in the table.
    let Some((total, clusters)) = replicated.scopes.split_first() else { return Vec::new() };
    let clusters = clusters.iter().map(|scope| (scope.name.as_str(), &scope.figures));
    let cell = |estimate: &Option<Estimate>| {
        estimate.map(|estimate| Cell { value: estimate.mean, half: estimate.half_width })
    };
    columns_of(clusters, &total.figures, cell)
}

fn columns_of<'a, T: 'a>(
    clusters: impl Iterator<Item = (&'a str, &'a Vec<(String, T)>)>,
    total: &'a Vec<(String, T)>,
    cell: impl Fn(&T) -> Option<Cell>,
) -> Vec<Column> {
    let column = |(name, figures): (&str, &Vec<(String, T)>)| Column {
        name: name.to_owned(),
        cells: figures.iter().filter_map(|(key, value)| Some((key.clone(), cell(value)?))).collect(),
    };
    let mut columns: Vec<Column> = clusters.map(column).collect();
    // Beside a single cluster the total says nothing new.
    if columns.len() != 1 {
        columns.push(column(("all", total)));
    }
    columns
}

/// Figures of the whole whose mean a few replications pull: what the t-interval hides.
pub(super) fn skewed(replicated: &Replicated) -> Vec<String> {
    let Some(all) = replicated.scopes.first() else { return Vec::new() };
    let currency = &replicated.currency;
    [
        ("wait_mean_s", "mean wait", Kind::Duration, ""),
        ("wait_p95_s", "p95 of the wait", Kind::Duration, ""),
        ("wait_p99_s", "p99 of the wait", Kind::Duration, ""),
        ("cost_total", "cost", Kind::Money, currency.as_str()),
    ]
    .into_iter()
    .filter_map(|(key, what, kind, unit)| {
        let estimate = all.figures.iter().find(|(k, _)| k == key)?.1?;
        let median = estimate.skewed()?;
        let show = |value| kind.show(Cell { value, half: None }, units::decimals(estimate.mean));
        let text = format!(
            "The {what} is skewed over the replications: its median lies between {} and {} (95 % interval that \
             assumes no distribution), and a few replications pull the mean to {} {unit}",
            show(median.low),
            show(median.high),
            show(estimate.mean)
        );
        Some(format!("{}.", text.trim_end()))
    })
    .collect()
}
