//! The models of a sweep: the scenario with each combination of values that change tables, in each replication.

use super::clusters::Follows;
use super::{MODELS_MAX, Plan};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::engine::input::{Input, Table};
use crate::engine::{HELD_NODES_MAX, Model, Place, Refusal, Settings};
use crate::lowering::{ClusterFacts, ListPrice, Loaded, Lowered, with_names};
use crate::scenario::Scenario;
use crate::scenario::locate::Tree;
use crate::sweep::Progress;
use crate::sweep::axes::{Axis, Field, Value};
use crate::units::Tick;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

/// The models of a plan, with what pricing needs of each.
#[derive(Clone, Debug, Default)]
pub struct Models {
    /// By combination, then by replication; behind them those that were added later.
    pub models: Vec<Model>,
    /// What the engine does not know of each.
    pub facts: Vec<ModelFacts>,
    bases: Vec<Vec<Settings>>,
    follows: Vec<Arc<[Follows]>>,
    /// The number of each, by combination of table levels in the grid and by replication.
    numbers: HashMap<(u64, u32), usize>,
    pool: Arc<Mutex<Pool>>,
}

/// What the engine does not know of a model.
#[derive(Clone, Debug)]
pub struct ModelFacts {
    /// By cluster.
    pub clusters: Vec<ClusterFacts>,
    /// ISO 4217 code of every price.
    pub currency: String,
    /// What a load balancer costs; `None`: it is free.
    pub load_balancer: Option<ListPrice>,
    /// Billing quantum [ticks].
    pub billing_quantum: Tick,
    /// The span that rates divide by [ticks]: the horizon, or where there is none the last submission.
    pub rate_span: Option<Tick>,
    /// Seed of everything drawn.
    pub seed: u64,
    /// The workload's load factor.
    pub load: f64,
    /// Warnings of logs that are the same in all replications; empty in the first.
    pub same_logs: Vec<Diagnostic>,
}

impl Models {
    /// A model's own settings.
    pub(super) fn base(&self, model: usize) -> &[Settings] {
        &self.bases[model]
    }

    /// What follows the bounds in a model, by cluster.
    pub(super) fn follows(&self, model: usize) -> &[Follows] {
        &self.follows[model]
    }

    /// The number of a model.
    pub(super) fn number(&self, combination: u64, replication: u32) -> usize {
        self.numbers[&(combination, replication)]
    }
}

/// Tables and jobs that models have in common are kept once.
#[derive(Debug, Default)]
struct Pool {
    ticks: HashSet<Table<Tick>>,
    failures: HashSet<Table<bool>>,
    /// A model by the hash of its jobs.
    jobs: HashMap<u64, Model>,
}

impl Pool {
    fn share(&mut self, input: &mut Input) {
        for cluster in &mut input.clusters {
            for table in [
                &mut cluster.allocation_delay,
                &mut cluster.boot_delay,
                &mut cluster.lifetime,
                &mut cluster.prepare_cold,
                &mut cluster.prepare_warm,
            ] {
                once(&mut self.ticks, table);
            }
            once(&mut self.failures, &mut cluster.boot_failure);
        }
    }
}

fn once<T: Hash + Eq>(known: &mut HashSet<Table<T>>, table: &mut Table<T>) {
    match known.get(table) {
        Some(same) => *table = Table::clone(same),
        None => {
            known.insert(Table::clone(table));
        }
    }
}

/// Of what a model's list of jobs is made from.
fn jobs_hash(input: &Input) -> u64 {
    let mut hasher = DefaultHasher::new();
    for cluster in &input.clusters {
        cluster.speed.hash(&mut hasher);
    }
    for job in &input.jobs {
        (job.submit, job.service, job.nodes, job.cluster).hash(&mut hasher);
    }
    hasher.finish()
}

impl Plan {
    /// Makes all models, and asks the gate about every configuration.
    ///
    /// # Errors
    /// What is wrong with a scenario that the axes make; it names the configuration.
    pub fn models(&self, loaded: &Loaded, seed: Option<u64>) -> Result<Models, Vec<Diagnostic>> {
        let mut models = Models::default();
        self.add_models(&mut models, loaded, seed)?;
        Ok(models)
    }

    /// The same; `None`: it was asked to stop before all were made.
    ///
    /// # Errors
    /// As [`Self::models`].
    pub fn models_unless_stopped(
        &self,
        loaded: &Loaded,
        seed: Option<u64>,
        progress: &Progress,
    ) -> Result<Option<Models>, Vec<Diagnostic>> {
        let mut models = Models::default();
        if !self.make(loaded, seed, &self.needed(&models), &mut models, progress)? {
            return Ok(None);
        }
        self.ask(loaded.scenario(), &models)?;
        Ok(Some(models))
    }

