//! The data of pictures from a directory of results: with every size bounded, and with what was cut off noticed.

mod bounded;
mod surface;

pub use surface::read_answer;

use super::data::{Data, DataError, JobRow, TimelineRow};
use super::facts::SummaryError;
use crate::engine::output::{Outcome, State};
use crate::report::facts::Within;
use crate::report::units::{count, short};
use bounded::Bounded;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Why results cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There is no `summary.json`.
    #[error("{} is no directory of results: it has no {missing}", .path.display())]
    NoResults {
        /// The directory.
        path: PathBuf,
        /// What is missing.
        missing: &'static str,
    },
    /// What the file system says.
    #[error("cannot read {}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
    /// `summary.json` is not as it should be.
    #[error("{}: {source}", .path.display())]
    Summary {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: SummaryError,
    },
    /// A column is missing.
    #[error("{}: there is no column `{column}`", .path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
    },
    /// A value is not as it should be.
    #[error("{}, line {line}: {column} is {value:?}; {message}", .path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Name of the column.
        column: String,
        /// What is in it.
        value: String,
        /// What it should be.
        message: String,
    },
    /// A file is larger than such a file can be.
    #[error("{}: {message}", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What is too large.
        message: &'static str,
    },
    /// A part of a file is missing: it does not add up to what `summary.json` says.
    #[error("{}: {message}", .path.display())]
    Incomplete {
        /// The file.
        path: PathBuf,
        /// What is missing.
        message: String,
    },
    /// A line is not one of such a file.
    #[error("{}, line {line}: {message}", .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
}

/// Reads what pictures need of a directory of results.
///
/// # Errors
/// What is missing or damaged, with its place.
pub fn read(dir: &Path) -> Result<Data, ReadError> {
    let path = dir.join("summary.json");
    let text = text(dir, &path, "summary.json")?;
    let mut data = Data::new(&text).map_err(|source| ReadError::Summary { path, source })?;
    jobs(dir, &mut data)?;
    timeline(dir, &mut data)?;
    let data = data.finish();
    whole(dir, &data)?;
    Ok(data)
}

/// Largest `summary.json` or `answer.json` [bytes]: that of a run with a million jobs that wait without end has a third of it.
const SUMMARY_MAX: u64 = 1 << 29;

/// The text of a file that is read as a whole.
fn text(dir: &Path, path: &Path, name: &'static str) -> Result<String, ReadError> {
    let io = |source| ReadError::Io { path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Err(ReadError::NoResults { path: dir.to_owned(), missing: name });
        }
        Err(source) => return Err(io(source)),
    };
    let mut bytes = Vec::new();
    // Its first character is a bracket; what never ends is mostly of something else.
    (&file).take(4).read_to_end(&mut bytes).map_err(io)?;
    if bytes.contains(&0) && !bytes.starts_with(&[0xff, 0xfe]) && !bytes.starts_with(&[0xfe, 0xff]) {
        return Err(not_text(path, 1, "it is no text"));
    }
    file.take(SUMMARY_MAX).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 >= SUMMARY_MAX {
        let message = "it is larger than 512 MiB, and the program writes no such file";
        return Err(ReadError::TooLarge { path: path.to_owned(), message });
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(e) => {
            let line =
                1 + e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
            let message = match e.as_bytes() {
                [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is in UTF-16, and results are in UTF-8",
                _ => "it is no text (UTF-8)",
            };
            Err(not_text(path, line as u64, message))
        }
    }
}

fn not_text(path: &Path, line: u64, message: &str) -> ReadError {
    ReadError::Line { path: path.to_owned(), line, message: message.to_owned() }
}

/// Files that were shortened still look whole; their sums do not.
fn whole(dir: &Path, data: &Data) -> Result<(), ReadError> {
    let total = &data.summary.total;
    let (there, counted) = (data.jobs.runs.len() as u64, total.sum("jobs") as u64);
    if there != counted {
        let message =
            format!("it has {}, and summary.json counts {}", count(there, "job"), count(counted, "job"));
        return Err(ReadError::Incomplete { path: dir.join("jobs.csv"), message });
    }
    for state in State::ALL.iter().copied() {
        let said = total.sum(&format!("{}_node_h", state.as_str()));
        let there = data.series.iter().map(|s| s.node_s[state as usize]).sum::<f64>() / 3600.0;
        if (there - said).abs() > 1e-6 * said.max(1.0) {
            let message = format!(
                "it adds up to {} node-hours of nodes that are {}, and summary.json to {}",
                short(there),
                state.as_str(),
                short(said)
            );
            return Err(ReadError::Incomplete { path: dir.join("timeline.csv"), message });
        }
    }
    Ok(())
}

/// A csv file with the places of the columns that are needed.
struct Table {
    path: PathBuf,
    csv: csv::Reader<Bounded<File>>,
    /// Column of the file and name, in the order asked for.
    columns: Vec<(usize, String)>,
}

/// A row of it.
struct Cells<'a> {
    table: &'a Table,
    record: &'a csv::StringRecord,
}

