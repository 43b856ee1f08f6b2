//! Where the jobs of the logs lie on the ticks of the run.
//!
//! Submit times that are dates follow the scenario's `start`: a job submitted on the date of `start` comes at
//! tick 0. Where the scenario has no `start`, it becomes the first date of all logs (of their windows). Submit
//! times that are numbers have no date: the first of the log (or the beginning of its window) is tick 0.

use super::{LeftOut, LogFigures, NONE, ReadLog, dates, number};
use crate::scenario::schema::Log;
use crate::units::{NEVER, TimeSpan};
use crate::workload::build::{Builder, Note};
use crate::workload::calendar::Calendar;
use crate::workload::error::{ErrorKind, WorkloadError};
use crate::workload::weeks::Cover;
use crate::workload::{Job, Source};

const NS_PER_S: i128 = 1_000_000_000;

/// Dates become ticks from here on.
#[derive(Clone, Copy)]
pub(crate) struct DateZero {
    /// Tick 0 [ns since 1970].
    ns: i128,
    /// The scenario says so; otherwise a log does.
    given: bool,
}

/// The date of tick 0. Where the scenario gives none, that of the first job of the logs becomes the builder's
/// calendar, so that profiles of drawn classes follow it too.
pub(crate) fn date_zero(logs: &[Log], read: &[ReadLog], builder: &mut Builder<'_>) -> Option<DateZero> {
    if let Some(calendar) = &builder.calendar {
        return Some(DateZero { ns: i128::from(calendar.start_unix_s()) * NS_PER_S, given: true });
    }
    let tick_ns = i128::from(builder.ctx.resolution.ns());
    let begin = |log: &ReadLog| Some(first_ns(log)? + i128::from(log.common.window.start) * tick_ns);
    let first =
        read.iter().filter(|log| log.dated).filter_map(|log| Some((begin(log)?, log))).min_by_key(|f| f.0);
    let Some((ns, log)) = first else {
        if logs.iter().any(Log::has_dates) && !builder.errors.is_empty() {
            // The log that would say the date cannot be read, which was told. Nothing will run, and nobody
            // needs to hear that the date is missing.
            builder.calendar = Some(Calendar::at(0, builder.ctx.zone));
        }
        return None;
    };
    let path = log.report.path.clone();
    // Calendars know whole seconds.
    let calendar = Calendar::at(i64::try_from(ns.div_euclid(NS_PER_S)).unwrap_or(i64::MAX), builder.ctx.zone);
    let start = calendar.start().map(|start| start.strftime("%Y-%m-%d %H:%M:%S (%Q)").to_string());
    let window_from = logs.get(log.index).and_then(|log| log.window).map_or(TimeSpan::ZERO, |w| w.from);
    let moved = TimeSpan::ZERO;
    builder.notes.push(Note::StartFromLog { path, start: start.unwrap_or_default(), window_from, moved });
    builder.calendar = Some(calendar);
    Some(DateZero { ns, given: false })
}

fn first_ns(log: &ReadLog) -> Option<i128> {
    log.rows.iter().map(|row| i128::from(row.submit_ns)).min()
}

/// Adds the jobs of the logs that were read.
pub(crate) fn add(read: Vec<ReadLog>, zero: Option<DateZero>, builder: &mut Builder<'_>) {
    for log in read {
        builder.pending -= log.rows.len() as u64;
        place(log, zero, builder);
    }
}

