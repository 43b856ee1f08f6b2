//! Thresholds: judged exactly, from integers wherever the figure is one.

mod words;

use super::context::Context;
use super::facts::{Facts, RunFacts, Within};
use super::figures::cost_per_day;
use super::warnings::rate_doubt;
use crate::diagnostic::Code;
use crate::engine::output::{JobRecord, Outcome, RunResult};
use crate::scenario::schema::Expect;
use crate::stats::{per_mille, rank};
use crate::units::{Tick, TimeSpan};
use serde::Serialize;

/// Amounts of money and shares are floats; they meet their limit up to this relative difference, so that 10 h at
/// 0.1 USD/h meet a limit of 1 USD.
pub const TOLERANCE: f64 = 1e-9;

/// A threshold and how it was met.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Threshold {
    /// What is judged, as `"wait p95"`.
    pub figure: String,
    /// Name of the cluster; `None`: all.
    pub cluster: Option<String>,
    /// `"at_most"` or `"at_least"`.
    pub bound: &'static str,
    /// Unit of value and limit: `"s"`, the currency, `"share"` or `"jobs"`.
    pub unit: String,
    /// The limit.
    pub limit: f64,
    /// The value judged; `None` where it is infinite or not defined (`note` says which).
    pub value: Option<f64>,
    /// Whether it holds.
    pub met: bool,
    /// Share of jobs that started within the limit, of a percentile of the wait.
    pub within_share: Option<f64>,
    /// Code of the warning that doubts the rate judged.
    pub doubt: Option<&'static str>,
    /// What to know about the judgement.
    pub note: Option<String>,
}

/// Why a threshold cannot be judged at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpectError {
    /// The cluster does not exist.
    #[error("expect names the cluster {0:?}, which the scenario does not describe")]
    UnknownCluster(String),
    /// A percentile between tenths, or out of range.
    #[error("{0} is no percentile of a threshold; use 0.1 to 100 in steps of 0.1")]
    Percentile(String),
    /// Another currency than the prices.
    #[error("expect gives a limit in {limit}, the prices are in {prices}; write the limit in {prices}")]
    Currency {
        /// Of the limit.
        limit: String,
        /// Of the prices.
        prices: String,
    },
    /// A share outside 0 to 1.
    #[error("{0} is no share; write a number from 0 to 1, as 0.6")]
    Share(String),
}

/// Judges every threshold of the scenario.
///
/// # Errors
/// A threshold that names what is not there, or means nothing.
pub fn judge(
    context: &Context,
    facts: &RunFacts,
    result: &RunResult,
    jobs: &[JobRecord],
) -> Result<Vec<Threshold>, ExpectError> {
    let judge = Judge { context, facts, result, jobs };
    context.expect.iter().map(|expect| judge.one(expect)).collect()
}

struct Judge<'a> {
    context: &'a Context,
    facts: &'a RunFacts,
    result: &'a RunResult,
    jobs: &'a [JobRecord],
}

/// The parts of a threshold that a comparison gives.
#[derive(Default)]
struct Verdict {
    value: Option<f64>,
    met: bool,
    within_share: Option<f64>,
    doubt: Option<Code>,
    note: Option<String>,
}

