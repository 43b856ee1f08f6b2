//! From the gate's places to places in the text.

use crate::diagnostic::{Code, Diagnostic, Source};
use crate::engine::input::Input;
use crate::engine::{Place, Refusal};
use crate::scenario::Scenario;
use crate::scenario::locate::Tree;
use crate::scenario::parse::Parsed;
use crate::scenario::path::{Path, Step};
use crate::scenario::schema::{LogFormat, ServiceColumn, TimeUnit};
use crate::workload::{Job, Source as JobSource};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Notes diagnostics at paths of a scenario. The text is only taken apart if there is something to say.
pub(super) struct Places<'a> {
    parsed: &'a Parsed,
    tree: OnceCell<Tree<'a>>,
    pub(super) found: Vec<Diagnostic>,
}

/// Fields of the gate that have another name in a scenario.
fn cluster_field(field: &'static str) -> &'static str {
    match field {
        "communication_limit" => "node_limit",
        "communication" => "inter_node_communication",
        "ready_at" => "created",
        field => field,
    }
}

impl<'a> Places<'a> {
    pub(super) fn new(parsed: &'a Parsed) -> Self {
        Self { parsed, tree: OnceCell::new(), found: Vec::new() }
    }

    pub(super) fn tree(&self) -> &Tree<'a> {
        self.tree.get_or_init(|| self.parsed.tree())
    }

    pub(super) fn source(&self) -> &'a Arc<Source> {
        &self.parsed.source
    }

    /// A diagnostic at the value of a path.
    pub(super) fn at(&self, code: Code, path: &Path, message: impl Into<String>) -> Diagnostic {
        let located = self.tree().find(path);
        let label = match path.last_field() {
            Some(field) if !located.found => format!("`{field}` is not set here"),
            _ => String::new(),
        };
        Diagnostic::new(code, message).at(self.source(), located.span, label)
    }

    pub(super) fn say(&mut self, code: Code, path: &Path, message: impl Into<String>, help: &str) {
        let diagnostic = self.at(code, path, message).help(help);
        self.found.push(diagnostic);
    }

    /// Everything the gate refuses, at its place; the same rule at the same place once.
    pub(super) fn refusals(&mut self, scenario: &Scenario, input: &Input, quotas: &[Path], jobs: &[Job]) {
        let mut seen: HashMap<(Path, &'static str, Option<u32>), (usize, usize)> = HashMap::new();
        for refusal in input.refusals() {
            // What was not written follows `min_nodes`, which has its own rule.
            if let Place::Cluster(i, "initial_nodes") = refusal.place
                && scenario.clusters.get(i).is_some_and(|cluster| cluster.initial_nodes.is_none())
            {
                continue;
            }
            let (path, line) = place_of(scenario, quotas, jobs, refusal.place);
            // Of the jobs of a class or log one stands for all.
            let key = (path, refusal.rule, line.map(|(log, _)| log));
            if let Some((_, more)) = seen.get_mut(&key) {
                *more += 1;
                continue;
            }
            let mut diagnostic = self.refusal(scenario, &refusal, &key.0, line);
            if let (Some((log, _)), "attempt-too-long") = (line, refusal.rule) {
                diagnostic.notes.extend(unit_note(scenario, jobs, log));
            }
            self.found.push(diagnostic);
            seen.insert(key, (self.found.len() - 1, 0));
        }
        for (at, more) in seen.into_values().filter(|(_, more)| *more > 0) {
            self.found[at].notes.push(match more {
                1 => "the same holds for one more job".to_owned(),
                n => format!("the same holds for {n} more jobs"),
            });
        }
    }

    fn refusal(
        &self,
        scenario: &Scenario,
        refusal: &Refusal,
        path: &Path,
        line: Option<(u32, u32)>,
    ) -> Diagnostic {
        let message = with_names(scenario, &refusal.message);
        let help = help(scenario, refusal);
        let mut diagnostic = self.at(Code::of_rule(refusal.rule), path, message).help(help);
        if let Some((log, line)) = line {
            let log = scenario.workload.logs.get(log as usize).map_or("", |log| log.path.as_str());
            diagnostic = diagnostic.note(format!("the job is on line {line} of {log}"));
        }
        match service_words(refusal, path) {
            Some(words) => diagnostic.note(format!("the service says: \"{words}\"")),
            None => diagnostic,
        }
    }
}

/// Asks whether the running times of a log have the unit that the scenario says.
fn unit_note(scenario: &Scenario, jobs: &[Job], log: u32) -> Option<String> {
    let LogFormat::Csv { service: ServiceColumn::Duration(column), .. } =
        &scenario.workload.logs.get(log as usize)?.format
    else {
        return None;
    };
    let unit = match column.unit {
        TimeUnit::Milliseconds => "Milliseconds",
        TimeUnit::Seconds => "Seconds",
        TimeUnit::Minutes => "Minutes",
        TimeUnit::Hours => "Hours",
        TimeUnit::Days => "Days",
        TimeUnit::DateTime(_) => return None,
    };
    let of_log = jobs.iter().filter(|job| matches!(job.source, JobSource::Log(i, _) if i == log));
    let longest_d = (of_log.map(|job| job.service).max()? as f64) * scenario.resolution.tick_s() / 86_400.0;
    let longest = match longest_d / 365.25 {
        years if years >= 2.0 => format!("{years:.0} years"),
        _ => format!("{longest_d:.0} days"),
    };
    Some(format!("is the unit {unit} of {:?} right? the longest job would run for {longest}", column.column))
}

