//! Times of day: the scenario's `start` and `time_zone`.
//!
//! The time zone database is the one bundled with `jiff`, never the machine's: a result must not depend on
//! the machine it was made on.

use super::error::{ErrorKind, WorkloadError, did_you_mean};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned, civil};

const S_PER_H: i64 = 3600;
const H_PER_DAY: i64 = 24;
/// Hours of a week: the length of a weekly profile.
pub(super) const H_PER_WEEK: usize = 168;

/// A time zone of the bundled database, as `Europe/Amsterdam`; `UTC` where none is named.
///
/// # Errors
/// Where the database has no such name.
pub fn zone(name: Option<&str>) -> Result<TimeZone, WorkloadError> {
    let Some(name) = name else { return Ok(TimeZone::UTC) };
    let zones = TimeZoneDatabase::bundled();
    zones.get(name).map_err(|_| {
        let all: Vec<String> = zones.available().map(|n| n.to_string()).collect();
        let near = did_you_mean(name, all.iter().map(String::as_str));
        // The list of all 600 helps nobody.
        let near = near.split_once("? ").map_or("write for example \"Europe/Amsterdam\"", |(near, _)| near);
        WorkloadError::new(
            ErrorKind::TimeZone,
            "time_zone",
            format!("{name:?}"),
            "it is no name in the IANA time zone database",
            format!("{near}{}", if near.starts_with("did") { "?" } else { "" }),
        )
    })
}

/// The local time of a run: when tick 0 is, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    /// Tick 0 [s since 1970-01-01 UTC].
    start_unix_s: i64,
    zone: TimeZone,
}

impl Calendar {
    /// Reads `start`, as `2026-03-02T00:00`, local time of a zone.
    ///
    /// A local time that clocks show twice means the first of the two.
    ///
    /// # Errors
    /// Where it cannot be read, or clocks skip that local time.
    pub fn parse(start: &str, zone: &TimeZone) -> Result<Self, WorkloadError> {
        let invalid = |rule: &str, help: &str| {
            WorkloadError::new(ErrorKind::Date, "start", format!("{start:?}"), rule, help)
        };
        let local: civil::DateTime = start.trim().parse().map_err(|_| {
            invalid(
                "it is no local date and time",
                "write for example \"2026-03-02T00:00\", without an offset",
            )
        })?;
        if local.subsec_nanosecond() != 0 {
            return Err(invalid("it is a whole number of seconds", "leave out the fraction"));
        }
        let offset = match zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Fold { before, .. } => before,
            AmbiguousOffset::Gap { .. } => {
                let name = zone.iana_name().unwrap_or("that time zone");
                return Err(invalid(
                    &format!("clocks in {name} skip it, for daylight saving time"),
                    "write a time an hour later",
                ));
            }
        };
        let start = offset
            .to_timestamp(local)
            .map_err(|_| invalid("it lies between the years −9999 and 9999", "write a nearer date"))?;
        Ok(Self { start_unix_s: start.as_second(), zone: zone.clone() })
    }

    /// A calendar on which tick 0 is so many seconds after 1970-01-01 UTC.
    #[must_use]
    pub fn at(start_unix_s: i64, zone: &TimeZone) -> Self {
        Self { start_unix_s, zone: zone.clone() }
    }

    /// The same for a run that begins so many seconds later.
    #[must_use]
    pub fn later(self, seconds: i64) -> Self {
        Self { start_unix_s: self.start_unix_s.saturating_add(seconds), ..self }
    }

    /// Tick 0 [s since 1970-01-01 UTC].
    #[must_use]
    pub fn start_unix_s(&self) -> i64 {
        self.start_unix_s
    }

    /// Local date and time of tick 0, with its zone; `None` beyond the year 9999.
    #[must_use]
    pub fn start(&self) -> Option<Zoned> {
        Some(Timestamp::from_second(self.start_unix_s).ok()?.to_zoned(self.zone.clone()))
    }

    /// The local date and time so many seconds after tick 0; `None` beyond the year 9999.
    #[must_use]
    pub fn local(&self, after_s: i64) -> Option<civil::DateTime> {
        let at = Timestamp::from_second(self.start_unix_s.checked_add(after_s)?).ok()?;
        Some(self.zone.to_datetime(at))
    }

    /// A clock that walks through the hours.
    pub(crate) fn clock(&self) -> Clock {
        Clock { calendar: self.clone(), offset_s: 0, offset_until_unix_s: i64::MIN }
    }
}

/// Walks through the local hours of a [`Calendar`] in order of time.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    calendar: Calendar,
    /// Offset from UTC in force [s].
    offset_s: i64,
    /// First instant at which it must be looked up again [s since 1970].
    offset_until_unix_s: i64,
}

