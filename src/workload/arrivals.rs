//! When the batches of a class arrive.
//!
//! Poisson processes, whatever their rate does, are made by inversion: unit exponentials E₀, E₁ … (draw *n*
//! for batch *n*) are added up, and batch *n* comes when the integral of the rate since the beginning reaches
//! E₀ + … + Eₙ. That is exact for every rate that is constant on intervals, and it keeps the numbers of a batch
//! the same whatever the rate is, so configurations are compared under common random numbers.

use super::calendar::{Calendar, Clock, H_PER_WEEK};
use super::error::{ErrorKind, SampleError, exact_ticks};
use super::sample::Sampler;
use crate::rng::Stream;
use crate::scenario::schema::{Arrivals, ModulatedState};
use crate::units::{Resolution, TICK_END, Tick, TimeSpan};

/// Most intervals of constant rate that are looked at for one class: above, its states change absurdly often.
pub const MAX_RATE_INTERVALS: u64 = 100_000_000;

const S_PER_H: f64 = 3600.0;
const MAX_PER_HOUR: f64 = 1e9;

/// What an arrival process needs to know beside its own parameters.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Length of a tick.
    pub resolution: Resolution,
    /// First instant [ticks].
    pub from: Tick,
    /// First instant at which nothing arrives any more [ticks]; at most [`TICK_END`].
    pub to: Tick,
    /// Local time, for profiles.
    pub calendar: Option<&'a Calendar>,
    /// Stream of the gaps.
    pub gaps: Stream,
    /// Stream of the stays in the states of a Markov-modulated process.
    pub stays: Stream,
}

/// The submit times of a class's batches, in order.
#[derive(Debug)]
pub struct BatchTimes {
    process: Process,
    resolution: Resolution,
    from: Tick,
    to: Tick,
    /// Number of the next batch.
    batch: u64,
    gaps: Stream,
    gave_up: bool,
}

#[derive(Debug)]
enum Process {
    /// Poisson, by inversion.
    Inversion {
        path: Path,
        /// Now [s after `from`].
        at_s: f64,
        /// End of the present interval [s after `from`], and its rate [1/s].
        until_s: f64,
        rate: f64,
        intervals: u64,
    },
    /// Drawn gaps, added up unrounded.
    Renewal { gap: Sampler, at_s: f64 },
    /// Listed gaps, exact [ticks].
    Gaps { gaps: Vec<Tick>, at: u64 },
    /// Fixed times [ticks], ascending.
    At(std::vec::IntoIter<Tick>),
    /// Multiples of a period [ticks].
    Every { next: u64, period: u64 },
}

/// A rate over time, constant on intervals.
#[derive(Debug)]
enum Path {
    /// One interval without end.
    Constant(f64),
    /// Rate [1/s] and mean stay [s] of each state; number of the next visit.
    Modulated { states: Vec<(f64, f64)>, stays: Stream, visit: u64, until_s: f64 },
    /// Rates [1/s] by hour of the week; end of the present hour [ms after tick 0].
    Profile { rates: Vec<f64>, clock: Clock, until_ms: i64, from_ms: i64 },
}

impl Path {
    /// The next interval: its end [s after `from`] and its rate [1/s].
    fn next(&mut self) -> (f64, f64) {
        match self {
            Self::Constant(rate) => (f64::INFINITY, *rate),
            Self::Modulated { states, stays, visit, until_s } => {
                let (rate, mean_stay_s) = states[(*visit % states.len() as u64) as usize];
                *until_s += mean_stay_s * stays.draw(*visit).exponential();
                *visit += 1;
                (*until_s, rate)
            }
            Self::Profile { rates, clock, until_ms, from_ms } => {
                let (hour, end_ms) = clock.hour_of_week(*until_ms);
                *until_ms = end_ms;
                ((end_ms - *from_ms) as f64 / 1000.0, rates[hour % rates.len()])
            }
        }
    }
}

