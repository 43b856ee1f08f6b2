//! What a sweep decides by, and how the scenario as written fares.

use super::rows::{Group, scales_at};
use crate::cli::error::CliError;
use crate::cli::source::stem;
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::engine::Workspace;
use crate::engine::output::Outcome;
use crate::lowering::Loaded;
use crate::report::answer::Detail;
use crate::report::context::ticks_per_h;
use crate::report::objective::{self, Baseline, Judged, Metric, Objective, Sample, Texts, judge};
use crate::report::sweep::Scale;
use crate::scenario::Scenario;
use crate::scenario::locate::Tree;
use crate::scenario::path::Path;
use crate::scenario::schema::Expect;
use crate::stats::surface::Point;
use crate::sweep::cpu;
use crate::sweep::plan::{Models, Plan};
use crate::sweep::{Configuration, Progress};
use crate::units::{TICK_END, TimeSpan};
use std::ops::Range;

/// The texts of flags, or where there are none of the scenario.
pub(super) fn texts(loaded: &Loaded, minimise: Option<&str>, subject_to: &[String]) -> Texts {
    let own = loaded.scenario().objective.clone().unwrap_or_default();
    let tree = Tree::new(loaded.source().text());
    let written = |text: &str, path: &Path| tree.text(loaded.source(), path, text);
    let root = Path::root().field("objective");
    let minimise = minimise.map(|text| Text::of_flag("--minimise", text));
    let of_scenario = |list: Vec<String>| {
        let path = root.clone().field("subject_to");
        list.iter().enumerate().map(|(i, text)| written(text, &path.clone().index(i))).collect()
    };
    Texts {
        minimise: minimise
            .or_else(|| own.minimise.as_ref().map(|t| written(t, &root.clone().field("minimise")))),
        subject_to: if subject_to.is_empty() {
            own.subject_to.map(of_scenario)
        } else {
            Some(subject_to.iter().map(|text| Text::of_flag("--subject-to", text)).collect())
        },
    }
}

/// Reads the objective of a scenario that is written for a sweep, to see whether it can be: what `expect` alone says may
/// serve a run and no sweep.
pub(in crate::cli) fn check_objective(
    loaded: &Loaded,
    currency: &str,
    span_h: Option<f64>,
) -> Result<(), CliError> {
    let own = loaded.scenario();
    if own.objective.is_none() && own.sweep.is_none() {
        return Ok(());
    }
    let texts = texts(loaded, None, &[]);
    objective::read(&texts, loaded.scenario(), currency, span_h).map_err(not_valid).map(|_| ())
}

/// What a sweep decides by.
pub(super) struct Decider {
    pub(super) objective: Objective,
    pub(super) baseline: Baseline,
    pub(super) today: Judged,
    /// Scenario, seed, price lists with their dates.
    pub(super) source: String,
}

/// The scenario with the limit of waits that its runs are to count exactly.
fn counting(loaded: &Loaded, limit: Option<TimeSpan>) -> Result<Loaded, CliError> {
    let Some(limit) = limit else { return loaded.changed(|_| {}).map_err(CliError::Invalid) };
    let expect = Expect::StartedWithin { limit, share: 0.0, cluster: None };
    loaded.changed(|scenario| scenario.expect.insert(0, expect)).map_err(CliError::Invalid)
}

/// Runs a scenario as it is. `None`: it was asked to stop.
fn run_as_is(
    loaded: &Loaded,
    seed: Option<u64>,
    replications: Range<u32>,
    progress: &Progress,
    faster: f64,
) -> Result<Option<AsIs>, CliError> {
    let plan = Plan::read(loaded.scenario(), &[], 1)
        .and_then(|plan| plan.with_replications(replications.start, replications.len() as u32))
        .map_err(CliError::Axes)?;
    let models = plan.models_unless_stopped(loaded, seed, progress).map_err(CliError::Invalid)?;
    let Some(models) = models else { return Ok(None) };
    let scales = scales_at(loaded, &models, faster);
    let chunk = plan.chunk(&models, 0, plan.positions());
    let results = cpu::run(&models.models, &chunk.configurations, progress);
    let as_is = |results| AsIs { models, scales, configurations: chunk.configurations, results };
    Ok(results.map(as_is))
}

/// A scenario that was run without axes.
struct AsIs {
    models: Models,
    scales: Vec<Scale>,
    configurations: Vec<Configuration>,
    results: Vec<crate::engine::RunResult>,
}

impl AsIs {
    fn group(&self) -> Group<'_> {
        Group {
            models: &self.models.models,
            scales: &self.scales,
            configurations: &self.configurations,
            results: &self.results,
        }
    }
}

