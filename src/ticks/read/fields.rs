//! What is kept while an object is read, and the numbers of names.

use super::super::Json;
use super::at::At;
use std::collections::BTreeMap;

/// Names with their numbers, by first appearance.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, u32>);

impl Names {
    pub(super) fn number(&mut self, name: &str) -> u32 {
        let next = self.0.len() as u32;
        match self.0.get(name) {
            Some(number) => *number,
            None => *self.0.entry(name.to_owned()).or_insert(next),
        }
    }

    pub(super) fn known(&self, name: &str) -> Option<u32> {
        self.0.get(name).copied()
    }

    pub(super) fn name(&self, number: u32) -> Option<&str> {
        self.0.iter().find(|(_, n)| **n == number).map(|(name, _)| name.as_str())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.keys().map(String::as_str)
    }
}

/// The keys of an object that is being read: each is taken once; what is left at the end is unknown, or stands
/// there twice.
pub(super) struct Fields<'a> {
    pub(super) entries: Vec<(&'a str, &'a Json)>,
    pub(super) at: At<'a>,
    pub(super) known: Vec<&'static str>,
    pub(super) missing: Vec<&'static str>,
    /// It is no object, which is said already.
    pub(super) no_object: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn take(&mut self, key: &'static str) -> Option<&'a Json> {
        self.known.push(key);
        let i = self.entries.iter().position(|(k, _)| *k == key)?;
        // In order, so that of two equal keys the second one is left.
        Some(self.entries.remove(i).1)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(k, _)| *k == key)
    }

    pub(super) fn at<'b>(&'b self, key: &'b str) -> At<'b> {
        self.at.key(key)
    }

    /// A required key that is not there.
    pub(super) fn lacks(&mut self, key: &'static str) {
        self.missing.push(key);
    }
}
