//! How the settings of a cluster follow from the axes.

use crate::scenario::Scenario;
use crate::scenario::edit;
use crate::scenario::schema::{Cluster, Created, Policy};
use crate::sweep::axes::{Axis, Field, Value};

/// The bounds of a cluster's nodes over the grid.
#[derive(Clone, Debug)]
pub(super) struct ClusterPlan {
    /// Axes over min_nodes, max_nodes and idle_time.
    pub(super) min: Option<usize>,
    pub(super) max: Option<usize>,
    pub(super) idle: Option<usize>,
    /// Where no axis says it.
    min_nodes: u32,
    max_nodes: u32,
    is_static: bool,
    /// An axis over the policy, and for each of its values whether that is static.
    policy: Option<(usize, Vec<bool>)>,
}

impl ClusterPlan {
    pub(super) fn of(scenario: &Scenario, i: usize, axes: &[Axis]) -> Self {
        let cluster = &scenario.clusters[i];
        let axis = |field| axes.iter().position(|axis| axis.cluster == Some(i) && axis.field == field);
        let count = |n: u64| n.min(u64::from(u32::MAX)) as u32;
        let policy = axes.iter().position(|axis| axis.is_leaf_of(i, "policy")).map(|at| {
            let axis = &axes[at];
            let is_static = |level| match axis.value(level) {
                Value::Leaf(leaf) => edit::is_name(&leaf.json, "Static"),
                _ => false,
            };
            (at, (0..axis.len()).map(is_static).collect())
        });
        Self {
            min: axis(Field::MinNodes),
            max: axis(Field::MaxNodes),
            idle: axis(Field::IdleTime),
            min_nodes: cluster.min_nodes.map_or(0, count),
            max_nodes: count(cluster.max_nodes),
            is_static: cluster.policy == Policy::Static,
            policy,
        }
    }

    /// Whether an axis varies its bounds.
    pub(super) fn varies(&self) -> bool {
        self.min.is_some() || self.max.is_some()
    }

    /// Axes on which it depends whether the bounds go together.
    pub(super) fn axes(&self) -> impl Iterator<Item = usize> + '_ {
        let policy = self.policy.as_ref().map(|(axis, _)| *axis);
        [self.min, self.max, policy].into_iter().flatten().filter(|_| self.varies())
    }

    /// Bounds at some levels, fewest first.
    pub(super) fn bounds(&self, axes: &[Axis], level: impl Fn(usize) -> u64) -> (u32, u32) {
        let nodes = |axis: Option<usize>, or: u32| match axis.map(|axis| axes[axis].value(level(axis))) {
            Some(Value::Nodes(n)) => n,
            _ => or,
        };
        let max = nodes(self.max, self.max_nodes);
        let is_static = match &self.policy {
            Some((axis, is_static)) => is_static[level(*axis) as usize],
            None => self.is_static,
        };
        (if is_static { max } else { nodes(self.min, self.min_nodes) }, max)
    }

    /// Most nodes of all its configurations.
    pub(super) fn largest(&self, axes: &[Axis]) -> u32 {
        match self.max {
            Some(axis) => axes[axis].nodes().max().unwrap_or(self.max_nodes),
            None => self.max_nodes,
        }
    }
}

/// What of a cluster follows its bounds, in one model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Follows {
    /// min_nodes follows max_nodes.
    pub(super) is_static: bool,
    /// initial_nodes follows min_nodes.
    pub(super) initial: bool,
    /// It has no nodes before its creation.
    pub(super) created_later: bool,
}

impl Follows {
    pub(super) fn of(cluster: &Cluster) -> Self {
        Self {
            is_static: cluster.policy == Policy::Static,
            initial: cluster.initial_nodes.is_none(),
            created_later: cluster.created != Created::BeforeRun,
        }
    }
}
