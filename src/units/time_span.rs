//! Durations as people write them, kept exactly.

use super::{TICK_END, Tick};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

const NS_PER_MS: u64 = 1_000_000;
const NS_PER_S: u64 = 1_000_000_000;

/// The length of one tick [s].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// 1 ms.
    Ms1,
    /// 10 ms.
    Ms10,
    /// 100 ms.
    Ms100,
    /// 1 s, the default.
    #[default]
    S1,
    /// 1 min.
    Min1,
}

impl Resolution {
    /// All resolutions, coarsest first.
    pub const COARSEST_FIRST: [Self; 5] = [Self::Min1, Self::S1, Self::Ms100, Self::Ms10, Self::Ms1];

    /// Length of one tick [ns].
    #[must_use]
    pub const fn ns(self) -> u64 {
        match self {
            Self::Ms1 => NS_PER_MS,
            Self::Ms10 => 10 * NS_PER_MS,
            Self::Ms100 => 100 * NS_PER_MS,
            Self::S1 => NS_PER_S,
            Self::Min1 => 60 * NS_PER_S,
        }
    }

    /// Length of one tick [s].
    #[must_use]
    pub fn tick_s(self) -> f64 {
        self.ns() as f64 / NS_PER_S as f64
    }

    /// As written in a scenario: `"1s"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ms1 => "1ms",
            Self::Ms10 => "10ms",
            Self::Ms100 => "100ms",
            Self::S1 => "1s",
            Self::Min1 => "1min",
        }
    }

    /// A length in seconds as ticks, rounded half up; what is positive is at least 1 tick (model, section 1).
    /// Not-a-number and negative lengths are 0, what is too long is `u64::MAX`.
    #[must_use]
    pub fn ticks_from_s_rounded(self, seconds: f64) -> u64 {
        if seconds.is_nan() || seconds <= 0.0 {
            return 0;
        }
        // Division by a power of ten, not multiplication by its inexact inverse.
        let ticks = match self {
            Self::Ms1 => seconds * 1000.0,
            Self::Ms10 => seconds * 100.0,
            Self::Ms100 => seconds * 10.0,
            Self::S1 => seconds,
            Self::Min1 => seconds / 60.0,
        };
        // `as` saturates.
        ((ticks + 0.5).floor() as u64).max(1)
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Resolution {
    type Err = TimeSpanError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let span: TimeSpan = s.parse()?;
        Self::COARSEST_FIRST
            .into_iter()
            .find(|r| r.ns() == span.ns())
            .ok_or_else(|| TimeSpanError::Resolution(s.to_owned()))
    }
}

/// A duration, exact to the nanosecond: `"4m"`, `"1h30m"`, `"250ms"`, `"1.5h"`, `"2d"`, `"1w"`, `"PT2M"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan {
    ns: u64,
}

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeSpanError {
    /// Nothing between the quotes.
    #[error("an empty duration; write for example \"4m\" or \"1h30m\"")]
    Empty,
    /// A date or a time of day.
    #[error(
        "{0:?} is a date or a time of day; times count from the scenario's start: write for example \"4d9h\""
    )]
    Date(String),
    /// A number without a unit.
    #[error("{0:?} has no unit; write for example \"{0}s\", or use ms, s, m, h, d, w")]
    NoUnit(String),
    /// A unit that is not known.
    #[error("{0:?} is no unit of time; use ms, s, m (or min), h, d, w")]
    UnknownUnit(String),
    /// Not a number where one is expected.
    #[error("{0:?} is not a duration; write for example \"4m\", \"1h30m\" or \"1.5s\"")]
    NotANumber(String),
    /// Negative.
    #[error("{0:?} is negative; a duration is 0 or more")]
    Negative(String),
    /// More than about 584 years, or finer than a nanosecond.
    #[error("{0:?} is out of range; a duration lies between 1 ns and 500 years, to the nanosecond")]
    OutOfRange(String),
    /// Not one of the five resolutions.
    #[error("{0:?} is no resolution; use 1ms, 10ms, 100ms, 1s or 1min")]
    Resolution(String),
}

impl TimeSpan {
    /// No time at all.
    pub const ZERO: Self = Self { ns: 0 };

    /// A whole number of seconds.
    #[must_use]
    pub const fn from_s(seconds: u64) -> Self {
        Self { ns: seconds.saturating_mul(NS_PER_S) }
    }

    /// A whole number of nanoseconds.
    #[must_use]
    pub const fn from_ns(ns: u64) -> Self {
        Self { ns }
    }

    /// Length [ns].
    #[must_use]
    pub const fn ns(self) -> u64 {
        self.ns
    }

    /// Length [s].
    #[must_use]
    pub fn as_s(self) -> f64 {
        self.ns as f64 / NS_PER_S as f64
    }

