//! What kernel and host share: the structures of `shaders/layout.wgsl`, word for word.
//!
//! Everything is u32, so both sides lay the same list of fields out in the same way; a test compares them through
//! naga's reflection all the same.

use super::source::Design;
use bytemuck::{Pod, Zeroable};

/// A structure of words, and its fields with their offsets [bytes].
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $($field:ident: $type:ty,)* })*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
            #[repr(C)]
            pub struct $name { $(#[allow(missing_docs, reason = "named in layout.wgsl")] pub $field: $type,)* }

            impl $name {
                /// Names and offsets of the fields [bytes].
                pub const FIELDS: &[(&str, usize)] =
                    &[$((stringify!($field), std::mem::offset_of!($name, $field)),)*];
            }
        )*
    };
}

words! {
    /// A 64-bit number.
    Wide { lo: u32, hi: u32, }

    /// A count over time, and at the end its integral.
    Level { count: u32, area: Wide, }

    /// One table: first word in the buffer of tables, and number of entries.
    Table { at: u32, len: u32, }

    /// What differs between configurations, and where their tables are.
    Config {
        jobs: Table,
        extras: u32,
        cancels: Table,
        changes: Table,
        epochs: Table,
        allocation_delay: Table,
        boot_delay: Table,
        boot_failure: Table,
        lifetime: Table,
        prepare_cold: Table,
        prepare_warm: Table,
        min_nodes: u32,
        max_nodes: u32,
        idle_time: u32,
        initial_nodes: u32,
        leaves: u32,
        low_priority: u32,
        vcpus: u32,
        communication: u32,
        communication_limit: u32,
        addresses: u32,
        ready: u32,
        identities: u32,
        quotas: [u32; 3],
        resize: u32,
        cancel_allocating: u32,
        recycle_time: u32,
        release_delay: u32,
        fails_when_evicted: u32,
        restart_overhead: u32,
        max_restarts: u32,
        removal_locks: u32,
        horizon: u32,
        stop_at_horizon: u32,
        billing_quantum: u32,
        wait_limit: u32,
        late_after: u32,
        bound_instants: u32,
        bound_repetitions: u32,
    }

    /// The state that an invocation keeps in registers.
    State {
        phase: u32,
        status: u32,
        now: u32,
        next: u32,
        repetitions: u32,
        instants: u32,
        late_instants: u32,
        settled_at: u32,
        cannot_delete_locks: u32,
        read_only_locks: u32,
        quota_vcpus: [u32; 3],
        quota_outside: [u32; 3],
        quiet_until: u32,
        next_change: u32,
        next_job: u32,
        next_submit: u32,
        next_cancel: u32,
        last_cancelled: u32,
        active_jobs: u32,
        ready: u32,
        min_nodes: u32,
        max_nodes: u32,
        idle_time: u32,
        identities: u32,
        capacity: u32,
        limit: u32,
        resized: u32,
        released: u32,
        requested: u32,
        target_nodes: u32,
        next_ordinal: u32,
        free_words: u32,
        attempt_next: u32,
        node_next: u32,
        lifetime_next: u32,
        idle_front: u32,
        idle_sorted: u32,
        fresh_since: u32,
        fresh_words: u32,
        fresh_count: u32,
        head: u32,
        queued_nodes: u32,
        levels: [Level; 6],
        allocated: u32,
        held: u32,
        load_balancers: Level,
        at_limit: Level,
        first: Level,
        again: Level,
        reason: u32,
        first_mark: Wide,
        again_mark: Wide,
        useful: Wide,
        prepare: Wide,
        completed: u32,
        completed_useful: Wide,
        started: u32,
        wait_sum: Wide,
        wait_max: u32,
        waits_within: u32,
        turnaround_sum: Wide,
        turnaround_max: u32,
    }

    /// The sums that stay in memory.
    Sums {
        lost: Wide,
        useful_by_outcome: [Wide; 11],
        outcomes: [u32; 11],
        billed_quanta: Wide,
        requests: u32,
        withdrawn: u32,
        releases: u32,
        scale_operations: u32,
        evictions: u32,
        boot_failures: u32,
        restarts: u32,
        refused_updates: u32,
        peak_nodes: u32,
        cancelled_unstarted: u32,
        wait: [Wide; 10],
        requeue_wait: [Wide; 10],
        queue_ticks: Wide,
        resizing: u32,
    }

    /// One dispatch.
    Params {
        configurations: u32,
        words: u32,
        fuel: u32,
        reserve: u32,
        nodes: u32,
        attempts: u32,
        attempt_due: u32,
        node_due: u32,
        lifetimes: u32,
        idle: u32,
        fresh: u32,
        free: u32,
        requeued: u32,
    }
}

impl Wide {
    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        u64::from(self.hi) << 32 | u64::from(self.lo)
    }
}

/// Buckets of a histogram.
pub(super) const BUCKETS: u32 = crate::stats::histogram::BUCKETS as u32;

/// Words of a node and of an attempt.
const RECORD_WORDS: u32 = 8;

/// Where the parts of a configuration's memory begin [words], for `leaves` slots.
pub(super) fn memory(leaves: u32, low_priority: bool, design: Design) -> Params {
    let mut params = Params::default();
    let mut next = 0;
    let mut part = |words: u32| {
        let at = next;
        next += words;
        at
    };
    // Records first: each is a sector of memory, if the whole begins at one.
    params.nodes = part(RECORD_WORDS * leaves);
    params.attempts = part(RECORD_WORDS * leaves);
    // A tree has as many inner times as leaves; lanes have the leaves only.
    let due = match design {
        Design::Invocation => 2 * leaves,
        Design::Subgroup => leaves,
    };
    params.attempt_due = part(due);
    params.node_due = part(due);
    params.idle = part(2 * leaves);
    params.fresh = part(leaves.div_ceil(32));
    params.free = part(leaves.div_ceil(32));
    params.lifetimes = part(if low_priority { due } else { 0 });
    params.requeued = part(if low_priority { 4 * leaves } else { 0 });
    params.words = next.next_multiple_of(RECORD_WORDS);
    // The longest operation visits every slot about four times: an eviction stops a gang, sorts the idle nodes,
    // puts the job back and takes the node out of the idle ones.
    params.reserve = 5 * leaves + 128;
    if design == Design::Subgroup {
        // It passes over what falls due up to four times, by four lanes at least.
        params.reserve += leaves;
    }
    params
}
