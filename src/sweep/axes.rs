//! Axes of a sweep: what `--vary PATH=LIST|RANGE` says, against a scenario.

mod choice;
mod conflict;
mod leaf;
mod target;
mod values;

pub use leaf::Leaf;
pub use values::{Numbers, ONE, ROWS_MAX};

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::lowering::assumed;
use crate::scenario::path::Path;
use crate::scenario::schema::Tier;
use crate::scenario::{Scenario, edit, sizes};
use crate::stats::surface::Level;
use crate::units::TimeSpan;
use std::fmt;
use target::{Outline, Target};
use values::{Unit, numbers};

/// What an axis varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Fewest nodes of a cluster.
    MinNodes,
    /// Most nodes.
    MaxNodes,
    /// How long an idle node is kept.
    IdleTime,
    /// Dedicated or low priority, with its price.
    Tier,
    /// VM size, with its price, vCPUs, family, and speed.
    VmSize,
    /// Factor on allocation delay, boot delay, release delay and recycle time.
    DelaysScale,
    /// Factor on the rate of evictions.
    EvictionRate,
    /// The workload's load factor.
    LoadFactor,
    /// Any other value of the scenario.
    Leaf,
}

impl Field {
    /// Those of a cluster that a sweep knows by name.
    pub const OF_CLUSTER: [Self; 7] = [
        Self::MinNodes,
        Self::MaxNodes,
        Self::IdleTime,
        Self::Tier,
        Self::VmSize,
        Self::DelaysScale,
        Self::EvictionRate,
    ];

    /// As written in `--vary`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MinNodes => "min_nodes",
            Self::MaxNodes => "max_nodes",
            Self::IdleTime => "idle_time",
            Self::Tier => "tier",
            Self::VmSize => "vm_size",
            Self::DelaysScale => "delays_scale",
            Self::EvictionRate => "eviction_rate",
            Self::LoadFactor => "load_factor",
            Self::Leaf => "",
        }
    }

    /// Whether it changes tables or jobs, so that each of its values needs a model of its own.
    #[must_use]
    pub const fn changes_tables(self) -> bool {
        !matches!(self, Self::MinNodes | Self::MaxNodes | Self::IdleTime)
    }

    fn unit(self) -> Option<Unit> {
        match self {
            Self::MinNodes | Self::MaxNodes => Some(Unit::Nodes),
            Self::IdleTime => Some(Unit::Time),
            Self::DelaysScale | Self::EvictionRate | Self::LoadFactor => Some(Unit::Factor),
            Self::Tier | Self::VmSize | Self::Leaf => None,
        }
    }
}

/// The values of an axis.
#[derive(Clone, Debug, PartialEq)]
enum Values {
    Numbers(Numbers),
    Tiers(Vec<Tier>),
    Sizes(Vec<String>),
    Leaves(Vec<Leaf>),
}

/// One value of an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A number of nodes.
    Nodes(u32),
    /// A time.
    Time(TimeSpan),
    /// Billionths of a factor: [`ONE`] is 1.
    Factor(u64),
    /// A tier.
    Tier(Tier),
    /// A VM size.
    Size(&'a str),
    /// Another value of the scenario.
    Leaf(&'a Leaf),
}

impl Value<'_> {
    /// As analysis knows it.
    #[must_use]
    pub fn level(&self) -> Level {
        Level { text: self.words(), number: self.number() }
    }

    /// As people read it: `24`, `10m`, `low priority`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Time(span) => span.to_string(),
            Self::Tier(Tier::Dedicated) => "dedicated".to_owned(),
            Self::Tier(Tier::LowPriority) => "low priority".to_owned(),
            Self::Leaf(leaf) => leaf.words.clone(),
            other => other.to_string(),
        }
    }

    /// As a number: nodes, seconds, factors. `None`: it is a choice.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Nodes(n) => Some(f64::from(*n)),
            Self::Time(span) => Some(span.as_s()),
            Self::Factor(raw) => Some(*raw as f64 / ONE as f64),
            Self::Tier(_) | Self::Size(_) => None,
            Self::Leaf(leaf) => leaf.number,
        }
    }
}