    /// The same, keeping what was made for another plan over the same grid with the same seed. Where that would be too
    /// many, all are made anew, with other numbers: chunks are asked for afterwards.
    ///
    /// # Errors
    /// As [`Self::models`].
    pub fn add_models(
        &self,
        models: &mut Models,
        loaded: &Loaded,
        seed: Option<u64>,
    ) -> Result<(), Vec<Diagnostic>> {
        let mut needed = self.needed(models);
        if (models.models.len() + needed.len()) as u64 > MODELS_MAX {
            *models = Models::default();
            needed = self.needed(models);
        }
        self.make(loaded, seed, &needed, models, &Progress::default())?;
        self.ask(loaded.scenario(), models)
    }

    /// Combination, a configuration of it, and replication of all models that are not there yet.
    fn needed(&self, models: &Models) -> Vec<(u64, u64, u32)> {
        let replications = self.first_replication..self.first_replication + self.replications;
        let all = self.combinations.iter().flat_map(|&(combination, index)| {
            replications.clone().map(move |replication| (combination, index, replication))
        });
        all.filter(|(combination, _, replication)| {
            !models.numbers.contains_key(&(*combination, *replication))
        })
        .collect()
    }

    fn make(
        &self,
        loaded: &Loaded,
        seed: Option<u64>,
        needed: &[(u64, u64, u32)],
        models: &mut Models,
        progress: &Progress,
    ) -> Result<bool, Vec<Diagnostic>> {
        // Those of a combination come together.
        let groups: Vec<&[(u64, u64, u32)]> = needed.chunk_by(|a, b| a.0 == b.0).collect();
        let scenarios: Vec<Changed> =
            groups.iter().map(|group| self.changed(loaded, group[0].1)).collect::<Result<_, _>>()?;
        let tasks: Vec<(&Changed, u32)> = groups
            .iter()
            .zip(&scenarios)
            .flat_map(|(group, changed)| group.iter().map(move |(_, _, replication)| (changed, *replication)))
            .collect();
        let pool = &models.pool;
        let made: Vec<Result<(Model, ModelFacts), Vec<Diagnostic>>> = tasks
            .par_iter()
            .map(|(changed, replication)| {
                if progress.stopped() {
                    return Err(Vec::new());
                }
                let told = |found| self.told(found, &changed.name, changed.index, loaded);
                let lowered = changed.loaded.lower(seed, u64::from(*replication)).map_err(told)?;
                let load = changed.loaded.scenario().workload.load_factor.unwrap_or(1.0);
                model(lowered, load, pool).map_err(told)
            })
            .collect();
        if progress.stopped() {
            return Ok(false);
        }
        // Collected one by one, so that of several errors the first is told.
        let made = made.into_iter().collect::<Result<Vec<_>, _>>()?;
        for ((one, (changed, _)), (combination, _, replication)) in made.into_iter().zip(tasks).zip(needed) {
            let (model, facts) = one;
            models.numbers.insert((*combination, *replication), models.models.len());
            models.bases.push(model.settings());
            models.follows.push(Arc::clone(&changed.follows));
            models.models.push(model);
            models.facts.push(facts);
        }
        Ok(true)
    }

