//! What the values of axes do to a scenario, where they change more than settings.

use super::axes::{Axis, Field, ONE, Value};
use crate::lowering::assumed;
use crate::scenario::Scenario;
use crate::scenario::edit;
use crate::scenario::schema::{Delays, Distribution, Eviction, Lifetime, Phase, Tier};
use crate::units::{Resolution, TimeSpan};
use crate::workload::sample::midpoint;

/// Writes the value of an axis into a scenario.
pub(super) fn apply(scenario: &mut Scenario, axis: &Axis, value: Value<'_>) {
    let cluster = axis.cluster.unwrap_or(0);
    match (axis.field, value) {
        (_, Value::Tier(tier)) => scenario.clusters[cluster].tier = tier,
        (_, Value::Size(name)) => name.clone_into(&mut scenario.clusters[cluster].vm_size),
        (Field::MinNodes, Value::Nodes(n)) => scenario.clusters[cluster].min_nodes = Some(n.into()),
        (Field::MaxNodes, Value::Nodes(n)) => scenario.clusters[cluster].max_nodes = n.into(),
        (Field::LoadFactor, Value::Factor(raw)) => {
            scenario.workload.load_factor = Some(raw as f64 / ONE as f64);
        }
        // A factor of one is the scenario as it is, to the last bit.
        (_, Value::Factor(ONE)) => {}
        (Field::DelaysScale, Value::Factor(raw)) => scale_delays(scenario, cluster, raw),
        (Field::EvictionRate, Value::Factor(raw)) => scale_evictions_of(scenario, cluster, raw),
        (_, Value::Time(span)) => scenario.clusters[cluster].idle_time = Some(span),
        (_, Value::Leaf(leaf)) => {
            // It was read when the axis was, against the same types.
            let written = edit::set(scenario, &axis.path, &leaf.json);
            debug_assert!(written.is_ok(), "{} = {}: {written:?}", axis.path, leaf.json);
        }
        (field, value) => debug_assert!(false, "{field:?} has no value {value:?}"),
    }
}

/// Multiplies the workload's load.
pub fn scale_load(scenario: &mut Scenario, factor: f64) {
    let load = &mut scenario.workload.load_factor;
    *load = Some(load.unwrap_or(1.0) * factor);
}

/// Multiplies the rate of evictions of every low-priority cluster.
pub fn scale_evictions(scenario: &mut Scenario, factor: f64) {
    let by = (factor * ONE as f64).round() as u64;
    for i in 0..scenario.clusters.len() {
        if by != ONE && scenario.clusters[i].tier == Tier::LowPriority {
            scale_evictions_of(scenario, i, by);
        }
    }
}

/// A time times a factor in billionths, or divided by it; to the nanosecond, half up.
fn times(span: TimeSpan, by: u64, divide: bool) -> TimeSpan {
    let (numerator, denominator) = if divide { (ONE, by) } else { (by, ONE) };
    let ns = (u128::from(span.ns()) * u128::from(numerator) + u128::from(denominator) / 2)
        / u128::from(denominator.max(1));
    TimeSpan::from_ns(ns.min(u128::from(u64::MAX / 2)) as u64)
}

/// The same to whole ticks, half up; what is positive lasts a tick at least.
fn whole(span: TimeSpan, by: u64, divide: bool, resolution: Resolution) -> TimeSpan {
    let scaled = times(span, by, divide);
    if scaled == TimeSpan::ZERO {
        return scaled;
    }
    let ticks = (scaled.ns() / resolution.ns()
        + u64::from(scaled.ns() % resolution.ns() * 2 >= resolution.ns()))
    .max(1);
    TimeSpan::from_ns(ticks.saturating_mul(resolution.ns()))
}

