//! The figures of one configuration of a sweep, made from a run's sums alone.
//!
//! Keys are those of `summary.json` and mean the same, with one difference: percentiles of waits come from the
//! histogram (model, section 9), so they are up to 1/64 above the exact ones.

use super::context::{seconds, ticks_per_h};
use super::facts::{Facts, Spread};
use super::figures::{Value, per_day};
use super::pricing::{Part, Rates};
use crate::engine::output::{ClusterResult, Outcome, Reason, RunResult, State};
use crate::stats::histogram::Histogram;
use crate::units::{Resolution, Tick, TimeSpan};

/// What turns the ticks of a model into figures.
#[derive(Clone, Debug)]
pub struct Scale {
    /// Length of a tick.
    pub resolution: Resolution,
    /// What time costs, by cluster.
    pub rates: Vec<Rates>,
    /// Currency of every amount.
    pub currency: String,
    /// The span that rates divide by [ticks].
    pub rate_span: Option<Tick>,
    /// The span that an objective's rates divide by [ticks]: that in which the jobs come. Under a horizon, another load
    /// factor than the scenario's squeezes the same jobs into a part of it, or stretches them.
    pub objective_span: Option<f64>,
    /// The limit of waits that runs count exactly; `None`: there is none.
    pub wait_limit: Option<TimeSpan>,
}

/// One configuration in one replication, all clusters together.
#[derive(Clone, Debug)]
pub struct Row {
    /// How the run ended.
    pub status: &'static str,
    /// The run did not end as it should.
    pub not_ended: bool,
    /// Its last instant.
    pub end: Tick,
    /// The numbers, as of a run.
    pub facts: Facts,
    /// Waits within the objective's limit, of those that are judged.
    pub waits_within: u64,
    /// Waits that are judged.
    pub waits_judged: u64,
}

/// The spread of waits, as far as sums and a histogram tell it.
fn waits<'a>(clusters: impl Iterator<Item = &'a ClusterResult> + Clone) -> Spread {
    let n = clusters.clone().map(|r| r.started).sum();
    let mut all: Option<Histogram> = None;
    let mut results = clusters.clone();
    let first = results.next();
    // One cluster's is not copied.
    for more in results {
        let all = all.get_or_insert_with(|| first.map(|r| r.wait_histogram.clone()).unwrap_or_default());
        all.merge(&more.wait_histogram);
    }
    let histogram = all.as_ref().or(first.map(|r| &r.wait_histogram));
    let [p50, p90, p95, p99] = histogram.map_or([None; 4], |h| [500, 900, 950, 990].map(|p| h.percentile(p)));
    Spread {
        n,
        sum: clusters.clone().map(|r| r.wait_sum).sum(),
        p50,
        p90,
        p95,
        p99,
        max: clusters.filter_map(|r| r.wait_max).max(),
    }
}

impl Row {
    /// From what a run gave.
    #[must_use]
    pub fn of(scale: &Scale, result: &RunResult) -> Self {
        let mut facts = Facts::default();
        for (r, rates) in result.clusters.iter().zip(&scale.rates) {
            facts.add(&Facts::of_result(r, rates));
        }
        facts.wait = waits(result.clusters.iter());
        facts.turnaround.n = facts.outcome(Outcome::Completed);
        facts.turnaround.sum = result.clusters.iter().map(|r| r.turnaround_sum).sum();
        facts.turnaround.max = result.clusters.iter().filter_map(|r| r.turnaround_max).max();
        Self {
            status: result.status.as_str(),
            not_ended: matches!(
                result.status,
                crate::engine::output::Status::Stuck | crate::engine::output::Status::Limit
            ),
            end: result.end,
            facts,
            waits_within: result.clusters.iter().map(|r| r.waits_within).sum(),
            waits_judged: result.clusters.iter().map(|r| r.waits_judged).sum(),
        }
    }

    /// The whole cost; `None` where no price is known.
    #[must_use]
    pub fn cost(&self) -> Option<f64> {
        self.facts.priced().then_some(self.facts.cost.total)
    }

    /// Share of the judged waits within the objective's limit; `None` without an objective or without waits.
    #[must_use]
    pub fn share_within(&self, scale: &Scale) -> Option<f64> {
        let judged = scale.wait_limit.is_some() && self.waits_judged > 0;
        judged.then(|| self.waits_within as f64 / self.waits_judged as f64)
    }

