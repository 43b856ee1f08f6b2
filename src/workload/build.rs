//! The one way from a scenario's workload to its jobs.

use super::calendar::Calendar;
use super::error::{ErrorKind, SampleError, WorkloadError, coarser_help, did_you_mean, exact_ticks};
use super::logs::{self, LogReport};
use super::{Job, Names, Source, classes, listed, transforms};
use crate::rng::Stream;
use crate::scenario::schema::Workload;
use crate::units::{Resolution, TICK_END, Tick, TimeSpan};
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
    /// Local date and time of tick 0, for profiles.
    pub calendar: Option<&'a Calendar>,
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
    /// One report per log, in scenario order.
    pub log_reports: Vec<LogReport>,
    /// What was left out or assumed, in the order in which it happened.
    pub notes: Vec<Note>,
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
    },
    /// A class has no jobs.
    EmptyClass {
        /// Its name.
        name: String,
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
            Self::BrokenLines { path, broken, of } => write!(
                f,
                "{path}: {broken} of {of} lines are broken and left out; see them in the run's report, or set \
                 `strict: true`"
            ),
            Self::RequestedSize { path, jobs } => write!(
                f,
                "{path}: {jobs} jobs have the requested size (field 8), since their allocated one (field 5) is \
                 unknown"
            ),
            Self::EmptyWindow { path } => write!(f, "{path}: no job lies in the log's window; widen it"),
            Self::EmptyClass { name } => write!(f, "class {name:?} has no jobs; check its times and rate"),
        }
    }
}

/// Makes the jobs of a workload: listed, drawn, read, merged by submit time; then windowed, thinned and
/// scaled, in this order.
///
/// # Errors
/// Every mistake found, not only the first.
pub fn build(workload: &Workload, ctx: &Context<'_>) -> Result<Jobs, Vec<WorkloadError>> {
    let mut builder = Builder {
        ctx,
        names: Names::default(),
        drafts: Vec::new(),
        ordinals: Vec::new(),
        reports: Vec::new(),
        notes: Vec::new(),
        errors: Vec::new(),
    };
    let transforms = transforms::Transforms::new(workload, &mut builder);
    listed::add(&workload.jobs, &mut builder);
    classes::add(&workload.classes, &mut builder);
    logs::add(&workload.logs, &mut builder);
    if !builder.errors.is_empty() {
        return Err(builder.errors);
    }
    if let Some(transforms) = transforms {
        transforms.apply(workload, &mut builder);
    }
    check_range(workload, &mut builder);
    let Builder { names, drafts, reports, notes, errors, .. } = builder;
    if errors.is_empty() {
        Ok(Jobs { jobs: drafts, names, log_reports: reports, notes })
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
    pub(crate) reports: Vec<LogReport>,
    pub(crate) notes: Vec<Note>,
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
            self.fail(WorkloadError::invalid(
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
            self.fail(WorkloadError::invalid(place, value, "a cluster of the scenario is named", help));
        }
        found.map(|i| i as u32)
    }

    /// The number of a name that may be left out.
    pub(crate) fn name(&mut self, name: Option<&str>) -> Option<u32> {
        name.map(|n| self.names.intern(n))
    }

    /// How many jobs more a run may have.
    pub(crate) fn room(&self) -> u64 {
        MAX_JOBS.saturating_sub(self.drafts.len() as u64)
    }

    /// Refuses a source that would have too many jobs.
    pub(crate) fn refuse_jobs(&mut self, place: &str, jobs: impl ToString) {
        self.fail(
            WorkloadError::invalid(
                place,
                jobs,
                format!("a run has at most {MAX_JOBS} jobs, all sources together"),
                "shorten the span, lower the rate, or take a window",
            )
            .of_kind(ErrorKind::Limit),
        );
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
    let mut error = WorkloadError::invalid(
        place,
        format!("tick {}", first.submit),
        format!("submit times stay below 2^31 = {TICK_END} ticks, and {count} jobs do not"),
        format!("take a window, or {}", coarser_help(last, builder.ctx.resolution)),
    );
    if let Some((i, line)) = log {
        error = error.in_log(&workload.logs[i as usize].path, Some(u64::from(line)), None);
    }
    builder.fail(error);
}
