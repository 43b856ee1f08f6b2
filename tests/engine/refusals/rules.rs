//! The rules of the gate, each at its boundary: one step over is refused, the boundary itself is not.

use super::{assert_accepted, assert_refused, small};
use crate::support::edit::with;
use serde_json::{Value, json};

/// A scenario with these clusters and the job of [`small`].
fn clusters(clusters: Value) -> Value {
    with(&small(), &[("/clusters", clusters)])
}

/// A scenario of one cluster of 4 nodes with these jobs.
fn jobs(jobs: Value) -> Value {
    with(&small(), &[("/jobs", jobs)])
}

#[test]
fn max_nodes_keep_to_the_communication_limit() {
    for (communication, limit) in [(true, 100), (false, 1000)] {
        let cluster = |max: u32| json!([{"max_nodes": max, "communication": communication}]);
        assert_accepted(&clusters(cluster(limit)));
        assert_refused(&clusters(cluster(limit + 1)), &[("clusters[0].max_nodes", "max-over-limit")]);
    }
    assert_accepted(&clusters(json!([{"max_nodes": 150, "communication_limit": 150}])));
    assert_refused(
        &clusters(json!([{"max_nodes": 6, "communication": false, "communication_limit": 5}])),
        &[("clusters[0].max_nodes", "max-over-limit")],
    );
}

#[test]
fn min_and_initial_nodes_keep_to_the_limit() {
    assert_accepted(&clusters(json!([{"max_nodes": 4, "min_nodes": 4}])));
    assert_refused(
        &clusters(json!([{"max_nodes": 4, "min_nodes": 5, "initial_nodes": 0}])),
        &[("clusters[0].min_nodes", "min-over-max")],
    );
    assert_accepted(&clusters(json!([{"max_nodes": 4, "initial_nodes": 4}])));
    assert_refused(
        &clusters(json!([{"max_nodes": 4, "initial_nodes": 5}])),
        &[("clusters[0].initial_nodes", "initial-over-limit")],
    );
    // The subnet's addresses belong to the limit at t = 0.
    let subnet = |min: u32, initial: u32| {
        let cluster = json!([{"max_nodes": 4, "min_nodes": min, "initial_nodes": initial, "subnet": "net"}]);
        with(&clusters(cluster), &[("/subnets", json!({"net": 2}))])
    };
    assert_accepted(&subnet(2, 2));
    assert_refused(&subnet(3, 2), &[("clusters[0].min_nodes", "min-over-limit")]);
    assert_refused(
        &subnet(2, 3),
        &[("clusters[0].initial_nodes", "initial-over-limit"), ("subnets.net", "initial-over-subnet")],
    );
    // An update at t = 0 comes later than the initial nodes.
    let raised = json!([{"t": 0, "cluster": 0, "max_nodes": 6}]);
    assert_refused(
        &with(&clusters(json!([{"max_nodes": 4, "initial_nodes": 5}])), &[("/updates", raised)]),
        &[("clusters[0].initial_nodes", "initial-over-limit")],
    );
}

#[test]
fn a_cluster_in_creation_has_no_initial_nodes() {
    assert_accepted(&clusters(json!([{"max_nodes": 4, "min_nodes": 2, "ready_at": 0}])));
    assert_accepted(&clusters(json!([{"max_nodes": 4, "initial_nodes": 0, "ready_at": 5}])));
    assert_refused(
        &clusters(json!([{"max_nodes": 4, "initial_nodes": 1, "ready_at": 0}])),
        &[("clusters[0].initial_nodes", "initial-before-creation")],
    );
}

#[test]
fn initial_nodes_of_a_subnet_share_its_addresses() {
    let two = |a: u32, b: u32| {
        let cluster = |n: u32| json!({"max_nodes": 4, "initial_nodes": n, "subnet": "net"});
        let list = json!([cluster(a), {"max_nodes": 9, "initial_nodes": 9}, cluster(b)]);
        with(&clusters(list), &[("/subnets", json!({"other": 1, "net": 5}))])
    };
    assert_accepted(&two(2, 3));
    assert_refused(&two(3, 3), &[("subnets.net", "initial-over-subnet")]);
}

