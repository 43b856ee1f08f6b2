//! What reading a log found, for the result's report.

use crate::units::Resolution;
use crate::workload::sample::COUNT_MAX;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// Broken lines that a report lists.
pub const LISTED_BROKEN: usize = 10;

/// What reading a log found. `lines` = `jobs` + all of `left_out` + `broken`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LogReport {
    /// The path as the scenario writes it.
    pub path: String,
    /// SHA-256 of the file's bytes, as they are on disk, in hexadecimal.
    pub sha256: String,
    /// Size of the file [bytes], as it is on disk.
    pub bytes: u64,
    /// Lines that should be jobs: not blank, no comment, not the header. A quoted field may make a CSV line
    /// span several.
    pub lines: u64,
    /// Jobs used.
    pub jobs: u64,
    /// Well-formed lines that are no jobs, by reason.
    pub left_out: BTreeMap<LeftOut, u64>,
    /// A cluster that is not in the scenario, from the first line that was left out for it.
    #[serde(skip)]
    pub other_cluster: Option<String>,
    /// Lines that cannot be understood; never used.
    pub broken: u64,
    /// The first [`LISTED_BROKEN`] of them.
    pub first_broken: Vec<BrokenLine>,
    /// Jobs submitted before the one on the line before theirs; they were put in order.
    pub unsorted: u64,
    /// Jobs whose allocated size is unknown, so that they have the requested one (Standard Workload Format).
    pub requested_size: u64,
    /// The first submission, if that became tick 0 [ns after the log's own zero, or 1970]; 0 where `start`, a
    /// window or another log says what is tick 0.
    pub origin_ns: i64,
    /// What the jobs used are like; `None` where there is none.
    pub figures: Option<LogFigures>,
}

/// What the jobs used of a log are like.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LogFigures {
    /// First submission as a local date, where the log has dates.
    pub first_date: Option<String>,
    /// Last submission as a local date.
    pub last_date: Option<String>,
    /// First submission [s after tick 0].
    pub first_submit_s: f64,
    /// Last submission [s after tick 0].
    pub last_submit_s: f64,
    /// Median running time [s].
    pub run_time_median_s: f64,
    /// Longest running time [s].
    pub run_time_max_s: f64,
    /// Fewest nodes of a job.
    pub nodes_min: u64,
    /// Most nodes of a job.
    pub nodes_max: u64,
}

/// Why a well-formed line is no job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LeftOut {
    /// It did not run: no running time, or (Standard Workload Format) none above 0.
    NoRunTime,
    /// It used nothing: no size, or size 0.
    NoSize,
    /// Not completed, where only completed jobs are included.
    Status,
    /// Its cluster is not in the scenario.
    OtherCluster,
    /// Submitted outside the log's window.
    OutsideWindow,
    /// Submitted before the scenario's `start`.
    BeforeStart,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRunTime => "no running time",
            Self::NoSize => "no size",
            Self::Status => "not completed",
            Self::OtherCluster => "a cluster that is not in the scenario",
            Self::OutsideWindow => "outside the log's window",
            Self::BeforeStart => "submitted before `start`",
        })
    }
}

/// A line that cannot be understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BrokenLine {
    /// Its number; the first is 1.
    pub line: u64,
    /// Column or field; empty for the whole line.
    pub column: String,
    /// What stands there, cut to [`VALUE_CHARS`] characters.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
    /// What to do; empty where the line itself is to be corrected.
    #[serde(skip)]
    pub help: String,
    /// The setting that reads the column, as a path below the log's entry: `format.submit`.
    #[serde(skip)]
    pub setting: String,
    /// Bytes of the line that the value takes; empty: the whole line.
    #[serde(skip)]
    pub span: Range<usize>,
}

impl fmt::Display for BrokenLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.column.is_empty() {
            write!(f, ", {}", self.column)?;
        }
        write!(f, ": {:?}: {}", self.value, self.reason)?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "; {}", self.help) }
    }
}

/// Characters of a broken line's value that are kept.
pub const VALUE_CHARS: usize = 60;

/// What is wrong with a line; cheap, since a log may consist of nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    FieldCount { found: usize, expected: usize },
    Empty,
    Unknown,
    NotANumber,
    NotFinite,
    Negative,
    NotWhole,
    NotADate,
    EndBeforeStart,
    TooLarge,
    TooLong(Resolution),
    OpenQuote,
    AfterQuote,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FieldCount { found, expected } => write!(f, "{found} fields instead of {expected}"),
            Self::Empty => f.write_str("nothing there, where a value is needed"),
            Self::Unknown => f.write_str("unknown (-1), for a job that ran"),
            Self::NotANumber => f.write_str("not a number"),
            Self::NotFinite => f.write_str("not a finite number"),
            Self::Negative => f.write_str("negative"),
            Self::NotWhole => f.write_str("not a whole number; `CeilDiv` rounds up"),
            Self::NotADate => f.write_str("not a date and time of the given format"),
            Self::EndBeforeStart => f.write_str("the end is before the start"),
            Self::TooLarge => {
                write!(f, "too large: times stay below 292 years, counts below {}", COUNT_MAX + 1)
            }
            Self::TooLong(resolution) => {
                write!(f, "2^31 ticks of {resolution} or longer; a coarser `resolution` can hold it")
            }
            Self::OpenQuote => f.write_str("a quoted field is not closed"),
            Self::AfterQuote => {
                f.write_str("text follows a closing quote; quotes within a field are doubled")
            }
        }
    }
}

/// Text of a log for a message: no control characters, no invalid UTF-8, not too long.
pub(super) fn shown(value: &[u8]) -> String {
    // A character is at most 4 bytes; a line may be a MiB.
    let head = &value[..value.len().min(4 * VALUE_CHARS)];
    let text = String::from_utf8_lossy(head);
    let mut shown: String =
        text.chars().take(VALUE_CHARS).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if head.len() < value.len() || text.chars().count() > VALUE_CHARS {
        shown.push('…');
    }
    shown
}
