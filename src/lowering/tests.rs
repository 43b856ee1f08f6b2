use super::*;
use crate::diagnostic::{Code, render};
use crate::engine::input::{OnEviction, QuotaKey};
use crate::units::NEVER;
use std::fmt::Write as _;

fn source(text: &str) -> Arc<Source> {
    Arc::new(Source::new("s.ron", text))
}

fn lowered(text: &str) -> Lowered {
    match load_source(&source(text), PathBuf::new()) {
        Ok((_, lowered)) => lowered,
        Err(found) => panic!("{}", render(&found, false)),
    }
}

fn errors(text: &str) -> Vec<Diagnostic> {
    load_source(&source(text), PathBuf::new()).map(|_| ()).unwrap_err()
}

const SMALL: &str = r#"(
    delays: Zero,
    clusters: [
        (name: "cpu", vm_size: "d4s_V3", max_nodes: 4, policy: Static),
        (name: "gpu", vm_size: "NC6s_v3", max_nodes: 2, tier: LowPriority, identity: (system_assigned: true, user_assigned: ["reader"]),
         on_eviction: Resubmit(after: "1h"), created: At(at: "10m"), subnet: "b"),
    ],
    region: (
        quotas: (family: {"STANDARDdsv3family": 48}, low_priority: 24),
        subnets: {"a": 1, "b": 7},
        outside_usage: [(at: "1m", quota: Family("standardDSv3Family"), vcpus: 8)],
    ),
    updates: [(at: "1h", cluster: "cpu", max_nodes: 6)],
    workload: (jobs: [
        (submit: "1m", service: "4m", cluster: "gpu", identity: "reader", environment: "torch", team: "vision"),
        (submit: "0s", service: "5m", repeat: 2, identity: "system", user: "ann"),
    ]),
)"#;

#[test]
fn a_scenario_becomes_ticks_and_indices() {
    let Lowered { input, clusters, tags, .. } = lowered(SMALL);
    let [cpu, gpu] = &input.clusters[..] else { panic!("two clusters") };
    assert_eq!((cpu.min_nodes, cpu.max_nodes, cpu.initial_nodes, cpu.vcpus), (4, 4, 4, 4));
    assert_eq!((cpu.idle_time, cpu.recycle_time, cpu.release_delay), (120, 1, 0));
    assert_eq!((&cpu.lifetime[..], &cpu.allocation_delay[..]), (&[NEVER][..], &[0][..]));
    assert_eq!((gpu.ready_at, gpu.initial_nodes, gpu.subnet), (Some(900), 0, Some(1)));
    assert_eq!(gpu.on_eviction, OnEviction::Resubmit(3600));
    assert_eq!(gpu.lifetime.len(), 65_536, "evictions are assumed, though delays are zero");
    assert_eq!(input.updates[0].min_nodes, Some(6), "a static cluster's minimum follows");
    assert_eq!(input.quotas[0].quota, QuotaKey::Family(cpu.family));
    assert_eq!(input.outside_usage[0].quota, QuotaKey::Family(cpu.family));
    assert_eq!(input.subnets, [1, 7]);
    assert_eq!(clusters[0].vm_size, "Standard_D4s_v3");
    assert_eq!(clusters[1].price.as_ref().unwrap().per_h, 0.3978, "the spot price");
    let reader = input.jobs.iter().find(|job| job.submit == 60).unwrap();
    assert_eq!(reader.identity, Some(gpu.identities[1]));
    assert_eq!((gpu.identities[0], input.jobs[0].identity), (0, Some(0)));
    assert!(reader.environment != input.jobs[0].environment);
    let team = |job: usize| tags.of(job)[1].map(|tag| tags.names[tag as usize].as_str());
    let at = input.jobs.iter().position(|job| job.submit == 60).unwrap();
    assert_eq!((team(at), team(at ^ 1)), (Some("vision"), None));
}

#[test]
fn the_starting_scenario_is_clean_and_runs_of_it_differ_by_replication_only() {
    let (loaded, first) = load_source(&source(crate::scenario::INIT), PathBuf::new()).unwrap();
    assert!(first.warnings.is_empty(), "{}", render(&first.warnings, false));
    assert!(first.input.jobs.len() > 100 && first.input.refusals().is_empty());
    assert_eq!(loaded.lower(None, 0).unwrap().input, first.input);
    let other = loaded.lower(None, 1).unwrap();
    assert_ne!(other.input.jobs, first.input.jobs);
    assert_ne!(other.input.clusters[1].lifetime, first.input.clusters[1].lifetime);
    assert_eq!(loaded.lower(Some(1), 0).unwrap().input, first.input);
    assert_ne!(loaded.lower(Some(2), 0).unwrap().input, first.input);
}

#[test]
fn a_stream_does_not_move_when_a_cluster_is_added() {
    let one = lowered(SMALL);
    let more = SMALL.replace("clusters: [", "clusters: [(name: \"new\", vm_size: \"D4s_v3\", max_nodes: 1),");
    let more = lowered(&more.replace("\"5m\",", "\"5m\", cluster: \"cpu\","));
    assert_eq!(one.input.clusters[1].lifetime, more.input.clusters[2].lifetime);
}

