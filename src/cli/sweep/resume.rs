//! `--resume`: goes on with what an interruption left, after making sure that it is the same sweep.

use super::Ended;
use super::decide::Decider;
use super::files::{Files, HISTOGRAMS, PARTIAL, SURFACE};
use super::gather::{Gathered, partial_header};
use crate::cli::error::CliError;
use crate::cli::source::Scenario;
use crate::diagnostic::{Code, Diagnostic};
use crate::report::files::{FileEntry, Fingerprint, HashingReader, OutFile, Rest, hex_sha256_of};
use crate::report::objective::Judged;
use crate::report::summary::FORMAT;
use crate::stats::surface::{Point, Verdict};
use crate::sweep::plan::{Models, Plan};
use serde::Deserialize;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Largest `manifest.json` [bytes]; a command line is far shorter.
const MANIFEST_MAX: u64 = 1 << 24;

/// What makes a sweep the one it is.
pub(super) struct Identity {
    scenario_sha256: String,
    seed: u64,
    replications: u64,
    pub(super) fingerprint: Fingerprint,
}

impl Identity {
    pub(super) fn of(scenario: &Scenario, plan: &Plan, models: &Models, decider: &Decider) -> Self {
        Self {
            scenario_sha256: scenario.sha256(),
            seed: models.facts.first().map_or(0, |facts| facts.seed),
            replications: plan.replications().into(),
            fingerprint: Fingerprint {
                configurations: hex_sha256_of(plan),
                objective: hex_sha256_of(&decider.objective),
                model: hex_sha256_of(&models.models.first()),
            },
        }
    }
}

/// What the manifest of an interrupted sweep has to say.
#[derive(Deserialize)]
struct Manifest {
    version: String,
    scenario_sha256: String,
    seed: u64,
    replications: u64,
    files: Vec<FileEntry>,
    sweep: Sweep,
}

#[derive(Deserialize)]
struct Sweep {
    notices: Vec<String>,
    axes: Vec<String>,
    rows: u64,
    complete: bool,
    fingerprint: Fingerprint,
    resumed: Vec<u64>,
    rest: Option<Rest>,
}

/// A sweep that was interrupted.
pub(super) struct Kept {
    dir: PathBuf,
    manifest: Manifest,
    rest: Rest,
}

fn damaged(path: &Path, message: &str) -> CliError {
    let help = "begin the sweep anew: in another directory, or with --force in place of --resume";
    let message = format!("{}: {message}", path.display());
    CliError::Invalid(vec![Diagnostic::new(Code::ResultsDamaged, message).help(help)])
}

fn unread(path: &Path, error: &io::Error) -> CliError {
    let message = format!("cannot read {}: {error}", path.display());
    CliError::Invalid(vec![Diagnostic::new(Code::CannotRead, message)])
}

fn other(message: String, notes: Vec<String>, help: &str) -> CliError {
    let found = Diagnostic::new(Code::OtherSweep, message).help(help);
    CliError::Axes(vec![notes.into_iter().fold(found, Diagnostic::note)])
}

