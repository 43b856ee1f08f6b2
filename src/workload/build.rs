//! The one way from a scenario's workload to its jobs.

use super::calendar::Calendar;
use super::error::{
    ErrorKind, LogPlace, SampleError, WorkloadError, coarser_help, did_you_mean, exact_ticks,
};
use super::logs::{self, LogReport};
use super::weeks::{self, Cover, Resampled};
use super::{Job, Names, Source, classes, listed, transforms};
use crate::rng::Stream;
use crate::scenario::schema::Workload;
use crate::units::{Resolution, TICK_END, Tick, TimeSpan};
use jiff::tz::TimeZone;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;

/// Most jobs of a run, all sources together and before thinning. Their numbers and those of twice as many
/// events fit the u32 of the engine, and the list a few GB.
pub const MAX_JOBS: u64 = 20_000_000;

/// What a workload depends on beside its own text.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Length of a tick.
    pub resolution: Resolution,
    /// Seed of the scenario.
    pub seed: u64,
    /// Number of the replication; the first is 0.
    pub replication: u64,
    /// Horizon [ticks]: where classes end that set no end of their own.
    pub horizon: Option<Tick>,
    /// Local date and time of tick 0, for profiles and dates in logs.
    pub calendar: Option<&'a Calendar>,
    /// Zone of dates that name none.
    pub zone: &'a TimeZone,
    /// Names of the clusters, in scenario order.
    pub clusters: &'a [String],
    /// Directory of the scenario file, which the paths of logs are relative to.
    pub base_dir: &'a Path,
    /// Opens a log: [`open_file`], or something else in tests.
    pub open: &'a (dyn Fn(&Path) -> io::Result<Box<dyn Read>> + Sync),
}

/// Opens a log as a file.
///
/// # Errors
/// As the file system has them; a directory is refused here, since reading one fails with an obscure message.
pub fn open_file(path: &Path) -> io::Result<Box<dyn Read>> {
    let file = std::fs::File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
    }
    Ok(Box::new(file))
}

/// The jobs of a scenario and what is worth telling about them.
#[derive(Clone, Debug)]
pub struct Jobs {
    /// The jobs by submit time; ties in the order listed, classes, logs, and within each as written. A job's
    /// index is its id.
    pub jobs: Vec<Job>,
    /// The strings that they refer to.
    pub names: Names,
    /// Local date and time of tick 0: the scenario's, or that of the first date in its logs; moved by
    /// `workload.window`. `None`: nobody says.
    pub calendar: Option<Calendar>,
    /// One report per log, in scenario order.
    pub log_reports: Vec<LogReport>,
    /// What was left out or assumed, in the order in which it happened.
    pub notes: Vec<Note>,
    /// Logs that further replications resample, in scenario order; the same in every replication.
    pub resampled: Vec<Resampled>,
}

