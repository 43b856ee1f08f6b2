//! Where a value stands in the text of a scenario.
//!
//! Neither `ron` nor `serde_json` keeps the places of what it reads. This module reads the brackets, keys and
//! values of either format into a small tree, without caring what they mean, so that a path such as
//! `clusters[2].min_nodes` leads to bytes, and a byte to its path. It accepts any text: what is not well-formed
//! is read as far as possible.

mod build;
mod token;

use super::path::{Path, Step};
use crate::diagnostic::{Source, Text};
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use token::{Kind, Tokens};

/// The structure of a text.
#[derive(Debug)]
pub struct Tree<'a> {
    text: &'a str,
    nodes: Vec<Node>,
    root: Option<usize>,
    /// The innermost group that nothing closes.
    unclosed: Option<usize>,
}

/// A value.
#[derive(Debug)]
struct Node {
    /// All of it, a struct's or variant's name included.
    span: Range<usize>,
    /// The name before a bracket.
    name: Option<Range<usize>>,
    /// The opening bracket; `None`: not a group.
    open: Option<u8>,
    items: Vec<Item>,
    /// The group and the item of it that this is the value of.
    parent: Option<(usize, usize)>,
}

/// An entry of a group.
#[derive(Clone, Debug)]
struct Item {
    key: Option<Range<usize>>,
    node: usize,
    /// The comma after it.
    comma: Option<usize>,
}

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The value; or, where it is missing, what stands for the element that should have it.
    pub span: Range<usize>,
    /// Whether the value itself is there.
    pub found: bool,
}

/// An entry of a group, or the whole text's value (`None`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry(Option<(usize, usize)>);

