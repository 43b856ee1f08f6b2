//! The event log read again: nothing happens that the contract forbids at that tick. Quotas, limits and locks
//! are taken from the input, who holds what from the log and the timeline.

use super::cases;
use crate::support::random::{binds, input, model};
use nodetide::engine::input::{Discipline, Input, LockEffect, LockLevel, QuotaKey, Tier, UNLIMITED};
use nodetide::engine::output::{Event, EventKind, NodeRecord, Outcome, State, TimelineRow};
use nodetide::engine::{self, Detail, Model, Recording, RunResult};
use nodetide::units::{NEVER, Tick};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn nothing_forbidden_happens(input in input()) {
        let model = model(&input);
        let (result, recording) = engine::run(&model, Detail::All);
        let replay = Replay { input: &input, model: &model, result: &result, recording: &recording };
        replay.slots_are_held_once();
        replay.attempts_run_on_idle_nodes();
        replay.settings_follow_the_updates();
        replay.requests_and_releases_are_allowed();
        replay.queue_times_are_those_of_the_log();
    }
}

struct Replay<'a> {
    input: &'a Input,
    model: &'a Model,
    result: &'a RunResult,
    recording: &'a Recording,
}

/// One attempt of a job: when, and on which slots.
struct Attempt {
    start: Tick,
    end: Tick,
    slots: Vec<u32>,
}

/// The value in force at `t` of a list of steps, the later entry winning among equal times.
fn in_force<T: Copy>(steps: impl Iterator<Item = (Tick, T)>, t: Tick, before: T) -> T {
    let due = steps.enumerate().filter(|(_, (at, _))| *at <= t);
    due.max_by_key(|(i, (at, _))| (*at, *i)).map_or(before, |(_, (_, value))| value)
}

