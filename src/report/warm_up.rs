//! The steady state: figures without the start-up of the run.
//!
//! A run that begins with an empty cluster and an empty queue is not typical at first. Where the question is how it
//! goes on in the long run, the beginning is left out: of jobs, those submitted before the cut; of averages over
//! time, what lies before it. Sums over the whole run (costs, node-hours, counts) cannot be cut afterwards; they stay
//! as they are, and the report says so. Nothing is cut unless somebody asks: a finite span, such as a log, is its own
//! question.

use super::context::{Context, seconds};
use super::facts::Spread;
use super::figures::Value;
use super::summary::{Summary, WarningEntry};
use super::units::{duration_s, whole};
use super::warnings::Warning;
use crate::engine::output::Outcome;
use crate::engine::record::{Profile, Recording};
use crate::stats::{Estimate, lag1, mser5, section_interval, section_means};
use crate::units::{NEVER, Resolution, Tick, TimeSpan};
use serde::Serialize;
use std::str::FromStr;

/// Sections of a single run, for its intervals.
const SECTIONS: usize = 20;
/// A correlation of neighbouring sections from which on their interval is too narrow (Law 2015, section 9.5.3).
const LAG1_MAX: f64 = 0.2;

/// How much of the beginning is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarmUp {
    /// What MSER-5 finds in the waits, averaged over the replications.
    Mser5,
    /// A span of time.
    Span(TimeSpan),
}

impl FromStr for WarmUp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("mser5") {
            return Ok(Self::Mser5);
        }
        text.parse()
            .map(Self::Span)
            .map_err(|error| format!("{error}; or write mser5, which finds the start-up in the waits"))
    }
}

/// What the steady state of one replication is computed from.
#[derive(Clone, Debug)]
pub struct Series {
    resolution: Resolution,
    /// Of jobs that started, by submission.
    jobs: Vec<SeriesJob>,
    /// When arrivals end: the last submission, or the horizon or the end of the run where that is earlier.
    until: Tick,
}

#[derive(Clone, Copy, Debug)]
struct SeriesJob {
    submit: Tick,
    cluster: u32,
    wait: Tick,
    /// Of completed jobs.
    turnaround: Option<Tick>,
}

impl Series {
    /// Of a run and its job records.
    #[must_use]
    pub fn of(context: &Context, recording: &Recording, end: Tick) -> Self {
        let started = context.jobs.iter().zip(recording.jobs.iter()).filter(|(_, r)| r.first_start != NEVER);
        let jobs = started.map(|(job, r)| SeriesJob {
            submit: job.submit,
            cluster: job.cluster,
            wait: r.first_start - job.submit,
            turnaround: (r.outcome == Outcome::Completed).then(|| r.end - job.submit),
        });
        let last = context.last_submission().unwrap_or(0);
        let until = context.horizon.unwrap_or(last).min(last).min(end);
        Self { resolution: context.resolution, jobs: jobs.collect(), until }
    }
}

/// What is left out, in every replication.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cut {
    /// `mser5` or `span`.
    pub method: &'static str,
    /// Up to when [s].
    pub until_s: f64,
    /// Started jobs submitted before, over all replications.
    pub jobs_left_out: u64,
    /// Started jobs, over all replications.
    pub jobs: u64,
    /// The cut lies beyond half of the arrivals: the run is too short to tell.
    pub beyond_half: bool,
    /// MSER-5 had too few jobs (fewer than 50) and leaves out nothing.
    pub too_few: bool,
    /// Intervals of one run alone, from sections of it; `None` with several replications, or too few jobs.
    pub sections: Option<SectionEstimates>,
}

/// Intervals from sections of one run. They hold as far as the sections are independent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SectionEstimates {
    /// How many, of equal number of jobs.
    pub sections: usize,
    /// Mean wait [s].
    pub wait_mean_s: Option<Estimate>,
    /// 95th percentile of waits [s]; `None` with too few jobs in a section.
    pub wait_p95_s: Option<Estimate>,
    /// Correlation of the mean waits of neighbouring sections; above 0.2 the intervals are too narrow.
    pub lag1: Option<f64>,
}

