//! An input as a file in the ticks format, so that a difference can be looked at with `nodetide run --ticks`. It is
//! read back before it is given away: a file that says something else would send whoever reads it astray.

use crate::parity;
use crate::random;
use libtest_mimic::Failed;
use nodetide::engine::input::{
    ClusterInput, Discipline, Input, JobInput, LockEffect, LockLevel, OnEviction, QuotaInput, QuotaKey,
    Resize, Tier, UNLIMITED, UpdateInput,
};
use nodetide::engine::{self, Detail, Model};
use nodetide::sweep::gpu::features_of;
use nodetide::ticks::{Json, read_scenario};
use nodetide::units::NEVER;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The scenario, pretty-printed.
///
/// # Errors
/// The format cannot say the input, or this file does not know how.
pub(crate) fn scenario(input: &Input) -> Result<String, String> {
    let text = written(input);
    let read = read(&text)?;
    let meant = Model::new(numbered(input.clone())).map_err(|refusals| format!("{refusals:?}"))?;
    let (read, meant) = (format!("{read:?}"), format!("{meant:?}"));
    if read == meant {
        return Ok(text);
    }
    let same = read.bytes().zip(meant.bytes()).take_while(|(a, b)| a == b).count();
    let from = |text: &str| -> String { text.chars().skip(same.saturating_sub(60)).take(200).collect() };
    Err(format!("the file says another model than the input\nfile: {}\ninput: {}", from(&read), from(&meant)))
}

fn read(text: &str) -> Result<Model, String> {
    let json = Json::parse(text).map_err(|error| format!("{error:?}"))?;
    Ok(read_scenario(&json, None).map_err(|problems| format!("{problems:?}"))?.model)
}

/// The same input with its names numbered as a reader does: by first appearance in the order in which it reads.
fn numbered(mut input: Input) -> Input {
    fn renumber(numbers: &mut BTreeMap<u32, u32>, name: &mut u32) {
        let next = numbers.len() as u32;
        *name = *numbers.entry(*name).or_insert(next);
    }
    let mut families = BTreeMap::new();
    let keys = (input.quotas.iter_mut().map(|q| &mut q.quota))
        .chain(input.quota_steps.iter_mut().map(|s| &mut s.quota))
        .chain(input.outside_usage.iter_mut().map(|s| &mut s.quota));
    for key in keys {
        if let QuotaKey::Family(family) | QuotaKey::Workspace(family) = key {
            renumber(&mut families, family);
        }
    }
    input.clusters.iter_mut().for_each(|c| renumber(&mut families, &mut c.family));
    let mut identities = BTreeMap::new();
    let names = (input.clusters.iter_mut().flat_map(|c| &mut c.identities))
        .chain(input.updates.iter_mut().filter_map(|u| u.identities.as_mut()).flatten())
        .chain(input.jobs.iter_mut().filter_map(|j| j.identity.as_mut()));
    names.for_each(|name| renumber(&mut identities, name));
    let mut environments = BTreeMap::new();
    input.jobs.iter_mut().for_each(|j| renumber(&mut environments, &mut j.environment));
    input
}

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

