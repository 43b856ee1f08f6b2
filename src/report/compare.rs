//! Two scenarios under common random numbers: every figure of both, and their paired differences.
//!
//! A [`Comparison`] is the one model; the terminal report and JSON are made from it.

mod findings;
mod jobs;
mod pairing;
#[cfg(test)]
mod tests;

pub use findings::{Finding, Tone};
pub(super) use findings::{signed, signed_percent};
pub use jobs::{JobPairs, JobShift, Starts};
pub use pairing::{Pairing, Same, same_arrivals};
#[cfg(test)]
pub(super) use tests::compared as fixture;

use super::Summary;
use super::replications::{Replicated, ReplicatedThreshold, ReplicatedWarning};
use super::summary::FORMAT;
use super::warm_up::Cut;
use crate::diagnostic::Code;
use crate::engine::output::Status;
use crate::scenario::difference::Difference;
use crate::stats::{CONFIDENCE, Paired};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Replications where something is drawn and nobody says how many.
pub const REPLICATIONS: u32 = 20;

/// Two scenarios, compared.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// Version of the format, as in [`Summary::format`].
    pub format: u32,
    /// The first scenario.
    pub a: Side,
    /// The second one; every difference is B − A.
    pub b: Side,
    /// Seed of both.
    pub seed: u64,
    /// Replications of each.
    pub replications: u64,
    /// Whether anything is drawn in either; if not, one replication says all, exactly.
    pub drawn: bool,
    /// Confidence of every interval.
    pub confidence: f64,
    /// Currency of every amount; `None` where the two differ, and no cost is compared.
    pub currency: Option<String>,
    /// What the two files say differently.
    pub differences: Vec<Difference>,
    /// What the two runs of a replication have in common.
    pub pairing: Pairing,
    /// What came of it, in sentences, the most important first.
    pub findings: Vec<Finding>,
    /// What to bear in mind when reading the differences.
    pub notes: Vec<String>,
    /// `all` first, then the clusters of both, by name.
    pub scopes: Vec<ComparedScope>,
    /// Job by job, where both have the same jobs.
    pub jobs: Option<JobPairs>,
}

/// One of the two scenarios.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// Its file.
    pub file: String,
    /// Its name.
    pub scenario: String,
    /// How its runs ended, with their number.
    #[serde(serialize_with = "super::replications::by_word")]
    pub statuses: Vec<(Status, u64)>,
    /// Its own thresholds; they do not decide anything here.
    pub thresholds: Vec<ReplicatedThreshold>,
    /// What it counts over [s].
    pub rates_over_s: Option<f64>,
    /// What was left out for the steady state, where somebody asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_up: Option<Cut>,
    /// Its warnings, as `run` gives them.
    pub warnings: Vec<ReplicatedWarning>,
}

/// The figures of a scope.
#[derive(Clone, Debug)]
pub struct ComparedScope {
    /// `all`, or the name of a cluster.
    pub name: String,
    /// By key, as in `summary.json`; `None` where no replication has a value of both.
    pub figures: Vec<(String, Option<Compared>)>,
}

impl ComparedScope {
    /// A figure by its key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Compared> {
        self.figures.iter().find(|(k, _)| k == key)?.1.as_ref()
    }
}

impl Serialize for ComparedScope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        for (key, compared) in &self.figures {
            map.serialize_entry(key, compared)?;
        }
        map.end()
    }
}

/// What can be said about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The two are equal in every replication.
    Same,
    /// B is lower: exactly, or with an interval that leaves out 0.
    Lower,
    /// B is higher: exactly, or with an interval that leaves out 0.
    Higher,
    /// The interval holds 0: these replications do not tell.
    NotSeparated,
    /// One replication of something drawn: what chance adds is not known.
    OneDraw,
}

/// A figure of both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// Means and the differences.
    pub paired: Paired,
    /// What can be said.
    pub verdict: Verdict,
}

impl Compared {
    /// From pairs (A, B), one a replication; `drawn` tells whether chance had a part in them.
    #[must_use]
    pub fn of(pairs: &[(f64, f64)], drawn: bool) -> Option<Self> {
        let paired = Paired::of(pairs)?;
        let mean = paired.difference.mean;
        let told = match paired.separated() {
            Some(separated) => separated,
            None if drawn => return Some(Self { paired, verdict: Verdict::OneDraw }),
            None => mean != 0.0,
        };
        let same = mean == 0.0 && paired.difference.std_dev.unwrap_or(0.0) == 0.0;
        let verdict = match told {
            _ if same => Verdict::Same,
            false => Verdict::NotSeparated,
            true if mean < 0.0 => Verdict::Lower,
            true => Verdict::Higher,
        };
        Some(Self { paired, verdict })
    }
}

impl Serialize for Compared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let p = &self.paired;
        let interval = p.interval();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("n", &p.difference.n)?;
        map.serialize_entry("a", &p.a)?;
        map.serialize_entry("b", &p.b)?;
        map.serialize_entry("difference", &p.difference.mean)?;
        map.serialize_entry("std_dev", &p.difference.std_dev)?;
        map.serialize_entry("low", &interval.map(|i| i.0))?;
        map.serialize_entry("high", &interval.map(|i| i.1))?;
        map.serialize_entry("relative", &p.relative())?;
        map.serialize_entry("median_low", &p.difference.median.map(|m| m.low))?;
        map.serialize_entry("median_high", &p.difference.median.map(|m| m.high))?;
        map.serialize_entry("narrower", &p.narrower)?;
        map.serialize_entry("verdict", &self.verdict)?;
        map.end()
    }
}

/// What a comparison is made from, beside the runs.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Files of A and B.
    pub files: [String; 2],
    /// Whether anything is drawn in either.
    pub drawn: bool,
    /// What the files say differently.
    pub differences: Vec<Difference>,
    /// What the runs have in common.
    pub pairing: Pairing,
    /// What to bear in mind, found before the runs.
    pub notes: Vec<String>,
}

