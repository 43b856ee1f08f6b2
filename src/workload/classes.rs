//! Classes of drawn jobs.

use super::arrivals::{BatchTimes, MAX_RATE_INTERVALS, Setting, UNBOUNDED};
use super::build::{Builder, MAX_JOBS, Note};
use super::error::{ErrorKind, SampleError, WorkloadError, coarser_help};
use super::sample::{CountSampler, DRAWN_MAX, Sampler};
use super::{Job, Source};
use crate::rng::{Stream, stream};
use crate::scenario::schema::JobClass;
use crate::units::{Resolution, TICK_END};

/// Scope of a class's streams; see [`Stream::of_class`].
pub(crate) fn scope(name: &str) -> String {
    format!("class:{name}")
}

/// Adds the jobs of all classes.
pub(crate) fn add(classes: &[JobClass], builder: &mut Builder<'_>) {
    for (i, class) in classes.iter().enumerate() {
        if let Some(twin) = classes[..i].iter().position(|other| other.name == class.name) {
            builder.fail(WorkloadError::new(
                ErrorKind::DuplicateName,
                format!("workload.classes[{i}].name"),
                format!("{:?}", class.name),
                format!(
                    "classes have different names, because streams are named by them; so is classes[{twin}]"
                ),
                "rename one",
            ));
        }
        if let Some(plan) = Plan::new(i, class, builder) {
            plan.draw(class, builder);
        }
    }
}

/// A class, checked.
struct Plan {
    index: usize,
    arrivals: BatchTimes,
    /// Whether only the number of jobs ends it.
    endless: bool,
    most: u64,
    batch: CountSampler,
    service: Sampler,
    nodes: CountSampler,
    cancel_after: Option<Sampler>,
    declared_factor: Option<f64>,
    /// A job with everything that all of them share.
    common: Job,
}

impl Plan {
    /// Checks a class. `None` where something is wrong, and noted; every field is looked at.
    fn new(index: usize, class: &JobClass, builder: &mut Builder<'_>) -> Option<Self> {
        let resolution = builder.ctx.resolution;
        let place = |field: &str| format!("workload.classes[{index}].{field}");
        let scope = scope(&class.name);

        let from = builder.ticks(&place("from"), class.from);
        let to = builder.optional_ticks(&place("to"), class.to);
        if let (Some(from), Some(Some(to))) = (from, to)
            && from >= to
        {
            builder.fail(WorkloadError::new(
                ErrorKind::EmptyWindow,
                place("to"),
                class.to.unwrap_or_default(),
                format!("it is after `from`, which is {}", class.from),
                "write a later time",
            ));
        }
        let end = to.map(|to| to.or(builder.ctx.horizon.map(u64::from)));
        let finite = matches!(class.arrivals, crate::scenario::schema::Arrivals::At(_));
        let ends = end != Some(None) || class.jobs.is_some() || finite;
        if !ends {
            builder.fail(WorkloadError::new(
                ErrorKind::EndlessClass,
                place("to"),
                "",
                "one of `to`, `jobs` and the scenario's `horizon` is needed",
                "write `to: \"7d\"`, `jobs: 1000`, or set `horizon`",
            ));
        }
        if class.jobs == Some(0) {
            let help = "leave out the class";
            builder.fail(WorkloadError::new(
                ErrorKind::OutOfRange,
                place("jobs"),
                0,
                "it is at least 1",
                help,
            ));
        }
        let calendar = builder.calendar.clone();
        let setting = Setting {
            resolution,
            from: from.unwrap_or(0) as u32,
            to: end.flatten().map_or(UNBOUNDED, |to| to as u32),
            calendar: calendar.as_ref(),
            gaps: builder.stream(&scope, stream::ARRIVALS),
            stays: builder.stream(&scope, stream::STAYS),
        };
        let arrivals = builder.checked(&place("arrivals"), BatchTimes::new(&class.arrivals, &setting));
        let batch = builder.checked(&place("batch"), CountSampler::new(&class.batch));
        let service = builder.checked(&place("service"), Sampler::new(&class.service, resolution));
        let nodes = CountSampler::new(&class.nodes).map_err(SampleError::of_nodes);
        let nodes = builder.checked(&place("nodes"), nodes);
        let cancel_after = match &class.cancel_after {
            Some(d) => builder.checked(&place("cancel_after"), Sampler::new(d, resolution)).map(Some),
            None => Some(None),
        };
        let declared_factor = declared_factor(&place("declared_factor"), class.declared_factor, builder);
        let cluster = builder.cluster(&place("cluster"), class.cluster.as_deref());
        let timeout = builder.optional_positive(&place("timeout"), class.timeout);
        let checkpoint = builder.optional_positive(&place("checkpoint"), class.checkpoint);
        let common = Job {
            submit: 0,
            service: 0,
            nodes: 1,
            cluster: cluster.unwrap_or_default(),
            cancel: None,
            timeout: timeout.flatten(),
            checkpoint: checkpoint.flatten(),
            declared: None,
            priority: class.priority,
            communicates: class.communicates.unwrap_or(true),
            identity: builder.name(class.identity.as_deref()),
            environment: builder.name(class.environment.as_deref()),
            user: builder.name(class.user.as_deref()),
            team: builder.name(Some(class.team.as_deref().unwrap_or(&class.name))),
            experiment: builder.name(class.experiment.as_deref()),
            source: Source::Class(index as u32),
        };
        (cluster.is_some() && timeout.is_some() && checkpoint.is_some() && end.is_some() && ends)
            .then_some(())?;
        let plan = Self {
            index,
            arrivals: arrivals?,
            endless: end == Some(None) && !finite,
            most: class.jobs.unwrap_or(u64::MAX),
            batch: batch?,
            service: service?,
            nodes: nodes?,
            cancel_after: cancel_after?,
            declared_factor: declared_factor?,
            common,
        };
        plan.fits(builder).then_some(plan)
    }

