//! The bare recursion of first in, first out on a fixed number of nodes, eight lanes at once: each job starts at the
//! later of its submission and the earliest time at which a node is free. No scaling, no states, no sums but one:
//! what a processor's vector units do at most. They have to be built for: the least common one of x86-64 has no minimum of 32-bit
//! numbers (`docs/performance.md`); it compares signed ones at least.

use nodetide::engine::Input;

/// Configurations side by side.
pub(crate) const LANES: usize = 8;

/// What the loop needs.
pub(crate) struct Jobs {
    /// Below 2^31, as all times are.
    submit: Vec<i32>,
    service: Vec<i32>,
}

impl Jobs {
    pub(crate) fn new(input: &Input) -> Self {
        Self {
            submit: input.jobs.iter().map(|j| j.submit.cast_signed()).collect(),
            service: input.jobs.iter().map(|j| j.service.cast_signed()).collect(),
        }
    }
}

/// Sum of the waits of each lane, on `nodes` nodes. The nodes' free times are kept sorted, which vector units do
/// without a branch: the earliest is replaced, and one pass of exchanges brings the new time to its place.
pub(crate) fn run(jobs: &Jobs, nodes: usize) -> [u64; LANES] {
    let mut free = vec![[0i32; LANES]; nodes];
    let mut waits = [0u64; LANES];
    for (&submit, &service) in jobs.submit.iter().zip(&jobs.service) {
        let mut carried = [0i32; LANES];
        for lane in 0..LANES {
            let start = free[0][lane].max(submit);
            waits[lane] += u64::from(start.abs_diff(submit));
            carried[lane] = start + service;
        }
        for i in 1..nodes {
            let mut less = [0i32; LANES];
            for lane in 0..LANES {
                less[lane] = free[i][lane].min(carried[lane]);
                carried[lane] = free[i][lane].max(carried[lane]);
            }
            free[i - 1] = less;
        }
        free[nodes - 1] = carried;
    }
    waits
}
