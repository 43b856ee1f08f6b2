//! The region: quotas, outside usage, subnets; and VM sizes of the scenario's own.

use super::Checker;
use crate::catalog;
use crate::diagnostic::{Code, closest};
use crate::scenario::path::Path;
use crate::scenario::schema::{QuotaName, Tier};
use crate::scenario::sizes;

impl Checker<'_> {
    pub(super) fn region(&mut self) {
        let region = &self.scenario.region;
        let path = Path::root().field("region");
        self.region_name(&path.field("name"));
        let quotas = path.field("quotas");
        for (map, name) in [(&region.quotas.family, "family"), (&region.quotas.workspace, "workspace")] {
            for (family, vcpus) in map {
                let at = quotas.field(name).key(family);
                self.count_of(&at, "the quota", *vcpus);
                self.family(&at, family, true);
            }
        }
        self.optional_count(&quotas.field("total_dedicated"), region.quotas.total_dedicated);
        self.optional_count(&quotas.field("low_priority"), region.quotas.low_priority);
        for (i, step) in region.quota_steps.iter().enumerate() {
            let at = path.field("quota_steps").index(i);
            self.time(&at.field("at"), step.at);
            self.optional_count(&at.field("vcpus"), step.vcpus);
            self.quota_name(&at.field("quota"), &step.quota);
        }
        for (i, step) in region.outside_usage.iter().enumerate() {
            let at = path.field("outside_usage").index(i);
            self.time(&at.field("at"), step.at);
            self.count(&at.field("vcpus"), step.vcpus);
            self.quota_name(&at.field("quota"), &step.quota);
        }
        for (name, addresses) in &region.subnets {
            let at = path.field("subnets").key(name);
            self.name(&at, name);
            self.count_of(&at, "the number of addresses", *addresses);
        }
        self.vm_sizes();
    }

    /// Whether the region, or one of these fields of it, is given but could not be read.
    pub(super) fn lost_region(&self, fields: &[&'static str]) -> bool {
        let region = Path::root().field("region");
        self.parsed.lost(&region) || fields.iter().any(|field| self.parsed.lost(&region.field(field)))
    }

    /// [`Self::count`] of something whose path ends in a name that somebody chose.
    fn count_of(&mut self, path: &Path, what: &str, count: u64) {
        if count >= super::COUNT_END {
            let help =
                format!("it stays below 2^31 = {}; leave it out where there is no limit", super::COUNT_END);
            self.say(Code::OverLimit, path, format!("{what} is {count}"), "over the limit", help);
        }
    }

    /// The catalogue's prices are needed where some cluster has no price of its own.
    fn region_name(&mut self, path: &Path) {
        let scenario = self.scenario;
        let name = &scenario.region.name;
        if catalog::region(name).is_some() {
            return;
        }
        let unpriced = (0..scenario.clusters.len()).any(|i| {
            sizes::resolve(scenario, &scenario.clusters[i].vm_size).is_some()
                && sizes::price(scenario, i).is_none()
        });
        if unpriced {
            let regions = catalog::REGIONS;
            let help = match closest(name, regions) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => format!(
                    "there are prices for {}; else give every cluster a `price`",
                    regions.join(" and ")
                ),
            };
            let message = format!("the catalogue has no prices for the region {name:?}");
            self.say(Code::UnknownRegion, path, message, "no prices for this region", help);
        }
    }

    fn quota_name(&mut self, path: &Path, quota: &QuotaName) {
        match quota {
            QuotaName::Family(family) => self.family(&path.field("Family"), family, false),
            QuotaName::Workspace(family) => self.family(&path.field("Workspace"), family, false),
            QuotaName::TotalDedicated | QuotaName::LowPriority => {}
        }
    }

    /// A family that some dedicated cluster uses.
    fn family(&mut self, path: &Path, family: &str, at_key: bool) {
        let scenario = self.scenario;
        // Of a VM size that does not exist the family is not known either.
        let used: Option<Vec<(String, Tier)>> = scenario
            .clusters
            .iter()
            .map(|c| Some((sizes::resolve(scenario, &c.vm_size)?.family, c.tier)))
            .collect();
        let Some(used) = used else { return };
        let mut tiers =
            used.iter().filter(|(name, _)| name.eq_ignore_ascii_case(family)).map(|(_, tier)| *tier);
        let first = tiers.next();
        if first.into_iter().chain(tiers).any(|tier| tier == Tier::Dedicated) {
            return;
        }
        let names = || used.iter().map(|(name, _)| name.as_str());
        let (message, help) = if first.is_some() {
            (
                format!(
                    "only low-priority clusters use the family `{family}`, and its quota binds dedicated ones"
                ),
                "all low-priority nodes share the quota `low_priority`".to_owned(),
            )
        } else {
            let help = match closest(family, names()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the clusters' families are: {}", names().collect::<Vec<_>>().join(", ")),
            };
            (format!("no cluster uses the quota family `{family}`"), help)
        };
        if at_key {
            self.say_at_key(Code::UnusedQuota, path, &message, "without effect", &help);
        } else {
            self.say(Code::UnusedQuota, path, message, "without effect", help);
        }
    }

    fn vm_sizes(&mut self) {
        let scenario = self.scenario;
        for (i, size) in scenario.vm_sizes.iter().enumerate() {
            let path = Path::root().field("vm_sizes").index(i);
            // Of a name that cannot stay, that is said and no more.
            let readable = self.name(&path.field("name"), &size.name);
            if readable
                && scenario.vm_sizes[..i].iter().any(|before| catalog::same_name(&before.name, &size.name))
            {
                let message = format!("`{}` is described twice", size.name);
                self.say(
                    Code::DuplicateName,
                    &path.field("name"),
                    message,
                    "the second one",
                    "keep one of them",
                );
            }
            match size.vcpus {
                None if catalog::find(&size.name).is_none() => self.say(
                    Code::IncompleteVmSize,
                    &path.field("vcpus"),
                    format!("`{}` is not in the catalogue, so it needs its `vcpus`", size.name),
                    "`vcpus` is missing",
                    "add them: quotas count vCPUs",
                ),
                Some(0) => {
                    let help = "a node has 1 vCPU or more";
                    self.say(
                        Code::NumberOutOfRange,
                        &path.field("vcpus"),
                        "`vcpus` is 0",
                        "out of range",
                        help,
                    );
                }
                Some(vcpus) => self.count(&path.field("vcpus"), u64::from(vcpus)),
                None => {}
            }
            for (field, value) in [("gpus", size.gpus), ("memory_gib", size.memory_gib)] {
                if value.is_some_and(|value| !(0.0..1e9).contains(&value)) {
                    let message = format!("`{field}` is out of range");
                    self.say(
                        Code::NumberOutOfRange,
                        &path.field(field),
                        message,
                        "out of range",
                        "write 0 or more",
                    );
                }
            }
            self.speed(&path.field("speed"), size.speed);
            if let Some(family) = &size.family {
                self.name(&path.field("family"), family);
            }
        }
    }
}
