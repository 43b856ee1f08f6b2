//! From text to [`Scenario`], with every mistake of the text that can be told apart.
//!
//! `ron` and `serde_json` stop at their first error. To find further ones, the entry at fault is blanked (places
//! stay as they are) and the text is read again.

mod describe;
mod form;
mod other_format;
mod problem;
mod refused;

pub use refused::refused;

use super::Scenario;
use super::locate::{Entry, Tree, has_duplicate_keys, is_blank};
use super::path::{Path, Step};
use crate::diagnostic::{Code, Diagnostic, Source};
use describe::{meant, service_name};
use problem::{Kind, Problem};
use ron::extensions::Extensions;
use std::collections::HashSet;
use std::io::Read;
use std::sync::Arc;

/// Largest scenario file [bytes].
pub const BYTES_MAX: u64 = 64 << 20;

/// Most mistakes of one text that are looked for.
const MISTAKES_MAX: usize = 20;

/// How a scenario is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Rusty Object Notation.
    Ron,
    /// JSON.
    Json,
}

impl Format {
    /// By the file's extension, else by the first character: an object of JSON begins with a brace.
    #[must_use]
    pub fn of(name: &str, text: &str) -> Self {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        if extension.eq_ignore_ascii_case("json") {
            Self::Json
        } else if extension.eq_ignore_ascii_case("ron") {
            Self::Ron
        } else if text.trim_start().starts_with('{') {
            Self::Json
        } else {
            Self::Ron
        }
    }
}

/// A scenario with the text it was read from.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The scenario.
    pub scenario: Scenario,
    /// Its text.
    pub source: Arc<Source>,
    /// The text with mistakes blanked, where there were some.
    blanked: Option<String>,
    /// Fields that were blanked: where the group begins that had them, and their names.
    lost: HashSet<(usize, String)>,
}

impl Parsed {
    /// The structure of the text.
    #[must_use]
    pub fn tree(&self) -> Tree<'_> {
        Tree::new(self.blanked.as_deref().unwrap_or(self.source.text()))
    }

    /// Whether a field is given but could not be read, so that what follows from its absence is no mistake.
    #[must_use]
    pub fn lost(&self, path: &Path) -> bool {
        let Some((Step::Key(name), group)) = path.steps().split_last() else { return false };
        if self.lost.is_empty() {
            return false;
        }
        let group = self.tree().find(&group.to_vec().into());
        group.found && self.lost.contains(&(group.span.start, name.clone().into_owned()))
    }
}

/// Reads a scenario's text from a file, or from standard input where `path` is `-`.
///
/// # Errors
/// The file cannot be read, is larger than [`BYTES_MAX`], or is no text.
pub fn read(path: &str) -> Result<Arc<Source>, Diagnostic> {
    read_file(path.as_ref())
}

/// The same, where the file's name may be no text.
///
/// # Errors
/// As [`read`].
pub fn read_file(path: &std::path::Path) -> Result<Arc<Source>, Diagnostic> {
    let name = path.to_string_lossy();
    let cannot = |error: std::io::Error| {
        Diagnostic::new(Code::CannotRead, format!("cannot read {name}: {error}"))
            .help("correct the path; `-` means standard input")
    };
    let mut bytes = Vec::new();
    if name == "-" {
        std::io::stdin().lock().take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(cannot)?;
        return text("<stdin>", bytes);
    }
    let file = std::fs::File::open(path).map_err(cannot)?;
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(cannot)?;
    text(&name, bytes)
}

/// Bytes as the text of a scenario: without a byte order mark, lines ended by `\n` whatever ended them before.
///
/// # Errors
/// Too many bytes, not UTF-8, or control characters.
pub fn text(name: &str, bytes: Vec<u8>) -> Result<Arc<Source>, Diagnostic> {
    if bytes.len() as u64 > BYTES_MAX {
        return Err(Diagnostic::new(
            Code::FileTooLarge,
            format!("{name} is larger than {} MiB", BYTES_MAX >> 20),
        )
        .help("a scenario is read as a whole; put lists of jobs into a log (`workload.logs`)"));
    }
    let not_text = |what: String| {
        Diagnostic::new(Code::NotText, format!("{name} is not a text file: {what}"))
            .help("a scenario is UTF-8 text, RON or JSON; `nodetide init` writes one to start from")
    };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(not_text("it is in UTF-16".into()));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        not_text(format!("{} is not UTF-8", place(error.as_bytes(), at)))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n");
    // A carriage return alone would not end a comment, and all of the file would be line 1.
    let text = text.replace('\r', "\n");
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\n');
    if let Some(at) = text.find(control) {
        return Err(not_text(format!("{} is a control character", place(text.as_bytes(), at))));
    }
    Ok(Arc::new(Source::new(name, text)))
}

