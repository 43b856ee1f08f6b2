//! Axes over any value of a scenario: found in its tree, read by its types.

use super::ROWS_MAX;
use super::target::{Outline, not_single, unknown, variant_of};
use super::values::{ONE, Unit, numbers, twice};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::diagnostic::{Piece, Text};
use crate::scenario::difference::written;
use crate::scenario::edit::{self, Group};
use crate::scenario::parse::refused;
use crate::scenario::path::{Path, Step};
use crate::sweep::plan::MODELS_MAX;
use crate::units::{Resolution, TimeSpan};
use serde_json::{Number, Value as Json};
use std::ops::Range;

/// One value of such an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    pub(in crate::sweep) json: Json,
    /// In result files.
    pub(super) cell: String,
    /// As people read it.
    pub(super) words: String,
    pub(super) number: Option<f64>,
    /// The bytes of the axis's text that say it.
    pub(in crate::sweep) at: Range<usize>,
}

impl Leaf {
    /// Whether a value of the scenario's tree is this one, however its numbers are written.
    pub(super) fn is(&self, own: &Json) -> bool {
        let numbers = own.as_f64().zip(self.json.as_f64());
        numbers.map_or(self.json == *own, |(a, b)| a == b)
    }
}

/// Where a path leads in a tree.
pub(super) struct Found {
    pub(super) path: Path,
    pub(super) label: String,
}

/// A path from a node of the tree on. Elements of lists are named, or counted as `[0]`; a variant may be left out.
pub(super) fn resolve(
    text: &Text,
    piece: Piece<'_>,
    node: &Json,
    path: Path,
    label: String,
) -> Result<Found, Diagnostic> {
    let null = Json::Null;
    let (mut rest, mut node, mut found) = (piece, node, Found { path, label });
    let last = loop {
        // Through a variant with fields, unless it is named itself.
        if let Some((name, inner)) = variant_of(node) {
            let first = rest.text.split(['.', '[']).next().unwrap_or_default();
            if first.starts_with(char::is_uppercase) && first != name {
                let message = format!("`{}` is {} here", found.label, written(node));
                let help = format!("write {}.{name}, or vary the whole of it", found.label);
                return Err(unknown(text, rest.before(first.len()), message, help));
            }
            if first != name {
                if !inner.is_object() {
                    let message =
                        format!("`{}` is {} and has no field {first:?}", found.label, written(node));
                    let help = format!("vary the whole of it, or {}.{name}", found.label);
                    return Err(unknown(text, rest.before(first.len()), message, help));
                }
                (found.path, node) = (found.path.key(name), inner);
            }
        }
        let (step, name, after) = step(text, rest, node, &found.label)?;
        let begin = rest.before(rest.text.len() - after.text.len());
        if !found.label.is_empty() && !name.starts_with('[') {
            found.label.push('.');
        }
        found.label.push_str(&name);
        (found.path, node) = match &step {
            Step::Index(i) => (found.path.index(*i), node.get(i).unwrap_or(&null)),
            Step::Key(key) => (found.path.key(key), node.get(key.as_ref()).unwrap_or(&null)),
        };
        if after.text.is_empty() {
            break begin;
        }
        rest = after;
    };
    if found.path.last_key() == Some("name") && found.label != "region.name" {
        let message = format!("`{}` cannot be varied", found.label);
        return Err(unknown(text, last, message, "other parts of the scenario refer to names".to_owned()));
    }
    match not_single(text, last, &found.label, node) {
        Some(error) => Err(error),
        None => Ok(found),
    }
}

