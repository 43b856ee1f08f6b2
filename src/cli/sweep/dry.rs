//! `nodetide sweep --dry-run`: what would run, and how long it would take.

use super::rows::chunk_of;
use crate::engine::{Model, Workspace};
use crate::report::units::{count, duration_s, whole};
use crate::sweep::axes::Axis;
use crate::sweep::plan::{Models, Plan};
use crate::sweep::runner::Backend;
use std::time::{Duration, Instant};

/// How long configurations are tried.
const TRIED: Duration = Duration::from_millis(300);

/// Configurations that are tried at most.
const TRIED_MAX: u64 = 256;

/// A result with its two histograms and what is made of it [bytes].
const RESULT_BYTES: u64 = 14_000;

/// What the program takes by itself [bytes].
const PROGRAM_BYTES: u64 = 20_000_000;

/// What the answer and its charts keep of a configuration at the end, beside its levels and its objective in each replication
/// [bytes]; measured with 100,000 to a million of them.
const POINT_BYTES: u64 = 330;

/// A job of a model, with what reading it takes [bytes]; measured with three million in a file, once and four times over.
const JOB_BYTES: u64 = 250;

/// Size, axes, models, memory and time, a line each.
pub(super) fn says(plan: &Plan, models: &Models, backend: &Backend) -> String {
    let mut text = format!("rows: {}", whole(plan.len()));
    let mut more = vec![count(plan.configurations(), "configuration")];
    if plan.replications() > 1 {
        more[0].push_str(&format!(" × {} replications", plan.replications()));
    }
    if plan.configurations() + plan.left_out() < plan.grid_size() {
        more.push(format!("of a grid of {}", whole(plan.grid_size())));
    }
    more.push(format!("{} left out", whole(plan.left_out())));
    if plan.doubles() > 0 {
        more.push(format!("{} drawn twice", whole(plan.doubles())));
    }
    text.push_str(&format!(" ({})\n", more.join(", ")));
    if plan.axes().is_empty() {
        text.push_str("axes: none\n");
    } else {
        text.push_str("axes:\n");
        plan.axes().iter().for_each(|axis| text.push_str(&format!("  {}\n", of_axis(axis))));
    }
    text.push_str(&format!("models: {}\n", whole(models.models.len() as u64)));
    let results = plan.positions().min(chunk_of(backend)) * RESULT_BYTES;
    let answer = plan.configurations()
        * (POINT_BYTES + 4 * plan.axes().len() as u64 + 8 * u64::from(plan.replications()));
    let models_take = models.models.iter().enumerate().map(|m| own_bytes(models, m)).sum::<u64>();
    let bytes = PROGRAM_BYTES + results + answer + models_take;
    text.push_str(&format!("memory: about {} MB\n", whole(bytes / 1_000_000)));
    text.push_str(&format!("time: {}\n", time(plan, models, backend)));
    text
}

fn of_axis(axis: &Axis) -> String {
    let last = axis.len() - 1;
    let words = |i| axis.value(i).words();
    let values = match axis.len() {
        1..=6 => (0..=last).map(words).collect::<Vec<_>>().join(", "),
        _ => format!("{}, {}, … {}", words(0), words(1), words(last)),
    };
    format!("{}: {}: {values}", axis.label, count(axis.len(), "value"))
}

/// What a model does not share with one before it: mostly its jobs.
fn own_bytes(models: &Models, (i, model): (usize, &Model)) -> u64 {
    let shared = i > 0 && model.shares_jobs_with(&models.models[i - 1]);
    if shared { 4_000 } else { 4_000 + model.job_count() as u64 * JOB_BYTES }
}

/// From the first configurations, on one core.
fn time(plan: &Plan, models: &Models, backend: &Backend) -> String {
    let began = Instant::now();
    let mut workspace = Workspace::new();
    let (mut tried, mut from) = (0_u64, 0);
    // Spread over the plan, since those at its beginning have the fewest nodes.
    let step = (plan.positions() / TRIED_MAX).max(1);
    while from < plan.positions() && began.elapsed() < TRIED {
        let chunk = plan.chunk(models, from, from + 1);
        for configuration in &chunk.configurations {
            workspace.run(&models.models[configuration.model], &configuration.settings);
            tried += 1;
        }
        from += step;
    }
    if tried == 0 {
        return "not known: the configurations that were tried are left out".to_owned();
    }
    let each = began.elapsed().as_secs_f64() / tried as f64;
    let cores = rayon::current_num_threads() as f64;
    let all = each * plan.len() as f64 / cores;
    let all =
        if all < 1.0 { "less than a second".to_owned() } else { format!("about {}", duration_s(all.ceil())) };
    let threads = count(rayon::current_num_threads() as u64, "thread");
    let tried = count(tried, "configuration");
    match backend {
        Backend::Cpu { .. } => format!("{all} on {threads}, by {tried} tried on one"),
        Backend::Gpu { .. } => {
            format!("{all} on {threads} of the CPU, by {tried} tried on one; the GPU was not tried")
        }
    }
}