impl Judge<'_> {
    fn one(&self, expect: &Expect) -> Result<Threshold, ExpectError> {
        match expect {
            Expect::WaitAtMost { percentile, limit, cluster } => {
                let p = self.percentile(*percentile)?;
                let scope = self.scope(cluster.as_deref())?;
                let verdict = self.wait(scope, p, *limit);
                Ok(self.threshold(format!("wait p{percentile}"), cluster, "s", limit.as_s(), verdict))
            }
            Expect::StartedWithin { limit, share, cluster } => {
                check_share(*share)?;
                let (within, waits) = self.waits(self.scope(cluster.as_deref())?, *limit);
                let verdict = started_within(within, waits.len() as u64, *share);
                let figure = format!("started within {limit}");
                let threshold = self.threshold(figure, cluster, "share", *share, verdict);
                Ok(Threshold { bound: "at_least", ..threshold })
            }
            Expect::MeanWaitAtMost { limit, cluster } => {
                let facts = self.facts_of(self.scope(cluster.as_deref())?);
                let verdict = self.mean_wait(facts, *limit);
                Ok(self.threshold("mean wait".to_owned(), cluster, "s", limit.as_s(), verdict))
            }
            Expect::TurnaroundAtMost { percentile, limit, cluster } => {
                let p = self.percentile(*percentile)?;
                let verdict = self.turnaround(self.scope(cluster.as_deref())?, p, *limit);
                Ok(self.threshold(format!("turnaround p{percentile}"), cluster, "s", limit.as_s(), verdict))
            }
            Expect::CostAtMost { limit, cluster } => {
                let facts = self.facts_of(self.scope(cluster.as_deref())?);
                self.currency(&limit.currency)?;
                let verdict = cost_verdict(facts, Some(facts.cost.total), limit.amount);
                Ok(self.threshold("cost".to_owned(), cluster, &limit.currency, limit.amount, verdict))
            }
            Expect::CostPerDayAtMost { limit, cluster } => {
                let facts = self.facts_of(self.scope(cluster.as_deref())?);
                self.currency(&limit.currency)?;
                let value = cost_per_day(self.context, facts.cost.total);
                let verdict = cost_verdict(facts, value, limit.amount);
                let doubt = rate_doubt(self.context, self.result).filter(|_| value.is_some());
                let verdict = Verdict { doubt, ..verdict };
                Ok(self.threshold("cost per day".to_owned(), cluster, &limit.currency, limit.amount, verdict))
            }
            Expect::UtilisationAtLeast { share, cluster } => {
                check_share(*share)?;
                let facts = self.facts_of(self.scope(cluster.as_deref())?);
                let value = facts.utilisation();
                let met = value.is_some_and(|u| at_least(u, *share));
                let note = value.is_none().then(|| "no node was billed, so none was used".to_owned());
                let verdict = Verdict { value, met, note, ..Verdict::default() };
                let threshold = self.threshold("utilisation".to_owned(), cluster, "share", *share, verdict);
                Ok(Threshold { bound: "at_least", ..threshold })
            }
            Expect::RejectedAtMost(limit) => {
                Ok(self.count("jobs rejected", self.facts.total.outcome(Outcome::Rejected), *limit))
            }
            Expect::FailedAtMost(limit) => {
                Ok(self.count("jobs failed or timed out", self.facts.total.failed(), *limit))
            }
            Expect::UnfinishedAtMost(limit) => {
                Ok(self.count("jobs unfinished", self.facts.total.unfinished(), *limit))
            }
        }
    }

    fn threshold(
        &self,
        figure: String,
        cluster: &Option<String>,
        unit: &str,
        limit: f64,
        verdict: Verdict,
    ) -> Threshold {
        let Verdict { value, met, within_share, doubt, note } = verdict;
        let doubt = doubt.map(Code::as_str);
        let (cluster, unit) = (cluster.clone(), unit.to_owned());
        Threshold { figure, cluster, bound: "at_most", unit, limit, value, met, within_share, doubt, note }
    }

    fn count(&self, figure: &str, jobs: u64, limit: u64) -> Threshold {
        let verdict = Verdict { value: Some(jobs as f64), met: jobs <= limit, ..Verdict::default() };
        self.threshold(figure.to_owned(), &None, "jobs", limit as f64, verdict)
    }

    fn percentile(&self, percentile: f64) -> Result<u32, ExpectError> {
        per_mille(percentile).ok_or_else(|| ExpectError::Percentile(percentile.to_string()))
    }

    fn currency(&self, currency: &str) -> Result<(), ExpectError> {
        let prices = &self.context.prices.currency;
        if currency == prices {
            return Ok(());
        }
        Err(ExpectError::Currency { limit: currency.to_owned(), prices: prices.clone() })
    }

    /// Index of the cluster; `None`: all.
    fn scope(&self, cluster: Option<&str>) -> Result<Option<usize>, ExpectError> {
        let Some(name) = cluster else { return Ok(None) };
        let found = self.context.clusters.iter().position(|c| c.name == name);
        found.map(Some).ok_or_else(|| ExpectError::UnknownCluster(name.to_owned()))
    }

    fn facts_of(&self, scope: Option<usize>) -> &Facts {
        scope.map_or(&self.facts.total, |c| &self.facts.clusters[c])
    }

    /// By the exact count of waits within the limit; a job that was neither rejected nor cancelled and never
    /// started waits for ever (model, section 9).
    fn wait(&self, scope: Option<usize>, p: u32, limit: TimeSpan) -> Verdict {
        let (within, mut waits) = self.waits(scope, limit);
        let rank = rank(p, within.of);
        waits.sort_unstable();
        let value = rank.checked_sub(1).and_then(|r| waits.get(r as usize));
        let value = value.map(|ticks| self.context.seconds((*ticks).into()));
        let note = never_started(within.of, waits.len() as u64);
        Verdict { value, met: within.jobs >= rank, within_share: within.share(), note, ..Verdict::default() }
    }

    /// How many of the judged jobs keep the limit, and the waits of those that started.
    fn waits(&self, scope: Option<usize>, limit: TimeSpan) -> (Within, Vec<Tick>) {
        let mut waits = Vec::new();
        let mut within = Within::default();
        for (job, record) in self.context.jobs.iter().zip(self.jobs) {
            if scope.is_none_or(|c| c == job.cluster as usize) {
                within.count(job.submit, record, |wait| {
                    waits.push(wait);
                    self.context.within(wait, limit)
                });
            }
        }
        debug_assert_eq!(within.of, self.judged(scope), "jobs whose waits are judged");
        (within, waits)
    }

    fn judged(&self, scope: Option<usize>) -> u64 {
        let clusters = self.result.clusters.iter().enumerate();
        clusters.filter(|(c, _)| scope.is_none_or(|s| s == *c)).map(|(_, r)| r.waits_judged).sum()
    }

    /// Sum against limit times number: no division.
    fn mean_wait(&self, facts: &Facts, limit: TimeSpan) -> Verdict {
        let sum_ns = u128::from(facts.wait.sum) * u128::from(self.context.resolution.ns());
        let met = sum_ns <= u128::from(limit.ns()) * u128::from(facts.wait.n);
        let value = facts.wait.mean().map(|ticks| ticks * self.context.resolution.tick_s());
        let note = value.is_none().then(|| "no job started".to_owned());
        Verdict { value, met, note, ..Verdict::default() }
    }

    fn turnaround(&self, scope: Option<usize>, p: u32, limit: TimeSpan) -> Verdict {
        let mut times: Vec<Tick> = self
            .context
            .jobs
            .iter()
            .zip(self.jobs)
            .filter(|(job, _)| scope.is_none_or(|c| c == job.cluster as usize))
            .filter(|(_, record)| record.outcome == Outcome::Completed)
            .map(|(job, record)| record.end - job.submit)
            .collect();
        times.sort_unstable();
        let value = crate::stats::nearest_rank(&times, p);
        Verdict {
            value: value.map(|ticks| self.context.seconds(ticks.into())),
            met: value.is_none_or(|ticks| self.context.within(ticks, limit)),
            note: value.is_none().then(|| "no job completed".to_owned()),
            ..Verdict::default()
        }
    }
}

