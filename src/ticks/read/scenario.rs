//! The scenario around its clusters: quotas, subnets, outside changes, jobs.

use super::fields::Fields;
use super::reader::{COUNT, POSITIVE, Reader, Wrong};
use crate::engine::input::{
    Bounds, Input, JobInput, LockEffect, LockInput, LockLevel, QuotaInput, QuotaKey, QuotaStep, UNLIMITED,
    UpdateInput, UsageStep,
};

impl Reader {
    /// A scenario, and whether its result has the event log.
    pub(super) fn scenario(&mut self, f: &mut Fields<'_>) -> (Input, bool) {
        let mut input = Input {
            horizon: self.optional(f, "horizon", COUNT),
            stop_at_horizon: self.boolean(f, "stop_at_horizon", false),
            billing_quantum: self.number(f, "billing_quantum", POSITIVE, 1),
            wait_limit: self.optional(f, "wait_limit", COUNT),
            lock_effect: self.word(
                f,
                "lock_effect",
                &[("Scaling", LockEffect::Scaling), ("Removal", LockEffect::Removal)],
                Some(LockEffect::Scaling),
            ),
            ..Input::default()
        };
        // Subnets first: clusters name them.
        input.subnets = self.subnets(f);
        input.quotas = self.quotas(f);
        input.quota_steps = self.objects(f, "quota_steps", |r, s| QuotaStep {
            t: r.required(s, "t", COUNT),
            quota: r.quota_name(s),
            vcpus: r.required_or_null(s, "vcpus").unwrap_or(UNLIMITED),
        });
        input.outside_usage = self.objects(f, "outside_usage", |r, s| UsageStep {
            t: r.required(s, "t", COUNT),
            quota: r.quota_name(s),
            vcpus: r.required(s, "vcpus", COUNT),
        });
        input.locks = self.objects(f, "locks", |r, l| LockInput {
            from: r.required(l, "from", COUNT),
            to: r.optional(l, "to", COUNT),
            level: r.word(
                l,
                "level",
                &[("CanNotDelete", LockLevel::CanNotDelete), ("ReadOnly", LockLevel::ReadOnly)],
                None,
            ),
        });
        input.clusters = self.required_objects(f, "clusters", Self::cluster);
        // Without clusters every index would be wrong, which helps nobody.
        let clusters = (!input.clusters.is_empty()).then_some(input.clusters.len());
        input.updates = self.objects(f, "updates", |r, u| r.update(u, clusters));
        input.jobs = self.required_objects(f, "jobs", |r, j| r.job(j, clusters));
        if let Some(json) = f.take("bounds") {
            let defaults = Bounds::default();
            input.bounds = self.object(json, f.at("bounds"), |r, b| Bounds {
                instants: r.number(b, "instants", POSITIVE, defaults.instants),
                repetitions: r.number(b, "repetitions", POSITIVE, defaults.repetitions),
            });
        }
        let log = self.boolean(f, "log", false);
        (input, log)
    }

    fn subnets(&mut self, f: &mut Fields<'_>) -> Vec<u32> {
        let Some(json) = f.take("subnets") else { return Vec::new() };
        let at = f.at("subnets");
        let mut addresses = Vec::new();
        for (name, json) in self.map(json, &at) {
            addresses.push(self.int(json, &at.key(name), POSITIVE));
            self.subnets.number(name);
        }
        addresses
    }

    fn quotas(&mut self, f: &mut Fields<'_>) -> Vec<QuotaInput> {
        let Some(json) = f.take("quotas") else { return Vec::new() };
        self.object(json, f.at("quotas"), |r, q| {
            let mut quotas = Vec::new();
            for (key, of) in
                [("family", QuotaKey::Family as fn(u32) -> QuotaKey), ("workspace", QuotaKey::Workspace)]
            {
                let Some(json) = q.take(key) else { continue };
                let at = q.at(key);
                for (name, json) in r.map(json, &at) {
                    let vcpus = r.int(json, &at.key(name), COUNT);
                    quotas.push(QuotaInput { quota: of(r.families.number(name)), vcpus });
                    r.quota_keys.push(vec![key.to_owned(), name.to_owned()]);
                }
            }
            for (key, quota) in
                [("total_dedicated", QuotaKey::TotalDedicated), ("low_priority", QuotaKey::LowPriority)]
            {
                if let Some(vcpus) = r.optional(q, key, COUNT) {
                    quotas.push(QuotaInput { quota, vcpus });
                    r.quota_keys.push(vec![key.to_owned()]);
                }
            }
            quotas
        })
    }

