//! Logs of jobs that really ran.
//!
//! A log is read once, line by line, whatever its size; every size has a named limit. A line is a *job*, *left
//! out* (well-formed, but not a job of this scenario) or *broken* (it cannot be understood). Numbers are read
//! exactly, to the nanosecond, and then rounded half up to ticks. What its submit times mean on the run's ticks is
//! decided when all logs are read (`place`), because dates of several logs share one beginning.

mod csv;
mod dates;
mod fields;
mod number;
mod place;
mod problems;
mod reader;
mod report;
mod swf;

pub use reader::{MAX_LINE_BYTES, MAX_LOG_BYTES, MAX_QUOTED_LINES};
pub use report::{BrokenLine, LISTED_BROKEN, LeftOut, LogFigures, LogReport, VALUE_CHARS};

pub(crate) use place::{add, date_zero};

use super::build::Builder;
use super::error::{ErrorKind, WorkloadError};
use super::sample::CountSampler;
use super::{Job, Source, transforms};
use crate::scenario::schema::{Count, Log, LogFormat};
use crate::units::NEVER;
use csv::Csv;
use fields::Fields;
use reader::{Lines, ReadError};
use report::{Fault, shown};
use std::ops::Range;
use swf::Swf;

/// No name, no cluster of its own.
const NONE: u32 = u32::MAX;

/// A job as read, small because a log may have millions.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// Submit time [ns].
    submit_ns: i64,
    /// Running time [ticks].
    service: u32,
    nodes: u32,
    line: u32,
    /// Declared running time [ticks], or `NEVER`.
    declared: u32,
    /// Index of the cluster, or `NONE` for the log's.
    cluster: u32,
    priority: u32,
    user: u32,
    team: u32,
    experiment: u32,
    environment: u32,
    requested_size: bool,
}

impl Row {
    const EMPTY: Self = Self {
        submit_ns: 0,
        service: 0,
        nodes: 1,
        line: 0,
        declared: NEVER,
        cluster: NONE,
        priority: 0,
        user: NONE,
        team: NONE,
        experiment: NONE,
        environment: NONE,
        requested_size: false,
    };
}

/// What a line is.
enum Line<'a> {
    Job(Row),
    LeftOut(LeftOut),
    Broken { column: Option<usize>, value: &'a [u8], fault: Fault },
}

enum Format<'a> {
    Swf(Swf),
    Csv(Box<Csv<'a>>),
}

/// The jobs of a log and what reading it found.
type Found = (Vec<Row>, LogReport);

/// A log that was read, not yet on the ticks of the run.
pub(crate) struct ReadLog {
    index: usize,
    rows: Vec<Row>,
    report: LogReport,
    common: Common,
    /// Its submit times are dates.
    dated: bool,
}

/// Reads all logs; what is wrong with them is noted.
pub(crate) fn read_all(logs: &[Log], builder: &mut Builder<'_>) -> Vec<ReadLog> {
    let mut all = Vec::with_capacity(logs.len());
    for (index, log) in logs.iter().enumerate() {
        let place = format!("workload.logs[{index}]");
        if let Some(common) = common(index, log, &place, builder)
            && let Some((rows, report)) = read(log, &place, builder)
        {
            if log.strict && report.broken > 0 {
                problems::refuse_broken(&report, &place, builder);
            } else if rows.is_empty() {
                builder.fail(problems::no_job(&report, log, &place, builder.ctx.clusters));
            } else {
                builder.pending += rows.len() as u64;
                all.push(ReadLog { index, rows, report, common, dated: log.has_dates() });
            }
        }
    }
    all
}

/// What all jobs of a log share, and the log's window [ticks].
struct Common {
    job: Job,
    window: Range<u64>,
    /// The scenario gives one.
    windowed: bool,
}

/// Checks what the log's entry says beside its format. `None` where something is wrong, and noted.
fn common(i: usize, log: &Log, place: &str, builder: &mut Builder<'_>) -> Option<Common> {
    let cluster = builder.cluster(&format!("{place}.cluster"), log.cluster.as_deref());
    let timeout = builder.optional_positive(&format!("{place}.timeout"), log.timeout);
    let checkpoint = builder.optional_positive(&format!("{place}.checkpoint"), log.checkpoint);
    let window = match log.window {
        Some(window) => transforms::window(&format!("{place}.window"), window, builder),
        None => Some(0..u64::MAX),
    };
    let job = Job {
        submit: 0,
        service: 0,
        nodes: 1,
        cluster: cluster?,
        cancel: None,
        timeout: timeout?,
        checkpoint: checkpoint?,
        declared: None,
        priority: 0,
        communicates: log.communicates.unwrap_or(true),
        identity: builder.name(log.identity.as_deref()),
        environment: builder.name(log.environment.as_deref()),
        user: None,
        team: builder.name(log.team.as_deref()),
        experiment: None,
        source: Source::Log(i as u32, 0),
    };
    Some(Common { job, window: window?, windowed: log.window.is_some() })
}

