//! From a run's integers to what people read: money, percentiles, thresholds, warnings, files.
//!
//! A [`Summary`] is the one model; the terminal report, json, csv and the result files are made from it.

pub mod answer;
pub mod charts;
pub mod compare;
pub mod context;
pub mod expectations;
pub mod facts;
pub mod figures;
pub mod files;
#[cfg(test)]
mod fixture;
pub mod human;
pub mod objective;
pub mod pricing;
pub mod refusals;
pub mod replications;
pub mod stuck;
pub mod summary;
pub mod sweep;
#[cfg(test)]
mod tests;
pub mod units;
pub mod warm_up;
pub mod warnings;

pub use compare::Comparison;
pub use context::Context;
pub use replications::Replicated;
pub use summary::{Summary, summarise};
