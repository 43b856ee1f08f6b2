//! Axes of a sweep: what `--vary PATH=LIST|RANGE` says, against a scenario.

mod values;

pub use values::{Numbers, ONE, ROWS_MAX};

use crate::catalog;
use crate::diagnostic::{Code, Diagnostic, Source, did_you_mean};
use crate::lowering::assumed;
use crate::scenario::Scenario;
use crate::scenario::schema::{Cluster, Delays, Eviction, Evictions, Policy, Tier, Update};
use crate::scenario::sizes;
use crate::stats::surface::Level;
use crate::units::{Resolution, TICK_END, TimeSpan};
use std::fmt;
use std::sync::Arc;
use values::{Piece, Unit, numbers, twice};

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
}

impl Field {
    /// Those of a cluster.
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
            Self::Tier | Self::VmSize => None,
        }
    }
}

/// The values of an axis.
#[derive(Clone, Debug, PartialEq)]
enum Values {
    Numbers(Numbers),
    Tiers(Vec<Tier>),
    Sizes(Vec<String>),
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
        }
    }
}

impl Value<'_> {
    /// As analysis knows it.
    #[must_use]
    pub fn level(&self) -> Level {
        let (text, number) = match self {
            Self::Nodes(n) => (n.to_string(), Some(f64::from(*n))),
            Self::Time(span) => (span.to_string(), Some(span.as_s())),
            Self::Factor(raw) => (self.to_string(), Some(*raw as f64 / ONE as f64)),
            Self::Tier(Tier::Dedicated) => ("dedicated".to_owned(), None),
            Self::Tier(Tier::LowPriority) => ("low priority".to_owned(), None),
            Self::Size(name) => ((*name).to_owned(), None),
        };
        Level { text, number }
    }
}

/// One axis of a sweep.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Index of the cluster; `None`: the whole scenario.
    pub cluster: Option<usize>,
    /// What it varies.
    pub field: Field,
    /// Its column in result files, with its unit last.
    pub column: String,
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
        }
    }

    /// Number of the scenario's own value, where it is one of them.
    pub(super) fn today(&self, scenario: &Scenario) -> Option<u32> {
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
        };
        (0..self.len()).find(|i| self.value(*i) == own).map(|i| i as u32)
    }

    /// Its numbers of nodes.
    pub(super) fn nodes(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len()).filter_map(|i| match self.value(i) {
            Value::Nodes(n) => Some(n),
            _ => None,
        })
    }
}

/// The text of one `--vary`, for messages.
pub(super) struct Vary {
    source: Arc<Source>,
}

impl Vary {
    fn new(text: &str) -> Self {
        Self { source: Arc::new(Source::new("--vary", text)) }
    }

    fn whole(&self) -> Piece<'_> {
        Piece { text: self.source.text(), at: 0 }
    }

    /// A mistake at a piece of the argument.
    fn at(&self, code: Code, piece: Piece<'_>, message: impl Into<String>, label: &str) -> Diagnostic {
        Diagnostic::new(code, message).at(&self.source, piece.at..piece.at + piece.text.len(), label)
    }
}

/// Reads all axes of a sweep.
///
/// # Errors
/// Every mistake of the arguments, each at its place.
pub fn read(texts: &[String], scenario: &Scenario) -> Result<Vec<Axis>, Vec<Diagnostic>> {
    let mut axes: Vec<(Axis, Vary)> = Vec::new();
    let mut found = Vec::new();
    for text in texts {
        let vary = Vary::new(text);
        match axis(&vary, scenario) {
            Ok(axis) if axes.iter().any(|(a, _)| (a.cluster, a.field) == (axis.cluster, axis.field)) => {
                let message = format!("`{}` is varied twice", axis.field.as_str());
                let path = vary.whole().split("=").map_or(vary.whole(), |(path, _)| path);
                found.push(
                    vary.at(Code::AxisTwice, path, message, "again")
                        .help("write all its values in one --vary"),
                );
            }
            Ok(axis) => axes.push((axis, vary)),
            Err(error) => found.push(error),
        }
    }
    let tiers: Vec<usize> =
        axes.iter().filter(|(a, _)| a.field == Field::Tier).filter_map(|(a, _)| a.cluster).collect();
    for (axis, vary) in &axes {
        found.extend(conflict(axis, scenario, &tiers).map(|(message, help)| {
            let path = vary.whole().split("=").map_or(vary.whole(), |(path, _)| path);
            vary.at(Code::AxisConflict, path, message, "against the scenario").help(help)
        }));
    }
    if found.is_empty() { Ok(axes.into_iter().map(|(axis, _)| axis).collect()) } else { Err(found) }
}

