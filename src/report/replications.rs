//! Several replications of one scenario: mean and t-interval of every figure, thresholds in all of them.

use super::expectations::Threshold;
use super::figures::Value;
use super::summary::{FORMAT, Scope, Summary, WarningEntry};
use super::warnings::Warning;
use crate::diagnostic::Code;
use crate::engine::output::Status;
use crate::stats::{CONFIDENCE, Estimate};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Fewer replications give rough intervals.
const FEW: u64 = 5;
/// Intervals of this half width, as a share of the mean, leave most comparisons open.
const WIDE: f64 = 0.1;

/// The replications of a scenario, summarised.
#[derive(Clone, Debug, Serialize)]
pub struct Replicated {
    /// Version of the format, as in [`Summary::format`].
    pub format: u32,
    /// Name of the scenario.
    pub scenario: String,
    /// Seed.
    pub seed: u64,
    /// How many.
    pub replications: u64,
    /// Confidence of every interval.
    pub confidence: f64,
    /// Currency of every amount.
    pub currency: String,
    /// How the runs ended, with their number.
    #[serde(serialize_with = "by_word")]
    pub statuses: Vec<(Status, u64)>,
    /// Thresholds; met where every replication met them.
    pub thresholds: Vec<ReplicatedThreshold>,
    /// `all` first, then the clusters.
    pub scopes: Vec<ScopeEstimates>,
    /// Warnings, with the number of replications that had them.
    pub warnings: Vec<ReplicatedWarning>,
    /// Replication 0, whole.
    pub first: Summary,
    /// Figures of all clusters together, by replication.
    #[serde(skip)]
    pub runs: Vec<RunFigures>,
}

/// A threshold over replications.
#[derive(Clone, Debug, Serialize)]
pub struct ReplicatedThreshold {
    /// The threshold; `value` is that of the worst replication, `met` holds where all met it.
    pub threshold: Threshold,
    /// Replications that met it.
    pub met_in: u64,
}

/// Estimates of a scope.
#[derive(Clone, Debug)]
pub struct ScopeEstimates {
    /// `all`, or the name of a cluster.
    pub name: String,
    /// By key; `None` where no replication had a value.
    pub figures: Vec<(String, Option<Estimate>)>,
}

impl Serialize for ScopeEstimates {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        for (key, estimate) in &self.figures {
            map.serialize_entry(key, estimate)?;
        }
        map.end()
    }
}

/// A warning of some replications.
#[derive(Clone, Debug, Serialize)]
pub struct ReplicatedWarning {
    /// Its code and its text in the first replication that had it.
    pub warning: WarningEntry,
    /// How many had it.
    pub in_replications: u64,
}

/// One replication's figures.
#[derive(Clone, Debug)]
pub struct RunFigures {
    /// Replication, from 0.
    pub replication: u32,
    /// How it ended.
    pub status: Status,
    /// By scope, as in [`Replicated::scopes`].
    pub scopes: Vec<Vec<(String, Value)>>,
}

