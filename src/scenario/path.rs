//! Paths to values of a scenario: `clusters[2].min_nodes`.

use std::borrow::Cow;
use std::fmt;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Into a field, a key of a map, or the variant of an enum.
    Key(Cow<'static, str>),
    /// Into an element of a list or tuple, from 0.
    Index(usize),
}

/// Where a value stands in a scenario, the same for RON and JSON. An enum's variant is a step:
/// `clusters[0].eviction.PerHour`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The whole scenario.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// A field of what this path leads to, or several with points between them.
    #[must_use]
    pub fn field(&self, names: &'static str) -> Self {
        let mut path = self.clone();
        path.0.extend(names.split('.').map(|name| Step::Key(Cow::Borrowed(name))));
        path
    }

    /// The field of this name beside the one to which this path leads.
    #[must_use]
    pub fn beside(&self, name: &str) -> Option<Self> {
        let (_, group) = self.0.split_last()?;
        Some(Self(group.to_vec()).key(name))
    }

    /// A key of the map to which this path leads.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut path = self.clone();
        path.0.push(Step::Key(Cow::Owned(key.to_owned())));
        path
    }

    /// An element of the list to which this path leads.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut path = self.clone();
        path.0.push(Step::Index(index));
        path
    }

    /// Reads a path as [`fmt::Display`] writes it, without keys in quotes. Variants may be left out.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let step = |part: &str| match part.strip_suffix(']').map(str::parse) {
            Some(Ok(index)) => Step::Index(index),
            _ => Step::Key(Cow::Owned(part.to_owned())),
        };
        Self(text.split(['.', '[']).filter(|part| !part.is_empty()).map(step).collect())
    }

    /// Its steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The last key, variants included.
    #[must_use]
    pub fn last_key(&self) -> Option<&str> {
        self.keys_from_end().next()
    }

    /// The last field, as messages name a value: variants, which begin with a capital, are passed over.
    #[must_use]
    pub fn last_field(&self) -> Option<&str> {
        self.keys_from_end().find(|key| !key.starts_with(char::is_uppercase))
    }

    fn keys_from_end(&self) -> impl Iterator<Item = &str> {
        self.0.iter().rev().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_ref()),
            Step::Index(_) => None,
        })
    }
}

impl From<Vec<Step>> for Path {
    fn from(steps: Vec<Step>) -> Self {
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if key.chars().all(|c| c.is_alphanumeric() || c == '_') && !key.is_empty() => {
                    write!(f, "{}{key}", if i == 0 { "" } else { "." })?;
                }
                Step::Key(key) => write!(f, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_people_write_them() {
        let root = Path::root();
        assert_eq!(root.field("clusters").index(2).field("min_nodes").to_string(), "clusters[2].min_nodes");
        assert_eq!(root.field("region.subnets").key("a b").to_string(), "region.subnets[\"a b\"]");
        assert_eq!(root.field("a").index(0).last_key(), Some("a"));
        let path = root.field("clusters").index(2).field("eviction.PerHour");
        assert_eq!(Path::parse(&path.to_string()), path);
        assert_eq!(path.last_field(), Some("eviction"));
    }
}
