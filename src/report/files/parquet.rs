//! `configs.parquet`: rows of `configs.csv` as columns.
//!
//! The rows come as the cells of the csv file, so that the two cannot disagree, and so that the rows of an interrupted
//! sweep, of which only the csv file is left, make the same bytes. Row groups end at fixed rows, whatever the pieces in
//! which rows come, and nothing tells of the time or the machine.

use super::writer::io_error;
use ::parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Physical};
use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use ::parquet::errors::{ParquetError, Result as Written};
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::{Type, TypePtr};
use std::io::{self, Write};
use std::sync::Arc;

/// Rows of a group: they stay in memory together, 15 MB without histograms.
pub const GROUP: usize = 1 << 14;

/// The list of the upper ends of a histogram's buckets [s].
pub const BUCKET_END: &str = "wait_bucket_end_s";
/// The list of the jobs in them.
pub const BUCKET_JOBS: &str = "wait_bucket_jobs";

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Count,
    /// Any numbers.
    Number,
    /// Words.
    Word,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, as in the csv file.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// Why a row is not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// It is no row of such a file.
    #[error("{column} is {value:?}; {message}")]
    Cell {
        /// The column.
        column: String,
        /// What is in it.
        value: String,
        /// What it should be.
        message: &'static str,
    },
    /// It has too few cells, or too many.
    #[error("it has {0} values, and the header has {1}")]
    Length(usize, usize),
    /// What the file system says.
    #[error("{0}")]
    Io(io::Error),
}

impl From<ParquetError> for RowError {
    fn from(error: ParquetError) -> Self {
        Self::Io(match error {
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(error) => *error,
                Err(other) => io::Error::other(other),
            },
            other => io::Error::other(other),
        })
    }
}

/// Values of a column in the group under way. Levels say which cells have one, and where a list begins.
#[derive(Debug)]
struct Values<T> {
    values: Vec<T>,
    defined: Vec<i16>,
    repeated: Vec<i16>,
}

impl<T> Values<T> {
    const fn new() -> Self {
        Self { values: Vec::new(), defined: Vec::new(), repeated: Vec::new() }
    }

    fn put(&mut self, value: Option<T>) {
        self.defined.push(i16::from(value.is_some()));
        self.values.extend(value);
    }

    /// One more element of a list, or where there is none an empty list.
    fn element(&mut self, value: Option<T>, first: bool) {
        self.repeated.push(i16::from(!first));
        self.put(value);
    }

    fn write<D: DataType<T = T>>(&mut self, column: &mut SerializedColumnWriter<'_>) -> Written<()> {
        let repeated = (!self.repeated.is_empty()).then_some(self.repeated.as_slice());
        column.typed::<D>().write_batch(&self.values, Some(&self.defined), repeated)?;
        self.values.clear();
        self.defined.clear();
        self.repeated.clear();
        Ok(())
    }
}

#[derive(Debug)]
enum Data {
    Counts(Values<i64>),
    Numbers(Values<f64>),
    Words(Values<ByteArray>),
}

impl Data {
    const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Count => Self::Counts(Values::new()),
            Kind::Number => Self::Numbers(Values::new()),
            Kind::Word => Self::Words(Values::new()),
        }
    }

    /// One more cell; what it should be where it is not.
    fn put(&mut self, cell: &str) -> Result<(), &'static str> {
        let some = (!cell.is_empty()).then_some(cell);
        match self {
            Self::Counts(values) => {
                values.put(some.map(str::parse).transpose().map_err(|_| "a whole number is expected")?);
            }
            Self::Numbers(values) => {
                values.put(some.map(str::parse).transpose().map_err(|_| "a number is expected")?);
            }
            Self::Words(values) => values.put(some.map(|word| ByteArray::from(word.as_bytes().to_vec()))),
        }
        Ok(())
    }

    fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Written<()> {
        match self {
            Self::Counts(values) => values.write::<Int64Type>(column),
            Self::Numbers(values) => values.write::<DoubleType>(column),
            Self::Words(values) => values.write::<ByteArrayType>(column),
        }
    }
}

/// The file under way.
pub struct Configs<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<Column>,
    data: Vec<Data>,
    /// Upper ends and jobs of buckets.
    buckets: Option<(Values<f64>, Values<i64>)>,
    rows: usize,
}

impl<W: Write + Send> std::fmt::Debug for Configs<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Configs").field("rows", &self.rows).finish_non_exhaustive()
    }
}

