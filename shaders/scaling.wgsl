// Step 7: Down, then Up (model, section 5), and why the queue waits (section 7; engine: scaling.rs).

// Down, if allocated > target and nothing forbids it.
fn down() -> bool {
    update_target();
    if s.allocated <= s.target_nodes || releases_locked() || !(withdraws() || has_expired_node()) {
        return true;
    }
    // Withdraws still-allocating nodes, highest ordinal first.
    if withdraws() && s.released == 0u && s.levels[ALLOCATING].count > 0u {
        withdraw(latest_node(true));
        return false;
    }
    // Looked at once: what is released now is in transit itself.
    if c.resize == EXCLUSIVE && s.released == 0u && has_nodes_in_transit() {
        return true;
    }
    if !has_expired_node() {
        return true;
    }
    let slot = idle_release_one();
    let due = begin_leaving(slot, IDLE);
    s.node_next = due_set(params.node_due, slot, due);
    if leads() {
        sums[me].releases += 1u;
        sums[me].scale_operations += 1u - s.released;
    }
    s.released = 1u;
    return s.allocated <= s.target_nodes;
}

fn withdraws() -> bool {
    return WITHDRAWALS && c.cancel_allocating != 0u;
}

// A node has been idle for its idle time.
fn has_expired_node() -> bool {
    let since = oldest_since();
    return since != NEVER && since + s.idle_time <= s.now;
}

// Whether the resize rule forbids requests now.
fn resize_forbids_requests() -> bool {
    switch c.resize {
        case DOWN_FIRST: {
            return s.levels[LEAVING].count > 0u;
        }
        case CONCURRENT: {
            return false;
        }
        default: {
            return has_nodes_in_transit();
        }
    }
}

// Up, if allocated < target and nothing forbids it: as far as free slots, quota, addresses and capacity reach.
fn up() -> bool {
    // The rules are looked at once: what is requested now is in transit itself.
    if s.allocated >= s.target_nodes
        || s.ready == 0u
        || requests_locked()
        || (s.requested == 0u && resize_forbids_requests()) {
        return true;
    }
    let most = min(min(c.addresses, s.capacity), min(quota_nodes(0u), min(quota_nodes(1u), quota_nodes(2u))));
    // Slots beyond the limit in force stay free.
    let slot = lowest_free();
    if s.held >= most || slot >= s.limit {
        return true;
    }
    request(slot);
    if leads() {
        sums[me].scale_operations += 1u - s.requested;
    }
    s.requested = 1u;
    return s.allocated >= s.target_nodes;
}

// Requests one node.
fn request(slot: u32) {
    let ordinal = s.next_ordinal;
    s.next_ordinal += 1u;
    take_slot(slot);
    let n = params.nodes + NODE_WORDS * slot;
    store(n + N_STATE, ALLOCATING);
    store(n + N_ORDINAL, ordinal);
    store(n + N_BILLED_FROM, NEVER);
    store(n + N_WARM, 0u);
    s.node_next = due_set(params.node_due, slot, s.now + entry(c.allocation_delay, ordinal));
    s.levels[ALLOCATING] = level_add(s.levels[ALLOCATING], 1u);
    s.resized = 1u;
    s.allocated += 1u;
    s.held += 1u;
    if leads() {
        sums[me].requests += 1u;
    }
}

// Why the queue waits until the next instant: its head's reason, the first that holds.
fn waiting_reason() -> u32 {
    if queued() == 0u {
        return NONE;
    }
    let head = shape_nodes(job_shape(queue_head()));
    let coming = s.levels[IDLE].count + s.levels[ALLOCATING].count + s.levels[PREPARING].count;
    if s.ready == 0u {
        return CREATING;
    }
    if head > s.limit {
        return MAX_NODES;
    }
    if coming >= head {
        return PROVISIONING;
    }
    if s.allocated < s.target_nodes {
        if requests_locked() {
            return LOCK;
        }
        if resize_forbids_requests() {
            return RESIZE;
        }
        return select(CAPACITY, QUOTA, quota_is_full());
    }
    if s.allocated < s.limit {
        return select(POLICY, UNUSABLE_NODES, coming + s.levels[UNUSABLE].count >= head);
    }
    return select(MAX_NODES, GANG, s.levels[IDLE].count > 0u);
}

// A quota does not admit one more node.
fn quota_is_full() -> bool {
    return s.held >= min(quota_nodes(0u), min(quota_nodes(1u), quota_nodes(2u)));
}
