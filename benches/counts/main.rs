//! What a configuration-job costs the kernel in turns, operations and words of memory, and how much of a warp is idle
//! because its lanes do different things: the figures that a choice between designs needs and that no clock gives.
//!
//! `cargo bench --bench counts` runs case A's workload on any adapter, a software driver included (`GALLIVM_PERF=nopt`
//! makes that one's compiler faster). The figures do not depend on the adapter. `NODETIDE_COUNT_JOBS=n` takes fewer
//! jobs.

#[path = "../engine/cases.rs"]
#[allow(dead_code, reason = "the engine's benchmark uses the rest")]
mod cases;
mod instrument;

use instrument::instrument;
use nodetide::engine::{Model, Settings};
use nodetide::sweep::Configuration;
use nodetide::sweep::gpu::{Adapter, Design, Device, Kernel, adapters, source};
use std::ops::ControlFlow;

/// Neighbours that share the turns of one loop.
const WARP: usize = 32;

/// Warps that are looked at, evenly spaced among 65,536 configurations.
const WARPS: usize = 4;
const ALL: usize = 65_536;

/// Words of a configuration's histograms, which hold the counts here: a table by phase, then words by turn.
const WORDS: usize = 2 * 1664;
const ENTRY: usize = 5;
const TABLE: usize = 16 * ENTRY;
const WINDOW: usize = WORDS - TABLE;

/// Phases of the kernel that are steps; the last is the loop around them.
const PHASES: [&str; 15] = [
    "initial",
    "between",
    "outside changes",
    "completions",
    "evictions",
    "transitions",
    "submissions",
    "cancellations",
    "dispatch",
    "down",
    "up",
    "next due, end of instant",
    "finish",
    "",
    "the loop itself",
];
const LOOP: usize = 14;

/// What the text gets beside the kernel's.
const COUNTING: &str = "
var<private> ops: u32;
var<private> reads: u32;
var<private> writes: u32;
var<private> passes: u32;
var<private> turn_ops: u32;
var<private> mask: u32;
var<private> current: u32;

// What was counted since the last time goes to the present phase.
fn flush(next: u32) {
    if leads() {
        let at = wait_histogram() + 5u * current;
        histograms[at] += select(0u, 1u, next != current);
        histograms[at + 1u] += ops;
        histograms[at + 2u] += reads;
        histograms[at + 3u] += writes;
        histograms[at + 4u] += passes;
    }
    turn_ops += ops;
    ops = 0u;
    reads = 0u;
    writes = 0u;
    passes = 0u;
    current = next;
}

fn visits(phase: u32) -> bool {
    flush(14u);
    ops += 1u;
    if s.phase == phase {
        mask |= 1u << phase;
        current = phase;
        return true;
    }
    return false;
}

// A turn ends. `last_cancelled` is not used by this workload and counts turns, `wait_limit` says which are wanted.
fn end_turn() {
    flush(14u);
    let turn = s.last_cancelled;
    if leads() && turn >= c.wait_limit && turn - c.wait_limit < WINDOWu {
        histograms[wait_histogram() + TABLEu + turn - c.wait_limit] = mask | (turn_ops << 14u);
    }
    s.last_cancelled = turn + 1u;
    mask = 0u;
    turn_ops = 0u;
}
";

/// The kernel with counters. Also the operations of one pass of the loop over what falls due.
fn counting(design: Design, lanes: u32) -> (String, u32) {
    let mut text =
        source::kernel(design).replace("@workgroup_size(WIDTH)", &format!("@workgroup_size({lanes})"));
    let mut replace = |right: &str, wrong: &str, times: usize| {
        assert_eq!(text.matches(right).count(), times, "{right:?}");
        text = text.replace(right, wrong);
    };
    for name in [
        "INITIAL",
        "BETWEEN",
        "OUTSIDE",
        "COMPLETIONS",
        "EVICTIONS",
        "TRANSITIONS",
        "SUBMISSIONS",
        "CANCELS",
        "DISPATCH",
        "DOWN",
        "UP",
        "NEXT",
        "FINISH",
    ] {
        replace(&format!("        if s.phase == {name} "), &format!("        if visits({name}) "), 1);
    }
    replace(
        "            s.phase = DONE;\n            break;\n        }\n",
        "            s.phase = DONE;\n            end_turn();\n            break;\n        }\n        end_turn();\n",
        1,
    );
    replace("        fuel -= TURN;\n", "        fuel -= TURN;\n        current = 14u;\n", 1);
    // Histograms have another use here.
    replace(
        "histograms[histogram + bucket] += 1u;",
        "histograms[wait_histogram() + 2u * BUCKETS - 1u] += bucket;",
        1,
    );
    let due = text.find("fn due_set").expect("the kernel sets what falls due");
    let (before, after) = text.split_at(due);
    // The files of a design come last.
    let due = after.replace("fuel -= 1;", "fuel -= 1;\n        passes += 1u;");
    let window = (WINDOW - 1).to_string();
    let counting = COUNTING.replace("WINDOWu", &format!("{window}u")).replace("TABLEu", &format!("{TABLE}u"));
    instrument(&format!("{before}{due}{counting}"), &["flush", "visits", "end_turn", "main"])
}

