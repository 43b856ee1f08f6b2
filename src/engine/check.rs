//! The gate at load: what cannot mean anything is refused before a run (model, section 7).
//!
//! These rules are stated here once, for the ticks format and for scenario files; each reader says the place
//! in its own words (a JSON key, or line and column).

use super::input::{ClusterInput, Input, JobInput, QuotaKey, Tier, UNLIMITED};
use crate::units::{TICK_END, Tick};
use std::collections::{BTreeMap, BTreeSet};

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
        let mut gate = Gate { input: self, wanted, refusals: Vec::new() };
        gate.scenario();
        for (i, cluster) in self.clusters.iter().enumerate() {
            gate.cluster(i, cluster);
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

struct Gate<'a> {
    input: &'a Input,
    /// Nodes of all jobs, by cluster.
    wanted: Vec<u64>,
    refusals: Vec<Refusal>,
}

impl Gate<'_> {
    fn refuse(&mut self, place: Place, rule: &'static str, message: String, help: impl Into<String>) {
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

    /// The node limit at t = 0: max_nodes, communication limit, subnet addresses.
    fn limit_at_start(&self, cluster: &ClusterInput) -> u32 {
        let addresses =
            cluster.subnet.and_then(|s| self.input.subnets.get(s as usize)).copied().unwrap_or(UNLIMITED);
        cluster.max_nodes.min(cluster.communication_limit).min(addresses)
    }

    fn cluster(&mut self, i: usize, c: &ClusterInput) {
        let limit = self.limit_at_start(c);
        if c.max_nodes == 0 {
            self.refuse(
                Place::Cluster(i, "max_nodes"),
                "max-nodes-zero",
                "max_nodes is 0: no job could ever start".into(),
                "set max_nodes to 1 or more",
            );
        }
        if c.max_nodes > c.communication_limit {
            let how = if c.communication {
                "lower it, raise the node limit (as a support request does), or turn inter-node communication off (1000 nodes; multi-node jobs are then rejected)"
            } else {
                "lower it, or raise the node limit (as a support request does)"
            };
            self.refuse(
                Place::Cluster(i, "max_nodes"),
                "max-over-limit",
                format!("max_nodes {} is over the node limit of {}", c.max_nodes, c.communication_limit),
                how,
            );
        }
        if c.min_nodes > c.max_nodes {
            self.refuse(
                Place::Cluster(i, "min_nodes"),
                "min-over-max",
                format!("min_nodes {} is over max_nodes {}", c.min_nodes, c.max_nodes),
                "set min_nodes to at most max_nodes",
            );
        } else if c.min_nodes > limit {
            self.refuse(
                Place::Cluster(i, "min_nodes"),
                "min-over-limit",
                format!("min_nodes {} is over the limit of {limit} at the start", c.min_nodes),
                "lower min_nodes, or raise the node limit or the subnet's addresses",
            );
        }
        if c.initial_nodes > limit {
            self.refuse(
                Place::Cluster(i, "initial_nodes"),
                "initial-over-limit",
                format!("{} initial nodes are over the limit of {limit} at the start", c.initial_nodes),
                "lower initial_nodes, or raise max_nodes, the node limit or the subnet's addresses",
            );
        }
        if c.initial_nodes > 0 && c.ready_at.is_some() {
            self.refuse(
                Place::Cluster(i, "initial_nodes"),
                "initial-before-creation",
                format!("{} initial nodes on a cluster that is created during the run", c.initial_nodes),
                "leave initial_nodes out: the cluster requests its min_nodes when it is ready",
            );
        }
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
        let held = u64::from(self.held_nodes_bound(i, c));
        if held > HELD_NODES_MAX {
            self.refuse(
                Place::Cluster(i, "max_nodes"),
                "too-many-nodes",
                format!("the cluster could hold {held} nodes at once"),
                format!("this build simulates at most {HELD_NODES_MAX} nodes a cluster"),
            );
        }
    }

    /// Most nodes that the cluster can hold at once, whatever happens.
    fn held_nodes_bound(&self, i: usize, c: &ClusterInput) -> u32 {
        let mut max = c.max_nodes;
        let mut floor = c.min_nodes.max(c.initial_nodes);
        for u in self.input.updates.iter().filter(|u| u.cluster as usize == i) {
            max = max.max(u.max_nodes.unwrap_or(0));
            floor = floor.max(u.min_nodes.unwrap_or(0));
        }
        let limit = max.min(c.communication_limit);
        u64::from(limit).min(u64::from(floor).max(self.wanted[i])) as u32
    }

    /// Settings after the updates, taken in order of (t, list) as if none was refused.
    fn updates(&mut self) {
        let input = self.input;
        let mut order: Vec<usize> = (0..input.updates.len()).collect();
        order.sort_by_key(|&u| input.updates[u].t);
        let mut settings: Vec<(u32, u32)> =
            input.clusters.iter().map(|c| (c.min_nodes, c.max_nodes)).collect();
        for u in order {
            let update = &input.updates[u];
            let Some(setting) = settings.get_mut(update.cluster as usize) else {
                self.refuse(
                    Place::Update(u, "cluster"),
                    "unknown-cluster",
                    format!("cluster {} is not described", update.cluster),
                    "name a cluster of the scenario",
                );
                continue;
            };
            setting.0 = update.min_nodes.unwrap_or(setting.0);
            setting.1 = update.max_nodes.unwrap_or(setting.1);
            let (min, max) = *setting;
            let limit = input.clusters[update.cluster as usize].communication_limit;
            if max == 0 {
                self.refuse(
                    Place::Update(u, "max_nodes"),
                    "max-nodes-zero",
                    "max_nodes becomes 0".into(),
                    "set max_nodes to 1 or more",
                );
            }
            if max > limit {
                self.refuse(
                    Place::Update(u, "max_nodes"),
                    "max-over-limit",
                    format!("max_nodes becomes {max}, over the node limit of {limit}"),
                    "lower it, or raise the cluster's node limit",
                );
            }
            if min > max {
                let field = if update.min_nodes.is_some() { "min_nodes" } else { "max_nodes" };
                self.refuse(
                    Place::Update(u, field),
                    "min-over-max",
                    format!("after this update min_nodes is {min} and max_nodes {max}"),
                    "change both in one update, or keep min_nodes at most max_nodes",
                );
            }
        }
    }

    /// A quota that binds a cluster admits max(1, min_nodes) of its nodes, now or after a step of it.
    fn quotas(&mut self) {
        let input = self.input;
        let mut seen = BTreeSet::new();
        for (q, quota) in input.quotas.iter().enumerate() {
            if !seen.insert(quota.quota) {
                self.refuse(
                    Place::Quota(q),
                    "quota-twice",
                    "this quota is given twice".into(),
                    "keep one of them",
                );
            }
            let best = input
                .quota_steps
                .iter()
                .filter(|s| s.quota == quota.quota)
                .map(|s| s.vcpus)
                .chain([quota.vcpus])
                .max()
                .unwrap_or(UNLIMITED);
            for (i, cluster) in input.clusters.iter().enumerate() {
                let nodes = cluster.min_nodes.max(1);
                let needed = u64::from(nodes) * u64::from(cluster.vcpus);
                if !binding_quotas(cluster).any(|k| k == quota.quota) || u64::from(best) >= needed {
                    continue;
                }
                let (place, field) = (Place::Quota(q), if nodes > 1 { "min nodes" } else { "one node" });
                self.refuse(
                    place,
                    "quota-below-cluster",
                    format!(
                        "a quota of {best} vCPUs cannot accommodate {field} of cluster {i}: {nodes} × {} = {needed} vCPUs",
                        cluster.vcpus
                    ),
                    "request more quota, choose a smaller VM size, or lower min_nodes",
                );
            }
        }
    }

    fn subnets(&mut self) {
        let input = self.input;
        for (s, &addresses) in input.subnets.iter().enumerate() {
            if addresses == 0 {
                self.refuse(
                    Place::Subnet(s),
                    "subnet-empty",
                    "the subnet has no address".into(),
                    "give it 1 address or more",
                );
            }
            let initial: u64 = input
                .clusters
                .iter()
                .filter(|c| c.subnet == Some(s as u32))
                .map(|c| u64::from(c.initial_nodes))
                .sum();
            if initial > u64::from(addresses) {
                self.refuse(
                    Place::Subnet(s),
                    "initial-over-subnet",
                    format!("the clusters in it start with {initial} nodes, it has {addresses} addresses"),
                    "lower initial_nodes (or min_nodes), or enlarge the subnet",
                );
            }
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