/// Something the reader of a result should know about its jobs; not a mistake.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Note {
    /// `workload.window` left out jobs.
    Window {
        /// Jobs in the window.
        kept: u64,
        /// Jobs before.
        of: u64,
    },
    /// `workload.keep` left out jobs.
    Thinned {
        /// Jobs kept.
        kept: u64,
        /// Jobs before.
        of: u64,
    },
    /// `workload.load_factor` moved submit times.
    LoadFactor {
        /// The factor.
        factor: f64,
    },
    /// A log has broken lines, which are left out.
    BrokenLines {
        /// The log's path.
        path: String,
        /// How many.
        broken: u64,
        /// Lines that should be jobs.
        of: u64,
        /// The first of them.
        first: Option<String>,
    },
    /// The scenario has no `start`, and a log's first date takes its place.
    StartFromLog {
        /// The log's path.
        path: String,
        /// The date.
        start: String,
        /// The log's `window` begins so long after its first date; zero: it has none.
        window_from: TimeSpan,
        /// `workload.window` moves the run's beginning so far behind the date.
        moved: TimeSpan,
    },
    /// Jobs of a log were submitted before the scenario's `start`, and are left out.
    BeforeStart {
        /// The log's path.
        path: String,
        /// How many.
        jobs: u64,
        /// Jobs of the log.
        of: u64,
        /// Date of the first.
        first: String,
    },
    /// Jobs of a log have the requested size, because the allocated one is unknown.
    RequestedSize {
        /// The log's path.
        path: String,
        /// How many.
        jobs: u64,
    },
    /// A log's window holds none of its jobs.
    EmptyWindow {
        /// The log's path.
        path: String,
        /// First and last submission, where the log has dates.
        dates: Option<String>,
    },
    /// A class has no jobs.
    EmptyClass {
        /// Its name.
        name: String,
    },
    /// A log is too short to resample its weeks; matters where there are several replications.
    TooShortToResample {
        /// The log's path.
        path: String,
        /// Days that it covers, counted up.
        days: u64,
        /// Whole weeks of the run that it covers, 0 or 1.
        weeks: u64,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Window { kept, of } => write!(f, "workload.window: {kept} of {of} jobs lie in it"),
            Self::Thinned { kept, of } => write!(f, "workload.keep: {kept} of {of} jobs are kept"),
            Self::LoadFactor { factor } => {
                write!(f, "workload.load_factor: submit times are divided by {factor}")
            }
            Self::BrokenLines { path, broken, of, .. } => write!(
                f,
                "{path}: {broken} of {of} lines are broken and left out; see them in the run's report, or set \
                 `strict: true`"
            ),
            Self::StartFromLog { path, start, window_from, moved } => {
                write!(f, "start: {start}, the ")?;
                match *window_from {
                    TimeSpan::ZERO => write!(f, "first date of {path}")?,
                    from => write!(f, "beginning of the window of {path}, {from} after its first date")?,
                }
                match *moved {
                    TimeSpan::ZERO => Ok(()),
                    moved => write!(f, "; tick 0 is {moved} later, where `workload.window` begins"),
                }
            }
            Self::BeforeStart { path, jobs, of, first } => write!(
                f,
                "{path}: {jobs} of {of} jobs were submitted before `start`, the first on {first}, and are left \
                 out; set an earlier `start`, or say that the log is cut there: `window: (from: \"0s\")`"
            ),
            Self::RequestedSize { path, jobs } => write!(
                f,
                "{path}: {jobs} jobs have the requested size (field 8), since their allocated one (field 5) is \
                 unknown"
            ),
            Self::EmptyWindow { path, dates } => {
                write!(f, "{path}: no job lies in the log's window")?;
                if let Some(dates) = dates {
                    write!(f, " (its jobs were submitted from {dates})")?;
                }
                f.write_str("; widen it")
            }
            Self::EmptyClass { name } => write!(f, "class {name:?} has no jobs; check its times and rate"),
            Self::TooShortToResample { path, days, weeks } => {
                let plural = if *days == 1 { "" } else { "s" };
                let whole = if *weeks == 0 { "no whole week" } else { "one whole week" };
                write!(
                    f,
                    "{path} covers {days} day{plural}, {whole} of the run: too short to resample whole weeks, so its \
                     jobs are the same in every replication, and intervals tell nothing of the chance in them; use a \
                     log of two whole weeks or more, or say that this is meant: `resample: Never`"
                )
            }
        }
    }
}

/// Makes the jobs of a workload: listed, drawn, read, merged by submit time; then windowed, resampled (weeks of
/// logs, in replications after the first), thinned and scaled, in this order.
///
/// # Errors
/// Every mistake found, not only the first.
pub fn build(workload: &Workload, ctx: &Context<'_>) -> Result<Jobs, Vec<WorkloadError>> {
    finish(gather(workload, ctx)?, workload, ctx)
}

/// The jobs of all sources, windowed. Without classes they are the same in every replication, whatever `keep` and
/// `load_factor` say, so that a log need be read only once.
#[derive(Clone, Debug)]
pub struct Gathered {
    names: Names,
    drafts: Vec<Job>,
    ordinals: Vec<u64>,
    calendar: Option<Calendar>,
    reports: Vec<LogReport>,
    notes: Vec<Note>,
    covers: Vec<Cover>,
}

