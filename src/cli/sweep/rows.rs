//! Runs a plan chunk by chunk, judges its configurations and writes a row for each replication.

use super::decide::Decider;
use super::files::Files;
use super::gather::Gathered;
use super::{Ended, Pace};
use crate::cli::error::CliError;
use crate::cli::output::Output;
use crate::engine::{Model, RunResult};
use crate::lowering::Loaded;
use crate::report::context::{seconds, ticks_per_h};
use crate::report::objective::Judged;
use crate::report::pricing::Rates;
use crate::report::sweep::{Row, Scale, header};
use crate::scenario::schema::Expect;
use crate::stats::histogram::{BUCKETS, upper_end};
use crate::sweep::plan::{Chunk, Models, Plan};
use crate::sweep::runner::{Backend, Runner, SweepError};
use crate::sweep::{Configuration, Progress, Results};
use rayon::prelude::*;
use std::fmt::{Display, Write as _};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a chunk takes at most: what an interruption may cost where replications lie side by side.
const CPU_TIME: Duration = Duration::from_secs(1);
const GPU_TIME: Duration = Duration::from_secs(5);

/// Positions of a chunk at most. A result takes 14 KB (two histograms), so that they are 55 MB on the CPU, 440 MB with a GPU,
/// which needs many at once.
const CPU_MOST: u64 = 4096;
const GPU_MOST: u64 = 32_768;

/// Positions of a chunk at least, and of the first one: on the CPU for each thread.
const CPU_LEAST: u64 = 4;
const GPU_LEAST: u64 = 4096;

/// Fewer rows are run as they stand: where they take long, a place in the cache is worth less than a whole beginning.
const SORTED: usize = 256;

/// Rows that are written by one thread.
const PIECE: usize = 256;

/// Positions of a chunk on a backend.
pub(super) fn chunk_of(backend: &Backend) -> u64 {
    match backend {
        Backend::Cpu { .. } => CPU_MOST,
        Backend::Gpu { .. } => GPU_MOST,
    }
}

/// A sweep under way.
pub(super) struct Sweep<'a> {
    pub(super) plan: &'a Plan,
    pub(super) models: &'a Models,
    pub(super) decider: &'a Decider,
    /// By model.
    pub(super) scales: Vec<Scale>,
    pub(super) runner: Runner,
    pub(super) progress: Arc<Progress>,
    pub(super) output: Output,
    /// Whether rows come with their histograms.
    pub(super) histograms: bool,
    pub(super) pace: &'a Pace,
}

/// The replications of one configuration.
#[derive(Clone, Copy)]
pub(super) struct Group<'a> {
    pub(super) models: &'a [Model],
    /// By model.
    pub(super) scales: &'a [Scale],
    pub(super) configurations: &'a [Configuration],
    pub(super) results: &'a [RunResult],
}

/// Rows as text, what became of their configurations, how many did not end, and histograms, a line for each row.
type Piece = (Vec<u8>, Vec<(u64, Judged)>, u64, String);

/// How long a chunk should take on a backend, and its bounds.
fn pace(backend: &Backend) -> (Duration, (u64, u64)) {
    match backend {
        Backend::Cpu { threads } => (CPU_TIME, ((CPU_LEAST * *threads as u64).min(CPU_MOST), CPU_MOST)),
        Backend::Gpu { .. } => (GPU_TIME, (GPU_LEAST, GPU_MOST)),
    }
}

/// Positions of the chunk after one of so many that took so long.
fn next_size(size: u64, took: Duration, backend: &Backend) -> u64 {
    let (time, (least, most)) = pace(backend);
    let fitting = size as f64 * time.as_secs_f64() / took.as_secs_f64().max(1e-6);
    // Carefully: what comes next need not be like what came before.
    (fitting as u64).min(size.saturating_mul(4)).clamp(least, most)
}

/// What turns ticks into figures, by model.
pub(super) fn scales(loaded: &Loaded, models: &Models) -> Vec<Scale> {
    scales_at(loaded, models, 1.0)
}

/// The same, where the jobs come so many times as fast as the horizon has them: rates are those of the time in which they come.
pub(super) fn scales_at(loaded: &Loaded, models: &Models, faster: f64) -> Vec<Scale> {
    let scenario = loaded.scenario();
    let span_of = |facts: &crate::sweep::plan::ModelFacts| {
        let faster = if scenario.horizon.is_some() { faster } else { 1.0 };
        facts.rate_span.map(|span| f64::from(span) / faster)
    };
    let wait_limit = scenario.expect.iter().find_map(Expect::wait_limit);
    let of = |facts: &crate::sweep::plan::ModelFacts| Scale {
        resolution: scenario.resolution,
        rates: facts
            .clusters
            .iter()
            .map(|cluster| Rates {
                ticks_per_h: ticks_per_h(scenario.resolution),
                node_per_h: cluster.price.as_ref().map(|price| price.per_h),
                load_balancer_per_h: facts.load_balancer.as_ref().map_or(0.0, |price| price.per_h),
                billing_quantum: facts.billing_quantum,
            })
            .collect(),
        currency: facts.currency.clone(),
        rate_span: facts.rate_span,
        objective_span: span_of(facts),
        wait_limit,
    };
    models.facts.iter().map(of).collect()
}