/// What is asked, and where figures are from.
pub(super) fn asked(
    loaded: &Loaded,
    texts: &Texts,
    seed: Option<u64>,
) -> Result<(Objective, String), CliError> {
    let scenario = loaded.scenario();
    let first = Plan::read(scenario, &[], 1).map_err(CliError::Axes)?;
    let first = first.models(loaded, seed).map_err(CliError::Invalid)?;
    let Some(facts) = first.facts.first() else { return Err(CliError::Invalid(Vec::new())) };
    let per_h = ticks_per_h(scenario.resolution);
    let span_h = facts.rate_span.map(|span| f64::from(span) / per_h as f64);
    let objective = objective::read(texts, scenario, &facts.currency, span_h).map_err(not_valid)?;
    needs_prices(&objective, facts)?;
    let source = source(loaded, facts);
    in_range(&objective, scenario)?;
    Ok((objective, source))
}

impl Decider {
    /// Reads the objective, runs the scenario as written, and gives the scenario that the sweep is to run. `None`: it was asked
    /// to stop.
    pub(super) fn new(
        loaded: &Loaded,
        texts: &Texts,
        seed: Option<u64>,
        replications: u32,
        progress: &Progress,
    ) -> Result<Option<(Self, Loaded)>, CliError> {
        let (objective, source) = asked(loaded, texts, seed)?;
        let counted = counting(loaded, objective.wait_limit())?;
        let as_is = run_as_is(&counted, seed, 0..replications, &progress.beside(), 1.0)?;
        let Some(as_is) = as_is else { return Ok(None) };
        Ok(Some((Self::of(objective, source, &as_is), counted)))
    }

    /// What the scenario as written comes to.
    fn of(objective: Objective, source: String, as_is: &AsIs) -> Self {
        let group = as_is.group();
        let baseline = Baseline::of(group.results.iter());
        let today = group.judge(&objective, &baseline);
        Self { objective, baseline, today, source }
    }

    /// The same in other replications of the same scenario. `None`: it was asked to stop.
    pub(super) fn fresh(
        &self,
        counted: &Loaded,
        seed: Option<u64>,
        replications: Range<u32>,
        progress: &Progress,
    ) -> Result<Option<Self>, CliError> {
        let as_is = run_as_is(counted, seed, replications, &progress.beside(), 1.0)?;
        Ok(as_is.map(|as_is| Self::of(self.objective.clone(), self.source.clone(), &as_is)))
    }

    /// What running a configuration again tells. `None`: it was asked to stop.
    pub(super) fn detail(
        &self,
        plan: &Plan,
        models: &Models,
        scales: &[Scale],
        index: u64,
        progress: &Progress,
    ) -> Option<Detail> {
        let chunk = plan.chunk_of(models, index);
        let results = cpu::run(&models.models, &chunk.configurations, progress)?;
        let group = Group {
            models: &models.models,
            scales,
            configurations: &chunk.configurations,
            results: &results,
        };
        let together = group.judge(&self.objective, &self.baseline);
        let mut held_in = vec![0; self.objective.constraints.len()];
        for i in 0..results.len() {
            let alone = group.alone(i).judge(&self.objective, &self.baseline);
            for (n, held) in held_in.iter_mut().zip(alone.held) {
                *n += usize::from(held);
            }
        }
        let (values, held) = (together.values, together.held);
        Some(Detail { held_in, values, held, waiting_for: waiting_for(&results) })
    }

    /// How a scenario fares under other circumstances; `faster`: the jobs come so many times as fast, the change counted.
    /// `None`: it was asked to stop.
    pub(super) fn under(
        &self,
        change: impl FnOnce(&mut Scenario),
        faster: f64,
        loaded: &Loaded,
        seed: Option<u64>,
        replications: Range<u32>,
        progress: &Progress,
    ) -> Result<Option<Point>, CliError> {
        let changed = loaded.changed(change).map_err(CliError::Invalid)?;
        let as_is = run_as_is(&changed, seed, replications, &progress.beside(), faster)?;
        Ok(as_is.map(|as_is| as_is.group().judge(&self.objective, &self.baseline).point))
    }
}

/// Where the figures are from.
fn source(loaded: &Loaded, facts: &crate::sweep::plan::ModelFacts) -> String {
    let name = loaded.scenario().name.clone().unwrap_or_else(|| stem(loaded.source().name()));
    let mut lists: Vec<String> = Vec::new();
    let nodes = facts.clusters.iter().filter_map(|cluster| cluster.price.as_ref());
    let nodes = nodes.map(|price| (price.list.as_str(), price.date.as_deref()));
    let balancer = facts.load_balancer.iter().map(|price| (price.list.as_str(), price.date.as_deref()));
    for (list, date) in nodes.chain(balancer) {
        let words = date.map_or_else(|| list.to_owned(), |date| format!("{list}, {date}"));
        if !lists.contains(&words) {
            lists.push(words);
        }
    }
    let prices = if lists.is_empty() { String::new() } else { format!(" · prices: {}", lists.join("; ")) };
    format!("Nodetide · {name} · seed {}{prices}", facts.seed)
}