impl Kept {
    /// Reads what there is to say of the directory, before anything runs.
    pub(super) fn read(dir: &Path) -> Result<Self, CliError> {
        let path = dir.join("manifest.json");
        // A pipe would be waited for, and some devices never end.
        if path.exists() && !path.is_file() {
            return Err(damaged(&path, "it is no file"));
        }
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                let message =
                    format!("{} has nothing to resume: there is no manifest.json in it", dir.display());
                let help =
                    "--resume goes on with what Ctrl-C left in the directory of --out; leave it out to begin";
                let found = Diagnostic::new(Code::NoResults, message).help(help);
                return Err(CliError::Invalid(vec![found]));
            }
            Err(error) => return Err(unread(&path, &error)),
        };
        let mut text = Vec::new();
        file.take(MANIFEST_MAX).read_to_end(&mut text).map_err(|e| unread(&path, &e))?;
        let any: serde_json::Value =
            serde_json::from_slice(&text).map_err(|e| damaged(&path, &e.to_string()))?;
        match any.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if format > u64::from(FORMAT) => {
                let message = format!(
                    "{}: its format is {format}, and this program reads formats up to {FORMAT}",
                    path.display()
                );
                let help = "use the program that wrote it, or a newer one";
                let found = Diagnostic::new(Code::ResultsNewer, message).help(help);
                return Err(CliError::Invalid(vec![found]));
            }
            Some(_) => {}
            None => return Err(damaged(&path, "it has no `format`")),
        }
        if any.get("sweep").is_none() {
            let message = format!("{} holds the results of a run, not of a sweep", dir.display());
            return Err(other(message, Vec::new(), "name the directory of a sweep that was interrupted"));
        }
        let searched = any["command"][1] == "optimize";
        let manifest: Manifest = serde_json::from_value(any).map_err(|e| damaged(&path, &e.to_string()))?;
        if manifest.sweep.complete {
            let message = format!("the sweep in {} is complete: nothing is left to resume", dir.display());
            let help = "its results are there; --force in place of --resume runs it anew";
            return Err(other(message, Vec::new(), help));
        }
        let Some(rest) = manifest.sweep.rest else {
            if !searched {
                return Err(damaged(&path, "it does not say where the sweep goes on (`sweep.rest`)"));
            }
            let message = format!("{} holds a search that was interrupted", dir.display());
            let help = "searches cannot be resumed; `nodetide optimize` with --force begins anew";
            return Err(other(message, Vec::new(), help));
        };
        Ok(Self { dir: dir.to_owned(), manifest, rest })
    }

    /// Whether it is the sweep that is asked for; names what differs.
    pub(super) fn check(&self, identity: &Identity, plan: &Plan, histograms: bool) -> Result<(), CliError> {
        let own = &self.manifest;
        let mut differs = Vec::new();
        let mut compare = |what: &str, there: &str, here: &str| {
            if there != here {
                differs.push(format!("{what}: {there} there, {here} here"));
            }
        };
        compare("version of nodetide", &own.version, env!("CARGO_PKG_VERSION"));
        compare("seed", &own.seed.to_string(), &identity.seed.to_string());
        compare("replications", &own.replications.to_string(), &identity.replications.to_string());
        let (there, here) = (&own.sweep.fingerprint, &identity.fingerprint);
        if own.scenario_sha256 != identity.scenario_sha256 {
            differs.push("the scenario: its text is not the same".to_owned());
        }
        if there.objective != here.objective {
            differs.push("what is minimised, or what must hold".to_owned());
        }
        if differs.is_empty() && there.configurations != here.configurations {
            let axes: Vec<String> = plan.axes().iter().map(|axis| axis.written().to_owned()).collect();
            let list = |axes: &[String]| if axes.is_empty() { "none".to_owned() } else { axes.join(" ") };
            differs.push(if own.sweep.axes == axes {
                "the pairs of axes, or the design".to_owned()
            } else {
                format!("the axes: {} there, {} here", list(&own.sweep.axes), list(&axes))
            });
        }
        if differs.is_empty() && there.model != here.model {
            let text = "the jobs: a log or another file that the scenario names has changed";
            differs.push(text.to_owned());
        }
        if histograms && !own.files.iter().any(|entry| entry.name == HISTOGRAMS) {
            differs.push("--histograms: its rows were written without".to_owned());
        }
        if differs.is_empty() {
            return Ok(());
        }
        let message = format!("{} holds an interrupted sweep that is not this one", self.dir.display());
        let help = "give the scenario and the arguments that it began with (`command` in its manifest.json), or choose another \
                    directory and leave out --resume";
        Err(other(message, differs, help))
    }

    /// Opens a partial file that has its length.
    fn open(&self, name: &str) -> Result<(PathBuf, &FileEntry, HashingReader<io::Take<File>>), CliError> {
        let path = self.dir.join(name);
        let Some(entry) = self.manifest.files.iter().find(|entry| entry.name == name) else {
            return Err(damaged(&self.dir.join("manifest.json"), &format!("it does not list {name}")));
        };
        if path.exists() && !path.is_file() {
            return Err(damaged(&path, "it is no file"));
        }
        let file = File::open(&path).map_err(|e| unread(&path, &e))?;
        let length = file.metadata().map_err(|e| unread(&path, &e))?.len();
        if length != entry.bytes {
            let message = format!("it has {length} bytes, and manifest.json says {}", entry.bytes);
            return Err(damaged(&path, &message));
        }
        Ok((path, entry, HashingReader::new(file.take(length))))
    }

    /// Takes over what is complete: rows into the files, configurations into the surface.
    pub(super) fn restore(
        &self,
        plan: &Plan,
        header: &[u8],
        files: &mut Files,
        gathered: &mut Gathered,
        ended: &mut Ended,
    ) -> Result<(), CliError> {
        for (index, judged) in self.surface(plan)? {
            gathered.add(plan, index, judged);
        }
        self.rows(header, files)?;
        let sweep = &self.manifest.sweep;
        ended.rows = sweep.rows;
        ended.position = self.rest.position;
        ended.not_ended = self.rest.not_ended;
        ended.notices.clone_from(&sweep.notices);
        ended.resumed.clone_from(&sweep.resumed);
        ended.resumed.push(sweep.rows);
        Ok(())
    }

    /// The configurations that are complete.
    fn surface(&self, plan: &Plan) -> Result<Vec<(u64, Judged)>, CliError> {
        let (path, entry, mut reader) = self.open(SURFACE)?;
        let mut all = Vec::new();
        {
            let mut csv = csv::ReaderBuilder::new().has_headers(false).from_reader(&mut reader);
            let header = partial_header(plan);
            let mut record = csv::StringRecord::new();
            let mut line = 0_u64;
            let replications = plan.replications() as usize;
            while csv.read_record(&mut record).map_err(|e| damaged(&path, &e.to_string()))? {
                line += 1;
                if line == 1 {
                    if !record.iter().eq(header.iter().map(String::as_str)) {
                        return Err(damaged(&path, "its header is not that of this sweep"));
                    }
                    continue;
                }
                let read = configuration(&record, plan.axes().len(), replications);
                all.push(read.ok_or_else(|| damaged(&path, &format!("line {line} cannot be read")))?);
            }
        }
        same(&path, entry, reader)?;
        let rows = all.len() as u64 * u64::from(plan.replications());
        if rows != self.manifest.sweep.rows || self.rest.position > plan.positions() {
            return Err(damaged(&path, "it does not have the configurations that manifest.json counts"));
        }
        Ok(all)
    }

    /// The rows, byte by byte, and into what is made from them.
    fn rows(&self, header: &[u8], files: &mut Files) -> Result<(), CliError> {
        let (path, entry, mut reader) = self.open(PARTIAL)?;
        let mut own = vec![0; header.len()];
        reader.read_exact(&mut own).map_err(|e| damaged(&path, &e.to_string()))?;
        if own != header {
            return Err(damaged(&path, "its header is not that of this sweep"));
        }
        files.header(header)?;
        let mut histograms = match files.histograms {
            Some(_) => Some(self.open(HISTOGRAMS)?),
            None => None,
        };
        let Files { csv: Some(out), .. } = files else { return Ok(()) };
        let mut rows = Tee { from: &mut reader, to: out, failed: None };
        #[cfg(feature = "parquet")]
        let parquet = files.parquet.as_mut();
        let mut lines = histograms.as_mut().zip(files.histograms.as_mut()).map(|((_, _, from), to)| {
            // Its buffer is filled and emptied within this function, so that nothing is lost in it.
            io::BufReader::new(Tee { from, to, failed: None })
        });
        #[cfg(feature = "parquet")]
        let copied = match parquet {
            Some((configs, _)) => columns(&mut rows, lines.as_mut(), configs),
            None => plain(&mut rows, lines.as_mut()),
        };
        #[cfg(not(feature = "parquet"))]
        let copied = plain(&mut rows, lines.as_mut());
        if let Some(error) = rows.failed.take().or(lines.as_mut().and_then(|l| l.get_mut().failed.take())) {
            return Err(error);
        }
        drop(lines);
        copied.map_err(|message| damaged(&path, &message))?;
        same(&path, entry, reader)?;
        if let Some((path, entry, reader)) = histograms {
            same(&path, entry, reader)?;
        }
        Ok(())
    }
}

