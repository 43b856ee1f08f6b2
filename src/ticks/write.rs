//! From a result to JSON, every key of the format.

use crate::engine::output::{ClusterResult, Event, Outcome, Reason, State};
use crate::engine::{Model, Recording, RunResult};
use crate::stats::histogram::Histogram;
use crate::units::{NEVER, Tick};
use serde_json::{Map, Value, json};

/// The result of one scenario.
pub(super) fn result(model: &Model, result: &RunResult, recording: &Recording, log: bool) -> Value {
    let jobs: Vec<Value> = (0..model.job_count()).map(|id| job(model, recording, id)).collect();
    let judged = model.wait_limit().is_some();
    let clusters: Vec<Value> = result.clusters.iter().map(|c| cluster(c, judged)).collect();
    let mut value = json!({
        "status": result.status.as_str(),
        "end": result.end,
        "settled_at": result.settled_at,
        "late_instants": result.late_instants,
        "jobs": jobs,
        "clusters": clusters,
    });
    if log && let Value::Object(map) = &mut value {
        map.insert("log".into(), recording.events.iter().map(event).collect());
    }
    value
}

/// An object without the keys whose value is 0.
fn sparse<T: Copy + Into<u64>>(names: impl Iterator<Item = &'static str>, values: &[T]) -> Value {
    let entries = names.zip(values).filter(|(_, v)| (**v).into() > 0);
    Value::Object(entries.map(|(name, v)| (name.to_owned(), (*v).into().into())).collect::<Map<_, _>>())
}

fn reasons<T: Copy + Into<u64>>(values: &[T]) -> Value {
    sparse(Reason::ALL.iter().map(|r| r.as_str()), values)
}

fn time(t: Tick) -> Value {
    if t == NEVER { Value::Null } else { t.into() }
}

fn job(model: &Model, recording: &Recording, id: usize) -> Value {
    let record = recording.jobs.get(id).unwrap_or_default();
    let node_ticks = |ticks: Tick| u64::from(ticks) * u64::from(model.nodes(id));
    let requeue_wait = recording.requeue_waits.get(&(id as u32)).copied().unwrap_or_default();
    json!({
        "id": id,
        "input": model.order()[id],
        "cluster": model.cluster_of(id),
        "outcome": record.outcome.as_str(),
        "first_start": time(record.first_start),
        "end": time(record.end),
        "attempts": record.attempts,
        "evictions": record.evictions,
        "useful": node_ticks(record.useful),
        "lost": node_ticks(record.lost),
        "prepare": node_ticks(record.prepare),
        "wait": reasons(&recording.waits[id]),
        "requeue_wait": reasons(&requeue_wait),
    })
}

fn histogram(h: &Histogram) -> Value {
    h.nonzero().map(|(bucket, count)| json!([bucket, count])).collect()
}

fn cluster(c: &ClusterResult, judged: bool) -> Value {
    let mut value = json!({
        "node_ticks": sparse(State::ALL.iter().map(|s| s.as_str()), &c.node_ticks),
        "useful": c.useful,
        "lost": c.lost,
        "prepare": c.prepare,
        "billed_quanta": c.billed_quanta,
        "load_balancer_ticks": c.load_balancer_ticks,
        "at_limit_ticks": c.at_limit_ticks,
        "requests": c.requests,
        "withdrawn": c.withdrawn,
        "releases": c.releases,
        "scale_operations": c.scale_operations,
        "evictions": c.evictions,
        "boot_failures": c.boot_failures,
        "restarts": c.restarts,
        "refused_updates": c.refused_updates,
        "peak_nodes": c.peak_nodes,
        "queue_ticks": c.queue_ticks,
        "wait": reasons(&c.wait),
        "requeue_wait": reasons(&c.requeue_wait),
        "outcomes": sparse(Outcome::ALL.iter().map(|o| o.as_str()), &c.outcomes),
        "started": c.started,
        "wait_sum": c.wait_sum,
        "wait_max": c.wait_max,
        "wait_histogram": histogram(&c.wait_histogram),
        "turnaround_sum": c.turnaround_sum,
        "turnaround_max": c.turnaround_max,
        "turnaround_histogram": histogram(&c.turnaround_histogram),
        "waiting_for": c.waiting_for.map(Reason::as_str),
        "allocation": {
            "state": if c.allocation.resizing { "Resizing" } else { "Steady" },
            "current": c.allocation.current,
            "target": c.allocation.target,
        },
    });
    if judged && let Value::Object(map) = &mut value {
        map.insert("waits_within".into(), c.waits_within.into());
        map.insert("waits_judged".into(), c.waits_judged.into());
    }
    value
}

fn event(e: &Event) -> Value {
    let mut entry = vec![json!(e.t), json!(e.kind.as_str()), json!(e.cluster), json!(e.number)];
    if !e.slots.is_empty() {
        entry.push(json!(e.slots));
    }
    Value::Array(entry)
}
