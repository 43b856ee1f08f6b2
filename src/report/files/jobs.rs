//! `jobs.csv`: one row a job, by id.

use super::{Context, io_error, tag, time};
use crate::engine::output::{JobRecord, Outcome, Reason, ReasonTicks};
use crate::engine::record::Recording;
use crate::report::context::JobContext;
use crate::report::pricing::amount;
use crate::stats::bounded_slowdown;
use crate::units::NEVER;
use std::io::{self, Write};

const FIXED: [&str; 20] = [
    "job",
    "cluster",
    "user",
    "team",
    "experiment",
    "nodes",
    "submit_s",
    "first_start_s",
    "end_s",
    "running_s",
    "wait_s",
    "turnaround_s",
    "slowdown",
    "attempts",
    "evictions",
    "outcome",
    "useful_node_s",
    "lost_node_s",
    "prepare_node_s",
    "cost",
];

/// The columns.
#[must_use]
pub fn header() -> Vec<String> {
    let by_reason =
        |prefix: &'static str| Reason::ALL.iter().map(move |r| format!("{prefix}_{}_s", r.as_str()));
    FIXED
        .iter()
        .map(|c| (*c).to_owned())
        .chain(["currency".to_owned()])
        .chain(by_reason("wait"))
        .chain(by_reason("requeue_wait"))
        .collect()
}

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn jobs(w: &mut dyn Write, context: &Context, recording: &Recording) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(w);
    csv.write_record(header()).map_err(io_error)?;
    let none = ReasonTicks::default();
    for (id, (job, record)) in context.jobs.iter().zip(&recording.jobs).enumerate() {
        let waits = recording.waits.get(id).unwrap_or(&none);
        let requeue = recording.requeue_waits.get(&(id as u32)).unwrap_or(&none);
        csv.write_record(row(context, id, job, record, waits, requeue)).map_err(io_error)?;
    }
    csv.flush()
}

fn row(
    context: &Context,
    id: usize,
    job: &JobContext,
    record: &JobRecord,
    waits: &ReasonTicks,
    requeue: &ReasonTicks,
) -> Vec<String> {
    let seconds = |ticks: u64| context.seconds(ticks).to_string();
    let cluster = &context.clusters[job.cluster as usize];
    let turnaround = (record.outcome == Outcome::Completed).then(|| record.end - job.submit);
    let wait = (record.first_start != NEVER).then(|| record.first_start - job.submit);
    let node_ticks = |ticks: u32| u64::from(ticks) * u64::from(job.nodes);
    let busy = node_ticks(record.useful + record.lost + record.prepare);
    let slowdown =
        turnaround.map(|t| bounded_slowdown(t.into(), job.running.into(), context.resolution.ns()));
    let mut row = vec![
        id.to_string(),
        cluster.name.clone(),
        tag(context, job.user).to_owned(),
        tag(context, job.team).to_owned(),
        tag(context, job.experiment).to_owned(),
        job.nodes.to_string(),
        time(context, job.submit),
        time(context, record.first_start),
        time(context, record.end),
        seconds(job.running.into()),
        wait.map_or_else(String::new, |t| seconds(t.into())),
        turnaround.map_or_else(String::new, |t| seconds(t.into())),
        slowdown.map_or_else(String::new, |s| s.to_string()),
        record.attempts.to_string(),
        record.evictions.to_string(),
        record.outcome.as_str().to_owned(),
        seconds(node_ticks(record.useful)),
        seconds(node_ticks(record.lost)),
        seconds(node_ticks(record.prepare)),
        amount(context, busy, cluster.price_per_h).to_string(),
        context.prices.currency.clone(),
    ];
    row.extend(waits.iter().chain(requeue).map(|t| seconds((*t).into())));
    row
}
