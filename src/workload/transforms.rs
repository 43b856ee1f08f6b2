//! What is done to all jobs together: window, thinning, load factor.

use super::build::{Builder, Note};
use super::error::{ErrorKind, WorkloadError};
use super::{Job, Source, classes};
use crate::rng::{Stream, stream};
use crate::scenario::schema::{Window, Workload};
use crate::units::TICK_END;
use std::ops::Range;

/// A load factor beyond these bounds makes every time 0 or too large.
const LOAD_FACTOR: std::ops::RangeInclusive<f64> = 1e-6..=1e6;

/// The transforms of a workload, checked.
pub(crate) struct Transforms {
    window: Option<Range<u64>>,
    keep: Option<f64>,
    load_factor: Option<f64>,
}

/// A window in ticks; without an end it is that of u64. `None` where it is wrong, and noted.
pub(crate) fn window(place: &str, window: Window, builder: &mut Builder<'_>) -> Option<Range<u64>> {
    let from = builder.ticks(&format!("{place}.from"), window.from);
    let to = builder.optional_ticks(&format!("{place}.to"), window.to);
    let (from, to) = (from?, to?.unwrap_or(u64::MAX));
    if from >= to {
        builder.fail(WorkloadError::new(
            ErrorKind::EmptyWindow,
            format!("{place}.to"),
            window.to.unwrap_or_default(),
            format!("it is after `from`, which is {}", window.from),
            "write a later time, or leave it out for no end",
        ));
        return None;
    }
    Some(from..to)
}

impl Transforms {
    /// Checks them. `None` where something is wrong, and noted.
    pub(crate) fn new(workload: &Workload, builder: &mut Builder<'_>) -> Option<Self> {
        let window = match workload.window {
            Some(w) => window("workload.window", w, builder).map(Some),
            None => Some(None),
        };
        let mut in_range = |field: &str, value: Option<f64>, range: std::ops::RangeInclusive<f64>| {
            let wrong = value.filter(|v| !range.contains(v));
            if let Some(wrong) = wrong {
                let rule = format!("it lies between {} and {}", range.start(), range.end());
                let help = match field {
                    "keep" if (2.0..=100.0).contains(&wrong) => {
                        format!("write {} for {wrong} %", wrong / 100.0)
                    }
                    _ => "leave it out to change nothing".to_owned(),
                };
                let place = format!("workload.{field}");
                builder.fail(WorkloadError::new(ErrorKind::Share, place, wrong, rule, help));
            }
            wrong.is_none().then_some(value)
        };
        let keep = in_range("keep", workload.keep, 0.0..=1.0);
        let load_factor = in_range("load_factor", workload.load_factor, LOAD_FACTOR);
        Some(Self { window: window?, keep: keep?, load_factor: load_factor? })
    }

    /// The window.
    pub(crate) fn cut(self, builder: &mut Builder<'_>) {
        if let Some(window) = self.window {
            let of = builder.drafts.len() as u64;
            retain(builder, |job, _| window.contains(&job.submit));
            for job in &mut builder.drafts {
                job.submit -= window.start;
                job.cancel = job.cancel.map(|cancel| cancel - window.start);
            }
            builder.notes.push(Note::Window { kept: builder.drafts.len() as u64, of });
            for cover in &mut builder.covers {
                cover.cut(&window);
            }
        }
    }

    /// Thinning, then the order by submit time, then the load factor, which keeps that order and so the ids.
    pub(crate) fn thin_and_scale(self, workload: &Workload, builder: &mut Builder<'_>) {
        if let Some(keep) = self.keep {
            let of = builder.drafts.len() as u64;
            let streams = KeepStreams::new(workload, builder);
            retain(builder, |job, ordinal| streams.of(job.source).uniform(ordinal) < keep);
            builder.notes.push(Note::Thinned { kept: builder.drafts.len() as u64, of });
        }
        // Stable: ties keep the order listed, classes, logs.
        builder.drafts.sort_by_key(|job| job.submit);
        if let Some(factor) = self.load_factor {
            for job in &mut builder.drafts {
                let submit = scaled(job.submit, factor);
                // A user's patience does not depend on the load. What lies beyond the last tick never comes.
                let cancel = job.cancel.map(|cancel| submit + (cancel - job.submit));
                job.cancel = cancel.filter(|cancel| *cancel < u64::from(TICK_END));
                job.submit = submit;
            }
            builder.notes.push(Note::LoadFactor { factor });
        }
    }
}

/// `ticks / factor`, rounded half up.
fn scaled(ticks: u64, factor: f64) -> u64 {
    // Times lie below 2^53; what `as` saturates is refused as out of range later.
    ((ticks as f64 / factor + 0.5).floor() as u64).min(u64::MAX / 4)
}

fn retain(builder: &mut Builder<'_>, keep: impl Fn(&Job, u64) -> bool) {
    let (jobs, ordinals) = (std::mem::take(&mut builder.drafts), std::mem::take(&mut builder.ordinals));
    (builder.drafts, builder.ordinals) =
        jobs.into_iter().zip(ordinals).filter(|(job, ordinal)| keep(job, *ordinal)).unzip();
}

/// One stream per source, so that thinning one does not depend on what else there is, and so that a smaller
/// share keeps a subset of a larger one. Logs are told apart by path, and draw by line.
struct KeepStreams {
    listed: Stream,
    classes: Vec<Stream>,
    logs: Vec<Stream>,
}

impl KeepStreams {
    fn new(workload: &Workload, builder: &Builder<'_>) -> Self {
        let stream = |scope: &str| builder.stream(scope, stream::KEEP);
        Self {
            listed: stream("jobs"),
            classes: workload.classes.iter().map(|c| stream(&classes::scope(&c.name))).collect(),
            logs: workload.logs.iter().map(|l| stream(&format!("log:{}", l.path))).collect(),
        }
    }

    fn of(&self, source: Source) -> &Stream {
        match source {
            Source::Listed(_) => &self.listed,
            Source::Class(i) => &self.classes[i as usize],
            Source::Log(i, _) => &self.logs[i as usize],
        }
    }
}
