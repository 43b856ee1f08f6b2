//! The future does not reach back: whatever is added to a scenario from a tick on, all that happens before it
//! stays. (A job added later than all others keeps their ids; one added in between would move them, and with
//! them the entries of the prepare tables.)

use super::cases;
use crate::support::random::{input, model};
use nodetide::engine::input::{
    CapacityStep, Input, JobInput, LockInput, LockLevel, QuotaKey, QuotaStep, UNLIMITED, UpdateInput,
    UsageStep,
};
use nodetide::engine::output::Event;
use nodetide::engine::{self, Detail};
use nodetide::units::Tick;
use proptest::prelude::*;

/// What is added.
#[derive(Clone, Debug)]
enum Addition {
    Job { service: Tick, nodes: u32 },
    Lock(LockLevel),
    Quota(u32),
    OutsideUsage(u32),
    IdleTime(Tick),
    Capacity(u32),
}

fn addition() -> impl Strategy<Value = Addition> {
    prop_oneof![
        4 => (0..9_u32, 1..4_u32).prop_map(|(service, nodes)| Addition::Job { service, nodes }),
        1 => prop_oneof![Just(LockLevel::CanNotDelete), Just(LockLevel::ReadOnly)].prop_map(Addition::Lock),
        1 => prop_oneof![0..9_u32, Just(UNLIMITED)].prop_map(Addition::Quota),
        1 => (0..9_u32).prop_map(Addition::OutsideUsage),
        1 => (0..9_u32).prop_map(Addition::IdleTime),
        1 => (0..4_u32).prop_map(Addition::Capacity),
    ]
}

/// The scenario with something more from `t` on; a job comes after all others.
fn with(input: &Input, t: Tick, addition: &Addition) -> (Input, Tick) {
    let mut input = input.clone();
    match *addition {
        Addition::Job { service, nodes } => {
            let last = input.jobs.iter().map(|j| j.submit).max().unwrap_or(0);
            let submit = t.max(last);
            input.jobs.push(JobInput { submit, service, nodes, ..JobInput::default() });
            return (input, submit);
        }
        Addition::Lock(level) => input.locks.push(LockInput { from: t, to: None, level }),
        Addition::Quota(vcpus) => {
            input.quota_steps.push(QuotaStep { t, quota: QuotaKey::TotalDedicated, vcpus });
        }
        Addition::OutsideUsage(vcpus) => {
            input.outside_usage.push(UsageStep { t, quota: QuotaKey::LowPriority, vcpus });
        }
        Addition::IdleTime(idle_time) => input.updates.push(UpdateInput {
            t,
            cluster: 0,
            min_nodes: None,
            max_nodes: None,
            idle_time: Some(idle_time),
            identities: Some(Vec::new()),
        }),
        Addition::Capacity(nodes) => input.clusters[0].capacity.push(CapacityStep { t, nodes }),
    }
    (input, t)
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn what_comes_later_changes_nothing_before(input in input(), t in 0..30_u32, addition in addition()) {
        let (longer, from) = with(&input, t, &addition);
        let (result, kept) = engine::run(&model(&input), Detail::All);
        let (later, later_kept) = engine::run(&model(&longer), Detail::All);
        let before = |list: &[Event]| -> Vec<Event> {
            list.iter().filter(|e| e.t < from && e.t <= result.end).cloned().collect()
        };
        prop_assert_eq!(before(&kept.events), before(&later_kept.events));
        prop_assert!(later.end >= result.end.min(from), "{} ends before {}", later.end, result.end);
        let rows = |list: &[engine::output::TimelineRow]| -> Vec<_> {
            list.iter().filter(|r| r.t < from && r.t <= result.end).copied().collect()
        };
        prop_assert_eq!(rows(&kept.timeline), rows(&later_kept.timeline));
    }
}
