//! The event engine: a scenario in ticks in, integers out (model, sections 2 to 8).
//!
//! It reads no clock, file or environment, draws nothing and prints nothing: a run is a pure function of its
//! [`Input`].

mod check;
pub mod input;
pub mod output;
pub mod record;

pub use check::{ATTEMPT_END, ENVIRONMENTS_MAX, HELD_NODES_MAX, Place, Refusal, running_ticks};
pub use input::Input;
pub use output::RunResult;
pub use record::{Detail, Recording};
