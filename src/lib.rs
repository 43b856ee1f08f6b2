//! Nodetide: an exact discrete-event simulator of autoscaling compute clusters.

pub mod catalog;
pub mod chart;
pub mod cli;
pub mod diagnostic;
pub mod engine;
pub mod exit_code;
pub mod lowering;
pub mod report;
pub mod rng;
pub mod scenario;
pub mod stats;
pub mod sweep;
pub mod ticks;
pub mod units;
pub mod workload;
