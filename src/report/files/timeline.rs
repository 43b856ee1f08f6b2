//! `timeline.csv`: the state of each cluster from a time to its next row.

use super::{Context, io_error, time};
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
    let mut csv = csv::Writer::from_writer(w);
    csv.write_record(header()).map_err(io_error)?;
    for row in &recording.timeline {
        let mut cells = vec![time(context, row.t), context.clusters[row.cluster as usize].name.clone()];
        cells.extend(row.nodes.iter().map(ToString::to_string));
        cells.extend([row.queued_jobs, row.queued_nodes, row.target, row.limit].map(|n| n.to_string()));
        cells.push(row.reason.map_or("", Reason::as_str).to_owned());
        csv.write_record(cells).map_err(io_error)?;
    }
    csv.flush()
}
