//! What every part of a scenario is read with: keys of an object, types, ranges, words, tables.

use super::super::{Json, Problem};
use super::at::At;
use super::fields::{Fields, Names};
use crate::diagnostic::{closest, did_you_mean};
use crate::engine::input::{COUNT_END, Table};
use crate::scenario::path::Step;
use crate::units::Tick;
use std::collections::BTreeSet;
use std::ops::Range;

pub(super) const COUNT: Range<u32> = 0..COUNT_END;
pub(super) const POSITIVE: Range<u32> = 1..COUNT_END;

/// What was found wrong, and the numbers of the names.
#[derive(Default)]
pub(super) struct Reader {
    /// Index of the scenario, where the file is an array.
    pub(super) scenario: Option<usize>,
    pub(super) problems: Vec<Problem>,
    pub(super) families: Names,
    pub(super) identities: Names,
    pub(super) environments: Names,
    pub(super) subnets: Names,
    /// Keys under `quotas` of the quotas of the input.
    pub(super) quota_keys: Vec<Vec<String>>,
}

/// Something wrong, before it has a place.
pub(super) struct Wrong {
    pub(super) rule: &'static str,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: String,
}

impl Reader {
    pub(super) fn problem(&mut self, at: &At<'_>, wrong: Wrong) {
        let Wrong { rule, message, label, help } = wrong;
        self.problems.push(Problem { scenario: self.scenario, path: at.path(), rule, message, label, help });
    }

    pub(super) fn wrong_type(&mut self, json: &Json, at: &At<'_>, expected: &str) {
        let path = at.path();
        let name = match (path.steps().last(), path.last_key()) {
            (Some(Step::Index(_)), Some(list)) => format!("an entry of `{list}`"),
            (_, Some(key)) => format!("`{key}`"),
            (_, None) => "a scenario".to_owned(),
        };
        let help = match json {
            Json::String(s) if expected == INTEGER && s.parse::<u32>().is_ok() => {
                format!("write it without quotes: {s}")
            }
            Json::Float(_) if expected == INTEGER => "write a whole number, without point or exponent".into(),
            _ => format!("write {expected}; docs/ticks.md has the type of each key"),
        };
        let wrong = Wrong {
            rule: "wrong-type",
            message: format!("{name} must be {expected}, not {}", json.kind()),
            label: format!("expected {expected}"),
            help,
        };
        self.problem(at, wrong);
    }

    /// Reads an object; the keys that `read` does not take are wrong.
    pub(super) fn object<T>(
        &mut self,
        json: &Json,
        at: At<'_>,
        read: impl FnOnce(&mut Self, &mut Fields<'_>) -> T,
    ) -> T {
        let entries = self.entries(json, &at);
        let mut fields = Fields {
            no_object: entries.is_none(),
            entries: entries.unwrap_or_default(),
            at,
            known: Vec::new(),
            missing: Vec::new(),
        };
        let value = read(self, &mut fields);
        self.finish(&fields);
        value
    }

    /// The entries of an object.
    fn entries<'a>(&mut self, json: &'a Json, at: &At<'_>) -> Option<Vec<(&'a str, &'a Json)>> {
        if let Json::Object(entries) = json {
            return Some(entries.iter().map(|(k, v)| (k.as_str(), v)).collect());
        }
        self.wrong_type(json, at, "an object");
        None
    }

    /// Whatever keys are left are unknown, or stand there twice.
    fn finish(&mut self, f: &Fields<'_>) {
        if f.no_object {
            return;
        }
        let mut meant = Vec::new();
        for (key, _) in &f.entries {
            if f.known.contains(key) {
                self.twice(&f.at(key));
                continue;
            }
            let known = || f.known.iter().copied();
            meant.extend(closest(key, known()));
            let wrong = Wrong {
                rule: "unknown-key",
                message: format!("there is no key {key:?} here"),
                label: "not a key".into(),
                help: did_you_mean("key", key, known()),
            };
            self.problem(&f.at(key), wrong);
        }
        // What is only misspelt is not missing too.
        for key in f.missing.iter().filter(|key| !meant.contains(key)) {
            let wrong = Wrong {
                rule: "missing-key",
                message: format!("the key {key:?} is missing"),
                label: format!("{key:?} is missing here"),
                help: format!("add {key:?}; docs/ticks.md says what it takes"),
            };
            self.problem(&f.at, wrong);
        }
    }

