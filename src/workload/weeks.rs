//! Replications of logs: whole weeks, drawn with replacement.
//!
//! Replication 0 is the log as it is. In every further one, each week of the run (168 hours, counted from tick 0,
//! after windows) gets the jobs of a whole week of the log, moved by whole weeks. So the hour of the week stays, and
//! with it what depends on it; a job moves with all that it has. A last or first part of a week gets the same part of
//! a drawn week. Thinning and the load factor come later.
//!
//! Logs with the same whole weeks draw the same ones: what they have in common stays together. The draws depend on
//! nothing else, so that two scenarios that are compared, or the points of a sweep, get the same weeks.

use super::build::Builder;
use super::{Job, Source};
use crate::rng::stream;
use crate::scenario::schema::{Resample, Workload};
use crate::units::TICK_END;
use crate::workload::build::Note;
use std::ops::Range;

const NS_PER_DAY: i64 = 86_400_000_000_000;
const DAYS_PER_WEEK: i64 = 7;
/// Days that may be missing at the beginning of a whole week: a log rarely begins with the day.
const MISSING_BEFORE_D: i64 = 1;
/// And at its end: on many systems nobody submits at the weekend.
const MISSING_AFTER_D: i64 = 3;
/// Fewest weeks among which to draw.
const WEEKS_MIN: u64 = 2;

/// A log that further replications resample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resampled {
    /// The log's path.
    pub path: String,
    /// Whole weeks among which a replication draws.
    pub weeks: u64,
}

/// The time that a log covers [ticks from tick 0 on].
#[derive(Clone, Debug)]
pub(crate) struct Cover {
    /// Index of the log in the scenario.
    pub(crate) log: u32,
    /// From its first job to its last, those outside windows included.
    pub(crate) jobs: Range<i64>,
    /// What windows and `start` leave of the time.
    pub(crate) window: Range<i64>,
}

impl Cover {
    /// Beyond all times, and far from the bounds of its type.
    pub(crate) const FAR: i128 = 1 << 60;

    /// After the workload's window, whose beginning becomes tick 0.
    pub(crate) fn cut(&mut self, window: &Range<u64>) {
        let far = |ticks: u64| i64::try_from(i128::from(ticks).min(Self::FAR)).unwrap_or(i64::MAX);
        let (from, to) = (far(window.start), far(window.end));
        for range in [&mut self.jobs, &mut self.window] {
            range.start -= from;
            range.end -= from;
        }
        self.window.start = self.window.start.max(0);
        self.window.end = self.window.end.min(to - from);
    }

    /// The time covered, as far as windows leave it.
    fn days(&self, day: i64) -> u64 {
        let (from, to) = (self.jobs.start.max(self.window.start), self.jobs.end.min(self.window.end));
        u64::try_from((to - from).max(1)).unwrap_or(1).div_ceil(day as u64)
    }

    /// Its weeks. A natural beginning or end that misses little of a week is moved to the week's; a window is not.
    fn weeks(&self, day: i64) -> Weeks {
        let week = DAYS_PER_WEEK * day;
        let (first, last) =
            (self.jobs.start.div_euclid(week) * week, -(-self.jobs.end).div_euclid(week) * week);
        let from = if self.jobs.start - first < MISSING_BEFORE_D * day { first } else { self.jobs.start };
        let to = if last - self.jobs.end < MISSING_AFTER_D * day { last } else { self.jobs.end };
        let (from, to) = (from.max(self.window.start).max(0) as u64, to.min(self.window.end).max(0) as u64);
        let week = week as u64;
        Weeks { covered: from..to.max(from), whole: from.div_ceil(week)..to / week, week }
    }
}

/// The weeks of a log.
struct Weeks {
    /// Time covered [ticks].
    covered: Range<u64>,
    /// Numbers of the whole ones.
    whole: Range<u64>,
    /// Length of a week [ticks].
    week: u64,
}

impl Weeks {
    /// How many are whole.
    fn count(&self) -> u64 {
        self.whole.end.saturating_sub(self.whole.start)
    }

    /// Every week of the run that the log covers in part: its number, and which part [ticks after its beginning].
    fn slots(&self) -> impl Iterator<Item = (u64, Range<u64>)> {
        let (week, covered) = (self.week, self.covered.clone());
        (covered.start / week..covered.end.div_ceil(week)).map(move |k| {
            let begin = k * week;
            (k, covered.start.saturating_sub(begin)..(covered.end - begin).min(week))
        })
    }