impl Replay<'_> {
    fn clusters(&self) -> std::ops::Range<usize> {
        0..self.input.clusters.len()
    }

    fn events(&self, cluster: usize, kind: EventKind) -> impl Iterator<Item = &Event> {
        let of = move |e: &&Event| e.cluster as usize == cluster && e.kind == kind;
        self.recording.events.iter().filter(of)
    }

    /// The state of a cluster at the end of the instant `t`.
    fn row(&self, cluster: usize, t: Tick) -> &TimelineRow {
        let mut rows = self.recording.timeline.iter().filter(|r| r.cluster as usize == cluster && r.t <= t);
        rows.next_back().expect("a row at 0")
    }

    fn held(&self, cluster: usize, t: Tick) -> u32 {
        self.row(cluster, t).nodes.iter().sum()
    }

    fn nodes(&self, cluster: usize) -> impl Iterator<Item = &NodeRecord> {
        self.recording.nodes.iter().filter(move |n| n.cluster as usize == cluster)
    }

    /// No slot has two nodes at once.
    fn slots_are_held_once(&self) {
        for c in self.clusters() {
            let mut by_slot: BTreeMap<u32, Vec<&NodeRecord>> = BTreeMap::new();
            for node in self.nodes(c) {
                by_slot.entry(node.slot).or_default().push(node);
            }
            // Ordinals are in order of request, so each is gone before the next comes.
            for nodes in by_slot.values() {
                for pair in nodes.windows(2) {
                    assert!(pair[0].gone <= pair[1].requested, "{pair:?}");
                }
            }
        }
    }

    /// The attempts of a job, from the log.
    fn attempts(&self, id: usize) -> Vec<Attempt> {
        let c = self.model.cluster_of(id);
        let of_job = |kind| self.events(c, kind).filter(move |e| e.number as usize == id);
        let mut ends: Vec<Tick> = of_job(EventKind::JobEvicted).map(|e| e.t).collect();
        let starts: Vec<&Event> = of_job(EventKind::Start).collect();
        if ends.len() < starts.len() {
            ends.push(self.recording.jobs.get(id).expect("a record").end.min(self.result.end));
        }
        assert_eq!(starts.len(), ends.len(), "each attempt of job {id} ends once");
        let attempt = |(s, end): (&Event, Tick)| Attempt { start: s.t, end, slots: s.slots.clone() };
        starts.into_iter().zip(ends).map(attempt).collect()
    }

    /// Each start has its nodes, ready and not running another job; what ran is what is booked.
    fn attempts_run_on_idle_nodes(&self) {
        for c in self.clusters() {
            let mut by_slot: BTreeMap<u32, Vec<(Tick, Tick)>> = BTreeMap::new();
            let mut last_first_start = 0;
            for id in (0..self.model.job_count()).filter(|&id| self.model.cluster_of(id) == c) {
                let record = self.recording.jobs.get(id).expect("a record");
                let attempts = self.attempts(id);
                assert_eq!(record.attempts as usize, attempts.len());
                assert_eq!(record.first_start, attempts.first().map_or(NEVER, |a| a.start));
                let ran: u32 = attempts.iter().map(|a| a.end - a.start).sum();
                assert_eq!(ran, record.useful + record.lost + record.prepare, "job {id}");
                for attempt in &attempts {
                    assert_eq!(attempt.slots.len(), self.model.nodes(id) as usize, "a gang is whole");
                    assert!(attempt.slots.windows(2).all(|w| w[0] < w[1]), "slots ascend");
                    for slot in &attempt.slots {
                        by_slot.entry(*slot).or_default().push((attempt.start, attempt.end));
                        let held = self.nodes(c).any(|n| {
                            n.slot == *slot
                                && n.ready <= attempt.start
                                && n.leaving >= attempt.end
                                && n.gone >= attempt.end
                        });
                        assert!(held, "job {id} runs on slot {slot} of nobody");
                    }
                }
                if self.input.clusters[c].discipline == Discipline::Fifo && record.first_start != NEVER {
                    assert!(last_first_start <= record.first_start, "job {id} overtook");
                    last_first_start = record.first_start;
                }
            }
            for runs in by_slot.values_mut() {
                runs.sort_unstable();
                assert!(runs.windows(2).all(|w| w[0].1 <= w[1].0), "two jobs on one node: {runs:?}");
            }
        }
    }

    /// min_nodes and the limit at `t`, from the updates that were not refused.
    fn settings(&self, cluster: usize, t: Tick) -> (u32, u32) {
        let c = &self.input.clusters[cluster];
        let (mut min, mut max) = (c.min_nodes, c.max_nodes);
        for event in self.events(cluster, EventKind::Update).filter(|e| e.t <= t) {
            let update = &self.input.updates[event.number as usize];
            min = update.min_nodes.unwrap_or(min);
            max = update.max_nodes.unwrap_or(max);
        }
        let addresses = c.subnet.map_or(UNLIMITED, |s| self.input.subnets[s as usize]);
        (min, max.min(c.communication_limit).min(addresses))
    }

    /// Limit and target of every row are those of section 5; ReadOnly refuses updates, nothing else does.
    fn settings_follow_the_updates(&self) {
        for row in &self.recording.timeline {
            let (min, limit) = self.settings(row.cluster as usize, row.t);
            assert_eq!(row.limit, limit, "{row:?}");
            let running = row.nodes[State::Running as usize];
            assert_eq!(row.target, limit.min(min.max(running + row.queued_nodes)), "{row:?}");
        }
        let mut seen = BTreeSet::new();
        for event in &self.recording.events {
            let refused = match event.kind {
                EventKind::Update => false,
                EventKind::UpdateRefused => true,
                _ => continue,
            };
            assert!(seen.insert(event.number), "an update comes once");
            assert_eq!(event.t, self.input.updates[event.number as usize].t);
            assert_eq!(refused, self.locked(event.t, |l| l == LockLevel::ReadOnly), "{event:?}");
        }
        let due = self.input.updates.iter().filter(|u| u.t <= self.result.end).count();
        assert_eq!(seen.len(), due, "every update due comes");
    }

    fn locked(&self, t: Tick, level: impl Fn(LockLevel) -> bool) -> bool {
        self.input.locks.iter().any(|l| l.from <= t && l.to.is_none_or(|to| t < to) && level(l.level))
    }

    /// What others leave of a quota at `t`; `None`: unlimited.
    fn admitted(&self, quota: QuotaKey, t: Tick) -> Option<u32> {
        let listed = self.input.quotas.iter().find(|q| q.quota == quota).map_or(UNLIMITED, |q| q.vcpus);
        let steps = self.input.quota_steps.iter().filter(|s| s.quota == quota).map(|s| (s.t, s.vcpus));
        let vcpus = in_force(steps, t, listed);
        let usage = self.input.outside_usage.iter().filter(|s| s.quota == quota).map(|s| (s.t, s.vcpus));
        (vcpus != UNLIMITED).then(|| vcpus.saturating_sub(in_force(usage, t, 0)))
    }

    /// Each request of a tick kept to every bound when it was made, and after the last one usage only falls,
    /// so that the bounds hold at the end of the tick.
    fn requests_and_releases_are_allowed(&self) {
        let read_only = |l| l == LockLevel::ReadOnly;
        for c in self.clusters() {
            let cluster = &self.input.clusters[c];
            for release in self.events(c, EventKind::Release) {
                assert!(!self.locked(release.t, |_| true), "released under a lock: {release:?}");
            }
            let capacity = |t| in_force(cluster.capacity.iter().map(|s| (s.t, s.nodes)), t, UNLIMITED);
            for request in self.events(c, EventKind::Request) {
                let t = request.t;
                let forbids = self.input.lock_effect == LockEffect::Scaling;
                assert!(!self.locked(t, |l| forbids || read_only(l)), "requested under a lock: {request:?}");
                assert!(cluster.ready_at.is_none_or(|ready| ready <= t), "{request:?} in creation");
                let (_, limit) = self.settings(c, t);
                assert!(request.number < limit, "slot over the limit: {request:?}");
                let row = self.row(c, t);
                let allocated = self.held(c, t) - row.nodes[State::Leaving as usize];
                assert!(allocated <= limit, "{request:?} over the limit");
                assert!(self.held(c, t) <= capacity(t), "{request:?} over the capacity");
                self.assert_shared_bounds(c, t);
            }
            if cluster.tier == Tier::LowPriority {
                let rows = self.recording.timeline.iter().filter(|r| r.cluster as usize == c);
                assert!(rows.into_iter().all(|r| r.nodes.iter().sum::<u32>() <= capacity(r.t)));
            }
        }
    }

    /// Quotas and addresses that bind a cluster, after a request of it at `t`.
    fn assert_shared_bounds(&self, c: usize, t: Tick) {
        let clusters = &self.input.clusters;
        let family = clusters[c].family;
        for quota in [
            QuotaKey::Family(family),
            QuotaKey::Workspace(family),
            QuotaKey::TotalDedicated,
            QuotaKey::LowPriority,
        ] {
            let Some(admitted) = self.admitted(quota, t).filter(|_| binds(&clusters[c], quota)) else {
                continue;
            };
            let users = self.clusters().filter(|&i| binds(&clusters[i], quota));
            let used: u32 = users.map(|i| self.held(i, t) * clusters[i].vcpus).sum();
            assert!(used <= admitted, "{quota:?} at {t}: {used} of {admitted}");
        }
        if let Some(subnet) = clusters[c].subnet {
            let inside = self.clusters().filter(|&i| clusters[i].subnet == Some(subnet));
            let used: u32 = inside.map(|i| self.held(i, t)).sum();
            assert!(used <= self.input.subnets[subnet as usize], "subnet {subnet} at {t}: {used}");
        }
    }

    /// Time in the queue after the first start: from an eviction or resubmission to the next start, or the end.
    fn queue_times_are_those_of_the_log(&self) {
        for id in 0..self.model.job_count() {
            let c = self.model.cluster_of(id);
            let record = self.recording.jobs.get(id).expect("a record");
            let attempts = self.attempts(id);
            let mut resubmissions = self.events(c, EventKind::Resubmit).filter(|e| e.number as usize == id);
            let resubmits =
                matches!(self.input.clusters[c].on_eviction, engine::input::OnEviction::Resubmit(_));
            let mut queued = 0;
            for i in 0..record.evictions as usize {
                let failed = matches!(record.outcome, Outcome::FailedEviction | Outcome::FailedMaxRestarts);
                if failed && i + 1 == record.evictions as usize {
                    break;
                }
                let Some(enters) =
                    (if resubmits { resubmissions.next().map(|e| e.t) } else { Some(attempts[i].end) })
                else {
                    break;
                };
                let leaves = attempts.get(i + 1).map_or(record.end.min(self.result.end), |a| a.start);
                queued += leaves - enters;
            }
            let waits = self.recording.requeue_waits.get(&(id as u32)).copied().unwrap_or_default();
            assert_eq!(waits.iter().sum::<u32>(), queued, "job {id}: {record:?}");
        }
    }
}
