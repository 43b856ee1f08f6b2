//! The defaults that a run used, in words.

use super::ListPrice;
use super::clusters::{Lowering, eviction};
use crate::catalog;
use crate::scenario::Scenario;
use crate::scenario::path::Path;
use crate::scenario::schema::{
    BootFailures, Cluster, Delays, LoadBalancer, LowPriorityPrice, OnEviction, Policy, Region, Tier,
};
use crate::scenario::sizes;
use std::fmt;

/// A default that was used and matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// The field to set for something else, as `clusters[].boot_delay`.
    pub field: String,
    /// What was assumed.
    pub text: String,
    /// The clusters it concerns; empty: the whole run.
    pub clusters: Vec<String>,
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if !self.clusters.is_empty() {
            write!(f, " ({})", self.clusters.join(", "))?;
        }
        Ok(())
    }
}

/// List price of a load balancer.
const LOAD_BALANCER_USD_PER_DAY: f64 = 0.33;

/// What a load balancer costs; `None`: nothing.
pub(super) fn load_balancer(scenario: &Scenario) -> Option<ListPrice> {
    match &scenario.prices.load_balancer {
        LoadBalancer::Free => None,
        LoadBalancer::Listed => Some(ListPrice {
            per_h: LOAD_BALANCER_USD_PER_DAY / 24.0,
            list: "Azure Machine Learning documentation".to_owned(),
            date: Some("2024-03-26".to_owned()),
        }),
        LoadBalancer::Price(price) => Some(ListPrice {
            per_h: price.per_h,
            list: scenario.prices.list.clone().unwrap_or_else(|| sizes::OWN_LIST.to_owned()),
            date: scenario.prices.date.clone(),
        }),
    }
}

/// The currency where no node has a price.
pub(super) fn currency(scenario: &Scenario) -> String {
    match &scenario.prices.load_balancer {
        LoadBalancer::Price(price) => price.currency.clone(),
        _ => catalog::CURRENCY.to_owned(),
    }
}

#[derive(Default)]
struct List(Vec<Assumption>);

impl List {
    /// Notes an assumption about a cluster; the same about another one joins it.
    fn cluster(&mut self, field: &str, text: impl Into<String>, name: &str) {
        let (field, text) = (format!("clusters[].{field}"), text.into());
        match self.0.iter_mut().find(|known| known.field == field && known.text == text) {
            Some(known) => known.clusters.push(name.to_owned()),
            None => self.0.push(Assumption { field, text, clusters: vec![name.to_owned()] }),
        }
    }

    fn run(&mut self, field: &str, text: impl Into<String>) {
        self.0.push(Assumption { field: field.to_owned(), text: text.into(), clusters: Vec::new() });
    }
}

impl Lowering<'_, '_> {
    /// Every default that was used and matters, in the order of the fields.
    pub(super) fn assumptions(&self) -> Vec<Assumption> {
        let scenario = self.scenario;
        let mut list = List::default();
        for (i, cluster) in scenario.clusters.iter().enumerate() {
            settings(&mut list, cluster);
            if scenario.delays == Delays::Assumed {
                delays(&mut list, cluster);
            }
            evictions(&mut list, scenario, i);
        }
        let listed = |i| sizes::price(scenario, i).is_some_and(|price| price.listed);
        if scenario.region.name == Region::default().name
            && (0..scenario.clusters.len()).any(listed)
            && !self.places.tree().find(&Path::root().field("region.name")).found
        {
            list.run("region.name", format!("region: {}, the default, for prices", scenario.region.name));
        }
        self.quota_assumptions(&mut list);
        prices(&mut list, scenario);
        let mut assumptions = list.0;
        for assumption in &mut assumptions {
            // About all clusters is about the run.
            if assumption.clusters.len() == scenario.clusters.len() {
                assumption.clusters.clear();
            }
        }
        assumptions
    }

    fn quota_assumptions(&self, list: &mut List) {
        for facts in self.facts().iter().filter(|facts| !facts.quota_given) {
            let quota = match facts.tier {
                crate::engine::input::Tier::Dedicated => format!("vCPU quota of {}: unlimited", facts.family),
                crate::engine::input::Tier::LowPriority => "low-priority vCPU quota: unlimited".to_owned(),
            };
            let known = list.0.iter_mut().find(|known| known.text == quota);
            match known {
                Some(known) => known.clusters.push(facts.name.clone()),
                None => list.0.push(Assumption {
                    field: "region.quotas".to_owned(),
                    text: quota,
                    clusters: vec![facts.name.clone()],
                }),
            }
        }
    }
}

