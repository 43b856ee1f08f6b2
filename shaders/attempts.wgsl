// Attempts of jobs: how they start, end, and are stopped by evictions (model, sections 4, 6 and 9; engine:
// attempts.rs). An attempt has the number of the first slot that it took.

struct Split {
    prepare: u32,
    overhead: u32,
    progress: u32,
}

struct Attempt {
    job: u32,
    start: u32,
    prepare: u32,
    overhead: u32,
    saved: u32,
    evictions: u32,
    attempts: u32,
    nodes: u32,
}

// How the ticks of an attempt divide (model, section 9).
fn split(a: Attempt) -> Split {
    let elapsed = s.now - a.start;
    let prepare = min(elapsed, a.prepare);
    let overhead = min(elapsed - prepare, a.overhead);
    return Split(prepare, overhead, elapsed - prepare - overhead);
}

fn read_attempt(index: u32) -> Attempt {
    let a = params.attempts + ATTEMPT_WORDS * index;
    return Attempt(
        load(a + A_JOB),
        load(a + A_START),
        load(a + A_PREPARE),
        load(a + A_OVERHEAD),
        load(a + A_SAVED),
        load(a + A_EVICTIONS),
        load(a + A_ATTEMPTS),
        load(a + A_NODES),
    );
}

// Step 2: completions and timeouts due now. They only free nodes, so their order changes nothing.
fn completions() -> bool {
    if s.attempt_next > s.now {
        return true;
    }
    let index = due_earliest(params.attempt_due, s.attempt_next);
    s.attempt_next = due_set(params.attempt_due, index, NEVER);
    let times_out = (load(params.attempts + ATTEMPT_WORDS * index + A_NODES) & TIMES_OUT) != 0u;
    end_attempt(index, select(COMPLETED, TIMED_OUT, times_out));
    return s.attempt_next > s.now;
}

// Starts a waiting job that fits the idle nodes. It has left the queue already.
fn start(id: u32, shape: u32, restart: Restart) {
    let nodes = shape_nodes(shape);
    let environment = shape_environment(shape);
    // Takes the most recently idle nodes.
    let index = idle_take_one();
    var warm = take_node(index, index, environment);
    var last = index;
    for (var k = 1u; k < nodes; k += 1u) {
        fuel -= 1;
        let slot = idle_take_one();
        warm &= take_node(slot, index, environment);
        store(params.nodes + NODE_WORDS * last + N_NEXT, slot);
        last = slot;
    }
    move_nodes(IDLE, RUNNING, nodes);

    var prepare = 0u;
    if (warm & environment) == 0u {
        prepare = entry(c.prepare_cold, id);
    } else {
        prepare = entry(c.prepare_warm, id);
    }
    let overhead = select(c.restart_overhead, 0u, restart.attempts == 0u);
    let length = saturating_add(saturating_add(prepare, overhead), job_running(id) - restart.saved);
    let timeout = job_timeout(id, shape);
    let times_out = length > timeout;
    let a = params.attempts + ATTEMPT_WORDS * index;
    store(a + A_JOB, id);
    store(a + A_START, s.now);
    store(a + A_PREPARE, prepare);
    store(a + A_OVERHEAD, overhead);
    store(a + A_SAVED, restart.saved);
    store(a + A_EVICTIONS, restart.evictions);
    store(a + A_ATTEMPTS, restart.attempts + 1u);
    store(a + A_NODES, nodes | select(0u, TIMES_OUT, times_out));
    s.attempt_next = due_set(params.attempt_due, index, s.now + min(length, timeout));

    if restart.attempts == 0u {
        let wait = s.now - job_submit(id);
        s.started += 1u;
        s.wait_sum = plus(s.wait_sum, wide(wait));
        s.wait_max = max(s.wait_max, wait);
        histogram_add(wait_histogram(), wait);
        s.waits_within += select(0u, 1u, c.wait_limit != NEVER && wait <= c.wait_limit);
    } else if leads() {
        sums[me].restarts += 1u;
    }
}

// A node goes to an attempt; returns the environments that it was warm for.
fn take_node(slot: u32, attempt: u32, environment: u32) -> u32 {
    let n = params.nodes + NODE_WORDS * slot;
    let warm = load(n + N_WARM);
    store(n + N_WARM, warm | environment);
    store(n + N_STATE, RUNNING);
    store(n + N_ATTEMPT, attempt);
    store(n + N_NEXT, NONE);
    return warm;
}

