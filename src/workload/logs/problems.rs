//! What is wrong with a log, as errors.

use super::reader::{MAX_EXPANSION, MAX_LINE_BYTES, MAX_LOG_BYTES, ReadError};
use super::{BrokenLine, LogReport};
use crate::scenario::schema::{Log, LogFormat};
use crate::workload::build::{Builder, MAX_JOBS};
use crate::workload::error::{ErrorKind, LogPlace, WorkloadError};
use std::path::Path;

/// `strict`: the first broken lines as errors, and how many more there are.
pub(super) fn refuse_broken(report: &LogReport, place: &str, builder: &mut Builder<'_>) {
    for broken in &report.first_broken {
        let help = match broken.help.as_str() {
            "" => "correct the line, or set `strict: false` to leave broken lines out",
            help => help,
        };
        let place = format!("{place}.{}", broken.setting);
        let value = format!("{:?}", broken.value);
        let error = WorkloadError::new(ErrorKind::LogLine, place, value, &broken.reason, help);
        builder.fail(error.at_line(place_of(report, broken)));
    }
    let more = report.broken - report.first_broken.len() as u64;
    if more > 0 {
        let rule = format!("{more} more of {} lines are broken", report.lines);
        let help = "correct them, or set `strict: false` to leave broken lines out";
        builder.fail(WorkloadError::new(ErrorKind::LogLine, place, "", rule, help).in_log(&report.path));
    }
}

fn place_of(report: &LogReport, broken: &BrokenLine) -> LogPlace {
    LogPlace {
        path: report.path.clone(),
        line: Some(broken.line),
        column: (!broken.column.is_empty()).then(|| broken.column.clone()),
        span: broken.span.clone(),
    }
}

/// A log without a job: most likely the mapping is wrong, so the error shows a line.
pub(super) fn no_job(report: &LogReport, log: &Log, place: &str, clusters: &[String]) -> WorkloadError {
    let mut found = vec![format!("{} lines", report.lines)];
    found.extend(report.left_out.iter().map(|(reason, n)| format!("{n} left out ({reason})")));
    found.push(format!("{} broken", report.broken));
    let found = found.join(", ");
    let rule = format!("there is no job in the log ({found})");
    let Some(broken) = report.first_broken.first() else {
        let help = match (&report.other_cluster, &log.format) {
            (Some(found), LogFormat::Csv { cluster: Some(column), .. }) => {
                let known: Vec<String> = clusters.iter().map(|name| format!("{name:?}")).collect();
                format!(
                    "the column {column:?} names {found:?}, and the scenario has {}: name the clusters as the log \
                     does, or leave `cluster` out of the format",
                    known.join(", ")
                )
            }
            _ => "check the path and the format".to_owned(),
        };
        return WorkloadError::new(ErrorKind::LogEmpty, place, "", rule, help).in_log(&report.path);
    };
    if matches!(log.format, LogFormat::Swf { .. }) && broken.column.is_empty() && broken.value.contains(',') {
        let help = "this looks like comma-separated values: use `format: Csv(submit: …, service: …)`";
        let place = format!("{place}.format");
        return WorkloadError::new(ErrorKind::LogEmpty, place, "", rule, help)
            .at_line(place_of(report, broken));
    }
    let mut help = format!("here {:?} is {}", broken.value, broken.reason);
    help += match broken.help.as_str() {
        "" => ": check the format",
        _ => "; ",
    };
    help += &broken.help;
    let place = format!("{place}.{}", broken.setting);
    WorkloadError::new(ErrorKind::LogEmpty, place, "", rule, help).at_line(place_of(report, broken))
}

/// Why a log cannot be read on, as an error.
pub(super) fn unreadable(error: ReadError, log: &Log, path: &Path, place: &str) -> WorkloadError {
    let new = |kind: ErrorKind, value: String, rule: String, help: &str| {
        WorkloadError::new(kind, format!("{place}.path"), value, rule, help)
    };
    let at = |error: WorkloadError, line: Option<u64>| {
        error.at_line(LogPlace { path: log.path.clone(), line, ..LogPlace::default() })
    };
    let limit = |line, rule, help| at(new(ErrorKind::LogLimit, String::new(), rule, help), line);
    match error {
        ReadError::Io(error) => new(
            ErrorKind::LogUnreadable,
            path.display().to_string(),
            error.to_string(),
            "correct the path, which is relative to the folder of the scenario file",
        ),
        ReadError::Gzip(error) => at(
            new(
                ErrorKind::LogUnreadable,
                String::new(),
                format!("its gzip data are damaged or cut off: {error}"),
                "copy or download it again",
            ),
            None,
        ),
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
        ReadError::Bomb => limit(
            None,
            format!("it decompresses to more than {MAX_EXPANSION} times its size, as no job log does"),
            "look into it with `zcat`: it holds the same few bytes over and over",
        ),
        ReadError::TooManyJobs { line } => limit(
            Some(line),
            format!("a run has at most {MAX_JOBS} jobs, all sources together"),
            "cut the log to the time you need",
        ),
        ReadError::NotText { start } => at(
            new(
                ErrorKind::LogSettings,
                format!("{start:?}"),
                "it is no text file".to_owned(),
                "a log is UTF-8 text, or gzipped text",
            ),
            None,
        ),
        ReadError::LoneCr => at(
            new(
                ErrorKind::LogSettings,
                String::new(),
                "its lines end with a carriage return alone, as on computers long ago".to_owned(),
                "save it with line feeds: `tr '\\r' '\\n' < old > new`",
            ),
            None,
        ),
        ReadError::Utf16 => at(
            new(ErrorKind::LogSettings, String::new(), "it is UTF-16 text".to_owned(), "save it as UTF-8"),
            None,
        ),
    }
}
