//! A small parity run: does the kernel on this adapter give what the engine gives?

use super::gpu::{Adapter, Design, GpuError, Kernel};
use super::plan::Plan;
use super::{Progress, cpu};
use crate::diagnostic::Source;
use crate::lowering;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

/// A scenario in which much happens: gangs, evictions, checkpoints, failed boots, timeouts, a quota.
const SCENARIO: &str = include_str!("self_test.ron");

/// 64 configurations of it.
const AXES: [&str; 3] = ["max_nodes=2..9", "min_nodes=0,2", "idle_time=30s..2m:30s"];

/// What came of a self-test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every figure of so many configurations is the same, in every design that the adapter can run.
    Agreed(usize),
    /// This configuration differs.
    Differs(String),
    /// The device or its driver failed.
    Failed(String),
}

/// Runs the same configurations with the engine and on an adapter.
#[must_use]
pub fn self_test(adapter: &Adapter) -> Verdict {
    self_tested(adapter).unwrap_or_else(Verdict::Failed)
}

fn self_tested(adapter: &Adapter) -> Result<Verdict, String> {
    let told = |found: Vec<crate::diagnostic::Diagnostic>| {
        found.first().map_or(String::new(), |d| d.message.clone())
    };
    let source = Arc::new(Source::new("self_test.ron", SCENARIO));
    let (loaded, _) = lowering::load_source(&source, PathBuf::new()).map_err(told)?;
    let plan = Plan::read(loaded.scenario(), &AXES.map(str::to_owned), 1).map_err(told)?;
    let models = plan.models(&loaded, None).map_err(told)?;
    let chunk = plan.chunk(&models, 0, plan.positions());
    let expected = cpu::run(&models.models, &chunk.configurations, &Progress::default()).unwrap_or_default();
    let told = |error: GpuError| error.to_string();
    for design in Design::ALL.into_iter().filter(|design| design.runs_on(adapter)) {
        let mut kernel = Kernel::open_as(adapter, design).map_err(told)?;
        // Every figure that it can give.
        kernel.count_turnarounds(true);
        let mut hear = |_: usize| ControlFlow::Continue(());
        let found = kernel.run(&models.models, &chunk.configurations, &mut hear).map_err(told)?;
        let mut results = expected.iter().zip(&found).zip(&chunk.rows);
        if let Some((_, (index, _))) = results.find(|((expected, found), _)| expected != found) {
            return Ok(Verdict::Differs(format!("{}, {design}", plan.name(*index))));
        }
        if found.len() as u64 != plan.len() {
            let came = format!("{} of {} results came back, {design}", found.len(), plan.len());
            return Ok(Verdict::Differs(came));
        }
    }
    Ok(Verdict::Agreed(expected.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_happens_in_the_scenario() {
        let source = Arc::new(Source::new("self_test.ron", SCENARIO));
        let (loaded, _) = lowering::load_source(&source, PathBuf::new()).unwrap();
        let plan = Plan::read(loaded.scenario(), &AXES.map(str::to_owned), 1).unwrap();
        assert_eq!((plan.len(), plan.left_out()), (64, 0));
        let models = plan.models(&loaded, None).unwrap();
        assert_eq!(plan.obstacles(&models.models), []);
        let chunk = plan.chunk(&models, 0, plan.positions());
        let results = cpu::run(&models.models, &chunk.configurations, &Progress::default()).unwrap();
        let sum = |of: fn(&crate::engine::output::ClusterResult) -> u64| -> u64 {
            results.iter().map(|r| of(&r.clusters[0])).sum()
        };
        for (what, n) in [
            ("evictions", sum(|r| r.evictions)),
            ("restarts", sum(|r| r.restarts)),
            ("boot failures", sum(|r| r.boot_failures)),
            ("releases", sum(|r| r.releases)),
            ("lost work", sum(|r| r.lost)),
            ("timeouts", sum(|r| r.outcomes[1])),
        ] {
            assert!(n > 0, "no {what}");
        }
    }
}
