// One run: the instants, and the steps of each (model, sections 3 and 8; engine: run.rs).
//
// An invocation goes on with one configuration until that one ends or the fuel is used up. Each step is a function
// that does one thing of what is due (one completion, one request) and returns whether the step is finished; if
// not, it is called again, in this dispatch or in the next. So a pause is possible everywhere, no step has a loop
// of its own, and neighbours that do different things share the turns of one loop.

// Goes on from where the state says. Returns whether it paused: the fuel is used up.
fn turns() -> bool {
    loop {
        fuel -= TURN;
        if fuel < i32(params.reserve) {
            return true;
        }
        if s.phase == INITIAL && initial() {
            s.phase = BETWEEN;
        }
        if s.phase == BETWEEN {
            between();
        }
        if s.phase == OUTSIDE && outside_changes() {
            s.phase = COMPLETIONS;
        }
        if s.phase == COMPLETIONS && completions() {
            s.phase = EVICTIONS;
        }
        if s.phase == EVICTIONS && evictions() {
            s.phase = TRANSITIONS;
        }
        if s.phase == TRANSITIONS && transitions() {
            s.phase = SUBMISSIONS;
        }
        if s.phase == SUBMISSIONS && submissions() {
            s.phase = CANCELS;
        }
        if s.phase == CANCELS && cancellations() {
            s.phase = DISPATCH;
        }
        if s.phase == DISPATCH && dispatch() {
            s.released = 0u;
            s.requested = 0u;
            s.phase = DOWN;
        }
        if s.phase == DOWN && down() {
            s.phase = UP;
        }
        if s.phase == UP && up() {
            s.phase = NEXT;
        }
        if s.phase == NEXT && next_due() {
            after_step_7();
        }
        if s.phase == FINISH {
            finish();
            s.phase = DONE;
            break;
        }
    }
    return false;
}

// The next time to visit, or how the run ends at the present instant (model, section 8).
fn between() {
    let status = next_instant();
    if status == NONE {
        begin_instant(s.next);
    } else {
        s.status = status;
        s.phase = FINISH;
    }
}

// NONE: the run goes on to `s.next`; else its status.
fn next_instant() -> u32 {
    // While submissions are to come, the run neither settles nor is late nor stuck.
    if s.next <= s.next_submit && s.next_submit != NEVER && c.stop_at_horizon == 0u {
        return NONE;
    }
    if s.instants == 0u {
        return NONE;
    }
    if s.settled_at != NEVER && (c.horizon == NEVER || s.now >= c.horizon) {
        return SETTLED;
    }
    if c.stop_at_horizon != 0u && c.horizon == s.now {
        return HORIZON;
    }
    if s.next == NEVER {
        return STUCK;
    }
    if s.next >= TICK_END || (s.next > c.late_after && s.late_instants >= c.bound_instants) {
        return LIMIT;
    }
    return NONE;
}

fn begin_instant(t: u32) {
    s.now = t;
    s.instants += 1u;
    s.late_instants += select(0u, 1u, t > c.late_after);
    s.repetitions = 1u;
    s.phase = OUTSIDE;
}

// Step 1.
fn outside_changes() -> bool {
    if !CHANGES {
        return true;
    }
    if next_change_at() > s.now {
        return true;
    }
    let i = c.changes.at + CHANGE_WORDS * s.next_change;
    s.next_change += 1u;
    change(tables[i + 1u], tables[i + 2u], tables[i + 3u], tables[i + 4u], tables[i + 5u]);
    return next_change_at() > s.now;
}

// When something comes from outside next, or NEVER.
fn next_change_at() -> u32 {
    if CHANGES && s.next_change < c.changes.len {
        return tables[c.changes.at + CHANGE_WORDS * s.next_change];
    }
    return NEVER;
}

fn change(kind: u32, x: u32, y: u32, z: u32, w: u32) {
    switch kind {
        case LOCK_BEGINS: {
            s.cannot_delete_locks += select(0u, 1u, x == 0u);
            s.read_only_locks += select(0u, 1u, x != 0u);
        }
        case LOCK_ENDS: {
            s.cannot_delete_locks -= select(0u, 1u, x == 0u);
            s.read_only_locks -= select(0u, 1u, x != 0u);
        }
        case QUOTA_STEP: {
            s.quota_vcpus[x] = y;
        }
        case OUTSIDE_USAGE: {
            s.quota_outside[x] = y;
        }
        case UPDATE, UPDATE_IDENTITIES: {
            update(kind, x, y, z, w);
        }
        case CAPACITY_STEP: {
            s.capacity = x;
        }
        case READY: {
            s.ready = 1u;
            update_load_balancers();
        }
        default: {}
    }
}

// An update of the cluster; a read-only lock refuses it.
fn update(kind: u32, min_nodes: u32, max_nodes: u32, idle_time: u32, identities: u32) {
    if s.read_only_locks > 0u {
        if leads() {
            sums[me].refused_updates += 1u;
        }
        return;
    }
    s.min_nodes = select(min_nodes, s.min_nodes, min_nodes == NEVER);
    s.max_nodes = select(max_nodes, s.max_nodes, max_nodes == NEVER);
    s.idle_time = select(idle_time, s.idle_time, idle_time == NEVER);
    if kind == UPDATE_IDENTITIES {
        s.identities = identities;
    }
    update_limit();
}

// Step 5: submissions due now.
fn submissions() -> bool {
    if s.next_submit > s.now {
        return true;
    }
    let id = s.next_job;
    s.next_job += 1u;
    s.next_submit = NEVER;
    if s.next_job < c.jobs.len {
        s.next_submit = job_submit(s.next_job);
    }
    submit(id);
    return s.next_submit > s.now;
}

