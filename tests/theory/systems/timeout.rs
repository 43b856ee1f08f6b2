//! Many nodes that come at once and go after a timeout.
//!
//! Jobs take the most recently idle node, so nodes form a stack: the j-th is busy while j jobs or more run.
//! It is released if the number of jobs, having fallen below j, takes longer than the timeout T to climb
//! back. Those climbs begin as often as the number rises from j − 1 to j, λ π(j − 1) times per mean service.
//! Hence the mean number of idle nodes, Σ λ π(j − 1) E(min(climb, T)), and the requests, Σ λ π(j − 1) P(climb
//! > T).

use crate::formulas::{ErlangC, climb, poisson};
use crate::simulate::{Figure, System, autoscaled, ticks};
use nodetide::engine::input::ClusterInput;
use nodetide::engine::output::State;

/// Zero set-up, fixed timeout.
pub(crate) fn timeout() -> Vec<System> {
    vec![many_nodes(), few_nodes(), billing()]
}

/// M/M/∞: 1000 nodes are as good as any number.
fn many_nodes() -> System {
    let (load, timeout) = (20.0, 0.5);
    let jobs = poisson(load, 80);
    let climbs = |j: usize| climb(load, j, timeout);
    let idle: f64 = (1..=80).map(|j| load * jobs[j - 1] * climbs(j).1).sum();
    let requests: f64 = (1..=80).map(|j| load * jobs[j - 1] * climbs(j).0).sum();
    System {
        name: "M/M/∞, timeout 0.5",
        cluster: ClusterInput { idle_time: ticks(timeout), ..autoscaled(1000) },
        arrivals: load,
        window: 5000.0,
        figures: vec![
            (Figure::MeanNodes(State::Idle), idle),
            (Figure::Requests, requests),
            (Figure::Releases, requests),
        ],
        ..System::default()
    }
}

/// M/M/8 with 3 nodes that stay: the timeout changes no wait.
fn few_nodes() -> System {
    let (nodes, stay, load, timeout) = (8, 3, 5.0, 1.0);
    let erlang = ErlangC::new(nodes, load);
    // P(8 or more jobs) is the probability of a wait; below, weights of the Poisson distribution.
    let weights = &poisson(load, 7)[..8];
    let scale = (1.0 - erlang.waits) / weights.iter().sum::<f64>();
    let jobs: Vec<f64> = weights.iter().map(|w| w * scale).collect();
    let idle_level = |j: usize| match j {
        j if j <= stay => jobs[..j].iter().sum(),
        j => load * jobs[j - 1] * climb(load, j, timeout).1,
    };
    let requests = (stay + 1..=8).map(|j| load * jobs[j - 1] * climb(load, j, timeout).0).sum();
    System {
        name: "M/M/8, timeout 1, 3 nodes stay",
        cluster: ClusterInput { idle_time: ticks(timeout), min_nodes: stay as u32, ..autoscaled(nodes) },
        arrivals: load,
        replications: 200,
        figures: vec![
            (Figure::MeanWait, erlang.mean_wait()),
            (Figure::MeanNodes(State::Idle), (1..=8).map(idle_level).sum()),
            (Figure::Requests, requests),
            (Figure::AtLimit, erlang.waits + idle_level(8)),
        ],
        ..System::default()
    }
}

/// M/M/∞ released at once: each job has a node of its own, whose bill is rounded up; and a load balancer for
/// every 50 nodes.
fn billing() -> System {
    let (load, quantum) = (45.0, 0.5);
    let over = |n: u32| (-(f64::from(n) * quantum + 0.5 / crate::simulate::SERVICE)).exp();
    let quanta: f64 = 1.0 + (1..200).map(over).sum::<f64>();
    let balancers: f64 =
        poisson(load, 200).iter().enumerate().map(|(n, p)| p * n.div_ceil(50).max(1) as f64).sum();
    System {
        name: "M/M/∞, billed by half a service",
        cluster: autoscaled(1000),
        arrivals: load,
        billing_quantum: ticks(quantum),
        window: 2000.0,
        figures: vec![
            (Figure::BilledQuanta, load * quanta),
            (Figure::LoadBalancers, balancers),
            (Figure::MeanTurnaround, 1.0),
        ],
        ..System::default()
    }
}