/// Finds the cut for all replications; of several sets (A and B of a comparison) use the larger.
#[must_use]
pub fn find(warm_up: WarmUp, replications: &[Series]) -> Cut {
    let (method, mser) = match warm_up {
        WarmUp::Span(_) => ("span", None),
        WarmUp::Mser5 => ("mser5", mser5(&averaged(replications))),
    };
    let until_s = match (warm_up, mser) {
        (WarmUp::Span(span), _) => span.as_s(),
        // The job with that number is submitted at another time in each replication; the latest leaves out enough
        // of all.
        (_, Some(t)) if t.cut > 0 => replications
            .iter()
            .filter_map(|r| r.jobs.get(t.cut).map(|job| seconds(r.resolution, job.submit.into())))
            .fold(0.0, f64::max),
        _ => 0.0,
    };
    let half = |r: &Series| seconds(r.resolution, r.until.into()) / 2.0;
    let beyond_half = mser.is_some_and(|t| t.beyond_half) || replications.iter().any(|r| until_s > half(r));
    let mut cut = Cut {
        method,
        until_s,
        jobs_left_out: 0,
        jobs: 0,
        beyond_half,
        too_few: method == "mser5" && mser.is_none(),
        sections: None,
    };
    cut.count(replications);
    cut
}

/// Waits by number of the job, averaged over the replications, as far as all of them have that many.
fn averaged(replications: &[Series]) -> Vec<f64> {
    let n = replications.iter().map(|r| r.jobs.len()).min().unwrap_or(0);
    (0..n)
        .map(|i| {
            replications.iter().map(|r| f64::from(r.jobs[i].wait)).sum::<f64>() / replications.len() as f64
        })
        .collect()
}

impl Cut {
    fn count(&mut self, replications: &[Series]) {
        self.jobs = replications.iter().map(|r| r.jobs.len() as u64).sum();
        self.jobs_left_out = replications.iter().map(|r| self.left_out(r) as u64).sum();
        self.sections = match replications {
            [one] => self.of_sections(one),
            _ => None,
        };
    }

    fn left_out(&self, series: &Series) -> usize {
        series.jobs.partition_point(|job| seconds(series.resolution, job.submit.into()) < self.until_s)
    }

    fn of_sections(&self, series: &Series) -> Option<SectionEstimates> {
        let waits: Vec<Tick> = series.jobs[self.left_out(series)..].iter().map(|job| job.wait).collect();
        let means = section_means(&waits, SECTIONS)?;
        let tick_s = series.resolution.tick_s();
        let in_seconds = |e: Estimate| e.times(tick_s);
        Some(SectionEstimates {
            sections: SECTIONS,
            wait_mean_s: Estimate::of(&means).map(in_seconds),
            wait_p95_s: section_interval(&waits, 950, SECTIONS).map(in_seconds),
            lag1: lag1(&means),
        })
    }

    /// The same cut for other replications: a comparison cuts both sides at the later of the two.
    #[must_use]
    pub fn at_least(mut self, other: &Self, replications: &[Series]) -> Self {
        self.until_s = self.until_s.max(other.until_s);
        self.beyond_half |= other.beyond_half;
        self.too_few |= other.too_few;
        self.count(replications);
        self
    }

    /// What was left out, in sentences.
    #[must_use]
    pub fn says(&self) -> String {
        if self.until_s == 0.0 {
            let why = if self.too_few { "has too few jobs to find a start-up" } else { "finds no start-up" };
            return format!(
                "Steady state: MSER-5 {why}, so nothing is left out. Averages over time are up to the last submission."
            );
        }
        let found = match self.method {
            "mser5" => ", which MSER-5 finds in the waits",
            _ => "",
        };
        let mut text = format!(
            "Steady state: without the first {}{found} ({} of {} started jobs). Times of jobs are of those submitted \
             later; averages over time are from there to the last submission. All other figures (costs, node-hours, \
             counts) are of the whole run.",
            duration_s(self.until_s),
            whole(self.jobs_left_out),
            whole(self.jobs)
        );
        if let Some(s) = &self.sections {
            let said = |e: &Option<Estimate>| {
                let e = e.as_ref()?;
                Some(format!("{} ±{}", duration_s(e.mean), duration_s(e.half_width?)))
            };
            if let Some(mean) = said(&s.wait_mean_s) {
                let p95 = said(&s.wait_p95_s).map(|p95| format!(", p95 {p95}")).unwrap_or_default();
                let warn = match s.lag1 {
                    Some(lag) if lag > LAG1_MAX => format!(
                        " They are not independent (correlation of neighbours {lag:.2}), so these intervals are too \
                         narrow: use --replications."
                    ),
                    _ => String::new(),
                };
                text += &format!(
                    " From {} sections of this one run: mean wait {mean}{p95} (95 % t-intervals, as far as the \
                     sections are independent).{warn}",
                    s.sections
                );
            }
        }
        text
    }

