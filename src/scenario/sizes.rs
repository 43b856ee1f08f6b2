//! VM sizes as a scenario has them: its own over the catalogue's.

use super::Scenario;
use super::schema::{LowPriorityPrice, Tier, VmSize};
use crate::catalog;

/// A VM size with what the scenario changes about it.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedSize {
    /// Name, as the catalogue or else the scenario writes it.
    pub name: String,
    /// Quota family.
    pub family: String,
    /// vCPUs of one node; `None`: nobody says.
    pub vcpus: Option<u32>,
    /// Memory [GiB].
    pub memory_gib: Option<f64>,
    /// GPUs of one node.
    pub gpus: f64,
    /// Speed as a ratio, where the scenario's entry has one.
    pub speed: Option<(u64, u64)>,
}

/// How prices are called that the scenario states without naming a list.
pub const OWN_LIST: &str = "the scenario's own prices";

/// What a node costs, and who says so.
#[derive(Clone, Debug, PartialEq)]
pub struct NodePrice {
    /// Amount [currency / h].
    pub per_h: f64,
    /// ISO 4217 code.
    pub currency: String,
    /// The price list.
    pub list: String,
    /// Its date, or year.
    pub date: Option<String>,
    /// It is the catalogue's.
    pub listed: bool,
    /// The tier's column of the list was empty, and the other low-priority one was taken.
    pub other_column: bool,
}

/// The scenario's own entry for a size.
#[must_use]
pub fn own<'a>(scenario: &'a Scenario, name: &str) -> Option<&'a VmSize> {
    scenario.vm_sizes.iter().find(|size| catalog::same_name(&size.name, name))
}

/// A size by name; case and the prefix `Standard_` do not count. `None`: neither the scenario nor the catalogue
/// has it.
#[must_use]
pub fn resolve(scenario: &Scenario, name: &str) -> Option<ResolvedSize> {
    let own = own(scenario, name);
    let listed = catalog::find(name);
    let name = match (listed, own) {
        (Some(listed), _) => listed.name.to_owned(),
        (None, Some(own)) => own.name.clone(),
        (None, None) => return None,
    };
    let family = own.and_then(|own| own.family.clone()).or_else(|| listed.map(|l| l.family.to_owned()));
    Some(ResolvedSize {
        family: family.unwrap_or_else(|| name.clone()),
        vcpus: own.and_then(|own| own.vcpus).or_else(|| listed.map(|l| l.vcpus)),
        memory_gib: own.and_then(|own| own.memory_gib).or_else(|| listed.map(|l| l.memory_gib)),
        gpus: own.and_then(|own| own.gpus).or_else(|| listed.map(|l| l.gpus)).unwrap_or(0.0),
        speed: own.and_then(|own| own.speed),
        name,
    })
}

/// What a node of a cluster costs: the cluster's own price, else that of the scenario's size, else the
/// catalogue's for the region. `None`: nobody says.
#[must_use]
pub fn price(scenario: &Scenario, cluster: usize) -> Option<NodePrice> {
    let cluster = &scenario.clusters[cluster];
    let own = own(scenario, &cluster.vm_size).and_then(|own| match cluster.tier {
        Tier::Dedicated => own.price.as_ref(),
        Tier::LowPriority => own.low_priority_price.as_ref(),
    });
    if let Some(price) = cluster.price.as_ref().or(own) {
        return Some(NodePrice {
            per_h: price.per_h,
            currency: price.currency.clone(),
            list: scenario.prices.list.clone().unwrap_or_else(|| OWN_LIST.to_owned()),
            date: scenario.prices.date.clone(),
            listed: false,
            other_column: false,
        });
    }
    let prices = catalog::find(&cluster.vm_size)?.prices(&scenario.region.name)?;
    let (first, second) = match (cluster.tier, scenario.prices.low_priority) {
        (Tier::Dedicated, _) => (prices.dedicated, None),
        (Tier::LowPriority, LowPriorityPrice::Spot) => (prices.spot, prices.low_priority),
        (Tier::LowPriority, LowPriorityPrice::LowPriority) => (prices.low_priority, prices.spot),
    };
    Some(NodePrice {
        per_h: first.or(second)?,
        currency: catalog::CURRENCY.to_owned(),
        list: prices.source.to_owned(),
        date: Some(prices.date.to_owned()),
        listed: true,
        other_column: first.is_none(),
    })
}
