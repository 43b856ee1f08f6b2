//! The figures as a long table, for `--format csv`: one row a figure, so that columns never change.

use super::Rows;
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
    let mut rows = Rows::new(w, SUMMARY_HEADER)?;
    let clusters = summary.clusters.iter().map(|c| ("cluster", c.name.as_str(), &c.figures));
    for (scope, cluster, figures) in [("total", "", &summary.total)].into_iter().chain(clusters) {
        for (key, value) in &figures.figures {
            rows.text(scope)?;
            rows.text(cluster)?;
            rows.text(key)?;
            rows.put(value)?;
            rows.text(currency(key, &summary.currency))?;
            rows.end()?;
        }
    }
    rows.finish()
}

/// The figures of several replications.
///
/// # Errors
/// Those of the writer.
pub fn replicated_table(w: &mut dyn Write, replicated: &Replicated) -> io::Result<()> {
    let mut rows = Rows::new(w, REPLICATED_HEADER)?;
    for (i, scope) in replicated.scopes.iter().enumerate() {
        let (kind, cluster) = if i == 0 { ("total", "") } else { ("cluster", scope.name.as_str()) };
        for (key, estimate) in &scope.figures {
            rows.text(kind)?;
            rows.text(cluster)?;
            rows.text(key)?;
            rows.put_some(estimate.map(|e| e.mean))?;
            rows.put_some(estimate.and_then(|e| e.half_width))?;
            rows.put_some(estimate.and_then(|e| e.std_dev))?;
            rows.put(estimate.map_or(0, |e| e.n))?;
            rows.text(currency(key, &replicated.currency))?;
            rows.end()?;
        }
    }
    rows.finish()
}
