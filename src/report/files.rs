//! Result files. A directory of results appears whole or not at all: it is written beside its place and then
//! renamed. `docs/results.md` documents every file and column.

mod aml;
mod directory;
mod events;
mod history;
mod jobs;
mod leftovers;
mod manifest;
mod nodes;
#[cfg(feature = "parquet")]
pub mod parquet;
mod replications;
#[cfg(test)]
mod runs;
mod table;
#[cfg(test)]
mod tests;
mod timeline;
mod trace;
mod writer;

pub use aml::{aml_clusters, aml_jobs, aml_nodes};
pub use directory::{OutDir, OutError, OutFile};
pub use events::events;
pub use jobs::{header as jobs_header, jobs};
pub use leftovers::Leftover;
pub use manifest::{
    FileEntry, Fingerprint, HashingReader, Manifest, Rest, SweepEntry, hex_sha256, hex_sha256_of,
};
pub use nodes::{header as nodes_header, nodes};
pub use replications::{header as replications_header, replications};
pub use table::{REPLICATED_HEADER, SUMMARY_HEADER, replicated_table, summary_table};
pub use timeline::{header as timeline_header, timeline};
pub use trace::trace;

use super::charts::sweep::{SweepChart, of_sweep};
use super::replications::Replicated;
use super::{Context, Summary, charts};
use crate::engine::output::RunResult;
use crate::engine::record::Recording;
use serde::Serialize;
use std::io::{self, Write};
use writer::{Rows, io_error};

/// Names of all result files but pictures; a directory with nothing else in it may be replaced.
pub const NAMES: [&str; 19] = [
    "manifest.json",
    "summary.json",
    "jobs.csv",
    "nodes.csv",
    "timeline.csv",
    "events.jsonl",
    "replications.csv",
    "trace.json",
    "aml_cluster_events.jsonl",
    "aml_node_events.jsonl",
    "aml_job_events.jsonl",
    "configs.csv",
    "configs.parquet",
    "surface.csv",
    "front.csv",
    "answer.json",
    "configs.partial.csv",
    "surface.partial.csv",
    "histograms.partial.csv",
];

/// Whether a file of results may have this name, relative to their directory.
fn is_known(name: &str) -> bool {
    NAMES.contains(&name) || charts::is_ours(name)
}

/// Draws pictures of a sweep.
///
/// # Errors
/// What the file system says, with the path.
pub fn write_sweep_charts(
    out: &mut OutDir,
    surface: &crate::stats::surface::Surface,
    recommended: Option<usize>,
    drawn: &[SweepChart],
) -> Result<(), OutError> {
    let look = charts::Look::default();
    for named in drawn.iter().flat_map(|chart| of_sweep(surface, recommended, *chart)) {
        let scene = crate::chart::layout(&named.figure, look.size, look.theme);
        let picture = crate::chart::svg(&scene);
        out.write(charts::name(named.stem, look.theme, "svg"), |w| w.write_all(picture.as_bytes()))?;
    }
    Ok(())
}

/// Draws every picture of a run.
///
/// # Errors
/// What the file system says, with the path.
pub fn write_charts(out: &mut OutDir, data: &charts::Data) -> Result<(), OutError> {
    let look = charts::Look::default();
    for chart in charts::Chart::ALL {
        let name = charts::name(chart.as_str(), look.theme, "svg");
        let picture = crate::chart::svg(&chart.scene(data, look));
        out.write(name, |w| w.write_all(picture.as_bytes()))?;
    }
    Ok(())
}

/// Writes every file of one run but the manifest.
///
/// # Errors
/// What the file system says, with the path.
pub fn write_run(
    out: &mut OutDir,
    context: &Context,
    summary: &Summary,
    result: &RunResult,
    recording: &Recording,
) -> Result<(), OutError> {
    out.write("summary.json", |w| json(w, summary))?;
    write_details(out, context, result, recording)
}

/// Writes every file of several replications but the manifest; the details are those of replication 0.
///
/// # Errors
/// What the file system says, with the path.
pub fn write_replicated(
    out: &mut OutDir,
    context: &Context,
    replicated: &Replicated,
    result: &RunResult,
    recording: &Recording,
) -> Result<(), OutError> {
    out.write("summary.json", |w| json(w, replicated))?;
    out.write("replications.csv", |w| replications(w, replicated))?;
    write_details(out, context, result, recording)
}

fn write_details(
    out: &mut OutDir,
    context: &Context,
    result: &RunResult,
    recording: &Recording,
) -> Result<(), OutError> {
    out.write("jobs.csv", |w| jobs(w, context, recording))?;
    out.write("nodes.csv", |w| nodes(w, context, result, recording))?;
    out.write("timeline.csv", |w| timeline(w, context, recording))?;
    out.write("events.jsonl", |w| events(w, context, recording))
}

/// Adds a run as a trace, for trace viewers.
///
/// # Errors
/// What the file system says, with the path.
pub fn write_trace(
    out: &mut OutDir,
    context: &Context,
    result: &RunResult,
    recording: &Recording,
) -> Result<(), OutError> {
    out.write("trace.json", |w| trace(w, context, result, recording))
}

/// Adds a run in the shape of the service's logs.
///
/// # Errors
/// What the file system says, with the path.
pub fn write_aml(
    out: &mut OutDir,
    context: &Context,
    result: &RunResult,
    recording: &Recording,
) -> Result<(), OutError> {
    out.write("aml_cluster_events.jsonl", |w| aml_clusters(w, context, recording))?;
    out.write("aml_node_events.jsonl", |w| aml_nodes(w, context, result, recording))?;
    out.write("aml_job_events.jsonl", |w| aml_jobs(w, context, result, recording))
}

/// Indented JSON with a newline at its end.
///
/// # Errors
/// Those of the writer.
pub fn json(w: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *w, value)?;
    writeln!(w)
}

/// A table with a header line, one row a value.
///
/// # Errors
/// Those of the writer.
pub fn csv_rows(w: &mut dyn Write, rows: &[impl Serialize]) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(w);
    for row in rows {
        csv.serialize(row).map_err(io_error)?;
    }
    csv.flush()
}

/// A tag; empty where there is none.
fn tag(context: &Context, tag: Option<u32>) -> &str {
    tag.and_then(|t| context.tags.get(t as usize)).map_or("", String::as_str)
}
