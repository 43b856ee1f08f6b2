//! The event engine: a scenario in ticks in, integers out (model, sections 2 to 8).
//!
//! It reads no clock, file or environment, draws nothing and prints nothing: a run is a pure function of its
//! [`Input`].
//!
//! ```text
//! Input ── Model::new ──► Model ── run ──► RunResult, Recording
//! (names resolved,       (checked,        (integers; what was kept,
//!  draws in tables)       compact)         by Detail)
//! ```
//!
//! Inside, `run` holds the loop over instants and the steps in their order; `attempts`, `nodes`, `dispatch`
//! and `scaling` hold the rules of the sections of the same names; `cluster` holds the state they work on.
//! [`Stepper`] is the same loop, one decision at a time; [`Workspace`] runs it thousands of times in the same memory,
//! each time with other [`Settings`].

mod attempts;
mod check;
mod cluster;
mod dispatch;
mod due;
mod finish;
mod idle;
pub mod input;
mod level;
mod model;
mod nodes;
pub mod output;
mod queue;
pub mod record;
mod run;
mod scaling;
mod settings;
mod slots;
mod stepper;
mod stuck;
mod workspace;
mod world;

pub use check::{ATTEMPT_END, ENVIRONMENTS_MAX, HELD_NODES_MAX, Place, Refusal, running_ticks};
pub use input::Input;
pub use model::Model;
pub use output::RunResult;
pub use record::{Detail, JobRecords, Recording};
pub use settings::Settings;
pub use stepper::{ClusterView, Stepper};
pub use workspace::Workspace;

/// Runs a model to its end.
#[must_use]
pub fn run(model: &Model, detail: Detail) -> (RunResult, Recording) {
    match detail {
        Detail::Sums => complete::<{ record::SUMS }>(model),
        Detail::Jobs => complete::<{ record::JOBS }>(model),
        Detail::All => complete::<{ record::ALL }>(model),
    }
}

fn complete<const DETAIL: u8>(model: &Model) -> (RunResult, Recording) {
    let mut workspace = Workspace::new();
    let recording = workspace.run_with::<DETAIL>(model, &model.settings());
    (workspace.into_result(), recording)
}
