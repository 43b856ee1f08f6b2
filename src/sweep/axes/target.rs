//! What the path of an axis leads to.

use super::{Field, leaf};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::diagnostic::{Piece, Text};
use crate::scenario::Scenario;
use crate::scenario::difference::variant;
use crate::scenario::edit::{self, Group};
use crate::scenario::path::Path;
use serde_json::Value as Json;
use std::cell::OnceCell;

/// Most listed jobs of which single ones can be varied.
const JOBS_MAX: usize = 10_000;

/// A scenario's tree, made when an axis asks for it.
pub(super) struct Outline<'a> {
    scenario: &'a Scenario,
    /// Without listed jobs.
    small: OnceCell<Json>,
    whole: OnceCell<Json>,
}

impl<'a> Outline<'a> {
    pub(super) fn new(scenario: &'a Scenario) -> Self {
        Self { scenario, small: OnceCell::new(), whole: OnceCell::new() }
    }

    fn small(&self) -> &Json {
        self.small.get_or_init(|| {
            let mut scenario = self.scenario.clone();
            scenario.workload.jobs = Vec::new();
            edit::tree(&scenario)
        })
    }

    /// The tree in which a path stands.
    pub(super) fn tree(&self, path: &Path) -> &Json {
        if edit::is_in_jobs(path) {
            self.whole.get_or_init(|| edit::tree(self.scenario))
        } else {
            self.small()
        }
    }
}

/// What an axis is about.
pub(super) struct Target {
    pub(super) cluster: Option<usize>,
    pub(super) field: Field,
    pub(super) path: Path,
    pub(super) label: String,
    /// Without a unit.
    pub(super) column: String,
}

/// Parts of a scenario that a sweep takes as they are, and why.
const FIXED: &[(&str, &str)] = &[
    ("$schema", "it says nothing about a run"),
    ("name", "it says nothing about a run"),
    ("description", "it says nothing about a run"),
    ("resolution", "figures of different ticks are not comparable; compare two scenarios instead"),
    ("start", "the jobs' dates hang on it; use `workload.window` or several scenarios"),
    ("time_zone", "the jobs' dates hang on it; use several scenarios"),
    ("seed", "--replications runs other draws, and --seed sets it for all configurations"),
    ("expect", "all configurations are judged alike"),
    ("objective", "all configurations are judged alike"),
    ("sweep", "it is what a sweep varies"),
    ("updates", "vary the cluster's own field, or write several scenarios"),
];

pub(super) fn unknown(text: &Text, piece: Piece<'_>, message: String, help: String) -> Diagnostic {
    text.at(Code::AxisUnknown, piece, message, "cannot be varied").help(help)
}

/// What the path of an axis leads to.
pub(super) fn target(text: &Text, scenario: &Scenario, outline: &Outline<'_>) -> Result<Target, Diagnostic> {
    let path = text.path();
    let root = Path::root();
    if matches!(path.text, "load_factor" | "workload.load_factor") {
        let label = Field::LoadFactor.as_str().to_owned();
        let path = root.field("workload.load_factor");
        return Ok(Target { cluster: None, field: Field::LoadFactor, path, column: label.clone(), label });
    }
    let names: Vec<&str> = scenario.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    if let Some(rest) = path.text.strip_prefix("clusters").filter(|rest| rest.starts_with(['.', '['])) {
        let rest = path.after(path.text.len() - rest.len());
        let (i, field) = cluster_of(text, path, rest, &names)?;
        return of_cluster(text, scenario, outline, i, field);
    }
    let first = path.before(path.text.find(['.', '[']).unwrap_or(path.text.len()));
    let tree = outline.small();
    let known = |fields: &Json| fields.as_object().is_some_and(|fields| fields.contains_key(first.text));
    let special = Field::OF_CLUSTER.iter().any(|field| field.as_str() == first.text);
    if known(tree) && !special {
        return elsewhere(text, scenario, outline, path, first);
    }
    let clusters = &tree["clusters"];
    if special || known(&clusters[0]) {
        if names.len() > 1 {
            let which = names.iter().map(|name| format!("`clusters.{name}.{}`", path.text));
            let which = which.collect::<Vec<_>>().join(", ");
            let message =
                format!("the scenario has {} clusters: {:?} does not say which", names.len(), path.text);
            return Err(unknown(text, path, message, format!("write one of {which}")));
        }
        return of_cluster(text, scenario, outline, 0, path);
    }
    let help = nothing_like(first.text, &clusters[0], tree);
    Err(unknown(text, first, format!("{:?} is nothing that can be varied", first.text), help))
}

/// What was meant, among the fields of a cluster, those that a sweep adds and those of the scenario.
fn nothing_like(found: &str, cluster: &Json, root: &Json) -> String {
    let keys = |value: &Json| -> Vec<String> {
        value.as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
    };
    let mut all: Vec<String> = Field::OF_CLUSTER.iter().map(|field| field.as_str().to_owned()).collect();
    all.push("load_factor".to_owned());
    let fields = keys(cluster).into_iter().chain(keys(root));
    for name in fields {
        if !all.contains(&name) && !FIXED.iter().any(|(fixed, _)| *fixed == name) {
            all.push(name);
        }
    }
    did_you_mean("field", found, all.iter().map(String::as_str))
}

