//! A run in the shape of the service's own logs: the tables `AmlComputeClusterEvent`, `AmlComputeClusterNodeEvent`
//! and `AmlComputeJobEvent` of Azure Monitor, as lines of JSON with the names and types of their columns.
//!
//! What a simulation cannot know is left out, not made up; `docs/exports.md` says what our states become.

mod clusters;
mod jobs;
mod nodes;
#[cfg(test)]
mod tests;

pub use clusters::clusters as aml_clusters;
pub use jobs::jobs as aml_jobs;
pub use nodes::nodes as aml_nodes;

use super::Context;
use crate::engine::input::Tier;
use crate::engine::output::{NodeRecord, State, TimelineRow};
use crate::units::{Resolution, Tick};
use serde::{Serialize, Serializer};
use std::io::{self, Write};

/// A moment, in UTC as the service writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp(jiff::Timestamp);

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // With the same digits everywhere: sorted as text, times are in order.
        serializer.collect_str(&format_args!("{:.3}", self.0))
    }
}

/// From ticks to moments.
#[derive(Clone, Copy, Debug)]
struct Clock {
    start: jiff::Timestamp,
    resolution: Resolution,
}

impl Clock {
    /// Tick 0 is the scenario's start; without one, the beginning of 1970.
    fn new(context: &Context) -> Self {
        let start = context.start.as_ref().map_or(jiff::Timestamp::UNIX_EPOCH, jiff::Zoned::timestamp);
        Self { start, resolution: context.resolution }
    }

    fn at(self, t: Tick) -> io::Result<Stamp> {
        let ms = i64::from(t) * (self.resolution.ns() / 1_000_000) as i64;
        let moment = self.start.checked_add(jiff::SignedDuration::from_millis(ms));
        // Past the year 9999, which no log has.
        moment.map(Stamp).map_err(io::Error::other)
    }
}

/// Nodes are on their way in or out, or there are more or fewer than wanted: as [`crate::engine::output::Allocation`].
fn is_resizing(row: &TimelineRow) -> bool {
    let n = |state: State| row.nodes[state as usize];
    let allocated = row.nodes.iter().sum::<u32>() - n(State::Leaving);
    n(State::Allocating) + n(State::Preparing) + n(State::Leaving) > 0 || allocated != row.target
}

const fn priority(tier: Tier) -> &'static str {
    match tier {
        Tier::Dedicated => "Dedicated",
        Tier::LowPriority => "LowPriority",
    }
}

/// The name of a VM size in the service's logs: its sample queries compare with `STANDARD_D1_V2`.
fn size_name(context: &Context, cluster: u32) -> String {
    context.clusters[cluster as usize].vm_size.to_uppercase()
}

/// Where a family is not known, it is left out.
fn family(context: &Context, cluster: u32) -> Option<&str> {
    Some(context.clusters[cluster as usize].family.as_str()).filter(|f| !f.is_empty())
}

/// An id for a node, by which the tables can be joined.
fn node_id(context: &Context, node: &NodeRecord) -> String {
    format!("{}-{}", context.clusters[node.cluster as usize].name, node.ordinal)
}

fn line(w: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *w, value)?;
    writeln!(w)
}