impl BatchTimes {
    /// Checks an arrival process and prepares it.
    ///
    /// # Errors
    /// Where a parameter is out of its range, or a profile has no calendar; the field is the path below
    /// `arrivals`.
    pub fn new(arrivals: &Arrivals, setting: &Setting<'_>) -> Result<Self, SampleError> {
        let Setting { resolution, from, to, gaps, .. } = *setting;
        let inversion = |path| Process::Inversion { path, at_s: 0.0, until_s: 0.0, rate: 0.0, intervals: 0 };
        let process = match arrivals {
            Arrivals::Poisson { per_hour } => {
                inversion(Path::Constant(positive_rate("per_hour", *per_hour)? / S_PER_H))
            }
            Arrivals::Renewal { gap } => {
                let within = |e: SampleError| SampleError { field: joined("gap", &e.field), ..e };
                let gap = Sampler::new(gap, resolution).map_err(within)?;
                match gap.listed_ticks() {
                    Some(ticks) => Process::Gaps { gaps: ticks.to_vec(), at: 0 },
                    None => Process::Renewal { gap, at_s: 0.0 },
                }
            }
            Arrivals::MarkovModulated(states) => inversion(modulated(states, setting.stays)?),
            Arrivals::Profile { per_hour, factors } => inversion(profile(*per_hour, factors, setting)?),
            Arrivals::At(times) => {
                let exact = |(i, t): (usize, &TimeSpan)| exact(&format!("[{i}]"), *t, resolution);
                let mut times: Vec<Tick> = times.iter().enumerate().map(exact).collect::<Result<_, _>>()?;
                times.sort_unstable();
                times.retain(|t| (from..to).contains(t));
                Process::At(times.into_iter())
            }
            Arrivals::Every { period, offset } => {
                let period_ticks = exact("period", *period, resolution)?;
                if period_ticks == 0 {
                    return Err(SampleError::new(
                        "period",
                        period,
                        "it is above 0",
                        "write for example \"1h\"",
                    ));
                }
                let offset = exact("offset", *offset, resolution)?;
                Process::Every { next: u64::from(from) + u64::from(offset), period: u64::from(period_ticks) }
            }
        };
        Ok(Self { process, resolution, from, to, batch: 0, gaps, gave_up: false })
    }

    /// About how many batches will come; infinite where nothing bounds them.
    #[must_use]
    pub fn expected(&self) -> f64 {
        let span_s = f64::from(self.to.saturating_sub(self.from)) * self.resolution.tick_s();
        match &self.process {
            Process::Inversion { path: Path::Constant(rate), .. } => rate * span_s,
            Process::Inversion { path: Path::Modulated { states, .. }, .. } => {
                let stay: f64 = states.iter().map(|(_, stay)| stay).sum();
                states.iter().map(|(rate, stay)| rate * stay).sum::<f64>() / stay * span_s
            }
            Process::Inversion { path: Path::Profile { rates, .. }, .. } => {
                rates.iter().sum::<f64>() / rates.len() as f64 * span_s
            }
            Process::Renewal { gap, .. } => gap.mean_s().map_or(0.0, |mean_s| span_s / mean_s),
            Process::Gaps { gaps, .. } => {
                let sum: u64 = gaps.iter().map(|g| u64::from(*g)).sum();
                f64::from(self.to.saturating_sub(self.from)) * gaps.len() as f64 / sum as f64
            }
            Process::At(times) => times.len() as f64,
            Process::Every { next, period } => (f64::from(self.to) - *next as f64).max(0.0) / *period as f64,
        }
    }

    /// Whether it ended because its rate changes absurdly often, see [`MAX_RATE_INTERVALS`].
    #[must_use]
    pub fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// Submit time of the next batch [ticks], rounded half up; `None` from `to` on.
    fn next_tick(&mut self) -> Option<u64> {
        let from = u64::from(self.from);
        match &mut self.process {
            Process::At(times) => times.next().map(u64::from),
            Process::Every { next, period } => {
                let at = *next;
                *next += *period;
                Some(at)
            }
            Process::Gaps { gaps, at } => {
                *at += u64::from(gaps[(self.batch % gaps.len() as u64) as usize]);
                Some(from + *at)
            }
            Process::Renewal { gap, at_s } => {
                *at_s += gap.sample_s(&self.gaps, self.batch);
                Some(from.saturating_add(instant(self.resolution, *at_s)))
            }
            Process::Inversion { path, at_s, until_s, rate, intervals } => {
                let end_s = f64::from(self.to - self.from) * self.resolution.tick_s();
                let mut need = self.gaps.draw(self.batch).exponential();
                loop {
                    let offers = if *rate > 0.0 { *rate * (*until_s - *at_s) } else { 0.0 };
                    if need < offers {
                        *at_s += need / *rate;
                        return Some(from.saturating_add(instant(self.resolution, *at_s)));
                    }
                    need -= offers;
                    *at_s = *until_s;
                    if *at_s >= end_s {
                        return None;
                    }
                    if *intervals == MAX_RATE_INTERVALS {
                        self.gave_up = true;
                        return None;
                    }
                    *intervals += 1;
                    (*until_s, *rate) = path.next();
                }
            }
        }
    }
}

impl Iterator for BatchTimes {
    type Item = Tick;

