//! What `ron` and `serde_json` say, in common words.

use crate::scenario::locate::Tree;
use crate::scenario::path::{Path, Step};
use ron::error::{Error as Ron, SpannedError};

/// A first error of a text.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) kind: Kind,
    /// Where, as far as the reader says.
    pub(super) byte: usize,
}

/// What is wrong.
#[derive(Debug)]
pub(super) enum Kind {
    UnknownField {
        found: String,
        expected: Vec<String>,
    },
    MissingField(String),
    UnknownVariant {
        found: String,
        expected: Vec<String>,
    },
    Duplicate(String),
    /// Another kind of value is expected, as "a whole number".
    WrongType(String),
    /// A number out of range of what is expected.
    OutOfRange(String),
    /// A field's name in quotes, in RON.
    QuotedField,
    /// What cannot be a field's name.
    NoFieldName(String),
    /// A value's own words.
    Unreadable(String),
    /// Not well-formed.
    Syntax(String),
}

pub(super) const WHOLE: &str = "a whole number from 0 on";
pub(super) const NUMBER: &str = "a number";
pub(super) const TEXT: &str = "text in quotes";
const BOOL: &str = "true or false";
pub(super) const LIST: &str = "a list in [ ]";
pub(super) const NAME: &str = "a name without quotes";
pub(super) const JSON_NAME: &str = "a name in quotes, or an object with one name";
pub(super) const TOO_EARLY: &str = "the text ends too early: a bracket or quote is not closed";
pub(super) const FIELDS: &str = "fields in ( )";
pub(super) const NAMED: &str = "fields with their names";

impl Problem {
    /// Whether the rest of the text can be read when the entry at fault is taken out.
    pub(super) fn recoverable(&self) -> bool {
        !matches!(self.kind, Kind::Syntax(_))
    }

    pub(super) fn of_ron(error: &SpannedError, text: &str) -> Self {
        let end = error.span.end;
        let byte = byte_of_chars(text, end.line, end.col);
        let strings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let kind = match &error.code {
            Ron::NoSuchStructField { expected, found, .. } => {
                Kind::UnknownField { found: found.clone(), expected: strings(expected) }
            }
            Ron::NoSuchEnumVariant { expected, found, .. } => {
                Kind::UnknownVariant { found: found.clone(), expected: strings(expected) }
            }
            Ron::MissingStructField { field, .. } => Kind::MissingField((*field).to_owned()),
            Ron::DuplicateStructField { field, .. } => Kind::Duplicate((*field).to_owned()),
            Ron::IntegerOutOfBounds => Kind::OutOfRange(WHOLE.into()),
            Ron::ExpectedComma if inside_number(text, byte) => Kind::OutOfRange(WHOLE.into()),
            Ron::ExpectedInteger | Ron::InvalidIntegerDigit { .. } => Kind::WrongType(WHOLE.into()),
            Ron::ExpectedFloat => Kind::WrongType(NUMBER.into()),
            Ron::ExpectedBoolean => Kind::WrongType(BOOL.into()),
            Ron::ExpectedString => Kind::WrongType(TEXT.into()),
            Ron::ExpectedArray => Kind::WrongType(LIST.into()),
            Ron::ExpectedMap => Kind::WrongType("a map in { }".into()),
            Ron::ExpectedStructLike
            | Ron::ExpectedNamedStructLike(_)
            | Ron::ExpectedDifferentStructName { .. }
            | Ron::ExpectedStructName(_) => Kind::WrongType(FIELDS.into()),
            Ron::ExpectedDifferentLength { expected, .. } => Kind::WrongType(expected.clone()),
            Ron::InvalidValueForType { expected, .. } => Kind::WrongType(expected.clone()),
            Ron::ExpectedIdentifier | Ron::SuggestRawIdentifier(_) => {
                no_name(text, byte).unwrap_or_else(|| Kind::Syntax(lower(&error.code.to_string())))
            }
            Ron::Message(message) => Kind::Unreadable(message.clone()),
            Ron::Eof => Kind::Syntax(TOO_EARLY.into()),
            Ron::ExpectedStringEnd => Kind::Syntax("a quote is not closed".into()),
            Ron::ExceededRecursionLimit => Kind::Syntax("brackets are nested more than 100 deep".into()),
            other => Kind::Syntax(lower(&other.to_string())),
        };
        // What is no value but the end of one lies at the last character, as the other reader says it.
        let byte = match error.code {
            Ron::Message(_) | Ron::ExpectedStructLike => byte.saturating_sub(1),
            Ron::ExpectedStringEnd | Ron::Eof => {
                byte_of_chars(text, error.span.start.line, error.span.start.col)
            }
            Ron::NoSuchStructField { .. } => byte_of_chars(text, error.span.start.line, error.span.start.col),
            _ => byte,
        };
        let at_end = byte >= text.trim_end().len() && !matches!(kind, Kind::Unreadable(_));
        let kind = if at_end && byte > 0 { Kind::Syntax(TOO_EARLY.into()) } else { kind };
        Self { kind, byte: floor(text, byte) }
    }

