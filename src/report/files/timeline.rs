//! `timeline.csv`: the state of each cluster from a time to its next row.

use super::{Context, Rows};
use crate::engine::output::{Reason, State};
use crate::engine::record::Recording;
use std::io::{self, Write};

/// The columns.
#[must_use]
pub fn header() -> Vec<String> {
    ["t_s".to_owned(), "cluster".to_owned()]
        .into_iter()
        .chain(State::ALL.iter().map(|s| format!("{}_nodes", s.as_str())))
        .chain(
            ["queued_jobs", "queued_nodes", "target_nodes", "limit_nodes", "waiting_for"].map(str::to_owned),
        )
        .collect()
}

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn timeline(w: &mut dyn Write, context: &Context, recording: &Recording) -> io::Result<()> {
    let mut rows = Rows::new(w, header())?;
    for row in &recording.timeline {
        rows.time(context, row.t)?;
        rows.text(&context.clusters[row.cluster as usize].name)?;
        for nodes in row.nodes {
            rows.put(nodes)?;
        }
        for n in [row.queued_jobs, row.queued_nodes, row.target, row.limit] {
            rows.put(n)?;
        }
        rows.text(row.reason.map_or("", Reason::as_str))?;
        rows.end()?;
    }
    rows.finish()
}
