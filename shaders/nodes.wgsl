// Steps 3 and 4: evictions and the life of nodes (model, sections 2 and 3; engine: nodes.rs).

// Step 3: lifetimes due now; then, above the capacity, the highest ordinals go.
fn evictions() -> bool {
    // Lifetimes last a tick at least and requests keep to the capacity, so that a repetition finds nobody.
    if !LOW_PRIORITY || c.low_priority == 0u || s.repetitions != 1u {
        return true;
    }
    var slot = NONE;
    if s.lifetime_next <= s.now {
        slot = due_earliest(params.lifetimes, s.lifetime_next);
    } else if s.held > s.capacity {
        // The cloud takes back the latest; an allocating one is withdrawn.
        slot = latest_node(false);
    } else {
        return true;
    }
    if load(params.nodes + NODE_WORDS * slot + N_STATE) == ALLOCATING {
        withdraw(slot);
    } else {
        evict(slot);
    }
    return s.lifetime_next > s.now && s.held <= s.capacity;
}

// The held node with the highest ordinal, or the allocating one.
fn latest_node(allocating: bool) -> u32 {
    var slot = NONE;
    var highest = 0u;
    for (var i = 0u; i < c.leaves; i += 1u) {
        fuel -= 1;
        let n = params.nodes + NODE_WORDS * i;
        let state = load(n + N_STATE);
        let ordinal = load(n + N_ORDINAL);
        let sought = select(state != FREE, state == ALLOCATING, allocating);
        if sought && (slot == NONE || ordinal > highest) {
            slot = i;
            highest = ordinal;
        }
    }
    return slot;
}

// A node past its allocation is gone at once, and its job stops.
fn evict(slot: u32) {
    let n = params.nodes + NODE_WORDS * slot;
    if load(n + N_STATE) == RUNNING {
        evict_job(load(n + N_ATTEMPT));
    }
    // A job that stops leaves its nodes idle, so the state is read again.
    if load(n + N_STATE) == IDLE {
        idle_remove(slot);
    }
    if leads() {
        sums[me].evictions += 1u;
    }
    s.lifetime_next = due_set(params.lifetimes, slot, NEVER);
    if due_get(params.node_due, slot) != NEVER {
        s.node_next = due_set(params.node_due, slot, NEVER);
    }
    free(slot);
}

// A node that is still being allocated is taken back.
fn withdraw(slot: u32) {
    if leads() {
        sums[me].withdrawn += 1u;
    }
    s.node_next = due_set(params.node_due, slot, NEVER);
    free(slot);
}

// The slot, the quota and the address of a node are free. What falls due for it was cleared.
fn free(slot: u32) {
    let n = params.nodes + NODE_WORDS * slot;
    let state = load(n + N_STATE);
    s.levels[state] = level_sub(s.levels[state], 1u);
    bill(load(n + N_BILLED_FROM));
    s.resized = 1u;
    s.held -= 1u;
    s.allocated -= select(1u, 0u, state == LEAVING);
    store(n + N_STATE, FREE);
    free_slot(slot);
    update_load_balancers();
}

// Step 4: each node makes all its transitions due now, one after another. Nodes do not look at each other here, so
// their order changes nothing.
fn transitions() -> bool {
    if s.node_next > s.now {
        return true;
    }
    node_transitions(due_earliest(params.node_due, s.node_next));
    return s.node_next > s.now;
}

fn node_transitions(slot: u32) {
    let n = params.nodes + NODE_WORDS * slot;
    let ordinal = load(n + N_ORDINAL);
    var due = s.now;
    while due <= s.now {
        fuel -= 1;
        switch load(n + N_STATE) {
            case ALLOCATING: {
                move_nodes(ALLOCATING, PREPARING, 1u);
                store(n + N_STATE, PREPARING);
                store(n + N_BILLED_FROM, s.now);
                due = s.now + entry(c.boot_delay, ordinal);
                begin_lifetime(slot);
                update_load_balancers();
            }
            case PREPARING: {
                if entry(c.boot_failure, ordinal) != 0u {
                    move_nodes(PREPARING, UNUSABLE, 1u);
                    store(n + N_STATE, UNUSABLE);
                    due = s.now + c.recycle_time;
                    if leads() {
                        sums[me].boot_failures += 1u;
                    }
                } else {
                    move_nodes(PREPARING, IDLE, 1u);
                    store(n + N_STATE, IDLE);
                    due = NEVER;
                    store(n + N_SINCE, s.now);
                    idle_push(slot);
                }
            }
            case UNUSABLE: {
                due = begin_leaving(slot, UNUSABLE);
            }
            default: {
                // Leaving.
                due = NEVER;
                if LOW_PRIORITY && due_get(params.lifetimes, slot) != NEVER {
                    s.lifetime_next = due_set(params.lifetimes, slot, NEVER);
                }
                free(slot);
            }
        }
    }
    s.node_next = due_set(params.node_due, slot, due);
}

// A node begins to leave; it no longer counts as allocated. Returns when it is gone.
fn begin_leaving(slot: u32, before: u32) -> u32 {
    move_nodes(before, LEAVING, 1u);
    s.resized = 1u;
    s.allocated -= 1u;
    store(params.nodes + NODE_WORDS * slot + N_STATE, LEAVING);
    return s.now + c.release_delay;
}

// A lifetime counts from the end of allocation.
fn begin_lifetime(slot: u32) {
    if !LOW_PRIORITY || c.low_priority == 0u {
        return;
    }
    let lifetime = entry(c.lifetime, load(params.nodes + NODE_WORDS * slot + N_ORDINAL));
    if lifetime != NEVER {
        s.lifetime_next = due_set(params.lifetimes, slot, s.now + lifetime);
    }
}
