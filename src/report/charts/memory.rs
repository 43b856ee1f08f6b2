//! The data of pictures from a run that has just ended, value for value as its files will hold it.

use super::data::{Data, JobRow, TimelineRow};
use super::facts::SummaryError;
use crate::engine::record::Recording;
use crate::report::Context;
use crate::report::facts::Within;
use crate::units::NEVER;

/// The data of a run, whose `summary.json` is this text.
///
/// # Errors
/// If the text is no summary.
pub fn of_run(context: &Context, summary: &str, recording: &Recording) -> Result<Data, SummaryError> {
    let mut data = Data::new(summary)?;
    for (job, record) in context.jobs.iter().zip(recording.jobs.iter()) {
        let wait = (record.first_start != NEVER).then(|| u64::from(record.first_start - job.submit));
        data.job(JobRow {
            cluster: job.cluster as usize,
            nodes: job.nodes,
            running_s: context.seconds(job.running.into()),
            judged: wait.is_some() || Within::judges_unstarted(record.outcome),
            wait_s: wait.map(|ticks| context.seconds(ticks)),
        });
    }
    for row in &recording.timeline {
        let kept = TimelineRow {
            t_s: context.seconds(row.t.into()),
            nodes: row.nodes,
            queued_jobs: row.queued_jobs,
            limit: row.limit,
        };
        // The engine's rows are in order.
        let added = data.timeline(row.cluster as usize, kept);
        debug_assert!(added.is_ok(), "{added:?} at {}", row.t);
    }
    Ok(data.finish())
}
