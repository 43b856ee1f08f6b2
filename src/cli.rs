//! The command line: reads arguments, calls the library, prints, decides the exit code.
//!
//! Results go to standard output, everything else to standard error.

mod args;
mod check;
mod error;
mod explain;
mod init;
mod output;
mod progress;
mod run;
mod source;
mod vm_sizes;

pub use args::{Cli, ColorWhen, Command, Format, RunArgs};

use crate::exit_code;
use clap::Parser;
use error::CliError;
use output::Output;
use std::ffi::OsString;

/// Runs the command with these arguments, the program's name first; gives the exit code.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistakes. A closed pipe is none either.
            let _ = error.print();
            return if error.use_stderr() { exit_code::USAGE } else { exit_code::FINE };
        }
    };
    let output = Output::new(cli.color, cli.quiet);
    match dispatch(&cli, &args, &output) {
        Ok(code) => code,
        Err(error) => {
            output.error(&error);
            error.exit_code()
        }
    }
}

fn dispatch(cli: &Cli, args: &[OsString], output: &Output) -> Result<u8, CliError> {
    match &cli.command {
        Command::Run(run) => run::run(run, args, output),
        Command::Check(check) => check::check(check, output),
        Command::Init(init) => init::init(init, output),
        Command::VmSizes(sizes) => vm_sizes::vm_sizes(sizes, output),
        Command::Explain(explain) => explain::explain(explain, output),
    }
}

/// What a panic says, before the process ends with [`exit_code::INTERNAL`].
pub const PANIC_MESSAGE: &str = "nodetide made a mistake of its own and stopped; no result was written.\n\
    Please report it, with this text, the command and the scenario:";
