//! `aml_node_events.jsonl`: one line a node that existed, when it is gone or the run ends.

use super::{Clock, Context, Stamp, family, is_resizing, line, node_id, priority, size_name};
use crate::engine::output::{EventKind, NodeRecord, RunResult};
use crate::engine::record::Recording;
use crate::units::{NEVER, Tick};
use serde::Serialize;
use std::io::{self, Write};

/// Name of the table.
const TABLE: &str = "AmlComputeClusterNodeEvent";

/// Columns with the types that the table's reference gives them: the total time is a string there.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Line<'a> {
    time_generated: Stamp,
    r#type: &'static str,
    category: &'static str,
    cluster_name: &'a str,
    node_id: String,
    vm_size: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    vm_family_name: Option<&'a str>,
    vm_priority: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resize_start_time: Option<Stamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resize_end_time: Option<Stamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_allocation_time: Option<Stamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_boot_time: Option<Stamp>,
    #[serde(rename = "TotalE2ETimeInSeconds", skip_serializing_if = "Option::is_none")]
    total_e2e_time_in_seconds: Option<String>,
}

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn nodes(
    w: &mut dyn Write,
    context: &Context,
    result: &RunResult,
    recording: &Recording,
) -> io::Result<()> {
    let clock = Clock::new(context);
    let sizes: Vec<String> = (0..context.clusters.len() as u32).map(|c| size_name(context, c)).collect();
    let changes = changes(context, recording);
    let requested = requested(context, recording);
    let until = |node: &NodeRecord| if node.gone == NEVER { result.end } else { node.gone };
    let mut order: Vec<&NodeRecord> = recording.nodes.iter().filter(|n| n.allocated != NEVER).collect();
    // A log is in the order of time; the sort is stable, so that the rest is by cluster and ordinal.
    order.sort_by_key(|n| until(n));
    for node in order {
        let cluster = &context.clusters[node.cluster as usize];
        let at = |t: Tick| (t != NEVER).then(|| clock.at(t)).transpose();
        let written = until(node);
        // What happened to initial nodes before the run is not known.
        let known = node.ordinal >= requested[node.cluster as usize];
        let (from, to) = resize(&changes[node.cluster as usize], node.requested);
        let active = node.gone.saturating_sub(node.allocated);
        line(
            w,
            &Line {
                time_generated: clock.at(written)?,
                r#type: TABLE,
                category: TABLE,
                cluster_name: &cluster.name,
                node_id: node_id(context, node),
                vm_size: &sizes[node.cluster as usize],
                vm_family_name: family(context, node.cluster),
                vm_priority: priority(cluster.tier),
                resize_start_time: at(if known { from } else { NEVER })?,
                resize_end_time: at(if known && to <= written { to } else { NEVER })?,
                node_allocation_time: at(if known { node.allocated } else { NEVER })?,
                node_boot_time: at(if known { node.ready } else { NEVER })?,
                total_e2e_time_in_seconds: (known && node.gone != NEVER)
                    .then(|| context.seconds(active.into()).to_string()),
            },
        )?;
    }
    Ok(())
}

/// By cluster: from when on it was resizing or steady.
fn changes(context: &Context, recording: &Recording) -> Vec<Vec<(Tick, bool)>> {
    let mut changes: Vec<Vec<(Tick, bool)>> = vec![Vec::new(); context.clusters.len()];
    for row in &recording.timeline {
        let changes = &mut changes[row.cluster as usize];
        let resizing = is_resizing(row);
        if changes.last().is_none_or(|(_, last)| *last != resizing) {
            changes.push((row.t, resizing));
        }
    }
    changes
}

/// By cluster: the first ordinal that was requested; those before it are initial nodes.
fn requested(context: &Context, recording: &Recording) -> Vec<u32> {
    let mut first = vec![0; context.clusters.len()];
    for node in &recording.nodes {
        first[node.cluster as usize] += 1;
    }
    for e in recording.events.iter().filter(|e| e.kind == EventKind::Request) {
        first[e.cluster as usize] -= 1;
    }
    first
}

/// The resize in which a node was requested: its begin and its end.
fn resize(changes: &[(Tick, bool)], requested: Tick) -> (Tick, Tick) {
    let next = changes.partition_point(|(t, _)| *t <= requested);
    match changes[..next].last() {
        Some((from, true)) => (*from, changes.get(next).map_or(NEVER, |(t, _)| *t)),
        // Over in the instant of the request.
        _ => (requested, requested),
    }
}
