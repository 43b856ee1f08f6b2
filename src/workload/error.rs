//! What can be wrong with a workload: where, what stands there, the rule, and what to do.

use crate::units::{Resolution, TICK_END, Tick, TimeSpan};
use std::fmt;
use std::ops::Range;

/// A mistake in a workload, fatal: no job list is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkloadError {
    /// What kind of mistake, for exit codes and tests.
    pub kind: ErrorKind,
    /// Path into the scenario, as `workload.classes[1].service.cv`.
    pub place: String,
    /// Where in a log, if it is a log's mistake.
    pub log: Option<Box<LogPlace>>,
    /// The value found there; empty where something is missing.
    pub value: String,
    /// The rule that it breaks.
    pub rule: String,
    /// What to do.
    pub help: String,
}

/// Kinds of mistakes. Each has a code (`crate::lowering` knows which), so that wording can change and codes stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A parameter for which a distribution or process does not exist.
    Distribution,
    /// A list without entries.
    EmptyList,
    /// A profile that is not 24 or 168 factors, or has no calendar.
    Profile,
    /// A number out of range.
    OutOfRange,
    /// A share, probability or factor out of range.
    Share,
    /// A time between two ticks.
    BetweenTicks,
    /// A time of 2^31 ticks or more.
    TooLong,
    /// A window or interval that ends before it begins.
    EmptyWindow,
    /// A class of jobs that never ends.
    EndlessClass,
    /// Two things with one name.
    DuplicateName,
    /// A cluster that is not described.
    UnknownCluster,
    /// A job without nodes.
    NoNodes,
    /// Cancelled before it is submitted.
    CancelBeforeSubmit,
    /// A date that cannot be read.
    Date,
    /// A time zone that does not exist.
    TimeZone,
    /// More jobs, or work to draw them, than a run may have; nothing was allocated for what lies beyond it.
    Limit,
    /// A log cannot be opened or read.
    LogUnreadable,
    /// A line of a log is no job.
    LogLine,
    /// A column that the log does not have, or has twice.
    LogColumn,
    /// No line of a log is a job.
    LogEmpty,
    /// A log with more than this program takes; nothing was allocated for what lies beyond it.
    LogLimit,
    /// Settings with which a log cannot be read.
    LogSettings,
}

/// A place in a log file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPlace {
    /// The path as the scenario writes it.
    pub path: String,
    /// Line; the first is 1. `None`: the whole file.
    pub line: Option<u64>,
    /// Column or field.
    pub column: Option<String>,
    /// Bytes of the line that the value takes; empty: the whole line.
    pub span: Range<usize>,
}

impl fmt::Display for LogPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", {column}")?;
        }
        Ok(())
    }
}

impl fmt::Display for WorkloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.log {
            Some(log) => write!(f, "{log} ({})", self.place)?,
            None => f.write_str(&self.place)?,
        }
        if !self.value.is_empty() {
            write!(f, ": {}", self.value)?;
        }
        write!(f, ": {}", self.rule)?;
        if !self.help.is_empty() {
            write!(f, "; {}", self.help)?;
        }
        Ok(())
    }
}

impl std::error::Error for WorkloadError {}

impl WorkloadError {
    /// A mistake in the scenario.
    pub(crate) fn new(
        kind: ErrorKind,
        place: impl Into<String>,
        value: impl ToString,
        rule: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            place: place.into(),
            log: None,
            value: shown(value),
            rule: rule.into(),
            help: help.into(),
        }
    }

    /// The same about a whole log.
    #[must_use]
    pub(crate) fn in_log(self, path: &str) -> Self {
        self.at_line(LogPlace { path: path.to_owned(), ..LogPlace::default() })
    }

    /// The same at a place in a log.
    #[must_use]
    pub(crate) fn at_line(self, place: LogPlace) -> Self {
        Self { log: Some(Box::new(place)), ..self }
    }
}

/// A value for a message. A very small or large float is written with an exponent: in full it has hundreds of
/// digits.
fn shown(value: impl ToString) -> String {
    const LONG: usize = 24;
    let text = value.to_string();
    match text.parse::<f64>() {
        Ok(number) if text.len() > LONG => format!("{number:e}"),
        _ => text,
    }
}

/// Why a distribution, a table or a written time is refused; the place within it, not yet within the scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{value}: {rule}{}", Prefix(field), Suffix(help))]
pub struct SampleError {
    /// What kind of mistake.
    pub kind: ErrorKind,
    /// Path below the distribution, as `cv` or `[3]`; empty for the whole.
    pub field: String,
    /// The value found there.
    pub value: String,
    /// The rule that it breaks.
    pub rule: String,
    /// What to do.
    pub help: String,
}

struct Prefix<'a>(&'a str);
struct Suffix<'a>(&'a str);

impl fmt::Display for Prefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "{}: ", self.0) }
    }
}

impl fmt::Display for Suffix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "; {}", self.0) }
    }
}

