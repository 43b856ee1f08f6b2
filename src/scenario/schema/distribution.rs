//! Distributions of durations and of counts.

use crate::units::TimeSpan;
use serde::{Deserialize, Serialize};

/// A distribution of durations. What is drawn is rounded to ticks, half up; a positive duration lasts at
/// least one tick.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Distribution {
    /// Always this.
    Constant(TimeSpan),
    /// Uniform between two bounds.
    Uniform {
        /// Shortest.
        low: TimeSpan,
        /// Longest.
        high: TimeSpan,
    },
    /// Exponential.
    Exponential {
        /// Mean.
        mean: TimeSpan,
    },
    /// Lognormal by mean and coefficient of variation (standard deviation / mean).
    LogNormal {
        /// Mean.
        mean: TimeSpan,
        /// Coefficient of variation, above 0.
        cv: f64,
    },
    /// Lognormal by median and 90th percentile.
    LogNormalMedianP90 {
        /// Median.
        median: TimeSpan,
        /// 90th percentile, above the median.
        p90: TimeSpan,
    },
    /// Gamma by mean and coefficient of variation.
    Gamma {
        /// Mean.
        mean: TimeSpan,
        /// Coefficient of variation, above 0.
        cv: f64,
    },
    /// Weibull.
    Weibull {
        /// Scale.
        scale: TimeSpan,
        /// Shape, above 0; below 1 the hazard falls with age.
        shape: f64,
    },
    /// Pareto bounded on both sides.
    BoundedPareto {
        /// Shortest, above 0.
        low: TimeSpan,
        /// Longest.
        high: TimeSpan,
        /// Tail index, above 0.
        shape: f64,
    },
    /// A mixture of exponentials.
    HyperExponential(Vec<Phase>),
    /// One of the listed values, each as likely as the others, drawn with replacement.
    Empirical(Vec<TimeSpan>),
    /// The listed values in turn, without any chance: the way to write exact tests.
    Values(Vec<TimeSpan>),
}

/// One exponential of a mixture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Its weight, above 0; weights are normalised.
    pub weight: f64,
    /// Its mean.
    pub mean: TimeSpan,
}

/// A distribution of counts (nodes of a job, jobs of a batch).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Count {
    /// Always this.
    Constant(u64),
    /// Every whole number from low to high as likely as the others.
    Uniform {
        /// Smallest, 1 or more.
        low: u64,
        /// Largest.
        high: u64,
    },
    /// Geometric on 1, 2, 3 …
    Geometric {
        /// Mean, 1 or more.
        mean: f64,
    },
    /// Chosen by weight.
    Choice(Vec<Choice>),
    /// The listed values in turn, without any chance.
    Values(Vec<u64>),
}

impl Default for Count {
    fn default() -> Self {
        Self::Constant(1)
    }
}

/// One value of a choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The value, 1 or more.
    pub value: u64,
    /// Its weight, above 0; weights are normalised.
    pub weight: f64,
}
