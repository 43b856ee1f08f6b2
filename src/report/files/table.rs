//! The figures as a long table, for `--format csv`: one row a figure, so that columns never change.

use super::io_error;
use crate::report::Summary;
use crate::report::replications::Replicated;
use std::io::{self, Write};

/// Columns of a run.
pub const SUMMARY_HEADER: [&str; 5] = ["scope", "cluster", "figure", "value", "currency"];
/// Columns of several replications.
pub const REPLICATED_HEADER: [&str; 8] =
    ["scope", "cluster", "figure", "mean", "half_width", "std_dev", "n", "currency"];

/// Amounts have a currency.
fn currency<'a>(key: &str, currency: &'a str) -> &'a str {
    if key.starts_with("cost_") { currency } else { "" }
}

/// The figures of a run.
///
/// # Errors
/// Those of the writer.
pub fn summary_table(w: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(w);
    csv.write_record(SUMMARY_HEADER).map_err(io_error)?;
    let clusters = summary.clusters.iter().map(|c| ("cluster", c.name.as_str(), &c.figures));
    for (scope, cluster, figures) in [("total", "", &summary.total)].into_iter().chain(clusters) {
        for (key, value) in &figures.figures {
            let currency = currency(key, &summary.currency);
            csv.write_record([scope, cluster, key, &value.to_string(), currency]).map_err(io_error)?;
        }
    }
    csv.flush()
}

/// The figures of several replications.
///
/// # Errors
/// Those of the writer.
pub fn replicated_table(w: &mut dyn Write, replicated: &Replicated) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(w);
    csv.write_record(REPLICATED_HEADER).map_err(io_error)?;
    let text = |x: Option<f64>| x.map_or_else(String::new, |x| x.to_string());
    for (i, scope) in replicated.scopes.iter().enumerate() {
        let (kind, cluster) = if i == 0 { ("total", "") } else { ("cluster", scope.name.as_str()) };
        for (key, estimate) in &scope.figures {
            csv.write_record([
                kind,
                cluster,
                key,
                &text(estimate.map(|e| e.mean)),
                &text(estimate.and_then(|e| e.half_width)),
                &text(estimate.and_then(|e| e.std_dev)),
                &estimate.map_or(0, |e| e.n).to_string(),
                currency(key, &replicated.currency),
            ])
            .map_err(io_error)?;
        }
    }
    csv.flush()
}
