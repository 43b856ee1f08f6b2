//! Statistics: histograms that merge exactly, percentiles, intervals, slowdown.
//!
//! Ranks and sums are integers; floats begin where a mean is divided.

pub mod histogram;
mod interval;
mod mser;
mod order;
mod paired;
mod percentile;
mod slowdown;
pub mod surface;

pub use interval::{CONFIDENCE, Estimate};
pub use mser::{Truncation, mser5};
pub use order::{
    Between, Ranks, lag1, median_interval, quantile_interval, quantile_ranks, section_interval, section_means,
};
pub use paired::Paired;
pub use percentile::{PER_MILLE_END, nearest_rank, per_mille, rank};
pub use slowdown::{SLOWDOWN_BOUND_NS, bounded_slowdown};
