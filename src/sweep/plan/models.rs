//! The models of a sweep: the scenario with each combination of values that change tables, in each replication.

use super::{ClusterPlan, Plan};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::engine::input::{Input, Table};
use crate::engine::{HELD_NODES_MAX, Model, Place, Refusal, Settings};
use crate::lowering::{ClusterFacts, ListPrice, Loaded, Lowered, with_names};
use crate::scenario::Scenario;
use crate::sweep::{Progress, change};
use crate::units::Tick;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

/// The models of a plan, with what pricing needs of each.
#[derive(Clone, Debug)]
pub struct Models {
    /// By combination, then by replication.
    pub models: Vec<Model>,
    /// What the engine does not know of each.
    pub facts: Vec<ModelFacts>,
    bases: Vec<Vec<Settings>>,
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
}

impl Models {
    /// A model's own settings.
    pub(super) fn base(&self, model: usize) -> &[Settings] {
        &self.bases[model]
    }
}

/// Tables and jobs that models have in common are kept once.
#[derive(Default)]
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
        let made = self.models_unless_stopped(loaded, seed, &Progress::default())?;
        // Nobody stops it.
        made.ok_or_else(Vec::new)
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
        let Some(models) = self.make(loaded, seed, progress)? else { return Ok(None) };
        self.ask(loaded.scenario(), &models)?;
        Ok(Some(models))
    }

    fn make(
        &self,
        loaded: &Loaded,
        seed: Option<u64>,
        progress: &Progress,
    ) -> Result<Option<Models>, Vec<Diagnostic>> {
        let scenarios: Vec<(Loaded, String)> =
            (0..self.combinations()).map(|n| self.changed(loaded, n)).collect::<Result<_, _>>()?;
        let pool = Mutex::new(Pool::default());
        let per = self.replications as usize;
        let made: Vec<Result<(Model, ModelFacts), Vec<Diagnostic>>> = (0..scenarios.len() * per)
            .into_par_iter()
            .map(|i| {
                if progress.stopped() {
                    return Err(Vec::new());
                }
                let (loaded, name) = &scenarios[i / per];
                let named = |found| noted(found, name);
                let lowered = loaded.lower(seed, (i % per) as u64).map_err(named)?;
                model(lowered, &pool).map_err(named)
            })
            .collect();
        if progress.stopped() {
            return Ok(None);
        }
        let (mut models, mut facts) = (Vec::new(), Vec::new());
        // Collected one by one, so that of several errors the first is told.
        for one in made {
            let (model, fact) = one?;
            models.push(model);
            facts.push(fact);
        }
        let bases = models.iter().map(Model::settings).collect();
        Ok(Some(Models { models, facts, bases }))
    }

    /// The scenario of a combination, and what it is called.
    fn changed(&self, loaded: &Loaded, mut combination: u64) -> Result<(Loaded, String), Vec<Diagnostic>> {
        let mut values = Vec::new();
        for axis in self.axes.iter().rev().filter(|axis| axis.field.changes_tables()) {
            values.push((axis, axis.value(combination % axis.len())));
            combination /= axis.len();
        }
        let mut words = Vec::new();
        let changed = loaded.changed(|scenario| {
            for (axis, value) in values.iter().rev() {
                change::apply(scenario, axis, *value);
                words.push(format!("{} = {value}", axis.column));
            }
            self.settle(scenario, &mut words);
        });
        let name = words.join(", ");
        match changed {
            Ok(changed) => Ok((changed, name)),
            Err(found) => Err(noted(found, &name)),
        }
    }

    /// A model is checked with bounds of its axes that go together: those of the scenario need not be among them.
    fn settle(&self, scenario: &mut Scenario, words: &mut Vec<String>) {
        for (plan, cluster) in self.clusters.iter().zip(&mut scenario.clusters) {
            let ClusterPlan { min, max, .. } = *plan;
            if min.is_none() && max.is_none() {
                continue;
            }
            let (mins, maxs) = plan.bounds(&self.axes);
            let least = if plan.is_static { 0 } else { mins.iter().copied().min().unwrap_or(0) };
            // There is one: a plan without any was refused.
            let most = maxs.into_iter().filter(|max| *max >= least).min().unwrap_or(least);
            if let Some(axis) = max {
                cluster.max_nodes = most.into();
                if plan.is_static && cluster.min_nodes.is_some() {
                    cluster.min_nodes = Some(most.into());
                }
                words.push(format!("{} = {most}", self.axes[axis].column));
            }
            if let Some(axis) = min {
                cluster.min_nodes = Some(least.into());
                words.push(format!("{} = {least}", self.axes[axis].column));
            }
        }
    }

    /// Asks the gate about each pair of a model and bounds of nodes; idle times do not matter to it.
    fn ask(&self, scenario: &Scenario, models: &Models) -> Result<(), Vec<Diagnostic>> {
        let replications = u64::from(self.replications);
        // Replications differ in their jobs, which matter to the gate only where a cluster could hold that many nodes.
        let held = |limit: u64| limit > HELD_NODES_MAX;
        let jobs_matter = scenario.clusters.iter().any(|cluster| cluster.node_limit.is_some_and(held));
        let asked = if jobs_matter { replications } else { 1 };
        let idle: Vec<usize> = self.clusters.iter().filter_map(|cluster| cluster.idle).collect();
        let refused = (0..self.grid).into_par_iter().find_map_first(|index| {
            if idle.iter().any(|axis| self.digit(*axis, index) > 0) {
                return None;
            }
            let first = self.combination(index) * replications;
            (first..first + asked).find_map(|model| {
                let model = model as usize;
                let settings = self.settings(index, models.base(model))?;
                let refusals = models.models[model].refusals_of(&settings);
                (!refusals.is_empty()).then_some((index, refusals))
            })
        });
        let Some((index, refusals)) = refused else { return Ok(()) };
        Err(refusals.into_iter().map(|refusal| self.refusal(scenario, index, refusal)).collect())
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

/// The same diagnostics, saying which values made the scenario what it is.
fn noted(found: Vec<Diagnostic>, name: &str) -> Vec<Diagnostic> {
    let errors = found.into_iter().filter(|d| d.severity() == Severity::Error);
    let with = |d: Diagnostic| if name.is_empty() { d } else { d.note(format!("--vary sets {name} here")) };
    errors.map(with).collect()
}

fn model(lowered: Lowered, pool: &Mutex<Pool>) -> Result<(Model, ModelFacts), Vec<Diagnostic>> {
    let Lowered { mut input, clusters, currency, load_balancer, seed, .. } = lowered;
    let last = input.jobs.iter().map(|job| job.submit).max();
    let facts = ModelFacts {
        clusters,
        currency,
        load_balancer,
        billing_quantum: input.billing_quantum,
        rate_span: input.horizon.or(last).filter(|span| *span > 0),
        seed,
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
