//! Jobs of the workload as jobs of the engine.

use super::assumptions::Assumption;
use super::clusters::Lowering;
use super::places::Places;
use crate::diagnostic::Code;
use crate::engine::input::{Input, JobInput};
use crate::scenario::Scenario;
use crate::scenario::path::Path;
use crate::units::{TICK_END, Tick};
use crate::workload::{Job, Jobs, Note};
use std::collections::HashMap;
use std::sync::Arc;

/// Most jobs out of range that are told.
const TOLD_MAX: usize = 20;

/// User, team and experiment of every job, as indices in `names`; an empty list: nobody has one.
#[derive(Clone, Debug, Default)]
pub struct Tags {
    /// All names.
    pub names: Arc<[String]>,
    user: Vec<u32>,
    team: Vec<u32>,
    experiment: Vec<u32>,
}

/// "No tag" in the lists.
const NO_TAG: u32 = u32::MAX;

impl Tags {
    fn new(jobs: &Jobs) -> Self {
        let list = |tag: fn(&Job) -> Option<u32>| -> Vec<u32> {
            if jobs.jobs.iter().any(|job| tag(job).is_some()) {
                jobs.jobs.iter().map(|job| tag(job).unwrap_or(NO_TAG)).collect()
            } else {
                Vec::new()
            }
        };
        Self {
            names: jobs.names.all().into(),
            user: list(|job| job.user),
            team: list(|job| job.team),
            experiment: list(|job| job.experiment),
        }
    }

    /// User, team and experiment of a job, by its index in [`Input::jobs`].
    #[must_use]
    pub fn of(&self, job: usize) -> [Option<u32>; 3] {
        [&self.user, &self.team, &self.experiment]
            .map(|list| list.get(job).copied().filter(|tag| *tag != NO_TAG))
    }
}

impl Lowering<'_, '_> {
    /// All jobs, in the workload's order, with their tags. What is out of range is told by name.
    pub(super) fn jobs(&mut self, jobs: &Jobs) -> (Vec<JobInput>, Tags) {
        // A job knows its identity by the workload's number, a cluster by ours.
        let mut identities: HashMap<u32, u32> = HashMap::new();
        let mut told = 0;
        let mut out = Vec::with_capacity(jobs.jobs.len());
        for job in &jobs.jobs {
            if told < TOLD_MAX && !self.in_range(job) {
                told += 1;
            }
            let tick = |ticks: u64| ticks.min(u64::from(super::TICK_MAX)) as Tick;
            let identity = job
                .identity
                .map(|name| *identities.entry(name).or_insert_with(|| self.identity(jobs.names.get(name))));
            out.push(JobInput {
                submit: tick(job.submit),
                service: tick(job.service),
                cluster: job.cluster,
                nodes: tick(job.nodes),
                cancel: job.cancel.map(tick),
                timeout: job.timeout.map(tick),
                checkpoint: job.checkpoint.map(tick),
                identity,
                // Names are numbered from 0; 0 here is the default environment.
                environment: job.environment.map_or(0, |name| name + 1),
                communicates: job.communicates,
                priority: job.priority,
                declared: job.declared.map(tick),
            });
        }
        (out, Tags::new(jobs))
    }

    /// Tells the first number of a job that is 2^31 or more.
    fn in_range(&mut self, job: &Job) -> bool {
        let end = u64::from(TICK_END);
        let fields = [
            ("submit", Some(job.submit), "a submit time [ticks]"),
            ("service", Some(job.service), "a running time [ticks]"),
            ("nodes", Some(job.nodes), "a number of nodes"),
            ("cancel", job.cancel, "a cancel time [ticks]"),
            ("timeout", job.timeout, "a timeout [ticks]"),
            ("checkpoint", job.checkpoint, "a checkpoint interval [ticks]"),
            ("declared", job.declared, "a declared running time [ticks]"),
        ];
        let Some((field, value, what)) =
            fields.into_iter().find(|(_, value, _)| value.is_some_and(|v| v >= end))
        else {
            return true;
        };
        let (path, line) = super::places::place_of_job(Some(job), field);
        let message = format!("{what} of {}", value.unwrap_or_default());
        let mut diagnostic = self.places.at(Code::OverLimit, &path, message).help(format!(
            "it stays below 2^31 = {TICK_END}; use a coarser `resolution`, or leave the job out"
        ));
        if let Some((_, line)) = line {
            diagnostic = diagnostic.note(format!("the job is on line {line}"));
        }
        self.places.found.push(diagnostic);
        false
    }
}

/// Clusters that no job names.
pub(super) fn warn_unused(scenario: &Scenario, input: &Input, places: &mut Places<'_>) {
    if input.jobs.is_empty() {
        return;
    }
    let mut used = vec![false; scenario.clusters.len()];
    for job in &input.jobs {
        if let Some(used) = used.get_mut(job.cluster as usize) {
            *used = true;
        }
    }
    for (i, cluster) in scenario.clusters.iter().enumerate().filter(|(i, _)| !used[*i]) {
        let path = Path::root().field("clusters").index(i).field("name");
        let help =
            "name it in the jobs (`cluster`), or remove it; jobs that name none go to the first cluster";
        places.say(Code::UnusedCluster, &path, format!("no job uses the cluster `{}`", cluster.name), help);
    }
}

/// Where a scenario names a log.
fn log_path(jobs: &Jobs, path: &str) -> Path {
    let logs = Path::root().field("workload.logs");
    match jobs.log_reports.iter().position(|report| report.path == path) {
        Some(i) => logs.index(i).field("path"),
        None => logs,
    }
}

/// What the workload noted: warnings, or what belongs beside the assumptions.
pub(super) fn notes(jobs: &Jobs, replication: u64, places: &mut Places<'_>) -> Vec<Assumption> {
    let workload = Path::root().field("workload");
    let mut out = Vec::new();
    for note in &jobs.notes {
        let text = note.to_string();
        let (what, help) = text.rsplit_once("; ").unwrap_or((&text, ""));
        match note {
            Note::BrokenLines { path, first, .. } => {
                let mut diagnostic = places.at(Code::LogLinesLeftOut, &log_path(jobs, path), what).help(help);
                diagnostic.notes.extend(first.as_ref().map(|first| format!("the first is {first}")));
                places.found.push(diagnostic);
            }
            Note::BeforeStart { path, .. } => {
                places.say(Code::LogBeforeStart, &log_path(jobs, path), what, help);
            }
            Note::StartFromLog { .. } => {
                out.push(Assumption { field: "start".into(), text, clusters: Vec::new() });
            }
            Note::EmptyWindow { .. } => places.say(Code::NoEffect, &workload.field("logs"), what, help),
            // Of one replication it says nothing.
            Note::TooShortToResample { .. } if replication == 0 => {}
            Note::TooShortToResample { path, .. } => {
                places.say(Code::LogNotResampled, &log_path(jobs, path), what, help);
            }
            Note::EmptyClass { .. } => places.say(Code::NoEffect, &workload.field("classes"), what, help),
            _ => out.push(Assumption { field: "workload".into(), text, clusters: Vec::new() }),
        }
    }
    out
}
