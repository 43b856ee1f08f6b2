//! From a path to something that can be run and reported.

use super::error::CliError;
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::Model;
use crate::engine::input::ClusterInput;
use crate::lowering::{self, ClusterFacts, ListPrice, Loaded, Lowered};
use crate::report::Context;
use crate::report::context::{ClusterContext, JobContext, NodePrice, PriceContext, PriceSource};
use crate::report::files::hex_sha256;
use crate::report::refusals::Gate;
use crate::report::summary::WarningEntry;
use crate::scenario::schema::Expect;
use crate::workload::Resampled;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Mutex;

/// A scenario, read and checked.
pub(super) struct Scenario {
    loaded: Loaded,
    /// Replication 0 with the scenario's own seed: checking draws it already. Taken by whoever needs it first.
    first: Mutex<Option<Lowered>>,
}

/// One replication, ready to run.
pub(super) struct Prepared {
    pub(super) model: Model,
    pub(super) context: Context,
    /// Equal where the jobs of two scenarios are the same, work included.
    pub(super) jobs_hash: u64,
}

/// Of submit times, sizes and work of all jobs, in units that do not depend on the resolution.
fn jobs_hash(jobs: &[crate::engine::input::JobInput], tick_ns: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    for job in jobs {
        (u64::from(job.submit) * tick_ns, job.nodes, u64::from(job.service) * tick_ns).hash(&mut hasher);
    }
    hasher.finish()
}

impl Scenario {
    /// Reads and checks a scenario; `-` is standard input.
    pub(super) fn open(path: &Path) -> Result<Self, CliError> {
        if ["summary.json", "answer.json"].iter().any(|name| path.join(name).is_file()) {
            let message =
                format!("{} is a directory of results; this command takes scenarios", path.display());
            let scenario = scenario_of(path).unwrap_or_else(|| "its scenario".to_owned());
            let help =
                format!("name {scenario} instead; `nodetide chart {}` draws the results", path.display());
            return Err(CliError::Invalid(vec![Diagnostic::new(Code::CannotRead, message).help(help)]));
        }
        let (loaded, lowered) = lowering::load_file(path).map_err(CliError::Invalid)?;
        Ok(Self { loaded, first: Mutex::new(Some(lowered)) })
    }

    /// The warnings that reading it found.
    pub(super) fn notices(&self) -> Vec<Diagnostic> {
        let first = self.first.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        first.as_ref().map(|lowered| lowered.warnings.clone()).unwrap_or_default()
    }

    /// What becomes of the logs where there are several replications, in a sentence each.
    pub(super) fn resampled(&self) -> Vec<String> {
        let first = self.first.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let says = |log: &Resampled| {
            format!(
                "every replication after the first has other weeks of {}, drawn from its {} whole ones",
                log.path, log.weeks
            )
        };
        first.iter().flat_map(|lowered| &lowered.resampled).map(says).collect()
    }

    /// Lets the first replication go, where nobody will ask for it.
    pub(super) fn forget(&self) {
        self.first.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    }

    /// The scenario as written, with its text.
    pub(super) fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// SHA-256 of the scenario's text.
    pub(super) fn sha256(&self) -> String {
        hex_sha256(self.loaded.source().text().as_bytes())
    }

    /// Draws a replication, with the scenario's seed or another one.
    pub(super) fn prepare(&self, seed: Option<u64>, replication: u32) -> Result<Prepared, CliError> {
        let lowered = self.lowered(seed, replication)?;
        self.prepared(lowered, replication)
    }

    /// The scenario as written.
    pub(super) fn written(&self) -> &crate::scenario::Scenario {
        self.loaded.scenario()
    }

    /// Whether chance has a part in it: whether replications 0 and 1 differ.
    pub(super) fn draws(&self, seed: u64) -> bool {
        match (self.loaded.lower(Some(seed), 0), self.loaded.lower(Some(seed), 1)) {
            (Ok(first), Ok(second)) => first.input != second.input,
            // A drawn job was too long, say. Whoever needs that replication tells it.
            _ => true,
        }
    }

