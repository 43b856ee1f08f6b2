//! A workload's mistakes as diagnostics.

use crate::diagnostic::{Code, Diagnostic, Source};
use crate::scenario::locate::Tree;
use crate::scenario::path::Path;
use crate::workload::{self, ErrorKind, SampleError, WorkloadError};
use std::io::{BufRead, BufReader, Read};
use std::path::Path as FilePath;
use std::sync::Arc;

/// The mistakes of a workload, each at its place.
pub(super) fn diagnostics(
    errors: &[WorkloadError],
    tree: &Tree<'_>,
    source: &Arc<Source>,
    base_dir: &FilePath,
) -> Vec<Diagnostic> {
    let codes: Vec<Code> = errors.iter().map(code).collect();
    // A class without an end has too many jobs for that reason.
    let follows = |i: usize| {
        codes[i] == Code::OverLimit
            && errors[i].place.starts_with("workload.classes")
            && codes.contains(&Code::EndlessClass)
    };
    let say = |i: usize| {
        let shown = (i < LOG_LINES_SHOWN).then(|| log_line(&errors[i], base_dir, source)).flatten();
        shown.unwrap_or_else(|| diagnostic(&errors[i], tree, source))
    };
    (0..errors.len()).filter(|i| !follows(*i)).map(say).collect()
}

/// Most broken lines of logs that are shown; each is looked up in its file.
const LOG_LINES_SHOWN: usize = 20;

/// A mistake on a line of a log, shown there. `None`: the line cannot be found again.
fn log_line(error: &WorkloadError, base_dir: &FilePath, scenario: &Arc<Source>) -> Option<Diagnostic> {
    let log = error.log.as_ref()?;
    let number = usize::try_from(log.line?).ok()?;
    let file = workload::open_file(&base_dir.join(&log.path)).ok()?;
    let file: Box<dyn Read> =
        if log.path.ends_with(".gz") { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { file };
    let line = nth_line(&mut BufReader::new(file), number)?;
    let line = String::from_utf8_lossy(&line).trim_end().to_owned();
    let value =
        error.value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(&error.value);
    let span = match line.match_indices(value).next() {
        Some((start, value)) if !value.is_empty() => start..start + value.len(),
        _ => 0..line.len(),
    };
    let source = Arc::new(Source::excerpt(log.path.as_str(), line, number));
    let column = log.column.as_ref().map_or(String::new(), |column| format!("{column}: "));
    let diagnostic = Diagnostic::new(code(error), format!("{column}{}", error.rule)).at(&source, span, "");
    Some(diagnostic.help(error.help.as_str()).note(format!(
        "the log is `{}` of {}",
        error.place,
        scenario.name()
    )))
}

/// Longest line that is shown [bytes]; one that was refused for its length is not read again.
const SHOWN_LINE_BYTES: u64 = 4096;

/// Line `number` (the first is 1) of a log. `None`: too long to show, or not there; memory stays bounded
/// whatever the file holds.
fn nth_line(file: &mut impl BufRead, number: usize) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    for _ in 0..number {
        line.clear();
        let read = file.take(SHOWN_LINE_BYTES).read_until(b'\n', &mut line).ok()?;
        if read == 0 || (read as u64 == SHOWN_LINE_BYTES && line.last() != Some(&b'\n')) {
            return None;
        }
    }
    Some(line)
}

/// A mistake of the workload at its place in the scenario.
pub(super) fn diagnostic(error: &WorkloadError, tree: &Tree<'_>, source: &Arc<Source>) -> Diagnostic {
    let path = Path::parse(&error.place);
    let name = path.last_field().unwrap_or("workload");
    let located = tree.find(&path);
    let label = if located.found { String::new() } else { format!("`{name}` is not set here") };
    let code = code(error);
    // Some rules say what holds, others what is the case.
    let fact = matches!(code, Code::BetweenTicks | Code::TimeTooLong | Code::BadDate | Code::UnknownTimeZone);
    let message = match (&error.log, error.value.as_str()) {
        (Some(log), "") => format!("{log}: {}", error.rule),
        (Some(log), value) => format!("{log}: {value}: {}", error.rule),
        (None, "") => format!("`{name}` is missing: {}", error.rule),
        (None, value) if fact => format!("`{name}` is {value}: {}", error.rule),
        (None, value) => format!("`{name}` cannot be {value}; the rule: {}", error.rule),
    };
    let diagnostic = Diagnostic::new(code, message).at(source, located.span, label);
    if error.help.is_empty() { diagnostic } else { diagnostic.help(error.help.clone()) }
}

/// A distribution's mistake below a path.
pub(super) fn sample(error: SampleError, path: &Path) -> WorkloadError {
    error.at(&path.to_string())
}

/// The code of a mistake. The workload knows no codes; its places and rules tell them apart.
pub(super) fn code(error: &WorkloadError) -> Code {
    let (place, rule) = (error.place.as_str(), error.rule.as_str());
    match (error.kind, &error.log) {
        (ErrorKind::Io, _) => return Code::LogUnreadable,
        (ErrorKind::Limit, Some(_)) => return Code::LogOverLimit,
        (ErrorKind::Limit, None) => return Code::OverLimit,
        (_, Some(_)) if rule.contains("no job") => return Code::LogEmpty,
        (_, Some(log)) if log.line.is_some() => return Code::LogLineBroken,
        _ => {}
    }
    let field = place.rsplit('.').next().unwrap_or(place);
    if rule.contains("whole number of ticks") {
        Code::BetweenTicks
    } else if rule.contains("below 2^31") {
        Code::TimeTooLong
    } else if place.starts_with("workload.logs") && rule.contains("column") {
        Code::LogColumnMissing
    } else if place.starts_with("workload.logs") && field != "cluster" && !place.contains("window") {
        Code::LogSettings
    } else {
        of_field(field, rule, &error.value)
    }
}

fn of_field(field: &str, rule: &str, value: &str) -> Code {
    let says = |part: &str| rule.contains(part);
    match field {
        "start" => Code::BadDate,
        "time_zone" => Code::UnknownTimeZone,
        "cluster" => Code::UnknownCluster,
        "name" => Code::DuplicateName,
        "to" if value.is_empty() => Code::EndlessClass,
        "to" => Code::EmptyWindow,
        "cancel" => Code::CancelBeforeSubmit,
        "nodes" if value == "0" => Code::NoNodes,
        _ if field.starts_with("factors") || says("tick 0") || says("profile") => Code::BadProfile,
        _ if says("empty") || says("at least one value") => Code::EmptyList,
        "keep" | "load_factor" | "declared_factor" | "boot_failures" | "eviction" => Code::BadShare,
        "jobs" | "repeat" | "timeout" | "checkpoint" | "nodes" => Code::NumberOutOfRange,
        _ => Code::BadDistribution,
    }
}
