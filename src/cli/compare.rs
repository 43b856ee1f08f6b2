//! `nodetide compare`.

use super::args::{CompareArgs, CompareFormat};
use super::error::CliError;
use super::output::Output;
use super::progress::Progress;
use super::source::{Prepared, Scenario};
use crate::diagnostic::Diagnostic;
use crate::engine::{self, Detail};
use crate::exit_code;
use crate::report::compare::{JobPairs, Pairing, REPLICATIONS, Setting, Starts};
use crate::report::warm_up::{self, Series, WarmUp};
use crate::report::{Comparison, Context, Summary, files, human, summarise};
use crate::scenario::difference::differences;
use crate::scenario::schema::Expect;
use crate::units::{Tick, TimeSpan};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Both scenarios, and what they share.
struct Both<'a> {
    paths: [&'a Path; 2],
    scenarios: [Scenario; 2],
    seed: u64,
    warm_up: Option<WarmUp>,
    /// The wait whose share of jobs is compared: A's, or B's where A has none.
    wait_limit: Option<TimeSpan>,
}

/// One replication of both.
struct Pair {
    summaries: [Summary; 2],
    /// `None` where their jobs do not arrive alike.
    starts: Option<Starts>,
    /// Their jobs have the same work too.
    same_work: bool,
    /// What the steady state is made of; kept where somebody asks for it.
    series: Option<[Series; 2]>,
}

/// One run of one of them.
struct Run {
    context: Context,
    recording: engine::Recording,
    summary: Summary,
    end: Tick,
    jobs_hash: u64,
}

/// Runs both and reports what differs.
pub(super) fn compare(args: &CompareArgs, output: &Output) -> Result<u8, CliError> {
    let [a, b] = open(&args.a, &args.b)?;
    let own = [a.written().seed, b.written().seed];
    let seed = args.seed.unwrap_or(own[0]);
    let mut notes = Vec::new();
    if args.seed.is_none() && own[0] != own[1] {
        notes.push(format!(
            "The files have the seeds {} and {}; both ran with A's, so that chance does the same to both.",
            own[0], own[1]
        ));
    }
    let drawn = a.draws(seed) || b.draws(seed);
    let replications = match (drawn, args.replications) {
        (true, n) => n.unwrap_or(REPLICATIONS),
        // All replications are equal, so one of them says all.
        (false, Some(n)) if n > 1 => {
            output.remark("nothing is drawn in either scenario, so one run of each says all");
            1
        }
        (false, _) => 1,
    };
    if replications > 1 {
        let (in_a, in_b) = (a.resampled(), b.resampled());
        let more = in_b.iter().filter(|says| !in_a.contains(says));
        in_a.iter().chain(more).for_each(|says| output.remark(says));
    }
    let limit = |s: &Scenario| s.written().expect.iter().find_map(Expect::wait_limit);
    let (in_a, in_b) = (limit(&a), limit(&b));
    if let (Some(in_a), Some(in_b)) = (in_a, in_b)
        && in_a != in_b
    {
        notes.push(format!(
            "The first wait limit of A is {in_a}, of B {in_b}: the share of jobs that start in time is that within              {in_a} in both."
        ));
    }
    let wait_limit = in_a.or(in_b);
    let both = Both { paths: [&args.a, &args.b], scenarios: [a, b], seed, warm_up: args.warm_up, wait_limit };
    let pairs = simulate(&both, replications, args.jobs, output)?;
    let comparison = both.compared(pairs, drawn, notes);
    let Some(comparison) = comparison else {
        // There is one replication at least, and as many of each.
        return Ok(exit_code::INTERNAL);
    };
    match args.format {
        CompareFormat::Human => output.print(&human::render_comparison(&comparison, output.width()))?,
        CompareFormat::Json => output.write(|w| files::json(w, &comparison))?,
    }
    Ok(if comparison.any_not_ended() { exit_code::NOT_ENDED } else { exit_code::FINE })
}