    pub(super) fn of_json(error: &serde_json::Error, text: &str) -> Self {
        let whole = error.to_string();
        let message = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(message, _)| message);
        let line: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let byte = floor(text, line + error.column().saturating_sub(1));
        let names: Vec<String> = message.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let first = names.first().cloned().unwrap_or_default();
        let rest = || names.get(1..).unwrap_or_default().to_vec();
        let expected = message.rsplit_once(", expected ").map_or("", |(_, expected)| expected);
        // `serde_json` says so of an enum that is no name, though the text is well-formed.
        let no_name = message == "expected value"
            && text[byte..].starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '[' | '"'))
            && text[..byte].trim_end().ends_with(':');
        let kind = if no_name {
            Kind::WrongType(JSON_NAME.into())
        } else if error.is_eof() {
            Kind::Syntax(TOO_EARLY.into())
        } else if !error.is_data() {
            Kind::Syntax(lower(message))
        } else if message.starts_with("unknown field") {
            Kind::UnknownField { found: first, expected: rest() }
        } else if message.starts_with("unknown variant") {
            Kind::UnknownVariant { found: first, expected: rest() }
        } else if message.starts_with("missing field") {
            Kind::MissingField(first)
        } else if message.starts_with("duplicate field") {
            Kind::Duplicate(first)
        } else if message.starts_with("invalid value") {
            Kind::OutOfRange(json_expected(expected))
        } else if message.starts_with("invalid type: floating point") && json_expected(expected) == WHOLE {
            Kind::OutOfRange(WHOLE.into())
        } else if message.starts_with("invalid type") || message.starts_with("invalid length") {
            Kind::WrongType(json_expected(expected))
        } else {
            Kind::Unreadable(message.to_owned())
        };
        Self { kind, byte }
    }
}

/// What stands where RON has a name: of a field, or of a variant. `None`: nothing that could be told.
fn no_name(text: &str, byte: usize) -> Option<Kind> {
    if text[byte..].trim_start().is_empty() || text[byte..].starts_with([')', ']', '}']) {
        return None;
    }
    let before = text[..byte].trim_end().chars().next_back();
    let tree = Tree::new(text);
    let entry = tree.at(byte);
    match tree.key(entry) {
        Some(key) if key.contains(&byte) && text[key.clone()].starts_with('"') => Some(Kind::QuotedField),
        Some(key) if key.contains(&byte) => {
            let name = &text[key];
            // What has brackets is no name at all.
            name.starts_with(char::is_alphanumeric).then(|| Kind::NoFieldName(name.to_owned()))
        }
        // A value begins here, and it is none of the names of an enum.
        _ if before == Some(':') => Some(Kind::WrongType(NAME.into())),
        _ => match (before, tree.parent(entry).and_then(|parent| tree.bracket(parent))) {
            (Some('('), Some(b'(')) => Some(Kind::WrongType(NAMED.into())),
            (Some('[' | ','), Some(b'[')) => Some(Kind::WrongType(NAME.into())),
            _ => None,
        },
    }
}

