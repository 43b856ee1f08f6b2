//! From what is wrong with a file to diagnostics that show the place.

use super::{Problem, TicksError, run_text};
use crate::diagnostic::{Code, Diagnostic, Source};
use crate::scenario::locate::{Tree, is_blank};
use crate::scenario::path::Path;
use serde_json::Value;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// As [`run_text`], with diagnostics.
///
/// # Errors
/// What is wrong with the text, all of it at once.
pub fn run_source(source: &Arc<Source>) -> Result<Value, Vec<Diagnostic>> {
    run_text(source.text()).map_err(|error| diagnostics(error, source))
}

/// What is wrong with a text, in the order of its places.
#[must_use]
pub fn diagnostics(error: TicksError, source: &Arc<Source>) -> Vec<Diagnostic> {
    // Takes the text apart; only done where there is something to show.
    let tree = Tree::new(source.text());
    match error {
        TicksError::Syntax { line, column, message } => {
            vec![syntax(line, column, message, source, &tree)]
        }
        TicksError::Invalid(problems) => {
            let places = Places { source, second_keys: second_keys(&problems, &tree), tree };
            let mut all: Vec<Diagnostic> = problems.into_iter().filter_map(|p| places.problem(p)).collect();
            Diagnostic::sort(&mut all);
            all
        }
    }
}

/// What reading the file itself found, with the advice for this format.
#[must_use]
pub fn unreadable(diagnostic: Diagnostic) -> Diagnostic {
    match diagnostic.code {
        Code::NotText => diagnostic.help("a file in the ticks format is JSON in UTF-8; see docs/ticks.md"),
        Code::FileTooLarge => {
            diagnostic.help("a file is read as a whole; run its scenarios in several files")
        }
        _ => diagnostic,
    }
}

/// The code of a rule: this format's own, else the gate's.
fn code(rule: &str) -> Code {
    match rule {
        "unknown-key" => Code::TicksUnknownKey,
        "missing-key" => Code::TicksMissingKey,
        "duplicate-key" => Code::TicksDuplicateKey,
        "wrong-type" | "out-of-range" | "unknown-word" | "unknown-quota" | "empty-table" => Code::TicksValue,
        rule => Code::of_rule(rule),
    }
}

struct Places<'a> {
    source: &'a Arc<Source>,
    tree: Tree<'a>,
    second_keys: HashMap<Path, Range<usize>>,
}

impl Places<'_> {
    /// A problem at its place; `None` for one that only follows from another.
    fn problem(&self, problem: Problem) -> Option<Diagnostic> {
        let Problem { scenario, path, rule, message, mut label, help } = problem;
        let located = self.tree.find(&path);
        let span = match rule {
            "unknown-key" => self.tree.find_key(&path).unwrap_or(located.span),
            "duplicate-key" => self.second_keys.get(&path).cloned().unwrap_or(located.span),
            "missing-key" => head(&self.tree, &located.span),
            // What was not written follows `min_nodes`, which has its own rule.
            "initial-over-limit" if !located.found => return None,
            // Other rules of the gate can be about a default.
            _ if !located.found => {
                if let Some(field) = path.last_field() {
                    label = format!("{field:?} is not set here");
                }
                located.span
            }
            _ => located.span,
        };
        let mut diagnostic = Diagnostic::new(code(rule), message).at(self.source, span, label).help(help);
        if !path.steps().is_empty() {
            diagnostic = diagnostic.note(format!("at {path}"));
        }
        Some(match scenario {
            Some(i) => diagnostic.note(format!("in the scenario with index {i}")),
            None => diagnostic,
        })
    }
}

/// Where the second one of each key that stands twice is.
fn second_keys(problems: &[Problem], tree: &Tree<'_>) -> HashMap<Path, Range<usize>> {
    if problems.iter().all(|p| p.rule != "duplicate-key") {
        return HashMap::new();
    }
    let mut keys = HashMap::new();
    for entry in tree.duplicate_keys() {
        if let Some(key) = tree.key(entry) {
            keys.entry(tree.path(entry)).or_insert(key);
        }
    }
    keys
}

/// An object is long; its opening bracket stands for it.
fn head(tree: &Tree<'_>, object: &Range<usize>) -> Range<usize> {
    tree.head_of(tree.at(object.start))
}

/// The file is no JSON, from a place on; `column` counts bytes.
fn syntax(line: usize, column: usize, message: String, source: &Arc<Source>, tree: &Tree<'_>) -> Diagnostic {
    let text = source.text();
    let no_json = |message: String| Diagnostic::new(Code::TicksSyntax, message);
    if is_blank(text) {
        return no_json(format!("{} holds nothing", source.name()))
            .of(source)
            .help("write a scenario object, or an array of them; docs/ticks.md has an example");
    }
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let byte = text.floor_char_boundary(start + column.saturating_sub(1));
    if message.starts_with("EOF") {
        let (span, label) = match tree.unclosed() {
            Some(bracket) => (bracket, "not closed"),
            None => (byte..byte, "the end"),
        };
        return no_json("the file ends too early: it is cut off, or a bracket or quote is not closed".into())
            .at(source, span, label)
            .help("write the file again, whole");
    }
    let help = match text.trim_start().starts_with(['(', '/', '#']) {
        true => "the ticks format is plain JSON; a scenario in RON runs without --ticks",
        false => {
            "the ticks format is plain JSON: no comments, no comma before a closing bracket, keys in quotes"
        }
    };
    let message = match message.as_str() {
        "recursion limit exceeded" => "brackets stand within brackets more than 127 deep".to_owned(),
        "number out of range" => "this number is larger than any that can be computed with".to_owned(),
        "expected value" => {
            "a value is expected here: a number, a text in quotes, a list or an object".to_owned()
        }
        "trailing characters" => "something stands after the end".to_owned(),
        _ => message,
    };
    let end = byte + text[byte..].chars().next().map_or(0, char::len_utf8);
    no_json(message).at(source, byte..end, "here, or just before").help(help)
}
