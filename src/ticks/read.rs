//! From JSON to an engine input: types, ranges, defaults. What the values mean together is checked by the
//! engine's gate.

mod at;
mod cluster;
mod fields;
mod reader;
mod scenario;

use super::{Json, Problem};
use crate::engine::{Model, Place, Refusal};
use crate::scenario::path::Path;
use at::At;
use reader::Reader;

/// A scenario that can be run.
#[derive(Debug)]
pub struct TicksScenario {
    /// Ready to run.
    pub model: Model,
    /// Whether the result has the event log.
    pub log: bool,
}

/// Reads one scenario; `index` is its place, where the file is an array.
///
/// # Errors
/// All that is wrong with it: types and ranges, or else the rules of the gate.
pub fn read_scenario(json: &Json, index: Option<usize>) -> Result<TicksScenario, Vec<Problem>> {
    let mut reader = Reader { scenario: index, ..Reader::default() };
    let root = At::ROOT;
    let at = index.map_or(root, |i| root.index(i));
    let (input, log) = reader.object(json, at, Reader::scenario);
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let model = Model::new(input).map_err(|refusals| {
        refusals.into_iter().map(|r| reader.refused(r, &at.path())).collect::<Vec<_>>()
    })?;
    Ok(TicksScenario { model, log })
}

impl Reader {
    /// A refusal of the gate, with its place as a path.
    fn refused(&self, refusal: Refusal, root: &Path) -> Problem {
        let entry = |list, i| root.field(list).index(i);
        let path = match refusal.place {
            Place::Scenario(field) => root.field(field),
            Place::Cluster(i, field) => entry("clusters", i).field(field),
            Place::Job(i, field) => entry("jobs", i).field(field),
            Place::Update(i, field) => entry("updates", i).field(field),
            Place::Quota(i) => {
                let keys = self.quota_keys.get(i).map_or(&[][..], Vec::as_slice);
                keys.iter().fold(root.field("quotas"), |path, key| path.key(key))
            }
            Place::QuotaStep(i) => entry("quota_steps", i),
            Place::OutsideUsage(i) => entry("outside_usage", i),
            Place::Subnet(i) => match self.subnets.name(i as u32) {
                Some(name) => root.field("subnets").key(name),
                None => root.field("subnets"),
            },
            Place::Lock(i) => entry("locks", i),
        };
        Problem {
            scenario: self.scenario,
            path,
            rule: refusal.rule,
            message: refusal.message,
            label: String::new(),
            help: refusal.help,
        }
    }
}
