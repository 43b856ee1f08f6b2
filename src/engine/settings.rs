//! The settings in which the configurations of a sweep differ, and the rules of the gate that look at them.

use super::check::{Gate, HELD_NODES_MAX, Place, Refusal, binding_quotas};
use super::input::{ClusterInput, UNLIMITED};
use super::model::Model;
use crate::units::Tick;
use std::collections::BTreeSet;

/// The settings in which one configuration of a sweep may differ from its model, for one cluster. All of them
/// below 2^31, as in an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    /// Fewest nodes, until an update.
    pub min_nodes: u32,
    /// Most nodes, until an update.
    pub max_nodes: u32,
    /// A node idle for so long may be released, until an update [ticks].
    pub idle_time: Tick,
    /// Idle, cold nodes at t = 0.
    pub initial_nodes: u32,
}

impl Settings {
    /// Those that an input gives a cluster.
    pub(super) fn of(cluster: &ClusterInput) -> Self {
        Self {
            min_nodes: cluster.min_nodes,
            max_nodes: cluster.max_nodes,
            idle_time: cluster.idle_time,
            initial_nodes: cluster.initial_nodes,
        }
    }
}

impl Model {
    /// The model's own settings, by cluster.
    #[must_use]
    pub fn settings(&self) -> Vec<Settings> {
        self.clusters.iter().map(|c| Settings::of(&c.input)).collect()
    }

    /// Every reason why these settings, one of each cluster, mean nothing with this model; none: they can be run.
    /// An input with the same settings is refused for the same reasons.
    ///
    /// # Panics
    /// If there are not as many settings as clusters.
    #[must_use]
    pub fn refusals_of(&self, settings: &[Settings]) -> Vec<Refusal> {
        assert_eq!(settings.len(), self.clusters.len(), "one settings a cluster");
        let wanted = self.clusters.iter().map(|c| c.wanted_nodes).collect();
        let mut gate = Gate { input: &self.input, settings, wanted, refusals: Vec::new() };
        for (i, cluster) in self.input.clusters.iter().enumerate() {
            gate.limits(i, cluster);
            gate.held_nodes(i, cluster);
        }
        gate.updates();
        gate.quotas();
        gate.subnets();
        gate.refusals
    }
}

impl Gate<'_> {
    /// The node limit at t = 0: max_nodes, communication limit, subnet addresses.
    fn limit_at_start(&self, i: usize, cluster: &ClusterInput) -> u32 {
        let addresses =
            cluster.subnet.and_then(|s| self.input.subnets.get(s as usize)).copied().unwrap_or(UNLIMITED);
        self.settings[i].max_nodes.min(cluster.communication_limit).min(addresses)
    }

    /// The settings of a cluster against its limits.
    pub(super) fn limits(&mut self, i: usize, c: &ClusterInput) {
        let s = self.settings[i];
        let limit = self.limit_at_start(i, c);
        if s.max_nodes == 0 {
            self.refuse(
                Place::Cluster(i, "max_nodes"),
                "max-nodes-zero",
                "max_nodes is 0: no job could ever start".into(),
                "set max_nodes to 1 or more",
            );
        }
        if s.max_nodes > c.communication_limit {
            let how = if c.communication {
                "lower it, raise the node limit (as a support request does), or turn inter-node communication off (1000 nodes; multi-node jobs are then rejected)"
            } else {
                "lower it, or raise the node limit (as a support request does)"
            };
            self.refuse(
                Place::Cluster(i, "max_nodes"),
                "max-over-limit",
                format!("max_nodes {} is over the node limit of {}", s.max_nodes, c.communication_limit),
                how,
            );
        }
        if s.min_nodes > s.max_nodes {
            self.refuse(
                Place::Cluster(i, "min_nodes"),
                "min-over-max",
                format!("min_nodes {} is over max_nodes {}", s.min_nodes, s.max_nodes),
                "set min_nodes to at most max_nodes",
            );
        } else if s.min_nodes > limit {
            self.refuse(
                Place::Cluster(i, "min_nodes"),
                "min-over-limit",
                format!("min_nodes {} is over the limit of {limit} at the start", s.min_nodes),
                "lower min_nodes, or raise the node limit or the subnet's addresses",
            );
        }
        if s.initial_nodes > limit {
            self.refuse(
                Place::Cluster(i, "initial_nodes"),
                "initial-over-limit",
                format!("{} initial nodes are over the limit of {limit} at the start", s.initial_nodes),
                "lower initial_nodes, or raise max_nodes, the node limit or the subnet's addresses",
            );
        }
        if s.initial_nodes > 0 && c.ready_at.is_some() {
            self.refuse(
                Place::Cluster(i, "initial_nodes"),
                "initial-before-creation",
                format!("{} initial nodes on a cluster that is created during the run", s.initial_nodes),
                "leave initial_nodes out: the cluster requests its min_nodes when it is ready",
            );
        }
    }

    /// What keeps an absurd cluster from taking all memory.
    pub(super) fn held_nodes(&mut self, i: usize, c: &ClusterInput) {
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
        let settings = self.settings[i];
        let mut max = settings.max_nodes;
        let mut floor = settings.min_nodes.max(settings.initial_nodes);
        for u in self.input.updates.iter().filter(|u| u.cluster as usize == i) {
            max = max.max(u.max_nodes.unwrap_or(0));
            floor = floor.max(u.min_nodes.unwrap_or(0));
        }
        let limit = max.min(c.communication_limit);
        u64::from(limit).min(u64::from(floor).max(self.wanted[i])) as u32
    }

    /// Settings after the updates, taken in order of (t, list) as if none was refused.
    pub(super) fn updates(&mut self) {
        let input = self.input;
        let mut order: Vec<usize> = (0..input.updates.len()).collect();
        order.sort_by_key(|&u| input.updates[u].t);
        let mut settings: Vec<(u32, u32)> =
            self.settings.iter().map(|s| (s.min_nodes, s.max_nodes)).collect();
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
    pub(super) fn quotas(&mut self) {
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
                let nodes = self.settings[i].min_nodes.max(1);
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

    pub(super) fn subnets(&mut self) {
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
                .zip(self.settings)
                .filter(|(c, _)| c.subnet == Some(s as u32))
                .map(|(_, settings)| u64::from(settings.initial_nodes))
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
}
