//! One node that comes after a set-up and goes after a timeout: M/G/1.

use crate::formulas::{Moments, SetUpQueue};
use crate::simulate::{Figure, System, autoscaled, constant, exponential, span, ticks};
use nodetide::engine::input::ClusterInput;
use nodetide::engine::output::State;
use nodetide::scenario::schema::{Distribution, Phase};

/// M/G/1 with set-ups and a fixed timeout.
pub(crate) fn one_node() -> Vec<System> {
    vec![always_set_up(), spread_out(), prepared()]
}

/// Released at once, so that each busy period begins with a set-up.
fn always_set_up() -> System {
    let theory = SetUpQueue {
        lambda: 0.6,
        service: Moments::with_cv(1.0, 0.5),
        set_up: Moments::constant(2.0),
        prepare: 0.0,
        timeout: 0.0,
    };
    System {
        name: "M/Γ/1, set-up 2, released at once",
        cluster: autoscaled(1),
        arrivals: theory.lambda,
        service: Distribution::Gamma { mean: span(1.0), cv: 0.5 },
        allocation: Some(constant(2.0)),
        replications: 100,
        figures: vec![
            (Figure::MeanWait, theory.mean_wait()),
            (Figure::MeanNodes(State::Allocating), theory.allocating()),
            (Figure::Requests, theory.requests()),
        ],
        ..System::default()
    }
}

/// Service and set-up vary much, half of the idle periods outlast the timeout.
fn spread_out() -> System {
    let service = Moments::mixture(&[0.5, 0.5, 0.5, 0.5, 3.0].map(|mean| Moments::with_cv(mean, 1.0)));
    let theory =
        SetUpQueue { lambda: 0.5, service, set_up: Moments::with_cv(1.5, 1.0), prepare: 0.0, timeout: 1.4 };
    System {
        name: "M/H₂/1, lognormal set-up, timeout 1.4",
        cluster: ClusterInput { idle_time: ticks(theory.timeout), ..autoscaled(1) },
        arrivals: theory.lambda,
        service: Distribution::HyperExponential(vec![
            Phase { weight: 4.0, mean: span(0.5) },
            Phase { weight: 1.0, mean: span(3.0) },
        ]),
        allocation: Some(Distribution::LogNormal { mean: span(1.5), cv: 1.0 }),
        replications: 300,
        figures: vec![
            (Figure::MeanWait, theory.mean_wait()),
            (Figure::WaitOver(0), theory.waits()),
            (Figure::MeanNodes(State::Idle), theory.idle()),
            (Figure::MeanNodes(State::Allocating), theory.allocating()),
            (Figure::Releases, theory.requests()),
        ],
        ..System::default()
    }
}

/// A new node also boots, and prepares for its first job while that runs on it.
fn prepared() -> System {
    let theory = SetUpQueue {
        lambda: 0.6,
        service: Moments::constant(1.0),
        set_up: Moments::with_cv(0.5, 1.0).plus(Moments::constant(0.5)),
        prepare: 0.8,
        timeout: 0.5,
    };
    let first_jobs = theory.requests() / theory.lambda;
    System {
        name: "M/D/1, allocation, boot, prepare, timeout 0.5",
        cluster: ClusterInput {
            idle_time: ticks(theory.timeout),
            prepare_cold: [ticks(theory.prepare)].into(),
            ..autoscaled(1)
        },
        arrivals: theory.lambda,
        service: constant(1.0),
        allocation: Some(exponential(0.5)),
        boot: Some(constant(0.5)),
        replications: 100,
        figures: vec![
            (Figure::MeanWait, theory.mean_wait()),
            (Figure::MeanTurnaround, theory.mean_wait() + 1.0 + first_jobs * theory.prepare),
            (Figure::MeanNodes(State::Preparing), theory.requests() * 0.5),
            (Figure::MeanNodes(State::Idle), theory.idle()),
            (Figure::Prepare, theory.requests() * theory.prepare),
        ],
        ..System::default()
    }
}