/// Reads a log. `None` where that fails, and why is noted.
fn read(log: &Log, place: &str, builder: &mut Builder<'_>) -> Option<Found> {
    let path = builder.ctx.base_dir.join(&log.path);
    let named_gz = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    let result = (builder.ctx.open)(&path)
        .map_err(ReadError::Io)
        .and_then(|file| Lines::new(file, named_gz))
        .and_then(|lines| rows(log, lines, place, builder));
    match result {
        Ok(Ok(read)) => return Some(read),
        Ok(Err(errors)) => builder.errors.extend(errors),
        Err(error) => builder.fail(problems::unreadable(error, log, &path, place)),
    }
    None
}

/// The jobs and the report of a log; or what is wrong with its mapping.
fn rows(
    log: &Log,
    mut lines: Lines,
    place: &str,
    builder: &mut Builder<'_>,
) -> Result<Result<Found, Vec<WorkloadError>>, ReadError> {
    let (clusters, resolution) = (builder.ctx.clusters, builder.ctx.resolution);
    let format_place = format!("{place}.format");
    let format = match &log.format {
        LogFormat::Swf { nodes, include, team } => {
            Swf::new(nodes, *include, *team, resolution, &format_place).map(Format::Swf).map_err(|e| vec![e])
        }
        LogFormat::Csv { .. } => {
            let surroundings = csv::Surroundings { clusters, resolution, zone: builder.ctx.zone };
            Csv::new(&log.format, &mut lines, surroundings, &format_place)?
                .map(|csv| Format::Csv(Box::new(csv)))
                .map_err(|errors| errors.into_iter().map(|e| e.in_log(&log.path)).collect())
        }
    };
    let mut format = match format {
        Ok(format) => format,
        Err(errors) => return Ok(Err(errors)),
    };
    let room = builder.room();
    let mut report = LogReport { path: log.path.clone(), ..LogReport::default() };
    let mut rows: Vec<Row> = Vec::new();
    loop {
        lines.skip_empty()?;
        if !lines.next()? {
            break;
        }
        let text = lines.bytes().trim_ascii();
        if text.is_empty() || (text.starts_with(b";") && matches!(format, Format::Swf(_))) {
            continue;
        }
        let split = match &mut format {
            Format::Swf(_) => Ok(()),
            Format::Csv(csv) => csv.read(&mut lines)?,
        };
        let text = lines.bytes();
        let line = match &format {
            Format::Swf(swf) => swf.line(text, &mut builder.names),
            Format::Csv(csv) => csv.line(split, text, &mut builder.names),
        };
        report.lines += 1;
        match line {
            Line::Job(row) => {
                if rows.len() as u64 == room {
                    return Err(ReadError::TooManyJobs { line: lines.line() });
                }
                report.unsorted += u64::from(rows.last().is_some_and(|last| row.submit_ns < last.submit_ns));
                report.requested_size += u64::from(row.requested_size);
                rows.push(Row { line: u32::try_from(lines.line()).unwrap_or(u32::MAX), ..row });
            }
            Line::LeftOut(reason) => {
                *report.left_out.entry(reason).or_default() += 1;
                if let (LeftOut::OtherCluster, None, Format::Csv(csv)) =
                    (reason, &report.other_cluster, &format)
                {
                    report.other_cluster = csv.cluster_name();
                }
            }
            Line::Broken { column, value, fault } => {
                report.broken += 1;
                if report.first_broken.len() < LISTED_BROKEN {
                    let broken = broken_line(&format, column, value, text, fault);
                    report.first_broken.push(BrokenLine { line: lines.line(), ..broken });
                }
            }
        }
    }
    (report.sha256, report.bytes) = lines.finish()?;
    Ok(Ok((rows, report)))
}

/// What a report and an error say about a broken line; `text` is all of it.
fn broken_line(
    format: &Format<'_>,
    column: Option<usize>,
    value: &[u8],
    text: &[u8],
    fault: Fault,
) -> BrokenLine {
    let mut broken = BrokenLine {
        value: shown(value),
        reason: fault.to_string(),
        setting: "format".to_owned(),
        ..BrokenLine::default()
    };
    let Some(column) = column else { return broken };
    let span = match format {
        Format::Swf(_) => {
            broken.column = Swf::field_name(column);
            Swf::span(text, column)
        }
        Format::Csv(csv) => {
            broken.column = csv.column_name(column);
            csv.explain(column, fault, value, &mut broken);
            Fields::span(text, csv.delimiter(), column)
        }
    };
    // A record of several lines is shown by its first.
    if !text[..span.end].contains(&b'\n') {
        broken.span = span;
    }
    broken
}

/// `Constant` nodes of a mapping, checked.
fn constant_nodes(nodes: u64, place: &str) -> Result<u64, WorkloadError> {
    let checked = CountSampler::new(&Count::Constant(nodes));
    checked.map(|_| nodes).map_err(|error| error.of_kind(ErrorKind::LogSettings).at(place))
}

/// The second argument of `CeilDiv`, checked.
fn divisor(by: u64, place: &str) -> Result<u64, WorkloadError> {
    constant_nodes(by, place)
}

#[cfg(test)]
mod tests;