/// The first half of [`build`].
///
/// # Errors
/// As [`build`].
pub fn gather(workload: &Workload, ctx: &Context<'_>) -> Result<Gathered, Vec<WorkloadError>> {
    let mut builder = Builder {
        ctx,
        names: Names::default(),
        drafts: Vec::new(),
        ordinals: Vec::new(),
        pending: 0,
        calendar: ctx.calendar.cloned(),
        reports: Vec::new(),
        notes: Vec::new(),
        covers: Vec::new(),
        errors: Vec::new(),
    };
    let transforms = transforms::Transforms::new(workload, &mut builder);
    listed::add(&workload.jobs, &mut builder);
    // Before the classes: a log may say which date tick 0 is, which profiles follow.
    let read = logs::read_all(&workload.logs, &mut builder);
    let zero = logs::date_zero(&workload.logs, &read, &mut builder);
    for note in &mut builder.notes {
        if let (Note::StartFromLog { moved, .. }, Some(window)) = (note, workload.window) {
            *moved = window.from;
        }
    }
    classes::add(&workload.classes, &mut builder);
    logs::add(read, zero, &mut builder);
    if !builder.errors.is_empty() {
        return Err(builder.errors);
    }
    if let Some(transforms) = transforms {
        transforms.cut(&mut builder);
    }
    let Builder { names, drafts, ordinals, calendar, reports, notes, covers, .. } = builder;
    // The window's beginning became tick 0.
    let later = workload.window.map_or(0, |window| window.from.ns() / 1_000_000_000);
    let calendar = calendar.map(|calendar| calendar.later(later as i64));
    Ok(Gathered { names, drafts, ordinals, calendar, reports, notes, covers })
}

/// The second half of [`build`]; the workload may differ in `keep` and `load_factor` from the one that was gathered.
///
/// # Errors
/// As [`build`].
pub fn finish(
    gathered: Gathered,
    workload: &Workload,
    ctx: &Context<'_>,
) -> Result<Jobs, Vec<WorkloadError>> {
    let Gathered { names, drafts, ordinals, calendar, reports, notes, covers } = gathered;
    let mut builder = Builder {
        ctx,
        names,
        drafts,
        ordinals,
        pending: 0,
        calendar,
        reports,
        notes,
        covers,
        errors: Vec::new(),
    };
    let resampled = weeks::resample(workload, &mut builder);
    if let (Some(transforms), true) =
        (transforms::Transforms::new(workload, &mut builder), builder.errors.is_empty())
    {
        transforms.thin_and_scale(workload, &mut builder);
        check_range(workload, &mut builder);
    }
    let Builder { names, drafts, reports, notes, errors, calendar, .. } = builder;
    if errors.is_empty() {
        Ok(Jobs { jobs: drafts, names, calendar, log_reports: reports, notes, resampled })
    } else {
        Err(errors)
    }
}

/// What the sources add to.
pub(crate) struct Builder<'a> {
    pub(crate) ctx: &'a Context<'a>,
    pub(crate) names: Names,
    pub(crate) drafts: Vec<Job>,
    /// Number of each draft within its source, by which thinning draws.
    pub(crate) ordinals: Vec<u64>,
    /// Jobs of logs that were read and are not among the drafts yet.
    pub(crate) pending: u64,
    /// Local date and time of tick 0, as far as it is known.
    pub(crate) calendar: Option<Calendar>,
    pub(crate) reports: Vec<LogReport>,
    pub(crate) notes: Vec<Note>,
    /// The times that logs cover.
    pub(crate) covers: Vec<Cover>,
    pub(crate) errors: Vec<WorkloadError>,
}

