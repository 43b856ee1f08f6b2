//! Cost: price times billed node-time, by part.
//!
//! Everything is counted in node-ticks (integers) and multiplied by a price at the very end, so that the parts
//! of a cost and its total differ by the rounding of a few floats and by nothing else.

use super::context::Context;
use crate::engine::output::{ClusterResult, State, named};
use crate::units::Tick;

named! {
    /// What money is spent on, in the order of every table.
    Part {
        /// Running work that was kept.
        Useful = "useful",
        /// Running work lost to evictions, and restart overhead.
        Lost = "lost",
        /// Prepare time of jobs (images, data).
        Prepare = "prepare",
        /// Booting nodes.
        Preparing = "preparing",
        /// Nodes without a job.
        Idle = "idle",
        /// Nodes whose boot failed.
        Unusable = "unusable",
        /// Nodes being released.
        Leaving = "leaving",
        /// What rounding up to whole billing quanta adds.
        Rounding = "rounding",
        /// Load balancers.
        LoadBalancer = "load_balancer",
    }
}

/// An amount by part, in the context's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// By [`Part`].
    pub parts: [f64; Part::COUNT],
    /// Computed on its own; equal to the sum of the parts up to float rounding.
    pub total: f64,
}

impl Cost {
    /// One part.
    #[must_use]
    pub fn part(&self, part: Part) -> f64 {
        self.parts[part as usize]
    }

    /// Adds another one, part by part.
    pub fn add(&mut self, other: &Self) {
        for (a, b) in self.parts.iter_mut().zip(&other.parts) {
            *a += b;
        }
        self.total += other.total;
    }

    /// Conservation law of section 9 of the model: the parts sum to the total.
    ///
    /// # Panics
    /// In debug builds, if they do not.
    fn check(&self) {
        let sum: f64 = self.parts.iter().sum();
        debug_assert!(
            (sum - self.total).abs() <= 1e-9 * self.total.abs().max(1.0),
            "cost parts sum to {sum}, the total is {}",
            self.total
        );
    }
}

/// Billed node-ticks: every state but allocating.
#[must_use]
pub fn billed_node_ticks(result: &ClusterResult) -> u64 {
    State::ALL.iter().filter(|s| **s != State::Allocating).map(|s| result.node_ticks[*s as usize]).sum()
}

/// Node-ticks of a part; load-balancer ticks for [`Part::LoadBalancer`].
#[must_use]
pub fn part_ticks(result: &ClusterResult, part: Part, billing_quantum: u32) -> u64 {
    let state = |s: State| result.node_ticks[s as usize];
    match part {
        Part::Useful => result.useful,
        Part::Lost => result.lost,
        Part::Prepare => result.prepare,
        Part::Preparing => state(State::Preparing),
        Part::Idle => state(State::Idle),
        Part::Unusable => state(State::Unusable),
        Part::Leaving => state(State::Leaving),
        Part::Rounding => {
            let billed = result.billed_quanta.saturating_mul(u64::from(billing_quantum));
            debug_assert!(billed >= billed_node_ticks(result), "whole quanta cover what was billed");
            billed.saturating_sub(billed_node_ticks(result))
        }
        Part::LoadBalancer => result.load_balancer_ticks,
    }
}

/// What so many node-ticks cost.
#[must_use]
pub fn amount(context: &Context, ticks: u64, per_h: f64) -> f64 {
    product(ticks, per_h, context.ticks_per_h())
}

/// The one place where time becomes money.
fn product(ticks: u64, per_h: f64, ticks_per_h: u64) -> f64 {
    ticks as f64 * per_h / ticks_per_h as f64
}

/// What the time of one cluster costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Ticks of one hour.
    pub ticks_per_h: u64,
    /// Price of one node [currency / h]; `None`: nobody knows, and it counts as 0.
    pub node_per_h: Option<f64>,
    /// Price of one load balancer [currency / h]; 0 where it is free.
    pub load_balancer_per_h: f64,
    /// Billing quantum [ticks].
    pub billing_quantum: Tick,
}

/// The cost of one cluster.
#[must_use]
pub fn cluster_cost(rates: &Rates, result: &ClusterResult) -> Cost {
    let Rates { ticks_per_h, load_balancer_per_h: balancer, billing_quantum: quantum, .. } = *rates;
    let node = rates.node_per_h.unwrap_or(0.0);
    let mut cost = Cost::default();
    for &part in Part::ALL {
        let per_h = if part == Part::LoadBalancer { balancer } else { node };
        cost.parts[part as usize] = product(part_ticks(result, part, quantum), per_h, ticks_per_h);
    }
    cost.total = product(result.billed_quanta.saturating_mul(u64::from(quantum)), node, ticks_per_h)
        + product(result.load_balancer_ticks, balancer, ticks_per_h);
    cost.check();
    cost
}