fn scale_delays(scenario: &mut Scenario, i: usize, by: u64) {
    let (zero, resolution) = (scenario.delays == Delays::Zero, scenario.resolution);
    let cluster = &mut scenario.clusters[i];
    for (given, default) in
        [(&mut cluster.allocation_delay, assumed::ALLOCATION), (&mut cluster.boot_delay, assumed::BOOT)]
    {
        if given.is_some() || !zero {
            *given = Some(scaled(given.as_ref().unwrap_or(&default), by, resolution));
        }
    }
    for (given, default, least) in [
        (&mut cluster.release_delay, assumed::RELEASE, 0),
        // An unusable node stays for a tick at least.
        (&mut cluster.recycle_time, assumed::RECYCLE, resolution.ns()),
    ] {
        if given.is_some() || !zero {
            let span = whole(given.unwrap_or(default), by, false, resolution);
            *given = Some(span.max(TimeSpan::from_ns(least)));
        }
    }
}

/// The distribution of a time that is multiplied by a factor.
fn scaled(distribution: &Distribution, by: u64, resolution: Resolution) -> Distribution {
    if by == 0 {
        return Distribution::Constant(TimeSpan::ZERO);
    }
    let near = |span: &TimeSpan| times(*span, by, false);
    let exact = |span: &TimeSpan| whole(*span, by, false, resolution);
    match distribution {
        Distribution::Constant(value) => Distribution::Constant(exact(value)),
        Distribution::Values(values) => Distribution::Values(values.iter().map(exact).collect()),
        Distribution::Empirical(values) => Distribution::Empirical(values.iter().map(near).collect()),
        Distribution::Uniform { low, high } => Distribution::Uniform { low: near(low), high: near(high) },
        Distribution::Exponential { mean } => Distribution::Exponential { mean: near(mean) },
        Distribution::LogNormal { mean, cv } => Distribution::LogNormal { mean: near(mean), cv: *cv },
        Distribution::LogNormalMedianP90 { median, p90 } => {
            Distribution::LogNormalMedianP90 { median: near(median), p90: near(p90) }
        }
        Distribution::Gamma { mean, cv } => Distribution::Gamma { mean: near(mean), cv: *cv },
        Distribution::Weibull { scale, shape } => Distribution::Weibull { scale: near(scale), shape: *shape },
        Distribution::BoundedPareto { low, high, shape } => {
            Distribution::BoundedPareto { low: near(low), high: near(high), shape: *shape }
        }
        Distribution::HyperExponential(phases) => Distribution::HyperExponential(
            phases.iter().map(|phase| Phase { weight: phase.weight, mean: near(&phase.mean) }).collect(),
        ),
    }
}

/// The hazard of being evicted times a factor; listed lifetimes are divided by it.
fn scale_evictions_of(scenario: &mut Scenario, i: usize, by: u64) {
    let resolution = scenario.resolution;
    let cluster = &mut scenario.clusters[i];
    let factor = by as f64 / ONE as f64;
    // A share r of an hour is a hazard of −ln(1 − r).
    let per_hour = |share: f64| Eviction::PerHour(-libm::expm1(factor * libm::log1p(-share)));
    cluster.eviction = Some(match cluster.eviction.as_ref().unwrap_or(&assumed::EVICTION) {
        _ if by == 0 => Eviction::Never,
        Eviction::Never => Eviction::Never,
        Eviction::Band(band) => per_hour(midpoint(*band)),
        Eviction::PerHour(share) => per_hour(*share),
        Eviction::Weibull { scale, shape } => {
            let ns = scale.ns() as f64 * libm::pow(factor, -1.0 / shape);
            // `as` saturates; a lifetime that long is told as too long.
            Eviction::Weibull { scale: TimeSpan::from_ns((ns + 0.5) as u64), shape: *shape }
        }
        Eviction::Empirical(values) => {
            Eviction::Empirical(values.iter().map(|span| times(*span, by, true)).collect())
        }
        Eviction::Values(values) => Eviction::Values(
            values
                .iter()
                .map(|lifetime| match lifetime {
                    Lifetime::After(span) => Lifetime::After(whole(*span, by, true, resolution)),
                    Lifetime::Never => Lifetime::Never,
                })
                .collect(),
        ),
    });
}
