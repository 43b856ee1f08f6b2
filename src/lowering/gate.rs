//! The submit gate, looked up: which jobs it refuses and why. The reason follows from the limits and quotas in force
//! at the submission (model, section 7).

use crate::engine::input::{Input, LockInput, LockLevel, QuotaKey, Tier, UNLIMITED};
use crate::units::Tick;

/// Limits and quotas over time.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    clusters: Vec<ClusterGate>,
    /// (from, cluster, new max), in the order in which they take effect.
    max_nodes: Vec<(Tick, u32, u32)>,
    /// (from, quota, vCPUs), in the order in which they take effect.
    quotas: Vec<(Tick, QuotaKey, u32)>,
}

#[derive(Clone, Debug)]
struct ClusterGate {
    max_nodes: u32,
    other_limit: u32,
    communication: bool,
    vcpus: u32,
    quotas: [Option<QuotaKey>; 3],
}

/// Why the submit gate refused a job; the first rule that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rejection {
    /// More nodes than the limit in force.
    Nodes {
        /// Nodes of the job.
        nodes: u32,
        /// Limit in force.
        limit: u32,
    },
    /// More vCPUs than a quota.
    Quota {
        /// The quota.
        quota: QuotaKey,
        /// Its figure in force.
        vcpus: u32,
        /// Nodes of the job.
        nodes: u32,
        /// Their vCPUs.
        needed: u64,
    },
    /// Communicates, and the cluster does not.
    Communication {
        /// Nodes of the job.
        nodes: u32,
    },
}

impl Gate {
    /// What can be looked up later, before the run consumes its input.
    #[must_use]
    pub fn of(input: &Input) -> Self {
        let clusters = input.clusters.iter().map(|c| ClusterGate {
            max_nodes: c.max_nodes,
            other_limit: c
                .subnet
                .and_then(|s| input.subnets.get(s as usize).copied())
                .unwrap_or(UNLIMITED)
                .min(c.communication_limit),
            communication: c.communication,
            vcpus: c.vcpus,
            quotas: match c.tier {
                Tier::Dedicated => [
                    Some(QuotaKey::Family(c.family)),
                    Some(QuotaKey::TotalDedicated),
                    Some(QuotaKey::Workspace(c.family)),
                ],
                Tier::LowPriority => [Some(QuotaKey::LowPriority), None, None],
            },
        });
        // A read-only lock refuses the updates that fall into it.
        let locked = |t: Tick| input.locks.iter().any(|l| l.level == LockLevel::ReadOnly && covers(l, t));
        let mut max_nodes: Vec<_> = input
            .updates
            .iter()
            .filter(|u| !locked(u.t))
            .filter_map(|u| u.max_nodes.map(|max| (u.t, u.cluster, max)))
            .collect();
        max_nodes.sort_by_key(|(t, ..)| *t);
        let mut quotas: Vec<_> = input.quotas.iter().map(|q| (0, q.quota, q.vcpus)).collect();
        quotas.extend(input.quota_steps.iter().map(|s| (s.t, s.quota, s.vcpus)));
        quotas.sort_by_key(|(t, ..)| *t);
        Self { clusters: clusters.collect(), max_nodes, quotas }
    }

    /// Most nodes of a cluster that its quotas ever admit, and the quota that does; `None`: they do not bind.
    #[must_use]
    pub fn most_nodes(&self, cluster: usize) -> Option<(u32, QuotaKey, u32)> {
        let gate = self.clusters.get(cluster)?;
        let most = |quota: QuotaKey| {
            let given =
                self.quotas.iter().filter(|(_, of, _)| *of == quota).map(|(.., vcpus)| *vcpus).max()?;
            // Before its first step a quota that only steps name is unlimited.
            let from_0 = self.quotas.iter().any(|(t, of, _)| *of == quota && *t == 0);
            (from_0 && given != UNLIMITED).then(|| (given / gate.vcpus.max(1), quota, given))
        };
        gate.quotas.iter().flatten().filter_map(|quota| most(*quota)).min_by_key(|most| most.0)
    }

