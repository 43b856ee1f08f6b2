//! Conservation: every sum of a run, made again from what it recorded of jobs, nodes and time. The engine
//! asserts some of this itself; here nothing of its own arithmetic is used.

use super::cases;
use crate::support::random::{input, model};
use nodetide::engine::input::Input;
use nodetide::engine::output::{
    ClusterResult, EventKind, JobRecord, NodeFate, Outcome, Reason, RunResult, State, TimelineRow,
};
use nodetide::engine::{self, Detail, Model, Recording};
use nodetide::stats::histogram::Histogram;
use nodetide::units::NEVER;
use proptest::prelude::*;

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn sums_are_those_of_nodes_jobs_and_time(input in input()) {
        let model = model(&input);
        let (result, recording) = engine::run(&model, Detail::All);
        for c in 0..input.clusters.len() {
            let view = View { input: &input, model: &model, result: &result, recording: &recording, c };
            view.nodes();
            view.timeline();
            view.jobs();
            view.events();
        }
    }
}

/// One cluster of a run.
struct View<'a> {
    input: &'a Input,
    model: &'a Model,
    result: &'a RunResult,
    recording: &'a Recording,
    c: usize,
}

impl View<'_> {
    fn sums(&self) -> &ClusterResult {
        &self.result.clusters[self.c]
    }

    /// Ids of the cluster's jobs.
    fn ids(&self) -> impl Iterator<Item = usize> {
        (0..self.model.job_count()).filter(|&id| self.model.cluster_of(id) == self.c)
    }

    fn job(&self, id: usize) -> JobRecord {
        self.recording.jobs.get(id).expect("a record")
    }

    /// Lives of nodes against node-ticks and billed quanta.
    fn nodes(&self) {
        let (end, sums) = (self.result.end, self.sums());
        let quantum = u64::from(self.input.billing_quantum);
        let mut ticks = [0_u64; State::COUNT];
        let (mut booting, mut quanta, mut jobs) = (0, 0, 0);
        let records: Vec<_> = self.recording.nodes.iter().filter(|n| n.cluster as usize == self.c).collect();
        for (ordinal, node) in records.iter().enumerate() {
            assert_eq!(node.ordinal as usize, ordinal, "ordinals are given in turn");
            let gone = if node.gone == NEVER { end } else { node.gone };
            let allocated = node.allocated.min(gone);
            let leaving = node.leaving.min(gone);
            let ready = node.ready.min(leaving);
            assert!(node.requested <= allocated && allocated <= ready && ready <= leaving, "{node:?}");
            assert!(leaving <= gone && gone <= end, "{node:?}");
            let held = node.gone == NEVER && node.leaving == NEVER;
            assert_eq!(node.fate == NodeFate::Held, held, "{node:?}");
            ticks[State::Allocating as usize] += u64::from(allocated - node.requested);
            booting += u64::from(ready - allocated);
            ticks[State::Running as usize] += u64::from(node.running_ticks);
            ticks[State::Idle as usize] += u64::from(leaving - ready - node.running_ticks);
            ticks[State::Leaving as usize] += u64::from(gone - leaving);
            quanta += u64::from(gone - allocated).div_ceil(quantum);
            jobs += u64::from(node.jobs);
        }
        for state in [State::Allocating, State::Idle, State::Running, State::Leaving] {
            assert_eq!(ticks[state as usize], sums.node_ticks[state as usize], "{state:?}");
        }
        let boots = sums.node_ticks[State::Preparing as usize] + sums.node_ticks[State::Unusable as usize];
        assert_eq!(booting, boots, "preparing and unusable");
        assert_eq!(quanta, sums.billed_quanta);
        let initial = u64::from(self.input.clusters[self.c].initial_nodes);
        assert_eq!(records.len() as u64, sums.requests + initial, "one node a request");
        let fate = |fate| records.iter().filter(|n| n.fate == fate).count() as u64;
        assert_eq!(fate(NodeFate::Evicted), sums.evictions);
        assert_eq!(fate(NodeFate::Withdrawn), sums.withdrawn);
        assert!(fate(NodeFate::Released) <= sums.releases, "a released node may be evicted on its way");
        assert!(fate(NodeFate::Recycled) <= sums.boot_failures);
        let starts: u64 =
            self.ids().map(|id| u64::from(self.job(id).attempts) * u64::from(self.model.nodes(id))).sum();
        assert_eq!(jobs, starts, "jobs on nodes");
    }

    /// The state from row to row against every integral over time.
    fn timeline(&self) {
        let (end, sums) = (self.result.end, self.sums());
        let rows: Vec<&TimelineRow> =
            self.recording.timeline.iter().filter(|r| r.cluster as usize == self.c).collect();
        assert_eq!(rows.first().map(|r| r.t), Some(0));
        let ready_at = self.input.clusters[self.c].ready_at.unwrap_or(0);
        let mut ticks = [0_u64; State::COUNT];
        let mut waits = [0_u64; Reason::COUNT];
        let (mut balancers, mut at_limit, mut peak) = (0, 0, 0);
        for (i, row) in rows.iter().enumerate() {
            let next = rows.get(i + 1).map_or(end, |r| r.t);
            assert!(row.t < next || row.t == end, "rows go forward");
            let length = u64::from(next - row.t);
            let held: u32 = row.nodes.iter().sum();
            for (sum, n) in ticks.iter_mut().zip(row.nodes) {
                *sum += u64::from(n) * length;
            }
            assert_eq!(row.reason.is_some(), row.queued_jobs > 0, "who waits has a reason");
            if let Some(reason) = row.reason {
                waits[reason as usize] += u64::from(row.queued_jobs) * length;
                assert_ne!(reason, Reason::Policy, "Reactive asks for all that it may");
            }
            let billed = u64::from(held - row.nodes[State::Allocating as usize]);
            balancers += billed.div_ceil(50).max(1) * u64::from(next.max(ready_at) - row.t.max(ready_at));
            let allocated = held - row.nodes[State::Leaving as usize];
            at_limit += if allocated >= row.limit { length } else { 0 };
            peak = peak.max(held);
        }
        assert_eq!(ticks, sums.node_ticks);
        let all: Vec<u64> = sums.wait.iter().zip(sums.requeue_wait).map(|(a, b)| a + b).collect();
        assert_eq!(waits.to_vec(), all, "waits by reason");
        assert_eq!(waits.iter().sum::<u64>(), sums.queue_ticks);
        assert_eq!(balancers, sums.load_balancer_ticks);
        assert_eq!(at_limit, sums.at_limit_ticks);
        assert_eq!(peak, sums.peak_nodes);
        let last = rows.last().expect("a row");
        assert_eq!(last.reason, sums.waiting_for);
        assert_eq!(last.target, sums.allocation.target);
        let allocated = last.nodes.iter().sum::<u32>() - last.nodes[State::Leaving as usize];
        assert_eq!(allocated, sums.allocation.current);
        let moving = [State::Allocating, State::Preparing, State::Leaving].map(|s| last.nodes[s as usize]);
        assert_eq!(sums.allocation.resizing, moving.iter().any(|n| *n > 0) || allocated != last.target);
    }

    /// Jobs one by one against the cluster's sums.
    fn jobs(&self) {
        let (end, sums) = (self.result.end, self.sums());
        let mut outcomes = [0_u64; Outcome::COUNT];
        let (mut wait, mut requeue_wait) = ([0_u64; Reason::COUNT], [0_u64; Reason::COUNT]);
        let mut useful_by_outcome = [0_u64; Outcome::COUNT];
        let (mut useful, mut lost, mut prepare, mut restarts) = (0, 0, 0, 0);
        let (mut waits, mut turnarounds) = (Vec::new(), Vec::new());
        let mut judged = 0;
        for id in self.ids() {
            let job = self.job(id);
            let nodes = u64::from(self.model.nodes(id));
            let submit = self.model.submit(id);
            outcomes[job.outcome as usize] += 1;
            useful += nodes * u64::from(job.useful);
            useful_by_outcome[job.outcome as usize] += nodes * u64::from(job.useful);
            lost += nodes * u64::from(job.lost);
            prepare += nodes * u64::from(job.prepare);
            assert_eq!(job.end != NEVER, job.outcome.is_final(), "{job:?}");
            if job.outcome == Outcome::Completed {
                assert_eq!(job.useful, self.model.running(id), "all its work, once");
                turnarounds.push(job.end - submit);
            }
            let reasons = self.recording.waits[id];
            for (sum, t) in wait.iter_mut().zip(reasons) {
                *sum += u64::from(t);
            }
            for (sum, t) in requeue_wait
                .iter_mut()
                .zip(self.recording.requeue_waits.get(&(id as u32)).copied().unwrap_or_default())
            {
                *sum += u64::from(t);
            }
            let started = job.first_start != NEVER;
            let until = if started { job.first_start } else { job.end.min(end).max(submit) };
            assert_eq!(reasons.iter().sum::<u32>(), until - submit, "job {id}: {job:?} {reasons:?}");
            if started {
                waits.push(job.first_start - submit);
                restarts += u64::from(job.attempts - 1);
            } else {
                assert_eq!((job.attempts, job.useful, job.lost, job.prepare), (0, 0, 0, 0));
            }
            let excused = matches!(job.outcome, Outcome::Rejected | Outcome::Cancelled);
            judged += u64::from(started || !excused);
        }
        assert_eq!(outcomes, sums.outcomes);
        assert_eq!(wait, sums.wait);
        assert_eq!(requeue_wait, sums.requeue_wait);
        assert_eq!(useful_by_outcome, sums.useful_by_outcome);
        assert_eq!((useful, lost, prepare), (sums.useful, sums.lost, sums.prepare));
        assert_eq!(useful + lost + prepare, sums.node_ticks[State::Running as usize]);
        assert_eq!(restarts, sums.restarts);
        assert_eq!(waits.len() as u64, sums.started);
        assert_eq!(waits.iter().map(|w| u64::from(*w)).sum::<u64>(), sums.wait_sum);
        assert_eq!(waits.iter().max().copied(), sums.wait_max);
        assert_eq!(turnarounds.iter().map(|w| u64::from(*w)).sum::<u64>(), sums.turnaround_sum);
        assert_eq!(turnarounds.iter().max().copied(), sums.turnaround_max);
        assert_eq!(histogram(&waits), sums.wait_histogram);
        assert_eq!(histogram(&turnarounds), sums.turnaround_histogram);
        let within = self.input.wait_limit.map_or(0, |l| waits.iter().filter(|w| **w <= l).count());
        assert_eq!(within as u64, sums.waits_within);
        assert_eq!(judged, sums.waits_judged);
    }

    /// The event log against what is counted.
    fn events(&self) {
        let sums = self.sums();
        let events = self.recording.events.iter().filter(|e| e.cluster as usize == self.c);
        let mut count = [0_u64; EventKind::COUNT];
        let (mut requests, mut releases) = (Vec::new(), Vec::new());
        for event in events {
            count[event.kind as usize] += 1;
            match event.kind {
                EventKind::Request => requests.push(event.t),
                EventKind::Release => releases.push(event.t),
                _ => {}
            }
        }
        let of = |kind: EventKind| count[kind as usize];
        assert_eq!(of(EventKind::Request), sums.requests);
        assert_eq!(of(EventKind::Withdraw), sums.withdrawn);
        assert_eq!(of(EventKind::Release), sums.releases);
        assert_eq!(of(EventKind::Evict), sums.evictions);
        assert_eq!(of(EventKind::Unusable), sums.boot_failures);
        assert_eq!(of(EventKind::UpdateRefused), sums.refused_updates);
        assert_eq!(of(EventKind::Start), sums.started + sums.restarts);
        let evictions: u64 = self.ids().map(|id| u64::from(self.job(id).evictions)).sum();
        assert_eq!(of(EventKind::JobEvicted), evictions);
        for outcome in Outcome::ALL.iter().filter(|o| o.is_final()) {
            let kind = EventKind::ALL.iter().find(|k| k.as_str() == outcome.as_str()).expect("a kind");
            assert_eq!(of(*kind), sums.outcomes[*outcome as usize], "{outcome:?}");
        }
        let unsubmitted = sums.outcomes[Outcome::NotSubmitted as usize];
        assert_eq!(of(EventKind::Submit), self.ids().count() as u64 - unsubmitted);
        // One operation for each execution of step 7: at least one for each tick, at most one for each node.
        let most = (requests.len() + releases.len()) as u64;
        requests.dedup();
        releases.dedup();
        let least = (requests.len() + releases.len()) as u64;
        assert!((least..=most).contains(&sums.scale_operations), "{least} {} {most}", sums.scale_operations);
    }
}

fn histogram(values: &[u32]) -> Histogram {
    let mut counts = Histogram::default();
    for v in values {
        counts.add(*v);
    }
    counts
}