/// Reads both; where both are wrong, all mistakes of both are told.
fn open(a: &Path, b: &Path) -> Result<[Scenario; 2], CliError> {
    if a == Path::new("-") && b == Path::new("-") {
        return Err(CliError::Usage(
            "standard input can be one of the two scenarios, not both; give a file for the other".to_owned(),
        ));
    }
    match (Scenario::open(a), Scenario::open(b)) {
        (Ok(a), Ok(b)) => Ok([a, b]),
        (Err(CliError::Invalid(mut found)), Err(CliError::Invalid(more))) => {
            found.extend(more);
            Diagnostic::sort(&mut found);
            Err(CliError::Invalid(found))
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// All replications, in their order, whatever the number of threads.
fn simulate(both: &Both<'_>, n: u32, jobs: u32, output: &Output) -> Result<Vec<Pair>, CliError> {
    let progress = Progress::start(n.into(), *output);
    let one = |replication: u32| {
        let pair = both.replicate(replication);
        progress.one_done();
        pair
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs as usize).build()?;
    let all: Vec<Result<Pair, CliError>> = pool.install(|| (0..n).into_par_iter().map(one).collect());
    all.into_iter().collect()
}

impl Both<'_> {
    fn replicate(&self, replication: u32) -> Result<Pair, CliError> {
        let (a, b) = (self.run(0, replication)?, self.run(1, replication)?);
        let starts = Starts::of((&a.context, &a.recording), (&b.context, &b.recording));
        let series =
            self.warm_up.map(|_| [&a, &b].map(|run| Series::of(&run.context, &run.recording, run.end)));
        let same_work = a.jobs_hash == b.jobs_hash;
        Ok(Pair { summaries: [a.summary, b.summary], starts, same_work, series })
    }

    fn run(&self, i: usize, replication: u32) -> Result<Run, CliError> {
        let Prepared { model, mut context, jobs_hash } =
            self.scenarios[i].prepare(Some(self.seed), replication)?;
        context.wait_limit = self.wait_limit;
        let (result, recording) = engine::run(&model, Detail::Jobs);
        let summary = summarise(&context, &result, &recording)
            .map_err(|source| CliError::ExpectIn { path: PathBuf::from(self.paths[i]), source })?;
        Ok(Run { context, recording, summary, end: result.end, jobs_hash })
    }

    fn compared(&self, pairs: Vec<Pair>, drawn: bool, mut notes: Vec<String>) -> Option<Comparison> {
        let [a, b] = &self.scenarios;
        let (mut in_a, mut in_b) = (Vec::new(), Vec::new());
        let (mut starts, mut same_work) = (Some(Starts::default()), true);
        let (mut series_a, mut series_b) = (Vec::new(), Vec::new());
        for Pair { summaries: [x, y], starts: more, same_work: same, series } in pairs {
            same_work &= same;
            in_a.push(x);
            in_b.push(y);
            if let Some([x, y]) = series {
                series_a.push(x);
                series_b.push(y);
            }
            starts = match (starts, more) {
                (Some(mut all), Some(more)) => {
                    all.add(more);
                    Some(all)
                }
                _ => None,
            };
        }
        if let Some(warm_up) = self.warm_up {
            // Both leave out the same time: the longer of what each needs.
            let (a, b) = (warm_up::find(warm_up, &series_a), warm_up::find(warm_up, &series_b));
            let (a, b) = (a.clone().at_least(&b, &series_a), b.at_least(&a, &series_b));
            a.apply(&mut in_a, &series_a);
            b.apply(&mut in_b, &series_b);
        }
        if let (Some(x), Some(y)) = (in_a.first(), in_b.first()) {
            notes.extend(other_logs(x, y));
        }
        let setting = Setting {
            files: self.paths.map(|p| p.to_string_lossy().into_owned()),
            drawn,
            differences: differences(a.written(), b.written()),
            pairing: Pairing::of(a.written(), b.written(), starts.is_some(), same_work),
            notes,
        };
        Comparison::of(setting, &in_a, &in_b, starts.map(JobPairs::from))
    }
}

/// Logs of one path in two folders can be two files.
fn other_logs(a: &Summary, b: &Summary) -> Vec<String> {
    let differ = |log: &&crate::workload::logs::LogReport| {
        b.logs.iter().any(|other| other.path == log.path && other.sha256 != log.sha256)
    };
    let says = |log: &crate::workload::logs::LogReport| {
        format!("{} is another file for B than for A: paths of logs begin at their scenario.", log.path)
    };
    a.logs.iter().filter(differ).map(says).collect()
}
