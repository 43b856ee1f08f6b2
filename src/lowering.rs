//! From a scenario to what the engine runs: times become ticks, names become indices, draws become tables.
//!
//! [`load`] reads and checks a file and lowers its first replication; [`Loaded::lower`] lowers a further one.

mod assumptions;
mod clusters;
mod doubts;
pub mod gate;
mod jobs;
mod places;
mod workload_errors;

use crate::diagnostic::{Code, Diagnostic, Source};
use crate::engine::Input;
use crate::engine::input::Tier;
use crate::scenario::Scenario;
use crate::scenario::check::{self, check};
use crate::scenario::parse::{self, Parsed};
use crate::scenario::path::Path as TextPath;
use crate::scenario::schema::Log;
use crate::scenario::schema::Workload;
use crate::scenario::sizes::NodePrice;
use crate::units::Tick;
use crate::workload::{self, Calendar, Context, ErrorKind, Gathered, Jobs, Resampled};
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub use assumptions::Assumption;
pub(crate) use clusters::assumed;
pub use jobs::Tags;
pub(crate) use places::with_names;

/// A scenario that was read and checked; replications can be drawn from it.
#[derive(Debug)]
pub struct Loaded {
    parsed: Parsed,
    calendar: Option<Calendar>,
    /// Zone of `start` and of dates in logs.
    zone: TimeZone,
    base_dir: PathBuf,
    names: Vec<String>,
    /// The jobs of replication 0, where they are not drawn; those of all replications, where no log is resampled.
    fixed: Arc<OnceLock<Arc<Jobs>>>,
    /// What the jobs of all replications are made from, where there are no classes; read for the second replication,
    /// since most runs have one.
    gathered: Arc<Mutex<Option<Arc<Gathered>>>>,
    /// Warnings about the text, which hold for every replication.
    standing: Vec<Diagnostic>,
}

/// One replication of a scenario, ready to run.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// What the engine runs.
    pub input: Input,
    /// What the engine does not need to know about the clusters, in scenario order.
    pub clusters: Vec<ClusterFacts>,
    /// Tags of the jobs, by index in [`Input::jobs`].
    pub tags: Tags,
    /// Local date and time of tick 0, where the scenario or a log says it.
    pub calendar: Option<Calendar>,
    /// What reading each log found, in scenario order.
    pub log_reports: Vec<workload::logs::LogReport>,
    /// Logs of which every replication after the first gets drawn weeks.
    pub resampled: Vec<Resampled>,
    /// ISO 4217 code of every price.
    pub currency: String,
    /// What a load balancer costs; `None`: it is free.
    pub load_balancer: Option<ListPrice>,
    /// Seed of everything drawn.
    pub seed: u64,
    /// Replication, from 0.
    pub replication: u64,
    /// Every default that was used and matters.
    pub assumptions: Vec<Assumption>,
    /// What is easily overlooked.
    pub warnings: Vec<Diagnostic>,
}

/// A cluster beside its [`crate::engine::input::ClusterInput`].
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterFacts {
    /// Name.
    pub name: String,
    /// VM size, as the catalogue writes it.
    pub vm_size: String,
    /// Quota family.
    pub family: String,
    /// vCPUs of one node.
    pub vcpus: u32,
    /// Memory of one node [GiB].
    pub memory_gib: Option<f64>,
    /// GPUs of one node; parts of a card are fractions.
    pub gpus: f64,
    /// Tier.
    pub tier: Tier,
    /// What a node costs; `None`: nobody says.
    pub price: Option<NodePrice>,
    /// The scenario leaves `idle_time` to the default.
    pub idle_time_assumed: bool,
    /// A quota of the family, or the low-priority one, is given.
    pub quota_given: bool,
}

/// A price with its list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListPrice {
    /// Amount [currency / h].
    pub per_h: f64,
    /// The price list.
    pub list: String,
    /// Its date, or year.
    pub date: Option<String>,
}

