//! What can be said about a scenario without running or drawing anything: names, times, ranges, currencies.
//!
//! What concerns jobs is checked where they are made (`crate::workload`); the rules of the gate at load are
//! `crate::engine`'s. All mistakes are told at once, each at its place in the text.

mod clusters;
mod money;
mod region;
mod top;

pub(crate) use clusters::alike;

use super::Scenario;
use super::locate::Tree;
use super::parse::Parsed;
use super::path::Path;
use crate::diagnostic::{Code, Diagnostic};
use crate::units::{Resolution, TICK_END, TimeSpan};
use std::cell::OnceCell;

/// Counts of nodes and vCPUs stay below 2^31, as times do.
pub const COUNT_END: u64 = TICK_END as u64;

/// Every mistake of a scenario that shows without its jobs, and warnings.
#[must_use]
pub fn check(parsed: &Parsed) -> Vec<Diagnostic> {
    let mut checker =
        Checker { scenario: &parsed.scenario, parsed, tree: OnceCell::new(), found: Vec::new() };
    checker.top();
    checker.clusters();
    checker.region();
    checker.money();
    checker.found
}

struct Checker<'a> {
    scenario: &'a Scenario,
    parsed: &'a Parsed,
    /// Made when there is something to say.
    tree: OnceCell<Tree<'a>>,
    found: Vec<Diagnostic>,
}

impl<'a> Checker<'a> {
    fn tree(&self) -> &Tree<'a> {
        self.tree.get_or_init(|| self.parsed.tree())
    }

    /// Notes a diagnostic at the value of a path.
    fn say(
        &mut self,
        code: Code,
        path: &Path,
        message: impl Into<String>,
        label: &str,
        help: impl Into<Box<str>>,
    ) {
        let span = self.tree().find(path).span;
        self.found.push(Diagnostic::new(code, message).at(&self.parsed.source, span, label).help(help));
    }

    /// The same at the key of a path's last field.
    fn say_at_key(&mut self, code: Code, path: &Path, message: &str, label: &str, help: &str) {
        let span = self.tree().find_key(path).unwrap_or_else(|| self.tree().find(path).span);
        self.found.push(Diagnostic::new(code, message).at(&self.parsed.source, span, label).help(help));
    }

    /// A time has to be a whole number of ticks below 2^31.
    fn time(&mut self, path: &Path, span: TimeSpan) {
        let resolution = self.scenario.resolution;
        let name = path.last_field().unwrap_or("the time");
        match span.to_ticks(resolution) {
            Ok(ticks) if ticks < COUNT_END => {}
            Ok(_) => self.say(
                Code::TimeTooLong,
                path,
                format!("`{name}` is {span}: 2^31 ticks of {resolution} or more"),
                "too long",
                match coarser(span) {
                    Some(fits) => {
                        format!("set `resolution: \"{fits}\"` or a coarser one, or write a shorter time")
                    }
                    None => "write a shorter time".to_owned(),
                },
            ),
            Err(fits) => self.say(
                Code::BetweenTicks,
                path,
                format!("`{name}` is {span}: not a whole number of ticks of {resolution}"),
                "between two ticks",
                match fits {
                    Some(fits) => format!("set `resolution: \"{fits}\"`, or round it"),
                    None => "round it: the finest resolution is 1ms".to_owned(),
                },
            ),
        }
    }

    fn optional_time(&mut self, path: &Path, span: Option<TimeSpan>) {
        if let Some(span) = span {
            self.time(path, span);
        }
    }

    /// A count of nodes or vCPUs has to be below 2^31.
    fn count(&mut self, path: &Path, count: u64) {
        if count >= COUNT_END {
            let name = path.last_field().unwrap_or("the number").to_owned();
            self.say(
                Code::OverLimit,
                path,
                format!("`{name}` is {count}"),
                "over the limit",
                format!("numbers of nodes and vCPUs stay below 2^31 = {COUNT_END}"),
            );
        }
    }

    fn optional_count(&mut self, path: &Path, count: Option<u64>) {
        if let Some(count) = count {
            self.count(path, count);
        }
    }

    /// A name that only has to be readable. `false` where it is not, which was told.
    fn name(&mut self, path: &Path, name: &str) -> bool {
        let wrong = if name.trim().is_empty() {
            "it is empty"
        } else if name.chars().count() > 120 {
            "it is longer than 120 characters"
        } else if name.chars().any(char::is_control) {
            "it has control characters"
        } else {
            return true;
        };
        self.say(
            Code::BadName,
            path,
            format!("this is no name: {wrong}"),
            "not a name",
            "write a short, readable name",
        );
        false
    }
}

/// A number for a message; with an exponent where it has hundreds of digits.
fn number(value: f64) -> String {
    let text = value.to_string();
    if text.len() > 24 { format!("{value:e}") } else { text }
}

/// The finest resolution in which a time stays below 2^31 ticks.
fn coarser(span: TimeSpan) -> Option<Resolution> {
    let fits = |r: &Resolution| span.ns() / r.ns() < COUNT_END && span.ns().is_multiple_of(r.ns());
    Resolution::COARSEST_FIRST.into_iter().rev().find(fits)
}

#[cfg(test)]
mod tests;
