//! Simulated figures against queueing theory.
//!
//! Each system has a mapping onto the cluster's settings, a theory that shares no code with the engine
//! (closed forms in `formulas`, Markov chains in `autoscaler` and `gangs`, solved by `chain`), and figures
//! with exact values. `check` states the statistical test. `docs/theory.md` has the sources and a table of
//! results; this prints it anew:
//!
//! ```sh
//! cargo test --test theory -- --nocapture
//! ```

mod autoscaler;
mod canaries;
mod chain;
mod check;
mod formulas;
mod gangs;
mod simulate;
mod systems;

use check::{Comparison, table};
use simulate::System;

/// All systems, by family.
const FAMILIES: [fn() -> Vec<System>; 7] = [
    systems::exponential_service,
    systems::constant_service,
    systems::set_up,
    systems::one_node,
    systems::timeout,
    systems::gangs,
    systems::evictions,
];

/// Simulates systems one after another, prints their table, and fails if a figure does.
fn verify(systems: &[System]) {
    let comparisons: Vec<Comparison> = systems.iter().flat_map(|s| s.compare(&s.windows())).collect();
    let table = table(&comparisons);
    println!("{table}");
    assert!(comparisons.iter().all(Comparison::passes), "a figure is not that of the theory:\n{table}");
}

#[test]
fn exponential_service() {
    verify(&systems::exponential_service());
}

#[test]
fn constant_service() {
    verify(&systems::constant_service());
}

#[test]
fn set_up() {
    verify(&systems::set_up());
}

#[test]
fn one_node() {
    verify(&systems::one_node());
}

#[test]
fn timeout() {
    verify(&systems::timeout());
}

#[test]
fn gangs_in_order() {
    verify(&systems::gangs());
}

#[test]
fn evictions() {
    verify(&systems::evictions());
}

/// So that no family can shrink to nothing, and no draw is shared between systems (their names are the scope
/// of their streams).
#[test]
fn there_are_enough_figures() {
    let systems: Vec<System> = FAMILIES.iter().flat_map(|family| family()).collect();
    let figures: usize = systems.iter().map(|s| s.figures.len()).sum();
    assert!(figures >= 90, "{figures}");
    assert!(systems.iter().all(|s| s.replications >= 40 && !s.figures.is_empty()));
    let names: std::collections::BTreeSet<&str> = systems.iter().map(|s| s.name).collect();
    assert_eq!(names.len(), systems.len());
}
