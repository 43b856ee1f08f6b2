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
        /// Longest, `low` or more.
        high: TimeSpan,
    },
    /// Exponential: many short ones, few long ones.
    Exponential {
        /// Mean, above 0.
        mean: TimeSpan,
    },
    /// Lognormal by mean and coefficient of variation (standard deviation / mean).
    LogNormal {
        /// Mean, above 0.
        mean: TimeSpan,
        /// Coefficient of variation, 0.001 to 1000.
        cv: f64,
    },
    /// Lognormal by median and 90th percentile.
    LogNormalMedianP90 {
        /// Median, above 0.
        median: TimeSpan,
        /// 90th percentile, above the median.
        p90: TimeSpan,
    },
    /// Gamma by mean and coefficient of variation.
    Gamma {
        /// Mean, above 0.
        mean: TimeSpan,
        /// Coefficient of variation, 0.001 to 1000.
        cv: f64,
    },
    /// Weibull by scale and shape.
    Weibull {
        /// Scale, above 0: 63 % are shorter.
        scale: TimeSpan,
        /// Shape, 0.001 to 1000; below 1 the hazard falls with age.
        shape: f64,
    },
    /// Pareto bounded on both sides: heavy-tailed, as running times often are.
    BoundedPareto {
        /// Shortest, above 0.
        low: TimeSpan,
        /// Longest, above `low`.
        high: TimeSpan,
        /// Tail index, 0.001 to 1000; the smaller, the heavier the tail.
        shape: f64,
    },
    /// A mixture of exponentials, one phase at least.
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
    /// Its weight, above 0; only the ratios of weights count.
    pub weight: f64,
    /// Its mean, above 0.
    pub mean: TimeSpan,
}

/// A distribution of counts (nodes of a job, jobs of a batch).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Count {
    /// Always this, 1 or more.
    Constant(u64),
    /// Every whole number from low to high as likely as the others.
    Uniform {
        /// Smallest, 1 or more.
        low: u64,
        /// Largest, `low` or more.
        high: u64,
    },
    /// Geometric on 1, 2, 3 …
    Geometric {
        /// Mean, 1 or more.
        mean: f64,
    },
    /// One of the listed values, chosen by weight.
    Choice(Vec<Choice>),
    /// The listed values, each 1 or more, in turn, without any chance.
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
    /// Its weight, above 0; only the ratios of weights count.
    pub weight: f64,
}
