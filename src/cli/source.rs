//! From a path to something that can be run and reported.

use super::error::CliError;
use crate::diagnostic::Diagnostic;
use crate::engine::Model;
use crate::lowering::{self, ClusterFacts, ListPrice, Loaded, Lowered};
use crate::report::Context;
use crate::report::context::{ClusterContext, JobContext, NodePrice, PriceContext, PriceSource};
use crate::report::files::hex_sha256;
use crate::report::refusals::Gate;
use crate::report::summary::WarningEntry;
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
}

impl Scenario {
    /// Reads and checks a scenario; `-` is standard input.
    pub(super) fn open(path: &Path) -> Result<Self, CliError> {
        let (loaded, lowered) = lowering::load(&path.to_string_lossy()).map_err(CliError::Invalid)?;
        Ok(Self { loaded, first: Mutex::new(Some(lowered)) })
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
            ..
        } = lowered;
        let gate = Gate::of(&input);
        let clusters = clusters
            .into_iter()
            .zip(&input.clusters)
            .map(|(facts, input)| cluster(facts, input.min_nodes, input.max_nodes, input.idle_time))
            .collect();
        let (horizon, billing_quantum) = (input.horizon, input.billing_quantum);
        let (locks, updates) = (input.locks.clone(), input.updates.clone());
        // Lowering has asked the gate at load already and knows the places; this is what it missed.
        let model = Model::new(input).map_err(|refusals| {
            let of = |r: crate::engine::Refusal| {
                Diagnostic::new(crate::diagnostic::Code::of_rule(r.rule), r.message).help(r.help)
            };
            CliError::Invalid(refusals.into_iter().map(of).collect())
        })?;
        let jobs = JobContext::all(&model, |index| tags.of(index));
        let context = Context {
            scenario: scenario.name.clone().unwrap_or_else(|| stem(self.loaded.source().name())),
            description: scenario.description.clone(),
            resolution: scenario.resolution,
            start: self.start(),
            seed,
            replication,
            horizon,
            clusters,
            jobs,
            tags: tags.names.to_vec(),
            prices: prices(currency, billing_quantum, load_balancer),
            expect: scenario.expect.clone(),
            assumptions: assumptions.iter().map(ToString::to_string).collect(),
            notices: warnings.iter().map(WarningEntry::from).collect(),
            logs: log_reports,
            locks,
            updates,
            gate,
        };
        Ok(Prepared { model, context })
    }

    /// Local date and time of tick 0.
    fn start(&self) -> Option<jiff::Zoned> {
        let local = self.loaded.calendar()?.local(0)?;
        let zone = self.loaded.scenario().time_zone.as_deref().unwrap_or("UTC");
        // The bundled database, never the machine's: a report must not depend on the machine.
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(zone).ok()?;
        local.to_zoned(zone).ok()
    }
}

fn cluster(facts: ClusterFacts, min_nodes: u32, max_nodes: u32, idle_time: u32) -> ClusterContext {
    ClusterContext {
        name: facts.name,
        vm_size: facts.vm_size,
        tier: facts.tier,
        vcpus: facts.vcpus,
        gpus: facts.gpus,
        family: facts.family,
        quota_given: facts.quota_given,
        min_nodes,
        max_nodes,
        idle_time,
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
fn stem(name: &str) -> String {
    Path::new(name).file_stem().map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned())
}
