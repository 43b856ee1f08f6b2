//! `nodes.csv`: one row a node, by cluster and request ordinal.

use super::{Context, io_error, time};
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
    let mut csv = csv::Writer::from_writer(w);
    csv.write_record(header()).map_err(io_error)?;
    let quantum = u64::from(context.prices.billing_quantum);
    for node in &recording.nodes {
        let cluster = &context.clusters[node.cluster as usize];
        let until = if node.gone == NEVER { result.end } else { node.gone };
        let billed = if node.allocated == NEVER { 0 } else { u64::from(until - node.allocated) };
        let paid = billed.div_ceil(quantum) * quantum;
        csv.write_record([
            cluster.name.as_str(),
            &node.ordinal.to_string(),
            &node.slot.to_string(),
            &cluster.vm_size,
            tier_word(cluster.tier),
            &time(context, node.requested),
            &time(context, node.allocated),
            &time(context, node.ready),
            &time(context, node.leaving),
            &time(context, node.gone),
            node.fate.as_str(),
            &node.jobs.to_string(),
            &context.seconds(node.running_ticks.into()).to_string(),
            &context.seconds(billed).to_string(),
            &amount(context, paid, cluster.price_per_h).to_string(),
            &context.prices.currency,
        ])
        .map_err(io_error)?;
    }
    csv.flush()
}