// Step 5: cancellations due now.
fn cancellations() -> bool {
    if next_cancel_at() > s.now {
        return true;
    }
    let id = tables[c.cancels.at + 2u * s.next_cancel + 1u];
    s.next_cancel += 1u;
    s.last_cancelled = id;
    let job = whereabouts(id);
    switch job.state {
        case WAITS: {
            cancel_queued(id, Restart(0u, 0u, 0u), false);
        }
        case WAITS_AGAIN: {
            cancel_queued(id, requeued_take(job.place), true);
        }
        case RUNS: {
            s.attempt_next = due_set(params.attempt_due, job.place, NEVER);
            end_attempt(job.place, CANCELLED);
        }
        default: {}
    }
    return next_cancel_at() > s.now;
}

// When a job is cancelled next, ended or not, or NEVER.
fn next_cancel_at() -> u32 {
    if CANCELLATIONS && s.next_cancel < c.cancels.len {
        return tables[c.cancels.at + 2u * s.next_cancel];
    }
    return NEVER;
}

// The earliest time of the list in section 3, or NEVER, in `s.next`.
fn next_due() -> bool {
    s.next = min(s.next_submit, cluster_next_due());
    if s.quiet_until > s.next {
        return true;
    }
    // Passes over the cancellation of a job that has ended.
    if CANCELLATIONS && s.next_cancel < c.cancels.len {
        let id = tables[c.cancels.at + 2u * s.next_cancel + 1u];
        if id < s.next_job && whereabouts(id).state == ENDED {
            s.next_cancel += 1u;
            return false;
        }
    }
    update_quiet_until();
    s.next = min(s.next, s.quiet_until);
    return true;
}

// The earliest change, cancellation of a job that has not ended, or horizon from now on.
fn update_quiet_until() {
    s.quiet_until = min(next_change_at(), next_cancel_at());
    if c.horizon > s.now {
        s.quiet_until = min(s.quiet_until, c.horizon);
    }
}

// What follows step 7.
fn after_step_7() {
    if s.next == s.now {
        if s.repetitions < c.bound_repetitions {
            s.repetitions += 1u;
            s.phase = COMPLETIONS;
            return;
        }
        end_instant();
        s.status = LIMIT;
        s.phase = FINISH;
        return;
    }
    end_instant();
    if s.active_jobs == 0u && s.settled_at == NEVER && is_settled() {
        s.settled_at = s.now;
    }
    s.phase = BETWEEN;
}

// What holds from this instant to the next: reasons, peaks, time at the limit.
fn end_instant() {
    if queued() > 0u || s.reason != NONE {
        set_reason(waiting_reason());
    }
    if s.resized != 0u {
        s.resized = 0u;
        s.at_limit = level_set(s.at_limit, select(0u, 1u, s.allocated >= s.limit));
        if leads() {
            sums[me].peak_nodes = max(sums[me].peak_nodes, s.held);
        }
    }
}

// All work done and no node above min_nodes left (model, section 8).
fn is_settled() -> bool {
    return s.active_jobs == 0u
        && s.next_job == c.jobs.len
        && s.levels[LEAVING].count == 0u
        && s.allocated <= max(s.min_nodes, s.target_nodes);
}

// The state at t = 0, before the first instant. The memory is zero before; `s.repetitions` counts the words.
fn initial() -> bool {
    if s.repetitions < 2u * c.leaves {
        due_begin(params.attempt_due, s.repetitions);
        due_begin(params.node_due, s.repetitions);
        if LOW_PRIORITY {
            due_begin(params.lifetimes, s.repetitions);
        }
        if s.repetitions < c.leaves {
            store(params.nodes + NODE_WORDS * s.repetitions + N_STATE, FREE);
        }
        s.repetitions += 1u;
        return false;
    }
    if s.next_ordinal == 0u {
        begin_world();
        begin_cluster();
    }
    if s.next_ordinal < c.initial_nodes {
        place_initial_node();
    }
    if s.next_ordinal < c.initial_nodes {
        return false;
    }
    update_load_balancers();
    return true;
}

fn begin_world() {
    s.settled_at = NEVER;
    s.quota_vcpus = c.quotas;
    s.next_submit = NEVER;
    if c.jobs.len > 0u {
        s.next_submit = job_submit(0u);
    }
}

fn begin_cluster() {
    s.ready = c.ready;
    s.min_nodes = c.min_nodes;
    s.max_nodes = c.max_nodes;
    s.idle_time = c.idle_time;
    s.identities = c.identities;
    s.capacity = UNLIMITED;
    s.attempt_next = NEVER;
    s.node_next = NEVER;
    s.lifetime_next = NEVER;
    s.reason = NONE;
    update_limit();
    let words = (c.leaves + 31u) / 32u;
    for (var word = 0u; word < words; word += 1u) {
        fuel -= 1;
        store(params.free + word, NONE >> saturating_sub(32u, c.leaves));
    }
    s.free_words = NONE >> (32u - words);
}

// An initial node: idle and cold since 0; they take the first slots and ordinals.
fn place_initial_node() {
    let slot = s.next_ordinal;
    s.next_ordinal += 1u;
    take_slot(slot);
    let n = params.nodes + NODE_WORDS * slot;
    store(n + N_STATE, IDLE);
    store(n + N_ORDINAL, slot);
    begin_lifetime(slot);
    idle_push(slot);
    s.levels[IDLE] = level_add(s.levels[IDLE], 1u);
    s.allocated += 1u;
    s.held += 1u;
}
