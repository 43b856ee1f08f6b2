//! What a sweep varies.

use serde::{Deserialize, Serialize};

/// What `nodetide sweep` varies where its flags do not say it. A run does not look at it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// The axes, each written as for `--vary`: `"max_nodes=4..64:4"`, `"idle_time=2m,10m"`. Default: none.
    #[serde(default)]
    pub vary: Vec<String>,
    /// Axes that advance together, by their paths: `["max_nodes", "idle_time"]`. They have equally many values.
    #[serde(default)]
    pub pair: Vec<Vec<String>>,
    /// Which combinations of the values are run.
    #[serde(default)]
    pub design: Design,
    /// Replications of each configuration, 1 to 100000. Default: 1.
    #[serde(default)]
    pub replications: Option<u32>,
}

/// Which combinations of the values of all axes a sweep runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Design {
    /// All of them.
    #[default]
    Grid,
    /// So many, as a Latin hypercube: each axis is cut into so many equal parts, and each part is met once.
    LatinHypercube(u64),
    /// So many, as a scrambled Sobol sequence: evenly spread over all axes together; powers of two are best.
    Sobol(u64),
}
