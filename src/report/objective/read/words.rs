//! The words of objectives: what has a name, and how shares and amounts are written.

use crate::diagnostic::{Code, Diagnostic, Piece, Text};
use crate::report::objective::{Metric, Stat, Unserved};
use crate::stats::per_mille;
use crate::units::TimeSpan;
use std::ops::Range;

/// What has a name, with an example of each form.
pub(super) const NAMES: [&str; 15] = [
    "cost",
    "node_hours",
    "waiting",
    "wait_mean",
    "wait_p95",
    "wait_max",
    "turnaround_mean",
    "turnaround_p95",
    "turnaround_max",
    "started_within(10m)",
    "started_late(10m)",
    "utilisation",
    "rejected",
    "failed",
    "unfinished",
];

/// A piece of a text, which knows the text.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    of: &'a Text,
    piece: Piece<'a>,
    pub(super) text: &'a str,
}

impl<'a> Part<'a> {
    fn new(of: &'a Text, piece: Piece<'a>) -> Self {
        Self { of, piece, text: piece.text }
    }

    pub(super) fn whole(of: &'a Text) -> Self {
        Self::new(of, of.whole().trimmed())
    }

    pub(super) fn part(self, range: Range<usize>) -> Self {
        Self::new(self.of, self.piece.part(range))
    }

    pub(super) fn error(
        self,
        code: Code,
        message: impl Into<String>,
        label: &str,
        help: impl Into<String>,
    ) -> Diagnostic {
        self.of.at(code, self.piece, message, label).help(help.into())
    }
}

/// A metric by its name; `None`: there is none of that name.
pub(super) fn metric(piece: Part<'_>) -> Result<Option<Metric>, Diagnostic> {
    let text = piece.text;
    for (name, late) in [("started_within", false), ("started_late", true)] {
        let Some(rest) = text.strip_prefix(name) else { continue };
        let Some(limit) = rest.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
            let message = format!("{name} needs its time");
            return Err(piece.error(Code::ObjectiveValue, message, "no time", format!("write {name}(10m)")));
        };
        let limit: TimeSpan = limit.trim().parse().map_err(|error: crate::units::TimeSpanError| {
            piece.error(Code::ObjectiveValue, error.to_string(), "not a time", format!("write {name}(10m)"))
        })?;
        return Ok(Some(if late { Metric::StartedLate(limit) } else { Metric::StartedWithin(limit) }));
    }
    let stat = |of: &str| -> Result<Option<Stat>, Diagnostic> {
        let Some(rest) = text.strip_prefix(of).and_then(|rest| rest.strip_prefix('_')) else {
            return Ok(None);
        };
        match rest {
            "mean" => return Ok(Some(Stat::Mean)),
            "max" => return Ok(Some(Stat::Max)),
            _ => {}
        }
        let Some(number) = rest.strip_prefix('p') else { return Ok(None) };
        let Ok(percentile) = number.parse::<f64>() else { return Ok(None) };
        match per_mille(percentile) {
            Some(p) => Ok(Some(Stat::Percentile(p))),
            None => {
                let message = format!("{number} is no percentile");
                Err(piece.error(
                    Code::ObjectiveValue,
                    message,
                    "out of range",
                    "use 0.1 to 100 in steps of 0.1",
                ))
            }
        }
    };
    if let Some(stat) = stat("wait")? {
        return Ok(Some(Metric::Wait(stat)));
    }
    if let Some(stat) = stat("turnaround")? {
        return Ok(Some(Metric::Turnaround(stat)));
    }
    Ok(match text {
        "cost" => Some(Metric::Cost),
        "node_hours" => Some(Metric::NodeHours),
        "waiting" => Some(Metric::Waiting),
        "utilisation" | "utilization" => Some(Metric::Utilisation),
        "rejected" => Some(Metric::Jobs(Unserved::Rejected)),
        "failed" => Some(Metric::Jobs(Unserved::Failed)),
        "unfinished" => Some(Metric::Jobs(Unserved::Unfinished)),
        _ => None,
    })
}

/// `95%`, `95 %` or `0.95`.
#[must_use]
pub fn share(text: &str) -> Option<f64> {
    let (number, of) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), 100.0),
        None => (text, 1.0),
    };
    let share = number.parse::<f64>().ok()? / of;
    (0.0..=1.0).contains(&share).then_some(share)
}

/// An amount and the period that it is for.
pub(super) fn split_per(text: &str) -> (&str, Option<&str>) {
    match text.split_once('/') {
        Some((amount, per)) => (amount.trim(), Some(per.trim())),
        None => (text, None),
    }
}
