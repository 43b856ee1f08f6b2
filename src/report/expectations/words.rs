//! How a threshold reads.

use super::Threshold;
use crate::report::units::{duration_s, money, percent, percent_down, whole};
use crate::units::TimeSpan;

impl Threshold {
    /// The condition: `wait p95 on train-gpu ≤ 10m`.
    #[must_use]
    pub fn condition(&self, currency: &str) -> String {
        let sign = if self.bound == "at_least" { "≥" } else { "≤" };
        let limit = match self.unit.as_str() {
            "s" => exact_s(self.limit),
            unit => show(self.limit, unit, currency),
        };
        let cluster = self.cluster.as_ref().map_or(String::new(), |c| format!(" on {c}"));
        format!("{}{cluster} {sign} {limit}", self.figure)
    }

    /// The value judged.
    #[must_use]
    pub fn judged(&self, currency: &str) -> String {
        let Some(value) = self.value else {
            return match self.unit.as_str() {
                _ if self.met => "–",
                "s" => "never",
                _ => "unknown",
            }
            .to_owned();
        };
        // Rounded, a missed threshold could read as if it were met.
        match self.unit.as_str() {
            "s" if duration_s(value) == duration_s(self.limit) => exact_s(value),
            "share" if percent(value) == percent(self.limit) || self.figure.starts_with("started") => {
                percent_down(value)
            }
            unit => show(value, unit, currency),
        }
    }

    /// What stands beside the value.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let within = |share| format!("{} within {}", percent_down(share), exact_s(self.limit));
        let doubt = self.doubt.map(|code| format!("judged on a rate that {code} doubts"));
        self.within_share.map(within).into_iter().chain(doubt).collect()
    }
}

/// A duration to the millisecond, as a scenario would write it.
fn exact_s(seconds: f64) -> String {
    // `as` saturates; a threshold is finite and not negative.
    TimeSpan::from_ns((seconds * 1000.0).round() as u64 * 1_000_000).to_string()
}

fn show(value: f64, unit: &str, currency: &str) -> String {
    match unit {
        "s" => duration_s(value),
        "share" => percent(value),
        "jobs" => whole(value as u64),
        _ => money(value, currency),
    }
}