impl<'a> Tree<'a> {
    /// Reads a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        build::tree(text)
    }

    /// Where the value of a path stands.
    #[must_use]
    pub fn find(&self, path: &Path) -> Located {
        let Some(mut at) = self.root else { return Located { span: 0..0, found: false } };
        for step in path.steps() {
            match self.step(at, step) {
                Some(next) => at = next,
                None => return Located { span: self.head(at), found: false },
            }
        }
        Located { span: self.nodes[at].span.clone(), found: true }
    }

    /// What stands at a path of a source, as it is written.
    #[must_use]
    pub fn whole(&self, source: &Arc<Source>, path: &Path) -> Text {
        Text::in_file(source, self.find(path).span)
    }

    /// The text at a path, between its quotes; a text of its own where that is not what stands there.
    #[must_use]
    pub fn text(&self, source: &Arc<Source>, path: &Path, value: &str) -> Text {
        let located = self.find(path);
        let inner = located.span.start + 1..located.span.end.saturating_sub(1);
        match source.text().get(inner.clone()) {
            Some(written) if located.found && written == value => Text::in_file(source, inner),
            _ => Text::of_flag(&path.to_string(), value),
        }
    }

    /// Where the key of a path's last step stands.
    #[must_use]
    pub fn find_key(&self, path: &Path) -> Option<Range<usize>> {
        let (last, steps) = path.steps().split_last()?;
        let mut at = self.root?;
        for step in steps {
            at = self.step(at, step)?;
        }
        let Step::Key(key) = last else { return None };
        let at = self.unwrapped(at);
        self.nodes[at].items.iter().find_map(|item| {
            let range = item.key.clone()?;
            (self.key_text(&range) == key.as_ref()).then_some(range)
        })
    }

    fn step(&self, at: usize, step: &Step) -> Option<usize> {
        let at = self.unwrapped(at);
        self.direct_step(at, step).or_else(|| self.direct_step(self.content_of_variant(at)?, step))
    }

    fn direct_step(&self, at: usize, step: &Step) -> Option<usize> {
        let node = &self.nodes[at];
        let key = match step {
            // The element of `Values([…])` is an element of its list.
            Step::Index(_) if node.open != Some(b'[') && self.content_of_variant(at).is_some() => {
                return None;
            }
            Step::Index(index) => return Some(node.items.get(*index)?.node),
            Step::Key(key) => key.as_ref(),
        };
        let has = |item: &&Item| item.key.as_ref().is_some_and(|range| self.key_text(range) == key);
        if let Some(item) = node.items.iter().find(has) {
            return Some(item.node);
        }
        // A variant: RON puts its name before the bracket, or writes it alone.
        let name = node.name.clone().unwrap_or_else(|| node.span.clone());
        if self.key_text(&name) != key {
            return None;
        }
        match &node.items[..] {
            [only] if only.key.is_none() => Some(only.node),
            _ => Some(at),
        }
    }

    /// What is in `Variant([…])` of RON or `{"Variant": …}` of JSON: paths may leave out the variant.
    fn content_of_variant(&self, at: usize) -> Option<usize> {
        let node = &self.nodes[at];
        let [only] = &node.items[..] else { return None };
        let group = self.nodes[only.node].open.is_some();
        let variant = match &only.key {
            Some(key) => self.key_text(key).starts_with(char::is_uppercase),
            None => node.name.is_some(),
        };
        (group && variant).then_some(only.node)
    }

    /// Through `Some(…)`, which RON allows around every optional value.
    fn unwrapped(&self, mut at: usize) -> usize {
        loop {
            let node = &self.nodes[at];
            match (&node.name, &node.items[..]) {
                (Some(name), [only]) if &self.text[name.clone()] == "Some" && only.key.is_none() => {
                    at = only.node;
                }
                _ => return at,
            }
        }
    }

    /// What stands for an element in messages: its `name`, else the beginning of it.
    fn head(&self, at: usize) -> Range<usize> {
        let at = self.unwrapped(at);
        let node = &self.nodes[at];
        let name = Step::Key("name".into());
        if let Some(name) = self.step(at, &name).filter(|name| *name != at) {
            return self.nodes[name].span.clone();
        }
        match (&node.name, node.open) {
            (Some(name), _) => name.clone(),
            (None, Some(_)) => node.span.start..(node.span.start + 1).min(self.text.len()),
            (None, None) => node.span.clone(),
        }
    }

    fn key_text(&self, range: &Range<usize>) -> Cow<'a, str> {
        key_text(&self.text[range.clone()])
    }

    /// The entries whose key stands in the same group before.
    #[must_use]
    pub fn duplicate_keys(&self) -> Vec<Entry> {
        let mut found = Vec::new();
        for (group, node) in self.nodes.iter().enumerate() {
            let mut seen = HashSet::new();
            for (i, item) in node.items.iter().enumerate() {
                if let Some(key) = &item.key
                    && !seen.insert(self.key_text(key))
                {
                    found.push(Entry(Some((group, i))));
                }
            }
        }
        found.sort_by_key(|entry| self.value(*entry).start);
        found
    }

    /// The innermost entry that holds a byte, its end included.
    #[must_use]
    pub fn at(&self, byte: usize) -> Entry {
        let mut entry = Entry(None);
        while let Some(group) = self.node(entry) {
            let holds = |item: &Item| {
                let value = &self.nodes[item.node].span;
                item.key.as_ref().map_or(value.start, |key| key.start) <= byte && byte <= value.end
            };
            // Entries are in order; of two that touch, the one that begins at the byte.
            match self.nodes[group].items.iter().rposition(holds) {
                Some(i) => entry = Entry(Some((group, i))),
                None => break,
            }
        }
        entry
    }

    /// The entry whose value's closing bracket stands at a byte.
    #[must_use]
    pub fn closing_at(&self, byte: usize) -> Option<Entry> {
        let closes = |node: &Node| node.open.is_some() && node.span.end == byte + 1;
        let node = self.nodes.iter().position(closes)?;
        Some(Entry(self.nodes[node].parent))
    }

    /// Where the innermost bracket stands that nothing closes.
    #[must_use]
    pub fn unclosed(&self) -> Option<Range<usize>> {
        let node = &self.nodes[self.unclosed?];
        let start = node.name.as_ref().map_or(node.span.start, |name| name.end);
        let bracket = self.text[start..].find(['(', '[', '{'])? + start;
        Some(bracket..bracket + 1)
    }

    fn item(&self, entry: Entry) -> Option<&Item> {
        entry.0.map(|(group, i)| &self.nodes[group].items[i])
    }

    fn node(&self, entry: Entry) -> Option<usize> {
        self.item(entry).map_or(self.root, |item| Some(item.node))
    }

    /// Where the value of an entry stands.
    #[must_use]
    pub fn value(&self, entry: Entry) -> Range<usize> {
        self.node(entry).map_or(0..0, |node| self.nodes[node].span.clone())
    }

    /// Where the key of an entry stands, if it has one.
    #[must_use]
    pub fn key(&self, entry: Entry) -> Option<Range<usize>> {
        self.item(entry)?.key.clone()
    }

    /// The bracket that opens an entry's value, if it is a group.
    #[must_use]
    pub fn bracket(&self, entry: Entry) -> Option<u8> {
        self.nodes[self.node(entry)?].open
    }

    /// Keys and values of the whole text's value, as they are written.
    #[must_use]
    pub fn items(&self) -> Vec<(Option<&'a str>, &'a str)> {
        let text = |range: &Range<usize>| &self.text[range.clone()];
        let items = self.root.map_or(&[][..], |root| &self.nodes[root].items);
        items.iter().map(|item| (item.key.as_ref().map(text), text(&self.nodes[item.node].span))).collect()
    }

    /// Names of fields in quotes, which only maps and JSON have.
    #[must_use]
    pub fn quoted_fields(&self) -> Vec<Range<usize>> {
        let groups = self.nodes.iter().filter(|node| node.open == Some(b'('));
        let keys = groups.flat_map(|node| &node.items).filter_map(|item| item.key.clone());
        let mut found: Vec<_> = keys.filter(|key| self.text[key.clone()].starts_with('"')).collect();
        found.sort_by_key(|key| key.start);
        found
    }

    /// The struct's or variant's name that stands before the bracket of an entry's value.
    #[must_use]
    pub fn name(&self, entry: Entry) -> Option<&'a str> {
        let name = self.nodes[self.node(entry)?].name.clone()?;
        self.text.get(name)
    }

    /// The path of an entry.
    #[must_use]
    pub fn path(&self, entry: Entry) -> Path {
        let mut steps = Vec::new();
        let mut at = entry.0;
        while let Some((group, i)) = at {
            steps.push(match &self.nodes[group].items[i].key {
                Some(key) => Step::Key(self.key_text(key).into_owned().into()),
                None => Step::Index(i),
            });
            at = self.nodes[group].parent;
        }
        steps.reverse();
        steps.into()
    }

    /// The entry that holds this one.
    #[must_use]
    pub fn parent(&self, entry: Entry) -> Option<Entry> {
        entry.0.map(|(group, _)| Entry(self.nodes[group].parent))
    }

    /// Whether an entry can be taken out and leave a well-formed text: a field, or an element of a list (not
    /// of a tuple).
    #[must_use]
    pub fn removable(&self, entry: Entry) -> bool {
        entry.0.is_some_and(|(group, i)| {
            let group = &self.nodes[group];
            group.items[i].key.is_some() || group.open == Some(b'[')
        })
    }

    /// The bytes to blank so that an entry is gone, with one comma.
    #[must_use]
    pub fn removal(&self, entry: Entry) -> Vec<Range<usize>> {
        let Some((group, i)) = entry.0 else { return Vec::new() };
        let items = &self.nodes[group].items;
        let value = self.value(entry);
        let start = items[i].key.as_ref().map_or(value.start, |key| key.start);
        let comma = items[i].comma.or_else(|| i.checked_sub(1).and_then(|before| items[before].comma));
        std::iter::once(start..value.end).chain(comma.map(|comma| comma..comma + 1)).collect()
    }

    /// What stands for the value of an entry in messages: its name, else the beginning of it.
    #[must_use]
    pub fn head_of(&self, entry: Entry) -> Range<usize> {
        self.node(entry).map_or(0..0, |node| self.head(node))
    }
}