    /// `"family:NAME"`, `"workspace:NAME"`, `"total_dedicated"` or `"low_priority"`.
    fn quota_name(&mut self, f: &mut Fields<'_>) -> QuotaKey {
        let Some(json) = f.take("quota") else {
            f.lacks("quota");
            return QuotaKey::TotalDedicated;
        };
        let at = f.at("quota");
        let before = self.problems.len();
        let name = self.text(json, &at);
        match name.split_once(':') {
            Some(("family", family)) => QuotaKey::Family(self.families.number(family)),
            Some(("workspace", family)) => QuotaKey::Workspace(self.families.number(family)),
            _ if name == "total_dedicated" => QuotaKey::TotalDedicated,
            _ if name == "low_priority" => QuotaKey::LowPriority,
            _ => {
                if self.problems.len() == before {
                    let wrong = Wrong {
                        rule: "unknown-quota",
                        message: format!("{name:?} is no quota"),
                        label: "not a quota".into(),
                        help:
                            "use \"family:NAME\", \"workspace:NAME\", \"total_dedicated\" or \"low_priority\""
                                .into(),
                    };
                    self.problem(&at, wrong);
                }
                QuotaKey::TotalDedicated
            }
        }
    }

    /// Index of a cluster; `clusters`: how many there are, where that is known.
    fn cluster_index(&mut self, f: &mut Fields<'_>, clusters: Option<usize>) -> Option<u32> {
        let json = f.take("cluster")?;
        let at = f.at("cluster");
        let before = self.problems.len();
        let index = self.int(json, &at, COUNT);
        if self.problems.len() == before
            && let Some(clusters) = clusters
            && index as usize >= clusters
        {
            let wrong = Wrong {
                rule: "unknown-cluster",
                message: format!("cluster {index} is not described"),
                label: "no such cluster".into(),
                help: match clusters {
                    1 => "there is one, with index 0".into(),
                    n => format!("there are {n}, with the indices 0 to {}", n - 1),
                },
            };
            self.problem(&at, wrong);
        }
        Some(index)
    }

    fn update(&mut self, u: &mut Fields<'_>, clusters: Option<usize>) -> UpdateInput {
        UpdateInput {
            t: self.required(u, "t", COUNT),
            cluster: self.cluster_index(u, clusters).unwrap_or_else(|| {
                u.lacks("cluster");
                0
            }),
            min_nodes: self.given(u, "min_nodes", COUNT),
            max_nodes: self.given(u, "max_nodes", POSITIVE),
            idle_time: self.given(u, "idle_time", COUNT),
            identities: u.take("identities").map(|json| self.identities(json, &u.at("identities"))),
        }
    }

    fn job(&mut self, j: &mut Fields<'_>, clusters: Option<usize>) -> JobInput {
        let nodes = self.number(j, "nodes", POSITIVE, 1);
        JobInput {
            submit: self.required(j, "submit", COUNT),
            service: self.required(j, "service", COUNT),
            cluster: self.cluster_index(j, clusters).unwrap_or(0),
            nodes,
            cancel: self.optional(j, "cancel", COUNT),
            timeout: self.optional(j, "timeout", POSITIVE),
            checkpoint: self.optional(j, "checkpoint", POSITIVE),
            identity: self.optional_text(j, "identity").map(|name| self.identities.number(name)),
            environment: match j.take("environment") {
                None => self.environments.number("default"),
                Some(json) => {
                    let name = self.text(json, &j.at("environment"));
                    self.environments.number(name)
                }
            },
            communicates: self.boolean(j, "communicates", nodes > 1),
            priority: self.number(j, "priority", COUNT, 0),
            declared: self.optional(j, "declared", COUNT),
        }
    }
}
