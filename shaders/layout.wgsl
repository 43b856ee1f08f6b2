// What the kernel reads and writes. `src/sweep/gpu/layout.rs` declares the same structures; a test compares the
// two through naga's reflection. Everything is u32: 64-bit sums are pairs of them.

// A 64-bit number.
struct Wide {
    lo: u32,
    hi: u32,
}

// A count over time and its integral, kept as count * t - area (engine: level.rs).
struct Level {
    count: u32,
    area: Wide,
}

// One table: first word in `tables`, and number of entries.
struct Table {
    at: u32,
    len: u32,
}

// What differs between configurations, and where their tables are. NEVER: absent or unlimited.
struct Config {
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
    quotas: array<u32, 3>,
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

// The state that an invocation keeps in registers, and puts back when it pauses.
struct State {
    phase: u32,
    status: u32,
    now: u32,
    next: u32,
    repetitions: u32,
    instants: u32,
    late_instants: u32,
    settled_at: u32,
    // The world.
    cannot_delete_locks: u32,
    read_only_locks: u32,
    quota_vcpus: array<u32, 3>,
    quota_outside: array<u32, 3>,
    quiet_until: u32,
    next_change: u32,
    next_job: u32,
    next_submit: u32,
    next_cancel: u32,
    last_cancelled: u32,
    active_jobs: u32,
    // The cluster.
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
    levels: array<Level, 6>,
    allocated: u32,
    held: u32,
    load_balancers: Level,
    at_limit: Level,
    first: Level,
    again: Level,
    reason: u32,
    first_mark: Wide,
    again_mark: Wide,
    // The sums that every job adds to.
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

// The sums that few events add to: they stay in memory.
struct Sums {
    lost: Wide,
    useful_by_outcome: array<Wide, 11>,
    outcomes: array<u32, 11>,
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
    wait: array<Wide, 10>,
    requeue_wait: array<Wide, 10>,
    queue_ticks: Wide,
    resizing: u32,
}

// One dispatch: where the parts of a configuration's memory begin [words], and how far it may go.
struct Params {
    configurations: u32,
    // Words of memory of a configuration.
    words: u32,
    // Loop iterations of an invocation.
    fuel: u32,
    // Iterations that the longest operation takes.
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

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> configs: array<Config>;
@group(0) @binding(2) var<storage, read> tables: array<u32>;
@group(0) @binding(3) var<storage, read_write> states: array<State>;
@group(0) @binding(4) var<storage, read_write> sums: array<Sums>;
@group(0) @binding(5) var<storage, read_write> memory: array<u32>;
// How often each configuration paused by its own will, which is once a dispatch; FINISHED: it ended.
@group(0) @binding(6) var<storage, read_write> progress: array<u32>;
// Waits, and where they are counted turnarounds, of each configuration.
@group(0) @binding(7) var<storage, read_write> histograms: array<u32>;

// What a scenario uses: a pipeline has only the parts that are needed.
override LOW_PRIORITY: bool = true;
override CANCELLATIONS: bool = true;
override EXTRAS: bool = true;
override CHANGES: bool = true;
override WITHDRAWALS: bool = true;
override TURNAROUNDS: bool = true;

const NEVER: u32 = 0xffffffffu;
const NONE: u32 = 0xffffffffu;
const UNLIMITED: u32 = 0xffffffffu;
const FINISHED: u32 = 0xffffffffu;
const BUCKETS: u32 = 1664u;
const TICK_END: u32 = 0x80000000u;

// Phases: where a configuration goes on.
const INITIAL: u32 = 0u;
const BETWEEN: u32 = 1u;
const OUTSIDE: u32 = 2u;
const COMPLETIONS: u32 = 3u;
const EVICTIONS: u32 = 4u;
const TRANSITIONS: u32 = 5u;
const SUBMISSIONS: u32 = 6u;
const CANCELS: u32 = 7u;
const DISPATCH: u32 = 8u;
const DOWN: u32 = 9u;
const UP: u32 = 10u;
const NEXT: u32 = 11u;
const FINISH: u32 = 12u;
const DONE: u32 = 13u;

// Status (engine: output.rs).
const SETTLED: u32 = 0u;
const HORIZON: u32 = 1u;
const STUCK: u32 = 2u;
const LIMIT: u32 = 3u;

// States of a node; FREE marks a slot without one.
const ALLOCATING: u32 = 0u;
const PREPARING: u32 = 1u;
const UNUSABLE: u32 = 2u;
const IDLE: u32 = 3u;
const RUNNING: u32 = 4u;
const LEAVING: u32 = 5u;
const FREE: u32 = 6u;

// Outcomes.
const COMPLETED: u32 = 0u;
const TIMED_OUT: u32 = 1u;
const CANCELLED: u32 = 2u;
const REJECTED: u32 = 3u;
const FAILED_IDENTITY: u32 = 4u;
const FAILED_EVICTION: u32 = 5u;
const FAILED_MAX_RESTARTS: u32 = 6u;
const QUEUED: u32 = 7u;
const STILL_RUNNING: u32 = 8u;
const NOT_SUBMITTED: u32 = 10u;

// Reasons of waiting.
const CREATING: u32 = 0u;
const MAX_NODES: u32 = 1u;
const PROVISIONING: u32 = 2u;
const LOCK: u32 = 3u;
const RESIZE: u32 = 4u;
const QUOTA: u32 = 5u;
const CAPACITY: u32 = 6u;
const UNUSABLE_NODES: u32 = 7u;
const POLICY: u32 = 8u;
const GANG: u32 = 9u;

// Resize modes.
const DOWN_FIRST: u32 = 0u;
const CONCURRENT: u32 = 1u;
const EXCLUSIVE: u32 = 2u;

// Kinds of outside changes; six words each: time, kind, four values.
const CHANGE_WORDS: u32 = 6u;
const NOTHING: u32 = 0u;
const LOCK_BEGINS: u32 = 1u;
const LOCK_ENDS: u32 = 2u;
const QUOTA_STEP: u32 = 3u;
const OUTSIDE_USAGE: u32 = 4u;
const UPDATE: u32 = 5u;
const UPDATE_IDENTITIES: u32 = 6u;
const CAPACITY_STEP: u32 = 7u;
const READY: u32 = 8u;

// Jobs: submit, running, shape. Shape: nodes (11 bits; 2047 stands for more), environment (5 bits), flags.
const JOB_WORDS: u32 = 3u;
const COMMUNICATES: u32 = 0x10000u;
const HAS_EXTRA: u32 = 0x20000u;
// Extras: timeout, checkpoint, identity (one bit, 0: none), cancel time.
const EXTRA_WORDS: u32 = 4u;
// Gate epochs: from when, max_nodes (NEVER: the configuration's), three quotas.
const EPOCH_WORDS: u32 = 5u;

// A node: 8 words, one sector of memory.
const NODE_WORDS: u32 = 8u;
const N_STATE: u32 = 0u;
const N_ORDINAL: u32 = 1u;
const N_SINCE: u32 = 2u;
const N_BILLED_FROM: u32 = 3u;
const N_WARM: u32 = 4u;
const N_ATTEMPT: u32 = 5u;
const N_NEXT: u32 = 6u;

// An attempt, numbered by the first slot that it took.
const ATTEMPT_WORDS: u32 = 8u;
const A_JOB: u32 = 0u;
const A_START: u32 = 1u;
const A_PREPARE: u32 = 2u;
const A_OVERHEAD: u32 = 3u;
const A_SAVED: u32 = 4u;
const A_EVICTIONS: u32 = 5u;
const A_ATTEMPTS: u32 = 6u;
// Nodes, and TIMES_OUT.
const A_NODES: u32 = 7u;
const TIMES_OUT: u32 = 0x10000u;

// A job that came back: job, saved, evictions, attempts.
const REQUEUED_WORDS: u32 = 4u;

const NODES_PER_LOAD_BALANCER: u32 = 50u;

// Fuel of a turn of the outermost loop. A software driver passes once through every loop of the kernel (about 50 are
// left when all functions are inlined) in each turn, for eight neighbours together.
const TURN: i32 = 6;

// The configuration of this invocation, its state, and the loop iterations that are left.
var<private> me: u32;
var<private> c: Config;
var<private> s: State;
var<private> fuel: i32;