    /// Why a job of `nodes` nodes submitted at `t` is refused; `None`: it is not. Jobs are taken to communicate:
    /// where nothing else refuses a job that was refused, that did.
    #[must_use]
    pub fn rejection(&self, cluster: u32, t: Tick, nodes: u32) -> Option<Rejection> {
        let gate = self.clusters.get(cluster as usize)?;
        let max_nodes = in_force(&self.max_nodes, t, cluster).unwrap_or(gate.max_nodes);
        let limit = max_nodes.min(gate.other_limit);
        if nodes > limit {
            return Some(Rejection::Nodes { nodes, limit });
        }
        let needed = u64::from(nodes) * u64::from(gate.vcpus);
        for quota in gate.quotas.iter().flatten().copied() {
            let vcpus = in_force(&self.quotas, t, quota).unwrap_or(UNLIMITED);
            if vcpus != UNLIMITED && needed > u64::from(vcpus) {
                return Some(Rejection::Quota { quota, vcpus, nodes, needed });
            }
        }
        (nodes > 1 && !gate.communication).then_some(Rejection::Communication { nodes })
    }
}

/// The last value that a change up to `t` gave to a key.
fn in_force<K: PartialEq>(changes: &[(Tick, K, u32)], t: Tick, key: K) -> Option<u32> {
    let until_now = changes.iter().take_while(|(from, ..)| *from <= t);
    until_now.filter(|(_, of, _)| *of == key).last().map(|(.., value)| *value)
}

fn covers(lock: &LockInput, t: Tick) -> bool {
    lock.from <= t && lock.to.is_none_or(|to| t < to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::input::{ClusterInput, QuotaInput, QuotaStep, UpdateInput};

    fn input() -> Input {
        let cluster = ClusterInput { max_nodes: 3, vcpus: 4, family: 7, ..ClusterInput::default() };
        Input {
            clusters: vec![cluster.clone(), ClusterInput { communication: false, max_nodes: 9, ..cluster }],
            quotas: vec![QuotaInput { quota: QuotaKey::TotalDedicated, vcpus: 16 }],
            quota_steps: vec![QuotaStep { t: 50, quota: QuotaKey::TotalDedicated, vcpus: 8 }],
            updates: vec![
                UpdateInput {
                    t: 100,
                    cluster: 0,
                    min_nodes: None,
                    max_nodes: Some(5),
                    idle_time: None,
                    identities: None,
                },
                UpdateInput {
                    t: 200,
                    cluster: 0,
                    min_nodes: None,
                    max_nodes: Some(9),
                    idle_time: None,
                    identities: None,
                },
            ],
            locks: vec![LockInput { from: 150, to: Some(250), level: LockLevel::ReadOnly }],
            ..Input::default()
        }
    }

    #[test]
    fn limits_and_quotas_are_those_in_force_at_the_submission() {
        let gate = Gate::of(&input());
        let quota = |vcpus, nodes| {
            Some(Rejection::Quota {
                quota: QuotaKey::TotalDedicated,
                vcpus,
                nodes,
                needed: u64::from(nodes) * 4,
            })
        };
        assert_eq!(gate.rejection(0, 99, 4), Some(Rejection::Nodes { nodes: 4, limit: 3 }));
        assert_eq!(gate.rejection(0, 49, 3), None);
        assert_eq!(gate.rejection(0, 50, 3), quota(8, 3), "the step holds from its own instant on");
        assert_eq!(gate.rejection(0, 100, 5), quota(8, 5), "the update made room, the quota does not");
        let above = Some(Rejection::Nodes { nodes: 6, limit: 5 });
        assert_eq!(gate.rejection(0, 300, 6), above, "the read-only lock refused the second update");
        assert_eq!(gate.rejection(1, 0, 2), Some(Rejection::Communication { nodes: 2 }));
        assert_eq!(gate.rejection(1, 0, 1), None);
    }
}