pub(super) fn by_word<S: Serializer>(statuses: &[(Status, u64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(statuses.iter().map(|(status, n)| (status.as_str(), n)))
}

impl Replicated {
    /// From the summaries of all replications, in their order; `None` without any.
    #[must_use]
    pub fn of(summaries: &[Summary]) -> Option<Self> {
        let first = summaries.first()?.clone();
        let n = summaries.len() as u64;
        let scopes_of = |s: &Summary| -> Vec<Scope> {
            std::iter::once(&s.total).chain(s.clusters.iter().map(|c| &c.figures)).cloned().collect()
        };
        let names = std::iter::once("all".to_owned()).chain(first.clusters.iter().map(|c| c.name.clone()));
        let runs: Vec<RunFigures> = summaries
            .iter()
            .map(|s| RunFigures {
                replication: s.replication,
                status: s.run_status,
                scopes: scopes_of(s).into_iter().map(|scope| scope.figures).collect(),
            })
            .collect();
        let scopes: Vec<ScopeEstimates> = names
            .enumerate()
            .map(|(i, name)| ScopeEstimates { name, figures: estimates(&runs, i) })
            .collect();
        let mut warnings = gather_warnings(summaries);
        if let Some(relative) = too_wide(n, &scopes) {
            let warning = WarningEntry::from(&Warning::TooFewReplications { n, relative });
            warnings.push(ReplicatedWarning { warning, in_replications: n });
            warnings.sort_by_key(|w| w.warning.code);
        }
        let statuses = Status::ALL
            .iter()
            .map(|status| (*status, runs.iter().filter(|r| r.status == *status).count() as u64))
            .filter(|(_, n)| *n > 0)
            .collect();
        Some(Self {
            format: FORMAT,
            scenario: first.scenario.clone(),
            seed: first.seed,
            replications: n,
            confidence: CONFIDENCE,
            currency: first.currency.clone(),
            statuses,
            thresholds: (0..first.thresholds.len()).map(|i| worst(summaries, i)).collect(),
            scopes,
            warnings,
            first,
            runs,
        })
    }
}

/// The wider interval of mean wait and cost, where it is too wide.
fn too_wide(n: u64, scopes: &[ScopeEstimates]) -> Option<f64> {
    let all = scopes.first().filter(|_| n > 1)?;
    let relative = all
        .figures
        .iter()
        .filter(|(key, _)| key == "wait_mean_s" || key == "cost_total")
        .filter_map(|(_, estimate)| estimate.as_ref()?.relative_half_width())
        .fold(0.0, f64::max);
    (relative > WIDE || n < FEW && relative > 0.0).then_some(relative)
}

fn estimates(runs: &[RunFigures], scope: usize) -> Vec<(String, Option<Estimate>)> {
    let keys = runs[0].scopes[scope].iter().map(|(key, _)| key.clone());
    keys.enumerate()
        .map(|(i, key)| {
            let values: Vec<f64> = runs.iter().filter_map(|run| run.scopes[scope][i].1.number()).collect();
            (key, Estimate::of(&values))
        })
        .collect()
}

/// The threshold of the replication that did worst.
fn worst(summaries: &[Summary], i: usize) -> ReplicatedThreshold {
    let all: Vec<&Threshold> = summaries.iter().map(|s| &s.thresholds[i]).collect();
    let met_in = all.iter().filter(|t| t.met).count() as u64;
    let badness = |t: &Threshold| match (t.met, t.value) {
        (false, None) => f64::INFINITY,
        (true, None) => f64::NEG_INFINITY,
        (_, Some(value)) if t.bound == "at_least" => -value,
        (_, Some(value)) => value,
    };
    let mut worst = all[0];
    for t in &all[1..] {
        // A missed one is worse than any that is met.
        if (worst.met, badness(t)) > (t.met, badness(worst)) {
            worst = t;
        }
    }
    ReplicatedThreshold { threshold: worst.clone(), met_in }
}

/// By code and cluster, in the order of their codes.
fn gather_warnings(summaries: &[Summary]) -> Vec<ReplicatedWarning> {
    let mut gathered: Vec<ReplicatedWarning> = Vec::new();
    for warning in summaries.iter().flat_map(|s| &s.warnings) {
        // Of logs that cannot be resampled each is told; the first replication needs no resampling.
        let by_text = warning.code == Code::LogNotResampled.as_str();
        let same = |g: &&mut ReplicatedWarning| {
            g.warning.code == warning.code
                && g.warning.cluster == warning.cluster
                && (!by_text || g.warning.text == warning.text)
        };
        match gathered.iter_mut().find(same) {
            Some(g) => g.in_replications += 1,
            None => gathered.push(ReplicatedWarning { warning: warning.clone(), in_replications: 1 }),
        }
    }
    // Few jobs a run is what replications are for.
    gathered.retain(|g| g.warning.code != Code::FewJobs.as_str());
    gathered.sort_by_key(|g| g.warning.code);
    let all = summaries.len() as u64;
    for g in &mut gathered {
        let of_all = g.warning.code == Code::LogNotResampled.as_str();
        g.in_replications = if of_all { all } else { g.in_replications.min(all) };
    }
    gathered
}