    fn next(&mut self) -> Option<Tick> {
        if self.from >= self.to {
            return None;
        }
        let tick = self.next_tick().filter(|t| *t < u64::from(self.to))?;
        self.batch += 1;
        Some(tick as Tick)
    }
}

/// An instant in ticks, rounded half up; unlike a duration, one just after 0 is 0.
fn instant(resolution: Resolution, at_s: f64) -> u64 {
    if at_s < resolution.tick_s() / 2.0 { 0 } else { resolution.ticks_from_s_rounded(at_s) }
}

fn modulated(states: &[ModulatedState], stays: Stream) -> Result<Path, SampleError> {
    if states.is_empty() {
        return Err(SampleError::new(
            "",
            "[]",
            "there is at least one state",
            "list one, or write `Poisson`",
        )
        .of_kind(ErrorKind::EmptyList));
    }
    for (i, state) in states.iter().enumerate() {
        rate(&format!("[{i}].per_hour"), state.per_hour)?;
        if state.mean_stay == TimeSpan::ZERO {
            let field = format!("[{i}].mean_stay");
            return Err(SampleError::new(field, state.mean_stay, "it is above 0", "leave out the state"));
        }
    }
    if states.iter().all(|s| s.per_hour == 0.0) {
        return Err(nothing_arrives("[0].per_hour", "the rate of one state at least is above 0"));
    }
    let states = states.iter().map(|s| (s.per_hour / S_PER_H, s.mean_stay.as_s())).collect();
    Ok(Path::Modulated { states, stays, visit: 0, until_s: 0.0 })
}

fn profile(per_hour: f64, factors: &[f64], setting: &Setting<'_>) -> Result<Path, SampleError> {
    let per_hour = positive_rate("per_hour", per_hour)?;
    if ![24, H_PER_WEEK].contains(&factors.len()) {
        let found = match factors.len() {
            1 => "1 factor".to_owned(),
            n => format!("{n} factors"),
        };
        let rule = "24 (hours of the day) or 168 (hours of the week, Monday first) are needed";
        return Err(
            SampleError::new("factors", found, rule, "list 24 or 168 of them").of_kind(ErrorKind::Profile)
        );
    }
    for (i, factor) in factors.iter().enumerate() {
        let field = format!("factors[{i}]");
        rate(&field, *factor)
            .and_then(|_| rate(&field, *factor * per_hour))
            .map_err(|e| e.of_kind(ErrorKind::Profile))?;
    }
    if factors.iter().all(|f| *f == 0.0) {
        return Err(nothing_arrives("factors", "one factor at least is above 0").of_kind(ErrorKind::Profile));
    }
    let Some(calendar) = setting.calendar else {
        return Err(SampleError::new(
            "",
            "Profile",
            "hours of the day need the date and time of tick 0",
            "set the scenario's `start: \"2026-03-02T00:00\"`, and `time_zone` where it is not UTC",
        )
        .of_kind(ErrorKind::Profile));
    };
    let from_ms = (u64::from(setting.from) * (setting.resolution.ns() / 1_000_000)) as i64;
    let rates = factors.iter().map(|f| f * per_hour / S_PER_H).collect();
    Ok(Path::Profile { rates, clock: calendar.clock(), until_ms: from_ms, from_ms })
}

fn rate(field: &str, value: f64) -> Result<f64, SampleError> {
    if (0.0..=MAX_PER_HOUR).contains(&value) {
        return Ok(value);
    }
    Err(SampleError::new(field, value, "a rate per hour lies between 0 and 1e9", "write for example 12.5"))
}

fn positive_rate(field: &str, value: f64) -> Result<f64, SampleError> {
    if rate(field, value)? > 0.0 { Ok(value) } else { Err(nothing_arrives(field, "it is above 0")) }
}

fn nothing_arrives(field: &str, rule: &str) -> SampleError {
    SampleError::new(field, "0", rule, "leave out the class if nothing arrives")
}

fn exact(field: &str, span: TimeSpan, resolution: Resolution) -> Result<Tick, SampleError> {
    exact_ticks(span, resolution).map_err(|e| SampleError { field: field.to_owned(), ..e })
}

/// A path below a field: `gap.cv`, `gap[3]`, `gap`.
fn joined(field: &str, below: &str) -> String {
    match below {
        "" => field.to_owned(),
        below if below.starts_with('[') => format!("{field}{below}"),
        below => format!("{field}.{below}"),
    }
}

/// The last instant plus one, for classes that only a number of jobs bounds.
pub(crate) const UNBOUNDED: Tick = TICK_END;

#[cfg(test)]
mod tests;
