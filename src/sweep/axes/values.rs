//! Values of an axis, as a list or as a range: `4,8,16`, `4..64:4`, `1..64:x2`, `2min..30min:4min`.

use crate::diagnostic::{Code, Diagnostic};
use crate::diagnostic::{Piece, Text};
use crate::units::{Resolution, TICK_END, TimeSpan};

/// Most rows of a sweep.
pub const ROWS_MAX: u64 = 10_000_000;

/// One, as factors are counted: in billionths, so that a step of 0.1 is exact.
pub const ONE: u64 = 1_000_000_000;

/// Largest factor.
const FACTOR_MAX: u64 = 1_000_000 * ONE;

/// What numbers of an axis count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Nodes.
    Nodes,
    /// Anything that is counted.
    Whole,
    /// Nanoseconds.
    Time,
    /// Billionths of a factor.
    Factor,
}

/// Ascending or listed numbers; a range takes no memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// As written.
    List(Vec<u64>),
    /// `len` numbers from `from` on.
    Steps {
        /// The first.
        from: u64,
        /// Between two of them.
        step: u64,
        /// How many.
        len: u64,
    },
}

impl Numbers {
    /// How many.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::List(list) => list.len() as u64,
            Self::Steps { len, .. } => *len,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number at a position.
    ///
    /// # Panics
    /// If there are not as many.
    #[must_use]
    pub fn get(&self, i: u64) -> u64 {
        match self {
            Self::List(list) => list[i as usize],
            Self::Steps { from, step, len } => {
                assert!(i < *len, "value {i} of {len}");
                from + i * step
            }
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.len()).map(|i| self.get(i))
    }
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Nodes => "number of nodes",
            Self::Whole => "whole number",
            Self::Time => "time",
            Self::Factor => "factor",
        }
    }

    /// One number.
    fn read(self, vary: &Text, piece: Piece<'_>) -> Result<u64, Diagnostic> {
        let wrong = |message: String, help: String| {
            vary.at(Code::AxisValue, piece, message, "not a value").help(help)
        };
        let text = piece.text;
        match self {
            Self::Nodes => {
                let help = "write a whole number of nodes, as 8";
                let n: u64 = text
                    .parse()
                    .map_err(|_| wrong(format!("{text:?} is no number of nodes"), help.into()))?;
                if n >= u64::from(TICK_END) {
                    let help = format!("numbers of nodes stay below 2^31 = {TICK_END}");
                    return Err(wrong(format!("{n} nodes are out of range"), help));
                }
                Ok(n)
            }
            Self::Whole => text.parse().map_err(|_| {
                wrong(format!("{text:?} is no whole number"), "write a whole number, as 8".into())
            }),
            Self::Time => {
                let span: TimeSpan = text.parse().map_err(|error: crate::units::TimeSpanError| {
                    let said = error.to_string();
                    let (message, help) = said.split_once("; ").unwrap_or((&said, "write for example 4m"));
                    wrong(message.to_owned(), help.to_owned())
                })?;
                Ok(span.ns())
            }
            Self::Factor => {
                let help = "write a decimal number from 0 to 1,000,000 with at most nine decimals, as 0.5";
                decimal(text)
                    .filter(|raw| *raw <= FACTOR_MAX)
                    .ok_or_else(|| wrong(format!("{text:?} is no factor"), help.into()))
            }
        }
    }

    /// The number nearest to a computed one that can stand: whole nodes, whole ticks, four digits of a factor.
    fn nearest(self, exact: f64, resolution: Resolution) -> u64 {
        let to = match self {
            Self::Nodes | Self::Whole => 1.0,
            Self::Time => resolution.ns() as f64,
            Self::Factor => {
                let digits = libm::floor(libm::log10(exact.max(1.0))) - 3.0;
                libm::exp10(digits.max(0.0))
            }
        };
        // `as` saturates.
        (libm::round(exact / to) * to) as u64
    }

    /// A number as people write it.
    pub(super) fn show(self, raw: u64) -> String {
        match self {
            Self::Nodes | Self::Whole => raw.to_string(),
            Self::Time => TimeSpan::from_ns(raw).to_string(),
            Self::Factor => (raw as f64 / ONE as f64).to_string(),
        }
    }
}

/// A decimal number in billionths.
fn decimal(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() && part.is_empty() || !digits(whole) || !digits(part) || part.len() > 9 {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: u64 = format!("{part:0<9}").parse().ok()?;
    whole.checked_mul(ONE)?.checked_add(part)
}

/// A list or a range.
pub(super) fn numbers(
    vary: &Text,
    piece: Piece<'_>,
    unit: Unit,
    resolution: Resolution,
) -> Result<Numbers, Diagnostic> {
    let piece = piece.trimmed();
    if piece.text.contains("..") && !piece.text.contains(',') {
        return range(vary, piece, unit, resolution);
    }
    let mut list: Vec<u64> = Vec::new();
    for entry in piece.entries() {
        if entry.text.contains("..") {
            let message = "a list has single values, not ranges".to_owned();
            let help = "write either a list, as 4,8,16, or one range, as 4..64:4";
            return Err(vary.at(Code::AxisRange, entry, message, "a range").help(help));
        }
        list.push(unit.read(vary, entry)?);
    }
    twice(vary, piece, &list, |a, b| a == b, |raw| unit.show(*raw))?;
    Ok(Numbers::List(list))
}

/// Refuses a value that stands twice in a list.
pub(super) fn twice<T>(
    vary: &Text,
    piece: Piece<'_>,
    list: &[T],
    same: impl Fn(&T, &T) -> bool,
    show: impl Fn(&T) -> String,
) -> Result<(), Diagnostic> {
    for (i, (value, entry)) in list.iter().zip(piece.entries()).enumerate() {
        if list[..i].iter().any(|before| same(before, value)) {
            let message = format!("the value {} is given twice", show(value));
            return Err(vary.at(Code::AxisTwice, entry, message, "again").help("keep one of them"));
        }
    }
    Ok(())
}

/// Most values of a range with a count.
const COUNT_MAX: u64 = 100_000;

/// How the values of a range with a count lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spacing {
    /// Evenly in the logarithm.
    Log,
    /// Evenly.
    Lin,
}

