//! Jobs that a scenario lists.

use super::build::Builder;
use super::error::{ErrorKind, SampleError, WorkloadError};
use super::sample::CountSampler;
use super::{Job, Source};
use crate::scenario::schema::{Count, JobSpec};

/// Adds the listed jobs.
pub(crate) fn add(specs: &[JobSpec], builder: &mut Builder<'_>) {
    let total = specs.iter().fold(0_u64, |sum, spec| sum.saturating_add(spec.repeat));
    if total > builder.room() {
        // Before any of them takes memory.
        builder.refuse_jobs("workload.jobs", format!("{total} jobs, repetitions included"));
        return;
    }
    let mut ordinal = 0;
    for (i, spec) in specs.iter().enumerate() {
        let Some(job) = job(i, spec, builder) else { continue };
        for _ in 0..spec.repeat {
            builder.drafts.push(job.clone());
            builder.ordinals.push(ordinal);
            ordinal += 1;
        }
    }
}

/// One listed job. `None` where something is wrong, and noted; every field is looked at.
fn job(i: usize, spec: &JobSpec, builder: &mut Builder<'_>) -> Option<Job> {
    let place = |field: &str| format!("workload.jobs[{i}].{field}");
    let submit = builder.ticks(&place("submit"), spec.submit);
    let service = builder.ticks(&place("service"), spec.service);
    let nodes = nodes(&place("nodes"), spec.nodes, builder);
    let cluster = builder.cluster(&place("cluster"), spec.cluster.as_deref());
    let cancel = builder.optional_ticks(&place("cancel"), spec.cancel);
    let timeout = builder.optional_positive(&place("timeout"), spec.timeout);
    let checkpoint = builder.optional_positive(&place("checkpoint"), spec.checkpoint);
    let declared = builder.optional_ticks(&place("declared"), spec.declared);
    if spec.repeat == 0 {
        let help = "leave out the job";
        builder.fail(WorkloadError::new(ErrorKind::OutOfRange, place("repeat"), 0, "it is at least 1", help));
    }
    if let (Some(submit), Some(Some(cancel))) = (submit, cancel)
        && cancel < submit
    {
        builder.fail(WorkloadError::new(
            ErrorKind::CancelBeforeSubmit,
            place("cancel"),
            spec.cancel.unwrap_or_default(),
            format!("a job is not cancelled before its submission, at {}", spec.submit),
            "`cancel` counts from the beginning of the run; write a later time",
        ));
    }
    let nodes = nodes?;
    Some(Job {
        submit: submit?,
        service: service?,
        nodes,
        cluster: cluster?,
        cancel: cancel?,
        timeout: timeout?,
        checkpoint: checkpoint?,
        declared: declared?,
        priority: spec.priority,
        communicates: nodes > 1 && spec.communicates.unwrap_or(true),
        identity: builder.name(spec.identity.as_deref()),
        environment: builder.name(spec.environment.as_deref()),
        user: builder.name(spec.user.as_deref()),
        team: builder.name(spec.team.as_deref()),
        experiment: builder.name(spec.experiment.as_deref()),
        source: Source::Listed(i as u32),
    })
}

/// A number of nodes, by the rules of counts.
fn nodes(place: &str, nodes: u64, builder: &mut Builder<'_>) -> Option<u64> {
    let checked: Result<_, SampleError> =
        CountSampler::new(&Count::Constant(nodes)).map(|_| nodes).map_err(SampleError::of_nodes);
    builder.checked(place, checked)
}