/// What serde expects, in words of JSON.
fn json_expected(expected: &str) -> String {
    match expected {
        "u64" | "u32" | "usize" => WHOLE.into(),
        "f64" => NUMBER.into(),
        "a string" => TEXT.into(),
        "a boolean" => BOOL.into(),
        "a sequence" => LIST.into(),
        "a map" => "an object".into(),
        other if other.starts_with("struct ") => "an object".into(),
        other if other.starts_with("enum ") || other == "string or map" || other == "variant identifier" => {
            JSON_NAME.into()
        }
        other => other.to_owned(),
    }
}

/// The message of a library in the style of ours: it begins small, unless with an abbreviation.
fn lower(message: &str) -> String {
    let mut chars = message.chars();
    match chars.next() {
        Some(first) if !chars.as_str().starts_with(char::is_uppercase) => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => message.to_owned(),
    }
}

/// Whether a byte lies between the digits of a number such as `3.5`.
fn inside_number(text: &str, byte: usize) -> bool {
    let number = |c: char| c.is_ascii_digit();
    text[..byte].ends_with(number) && text[byte..].starts_with(['.', 'e', 'E'])
}

/// The byte of a line and a column, both from 1, in characters.
fn byte_of_chars(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    start + text[start..].char_indices().nth(column.saturating_sub(1)).map_or(text.len() - start, |(n, _)| n)
}

fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

/// How a missing field could look.
pub(super) fn example(field: &str) -> String {
    let value = match field {
        "clusters" => "[(name: \"cpu\", vm_size: \"Standard_D4s_v3\", max_nodes: 4)]",
        "workload" => "(jobs: [(submit: \"0s\", service: \"1h\")])",
        "name" => "\"cpu\"",
        "vm_size" => "\"Standard_D4s_v3\"",
        "max_nodes" => "4",
        "level" => "CanNotDelete",
        "cluster" => "\"cpu\"",
        "quota" => "TotalDedicated",
        "vcpus" => "24",
        "arrivals" => "Poisson(per_hour: 6)",
        "path" => "\"jobs.csv\"",
        "format" => "Swf()",
        "column" => "\"submit_time\"",
        "per_hour" => "6",
        "percentile" => "95",
        "factors" => "[/* 24 or 168 numbers */]",
        "weight" | "cv" | "shape" => "0.5",
        "value" => "1",
        "share" => "0.7",
        _ => "\"1h\"",
    };
    format!("add it, for example `{field}: {value}`")
}

/// How the unit of a log's column is given.
pub(super) fn unit_of(column: &str) -> String {
    format!(
        "say what {column} holds: `unit: Seconds`, Milliseconds, Minutes, Hours or Days, or for dates \
         `unit: DateTime(\"%Y-%m-%d %H:%M:%S\")`"
    )
}

/// Fields that are a name, path or description, not a duration.
const NAMES: &[&str] = &[
    "name",
    "description",
    "start",
    "time_zone",
    "vm_size",
    "cluster",
    "subnet",
    "path",
    "column",
    "list",
    "date",
    "identity",
    "environment",
    "user",
    "team",
    "experiment",
    "family",
    "user_assigned",
    "delimiter",
    "priority",
];

/// Fields that are a distribution of durations.
pub(super) const DISTRIBUTIONS: &[&str] =
    &["allocation_delay", "boot_delay", "prepare_cold", "prepare_warm", "service", "cancel_after", "gap"];

