//! The one model of a report: terminal, json and csv are made from it.

use super::context::{Context, PriceSource};
use super::expectations::{ExpectError, Threshold, judge};
use super::facts::{Facts, RunFacts};
use super::figures::{Value, figures};
use super::pricing::amount;
use super::refusals::{Failure, failures};
use super::stuck::Stuck;
use super::warm_up::Cut;
use super::warnings::{self, Warning};
use crate::diagnostic::Diagnostic;
use crate::engine::input::Tier;
use crate::engine::output::{Reason, RunResult, Status};
use crate::engine::record::{Profile, Recording};
use crate::workload::logs::LogReport;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Version of the format of `summary.json` and of the csv output; raised when a key changes its meaning or goes.
pub const FORMAT: u32 = 1;

/// A run, summarised.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// [`FORMAT`].
    pub format: u32,
    /// Name of the scenario.
    pub scenario: String,
    /// What the scenario is about.
    pub description: Option<String>,
    /// Seed.
    pub seed: u64,
    /// Replication, from 0.
    pub replication: u32,
    /// Length of a tick [s].
    pub tick_s: f64,
    /// Local date and time of tick 0.
    pub start: Option<String>,
    /// How the run ended: `settled`, `horizon`, `stuck` or `limit`.
    pub status: &'static str,
    /// End of the run [s]; everything is counted over [0, end).
    pub end_s: f64,
    /// First instant with all work done and all surplus nodes gone [s].
    pub settled_at_s: Option<f64>,
    /// The horizon [s].
    pub horizon_s: Option<f64>,
    /// The span that rates divide by [s]: the horizon, or where there is none the last submission.
    pub rates_over_s: Option<f64>,
    /// Currency of every amount.
    pub currency: String,
    /// Price lists used.
    pub price_lists: Vec<PriceSource>,
    /// Nodes are billed per started quantum [s].
    pub billing_quantum_s: f64,
    /// Thresholds.
    pub thresholds: Vec<Threshold>,
    /// All clusters together.
    pub total: Scope,
    /// By cluster.
    pub clusters: Vec<Cluster>,
    /// Cost by tier.
    pub tiers: Vec<TierShare>,
    /// Cost by team tag; empty where no job has one.
    pub teams: Vec<TeamShare>,
    /// Why jobs were refused or failed.
    pub failures: Vec<Failure>,
    /// Who waits for what, and which nodes cannot be released, where the run got stuck.
    pub stuck: Option<Stuck>,
    /// What reading each log found: lines, jobs, what was left out and why, the first broken lines.
    pub logs: Vec<LogReport>,
    /// Assumptions that the run used.
    pub assumptions: Vec<String>,
    /// Warnings.
    pub warnings: Vec<WarningEntry>,
    /// What was left out for the steady state, where somebody asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_up: Option<Cut>,
    /// The run's status, typed.
    #[serde(skip)]
    pub run_status: Status,
    /// Averages over time by cluster.
    #[serde(skip)]
    pub profiles: Vec<Profile>,
}

/// The figures of a scope.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Key and value, in the order of every file.
    pub figures: Vec<(String, Value)>,
    /// The numbers behind them.
    pub facts: Facts,
}

impl Scope {
    fn of(context: &Context, facts: Facts) -> Self {
        Self { figures: figures(context, &facts), facts }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.figures.len()))?;
        for (key, value) in &self.figures {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// One cluster.
#[derive(Clone, Debug, Serialize)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// VM size.
    pub vm_size: String,
    /// `dedicated` or `low_priority`.
    pub tier: &'static str,
    /// `min_nodes` at the beginning.
    pub min_nodes: u32,
    /// `max_nodes` at the beginning.
    pub max_nodes: u32,
    /// Price of a node [currency / h]; `None`: nobody knows.
    pub price_per_node_h: Option<f64>,
    /// Where the price is from.
    pub price_list: Option<PriceSource>,
    /// Allocation state at the end: `steady` or `resizing`.
    pub allocation_state: &'static str,
    /// Allocated nodes at the end.
    pub current_nodes: u32,
    /// Nodes it wants at the end.
    pub target_nodes: u32,
    /// Why its queue waits at the end.
    pub waiting_for: Option<&'static str>,
    /// Its figures.
    pub figures: Scope,
    /// `waiting_for`, typed.
    #[serde(skip)]
    pub waiting: Option<Reason>,
}

/// Cost of a tier.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TierShare {
    /// `dedicated` or `low_priority`.
    pub tier: &'static str,
    /// Billed node-time.
    pub billed_node_h: f64,
    /// What it cost.
    pub cost_total: f64,
}

/// What the jobs of a team used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TeamShare {
    /// Team tag; `untagged` for jobs without one, `shared` for what no job uses.
    pub team: String,
    /// Its jobs.
    pub jobs: u64,
    /// Node-time of its running jobs: useful, lost and prepare.
    pub busy_node_h: f64,
    /// What that cost.
    pub cost_total: f64,
}

/// A warning, as files have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WarningEntry {
    /// Stable code.
    pub code: &'static str,
    /// The cluster it is about; `None`: the whole run.
    pub cluster: Option<String>,
    /// Text, ending with advice.
    pub text: String,
}

impl From<&Diagnostic> for WarningEntry {
    fn from(diagnostic: &Diagnostic) -> Self {
        let mut text = diagnostic.message.clone();
        if let Some(help) = &diagnostic.help {
            text.push_str("; ");
            text.push_str(help);
        }
        Self { code: diagnostic.code.as_str(), cluster: None, text }
    }
}

impl From<&Warning> for WarningEntry {
    fn from(warning: &Warning) -> Self {
        Self {
            code: warning.code().as_str(),
            cluster: warning.cluster().map(str::to_owned),
            text: warning.text(),
        }
    }
}

