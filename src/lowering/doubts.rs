//! What shows before a run that cannot work: jobs that would all be refused, quotas below `max_nodes`, columns in
//! another unit, nothing to run. None of it is an error: a run says what it comes to.

use super::ClusterFacts;
use super::gate::{Gate, Rejection};
use super::places::Places;
use crate::diagnostic::Code;
use crate::engine::input::{Input, QuotaKey};
use crate::scenario::Scenario;
use crate::scenario::path::Path;
use crate::scenario::schema::{LogFormat, ServiceColumn, TimeUnit};
use crate::units::Tick;
use crate::workload::{Jobs, Note, Source};
use std::collections::BTreeMap;

/// Running times of a log that are longer are probably in another unit [s].
const LONGEST_S: f64 = 60.0 * 86_400.0;
/// So are those whose median is shorter [s].
const MEDIAN_S: f64 = 5.0;

/// All of them.
pub(super) fn tell(
    scenario: &Scenario,
    input: &Input,
    facts: &[ClusterFacts],
    jobs: &Jobs,
    places: &mut Places<'_>,
) {
    let gate = Gate::of(input);
    quotas(scenario, &gate, facts, places);
    rejections(scenario, input, &gate, facts, jobs, places);
    units(scenario, jobs, places);
    no_jobs(scenario, jobs, places);
}

fn quota_words(quota: QuotaKey, facts: &ClusterFacts) -> String {
    match quota {
        QuotaKey::Family(_) => format!("the quota of {}", facts.family),
        QuotaKey::Workspace(_) => format!("the workspace's quota of {}", facts.family),
        QuotaKey::TotalDedicated => "the total dedicated quota".to_owned(),
        QuotaKey::LowPriority => "the low-priority quota".to_owned(),
    }
}

/// `max_nodes` that no quota ever admits.
fn quotas(scenario: &Scenario, gate: &Gate, facts: &[ClusterFacts], places: &mut Places<'_>) {
    for (i, (cluster, facts)) in scenario.clusters.iter().zip(facts).enumerate() {
        let Some((nodes, quota, vcpus)) = gate.most_nodes(i) else { continue };
        // Below one node the gate at load refuses the scenario.
        if nodes == 0 || u64::from(nodes) >= cluster.max_nodes {
            continue;
        }
        let path = Path::root().field("clusters").index(i).field("max_nodes");
        let message = format!(
            "`max_nodes` of `{}` is {}, but {} ({vcpus} vCPUs) never admits more than {nodes} nodes of {} vCPUs",
            cluster.name,
            cluster.max_nodes,
            quota_words(quota, facts),
            facts.vcpus
        );
        let help = format!("raise the quota, or write `max_nodes: {nodes}`");
        places.say(Code::NoEffect, &path, message, &help);
    }
}

/// Jobs of one source: how many, and how many the gate refuses, by kind of reason, with the first of each kind.
#[derive(Default)]
struct Refused {
    of: u64,
    jobs: u64,
    reasons: BTreeMap<(u32, u8), (u64, Rejection)>,
}

/// Jobs that the submit gate refuses, counted by where they come from.
fn rejections(
    scenario: &Scenario,
    input: &Input,
    gate: &Gate,
    facts: &[ClusterFacts],
    jobs: &Jobs,
    places: &mut Places<'_>,
) {
    // Listed jobs together, then each class, then each log.
    let mut sources: BTreeMap<(u8, u32), Refused> = BTreeMap::new();
    let end = input.horizon.filter(|_| input.stop_at_horizon).unwrap_or(Tick::MAX);
    let mut first_listed = None;
    for (job, written) in input.jobs.iter().zip(&jobs.jobs).filter(|(job, _)| job.submit < end) {
        let key = match written.source {
            Source::Listed(_) => (0, 0),
            Source::Class(i) => (1, i),
            Source::Log(i, _) => (2, i),
        };
        let refused = sources.entry(key).or_default();
        refused.of += 1;
        let why = gate.rejection(job.cluster, job.submit, job.nodes);
        let kind = match why {
            None => continue,
            Some(Rejection::Communication { .. }) if !job.communicates => continue,
            Some(Rejection::Nodes { .. }) => 0,
            Some(Rejection::Quota { .. }) => 1,
            Some(Rejection::Communication { .. }) => 2,
        };
        if let (Source::Listed(i), None) = (written.source, first_listed) {
            first_listed = Some(i);
        }
        refused.jobs += 1;
        if let Some(why) = why {
            refused.reasons.entry((job.cluster, kind)).or_insert((0, why)).0 += 1;
        }
    }
    let workload = Path::root().field("workload");
    for ((kind, i), refused) in sources.into_iter().filter(|(_, refused)| refused.jobs > 0) {
        let Some((&(cluster, _), &(_, why))) = refused.reasons.iter().max_by_key(|(_, (n, _))| *n) else {
            continue;
        };
        let Some(facts) = facts.get(cluster as usize) else { continue };
        let (path, whose) = match kind {
            0 => {
                let listed = first_listed.unwrap_or_default() as usize;
                (workload.field("jobs").index(listed).field("nodes"), "listed jobs".to_owned())
            }
            1 => {
                let name = scenario.workload.classes.get(i as usize).map_or("", |class| &class.name);
                let path = workload.field("classes").index(i as usize).field("nodes");
                (path, format!("jobs of the class `{name}`"))
            }
            _ => {
                let name = scenario.workload.logs.get(i as usize).map_or("", |log| &log.path);
                (workload.field("logs").index(i as usize).field("path"), format!("jobs of {name}"))
            }
        };
        let how_many = match refused.of {
            of if of == refused.jobs => format!("all {of} {whose}"),
            of => format!("{} of {of} {whose}", refused.jobs),
        };
        let (reason, help) = reason(why, facts);
        places.say(
            Code::JobsRejected,
            &path,
            format!("{how_many} would be rejected when submitted: {reason}"),
            help,
        );
    }
}

