//! Clusters that keep all their nodes: M/M/c, M/D/c, gangs in order.

use super::{bucket_end, over};
use crate::formulas::{Crommelin, ErlangC};
use crate::gangs::Gangs;
use crate::simulate::{Figure, System, constant, kept, ticks};
use nodetide::engine::output::Reason;

/// M/M/c.
pub(crate) fn exponential_service() -> Vec<System> {
    [("M/M/2", 2, 1.0, 2400), ("M/M/4", 4, 2.8, 480), ("M/M/10", 10, 7.0, 240), ("M/M/20", 20, 15.0, 160)]
        .into_iter()
        .map(|(name, servers, load, replications)| {
            let erlang = ErlangC::new(servers, load);
            // The 95th percentile by the exact count of the wait objective, the others by the histogram.
            let p95 = ticks(erlang.percentile(0.05));
            let mut figures = vec![(Figure::MeanWait, erlang.mean_wait())];
            let mut limits = vec![0, bucket_end(erlang.percentile(0.1)), p95];
            // The 99th takes ten times as many jobs as the mean: where jobs cost least.
            if servers == 2 {
                limits.push(bucket_end(erlang.percentile(0.01)));
            }
            figures.extend(limits.into_iter().map(|t| (Figure::WaitOver(t), erlang.waits_over(over(t)))));
            System {
                name,
                cluster: kept(servers),
                arrivals: load,
                wait_limit: Some(p95),
                replications,
                figures,
                ..System::default()
            }
        })
        .collect()
}

/// M/D/c.
pub(crate) fn constant_service() -> Vec<System> {
    [("M/D/1", 1, 0.6, 720), ("M/D/4", 4, 3.0, 340), ("M/D/10", 10, 8.0, 200)]
        .into_iter()
        .map(|(name, servers, load, replications)| {
            let crommelin = Crommelin::new(servers as usize, load);
            let p95 = ticks(crommelin.percentile(0.05));
            let mut figures =
                vec![(Figure::MeanWait, crommelin.mean_wait()), (Figure::MeanQueue, crommelin.mean_queue())];
            let limits = [0, bucket_end(crommelin.percentile(0.1)), p95];
            figures.extend(limits.map(|t| (Figure::WaitOver(t), crommelin.waits_over(over(t)))));
            System {
                name,
                cluster: kept(servers),
                arrivals: load,
                service: constant(1.0),
                wait_limit: Some(p95),
                replications,
                figures,
                ..System::default()
            }
        })
        .collect()
}

/// Gangs in order of submission.
pub(crate) fn gangs() -> Vec<System> {
    let systems = [
        ("gangs of 1, 2, 4 on 4", Gangs { nodes: 4, arrivals: 1.0, sizes: [(1, 0.5), (2, 0.3), (4, 0.2)] }),
        ("gangs of 1, 3, 8 on 10", Gangs { nodes: 10, arrivals: 2.2, sizes: [(1, 0.7), (3, 0.2), (8, 0.1)] }),
    ];
    systems
        .into_iter()
        .map(|(name, gangs)| {
            let chain = gangs.solve();
            let queue = chain.mean(|s| f64::from(s.queued));
            let held_up = chain.mean(|s| if gangs.idle(s) > 0 { f64::from(s.queued) } else { 0.0 });
            System {
                name,
                cluster: kept(gangs.nodes),
                arrivals: gangs.arrivals,
                sizes: gangs.sizes.to_vec(),
                replications: 320,
                figures: vec![
                    (Figure::MeanWait, queue / gangs.arrivals),
                    (Figure::MeanTurnaround, queue / gangs.arrivals + 1.0),
                    (Figure::WaitOver(0), chain.mean(|s| gangs.waits(s))),
                    (Figure::Waiting(Reason::Gang), held_up),
                    (Figure::Waiting(Reason::MaxNodes), queue - held_up),
                ],
                ..System::default()
            }
        })
        .collect()
}
