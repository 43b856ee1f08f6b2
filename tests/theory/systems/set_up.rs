//! M/M/k with exponential set-up, nodes released at once.

use crate::autoscaler::{Autoscaler, State as Jobs};
use crate::simulate::{Figure, System, autoscaled, exponential};
use nodetide::engine::input::ClusterInput;
use nodetide::engine::output::State;

/// The part of a system that its chain describes.
pub(super) fn autoscaled_as(chain: &Autoscaler) -> System {
    System {
        cluster: ClusterInput {
            min_nodes: chain.min_nodes,
            cancel_allocating: chain.cancels,
            ..autoscaled(chain.max_nodes)
        },
        arrivals: chain.arrivals,
        allocation: Some(exponential(1.0 / chain.allocation)),
        boot: chain.boot.map(|rate| exponential(1.0 / rate)),
        ..System::default()
    }
}

/// With and without cancelling, with and without nodes that stay.
pub(crate) fn set_up() -> Vec<System> {
    let base = Autoscaler {
        max_nodes: 4,
        min_nodes: 0,
        cancels: true,
        arrivals: 2.0,
        allocation: 1.0,
        boot: None,
        evictions: 0.0,
    };
    let systems = [
        ("M/M/4/setup", base),
        ("M/M/4/setup, not cancelled", Autoscaler { cancels: false, ..base }),
        ("M/M/10/setup, long", Autoscaler { max_nodes: 10, arrivals: 6.0, allocation: 0.2, ..base }),
        (
            "M/M/6/setup, 2 nodes stay",
            Autoscaler { max_nodes: 6, min_nodes: 2, arrivals: 3.0, allocation: 0.5, ..base },
        ),
        (
            "M/M/5, two stages, 2 nodes stay, not cancelled",
            Autoscaler { max_nodes: 5, min_nodes: 2, cancels: false, arrivals: 3.0, boot: Some(2.0), ..base },
        ),
    ];
    systems
        .into_iter()
        .map(|(name, autoscaler)| System {
            name,
            replications: 80,
            figures: figures(&autoscaler),
            ..autoscaled_as(&autoscaler)
        })
        .collect()
}

pub(crate) fn figures(autoscaler: &Autoscaler) -> Vec<(Figure, f64)> {
    let chain = autoscaler.solve();
    let mean = |f: fn(&Jobs) -> u32| chain.mean(|s| f64::from(f(s)));
    let wait = mean(Jobs::queued) / autoscaler.arrivals;
    let mut figures = vec![
        (Figure::MeanWait, wait),
        (Figure::MeanTurnaround, wait + 1.0),
        // Arrivals see time averages; who finds no idle node waits.
        (Figure::WaitOver(0), mean(|s| u32::from(s.idle() == 0))),
        (Figure::MeanNodes(State::Allocating), mean(|s| s.allocating)),
        (Figure::AtLimit, chain.mean(|s| f64::from(u8::from(s.allocated() >= autoscaler.max_nodes)))),
        (Figure::Requests, chain.rate(|e| f64::from(e.requests))),
    ];
    // With no node that stays nobody finds one idle, and everybody waits.
    if autoscaler.min_nodes == 0 {
        figures.retain(|(figure, _)| *figure != Figure::WaitOver(0));
    } else {
        figures.push((Figure::MeanNodes(State::Idle), mean(Jobs::idle)));
    }
    if autoscaler.boot.is_some() {
        figures.push((Figure::MeanNodes(State::Preparing), mean(|s| s.preparing)));
    }
    if autoscaler.cancels {
        figures.push((Figure::Withdrawn, chain.rate(|e| f64::from(e.withdrawn))));
    }
    figures
}
