//! The scenario's own fields, locks, updates and expectations.

use super::clusters::alike;
use super::{Checker, number};
use crate::diagnostic::{Code, did_you_mean};
use crate::scenario::path::Path;
use crate::scenario::schema::{Expect, Log, Policy};
use crate::units::TimeSpan;

impl Checker<'_> {
    pub(super) fn top(&mut self) {
        let scenario = self.scenario;
        let root = Path::root();
        self.optional_time(&root.field("horizon"), scenario.horizon);
        if let (None, Some(zone)) = (&scenario.start, &scenario.time_zone)
            && zone != "UTC"
            // Dates in logs are in this zone, and give the start.
            && !scenario.workload.logs.iter().any(Log::has_dates)
        {
            let (message, help) =
                ("`time_zone` says nothing without `start`", "set `start`, or leave it out");
            self.say(Code::NoEffect, &root.field("time_zone"), message, "without effect", help);
        }
        for (i, lock) in scenario.locks.iter().enumerate() {
            let path = root.field("locks").index(i);
            self.time(&path.field("from"), lock.from);
            self.optional_time(&path.field("to"), lock.to);
        }
        self.updates();
        for (i, expect) in scenario.expect.iter().enumerate() {
            self.expect(&root.field("expect").index(i), expect);
        }
    }

    fn updates(&mut self) {
        let scenario = self.scenario;
        for (i, update) in scenario.updates.iter().enumerate() {
            let path = Path::root().field("updates").index(i);
            self.time(&path.field("at"), update.at);
            self.optional_time(&path.field("idle_time"), update.idle_time);
            self.optional_count(&path.field("min_nodes"), update.min_nodes);
            self.optional_count(&path.field("max_nodes"), update.max_nodes);
            self.cluster_name(&path.field("cluster"), &update.cluster);
            let is_static = |c: &&crate::scenario::schema::Cluster| {
                c.name == update.cluster && c.policy == Policy::Static
            };
            if let (Some(min), Some(cluster)) = (update.min_nodes, scenario.clusters.iter().find(is_static))
                && min != update.max_nodes.unwrap_or(cluster.max_nodes)
            {
                self.say(
                    Code::StaticMinNodes,
                    &path.field("min_nodes"),
                    format!("`{}` is static: its min_nodes is its max_nodes", cluster.name),
                    "another minimum",
                    "set max_nodes only",
                );
            }
            let nothing = update.min_nodes.is_none()
                && update.max_nodes.is_none()
                && update.idle_time.is_none()
                && update.identity.is_none();
            if nothing {
                let help = "set min_nodes, max_nodes, idle_time or identity";
                self.say(
                    Code::NoEffect,
                    &path.field("at"),
                    "this update changes nothing",
                    "an empty update",
                    help,
                );
            }
        }
    }

    /// The name of a cluster that is described.
    pub(super) fn cluster_name(&mut self, path: &Path, name: &str) {
        let names = self.scenario.clusters.iter().map(|cluster| cluster.name.as_str());
        // Whoever writes the name that a cluster should have makes no second mistake.
        let follows =
            names.clone().any(|known| super::clusters::wrong_name(known).is_some() && alike(known, name));
        if !follows && !names.clone().any(|known| known == name) {
            let help = did_you_mean("cluster", name, names);
            self.say(
                Code::UnknownCluster,
                path,
                format!("there is no cluster `{name}`"),
                "not a cluster",
                help,
            );
        }
    }

    fn expect(&mut self, path: &Path, expect: &Expect) {
        let (variant, cluster): (&'static str, &Option<String>) = match expect {
            Expect::WaitAtMost { percentile, limit, cluster } => {
                self.percentile_limit(&path.field("WaitAtMost"), *percentile, *limit);
                ("WaitAtMost", cluster)
            }
            Expect::TurnaroundAtMost { percentile, limit, cluster } => {
                self.percentile_limit(&path.field("TurnaroundAtMost"), *percentile, *limit);
                ("TurnaroundAtMost", cluster)
            }
            Expect::MeanWaitAtMost { limit, cluster } => {
                self.time(&path.field("MeanWaitAtMost.limit"), *limit);
                ("MeanWaitAtMost", cluster)
            }
            Expect::CostAtMost { cluster, .. } => ("CostAtMost", cluster),
            Expect::CostPerDayAtMost { cluster, .. } => ("CostPerDayAtMost", cluster),
            Expect::StartedWithin { limit, share, cluster } => {
                self.time(&path.field("StartedWithin.limit"), *limit);
                self.share(&path.field("StartedWithin.share"), *share);
                ("StartedWithin", cluster)
            }
            Expect::UtilisationAtLeast { share, cluster } => {
                self.share(&path.field("UtilisationAtLeast.share"), *share);
                ("UtilisationAtLeast", cluster)
            }
            Expect::RejectedAtMost(_) | Expect::FailedAtMost(_) | Expect::UnfinishedAtMost(_) => return,
        };
        if let Some(name) = cluster {
            self.cluster_name(&path.field(variant).field("cluster"), name);
        }
    }

    fn share(&mut self, path: &Path, share: f64) {
        if !(0.0..=1.0).contains(&share) {
            let help = match (2.0..=100.0).contains(&share) {
                true => format!("write {} for {share} %", share / 100.0),
                false => "write 0.7 for 70 %".to_owned(),
            };
            let message = format!("a share of {}", number(share));
            self.say(Code::BadShare, path, message, "not between 0 and 1", help);
        }
    }

    fn percentile_limit(&mut self, path: &Path, percentile: f64, limit: TimeSpan) {
        self.time(&path.field("limit"), limit);
        if per_mille(percentile).is_none() {
            let help = match (0.0..1.0).contains(&percentile) && percentile > 0.0 {
                true => format!("percentiles are per cent: write {}", percentile * 100.0),
                false => "write a number from 0.1 to 100, in steps of 0.1".to_owned(),
            };
            let message = format!("there is no percentile {}", number(percentile));
            self.say(Code::BadPercentile, &path.field("percentile"), message, "out of range", help);
        }
    }
}

/// A percentile in whole per mille, 1 to 1000.
#[must_use]
pub(crate) fn per_mille(percentile: f64) -> Option<u32> {
    let scaled = percentile * 10.0;
    let rounded = scaled.round();
    // 99.9 · 10 is not 999 to the last bit.
    ((1.0..=1000.0).contains(&rounded) && (scaled - rounded).abs() < 1e-9).then_some(rounded as u32)
}
