//! Why jobs were refused or failed, in the service's words.
//!
//! A run only counts rejected jobs: the reason is worked out again, from the [`Gate`].

use super::context::Context;
use crate::engine::input::QuotaKey;
use crate::engine::output::{JobRecord, Outcome};
use crate::lowering::gate::Rejection;

pub use crate::lowering::gate::Gate;

/// Jobs of a cluster that were refused or failed for one reason.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Failure {
    /// Name of the cluster.
    pub cluster: String,
    /// What became of them, as in `jobs.csv`.
    pub outcome: &'static str,
    /// How many.
    pub jobs: u64,
    /// The service's reason, for the first of them.
    pub reason: String,
}

/// Every reason for which jobs did not complete, by cluster and outcome, in that order.
#[must_use]
pub fn failures(context: &Context, jobs: &[JobRecord]) -> Vec<Failure> {
    /// What belongs together: cluster, outcome, kind of rejection; then the number of jobs and a reason.
    type Group = ((u32, Outcome, u8), u64, String);
    let mut groups: Vec<Group> = Vec::new();
    for (job, record) in context.jobs.iter().zip(jobs) {
        let (kind, reason): (u8, Option<Rejection>) = match record.outcome {
            Outcome::Rejected => {
                let why = context.gate.rejection(job.cluster, job.submit, job.nodes);
                let kind = why.map_or(0, |why| match why {
                    Rejection::Nodes { .. } => 1,
                    Rejection::Quota { quota: QuotaKey::Family(_), .. } => 2,
                    Rejection::Quota { quota: QuotaKey::Workspace(_), .. } => 3,
                    Rejection::Quota { quota: QuotaKey::TotalDedicated, .. } => 4,
                    Rejection::Quota { quota: QuotaKey::LowPriority, .. } => 5,
                    Rejection::Communication { .. } => 6,
                });
                (kind, why)
            }
            Outcome::TimedOut
            | Outcome::FailedIdentity
            | Outcome::FailedEviction
            | Outcome::FailedMaxRestarts => (0, None),
            Outcome::Completed
            | Outcome::Cancelled
            | Outcome::Queued
            | Outcome::Running
            | Outcome::Resubmitting
            | Outcome::NotSubmitted => continue,
        };
        let key = (job.cluster, record.outcome, kind);
        if let Some(group) = groups.iter_mut().find(|g| g.0 == key) {
            group.1 += 1;
        } else {
            groups.push((key, 1, words(context, job.cluster, record, reason)));
        }
    }
    groups.sort_by_key(|g| g.0);
    groups
        .into_iter()
        .map(|((cluster, outcome, _), jobs, reason)| Failure {
            cluster: context.clusters[cluster as usize].name.clone(),
            outcome: outcome.as_str(),
            jobs,
            reason,
        })
        .collect()
}

/// The reason of a job's outcome, in the service's words where they are known.
fn words(context: &Context, cluster: u32, record: &JobRecord, why: Option<Rejection>) -> String {
    let name = &context.clusters[cluster as usize];
    match (record.outcome, why) {
        (_, Some(Rejection::Nodes { nodes, limit })) => {
            format!("Requested {nodes} nodes but cluster only has {limit} maximum nodes.")
        }
        (_, Some(Rejection::Quota { quota, vcpus, nodes, needed })) => {
            let quota = match quota {
                QuotaKey::Family(_) => format!("{} family vCPU quota", name.family),
                QuotaKey::Workspace(_) => format!("{} workspace vCPU quota", name.family),
                QuotaKey::TotalDedicated => "total dedicated vCPU quota".to_owned(),
                QuotaKey::LowPriority => "low-priority vCPU quota".to_owned(),
            };
            format!(
                "JobNodeCountExceedsCoreQuota: {quota} of {vcpus} is less than the requested job node count \
                 of {nodes}, which maps to {needed} vCPUs."
            )
        }
        (_, Some(Rejection::Communication { nodes })) => format!(
            "The job communicates over {nodes} nodes; inter-node communication is off on this cluster."
        ),
        (Outcome::TimedOut, None) => "An attempt reached its time limit; the system cancelled it.".to_owned(),
        (Outcome::FailedIdentity, None) => {
            "The cluster does not have the managed identity that the job requires.".to_owned()
        }
        (Outcome::FailedEviction, None) => {
            "PreemptionError: Nodes of this job got pre-empted; on_eviction is Fail.".to_owned()
        }
        (Outcome::FailedMaxRestarts, None) => {
            format!("Evicted {} times, more often than max_restarts allows.", record.evictions)
        }
        (outcome, None) => outcome.as_str().to_owned(),
    }
}