/// What to do, with the names that fields have in a scenario.
fn help(scenario: &Scenario, refusal: &Refusal) -> String {
    if refusal.rule != "max-over-limit" {
        return refusal.help.clone();
    }
    let cluster = match refusal.place {
        Place::Cluster(i, _) => scenario.clusters.get(i),
        Place::Update(i, _) => scenario
            .updates
            .get(i)
            .and_then(|update| scenario.clusters.iter().find(|cluster| cluster.name == update.cluster)),
        _ => None,
    };
    let Some(cluster) = cluster else { return refusal.help.clone() };
    let wanted = match refusal.place {
        Place::Update(i, _) => scenario.updates.get(i).and_then(|update| update.max_nodes),
        _ => None,
    };
    let wanted = wanted.unwrap_or(cluster.max_nodes);
    let mut help = format!("lower it, or set `node_limit: {wanted}` if a support request has raised yours");
    if cluster.inter_node_communication && cluster.node_limit.is_none() {
        help +=
            "; with `inter_node_communication: false` the limit is 1000 (multi-node jobs are then rejected)";
    }
    help
}

/// The gate knows clusters by their numbers.
pub(crate) fn with_names(scenario: &Scenario, message: &str) -> String {
    let mut out = String::new();
    let mut rest = message;
    while let Some(found) = rest.find("cluster ") {
        let (before, after) = rest.split_at(found + "cluster ".len());
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        out.push_str(before);
        match after[..digits].parse().ok().and_then(|i: usize| scenario.clusters.get(i)) {
            Some(cluster) => {
                out.push_str(&format!("`{}`", cluster.name));
                rest = &after[digits..];
            }
            None => rest = after,
        }
    }
    out + rest
}

/// What the service itself answers (reference, section 3.3), where it is known.
fn service_words(refusal: &Refusal, path: &Path) -> Option<String> {
    if refusal.rule != "quota-below-cluster" {
        return None;
    }
    // The quota, the cluster's number, its nodes, vCPUs of a node, and of all of them.
    let mut numbers =
        refusal.message.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let (quota, nodes, needed) = (numbers.next()?, numbers.nth(1)?, numbers.nth(1)?);
    let which = match path.steps() {
        [.., Step::Key(map), Step::Key(family)] if map == "family" || map == "workspace" => {
            format!("{family} family")
        }
        _ => "total".to_owned(),
    };
    let asked = match nodes {
        "1" => "cannot accomodate for at least 1 requested compute training cluster and/or compute instance's node"
            .to_owned(),
        n => format!(
            "is less than the requested compute training cluster and/or compute instance's min nodes of {n}"
        ),
    };
    Some(format!(
        "The specified subscription has a {which} vCPU quota of {quota} and {asked} which maps to {needed} vCPUs"
    ))
}

/// Where something stands that the gate refuses; and the log and line of a job that was read from one.
fn place_of(scenario: &Scenario, quotas: &[Path], jobs: &[Job], place: Place) -> (Path, Option<(u32, u32)>) {
    let root = Path::root();
    let path = match place {
        Place::Scenario("billing_quantum") => root.field("prices.billing_quantum"),
        Place::Scenario(field) => root.field(field),
        Place::Cluster(i, field) => root.field("clusters").index(i).field(cluster_field(field)),
        Place::Update(i, field) => root.field("updates").index(i).field(field),
        Place::Quota(i) => quotas.get(i).cloned().unwrap_or_else(|| root.field("region.quotas")),
        Place::QuotaStep(i) => root.field("region.quota_steps").index(i),
        Place::OutsideUsage(i) => root.field("region.outside_usage").index(i),
        Place::Subnet(i) => match scenario.region.subnets.keys().nth(i) {
            Some(name) => root.field("region.subnets").key(name),
            None => root.field("region.subnets"),
        },
        Place::Lock(i) => root.field("locks").index(i),
        Place::Job(i, field) => return place_of_job(jobs.get(i), field),
    };
    (path, None)
}

pub(super) fn place_of_job(job: Option<&Job>, field: &'static str) -> (Path, Option<(u32, u32)>) {
    let workload = Path::root().field("workload");
    match job.map(|job| job.source) {
        Some(JobSource::Listed(i)) => (workload.field("jobs").index(i as usize).field(field), None),
        Some(JobSource::Class(i)) => {
            let field = if field == "cancel" { "cancel_after" } else { field };
            (workload.field("classes").index(i as usize).field(field), None)
        }
        Some(JobSource::Log(i, line)) => {
            (workload.field("logs").index(i as usize).field("path"), Some((i, line)))
        }
        None => (workload, None),
    }
}
