//! The gate at load: what cannot mean anything is refused before a run (model, section 7).
//!
//! These rules are stated here once, for the ticks format and for scenario files; each reader says the place
//! in its own words (a JSON key, or line and column).

use super::input::{ClusterInput, Input, JobInput, QuotaKey, Tier};
use super::settings::Settings;
use crate::units::{TICK_END, Tick};
use std::collections::BTreeMap;

/// Most environments among the jobs of a cluster (a node's warm environments are one u32).
pub const ENVIRONMENTS_MAX: usize = 32;

/// An attempt stays below this length [ticks], so that two of them can be added.
pub const ATTEMPT_END: u64 = 1 << 30;

/// Most nodes that a cluster can ever hold at once: what keeps an absurd scenario from taking all memory.
/// 2^24 nodes take about 1 GiB.
pub const HELD_NODES_MAX: u64 = 1 << 24;

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A field of the scenario.
    Scenario(&'static str),
    /// A field of a cluster, named as in [`ClusterInput`].
    Cluster(usize, &'static str),
    /// A field of a job, by its index in [`Input::jobs`].
    Job(usize, &'static str),
    /// A field of an update.
    Update(usize, &'static str),
    /// A quota, by its index in [`Input::quotas`].
    Quota(usize),
    /// An entry of [`Input::quota_steps`].
    QuotaStep(usize),
    /// An entry of [`Input::outside_usage`].
    OutsideUsage(usize),
    /// A subnet.
    Subnet(usize),
    /// A lock.
    Lock(usize),
}

/// Why an input means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where.
    pub place: Place,
    /// Stable name of the rule, as `"max-over-limit"`.
    pub rule: &'static str,
    /// What is wrong, with the values.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// R = ceil(service · q / p): the running time of a job on a size of speed p/q [ticks].
#[must_use]
pub fn running_ticks(service: Tick, speed: (u32, u32)) -> u64 {
    if speed.0 == speed.1 {
        return u64::from(service);
    }
    (u64::from(service) * u64::from(speed.1)).div_ceil(u64::from(speed.0.max(1)))
}

/// Index in `jobs` by job id: the rank by submit time, ties in input order.
pub(super) fn ids(jobs: &[JobInput]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..jobs.len() as u32).collect();
    order.sort_by_key(|&j| jobs[j as usize].submit);
    order
}

impl Input {
    /// Every reason why this input means nothing; none: it can be run.
    #[must_use]
    pub fn refusals(&self) -> Vec<Refusal> {
        let mut wanted = vec![0; self.clusters.len()];
        for job in &self.jobs {
            if let Some(wanted) = wanted.get_mut(job.cluster as usize) {
                *wanted += u64::from(job.nodes);
            }
        }
        let settings: Vec<Settings> = self.clusters.iter().map(Settings::of).collect();
        let mut gate = Gate { input: self, settings: &settings, wanted, refusals: Vec::new() };
        gate.scenario();
        for (i, cluster) in self.clusters.iter().enumerate() {
            gate.limits(i, cluster);
            gate.cluster(i, cluster);
            gate.held_nodes(i, cluster);
        }
        gate.updates();
        gate.quotas();
        gate.subnets();
        gate.jobs();
        gate.refusals
    }
}

/// The quotas that bind a cluster's nodes (model, section 2).
pub(super) fn binding_quotas(cluster: &ClusterInput) -> impl Iterator<Item = QuotaKey> + use<> {
    let family = cluster.family;
    let keys = match cluster.tier {
        Tier::Dedicated => [
            Some(QuotaKey::Family(family)),
            Some(QuotaKey::TotalDedicated),
            Some(QuotaKey::Workspace(family)),
        ],
        Tier::LowPriority => [Some(QuotaKey::LowPriority), None, None],
    };
    keys.into_iter().flatten()
}

pub(super) struct Gate<'a> {
    pub(super) input: &'a Input,
    /// By cluster; looked at in place of those of the input.
    pub(super) settings: &'a [Settings],
    /// Nodes of all jobs, by cluster.
    pub(super) wanted: Vec<u64>,
    pub(super) refusals: Vec<Refusal>,
}

impl Gate<'_> {
    pub(super) fn refuse(
        &mut self,
        place: Place,
        rule: &'static str,
        message: String,
        help: impl Into<String>,
    ) {
        self.refusals.push(Refusal { place, rule, message, help: help.into() });
    }

    fn scenario(&mut self) {
        let input = self.input;
        if input.clusters.is_empty() {
            self.refuse(
                Place::Scenario("clusters"),
                "no-cluster",
                "there is no cluster".into(),
                "describe at least one cluster",
            );
        }
        if input.stop_at_horizon && input.horizon.is_none() {
            self.refuse(
                Place::Scenario("stop_at_horizon"),
                "stop-without-horizon",
                "stop_at_horizon needs a horizon".into(),
                "set horizon, or leave stop_at_horizon out",
            );
        }
        if input.billing_quantum == 0 {
            self.refuse(
                Place::Scenario("billing_quantum"),
                "billing-quantum-zero",
                "the billing quantum is 0".into(),
                "bill per tick (1) or longer",
            );
        }
        for (i, lock) in input.locks.iter().enumerate() {
            if lock.to.is_some_and(|to| to <= lock.from) {
                self.refuse(
                    Place::Lock(i),
                    "lock-ends-before-it-begins",
                    format!("the lock is on [{}, {})", lock.from, lock.to.unwrap_or_default()),
                    "set `to` after `from`, or leave it out for a lock that never ends",
                );
            }
        }
    }

    fn cluster(&mut self, i: usize, c: &ClusterInput) {
        if c.subnet.is_some_and(|s| s as usize >= self.input.subnets.len()) {
            self.refuse(
                Place::Cluster(i, "subnet"),
                "unknown-subnet",
                "the subnet is not described".into(),
                "name a subnet of the region",
            );
        }
        if c.recycle_time == 0 {
            self.refuse(
                Place::Cluster(i, "recycle_time"),
                "recycle-time-zero",
                "recycle_time is 0 ticks".into(),
                "a node stays unusable for 1 tick or more",
            );
        }
        let tables = [
            ("allocation_delay", c.allocation_delay.len()),
            ("boot_delay", c.boot_delay.len()),
            ("boot_failure", c.boot_failure.len()),
            ("lifetime", c.lifetime.len()),
            ("prepare_cold", c.prepare_cold.len()),
            ("prepare_warm", c.prepare_warm.len()),
        ];
        for (field, _) in tables.iter().filter(|(_, entries)| *entries == 0) {
            self.refuse(
                Place::Cluster(i, field),
                "empty-table",
                "the table is empty".into(),
                "list one value or more",
            );
        }
        if c.speed.0 == 0 || c.speed.1 == 0 || c.vcpus == 0 || c.lifetime.contains(&0) {
            self.refuse(
                Place::Cluster(i, "speed"),
                "zero",
                "speed, vcpus and lifetimes are 1 or more".into(),
                "give positive numbers",
            );
        }
    }

    fn jobs(&mut self) {
        let input = self.input;
        let mut environments: Vec<BTreeMap<u32, usize>> = vec![BTreeMap::new(); input.clusters.len()];
        let mut nodes: Vec<u64> = vec![0; input.clusters.len()];
        for (id, &j) in ids(&input.jobs).iter().enumerate() {
            let j = j as usize;
            let job = &input.jobs[j];
            let c = job.cluster as usize;
            let Some(cluster) = input.clusters.get(c) else {
                self.refuse(
                    Place::Job(j, "cluster"),
                    "unknown-cluster",
                    format!("cluster {c} is not described"),
                    "name a cluster of the scenario",
                );
                continue;
            };
            let entry = |table: &[Tick]| {
                if table.is_empty() { 0 } else { u64::from(table[id % table.len()]) }
            };
            self.job(j, job, cluster, entry(&cluster.prepare_cold).max(entry(&cluster.prepare_warm)));
            let before = nodes[c];
            nodes[c] += u64::from(job.nodes);
            if before < u64::from(TICK_END) && nodes[c] >= u64::from(TICK_END) {
                self.refuse(
                    Place::Job(j, "nodes"),
                    "nodes-overflow",
                    format!("the nodes of the jobs of cluster {c} sum to 2^31 or more with this one"),
                    "split the workload",
                );
            }
            let known = environments[c].len();
            environments[c].entry(job.environment).or_insert(j);
            if known == ENVIRONMENTS_MAX && environments[c].len() > ENVIRONMENTS_MAX {
                self.refuse(
                    Place::Job(j, "environment"),
                    "too-many-environments",
                    format!("this is environment number {} on cluster {c}", ENVIRONMENTS_MAX + 1),
                    format!("a cluster has at most {ENVIRONMENTS_MAX} environments: merge some"),
                );
            }
        }
    }

    fn job(&mut self, j: usize, job: &JobInput, cluster: &ClusterInput, prepare: u64) {
        if job.nodes == 0 {
            self.refuse(
                Place::Job(j, "nodes"),
                "no-nodes",
                "a job without nodes".into(),
                "a job has 1 node or more",
            );
        }
        if job.cancel.is_some_and(|cancel| cancel < job.submit) {
            self.refuse(
                Place::Job(j, "cancel"),
                "cancel-before-submit",
                format!(
                    "cancelled at {}, before its submission at {}",
                    job.cancel.unwrap_or_default(),
                    job.submit
                ),
                "cancel at the submit time or later",
            );
        }
        let running = running_ticks(job.service, cluster.speed);
        let whole = prepare + u64::from(cluster.restart_overhead) + running;
        let attempt = whole.min(job.timeout.map_or(u64::MAX, u64::from));
        if attempt >= ATTEMPT_END {
            self.refuse(
                Place::Job(j, "service"),
                "attempt-too-long",
                format!("one attempt can last {attempt} ticks (prepare, overhead and {running} running)"),
                "an attempt stays below 2^30 ticks: use a coarser resolution, or set a timeout",
            );
        }
    }
}
