//! `nodetide explain`.

use super::args::ExplainArgs;
use super::error::CliError;
use super::output::Output;
use crate::diagnostic::Code;
use crate::exit_code;

/// Explains a code, or lists all of them.
pub(super) fn explain(args: &ExplainArgs, output: &Output) -> Result<u8, CliError> {
    let text = match &args.code {
        None => Code::ALL.iter().map(|code| format!("{code}  {}\n", code.title())).collect(),
        Some(code) => {
            let code: Code = code.parse()?;
            let kind = code.severity().as_str();
            format!("\x1b[1m{kind} {code}: {}\x1b[0m\n\n{}\n", code.title(), plain(code.explanation()))
        }
    };
    output.print(&text)?;
    Ok(exit_code::FINE)
}

/// Markdown without its marks for bold text, which the terminal shows as such.
fn plain(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    for (i, part) in markdown.split("**").enumerate() {
        if i % 2 == 1 {
            text.push_str("\x1b[1m");
            text.push_str(part);
            text.push_str("\x1b[0m");
        } else {
            text.push_str(part);
        }
    }
    text
}