fn reason(why: Rejection, facts: &ClusterFacts) -> (String, &'static str) {
    let name = &facts.name;
    match why {
        Rejection::Nodes { nodes, limit } => (
            format!("{nodes} nodes, and the limit of `{name}` is {limit}"),
            "raise max_nodes (and the node limit or the subnet, where they bind), or make the jobs smaller",
        ),
        Rejection::Quota { quota, vcpus, nodes, needed } => (
            format!("{nodes} nodes are {needed} vCPUs, and {} is {vcpus}", quota_words(quota, facts)),
            "raise the quota, or make the jobs smaller",
        ),
        Rejection::Communication { nodes } => (
            format!("{nodes} nodes that communicate, and `{name}` has `inter_node_communication: false`"),
            "leave `inter_node_communication` out, or write `communicates: false` for jobs that do without",
        ),
    }
}

/// Running times that look as if their column had another unit.
fn units(scenario: &Scenario, jobs: &Jobs, places: &mut Places<'_>) {
    for (i, log) in scenario.workload.logs.iter().enumerate() {
        let LogFormat::Csv { service: ServiceColumn::Duration(column), .. } = &log.format else { continue };
        let figures = jobs.log_reports.iter().find(|report| report.path == log.path);
        let Some(figures) = figures.and_then(|report| report.figures.as_ref()) else { continue };
        let unit = match &column.unit {
            TimeUnit::Milliseconds => "Milliseconds",
            TimeUnit::Seconds => "Seconds",
            TimeUnit::Minutes => "Minutes",
            TimeUnit::Hours => "Hours",
            TimeUnit::Days => "Days",
            TimeUnit::DateTime(_) => continue,
        };
        let (what, other) = if figures.run_time_max_s > LONGEST_S {
            (format!("the longest running time is {}", in_words(figures.run_time_max_s)), "a smaller one")
        } else if figures.run_time_median_s < MEDIAN_S {
            (format!("the median running time is {}", in_words(figures.run_time_median_s)), "a larger one")
        } else {
            continue;
        };
        let path = Path::root().field("workload.logs").index(i).field("format.Csv.service.Duration.unit");
        let message = format!("{}: {what} with `unit: {unit}`", log.path);
        let help = format!("is the unit of the column {:?} {other}? If not, all is well", column.column);
        places.say(Code::SuspiciousUnit, &path, message, &help);
    }
}

/// A duration in its largest unit that is at least 1.
fn in_words(seconds: f64) -> String {
    for (unit, name) in [(86_400.0, "d"), (3600.0, "h"), (60.0, "min")] {
        if seconds >= unit {
            return format!("{:.0}{name}", seconds / unit);
        }
    }
    format!("{seconds}s")
}

/// Jobs that were described, and none that is left. An empty window of a log or class is told already.
fn no_jobs(scenario: &Scenario, jobs: &Jobs, places: &mut Places<'_>) {
    let workload = &scenario.workload;
    let described = !(workload.jobs.is_empty() && workload.classes.is_empty() && workload.logs.is_empty());
    if !jobs.jobs.is_empty() || !described {
        return;
    }
    let path = Path::root().field("workload");
    let (path, why) = jobs.notes.iter().fold((path.clone(), String::new()), |found, note| match note {
        Note::Window { kept: 0, of } if *of > 0 => {
            (path.field("window"), format!(": 0 of {of} jobs lie in `workload.window`"))
        }
        Note::Thinned { kept: 0, of } if *of > 0 => {
            (path.field("keep"), format!(": `workload.keep` keeps 0 of {of} jobs"))
        }
        _ => found,
    });
    let help =
        "widen the window, or look at the dates that `nodetide check` shows of logs; a run ends at once";
    places.say(Code::NoJobs, &path, format!("there is no job to run{why}"), help);
}
