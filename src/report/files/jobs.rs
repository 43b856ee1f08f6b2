//! `jobs.csv`: one row a job, by id.

use super::{Context, Rows, tag};
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
    let mut rows = Rows::new(w, header())?;
    let none = ReasonTicks::default();
    for (id, (job, record)) in context.jobs.iter().zip(recording.jobs.iter()).enumerate() {
        row(&mut rows, context, id, job, &record)?;
        let waits = recording.waits.get(id).unwrap_or(&none);
        let requeue = recording.requeue_waits.get(&(id as u32)).unwrap_or(&none);
        for ticks in waits.iter().chain(requeue) {
            rows.put(context.seconds((*ticks).into()))?;
        }
        rows.end()?;
    }
    rows.finish()
}

fn row(
    rows: &mut Rows<'_>,
    context: &Context,
    id: usize,
    job: &JobContext,
    record: &JobRecord,
) -> io::Result<()> {
    let cluster = &context.clusters[job.cluster as usize];
    let seconds = |ticks: u64| context.seconds(ticks);
    let wait = (record.first_start != NEVER).then(|| u64::from(record.first_start - job.submit));
    let turnaround = (record.outcome == Outcome::Completed).then(|| u64::from(record.end - job.submit));
    let slowdown = turnaround.map(|t| bounded_slowdown(t, job.running.into(), context.resolution.ns()));
    rows.put(id)?;
    rows.text(&cluster.name)?;
    rows.text(tag(context, job.user))?;
    rows.text(tag(context, job.team))?;
    rows.text(tag(context, job.experiment))?;
    rows.put(job.nodes)?;
    rows.time(context, job.submit)?;
    rows.time(context, record.first_start)?;
    rows.time(context, record.end)?;
    rows.put(seconds(job.running.into()))?;
    rows.put_some(wait.map(seconds))?;
    rows.put_some(turnaround.map(seconds))?;
    rows.put_some(slowdown)?;
    rows.put(record.attempts)?;
    rows.put(record.evictions)?;
    rows.text(record.outcome.as_str())?;
    rows.put(seconds(job.node_ticks(record.useful)))?;
    rows.put(seconds(job.node_ticks(record.lost)))?;
    rows.put(seconds(job.node_ticks(record.prepare)))?;
    rows.put(amount(context, job.busy(record), cluster.price_per_h()))?;
    rows.text(&context.prices.currency)
}