/// As a cell of a csv file: times in seconds.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nodes(n) => write!(f, "{n}"),
            Self::Time(span) => write!(f, "{}", span.as_s()),
            Self::Factor(raw) => write!(f, "{}", *raw as f64 / ONE as f64),
            Self::Tier(tier) => f.write_str(match tier {
                Tier::Dedicated => "dedicated",
                Tier::LowPriority => "low_priority",
            }),
            Self::Size(name) => f.write_str(name),
            Self::Leaf(leaf) => f.write_str(&leaf.cell),
        }
    }
}

/// The scenario's own value: its number on the axis, where it has one; its words and its cell.
type Own = (Option<u32>, Option<(String, String)>);

/// One axis of a sweep.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Index of the cluster; `None`: it is of none.
    pub cluster: Option<usize>,
    /// What it varies.
    pub field: Field,
    /// Its column in result files, with its unit last.
    pub column: String,
    /// As people read it, without a unit.
    pub label: String,
    /// Where the scenario has the value, or would have it.
    pub(super) path: Path,
    /// What was asked for.
    pub(super) text: Text,
    values: Values,
}

impl Axis {
    /// How many values it has.
    #[must_use]
    pub fn len(&self) -> u64 {
        match &self.values {
            Values::Numbers(numbers) => numbers.len(),
            Values::Tiers(list) => list.len() as u64,
            Values::Sizes(list) => list.len() as u64,
            Values::Leaves(list) => list.len() as u64,
        }
    }

    /// Whether it has none; it never is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at a position.
    ///
    /// # Panics
    /// If it has fewer.
    #[must_use]
    pub fn value(&self, i: u64) -> Value<'_> {
        match &self.values {
            Values::Numbers(numbers) => {
                let raw = numbers.get(i);
                match self.field.unit() {
                    Some(Unit::Time) => Value::Time(TimeSpan::from_ns(raw)),
                    Some(Unit::Factor) => Value::Factor(raw),
                    _ => Value::Nodes(raw as u32),
                }
            }
            Values::Tiers(list) => Value::Tier(list[i as usize]),
            Values::Sizes(list) => Value::Size(&list[i as usize]),
            Values::Leaves(list) => Value::Leaf(&list[i as usize]),
        }
    }

    /// Number of the scenario's own value, where it is one of them.
    pub(super) fn today(&self, scenario: &Scenario) -> Option<u32> {
        self.own(scenario).0
    }

    /// The scenario's own value as people read it, and as a cell of a result file; `None`: it says none.
    pub(super) fn today_words(&self, scenario: &Scenario) -> Option<(String, String)> {
        self.own(scenario).1
    }

    /// Number of the scenario's own value, its words and its cell.
    fn own(&self, scenario: &Scenario) -> Own {
        self.own_value(scenario).unwrap_or_default()
    }

    fn own_value(&self, scenario: &Scenario) -> Option<Own> {
        let cluster = self.cluster.and_then(|i| scenario.clusters.get(i));
        let nodes = |n: u64| u32::try_from(n).ok().map(Value::Nodes);
        let size;
        let own = match self.field {
            Field::MinNodes => nodes(cluster?.min_nodes.unwrap_or(0))?,
            Field::MaxNodes => nodes(cluster?.max_nodes)?,
            Field::IdleTime => Value::Time(cluster?.idle_time.unwrap_or(assumed::IDLE_TIME)),
            Field::Tier => Value::Tier(cluster?.tier),
            Field::VmSize => {
                size = sizes::resolve(scenario, &cluster?.vm_size)?.name;
                Value::Size(&size)
            }
            Field::DelaysScale | Field::EvictionRate => Value::Factor(ONE),
            Field::LoadFactor => {
                Value::Factor((scenario.workload.load_factor.unwrap_or(1.0) * ONE as f64).round() as u64)
            }
            Field::Leaf => {
                let tree = Outline::new(scenario);
                let own = edit::get(tree.tree(&self.path), &self.path)?;
                let is_own = |i: &u64| matches!(self.value(*i), Value::Leaf(leaf) if leaf.is(own));
                let words = match own {
                    serde_json::Value::Null => None,
                    serde_json::Value::String(text) => Some(text.clone()),
                    other => Some(other.to_string()),
                };
                let level = (0..self.len()).find(is_own);
                let cell = |words: &String| match level {
                    Some(level) => self.value(level).to_string(),
                    // A column of seconds holds seconds.
                    None => match words.parse::<TimeSpan>().ok().filter(|_| self.column.ends_with("_s")) {
                        Some(span) => span.as_s().to_string(),
                        None => words.clone(),
                    },
                };
                let words = words.map(|words| (words.clone(), cell(&words)));
                return Some((level.map(|level| level as u32), words));
            }
        };
        let level = (0..self.len()).find(|i| self.value(*i) == own).map(|i| i as u32);
        Some((level, Some((own.words(), own.to_string()))))
    }

    /// What was written for it: `max_nodes=4..64:4`.
    #[must_use]
    pub fn written(&self) -> &str {
        self.text.as_str()
    }

    /// Where it stands in the scenario.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its numbers of nodes.
    pub(super) fn nodes(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len()).filter_map(|i| match self.value(i) {
            Value::Nodes(n) => Some(n),
            _ => None,
        })
    }

    /// Whether it varies this field of a cluster, by its path.
    pub(super) fn is_leaf_of(&self, cluster: usize, field: &'static str) -> bool {
        let path = Path::root().field("clusters").index(cluster).field(field);
        self.field == Field::Leaf && self.path.steps().starts_with(path.steps())
    }
}