/// The line of names of `configs.csv`.
pub(super) fn head(plan: &Plan) -> io::Result<Vec<u8>> {
    let axes = plan.axes().iter().map(|axis| axis.column.clone());
    let lead = ["index", "replication"].map(str::to_owned).into_iter().chain(axes);
    let after = ["verdict", "objective", "status", "currency"].map(str::to_owned).into_iter().chain(header());
    let mut cells = Cells::new();
    for name in lead.chain(after) {
        cells.text(&name)?;
    }
    cells.end()?;
    cells.finish()
}

impl Sweep<'_> {
    /// Runs everything; what is complete is written and gathered as it comes, whole configurations at a time.
    pub(super) fn run(
        &mut self,
        files: &mut Files,
        gathered: &mut Gathered,
        ended: &mut Ended,
    ) -> Result<(), CliError> {
        let replications = u64::from(self.plan.replications());
        let mut results = Results::new();
        let mut size = 0;
        let mut from = ended.position;
        while from < self.plan.positions() {
            let began = Instant::now();
            let (_, (least, most)) = pace(&self.runner.backend());
            // The GPU may have failed meanwhile.
            size = self.pace.chunk.unwrap_or_else(|| u64::clamp(size, least, most));
            let whole = (size / replications).max(1) * replications;
            let to = (from + whole).min(self.plan.positions());
            let mut chunk = self.plan.chunk(self.models, from, to);
            results.clear();
            let ran = self.results(&chunk, &mut results);
            for notice in self.runner.take_notices() {
                self.output.remark(&notice);
                ended.notices.push(notice);
            }
            // Of a chunk that was cut short, the configurations of which all replications are there.
            let replications = self.plan.replications() as usize;
            let kept = results.len() / replications * replications;
            if let Some((index, _)) = chunk.rows.get(kept) {
                // Where a resumed sweep goes on.
                ended.position = self.plan.position_of(from, to, *index);
            } else {
                ended.position = to;
            }
            chunk.rows.truncate(kept);
            chunk.configurations.truncate(kept);
            let pieces = self.written(&chunk, &results[..kept]).map_err(CliError::Stdout)?;
            for (bytes, judged, not_ended, histograms) in pieces {
                files.add(&bytes, &histograms)?;
                for (index, judged) in judged {
                    gathered.add(self.plan, index, judged);
                }
                ended.not_ended += not_ended;
            }
            ended.rows += kept as u64;
            if let Err(error) = ran {
                ended.stopped = Some(error);
                break;
            }
            size = next_size(to - from, began.elapsed(), &self.runner.backend());
            from = to;
            if self.pace.interrupt_after.is_some_and(|rows| ended.rows >= rows) {
                self.progress.stop();
            }
        }
        Ok(())
    }

    /// The results of a chunk in its order, all or of the first configurations. Configurations of the same model run beside
    /// each other: they read the same tables.
    fn results(&mut self, chunk: &Chunk, results: &mut Results) -> Result<(), SweepError> {
        let (plan, models) = (self.plan, &self.models.models);
        let configurations = &chunk.configurations;
        let name = |i: usize| {
            let (index, replication) = chunk.rows[i];
            match plan.name(index) {
                values if values.is_empty() => format!("replication {replication}"),
                values => format!("configuration {index} ({values}), replication {replication}"),
            }
        };
        let is_cpu = matches!(self.runner.backend(), Backend::Cpu { .. });
        if is_cpu && configurations.len() < SORTED || configurations.is_sorted_by_key(|c| c.model) {
            return self.runner.run(models, configurations, &name, &self.progress, results);
        }
        let mut order: Vec<usize> = (0..configurations.len()).collect();
        order.sort_by_key(|&i| configurations[i].model);
        let sorted: Vec<_> = order.iter().map(|&i| configurations[i].clone()).collect();
        let ran = self.runner.run(models, &sorted, &|i| name(order[i]), &self.progress, results);
        results.place(order);
        ran
    }

    /// The rows of a chunk, in pieces that are made on all cores.
    fn written(&self, chunk: &Chunk, results: &[RunResult]) -> io::Result<Vec<Piece>> {
        let replications = self.plan.replications() as usize;
        let piece = (PIECE / replications).max(1) * replications;
        let rows = chunk.rows.par_chunks(piece).zip(chunk.configurations.par_chunks(piece));
        let pieces = rows.zip(results.par_chunks(piece)).map(|((rows, configurations), results)| {
            let mut cells = Cells::new();
            let mut histograms = String::new();
            let mut all = Vec::with_capacity(rows.len() / replications);
            let mut not_ended = 0;
            let groups = configurations.chunks(replications).zip(results.chunks(replications));
            for (rows, (configurations, results)) in rows.chunks(replications).zip(groups) {
                let group =
                    Group { models: &self.models.models, scales: &self.scales, configurations, results };
                let judged = group.judge(&self.decider.objective, &self.decider.baseline);
                for (i, (index, replication)) in rows.iter().enumerate() {
                    let scale = &self.scales[configurations[i].model];
                    let row = Row::of(scale, &results[i]);
                    not_ended += u64::from(row.not_ended);
                    self.row(
                        &mut cells,
                        (*index, *replication),
                        (&judged, judged.objectives[i]),
                        &row,
                        scale,
                    )?;
                    if self.histograms {
                        histogram(&results[i], scale, &mut histograms);
                    }
                }
                all.push((rows[0].0, judged));
            }
            Ok((cells.finish()?, all, not_ended, histograms))
        });
        pieces.collect()
    }

    fn row(
        &self,
        cells: &mut Cells,
        (index, replication): (u64, u32),
        (judged, objective): (&Judged, f64),
        row: &Row,
        scale: &Scale,
    ) -> io::Result<()> {
        cells.put(index)?;
        cells.put(replication)?;
        for value in self.plan.values(index) {
            cells.put(value)?;
        }
        cells.text(judged.point.verdict.as_str())?;
        cells.put(Number(objective))?;
        cells.text(row.status)?;
        cells.text(&scale.currency)?;
        let mut written = Ok(());
        row.figures(scale, |value| {
            if written.is_ok() {
                written = cells.put(value);
            }
        });
        written?;
        cells.end()
    }
}

