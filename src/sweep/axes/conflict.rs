//! Axes that mean something else than they say.

use super::{Axis, Field};
use crate::scenario::Scenario;
use crate::scenario::path::{Path, Step};
use crate::scenario::schema::{Cluster, Delays, Eviction, Evictions, Policy, Tier};

/// Why an axis goes against the scenario, or against another axis: message and help.
pub(super) fn conflict(axis: &Axis, scenario: &Scenario, axes: &[Axis]) -> Option<(String, String)> {
    let i = axis.cluster?;
    let cluster = &scenario.clusters[i];
    let field = field_of_cluster(&axis.path);
    if let Some(n) = scenario.updates.iter().position(|u| u.cluster == cluster.name && sets(u, field)) {
        return Some((
            format!(
                "updates[{n}] sets `{field}` of `{}`, so the axis would hold only until then",
                cluster.name
            ),
            format!("leave `{field}` out of the update, or do not vary it"),
        ));
    }
    let varied = |field: &'static str| axes.iter().any(|axis| axis.is_leaf_of(i, field));
    let tier_varies = axes.iter().any(|axis| axis.cluster == Some(i) && axis.field == Field::Tier);
    let fixed = |what: &str, why: &str, help: &str| {
        Some((format!("cluster `{}` sets its own `{what}`, {why}", cluster.name), help.to_owned()))
    };
    match axis.field {
        Field::MinNodes if varied("policy") => Some((
            format!(
                "`{}` is static in some configurations: its min_nodes is then its max_nodes",
                cluster.name
            ),
            "vary max_nodes, or do not vary `policy`".to_owned(),
        )),
        Field::MinNodes if cluster.policy == Policy::Static => Some((
            format!("`{}` is static: its min_nodes is its max_nodes", cluster.name),
            "vary max_nodes, or use `policy: Reactive`".to_owned(),
        )),
        Field::VmSize | Field::Tier if cluster.price.is_some() => fixed(
            "price",
            "which would stay the same",
            "give prices in `vm_sizes`, or leave them to the catalogue",
        ),
        Field::VmSize if cluster.speed.is_some() => {
            fixed("speed", "which would stay the same", "give speeds in `vm_sizes`")
        }
        Field::Leaf if field == "eviction" => dedicated(cluster, tier_varies),
        Field::EvictionRate if !varied("eviction") => no_evictions(scenario, cluster, tier_varies),
        Field::DelaysScale if scenario.delays == Delays::Zero && no_delays(cluster) => Some((
            format!("`{}` has no delays: `delays` is Zero, and it sets none", cluster.name),
            "set its delays, or leave `delays` out for the assumed ones".to_owned(),
        )),
        _ => None,
    }
}

/// `min_nodes` of `clusters[0].min_nodes`.
fn field_of_cluster(path: &Path) -> &str {
    match path.steps().get(2) {
        Some(Step::Key(key)) => key,
        _ => "",
    }
}

/// Whether an update gives a field, whatever it is.
fn sets(update: &crate::scenario::schema::Update, field: &str) -> bool {
    let given = serde_json::to_value(update).unwrap_or_default();
    given.get(field).is_some_and(|value| !value.is_null())
}

fn dedicated(cluster: &Cluster, tier_varies: bool) -> Option<(String, String)> {
    let is = cluster.tier == Tier::Dedicated && !tier_varies;
    let message = format!("`{}` is dedicated: its nodes are not evicted", cluster.name);
    is.then(|| (message, "set `tier: LowPriority`, or vary `tier` too".to_owned()))
}

fn no_evictions(scenario: &Scenario, cluster: &Cluster, tier_varies: bool) -> Option<(String, String)> {
    if let Some(dedicated) = dedicated(cluster, tier_varies) {
        return Some(dedicated);
    }
    let name = &cluster.name;
    let none = match (&cluster.eviction, scenario.evictions) {
        (Some(eviction), _) => *eviction == Eviction::Never,
        (None, evictions) => evictions == Evictions::Never,
    };
    none.then(|| (format!("nothing evicts nodes of `{name}`"), "set its `eviction`".to_owned()))
}

fn no_delays(cluster: &Cluster) -> bool {
    cluster.allocation_delay.is_none()
        && cluster.boot_delay.is_none()
        && cluster.release_delay.is_none()
        && cluster.recycle_time.is_none()
}
