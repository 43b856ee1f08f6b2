//! `replications.csv`: one row a replication and scope, one column a figure.

use super::Rows;
use crate::report::replications::Replicated;
use std::io::{self, Write};

/// The columns.
#[must_use]
pub fn header(replicated: &Replicated) -> Vec<String> {
    let keys = replicated.scopes.first().map(|s| s.figures.iter().map(|(key, _)| key.clone()));
    ["replication", "scope", "cluster", "status", "currency"]
        .map(str::to_owned)
        .into_iter()
        .chain(keys.into_iter().flatten())
        .collect()
}

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn replications(w: &mut dyn Write, replicated: &Replicated) -> io::Result<()> {
    let mut rows = Rows::new(w, header(replicated))?;
    for run in &replicated.runs {
        for (i, (figures, scope)) in run.scopes.iter().zip(&replicated.scopes).enumerate() {
            let (kind, cluster) = if i == 0 { ("total", "") } else { ("cluster", scope.name.as_str()) };
            rows.put(run.replication)?;
            rows.text(kind)?;
            rows.text(cluster)?;
            rows.text(run.status.as_str())?;
            rows.text(&replicated.currency)?;
            for (_, value) in figures {
                rows.put(value)?;
            }
            rows.end()?;
        }
    }
    rows.finish()
}
