//! The `nodetide` command.

use nodetide::cli;
use nodetide::exit_code;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        // Nobody may be listening; there is nothing else to tell then.
        let _ = writeln!(std::io::stderr(), "{}\n  {panic}", cli::PANIC_MESSAGE);
    }));
    let code = std::panic::catch_unwind(|| cli::main(std::env::args_os()));
    ExitCode::from(code.unwrap_or(exit_code::INTERNAL))
}
