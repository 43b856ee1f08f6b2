//! Dates in logs: reading them, and guessing which format an unreadable one has.

use super::report::Fault;
use jiff::Timestamp;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;

/// A format of dates, and the zone of those that name none.
pub(super) struct DateFormat {
    pub(super) format: String,
    /// `None`: UTC, where local times are elapsed times.
    zone: Option<TimeZone>,
}

/// Formats that job logs are written in, for suggestions; the first that fits is suggested.
const FORMATS: [&str; 22] = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S%.fZ",
    "%Y-%m-%d %H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S%:z",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%S%.f%:z",
    "%Y-%m-%d %H:%M:%S%:z",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S%.f%:z",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
];

impl DateFormat {
    pub(super) fn new(format: &str, zone: &TimeZone) -> Self {
        // A written Z is UTC, whatever the scenario's zone is.
        let zulu = format.ends_with('Z') && !format.ends_with("%Z");
        let zone = (!zulu && *zone != TimeZone::UTC).then(|| zone.clone());
        Self { format: format.to_owned(), zone }
    }

    /// Whether it is one that can be used at all.
    pub(super) fn is_valid(&self) -> bool {
        sample(&self.format).is_some()
    }

    /// A date and time [ns since 1970]. Without an offset it is local time of the zone; what clocks skip there
    /// is an hour later, what they show twice is the first.
    pub(super) fn ns(&self, text: &[u8]) -> Result<i64, Fault> {
        let parts = BrokenDownTime::parse(&self.format, text).map_err(|_| Fault::NotADate)?;
        let at = if parts.offset().is_some() {
            parts.to_timestamp()
        } else {
            parts
                .to_datetime()
                .and_then(|local| match &self.zone {
                    None => TimeZone::UTC.to_timestamp(local),
                    Some(zone) => zone.to_ambiguous_timestamp(local).compatible(),
                })
                .or_else(|_| parts.to_timestamp())
        };
        let at = at.map_err(|_| Fault::NotADate)?;
        i64::try_from(at.as_nanosecond()).map_err(|_| Fault::TooLarge)
    }

    /// What a date of this format looks like.
    pub(super) fn sample(&self) -> String {
        sample(&self.format).unwrap_or_default()
    }
}

fn sample(format: &str) -> Option<String> {
    // 2026-03-02 14:30:05, so that day, month, hour and minute can be told apart.
    let at = Timestamp::from_second(1_772_461_805).ok()?.to_zoned(TimeZone::UTC);
    strtime::format(format, &at).ok()
}

/// A format in which a text is a date.
pub(super) fn guess(text: &[u8]) -> Option<&'static str> {
    FORMATS.into_iter().find(|format| DateFormat::new(format, &TimeZone::UTC).ns(text).is_ok())
}

/// Whether a text is a time of the clock, as `01:30:00`.
pub(super) fn is_clock(text: &[u8]) -> bool {
    text.contains(&b':') && text.iter().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'))
}

/// Whether a text is a plain number.
pub(super) fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|b| b.is_ascii_digit() || *b == b'.')
}

/// A date for a message, in a zone; `None` beyond the year 9999.
pub(super) fn shown(ns: i128, zone: &TimeZone) -> Option<String> {
    let at = Timestamp::from_nanosecond(ns).ok()?;
    Some(at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_that_is_suggested_reads_its_own_sample() {
        for format in FORMATS {
            let sample = sample(format).unwrap();
            assert!(guess(sample.as_bytes()).is_some(), "{format}: {sample}");
        }
        assert_eq!(guess(b"2026-03-02 14:30:05"), Some("%Y-%m-%d %H:%M:%S"));
        assert_eq!(guess(b"2026-03-02T14:30:05Z"), Some("%Y-%m-%dT%H:%M:%SZ"));
        assert_eq!(guess(b"17/03/2026 14:30"), Some("%d/%m/%Y %H:%M"));
        assert_eq!(guess(b"03/17/2026 14:30:05"), Some("%m/%d/%Y %H:%M:%S"));
        assert_eq!(guess(b"1234"), None);
        assert!(is_clock(b"01:30:00") && !is_clock(b"2026-03-02 14:30") && !is_clock(b"90"));
    }

    #[test]
    fn dates_without_an_offset_are_local_and_a_written_z_is_not() {
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        let ns = |format: &str, text: &str| DateFormat::new(format, &zone).ns(text.as_bytes()).unwrap();
        let plain = "%Y-%m-%d %H:%M:%S";
        let hour = 3_600_000_000_000;
        // The night on which clocks go forward: one hour by the sun.
        assert_eq!(ns(plain, "2026-03-29 03:00:00") - ns(plain, "2026-03-29 01:00:00"), hour);
        assert_eq!(ns(plain, "2026-03-29 02:30:00"), ns(plain, "2026-03-29 03:30:00"));
        assert_eq!(ns("%Y-%m-%d %H:%M:%SZ", "2026-03-01 00:00:00Z") - ns(plain, "2026-03-01 00:00:00"), hour);
    }
}