fn axis(vary: &Vary, scenario: &Scenario) -> Result<Axis, Diagnostic> {
    let whole = vary.whole();
    let Some((path, values)) = whole.split("=") else {
        let message = format!("{:?} has no values", whole.text);
        let help = "write PATH=LIST or PATH=RANGE, as max_nodes=4,8,16 or max_nodes=4..64:4";
        return Err(vary.at(Code::AxisValue, whole, message, "no `=`").help(help));
    };
    let (cluster, field) = target(vary, path.trimmed(), scenario)?;
    let several = scenario.clusters.len() > 1;
    let name = match cluster {
        Some(i) if several => format!("{}.{}", scenario.clusters[i].name, field.as_str()),
        _ => field.as_str().to_owned(),
    };
    let column = if field == Field::IdleTime { format!("{name}_s") } else { name };
    let values = match (field, field.unit()) {
        (Field::Tier, _) => Values::Tiers(tiers(vary, values)?),
        (_, Some(unit)) => Values::Numbers(numbers(vary, values, unit)?),
        (_, None) => Values::Sizes(sizes_of(vary, values, scenario)?),
    };
    let axis = Axis { cluster, field, column, values };
    in_range(vary, values_piece(vary), &axis, scenario.resolution)?;
    Ok(axis)
}

/// The values' part of the argument.
fn values_piece(vary: &Vary) -> Piece<'_> {
    vary.whole().split("=").map_or(vary.whole(), |(_, values)| values.trimmed())
}

/// What a path leads to.
fn target(vary: &Vary, path: Piece<'_>, scenario: &Scenario) -> Result<(Option<usize>, Field), Diagnostic> {
    let unknown = |piece: Piece<'_>, message: String, help: String| {
        vary.at(Code::AxisUnknown, piece, message, "cannot be varied").help(help)
    };
    if matches!(path.text, "load_factor" | "workload.load_factor") {
        return Ok((None, Field::LoadFactor));
    }
    let names = || scenario.clusters.iter().map(|cluster| cluster.name.as_str());
    let (cluster, field) = match path.split("clusters.") {
        Some((Piece { text: "", .. }, rest)) => {
            let Some((name, field)) = rest.split(".") else {
                let help = "write clusters.NAME.FIELD, as clusters.cpu.max_nodes".to_owned();
                return Err(unknown(path, format!("{:?} names no field of a cluster", path.text), help));
            };
            let found = names().position(|known| known == name.text);
            let Some(i) = found else {
                let help = did_you_mean("cluster", name.text, names().collect::<Vec<_>>());
                return Err(unknown(name, format!("the scenario has no cluster {:?}", name.text), help));
            };
            (i, field)
        }
        _ => (0, path),
    };
    let fields: Vec<&str> = Field::OF_CLUSTER.iter().map(|field| field.as_str()).collect();
    let Some(known) = Field::OF_CLUSTER.into_iter().find(|known| known.as_str() == field.text) else {
        let all = fields.iter().copied().chain(["load_factor"]).collect::<Vec<_>>();
        let help = did_you_mean("field", field.text, all);
        return Err(unknown(field, format!("{:?} is nothing that can be varied", field.text), help));
    };
    if scenario.clusters.len() > 1 && field.at == path.at {
        let which = names().map(|name| format!("`clusters.{name}.{}`", field.text)).collect::<Vec<_>>();
        let message =
            format!("the scenario has {} clusters: {:?} does not say which", which.len(), field.text);
        return Err(unknown(path, message, format!("write one of {}", which.join(", "))));
    }
    Ok((Some(cluster), known))
}

fn tiers(vary: &Vary, piece: Piece<'_>) -> Result<Vec<Tier>, Diagnostic> {
    let piece = piece.trimmed();
    let mut list = Vec::new();
    for entry in piece.entries() {
        list.push(match entry.text.to_lowercase().replace('_', "").as_str() {
            "dedicated" => Tier::Dedicated,
            "lowpriority" => Tier::LowPriority,
            _ => {
                let message = format!("{:?} is no tier", entry.text);
                let help = did_you_mean("tier", entry.text, ["Dedicated", "LowPriority"]);
                return Err(vary.at(Code::AxisValue, entry, message, "not a tier").help(help));
            }
        });
    }
    twice(vary, piece, &list, |a, b| a == b, |tier| format!("{tier:?}"))?;
    Ok(list)
}

/// VM sizes, as the catalogue or the scenario writes them.
fn sizes_of(vary: &Vary, piece: Piece<'_>, scenario: &Scenario) -> Result<Vec<String>, Diagnostic> {
    let piece = piece.trimmed();
    let mut list = Vec::new();
    for entry in piece.entries() {
        let Some(size) = sizes::resolve(scenario, entry.text) else {
            let own = scenario.vm_sizes.iter().map(|size| size.name.as_str());
            let help = match catalog::suggest(entry.text, own) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => "`nodetide vm-sizes` lists the catalogue; `vm_sizes` describes sizes of your own"
                    .to_owned(),
            };
            let message = format!("there is no VM size {:?} in the catalogue or the scenario", entry.text);
            return Err(vary.at(Code::UnknownVmSize, entry, message, "not a VM size").help(help));
        };
        list.push(size.name);
    }
    twice(vary, piece, &list, |a, b| a == b, Clone::clone)?;
    Ok(list)
}