/// A key without its quotes or `r#`.
fn key_text(raw: &str) -> Cow<'_, str> {
    if !raw.contains('"') {
        return raw.strip_prefix("r#").unwrap_or(raw).into();
    }
    let simple = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match simple {
        Some(text) if !text.contains('\\') => text.into(),
        _ => ron::from_str(raw)
            .or_else(|_| serde_json::from_str(raw))
            .unwrap_or_else(|_| raw.to_owned())
            .into(),
    }
}

/// Whether there is nothing but white space and comments.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    Tokens::new(text).next().is_none()
}

/// Whether [`Tree::duplicate_keys`] would find some. This takes no memory by the length of the text, so that a
/// good scenario of a million jobs never becomes a tree.
#[must_use]
pub fn has_duplicate_keys(text: &str) -> bool {
    let mut open = vec![HashSet::new()];
    let mut before = 0..0;
    for token in Tokens::new(text) {
        match token.kind {
            Kind::Open(_) => open.push(HashSet::new()),
            Kind::Close if open.len() > 1 => drop(open.pop()),
            Kind::Colon => {
                let key = key_text(&text[std::mem::take(&mut before)]);
                if open.last_mut().is_some_and(|keys| !key.is_empty() && !keys.insert(key)) {
                    return true;
                }
            }
            Kind::Value => before = token.span,
            Kind::Close | Kind::Comma => {}
        }
    }
    false
}

#[cfg(test)]
mod tests;
