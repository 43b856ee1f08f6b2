// What is added up when a run is over (model, sections 8 and 9; engine: finish.rs).

fn finish() {
    let reason = s.reason;
    if leads() {
        sums[me].resizing = select(0u, 1u, has_nodes_in_transit() || s.allocated != s.target_nodes);
    }
    end_running();
    end_queued();
    set_reason(NONE);
    s.reason = reason;
    for (var slot = 0u; slot < c.leaves; slot += 1u) {
        fuel -= 1;
        let n = params.nodes + NODE_WORDS * slot;
        if load(n + N_STATE) != FREE {
            bill(load(n + N_BILLED_FROM));
        }
    }
    if leads() {
        add_up_jobs();
    }
    // From here on the areas are the integrals.
    for (var state = 0u; state < 6u; state += 1u) {
        fuel -= 1;
        s.levels[state].area = integral(s.levels[state]);
    }
    s.load_balancers.area = integral(s.load_balancers);
    s.at_limit.area = integral(s.at_limit);
}

// Jobs by outcome, and the queue.
fn add_up_jobs() {
    sums[me].outcomes[COMPLETED] = s.completed;
    sums[me].useful_by_outcome[COMPLETED] = s.completed_useful;
    var finished = 0u;
    for (var outcome = 0u; outcome < 11u; outcome += 1u) {
        finished += sums[me].outcomes[outcome];
    }
    sums[me].outcomes[NOT_SUBMITTED] += c.jobs.len - finished;
    sums[me].queue_ticks = plus(integral(s.first), integral(s.again));
}

// Attempts under way count up to the end.
fn end_running() {
    for (var index = 0u; index < c.leaves; index += 1u) {
        fuel -= 1;
        if due_get(params.attempt_due, index) != NEVER {
            var a = read_attempt(index);
            a.nodes &= ~TIMES_OUT;
            let parts = split(a);
            account(a, parts);
            unfinished(a.nodes, a.saved + parts.progress, STILL_RUNNING);
        }
    }
}

// Jobs in the queue have waited up to the end.
fn end_queued() {
    if leads() {
        sums[me].outcomes[QUEUED] += s.first.count;
    }
    for (var place = 0u; place < s.again.count; place += 1u) {
        fuel -= 1;
        let entry = requeued_entry(place);
        unfinished(shape_nodes(job_shape(load(entry))), load(entry + 1u), QUEUED);
    }
}

// A job that has no final outcome at the end of the run.
fn unfinished(nodes: u32, useful: u32, outcome: u32) {
    if leads() {
        sums[me].outcomes[outcome] += 1u;
        sums[me].useful_by_outcome[outcome] = plus(sums[me].useful_by_outcome[outcome], times(useful, nodes));
    }
}