/// Reads all axes of a sweep.
///
/// # Errors
/// Every mistake of the texts, each at its place.
pub fn read(texts: &[Text], scenario: &Scenario) -> Result<Vec<Axis>, Vec<Diagnostic>> {
    let outline = Outline::new(scenario);
    let mut axes: Vec<Axis> = Vec::new();
    let mut found = Vec::new();
    for text in texts {
        match axis(text, scenario, &outline) {
            Ok(axis) => match axes.iter().find_map(|before| again(before, &axis)) {
                Some(error) => found.push(error),
                None => axes.push(axis),
            },
            Err(error) => found.push(error),
        }
    }
    for axis in &axes {
        found.extend(conflict::conflict(axis, scenario, &axes).map(|(message, help)| {
            axis.text.at(Code::AxisConflict, axis.text.path(), message, "against the scenario").help(help)
        }));
    }
    if found.is_empty() { Ok(axes) } else { Err(found) }
}

/// An axis over what another one varies, or over a part of it.
fn again(before: &Axis, axis: &Axis) -> Option<Diagnostic> {
    let same = before.path == axis.path && before.field == axis.field;
    let (a, b) = (before.path.steps(), axis.path.steps());
    let within = [before.field, axis.field] == [Field::Leaf; 2] && (a.starts_with(b) || b.starts_with(a));
    if !same && !within {
        return None;
    }
    let message = match same {
        true => format!("`{}` is varied twice", axis.label),
        false => format!("`{}` and `{}` vary the same value", before.label, axis.label),
    };
    let help = if same { "write all its values in one axis" } else { "keep one of the axes" };
    Some(axis.text.at(Code::AxisTwice, axis.text.path(), message, "again").help(help))
}

fn axis(text: &Text, scenario: &Scenario, outline: &Outline<'_>) -> Result<Axis, Diagnostic> {
    let whole = text.whole();
    if whole.split("=").is_none() {
        let message = format!("{:?} has no values", whole.text);
        let help = "write PATH=LIST or PATH=RANGE, as max_nodes=4,8,16 or max_nodes=4..64:4";
        return Err(text.at(Code::AxisValue, whole, message, "no `=`").help(help));
    }
    let Target { cluster, field, path, label, mut column } = target::target(text, scenario, outline)?;
    let values = text.values();
    let read = match (field, field.unit()) {
        (Field::Tier, _) => Values::Tiers(choice::tiers(text, values)?),
        (Field::Leaf, _) => {
            let (leaves, is_time) = leaf::leaves(text, &path, outline)?;
            column.push_str(if is_time { "_s" } else { "" });
            Values::Leaves(leaves)
        }
        (_, Some(unit)) => Values::Numbers(numbers(text, values, unit, scenario.resolution)?),
        (_, None) => Values::Sizes(choice::sizes_of(text, values, scenario)?),
    };
    if field == Field::IdleTime {
        column.push_str("_s");
    }
    let axis = Axis { cluster, field, column, label, path, text: text.clone(), values: read };
    choice::in_range(text, values, &axis, scenario.resolution)?;
    Ok(axis)
}

#[cfg(test)]
mod tests;