    fn twice(&mut self, at: &At<'_>) {
        let path = at.path();
        let key = path.last_key().unwrap_or_default();
        let wrong = Wrong {
            rule: "duplicate-key",
            message: format!("the key {key:?} stands here twice"),
            label: "the second one".into(),
            help: "keep one of them".into(),
        };
        self.problem(at, wrong);
    }

    /// The names of an object with names as keys, each with its value.
    pub(super) fn map<'a>(&mut self, json: &'a Json, at: &At<'_>) -> Vec<(&'a str, &'a Json)> {
        let mut seen = BTreeSet::new();
        let mut entries = self.entries(json, at).unwrap_or_default();
        entries.retain(|(key, _)| {
            let first = seen.insert(*key);
            if !first {
                self.twice(&at.key(key));
            }
            first
        });
        entries
    }

    pub(super) fn list<'a>(&mut self, json: &'a Json, at: &At<'_>) -> &'a [Json] {
        if let Json::Array(list) = json {
            return list;
        }
        self.wrong_type(json, at, "a list");
        &[]
    }

    /// A list of objects, empty where it is left out.
    pub(super) fn objects<T>(
        &mut self,
        f: &mut Fields<'_>,
        key: &'static str,
        mut read: impl FnMut(&mut Self, &mut Fields<'_>) -> T,
    ) -> Vec<T> {
        let Some(json) = f.take(key) else { return Vec::new() };
        let at = f.at(key);
        let list = self.list(json, &at);
        list.iter().enumerate().map(|(i, json)| self.object(json, at.index(i), &mut read)).collect()
    }

    /// The same, where it must not be left out.
    pub(super) fn required_objects<T>(
        &mut self,
        f: &mut Fields<'_>,
        key: &'static str,
        read: impl FnMut(&mut Self, &mut Fields<'_>) -> T,
    ) -> Vec<T> {
        if !f.has(key) {
            f.lacks(key);
        }
        self.objects(f, key, read)
    }

    pub(super) fn int(&mut self, json: &Json, at: &At<'_>, range: Range<u32>) -> u32 {
        let Json::Integer(n) = json else {
            self.wrong_type(json, at, INTEGER);
            return range.start;
        };
        match u32::try_from(*n) {
            Ok(n) if range.contains(&n) => n,
            _ => {
                let (first, last) = (range.start, range.end - 1);
                let help = if range.end == COUNT_END {
                    format!("numbers are below 2^31; the least here is {first}")
                } else {
                    format!("write {first} or {last}")
                };
                let wrong = Wrong {
                    rule: "out-of-range",
                    message: format!("{n} is not between {first} and {last}"),
                    label: "out of range".into(),
                    help,
                };
                self.problem(at, wrong);
                range.start
            }
        }
    }

    pub(super) fn int_or_null(&mut self, json: &Json, at: &At<'_>, range: Range<u32>) -> Option<u32> {
        if *json == Json::Null { None } else { Some(self.int(json, at, range)) }
    }

    /// A number, if it is there.
    pub(super) fn given(&mut self, f: &mut Fields<'_>, key: &'static str, range: Range<u32>) -> Option<u32> {
        let json = f.take(key)?;
        Some(self.int(json, &f.at(key), range))
    }

    /// A number with a default.
    pub(super) fn number(
        &mut self,
        f: &mut Fields<'_>,
        key: &'static str,
        range: Range<u32>,
        default: u32,
    ) -> u32 {
        self.given(f, key, range).unwrap_or(default)
    }

    pub(super) fn required(&mut self, f: &mut Fields<'_>, key: &'static str, range: Range<u32>) -> u32 {
        let least = range.start;
        self.given(f, key, range).unwrap_or_else(|| {
            f.lacks(key);
            least
        })
    }

    /// A number that may be null or left out.
    pub(super) fn optional(
        &mut self,
        f: &mut Fields<'_>,
        key: &'static str,
        range: Range<u32>,
    ) -> Option<u32> {
        let json = f.take(key)?;
        self.int_or_null(json, &f.at(key), range)
    }

    /// A number that may be null, but not left out.
    pub(super) fn required_or_null(&mut self, f: &mut Fields<'_>, key: &'static str) -> Option<u32> {
        match f.take(key) {
            Some(json) => self.int_or_null(json, &f.at(key), COUNT),
            None => {
                f.lacks(key);
                None
            }
        }
    }

    pub(super) fn boolean(&mut self, f: &mut Fields<'_>, key: &'static str, default: bool) -> bool {
        match f.take(key) {
            None => default,
            Some(Json::Bool(b)) => *b,
            Some(other) => {
                self.wrong_type(other, &f.at(key), "true or false");
                default
            }
        }
    }

    pub(super) fn text<'a>(&mut self, json: &'a Json, at: &At<'_>) -> &'a str {
        if let Json::String(s) = json {
            return s;
        }
        self.wrong_type(json, at, "a string");
        ""
    }

    /// A name that may be null or left out.
    pub(super) fn optional_text<'a>(&mut self, f: &mut Fields<'a>, key: &'static str) -> Option<&'a str> {
        match f.take(key) {
            None | Some(Json::Null) => None,
            Some(json) => Some(self.text(json, &f.at(key))),
        }
    }

    pub(super) fn word<T: Copy>(
        &mut self,
        f: &mut Fields<'_>,
        key: &'static str,
        words: &[(&str, T)],
        default: Option<T>,
    ) -> T {
        let names = || words.iter().map(|w| format!("{:?}", w.0)).collect::<Vec<_>>().join(", ");
        match (f.take(key), default) {
            (Some(Json::String(s)), _) => {
                if let Some((_, value)) = words.iter().find(|(w, _)| w == s) {
                    return *value;
                }
                let help = match closest(s, words.iter().map(|w| w.0)) {
                    Some(near) => format!("did you mean {near:?}?"),
                    None => format!("use one of {}", names()),
                };
                let wrong = Wrong {
                    rule: "unknown-word",
                    message: format!("{s:?} is not one of {}", names()),
                    label: "not one of the words".into(),
                    help,
                };
                self.problem(&f.at(key), wrong);
            }
            (Some(other), _) => self.wrong_type(other, &f.at(key), &format!("one of {}", names())),
            (None, Some(default)) => return default,
            (None, None) => f.lacks(key),
        }
        words[0].1
    }

    /// One value, or a list of them used in turn.
    pub(super) fn table<T: Clone>(
        &mut self,
        f: &mut Fields<'_>,
        key: &'static str,
        default: T,
        mut one: impl FnMut(&mut Self, &Json, &At<'_>) -> T,
    ) -> Table<T> {
        let Some(json) = f.take(key) else { return [default].into() };
        let at = f.at(key);
        match json {
            Json::Array(list) if list.is_empty() => {
                let wrong = Wrong {
                    rule: "empty-table",
                    message: format!("the table `{key}` is empty"),
                    label: "no value to take in turn".into(),
                    help: "list one value or more".into(),
                };
                self.problem(&at, wrong);
                [default].into()
            }
            Json::Array(list) => list.iter().enumerate().map(|(i, v)| one(self, v, &at.index(i))).collect(),
            value => [one(self, value, &at)].into(),
        }
    }

    pub(super) fn tick_table(&mut self, f: &mut Fields<'_>, key: &'static str) -> Table<Tick> {
        self.table(f, key, 0, |r, json, at| r.int(json, at, COUNT))
    }
}

/// What most keys take.
const INTEGER: &str = "an integer";