    /// The log's jobs, by whole week.
    fn jobs_by_week(&self, jobs: &[Job]) -> Vec<Vec<usize>> {
        let mut by_week = vec![Vec::new(); self.count() as usize];
        for (i, job) in jobs.iter().enumerate() {
            let number = (job.submit / self.week).checked_sub(self.whole.start);
            if let Some(list) = number.and_then(|n| by_week.get_mut(n as usize)) {
                list.push(i);
            }
        }
        by_week
    }
}

/// Replaces the jobs of logs, in replications after the first. Gives the logs concerned, and notes those that are too
/// short, in every replication.
pub(crate) fn resample(workload: &Workload, builder: &mut Builder<'_>) -> Vec<Resampled> {
    let day = NS_PER_DAY / builder.ctx.resolution.ns() as i64;
    let mut resampled = Vec::new();
    let mut weeks_of: Vec<Option<Weeks>> = workload.logs.iter().map(|_| None).collect();
    for cover in std::mem::take(&mut builder.covers) {
        let Some(log) = workload.logs.get(cover.log as usize) else { continue };
        let left = builder.drafts.iter().any(|job| matches!(job.source, Source::Log(i, _) if i == cover.log));
        if log.resample == Resample::Never || !left {
            continue;
        }
        let (path, weeks) = (log.path.clone(), cover.weeks(day));
        if weeks.count() < WEEKS_MIN {
            let (days, weeks) = (cover.days(day), weeks.count());
            builder.notes.push(Note::TooShortToResample { path, days, weeks });
            continue;
        }
        resampled.push(Resampled { path, weeks: weeks.count() });
        weeks_of[cover.log as usize] = Some(weeks);
    }
    if builder.ctx.replication > 0 && !resampled.is_empty() {
        replace(&weeks_of, builder);
    }
    resampled
}

/// Puts drawn weeks in the place of the jobs of logs that have some; all others stay.
fn replace(weeks_of: &[Option<Weeks>], builder: &mut Builder<'_>) {
    let (jobs, ordinals) = (std::mem::take(&mut builder.drafts), std::mem::take(&mut builder.ordinals));
    let log_of = |job: &Job| match job.source {
        Source::Log(i, _) => Some(i),
        _ => None,
    };
    builder.pending = jobs.len() as u64;
    let mut at = 0;
    // The jobs of a log stand together.
    for piece in jobs.chunk_by(|a, b| log_of(a) == log_of(b)) {
        let lines = &ordinals[at..at + piece.len()];
        at += piece.len();
        builder.pending -= piece.len() as u64;
        let log = log_of(&piece[0]);
        match log.and_then(|i| Some((i, weeks_of.get(i as usize)?.as_ref()?))) {
            Some((log, weeks)) => draw(log, weeks, piece, lines, builder),
            None => {
                builder.drafts.extend_from_slice(piece);
                builder.ordinals.extend_from_slice(lines);
            }
        }
    }
}

/// Draws the weeks of a log.
fn draw(log: u32, weeks: &Weeks, jobs: &[Job], lines: &[u64], builder: &mut Builder<'_>) {
    let scope = format!("logs:weeks {} to {}", weeks.whole.start, weeks.whole.end);
    let stream = builder.stream(&scope, stream::WEEKS);
    let by_week = weeks.jobs_by_week(jobs);
    let drawn = |slot: u64| &by_week[stream.draw(slot).below(weeks.count()) as usize];
    let total: u64 = weeks.slots().map(|(slot, _)| drawn(slot).len() as u64).sum();
    if total > builder.room() {
        let replication = builder.ctx.replication;
        let place = format!("workload.logs[{log}]");
        builder.refuse_jobs(&place, format!("{total} in replication {replication}"));
        return;
    }
    for (slot, part) in weeks.slots() {
        for &i in drawn(slot) {
            let (job, after) = (&jobs[i], jobs[i].submit % weeks.week);
            if !part.contains(&after) {
                continue;
            }
            let submit = slot * weeks.week + after;
            // What lies beyond the last tick never comes.
            let cancel = job.cancel.map(|cancel| submit + (cancel - job.submit));
            let cancel = cancel.filter(|cancel| *cancel < u64::from(TICK_END));
            builder.drafts.push(Job { submit, cancel, ..job.clone() });
            // A week that is drawn twice is not thinned alike: lines are below 2^32.
            builder.ordinals.push(lines[i] | ((slot + 1) << 32));
        }
    }
}

#[cfg(test)]
mod tests;