    /// The figures, in the order of [`header`].
    pub fn figures(&self, scale: &Scale, mut put: impl FnMut(Value)) {
        let facts = &self.facts;
        let per_h = ticks_per_h(scale.resolution);
        let time = |ticks: u64| seconds(scale.resolution, ticks);
        let hours = |ticks: u64| Value::Number(ticks as f64 / per_h as f64);
        let mean =
            |spread: &Spread| Value::from(spread.mean().map(|ticks| ticks * scale.resolution.tick_s()));
        let tick = |ticks: Option<Tick>| Value::from(ticks.map(|t| time(t.into())));
        let judged = |count: u64| if scale.wait_limit.is_some() { Value::Count(count) } else { Value::Null };

        put(Value::Number(time(self.end.into())));
        let known = |cost: f64| facts.priced().then_some(cost);
        let total = known(facts.cost.total);
        put(total.into());
        let span = scale.rate_span;
        put(total.and_then(|cost| Some(per_day(cost, span?, per_h))).into());
        let completed = facts.outcome(Outcome::Completed);
        put(total.filter(|_| completed > 0).map(|cost| cost / completed as f64).into());
        for &part in Part::ALL {
            let cost = facts.cost.part(part);
            put(if part == Part::LoadBalancer { Some(cost) } else { known(cost) }.into());
        }
        put(facts.jobs().into());
        put(facts.started.into());
        for &outcome in Outcome::ALL {
            put(facts.outcome(outcome).into());
        }
        put(facts.restarts.into());
        put(mean(&facts.wait));
        for ticks in [facts.wait.p50, facts.wait.p90, facts.wait.p95, facts.wait.p99, facts.wait.max] {
            put(tick(ticks));
        }
        put(judged(self.waits_within));
        put(judged(self.waits_judged));
        put(self.share_within(scale).into());
        for &reason in Reason::ALL {
            put(hours(facts.wait_by_reason[reason as usize]));
        }
        for &reason in Reason::ALL {
            put(hours(facts.requeue_wait_by_reason[reason as usize]));
        }
        put(mean(&facts.turnaround));
        put(tick(facts.turnaround.max));
        for &state in State::ALL {
            put(hours(facts.state(state)));
        }
        for ticks in [facts.billed, facts.useful, facts.lost, facts.prepare] {
            put(hours(ticks));
        }
        put(facts.utilisation().into());
        put(facts.goodput().into());
        put(facts.peak_nodes.map(u64::from).into());
        put(Value::from(facts.at_limit.map(time)));
        for count in [
            facts.requests,
            facts.withdrawn,
            facts.releases,
            facts.scale_operations,
            facts.evictions,
            facts.boot_failures,
            facts.refused_updates,
        ] {
            put(count.into());
        }
    }
}

/// Names of the figures of a row, with their units last.
#[must_use]
pub fn header() -> Vec<String> {
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut names = own(&["end_s", "cost_total", "cost_per_day", "cost_per_completed_job"]);
    names.extend(Part::ALL.iter().map(|part| format!("cost_{}", part.as_str())));
    names.extend(own(&["jobs", "jobs_started"]));
    names.extend(Outcome::ALL.iter().map(|outcome| format!("jobs_{}", outcome.as_str())));
    names.extend(own(&["restarts", "wait_mean_s", "wait_p50_s", "wait_p90_s", "wait_p95_s", "wait_p99_s"]));
    names.extend(own(&["wait_max_s", "waits_within_limit", "waits_judged", "waits_within_limit_share"]));
    names.extend(Reason::ALL.iter().map(|reason| format!("wait_{}_job_h", reason.as_str())));
    names.extend(Reason::ALL.iter().map(|reason| format!("requeue_wait_{}_job_h", reason.as_str())));
    names.extend(own(&["turnaround_mean_s", "turnaround_max_s"]));
    names.extend(State::ALL.iter().map(|state| format!("{}_node_h", state.as_str())));
    names.extend(own(&["billed_node_h", "useful_node_h", "lost_node_h", "prepare_node_h"]));
    names.extend(own(&["utilisation", "goodput", "peak_nodes", "at_limit_s", "requests", "withdrawn"]));
    names.extend(own(&["releases", "scale_operations", "evictions", "boot_failures", "refused_updates"]));
    names
}

/// Whether a figure of [`header`] is a count, so that it is a whole number in every row.
#[must_use]
pub fn is_count(name: &str) -> bool {
    name == "jobs"
        || name.starts_with("jobs_")
        || matches!(
            name,
            "restarts"
                | "waits_within_limit"
                | "waits_judged"
                | "peak_nodes"
                | "requests"
                | "withdrawn"
                | "releases"
                | "scale_operations"
                | "evictions"
                | "boot_failures"
                | "refused_updates"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_known_by_their_names() {
        let scale = Scale {
            resolution: Resolution::S1,
            rates: Vec::new(),
            currency: "USD".to_owned(),
            rate_span: Some(3600),
            objective_span: None,
            wait_limit: Some(TimeSpan::from_ns(1)),
        };
        let mut facts = Facts { peak_nodes: Some(1), ..Facts::default() };
        facts.wait.n = 1;
        let row =
            Row { status: "settled", not_ended: false, end: 1, facts, waits_within: 1, waits_judged: 1 };
        let mut names = header().into_iter();
        let mut counts = 0;
        row.figures(&scale, |value| {
            let name = names.next().unwrap();
            match value {
                Value::Count(_) => assert!(is_count(&name), "{name}"),
                Value::Number(_) => assert!(!is_count(&name), "{name}"),
                Value::Null => assert!(!is_count(&name), "{name}: this test needs a value of every count"),
            }
            counts += usize::from(matches!(value, Value::Count(_)));
        });
        assert_eq!((names.next(), counts), (None, header().iter().filter(|name| is_count(name)).count()));
    }
}
