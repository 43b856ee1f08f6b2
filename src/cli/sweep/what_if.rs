//! `--what-if`: how the recommended setting and today's hold up under other circumstances.

use super::decide::Decider;
use crate::cli::error::CliError;
use crate::diagnostic::{Code, Diagnostic, Source, did_you_mean};
use crate::lowering::Loaded;
use crate::report::answer::WhatIf;
use crate::scenario::Scenario;
use crate::sweep::plan::{Plan, scale_evictions, scale_load};
use std::sync::Arc;

/// What changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Load,
    Evictions,
}

/// One circumstance.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Circumstance {
    what: What,
    factor: f64,
    /// As written.
    text: String,
}

/// Most circumstances of a sweep.
const MOST: usize = 64;

/// Reads `load=1.25,1.5` and `evictions=2`.
pub(super) fn read(texts: &[String]) -> Result<Vec<Circumstance>, Vec<Diagnostic>> {
    let mut all = Vec::new();
    let mut found = Vec::new();
    for text in texts {
        let source = Arc::new(Source::new("--what-if", text.as_str()));
        let wrong = |code, message: String, at: std::ops::Range<usize>, help: String| {
            Diagnostic::new(code, message).at(&source, at, "here").help(help)
        };
        let Some((name, values)) = text.split_once('=') else {
            let message = format!("{text:?} has no values");
            let help = "write load=1.25,1.5 or evictions=2".to_owned();
            found.push(wrong(Code::AxisValue, message, 0..text.len(), help));
            continue;
        };
        let what = match name.trim() {
            "load" => What::Load,
            "evictions" => What::Evictions,
            other => {
                let message = format!("{other:?} is no circumstance");
                let help = did_you_mean("circumstance", other, ["load", "evictions"]);
                found.push(wrong(Code::AxisUnknown, message, 0..name.len(), help));
                continue;
            }
        };
        let mut at = name.len() + 1;
        for value in values.split(',') {
            match value.trim().parse::<f64>() {
                Ok(factor) if (0.0..=1e6).contains(&factor) && (factor > 0.0 || what == What::Evictions) => {
                    all.push(Circumstance { what, factor, text: value.trim().to_owned() });
                }
                _ => {
                    let message = format!("{:?} is no factor", value.trim());
                    let help = "write a number above 0 and at most 1,000,000, as 1.5".to_owned();
                    found.push(wrong(Code::AxisValue, message, at..at + value.len(), help));
                }
            }
            at += value.len() + 1;
        }
    }
    if all.len() > MOST {
        let message = format!("{} circumstances are too many", all.len());
        found.push(Diagnostic::new(Code::SweepTooLarge, message).help(format!("take at most {MOST}")));
    }
    if found.is_empty() { Ok(all) } else { Err(found) }
}

/// What is tried.
pub(super) struct Tried<'a> {
    pub(super) decider: &'a Decider,
    pub(super) loaded: &'a Loaded,
    pub(super) plan: &'a Plan,
    pub(super) seed: Option<u64>,
    pub(super) replications: std::ops::Range<u32>,
}

impl Tried<'_> {
    /// Each circumstance with the recommended setting and with today's.
    pub(super) fn all(&self, circumstances: &[Circumstance], index: u64) -> Result<Vec<WhatIf>, CliError> {
        let mut found = Vec::new();
        for circumstance in circumstances {
            let noun = match circumstance.what {
                What::Load => "load",
                What::Evictions => "evictions",
            };
            let name = format!("{noun} × {}", circumstance.text);
            for (setting, recommended) in [("recommended", true), ("today", false)] {
                let change = |scenario: &mut Scenario| {
                    if recommended {
                        self.plan.write_into(scenario, index);
                    }
                    match circumstance.what {
                        What::Load => scale_load(scenario, circumstance.factor),
                        What::Evictions => scale_evictions(scenario, circumstance.factor),
                    }
                };
                let replications = self.replications.clone();
                let tried =
                    self.decider.what_if(self.loaded, self.seed, replications, &name, setting, change);
                found.push(tried?);
            }
        }
        Ok(found)
    }
}