#[test]
fn updates_are_taken_by_time_then_list() {
    let updated = |min: u32, updates: Value| {
        let cluster = json!([{"max_nodes": 4, "min_nodes": min, "communication_limit": 8}, {"max_nodes": 1}]);
        with(&clusters(cluster), &[("/updates", updates)])
    };
    let update = |t: u32, key: &str, value: u32| json!({"t": t, "cluster": 0, key: value});
    assert_accepted(&updated(0, json!([update(5, "max_nodes", 8)])));
    assert_refused(
        &updated(0, json!([update(5, "max_nodes", 9)])),
        &[("updates[0].max_nodes", "max-over-limit")],
    );
    assert_accepted(&updated(0, json!([update(5, "min_nodes", 4)])));
    assert_refused(
        &updated(0, json!([update(5, "min_nodes", 5)])),
        &[("updates[0].min_nodes", "min-over-max")],
    );
    assert_refused(
        &updated(2, json!([update(5, "max_nodes", 1)])),
        &[("updates[0].max_nodes", "min-over-max")],
    );
    // At 5 min becomes 0, at 9 max 1: fine by time, though not in the order of the list.
    let by_time = json!([update(9, "max_nodes", 1), update(5, "min_nodes", 0)]);
    assert_accepted(&updated(2, by_time));
    // At one time the list decides; an update in between counts, even if another one mends it at once.
    let mended = json!([update(5, "min_nodes", 6), update(5, "max_nodes", 8)]);
    assert_refused(&updated(1, mended), &[("updates[0].min_nodes", "min-over-max")]);
    assert_accepted(&updated(1, json!([update(5, "max_nodes", 8), update(5, "min_nodes", 6)])));
    // As if none was refused: this lock would drop the second.
    let locked = with(
        &updated(3, json!([update(1, "min_nodes", 0), update(5, "max_nodes", 1)])),
        &[("/locks", json!([{"from": 1, "to": 2, "level": "ReadOnly"}]))],
    );
    assert_accepted(&locked);
    assert_accepted(&updated(1, json!([{"t": 5, "cluster": 1}])));
}

#[test]
fn quotas_admit_a_node_of_each_cluster_they_bind() {
    let quota =
        |quotas: Value, cluster: Value| with(&small(), &[("/clusters/0", cluster), ("/quotas", quotas)]);
    let cluster = |tier: &str, min: u32| json!({"max_nodes": 4, "min_nodes": min, "vcpus": 3, "family": "g", "tier": tier});
    for key in ["family.g", "workspace.g", "total_dedicated", "low_priority"] {
        let tier = if key == "low_priority" { "LowPriority" } else { "Dedicated" };
        let quotas = |vcpus: u32| match key.split_once('.') {
            Some((kind, family)) => json!({kind: {family: vcpus}}),
            None => json!({key: vcpus}),
        };
        let place = format!("quotas.{key}");
        let refused = [(place.as_str(), "quota-below-cluster")];
        assert_accepted(&quota(quotas(3), cluster(tier, 0)));
        assert_refused(&quota(quotas(2), cluster(tier, 0)), &refused);
        assert_accepted(&quota(quotas(6), cluster(tier, 2)));
        assert_refused(&quota(quotas(5), cluster(tier, 2)), &refused);
        // A quota binds the other tier, or another family, not at all.
        let other = if tier == "Dedicated" { "LowPriority" } else { "Dedicated" };
        assert_accepted(&quota(quotas(0), cluster(other, 2)));
        // A step of that quota that admits so many, at any time, will do; a step of another one will not.
        let name = key.replacen('.', ":", 1);
        let stepped = |vcpus: Value, name: &str| {
            let steps = json!([{"t": 99, "quota": name, "vcpus": vcpus}]);
            with(&quota(quotas(5), cluster(tier, 2)), &[("/quota_steps", steps)])
        };
        assert_accepted(&stepped(json!(6), &name));
        assert_accepted(&stepped(json!(null), &name));
        assert_refused(&stepped(json!(5), &name), &refused);
        assert_refused(&stepped(json!(6), "family:other"), &refused);
        // Outside usage is not looked at; nor are quotas that only steps name.
        let used = json!([{"t": 0, "quota": name, "vcpus": 6}]);
        assert_accepted(&with(&quota(quotas(6), cluster(tier, 2)), &[("/outside_usage", used)]));
        let only_step = json!([{"t": 0, "quota": name, "vcpus": 0}]);
        assert_accepted(&with(&quota(json!({}), cluster(tier, 2)), &[("/quota_steps", only_step)]));
    }
    assert_accepted(&quota(
        json!({"total_dedicated": null, "family": {"nobody": 0}}),
        cluster("Dedicated", 4),
    ));
}

#[test]
fn jobs_are_cancelled_after_their_submission() {
    let cancel = |t: u32| jobs(json!([{"submit": 5, "service": 1, "cancel": t}]));
    assert_accepted(&cancel(5));
    assert_refused(&cancel(4), &[("jobs[0].cancel", "cancel-before-submit")]);
}