/// Adds a line with the histogram of all waits: `END:JOBS` for each bucket with jobs, its upper end in seconds.
fn histogram(result: &RunResult, scale: &Scale, line: &mut String) {
    let mut counts = [0_u64; BUCKETS];
    for (bucket, n) in result.clusters.iter().flat_map(|cluster| cluster.wait_histogram.nonzero()) {
        counts[bucket] += u64::from(n);
    }
    let used = counts.iter().enumerate().filter(|(_, n)| **n > 0);
    for (i, (bucket, n)) in used.enumerate() {
        let space = if i > 0 { " " } else { "" };
        let end = seconds(scale.resolution, upper_end(bucket).into());
        // Writing to a string does not fail.
        let _ = write!(line, "{space}{end}:{n}");
    }
    line.push('\n');
}

/// A number, or nothing where it is not finite.
pub(super) struct Number(pub(super) f64);

impl Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_finite() { write!(f, "{}", self.0) } else { Ok(()) }
    }
}

/// Rows of a csv file in memory.
pub(super) struct Cells {
    csv: csv::Writer<Vec<u8>>,
    cell: String,
}

impl Cells {
    pub(super) fn new() -> Self {
        Self { csv: csv::Writer::from_writer(Vec::new()), cell: String::new() }
    }

    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        self.csv.write_field(text).map_err(io::Error::other)
    }

    pub(super) fn put(&mut self, value: impl Display) -> io::Result<()> {
        self.cell.clear();
        // Writing to a string does not fail.
        let _ = write!(self.cell, "{value}");
        self.csv.write_field(&self.cell).map_err(io::Error::other)
    }

    pub(super) fn end(&mut self) -> io::Result<()> {
        self.csv.write_record(None::<&[u8]>).map_err(io::Error::other)
    }

    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        self.csv.into_inner().map_err(|error| io::Error::other(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_about_a_second_of_work() {
        let cpu = Backend::Cpu { threads: 2 };
        let ms = Duration::from_millis;
        assert_eq!(next_size(8, ms(1), &cpu), 32, "it grows by degrees");
        assert_eq!(next_size(1000, ms(500), &cpu), 2000);
        assert_eq!(next_size(4096, ms(10), &cpu), 4096, "memory bounds it");
        assert_eq!(next_size(4096, ms(32_000), &cpu), 128);
        assert_eq!(next_size(40, ms(90_000), &cpu), 8, "every thread has work");
        let gpu = Backend::Gpu { name: String::new(), driver: String::new() };
        assert_eq!(next_size(4096, ms(100), &gpu), 16_384);
        assert_eq!(next_size(16_384, ms(100), &gpu), 32_768);
        assert_eq!(next_size(32_768, ms(90_000), &gpu), 4096, "a device has work");
    }
}
