// The jobs that wait: those that never started are the range of the job list from `s.head` to `s.next_job`, less
// those that were rejected or cancelled; those that came back are kept one by one, ids descending, so that the
// head is the last (engine: queue.rs). The latter are all before the former (model, section 10).

// What a waiting job brings from earlier attempts.
struct Restart {
    saved: u32,
    evictions: u32,
    attempts: u32,
}

fn requeued_entry(place: u32) -> u32 {
    return params.requeued + REQUEUED_WORDS * place;
}

// Place of a job among those that came back, or NONE.
fn requeued_place(id: u32) -> u32 {
    if !LOW_PRIORITY {
        return NONE;
    }
    for (var place = 0u; place < s.again.count; place += 1u) {
        fuel -= 1;
        if load(requeued_entry(place)) == id {
            return place;
        }
    }
    return NONE;
}

// A job comes back; the books are up to the caller.
fn requeued_insert(id: u32, restart: Restart) {
    var place = s.again.count;
    while place > 0u && load(requeued_entry(place - 1u)) < id {
        fuel -= 1;
        requeued_copy(place - 1u, place);
        place -= 1u;
    }
    let to = requeued_entry(place);
    store(to, id);
    store(to + 1u, restart.saved);
    store(to + 2u, restart.evictions);
    store(to + 3u, restart.attempts);
}

fn requeued_copy(place: u32, other: u32) {
    let source = requeued_entry(place);
    let goal = requeued_entry(other);
    store(goal, load(source));
    store(goal + 1u, load(source + 1u));
    store(goal + 2u, load(source + 2u));
    store(goal + 3u, load(source + 3u));
}

// Takes a job out; the count is up to the caller.
fn requeued_take(place: u32) -> Restart {
    let entry = requeued_entry(place);
    let restart = Restart(load(entry + 1u), load(entry + 2u), load(entry + 3u));
    for (var k = place + 1u; k < s.again.count; k += 1u) {
        fuel -= 1;
        requeued_copy(k, k - 1u);
    }
    return restart;
}

// Where a submitted job is (engine: world.rs keeps it by job; here it follows from the rest), and its place there.
struct Whereabouts {
    state: u32,
    place: u32,
}

const ENDED: u32 = 0u;
const WAITS: u32 = 1u;
const WAITS_AGAIN: u32 = 2u;
const RUNS: u32 = 3u;

fn whereabouts(id: u32) -> Whereabouts {
    if id >= s.head {
        return Whereabouts(select(WAITS, ENDED, was_rejected(id)), NONE);
    }
    let place = requeued_place(id);
    if place != NONE {
        return Whereabouts(WAITS_AGAIN, place);
    }
    let attempt = attempt_of(id);
    return Whereabouts(select(RUNS, ENDED, attempt == NONE), attempt);
}

// A submitted job that never started has its final outcome: rejected, or cancelled.
fn ended_in_queue(id: u32) -> bool {
    return was_rejected(id) || was_cancelled(id);
}

// Its cancellation was carried out.
fn was_cancelled(id: u32) -> bool {
    if !CANCELLATIONS {
        return false;
    }
    let t = job_cancel(id);
    return t < s.now || (t == s.now && (s.phase != CANCELS || id <= s.last_cancelled));
}

// The submit gate refused it: recomputed from the settings in force at its submission, which depend on the
// configuration and on what comes from outside alone.
fn was_rejected(id: u32) -> bool {
    let shape = job_shape(id);
    var epoch = c.epochs.at;
    if CHANGES && c.epochs.len > 1u {
        // The last epoch that began until then.
        let t = job_submit(id);
        var low = 0u;
        var high = c.epochs.len;
        while high - low > 1u {
            fuel -= 1;
            let middle = (low + high) / 2u;
            if tables[c.epochs.at + EPOCH_WORDS * middle] <= t {
                low = middle;
            } else {
                high = middle;
            }
        }
        epoch += EPOCH_WORDS * low;
    }
    let max_nodes = select(tables[epoch + 1u], c.max_nodes, tables[epoch + 1u] == NEVER);
    let limit = min(max_nodes, min(c.communication_limit, c.addresses));
    let quotas = array<u32, 3>(tables[epoch + 2u], tables[epoch + 3u], tables[epoch + 4u]);
    return !admits(shape, limit, quotas);
}
