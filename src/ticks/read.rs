//! From JSON to an engine input: types, ranges, defaults. What the values mean together is checked by the
//! engine's gate.

use super::{Json, Problem};
use crate::engine::input::{
    Bounds, COUNT_END, CapacityStep, ClusterInput, Discipline, Input, JobInput, LockEffect, LockInput,
    LockLevel, OnEviction, QuotaInput, QuotaKey, QuotaStep, Resize, Tier, UNLIMITED, UpdateInput, UsageStep,
};
use crate::engine::{Model, Place, Refusal};
use crate::units::{NEVER, Tick};
use std::collections::BTreeMap;

/// A scenario that can be run.
#[derive(Debug)]
pub struct TicksScenario {
    /// Ready to run.
    pub model: Model,
    /// Whether the result has the event log.
    pub log: bool,
}

/// Reads one scenario; `path` is where it stands in the file.
///
/// # Errors
/// All that is wrong with it: types and ranges, or else the rules of the gate.
pub fn read_scenario(json: &Json, path: &str) -> Result<TicksScenario, Vec<Problem>> {
    let mut reader = Reader::default();
    let (input, log) = reader.scenario(json, path);
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let quota_paths = reader.quota_paths;
    let model = Model::new(input).map_err(|refusals| {
        refusals.into_iter().map(|r| refused(r, path, &quota_paths)).collect::<Vec<_>>()
    })?;
    Ok(TicksScenario { model, log })
}

/// A refusal of the gate, with its place as a path.
fn refused(refusal: Refusal, path: &str, quota_paths: &[String]) -> Problem {
    let place = match refusal.place {
        Place::Scenario(field) => format!("{path}.{field}"),
        Place::Cluster(i, field) => format!("{path}.clusters[{i}].{field}"),
        Place::Job(i, field) => format!("{path}.jobs[{i}].{field}"),
        Place::Update(i, field) => format!("{path}.updates[{i}].{field}"),
        Place::Quota(i) => {
            format!("{path}.quotas.{}", quota_paths.get(i).map_or("", String::as_str))
        }
        Place::QuotaStep(i) => format!("{path}.quota_steps[{i}]"),
        Place::OutsideUsage(i) => format!("{path}.outside_usage[{i}]"),
        Place::Subnet(_) => format!("{path}.subnets"),
        Place::Lock(i) => format!("{path}.locks[{i}]"),
    };
    Problem {
        scenario: None,
        path: place.trim_start_matches('.').to_owned(),
        rule: refusal.rule,
        message: refusal.message,
        help: refusal.help,
    }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
    families: BTreeMap<String, u32>,
    identities: BTreeMap<String, u32>,
    environments: BTreeMap<String, u32>,
    subnets: BTreeMap<String, u32>,
    quota_paths: Vec<String>,
}

fn intern(names: &mut BTreeMap<String, u32>, name: &str) -> u32 {
    let next = names.len() as u32;
    *names.entry(name.to_owned()).or_insert(next)
}

/// The keys of an object that is being read: each is taken once, what is left is unknown.
struct Fields<'a> {
    entries: Vec<(&'a str, &'a Json)>,
    path: String,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    fn take(&mut self, key: &'static str) -> Option<&'a Json> {
        self.known.push(key);
        let i = self.entries.iter().position(|(k, _)| *k == key)?;
        Some(self.entries.swap_remove(i).1)
    }

    fn at(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }
}

const COUNT: std::ops::Range<u32> = 0..COUNT_END;
const POSITIVE: std::ops::Range<u32> = 1..COUNT_END;

impl Reader {
    fn problem(&mut self, path: &str, rule: &'static str, message: String, help: impl Into<String>) {
        self.problems.push(Problem {
            scenario: None,
            path: path.trim_start_matches('.').to_owned(),
            rule,
            message,
            help: help.into(),
        });
    }

    fn wrong_type(&mut self, json: &Json, path: &str, expected: &str) {
        let message = format!("expected {expected}, found {}", json.kind());
        self.problem(path, "wrong-type", message, "see docs/ticks.md for the type of each key");
    }

