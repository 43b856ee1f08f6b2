//! `nodetide completions`.

use super::args::{Cli, CompletionsArgs};
use super::error::CliError;
use super::output::Output;
use crate::catalog::REGIONS;
use crate::diagnostic::Code;
use crate::exit_code;
use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory};
use clap_complete::Shell;

/// Prints a script that completes the command's arguments.
pub(super) fn completions(args: &CompletionsArgs, output: &Output) -> Result<u8, CliError> {
    let mut command = with_values(Cli::command());
    let name = command.get_name().to_owned();
    // Into memory first: the generator panics where a write fails, and a closed pipe is no mistake.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    if args.shell == Shell::Bash {
        script = for_bash(&String::from_utf8_lossy(&script)).into_bytes();
    }
    output.write(|w| w.write_all(&script))?;
    Ok(exit_code::FINE)
}

/// The command with the values of arguments that take other text too, so that a shell can propose them.
fn with_values(command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    // What is changed goes to the end, so all are, in their order.
    names.iter().fold(command, |command, name| {
        command.mut_subcommand(name, |sub| match name.as_str() {
            "explain" => sub.mut_arg("code", |arg| {
                arg.value_parser(PossibleValuesParser::new(Code::ALL.iter().map(|code| code.as_str())))
            }),
            "vm-sizes" => sub.mut_arg("region", |arg| arg.value_parser(PossibleValuesParser::new(REGIONS))),
            _ => sub,
        })
    })
}

/// Commands whose arguments are files; the generator proposes their options only.
const OF_FILES: [&str; 7] = ["run", "compare", "sweep", "optimize", "chart", "check", "init"];

/// The script with commands and values before options, and with files where a command takes them.
fn for_bash(script: &str) -> String {
    let mut text = String::with_capacity(script.len());
    let mut files = false;
    for line in script.lines() {
        let trimmed = line.trim();
        if let Some(label) = trimmed.strip_suffix(')').filter(|label| label.starts_with("nodetide__")) {
            files = OF_FILES.iter().any(|name| label == format!("nodetide__subcmd__{name}"));
        }
        let Some(words) = trimmed.strip_prefix("opts=\"").and_then(|rest| rest.strip_suffix('"')) else {
            text.push_str(line);
            text.push('\n');
            continue;
        };
        let (options, values): (Vec<&str>, Vec<&str>) =
            words.split_whitespace().partition(|word| word.starts_with('-'));
        let indent = &line[..line.len() - line.trim_start().len()];
        let words = [values, options].concat().join(" ");
        text.push_str(&format!("{indent}opts=\"{words}\"\n"));
        if files {
            // Nothing proposed: the shell proposes files.
            text.push_str(&format!(
                "{indent}if [[ ${{cur}} != -* && ${{prev}} != -* ]] ; then\n{indent}    COMPREPLY=()\n\
                 {indent}    return 0\n{indent}fi\n"
            ));
        }
    }
    text
}
