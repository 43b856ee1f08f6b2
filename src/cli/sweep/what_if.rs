//! `--what-if`: how the recommended setting and today's hold up under other circumstances.

use super::decide::Decider;
use crate::cli::error::CliError;
use crate::diagnostic::{Code, Diagnostic, Text, did_you_mean};
use crate::lowering::Loaded;
use crate::report::answer::WhatIf;
use crate::scenario::Scenario;
use crate::scenario::schema::Tier;
use crate::sweep::axes::Field;
use crate::sweep::plan::Plan;
use crate::sweep::{Progress, scale_evictions, scale_load};

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
pub(super) fn read(
    texts: &[String],
    scenario: &Scenario,
    plan: &Plan,
) -> Result<Vec<Circumstance>, Vec<Diagnostic>> {
    let dedicated = scenario.clusters.iter().all(|cluster| cluster.tier == Tier::Dedicated);
    let evicts = !dedicated || plan.axes().iter().any(|axis| axis.field == Field::Tier);
    let mut all = Vec::new();
    let mut found = Vec::new();
    for text in texts {
        let text = Text::of_flag("--what-if", text);
        let Some((name, values)) = text.whole().split("=") else {
            let message = format!("{:?} has no values", text.as_str());
            let wrong = text.at(Code::AxisValue, text.whole(), message, "no `=`");
            found.push(wrong.help("write load=1.25,1.5 or evictions=2"));
            continue;
        };
        let name = name.trimmed();
        let what = match name.text {
            "load" => What::Load,
            "evictions" => What::Evictions,
            other => {
                let message = format!("{other:?} is no circumstance");
                let help = did_you_mean("circumstance", other, ["load", "evictions"]);
                found.push(text.at(Code::AxisUnknown, name, message, "unknown").help(help));
                continue;
            }
        };
        if what == What::Evictions && !evicts {
            let message = "no cluster is of low priority: nothing is evicted";
            let wrong = text.at(Code::AxisConflict, name, message, "without effect");
            found.push(wrong.help("set `tier: LowPriority`, or vary `tier` too"));
            continue;
        }
        for value in values.entries() {
            match value.text.parse::<f64>() {
                Ok(factor) if (0.0..=1e6).contains(&factor) && (factor > 0.0 || what == What::Evictions) => {
                    all.push(Circumstance { what, factor, text: value.text.to_owned() });
                }
                _ => {
                    let from = if what == What::Load { "above" } else { "from" };
                    let message = format!("{:?} is no factor", value.text);
                    let help = format!("write a number {from} 0 and at most 1,000,000, as 1.5");
                    found.push(text.at(Code::AxisValue, value, message, "not a factor").help(help));
                }
            }
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
    pub(super) progress: &'a Progress,
}

impl Tried<'_> {
    /// Each circumstance with the recommended setting and with today's. `None`: it was asked to stop.
    pub(super) fn all(
        &self,
        circumstances: &[Circumstance],
        index: u64,
    ) -> Result<Option<Vec<WhatIf>>, CliError> {
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
                // More load brings the same jobs in less time, and so costs more a week.
                let faster = if circumstance.what == What::Load { circumstance.factor } else { 1.0 };
                let replications = self.replications.clone();
                let point = self.decider.under(
                    change,
                    faster,
                    self.loaded,
                    self.seed,
                    replications,
                    self.progress,
                )?;
                let Some(point) = point else { return Ok(None) };
                found.push(WhatIf {
                    name: name.clone(),
                    setting,
                    verdict: point.verdict,
                    objective: point.objective,
                    cost: point.cost,
                    latency_s: point.latency_s,
                });
            }
        }
        Ok(Some(found))
    }
}