/// The word for a tier in files.
#[must_use]
pub const fn tier_word(tier: Tier) -> &'static str {
    match tier {
        Tier::Dedicated => "dedicated",
        Tier::LowPriority => "low_priority",
    }
}

/// Summarises a run whose recording holds job records.
///
/// # Errors
/// A threshold of the scenario that names what is not there, or means nothing.
pub fn summarise(
    context: &Context,
    result: &RunResult,
    recording: &Recording,
) -> Result<Summary, ExpectError> {
    debug_assert_eq!(recording.jobs.len(), context.jobs.len(), "a record for each job");
    let records = recording.jobs.to_vec();
    let RunFacts { total, clusters } = RunFacts::of(context, result, &records);
    let facts = RunFacts { total, clusters };
    let thresholds = judge(context, &facts, result, &records)?;
    let mut warnings = context.notices.clone();
    let failures = failures(context, &records);
    let found = warnings::find(context, &facts, result, recording, &thresholds, &failures);
    warnings.extend(found.iter().map(WarningEntry::from));
    warnings.sort_by_key(|w| w.code);
    let teams = teams(context, &facts.total, recording);
    let tiers = tiers(context, &facts);
    let clusters = facts
        .clusters
        .into_iter()
        .zip(context.clusters.iter().zip(&result.clusters))
        .map(|(facts, (named, r))| Cluster {
            name: named.name.clone(),
            vm_size: named.vm_size.clone(),
            tier: tier_word(named.tier),
            min_nodes: named.min_nodes,
            max_nodes: named.max_nodes,
            price_per_node_h: named.price.as_ref().map(|p| p.per_h),
            price_list: named.price.as_ref().map(|p| p.source.clone()),
            allocation_state: if r.allocation.resizing { "resizing" } else { "steady" },
            current_nodes: r.allocation.current,
            target_nodes: r.allocation.target,
            waiting_for: r.waiting_for.map(Reason::as_str),
            figures: Scope::of(context, facts),
            waiting: r.waiting_for,
        })
        .collect();
    let seconds = |t: u32| context.seconds(t.into());
    Ok(Summary {
        format: FORMAT,
        scenario: context.scenario.clone(),
        description: context.description.clone(),
        seed: context.seed,
        replication: context.replication,
        tick_s: context.resolution.tick_s(),
        start: context.start.as_ref().map(ToString::to_string),
        status: result.status.as_str(),
        end_s: seconds(result.end),
        settled_at_s: result.settled_at.map(seconds),
        horizon_s: context.horizon.map(seconds),
        rates_over_s: context.rate_span().map(seconds),
        currency: context.prices.currency.clone(),
        price_lists: context.price_sources().into_iter().cloned().collect(),
        billing_quantum_s: seconds(context.prices.billing_quantum),
        thresholds,
        total: Scope::of(context, facts.total),
        clusters,
        tiers,
        teams,
        failures,
        stuck: recording.stuck.as_ref().map(|found| Stuck::of(context, found)),
        logs: context.logs.clone(),
        assumptions: context.assumptions.clone(),
        warnings,
        warm_up: None,
        run_status: result.status,
        profiles: recording.profiles.clone(),
    })
}

fn tiers(context: &Context, facts: &RunFacts) -> Vec<TierShare> {
    let mut shares = Vec::new();
    for tier in [Tier::Dedicated, Tier::LowPriority] {
        let of_tier: Vec<&Facts> = facts
            .clusters
            .iter()
            .zip(&context.clusters)
            .filter(|(_, c)| c.tier == tier)
            .map(|x| x.0)
            .collect();
        if !of_tier.is_empty() {
            let billed: u64 = of_tier.iter().map(|f| f.billed).sum();
            shares.push(TierShare {
                tier: tier_word(tier),
                billed_node_h: billed as f64 / context.ticks_per_h() as f64,
                cost_total: of_tier.iter().map(|f| f.cost.total).sum(),
            });
        }
    }
    shares
}

/// Running node-time by team, and `shared` for the rest; they sum to the total.
fn teams(context: &Context, total: &Facts, recording: &Recording) -> Vec<TeamShare> {
    /// Jobs, and busy node-ticks by cluster.
    type Used = (u64, Vec<u64>);
    if context.jobs.iter().all(|job| job.team.is_none()) {
        return Vec::new();
    }
    let mut used: Vec<Used> = vec![(0, vec![0; context.clusters.len()]); context.tags.len() + 1];
    for (job, record) in context.jobs.iter().zip(recording.jobs.iter()) {
        let (jobs, ticks) = &mut used[job.team.map_or(context.tags.len(), |team| team as usize)];
        *jobs += 1;
        ticks[job.cluster as usize] += job.busy(&record);
    }
    let mut shares: Vec<TeamShare> = used
        .into_iter()
        .enumerate()
        .filter(|(_, (jobs, _))| *jobs > 0)
        .map(|(team, (jobs, ticks))| TeamShare {
            team: context.tags.get(team).cloned().unwrap_or_else(|| "untagged".to_owned()),
            jobs,
            busy_node_h: ticks.iter().sum::<u64>() as f64 / context.ticks_per_h() as f64,
            cost_total: ticks
                .iter()
                .zip(&context.clusters)
                .map(|(ticks, c)| amount(context, *ticks, c.price_per_h()))
                .sum(),
        })
        .collect();
    shares.sort_by(|a, b| b.cost_total.total_cmp(&a.cost_total).then_with(|| a.team.cmp(&b.team)));
    let busy: f64 = shares.iter().map(|s| s.cost_total).sum();
    let shared = (total.cost.total - busy).max(0.0);
    shares.push(TeamShare { team: "shared".to_owned(), jobs: 0, busy_node_h: 0.0, cost_total: shared });
    shares
}