    fn lowered(&self, seed: Option<u64>, replication: u32) -> Result<Lowered, CliError> {
        let own_seed = seed.is_none_or(|seed| seed == self.loaded.scenario().seed);
        if own_seed && replication == 0 {
            let first = self.first.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            if let Some(lowered) = first {
                return Ok(lowered);
            }
        }
        self.loaded.lower(seed, replication.into()).map_err(CliError::Invalid)
    }

    fn prepared(&self, lowered: Lowered, replication: u32) -> Result<Prepared, CliError> {
        let scenario = self.loaded.scenario();
        let Lowered {
            input,
            clusters,
            tags,
            currency,
            load_balancer,
            seed,
            assumptions,
            warnings,
            log_reports,
            calendar,
            ..
        } = lowered;
        let gate = Gate::of(&input);
        let clusters =
            clusters.into_iter().zip(&input.clusters).map(|(facts, input)| cluster(facts, input)).collect();
        let (horizon, billing_quantum) = (input.horizon, input.billing_quantum);
        let (locks, updates) = (input.locks.clone(), input.updates.clone());
        let jobs_hash = jobs_hash(&input.jobs, scenario.resolution.ns());
        // Lowering has asked the gate at load already and knows the places; this is what it missed.
        let model = Model::new(input).map_err(|refusals| {
            let of =
                |r: crate::engine::Refusal| Diagnostic::new(Code::of_rule(r.rule), r.message).help(r.help);
            CliError::Invalid(refusals.into_iter().map(of).collect())
        })?;
        let jobs = JobContext::all(&model, |index| tags.of(index));
        let context = Context {
            scenario: scenario.name.clone().unwrap_or_else(|| stem(self.loaded.source().name())),
            description: scenario.description.clone(),
            resolution: scenario.resolution,
            start: calendar.and_then(|calendar| calendar.start()),
            seed,
            replication,
            horizon,
            clusters,
            jobs,
            tags: tags.names.to_vec(),
            prices: prices(currency, billing_quantum, load_balancer),
            expect: scenario.expect.clone(),
            wait_limit: scenario.expect.iter().find_map(Expect::wait_limit),
            assumptions: assumptions.iter().map(ToString::to_string).collect(),
            // What would be rejected the run counts itself.
            notices: warnings
                .iter()
                .filter(|warning| warning.code != Code::JobsRejected)
                .map(WarningEntry::from)
                .collect(),
            logs: log_reports,
            locks,
            updates,
            gate,
        };
        Ok(Prepared { model, context, jobs_hash })
    }
}

/// The scenario that results came from, by their manifest.
fn scenario_of(results: &Path) -> Option<String> {
    let text = std::fs::read_to_string(results.join("manifest.json")).ok()?;
    let manifest: serde_json::Value = serde_json::from_str(&text).ok()?;
    manifest["scenario"].as_str().map(str::to_owned)
}

fn cluster(facts: ClusterFacts, input: &ClusterInput) -> ClusterContext {
    ClusterContext {
        name: facts.name,
        vm_size: facts.vm_size,
        tier: facts.tier,
        vcpus: facts.vcpus,
        gpus: facts.gpus,
        family: facts.family,
        quota_given: facts.quota_given,
        min_nodes: input.min_nodes,
        max_nodes: input.max_nodes,
        idle_time: input.idle_time,
        discipline: input.discipline,
        idle_time_assumed: facts.idle_time_assumed,
        price: facts.price.map(|price| NodePrice {
            per_h: price.per_h,
            source: PriceSource { list: price.list, date: price.date },
        }),
    }
}

fn prices(currency: String, billing_quantum: u32, load_balancer: Option<ListPrice>) -> PriceContext {
    let (per_h, source) = match load_balancer {
        Some(price) => (Some(price.per_h), PriceSource { list: price.list, date: price.date }),
        None => (None, PriceSource { list: "free".to_owned(), date: None }),
    };
    PriceContext { currency, billing_quantum, load_balancer_per_h: per_h, load_balancer_source: source }
}

/// A file's name without folders and extension.
pub(super) fn stem(name: &str) -> String {
    Path::new(name).file_stem().map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned())
}
