//! Marks of axes of time: whole hours and days of the local clock, and lengths as people say them.

use crate::chart::{Axis, Tick};
use crate::report::units::duration_s;
use jiff::civil::Date;
use jiff::{Span, ToSpan, Zoned};

/// About so many marks, at most.
const MARKS: f64 = 8.0;

/// Steps within a day [s].
const STEPS_S: [f64; 16] = [
    1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 10_800.0, 21_600.0,
    43_200.0, 86_400.0,
];

/// Steps of a day and more.
#[derive(Clone, Copy)]
enum Step {
    Days(i64),
    Weeks(i64),
    Months(i16),
}

impl Step {
    const ALL: [(Self, f64); 11] = [
        (Self::Days(1), 1.0),
        (Self::Days(2), 2.0),
        (Self::Weeks(1), 7.0),
        (Self::Weeks(2), 14.0),
        (Self::Months(1), 30.4),
        (Self::Months(2), 60.8),
        (Self::Months(3), 91.2),
        (Self::Months(6), 182.5),
        (Self::Months(12), 365.0),
        (Self::Months(60), 1825.0),
        (Self::Months(240), 7300.0),
    ];

    fn span(self) -> Span {
        match self {
            Self::Days(n) => n.days(),
            Self::Weeks(n) => n.weeks(),
            Self::Months(n) => i64::from(n).months(),
        }
    }

    /// The first date of the step at or before a date.
    fn floor(self, date: Date) -> Date {
        match self {
            Self::Days(_) => date,
            Self::Weeks(_) => {
                let back = i64::from(date.weekday().to_monday_zero_offset());
                date.checked_sub(back.days()).unwrap_or(date)
            }
            Self::Months(n) if n >= 12 => {
                Date::new(date.year() - date.year() % (n / 12), 1, 1).unwrap_or(date)
            }
            Self::Months(n) => {
                let month = (i16::from(date.month()) - 1) / n * n + 1;
                Date::new(date.year(), month as i8, 1).unwrap_or(date)
            }
        }
    }

    fn format(self) -> &'static str {
        match self {
            Self::Days(1) => "%a %-d %b",
            Self::Days(_) | Self::Weeks(_) => "%-d %b",
            Self::Months(n) if n < 12 => "%b %Y",
            Self::Months(_) => "%Y",
        }
    }
}

/// The axis of a run.
pub(super) fn of_run(start: Option<&Zoned>, end_s: f64, marks: f64) -> Axis {
    let ticks = match start {
        Some(start) => calendar(start, end_s, marks),
        None => lengths(end_s, marks),
    };
    Axis { min: 0.0, max: end_s, log: false, ticks, labels: true }
}

fn calendar(start: &Zoned, end_s: f64, marks: f64) -> Vec<Tick> {
    let days = end_s / 86_400.0;
    if days * 2.0 <= marks {
        return hours(start, end_s, marks);
    }
    let step = Step::ALL.into_iter().find(|(_, length)| days / length <= marks);
    let step = step.map_or(Step::Months(240), |s| s.0);
    let mut ticks = Vec::new();
    let mut date = step.floor(start.date());
    while ticks.len() < 64 {
        // Midnight may not exist on a day of clock change; jiff then gives the first instant of the day.
        let Ok(midnight) = date.to_zoned(start.time_zone().clone()) else { break };
        let at = (midnight.timestamp().as_second() - start.timestamp().as_second()) as f64;
        if at > end_s {
            break;
        }
        if at >= 0.0 {
            ticks.push(Tick { at, label: midnight.strftime(step.format()).to_string() });
        }
        let Ok(next) = date.checked_add(step.span()) else { break };
        date = next;
    }
    ticks
}

fn hours(start: &Zoned, end_s: f64, marks: f64) -> Vec<Tick> {
    let step = STEPS_S.into_iter().find(|step| end_s / step <= marks).unwrap_or(86_400.0);
    let time = start.time();
    let since_midnight =
        f64::from(time.hour()) * 3600.0 + f64::from(time.minute()) * 60.0 + f64::from(time.second());
    let mut ticks = Vec::new();
    let mut at = (since_midnight / step).ceil() * step - since_midnight;
    while at <= end_s && ticks.len() < 64 {
        let Ok(clock) = start.checked_add(jiff::SignedDuration::from_secs(at as i64)) else { break };
        let format = if clock.hour() == 0 && clock.minute() == 0 && clock.second() == 0 {
            "%a %-d %b"
        } else if step < 60.0 {
            "%H:%M:%S"
        } else {
            "%H:%M"
        };
        ticks.push(Tick { at, label: clock.strftime(format).to_string() });
        at += step;
    }
    ticks
}

