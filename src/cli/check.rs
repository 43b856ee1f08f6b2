//! `nodetide check`.

use super::args::{CheckArgs, CheckFormat};
use super::error::CliError;
use super::output::Output;
use super::source::Loaded;
use crate::exit_code;

/// Checks a scenario without running it.
pub(super) fn check(args: &CheckArgs, output: &Output) -> Result<u8, CliError> {
    let loaded = Loaded::open(&args.scenario)?;
    let _ = (loaded, output);
    match args.format {
        CheckFormat::Human | CheckFormat::Json => Ok(exit_code::FINE),
    }
}
