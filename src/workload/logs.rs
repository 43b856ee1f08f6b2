//! Logs of jobs that really ran.
//!
//! A log is read once, line by line, whatever its size; every size has a named limit. A line is a *job*, *left
//! out* (well-formed, but not a job of this scenario) or *broken* (it cannot be understood). Numbers are read
//! exactly, to the nanosecond, and then rounded half up to ticks. The first submission of a job of the log is
//! tick 0.

mod csv;
mod fields;
mod number;
mod reader;
mod report;
mod swf;

pub use reader::{MAX_LINE_BYTES, MAX_LOG_BYTES, MAX_QUOTED_LINES};
pub use report::{BrokenLine, LISTED_BROKEN, LeftOut, LogReport, VALUE_CHARS};

use super::build::{Builder, MAX_JOBS, Note};
use super::error::{ErrorKind, WorkloadError};
use super::sample::CountSampler;
use super::{Job, Source, transforms};
use crate::scenario::schema::{Count, Log, LogFormat};
use crate::units::NEVER;
use csv::Csv;
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

/// Adds the jobs of all logs.
pub(crate) fn add(logs: &[Log], builder: &mut Builder<'_>) {
    for (i, log) in logs.iter().enumerate() {
        let place = format!("workload.logs[{i}]");
        if let Some(common) = common(i, log, &place, builder)
            && let Some((rows, report)) = read(log, &place, builder)
        {
            place_jobs(i, log, rows, report, &common, builder);
        }
    }
}

/// What all jobs of a log share, and the log's window [ticks after its first submission].
struct Common {
    job: Job,
    window: Range<u64>,
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
    Some(Common { job, window: window? })
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
        Err(ReadError::Io(error)) => builder.fail(
            WorkloadError::invalid(
                format!("{place}.path"),
                path.display(),
                format!("it cannot be read: {error}"),
                "paths are relative to the scenario file",
            )
            .of_kind(ErrorKind::Io),
        ),
        Err(error) => builder.fail(unreadable(error, log, place)),
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
        LogFormat::Csv { .. } => Csv::new(&log.format, &mut lines, clusters, resolution, &format_place)?
            .map(|csv| Format::Csv(Box::new(csv)))
            .map_err(|errors| errors.into_iter().map(|e| e.in_log(&log.path, None, None)).collect()),
    };
    let mut format = match format {
        Ok(format) => format,
        Err(errors) => return Ok(Err(errors)),
    };
    let room = builder.room();
    let mut report = LogReport { path: log.path.clone(), ..LogReport::default() };
    let mut rows: Vec<Row> = Vec::new();
    while lines.next()? {
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
            Line::LeftOut(reason) => *report.left_out.entry(reason).or_default() += 1,
            Line::Broken { column, value, fault } => {
                report.broken += 1;
                if report.first_broken.len() < LISTED_BROKEN {
                    let column = match (&format, column) {
                        (_, None) => String::new(),
                        (Format::Swf(_), Some(field)) => Swf::field_name(field),
                        (Format::Csv(csv), Some(column)) => csv.column_name(column),
                    };
                    let (value, reason) = (shown(value), fault.to_string());
                    report.first_broken.push(BrokenLine { line: lines.line(), column, value, reason });
                }
            }
        }
    }
    (report.sha256, report.bytes) = lines.finish()?;
    Ok(Ok((rows, report)))
}

/// Makes the jobs of what was read, and its report.
fn place_jobs(
    i: usize,
    log: &Log,
    rows: Vec<Row>,
    mut report: LogReport,
    common: &Common,
    builder: &mut Builder<'_>,
) {
    let place = format!("workload.logs[{i}]");
    if log.strict && report.broken > 0 {
        refuse_broken(&report, &place, builder);
        return;
    }
    let Some(origin_ns) = rows.iter().map(|row| row.submit_ns).min() else {
        builder.fail(no_job(&report, &place));
        return;
    };
    report.origin_ns = origin_ns;
    let name = |id: u32| (id != NONE).then_some(id);
    builder.drafts.reserve(rows.len());
    builder.ordinals.reserve(rows.len());
    for row in rows {
        let after_ns = row.submit_ns.abs_diff(origin_ns);
        let submit = number::instant_ticks(after_ns, builder.ctx.resolution);
        if !common.window.contains(&submit) {
            *report.left_out.entry(LeftOut::OutsideWindow).or_default() += 1;
            continue;
        }
        builder.ordinals.push(u64::from(row.line));
        builder.drafts.push(Job {
            submit: submit - common.window.start,
            service: u64::from(row.service),
            nodes: u64::from(row.nodes),
            cluster: name(row.cluster).unwrap_or(common.job.cluster),
            declared: (row.declared != NEVER).then_some(u64::from(row.declared)),
            priority: row.priority,
            communicates: common.job.communicates && row.nodes > 1,
            environment: name(row.environment).or(common.job.environment),
            user: name(row.user),
            team: name(row.team).or(common.job.team),
            experiment: name(row.experiment),
            source: Source::Log(i as u32, row.line),
            ..common.job.clone()
        });
        report.jobs += 1;
    }
    let path = || report.path.clone();
    if report.broken > 0 {
        builder.notes.push(Note::BrokenLines { path: path(), broken: report.broken, of: report.lines });
    }
    if report.requested_size > 0 {
        builder.notes.push(Note::RequestedSize { path: path(), jobs: report.requested_size });
    }
    if report.jobs == 0 {
        builder.notes.push(Note::EmptyWindow { path: path() });
    }
    builder.reports.push(report);
}