#[test]
fn every_default_that_was_used_is_told() {
    let text = SMALL.replace("delays: Zero,", "").replace("on_eviction: Resubmit(after: \"1h\"),", "");
    let told: Vec<String> = lowered(&text).assumptions.iter().map(ToString::to_string).collect();
    for part in [
        "median 4 min, 90th percentile 9 min",
        "boot of a node: 3 min",
        "without its environment: 2 min",
        "release of a node: 1 min",
        "boot failures: none",
        "idle time: 120 s (the older SDK's default is 1800 s) (gpu)",
        "5–10 % per hour band (7.5 % of the nodes an hour) (gpu)",
        "goes back to its old place",
        "restarts of a job: unlimited (gpu)",
        "load balancer: 0.33 USD a day",
        "billed by the tick (1s)",
        "prices of eastus: ",
    ] {
        assert!(told.iter().any(|text| text.contains(part)), "{part}: {told:#?}");
    }
    let none = text
        .replace("clusters: [", "delays: Zero, evictions: None, prices: (load_balancer: Free, billing_quantum: \"1m\"), clusters: [")
        .replace("max_nodes: 4,", "max_nodes: 4, price: \"1 USD/h\",")
        .replace("max_nodes: 2,", "max_nodes: 2, idle_time: \"1m\", price: \"1 USD/h\",");
    assert_eq!(lowered(&none).assumptions, []);
}

#[test]
fn the_gate_speaks_of_the_scenario() {
    let found = errors(&SMALL.replace("low_priority: 24", "low_priority: 5"));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].code, found[0].position()), (Code::QuotaBelowCluster, Some((9, 68))));
    assert!(found[0].message.contains("`gpu`"), "{}", found[0].message);
    assert!(found[0].notes[0].contains("cannot accomodate"));
    let found = errors(&SMALL.replace("(submit: \"1m\"", "(cancel: \"0s\", submit: \"1m\""));
    assert_eq!((found[0].code, found.len()), (Code::CancelBeforeSubmit, 1));
}

#[test]
fn mistakes_of_every_layer_are_told_at_once() {
    let text = SMALL
        .replace("max_nodes: 2", "max_nodes: 200")
        .replace("\"4m\", cluster: \"gpu\"", "\"4m\", cluster: \"gup\"")
        .replace("vm_size: \"d4s_V3\"", "vm_size: \"D4_s_v3\", idle_tme: 3");
    let codes: Vec<Code> = errors(&text).iter().map(|d| d.code).collect();
    for code in [Code::UnknownField, Code::UnknownVmSize, Code::MaxOverLimit, Code::UnknownCluster] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
}

#[test]
fn absurd_sizes_are_refused_before_memory_is_taken() {
    for (from, to, code) in [
        ("max_nodes: 4", "max_nodes: 1000000000000", Code::OverLimit),
        ("max_nodes: 4", "max_nodes: 1000000000, node_limit: 1000000000", Code::TooManyNodes),
        ("repeat: 2", "repeat: 1000000000", Code::OverLimit),
        ("repeat: 2", "repeat: 18446744073709551615", Code::OverLimit),
        ("\"5m\", repeat", "\"5m\", nodes: 18446744073709551615, repeat", Code::NumberOutOfRange),
        ("low_priority: 24", "low_priority: 18446744073709551615", Code::OverLimit),
        ("submit: \"0s\"", "submit: \"400w\", declared: \"99w\"", Code::TimeTooLong),
    ] {
        let text = SMALL.replace(from, to).replace("delays: Zero", "delays: Zero, resolution: \"100ms\"");
        let found = errors(&text);
        assert!(found.iter().any(|d| d.code == code), "{to}: {}", render(&found, false));
    }
}

#[test]
fn what_no_job_uses_is_warned_of() {
    let warned = lowered(&SMALL.replace(", cluster: \"gpu\", identity: \"reader\"", "")).warnings;
    assert_eq!(warned.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::UnusedCluster]);
}

#[test]
fn many_jobs_of_one_mistake_are_one_message() {
    let mut jobs = String::new();
    for i in 0..50 {
        let _ = write!(jobs, "(submit: \"{i}s\", service: \"1m\", environment: \"e{i}\"),");
    }
    let text = SMALL.replace("jobs: [", &format!("jobs: [{jobs}"));
    assert_eq!(errors(&text).iter().map(|d| d.code).collect::<Vec<_>>(), [Code::TooManyEnvironments]);
    let text = SMALL.replace(
        "workload: (",
        "workload: (classes: [(name: \"x\", arrivals: Every(period: \"1m\"), jobs: 9, service: Constant(\"2000w\"))], ",
    );
    let found = errors(&text);
    assert_eq!(found.len(), 1, "{}", render(&found, false));
}
