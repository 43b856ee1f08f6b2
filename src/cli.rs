//! The command line: reads arguments, calls the library, prints, decides the exit code.
//!
//! Results go to standard output, everything else to standard error.

mod adapters;
mod args;
mod chart;
mod check;
mod compare;
mod completions;
mod error;
mod explain;
mod init;
mod output;
mod progress;
mod run;
mod source;
mod sweep;
mod vm_sizes;

pub use args::{
    AdaptersArgs, BackendArg, Cli, ColorWhen, Command, CompareArgs, Export, Format, RunArgs, SweepArgs,
};

use crate::exit_code;
use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use error::CliError;
use output::Output;
use std::ffi::OsString;
use std::io::Write;
use std::panic::UnwindSafe;

/// Runs the command with these arguments, the program's name first; gives the exit code.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => {
            if let Some(meant) = meant(&error) {
                Output::new(ColorWhen::Auto, false).error(&CliError::Usage(meant));
                return exit_code::USAGE;
            }
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

/// What to write instead, where more can be said than that an argument is unknown.
fn meant(error: &clap::Error) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let found = text(ContextKind::InvalidSubcommand)?;
            let path = std::path::Path::new(found);
            let named = path
                .extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("ron") || e.eq_ignore_ascii_case("json"));
            (named || path.is_file())
                .then(|| format!("{found:?} is no command; did you mean `nodetide run {found}`?"))
        }
        ErrorKind::UnknownArgument => {
            let compare =
                error.get(ContextKind::Usage).is_some_and(|usage| usage.to_string().contains(" compare "));
            (compare && text(ContextKind::InvalidArg)? == "--out").then(|| {
                "compare writes no files; `nodetide compare A B --format json > comparison.json` keeps all of it, \
                 and `nodetide run SCENARIO --out DIR` writes the results of one scenario"
                    .to_owned()
            })
        }
        _ => None,
    }
}

fn dispatch(cli: &Cli, args: &[OsString], output: &Output) -> Result<u8, CliError> {
    match &cli.command {
        Command::Run(run) => run::run(run, args, output),
        Command::Compare(compare) => compare::compare(compare, output),
        Command::Sweep(sweep) => sweep::sweep(sweep, args, output),
        Command::Optimize(optimize) => sweep::optimize(optimize, args, output),
        Command::Chart(chart) => chart::chart(chart, output),
        Command::Check(check) => check::check(check, output),
        Command::Init(init) => init::init(init, output),
        Command::VmSizes(sizes) => vm_sizes::vm_sizes(sizes, output),
        Command::Adapters(adapters) => adapters::adapters(adapters, output),
        Command::Explain(explain) => explain::explain(explain, output),
        Command::Completions(shell) => completions::completions(shell, output),
    }
}

/// What a panic says, before the process ends with [`exit_code::INTERNAL`].
const PANIC_MESSAGE: &str = "nodetide made a mistake of its own and stopped; the result is not complete.\n\
    Please report it, with this text, the command and the scenario:";

/// Runs something that gives an exit code; a panic in it gives [`exit_code::INTERNAL`].
#[must_use]
pub fn guarded(command: impl FnOnce() -> u8 + UnwindSafe) -> u8 {
    std::panic::catch_unwind(command).unwrap_or(exit_code::INTERNAL)
}

/// Makes panics ask for a report on standard error, in place of the usual words for programmers.
pub fn install_panic_message() {
    std::panic::set_hook(Box::new(|panic| {
        // Nobody may be listening; there is nothing else to tell then.
        let _ = writeln!(std::io::stderr(), "{PANIC_MESSAGE}\n  {panic}");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_mistake_of_the_program() {
        assert_eq!(guarded(|| 3), 3);
        assert_eq!(guarded(|| panic!("by a test, on purpose")), exit_code::INTERNAL);
    }
}