/// What a field takes, where more is known than the reader says.
pub(super) fn expected_by(path: &Path, expected: &str, found: &str) -> String {
    match expected {
        _ if lacks_bracket(found) => "a column in brackets of its own".to_owned(),
        TEXT if is_money(path) => "an amount of money in quotes, with its currency".to_owned(),
        TEXT if is_price(path) => "a price in quotes, with its currency and time".to_owned(),
        _ => expected.to_owned(),
    }
}

/// `Duration(column: …)`, which is a variant with a struct in it, and both have brackets.
fn lacks_bracket(found: &str) -> bool {
    found.strip_prefix("Duration").is_some_and(|rest| {
        rest.trim_start().strip_prefix('(').is_some_and(|rest| !rest.trim_start().starts_with('('))
    })
}

/// The text in `Column("text")`, with its quotes.
fn only_text(found: &str) -> Option<&str> {
    let (name, rest) = found.split_once('(')?;
    let inner = rest.strip_suffix(')')?.trim();
    let text = inner.len() > 2
        && inner.starts_with('"')
        && inner.find(['"', '\\']) == Some(0)
        && inner[1..].find('"') == Some(inner.len() - 2);
    (text && name.chars().all(char::is_alphanumeric)).then_some(inner)
}

/// Whether a path leads to an amount of money.
fn is_money(path: &Path) -> bool {
    let cost =
        |step: &Step| matches!(step, Step::Key(key) if *key == "CostAtMost" || *key == "CostPerDayAtMost");
    path.last_field() == Some("limit") && path.steps().iter().any(cost)
}

/// Whether a path leads to a price.
fn is_price(path: &Path) -> bool {
    matches!(path.last_field(), Some("price" | "low_priority_price" | "load_balancer" | "Price"))
}

/// A number with a percent sign as what a field takes: a share, or a percentile.
pub(super) fn of_percent(path: &Path, found: &str) -> Option<String> {
    let number = found.trim_matches('"').trim().strip_suffix('%')?.trim();
    let percent: f64 = number.parse().ok()?;
    Some(match path.last_field() {
        Some("percentile") => format!("percentiles are written without the sign: {number}"),
        // The exact digits, not those of a division.
        _ => format!("write {number} % as a share of 1: {}", (percent * 1e10).round() / 1e12),
    })
}

/// How to write a value of the kind that is expected.
pub(super) fn how_to_write(path: &Path, expected: &str, found: &str) -> String {
    let field = path.last_field().unwrap_or_default();
    let bare = found.trim_matches('"');
    let number = found.parse::<f64>().is_ok();
    match expected {
        _ if lacks_bracket(found) => {
            format!("write two pairs of brackets: `Duration({})`", found["Duration".len()..].trim())
        }
        TEXT if number && is_money(path) => format!("write it with its currency: \"{found} USD\""),
        TEXT if number && is_price(path) => {
            format!("write it with its currency and time: \"{found} USD/h\"")
        }
        TEXT if number && !NAMES.contains(&field) => {
            format!("times are text with a unit: \"{found}s\" for seconds, \"{found}m\" for minutes")
        }
        TEXT if only_text(found).is_some() => {
            format!("write the name alone: `{field}: {}`", only_text(found).unwrap_or_default())
        }
        TEXT if !found.starts_with(['(', '[', '{', '\'']) => format!("put it in quotes: \"{bare}\""),
        NAME if found.starts_with('"') => format!("names of variants stand without quotes: {bare}"),
        WHOLE if bare.parse::<u64>().is_ok() => format!("write it without quotes: {bare}"),
        NUMBER if bare.parse::<f64>().is_ok() => format!("write it without quotes: {bare}"),
        NUMBER if of_percent(path, found).is_some() => of_percent(path, found).unwrap_or_default(),
        FIELDS if field == "region" && found.starts_with('"') => format!("write `(name: {found})`"),
        LIST => format!("put it in brackets: [{}]", if found.len() < 40 { found } else { "…" }),
        FIELDS => "write `(field: value, …)`".into(),
        NAMED => "write `name: value` for each".into(),
        expected => format!("write {expected}"),
    }
}