    /// What is wrong with it.
    fn warning(&self) -> Option<WarningEntry> {
        let warm_up_s = (!self.too_few).then_some(self.until_s);
        let wrong = self.too_few || self.beyond_half;
        wrong.then(|| {
            WarningEntry::from(&Warning::NoSteadyState {
                warm_up_s,
                jobs: self.jobs,
                left_out: self.jobs_left_out,
            })
        })
    }

    /// Adds the figures of the steady state to each replication's summary.
    pub fn apply(&self, summaries: &mut [Summary], replications: &[Series]) {
        for (summary, series) in summaries.iter_mut().zip(replications) {
            let all: Vec<usize> = (0..summary.clusters.len()).collect();
            let profiles = std::mem::take(&mut summary.profiles);
            summary.total.figures.extend(self.figures(series, &profiles, &all));
            for (c, cluster) in summary.clusters.iter_mut().enumerate() {
                cluster.figures.figures.extend(self.figures(series, &profiles, &[c]));
            }
            summary.profiles = profiles;
            summary.warm_up = Some(self.clone());
            summary.warnings.extend(self.warning());
            summary.warnings.sort_by_key(|w| w.code);
        }
    }

    fn figures(&self, series: &Series, profiles: &[Profile], clusters: &[usize]) -> Vec<(String, Value)> {
        let jobs = series.jobs[self.left_out(series)..].iter();
        let jobs: Vec<&SeriesJob> = jobs.filter(|job| clusters.contains(&(job.cluster as usize))).collect();
        let mut rows = vec![("steady_jobs".to_owned(), Value::from(jobs.len() as u64))];
        let mut waits: Vec<Tick> = jobs.iter().map(|job| job.wait).collect();
        let mut turnarounds: Vec<Tick> = jobs.iter().filter_map(|job| job.turnaround).collect();
        let tick_s = series.resolution.tick_s();
        for (name, spread) in [("wait", Spread::of(&mut waits)), ("turnaround", Spread::of(&mut turnarounds))]
        {
            let mean = spread.mean().map(|ticks| ticks * tick_s);
            rows.push((format!("steady_{name}_mean_s"), mean.into()));
            for (which, ticks) in
                [("p50", spread.p50), ("p90", spread.p90), ("p95", spread.p95), ("p99", spread.p99)]
            {
                let value = ticks.map(|t| seconds(series.resolution, t.into()));
                rows.push((format!("steady_{name}_{which}_s"), value.into()));
            }
        }
        let averages = self.averages(series, profiles, clusters);
        for (i, name) in ["held_nodes", "running_nodes", "queued_jobs"].into_iter().enumerate() {
            rows.push((format!("steady_{name}"), averages.map(|a| a[i]).into()));
        }
        let busy = averages.and_then(|[held, running, _]| (held > 0.0).then(|| running / held));
        rows.push(("steady_busy_share".to_owned(), busy.into()));
        rows
    }