fn settings(list: &mut List, cluster: &Cluster) {
    let name = &cluster.name;
    if cluster.idle_time.is_none() && cluster.policy != Policy::Static {
        list.cluster("idle_time", "idle time: 120 s (the older SDK's default is 1800 s)", name);
    }
}

fn delays(list: &mut List, cluster: &Cluster) {
    let name = &cluster.name;
    if cluster.allocation_delay.is_none() {
        let text = "allocation of a node: lognormal, median 4 min, 90th percentile 9 min, not billed";
        list.cluster("allocation_delay", text, name);
    }
    if cluster.boot_delay.is_none() {
        list.cluster("boot_delay", "boot of a node: 3 min, billed", name);
    }
    if cluster.prepare_cold.is_none() {
        list.cluster("prepare_cold", "prepare of a job on a node without its environment: 2 min", name);
    }
    if cluster.prepare_warm.is_none() {
        list.cluster("prepare_warm", "prepare of a job on a node that has its environment: none", name);
    }
    if cluster.boot_failures == BootFailures::None {
        list.cluster("boot_failures", "boot failures: none", name);
    } else if cluster.recycle_time.is_none() {
        list.cluster("recycle_time", "recycling of an unusable node: after 10 min, billed", name);
    }
    if cluster.release_delay.is_none() {
        list.cluster("release_delay", "release of a node: 1 min, billed", name);
    }
}

fn evictions(list: &mut List, scenario: &Scenario, i: usize) {
    let cluster = &scenario.clusters[i];
    if cluster.tier != Tier::LowPriority || eviction(scenario, i).is_none() && cluster.capacity.is_empty() {
        return;
    }
    let name = &cluster.name;
    if cluster.eviction.is_none() && eviction(scenario, i).is_some() {
        let text = "evictions of low-priority nodes: the 5–10 % per hour band (7.5 % of the nodes an hour)";
        list.cluster("eviction", text, name);
    }
    if cluster.on_eviction == OnEviction::Requeue {
        let text =
            "an evicted job goes back to its old place and restarts from its last checkpoint, or from zero";
        list.cluster("on_eviction", text, name);
    }
    if cluster.restart_overhead.is_none() {
        list.cluster("restart_overhead", "restart after an eviction: no overhead", name);
    }
    if cluster.max_restarts.is_none() && cluster.on_eviction != OnEviction::Fail {
        list.cluster("max_restarts", "restarts of a job: unlimited", name);
    }
}

fn prices(list: &mut List, scenario: &Scenario) {
    for (i, cluster) in scenario.clusters.iter().enumerate() {
        let Some(price) = sizes::price(scenario, i) else { continue };
        if !price.listed {
            continue;
        }
        let region = catalog::region(&scenario.region.name).unwrap_or(&scenario.region.name);
        let date = price.date.unwrap_or_default();
        list.cluster(
            "price",
            format!("prices of {region}: {}, {date}, Linux, pay as you go", price.list),
            &cluster.name,
        );
        if cluster.tier == Tier::LowPriority {
            let (wanted, other) = match scenario.prices.low_priority {
                LowPriorityPrice::Spot => ("spot", "low-priority"),
                LowPriorityPrice::LowPriority => ("low-priority", "spot"),
            };
            let text = if price.other_column {
                format!(
                    "low-priority nodes pay the catalogue's {other} price, since the list has no {wanted} price \
                     for this size"
                )
            } else {
                format!(
                    "low-priority nodes pay the catalogue's {wanted} price of that day, which is taken as constant"
                )
            };
            list.cluster("price", text, &cluster.name);
        }
    }
    if scenario.prices.load_balancer == LoadBalancer::Listed {
        let text =
            "load balancer: 0.33 USD a day for every started 50 nodes, one at least while a cluster exists";
        list.run("prices.load_balancer", text);
    }
    if scenario.prices.billing_quantum.is_none() {
        list.run("prices.billing_quantum", format!("nodes are billed by the tick ({})", scenario.resolution));
    }
}