fn field(column: &Column) -> Written<TypePtr> {
    let (physical, logical) = match column.kind {
        Kind::Count => (Physical::INT64, None),
        Kind::Number => (Physical::DOUBLE, None),
        Kind::Word => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let built = Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    Ok(Arc::new(built.build()?))
}

/// A list that is always there, as every reader knows it.
fn list(name: &str, physical: Physical) -> Written<TypePtr> {
    let element =
        Type::primitive_type_builder("element", physical).with_repetition(Repetition::REQUIRED).build()?;
    let repeated = Type::group_type_builder("list")
        .with_repetition(Repetition::REPEATED)
        .with_fields(vec![Arc::new(element)])
        .build()?;
    let list = Type::group_type_builder(name)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::List))
        .with_converted_type(ConvertedType::LIST)
        .with_fields(vec![Arc::new(repeated)])
        .build()?;
    Ok(Arc::new(list))
}

impl<W: Write + Send> Configs<W> {
    /// Begins a file. `histograms`: rows come with one.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(w: W, columns: Vec<Column>, histograms: bool) -> Result<Self, RowError> {
        let mut fields = columns.iter().map(field).collect::<Written<Vec<_>>>()?;
        if histograms {
            fields.push(list(BUCKET_END, Physical::DOUBLE)?);
            fields.push(list(BUCKET_JOBS, Physical::INT64)?);
        }
        let schema = Type::group_type_builder("configs").with_fields(fields).build()?;
        let properties = WriterProperties::builder()
            .set_created_by(concat!("nodetide version ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .build();
        let file = SerializedFileWriter::new(w, Arc::new(schema), Arc::new(properties))?;
        let data = columns.iter().map(|column| Data::of(column.kind)).collect();
        let buckets = histograms.then_some((Values::new(), Values::new()));
        Ok(Self { file, columns, data, buckets, rows: 0 })
    }

    /// Adds rows as the csv file has them, and their histograms, one a line: `END:JOBS` in seconds, with spaces.
    ///
    /// # Errors
    /// Those of the writer, or what is no such row.
    pub fn add(&mut self, csv: &[u8], histograms: &str) -> Result<(), RowError> {
        let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv);
        let mut record = csv::StringRecord::new();
        let mut lines = histograms.lines();
        while rows.read_record(&mut record).map_err(|e| RowError::Io(io_error(e)))? {
            self.row(&record, lines.next().unwrap_or_default())?;
        }
        Ok(())
    }

    /// Adds one row with its histogram.
    ///
    /// # Errors
    /// Those of the writer, or what is no such row.
    pub fn row(&mut self, record: &csv::StringRecord, histogram: &str) -> Result<(), RowError> {
        if record.len() != self.columns.len() {
            return Err(RowError::Length(record.len(), self.columns.len()));
        }
        let wrong = |column: &str, value: &str, message| RowError::Cell {
            column: column.to_owned(),
            value: value.chars().take(60).collect(),
            message,
        };
        for ((data, column), cell) in self.data.iter_mut().zip(&self.columns).zip(record) {
            data.put(cell).map_err(|message| wrong(&column.name, cell, message))?;
        }
        if let Some((ends, jobs)) = &mut self.buckets {
            let mut first = true;
            for word in histogram.split_ascii_whitespace() {
                let read =
                    word.split_once(':').and_then(|(end, n)| Some((end.parse().ok()?, n.parse().ok()?)));
                let (end, n) =
                    read.ok_or_else(|| wrong(BUCKET_END, word, "an end and a number of jobs are expected"))?;
                ends.element(Some(end), first);
                jobs.element(Some(n), first);
                first = false;
            }
            if first {
                ends.element(None, true);
                jobs.element(None, true);
            }
        }
        self.rows += 1;
        if self.rows == GROUP {
            self.group()?;
        }
        Ok(())
    }

    /// Writes what has come as a group. One call a column: pages then end at the same rows whatever the calls before.
    fn group(&mut self) -> Result<(), RowError> {
        let mut group = self.file.next_row_group()?;
        for data in &mut self.data {
            if let Some(mut column) = group.next_column()? {
                data.write(&mut column)?;
                column.close()?;
            }
        }
        if let Some((ends, jobs)) = &mut self.buckets {
            if let Some(mut column) = group.next_column()? {
                ends.write::<DoubleType>(&mut column)?;
                column.close()?;
            }
            if let Some(mut column) = group.next_column()? {
                jobs.write::<Int64Type>(&mut column)?;
                column.close()?;
            }
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }

    /// Ends the file, and gives back what it was written to.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> Result<W, RowError> {
        if self.rows > 0 {
            self.group()?;
        }
        Ok(self.file.into_inner()?)
    }
}

#[cfg(test)]
mod tests;
