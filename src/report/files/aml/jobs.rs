//! `aml_job_events.jsonl`: one line where a job changes its state.

use super::{Clock, Context, Stamp, line, node_id};
use crate::engine::output::{Event, EventKind, RunResult};
use crate::engine::record::Recording;
use crate::report::files::history::History;
use crate::report::files::tag;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Name of the table.
const TABLE: &str = "AmlComputeJobEvent";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Line<'a> {
    time_generated: Stamp,
    r#type: &'static str,
    category: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_type: Option<&'static str>,
    execution_state: &'static str,
    job_id: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    experiment_name: &'a str,
    cluster_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_details: Option<&'static str>,
}

/// What an event of a job becomes.
struct Meaning {
    /// Order within an instant: of causes, so that a log can be read from top to bottom.
    rank: u8,
    /// `None`: the service documents no such event.
    event: Option<&'static str>,
    state: &'static str,
    error: Option<&'static str>,
}

/// `None`: an event of a node or a cluster.
fn meaning(kind: EventKind) -> Option<Meaning> {
    let (rank, event, state) = match kind {
        EventKind::JobEvicted => (0, None, "Queued"),
        EventKind::Completed => (0, Some("JobSucceeded"), "Succeeded"),
        EventKind::TimedOut => (0, Some("JobFailed"), "Failed"),
        EventKind::Submit | EventKind::Resubmit => (1, Some("JobSubmitted"), "Queued"),
        EventKind::Cancelled => (2, Some("JobCanceled"), "Canceled"),
        EventKind::FailedEviction
        | EventKind::FailedIdentity
        | EventKind::FailedMaxRestarts
        | EventKind::Rejected => (2, Some("JobFailed"), "Failed"),
        EventKind::Start => (3, Some("JobRunning"), "Running"),
        EventKind::Allocated
        | EventKind::Evict
        | EventKind::Gone
        | EventKind::Ready
        | EventKind::Recycle
        | EventKind::Release
        | EventKind::Request
        | EventKind::Unusable
        | EventKind::Update
        | EventKind::UpdateRefused
        | EventKind::Withdraw => return None,
    };
    let error = (state == "Failed" || kind == EventKind::JobEvicted).then(|| kind.as_str());
    Some(Meaning { rank, event, state, error })
}

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn jobs(
    w: &mut dyn Write,
    context: &Context,
    result: &RunResult,
    recording: &Recording,
) -> io::Result<()> {
    let clock = Clock::new(context);
    let history = History::of(recording, result.end);
    // Attempts are in the order of the events of their starts.
    let mut attempts = history.attempts.iter();
    let mut events = recording.events.as_slice();
    let mut instant: Vec<(Meaning, &Event)> = Vec::new();
    while let Some(first) = events.first() {
        let (now, later) = events.split_at(events.partition_point(|e| e.t == first.t));
        events = later;
        instant.clear();
        instant.extend(now.iter().filter_map(|e| Some((meaning(e.kind)?, e))));
        instant.sort_by_key(|(meaning, _)| meaning.rank);
        // An eviction that ends the job is told by its end alone.
        let ended: BTreeSet<u32> =
            instant.iter().filter(|(m, _)| m.rank == 2).map(|(_, e)| e.number).collect();
        for (meaning, e) in &instant {
            if e.kind == EventKind::JobEvicted && ended.contains(&e.number) {
                continue;
            }
            let attempt = (e.kind == EventKind::Start).then(|| attempts.next()).flatten();
            // The column holds one node; which of a gang's the service names is not known.
            let node_id = attempt.and_then(|a| match history.gang(a) {
                [node] => Some(node_id(context, &recording.nodes[*node as usize])),
                _ => None,
            });
            let job = &context.jobs[e.number as usize];
            line(
                w,
                &Line {
                    time_generated: clock.at(e.t)?,
                    r#type: TABLE,
                    category: TABLE,
                    // The service's own sample queries look for these words in either column.
                    operation_name: meaning.event,
                    event_type: meaning.event,
                    execution_state: meaning.state,
                    job_id: e.number.to_string(),
                    experiment_name: tag(context, job.experiment),
                    cluster_name: &context.clusters[e.cluster as usize].name,
                    node_id,
                    error_details: meaning.error,
                },
            )?;
        }
    }
    Ok(())
}