/// The input as JSON. Structures are taken apart without a rest, so that a new field cannot be forgotten here.
fn written(input: &Input) -> String {
    let Input {
        clusters,
        jobs,
        horizon,
        stop_at_horizon,
        quotas,
        quota_steps,
        outside_usage,
        subnets,
        locks,
        lock_effect,
        updates,
        billing_quantum,
        wait_limit,
        bounds,
    } = input;
    let mut limits = Map::new();
    for QuotaInput { quota: key, vcpus } in quotas {
        let key = quota(*key);
        match key.split_once(':') {
            Some((kind, family)) => {
                limits.entry(kind).or_insert_with(|| json!({}))[family] = (*vcpus).into();
            }
            None => {
                limits.insert(key, (*vcpus).into());
            }
        }
    }
    let steps: Vec<Value> = (quota_steps.iter())
        .map(|s| json!({"t": s.t, "quota": quota(s.quota), "vcpus": limited(s.vcpus)}))
        .collect();
    let usage: Vec<Value> = (outside_usage.iter())
        .map(|s| json!({"t": s.t, "quota": quota(s.quota), "vcpus": s.vcpus}))
        .collect();
    let locks: Vec<Value> = (locks.iter())
        .map(|l| {
            let level = if l.level == LockLevel::ReadOnly { "ReadOnly" } else { "CanNotDelete" };
            json!({"from": l.from, "to": l.to, "level": level})
        })
        .collect();
    let subnets: Map<String, Value> =
        subnets.iter().enumerate().map(|(i, n)| (i.to_string(), (*n).into())).collect();
    let value = json!({
        "clusters": clusters.iter().map(cluster).collect::<Vec<_>>(),
        "jobs": jobs.iter().map(job).collect::<Vec<_>>(),
        "horizon": horizon,
        "stop_at_horizon": stop_at_horizon,
        "quotas": limits,
        "quota_steps": steps,
        "outside_usage": usage,
        "subnets": subnets,
        "locks": locks,
        "lock_effect": if *lock_effect == LockEffect::Removal { "Removal" } else { "Scaling" },
        "updates": updates.iter().map(update).collect::<Vec<_>>(),
        "billing_quantum": billing_quantum,
        "wait_limit": wait_limit,
        "bounds": {"instants": bounds.instants, "repetitions": bounds.repetitions},
        "log": true,
    });
    // A value has no keys but text, which is all that could fail here.
    format!("{value:#}")
}

fn cluster(cluster: &ClusterInput) -> Value {
    let ClusterInput {
        max_nodes,
        min_nodes,
        initial_nodes,
        idle_time,
        tier,
        vcpus,
        family,
        speed,
        communication,
        communication_limit,
        subnet,
        ready_at,
        identities,
        discipline,
        resize,
        cancel_allocating,
        allocation_delay,
        boot_delay,
        boot_failure,
        lifetime,
        prepare_cold,
        prepare_warm,
        recycle_time,
        release_delay,
        capacity,
        on_eviction,
        restart_overhead,
        max_restarts,
    } = cluster;
    let lifetimes: Vec<Value> =
        lifetime.iter().map(|t| if *t == NEVER { Value::Null } else { (*t).into() }).collect();
    let failures: Vec<u8> = boot_failure.iter().map(|f| u8::from(*f)).collect();
    let capacity: Vec<Value> =
        capacity.iter().map(|s| json!({"t": s.t, "nodes": limited(s.nodes)})).collect();
    let on_eviction = match on_eviction {
        OnEviction::Requeue => json!({"kind": "Requeue"}),
        OnEviction::Fail => json!({"kind": "Fail"}),
        OnEviction::Resubmit(after) => json!({"kind": "Resubmit", "after": after}),
    };
    let discipline = match discipline {
        Discipline::Fifo => "Fifo",
        Discipline::Priority => "Priority",
        Discipline::FirstFit => "FirstFit",
        Discipline::Backfill => "Backfill",
    };
    let resize = match resize {
        Resize::DownFirst => "DownFirst",
        Resize::Concurrent => "Concurrent",
        Resize::Exclusive => "Exclusive",
    };
    json!({
        "max_nodes": max_nodes,
        "min_nodes": min_nodes,
        "initial_nodes": initial_nodes,
        "idle_time": idle_time,
        "tier": if *tier == Tier::LowPriority { "LowPriority" } else { "Dedicated" },
        "vcpus": vcpus,
        "family": family.to_string(),
        "speed": [speed.0, speed.1],
        "communication": communication,
        "communication_limit": communication_limit,
        "subnet": subnet.map(|s| s.to_string()),
        "ready_at": ready_at,
        "identities": names(identities),
        "discipline": discipline,
        "resize": resize,
        "cancel_allocating": cancel_allocating,
        "allocation_delay": allocation_delay.to_vec(),
        "boot_delay": boot_delay.to_vec(),
        "boot_failure": failures,
        "lifetime": lifetimes,
        "prepare_cold": prepare_cold.to_vec(),
        "prepare_warm": prepare_warm.to_vec(),
        "recycle_time": recycle_time,
        "release_delay": release_delay,
        "capacity": capacity,
        "on_eviction": on_eviction,
        "restart_overhead": restart_overhead,
        "max_restarts": limited(*max_restarts),
    })
}

