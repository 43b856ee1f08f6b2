//! Which parts of the kernel the pairs are run with.
//!
//! Building a pipeline takes a software driver up to ten seconds, so an ordinary run has sixteen of them, among them those
//! that `sweep` builds most often; a run with more pairs gives each scenario the pipeline that `sweep` would.

use libtest_mimic::Failed;
use nodetide::engine::Model;
use nodetide::engine::input::{CapacityStep, ClusterInput, Input, JobInput, Tier};
use nodetide::sweep::gpu::features_of;
use nodetide::sweep::gpu::source::Features;

/// How the pairs are divided among pipelines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pipelines {
    /// One that has every part of the kernel.
    Whole,
    /// The least of [`ORDINARY`].
    Ordinary,
    /// Exactly the parts that the scenario needs, with and without turnarounds by turns.
    Own,
}

/// Low priority, cancellations, extras, changes, withdrawals; then whether turnarounds are counted. Any two of the six
/// are there in each of their four combinations.
pub(crate) const ORDINARY: [[u8; 6]; 16] = [
    // As `sweep` builds them.
    [0, 0, 0, 0, 0, 0],
    [0, 1, 0, 0, 0, 0],
    [0, 0, 1, 0, 0, 0],
    [0, 0, 0, 1, 0, 0],
    [0, 0, 0, 0, 1, 0],
    [0, 1, 1, 0, 0, 0],
    [1, 0, 1, 0, 0, 0],
    [1, 1, 1, 1, 1, 0],
    // With turnarounds.
    [0, 0, 0, 0, 0, 1],
    [1, 0, 0, 0, 0, 1],
    [0, 0, 0, 1, 0, 1],
    [1, 0, 0, 1, 0, 1],
    [0, 1, 1, 0, 1, 1],
    [1, 1, 1, 0, 1, 1],
    [0, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 1, 1],
];

/// The parts of one of them, and whether it counts turnarounds.
pub(crate) fn ordinary(number: usize) -> ([bool; 5], bool) {
    let [a, b, c, d, e, turnarounds] = ORDINARY[number].map(|n| n == 1);
    ([a, b, c, d, e], turnarounds)
}

fn parts(features: Features) -> [bool; 5] {
    let Features {
        low_priority,
        cancellations,
        extras,
        changes,
        withdrawals,
        turnarounds: _,
        interleaved: _,
    } = features;
    [low_priority, cancellations, extras, changes, withdrawals]
}

fn features(
    [low_priority, cancellations, extras, changes, withdrawals]: [bool; 5],
    turnarounds: bool,
) -> Features {
    let interleaved = false;
    Features { low_priority, cancellations, extras, changes, withdrawals, turnarounds, interleaved }
}

impl Pipelines {
    /// The pipeline of a model that has this number.
    pub(crate) fn of(self, model: &Model, number: usize) -> Features {
        let needed = parts(features_of(model));
        match self {
            Self::Whole => features([true; 5], true),
            Self::Own => features(needed, number % 2 == 1),
            Self::Ordinary => {
                let all: [_; ORDINARY.len()] = std::array::from_fn(ordinary);
                let fits = |has: &[bool; 5]| has.iter().zip(needed).all(|(has, needed)| *has || !needed);
                let size = |has: &[bool; 5]| has.iter().filter(|has| **has).count();
                let least = all.iter().filter(|p| fits(&p.0)).map(|p| size(&p.0)).min().unwrap_or(5);
                let fitting: Vec<_> = all.iter().filter(|p| fits(&p.0) && size(&p.0) == least).collect();
                let (has, turnarounds) = *fitting[number % fitting.len()];
                features(has, turnarounds)
            }
        }
    }
}

/// Takes out of an input what needs other parts than these; what is a choice of the cluster needs exactly them.
pub(crate) fn restrict(input: &mut Input, parts: [bool; 5]) {
    let [low_priority, cancellations, extras, changes, withdrawals] = parts;
    for cluster in &mut input.clusters {
        cluster.tier = if low_priority { Tier::LowPriority } else { Tier::Dedicated };
        cluster.cancel_allocating = withdrawals;
    }
    if !cancellations {
        input.jobs.iter_mut().for_each(|j| j.cancel = None);
    }
    if !extras {
        for job in &mut input.jobs {
            (job.timeout, job.checkpoint, job.identity) = (None, None, None);
            (job.priority, job.declared) = (0, None);
        }
    }
    if !changes {
        input.locks.clear();
        input.quota_steps.clear();
        input.outside_usage.clear();
        input.updates.clear();
        for cluster in &mut input.clusters {
            cluster.capacity.clear();
            cluster.ready_at = None;
        }
    }
}

/// A small input that needs exactly the parts of a pipeline: whatever runs beside it runs in that pipeline.
pub(crate) fn companion(pipeline: Features) -> Model {
    let cluster = ClusterInput {
        tier: if pipeline.low_priority { Tier::LowPriority } else { Tier::Dedicated },
        cancel_allocating: pipeline.withdrawals,
        capacity: pipeline.changes.then_some(CapacityStep { t: 1, nodes: 1 }).into_iter().collect(),
        ..ClusterInput::default()
    };
    let job = JobInput {
        service: 2,
        cancel: pipeline.cancellations.then_some(1),
        timeout: pipeline.extras.then_some(9),
        ..JobInput::default()
    };
    let mut input =
        Input { clusters: vec![cluster], jobs: vec![job], billing_quantum: 1, ..Input::default() };
    // A mutated kernel may go in circles.
    (input.bounds.instants, input.bounds.repetitions) = (60, 60);
    let model = Model::new(input).expect("an input");
    assert_eq!(parts(features_of(&model)), parts(pipeline));
    model
}

/// Two parts that go wrong together are together in some pipeline, and a part that leans on another is once without it.
pub(crate) fn every_two_parts() -> Result<(), Failed> {
    for a in 0..6 {
        for b in 0..a {
            for both in [[0, 0], [0, 1], [1, 0], [1, 1]] {
                if !ORDINARY.iter().any(|p| [p[a], p[b]] == both) {
                    return Err(format!("no pipeline has {both:?} of the parts {a} and {b}").into());
                }
            }
        }
    }
    // Each is what some scenario gets.
    for i in 0..ORDINARY.len() {
        let (has, turnarounds) = ordinary(i);
        let wanted = features(has, turnarounds);
        if !(0..2).any(|number| Pipelines::Ordinary.of(&companion(wanted), number) == wanted) {
            return Err(format!("no scenario gets {wanted:?}").into());
        }
    }
    Ok(())
}
