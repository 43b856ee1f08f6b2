//! `nodetide explain`.

use super::args::ExplainArgs;
use super::error::CliError;
use super::output::Output;
use crate::diagnostic::Code;
use crate::exit_code;

/// Explains a code, or lists all of them or those that begin alike.
pub(super) fn explain(args: &ExplainArgs, output: &Output) -> Result<u8, CliError> {
    let text = match &args.code {
        None => listed(Code::ALL),
        Some(begin) if !Code::beginning(begin).is_empty() => listed(&Code::beginning(begin)),
        Some(code) => {
            let code: Code = code.parse()?;
            let kind = code.severity().as_str();
            format!("\x1b[1m{kind} {code}: {}\x1b[0m\n\n{}\n", code.title(), plain(code.explanation()))
        }
    };
    output.print(&text)?;
    Ok(exit_code::FINE)
}

/// Codes with their titles, under what they are about.
fn listed(codes: &[Code]) -> String {
    let mut text = String::new();
    let mut family = "";
    for code in codes {
        if code.family() != family {
            family = code.family();
            let gap = if text.is_empty() { "" } else { "\n" };
            text.push_str(&format!("{gap}\x1b[1m{family}\x1b[0m\n"));
        }
        text.push_str(&format!("  {code}  {}\n", code.title()));
    }
    text.push_str("\n`nodetide explain CODE` says when it comes, why it matters and what to do.\n");
    text
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
