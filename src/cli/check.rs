//! `nodetide check`.

use super::args::{CheckArgs, CheckFormat};
use super::error::CliError;
use super::output::Output;
use super::source::{Prepared, Scenario};
use crate::diagnostic::{self, Diagnostic};
use crate::exit_code;
use crate::lowering::Loaded;
use crate::report::files;
use crate::report::units::{count, duration_s, whole};
use crate::report::warnings::{self, Warning};
use crate::scenario::locate::Tree;
use crate::scenario::path::Path;
use crate::sweep::plan::Plan;
use crate::workload::logs::{LeftOut, LogFigures, LogReport};

/// Checks a scenario without running it.
pub(super) fn check(args: &CheckArgs, output: &Output) -> Result<u8, CliError> {
    let checked = checked(args);
    match (args.format, checked) {
        (CheckFormat::Json, checked) => {
            let (found, code) = match checked {
                Ok((_, found, _)) => (found, exit_code::FINE),
                Err(CliError::Invalid(found)) => {
                    let code = CliError::Invalid(found.clone()).exit_code();
                    (found, code)
                }
                Err(other) => return Err(other),
            };
            output.write(|w| files::json(w, &diagnostic::to_json(&found)))?;
            Ok(code)
        }
        (CheckFormat::Human, checked) => {
            let (prepared, found, sweep) = checked?;
            if !output.quiet {
                output.diagnostics(&found);
            }
            let mut text = says(&args.scenario.to_string_lossy(), &prepared, &found, output.quiet);
            if let Some(plan) = sweep {
                let (all, each) = (count(plan.configurations(), "configuration"), plan.replications());
                text.push_str(&format!("  its sweep: {all}, {}\n", count(each.into(), "replication")));
            }
            output.print(&text)?;
            Ok(exit_code::FINE)
        }
    }
}

/// What a run would start from, and every warning that is known before it.
fn checked(args: &CheckArgs) -> Result<(Prepared, Vec<Diagnostic>, Option<Plan>), CliError> {
    let scenario = Scenario::open(&args.scenario)?;
    let sweep = super::sweep::check(scenario.loaded())?;
    let mut found = scenario.notices();
    let prepared = scenario.prepare(None, 0)?;
    let context = &prepared.context;
    let span_h = context.rate_span().map(|span| f64::from(span) / context.ticks_per_h() as f64);
    super::sweep::check_objective(scenario.loaded(), &context.prices.currency, span_h)?;
    found.extend(warnings::beforehand(&prepared.context).iter().map(|w| placed(w, scenario.loaded())));
    Diagnostic::sort(&mut found);
    Ok((prepared, found, sweep))
}

/// A warning of a run at the cluster it is about.
fn placed(warning: &Warning, loaded: &Loaded) -> Diagnostic {
    let text = warning.text();
    let (what, help) = text.split_once("; ").unwrap_or((&text, ""));
    let name = match warning {
        Warning::IdleTimeAssumed { clusters } => clusters.first().map(String::as_str),
        other => other.cluster(),
    };
    let index = loaded.scenario().clusters.iter().position(|cluster| Some(cluster.name.as_str()) == name);
    let path = Path::root().field("clusters");
    let path = index.map_or(path.clone(), |index| path.index(index).field("name"));
    let span = Tree::new(loaded.source().text()).find(&path).span;
    Diagnostic::new(warning.code(), what).at(loaded.source(), span, "").help(help)
}

/// What was read, in a line, then each log and, unless it should be quiet, the assumptions that a
/// run would use.
fn says(path: &str, prepared: &Prepared, found: &[Diagnostic], quiet: bool) -> String {
    let context = &prepared.context;
    let mut text = format!(
        "{path} can be run: {}, {}, {}\n",
        count(context.clusters.len() as u64, "cluster"),
        count(context.jobs.len() as u64, "job"),
        count(found.len() as u64, "warning")
    );
    for log in &context.logs {
        text.push_str(&log_says(log));
    }
    if quiet {
        return text;
    }
    for assumption in &context.assumptions {
        text.push_str(&format!("  assumed: {assumption}\n"));
    }
    text
}

/// What a log holds, so that a wrong unit or column is seen before a run.
fn log_says(log: &LogReport) -> String {
    let mut text = format!("  {}: {} of {}", log.path, count(log.jobs, "job"), count(log.lines, "line"));
    for (why, lines) in &log.left_out {
        text.push_str(&format!("; {} left out: {why}", whole(*lines)));
        if let (LeftOut::OtherCluster, Some(name)) = (why, &log.other_cluster) {
            text.push_str(&format!(" ({name:?}, for one)"));
        }
    }
    text.push_str(&format!("; {}\n", count(log.broken, "broken line")));
    if let Some(figures) = &log.figures {
        let LogFigures { first_submit_s, last_submit_s, .. } = figures;
        let (first, last) = (duration_s(*first_submit_s), duration_s(*last_submit_s));
        match (&figures.first_date, &figures.last_date) {
            (Some(from), Some(to)) => text.push_str(&format!(
                "    submitted from {from} to {to}, which is {first} to {last} after the run's beginning\n"
            )),
            _ => text.push_str(&format!("    submitted from {first} to {last} after the run's beginning\n")),
        }
        let nodes = match (figures.nodes_min, figures.nodes_max) {
            (min, max) if min == max => count(min, "node"),
            (min, max) => format!("{min} to {max} nodes"),
        };
        text.push_str(&format!(
            "    running times: median {}, longest {}; {nodes} a job\n",
            duration_s(figures.run_time_median_s),
            duration_s(figures.run_time_max_s),
        ));
    }
    text
}
