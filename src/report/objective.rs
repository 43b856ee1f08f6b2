//! What a sweep decides by: something to minimise, and constraints that must hold (model, section 9).
//!
//! ```text
//!  --minimise, --subject-to ┐
//!  objective: (...)         ├─► read ─► Objective ─► judge ─► Verdict, objective, latency of a configuration
//!  expect: [...]            ┘
//! ```
//!
//! Several replications are judged together: a percentile is that of the jobs of all replications, a cost is the mean.
//! Percentiles are decided by counts of jobs. Where only a histogram's counts are known and the limit falls into the
//! middle of a bucket, the decision is open, and whoever asks runs those few configurations again for exact counts.

mod judge;
mod read;
mod value;

pub use judge::{Baseline, Judged, judge};
pub use read::{Texts, read, share};
pub use value::{Sample, value};

use crate::engine::output::{ClusterResult, Outcome};
use crate::units::TimeSpan;

/// A statistic of a time over jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stat {
    /// The mean.
    Mean,
    /// The largest.
    Max,
    /// A percentile, in per mille.
    Percentile(u32),
}

/// Jobs that are not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unserved {
    /// Rejected at the submit gate.
    Rejected,
    /// Failed or timed out.
    Failed,
    /// Without a final outcome.
    Unfinished,
}

impl Unserved {
    /// So many of a cluster's jobs.
    fn count(self, result: &ClusterResult) -> u64 {
        let is = |outcome: Outcome| match self {
            Self::Rejected => outcome == Outcome::Rejected,
            Self::Failed => outcome.is_failed(),
            Self::Unfinished => !outcome.is_final(),
        };
        let counts = Outcome::ALL.iter().filter(|outcome| is(**outcome));
        counts.map(|outcome| result.outcomes[*outcome as usize]).sum()
    }
}

/// What can be minimised or limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Cost in a period [currency].
    Cost,
    /// Cost of the whole run [currency].
    WholeCost,
    /// Billed node-hours in a period.
    NodeHours,
    /// Billed node-hours of the whole run.
    WholeNodeHours,
    /// Time that jobs spend in the queue, before the first start and after evictions, in a period [job-hours].
    Waiting,
    /// Waits of jobs [s]; one that was neither rejected nor cancelled and never started waits for ever.
    Wait(Stat),
    /// Turnarounds of completed jobs [s].
    Turnaround(Stat),
    /// Share of jobs that start within a time.
    StartedWithin(TimeSpan),
    /// Share of jobs that do not.
    StartedLate(TimeSpan),
    /// Share of billed node-time that runs jobs.
    Utilisation,
    /// Jobs in the replication that has most of them.
    Jobs(Unserved),
}

/// A metric of one cluster or of all.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What.
    pub metric: Metric,
    /// Index of the cluster; `None`: all of them.
    pub cluster: Option<usize>,
    /// As people read it: `p95 wait`, `gpu: cost`.
    pub name: String,
}

/// A term of what is minimised.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// What one unit of the figure counts.
    pub weight: f64,
    /// The figure.
    pub figure: Figure,
}

/// Which side of a limit is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// At most the limit.
    AtMost,
    /// At least the limit.
    AtLeast,
}

/// What must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// The figure.
    pub figure: Figure,
    /// Which side is allowed.
    pub bound: Bound,
    /// The limit, in the figure's unit.
    pub limit: f64,
    /// The same exactly, where it is a time.
    pub time: Option<TimeSpan>,
    /// As people read it: `p95 wait ≤ 10m`.
    pub text: String,
}

/// A period that rates are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its name.
    pub name: &'static str,
    /// Its length [h].
    pub hours: u32,
}

impl Period {
    /// A day.
    pub const DAY: Self = Self { name: "day", hours: 24 };
    /// A week.
    pub const WEEK: Self = Self { name: "week", hours: 168 };

    /// The period to speak of for runs over so many hours: a week where there is one.
    #[must_use]
    pub fn of(hours: f64) -> Self {
        if hours >= f64::from(Self::WEEK.hours) { Self::WEEK } else { Self::DAY }
    }
}

/// What a sweep decides by.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// What is minimised: the sum of these.
    pub terms: Vec<Term>,
    /// What must hold.
    pub constraints: Vec<Constraint>,
    /// What rates are for; `None`: there is no span of time to divide by, and the whole run counts.
    pub period: Option<Period>,
    /// Currency of every price.
    pub currency: String,
    /// What is minimised, as people read it: `cost`.
    pub name: String,
    /// Its unit: `USD/week`, `s`, `node-h/day`; empty for sums of different kinds.
    pub unit: String,
    /// The time that charts set against the cost.
    pub latency: Figure,
    /// The limit that a constraint sets to it.
    pub latency_limit: Option<TimeSpan>,
    /// Number of that constraint.
    pub latency_of: Option<usize>,
}

impl Objective {
    /// The limit of waits that a run counts exactly: that of the first constraint which has one.
    #[must_use]
    pub fn wait_limit(&self) -> Option<TimeSpan> {
        self.constraints.iter().find_map(|constraint| match constraint.figure.metric {
            Metric::StartedWithin(limit) | Metric::StartedLate(limit) => Some(limit),
            Metric::Wait(Stat::Percentile(_)) => constraint.time,
            _ => None,
        })
    }

    /// Whether a turnaround's percentile is asked for, for which a histogram is needed.
    #[must_use]
    pub fn needs_turnarounds(&self) -> bool {
        let figures = self.terms.iter().map(|term| &term.figure);
        let figures = figures.chain(self.constraints.iter().map(|constraint| &constraint.figure));
        let mut figures = figures.chain([&self.latency]);
        figures.any(|figure| matches!(figure.metric, Metric::Turnaround(Stat::Percentile(_))))
    }

    /// Unit of costs: `USD/week`, or `USD` for the whole run.
    #[must_use]
    pub fn cost_unit(&self) -> String {
        match self.period {
            Some(period) => format!("{}/{}", self.currency, period.name),
            None => self.currency.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
