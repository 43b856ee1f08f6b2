//! Traces keep the rules of the format, and add up to what the run says.

use super::check::{Entry, check};
use super::trace;
use crate::engine::output::{Outcome, Reason, State};
use crate::report::files::runs::{all, eventful};
use crate::report::fixture::{Fixture, small};
use std::collections::BTreeMap;

fn written(f: &Fixture) -> String {
    let mut out = Vec::new();
    trace(&mut out, &f.context, &f.result, &f.recording).unwrap();
    String::from_utf8(out).unwrap()
}

fn entries(f: &Fixture) -> Vec<Entry> {
    check(&written(f)).unwrap_or_else(|rule| panic!("{rule}"))
}

#[test]
fn the_eventful_run_is_one() {
    let f = eventful();
    let sum = |of: fn(&crate::engine::output::ClusterResult) -> u64| -> u64 {
        f.result.clusters.iter().map(of).sum()
    };
    assert!(sum(|c| c.evictions) > 5, "{}", sum(|c| c.evictions));
    assert!(sum(|c| c.restarts) > 3 && sum(|c| c.boot_failures) > 1);
    assert!(sum(|c| c.withdrawn) > 0 && sum(|c| c.refused_updates) > 0);
    for outcome in [
        Outcome::Completed,
        Outcome::TimedOut,
        Outcome::Cancelled,
        Outcome::Rejected,
        Outcome::FailedEviction,
        Outcome::Queued,
        Outcome::Running,
    ] {
        let n: u64 = f.result.clusters.iter().map(|c| c.outcomes[outcome as usize]).sum();
        assert!(n > 0, "{outcome:?}");
    }
}

#[test]
fn traces_keep_the_rules_of_the_format() {
    for f in all() {
        let entries = entries(&f);
        for phase in ["M", "X", "C"] {
            assert!(entries.iter().any(|e| e["ph"] == phase), "{phase}");
        }
    }
    let entries = entries(&eventful());
    for phase in ["i", "b", "e", "s", "f"] {
        assert!(entries.iter().any(|e| e["ph"] == phase), "{phase}");
    }
}

#[test]
fn same_run_same_bytes() {
    assert_eq!(written(&eventful()), written(&eventful()));
}

/// Sum of slices by process and name [µs].
fn slices(entries: &[Entry], cat: &str) -> BTreeMap<(u64, String), u64> {
    let mut sums = BTreeMap::new();
    for e in entries.iter().filter(|e| e["ph"] == "X" && e["cat"] == cat) {
        let key = (e["pid"].as_u64().unwrap(), e["name"].as_str().unwrap().to_owned());
        *sums.entry(key).or_default() += e["dur"].as_u64().unwrap();
    }
    sums
}

#[test]
fn slices_of_states_sum_to_the_node_time() {
    for f in all() {
        let sums = slices(&entries(&f), "node");
        for (pid, cluster) in (1u64..).zip(&f.result.clusters) {
            for (state, ticks) in State::ALL.iter().zip(cluster.node_ticks) {
                let drawn = sums.get(&(pid, state.as_str().to_owned())).copied().unwrap_or(0);
                assert_eq!(drawn, ticks * 1_000_000, "{state:?} of cluster {pid}");
            }
        }
    }
}

#[test]
fn slices_of_jobs_are_starts_times_nodes_and_sum_to_the_running_time() {
    for f in all() {
        let entries = entries(&f);
        let jobs: Vec<&Entry> = entries.iter().filter(|e| e["ph"] == "X" && e["cat"] == "job").collect();
        let starts: u64 = f
            .recording
            .jobs
            .iter()
            .zip(&f.context.jobs)
            .map(|(record, job)| u64::from(record.attempts) * u64::from(job.nodes))
            .sum();
        assert_eq!(jobs.len() as u64, starts);
        let drawn: u64 = jobs.iter().map(|e| e["dur"].as_u64().unwrap()).sum();
        let running: u64 = f.result.clusters.iter().map(|c| c.node_ticks[State::Running as usize]).sum();
        assert_eq!(drawn, running * 1_000_000);
        // A gang has one name, one begin and one end.
        let mut gangs: BTreeMap<(u64, u64), Vec<&Entry>> = BTreeMap::new();
        for e in jobs {
            let key = (e["args"]["job"].as_u64().unwrap(), e["args"]["attempt"].as_u64().unwrap());
            gangs.entry(key).or_default().push(e);
        }
        for ((job, _), gang) in gangs {
            assert_eq!(gang.len() as u64, u64::from(f.context.jobs[job as usize].nodes));
            assert!(gang.iter().all(|e| e["ts"] == gang[0]["ts"] && e["dur"] == gang[0]["dur"]));
        }
    }
}

#[test]
fn waits_sum_to_queue_length_times_time() {
    for f in all() {
        let mut sums: BTreeMap<u64, i128> = BTreeMap::new();
        for e in entries(&f).iter().filter(|e| e["cat"] == "queue" && e["ph"] != "X") {
            let ts = i128::from(e["ts"].as_u64().unwrap());
            *sums.entry(e["pid"].as_u64().unwrap()).or_default() += if e["ph"] == "e" { ts } else { -ts };
        }
        for (pid, cluster) in (1u64..).zip(&f.result.clusters) {
            let drawn = sums.get(&pid).copied().unwrap_or(0);
            assert_eq!(drawn, i128::from(cluster.queue_ticks) * 1_000_000, "cluster {pid}");
        }
    }
}

