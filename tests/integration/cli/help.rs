//! Help: every command has examples, and every example does what it says.

use crate::support::{Place, done};
use clap::CommandFactory;
use nodetide::cli::Cli;
use nodetide::exit_code;
use std::fs;
use std::process::{Command, Stdio};

/// The examples in a command's help, and in those of its subcommands.
fn examples(command: &clap::Command) -> Vec<(String, Vec<String>)> {
    let name = command.get_name().to_owned();
    let help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let own = lines.take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect();
    let mut all = vec![(name, own)];
    let subcommands = command.get_subcommands().filter(|sub| sub.get_name() != "help");
    all.extend(subcommands.flat_map(examples));
    all
}

#[test]
fn every_command_has_examples() {
    for (command, examples) in examples(&Cli::command()) {
        assert!(!examples.is_empty(), "`{command} --help` has no examples");
        for example in examples {
            assert!(example.contains("nodetide "), "{example}");
            assert!(example.chars().count() <= 90, "too long for a help text: {example}");
        }
    }
}

/// A place in which the examples can be run: the files that they name are there, and so are `nodetide` and,
/// where the machine has none, a stand-in for `jq`.
#[cfg(unix)]
fn prepared() -> Place {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    fs::create_dir(place.path("bin")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_nodetide"), place.path("bin/nodetide")).unwrap();
    place.file("bin/jq", "#!/bin/sh\nexec cat\n");
    fs::set_permissions(place.path("bin/jq"), fs::Permissions::from_mode(0o755)).unwrap();
    for folder in [".zfunc", ".config/fish/completions", ".config/elvish"] {
        fs::create_dir_all(place.path(folder)).unwrap();
    }
    fs::create_dir_all(place.path(".local/share/bash-completion/completions")).unwrap();
    place
}

#[cfg(unix)]
#[test]
fn every_example_in_the_help_runs() {
    let place = prepared();
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}:{}", place.path("bin").display(), place.path("bin").display());
    // In the order of the commands; `init` comes first, since the others use what it writes.
    let all = examples(&Cli::command()).into_iter().flat_map(|(_, examples)| examples);
    place.run(&["init", "scenario.ron"]).exits(exit_code::FINE);
    let variant = place.read("scenario.ron").replace("max_nodes: 6", "max_nodes: 4");
    place.file("variant.ron", &variant);
    for example in all {
        // What is there already is in the way of the examples of `init`; the others need it.
        if example.starts_with("nodetide init") {
            let _ = fs::remove_file(place.path("scenario.ron"));
        } else if !place.path("scenario.ron").exists() {
            place.run(&["init", "scenario.ron"]).exits(exit_code::FINE);
        }
        // Results are made for those that read them, and are in the way of those that write them.
        if example.contains("results/today") {
            let _ = fs::remove_dir_all(place.path("results"));
            if !example.contains("--out results/today") {
                place.run(&["run", "-q", "scenario.ron", "--out", "results/today"]);
            }
        }
        // So many replications take too long for a test.
        let few = ["20", "50", "100"].iter().fold(example.clone(), |text, n| {
            text.replace(&format!("--replications {n}"), "--replications 2")
        });
        let mut shell = Command::new("sh");
        shell.args(["-c", &few]).current_dir(place.path("")).env("PATH", &path).env("HOME", place.path(""));
        let ran = done(shell.stdin(Stdio::null()));
        // A scenario that misses its thresholds was run all the same.
        let fine = [exit_code::FINE, exit_code::THRESHOLD_MISSED].map(i32::from).contains(&ran.code);
        assert!(fine, "{example}: {ran:#?}");
        assert!(!ran.stderr.contains("not found"), "{example}: {ran:#?}");
    }
}

#[test]
fn completions_know_every_command_and_option() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.run(&["completions", shell]).exits(exit_code::FINE).quietly().stdout;
        for word in ["vm-sizes", "explain", "replications", "completions"] {
            assert!(script.contains(word), "{word} is not in the script for {shell}");
        }
    }
    place.run(&["completions", "csh"]).exits(exit_code::USAGE).says("bash");
    place.run(&["completions"]).exits(exit_code::USAGE).says("SHELL");
}

/// Bash reads the script, and completes with it.
#[cfg(unix)]
#[test]
fn bash_completes_with_the_script() {
    let place = Place::new();
    let script = place.run(&["completions", "bash"]).exits(exit_code::FINE).stdout;
    place.file("nodetide.bash", &script);
    // Words after the command, the last of which is completed; and what is proposed, or how that begins.
    for (words, proposed) in [
        (&["run", "--repl"][..], "--replications"),
        (&[""], "run compare sweep optimize chart check init vm-sizes adapters explain completions help -q"),
        (&["ex"], "explain"),
        (&["explain", "S012"], "S0120 S0121 S0122"),
        (&["vm-sizes", "--region", ""], "eastus westeurope"),
        (&["run", "--export", ""], "perfetto aml"),
        (&["chart", "--only", "wa"], "wait"),
        (&["completions", ""], "bash elvish"),
    ] {
        let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let (last, before) = words.split_last().unwrap();
        let complete = format!(
            ". ./nodetide.bash; COMP_WORDS=(nodetide {}); COMP_CWORD={}; _nodetide nodetide '{last}' '{}'; \
             echo \"${{COMPREPLY[@]}}\"",
            quoted.join(" "),
            words.len(),
            before.last().unwrap_or(&"nodetide"),
        );
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-c", &complete]).current_dir(place.path("")).stdin(Stdio::null());
        match bash.output() {
            Err(error) => return println!("skipped: no bash here ({error})"),
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stdout);
                assert!(said.trim().starts_with(proposed), "{words:?}: {output:?}");
            }
        }
    }
    // Where a command takes files, nothing is proposed, and the shell proposes those that are there.
    for command in ["run", "compare", "sweep", "optimize", "chart", "check", "init"] {
        let complete = format!(
            ". ./nodetide.bash; COMP_WORDS=(nodetide {command} ''); COMP_CWORD=2; _nodetide nodetide '' {command}; \
             echo \"${{#COMPREPLY[@]}}\""
        );
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-c", &complete]).current_dir(place.path("")).stdin(Stdio::null());
        let output = bash.output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "0", "{command}: {output:?}");
    }
}