/// What is not known is not met: a sum without some of its clusters is a lower bound.
fn cost_verdict(facts: &Facts, value: Option<f64>, limit: f64) -> Verdict {
    let within = value.is_some_and(|cost| at_most(cost, limit));
    let note = if value.is_none() {
        Some("no span of time to divide by: set a horizon to judge a cost per day".to_owned())
    } else if facts.unpriced > 0 && within {
        Some(
            "the price of a VM size is not known, so the whole cost is not: set the cluster's price"
                .to_owned(),
        )
    } else {
        None
    };
    let value = value.filter(|_| facts.priced());
    Verdict { value, met: within && facts.unpriced == 0, note, ..Verdict::default() }
}

fn check_share(share: f64) -> Result<(), ExpectError> {
    if (0.0..=1.0).contains(&share) { Ok(()) } else { Err(ExpectError::Share(share.to_string())) }
}

/// By the exact counts: jobs that never started do not start in time.
fn started_within(within: Within, started: u64, share: f64) -> Verdict {
    let value = within.share();
    let met = value.is_none_or(|value| at_least(value, share));
    Verdict { value, met, note: never_started(within.of, started), ..Verdict::default() }
}

/// A note on the jobs that count as infinite waits.
fn never_started(judged: u64, started: u64) -> Option<String> {
    match judged - started {
        _ if judged == 0 => Some("no job waited".to_owned()),
        0 => None,
        endless => Some(format!("{endless} of {judged} jobs never started and count as infinite waits")),
    }
}

/// Whether a value of money or a share keeps a limit from above, but for rounding.
pub(super) fn at_most(value: f64, limit: f64) -> bool {
    value <= limit + TOLERANCE * limit.abs()
}

/// The same from below.
pub(super) fn at_least(value: f64, limit: f64) -> bool {
    value >= limit - TOLERANCE * limit.abs()
}