impl Comparison {
    /// From the summaries of A and of B, one a replication in their order, and the jobs' starts; `None` without
    /// replications, or where the two are not as many.
    #[must_use]
    pub fn of(setting: Setting, a: &[Summary], b: &[Summary], jobs: Option<JobPairs>) -> Option<Self> {
        let [file_a, file_b] = setting.files;
        let (first_a, first_b) = (a.first()?, b.first()?);
        if a.len() != b.len() {
            return None;
        }
        let currency = (first_a.currency == first_b.currency).then(|| first_a.currency.clone());
        let mut notes = setting.notes;
        notes.extend(cautions(a, b));
        let mut comparison = Self {
            format: FORMAT,
            a: Side::of(file_a, a)?,
            b: Side::of(file_b, b)?,
            seed: first_a.seed,
            replications: a.len() as u64,
            drawn: setting.drawn,
            confidence: CONFIDENCE,
            currency,
            differences: setting.differences,
            pairing: setting.pairing,
            findings: Vec::new(),
            notes,
            scopes: Vec::new(),
            jobs,
        };
        comparison.scopes = comparison.compare(a, b);
        comparison.findings = findings::findings(&comparison);
        Some(comparison)
    }

    /// All clusters together.
    #[must_use]
    pub fn total(&self) -> Option<&ComparedScope> {
        self.scopes.first()
    }

    /// Whether a run of either ended stuck or at a limit.
    #[must_use]
    pub fn any_not_ended(&self) -> bool {
        let statuses = self.a.statuses.iter().chain(&self.b.statuses);
        statuses.into_iter().any(|(status, _)| matches!(status, Status::Stuck | Status::Limit))
    }

    fn compare(&self, a: &[Summary], b: &[Summary]) -> Vec<ComparedScope> {
        let mut scopes = Vec::new();
        let total = |s: &Summary| s.total.figures.clone();
        scopes.push(self.scope("all".to_owned(), a.iter().map(total), b.iter().map(total)));
        for (i, cluster) in a[0].clusters.iter().enumerate() {
            let Some(j) = b[0].clusters.iter().position(|c| c.name == cluster.name) else { continue };
            let of = |s: &Summary, i: usize| s.clusters[i].figures.figures.clone();
            let (in_a, in_b) = (a.iter().map(|s| of(s, i)), b.iter().map(|s| of(s, j)));
            scopes.push(self.scope(cluster.name.clone(), in_a, in_b));
        }
        scopes
    }

    /// Both have the same keys in the same order, whatever the scenario.
    fn scope(
        &self,
        name: String,
        a: impl Iterator<Item = Vec<(String, super::figures::Value)>>,
        b: impl Iterator<Item = Vec<(String, super::figures::Value)>>,
    ) -> ComparedScope {
        let runs: Vec<_> = a.zip(b).collect();
        let keys: Vec<String> =
            runs.first().map_or_else(Vec::new, |(a, _)| a.iter().map(|(key, _)| key.clone()).collect());
        let figures = keys
            .into_iter()
            .enumerate()
            .map(|(k, key)| {
                let pairs: Vec<(f64, f64)> = runs
                    .iter()
                    .filter_map(|(a, b)| Some((a[k].1.number()?, b[k].1.number()?)))
                    .filter(|_| self.currency.is_some() || !key.starts_with("cost_"))
                    .collect();
                (key, Compared::of(&pairs, self.drawn))
            })
            .collect();
        ComparedScope { name, figures }
    }
}

impl Side {
    fn of(file: String, summaries: &[Summary]) -> Option<Self> {
        let Replicated { scenario, statuses, thresholds, first, mut warnings, .. } =
            Replicated::of(summaries)?;
        // Intervals of differences say for themselves how wide they are.
        warnings.retain(|w| w.warning.code != Code::TooFewReplications.as_str());
        let Summary { rates_over_s, warm_up, .. } = first;
        Some(Self { file, scenario, statuses, thresholds, rates_over_s, warm_up, warnings })
    }
}

/// What the runs themselves say about how far they can be compared.
fn cautions(a: &[Summary], b: &[Summary]) -> Vec<String> {
    let mut notes = Vec::new();
    let (first_a, first_b) = (&a[0], &b[0]);
    if first_a.currency != first_b.currency {
        notes.push(format!(
            "A counts in {} and B in {}: no cost is compared; give both prices in one currency.",
            first_a.currency, first_b.currency
        ));
    }
    if first_a.rates_over_s != first_b.rates_over_s {
        let span =
            |s: &Summary| s.rates_over_s.map_or_else(|| "no time".to_owned(), super::units::duration_s);
        notes.push(format!(
            "A counts over {} and B over {}: compare rates (cost per day), not totals.",
            span(first_a),
            span(first_b)
        ));
    }
    for (name, all) in [("A", a), ("B", b)] {
        let ended = |s: &&Summary| matches!(s.run_status, Status::Stuck | Status::Limit);
        let n = all.iter().filter(ended).count();
        if n > 0 {
            notes.push(format!(
                "{n} of {} runs of {name} did not end (stuck, or at a limit of the simulator): their figures stop \
                 there.",
                all.len()
            ));
        }
    }
    let started = |all: &[Summary]| all.iter().map(|s| s.total.facts.started).sum::<u64>();
    let (in_a, in_b) = (started(a), started(b));
    if in_a != in_b {
        notes.push(format!(
            "Waits are of jobs that started: {} in A, {} in B. Where one starts fewer, the others are missing \
             from its waits.",
            super::units::whole(in_a),
            super::units::whole(in_b)
        ));
    }
    notes
}
