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
        let shown = (i < LOG_LINES_SHOWN).then(|| log_line(&errors[i], base_dir, tree, source)).flatten();
        shown.unwrap_or_else(|| diagnostic(&errors[i], tree, source))
    };
    (0..errors.len()).filter(|i| !follows(*i)).map(say).collect()
}

/// Most broken lines of logs that are shown; each is looked up in its file.
const LOG_LINES_SHOWN: usize = 20;

/// A mistake on a line of a log, shown there. `None`: the line cannot be found again.
fn log_line(
    error: &WorkloadError,
    base_dir: &FilePath,
    tree: &Tree<'_>,
    scenario: &Arc<Source>,
) -> Option<Diagnostic> {
    let log = error.log.as_ref()?;
    let number = usize::try_from(log.line?).ok()?;
    let file = BufReader::new(workload::open_file(&base_dir.join(&log.path)).ok()?);
    let bytes = nth_line(&mut unzipped(file).ok()?, number)?;
    let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
    // What is no UTF-8 has another length in the text that is shown.
    let at = |byte: usize| bytes.get(..byte).map_or(0, |before| String::from_utf8_lossy(before).len());
    let span = at(log.span.start)..at(log.span.end).min(line.len());
    let span = if span.is_empty() { 0..line.len() } else { span };
    let source = Arc::new(Source::excerpt(log.path.as_str(), line, number));
    let column = log.column.as_ref().map_or(String::new(), |column| format!("{column}: "));
    let diagnostic = Diagnostic::new(code(error), format!("{column}{}", error.rule)).at(&source, span, "");
    Some(diagnostic.help(error.help.as_str()).note(setting(error, tree, scenario)))
}

/// Where the scenario says how the line is read, with the text there.
fn setting(error: &WorkloadError, tree: &Tree<'_>, scenario: &Arc<Source>) -> String {
    /// Longer settings are cut: they are there to be recognised.
    const SHOWN_CHARS: usize = 80;
    let located = tree.find(&Path::parse(&error.place));
    let (line, column) = scenario.position(located.span.start);
    let mut note = format!("`{}` of {}:{line}:{column} reads it", error.place, scenario.name());
    if located.found
        && let Some(text) = scenario.text().get(located.span)
    {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.char_indices().nth(SHOWN_CHARS) {
            Some((end, _)) => note.push_str(&format!(": {}…", &text[..end])),
            None => note.push_str(&format!(": {text}")),
        }
    }
    note
}

/// A log's text, gzipped or not; told by its first bytes, as where it is read.
fn unzipped(mut file: BufReader<Box<dyn Read>>) -> std::io::Result<Box<dyn BufRead>> {
    let gzipped = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if gzipped {
        Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(file)))
    } else {
        Box::new(file)
    })
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
    // Some rules say what holds, others what is the case.
    let fact = matches!(
        error.kind,
        ErrorKind::BetweenTicks
            | ErrorKind::TooLong
            | ErrorKind::Date
            | ErrorKind::TimeZone
            | ErrorKind::LogEmpty
    ) || (error.kind == ErrorKind::Profile && error.value == "Profile");
    let message = match (&error.log, error.value.as_str()) {
        (None, "") if error.kind == ErrorKind::EndlessClass => {
            format!("this class never ends: {}", error.rule)
        }
        (None, "") if error.kind == ErrorKind::UnknownCluster => error.rule.clone(),
        (None, value) if error.kind == ErrorKind::UnknownCluster => format!("there is no cluster {value}"),
        (None, value) if error.kind == ErrorKind::Limit && !value.is_empty() => {
            format!("{value}: {}", error.rule)
        }
        (None, value) if value.ends_with(" factors") || value == "1 factor" => {
            format!("{value} given; {}", error.rule)
        }
        (None, value) if error.kind == ErrorKind::LogUnreadable => {
            format!("cannot read the log {value}: {}", error.rule)
        }
        (Some(log), "") => format!("{log}: {}", error.rule),
        (Some(log), value) => format!("{log}: {value}: {}", error.rule),
        (None, "") => format!("`{name}` is missing: {}", error.rule),
        (None, value) if fact => format!("`{name}` is {value}: {}", error.rule),
        (None, value) => format!("`{name}` cannot be {value}; the rule: {}", error.rule),
    };
    let diagnostic = Diagnostic::new(code(error), message).at(source, located.span, label);
    if error.help.is_empty() { diagnostic } else { diagnostic.help(error.help.clone()) }
}

/// A distribution's mistake below a path.
pub(super) fn sample(error: SampleError, path: &Path) -> WorkloadError {
    error.at(&path.to_string())
}

/// The code of a mistake. The workload knows no codes.
fn code(error: &WorkloadError) -> Code {
    match error.kind {
        ErrorKind::Distribution => Code::BadDistribution,
        ErrorKind::EmptyList => Code::EmptyList,
        ErrorKind::Profile => Code::BadProfile,
        ErrorKind::OutOfRange => Code::NumberOutOfRange,
        ErrorKind::Share => Code::BadShare,
        ErrorKind::BetweenTicks => Code::BetweenTicks,
        ErrorKind::TooLong => Code::TimeTooLong,
        ErrorKind::EmptyWindow => Code::EmptyWindow,
        ErrorKind::EndlessClass => Code::EndlessClass,
        ErrorKind::DuplicateName => Code::DuplicateName,
        ErrorKind::UnknownCluster => Code::UnknownCluster,
        ErrorKind::NoNodes => Code::NoNodes,
        ErrorKind::CancelBeforeSubmit => Code::CancelBeforeSubmit,
        ErrorKind::Date => Code::BadDate,
        ErrorKind::TimeZone => Code::UnknownTimeZone,
        ErrorKind::Limit => Code::OverLimit,
        ErrorKind::LogUnreadable => Code::LogUnreadable,
        ErrorKind::LogLine => Code::LogLineBroken,
        ErrorKind::LogColumn => Code::LogColumnMissing,
        ErrorKind::LogEmpty => Code::LogEmpty,
        ErrorKind::LogLimit => Code::LogOverLimit,
        ErrorKind::LogSettings => Code::LogSettings,
    }
}