    /// Averages over the stretches of the profile that lie between the cut and the last submission whole.
    fn averages(&self, series: &Series, profiles: &[Profile], clusters: &[usize]) -> Option<[f64; 3]> {
        let mut sums = [0.0; 3];
        for profile in clusters.iter().filter_map(|c| profiles.get(*c)) {
            let stretch = u64::from(profile.stretch.max(1));
            let whole = u64::from(series.until) / stretch;
            let first = (self.until_s / (stretch as f64 * series.resolution.tick_s())).ceil() as u64;
            let last = whole.min(profile.held.len() as u64);
            if first >= last {
                return None;
            }
            let ticks = ((last - first) * stretch) as f64;
            for (sum, list) in sums.iter_mut().zip([&profile.held, &profile.running, &profile.queued]) {
                *sum += list[first as usize..last as usize].iter().sum::<u64>() as f64 / ticks;
            }
        }
        Some(sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::input::{ClusterInput, Input};
    use crate::report::fixture::{job, run};

    /// One node that is always there; a job of 5 s every 10 s, but ten at once at the beginning.
    fn start_up() -> (Vec<Summary>, Vec<Series>) {
        let cluster =
            ClusterInput { max_nodes: 1, min_nodes: 1, initial_nodes: 1, ..ClusterInput::default() };
        let mut jobs: Vec<_> = (0..10).map(|_| job(0, 5, 1, 0)).collect();
        jobs.extend((1..400).map(|i| job(10 * i, 5, 1, 0)));
        let input = Input { clusters: vec![cluster], jobs, billing_quantum: 1, ..Input::default() };
        let f = run(input, &[], Vec::new(), false);
        let series = Series::of(&f.context, &f.recording, f.result.end);
        (vec![f.summary()], vec![series])
    }

    fn figure(summary: &Summary, key: &str) -> f64 {
        let found = summary.total.figures.iter().find(|(k, _)| k == key);
        found.unwrap_or_else(|| panic!("no figure {key}")).1.number().unwrap()
    }

    #[test]
    fn the_backlog_of_the_beginning_goes() {
        let (mut summaries, series) = start_up();
        let cut = find(WarmUp::Mser5, &series);
        // 50 s of work at the beginning, 5 s more every 10 s: worked off at about 100 s, when 20 jobs were submitted.
        assert!((90.0..=150.0).contains(&cut.until_s), "{cut:?}");
        assert!(!cut.beyond_half && !cut.too_few, "{cut:?}");
        cut.apply(&mut summaries, &series);
        let s = &summaries[0];
        // By hand: 0, 5 … 45 s, and from there 5 s less from one to the next: about 225 + 180 s over 409 jobs.
        assert!(figure(s, "wait_mean_s") > 0.9);
        assert_eq!(figure(s, "steady_wait_mean_s"), 0.0);
        assert_eq!(figure(s, "steady_turnaround_p95_s"), 5.0);
        assert_eq!(figure(s, "steady_jobs"), (409 - cut.jobs_left_out) as f64);
        // The node is always held and runs half of the time; stretches need not begin with a job.
        assert_eq!(figure(s, "steady_held_nodes"), 1.0);
        assert!((figure(s, "steady_busy_share") - 0.5).abs() < 0.01);
        assert!(s.warnings.iter().all(|w| w.code != "W0527"));
        assert!(cut.says().contains("MSER-5"), "{}", cut.says());
        let sections = cut.sections.unwrap();
        assert_eq!(sections.wait_mean_s.unwrap().mean, 0.0);
    }

    #[test]
    fn a_span_is_taken_as_given_and_beyond_half_is_warned_of() {
        let (mut summaries, series) = start_up();
        let cut = find("20m".parse().unwrap(), &series);
        assert_eq!((cut.until_s, cut.jobs_left_out, cut.beyond_half), (1200.0, 129, false));
        let late = find("1h".parse().unwrap(), &series);
        late.apply(&mut summaries, &series);
        assert!(late.beyond_half);
        assert!(summaries[0].warnings.iter().any(|w| w.code == "W0527"), "{:?}", summaries[0].warnings);
        // Beyond the run nothing is left, and nothing is made up.
        let (mut summaries, series) = start_up();
        find("9h".parse().unwrap(), &series).apply(&mut summaries, &series);
        let wait = summaries[0].total.figures.iter().find(|(k, _)| k == "steady_wait_mean_s").unwrap();
        assert_eq!(wait.1, Value::Null);
        let warned = summaries[0].warnings.iter().find(|w| w.code == "W0527").unwrap();
        assert!(warned.text.contains("of 9h leaves out all of the 409 started jobs"), "{}", warned.text);
    }

    #[test]
    fn few_jobs_are_not_cut_by_mser() {
        let f = crate::report::fixture::small(1, Vec::new());
        let series = [Series::of(&f.context, &f.recording, f.result.end)];
        let cut = find(WarmUp::Mser5, &series);
        assert!(cut.too_few && cut.jobs_left_out == 0, "{cut:?}");
        let mut summaries = [f.summary()];
        cut.apply(&mut summaries, &series);
        assert!(summaries[0].warnings.iter().any(|w| w.code == "W0527"));
    }

    #[test]
    fn warm_ups_are_mser5_or_a_time() {
        assert_eq!("MSER5".parse(), Ok(WarmUp::Mser5));
        assert_eq!("12h".parse(), Ok(WarmUp::Span(TimeSpan::from_s(43_200))));
        let error = "12".parse::<WarmUp>().unwrap_err();
        assert!(error.contains("has no unit") && error.contains("mser5"), "{error}");
    }
}
