// Steps 5 and 6: the submit gate, cancellation of waiting jobs, and first in, first out (model, sections 4 and 7;
// engine: dispatch.rs).

// A job is submitted: the gate, then the queue.
fn submit(id: u32) {
    let shape = job_shape(id);
    if !admits(shape, s.limit, s.quota_vcpus) {
        note_outcome(0u, 0u, REJECTED);
        return;
    }
    if s.first.count == 0u {
        // Those before it have started or ended.
        s.head = id;
    }
    s.first = level_add(s.first, 1u);
    s.queued_nodes += shape_nodes(shape);
    s.active_jobs += 1u;
}

// The submit gate; outside usage and capacity are not looked at.
fn admits(shape: u32, limit: u32, quotas: array<u32, 3>) -> bool {
    let nodes = shape_nodes(shape);
    if nodes > limit || (nodes > 1u && (shape & COMMUNICATES) != 0u && c.communication == 0u) {
        return false;
    }
    return quota_admits(nodes, quotas[0]) && quota_admits(nodes, quotas[1]) && quota_admits(nodes, quotas[2]);
}

fn quota_admits(nodes: u32, quota: u32) -> bool {
    return quota == UNLIMITED || nodes <= quota / c.vcpus;
}

// A job comes back to the queue after an eviction.
fn enqueue_again(id: u32, restart: Restart) {
    requeued_insert(id, restart);
    s.again = level_add(s.again, 1u);
    s.queued_nodes += shape_nodes(job_shape(id));
    s.active_jobs += 1u;
}

// The books on a job that leaves the queue.
fn dequeued(nodes: u32, again: bool) {
    if again {
        s.again = level_sub(s.again, 1u);
    } else {
        s.first = level_sub(s.first, 1u);
    }
    s.queued_nodes -= nodes;
}

// A waiting job is cancelled.
fn cancel_queued(id: u32, restart: Restart, again: bool) {
    let nodes = shape_nodes(job_shape(id));
    dequeued(nodes, again);
    s.active_jobs -= 1u;
    end_waiting(nodes, restart, CANCELLED);
}

// A job that does not run gets its final outcome.
fn end_waiting(nodes: u32, restart: Restart, outcome: u32) {
    if outcome == CANCELLED && restart.attempts == 0u && leads() {
        sums[me].cancelled_unstarted += 1u;
    }
    note_outcome(nodes, restart.saved, outcome);
}

// Step 6: while the head's nodes <= idle nodes, it starts.
fn dispatch() -> bool {
    if queued() == 0u {
        return true;
    }
    // Passes over one that ended in the queue; the head's reason is looked at even if no node is idle.
    if s.first.count > 0u && ended_in_queue(s.head) {
        s.head += 1u;
        return false;
    }
    let again = s.again.count > 0u;
    let id = queue_head();
    let shape = job_shape(id);
    if shape_nodes(shape) > idle_count() {
        return true;
    }
    var restart = Restart(0u, 0u, 0u);
    if again {
        restart = requeued_take(s.again.count - 1u);
    } else {
        s.head += 1u;
    }
    start_or_fail(id, shape, restart, again);
    return queued() == 0u;
}

// The first job in the queue, which is not empty.
fn queue_head() -> u32 {
    if LOW_PRIORITY && s.again.count > 0u {
        return load(requeued_entry(s.again.count - 1u));
    }
    return s.head;
}

// A job that fits starts, or ends for want of its identity.
fn start_or_fail(id: u32, shape: u32, restart: Restart, again: bool) {
    dequeued(shape_nodes(shape), again);
    let identity = job_identity(id, shape);
    if identity != 0u && (s.identities & identity) == 0u {
        s.active_jobs -= 1u;
        end_waiting(shape_nodes(shape), restart, FAILED_IDENTITY);
        return;
    }
    start(id, shape, restart);
}
