//! The `nodetide` command.

use nodetide::cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::install_panic_message();
    ExitCode::from(cli::guarded(|| cli::main(std::env::args_os())))
}