impl Spacing {
    /// `log7`, with what stands for the count.
    fn of(text: &str) -> Option<(Self, &str)> {
        let log = text.strip_prefix("log").map(|count| (Self::Log, count.trim()));
        log.or_else(|| text.strip_prefix("lin").map(|count| (Self::Lin, count.trim())))
    }
}

/// So many numbers from one to another, both included, each rounded; those that fall together are one.
fn spaced(from: u64, to: u64, count: u64, spacing: Spacing, nearest: impl Fn(f64) -> u64) -> Vec<u64> {
    let (low, high, last) = (from as f64, to as f64, (count - 1) as f64);
    let at = |i: u64| match spacing {
        Spacing::Lin => low + (high - low) * (i as f64 / last),
        Spacing::Log => low * libm::exp(libm::log(high / low) * (i as f64 / last)),
    };
    let mut list = vec![from];
    for i in 1..count {
        let number = if i + 1 == count { to } else { nearest(at(i)).clamp(from, to) };
        if list.last().is_some_and(|before| *before < number) {
            list.push(number);
        }
    }
    list
}

fn range(vary: &Text, piece: Piece<'_>, unit: Unit, resolution: Resolution) -> Result<Numbers, Diagnostic> {
    let wrong = |at: Piece<'_>, message: String, label: &str, help: String| {
        Err(vary.at(Code::AxisRange, at, message, label).help(help))
    };
    let (bounds, step) = match piece.split(":") {
        Some((bounds, step)) => (bounds.trimmed(), Some(step.trimmed())),
        None => (piece, None),
    };
    let Some((from, to)) = bounds.split("..") else {
        let help = "write FROM..TO:STEP, as 4..64:4".to_owned();
        return wrong(piece, "a range has its bounds before the step".into(), "not a range", help);
    };
    let (from_at, to_at) = (from.trimmed(), to.trimmed());
    let (from, to) = (unit.read(vary, from_at)?, unit.read(vary, to_at)?);
    if from > to {
        let message = format!("the range from {} to {} has no value", unit.show(from), unit.show(to));
        let help = format!("write the smaller bound first: {}..{}", to_at.text, from_at.text);
        return wrong(bounds, message, "empty", help);
    }
    if let Some((at, count)) = step.and_then(|s| Some((s, Spacing::of(s.text)?))) {
        let (spacing, count) = count;
        let count = match count.parse() {
            Ok(count @ 2..=COUNT_MAX) => count,
            _ => {
                let message = format!("a range is not cut into {count:?} values");
                let help = format!("write how many values, from 2 to {COUNT_MAX}, as 1..64:log7");
                return wrong(at, message, "not a count", help);
            }
        };
        if spacing == Spacing::Log && from == 0 {
            let message = "a logarithmic range does not begin at 0".to_owned();
            let help = "begin above 0, write lin for even steps, or list the values".to_owned();
            return wrong(from_at, message, "never grows", help);
        }
        return Ok(Numbers::List(spaced(from, to, count, spacing, |exact| unit.nearest(exact, resolution))));
    }
    if let Some((at, factor)) = step.and_then(|s| Some((s, s.text.strip_prefix(['x', '*'])?))) {
        let factor: u64 = match factor.parse() {
            Ok(factor) if factor >= 2 => factor,
            _ => {
                let message = format!("a range does not advance by the factor {factor:?}");
                return wrong(at, message, "not a factor", "write a whole number from 2 on, as x2".into());
            }
        };
        if from == 0 {
            let message = format!("0 times {factor} is 0: the range does not advance");
            return wrong(from_at, message, "never grows", "begin at 1 or more, or list the values".into());
        }
        let next = |n: &u64| n.checked_mul(factor).filter(|n| *n <= to);
        return Ok(Numbers::List(std::iter::successors(Some(from), next).collect()));
    }
    let step = match (step, unit) {
        (Some(at), _) => match unit.read(vary, at)? {
            0 => {
                let message = "a range does not advance by steps of 0".to_owned();
                return wrong(at, message, "no step", "write a step above 0, as 4..64:4".into());
            }
            step => step,
        },
        (None, Unit::Nodes | Unit::Whole) => 1,
        (None, _) => {
            let message = format!("a range of a {} needs its step", unit.name());
            let example = if unit == Unit::Time { "4m" } else { "0.5" };
            let help = format!("write {}:STEP, as {}:{example}", piece.text, piece.text);
            return wrong(piece, message, "no step", help);
        }
    };
    let len = (to - from) / step + 1;
    if len > ROWS_MAX {
        let message = format!("the range has {len} values");
        let help = format!("a sweep has at most {ROWS_MAX} rows; take a larger step");
        return Err(vary.at(Code::SweepTooLarge, piece, message, "too many").help(help));
    }
    Ok(Numbers::Steps { from, step, len })
}