/// What was counted for one configuration.
struct Counted {
    /// Visits, operations, reads, writes, passes over what falls due, by phase.
    table: Vec<[u64; ENTRY]>,
    /// Phases of each turn as bits, and its operations.
    turns: Vec<(u32, u32)>,
}

fn model(jobs: usize, window: usize) -> Model {
    let mut input = cases::case_a(jobs);
    input.clusters[0].communication_limit = 1000;
    input.wait_limit = Some(window as u32);
    Model::new(input).expect("case A is a valid input")
}

/// As in `benches/sweep`: warps among its 65,536 configurations.
fn configurations(own: Settings) -> Vec<Configuration> {
    let warps = (0..WARPS).map(|w| (2 * w + 1) * ALL / (2 * WARPS) / WARP * WARP);
    warps
        .flat_map(|from| from..from + WARP)
        .map(|i| {
            let max_nodes = 80 + (i * 40 / ALL) as u32;
            let idle_time = 60_000 + (i % 64) as u32 * 5_000;
            Configuration { model: 0, settings: Box::new([Settings { max_nodes, idle_time, ..own }]) }
        })
        .collect()
}

/// Counts, window after window until every turn is there.
fn count(adapter: &Adapter, design: Design, jobs: usize, only_table: bool) -> (Vec<Counted>, u32) {
    let lanes = adapter.lanes().unwrap_or(WARP as u32);
    let (text, pass) = counting(design, lanes);
    let device = Device::open_for(adapter, design).expect("the adapter opens");
    let mut kernel = Kernel::with_source(device, design, &text).expect("the kernel is accepted");
    let mut list: Vec<Counted> = Vec::new();
    for window in 0.. {
        let model = model(jobs, window * (WINDOW - 1));
        let configurations = configurations(model.settings()[0]);
        let mut go_on = |_| ControlFlow::Continue(());
        let results = kernel.run(&[model], &configurations, &mut go_on).expect("the kernel runs");
        let mut more = false;
        for (i, result) in results.iter().enumerate() {
            let cluster = &result.clusters[0];
            let counts = [cluster.wait_histogram.counts(), cluster.turnaround_histogram.counts()];
            let words: Vec<u32> = counts.into_iter().flatten().copied().collect();
            if window == 0 {
                let entry = |e: &[u32]| std::array::from_fn(|k| u64::from(e[k]));
                let table = words[..TABLE].chunks(ENTRY).map(entry).collect();
                list.push(Counted { table, turns: Vec::new() });
            }
            let turns: Vec<_> = words[TABLE..WORDS - 1]
                .iter()
                .take_while(|w| **w != 0)
                .map(|w| (w & 0x3fff, w >> 14))
                .collect();
            more |= turns.len() == WINDOW - 1;
            list[i].turns.extend(turns);
        }
        if only_table || !more {
            return (list, pass);
        }
    }
    unreachable!("windows end with the turns")
}

/// Sum over configurations, by job.
fn per_job(list: &[Counted], jobs: usize, of: impl Fn(&Counted) -> u64) -> f64 {
    list.iter().map(of).sum::<u64>() as f64 / (list.len() * jobs) as f64
}

fn total(counted: &Counted, k: usize) -> u64 {
    counted.table.iter().map(|entry| entry[k]).sum()
}