/// What most of the waiting is for.
fn waiting_for(results: &[crate::engine::RunResult]) -> Option<(&'static str, f64)> {
    use crate::engine::output::Reason;
    let mut sums = [0_u64; Reason::COUNT];
    for cluster in results.iter().flat_map(|result| &result.clusters) {
        for &reason in Reason::ALL {
            sums[reason as usize] += cluster.wait[reason as usize] + cluster.requeue_wait[reason as usize];
        }
    }
    let all: u64 = sums.iter().sum();
    let most = Reason::ALL.iter().max_by_key(|reason| sums[**reason as usize])?;
    (all > 0).then(|| (most.as_str(), sums[*most as usize] as f64 / all as f64))
}

/// Mistakes of an objective are those of an argument where they stand in one.
pub(super) fn not_valid(found: Vec<Diagnostic>) -> CliError {
    let argument = |d: &Diagnostic| d.source.as_ref().is_some_and(|source| source.name().starts_with("--"));
    if found.iter().any(argument) { CliError::Axes(found) } else { CliError::Invalid(found) }
}

/// A cost that is not known cannot be judged.
fn needs_prices(objective: &Objective, facts: &crate::sweep::plan::ModelFacts) -> Result<(), CliError> {
    let terms = objective.terms.iter().map(|term| &term.figure);
    let all = terms.chain(objective.constraints.iter().map(|constraint| &constraint.figure));
    for figure in all.filter(|figure| matches!(figure.metric, Metric::Cost | Metric::WholeCost)) {
        for (i, cluster) in facts.clusters.iter().enumerate() {
            if figure.cluster.is_none_or(|c| c == i) && cluster.price.is_none() {
                let message =
                    format!("the price of {} (cluster `{}`) is not known", cluster.vm_size, cluster.name);
                let help = "give the cluster a `price`, or minimise node_hours";
                return Err(not_valid(vec![Diagnostic::new(Code::ObjectivePrice, message).help(help)]));
            }
        }
    }
    Ok(())
}

/// A limit of waits is counted in ticks.
fn in_range(objective: &Objective, scenario: &Scenario) -> Result<(), CliError> {
    let too_long = |limit: TimeSpan| limit.ns() / scenario.resolution.ns() >= u64::from(TICK_END);
    match objective.wait_limit().filter(|limit| too_long(*limit)) {
        Some(limit) => {
            let message = format!("a wait of {limit} is out of range");
            let help = format!("times stay below 2^31 ticks of {}", scenario.resolution.as_str());
            Err(not_valid(vec![Diagnostic::new(Code::ObjectiveValue, message).help(help)]))
        }
        None => Ok(()),
    }
}

impl Group<'_> {
    /// One replication of it.
    fn alone(&self, i: usize) -> Group<'_> {
        Group { configurations: &self.configurations[i..=i], results: &self.results[i..=i], ..*self }
    }

    /// Its verdict; what histograms leave open is counted again.
    pub(super) fn judge(&self, objective: &Objective, baseline: &Baseline) -> Judged {
        let of = |(c, result): (&Configuration, _)| Sample { scale: &self.scales[c.model], result };
        let samples: Vec<Sample<'_>> = self.configurations.iter().zip(self.results).map(of).collect();
        judge(objective, &samples, baseline, |i, is_wait, cluster, limit| {
            self.recount(i, is_wait, cluster, limit, &samples[i])
        })
    }

    /// Jobs of a replication within a limit, counted one by one.
    fn recount(
        &self,
        i: usize,
        is_wait: bool,
        cluster: Option<usize>,
        limit: TimeSpan,
        sample: &Sample<'_>,
    ) -> u64 {
        let configuration = &self.configurations[i];
        let model = &self.models[configuration.model];
        let (_, recording) = Workspace::new().run_jobs(model, &configuration.settings);
        let ticks = limit.ns() / sample.scale.resolution.ns();
        let jobs = recording.jobs.iter().enumerate();
        let within = jobs.filter(|(id, record)| {
            let end = if is_wait {
                record.first_start
            } else if record.outcome == Outcome::Completed {
                record.end
            } else {
                crate::units::NEVER
            };
            let time = end.checked_sub(model.submit(*id)).filter(|_| end != crate::units::NEVER);
            cluster.is_none_or(|c| c == model.cluster_of(*id))
                && time.is_some_and(|time| u64::from(time) <= ticks)
        });
        within.count() as u64
    }
}
