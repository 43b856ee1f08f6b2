//! Every figure of a report, as data: one table feeds `summary.json`, csv output, replications and the
//! documentation, so that a key means the same everywhere.

use super::context::Context;
use super::facts::{Facts, Spread, Within};
use super::pricing::Part;
use crate::engine::output::{Outcome, Reason, State};
use crate::units::{Tick, TimeSpan};
use serde::{Serialize, Serializer};

/// A value of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Count(u64),
    /// Any number.
    Number(f64),
    /// Not defined, such as a mean over nothing.
    Null,
}

impl Value {
    /// As a float; `None` where it is not defined.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Count(n) => Some(n as f64),
            Self::Number(x) => Some(x),
            Self::Null => None,
        }
    }
}

impl From<Option<f64>> for Value {
    fn from(x: Option<f64>) -> Self {
        x.filter(|x| x.is_finite()).map_or(Self::Null, Self::Number)
    }
}

impl From<u64> for Value {
    fn from(n: u64) -> Self {
        Self::Count(n)
    }
}

impl From<Option<u64>> for Value {
    fn from(n: Option<u64>) -> Self {
        n.map_or(Self::Null, Self::Count)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(n) => serializer.serialize_u64(*n),
            Self::Number(x) => serializer.serialize_f64(*x),
            Self::Null => serializer.serialize_none(),
        }
    }
}

/// As csv files have it: nothing where it is not defined, whole floats without a point.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(n) => write!(f, "{n}"),
            Self::Number(x) => write!(f, "{x}"),
            Self::Null => Ok(()),
        }
    }
}

/// The figures of a scope (all, or one cluster), in the order of every file: key and value.
#[must_use]
pub fn figures(context: &Context, facts: &Facts) -> Vec<(String, Value)> {
    let mut list = List { context, rows: Vec::new() };
    list.jobs(facts);
    list.times(facts);
    list.nodes(facts);
    list.cost(facts);
    list.rows
}

/// Key of the wait limit.
pub const WAIT_LIMIT: &str = "wait_within_limit_s";
/// Key of the share of jobs that start within it.
pub const WITHIN_SHARE: &str = "wait_within_share";

struct List<'a> {
    context: &'a Context,
    rows: Vec<(String, Value)>,
}

impl List<'_> {
    fn put(&mut self, key: impl Into<String>, value: impl Into<Value>) {
        self.rows.push((key.into(), value.into()));
    }

    fn jobs(&mut self, facts: &Facts) {
        self.put("jobs", facts.jobs());
        self.put("jobs_started", facts.started);
        for &outcome in Outcome::ALL {
            self.put(format!("jobs_{}", outcome.as_str()), facts.outcome(outcome));
        }
        self.put("restarts", facts.restarts);
    }

    fn times(&mut self, facts: &Facts) {
        self.spread("wait", &facts.wait);
        self.put(WAIT_LIMIT, self.context.wait_limit.map(TimeSpan::as_s));
        self.put(WITHIN_SHARE, facts.within.and_then(Within::share));
        for &reason in Reason::ALL {
            let ticks = facts.wait_by_reason[reason as usize];
            self.put(format!("wait_{}_job_h", reason.as_str()), self.hours(ticks));
        }
        for &reason in Reason::ALL {
            let ticks = facts.requeue_wait_by_reason[reason as usize];
            self.put(format!("requeue_wait_{}_job_h", reason.as_str()), self.hours(ticks));
        }
        self.spread("turnaround", &facts.turnaround);
        self.put("slowdown_mean", facts.slowdown_mean);
        self.put("slowdown_p95", facts.slowdown_p95);
    }

    fn spread(&mut self, name: &str, spread: &Spread) {
        let mean = spread.mean().map(|ticks| ticks * self.context.resolution.tick_s());
        self.put(format!("{name}_mean_s"), mean);
        for (which, ticks) in [
            ("p50", spread.p50),
            ("p90", spread.p90),
            ("p95", spread.p95),
            ("p99", spread.p99),
            ("max", spread.max),
        ] {
            let seconds = ticks.map(|t| self.context.seconds(t.into()));
            self.put(format!("{name}_{which}_s"), seconds);
        }
    }

    fn nodes(&mut self, facts: &Facts) {
        for &state in State::ALL {
            self.put(format!("{}_node_h", state.as_str()), self.hours(facts.state(state)));
        }
        self.put("billed_node_h", self.hours(facts.billed));
        self.put("useful_node_h", self.hours(facts.useful));
        self.put("lost_node_h", self.hours(facts.lost));
        self.put("prepare_node_h", self.hours(facts.prepare));
        for &outcome in Outcome::ALL {
            // Only jobs that ran have useful node-time.
            if !matches!(outcome, Outcome::Rejected | Outcome::FailedIdentity | Outcome::NotSubmitted) {
                let ticks = facts.useful_by_outcome[outcome as usize];
                self.put(format!("useful_{}_node_h", outcome.as_str()), self.hours(ticks));
            }
        }
        self.put("utilisation", facts.utilisation());
        self.put("goodput", facts.goodput());
        self.put("peak_nodes", facts.peak_nodes.map(u64::from));
        self.put("at_limit_s", facts.at_limit.map(|t| self.context.seconds(t)));
        self.put("requests", facts.requests);
        self.put("withdrawn", facts.withdrawn);
        self.put("releases", facts.releases);
        self.put("scale_operations", facts.scale_operations);
        self.put("evictions", facts.evictions);
        self.put("boot_failures", facts.boot_failures);
        self.put("refused_updates", facts.refused_updates);
    }

    fn cost(&mut self, facts: &Facts) {
        // Without a price there is no cost, which is not a cost of 0.
        let known = |cost: f64| facts.priced().then_some(cost);
        for &part in Part::ALL {
            let cost = facts.cost.part(part);
            let cost = if part == Part::LoadBalancer { Some(cost) } else { known(cost) };
            self.put(format!("cost_{}", part.as_str()), cost);
        }
        let total = known(facts.cost.total);
        let per_day = total.and_then(|cost| cost_per_day(self.context, cost));
        self.put("cost_total", total);
        self.put("cost_per_day", per_day);
        self.put("cost_per_month", per_day.map(|cost| cost * DAYS_PER_MONTH));
        let completed = facts.outcome(Outcome::Completed);
        let per_job = total.filter(|_| completed > 0).map(|cost| cost / completed as f64);
        self.put("cost_per_completed_job", per_job);
    }

    fn hours(&self, ticks: u64) -> Option<f64> {
        Some(ticks as f64 / self.context.ticks_per_h() as f64)
    }
}

/// Days of the month of the price lists: 730 h.
pub const DAYS_PER_MONTH: f64 = 730.0 / 24.0;

/// A cost per day of the horizon, or up to the last submission; `None` over an empty span.
#[must_use]
pub fn cost_per_day(context: &Context, cost: f64) -> Option<f64> {
    Some(per_day(cost, context.rate_span()?, context.ticks_per_h()))
}

/// A cost per day, of a span of time.
pub(super) fn per_day(cost: f64, span: Tick, ticks_per_h: u64) -> f64 {
    cost * (24 * ticks_per_h) as f64 / f64::from(span)
}