/// Makes the jobs of a log, and its report.
fn place(log: ReadLog, date_zero: Option<DateZero>, builder: &mut Builder<'_>) {
    let resolution = builder.ctx.resolution;
    let Some(first) = first_ns(&log) else { return };
    let last = log.rows.iter().map(|row| i128::from(row.submit_ns)).max().unwrap_or(first);
    let date_zero = date_zero.filter(|_| log.dated);
    let ReadLog { index, rows, mut report, common, dated } = log;
    // Where the window counts from, and where ticks do.
    let (window_from, tick_0) = match date_zero {
        Some(DateZero { ns, given: true }) => (ns, ns),
        Some(DateZero { ns, given: false }) => (first, ns),
        None => (first, first + i128::from(common.window.start) * i128::from(resolution.ns())),
    };
    if first == tick_0 && !date_zero.is_some_and(|zero| zero.given) {
        report.origin_ns = i64::try_from(first).unwrap_or_default();
    }
    // Saturated: what is that far away was refused when it was read, or is beyond the last tick.
    let ticks = |ns: i128| number::instant_ticks(u64::try_from(ns.max(0)).unwrap_or(u64::MAX), resolution);
    let name = |id: u32| (id != NONE).then_some(id);
    let mut figures = Figures::default();
    let mut before = 0;
    builder.drafts.reserve(rows.len());
    builder.ordinals.reserve(rows.len());
    let of = rows.len() as u64;
    for row in rows {
        let at = i128::from(row.submit_ns);
        if at < window_from && !common.windowed {
            before += 1;
            continue;
        }
        if at < window_from || !common.window.contains(&ticks(at - window_from)) {
            *report.left_out.entry(LeftOut::OutsideWindow).or_default() += 1;
            continue;
        }
        let job = Job {
            submit: ticks(at - tick_0),
            service: u64::from(row.service),
            nodes: u64::from(row.nodes),
            cluster: name(row.cluster).unwrap_or(common.job.cluster),
            declared: (row.declared != NEVER).then_some(u64::from(row.declared)),
            priority: row.priority,
            communicates: common.job.communicates && row.nodes > 1,
            environment: name(row.environment).or(common.job.environment),
            user: name(row.user),
            team: name(row.team).or(common.job.team),
            experiment: name(row.experiment),
            source: Source::Log(index as u32, row.line),
            ..common.job.clone()
        };
        figures.add(at, &job, row.service);
        builder.ordinals.push(u64::from(row.line));
        builder.drafts.push(job);
        report.jobs += 1;
    }
    if report.jobs > 0 {
        let tick_ns = i128::from(resolution.ns());
        // Beyond 292 years nothing is; the end of a window without one is.
        let whole = |ticks: i128| ticks.clamp(-Cover::FAR, Cover::FAR) as i64;
        let tick = |ns: i128| whole((2 * ns + tick_ns).div_euclid(2 * tick_ns));
        let bound = |ticks: u64| whole(i128::from(tick(window_from - tick_0)) + i128::from(ticks));
        builder.covers.push(Cover {
            log: index as u32,
            jobs: tick(first - tick_0)..tick(last - tick_0) + 1,
            window: bound(common.window.start).max(0)..bound(common.window.end),
        });
    }
    let date = |ns: i128| if dated { dates::shown(ns, builder.ctx.zone) } else { None };
    let path = || report.path.clone();
    let between = || Some(format!("{} to {}", date(first)?, date(last)?));
    if before > 0 {
        report.left_out.insert(LeftOut::BeforeStart, before);
        if report.jobs == 0 {
            let rule = format!(
                "all {of} jobs of {} were submitted before it, from {}",
                report.path,
                between().unwrap_or_default()
            );
            let help = "set an earlier `start`, or leave it out: then it is the log's first date";
            let start = builder.calendar.as_ref().and_then(Calendar::start);
            let start = start.map(|start| start.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
            builder.fail(WorkloadError::new(ErrorKind::LogEmpty, "start", start, rule, help));
        } else {
            let first = date(first).unwrap_or_default();
            builder.notes.push(Note::BeforeStart { path: path(), jobs: before, of, first });
        }
    } else if report.jobs == 0 {
        builder.notes.push(Note::EmptyWindow { path: path(), dates: between() });
    }
    if report.broken > 0 {
        let first = report.first_broken.first().map(ToString::to_string);
        let (broken, of) = (report.broken, report.lines);
        builder.notes.push(Note::BrokenLines { path: path(), broken, of, first });
    }
    if report.requested_size > 0 {
        builder.notes.push(Note::RequestedSize { path: path(), jobs: report.requested_size });
    }
    report.figures = figures.finish(resolution, date);
    builder.reports.push(report);
}

/// Gathers what the jobs of a log are like.
#[derive(Default)]
struct Figures {
    services: Vec<u32>,
    submits: Option<(u64, u64)>,
    dates_ns: Option<(i128, i128)>,
    nodes: Option<(u64, u64)>,
}

/// A range widened by a value.
fn widened<T: Ord + Copy>(range: Option<(T, T)>, value: T) -> Option<(T, T)> {
    Some(range.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
}

impl Figures {
    fn add(&mut self, at_ns: i128, job: &Job, service: u32) {
        self.services.push(service);
        self.submits = widened(self.submits, job.submit);
        self.dates_ns = widened(self.dates_ns, at_ns);
        self.nodes = widened(self.nodes, job.nodes);
    }

    fn finish(
        mut self,
        resolution: crate::units::Resolution,
        date: impl Fn(i128) -> Option<String>,
    ) -> Option<LogFigures> {
        let ((first, last), (low, high), nodes) = (self.submits?, self.dates_ns?, self.nodes?);
        let seconds = |ticks: u64| (u128::from(ticks) * u128::from(resolution.ns())) as f64 / 1e9;
        let longest = self.services.iter().copied().max()?;
        // The lower median, as percentiles of the report are values that occur.
        let middle = (self.services.len() - 1) / 2;
        let (_, median, _) = self.services.select_nth_unstable(middle);
        Some(LogFigures {
            first_date: date(low),
            last_date: date(high),
            first_submit_s: seconds(first),
            last_submit_s: seconds(last),
            run_time_median_s: seconds(u64::from(*median)),
            run_time_max_s: seconds(u64::from(longest)),
            nodes_min: nodes.0,
            nodes_max: nodes.1,
        })
    }
}
