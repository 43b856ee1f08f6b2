// The cluster's counts, and the tables of the jobs (engine: cluster.rs, world.rs, model.rs).

fn update_limit() {
    s.resized = 1u;
    s.limit = min(s.max_nodes, min(c.communication_limit, c.addresses));
}

// Queue length.
fn queued() -> u32 {
    return s.first.count + s.again.count;
}

// target = min(limit, max(min_nodes, demand)); demand = nodes of running jobs + nodes of queued jobs.
fn update_target() {
    s.target_nodes = min(s.limit, max(s.min_nodes, s.levels[RUNNING].count + s.queued_nodes));
}

fn has_nodes_in_transit() -> bool {
    return s.levels[ALLOCATING].count + s.levels[PREPARING].count + s.levels[LEAVING].count > 0u;
}

// Nodes change state.
fn move_nodes(before: u32, after: u32, n: u32) {
    s.levels[before] = level_sub(s.levels[before], n);
    s.levels[after] = level_add(s.levels[after], n);
}

// Load balancers serve billed nodes: all held ones past their allocation.
fn update_load_balancers() {
    if s.ready != 0u {
        let billed = s.held - s.levels[ALLOCATING].count;
        s.load_balancers = level_set(s.load_balancers, max(1u, div_ceil(billed, NODES_PER_LOAD_BALANCER)));
    }
}

// Adds the billed time of a node that goes now, or is still held at the end.
fn bill(billed_from: u32) {
    if billed_from != NEVER && leads() {
        let quanta = div_ceil(s.now - billed_from, c.billing_quantum);
        sums[me].billed_quanta = plus(sums[me].billed_quanta, wide(quanta));
    }
}

// The next time at which something of the cluster falls due, or NEVER; step 7 is done.
fn cluster_next_due() -> u32 {
    var next = min(s.attempt_next, s.node_next);
    if LOW_PRIORITY {
        next = min(next, s.lifetime_next);
    }
    if s.allocated > s.target_nodes {
        next = min(next, next_expiry());
    }
    return next;
}

// Entry `i` of a table, in turn.
fn entry(table: Table, i: u32) -> u32 {
    if table.len == 1u {
        return tables[table.at];
    }
    return tables[table.at + i % table.len];
}

// The reason from now on.
fn set_reason(reason: u32) {
    if s.reason == reason {
        return;
    }
    let first = integral(s.first);
    let again = integral(s.again);
    if s.reason != NONE && leads() {
        sums[me].wait[s.reason] = plus(sums[me].wait[s.reason], minus(first, s.first_mark));
        sums[me].requeue_wait[s.reason] = plus(sums[me].requeue_wait[s.reason], minus(again, s.again_mark));
    }
    s.first_mark = first;
    s.again_mark = again;
    s.reason = reason;
}

fn requests_locked() -> bool {
    return CHANGES && (s.read_only_locks > 0u || (c.removal_locks == 0u && s.cannot_delete_locks > 0u));
}

fn releases_locked() -> bool {
    return CHANGES && s.read_only_locks + s.cannot_delete_locks > 0u;
}

// Nodes for which quota `q` has room beside what others use, or UNLIMITED.
fn quota_nodes(q: u32) -> u32 {
    if s.quota_vcpus[q] == UNLIMITED {
        return UNLIMITED;
    }
    return saturating_sub(s.quota_vcpus[q], s.quota_outside[q]) / c.vcpus;
}

fn job_submit(id: u32) -> u32 {
    return tables[c.jobs.at + JOB_WORDS * id];
}

fn job_running(id: u32) -> u32 {
    return tables[c.jobs.at + JOB_WORDS * id + 1u];
}

fn job_shape(id: u32) -> u32 {
    return tables[c.jobs.at + JOB_WORDS * id + 2u];
}

fn shape_nodes(shape: u32) -> u32 {
    return shape & 0x7ffu;
}

// Bit of the environment in a node's warm set.
fn shape_environment(shape: u32) -> u32 {
    return 1u << ((shape >> 11u) & 31u);
}

fn job_timeout(id: u32, shape: u32) -> u32 {
    if EXTRAS && (shape & HAS_EXTRA) != 0u {
        return tables[c.extras + EXTRA_WORDS * id];
    }
    return NEVER;
}

fn job_checkpoint(id: u32) -> u32 {
    if EXTRAS && (job_shape(id) & HAS_EXTRA) != 0u {
        return tables[c.extras + EXTRA_WORDS * id + 1u];
    }
    return NEVER;
}

// One bit, or 0: it needs none.
fn job_identity(id: u32, shape: u32) -> u32 {
    if EXTRAS && (shape & HAS_EXTRA) != 0u {
        return tables[c.extras + EXTRA_WORDS * id + 2u];
    }
    return 0u;
}

fn job_cancel(id: u32) -> u32 {
    if CANCELLATIONS && (job_shape(id) & HAS_EXTRA) != 0u {
        return tables[c.extras + EXTRA_WORDS * id + 3u];
    }
    return NEVER;
}
