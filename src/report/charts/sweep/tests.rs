//! Titles say what the numbers say, cells show the configuration that the rule names, and no text covers another.

use super::*;
use crate::chart::{Anchor, FieldCell, Item, Mark, Theme, layout, svg, width};
use crate::stats::surface::{Factor, Level};
use std::path::Path;

fn level(text: &str, number: Option<f64>) -> Level {
    Level { text: text.to_owned(), number }
}

fn numbers(label: &str, of: impl Iterator<Item = f64>) -> Factor {
    let levels = of.map(|n| level(&format!("{n}"), Some(n))).collect();
    Factor { column: label.to_owned(), label: label.to_owned(), levels }
}

fn times(label: &str, minutes: &[f64]) -> Factor {
    let levels = minutes.iter().map(|m| level(&duration_s(m * 60.0), Some(m * 60.0))).collect();
    Factor { column: format!("{label}_s"), label: label.to_owned(), levels }
}

fn names(label: &str, of: &[&str]) -> Factor {
    let levels = of.iter().map(|n| level(n, None)).collect();
    Factor { column: label.to_owned(), label: label.to_owned(), levels }
}

/// A number from 0 to 1 that looks like chance.
fn chance(seed: u64) -> f64 {
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03;
    for _ in 0..3 {
        x ^= x >> 29;
        x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    }
    (x >> 11) as f64 / (1_u64 << 53) as f64
}

/// A full grid; `of` gives cost and latency for the numbers of the levels (their place where they have none).
pub(super) fn sketch(
    factors: Vec<Factor>,
    replications: usize,
    limit_s: f64,
    of: impl Fn(&[f64]) -> (f64, f64),
) -> Surface {
    let sizes: Vec<usize> = factors.iter().map(|f| f.levels.len()).collect();
    let (mut points, mut all, mut objectives) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..sizes.iter().product::<usize>() {
        let mut rest = index;
        let mut own = vec![0_u32; sizes.len()];
        for (k, n) in sizes.iter().enumerate().rev() {
            own[k] = (rest % n) as u32;
            rest /= n;
        }
        let values: Vec<f64> = own
            .iter()
            .zip(&factors)
            .map(|(&l, f)| f.levels[l as usize].number.unwrap_or(f64::from(l)))
            .collect();
        let (cost, latency_s) = of(&values);
        let list: Vec<f64> = (0..replications)
            .map(|r| {
                let common = chance(r as u64) - 0.5;
                let single = chance((index * 1000 + r) as u64 + 7) - 0.5;
                if replications > 1 { cost * (1.0 + 0.1 * common + 0.02 * single) } else { cost }
            })
            .collect();
        let mean = list.iter().sum::<f64>() / replications as f64;
        let excess = (latency_s / limit_s - 1.0).max(0.0);
        let verdict = if excess > 0.0 { Verdict::Misses } else { Verdict::Meets };
        points.push(Point { index: index as u64, verdict, objective: mean, cost: mean, latency_s, excess });
        all.extend(own);
        objectives.extend(list);
    }
    let today_levels: Vec<Option<u32>> = sizes.iter().map(|n| Some((n / 3) as u32)).collect();
    let today = sizes.iter().zip(&today_levels).fold(0, |at, (n, l)| at * n + l.unwrap() as usize);
    Surface {
        today: points[today].clone(),
        today_objectives: objectives[today * replications..][..replications].to_vec(),
        today_levels,
        factors,
        points,
        levels: all,
        replications,
        objectives,
        objective_name: "cost".into(),
        objective_unit: "USD/week".into(),
        cost_unit: "USD/week".into(),
        latency_name: "p95 wait".into(),
        latency_limit_s: Some(limit_s),
        constraints: vec![format!("p95 wait ≤ {}", duration_s(limit_s))],
    }
}

/// A cluster as a formula: nodes, time idle [s].
fn cluster(nodes: f64, idle_s: f64) -> (f64, f64) {
    let cost = 120.0 + 2.2 * nodes + 9.0 * libm::sqrt(idle_s / 60.0) + 400.0 / nodes;
    let wait =
        60.0 + 40_000.0 / (nodes * nodes) * 60.0 / (1.0 + idle_s / 900.0) + 240.0 / (1.0 + idle_s / 300.0);
    (cost, wait)
}

fn two() -> Surface {
    let factors = vec![
        numbers("max_nodes", (1..=10).map(|n| f64::from(n) * 6.0)),
        times("idle_time", &[2.0, 5.0, 10.0, 20.0, 30.0, 60.0]),
    ];
    sketch(factors, 1, 1200.0, |v| cluster(v[0], v[1]))
}