/// A byte with its line and column, where there is no text to show it in; what stands before it is text.
fn place(bytes: &[u8], at: usize) -> String {
    let before = String::from_utf8_lossy(&bytes[..at]);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    format!("byte {at} (line {line}, column {column})")
}

/// Reads a scenario: what could be read, and every mistake found. With errors there still is a scenario where
/// they are confined to single fields, so that it can be checked further.
#[must_use]
pub fn parse(source: &Arc<Source>, format: Option<Format>) -> (Option<Parsed>, Vec<Diagnostic>) {
    let format = format.unwrap_or_else(|| Format::of(source.name(), source.text()));
    let mut reader = Reader {
        source,
        format,
        text: source.text().to_owned(),
        found: Vec::new(),
        blanked: HashSet::new(),
        entries_lost: false,
    };
    let scenario = reader.run();
    let Reader { text, found, entries_lost, blanked: lost, .. } = reader;
    let parsed = scenario.filter(|_| !entries_lost).map(|scenario| Parsed {
        scenario,
        source: Arc::clone(source),
        blanked: (!found.is_empty()).then_some(text),
        lost,
    });
    (parsed, found)
}

fn deserialize(text: &str, format: Format) -> Result<Scenario, Problem> {
    match format {
        Format::Ron => ron::Options::default()
            .with_default_extension(Extensions::IMPLICIT_SOME)
            .from_str(text)
            .map_err(|error| Problem::of_ron(&error, text)),
        Format::Json => serde_json::from_str(text).map_err(|error| Problem::of_json(&error, text)),
    }
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    format: Format,
    /// The text with the mistakes found so far blanked.
    text: String,
    found: Vec<Diagnostic>,
    /// Where blanked fields stood: the begin of the group, and the name.
    blanked: HashSet<(usize, String)>,
    /// Whole entries of lists were blanked: indices and names no longer hold.
    entries_lost: bool,
}

