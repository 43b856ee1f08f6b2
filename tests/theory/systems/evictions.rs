//! Nodes with exponential lifetimes, and what becomes of their jobs.

use super::set_up::autoscaled_as;
use crate::autoscaler::{Autoscaler, State as Jobs};
use crate::formulas::{Moments, checkpointed, pollaczek_khinchin, repeated};
use crate::simulate::{Figure, System, autoscaled, constant, exponential, kept, span, ticks};
use nodetide::engine::input::{ClusterInput, Tier};
use nodetide::engine::output::{Outcome, State};
use nodetide::scenario::schema::Distribution;

/// Restarts from zero, from checkpoints, and from where it stopped; and jobs that give up.
pub(crate) fn evictions() -> Vec<System> {
    vec![restart(), checkpoints(), resumed(), resumed_in_stages(), restart_elsewhere(), giving_up()]
}

fn low_priority(cluster: ClusterInput) -> ClusterInput {
    ClusterInput { tier: Tier::LowPriority, ..cluster }
}

/// One node, replaced at once: M/G/1 with the time to complete in place of the service.
fn replaced_at_once(lambda: f64, hazard: f64, service: f64, completion: Moments) -> System {
    let wait = pollaczek_khinchin(lambda, completion);
    System {
        cluster: low_priority(kept(1)),
        arrivals: lambda,
        lifetime: Some(exponential(1.0 / hazard)),
        replications: 200,
        figures: vec![
            (Figure::MeanWait, wait),
            (Figure::MeanTurnaround, wait + completion.0),
            (Figure::WaitOver(0), lambda * completion.0),
            (Figure::Lost, lambda * (completion.0 - service)),
            (Figure::Restarts, hazard * lambda * completion.0),
        ],
        ..System::default()
    }
}

fn restart() -> System {
    let (lambda, hazard) = (0.5, 0.5);
    System {
        name: "M/D/1, evicted, from zero",
        service: constant(1.0),
        ..replaced_at_once(lambda, hazard, 1.0, repeated(hazard, 1.0))
    }
}

fn checkpoints() -> System {
    let (lambda, hazard, interval, overhead) = (0.5, 1.0, 0.25, 0.1);
    let services = [0.3, 0.7, 2.0];
    let completion = Moments::mixture(&services.map(|s| checkpointed(hazard, s, interval, overhead)));
    let system = replaced_at_once(lambda, hazard, 1.0, completion);
    System {
        name: "M/G/1, evicted, from checkpoints",
        cluster: ClusterInput { restart_overhead: ticks(overhead), ..system.cluster },
        service: Distribution::Empirical(services.map(span).to_vec()),
        checkpoint: Some(ticks(interval)),
        ..system
    }
}

/// An autoscaled cluster with evictions after which work goes on, by a checkpoint every tick.
fn resumed_as(name: &'static str, autoscaler: &Autoscaler) -> System {
    let chain = autoscaler.solve();
    let mean = |f: fn(&Jobs) -> u32| chain.mean(|s| f64::from(f(s)));
    let system = autoscaled_as(autoscaler);
    let mut figures = vec![
        (Figure::MeanWait, mean(|s| s.queued() - s.requeued) / autoscaler.arrivals),
        (Figure::Requeued, mean(|s| s.requeued)),
        (Figure::MeanTurnaround, mean(|s| s.jobs) / autoscaler.arrivals),
        (Figure::Evictions, chain.rate(|e| f64::from(e.evictions))),
        (Figure::Restarts, chain.rate(|e| f64::from(e.restarts))),
        (Figure::Requests, chain.rate(|e| f64::from(e.requests))),
        (Figure::MeanNodes(State::Allocating), mean(|s| s.allocating)),
    ];
    if autoscaler.boot.is_some() {
        figures.push((Figure::MeanNodes(State::Preparing), mean(|s| s.preparing)));
        figures.push((Figure::MeanNodes(State::Idle), mean(Jobs::idle)));
        figures.push((Figure::Withdrawn, chain.rate(|e| f64::from(e.withdrawn))));
    }
    System {
        name,
        cluster: low_priority(system.cluster),
        checkpoint: Some(1),
        lifetime: Some(exponential(1.0 / autoscaler.evictions)),
        replications: 100,
        figures,
        ..system
    }
}

fn resumed() -> System {
    let autoscaler = Autoscaler {
        max_nodes: 3,
        min_nodes: 0,
        cancels: false,
        arrivals: 1.5,
        allocation: 1.0,
        boot: None,
        evictions: 0.2,
    };
    resumed_as("M/M/3/setup, evicted, resumed", &autoscaler)
}

fn resumed_in_stages() -> System {
    let autoscaler = Autoscaler {
        max_nodes: 4,
        min_nodes: 2,
        cancels: true,
        arrivals: 2.0,
        allocation: 2.0,
        boot: Some(2.0),
        evictions: 0.1,
    };
    resumed_as("M/M/4, two stages, 2 stay, evicted, resumed", &autoscaler)
}

/// As many nodes as jobs, without set-up: a job's turnaround is its time to complete.
fn restart_elsewhere() -> System {
    let (lambda, hazard) = (5.0, 1.0);
    // E(e^S) of S uniform on (0.5, 1.5).
    let growth = 1.5_f64.exp() - 0.5_f64.exp();
    System {
        name: "M/U/∞, evicted, from zero",
        cluster: low_priority(autoscaled(1000)),
        arrivals: lambda,
        service: Distribution::Uniform { low: span(0.5), high: span(1.5) },
        lifetime: Some(exponential(1.0 / hazard)),
        figures: vec![
            (Figure::MeanTurnaround, (growth - 1.0) / hazard),
            (Figure::Lost, lambda * (growth - 2.0)),
            (Figure::Evictions, lambda * (growth - 1.0)),
        ],
        ..System::default()
    }
}

/// A job that is evicted three times fails.
fn giving_up() -> System {
    let hazard = 0.7_f64;
    System {
        name: "M/D/∞, evicted, two restarts at most",
        cluster: ClusterInput { max_restarts: 2, ..low_priority(autoscaled(1000)) },
        arrivals: 5.0,
        service: constant(1.0),
        lifetime: Some(exponential(1.0 / hazard)),
        figures: vec![(Figure::Share(Outcome::FailedMaxRestarts), (1.0 - (-hazard).exp()).powi(3))],
        ..System::default()
    }
}
