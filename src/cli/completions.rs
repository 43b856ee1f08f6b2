//! `nodetide completions`.

use super::args::{Cli, CompletionsArgs};
use super::error::CliError;
use super::output::Output;
use crate::exit_code;
use clap::CommandFactory;

/// Prints a script that completes the command's arguments.
pub(super) fn completions(args: &CompletionsArgs, output: &Output) -> Result<u8, CliError> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    // Into memory first: the generator panics where a write fails, and a closed pipe is no mistake.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    output.write(|w| w.write_all(&script))?;
    Ok(exit_code::FINE)
}