    /// The exact number of ticks.
    ///
    /// # Errors
    /// The coarsest resolution in which this is a whole number of ticks (`None`: finer than 1 ms).
    pub fn to_ticks(self, resolution: Resolution) -> Result<u64, Option<Resolution>> {
        if self.ns.is_multiple_of(resolution.ns()) {
            return Ok(self.ns / resolution.ns());
        }
        Err(Resolution::COARSEST_FIRST.into_iter().find(|r| self.ns.is_multiple_of(r.ns())))
    }
}

impl FromStr for TimeSpan {
    type Err = TimeSpanError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let text = s.trim();
        if text.is_empty() {
            return Err(TimeSpanError::Empty);
        }
        if text.starts_with('-') {
            return Err(TimeSpanError::Negative(s.to_owned()));
        }
        if let Some(iso) = text.strip_prefix('P') {
            return parse_iso(s, iso);
        }
        if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains(['-', ':', '/']) {
            return Err(TimeSpanError::Date(s.to_owned()));
        }
        let mut ns: u64 = 0;
        let mut rest = text;
        while !rest.is_empty() {
            let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, tail) = rest.split_at(number_end);
            if number.is_empty() {
                return Err(TimeSpanError::NotANumber(s.to_owned()));
            }
            let tail = tail.trim_start();
            let unit_end = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
            let (unit, after) = tail.split_at(unit_end);
            let unit_ns = match unit {
                "ms" => NS_PER_MS,
                "s" | "sec" => NS_PER_S,
                "m" | "min" => 60 * NS_PER_S,
                "h" => 3600 * NS_PER_S,
                "d" => 86_400 * NS_PER_S,
                "w" => 7 * 86_400 * NS_PER_S,
                "" => return Err(TimeSpanError::NoUnit(s.to_owned())),
                other => return Err(TimeSpanError::UnknownUnit(other.to_owned())),
            };
            let part = decimal_times(number, unit_ns, s)?;
            ns = sum(ns, part, s)?;
            rest = after.trim_start();
        }
        Ok(Self { ns })
    }
}

/// ISO 8601, as the service's own files write it: `PT120S`, `P1DT2H`.
fn parse_iso(whole: &str, iso: &str) -> Result<TimeSpan, TimeSpanError> {
    let not_a_number = || TimeSpanError::NotANumber(whole.to_owned());
    let (days, time) = iso.split_once('T').unwrap_or((iso, ""));
    if days.is_empty() && time.is_empty() {
        return Err(not_a_number());
    }
    let mut ns: u64 = 0;
    for (part, in_time) in [(days, false), (time, true)] {
        let mut rest = part;
        while !rest.is_empty() {
            let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(not_a_number)?;
            let (number, tail) = rest.split_at(number_end);
            let unit = tail.chars().next().ok_or_else(not_a_number)?;
            let unit_ns = match (unit, in_time) {
                ('W', false) => 7 * 86_400 * NS_PER_S,
                ('D', false) => 86_400 * NS_PER_S,
                ('H', true) => 3600 * NS_PER_S,
                ('M', true) => 60 * NS_PER_S,
                ('S', true) => NS_PER_S,
                _ => return Err(TimeSpanError::UnknownUnit(unit.to_string())),
            };
            let part_ns = decimal_times(number, unit_ns, whole)?;
            ns = sum(ns, part_ns, whole)?;
            rest = &tail[unit.len_utf8()..];
        }
    }
    Ok(TimeSpan { ns })
}

/// `number` (digits with at most one point) times `unit_ns`, exactly.
fn decimal_times(number: &str, unit_ns: u64, whole: &str) -> Result<u64, TimeSpanError> {
    let (int, frac) = number.split_once('.').unwrap_or((number, ""));
    if (int.is_empty() && frac.is_empty()) || frac.contains('.') {
        return Err(TimeSpanError::NotANumber(whole.to_owned()));
    }
    let out_of_range = || TimeSpanError::OutOfRange(whole.to_owned());
    let frac = frac.trim_end_matches('0');
    if frac.len() > 18 {
        return Err(out_of_range());
    }
    let int: u128 = if int.is_empty() { 0 } else { int.parse().map_err(|_| out_of_range())? };
    let frac_value: u128 = if frac.is_empty() { 0 } else { frac.parse().map_err(|_| out_of_range())? };
    let scale = 10_u128.pow(frac.len() as u32);
    let scaled = frac_value * u128::from(unit_ns);
    if !scaled.is_multiple_of(scale) {
        return Err(out_of_range());
    }
    let ns = int.checked_mul(u128::from(unit_ns)).and_then(|n| n.checked_add(scaled / scale));
    ns.filter(|n| *n <= u128::from(NS_MAX)).map(|n| n as u64).ok_or_else(out_of_range)
}

/// 500 years keep sums of a few durations inside u64.
const NS_MAX: u64 = 500 * 366 * 86_400 * NS_PER_S;

/// Two parts of a duration, which as a whole is no longer than one part may be.
fn sum(a: u64, b: u64, whole: &str) -> Result<u64, TimeSpanError> {
    a.checked_add(b).filter(|n| *n <= NS_MAX).ok_or_else(|| TimeSpanError::OutOfRange(whole.to_owned()))
}

