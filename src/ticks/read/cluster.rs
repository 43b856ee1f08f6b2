//! One cluster.

use super::super::Json;
use super::at::At;
use super::fields::Fields;
use super::reader::{COUNT, POSITIVE, Reader, Wrong};
use crate::diagnostic::did_you_mean;
use crate::engine::input::{CapacityStep, ClusterInput, Discipline, OnEviction, Resize, Tier, UNLIMITED};
use crate::units::NEVER;

impl Reader {
    pub(super) fn cluster(&mut self, f: &mut Fields<'_>) -> ClusterInput {
        let min_nodes = self.number(f, "min_nodes", COUNT, 0);
        let ready_at = self.optional(f, "ready_at", COUNT);
        let communication = self.boolean(f, "communication", true);
        let initial_default = if ready_at.is_some() { 0 } else { min_nodes };
        let limit_default = if communication { 100 } else { 1000 };
        ClusterInput {
            max_nodes: self.required(f, "max_nodes", POSITIVE),
            min_nodes,
            initial_nodes: self.number(f, "initial_nodes", COUNT, initial_default),
            idle_time: self.number(f, "idle_time", COUNT, 120),
            tier: self.word(
                f,
                "tier",
                &[("Dedicated", Tier::Dedicated), ("LowPriority", Tier::LowPriority)],
                Some(Tier::Dedicated),
            ),
            vcpus: self.number(f, "vcpus", POSITIVE, 1),
            family: self.family(f),
            speed: self.speed(f),
            communication,
            communication_limit: self.number(f, "communication_limit", POSITIVE, limit_default),
            subnet: self.subnet(f),
            ready_at,
            identities: match f.take("identities") {
                Some(json) => self.identities(json, &f.at("identities")),
                None => Vec::new(),
            },
            discipline: self.word(
                f,
                "discipline",
                &[
                    ("Fifo", Discipline::Fifo),
                    ("Priority", Discipline::Priority),
                    ("FirstFit", Discipline::FirstFit),
                    ("Backfill", Discipline::Backfill),
                ],
                Some(Discipline::Fifo),
            ),
            resize: self.word(
                f,
                "resize",
                &[
                    ("DownFirst", Resize::DownFirst),
                    ("Concurrent", Resize::Concurrent),
                    ("Exclusive", Resize::Exclusive),
                ],
                Some(Resize::DownFirst),
            ),
            cancel_allocating: self.boolean(f, "cancel_allocating", false),
            allocation_delay: self.tick_table(f, "allocation_delay"),
            boot_delay: self.tick_table(f, "boot_delay"),
            boot_failure: self.table(f, "boot_failure", false, |r, json, at| r.int(json, at, 0..2) == 1),
            lifetime: self.table(f, "lifetime", NEVER, |r, json, at| {
                r.int_or_null(json, at, POSITIVE).unwrap_or(NEVER)
            }),
            prepare_cold: self.tick_table(f, "prepare_cold"),
            prepare_warm: self.tick_table(f, "prepare_warm"),
            recycle_time: self.number(f, "recycle_time", POSITIVE, 1),
            release_delay: self.number(f, "release_delay", COUNT, 0),
            capacity: self.objects(f, "capacity", |r, s| CapacityStep {
                t: r.required(s, "t", COUNT),
                nodes: r.required_or_null(s, "nodes").unwrap_or(UNLIMITED),
            }),
            on_eviction: self.on_eviction(f),
            restart_overhead: self.number(f, "restart_overhead", COUNT, 0),
            max_restarts: self.optional(f, "max_restarts", COUNT).unwrap_or(UNLIMITED),
        }
    }

    fn family(&mut self, f: &mut Fields<'_>) -> u32 {
        let name = match f.take("family") {
            None => "f",
            Some(json) => self.text(json, &f.at("family")),
        };
        self.families.number(name)
    }

    fn subnet(&mut self, f: &mut Fields<'_>) -> Option<u32> {
        let before = self.problems.len();
        let name = self.optional_text(f, "subnet")?;
        if self.problems.len() > before {
            return None;
        }
        let known = self.subnets.known(name);
        if known.is_none() {
            let wrong = Wrong {
                rule: "unknown-subnet",
                message: format!("{name:?} is no subnet of the scenario"),
                label: "no such subnet".into(),
                help: format!(
                    "describe it under `subnets`; {}",
                    did_you_mean("subnet", name, self.subnets.iter())
                ),
            };
            self.problem(&f.at("subnet"), wrong);
        }
        known
    }

    pub(super) fn identities(&mut self, json: &Json, at: &At<'_>) -> Vec<u32> {
        let list = self.list(json, at);
        list.iter()
            .enumerate()
            .map(|(i, v)| {
                let name = self.text(v, &at.index(i));
                self.identities.number(name)
            })
            .collect()
    }

    fn speed(&mut self, f: &mut Fields<'_>) -> (u32, u32) {
        let Some(json) = f.take("speed") else { return (1, 1) };
        let at = f.at("speed");
        match json {
            Json::Array(list) if list.len() == 2 => {
                (self.int(&list[0], &at.index(0), POSITIVE), self.int(&list[1], &at.index(1), POSITIVE))
            }
            other => {
                self.wrong_type(other, &at, "a list [p, q] of two integers");
                (1, 1)
            }
        }
    }

    fn on_eviction(&mut self, f: &mut Fields<'_>) -> OnEviction {
        let Some(json) = f.take("on_eviction") else { return OnEviction::Requeue };
        self.object(json, f.at("on_eviction"), |r, o| {
            match r.word(o, "kind", &[("Requeue", 0), ("Fail", 1), ("Resubmit", 2)], None) {
                0 => OnEviction::Requeue,
                1 => OnEviction::Fail,
                _ => OnEviction::Resubmit(r.required(o, "after", COUNT)),
            }
        })
    }
}