/// The first step of a path: what it is, what it is called, and what follows it.
fn step<'a>(
    text: &Text,
    rest: Piece<'a>,
    node: &Json,
    label: &str,
) -> Result<(Step, String, Piece<'a>), Diagnostic> {
    // Without the point between two steps.
    let behind = |piece: Piece<'a>| if piece.text.starts_with('.') { piece.after(1) } else { piece };
    let end = rest.text.find(['.', '[']).unwrap_or(rest.text.len());
    let token = rest.before(end);
    match node {
        Json::Array(items) if rest.text.starts_with('[') => {
            let close = rest.text.find(']').unwrap_or(rest.text.len());
            let index = rest.text[1..close.max(1)].trim();
            match index.parse::<usize>().ok().filter(|i| *i < items.len()) {
                Some(i) => Ok((Step::Index(i), format!("[{i}]"), behind(rest.after(close + 1)))),
                None => {
                    let message = format!("`{label}` has no element [{index}]");
                    let help = format!("it has {}, counted from 0", items.len());
                    Err(unknown(text, rest.before(close), message, help))
                }
            }
        }
        Json::Array(items) => {
            let names = || items.iter().filter_map(|item| item["name"].as_str());
            // Names may have points in them: the longest that fits.
            let fits = |name: &&str| {
                rest.text.strip_prefix(name).is_some_and(|r| r.is_empty() || r.starts_with(['.', '[']))
            };
            let Some(name) = names().filter(fits).max_by_key(|name| name.len()) else {
                let message = format!("`{label}` has no element {:?}", token.text);
                let help = match names().next() {
                    Some(_) => did_you_mean("name", token.text, names().collect::<Vec<_>>()),
                    None => format!("count its {} elements from 0, as {label}[0]", items.len()),
                };
                return Err(unknown(text, token, message, help));
            };
            let i = items.iter().position(|item| item["name"].as_str() == Some(name)).unwrap_or(0);
            Ok((Step::Index(i), name.to_owned(), behind(rest.after(name.len()))))
        }
        Json::Object(_) | Json::Null if !token.text.is_empty() => {
            let key = Step::Key(token.text.to_owned().into());
            Ok((key, token.text.to_owned(), behind(rest.after(end))))
        }
        Json::Object(_) | Json::Null => {
            let message = format!("{:?} is no path", text.path().text);
            let help = "write names with points between them, as clusters.cpu.boot_delay".to_owned();
            Err(unknown(text, rest, message, help))
        }
        _ => {
            let message = format!("`{label}` is {} and has no fields", written(node));
            Err(unknown(text, token, message, format!("vary {label} itself")))
        }
    }
}

/// What kind of values a place takes, which its types are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Time,
    Whole,
    Decimal,
    Other,
}

fn kind(tree: &Json, path: &Path) -> Kind {
    let takes = |value: Json| edit::read(tree.clone(), path, &value).is_ok();
    // Text takes anything; a time takes no other text.
    if takes("1s".into()) && !takes("~".into()) {
        Kind::Time
    } else if takes(0.5.into()) {
        Kind::Decimal
    } else if takes(1.into()) {
        Kind::Whole
    } else {
        Kind::Other
    }
}

/// Reads the values of an axis over a place in the scenario, and says whether they are times.
pub(super) fn leaves(
    text: &Text,
    path: &Path,
    outline: &Outline<'_>,
) -> Result<(Vec<Leaf>, bool), Diagnostic> {
    let tree = outline.tree(path);
    let piece = text.values();
    if let Err(error) = edit::read(tree.clone(), path, &"~".into())
        && error.to_string().starts_with("unknown field")
    {
        let (message, help) = refused(&error, path, piece.text);
        return Err(unknown(text, text.path(), message, help));
    }
    let kind = kind(tree, path);
    let is_range = piece.text.contains("..") && !piece.text.contains([',', '(', '"']);
    let unit = match kind {
        Kind::Time => Some(Unit::Time),
        Kind::Whole if is_range => Some(Unit::Whole),
        Kind::Decimal if is_range => Some(Unit::Factor),
        _ => None,
    };
    let mut leaves: Vec<Leaf> = match unit {
        Some(unit) => {
            let resolution = resolution(tree);
            let numbers = numbers(text, piece, unit, resolution)?;
            if numbers.len() > MODELS_MAX {
                let message = format!("the axis has {} values", numbers.len());
                let help =
                    format!("each makes a model, and a sweep has at most {MODELS_MAX}; take a larger step");
                return Err(text.at(Code::SweepTooLarge, piece, message, "too many").help(help));
            }
            let places: Vec<Piece<'_>> = if is_range { Vec::new() } else { piece.entries().collect() };
            let of = |(i, raw)| number(unit, raw, places.get(i).copied().unwrap_or(piece));
            numbers.iter().enumerate().map(of).collect()
        }
        None => {
            let entries: Vec<Piece<'_>> = piece.entries().collect();
            let list = entries.iter().map(|entry| value(text, *entry, tree, path, entries.len() > 1));
            list.collect::<Result<_, _>>()?
        }
    };
    debug_assert!(leaves.len() as u64 <= ROWS_MAX);
    twice(text, piece, &leaves, |a, b| a.json == b.json, |leaf| leaf.words.clone())?;
    if unit.is_some() {
        // A range of times, say, may go beyond what the place takes.
        for leaf in &leaves {
            if let Err(error) = edit::read(tree.clone(), path, &leaf.json) {
                let (message, help) = refused(&error, path, &leaf.words);
                let at = Piece { text: "", at: leaf.at.start };
                let found = text.at(Code::AxisValue, at, message, "not a value").help(help);
                return Err(text.tell(found, leaf.at.clone()));
            }
        }
    }
    amounts(&mut leaves);
    Ok((leaves, kind == Kind::Time))
}