// An attempt ends; its nodes become idle now. Its end was taken from what falls due.
fn stop(index: u32) -> Attempt {
    var a = read_attempt(index);
    a.nodes &= ~TIMES_OUT;
    var slot = index;
    while slot != NONE {
        fuel -= 1;
        let n = params.nodes + NODE_WORDS * slot;
        store(n + N_STATE, IDLE);
        store(n + N_SINCE, s.now);
        store(n + N_ATTEMPT, NONE);
        idle_push(slot);
        slot = load(n + N_NEXT);
    }
    move_nodes(RUNNING, IDLE, a.nodes);
    return a;
}

// The running attempt of a job, or NONE.
fn attempt_of(id: u32) -> u32 {
    if s.levels[RUNNING].count == 0u {
        return NONE;
    }
    for (var index = 0u; index < c.leaves; index += 1u) {
        fuel -= 1;
        if load(params.attempts + ATTEMPT_WORDS * index + A_JOB) == id
            && due_get(params.attempt_due, index) != NEVER {
            return index;
        }
    }
    return NONE;
}

// An attempt ends the job: completed, timed out or cancelled.
fn end_attempt(index: u32, outcome: u32) {
    let a = stop(index);
    let parts = split(a);
    account(a, parts);
    let useful = a.saved + parts.progress;
    if outcome == COMPLETED {
        let turnaround = s.now - job_submit(a.job);
        s.turnaround_sum = plus(s.turnaround_sum, wide(turnaround));
        s.turnaround_max = max(s.turnaround_max, turnaround);
        if TURNAROUNDS {
            histogram_add(wait_histogram() + BUCKETS, turnaround);
        }
    }
    s.active_jobs -= 1u;
    note_outcome(a.nodes, useful, outcome);
}

// Adds what an attempt did: all progress counts as useful.
fn account(a: Attempt, parts: Split) {
    s.prepare = plus(s.prepare, times(a.nodes, parts.prepare));
    s.useful = plus(s.useful, times(a.nodes, parts.progress));
    if parts.overhead > 0u && leads() {
        sums[me].lost = plus(sums[me].lost, times(a.nodes, parts.overhead));
    }
}

// The sums of a final outcome. `useful`: what the job keeps of all its attempts [ticks].
fn note_outcome(nodes: u32, useful: u32, outcome: u32) {
    if outcome == COMPLETED {
        s.completed += 1u;
        s.completed_useful = plus(s.completed_useful, times(useful, nodes));
        return;
    }
    if leads() {
        sums[me].outcomes[outcome] += 1u;
        sums[me].useful_by_outcome[outcome] = plus(sums[me].useful_by_outcome[outcome], times(useful, nodes));
    }
}

// A node of a running job is evicted: the job stops, and restarts or fails (model, section 6).
fn evict_job(index: u32) {
    let a = stop(index);
    s.attempt_next = due_set(params.attempt_due, index, NEVER);
    let parts = split(a);
    account(a, parts);

    let evictions = a.evictions + 1u;
    let done = a.saved + parts.progress;
    var gives_up = NONE;
    if c.fails_when_evicted != 0u {
        gives_up = FAILED_EVICTION;
    } else if c.max_restarts != UNLIMITED && evictions > c.max_restarts {
        gives_up = FAILED_MAX_RESTARTS;
    }
    let checkpoint = job_checkpoint(a.job);
    var kept = 0u;
    if gives_up == NONE && checkpoint != NEVER {
        kept = done / checkpoint * checkpoint;
    }
    // `account` counted all progress as useful.
    let lost = times(a.nodes, done - kept);
    s.useful = minus(s.useful, lost);
    if leads() {
        sums[me].lost = plus(sums[me].lost, lost);
    }
    s.active_jobs -= 1u;
    if gives_up != NONE {
        note_outcome(a.nodes, 0u, gives_up);
        return;
    }
    enqueue_again(a.job, Restart(kept, evictions, a.attempts));
}

// Counts one value (engine: stats/histogram.rs).
fn histogram_add(histogram: u32, v: u32) {
    var bucket = v;
    if v >= 64u {
        let k = firstLeadingBit(v);
        bucket = 64u * (k - 5u) + (v >> (k - 6u)) - 64u;
    }
    if leads() {
        histograms[histogram + bucket] += 1u;
    }
}

// First word of the histogram of waits; that of turnarounds follows it.
fn wait_histogram() -> u32 {
    return me * select(BUCKETS, 2u * BUCKETS, TURNAROUNDS);
}