/// `.NAME.FIELD` or `[0].FIELD`: which cluster, and the path from there.
fn cluster_of<'a>(
    text: &Text,
    path: Piece<'a>,
    rest: Piece<'a>,
    names: &[&str],
) -> Result<(usize, Piece<'a>), Diagnostic> {
    let no_field = || {
        let help = "write clusters.NAME.FIELD, as clusters.cpu.max_nodes".to_owned();
        unknown(text, path, format!("{:?} names no field of a cluster", path.text), help)
    };
    if rest.text.starts_with('[') {
        let (index, field) = rest.after(1).split("].").ok_or_else(no_field)?;
        let i = index.text.parse().ok().filter(|i| *i < names.len());
        let i = i.ok_or_else(|| {
            let message = format!("the scenario has no cluster [{}]", index.text);
            unknown(text, index, message, format!("it has {}, counted from 0", names.len()))
        })?;
        return Ok((i, field));
    }
    let (name, field) = rest.after(1).split(".").ok_or_else(no_field)?;
    let i = names.iter().position(|known| *known == name.text).ok_or_else(|| {
        let help = did_you_mean("cluster", name.text, names.to_vec());
        unknown(text, name, format!("the scenario has no cluster {:?}", name.text), help)
    })?;
    Ok((i, field))
}

fn of_cluster(
    text: &Text,
    scenario: &Scenario,
    outline: &Outline<'_>,
    i: usize,
    field: Piece<'_>,
) -> Result<Target, Diagnostic> {
    let cluster = Path::root().field("clusters").index(i);
    let named = |name: &str| match scenario.clusters.len() {
        1 => name.to_owned(),
        _ => format!("{}.{name}", scenario.clusters[i].name),
    };
    if let Some(known) = Field::OF_CLUSTER.into_iter().find(|known| known.as_str() == field.text) {
        let label = named(known.as_str());
        let path = cluster.field(known.as_str());
        return Ok(Target { cluster: Some(i), field: known, path, column: label.clone(), label });
    }
    if field.text == "name" {
        let message = "a cluster's name cannot be varied".to_owned();
        return Err(unknown(text, field, message, "its jobs refer to it".to_owned()));
    }
    let node = &outline.small()["clusters"][i];
    let first = field.text.split(['.', '[']).next().unwrap_or_default();
    if node.as_object().is_some_and(|fields| !fields.contains_key(first)) {
        let message = format!("{first:?} is nothing that can be varied");
        return Err(unknown(
            text,
            field.before(first.len()),
            message,
            nothing_like(first, node, &Json::Null),
        ));
    }
    let found = leaf::resolve(text, field, node, cluster, String::new())?;
    let label = named(&found.label);
    Ok(Target { cluster: Some(i), field: Field::Leaf, path: found.path, column: label.clone(), label })
}

/// Outside the clusters.
fn elsewhere(
    text: &Text,
    scenario: &Scenario,
    outline: &Outline<'_>,
    path: Piece<'_>,
    first: Piece<'_>,
) -> Result<Target, Diagnostic> {
    if let Some((_, why)) = FIXED.iter().find(|(fixed, _)| *fixed == first.text) {
        let message = format!("`{}` cannot be varied", first.text);
        return Err(unknown(text, first, message, (*why).to_owned()));
    }
    let in_jobs = path.text.starts_with("workload.jobs");
    if in_jobs && scenario.workload.jobs.len() > JOBS_MAX {
        let message =
            format!("{} jobs are listed: single ones cannot be varied", scenario.workload.jobs.len());
        return Err(unknown(text, path, message, format!("of at most {JOBS_MAX} they can")));
    }
    let tree = match in_jobs {
        true => outline.tree(&Path::root().field("workload.jobs")),
        false => outline.small(),
    };
    let found = leaf::resolve(text, path, tree, Path::root(), String::new())?;
    let label = found.label;
    // Figures of a run have plain names, and some of them are those of the scenario's fields.
    let plain = label.chars().all(|c| c.is_alphanumeric() || c == '_');
    let column = if plain { format!("scenario.{label}") } else { label.clone() };
    Ok(Target { cluster: None, field: Field::Leaf, path: found.path, label, column })
}

/// Why what a path leads to is more than one value.
pub(super) fn not_single(text: &Text, piece: Piece<'_>, label: &str, node: &Json) -> Option<Diagnostic> {
    let first = |fields: &Json| fields.as_object().and_then(|fields| fields.keys().next().cloned());
    let (what, example) = match edit::group(node)? {
        Group::List => {
            let items = node.as_array().map(Vec::as_slice).unwrap_or_default();
            let name = items.first().and_then(|item| item["name"].as_str());
            let step = name.map_or_else(|| "[0]".to_owned(), |name| format!(".{name}"));
            let field = items.first().and_then(first).filter(|key| key != "name");
            ("a list", format!("{label}{step}.{}", field.as_deref().unwrap_or("FIELD")))
        }
        Group::Fields => {
            ("a group of fields", format!("{label}.{}", first(node).as_deref().unwrap_or("FIELD")))
        }
    };
    let message = format!("`{label}` is {what}, not one value");
    Some(unknown(text, piece, message, format!("vary a value in it, as {example}")))
}

/// The variant that a value has, with what belongs to it.
pub(super) fn variant_of(node: &Json) -> Option<(&str, &Json)> {
    node.as_object().and_then(variant)
}
