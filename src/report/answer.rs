//! The answer of a sweep: what to set, what it costs, and how sure that is.
//!
//! [`Answer::of`] draws it from a [`Surface`] alone; what only a run of the winner tells ([`Detail`]) and what the caller
//! tried beyond the sweep ([`WhatIf`]) are added by whoever can run configurations. [`human`] is the terminal's text,
//! [`json`] is `answer.json`.

mod human;
mod json;
mod tables;

pub use human::{confirmed_human, human, too_few};
pub use json::{Confirmed, Entry, Json, Searched, json};

use crate::report::objective::Objective;
use crate::stats::surface::best::{Rival, Slack, beside, nearest, not_separated, ranked, rivals, slack};
use crate::stats::surface::effects::{Effects, Untold, effects};
use crate::stats::surface::front::{OnFront, front};
use crate::stats::surface::{Surface, Verdict};
use crate::stats::{Estimate, Paired};

/// Configurations shown after the best one.
const RUNNERS_UP: usize = 5;

/// What running a configuration again tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detail {
    /// By constraint: in how many replications it alone holds.
    pub held_in: Vec<usize>,
    /// By constraint: its value.
    pub values: Vec<f64>,
    /// By constraint: whether all replications together hold it.
    pub held: Vec<bool>,
    /// What most of the waiting is for, and its share of all waiting; `None`: nobody waits.
    pub waiting_for: Option<(&'static str, f64)>,
}

/// What becomes of a setting under other circumstances.
#[derive(Clone, Debug, PartialEq)]
pub struct WhatIf {
    /// The circumstance, as `load × 1.25`.
    pub name: String,
    /// The setting: `recommended` or `today`.
    pub setting: &'static str,
    /// Its verdict there.
    pub verdict: Verdict,
    /// What is minimised.
    pub objective: f64,
    /// Cost.
    pub cost: f64,
    /// Latency of the charts [s].
    pub latency_s: f64,
}

impl WhatIf {
    /// The setting as people read it. `holds`: whether it holds the constraints as things are; what does not is the nearest,
    /// and nobody recommends it.
    fn setting_in_words(&self, holds: bool) -> &'static str {
        if self.setting == "recommended" && !holds { "nearest" } else { self.setting }
    }
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// What was found.
    pub surface: &'a Surface,
    /// What was asked.
    pub objective: &'a Objective,
    /// The best configuration that holds the constraints.
    pub best: Option<usize>,
    /// Where none does, the nearest.
    pub nearest: Option<usize>,
    /// The objective of the best, or of the nearest.
    pub estimate: Option<Estimate>,
    /// It against the scenario as written, by replication.
    pub against_today: Option<Paired>,
    /// The next best.
    pub runners_up: Vec<Rival>,
    /// How many configurations chance alone could put first; `None` with one replication.
    pub not_separated: Option<usize>,
    /// Factors that could be set otherwise without harm.
    pub slack: Vec<Slack>,
    /// Configurations by [`Verdict`].
    pub counts: [usize; Verdict::ALL.len()],
    /// The front.
    pub front: Vec<OnFront>,
    /// What matters for the objective.
    pub objective_effects: Result<Effects, Untold>,
    /// What matters for the latency.
    pub latency_effects: Result<Effects, Untold>,
    /// What a run of the best, or of the nearest, tells.
    pub detail: Option<Detail>,
    /// Other circumstances.
    pub what_if: Vec<WhatIf>,
}

impl<'a> Answer<'a> {
    /// From what was found.
    #[must_use]
    pub fn of(surface: &'a Surface, objective: &'a Objective) -> Self {
        let first = ranked(surface, RUNNERS_UP + 1);
        let best = first.first().copied();
        let nearest = if best.is_none() { nearest(surface) } else { None };
        let of_chosen = |point: usize| surface.objectives_of(point);
        let chosen = best.or(nearest);
        let mut counts = [0; Verdict::ALL.len()];
        for point in &surface.points {
            counts[point.verdict as usize] += 1;
        }
        Self {
            surface,
            objective,
            best,
            nearest,
            estimate: chosen.and_then(|point| Estimate::of(of_chosen(point))),
            against_today: chosen.and_then(|point| beside(&surface.today_objectives, of_chosen(point))),
            runners_up: best.map(|best| rivals(surface, best, &first[1..])).unwrap_or_default(),
            not_separated: best.and_then(|best| not_separated(surface, best)),
            slack: best.map(|best| slack(surface, best)).unwrap_or_default(),
            counts,
            front: front(surface),
            objective_effects: effects(surface, |point| point.objective),
            latency_effects: effects(surface, |point| point.latency_s),
            detail: None,
            what_if: Vec::new(),
        }
    }

    /// The best configuration, or the nearest.
    #[must_use]
    pub fn chosen(&self) -> Option<usize> {
        self.best.or(self.nearest)
    }

    /// Whether today's settings are the best ones.
    #[must_use]
    pub fn is_today(&self) -> bool {
        let levels = self.best.map(|best| self.surface.levels_of(best));
        let Some(levels) = levels else { return false };
        self.surface.today_levels.iter().zip(levels).all(|(today, own)| *today == Some(*own))
    }
}

#[cfg(test)]
mod tests;
