//! `aml_cluster_events.jsonl`: one line a row of the timeline.

use super::{Clock, Context, Stamp, family, is_resizing, line, priority, size_name};
use crate::engine::output::{EventKind, State, TimelineRow};
use crate::engine::record::Recording;
use crate::units::Tick;
use serde::Serialize;
use std::io::{self, Write};

/// Name of the table.
const TABLE: &str = "AmlComputeClusterEvent";

/// Columns with the types that the table's reference gives them: flags are strings there.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Line<'a> {
    time_generated: Stamp,
    r#type: &'static str,
    category: &'static str,
    cluster_name: &'a str,
    vm_size: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    vm_family_name: Option<&'a str>,
    vm_priority: &'static str,
    scaling_type: &'static str,
    initial_node_count: u32,
    minimum_node_count: u32,
    maximum_node_count: u32,
    node_idle_time_seconds_before_scale_down: u64,
    allocation_state: &'static str,
    allocation_state_transition_time: Stamp,
    is_resize_grow: &'static str,
    current_node_count: u32,
    target_node_count: u32,
    core_count: u64,
    preparing_node_count: u32,
    idle_node_count: u32,
    running_node_count: u32,
    leaving_node_count: u32,
    unusable_node_count: u32,
}

/// What a cluster is set to, and what it does.
struct Now {
    vm_size: String,
    initial_nodes: u32,
    min_nodes: u32,
    max_nodes: u32,
    idle_time: Tick,
    resizing: Option<bool>,
    since: Tick,
}

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn clusters(w: &mut dyn Write, context: &Context, recording: &Recording) -> io::Result<()> {
    let clock = Clock::new(context);
    let mut now = beginning(context, recording);
    let mut updates = recording.events.iter().filter(|e| e.kind == EventKind::Update).peekable();
    for row in &recording.timeline {
        while let Some(e) = updates.next_if(|e| e.t <= row.t) {
            if let Some(update) = context.updates.get(e.number as usize) {
                let now = &mut now[e.cluster as usize];
                now.min_nodes = update.min_nodes.unwrap_or(now.min_nodes);
                now.max_nodes = update.max_nodes.unwrap_or(now.max_nodes);
                now.idle_time = update.idle_time.unwrap_or(now.idle_time);
            }
        }
        let now = &mut now[row.cluster as usize];
        let resizing = is_resizing(row);
        if now.resizing != Some(resizing) {
            (now.resizing, now.since) = (Some(resizing), row.t);
        }
        line(w, &of(context, clock, row, now)?)?;
    }
    Ok(())
}

fn beginning(context: &Context, recording: &Recording) -> Vec<Now> {
    let mut all: Vec<Now> = (0u32..)
        .zip(&context.clusters)
        .map(|(c, cluster)| Now {
            vm_size: size_name(context, c),
            initial_nodes: 0,
            min_nodes: cluster.min_nodes,
            max_nodes: cluster.max_nodes,
            idle_time: cluster.idle_time,
            resizing: None,
            since: 0,
        })
        .collect();
    // Initial nodes are those that were not requested.
    for node in &recording.nodes {
        all[node.cluster as usize].initial_nodes += 1;
    }
    for e in recording.events.iter().filter(|e| e.kind == EventKind::Request) {
        all[e.cluster as usize].initial_nodes -= 1;
    }
    all
}

fn of<'a>(context: &'a Context, clock: Clock, row: &TimelineRow, now: &'a Now) -> io::Result<Line<'a>> {
    let cluster = &context.clusters[row.cluster as usize];
    let n = |state: State| row.nodes[state as usize];
    // Nodes that exist: while the cloud looks for a machine there is none.
    let current = row.nodes.iter().sum::<u32>() - n(State::Allocating);
    let resizing = now.resizing == Some(true);
    let grows = n(State::Allocating) + n(State::Preparing) > 0 || row.target > current;
    Ok(Line {
        time_generated: clock.at(row.t)?,
        r#type: TABLE,
        category: TABLE,
        cluster_name: &cluster.name,
        vm_size: &now.vm_size,
        vm_family_name: family(context, row.cluster),
        vm_priority: priority(cluster.tier),
        scaling_type: "auto",
        initial_node_count: now.initial_nodes,
        minimum_node_count: now.min_nodes,
        maximum_node_count: now.max_nodes,
        // Whole seconds, as the column is; up, for 0 would say that nodes leave at once.
        node_idle_time_seconds_before_scale_down: (u64::from(now.idle_time) * context.resolution.ns())
            .div_ceil(1_000_000_000),
        allocation_state: if resizing { "Resizing" } else { "Steady" },
        allocation_state_transition_time: clock.at(now.since)?,
        is_resize_grow: if resizing && grows { "true" } else { "false" },
        current_node_count: current,
        target_node_count: row.target,
        core_count: u64::from(current) * u64::from(cluster.vcpus),
        preparing_node_count: n(State::Preparing),
        idle_node_count: n(State::Idle),
        running_node_count: n(State::Running),
        leaving_node_count: n(State::Leaving),
        unusable_node_count: n(State::Unusable),
    })
}