/// The shortest way to write it that reads back the same: `"1h30m"`.
impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ns == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.ns;
        for (unit_ns, unit) in
            [(86_400 * NS_PER_S, "d"), (3600 * NS_PER_S, "h"), (60 * NS_PER_S, "m"), (NS_PER_S, "s")]
        {
            let n = rest / unit_ns;
            rest %= unit_ns;
            if n > 0 {
                write!(f, "{n}{unit}")?;
            }
        }
        if rest > 0 {
            let ms = rest / NS_PER_MS;
            let frac = rest % NS_PER_MS;
            if frac == 0 {
                write!(f, "{ms}ms")?;
            } else {
                let digits = format!("{frac:06}");
                write!(f, "{ms}.{}ms", digits.trim_end_matches('0'))?;
            }
        }
        Ok(())
    }
}

/// Serde by the textual form; a bare number is refused, because its unit would be a guess.
macro_rules! serde_as_text {
    ($type:ty, $expecting:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl de::Visitor<'_> for Visitor {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: de::Error>(self, v: &str) -> Result<Self::Value, E> {
                        v.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Visitor)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "description": $expecting })
            }
        }
    };
}
pub(super) use serde_as_text;

serde_as_text!(TimeSpan, "a duration in quotes with its unit, like \"4m\", \"1h30m\" or \"90s\"");
serde_as_text!(Resolution, "a resolution: \"1ms\", \"10ms\", \"100ms\", \"1s\" or \"1min\"");

/// A tick count that is known to lie below [`TICK_END`].
impl TimeSpan {
    /// [`Self::to_ticks`], with the bound of section 1 of the model.
    #[must_use]
    pub fn to_tick_below_end(self, resolution: Resolution) -> Option<Tick> {
        self.to_ticks(resolution).ok().filter(|t| *t < u64::from(TICK_END)).map(|t| t as Tick)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_exactly() {
        for (text, ns) in [
            ("0s", 0),
            ("4m", 240 * NS_PER_S),
            ("1h30m", 5400 * NS_PER_S),
            ("1h 30min", 5400 * NS_PER_S),
            ("1.5h", 5400 * NS_PER_S),
            ("250ms", 250 * NS_PER_MS),
            ("0.1s", 100 * NS_PER_MS),
            ("2d", 172_800 * NS_PER_S),
            ("1w", 604_800 * NS_PER_S),
            ("PT2M", 120 * NS_PER_S),
            ("P1DT2H", 93_600 * NS_PER_S),
        ] {
            assert_eq!(text.parse::<TimeSpan>().unwrap().ns(), ns, "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_says_why() {
        for (text, says) in [
            ("", "empty"),
            ("120", "has no unit"),
            ("400y", "no unit of time"),
            ("180000d3001d", "out of range"),
            ("P180000DT72024H", "out of range"),
            ("2017-11-13", "count from the scenario's start"),
            ("09:00", "count from the scenario's start"),
            ("4 parsecs", "no unit of time"),
            ("-3s", "negative"),
            ("abc", "not a duration"),
            ("1.2.3s", "not a duration"),
            ("999999w", "out of range"),
            ("1e9s", "no unit of time"),
            ("NaN", "not a duration"),
            ("P", "not a duration"),
            ("99999999999999999999999999999999999999999999s", "out of range"),
        ] {
            let error = text.parse::<TimeSpan>().unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for ns in [0, 1, 999_999, NS_PER_MS, 1_500 * NS_PER_MS, 5400 * NS_PER_S, 90_061 * NS_PER_S] {
            let span = TimeSpan::from_ns(ns);
            assert_eq!(span.to_string().parse::<TimeSpan>().unwrap(), span, "{span}");
        }
    }

    #[test]
    fn a_time_between_ticks_names_the_resolution_that_fits() {
        let span: TimeSpan = "1.25s".parse().unwrap();
        assert_eq!(span.to_ticks(Resolution::S1), Err(Some(Resolution::Ms10)));
        assert_eq!(span.to_ticks(Resolution::Ms10), Ok(125));
        assert_eq!(TimeSpan::from_ns(1).to_ticks(Resolution::Ms1), Err(None));
    }

    #[test]
    fn sampled_lengths_are_rounded_half_up_and_positive_ones_last_a_tick() {
        assert_eq!(Resolution::S1.ticks_from_s_rounded(2.5), 3);
        assert_eq!(Resolution::S1.ticks_from_s_rounded(2.499), 2);
        assert_eq!(Resolution::S1.ticks_from_s_rounded(0.001), 1);
        assert_eq!(Resolution::S1.ticks_from_s_rounded(0.0), 0);
        assert_eq!(Resolution::S1.ticks_from_s_rounded(f64::NAN), 0);
        assert_eq!(Resolution::Ms1.ticks_from_s_rounded(f64::INFINITY), u64::MAX);
    }
}