fn resolution(tree: &Json) -> Resolution {
    serde_json::from_value(tree["resolution"].clone()).unwrap_or_default()
}

fn number(unit: Unit, raw: u64, piece: Piece<'_>) -> Leaf {
    let at = piece.range();
    match unit {
        Unit::Time => {
            let span = TimeSpan::from_ns(raw);
            let s = span.as_s();
            Leaf {
                json: span.to_string().into(),
                cell: s.to_string(),
                words: span.to_string(),
                number: Some(s),
                at,
            }
        }
        Unit::Factor => {
            let value = raw as f64 / ONE as f64;
            let json = if raw.is_multiple_of(ONE) { (raw / ONE).into() } else { value.into() };
            Leaf { json, cell: value.to_string(), words: value.to_string(), number: Some(value), at }
        }
        Unit::Nodes | Unit::Whole => {
            let text = raw.to_string();
            Leaf { json: raw.into(), cell: text.clone(), words: text, number: Some(raw as f64), at }
        }
    }
}

/// One listed value, as the scenario's own types read it.
fn value(text: &Text, piece: Piece<'_>, tree: &Json, path: &Path, several: bool) -> Result<Leaf, Diagnostic> {
    let wrong =
        |message: String, help: String| text.at(Code::AxisValue, piece, message, "not a value").help(help);
    let field = path.last_field().unwrap_or("value");
    if piece.text.is_empty() {
        let help =
            if several { "leave out the comma, or write a value" } else { "write the values behind the `=`" };
        return Err(wrong(format!("`{field}` has an empty value"), help.to_owned()));
    }
    let read = edit::value_of(piece.text);
    if let Some(group) = edit::group(&read) {
        let what = if group == Group::List { "a list" } else { "a group of fields" };
        let help = "an axis varies single values; a list may stand in a variant, as Values([\"1m\", \"2m\"])";
        return Err(wrong(format!("{} is {what}, not one value", piece.text), help.to_owned()));
    }
    // What looks like a number, or like a variant with something in it, may be a text.
    let plain = Json::String(piece.text.trim_matches('"').to_owned());
    let is_variant = read.is_object();
    let mut errors = Vec::new();
    for json in [read, plain] {
        match edit::read(tree.clone(), path, &json) {
            Ok(_) => return Ok(leaf(json, piece)),
            Err(error) => errors.push(error),
        }
    }
    if !is_variant {
        // A type that knows texts says more of a text than of a number.
        errors.sort_by_key(|error| error.to_string().starts_with("invalid type"));
    }
    let (message, help) = errors.first().map_or_else(Default::default, |e| refused(e, path, piece.text));
    Err(wrong(message, help))
}

fn leaf(json: Json, piece: Piece<'_>) -> Leaf {
    let words = written(&json);
    Leaf { number: json.as_f64(), cell: words.clone(), words, json, at: piece.range() }
}

/// Amounts of the same unit, as `0.2 USD/h`, are numbers too.
fn amounts(leaves: &mut [Leaf]) {
    let amount = |leaf: &Leaf| {
        let (number, unit) = leaf.json.as_str()?.split_once(' ')?;
        Some((edit::number(number).as_ref().and_then(Number::as_f64)?, unit.to_owned()))
    };
    let all: Option<Vec<(f64, String)>> = leaves.iter().map(amount).collect();
    if let Some(all) = all
        && all.iter().all(|(_, unit)| *unit == all[0].1)
    {
        leaves.iter_mut().zip(all).for_each(|(leaf, (number, _))| leaf.number = Some(number));
    }
}