#[test]
fn what_the_queue_waits_for_is_that_of_the_timeline() {
    for f in all() {
        let mut expected: BTreeMap<(u64, String), u64> = BTreeMap::new();
        for (c, _) in f.context.clusters.iter().enumerate() {
            let rows: Vec<_> = f.recording.timeline.iter().filter(|r| r.cluster as usize == c).collect();
            for (i, row) in rows.iter().enumerate() {
                let to = rows.get(i + 1).map_or(f.result.end, |next| next.t);
                if let Some(reason) = row.reason.filter(|_| to > row.t) {
                    let key = (c as u64 + 1, Reason::as_str(reason).to_owned());
                    *expected.entry(key).or_default() += u64::from(to - row.t) * 1_000_000;
                }
            }
        }
        assert_eq!(slices(&entries(&f), "queue"), expected);
    }
}

#[test]
fn counters_are_those_of_the_timeline() {
    let f = eventful();
    let entries = entries(&f);
    let mut now: BTreeMap<(u64, &str), &serde_json::Value> = BTreeMap::new();
    let mut counters = entries.iter().filter(|e| e["ph"] == "C").peekable();
    for (i, row) in f.recording.timeline.iter().enumerate() {
        let ts = u64::from(row.t) * 1_000_000;
        let pid = u64::from(row.cluster) + 1;
        // The values at the end of the run come after all rows.
        while let Some(e) = counters.next_if(|e| e["ts"] == ts && e["pid"] == pid) {
            now.insert((pid, e["name"].as_str().unwrap()), &e["args"]);
        }
        for (state, n) in State::ALL.iter().zip(row.nodes) {
            assert_eq!(now[&(pid, "nodes")][state.as_str()], n, "row {i}");
        }
        assert_eq!(now[&(pid, "queued")]["jobs"], row.queued_jobs);
        assert_eq!(now[&(pid, "queued")]["nodes"], row.queued_nodes);
        assert_eq!(now[&(pid, "size")]["target"], row.target);
        assert_eq!(now[&(pid, "size")]["limit"], row.limit);
    }
}

#[test]
fn instants_and_arrows_are_as_many_as_things_happened() {
    let f = eventful();
    let entries = entries(&f);
    let count = |phase: &str, name: &str| {
        entries.iter().filter(|e| e["ph"] == phase && e["name"] == name).count() as u64
    };
    let sum = |of: fn(&crate::engine::output::ClusterResult) -> u64| -> u64 {
        f.result.clusters.iter().map(of).sum()
    };
    assert_eq!(count("i", "evicted"), sum(|c| c.evictions));
    assert_eq!(count("i", "withdrawn"), sum(|c| c.withdrawn));
    assert_eq!(count("i", "boot failed"), sum(|c| c.boot_failures));
    assert_eq!(count("i", "restart"), sum(|c| c.restarts));
    assert_eq!(count("s", "restart"), sum(|c| c.restarts));
    assert_eq!(count("f", "restart"), sum(|c| c.restarts));
    assert_eq!(count("i", "update refused"), sum(|c| c.refused_updates));
    assert_eq!(count("b", "lock: ReadOnly") + count("b", "lock: CanNotDelete"), 2);
}

#[test]
fn a_small_run_is_drawn_as_it_was() {
    let f = small(1, Vec::new());
    let drawn: Vec<String> = entries(&f)
        .iter()
        .filter(|e| e["ph"] == "X" && e["tid"] == 1000)
        .map(|e| format!("{} {} {}", e["name"].as_str().unwrap(), e["ts"], e["dur"]))
        .collect();
    let expected = [
        "preparing 0 60000000",
        "running 60000000 130000000",
        "job 0 60000000 130000000",
        "idle 190000000 120000000",
    ];
    assert_eq!(drawn, expected);
    let text = written(&f);
    assert!(text.contains(
        r#""args":{"job":0,"team":"red","nodes":1,"attempt":1,"wait_s":60.0,"ended":"completed"}"#
    ));
    assert!(text.contains("job 2 rejected"));
}

/// The checker itself: each mistake is found.
#[test]
fn broken_traces_are_refused() {
    let good = written(&eventful());
    let slice =
        good.lines().find(|l| l.contains(r#""ph":"X""#) && l.contains(r#""name":"running""#)).unwrap();
    let dur = slice.split_once(r#""dur":"#).unwrap().1.split_once(',').unwrap().0;
    let name = |what: &str| good.lines().find(|l| l.contains(what)).unwrap().to_owned();
    // By a microsecond into the next one.
    let more = dur.parse::<u64>().unwrap() + 1;
    let longer = slice.replace(&format!(r#""dur":{dur}"#), &format!(r#""dur":{more}"#));
    let end = name(r#""ph":"e""#);
    let flow = name(r#""ph":"f""#);
    let counter = name(r#""allocating":0"#);
    for (rule, from, to) in [
        ("nest", slice, longer.as_str()),
        ("dur", slice, &slice.replace(r#""dur""#, r#""duration""#)),
        ("whole number", slice, &slice.replace(r#""ts":"#, r#""ts":-"#)),
        ("kinds", slice, &slice.replace(r#""ph":"X""#, r#""ph":"Q""#).replace(r#""dur""#, r#""d""#)),
        ("thread", slice, &slice.replace(r#""tid":"#, r#""tid":77"#)),
        ("does not end", &format!("{end}\n"), ""),
        ("one begin and one end", &format!("{flow}\n"), ""),
        ("around it", &flow, &flow.replace(r#""bp":"e""#, r#""bp":"n""#)),
        ("numbers", &counter, &counter.replace(r#""allocating":0"#, r#""allocating":"0""#)),
        ("no JSON", &good, &good[..good.len() / 2]),
    ] {
        assert!(good.contains(from), "{rule}: {from}");
        let broken = good.replacen(from, to, 1);
        assert_ne!(broken, good, "{rule}");
        let found = check(&broken).expect_err(rule);
        assert!(found.contains(rule), "{rule}: {found}");
    }
    check(&good).unwrap();
}