impl Clock {
    /// The local hour of the week (Monday 00 is 0) that holds an instant, and its end; both instants in
    /// milliseconds after tick 0. Not to be called with earlier instants later on.
    ///
    /// An hour also ends where the offset changes, so that skipped hours are skipped and doubled hours count
    /// twice.
    pub(crate) fn hour_of_week(&mut self, after_ms: i64) -> (usize, i64) {
        let unix_s = self.calendar.start_unix_s + after_ms.div_euclid(1000);
        if unix_s >= self.offset_until_unix_s {
            self.look_up(unix_s);
        }
        let local_s = unix_s + self.offset_s;
        let day = local_s.div_euclid(S_PER_H * H_PER_DAY);
        let hour = local_s.div_euclid(S_PER_H).rem_euclid(H_PER_DAY);
        // 1970-01-01 was a Thursday.
        let weekday = (day + 3).rem_euclid(7);
        let hour_end_unix_s = unix_s - local_s.rem_euclid(S_PER_H) + S_PER_H;
        let end_unix_s = hour_end_unix_s.min(self.offset_until_unix_s);
        ((weekday * H_PER_DAY + hour) as usize, (end_unix_s - self.calendar.start_unix_s) * 1000)
    }

    fn look_up(&mut self, unix_s: i64) {
        // Beyond the year 9999 the last offset stays.
        self.offset_until_unix_s = i64::MAX;
        if let Ok(at) = Timestamp::from_second(unix_s) {
            self.offset_s = i64::from(self.calendar.zone.to_offset(at).seconds());
            if let Some(next) = self.calendar.zone.following(at).next() {
                self.offset_until_unix_s = next.timestamp().as_second();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(start: &str, zone: &str) -> Calendar {
        Calendar::parse(start, &super::zone(Some(zone)).unwrap()).unwrap()
    }

    /// Local hours of the day, in order, from a start.
    fn hours(start: &str, zone: &str, n: usize) -> Vec<(usize, i64)> {
        let mut clock = calendar(start, zone).clock();
        let mut at_ms = 0;
        (0..n)
            .map(|_| {
                let (hour, end_ms) = clock.hour_of_week(at_ms);
                let length_min = (end_ms - at_ms) / 60_000;
                at_ms = end_ms;
                (hour % 24, length_min)
            })
            .collect()
    }

    #[test]
    fn a_week_begins_on_monday() {
        let mut clock = calendar("2026-03-02T00:30", "UTC").clock();
        assert_eq!(clock.hour_of_week(0), (0, 30 * 60_000));
        assert_eq!(clock.hour_of_week(24 * 3_600_000).0, 24);
        assert_eq!(clock.hour_of_week(6 * 24 * 3_600_000 + 23 * 3_600_000).0, 167);
    }

    #[test]
    fn daylight_saving_skips_an_hour_and_doubles_one() {
        let zone = "Europe/Amsterdam";
        assert_eq!(hours("2026-03-29T01:00", zone, 3), [(1, 60), (3, 60), (4, 60)]);
        assert_eq!(hours("2026-10-25T01:00", zone, 4), [(1, 60), (2, 60), (2, 60), (3, 60)]);
        // Lord Howe Island moves by half an hour, at 02:00.
        assert_eq!(hours("2026-10-04T01:00", "Australia/Lord_Howe", 3), [(1, 60), (2, 30), (3, 60)]);
        assert_eq!(hours("2026-04-05T01:00", "Australia/Lord_Howe", 4), [(1, 60), (1, 30), (2, 60), (3, 60)]);
        // Hours of a zone at half past are not those of UTC.
        assert_eq!(hours("2026-06-01T00:00", "Asia/Kolkata", 2), [(0, 60), (1, 60)]);
    }

    #[test]
    fn what_is_no_time_or_no_zone_says_so() {
        for (start, zone, says) in [
            ("2026-03-29T02:30", "Europe/Amsterdam", "clocks in Europe/Amsterdam skip it"),
            ("2026-03-02T00:00", "Europe/Amsterdm", "did you mean \"Europe/Amsterdam\"?"),
            ("2026-03-02T00:00", "", "no name in the IANA time zone database"),
            ("2026-02-30", "UTC", "no local date and time"),
            ("2026-03-02T00:00Z", "UTC", "no local date and time"),
            ("2026-03-02T00:00:00.5", "UTC", "whole number of seconds"),
            ("monday", "UTC", "no local date and time"),
        ] {
            let error = super::zone(Some(zone)).and_then(|zone| Calendar::parse(start, &zone));
            let error = error.unwrap_err().to_string();
            assert!(error.contains(says), "{start} {zone}: {error}");
        }
        assert!(Calendar::parse("2026-03-02", &TimeZone::UTC).is_ok());
        let twice = calendar("2026-10-25T02:30", "Europe/Amsterdam");
        assert_eq!(twice.start().unwrap().to_string(), "2026-10-25T02:30:00+02:00[Europe/Amsterdam]");
    }

    #[test]
    fn local_times_are_told_back() {
        let calendar = calendar("2026-03-29T01:00", "Europe/Amsterdam");
        assert_eq!(calendar.local(3600).unwrap().to_string(), "2026-03-29T03:00:00");
        assert_eq!(calendar.local(i64::MAX), None);
    }
}