impl SampleError {
    pub(crate) fn new(
        field: impl Into<String>,
        value: impl ToString,
        rule: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            kind: ErrorKind::Distribution,
            field: field.into(),
            value: shown(value),
            rule: rule.into(),
            help: help.into(),
        }
    }

    /// The same of another kind.
    #[must_use]
    pub(crate) fn of_kind(self, kind: ErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// The same about a number of nodes: a job without nodes has a kind of its own.
    #[must_use]
    pub(crate) fn of_nodes(self) -> Self {
        if self.field.is_empty() && self.value == "0" { self.of_kind(ErrorKind::NoNodes) } else { self }
    }

    /// As a mistake of the scenario at `place`, the path of the distribution.
    #[must_use]
    pub fn at(self, place: &str) -> WorkloadError {
        let place = match self.field.as_str() {
            "" => place.to_owned(),
            field if field.starts_with('[') => format!("{place}{field}"),
            field => format!("{place}.{field}"),
        };
        WorkloadError::new(self.kind, place, self.value, self.rule, self.help)
    }
}

/// A written time as ticks: a whole number of them, below 2^31 (model, section 1).
///
/// # Errors
/// The rule that it breaks, with the resolution which fits; `field` is left empty.
pub fn exact_ticks(span: TimeSpan, resolution: Resolution) -> Result<Tick, SampleError> {
    match span.to_ticks(resolution) {
        Ok(ticks) if ticks < u64::from(TICK_END) => Ok(ticks as Tick),
        Ok(ticks) => Err(SampleError::new(
            "",
            span,
            format!("it is {ticks} ticks of {resolution}, and times stay below 2^31 = {TICK_END} ticks"),
            coarser_help(ticks, resolution),
        )
        .of_kind(ErrorKind::TooLong)),
        Err(fits) => Err(SampleError::new(
            "",
            span,
            format!("it is not a whole number of ticks of {resolution}"),
            match fits {
                Some(fits) => format!("set `resolution: \"{fits}\"`, or round it"),
                None => "round it: the finest resolution is 1ms".to_owned(),
            },
        )
        .of_kind(ErrorKind::BetweenTicks)),
    }
}

/// Names the finest resolution in which a time of so many ticks fits.
pub(crate) fn coarser_help(ticks: u64, resolution: Resolution) -> String {
    let ns = u128::from(ticks) * u128::from(resolution.ns());
    let fits =
        Resolution::COARSEST_FIRST.into_iter().rev().find(|r| ns / u128::from(r.ns()) < u128::from(TICK_END));
    match fits {
        Some(fits) => format!("set `resolution: \"{fits}\"` or a coarser one"),
        None => "no resolution can express it".to_owned(),
    }
}

/// "did you mean" among names, for the help of an error; lists them where none is near.
pub(crate) fn did_you_mean<'a>(wrong: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    /// Longer lists of names are cut: nobody reads them in a message.
    const MOST_LISTED: usize = 20;
    let lower = wrong.to_lowercase();
    let near = names
        .clone()
        .map(|name| (strsim::jaro_winkler(&lower, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let mut listed: Vec<String> = names.clone().take(MOST_LISTED).map(|n| format!("{n:?}")).collect();
    let count = names.count();
    if count > MOST_LISTED {
        listed.push(format!("… ({count} in all)"));
    }
    let listed = if listed.is_empty() { "there are none".to_owned() } else { listed.join(", ") };
    match near {
        Some((_, name)) => format!("did you mean {name:?}? There are: {listed}"),
        None => format!("there are: {listed}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_between_ticks_names_the_resolution_that_fits() {
        let error = exact_ticks("1.25s".parse().unwrap(), Resolution::S1).unwrap_err();
        assert!(error.to_string().contains("resolution: \"10ms\""), "{error}");
        let error = exact_ticks(TimeSpan::from_ns(1), Resolution::Ms1).unwrap_err();
        assert!(error.to_string().contains("finest resolution is 1ms"), "{error}");
        let error = exact_ticks("30d".parse().unwrap(), Resolution::Ms1).unwrap_err();
        assert!(error.to_string().contains("set `resolution: \"10ms\"`"), "{error}");
        assert_eq!(exact_ticks("24d".parse().unwrap(), Resolution::Ms1), Ok(2_073_600_000));
    }

    #[test]
    fn an_error_reads_as_one_sentence() {
        let error =
            SampleError::new("cv", -1.0, "it is above 0", "write 0.5").at("workload.classes[0].service");
        assert_eq!(error.to_string(), "workload.classes[0].service.cv: -1: it is above 0; write 0.5");
        let error = error.at_line(LogPlace {
            path: "a.csv".to_owned(),
            line: Some(3),
            column: Some("column \"x\"".to_owned()),
            span: 0..0,
        });
        assert_eq!(
            error.to_string(),
            "a.csv, line 3, column \"x\" (workload.classes[0].service.cv): -1: it is above 0; write 0.5"
        );
    }

    #[test]
    fn floats_of_hundreds_of_digits_are_written_with_an_exponent() {
        let error = |value: f64| SampleError::new("cv", value, "it is above 0", "").value;
        assert_eq!(error(1e-300), "1e-300");
        assert_eq!(error(-1.5e200), "-1.5e200");
        assert_eq!((error(0.25), error(f64::NAN), error(3.0)), ("0.25".into(), "NaN".into(), "3".into()));
    }

    #[test]
    fn names_nearby_are_suggested() {
        let names = ["duration", "num_gpus"];
        assert!(did_you_mean("Duratoin", names.into_iter()).starts_with("did you mean \"duration\"?"));
        assert!(did_you_mean("zzz", names.into_iter()).starts_with("there are: \"duration\", \"num_gpus\""));
    }
}