    /// Whether about as many jobs as it will have are allowed; asked before memory is taken.
    fn fits(&self, builder: &mut Builder<'_>) -> bool {
        let room = builder.room();
        let place = format!("workload.classes[{}]", self.index);
        let expected = self.arrivals.expected() * self.batch.mean();
        let expected = if self.endless { self.most as f64 } else { expected.min(self.most as f64) };
        // NaN where both span and gap are 0: no job at all.
        if expected > room as f64 {
            builder.refuse_jobs(&place, format!("about {expected:.3e} jobs"));
            return false;
        }
        true
    }

    /// Draws the jobs.
    fn draw(mut self, class: &JobClass, builder: &mut Builder<'_>) {
        let scope = scope(&class.name);
        let resolution = builder.ctx.resolution;
        let [batches, service, nodes, cancel_after] =
            [stream::BATCH, stream::SERVICE, stream::NODES, stream::CANCEL_AFTER]
                .map(|name| builder.stream(&scope, name));
        let room = builder.room();
        let mut number = 0;
        let mut batch = 0;
        while number < self.most {
            let Some(submit) = self.arrivals.next() else { break };
            let size = self.batch.sample(&batches, batch).min(self.most - number);
            batch += 1;
            if number.saturating_add(size) > room {
                builder.refuse_jobs(
                    &format!("workload.classes[{}]", self.index),
                    format!("more than {} jobs", MAX_JOBS.min(number.saturating_add(size) - 1)),
                );
                return;
            }
            for _ in 0..size {
                let mut job = self.common.clone();
                job.submit = u64::from(submit);
                job.service = u64::from(self.service.ticks(&service, number));
                job.nodes = self.nodes.sample(&nodes, number);
                job.communicates &= job.nodes > 1;
                job.declared = self.declared_factor.map(|factor| scaled(job.service, factor, resolution));
                job.cancel = self.cancel(job.submit, &cancel_after, number);
                builder.drafts.push(job);
                builder.ordinals.push(number);
                number += 1;
            }
        }
        self.tell(class, number, builder);
    }

    /// When a job is cancelled. What lies beyond the last tick never comes.
    fn cancel(&self, submit: u64, stream: &Stream, number: u64) -> Option<u64> {
        let after = self.cancel_after.as_ref()?.ticks(stream, number);
        Some(submit + u64::from(after)).filter(|cancel| *cancel < u64::from(TICK_END))
    }

    /// Says what went wrong, or is odd, after drawing `number` jobs.
    fn tell(&self, class: &JobClass, number: u64, builder: &mut Builder<'_>) {
        let place = format!("workload.classes[{}].arrivals", self.index);
        if self.arrivals.gave_up() {
            let rule = format!("a class's rate changes at most {MAX_RATE_INTERVALS} times");
            let help = "lengthen `mean_stay`, or shorten the span";
            builder.fail(WorkloadError::new(ErrorKind::Limit, place, "", rule, help));
        } else if self.endless && number < self.most {
            builder.fail(WorkloadError::new(
                ErrorKind::TooLong,
                place,
                format!("job {number} of {}", self.most),
                format!("submit times stay below 2^31 = {TICK_END} ticks"),
                format!(
                    "lower `jobs`, raise the rate, or {}",
                    coarser_help(u64::from(TICK_END), builder.ctx.resolution)
                ),
            ));
        } else if number == 0 {
            builder.notes.push(Note::EmptyClass { name: class.name.clone() });
        }
    }
}

/// The factor of the declared running time. The outer `None`: it is wrong, and noted.
fn declared_factor(place: &str, factor: Option<f64>, builder: &mut Builder<'_>) -> Option<Option<f64>> {
    if let Some(factor) = factor
        && !(factor > 0.0 && factor <= 1e6)
    {
        let rule = "a declared running time is the true one times a factor above 0, at most 1e6";
        let help = "leave it out for the true one";
        builder.fail(WorkloadError::new(ErrorKind::Share, place, factor, rule, help));
        return None;
    }
    Some(factor)
}

/// A duration times a factor [ticks], by the rules for sampled durations.
fn scaled(ticks: u64, factor: f64, resolution: Resolution) -> u64 {
    let seconds = ticks as f64 * factor * resolution.tick_s();
    resolution.ticks_from_s_rounded(seconds).min(u64::from(DRAWN_MAX))
}