    fn object<'a>(&mut self, json: &'a Json, path: &str) -> Fields<'a> {
        let entries = if let Json::Object(entries) = json {
            entries.iter().map(|(k, v)| (k.as_str(), v)).collect()
        } else {
            self.wrong_type(json, path, "an object");
            Vec::new()
        };
        Fields { entries, path: path.to_owned(), known: Vec::new() }
    }

    /// Whatever keys are left are unknown.
    fn finish(&mut self, fields: Fields<'_>) {
        for (key, _) in &fields.entries {
            let near = fields
                .known
                .iter()
                .map(|k| (strsim::jaro_winkler(k, key), k))
                .filter(|(similarity, _)| *similarity > 0.8)
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let help = match near {
                Some((_, k)) => format!("did you mean {k:?}?"),
                None => format!("known keys here: {}", fields.known.join(", ")),
            };
            self.problem(&fields.at(key), "unknown-key", format!("the key {key:?} is not known here"), help);
        }
    }

    fn list<'a>(&mut self, json: Option<&'a Json>, path: &str) -> &'a [Json] {
        match json {
            None => &[],
            Some(Json::Array(list)) => list,
            Some(other) => {
                self.wrong_type(other, path, "a list");
                &[]
            }
        }
    }

    fn int(&mut self, json: &Json, path: &str, range: std::ops::Range<u32>) -> u32 {
        let Json::Integer(n) = json else {
            self.wrong_type(json, path, "an integer");
            return range.start;
        };
        match u32::try_from(*n) {
            Ok(n) if range.contains(&n) => n,
            _ => {
                let message = format!("{n} is not between {} and {}", range.start, range.end - 1);
                self.problem(path, "out-of-range", message, "numbers are below 2^31");
                range.start
            }
        }
    }

    fn int_or_null(&mut self, json: &Json, path: &str, range: std::ops::Range<u32>) -> Option<u32> {
        if *json == Json::Null { None } else { Some(self.int(json, path, range)) }
    }

    /// A number with a default.
    fn number(
        &mut self,
        f: &mut Fields<'_>,
        key: &'static str,
        range: std::ops::Range<u32>,
        default: u32,
    ) -> u32 {
        match f.take(key) {
            None => default,
            Some(json) => self.int(json, &f.at(key), range),
        }
    }

    fn required(&mut self, f: &mut Fields<'_>, key: &'static str, range: std::ops::Range<u32>) -> u32 {
        match f.take(key) {
            Some(json) => self.int(json, &f.at(key), range),
            None => {
                self.missing(f, key);
                range.start
            }
        }
    }

    fn missing(&mut self, f: &Fields<'_>, key: &str) {
        self.problem(&f.path, "missing-key", format!("the key {key:?} is missing"), format!("add {key:?}"));
    }

    /// A number that may be null or left out.
    fn optional(
        &mut self,
        f: &mut Fields<'_>,
        key: &'static str,
        range: std::ops::Range<u32>,
    ) -> Option<u32> {
        let json = f.take(key)?;
        self.int_or_null(json, &f.at(key), range)
    }

    fn boolean(&mut self, f: &mut Fields<'_>, key: &'static str, default: bool) -> bool {
        match f.take(key) {
            None => default,
            Some(Json::Bool(b)) => *b,
            Some(other) => {
                self.wrong_type(other, &f.at(key), "true or false");
                default
            }
        }
    }

    fn text<'a>(&mut self, json: &'a Json, path: &str) -> &'a str {
        if let Json::String(s) = json {
            return s;
        }
        self.wrong_type(json, path, "a string");
        ""
    }

    fn word<T: Copy>(
        &mut self,
        f: &mut Fields<'_>,
        key: &'static str,
        words: &[(&str, T)],
        default: Option<T>,
    ) -> T {
        let names = || words.iter().map(|w| format!("{:?}", w.0)).collect::<Vec<_>>().join(", ");
        let json = f.take(key);
        match (json, default) {
            (Some(Json::String(s)), _) => {
                if let Some((_, value)) = words.iter().find(|(w, _)| w == s) {
                    return *value;
                }
                let message = format!("{s:?} is not one of {}", names());
                self.problem(&f.at(key), "unknown-word", message, format!("use one of {}", names()));
            }
            (Some(other), _) => self.wrong_type(other, &f.at(key), &format!("one of {}", names())),
            (None, Some(default)) => return default,
            (None, None) => self.missing(f, key),
        }
        words[0].1
    }

    /// One value, or a list of them used in turn.
    fn table<T: Clone>(
        &mut self,
        f: &mut Fields<'_>,
        key: &'static str,
        default: T,
        mut one: impl FnMut(&mut Self, &Json, &str) -> T,
    ) -> Vec<T> {
        let path = f.at(key);
        match f.take(key) {
            None => vec![default],
            Some(Json::Array(list)) if list.is_empty() => {
                self.problem(&path, "empty-table", "the table is empty".into(), "list one value or more");
                vec![default]
            }
            Some(Json::Array(list)) => {
                list.iter().enumerate().map(|(i, v)| one(self, v, &format!("{path}[{i}]"))).collect()
            }
            Some(value) => vec![one(self, value, &path)],
        }
    }

    fn tick_table(&mut self, f: &mut Fields<'_>, key: &'static str) -> Vec<Tick> {
        self.table(f, key, 0, |r, json, path| r.int(json, path, COUNT))
    }

    fn names(&mut self, json: Option<&Json>, path: &str) -> Vec<u32> {
        let list = self.list(json, path);
        list.iter()
            .enumerate()
            .map(|(i, v)| {
                let name = self.text(v, &format!("{path}[{i}]")).to_owned();
                intern(&mut self.identities, &name)
            })
            .collect()
    }

    fn scenario(&mut self, json: &Json, path: &str) -> (Input, bool) {
        let mut f = self.object(json, path);
        let mut input = Input {
            horizon: self.optional(&mut f, "horizon", COUNT),
            stop_at_horizon: self.boolean(&mut f, "stop_at_horizon", false),
            billing_quantum: self.number(&mut f, "billing_quantum", POSITIVE, 1),
            wait_limit: self.optional(&mut f, "wait_limit", COUNT),
            lock_effect: self.word(
                &mut f,
                "lock_effect",
                &[("Scaling", LockEffect::Scaling), ("Removal", LockEffect::Removal)],
                Some(LockEffect::Scaling),
            ),
            ..Input::default()
        };
        input.subnets = self.read_subnets(&mut f);
        input.quotas = self.read_quotas(&mut f);
        let (at, list) = (f.at("quota_steps"), f.take("quota_steps"));
        for (i, step) in self.list(list, &at).iter().enumerate() {
            let mut s = self.object(step, &format!("{at}[{i}]"));
            let step = QuotaStep {
                t: self.required(&mut s, "t", COUNT),
                quota: self.quota_name(&mut s),
                vcpus: match s.take("vcpus") {
                    Some(json) => self.int_or_null(json, &s.at("vcpus"), COUNT).unwrap_or(UNLIMITED),
                    None => {
                        self.missing(&s, "vcpus");
                        0
                    }
                },
            };
            self.finish(s);
            input.quota_steps.push(step);
        }
        let (at, list) = (f.at("outside_usage"), f.take("outside_usage"));
        for (i, step) in self.list(list, &at).iter().enumerate() {
            let mut s = self.object(step, &format!("{at}[{i}]"));
            let step = UsageStep {
                t: self.required(&mut s, "t", COUNT),
                quota: self.quota_name(&mut s),
                vcpus: self.required(&mut s, "vcpus", COUNT),
            };
            self.finish(s);
            input.outside_usage.push(step);
        }
        let (at, list) = (f.at("locks"), f.take("locks"));
        for (i, lock) in self.list(list, &at).iter().enumerate() {
            let mut l = self.object(lock, &format!("{at}[{i}]"));
            let lock = LockInput {
                from: self.required(&mut l, "from", COUNT),
                to: self.optional(&mut l, "to", COUNT),
                level: self.word(
                    &mut l,
                    "level",
                    &[("CanNotDelete", LockLevel::CanNotDelete), ("ReadOnly", LockLevel::ReadOnly)],
                    None,
                ),
            };
            self.finish(l);
            input.locks.push(lock);
        }
        self.read_clusters(&mut f, &mut input);
        self.read_updates(&mut f, &mut input);
        self.read_jobs(&mut f, &mut input);
        if let Some(json) = f.take("bounds") {
            let mut b = self.object(json, &f.at("bounds"));
            let defaults = Bounds::default();
            input.bounds = Bounds {
                instants: self.number(&mut b, "instants", POSITIVE, defaults.instants),
                repetitions: self.number(&mut b, "repetitions", POSITIVE, defaults.repetitions),
            };
            self.finish(b);
        }
        let log = self.boolean(&mut f, "log", false);
        self.finish(f);
        (input, log)
    }

    fn read_subnets(&mut self, f: &mut Fields<'_>) -> Vec<u32> {
        let Some(json) = f.take("subnets") else { return Vec::new() };
        let path = f.at("subnets");
        let o = self.object(json, &path);
        let mut addresses = Vec::new();
        for (name, json) in o.entries {
            addresses.push(self.int(json, &format!("{path}.{name}"), POSITIVE));
            intern(&mut self.subnets, name);
        }
        addresses
    }

    fn read_quotas(&mut self, f: &mut Fields<'_>) -> Vec<QuotaInput> {
        let mut quotas = Vec::new();
        let Some(json) = f.take("quotas") else { return quotas };
        let mut q = self.object(json, &f.at("quotas"));
        for (key, of) in
            [("family", QuotaKey::Family as fn(u32) -> QuotaKey), ("workspace", QuotaKey::Workspace)]
        {
            let Some(json) = q.take(key) else { continue };
            let path = q.at(key);
            let o = self.object(json, &path);
            for (name, json) in o.entries {
                let vcpus = self.int(json, &format!("{path}.{name}"), COUNT);
                let quota = of(intern(&mut self.families, name));
                quotas.push(QuotaInput { quota, vcpus });
                self.quota_paths.push(format!("{key}.{name}"));
            }
        }
        for (key, quota) in
            [("total_dedicated", QuotaKey::TotalDedicated), ("low_priority", QuotaKey::LowPriority)]
        {
            if let Some(vcpus) = self.optional(&mut q, key, COUNT) {
                quotas.push(QuotaInput { quota, vcpus });
                self.quota_paths.push(key.to_owned());
            }
        }
        self.finish(q);
        quotas
    }

    /// `"family:NAME"`, `"workspace:NAME"`, `"total_dedicated"` or `"low_priority"`.
    fn quota_name(&mut self, f: &mut Fields<'_>) -> QuotaKey {
        let Some(json) = f.take("quota") else {
            self.missing(f, "quota");
            return QuotaKey::TotalDedicated;
        };
        let path = f.at("quota");
        let name = self.text(json, &path);
        match name.split_once(':') {
            Some(("family", family)) => QuotaKey::Family(intern(&mut self.families, family)),
            Some(("workspace", family)) => QuotaKey::Workspace(intern(&mut self.families, family)),
            _ if name == "total_dedicated" => QuotaKey::TotalDedicated,
            _ if name == "low_priority" => QuotaKey::LowPriority,
            _ => {
                self.problem(
                    &path,
                    "unknown-quota",
                    format!("{name:?} is no quota"),
                    "use \"family:NAME\", \"workspace:NAME\", \"total_dedicated\" or \"low_priority\"",
                );
                QuotaKey::TotalDedicated
            }
        }
    }

    fn read_clusters(&mut self, f: &mut Fields<'_>, input: &mut Input) {
        let (path, Some(json)) = (f.at("clusters"), f.take("clusters")) else {
            self.missing(f, "clusters");
            return;
        };
        for (i, json) in self.list(Some(json), &path).iter().enumerate() {
            let cluster = self.read_cluster(json, &format!("{path}[{i}]"));
            input.clusters.push(cluster);
        }
    }

    fn read_cluster(&mut self, json: &Json, path: &str) -> ClusterInput {
        let mut f = self.object(json, path);
        let min_nodes = self.number(&mut f, "min_nodes", COUNT, 0);
        let ready_at = self.optional(&mut f, "ready_at", COUNT);
        let communication = self.boolean(&mut f, "communication", true);
        let family = match f.take("family") {
            None => "f",
            Some(json) => self.text(json, &f.at("family")),
        };
        let family = intern(&mut self.families, family);
        let subnet = match f.take("subnet") {
            None | Some(Json::Null) => None,
            Some(json) => {
                let name = self.text(json, &f.at("subnet"));
                let known = self.subnets.get(name).copied();
                if known.is_none() {
                    let message = format!("{name:?} is no subnet of the scenario");
                    self.problem(&f.at("subnet"), "unknown-subnet", message, "describe it under `subnets`");
                }
                known
            }
        };
        let identities = f.take("identities");
        let cluster = ClusterInput {
            max_nodes: self.required(&mut f, "max_nodes", POSITIVE),
            min_nodes,
            initial_nodes: self.number(
                &mut f,
                "initial_nodes",
                COUNT,
                if ready_at.is_some() { 0 } else { min_nodes },
            ),
            idle_time: self.number(&mut f, "idle_time", COUNT, 120),
            tier: self.word(
                &mut f,
                "tier",
                &[("Dedicated", Tier::Dedicated), ("LowPriority", Tier::LowPriority)],
                Some(Tier::Dedicated),
            ),
            vcpus: self.number(&mut f, "vcpus", POSITIVE, 1),
            family,
            speed: self.speed(&mut f),
            communication,
            communication_limit: self.number(
                &mut f,
                "communication_limit",
                POSITIVE,
                if communication { 100 } else { 1000 },
            ),
            subnet,
            ready_at,
            identities: self.names(identities, &f.at("identities")),
            discipline: self.word(
                &mut f,
                "discipline",
                &[
                    ("Fifo", Discipline::Fifo),
                    ("Priority", Discipline::Priority),
                    ("FirstFit", Discipline::FirstFit),
                    ("Backfill", Discipline::Backfill),
                ],
                Some(Discipline::Fifo),
            ),
            resize: self.word(
                &mut f,
                "resize",
                &[
                    ("DownFirst", Resize::DownFirst),
                    ("Concurrent", Resize::Concurrent),
                    ("Exclusive", Resize::Exclusive),
                ],
                Some(Resize::DownFirst),
            ),
            cancel_allocating: self.boolean(&mut f, "cancel_allocating", false),
            allocation_delay: self.tick_table(&mut f, "allocation_delay"),
            boot_delay: self.tick_table(&mut f, "boot_delay"),
            boot_failure: self
                .table(&mut f, "boot_failure", false, |r, json, path| r.int(json, path, 0..2) == 1),
            lifetime: self.table(&mut f, "lifetime", NEVER, |r, json, path| {
                r.int_or_null(json, path, POSITIVE).unwrap_or(NEVER)
            }),
            prepare_cold: self.tick_table(&mut f, "prepare_cold"),
            prepare_warm: self.tick_table(&mut f, "prepare_warm"),
            recycle_time: self.number(&mut f, "recycle_time", POSITIVE, 1),
            release_delay: self.number(&mut f, "release_delay", COUNT, 0),
            capacity: self.capacity(&mut f),
            on_eviction: self.on_eviction(&mut f),
            restart_overhead: self.number(&mut f, "restart_overhead", COUNT, 0),
            max_restarts: self.optional(&mut f, "max_restarts", COUNT).unwrap_or(UNLIMITED),
        };
        self.finish(f);
        cluster
    }

    fn speed(&mut self, f: &mut Fields<'_>) -> (u32, u32) {
        let (path, Some(json)) = (f.at("speed"), f.take("speed")) else { return (1, 1) };
        let list = self.list(Some(json), &path);
        if let [p, q] = list {
            return (
                self.int(p, &format!("{path}[0]"), POSITIVE),
                self.int(q, &format!("{path}[1]"), POSITIVE),
            );
        }
        self.problem(&path, "wrong-type", "a speed is a list [p, q]".into(), "write for example [3, 2]");
        (1, 1)
    }

    fn capacity(&mut self, f: &mut Fields<'_>) -> Vec<CapacityStep> {
        let (path, json) = (f.at("capacity"), f.take("capacity"));
        let mut steps = Vec::new();
        for (i, json) in self.list(json, &path).iter().enumerate() {
            let mut s = self.object(json, &format!("{path}[{i}]"));
            let t = self.required(&mut s, "t", COUNT);
            let nodes = match s.take("nodes") {
                Some(json) => self.int_or_null(json, &s.at("nodes"), COUNT).unwrap_or(UNLIMITED),
                None => {
                    self.missing(&s, "nodes");
                    0
                }
            };
            self.finish(s);
            steps.push(CapacityStep { t, nodes });
        }
        steps
    }

    fn on_eviction(&mut self, f: &mut Fields<'_>) -> OnEviction {
        let Some(json) = f.take("on_eviction") else { return OnEviction::Requeue };
        let mut o = self.object(json, &f.at("on_eviction"));
        let kind = self.word(&mut o, "kind", &[("Requeue", 0), ("Fail", 1), ("Resubmit", 2)], None);
        let rule = match kind {
            0 => OnEviction::Requeue,
            1 => OnEviction::Fail,
            _ => OnEviction::Resubmit(self.required(&mut o, "after", COUNT)),
        };
        self.finish(o);
        rule
    }

    fn cluster_index(&mut self, f: &mut Fields<'_>, default: Option<u32>, clusters: usize) -> u32 {
        let Some(json) = f.take("cluster") else {
            if default.is_none() {
                self.missing(f, "cluster");
            }
            return default.unwrap_or(0);
        };
        let path = f.at("cluster");
        let before = self.problems.len();
        let index = self.int(json, &path, COUNT);
        if self.problems.len() == before && index as usize >= clusters {
            let message = format!("cluster {index} is not described");
            self.problem(&path, "unknown-cluster", message, format!("there are {clusters}, from 0 on"));
        }
        index
    }

    fn read_updates(&mut self, f: &mut Fields<'_>, input: &mut Input) {
        let (path, json) = (f.at("updates"), f.take("updates"));
        for (i, json) in self.list(json, &path).iter().enumerate() {
            let mut u = self.object(json, &format!("{path}[{i}]"));
            let some = |r: &mut Self, u: &mut Fields<'_>, key, range| {
                u.take(key).map(|json| r.int(json, &u.at(key), range))
            };
            let update = UpdateInput {
                t: self.required(&mut u, "t", COUNT),
                cluster: self.cluster_index(&mut u, None, input.clusters.len()),
                min_nodes: some(self, &mut u, "min_nodes", COUNT),
                max_nodes: some(self, &mut u, "max_nodes", POSITIVE),
                idle_time: some(self, &mut u, "idle_time", COUNT),
                identities: u.take("identities").map(|json| self.names(Some(json), &u.at("identities"))),
            };
            self.finish(u);
            input.updates.push(update);
        }
    }

    fn read_jobs(&mut self, f: &mut Fields<'_>, input: &mut Input) {
        let (path, Some(json)) = (f.at("jobs"), f.take("jobs")) else {
            self.missing(f, "jobs");
            return;
        };
        let clusters = input.clusters.len();
        for (i, json) in self.list(Some(json), &path).iter().enumerate() {
            let mut j = self.object(json, &format!("{path}[{i}]"));
            let nodes = self.number(&mut j, "nodes", POSITIVE, 1);
            let identity = match j.take("identity") {
                None | Some(Json::Null) => None,
                Some(json) => {
                    let name = self.text(json, &j.at("identity")).to_owned();
                    Some(intern(&mut self.identities, &name))
                }
            };
            let environment = match j.take("environment") {
                None => "default",
                Some(json) => self.text(json, &j.at("environment")),
            };
            let job = JobInput {
                submit: self.required(&mut j, "submit", COUNT),
                service: self.required(&mut j, "service", COUNT),
                cluster: self.cluster_index(&mut j, Some(0), clusters),
                nodes,
                cancel: self.optional(&mut j, "cancel", COUNT),
                timeout: self.optional(&mut j, "timeout", POSITIVE),
                checkpoint: self.optional(&mut j, "checkpoint", POSITIVE),
                identity,
                environment: intern(&mut self.environments, environment),
                communicates: self.boolean(&mut j, "communicates", nodes > 1),
                priority: self.number(&mut j, "priority", COUNT, 0),
                declared: self.optional(&mut j, "declared", COUNT),
            };
            self.finish(j);
            input.jobs.push(job);
        }
    }
}
