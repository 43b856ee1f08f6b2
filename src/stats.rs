//! Statistics: histograms that merge exactly, percentiles, intervals.

pub mod histogram;
