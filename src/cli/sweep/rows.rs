//! Runs a plan chunk by chunk and writes a row for each configuration.

use super::Ended;
use super::best::{Best, Brief};
use crate::cli::output::Output;
use crate::engine::RunResult;
use crate::lowering::Loaded;
use crate::report::context::ticks_per_h;
use crate::report::pricing::Rates;
use crate::report::sweep::{Row, Scale, header};
use crate::scenario::schema::Expect;
use crate::sweep::Progress;
use crate::sweep::plan::{Chunk, Models, Plan};
use crate::sweep::runner::{Backend, Runner, SweepError};
use rayon::prelude::*;
use std::fmt::{Display, Write as _};
use std::io::{self, Write};
use std::sync::Arc;

/// Positions of a chunk. A result takes 14 KB (two histograms), so that a chunk is 55 MB on the CPU, 440 MB with a GPU,
/// which needs many at once.
const CPU_CHUNK: u64 = 4096;
const GPU_CHUNK: u64 = 32_768;

/// Rows that are written by one thread.
const PIECE: usize = 256;

/// A sweep under way.
pub(super) struct Sweep<'a> {
    pub(super) plan: &'a Plan,
    pub(super) models: &'a Models,
    /// By model.
    pub(super) scales: Vec<Scale>,
    pub(super) runner: Runner,
    pub(super) progress: Arc<Progress>,
    pub(super) output: Output,
}

/// What turns ticks into figures, by model.
pub(super) fn scales(loaded: &Loaded, models: &Models) -> Vec<Scale> {
    let scenario = loaded.scenario();
    let has_wait_limit = scenario.expect.iter().any(|expect| matches!(expect, Expect::WaitAtMost { .. }));
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
        has_wait_limit,
    };
    models.facts.iter().map(of).collect()
}

impl Sweep<'_> {
    /// Runs everything; what is complete is written and added to `best` as it comes.
    pub(super) fn run(&mut self, w: &mut dyn Write, best: &mut Best) -> io::Result<Ended> {
        let mut ended = Ended::default();
        w.write_all(&self.header()?)?;
        let mut from = 0;
        while from < self.plan.positions() {
            let size = match self.runner.backend() {
                Backend::Cpu { .. } => CPU_CHUNK,
                Backend::Gpu { .. } => GPU_CHUNK,
            };
            let to = (from + size).min(self.plan.positions());
            let chunk = self.plan.chunk(self.models, from, to);
            let results = self.results(&chunk);
            for notice in self.runner.take_notices() {
                self.output.remark(&notice);
                ended.notices.push(notice);
            }
            let results = match results {
                Ok(results) => results,
                Err(error) => {
                    ended.stopped = Some(error);
                    break;
                }
            };
            for (bytes, briefs) in self.written(&chunk, &results)? {
                w.write_all(&bytes)?;
                for brief in briefs {
                    ended.not_ended += u64::from(brief.not_ended);
                    best.add(brief);
                }
            }
            ended.rows += chunk.rows.len() as u64;
            from = to;
        }
        Ok(ended)
    }

    /// The results of a chunk in its order. Configurations of the same model run beside each other: they read the same
    /// tables.
    fn results(&mut self, chunk: &Chunk) -> Result<Vec<RunResult>, SweepError> {
        let models = &self.models.models;
        let configurations = &chunk.configurations;
        if configurations.is_sorted_by_key(|c| c.model) {
            return self.runner.run(models, configurations, &self.progress);
        }
        let mut order: Vec<usize> = (0..configurations.len()).collect();
        order.sort_by_key(|&i| configurations[i].model);
        let sorted: Vec<_> = order.iter().map(|&i| configurations[i].clone()).collect();
        let results = self.runner.run(models, &sorted, &self.progress)?;
        let mut back: Vec<(usize, RunResult)> = order.into_iter().zip(results).collect();
        back.sort_unstable_by_key(|(i, _)| *i);
        Ok(back.into_iter().map(|(_, result)| result).collect())
    }

    fn header(&self) -> io::Result<Vec<u8>> {
        let axes = self.plan.axes().iter().map(|axis| axis.column.clone());
        let lead = ["index", "replication"].map(str::to_owned).into_iter().chain(axes);
        let after = ["status", "currency"].map(str::to_owned).into_iter().chain(header());
        let mut cells = Cells::new();
        for name in lead.chain(after) {
            cells.text(&name)?;
        }
        cells.end()?;
        cells.finish()
    }

    /// The rows of a chunk, in pieces that are made on all cores.
    fn written(&self, chunk: &Chunk, results: &[RunResult]) -> io::Result<Vec<(Vec<u8>, Vec<Brief>)>> {
        let rows = chunk.rows.par_chunks(PIECE).zip(chunk.configurations.par_chunks(PIECE));
        let pieces = rows.zip(results.par_chunks(PIECE)).map(|((rows, configurations), results)| {
            let mut cells = Cells::new();
            let mut briefs = Vec::with_capacity(PIECE);
            for (((index, replication), configuration), result) in
                rows.iter().zip(configurations).zip(results)
            {
                let scale = &self.scales[configuration.model];
                let row = Row::of(scale, result);
                self.row(&mut cells, *index, *replication, &row, scale)?;
                briefs.push(Brief::of(*index, &row, scale));
            }
            Ok((cells.finish()?, briefs))
        });
        pieces.collect()
    }

    fn row(
        &self,
        cells: &mut Cells,
        index: u64,
        replication: u32,
        row: &Row,
        scale: &Scale,
    ) -> io::Result<()> {
        cells.put(index)?;
        cells.put(replication)?;
        for value in self.plan.values(index) {
            cells.put(value)?;
        }
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

/// Rows of a csv file in memory.
struct Cells {
    csv: csv::Writer<Vec<u8>>,
    cell: String,
}

impl Cells {
    fn new() -> Self {
        Self { csv: csv::Writer::from_writer(Vec::new()), cell: String::new() }
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.csv.write_field(text).map_err(io::Error::other)
    }

    fn put(&mut self, value: impl Display) -> io::Result<()> {
        self.cell.clear();
        // Writing to a string does not fail.
        let _ = write!(self.cell, "{value}");
        self.csv.write_field(&self.cell).map_err(io::Error::other)
    }

    fn end(&mut self) -> io::Result<()> {
        self.csv.write_record(None::<&[u8]>).map_err(io::Error::other)
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        self.csv.into_inner().map_err(|error| io::Error::other(error.to_string()))
    }
}