#[test]
fn an_attempt_stays_below_2_30_ticks() {
    let job = |cluster: Value, job: Value| with(&small(), &[("/clusters/0", cluster), ("/jobs/0", job)]);
    let refused = [("jobs[0].service", "attempt-too-long")];
    let plain = |service: u32| job(json!({"max_nodes": 1}), json!({"submit": 0, "service": service}));
    assert_accepted(&plain((1 << 30) - 1));
    assert_refused(&plain(1 << 30), &refused);
    // Dearer prepare, overhead (whether it can restart or not) and R together: 7 + 5 + 3 · 2^k.
    let all = |cold: u32, warm: u32, service: u32| {
        let cluster = json!({
            "max_nodes": 1, "prepare_cold": cold, "prepare_warm": warm, "restart_overhead": 5, "speed": [1, 3]
        });
        job(cluster, json!({"submit": 0, "service": service}))
    };
    let service = ((1 << 30) - 1 - 12) / 3;
    let rest = (1 << 30) - 1 - 5 - 3 * service;
    assert_accepted(&all(rest, 1, service));
    assert_refused(&all(rest + 1, 1, service), &refused);
    assert_refused(&all(1, rest + 1, service), &refused);
    // The job's own entry of a table by id counts: of two jobs the later one is id 1.
    let table = |cold: Value| {
        let cluster = json!({"max_nodes": 1, "prepare_cold": cold});
        let list = json!([{"submit": 9, "service": 1 << 29}, {"submit": 0, "service": 0}]);
        with(&small(), &[("/clusters/0", cluster), ("/jobs", list)])
    };
    assert_accepted(&table(json!([1 << 29, 0])));
    assert_refused(&table(json!([0, 1 << 29])), &refused);
    // A timeout shortens any attempt, even one of more than 2^32 ticks.
    let timeout = |timeout: u32| {
        let cluster = json!({"max_nodes": 1, "speed": [1, (1_u32 << 31) - 1]});
        job(cluster, json!({"submit": 0, "service": (1_u32 << 31) - 1, "timeout": timeout}))
    };
    assert_accepted(&timeout((1 << 30) - 1));
    assert_refused(&timeout(1 << 30), &refused);
}

#[test]
fn environments_are_32_a_cluster() {
    let environments = |n: usize, cluster: usize| {
        let list: Vec<Value> = (0..n)
            .map(|i| json!({"submit": i, "service": 0, "environment": format!("e{i}"), "cluster": i % cluster}))
            .collect();
        with(&clusters(json!([{"max_nodes": 1}, {"max_nodes": 1}])), &[("/jobs", Value::from(list))])
    };
    assert_accepted(&environments(32, 1));
    assert_refused(&environments(33, 1), &[("jobs[32].environment", "too-many-environments")]);
    assert_accepted(&environments(64, 2));
    // Named once, however many jobs and environments are too many.
    assert_refused(&environments(35, 1), &[("jobs[32].environment", "too-many-environments")]);
}

#[test]
fn nodes_of_a_cluster_sum_to_less_than_2_31() {
    let half = 1_u32 << 30;
    let list = |a: u32, b: u32, cluster: u32| {
        let jobs = json!([
            {"submit": 0, "service": 0, "nodes": a},
            {"submit": 0, "service": 0, "nodes": b, "cluster": cluster}
        ]);
        with(&clusters(json!([{"max_nodes": 1}, {"max_nodes": 1}])), &[("/jobs", jobs)])
    };
    assert_accepted(&list(half, half - 1, 0));
    assert_refused(&list(half, half, 0), &[("jobs[1].nodes", "nodes-overflow")]);
    assert_accepted(&list(half, half, 1));
}

#[test]
fn clusters_and_subnets_are_described() {
    let none = with(&clusters(json!([])), &[("/jobs", json!([]))]);
    assert_refused(&none, &[("clusters", "no-cluster")]);
    let elsewhere = |i: u32| jobs(json!([{"submit": 0, "service": 0, "cluster": i}]));
    assert_accepted(&elsewhere(0));
    assert_refused(&elsewhere(1), &[("jobs[0].cluster", "unknown-cluster")]);
    let update = |i: u32| with(&small(), &[("/updates", json!([{"t": 0, "cluster": i}]))]);
    assert_accepted(&update(0));
    assert_refused(&update(1), &[("updates[0].cluster", "unknown-cluster")]);
    assert_refused(
        &with(&clusters(json!([{"max_nodes": 1, "subnet": "net"}])), &[("/subnets", json!({"Net": 5}))]),
        &[("clusters[0].subnet", "unknown-subnet")],
    );
}

#[test]
fn locks_end_after_they_begin_and_stopping_needs_a_horizon() {
    let lock = |to: Value| with(&small(), &[("/locks", json!([{"from": 2, "to": to, "level": "ReadOnly"}]))]);
    assert_accepted(&lock(json!(3)));
    assert_accepted(&with(&lock(json!(null)), &[("/horizon", json!(9)), ("/stop_at_horizon", json!(true))]));
    assert_refused(&lock(json!(2)), &[("locks[0]", "lock-ends-before-it-begins")]);
    let stop = with(&small(), &[("/stop_at_horizon", json!(true))]);
    assert_refused(&stop, &[("stop_at_horizon", "stop-without-horizon")]);
    assert_accepted(&with(&stop, &[("/horizon", json!(0))]));
}