fn three(replications: usize) -> Surface {
    let factors = vec![
        numbers("max_nodes", (1..=8).map(|n| f64::from(n) * 6.0)),
        times("idle_time", &[2.0, 10.0, 30.0, 60.0]),
        names("tier", &["Dedicated", "LowPriority"]),
    ];
    sketch(factors, replications, 1200.0, |v| {
        let (cost, wait) = cluster(v[0], v[1]);
        if v[2] > 0.5 { (cost * 0.6, wait * 1.7) } else { (cost, wait) }
    })
}

fn five(limit_s: f64) -> Surface {
    let factors = vec![
        numbers("max_nodes", (1..=12).map(|n| f64::from(n) * 5.0)),
        times("idle_time", &[2.0, 10.0, 30.0, 60.0]),
        names("tier", &["Dedicated", "LowPriority"]),
        names("vm_size", &["Standard_D4s_v5", "Standard_D8s_v5", "Standard_F16s_v2"]),
        numbers("min_nodes", (0..4).map(f64::from)),
    ];
    sketch(factors, 1, limit_s, |v| {
        let (cost, wait) = cluster(v[0], v[1]);
        let (cost, wait) = if v[2] > 0.5 { (cost * 0.6, wait * 1.7) } else { (cost, wait) };
        (cost * (1.0 + 0.4 * v[3]) + 9.0 * v[4], wait / (1.0 + 0.5 * v[3]) / (1.0 + 0.1 * v[4]))
    })
}

fn many() -> Surface {
    let factors = vec![
        numbers("max_nodes", (1..=60).map(f64::from)),
        times("idle_time", &(1..=40).map(f64::from).collect::<Vec<_>>()),
    ];
    sketch(factors, 1, 1200.0, |v| cluster(v[0], v[1]))
}

fn choices() -> Surface {
    let factors = vec![
        names("vm_size", &["Standard_D4s_v5", "Standard_D8s_v5", "Standard_F16s_v2", "Standard_E32ads_v5"]),
        names("tier", &["Dedicated", "LowPriority"]),
    ];
    let mut s = sketch(factors, 20, 1200.0, |v| {
        ((1.0 + v[0]) * 100.0 / (1.0 + v[1]), 2400.0 / (1.0 + v[0]) * (1.0 + 0.4 * v[1]))
    });
    s.points[7].verdict = Verdict::Rejects;
    s
}

fn one() -> Surface {
    sketch(vec![numbers("max_nodes", (1..=16).map(|n| f64::from(n) * 4.0))], 20, 1200.0, |v| {
        cluster(v[0], 600.0)
    })
}

fn recommended(s: &Surface) -> Option<usize> {
    best::ranked(s, 1).first().copied()
}

/// Surfaces of every kind, by name.
fn kinds() -> Vec<(&'static str, Surface)> {
    let mut never = two();
    for p in &mut never.points {
        p.verdict = Verdict::Rejects;
    }
    let mut free = two();
    for p in &mut free.points {
        p.cost = f64::NAN;
        p.latency_s = f64::INFINITY;
    }
    let mut off = two();
    off.today_levels[0] = None;
    off.points[3].verdict = Verdict::NotSettled;
    off.points[4].verdict = Verdict::NotSettled;
    vec![
        ("one", one()),
        ("two", two()),
        ("off", off),
        ("three", three(1)),
        ("three-r20", three(20)),
        ("five", five(1200.0)),
        ("five-none", five(10.0)),
        ("many", many()),
        ("choices", choices()),
        ("ruled-out", never),
        ("no-cost", free),
    ]
}

fn figures(s: &Surface) -> Vec<NamedFigure> {
    SweepChart::ALL.into_iter().flat_map(|chart| of_sweep(s, recommended(s), chart)).collect()
}

/// Pictures of all kinds into the folder that `NODETIDE_GALLERY` names, to be looked at.
#[test]
#[ignore = "writes pictures to be looked at; NODETIDE_GALLERY names the folder"]
fn gallery() {
    let Some(folder) = std::env::var_os("NODETIDE_GALLERY") else { return };
    std::fs::create_dir_all(&folder).unwrap();
    for (kind, s) in kinds() {
        for named in figures(&s) {
            for (size, theme) in [
                ((960, 540), Theme::Light),
                ((960, 540), Theme::Dark),
                ((400, 360), Theme::Light),
                ((480, 900), Theme::Light),
            ] {
                let name = format!("{kind}-{}-{}-{}.svg", named.stem, size.0, theme.as_str());
                std::fs::write(Path::new(&folder).join(name), svg(&layout(&named.figure, size, theme)))
                    .unwrap();
            }
        }
    }
}
