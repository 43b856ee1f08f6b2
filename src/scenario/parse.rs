//! From text to [`Scenario`], with every mistake of the text that can be told apart.
//!
//! `ron` and `serde_json` stop at their first error. To find further ones, the entry at fault is blanked (places
//! stay as they are) and the text is read again.

mod problem;

use super::Scenario;
use super::locate::{Entry, Tree, has_duplicate_keys, is_blank};
use super::path::{Path, Step};
use crate::diagnostic::{Code, Diagnostic, Source, closest, did_you_mean};
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
}

impl Parsed {
    /// The structure of the text.
    #[must_use]
    pub fn tree(&self) -> Tree<'_> {
        Tree::new(self.blanked.as_deref().unwrap_or(self.source.text()))
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
    let Reader { text, found, entries_lost, .. } = reader;
    let parsed = scenario.filter(|_| !entries_lost).map(|scenario| Parsed {
        scenario,
        source: Arc::clone(source),
        blanked: (!found.is_empty()).then_some(text),
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

/// What the service calls a field or variant, and what it is called here.
const SERVICE_NAMES: &[(&str, &str)] = &[
    ("idle_seconds_before_scaledown", "idle_time"),
    ("idle_time_before_scale_down", "idle_time"),
    ("nodeIdleTimeBeforeScaleDown", "idle_time"),
    ("instance_count", "nodes"),
    ("node_count", "nodes"),
    ("max_instances", "max_nodes"),
    ("maxNodeCount", "max_nodes"),
    ("min_instances", "min_nodes"),
    ("minNodeCount", "min_nodes"),
    ("size", "vm_size"),
    ("vmSize", "vm_size"),
    ("vm_priority", "tier"),
    ("vmPriority", "tier"),
    ("location", "region"),
    ("subnet_name", "subnet"),
    ("duration", "service"),
    ("running_time", "service"),
    ("max_run_duration_seconds", "timeout"),
    ("Spot", "LowPriority"),
];

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
            _ => entry,
        };
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

    fn describe(&self, problem: &Problem, tree: &Tree<'_>, text: &str, entry: Entry) -> Diagnostic {
        // Indices are those of the text as it was, before anything was blanked.
        let whole = Tree::new(self.source.text());
        let mut path = whole.path(whole.at(tree.value(entry).start));
        if let ([before @ .., Step::Index(_)], Some("Duration")) =
            (path.steps(), tree.parent(entry).and_then(|parent| tree.name(parent)))
        {
            // The bracket within the variant has no name of its own.
            path = before.to_vec().into();
        }
        let name = path.last_field().map_or_else(|| "the scenario".to_owned(), |key| format!("`{key}`"));
        let value = tree.value(entry);
        let key = tree.key(entry).unwrap_or_else(|| value.clone());
        let found = snippet(&text[value.clone()]);
        let at = |code: Code, message: String, span: std::ops::Range<usize>, label: &str| {
            Diagnostic::new(code, message).at(self.source, span, label)
        };
        match &problem.kind {
            Kind::UnknownField { found, expected } => {
                let service = service_name(found, expected);
                let names = || expected.iter().map(String::as_str).filter(|name| !name.starts_with('$'));
                let help = match service {
                    Some(own) => format!("it is called `{own}` here"),
                    None if OF_WORKLOAD.contains(&found.as_str()) && names().any(|n| n == "workload") => {
                        format!("it belongs in `workload`: write `workload: ({found}: …)`")
                    }
                    None => did_you_mean("field", found, names()),
                };
                let diagnostic =
                    at(Code::UnknownField, format!("there is no field `{found}` here"), key, "not a field");
                match meant(found, expected) {
                    Some(_) => diagnostic.help(help).note(format!("fields here: {}", list(names()))),
                    None => diagnostic.help(help),
                }
            }
            Kind::MissingField(field) => {
                let what = match path.steps().is_empty() {
                    true => "the scenario".to_owned(),
                    false => format!("`{path}`"),
                };
                let message = format!("{what} lacks the field `{field}`");
                at(Code::MissingField, message, tree.head_of(entry), &format!("`{field}` is missing here"))
                    .help(match (field.as_str(), whole.find(&path.field("column"))) {
                        ("unit", column) if column.found => {
                            problem::unit_of(&self.source.text()[column.span])
                        }
                        _ => problem::example(field),
                    })
            }
            Kind::UnknownVariant { found, expected } => {
                let span = match text.get(value.clone()) {
                    Some(text) if text.trim_matches('"') == found => value,
                    _ if text.get(key.clone()).is_some_and(|key| key.trim_matches('"') == found) => key,
                    _ => value.start..(value.start + found.len()).min(value.end),
                };
                let names = || expected.iter().map(String::as_str);
                let message = format!("{name} has no variant `{found}`");
                let diagnostic = at(Code::UnknownVariant, message, span, "not one of the variants");
                match (service_name(found, expected), meant(found, expected)) {
                    (Some(own), _) => diagnostic.help(format!("it is called `{own}` here")),
                    (None, meant) => {
                        let diagnostic = diagnostic.help(did_you_mean("variant", found, names()));
                        let note = || format!("variants: {}", list(names()));
                        if meant.is_some() { diagnostic.note(note()) } else { diagnostic }
                    }
                }
            }
            Kind::Duplicate(field) => {
                at(Code::DuplicateField, format!("`{field}` is given twice"), key, "the second one")
                    .help("keep one of them")
            }
            Kind::WrongType(expected) => {
                let path = with_variant(&path, tree, entry);
                let help = problem::how_to_write(&path, expected, &text[value.clone()]);
                let expected = problem::expected_by(&path, expected, &text[value.clone()]);
                let message = format!("{name} takes {expected}, not `{found}`");
                at(Code::WrongType, message, value, &format!("expected {expected}")).help(help)
            }
            Kind::OutOfRange(expected) => at(
                Code::NumberOutOfRange,
                format!("{name} takes {expected}, not `{found}`"),
                value,
                "out of range",
            )
            .help(format!("write {expected}")),
            Kind::Unreadable(message) => {
                // The messages of values carry their advice behind a semicolon.
                let (what, help) = message.split_once("; ").unwrap_or((message, ""));
                let diagnostic =
                    at(Code::UnreadableValue, format!("{name}: {what}"), value, "cannot be read");
                if help.is_empty() { diagnostic } else { diagnostic.help(help) }
            }
            Kind::Syntax(_) if text[problem.byte..].starts_with('%') => {
                let begin = text[..problem.byte].rfind(|c: char| !c.is_ascii_digit() && c != '.');
                let span = begin.map_or(0, |at| at + 1)..problem.byte + 1;
                let help = problem::of_percent(&path, &text[span.clone()]);
                at(Code::Syntax, "a percent sign is no part of a number".to_owned(), span, "a percent sign")
                    .help(help.unwrap_or_else(|| "write the number without it".to_owned()))
            }
            Kind::Syntax(message) => {
                let end = text[problem.byte..].chars().next().map_or(0, char::len_utf8);
                let (span, label) = match tree.unclosed() {
                    Some(bracket) if message == problem::TOO_EARLY => (bracket, "not closed"),
                    _ => (problem.byte..problem.byte + end, "here, or just before"),
                };
                at(Code::Syntax, message.clone(), span, label)
                    .help("fields are `name: value`, separated by commas; every bracket and quote needs its partner")
            }
        }
    }
}

/// A path with the variant around its last field, which stands before a bracket in RON.
fn with_variant(path: &Path, tree: &Tree<'_>, entry: Entry) -> Path {
    let mut steps = path.steps().to_vec();
    if let Some(variant) = tree.parent(entry).and_then(|parent| tree.name(parent))
        && let Some(last) = steps.len().checked_sub(1)
    {
        steps.insert(last, Step::Key(variant.to_owned().into()));
    }
    steps.into()
}

/// A value as it stands in the text, shortened.
fn snippet(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(40) {
        Some((n, _)) => format!("{}…", &line[..n]),
        None if line.len() < text.len() => format!("{line} …"),
        None => line.to_owned(),
    }
}

/// Our name for what the service calls `found`, if it is one of those expected.
fn service_name(found: &str, expected: &[String]) -> Option<&'static str> {
    let own = SERVICE_NAMES.iter().find(|(service, _)| *service == found)?.1;
    expected.iter().any(|name| name == own).then_some(own)
}

/// Fields of `workload` that look as if they could stand beside it.
const OF_WORKLOAD: [&str; 6] = ["jobs", "classes", "logs", "window", "keep", "load_factor"];

/// The field that was probably meant.
fn meant<'a>(found: &str, expected: &'a [String]) -> Option<&'a str> {
    let name = service_name(found, expected);
    match name {
        Some(own) => Some(own),
        None => closest(found, expected.iter().map(String::as_str)),
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
