//! An input of one cluster as a file in the ticks format, so that a difference can be looked at with
//! `nodetide run --ticks`.

use nodetide::engine::input::{Input, LockEffect, LockLevel, OnEviction, QuotaKey, Resize, Tier, UNLIMITED};
use nodetide::units::NEVER;
use serde_json::{Map, Value, json};

fn limited(n: u32) -> Value {
    if n == UNLIMITED { Value::Null } else { n.into() }
}

fn quota(key: QuotaKey) -> String {
    match key {
        QuotaKey::Family(f) => format!("family:{f}"),
        QuotaKey::Workspace(f) => format!("workspace:{f}"),
        QuotaKey::TotalDedicated => "total_dedicated".to_owned(),
        QuotaKey::LowPriority => "low_priority".to_owned(),
    }
}

fn names(list: &[u32]) -> Vec<String> {
    list.iter().map(u32::to_string).collect()
}

/// The scenario, pretty-printed.
pub(crate) fn scenario(input: &Input) -> String {
    let mut quotas = Map::new();
    for q in &input.quotas {
        let key = quota(q.quota);
        match key.split_once(':') {
            Some((kind, family)) => {
                quotas.entry(kind).or_insert_with(|| json!({}))[family] = q.vcpus.into();
            }
            None => {
                quotas.insert(key, q.vcpus.into());
            }
        }
    }
    let steps: Vec<Value> = (input.quota_steps.iter())
        .map(|s| json!({"t": s.t, "quota": quota(s.quota), "vcpus": limited(s.vcpus)}))
        .collect();
    let usage: Vec<Value> = (input.outside_usage.iter())
        .map(|s| json!({"t": s.t, "quota": quota(s.quota), "vcpus": s.vcpus}))
        .collect();
    let locks: Vec<Value> = (input.locks.iter())
        .map(|l| {
            let level = if l.level == LockLevel::ReadOnly { "ReadOnly" } else { "CanNotDelete" };
            json!({"from": l.from, "to": l.to, "level": level})
        })
        .collect();
    let subnets: Map<String, Value> =
        input.subnets.iter().enumerate().map(|(i, n)| (i.to_string(), (*n).into())).collect();
    let value = json!({
        "clusters": [cluster(input)],
        "jobs": jobs(input),
        "horizon": input.horizon,
        "stop_at_horizon": input.stop_at_horizon,
        "quotas": quotas,
        "quota_steps": steps,
        "outside_usage": usage,
        "subnets": subnets,
        "locks": locks,
        "lock_effect": if input.lock_effect == LockEffect::Removal { "Removal" } else { "Scaling" },
        "updates": updates(input),
        "billing_quantum": input.billing_quantum,
        "wait_limit": input.wait_limit,
        "bounds": {"instants": input.bounds.instants, "repetitions": input.bounds.repetitions},
        "log": true,
    });
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

fn cluster(input: &Input) -> Value {
    let c = &input.clusters[0];
    let lifetimes: Vec<Value> =
        c.lifetime.iter().map(|t| if *t == NEVER { Value::Null } else { (*t).into() }).collect();
    let failures: Vec<u8> = c.boot_failure.iter().map(|f| u8::from(*f)).collect();
    let capacity: Vec<Value> =
        c.capacity.iter().map(|s| json!({"t": s.t, "nodes": limited(s.nodes)})).collect();
    let on_eviction = match c.on_eviction {
        OnEviction::Requeue => json!({"kind": "Requeue"}),
        OnEviction::Fail => json!({"kind": "Fail"}),
        OnEviction::Resubmit(after) => json!({"kind": "Resubmit", "after": after}),
    };
    let resize = match c.resize {
        Resize::DownFirst => "DownFirst",
        Resize::Concurrent => "Concurrent",
        Resize::Exclusive => "Exclusive",
    };
    json!({
        "max_nodes": c.max_nodes,
        "min_nodes": c.min_nodes,
        "initial_nodes": c.initial_nodes,
        "idle_time": c.idle_time,
        "tier": if c.tier == Tier::LowPriority { "LowPriority" } else { "Dedicated" },
        "vcpus": c.vcpus,
        "family": c.family.to_string(),
        "speed": [c.speed.0, c.speed.1],
        "communication": c.communication,
        "communication_limit": c.communication_limit,
        "subnet": c.subnet.map(|s| s.to_string()),
        "ready_at": c.ready_at,
        "identities": names(&c.identities),
        "resize": resize,
        "cancel_allocating": c.cancel_allocating,
        "allocation_delay": c.allocation_delay.to_vec(),
        "boot_delay": c.boot_delay.to_vec(),
        "boot_failure": failures,
        "lifetime": lifetimes,
        "prepare_cold": c.prepare_cold.to_vec(),
        "prepare_warm": c.prepare_warm.to_vec(),
        "recycle_time": c.recycle_time,
        "release_delay": c.release_delay,
        "capacity": capacity,
        "on_eviction": on_eviction,
        "restart_overhead": c.restart_overhead,
        "max_restarts": limited(c.max_restarts),
    })
}

fn jobs(input: &Input) -> Vec<Value> {
    let jobs = input.jobs.iter().map(|j| {
        json!({
            "submit": j.submit,
            "service": j.service,
            "nodes": j.nodes,
            "cancel": j.cancel,
            "timeout": j.timeout,
            "checkpoint": j.checkpoint,
            "identity": j.identity.map(|i| i.to_string()),
            "environment": j.environment.to_string(),
            "communicates": j.communicates,
        })
    });
    jobs.collect()
}

fn updates(input: &Input) -> Vec<Value> {
    let updates = input.updates.iter().map(|u| {
        let mut map = Map::from_iter([("t".to_owned(), u.t.into()), ("cluster".to_owned(), 0.into())]);
        let settings = [("min_nodes", u.min_nodes), ("max_nodes", u.max_nodes), ("idle_time", u.idle_time)];
        map.extend(settings.iter().filter_map(|(key, v)| Some(((*key).to_owned(), (*v)?.into()))));
        map.extend(u.identities.as_ref().map(|list| ("identities".to_owned(), names(list).into())));
        Value::Object(map)
    });
    updates.collect()
}