    /// The scenario with the values of a configuration that change tables, and its bounds: those of the scenario
    /// itself need not go together with anything.
    fn changed(&self, loaded: &Loaded, index: u64) -> Result<Changed, Vec<Diagnostic>> {
        let values: Vec<(&Axis, Value<'_>)> = self.axes.iter().zip(self.values(index)).collect();
        let mut words: Vec<String> = values
            .iter()
            .filter(|(axis, _)| axis.field.changes_tables())
            .map(|(axis, value)| format!("{} = {value}", axis.column))
            .collect();
        let bounds = |field| {
            values
                .iter()
                .filter(move |(axis, _)| axis.field == field)
                .map(|(a, v)| format!("{} = {v}", a.column))
        };
        words.extend(bounds(Field::MaxNodes).chain(bounds(Field::MinNodes)));
        let changed = loaded.changed(|scenario| self.write_into(scenario, index));
        let name = words.join(", ");
        match changed {
            Ok(loaded) => {
                let follows = loaded.scenario().clusters.iter().map(Follows::of).collect();
                Ok(Changed { loaded, name, index, follows })
            }
            Err(found) => Err(self.told(found, &name, index, loaded)),
        }
    }

    /// Asks the gate about each pair of a model and bounds of nodes; idle times do not matter to it.
    fn ask(&self, scenario: &Scenario, models: &Models) -> Result<(), Vec<Diagnostic>> {
        // Replications differ in their jobs, which matter to the gate only where a cluster could hold that many nodes.
        let held = |limit: u64| limit > HELD_NODES_MAX;
        let jobs_matter = scenario.clusters.iter().any(|cluster| cluster.node_limit.is_some_and(held));
        let asked = if jobs_matter { self.replications as usize } else { 1 };
        let idle = |d: usize| {
            let mut axes = (0..self.axes.len()).filter(|axis| self.grid.dimension(*axis) == d);
            axes.all(|axis| self.axes[axis].field == Field::IdleTime)
        };
        // Of a list, not every point has one beside it that differs in its idle time only.
        let dimensions = if self.points.is_none() { self.grid.lens().count() } else { 0 };
        let idle: Vec<usize> = (0..dimensions).filter(|d| idle(*d)).collect();
        let refused = (0..self.slots()).into_par_iter().find_map_first(|slot| {
            let index = self.index_at(slot);
            if idle.iter().any(|d| self.grid.digit(*d, index) > 0) || !self.fits(index) {
                return None;
            }
            let combination = self.grid.combination(index);
            (self.first_replication..).take(asked).find_map(|replication| {
                let model = models.number(combination, replication);
                let settings = self.settings(index, models.base(model), models.follows(model));
                let refusals = models.models[model].refusals_of(&settings);
                (!refusals.is_empty()).then_some((index, refusals))
            })
        });
        let Some((index, refusals)) = refused else { return Ok(()) };
        Err(refusals.into_iter().map(|refusal| self.refusal(scenario, index, refusal)).collect())
    }

    /// What is wrong with a scenario that the axes made: at the value of the axis that wrote what is wrong, where
    /// there is one, else at its place in the file; with the values of all others.
    fn told(&self, found: Vec<Diagnostic>, name: &str, index: u64, loaded: &Loaded) -> Vec<Diagnostic> {
        let tree = Tree::new(loaded.source().text());
        let of = |d: Diagnostic| {
            let d = if name.is_empty() { d } else { d.note(format!("the sweep sets {name} here")) };
            let in_file = d.source.as_ref().is_some_and(|source| Arc::ptr_eq(source, loaded.source()));
            let Some(span) = d.span.clone().filter(|_| in_file) else { return d };
            let wrote = |(axis, value): (&Axis, Value<'_>)| {
                let Value::Leaf(leaf) = value else { return None };
                let place = tree.find(&axis.path);
                let is_it = match place.found {
                    true => place.span.start < span.end && span.start < place.span.end,
                    // What is not given is told at the element that lacks it.
                    false => {
                        place.span == span && axis.path.last_field().is_some_and(|f| d.message.contains(f))
                    }
                };
                is_it.then(|| (axis.text.clone(), leaf.at.clone()))
            };
            match self.axes.iter().zip(self.values(index)).find_map(wrote) {
                Some((text, at)) => text.tell(d, at),
                None => d,
            }
        };
        found.into_iter().filter(|d| d.severity() == Severity::Error).map(of).collect()
    }

    fn refusal(&self, scenario: &Scenario, index: u64, refusal: Refusal) -> Diagnostic {
        let cluster = match refusal.place {
            Place::Cluster(i, _) if scenario.clusters.len() > 1 => {
                format!("cluster `{}`: ", scenario.clusters[i].name)
            }
            _ => String::new(),
        };
        let why = with_names(scenario, &refusal.message);
        let message = format!("configuration {index} ({}) is refused: {cluster}{why}", self.name(index));
        Diagnostic::new(Code::of_rule(refusal.rule), message)
            .help(format!("{}; or leave it out of the axes", refusal.help))
            .note(format!("the rule is `{}`", refusal.rule))
    }
}

/// A scenario with the values of a combination.
struct Changed {
    loaded: Loaded,
    /// What it is called.
    name: String,
    index: u64,
    follows: Arc<[Follows]>,
}

fn model(lowered: Lowered, load: f64, pool: &Mutex<Pool>) -> Result<(Model, ModelFacts), Vec<Diagnostic>> {
    let Lowered { mut input, clusters, currency, load_balancer, seed, mut warnings, .. } = lowered;
    warnings.retain(|warning| warning.code == Code::LogNotResampled);
    let last = input.jobs.iter().map(|job| job.submit).max();
    let facts = ModelFacts {
        clusters,
        currency,
        load_balancer,
        billing_quantum: input.billing_quantum,
        rate_span: input.horizon.or(last).filter(|span| *span > 0),
        seed,
        load,
        same_logs: warnings,
    };
    let hash = jobs_hash(&input);
    let refused = |refusals: Vec<Refusal>| {
        let of = |r: Refusal| Diagnostic::new(Code::of_rule(r.rule), r.message).help(r.help);
        refusals.into_iter().map(of).collect::<Vec<_>>()
    };
    let mut pool = pool.lock().unwrap_or_else(PoisonError::into_inner);
    pool.share(&mut input);
    if let Some(other) = pool.jobs.get(&hash).cloned() {
        drop(pool);
        return Ok((Model::with_jobs_of(input, &other).map_err(refused)?, facts));
    }
    // Others with the same jobs wait for this one.
    let model = Model::new(input).map_err(refused)?;
    pool.jobs.insert(hash, model.clone());
    Ok((model, facts))
}