/// Reads and checks a scenario, from a file or standard input (`-`), and lowers replication 0.
///
/// # Errors
/// Every mistake of the scenario and its logs, with the warnings found beside them.
pub fn load(path: &str) -> Result<(Loaded, Lowered), Vec<Diagnostic>> {
    load_file(Path::new(path))
}

/// The same, where the file's name may be no text.
///
/// # Errors
/// As [`load`].
pub fn load_file(path: &Path) -> Result<(Loaded, Lowered), Vec<Diagnostic>> {
    let source = parse::read_file(path).map_err(|error| vec![error])?;
    // Of standard input, too, logs are relative to the working directory.
    let base_dir = path.parent().map(Path::to_path_buf).unwrap_or_default();
    load_source(&source, base_dir)
}

/// The same from a text that is there already. Paths of logs are relative to `base_dir`.
///
/// # Errors
/// As [`load`].
pub fn load_source(source: &Arc<Source>, base_dir: PathBuf) -> Result<(Loaded, Lowered), Vec<Diagnostic>> {
    let (parsed, mut found) = parse::parse(source, None);
    let Some(parsed) = parsed else { return Err(found) };
    found.extend(check(&parsed));
    let (mut loaded, error) = Loaded::new(parsed, base_dir);
    found.extend(error);
    loaded.standing.clone_from(&found);
    let (lowered, more) = loaded.attempt(None, 0);
    merge(&mut found, more);
    match lowered {
        Some(mut lowered) if !Diagnostic::any_error(&found) => {
            lowered.warnings = found;
            Ok((loaded, lowered))
        }
        _ => Err(found),
    }
}

/// A workload without what is done after its jobs are gathered.
fn sources(workload: &Workload) -> Workload {
    Workload { keep: None, load_factor: None, ..workload.clone() }
}

/// Adds diagnostics that are not about a value which is wrong already.
fn merge(found: &mut Vec<Diagnostic>, more: Vec<Diagnostic>) {
    let overlaps = |a: &Diagnostic, b: &Diagnostic| match (&a.source, &b.source, &a.span, &b.span) {
        (Some(a_source), Some(b_source), Some(a), Some(b)) => {
            Arc::ptr_eq(a_source, b_source) && a.start < b.end && b.start < a.end
        }
        _ => false,
    };
    let told = found.len();
    for diagnostic in more {
        let follows = found[..told]
            .iter()
            .any(|before| before.severity() <= diagnostic.severity() && overlaps(before, &diagnostic));
        if !follows {
            found.push(diagnostic);
        }
    }
    if Diagnostic::any_error(found) {
        // The jobs may be elsewhere for the same reason.
        found.retain(|diagnostic| diagnostic.code != Code::UnusedCluster);
    }
    Diagnostic::sort(found);
}

impl Loaded {
    fn new(parsed: Parsed, base_dir: PathBuf) -> (Self, Option<Diagnostic>) {
        let scenario = &parsed.scenario;
        let told = |error: workload::WorkloadError| {
            workload_errors::diagnostic(&error, &parsed.tree(), &parsed.source)
        };
        let (zone, mut error) = match workload::zone(scenario.time_zone.as_deref()) {
            Ok(zone) => (zone, None),
            Err(error) => (TimeZone::UTC, Some(told(error))),
        };
        let calendar = scenario.start.as_ref().and_then(|start| match Calendar::parse(start, &zone) {
            Ok(calendar) => Some(calendar),
            Err(wrong) => {
                error.get_or_insert_with(|| told(wrong));
                // Nothing runs, and nobody needs to hear that the date is missing. Dates of logs are not
                // counted from 1970: they would be out of range.
                let dated = scenario.workload.logs.iter().any(Log::has_dates);
                (!dated).then(|| Calendar::at(0, &zone))
            }
        });
        let names = scenario.clusters.iter().map(|cluster| cluster.name.clone()).collect();
        let (fixed, gathered) = (Arc::default(), Arc::default());
        (Self { parsed, calendar, zone, base_dir, names, fixed, gathered, standing: Vec::new() }, error)
    }