fn main() {
    // `cargo test --benches` asks for nothing.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let jobs = std::env::var("NODETIDE_COUNT_JOBS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let Some(adapter) = adapters().into_iter().next() else {
        println!("no adapter: nothing is counted");
        return;
    };
    println!("case A, {} of {ALL} configurations x {jobs} jobs, counted on {}", WARPS * WARP, adapter.name);
    let (list, _) = count(&adapter, Design::Invocation, jobs, false);
    println!("\n{}, for each job:", Design::Invocation);
    table(&list, jobs);
    let ops = per_job(&list, jobs, |c| total(c, 1));
    println!("in all {ops:.0} operations");
    let efficiency = warps(&list);
    println!(
        "so a warp issues at least {:.1} operations for each job of each of its lanes",
        ops / WARP as f64 / efficiency
    );
    let Some(lanes) = adapter.lanes() else {
        println!("the adapter has no subgroups of a fixed size: the other design is not counted");
        return;
    };
    let (list, pass) = count(&adapter, Design::Subgroup, jobs, true);
    println!("\n{}, {lanes} lanes, for each job:", Design::Subgroup);
    table(&list, jobs);
    let ops = per_job(&list, jobs, |c| total(c, 1));
    let passes = per_job(&list, jobs, |c| total(c, 4));
    // 128 slots: each lane of 32 has four.
    let at_32 = ops - passes * f64::from(pass) * (1.0 - f64::from(lanes) / WARP as f64);
    println!("in all {ops:.0} operations; {passes:.0} passes of {pass}, so with {WARP} lanes {at_32:.0}");
    println!("so a warp issues {at_32:.0} operations for each job of its configuration");
}

fn table(list: &[Counted], jobs: usize) {
    println!(
        "{:26} {:>8} {:>10} {:>10} {:>8} {:>8} {:>8}",
        "phase", "visits", "operations", "a visit", "reads", "writes", "passes"
    );
    for (phase, name) in PHASES.iter().enumerate() {
        let of = |k: usize| per_job(list, jobs, |c| c.table[phase][k]);
        if of(1) > 0.0 {
            let visits = if phase == LOOP { per_job(list, jobs, |c| c.turns.len() as u64) } else { of(0) };
            let each = if visits > 0.0 { format!("{:.0}", of(1) / visits) } else { String::new() };
            println!(
                "{name:26} {visits:8.3} {:10.1} {each:>10} {:8.2} {:8.2} {:8.2}",
                of(1),
                of(2),
                of(3),
                of(4)
            );
        }
    }
    let of = |k: usize| per_job(list, jobs, |c| total(c, k));
    println!("{:26} {:8} {:10.1} {:10} {:8.2} {:8.2} {:8.2}", "in all", "", of(1), "", of(2), of(3), of(4));
}

/// What lanes of a warp wait for each other, if they take their turns together. Returns the share of its issue slots in
/// which a lane works, at most.
fn warps(list: &[Counted]) -> f64 {
    // What a visit costs on average.
    let sum = |phase: usize, k: usize| list.iter().map(|c| c.table[phase][k]).sum::<u64>() as f64;
    let turns: usize = list.iter().map(|c| c.turns.len()).sum();
    let visits = |phase: usize| if phase == LOOP { turns as f64 } else { sum(phase, 0) };
    let cost: Vec<f64> =
        (0..PHASES.len()).map(|p| if visits(p) > 0.0 { sum(p, 1) / visits(p) } else { 0.0 }).collect();
    let of_mask = |mask: u32| -> f64 {
        cost[LOOP] + (0..LOOP).filter(|p| mask >> p & 1 != 0).map(|p| cost[p]).sum::<f64>()
    };
    let (mut longest, mut worked, mut slots, mut slots_at_least) = (0, 0.0, 0.0, 0.0);
    let mut operations = 0.0;
    for warp in list.chunks(WARP) {
        let turns = warp.iter().map(|c| c.turns.len()).max().unwrap_or(0);
        longest += turns * WARP;
        for turn in 0..turns {
            let lanes = || warp.iter().filter_map(|c| c.turns.get(turn));
            worked += lanes().map(|(mask, _)| of_mask(*mask)).sum::<f64>();
            slots += WARP as f64 * of_mask(lanes().fold(0, |all, (mask, _)| all | mask));
            operations += lanes().map(|(_, ops)| f64::from(*ops)).sum::<f64>();
            slots_at_least += WARP as f64 * f64::from(lanes().map(|(_, ops)| *ops).max().unwrap_or(0));
        }
    }
    let share = |a: f64, b: f64| format!("{:.1} %", 100.0 * a / b);
    println!("lanes of a warp have turns left: {}", share(turns as f64, longest as f64));
    println!(
        "operations of a lane, of those of the steps that any lane takes in a turn: {}",
        share(worked, slots)
    );
    println!(
        "operations of a lane, of those of the lane that has most in a turn: {}",
        share(operations, slots_at_least)
    );
    // Each leaves out something that the other has, so the efficiency is below both.
    (worked / slots).min(operations / slots_at_least)
}