impl Table {
    fn open(dir: &Path, name: &'static str, columns: &[String]) -> Result<Self, ReadError> {
        let path = dir.join(name);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Err(ReadError::NoResults { path: dir.to_owned(), missing: name });
            }
            Err(source) => return Err(ReadError::Io { path, source }),
        };
        let mut csv = csv::ReaderBuilder::new().buffer_capacity(1 << 17).from_reader(Bounded::new(file));
        let header = csv.headers().map_err(|e| csv_error(&path, e))?.clone();
        let place = |name: &String| {
            let at = header.iter().position(|h| h == name);
            let at = at.ok_or_else(|| ReadError::Column { path: path.clone(), column: name.clone() })?;
            Ok((at, name.clone()))
        };
        let columns = columns.iter().map(place).collect::<Result<_, _>>()?;
        Ok(Self { path, csv, columns })
    }

    /// Reads the next row; false after the last.
    fn next(&mut self, record: &mut csv::StringRecord) -> Result<bool, ReadError> {
        self.csv.read_record(record).map_err(|e| csv_error(&self.path, e))
    }
}

impl Cells<'_> {
    fn text(&self, column: usize) -> &str {
        self.record.get(self.table.columns[column].0).unwrap_or("")
    }

    fn bad(&self, column: usize, message: &str) -> ReadError {
        ReadError::Value {
            path: self.table.path.clone(),
            line: self.line(),
            column: self.table.columns[column].1.clone(),
            value: self.text(column).chars().take(60).collect(),
            message: message.to_owned(),
        }
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    fn whole(&self, column: usize) -> Result<u32, ReadError> {
        self.text(column).parse().map_err(|_| self.bad(column, "a whole number is expected"))
    }

    fn seconds(&self, column: usize) -> Result<f64, ReadError> {
        let value = self.text(column).parse::<f64>().ok();
        let value = value.filter(|v| (0.0..1e12).contains(v));
        value.ok_or_else(|| self.bad(column, "a number of seconds is expected"))
    }

    fn seconds_or_empty(&self, column: usize) -> Result<Option<f64>, ReadError> {
        if self.text(column).is_empty() { Ok(None) } else { self.seconds(column).map(Some) }
    }
}

fn csv_error(path: &Path, error: csv::Error) -> ReadError {
    let line = error.position().map_or(0, csv::Position::line);
    let path = path.to_owned();
    match error.into_kind() {
        csv::ErrorKind::Io(source) if bounded::is_too_long(&source) => {
            ReadError::TooLarge { path, message: bounded::TOO_LONG }
        }
        csv::ErrorKind::Io(source) => ReadError::Io { path, source },
        csv::ErrorKind::Utf8 { .. } => {
            ReadError::Line { path, line, message: "it is no text (UTF-8)".to_owned() }
        }
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let message = format!("it has {len} values, and the header has {expected_len}");
            ReadError::Line { path, line, message }
        }
        other => ReadError::Line { path, line, message: format!("{other:?}") },
    }
}

/// Clusters by name: rows name theirs, and there may be a million.
fn names(data: &Data) -> HashMap<String, usize> {
    data.summary.clusters.iter().enumerate().map(|(i, c)| (c.name.clone(), i)).collect()
}

fn jobs(dir: &Path, data: &mut Data) -> Result<(), ReadError> {
    let columns = ["cluster", "nodes", "running_s", "wait_s", "outcome"].map(str::to_owned);
    let mut table = Table::open(dir, "jobs.csv", &columns)?;
    let names = names(data);
    let mut record = csv::StringRecord::new();
    let counted = data.summary.total.sum("jobs") as usize;
    while table.next(&mut record)? {
        let cells = Cells { table: &table, record: &record };
        if data.jobs.runs.len() >= counted {
            // Before they fill the memory.
            let message =
                format!("summary.json counts {}, and here is one more", count(counted as u64, "job"));
            return Err(ReadError::Line { path: table.path.clone(), line: cells.line(), message });
        }
        let cluster = names.get(cells.text(0)).copied();
        let cluster = cluster.ok_or_else(|| cells.bad(0, "summary.json has no such cluster"))?;
        let wait_s = cells.seconds_or_empty(3)?;
        let outcome = Outcome::ALL.iter().copied().find(|o| o.as_str() == cells.text(4));
        let outcome = outcome.ok_or_else(|| cells.bad(4, "there is no such outcome"))?;
        data.job(JobRow {
            cluster,
            nodes: cells.whole(1)?,
            running_s: cells.seconds(2)?,
            judged: wait_s.is_some() || Within::judges_unstarted(outcome),
            wait_s,
        });
    }
    Ok(())
}

fn timeline(dir: &Path, data: &mut Data) -> Result<(), ReadError> {
    let states = State::ALL.iter().map(|s| format!("{}_nodes", s.as_str()));
    let fixed = ["t_s", "cluster", "queued_jobs", "limit_nodes"].map(str::to_owned);
    let columns: Vec<String> = fixed.into_iter().chain(states).collect();
    let mut table = Table::open(dir, "timeline.csv", &columns)?;
    let names = names(data);
    let mut record = csv::StringRecord::new();
    while table.next(&mut record)? {
        let cells = Cells { table: &table, record: &record };
        let cluster = names.get(cells.text(1)).copied();
        let cluster = cluster.ok_or_else(|| cells.bad(1, "summary.json has no such cluster"))?;
        let mut row = TimelineRow {
            t_s: cells.seconds(0)?,
            queued_jobs: cells.whole(2)?,
            limit: cells.whole(3)?,
            ..TimelineRow::default()
        };
        for (i, nodes) in row.nodes.iter_mut().enumerate() {
            *nodes = cells.whole(4 + i)?;
            // The engine's own bound; their sum must not overflow.
            if *nodes > 1 << 28 {
                return Err(cells.bad(4 + i, "that many nodes are not simulated"));
            }
        }
        data.timeline(cluster, row).map_err(|e| match e {
            DataError::Back | DataError::After => cells.bad(0, &e.to_string()),
        })?;
    }
    Ok(())
}