    /// The scenario as written.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.parsed.scenario
    }

    /// Its text.
    #[must_use]
    pub fn source(&self) -> &Arc<Source> {
        &self.parsed.source
    }

    /// The same with another scenario made from it, as a sweep does; its text stays. Jobs that are not drawn are
    /// read once for all that have the same workload.
    ///
    /// # Errors
    /// What is wrong with the changed scenario.
    pub fn changed(&self, change: impl FnOnce(&mut Scenario)) -> Result<Self, Vec<Diagnostic>> {
        let mut parsed = self.parsed.clone();
        change(&mut parsed.scenario);
        let standing = check(&parsed);
        if Diagnostic::any_error(&standing) {
            return Err(standing);
        }
        let same_jobs = parsed.scenario.workload == self.scenario().workload;
        let same_sources = sources(&parsed.scenario.workload) == sources(&self.scenario().workload);
        Ok(Self {
            parsed,
            calendar: self.calendar.clone(),
            zone: self.zone.clone(),
            base_dir: self.base_dir.clone(),
            names: self.names.clone(),
            fixed: if same_jobs { Arc::clone(&self.fixed) } else { Arc::default() },
            gathered: if same_sources { Arc::clone(&self.gathered) } else { Arc::default() },
            standing,
        })
    }

    /// Draws a replication. `seed` is used in place of the scenario's.
    ///
    /// # Errors
    /// What only shows in this replication, such as a drawn job that could last too long.
    pub fn lower(&self, seed: Option<u64>, replication: u64) -> Result<Lowered, Vec<Diagnostic>> {
        let (lowered, more) = self.attempt(seed, replication);
        let mut found = self.standing.clone();
        merge(&mut found, more);
        match lowered {
            Some(mut lowered) if !Diagnostic::any_error(&found) => {
                lowered.warnings = found;
                Ok(lowered)
            }
            _ => Err(found),
        }
    }

    /// The jobs of a replication. Without classes, thinning and logs to resample all replications share them.
    fn jobs(&self, seed: u64, replication: u64) -> Result<Arc<Jobs>, Vec<workload::WorkloadError>> {
        let scenario = self.scenario();
        let classes = !scenario.workload.classes.is_empty();
        let drawn = classes || scenario.workload.keep.is_some();
        if let (false, Some(jobs)) = (drawn, self.fixed.get())
            && (replication == 0 || jobs.resampled.is_empty())
        {
            return Ok(Arc::clone(jobs));
        }
        let context = Context {
            resolution: scenario.resolution,
            seed,
            replication,
            horizon: scenario.horizon.map(|horizon| clusters::ticks(horizon, scenario.resolution)),
            calendar: self.calendar.as_ref(),
            zone: &self.zone,
            clusters: &self.names,
            base_dir: &self.base_dir,
            open: &workload::open_file,
        };
        let gathered = self.gathered(!classes && replication > 0, &context)?;
        let jobs = Arc::new(workload::finish(gathered, &scenario.workload, &context)?);
        if !drawn && (replication == 0 || jobs.resampled.is_empty()) {
            // Another thread may have been first; its jobs are the same.
            let _ = self.fixed.set(Arc::clone(&jobs));
        }
        Ok(jobs)
    }

    /// What a replication's jobs are made from; `keep` it for further ones.
    fn gathered(&self, keep: bool, context: &Context<'_>) -> Result<Gathered, Vec<workload::WorkloadError>> {
        let workload = &self.scenario().workload;
        if !workload.classes.is_empty() {
            return workload::gather(workload, context);
        }
        // Others wait meanwhile, and need not read the logs.
        let mut kept = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gathered) = &*kept {
            let gathered = Arc::clone(gathered);
            drop(kept);
            return Ok(Gathered::clone(&gathered));
        }
        let gathered = workload::gather(workload, context)?;
        if keep {
            *kept = Some(Arc::new(gathered.clone()));
        }
        Ok(gathered)
    }

    /// Whether a mistake of the workload is one only because a field could not be read, or a name cannot stay;
    /// both were told.
    fn follows(&self, error: &workload::WorkloadError) -> bool {
        let lost = |path: &TextPath| self.parsed.lost(path);
        let place = TextPath::parse(&error.place);
        let root = TextPath::root();
        match error.kind {
            ErrorKind::EndlessClass => {
                let beside = |field: &str| Some(lost(&place.beside(field)?));
                lost(&root.field("horizon")) || ["to", "jobs"].iter().any(|name| beside(name) == Some(true))
            }
            ErrorKind::UnknownCluster => {
                let told = |(i, own): (usize, &String)| {
                    let name = root.field("clusters").index(i).field("name");
                    let span = self.parsed.tree().find(&name).span;
                    check::alike(own, &error.value)
                        && self
                            .standing
                            .iter()
                            .any(|d| d.code == Code::BadName && d.span == Some(span.clone()))
                };
                self.names.iter().enumerate().any(told)
            }
            ErrorKind::Profile => error.value == "Profile" && lost(&root.field("start")),
            _ => error.value.is_empty() && error.log.is_none() && lost(&place),
        }
    }

    /// Lowers as far as possible; with errors what comes out must not be run.
    fn attempt(&self, seed: Option<u64>, replication: u64) -> (Option<Lowered>, Vec<Diagnostic>) {
        let scenario = self.scenario();
        let seed = seed.unwrap_or(scenario.seed);
        let mut places = places::Places::new(&self.parsed);
        let mut failed = false;
        let jobs = match self.jobs(seed, replication) {
            Ok(jobs) => jobs,
            Err(mut errors) => {
                failed = true;
                errors.retain(|error| !self.follows(error));
                let (tree, source) = (self.parsed.tree(), self.source());
                places.found = workload_errors::diagnostics(&errors, &tree, source, &self.base_dir);
                Arc::new(Jobs {
                    jobs: Vec::new(),
                    names: workload::Names::default(),
                    calendar: None,
                    log_reports: Vec::new(),
                    notes: Vec::new(),
                    resampled: Vec::new(),
                })
            }
        };
        let mut lowering = clusters::Lowering::new(scenario, &mut places, seed, replication);
        let mut input = lowering.scenario();
        let facts = lowering.facts();
        let mut assumptions = lowering.assumptions();
        let (job_inputs, tags) = lowering.jobs(&jobs);
        input.jobs = job_inputs;
        let quotas = lowering.quota_paths;
        if !failed {
            jobs::warn_unused(scenario, &input, &mut places);
        }
        assumptions.extend(jobs::notes(&jobs, replication, &mut places));
        places.refusals(scenario, &input, &quotas, &jobs.jobs);
        // Of what cannot be run anyway, nobody needs to know how it would go.
        if !Diagnostic::any_error(&places.found) {
            doubts::tell(scenario, &input, &facts, &jobs, &mut places);
        }
        let currency =
            facts.iter().find_map(|facts| facts.price.as_ref()).map(|price| price.currency.clone());
        let load_balancer = assumptions::load_balancer(scenario);
        let lowered = Lowered {
            input,
            clusters: facts,
            tags,
            calendar: jobs.calendar.clone(),
            log_reports: jobs.log_reports.clone(),
            resampled: jobs.resampled.clone(),
            currency: currency.unwrap_or_else(|| assumptions::currency(scenario)),
            load_balancer,
            seed,
            replication,
            assumptions,
            warnings: Vec::new(),
        };
        ((!failed).then_some(lowered), places.found)
    }
}

/// The end of ticks, for what was told to be out of range already.
const TICK_MAX: Tick = crate::units::TICK_END - 1;

#[cfg(test)]
mod tests;