/// `strict`: the first broken lines as errors, and how many more there are.
fn refuse_broken(report: &LogReport, place: &str, builder: &mut Builder<'_>) {
    for broken in &report.first_broken {
        let help = "correct the line, or set `strict: false` to leave broken lines out";
        let column = (!broken.column.is_empty()).then(|| broken.column.clone());
        builder.fail(
            WorkloadError::invalid(place, format!("{:?}", broken.value), &broken.reason, help).in_log(
                &report.path,
                Some(broken.line),
                column,
            ),
        );
    }
    let more = report.broken - report.first_broken.len() as u64;
    if more > 0 {
        let rule = format!("{more} more of {} lines are broken", report.lines);
        builder.fail(WorkloadError::invalid(place, "", rule, "").in_log(&report.path, None, None));
    }
}

/// A log without a job: most likely the mapping is wrong, so the error shows a line.
fn no_job(report: &LogReport, place: &str) -> WorkloadError {
    let mut found = vec![format!("{} lines", report.lines)];
    found.extend(report.left_out.iter().map(|(reason, n)| format!("{n} left out ({reason})")));
    found.push(format!("{} broken", report.broken));
    let example = report.first_broken.first();
    let help = match example {
        Some(BrokenLine { value, reason, .. }) => format!("here {value:?} is {reason}: check the format"),
        None => "check the path and the format".to_owned(),
    };
    let (line, column) = match example {
        Some(broken) => (Some(broken.line), Some(broken.column.clone()).filter(|c| !c.is_empty())),
        None => (None, None),
    };
    WorkloadError::invalid(place, found.join(", "), "there is no job in the log", help).in_log(
        &report.path,
        line,
        column,
    )
}

/// Why a log cannot be read on, as an error.
fn unreadable(error: ReadError, log: &Log, place: &str) -> WorkloadError {
    let invalid = |value: String, rule: String, help: &str| {
        WorkloadError::invalid(format!("{place}.path"), value, rule, help).in_log(&log.path, None, None)
    };
    let limit = |line: Option<u64>, rule: String, help: &str| {
        WorkloadError::invalid(format!("{place}.path"), "", rule, help)
            .of_kind(ErrorKind::Limit)
            .in_log(&log.path, line, None)
    };
    match error {
        ReadError::Io(error) => invalid(String::new(), error.to_string(), "").of_kind(ErrorKind::Io),
        ReadError::Gzip(error) => invalid(
            String::new(),
            format!("its gzip data are damaged or cut off: {error}"),
            "copy or download it again",
        )
        .of_kind(ErrorKind::Io),
        ReadError::LineTooLong { line } => limit(
            Some(line),
            format!("a line is at most {MAX_LINE_BYTES} bytes (1 MiB) long"),
            "is it a text file with line breaks?",
        ),
        ReadError::LogTooLong => limit(
            None,
            format!("a log is at most {MAX_LOG_BYTES} bytes (4 GiB) long, decompressed"),
            "cut it to the time you need",
        ),
        ReadError::TooManyJobs { line } => limit(
            Some(line),
            format!("a run has at most {MAX_JOBS} jobs, all sources together"),
            "cut the log to the time you need",
        ),
        ReadError::NotText { start } => invalid(
            format!("{start:?}"),
            "it is no text file".to_owned(),
            "a log is UTF-8 text, or gzipped text",
        ),
        ReadError::Utf16 => invalid(String::new(), "it is UTF-16 text".to_owned(), "save it as UTF-8"),
    }
}

/// `Constant` nodes of a mapping, checked.
fn constant_nodes(nodes: u64, place: &str) -> Result<u64, WorkloadError> {
    CountSampler::new(&Count::Constant(nodes)).map(|_| nodes).map_err(|error| error.at(place))
}

/// The second argument of `CeilDiv`, checked.
fn divisor(by: u64, place: &str) -> Result<u64, WorkloadError> {
    CountSampler::new(&Count::Constant(by)).map(|_| by).map_err(|error| error.at(place))
}

#[cfg(test)]
mod tests;