/// What holds for every value of a field, whatever else the scenario says.
fn in_range(vary: &Vary, piece: Piece<'_>, axis: &Axis, resolution: Resolution) -> Result<(), Diagnostic> {
    let wrong = |value: Value<'_>| match (axis.field, value) {
        (_, Value::Time(span)) => match span.to_ticks(resolution) {
            Ok(ticks) if ticks < u64::from(TICK_END) => None,
            Ok(_) => Some((format!("{span} is 2^31 ticks or more"), "write a shorter time")),
            Err(_) => Some((
                format!("{span} is not a whole number of ticks of {resolution}"),
                "round it, or set a finer `resolution` in the scenario",
            )),
        },
        (Field::MaxNodes, Value::Nodes(0)) => {
            Some(("max_nodes is 0: no job could ever start".to_owned(), "begin at 1 or more"))
        }
        (Field::LoadFactor, Value::Factor(0..1000)) => {
            Some(("a load factor lies between 0.000001 and 1000000".to_owned(), "write 1 for no change"))
        }
        _ => None,
    };
    for i in 0..axis.len() {
        if let Some((message, help)) = wrong(axis.value(i)) {
            let entry = piece.entries().nth(i as usize).filter(|_| piece.text.contains(',')).unwrap_or(piece);
            return Err(vary.at(Code::AxisValue, entry, message, "out of range").help(help));
        }
    }
    Ok(())
}

/// Why an axis goes against the scenario: message and help.
fn conflict(axis: &Axis, scenario: &Scenario, tier_axes: &[usize]) -> Option<(String, String)> {
    let i = axis.cluster?;
    let cluster = &scenario.clusters[i];
    let field = axis.field.as_str();
    let sets: fn(&Update) -> bool = match axis.field {
        Field::MinNodes => |u| u.min_nodes.is_some(),
        Field::MaxNodes => |u| u.max_nodes.is_some(),
        Field::IdleTime => |u| u.idle_time.is_some(),
        _ => |_| false,
    };
    if let Some(n) = scenario.updates.iter().position(|u| u.cluster == cluster.name && sets(u)) {
        return Some((
            format!(
                "updates[{n}] sets `{field}` of `{}`, so the axis would hold only until then",
                cluster.name
            ),
            format!("leave `{field}` out of the update, or do not vary it"),
        ));
    }
    let fixed = |what: &str, why: &str, help: &str| {
        Some((format!("cluster `{}` sets its own `{what}`, {why}", cluster.name), help.to_owned()))
    };
    match axis.field {
        Field::MinNodes if cluster.policy == Policy::Static => Some((
            format!("`{}` is static: its min_nodes is its max_nodes", cluster.name),
            "vary max_nodes, or use `policy: Reactive`".to_owned(),
        )),
        Field::VmSize | Field::Tier if cluster.price.is_some() => fixed(
            "price",
            "which would stay the same",
            "give prices in `vm_sizes`, or leave them to the catalogue",
        ),
        Field::VmSize if cluster.speed.is_some() => {
            fixed("speed", "which would stay the same", "give speeds in `vm_sizes`")
        }
        Field::EvictionRate => no_evictions(scenario, cluster, tier_axes.contains(&i)),
        Field::DelaysScale if scenario.delays == Delays::Zero && no_delays(cluster) => Some((
            format!("`{}` has no delays: `delays` is Zero, and it sets none", cluster.name),
            "set its delays, or leave `delays` out for the assumed ones".to_owned(),
        )),
        _ => None,
    }
}

fn no_evictions(scenario: &Scenario, cluster: &Cluster, tier_varies: bool) -> Option<(String, String)> {
    let name = &cluster.name;
    if cluster.tier == Tier::Dedicated && !tier_varies {
        let help = "set `tier: LowPriority`, or vary `tier` too";
        return Some((format!("`{name}` is dedicated: its nodes are not evicted"), help.to_owned()));
    }
    let none = match (&cluster.eviction, scenario.evictions) {
        (Some(eviction), _) => *eviction == Eviction::Never,
        (None, evictions) => evictions == Evictions::Never,
    };
    none.then(|| (format!("nothing evicts nodes of `{name}`"), "set its `eviction`".to_owned()))
}

fn no_delays(cluster: &Cluster) -> bool {
    cluster.allocation_delay.is_none()
        && cluster.boot_delay.is_none()
        && cluster.release_delay.is_none()
        && cluster.recycle_time.is_none()
}

#[cfg(test)]
mod tests;