fn job(job: &JobInput) -> Value {
    let JobInput {
        submit,
        service,
        cluster,
        nodes,
        cancel,
        timeout,
        checkpoint,
        identity,
        environment,
        communicates,
        priority,
        declared,
    } = job;
    json!({
        "submit": submit,
        "service": service,
        "cluster": cluster,
        "nodes": nodes,
        "cancel": cancel,
        "timeout": timeout,
        "checkpoint": checkpoint,
        "identity": identity.map(|i| i.to_string()),
        "environment": environment.to_string(),
        "communicates": communicates,
        "priority": priority,
        "declared": declared,
    })
}

fn update(update: &UpdateInput) -> Value {
    let UpdateInput { t, cluster, min_nodes, max_nodes, idle_time, identities } = update;
    let mut map = Map::from_iter([("t".to_owned(), (*t).into()), ("cluster".to_owned(), (*cluster).into())]);
    let settings = [("min_nodes", min_nodes), ("max_nodes", max_nodes), ("idle_time", idle_time)];
    map.extend(settings.iter().filter_map(|(key, v)| Some(((*key).to_owned(), (**v)?.into()))));
    map.extend(identities.as_ref().map(|list| ("identities".to_owned(), names(list).into())));
    Value::Object(map)
}

/// Inputs of each kind that are written and read back.
const READ_BACK: usize = 200;

/// What is read from the file is the model that was written, in all inputs of these tests and of the engine's.
pub(crate) fn reads_back() -> Result<(), Failed> {
    let mut runner = parity::runner(1);
    for strategy in [parity::scenario().boxed(), random::input().boxed()] {
        for _ in 0..READ_BACK {
            let input = strategy.new_tree(&mut runner)?.current();
            if !input.refusals().is_empty() {
                continue;
            }
            let meant = random::model(&input);
            let read =
                scenario(&input).and_then(|text| read(&text)).map_err(|e| format!("{e}\n{input:?}"))?;
            // For those who trust no numbering of names: it runs the same, in the same parts of the kernel.
            let runs = |model| engine::run(model, Detail::Sums).0;
            if runs(&read) != runs(&meant) || features_of(&read) != features_of(&meant) {
                return Err(format!("it runs otherwise: {input:?}").into());
            }
        }
    }
    Ok(())
}

/// What the format cannot say is an error: its quotas have an order of their own, a limit is below 2^31.
pub(crate) fn tells_what_it_cannot_say() -> Result<(), Failed> {
    let of = |quotas: &[(QuotaKey, u32)]| Input {
        clusters: vec![ClusterInput::default()],
        quotas: quotas.iter().map(|&(quota, vcpus)| QuotaInput { quota, vcpus }).collect(),
        billing_quantum: 1,
        ..Input::default()
    };
    let (total, family) = ((QuotaKey::TotalDedicated, 4), (QuotaKey::Family(0), 4));
    scenario(&of(&[family, total]))?;
    let found = scenario(&of(&[total, family]));
    if !found.as_ref().is_err_and(|error| error.contains("another model")) {
        return Err(format!("unexpected: {found:?}").into());
    }
    let without_a_limit = scenario(&of(&[(QuotaKey::TotalDedicated, UNLIMITED)]));
    if without_a_limit.is_ok() {
        return Err("a limit that is none was written".into());
    }
    Ok(())
}
