//! The ticks format: scenarios in which every time is in ticks and every draw is a table, results as
//! integers, both JSON. It is the meeting point of independent programs (`docs/ticks.md`).

mod diagnose;
mod json;
mod read;
mod write;

pub use diagnose::{diagnostics, run_source, unreadable};
pub use json::Json;
pub use read::read_scenario;

use crate::engine::{self, Detail, Model};
use crate::scenario::path::Path;
use serde_json::Value;

/// Something wrong with a file in the ticks format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Index of the scenario, where the file is an array.
    pub scenario: Option<usize>,
    /// Where in the file, as `[2].clusters[0].max_nodes`; for a missing key, the object that lacks it.
    pub path: Path,
    /// The rule, as a stable name.
    pub rule: &'static str,
    /// What is wrong, with the value.
    pub message: String,
    /// What to write beside the value.
    pub label: String,
    /// What to do.
    pub help: String,
}

/// Why a text got no results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TicksError {
    /// Not JSON: line and column (the first is 1), and why.
    Syntax {
        /// Line.
        line: usize,
        /// Column, in bytes.
        column: usize,
        /// Why.
        message: String,
    },
    /// Scenarios that mean nothing.
    Invalid(Vec<Problem>),
}

/// Runs the scenario, or the array of scenarios, in `text`; one result, or an array in the same order. A text
/// with an invalid scenario gets no result at all.
///
/// # Errors
/// What is wrong with the text, all of it at once.
pub fn run_text(text: &str) -> Result<Value, TicksError> {
    let json = Json::parse(text)?;
    let Json::Array(list) = &json else {
        let scenario = read_scenario(&json, None).map_err(TicksError::Invalid)?;
        return Ok(run(&scenario.model, scenario.log));
    };
    let mut problems = Vec::new();
    let mut scenarios = Vec::new();
    for (i, json) in list.iter().enumerate() {
        match read_scenario(json, Some(i)) {
            Ok(scenario) => scenarios.push(scenario),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(TicksError::Invalid(problems));
    }
    Ok(Value::Array(scenarios.iter().map(|s| run(&s.model, s.log)).collect()))
}

fn run(model: &Model, log: bool) -> Value {
    let (result, recording) = engine::run(model, Detail::All);
    write::result(model, &result, &recording, log)
}
