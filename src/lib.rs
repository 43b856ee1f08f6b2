//! Nodetide: an exact discrete-event simulator of autoscaling compute clusters.

pub mod catalog;
pub mod diagnostic;
pub mod engine;
pub mod lowering;
pub mod rng;
pub mod scenario;
pub mod units;
pub mod workload;
