//! Clusters.

use super::Checker;
use crate::catalog;
use crate::diagnostic::{Code, did_you_mean};
use crate::scenario::path::Path;
use crate::scenario::schema::{Cluster, Created, Eviction, OnEviction, Policy, Tier};
use crate::scenario::sizes;
use std::collections::HashMap;

impl Checker<'_> {
    pub(super) fn clusters(&mut self) {
        let scenario = self.scenario;
        let mut seen: HashMap<String, &str> = HashMap::new();
        for (i, cluster) in scenario.clusters.iter().enumerate() {
            let path = Path::root().field("clusters").index(i);
            // Of a name that cannot stay, that is said and no more.
            let allowed = self.cluster_own_name(&path.field("name"), &cluster.name);
            // The service compares names without regard to case.
            if let Some(before) = seen.insert(cluster.name.to_lowercase(), &cluster.name)
                && allowed
            {
                let message = format!("there are two clusters `{before}`");
                self.say(
                    Code::DuplicateName,
                    &path.field("name"),
                    message,
                    "the second one",
                    "rename one of them",
                );
            }
            self.cluster(&path, cluster);
            self.cluster_times(&path, cluster);
        }
    }

    /// The service's rule for names. `false` where it is broken, which was told.
    fn cluster_own_name(&mut self, path: &Path, name: &str) -> bool {
        let Some(wrong) = wrong_name(name) else { return true };
        let mut proposal: String = name
            .chars()
            .map(|c| if allowed(c) { c } else { '-' })
            .take(24)
            .collect::<String>()
            .to_lowercase();
        if !proposal.starts_with(|c: char| c.is_ascii_alphabetic()) || proposal.len() < 3 {
            proposal = format!("cpu-{proposal}").chars().take(24).collect();
        }
        let tail = proposal.rsplit_once('-').map_or("", |(_, tail)| tail).to_owned();
        if proposal.contains('-') && !tail.contains(|c: char| c.is_ascii_alphabetic()) {
            proposal = proposal.replace('-', "");
        }
        self.say(
            Code::BadName,
            path,
            format!("the service refuses the name {name:?}: {wrong}"),
            "not a name of a cluster",
            format!("write for example \"{proposal}\""),
        );
        false
    }

    fn cluster(&mut self, path: &Path, cluster: &Cluster) {
        self.vm_size(&path.field("vm_size"), &cluster.vm_size);
        self.count(&path.field("max_nodes"), cluster.max_nodes);
        self.optional_count(&path.field("min_nodes"), cluster.min_nodes);
        self.optional_count(&path.field("initial_nodes"), cluster.initial_nodes);
        self.optional_count(&path.field("node_limit"), cluster.node_limit);
        self.optional_count(&path.field("max_restarts"), cluster.max_restarts);
        if cluster.node_limit == Some(0) {
            let (message, help) = ("`node_limit` is 0", "write 1 or more, or leave it out");
            self.say(Code::NumberOutOfRange, &path.field("node_limit"), message, "out of range", help);
        }
        if let (Policy::Static, Some(min)) = (cluster.policy, cluster.min_nodes)
            && min != cluster.max_nodes
        {
            self.say(
                Code::StaticMinNodes,
                &path.field("min_nodes"),
                format!(
                    "`policy: Static` holds max_nodes = {} nodes, but min_nodes is {min}",
                    cluster.max_nodes
                ),
                "another minimum",
                "leave min_nodes out, or use `policy: Reactive`",
            );
        }
        if let Some(subnet) = &cluster.subnet
            && !self.scenario.region.subnets.contains_key(subnet)
            && !self.lost_region(&["subnets"])
        {
            let help =
                did_you_mean("subnet", subnet, self.scenario.region.subnets.keys().map(String::as_str));
            let message = format!("`region.subnets` has no subnet `{subnet}`");
            self.say(Code::UnknownSubnet, &path.field("subnet"), message, "not a subnet", help);
        }
        if let (Tier::Dedicated, Some(eviction)) = (cluster.tier, &cluster.eviction)
            && *eviction != Eviction::Never
            // Which tier is meant is not known where it cannot be read.
            && !self.parsed.lost(&path.field("tier"))
        {
            let message = format!("`{}` is dedicated: its nodes are not evicted", cluster.name);
            let help = "leave `eviction` out, or set `tier: LowPriority`";
            self.say(Code::NoEffect, &path.field("eviction"), message, "without effect", help);
        }
        self.speed(&path.field("speed"), cluster.speed);
        for (i, name) in cluster.identity.user_assigned.iter().enumerate() {
            let path = path.field("identity.user_assigned").index(i);
            self.name(&path, name);
            if name == "system" {
                let message = "jobs that require \"system\" mean the system-assigned identity";
                let help = "set `system_assigned: true`, or rename this identity";
                self.say(Code::BadName, &path, message, "not a name of an identity", help);
            }
        }
        for (i, step) in cluster.capacity.iter().enumerate() {
            let path = path.field("capacity").index(i);
            self.time(&path.field("at"), step.at);
            self.optional_count(&path.field("nodes"), step.nodes);
        }
    }

    /// A speed is a ratio of two whole numbers from 1 on.
    pub(super) fn speed(&mut self, path: &Path, speed: Option<(u64, u64)>) {
        let Some((p, q)) = speed else { return };
        for (i, n) in [p, q].into_iter().enumerate() {
            let path = path.index(i);
            if n == 0 {
                let help = "write two whole numbers from 1 on, as (3, 2) for 1.5 times as fast";
                self.say(Code::NumberOutOfRange, &path, "a speed of 0, or of 1/0", "out of range", help);
            } else {
                self.count(&path, n);
            }
        }
    }

    fn vm_size(&mut self, path: &Path, name: &str) {
        let Some(size) = sizes::resolve(self.scenario, name) else {
            let own = self.scenario.vm_sizes.iter().map(|size| size.name.as_str());
            let help = match catalog::suggest(name, own) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => "`nodetide vm-sizes` lists the catalogue; `vm_sizes` describes sizes of your own"
                    .to_owned(),
            };
            let message = format!("there is no VM size {name:?} in the catalogue or the scenario");
            self.say(Code::UnknownVmSize, path, message, "not a VM size", help);
            return;
        };
        // The size's own entry has its own message where it is short of something.
        debug_assert!(size.vcpus.is_some() || sizes::own(self.scenario, name).is_some());
    }

    fn cluster_times(&mut self, path: &Path, cluster: &Cluster) {
        for (field, span) in [
            ("idle_time", cluster.idle_time),
            ("recycle_time", cluster.recycle_time),
            ("release_delay", cluster.release_delay),
            ("restart_overhead", cluster.restart_overhead),
        ] {
            self.optional_time(&path.field(field), span);
        }
        if let OnEviction::Resubmit { after } = cluster.on_eviction {
            self.time(&path.field("on_eviction.Resubmit.after"), after);
        }
        if let Created::At { at, create_time } = cluster.created {
            let path = path.field("created.At");
            let before = self.found.len();
            self.time(&path.field("at"), at);
            self.time(&path.field("create_time"), create_time);
            let resolution = self.scenario.resolution.ns();
            if self.found.len() == before
                && at.ns() / resolution + create_time.ns() / resolution >= super::COUNT_END
            {
                let message = "the cluster would be ready after 2^31 ticks or more";
                self.say(Code::TimeTooLong, &path.field("at"), message, "too late", "create it earlier");
            }
        }
    }
}

fn allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// What the service has against a cluster's name (reference, section 1.1).
pub(super) fn wrong_name(name: &str) -> Option<String> {
    let length = name.chars().count();
    let tail = name.rsplit_once('-').map(|(_, tail)| tail);
    if !(3..=24).contains(&length) {
        Some(format!("its length is {length}; 3 to 24 characters are allowed"))
    } else if let Some(c) = name.chars().find(|c| !allowed(*c)) {
        Some(format!("it has {c:?}; only letters, digits and dashes are allowed"))
    } else if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        Some("it has to begin with a letter".to_owned())
    } else if tail.is_some_and(|tail| !tail.contains(|c: char| c.is_ascii_alphabetic())) {
        Some("a dash has to be followed by a letter somewhere".to_owned())
    } else {
        None
    }
}

/// Whether two names are alike but for case, blanks and marks.
pub(crate) fn alike(a: &str, b: &str) -> bool {
    let plain = |name: &str| -> String {
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    plain(a) == plain(b)
}
