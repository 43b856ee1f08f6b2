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
        .replace("clusters: [", "delays: Zero, evictions: Never, prices: (load_balancer: Free, billing_quantum: \"1m\"), clusters: [")
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

/// Every feature once, nothing that takes long to draw.
const RICH: &str = r#"(
    start: "2026-03-02T00:00", time_zone: "Europe/Amsterdam", seed: 7, horizon: "2d", delays: Zero, evictions: Never,
    region: (
        name: "westeurope",
        quotas: (family: {"standardDSv3Family": 400}, workspace: {"standardDSv3Family": 300}, total_dedicated: 500, low_priority: 60),
        quota_steps: [(at: "1h", quota: Workspace("standardDSv3Family"), vcpus: 200)],
        outside_usage: [(at: "2h", quota: TotalDedicated, vcpus: 8)],
        subnets: {"train": 27},
    ),
    locks: [(from: "3h", to: "4h", level: ReadOnly)],
    clusters: [
        (name: "cpu", vm_size: "D4s_v3", max_nodes: 8, min_nodes: 1, initial_nodes: 2, idle_time: "120s", node_limit: 90,
         created: BeforeRun, subnet: "train", recycle_time: "10m", release_delay: "1m", restart_overhead: "1m",
         boot_failures: Values([true, false]), speed: (3, 2), price: "0.2 USD/h", boot_delay: Uniform(low: "1m", high: "2m")),
        (name: "gpu", vm_size: "Lab", max_nodes: 2, tier: LowPriority, created: At(at: "10m", create_time: "5m"), max_restarts: 3,
         eviction: Values([After("3h"), Never]), capacity: [(at: "5h", nodes: 1)], on_eviction: Resubmit(after: "30m")),
    ],
    updates: [(at: "6h", cluster: "cpu", max_nodes: 9, min_nodes: 2, idle_time: "5m")],
    vm_sizes: [(name: "Lab", vcpus: 16, gpus: 4, memory_gib: 64, low_priority_price: "1 USD/h")],
    prices: (billing_quantum: "60s", load_balancer: Price("0.5 USD/day"), date: "2026-08-22"),
    expect: [WaitAtMost(percentile: 95, limit: "1h"), CostAtMost(limit: "100 USD"), UtilisationAtLeast(share: 0.1), FailedAtMost(0)],
    workload: (
        jobs: [(submit: "1h", service: "2h", nodes: 2, repeat: 3, cancel: "9h", timeout: "3h", checkpoint: "10m", declared: "2h", priority: 4)],
        classes: [
            (name: "a", arrivals: Poisson(per_hour: 2), service: LogNormal(mean: "1h", cv: 1.5), batch: Geometric(mean: 1.5), from: "1h", to: "20h", cluster: "gpu"),
            (name: "b", arrivals: MarkovModulated([(per_hour: 3, mean_stay: "1h")]), service: HyperExponential([(weight: 0.5, mean: "5m")]), jobs: 20, declared_factor: 2.5),
            (name: "c", arrivals: Every(period: "1h", offset: "5m"), service: BoundedPareto(low: "1m", high: "2h", shape: 1.1), nodes: Choice([(value: 1, weight: 2)]), jobs: 9),
        ],
        window: (from: "10m", to: "30h"), keep: 0.9, load_factor: 1.1,
    ),
)"#;

/// Every number and every duration of a text, one after another in place of what stands there.
fn with_extremes(mut see: impl FnMut(&str)) {
    let numbers = ["0", "1", "18446744073709551615", "4294967296", "-1", "1e308", "NaN", "inf", "0.0001"];
    let spans = ["0s", "1ms", "1s", "400w", "26000w", "499d12h"];
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    for (start, _) in RICH.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
        if RICH[..start].ends_with(word) {
            continue;
        }
        let end = start + RICH[start..].find(|c| !word(c)).unwrap_or_default();
        let quoted = RICH[..start].ends_with('"') && RICH[end..].starts_with('"');
        for with in if quoted { &spans[..] } else { &numbers[..] } {
            see(&format!("{}{with}{}", &RICH[..start], &RICH[end..]));
        }
    }
}

#[test]
fn extreme_numbers_give_errors_or_a_clean_input_and_never_a_panic() {
    assert_eq!(lowered(RICH).warnings.iter().map(|d| d.code).collect::<Vec<_>>(), []);
    let (mut fine, mut refused) = (0, 0);
    with_extremes(|text| match load_source(&source(text), PathBuf::new()) {
        Ok((_, lowered)) => {
            assert_eq!(lowered.input.refusals(), [], "{text}");
            fine += 1;
        }
        Err(found) => {
            assert!(Diagnostic::any_error(&found), "{text}");
            assert!(found.iter().all(|d| d.span.is_some()), "{}", render(&found, false));
            refused += 1;
        }
    });
    assert!(fine > 100 && refused > 200, "{fine} fine, {refused} refused");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]
    #[test]
    fn no_mutation_makes_it_panic(at in 0..RICH.len(), len in 0..12_usize, with in "[()\\[\\]{}\"',:\\-0a9.]{0,3}") {
        let end = (at + len).min(RICH.len());
        let text = format!("{}{with}{}", &RICH[..at], &RICH[end..]);
        if let Err(found) = load_source(&source(&text), PathBuf::new()) {
            let _ = (render(&found, true), crate::diagnostic::to_json(&found));
        }
    }
}

/// Jobs as far as a change of the load leaves them.
fn jobs_of(loaded: &Loaded, replication: u64) -> Vec<(Tick, Tick)> {
    let lowered = loaded.lower(None, replication).unwrap_or_else(|found| panic!("{}", render(&found, false)));
    lowered.input.jobs.iter().map(|job| (job.submit, job.service)).collect()
}

#[test]
fn replications_of_a_log_do_not_depend_on_what_was_lowered_before() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/first-look.ron");
    let load = || load_file(&path).unwrap_or_else(|found| panic!("{}", render(&found, false)));
    let (loaded, first) = load();
    assert_eq!(first.resampled.iter().map(|log| log.weeks).collect::<Vec<_>>(), [4]);
    let (zero, one, two) = (jobs_of(&loaded, 0), jobs_of(&loaded, 1), jobs_of(&loaded, 2));
    assert!(zero != one && one != two && zero != two);
    assert_eq!(first.input.jobs.len(), zero.len());
    assert_eq!((jobs_of(&loaded, 1), jobs_of(&loaded, 0)), (one.clone(), zero.clone()));
    assert_eq!(jobs_of(&load().0, 2), two, "another process starts with any replication");

    // A change of the load shares what was read, and gets the same weeks.
    let twice = loaded.changed(|scenario| scenario.workload.load_factor = Some(2.0)).unwrap();
    assert!(Arc::ptr_eq(&twice.gathered, &loaded.gathered) && !Arc::ptr_eq(&twice.fixed, &loaded.fixed));
    for (replication, jobs) in [(0, &zero), (1, &one), (2, &two)] {
        let expected: Vec<_> = jobs.iter().map(|(submit, service)| (submit.div_ceil(2), *service)).collect();
        assert_eq!(jobs_of(&twice, replication), expected);
    }
    let never = |scenario: &mut Scenario| {
        scenario.workload.logs[0].resample = crate::scenario::schema::Resample::Never;
    };
    let never = loaded.changed(never).unwrap();
    assert!(!Arc::ptr_eq(&never.gathered, &loaded.gathered));
    assert_eq!(jobs_of(&never, 1), zero);
    assert_eq!(jobs_of(&never, 0), zero);
}