type Rows<'a> = Tee<'a, HashingReader<io::Take<File>>>;

/// Copies the rows, and their histograms, to the end.
fn plain(rows: &mut Rows<'_>, lines: Option<&mut io::BufReader<Rows<'_>>>) -> Result<(), String> {
    io::copy(rows, &mut io::sink()).map_err(|e| e.to_string())?;
    if let Some(lines) = lines {
        io::copy(lines, &mut io::sink()).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// The same, with the rows put into columns on the way.
#[cfg(feature = "parquet")]
fn columns(
    rows: &mut Rows<'_>,
    mut lines: Option<&mut io::BufReader<Rows<'_>>>,
    configs: &mut crate::report::files::parquet::Configs<OutFile>,
) -> Result<(), String> {
    use io::BufRead;
    let mut csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&mut *rows);
    let mut record = csv::StringRecord::new();
    let mut histogram = String::new();
    let mut line = 1_u64;
    while csv.read_record(&mut record).map_err(|e| e.to_string())? {
        line += 1;
        histogram.clear();
        if let Some(lines) = &mut lines {
            lines.read_line(&mut histogram).map_err(|e| e.to_string())?;
        }
        configs.row(&record, &histogram).map_err(|e| format!("line {line}: {e}"))?;
    }
    drop(csv);
    plain(rows, lines)
}

/// Whether what was read is what was written.
fn same<R: Read>(path: &Path, entry: &FileEntry, mut reader: HashingReader<R>) -> Result<(), CliError> {
    io::copy(&mut reader, &mut io::sink()).map_err(|e| unread(path, &e))?;
    if reader.entry(&entry.name) == *entry {
        return Ok(());
    }
    Err(damaged(path, "its SHA-256 is not the one in manifest.json, so it was changed"))
}

/// Writes what is read through it.
struct Tee<'a, R> {
    from: &'a mut R,
    to: &'a mut OutFile,
    failed: Option<CliError>,
}

impl<R: Read> Read for Tee<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buf)?;
        if let Err(source) = self.to.write_all(&buf[..n]) {
            let kind = source.kind();
            self.failed = Some(CliError::Write { path: self.to.shown().to_owned(), source });
            return Err(kind.into());
        }
        Ok(n)
    }
}

/// A line of `surface.partial.csv`.
fn configuration(record: &csv::StringRecord, axes: usize, replications: usize) -> Option<(u64, Judged)> {
    let number = |cell: &str| if cell.is_empty() { Some(f64::NAN) } else { cell.parse::<f64>().ok() };
    let after = |i: usize| record.get(1 + axes + i);
    let index = record.get(0)?.parse().ok()?;
    let objectives: Vec<f64> = after(5)?.split(' ').map(number).collect::<Option<_>>()?;
    let point = Point {
        index,
        verdict: Verdict::of(after(0)?)?,
        objective: number(after(1)?)?,
        cost: number(after(2)?)?,
        latency_s: number(after(3)?)?,
        excess: number(after(4)?)?,
    };
    (objectives.len() == replications)
        .then_some((index, Judged { point, objectives, held: Vec::new(), values: Vec::new() }))
}
