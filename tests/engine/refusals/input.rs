//! The gate itself: an input made by a program, not read from a file, is checked as well.

use nodetide::engine::input::{ClusterInput, Input, JobInput, QuotaInput, QuotaKey};
use nodetide::engine::{HELD_NODES_MAX, Model, Place};

/// One default cluster, one default job.
fn small() -> Input {
    Input {
        clusters: vec![ClusterInput::default()],
        jobs: vec![JobInput::default()],
        billing_quantum: 1,
        ..Input::default()
    }
}

/// The refusals of a changed [`small`].
fn refusals(change: impl FnOnce(&mut Input)) -> Vec<(Place, &'static str)> {
    let mut input = small();
    change(&mut input);
    let listed: Vec<(Place, &'static str)> = input.refusals().iter().map(|r| (r.place, r.rule)).collect();
    match Model::new(input) {
        Ok(_) => assert_eq!(listed, [], "a model of a refused input"),
        Err(found) => assert_eq!(found.iter().map(|r| (r.place, r.rule)).collect::<Vec<_>>(), listed),
    }
    listed
}

#[test]
fn zeros_that_a_file_cannot_say_are_refused() {
    assert_eq!(refusals(|_| {}), []);
    assert_eq!(
        refusals(|i| i.billing_quantum = 0),
        [(Place::Scenario("billing_quantum"), "billing-quantum-zero")]
    );
    assert_eq!(
        refusals(|i| i.clusters[0].max_nodes = 0),
        [(Place::Cluster(0, "max_nodes"), "max-nodes-zero")]
    );
    assert_eq!(
        refusals(|i| i.clusters[0].recycle_time = 0),
        [(Place::Cluster(0, "recycle_time"), "recycle-time-zero")]
    );
    assert_eq!(refusals(|i| i.jobs[0].nodes = 0), [(Place::Job(0, "nodes"), "no-nodes")]);
    assert_eq!(refusals(|i| i.subnets = vec![3, 0]), [(Place::Subnet(1), "subnet-empty")]);
}

#[test]
fn references_are_checked() {
    assert_eq!(refusals(|i| i.jobs[0].cluster = 1), [(Place::Job(0, "cluster"), "unknown-cluster")]);
    assert_eq!(
        refusals(|i| i.clusters[0].subnet = Some(0)),
        [(Place::Cluster(0, "subnet"), "unknown-subnet")]
    );
    let quota = QuotaInput { quota: QuotaKey::Family(3), vcpus: 1 };
    assert_eq!(refusals(|i| i.quotas = vec![quota, quota]), [(Place::Quota(1), "quota-twice")]);
    assert_eq!(
        refusals(|i| i.clusters.clear()),
        [(Place::Scenario("clusters"), "no-cluster"), (Place::Job(0, "cluster"), "unknown-cluster")]
    );
}

#[test]
fn clusters_that_would_take_all_memory_are_refused() {
    let max = u32::try_from(HELD_NODES_MAX).expect("a count");
    let refused = [(Place::Cluster(0, "max_nodes"), "too-many-nodes")];
    let cluster = |n: u32| {
        move |i: &mut Input| {
            i.clusters[0].max_nodes = n;
            i.clusters[0].communication_limit = n;
        }
    };
    // However large the limit: what cannot be held takes no memory.
    assert_eq!(refusals(cluster((1 << 31) - 1)), []);
    let with_min = |n: u32| {
        move |i: &mut Input| {
            cluster(n)(i);
            i.clusters[0].min_nodes = n;
        }
    };
    assert_eq!(refusals(with_min(max)), []);
    assert_eq!(refusals(with_min(max + 1)), refused);
    let with_job = |n: u32| {
        move |i: &mut Input| {
            cluster(n)(i);
            i.jobs[0].nodes = n;
        }
    };
    assert_eq!(refusals(with_job(max)), []);
    assert_eq!(refusals(with_job(max + 1)), refused);
}
