//! EASY backfilling once more, in the plainest way: what the engine is compared with, job by job.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// What a scheduler sees of a job [s, nodes].
#[derive(Clone, Copy)]
pub(crate) struct Job {
    pub(crate) submit: u64,
    pub(crate) run: u64,
    pub(crate) nodes: u64,
    pub(crate) requested: u64,
}

/// Starts of jobs in the order of their submission on a machine of so many nodes.
pub(crate) fn starts(jobs: &[Job], machine: u64) -> Vec<u64> {
    let mut starts = vec![0; jobs.len()];
    let mut ends: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    // By job: when it ends, going by what was requested.
    let mut running: BTreeMap<usize, u64> = BTreeMap::new();
    let mut queue: Vec<usize> = Vec::new();
    let (mut free, mut next) = (machine, 0);
    loop {
        let submission = jobs.get(next).map(|job| job.submit);
        let end = ends.peek().map(|Reverse((t, _))| *t);
        let Some(t) = [submission, end].into_iter().flatten().min() else { return starts };
        while let Some(Reverse((_, id))) = ends.peek().copied().filter(|Reverse((end, _))| *end == t) {
            ends.pop();
            running.remove(&id);
            free += jobs[id].nodes;
        }
        while jobs.get(next).is_some_and(|job| job.submit == t) {
            queue.push(next);
            next += 1;
        }
        let mut start = |id: usize, free: &mut u64, running: &mut BTreeMap<usize, u64>| {
            starts[id] = t;
            *free -= jobs[id].nodes;
            running.insert(id, t + jobs[id].requested);
            ends.push(Reverse((t + jobs[id].run, id)));
        };
        let heads = {
            let mut left = free;
            queue
                .iter()
                .take_while(|id| left.checked_sub(jobs[**id].nodes).map(|l| left = l).is_some())
                .count()
        };
        for id in queue.drain(..heads) {
            start(id, &mut free, &mut running);
        }
        let Some(&head) = queue.first() else { continue };
        let mut planned: Vec<(u64, u64)> =
            running.iter().map(|(id, end)| ((*end).max(t + 1), jobs[*id].nodes)).collect();
        planned.sort_unstable();
        // When the head fits by what was requested, and what is spare then.
        let mut then_free = free;
        let shadow = planned.iter().find_map(|(end, nodes)| {
            then_free += nodes;
            (then_free >= jobs[head].nodes).then_some(*end)
        });
        let Some(shadow) = shadow else { continue };
        let ended: u64 = planned.iter().filter(|(end, _)| *end <= shadow).map(|(_, nodes)| nodes).sum();
        let mut spare = free + ended - jobs[head].nodes;
        queue.retain(|&id| {
            let job = jobs[id];
            let in_time = t + job.requested <= shadow;
            if id == head || job.nodes > free || !in_time && job.nodes > spare {
                return true;
            }
            if !in_time {
                spare -= job.nodes;
            }
            start(id, &mut free, &mut running);
            false
        });
    }
}
