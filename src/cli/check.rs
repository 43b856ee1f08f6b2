//! `nodetide check`.

use super::args::{CheckArgs, CheckFormat};
use super::error::CliError;
use super::output::Output;
use crate::diagnostic::{self, Diagnostic};
use crate::exit_code;
use crate::lowering::{self, Lowered};
use crate::report::files;
use crate::report::units::count;

/// Checks a scenario without running it.
pub(super) fn check(args: &CheckArgs, output: &Output) -> Result<u8, CliError> {
    let path = args.scenario.to_string_lossy();
    let (lowered, found) = match lowering::load(&path) {
        Ok((_, lowered)) => {
            let warnings = lowered.warnings.clone();
            (Some(lowered), warnings)
        }
        Err(found) => (None, found),
    };
    match args.format {
        CheckFormat::Json => output.write(|w| files::json(w, &diagnostic::to_json(&found)))?,
        CheckFormat::Human => {
            // A failure is told by whoever reports errors.
            let Some(lowered) = lowered else { return Err(CliError::Invalid(found)) };
            if !output.quiet {
                output.diagnostics(&found);
            }
            output.print(&says(&path, &lowered, &found))?;
            return Ok(exit_code::FINE);
        }
    }
    Ok(if lowered.is_some() { exit_code::FINE } else { CliError::Invalid(found).exit_code() })
}

/// What was read, in a line, and the assumptions that a run would use.
fn says(path: &str, lowered: &Lowered, found: &[Diagnostic]) -> String {
    let mut text = format!(
        "{path} can be run: {}, {}, {}\n",
        count(lowered.input.clusters.len() as u64, "cluster"),
        count(lowered.input.jobs.len() as u64, "job"),
        count(found.len() as u64, "warning")
    );
    for assumption in &lowered.assumptions {
        text.push_str(&format!("  assumed: {assumption}\n"));
    }
    text
}
