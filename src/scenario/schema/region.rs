//! Region: quotas, outside usage, subnets.

use crate::units::TimeSpan;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The region of a subscription: its price column, quotas, outside usage and subnets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Name, which selects the catalogue's prices: `"eastus"` or `"westeurope"`. Another one needs a `price` for
    /// every cluster.
    #[serde(default = "default_region")]
    pub name: String,
    /// Quotas in vCPUs. What is absent is unlimited.
    #[serde(default)]
    pub quotas: Quotas,
    /// Quotas that change during the run.
    #[serde(default)]
    pub quota_steps: Vec<QuotaStep>,
    /// What other computes of the subscription take of a quota, in steps; it lowers that quota.
    #[serde(default)]
    pub outside_usage: Vec<UsageStep>,
    /// Subnets by name, with their number of free addresses, 1 or more.
    #[serde(default)]
    pub subnets: BTreeMap<String, u64>,
}

fn default_region() -> String {
    "eastus".to_owned()
}

impl Default for Region {
    fn default() -> Self {
        Self {
            name: default_region(),
            quotas: Quotas::default(),
            quota_steps: Vec::new(),
            outside_usage: Vec::new(),
            subnets: BTreeMap::new(),
        }
    }
}

/// Quotas in vCPUs. Family names are matched without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    /// Dedicated vCPUs by VM family, as `nodetide vm-sizes` lists families. Absent ones are unlimited.
    #[serde(default)]
    pub family: BTreeMap<String, u64>,
    /// Dedicated vCPUs over all families. Default: unlimited.
    #[serde(default)]
    pub total_dedicated: Option<u64>,
    /// Low-priority vCPUs, one figure over all families. Default: unlimited.
    #[serde(default)]
    pub low_priority: Option<u64>,
    /// Workspace-level limits of dedicated vCPUs by VM family. Absent ones are unlimited.
    #[serde(default)]
    pub workspace: BTreeMap<String, u64>,
}

/// A quota, as named in steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum QuotaName {
    /// Dedicated vCPUs of a family.
    Family(String),
    /// Workspace limit of a family.
    Workspace(String),
    /// Dedicated vCPUs over all families.
    TotalDedicated,
    /// Low-priority vCPUs.
    LowPriority,
}

/// From `at` on the quota is `vcpus`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QuotaStep {
    /// When, counted from the start of the run.
    pub at: TimeSpan,
    /// Which quota.
    pub quota: QuotaName,
    /// The new figure. Default: unlimited.
    #[serde(default)]
    pub vcpus: Option<u64>,
}

/// From `at` on others use `vcpus` of the quota.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UsageStep {
    /// When, counted from the start of the run.
    pub at: TimeSpan,
    /// Of which quota.
    pub quota: QuotaName,
    /// vCPUs that others use from then on.
    pub vcpus: u64,
}
