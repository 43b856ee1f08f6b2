//! Rows of a csv file, cell by cell, without an allocation for each.

use crate::report::Context;
use crate::units::{NEVER, Tick};
use std::fmt::{Display, Write as _};
use std::io::{self, Write};

/// A csv file under way.
pub(super) struct Rows<'w> {
    csv: csv::Writer<&'w mut dyn Write>,
    cell: String,
}

impl<'w> Rows<'w> {
    /// Begins with a header.
    pub(super) fn new<S: AsRef<[u8]>>(
        w: &'w mut dyn Write,
        header: impl IntoIterator<Item = S>,
    ) -> io::Result<Self> {
        let mut csv = csv::Writer::from_writer(w);
        csv.write_record(header).map_err(io_error)?;
        Ok(Self { csv, cell: String::new() })
    }

    /// A cell of text.
    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        self.csv.write_field(text).map_err(io_error)
    }

    /// A cell with a number.
    pub(super) fn put(&mut self, value: impl Display) -> io::Result<()> {
        self.cell.clear();
        // Writing to a string does not fail.
        let _ = write!(self.cell, "{value}");
        self.csv.write_field(&self.cell).map_err(io_error)
    }

    /// A cell with a number, empty where there is none.
    pub(super) fn put_some(&mut self, value: Option<impl Display>) -> io::Result<()> {
        match value {
            Some(value) => self.put(value),
            None => self.text(""),
        }
    }

    /// A cell with a time in seconds, empty where it never came.
    pub(super) fn time(&mut self, context: &Context, t: Tick) -> io::Result<()> {
        self.put_some((t != NEVER).then(|| context.seconds(t.into())))
    }

    /// Ends a row.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.csv.write_record(None::<&[u8]>).map_err(io_error)
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

/// A csv error is one of the writer beneath it.
pub(super) fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(e) => e,
        other => io::Error::other(format!("{other:?}")),
    }
}