impl Builder<'_> {
    /// Notes a mistake and goes on.
    pub(crate) fn fail(&mut self, error: WorkloadError) {
        self.errors.push(error);
    }

    /// The value, or the mistake noted at a place.
    pub(crate) fn checked<T>(&mut self, place: &str, result: Result<T, SampleError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.fail(error.at(place));
                None
            }
        }
    }

    /// A written time as ticks. `None` where it is wrong, and noted.
    pub(crate) fn ticks(&mut self, place: &str, span: TimeSpan) -> Option<u64> {
        let ticks = exact_ticks(span, self.ctx.resolution);
        self.checked(place, ticks).map(u64::from)
    }

    /// A written time that may be left out. The outer `None`: it is wrong, and noted.
    pub(crate) fn optional_ticks(&mut self, place: &str, span: Option<TimeSpan>) -> Option<Option<u64>> {
        match span {
            Some(span) => self.ticks(place, span).map(Some),
            None => Some(None),
        }
    }

    /// The same for a time that has to be at least one tick.
    pub(crate) fn optional_positive(&mut self, place: &str, span: Option<TimeSpan>) -> Option<Option<u64>> {
        let ticks = self.optional_ticks(place, span)?;
        if ticks == Some(0) {
            self.fail(WorkloadError::new(
                ErrorKind::OutOfRange,
                place,
                "0s",
                "it is at least one tick",
                "leave it out for none",
            ));
            return None;
        }
        Some(ticks)
    }

    /// Index of a cluster; the first one where none is named.
    pub(crate) fn cluster(&mut self, place: &str, name: Option<&str>) -> Option<u32> {
        let clusters = self.ctx.clusters;
        let found = match name {
            Some(name) => clusters.iter().position(|c| c == name),
            None => (!clusters.is_empty()).then_some(0),
        };
        if found.is_none() {
            let value = name.map(|n| format!("{n:?}")).unwrap_or_default();
            let help = did_you_mean(name.unwrap_or_default(), clusters.iter().map(String::as_str));
            let rule = "a cluster of the scenario is named";
            self.fail(WorkloadError::new(ErrorKind::UnknownCluster, place, value, rule, help));
        }
        found.map(|i| i as u32)
    }

    /// The number of a name that may be left out.
    pub(crate) fn name(&mut self, name: Option<&str>) -> Option<u32> {
        name.map(|n| self.names.intern(n))
    }

    /// How many jobs more a run may have.
    pub(crate) fn room(&self) -> u64 {
        MAX_JOBS.saturating_sub(self.drafts.len() as u64 + self.pending)
    }

    /// Refuses a source that would have too many jobs.
    pub(crate) fn refuse_jobs(&mut self, place: &str, jobs: impl ToString) {
        self.fail(WorkloadError::new(
            ErrorKind::Limit,
            place,
            jobs,
            format!("a run has at most {MAX_JOBS} jobs, all sources together"),
            "shorten the span, lower the rate, or take a window",
        ));
    }

    /// A stream by scope and name.
    pub(crate) fn stream(&self, scope: &str, name: &str) -> Stream {
        Stream::new(self.ctx.seed, self.ctx.replication, scope, name)
    }
}

/// Times of jobs stay below 2^31 ticks (model, section 1); what was drawn is capped already, so this is about
/// logs, load factors and windows.
fn check_range(workload: &Workload, builder: &mut Builder<'_>) {
    let end = u64::from(TICK_END);
    let beyond = |job: &&Job| job.submit >= end;
    let Some(first) = builder.drafts.iter().find(beyond) else {
        return;
    };
    let count = builder.drafts.iter().filter(beyond).count();
    let last = builder.drafts.iter().map(|job| job.submit).max().unwrap_or_default();
    let (place, log) = match first.source {
        Source::Listed(i) => (format!("workload.jobs[{i}].submit"), None),
        Source::Class(i) => (format!("workload.classes[{i}].arrivals"), None),
        Source::Log(i, line) => (format!("workload.logs[{i}]"), Some((i, line))),
    };
    let mut error = WorkloadError::new(
        ErrorKind::TooLong,
        place,
        format!("tick {}", first.submit),
        format!("submit times stay below 2^31 = {TICK_END} ticks, and {count} jobs do not"),
        format!("take a window, or {}", coarser_help(last, builder.ctx.resolution)),
    );
    if let Some((i, line)) = log {
        let log = &workload.logs[i as usize];
        let place = LogPlace { path: log.path.clone(), line: Some(u64::from(line)), ..LogPlace::default() };
        error = error.at_line(place);
        if log.has_dates() && builder.ctx.calendar.is_some() {
            error.help = format!("check `start`, from which the log's dates count; or {}", error.help);
        }
    }
    builder.fail(error);
}