impl Reader<'_> {
    fn run(&mut self) -> Option<Scenario> {
        if is_blank(&self.text) {
            let empty = Diagnostic::new(Code::EmptyFile, format!("{} holds nothing", self.source.name()));
            self.found.push(empty.of(self.source).help("`nodetide init` writes a scenario to start from"));
            return None;
        }
        if let Some(other) = other_format::named(self.source.name(), &self.text) {
            let line = self.text.len() - self.text.trim_start().len();
            let end = self.text[line..].find('\n').map_or(self.text.len(), |n| line + n);
            let message = format!("this looks like {other}; scenarios are RON or JSON");
            self.found.push(
                Diagnostic::new(Code::Syntax, message)
                    .at(self.source, line..end, format!("as {other} begins"))
                    .help("`nodetide init` writes a scenario to start from, in RON"),
            );
            return None;
        }
        self.duplicates();
        while self.found.len() < MISTAKES_MAX {
            let problem = match deserialize(&self.text, self.format) {
                Ok(scenario) => return Some(scenario),
                Err(problem) => problem,
            };
            let blank = self.take(&problem)?;
            if blank.is_empty() {
                return None;
            }
            // Only whole tokens are blanked, so the text stays UTF-8.
            let mut bytes = std::mem::take(&mut self.text).into_bytes();
            blank.into_iter().for_each(|range| bytes[range].fill(b' '));
            self.text = String::from_utf8(bytes).ok()?;
        }
        None
    }

    /// Keys given twice: the second one is blanked. Neither reader tells all of them (maps take the last).
    fn duplicates(&mut self) {
        if !has_duplicate_keys(&self.text) {
            return;
        }
        let tree = Tree::new(&self.text);
        let mut blank = Vec::new();
        for entry in tree.duplicate_keys().into_iter().take(MISTAKES_MAX) {
            let Some(key) = tree.key(entry) else { continue };
            let name = tree.path(entry).last_key().unwrap_or_default().to_owned();
            self.found.push(
                Diagnostic::new(Code::DuplicateField, format!("`{name}` is given twice"))
                    .at(self.source, key, "the second one")
                    .help("keep one of them"),
            );
            blank.extend(tree.removal(entry));
        }
        if !blank.is_empty() {
            let mut bytes = std::mem::take(&mut self.text).into_bytes();
            blank.into_iter().for_each(|range| bytes[range].fill(b' '));
            self.text = String::from_utf8_lossy(&bytes).into_owned();
        }
    }

    /// Notes a problem, unless it follows from another, and says what to blank before reading again; nothing,
    /// if no more can be read.
    fn take(&mut self, problem: &Problem) -> Option<Vec<std::ops::Range<usize>>> {
        let text = std::mem::take(&mut self.text);
        let tree = Tree::new(&text);
        let entry = match problem.kind {
            Kind::MissingField(_) => tree.closing_at(problem.byte).unwrap_or(tree.at(problem.byte)),
            _ => tree.at(problem.byte),
        };
        // The reader stops within `Duration(column: …)`; what lacks brackets is all of it.
        let entry = match (&problem.kind, tree.parent(entry)) {
            (Kind::WrongType(_), Some(parent))
                if tree.key(entry).is_some() && tree.name(parent) == Some("Duration") =>
            {
                parent
            }
            // Values without names, or a name where there is none: all of the variant is wrong.
            (Kind::WrongType(expected), Some(parent)) if expected == problem::NAMED => parent,
            (Kind::WrongType(_), Some(parent))
                if tree.key(entry).is_some() && tree.name(parent).is_some_and(form::has_one_value) =>
            {
                parent
            }
            _ => entry,
        };
        if matches!(problem.kind, Kind::QuotedField)
            && let Some(blank) = self.quoted_fields(&tree)
        {
            self.text = text;
            return Some(blank);
        }
        let blank = if problem.recoverable() {
            let follows = matches!(&problem.kind, Kind::MissingField(name)
                if self.blanked.contains(&(tree.value(entry).start, name.clone())));
            if !follows {
                self.found.push(self.describe(problem, &tree, &text, entry));
            }
            if let (Kind::UnknownField { found, expected }, Some(group)) = (&problem.kind, tree.parent(entry))
                && let Some(meant) = meant(found, expected)
            {
                self.blanked.insert((tree.value(group).start, meant.to_owned()));
            }
            if let (Kind::NoFieldName(found), Some(group)) = (&problem.kind, tree.parent(entry)) {
                self.blanked.insert((tree.value(group).start, describe::plain_name(found)));
            }
            self.blank(&tree, entry)
        } else {
            // Remains of what was blanked on a line are no mistakes of their own.
            let line = self.source.position(problem.byte).0;
            if !self.found.iter().any(|d| d.position().is_some_and(|at| at.0 == line)) {
                self.found.push(self.describe(problem, &tree, &text, entry));
            }
            None
        };
        self.text = text;
        blank
    }

    /// Tells names of fields in quotes, once for all of them; without the quotes the rest can be read.
    fn quoted_fields(&mut self, tree: &Tree<'_>) -> Option<Vec<std::ops::Range<usize>>> {
        let keys = tree.quoted_fields();
        let (first, others) = keys.split_first()?;
        let text = self.source.text();
        let name = text[first.clone()].trim_matches('"');
        let diagnostic = Diagnostic::new(Code::Syntax, "names of fields have no quotes in RON".to_owned())
            .at(self.source, first.clone(), "in quotes")
            .help(format!("write `{name}: …`, or name the file `.json` if all of it is JSON"));
        self.found.push(match others.len() {
            0 => diagnostic,
            1 => diagnostic.note("the same holds for one more name"),
            n => diagnostic.note(format!("the same holds for {n} more names")),
        });
        Some(keys.into_iter().flat_map(|key| [key.start..key.start + 1, key.end - 1..key.end]).collect())
    }

    /// Blanks an entry, or the smallest one around it that can be spared.
    fn blank(&mut self, tree: &Tree<'_>, mut entry: Entry) -> Option<Vec<std::ops::Range<usize>>> {
        // In JSON a variant is the one key of an object: without it the object says nothing.
        let variant =
            |entry| tree.path(entry).last_key().is_some_and(|key| key.starts_with(char::is_uppercase));
        while !tree.removable(entry) || tree.key(entry).is_some() && variant(entry) {
            entry = tree.parent(entry)?;
        }
        match (tree.key(entry), tree.parent(entry)) {
            (Some(_), Some(group)) => {
                let name = tree.path(entry).last_key().unwrap_or_default().to_owned();
                self.blanked.insert((tree.value(group).start, name));
            }
            _ => self.entries_lost = true,
        }
        Some(tree.removal(entry))
    }
}

#[cfg(test)]
mod tests;
