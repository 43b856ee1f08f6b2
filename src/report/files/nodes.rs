//! `nodes.csv`: one row a node, by cluster and request ordinal.

use super::{Context, Rows};
use crate::engine::output::RunResult;
use crate::engine::record::Recording;
use crate::report::pricing::amount;
use crate::report::summary::tier_word;
use crate::units::NEVER;
use std::io::{self, Write};

/// The columns.
#[must_use]
pub const fn header() -> [&'static str; 16] {
    [
        "cluster",
        "node",
        "slot",
        "vm_size",
        "tier",
        "requested_s",
        "allocated_s",
        "ready_s",
        "leaving_s",
        "gone_s",
        "fate",
        "jobs",
        "running_s",
        "billed_s",
        "cost",
        "currency",
    ]
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
    let mut rows = Rows::new(w, header())?;
    let quantum = u64::from(context.prices.billing_quantum);
    for node in &recording.nodes {
        let cluster = &context.clusters[node.cluster as usize];
        let until = if node.gone == NEVER { result.end } else { node.gone };
        let billed = if node.allocated == NEVER { 0 } else { u64::from(until - node.allocated) };
        let paid = billed.div_ceil(quantum) * quantum;
        rows.text(&cluster.name)?;
        rows.put(node.ordinal)?;
        rows.put(node.slot)?;
        rows.text(&cluster.vm_size)?;
        rows.text(tier_word(cluster.tier))?;
        for t in [node.requested, node.allocated, node.ready, node.leaving, node.gone] {
            rows.time(context, t)?;
        }
        rows.text(node.fate.as_str())?;
        rows.put(node.jobs)?;
        rows.put(context.seconds(node.running_ticks.into()))?;
        rows.put(context.seconds(billed))?;
        rows.put(amount(context, paid, cluster.price_per_h()))?;
        rows.text(&context.prices.currency)?;
        rows.end()?;
    }
    rows.finish()
}
