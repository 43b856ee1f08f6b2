//! What is wrong with an entry, in the words of a scenario.

use super::Reader;
use super::form;
use super::problem::{self, Kind, Problem};
use crate::diagnostic::{Code, Diagnostic, closest, did_you_mean};
use crate::scenario::locate::{Entry, Tree};
use crate::scenario::path::{Path, Step};

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
    ("spot", "LowPriority"),
    ("None", "Never"),
    ("None", "Zero"),
];

impl Reader<'_> {
    /// A problem at its place, with what to do.
    pub(super) fn describe(
        &self,
        problem: &Problem,
        tree: &Tree<'_>,
        text: &str,
        entry: Entry,
    ) -> Diagnostic {
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
                at(Code::UnknownField, format!("there is no field `{found}` here"), key, "not a field")
                    .help(help)
            }
            Kind::NoFieldName(found) => {
                let words = plain_name(found);
                let message = format!("there is no field `{found}` here");
                at(Code::UnknownField, message, key, "not a field").help(match words == *found {
                    true => "names of fields begin with a letter".to_owned(),
                    false => format!("names of fields are letters and `_`: is it `{words}`?"),
                })
            }
            Kind::QuotedField => at(Code::Syntax, "no name has quotes here".to_owned(), key, "in quotes")
                .help("write it without quotes, in brackets ( ) of its own"),
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
                        let path = with_variant(&path, tree, entry);
                        let advice = form::of_variant(&path, &text[tree.value(entry)], self.format);
                        if let (Some(advice), None) = (advice, meant) {
                            return diagnostic.help(advice.help);
                        }
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
                let advice = form::of_value(&path, expected, &text[value.clone()], self.format);
                let own = advice.as_ref().and_then(|advice| advice.expected).map(str::to_owned);
                let help = match advice {
                    Some(advice) => advice.help,
                    None => problem::how_to_write(&path, expected, &text[value.clone()]),
                };
                let expected =
                    own.unwrap_or_else(|| problem::expected_by(&path, expected, &text[value.clone()]));
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

/// A name with what names cannot have replaced: `max-nodes` is `max_nodes`.
pub(super) fn plain_name(found: &str) -> String {
    found.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect()
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
pub(super) fn service_name(found: &str, expected: &[String]) -> Option<&'static str> {
    let mut own = SERVICE_NAMES.iter().filter(|(service, _)| *service == found).map(|(_, own)| *own);
    own.find(|own| expected.iter().any(|name| name == own))
}

/// Fields of `workload` that look as if they could stand beside it.
const OF_WORKLOAD: [&str; 6] = ["jobs", "classes", "logs", "window", "keep", "load_factor"];

/// The field that was probably meant.
pub(super) fn meant<'a>(found: &str, expected: &'a [String]) -> Option<&'a str> {
    let name = service_name(found, expected);
    match name {
        Some(own) => Some(own),
        None => closest(found, expected.iter().map(String::as_str)),
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
