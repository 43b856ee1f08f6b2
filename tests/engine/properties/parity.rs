//! The same run again: whatever is kept of it, on however many threads, with a target given from outside.

use super::cases;
use crate::support::random::{input, model};
use nodetide::engine::output::RunResult;
use nodetide::engine::{self, Detail, Recording};
use proptest::prelude::*;
use std::sync::Arc;

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn what_is_kept_changes_nothing(input in input()) {
        let model = model(&input);
        let (sums, nothing) = engine::run(&model, Detail::Sums);
        let (with_jobs, jobs) = engine::run(&model, Detail::Jobs);
        let (with_all, all) = engine::run(&model, Detail::All);
        prop_assert_eq!(&sums, &with_jobs);
        prop_assert_eq!(&sums, &with_all);
        prop_assert_eq!(nothing, Recording::default());
        prop_assert_eq!(jobs.jobs.to_vec(), all.jobs.to_vec());
        prop_assert_eq!(&jobs.profiles, &all.profiles);
        prop_assert!(jobs.events.is_empty() && jobs.nodes.is_empty() && jobs.timeline.is_empty());
        prop_assert_eq!(all.jobs.len(), input.jobs.len());
        // The stretches of a profile cover the run, and their sums are those of the cluster.
        for (cluster, profile) in with_all.clusters.iter().zip(&all.profiles) {
            prop_assert_eq!(profile.held.iter().sum::<u64>(), cluster.node_ticks.iter().sum::<u64>());
            let running = cluster.node_ticks[engine::output::State::Running as usize];
            prop_assert_eq!(profile.running.iter().sum::<u64>(), running);
            prop_assert_eq!(profile.queued.iter().sum::<u64>(), cluster.queue_ticks);
            prop_assert_eq!(profile.held.len() as u32, with_all.end.div_ceil(profile.stretch));
        }
    }

    #[test]
    fn a_model_can_run_again(input in input()) {
        let first = model(&input);
        prop_assert_eq!(engine::run(&first, Detail::All), engine::run(&first, Detail::All));
        prop_assert_eq!(engine::run(&first, Detail::All), engine::run(&model(&input), Detail::All));
    }
}

proptest! {
    #![proptest_config(cases(40))]

    /// A model is shared by the threads of a sweep.
    #[test]
    fn threads_do_not_disturb_each_other(inputs in prop::collection::vec(input(), 8)) {
        let models: Arc<Vec<_>> = Arc::new(inputs.iter().map(model).collect());
        let runs = |models: &[engine::Model]| -> Vec<(RunResult, Recording)> {
            models.iter().map(|m| engine::run(m, Detail::All)).collect()
        };
        let alone = runs(&models);
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let models = Arc::clone(&models);
                std::thread::spawn(move || runs(&models))
            })
            .collect();
        for thread in threads {
            prop_assert!(thread.join().expect("a result") == alone, "a thread got another result");
        }
    }
}
