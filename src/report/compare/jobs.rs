//! Job by job: who starts earlier, who later, and by how much.

use super::pairing::same_arrivals;
use crate::engine::record::Recording;
use crate::report::Context;
use crate::stats::rank;
use crate::units::NEVER;
use serde::Serialize;

/// Nanoseconds of a millisecond; every resolution is a whole number of them.
const NS_PER_MS: u64 = 1_000_000;

/// Starts of the jobs of one replication, or of several together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Starts {
    /// Start in B − start in A of every job that started in both [ms].
    differences: Vec<i64>,
    only_a: u64,
    only_b: u64,
    neither: u64,
}

impl Starts {
    /// Of one replication; `None` where the jobs of A and B do not arrive alike.
    #[must_use]
    pub fn of(a: (&Context, &Recording), b: (&Context, &Recording)) -> Option<Self> {
        if !same_arrivals(a.0, b.0) {
            return None;
        }
        let mut starts = Self::default();
        let ms =
            |context: &Context, tick: u32| (u64::from(tick) * (context.resolution.ns() / NS_PER_MS)) as i64;
        for (x, y) in a.1.jobs.iter().zip(b.1.jobs.iter()) {
            match (x.first_start, y.first_start) {
                (NEVER, NEVER) => starts.neither += 1,
                (_, NEVER) => starts.only_a += 1,
                (NEVER, _) => starts.only_b += 1,
                (in_a, in_b) => starts.differences.push(ms(b.0, in_b) - ms(a.0, in_a)),
            }
        }
        Some(starts)
    }

    /// Adds another replication.
    pub fn add(&mut self, other: Self) {
        self.differences.extend(other.differences);
        self.only_a += other.only_a;
        self.only_b += other.only_b;
        self.neither += other.neither;
    }
}

/// How the starts of jobs that arrive alike differ, all replications together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JobPairs {
    /// Jobs, counted in every replication.
    pub jobs: u64,
    /// Jobs that start earlier in B.
    pub earlier: JobShift,
    /// Jobs that start later in B.
    pub later: JobShift,
    /// Jobs that start at the same time.
    pub same_time: u64,
    /// Jobs that start in A only.
    pub only_a: u64,
    /// Jobs that start in B only.
    pub only_b: u64,
    /// Jobs that start in neither.
    pub neither: u64,
}

/// By how much some jobs are moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct JobShift {
    /// How many.
    pub jobs: u64,
    /// By how much, on average [s]; `None` without any, as all of these.
    pub mean_s: Option<f64>,
    /// Median.
    pub p50_s: Option<f64>,
    /// 95th percentile.
    pub p95_s: Option<f64>,
    /// Most.
    pub max_s: Option<f64>,
}

impl JobShift {
    /// Of amounts in any order [ms].
    fn of(mut ms: Vec<u64>) -> Self {
        ms.sort_unstable();
        let n = ms.len() as u64;
        let seconds = |ms: u64| ms as f64 / 1000.0;
        let at = |per_mille: u32| {
            let rank = rank(per_mille, n).checked_sub(1)?;
            ms.get(rank as usize).map(|ms| seconds(*ms))
        };
        Self {
            jobs: n,
            mean_s: (n > 0).then(|| seconds(ms.iter().sum()) / n as f64),
            p50_s: at(500),
            p95_s: at(950),
            max_s: ms.last().map(|ms| seconds(*ms)),
        }
    }
}

impl From<Starts> for JobPairs {
    fn from(starts: Starts) -> Self {
        let Starts { differences, only_a, only_b, neither } = starts;
        let started = differences.len() as u64;
        let moved = |earlier: bool| {
            let of = differences.iter().filter(|d| if earlier { **d < 0 } else { **d > 0 });
            JobShift::of(of.map(|d| d.unsigned_abs()).collect())
        };
        let (earlier, later) = (moved(true), moved(false));
        let same_time = started - earlier.jobs - later.jobs;
        Self { jobs: started + only_a + only_b + neither, earlier, later, same_time, only_a, only_b, neither }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_by_hand() {
        let mut starts = Starts { differences: vec![-1000, 0, 500], only_a: 1, ..Starts::default() };
        starts.add(Starts { differences: vec![-3000, 2500], neither: 2, ..Starts::default() });
        let pairs = JobPairs::from(starts);
        assert_eq!((pairs.jobs, pairs.same_time, pairs.only_a, pairs.neither), (8, 1, 1, 2));
        assert_eq!(
            (pairs.earlier.jobs, pairs.earlier.mean_s, pairs.earlier.max_s),
            (2, Some(2.0), Some(3.0))
        );
        assert_eq!((pairs.later.jobs, pairs.later.p50_s, pairs.later.p95_s), (2, Some(0.5), Some(2.5)));
        assert_eq!(JobPairs::from(Starts::default()).later.mean_s, None);
    }
}
