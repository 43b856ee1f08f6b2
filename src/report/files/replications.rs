//! `replications.csv`: one row a replication and scope, one column a figure.

use super::io_error;
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
    let mut csv = csv::Writer::from_writer(w);
    csv.write_record(header(replicated)).map_err(io_error)?;
    for run in &replicated.runs {
        for (i, (figures, scope)) in run.scopes.iter().zip(&replicated.scopes).enumerate() {
            let (kind, cluster) = if i == 0 { ("total", "") } else { ("cluster", scope.name.as_str()) };
            let mut cells = vec![
                run.replication.to_string(),
                kind.to_owned(),
                cluster.to_owned(),
                run.status.as_str().to_owned(),
                replicated.currency.clone(),
            ];
            cells.extend(figures.iter().map(|(_, value)| value.to_string()));
            csv.write_record(cells).map_err(io_error)?;
        }
    }
    csv.flush()
}