/// Marks at round lengths of time from 0.
pub(super) fn lengths(max_s: f64, marks: f64) -> Vec<Tick> {
    let days = [86_400.0, 172_800.0, 604_800.0, 1_209_600.0, 2_592_000.0, 7_776_000.0, 31_536_000.0];
    let fractions = [0.001, 0.01, 0.1, 0.5];
    let steps = fractions.into_iter().chain(STEPS_S).chain(days);
    let step = steps.into_iter().find(|step| max_s / step <= marks).unwrap_or(max_s.max(1.0));
    let n = (max_s / step + 1e-9) as usize;
    (0..=n).map(|i| i as f64 * step).map(|at| Tick { at, label: duration_s(at) }).collect()
}

/// Marks of a logarithmic axis of lengths: those that people know.
const KNOWN_S: [f64; 17] = [
    1.0,
    3.0,
    10.0,
    30.0,
    60.0,
    180.0,
    600.0,
    1800.0,
    3600.0,
    3.0 * 3600.0,
    8.0 * 3600.0,
    86_400.0,
    3.0 * 86_400.0,
    7.0 * 86_400.0,
    28.0 * 86_400.0,
    120.0 * 86_400.0,
    730.0 * 86_400.0,
];

/// An axis for lengths of time up to `max_s`: logarithmic where most are far shorter than the longest.
pub(super) fn of_lengths(typical_s: f64, max_s: f64) -> Axis {
    if max_s <= 6.0 * typical_s.max(1.0) || max_s <= 30.0 {
        let max = max_s.max(1e-3) * 1.04;
        return Axis { min: 0.0, max, log: false, ticks: lengths(max, MARKS), labels: true };
    }
    // As far down as a hundredth of what is typical, and no further than a second.
    let low = (typical_s / 100.0).max(max_s / 1e5).max(1.0);
    let min = KNOWN_S.into_iter().rev().find(|k| *k <= low).unwrap_or(1.0);
    let inside = KNOWN_S.into_iter().filter(|k| *k >= min && *k <= max_s * 1.15);
    let mut ticks: Vec<Tick> = inside.map(|at| Tick { at, label: duration_s(at) }).collect();
    if let Some(first) = ticks.first_mut() {
        first.label = format!("≤{}", first.label);
    }
    Axis { min, max: max_s * 1.15, log: true, ticks, labels: true }
}

/// An axis of counts from 0 up to a mark at or above `max`, with about so many steps: of the round ones, those that end
/// nearest to it.
pub(super) fn of_counts(max: f64, marks: f64) -> Axis {
    let max = max.max(1.0);
    let magnitude = libm::pow(10.0, libm::log10(max / marks).floor());
    let round = [1.0, 2.0, 2.5, 3.0, 4.0, 5.0, 10.0].into_iter().map(|f| f * magnitude);
    // Halves of a node mean nothing.
    let whole_steps = round.filter(|step| *step >= 1.0 && step.fract() == 0.0);
    let steps = |step: f64| (max / step - 1e-9).ceil();
    let fit = whole_steps.chain([1.0]).filter(|step| steps(*step) <= marks + 1.0);
    let best = fit.min_by(|a, b| (steps(*a) * a).total_cmp(&(steps(*b) * b)).then(a.total_cmp(b)));
    let step = best.unwrap_or_else(|| (max / marks).ceil().max(1.0));
    let n = steps(step) as u64;
    let ticks = (0..=n).map(|i| i as f64 * step);
    let ticks: Vec<Tick> =
        ticks.map(|at| Tick { at, label: crate::report::units::whole(at as u64) }).collect();
    Axis { min: 0.0, max: n as f64 * step * 1.04, log: false, ticks, labels: true }
}
