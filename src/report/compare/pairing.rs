//! What the two runs of a replication have in common: jobs, and the streams that delays are drawn from.

use crate::report::Context;
use crate::scenario::Scenario;
use serde::Serialize;

/// How far the jobs of both are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Same {
    /// Every job of A is one of B, submitted at the same time, with as many nodes and as much work, in every
    /// replication.
    Jobs,
    /// The same but for the work.
    Arrivals,
    /// The jobs differ, but some are drawn from the same streams.
    Streams,
    /// Nothing binds the jobs of A to those of B.
    Nothing,
}

/// What the two runs of a replication have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pairing {
    /// The jobs.
    pub jobs: Same,
    /// What has no partner, in sentences.
    pub apart: Vec<String>,
}

impl Pairing {
    /// Of two scenarios. `same_arrivals` and `same_work` tell whether those of their jobs were the same in every
    /// replication.
    #[must_use]
    pub fn of(a: &Scenario, b: &Scenario, same_arrivals: bool, same_work: bool) -> Self {
        let mut apart = Vec::new();
        let classes = |s: &Scenario| s.workload.classes.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
        let clusters = |s: &Scenario| s.clusters.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
        let (classes_a, classes_b) = (classes(a), classes(b));
        alone(&classes_a, &classes_b, "class", "its jobs have no partners", &mut apart);
        alone(
            &clusters(a),
            &clusters(b),
            "cluster",
            "its delays are drawn from streams of its own, so they differ by chance too; give both clusters one name",
            &mut apart,
        );
        let shares_class = classes_a.iter().any(|name| classes_b.contains(name));
        let logs = |s: &Scenario| s.workload.logs.iter().map(|l| l.path.clone()).collect::<Vec<_>>();
        let shares_log = logs(a).iter().any(|path| logs(b).contains(path));
        let jobs = match (same_arrivals, shares_class || shares_log) {
            (true, _) if same_work => Same::Jobs,
            (true, _) => Same::Arrivals,
            (false, true) => Same::Streams,
            (false, false) => Same::Nothing,
        };
        Self { jobs, apart }
    }

    /// Whether both have the same jobs, but perhaps for their work.
    #[must_use]
    pub const fn same_arrivals(&self) -> bool {
        matches!(self.jobs, Same::Jobs | Same::Arrivals)
    }

    /// What the intervals are of.
    #[must_use]
    pub const fn differences(&self) -> &'static str {
        match self.jobs {
            Same::Jobs | Same::Arrivals => "the paired differences",
            Same::Streams => "the differences, paired as far as both draw from the same streams",
            Same::Nothing => "the differences between separate runs, of which nothing is paired",
        }
    }

    /// What it means for the differences, in a sentence.
    #[must_use]
    pub fn says(&self) -> &'static str {
        match self.jobs {
            Same::Jobs => {
                "Both get the same jobs, and the same draws for the same purpose (common random numbers)."
            }
            Same::Arrivals => {
                "Both get jobs at the same times and of the same sizes, but with other running times: differences \
                 are those of workloads as well as of clusters."
            }
            Same::Streams => {
                "The jobs differ: what can be drawn for both comes from the same streams, the rest is apart. \
                 Differences are those of workloads as well as of clusters."
            }
            Same::Nothing => {
                "The workloads have nothing in common, so their streams cannot be paired: intervals are those of \
                 separate runs, and differences are those of workloads as well as of clusters."
            }
        }
    }
}

/// Names that only one of the two has.
fn alone(a: &[String], b: &[String], what: &str, so: &str, apart: &mut Vec<String>) {
    for (names, others, side) in [(a, b, "A"), (b, a, "B")] {
        for name in names.iter().filter(|name| !others.contains(name)) {
            apart.push(format!("The {what} {name:?} is in {side} only: {so}."));
        }
    }
}

/// Whether the jobs of two runs arrive alike: as many, submitted at the same times, with as many nodes each.
#[must_use]
pub fn same_arrivals(a: &Context, b: &Context) -> bool {
    let ns = |c: &Context, t: u32| u64::from(t) * c.resolution.ns();
    a.jobs.len() == b.jobs.len()
        && a.jobs.iter().zip(&b.jobs).all(|(x, y)| x.nodes == y.nodes && ns(a, x.submit) == ns(b, y.submit))
}
