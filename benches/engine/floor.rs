//! The floor: one FIFO cluster with one-node jobs, a constant set-up and an idle timeout, as an unadorned loop
//! of a heap and rings. It knows no states, reasons, quotas, evictions, histograms or records; what it shares
//! with the engine (waits, node-ticks, end) must be equal.

use nodetide::engine::Input;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// What the loop needs.
pub(crate) struct Floor {
    submit: Vec<u32>,
    service: Vec<u32>,
    max_nodes: u32,
    idle_time: u32,
    setup: u32,
}

/// What it gives.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) wait_sum: u64,
    pub(crate) node_ticks: u64,
    pub(crate) end: u32,
}

impl Floor {
    pub(crate) fn from_input(input: &Input) -> Self {
        let cluster = &input.clusters[0];
        Self {
            submit: input.jobs.iter().map(|j| j.submit).collect(),
            service: input.jobs.iter().map(|j| j.service).collect(),
            max_nodes: cluster.max_nodes,
            idle_time: cluster.idle_time,
            setup: cluster.allocation_delay[0],
        }
    }
}

pub(crate) fn run(f: &Floor) -> Sums {
    let jobs = f.submit.len();
    let mut running = BinaryHeap::new();
    let mut arriving: VecDeque<u32> = VecDeque::new();
    let mut idle: VecDeque<u32> = VecDeque::new();
    let (mut head, mut tail, mut allocated) = (0, 0, 0u32);
    let (mut wait_sum, mut node_ticks, mut now) = (0u64, 0u64, 0u32);
    loop {
        let demand = running.len() + (tail - head);
        let target = f.max_nodes.min(demand as u32);
        let mut next = u32::MAX;
        if tail < jobs {
            next = f.submit[tail];
        }
        if let Some(&Reverse(t)) = running.peek() {
            next = next.min(t);
        }
        if let Some(&t) = arriving.front() {
            next = next.min(t);
        }
        if allocated > target
            && let Some(&since) = idle.front()
        {
            next = next.min(since + f.idle_time);
        }
        if next == u32::MAX {
            return Sums { wait_sum, node_ticks, end: now };
        }
        node_ticks += u64::from(allocated) * u64::from(next - now);
        now = next;
        while running.peek().is_some_and(|&Reverse(t)| t <= now) {
            running.pop();
            idle.push_back(now);
        }
        while arriving.front().is_some_and(|&t| t <= now) {
            arriving.pop_front();
            idle.push_back(now);
        }
        while tail < jobs && f.submit[tail] <= now {
            tail += 1;
        }
        while head < tail && idle.pop_back().is_some() {
            wait_sum += u64::from(now - f.submit[head]);
            running.push(Reverse(now + f.service[head]));
            head += 1;
        }
        let demand = running.len() + (tail - head);
        let target = f.max_nodes.min(demand as u32);
        while allocated > target && idle.front().is_some_and(|&since| since + f.idle_time <= now) {
            idle.pop_front();
            allocated -= 1;
        }
        while allocated < target {
            arriving.push_back(now + f.setup);
            allocated += 1;
        }
    }
}
