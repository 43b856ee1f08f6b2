//! The GPU backend: the compute kernel of `shaders/`, one invocation a configuration, or one subgroup.
//!
//! ```text
//! models, configurations ──► batch: tables, Config words ──► kernel: buffers, dispatches until all have ended
//!                                                                      │
//!                             result: RunResult as of the engine  ◄────┘ states, sums, histograms
//! ```
//!
//! `layout` has the structures that both sides share, `source` the kernel's text and its features, `device` the
//! adapters. Nothing here decides how a cluster behaves: that is in the shaders, beside the engine.

mod batch;
pub mod device;
mod kernel;
pub mod layout;
mod result;
pub mod source;

pub use batch::features_of;
pub use device::{Adapter, Device, adapters};
pub use kernel::{Faults, GpuError, Kernel};
pub use source::Design;

#[cfg(test)]
mod tests;
