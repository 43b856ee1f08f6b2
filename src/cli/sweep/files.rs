//! Where the rows of a sweep go as they come.

use super::Ended;
use super::gather::{Gathered, write_partial};
use crate::cli::args::SweepArgs;
use crate::cli::error::CliError;
#[cfg(feature = "parquet")]
use crate::report::files::parquet::{Column, Configs, Kind, RowError};
use crate::report::files::{OutDir, OutFile};
use crate::sweep::plan::Plan;

/// Result files.
pub(super) const WHOLE: &str = "configs.csv";
pub(in crate::cli) const PARTIAL: &str = "configs.partial.csv";
#[cfg(feature = "parquet")]
const COLUMNS: &str = "configs.parquet";
pub(super) const SURFACE: &str = "surface.partial.csv";
pub(super) const HISTOGRAMS: &str = "histograms.partial.csv";

/// The files under way; none of them without `--out`.
#[derive(Default)]
pub(super) struct Files {
    pub(super) csv: Option<OutFile>,
    #[cfg(feature = "parquet")]
    pub(super) parquet: Option<(Configs<OutFile>, std::path::PathBuf)>,
    /// Kept in case the sweep is interrupted: the rows do not have them.
    pub(super) histograms: Option<OutFile>,
}

/// A row that cannot be written.
#[cfg(feature = "parquet")]
pub(super) fn unwritten(error: RowError, path: &std::path::Path) -> CliError {
    let source = match error {
        RowError::Io(source) => source,
        other => std::io::Error::other(other.to_string()),
    };
    CliError::Write { path: path.to_owned(), source }
}

/// The columns of the rows.
#[cfg(feature = "parquet")]
fn columns(plan: &Plan) -> Vec<Column> {
    use crate::report::sweep::{header, is_count};
    use crate::sweep::axes::Value;
    let column = |name: &str, kind| Column { name: name.to_owned(), kind };
    let mut columns = vec![column("index", Kind::Count), column("replication", Kind::Count)];
    columns.extend(plan.axes().iter().map(|axis| {
        let kind = match axis.value(0) {
            Value::Nodes(_) => Kind::Count,
            Value::Time(_) | Value::Factor(_) => Kind::Number,
            _ => Kind::Word,
        };
        column(&axis.column, kind)
    }));
    columns.extend([column("verdict", Kind::Word), column("objective", Kind::Number)]);
    columns.extend([column("status", Kind::Word), column("currency", Kind::Word)]);
    let kind = |name: &str| if is_count(name) { Kind::Count } else { Kind::Number };
    columns.extend(header().iter().map(|name| column(name, kind(name))));
    columns
}

impl Files {
    #[cfg_attr(
        not(feature = "parquet"),
        allow(unused_variables, reason = "the plan gives columns their types")
    )]
    pub(super) fn begin(out: Option<&OutDir>, args: &SweepArgs, plan: &Plan) -> Result<Self, CliError> {
        let Some(out) = out else { return Ok(Self::default()) };
        let histograms = args.histograms.then(|| out.begin(HISTOGRAMS)).transpose()?;
        #[cfg(feature = "parquet")]
        let parquet = match args.parquet.then(|| out.begin(COLUMNS)).transpose()? {
            Some(file) => {
                let path = file.shown().to_owned();
                let configs = Configs::new(file, columns(plan), args.histograms);
                Some((configs.map_err(|e| unwritten(e, &path))?, path))
            }
            None => None,
        };
        Ok(Self {
            csv: Some(out.begin(WHOLE)?),
            #[cfg(feature = "parquet")]
            parquet,
            histograms,
        })
    }

    /// The header, which the csv file alone has.
    pub(super) fn header(&mut self, header: &[u8]) -> Result<(), CliError> {
        if let Some(csv) = &mut self.csv {
            csv.put(header)?;
        }
        Ok(())
    }

    /// Some rows, and the histogram of each.
    pub(super) fn add(&mut self, rows: &[u8], histograms: &str) -> Result<(), CliError> {
        if let Some(csv) = &mut self.csv {
            csv.put(rows)?;
        }
        if let Some(file) = &mut self.histograms {
            file.put(histograms.as_bytes())?;
        }
        #[cfg(feature = "parquet")]
        if let Some((configs, path)) = &mut self.parquet {
            configs.add(rows, histograms).map_err(|e| unwritten(e, path))?;
        }
        Ok(())
    }

    /// Ends the files: those of a whole sweep, or of one to be resumed.
    pub(super) fn end(
        self,
        out: &mut OutDir,
        ended: &Ended,
        gathered: &Gathered,
        plan: &Plan,
    ) -> Result<(), CliError> {
        let stopped = ended.stopped.is_some();
        if let Some(csv) = self.csv {
            out.end(csv)?;
        }
        #[cfg(feature = "parquet")]
        if let Some((configs, path)) = self.parquet {
            if stopped {
                // Without its end it is no file that anybody could read; the rows make it anew.
                drop(configs);
                out.discard(COLUMNS)?;
            } else {
                out.end(configs.finish().map_err(|e| unwritten(e, &path))?)?;
            }
        }
        if let Some(histograms) = self.histograms {
            if stopped {
                out.end(histograms)?;
            } else {
                drop(histograms);
                out.discard(HISTOGRAMS)?;
            }
        }
        if stopped {
            out.rename(WHOLE, PARTIAL)?;
            out.write(SURFACE, |w| write_partial(&gathered.surface, plan, w))?;
        }
        Ok(())
    }
}
