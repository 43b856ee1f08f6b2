// Idle nodes by (idle since ascending, slot descending): jobs take from the back, scale-down from the front
// (engine: idle.rs). Those of the latest tick are a set of bits, which has any order for nothing; when a later
// tick comes, they go into the ring in order. The ring holds (slot, since).

fn idle_entry(k: u32) -> u32 {
    return params.idle + 2u * ((s.idle_front + k) & (c.leaves - 1u));
}

fn idle_count() -> u32 {
    return s.idle_sorted + s.fresh_count;
}

// A node becomes idle now.
fn idle_push(slot: u32) {
    if s.fresh_since != s.now {
        idle_sort();
        s.fresh_since = s.now;
    }
    s.fresh_words = add_slot(params.fresh, s.fresh_words, slot);
    s.fresh_count += 1u;
}

// Puts the nodes of the latest tick into the ring, highest slot first.
fn idle_sort() {
    while s.fresh_count > 0u {
        fuel -= 1;
        let slot = fresh_highest();
        let entry = idle_entry(s.idle_sorted);
        store(entry, slot);
        store(entry + 1u, s.fresh_since);
        s.idle_sorted += 1u;
        fresh_remove(slot);
    }
}

fn fresh_highest() -> u32 {
    return highest_slot(params.fresh, s.fresh_words);
}

fn fresh_lowest() -> u32 {
    return lowest_slot(params.fresh, s.fresh_words);
}

fn fresh_remove(slot: u32) {
    s.fresh_words = remove_slot(params.fresh, s.fresh_words, slot);
    s.fresh_count -= 1u;
}

// Takes the most recently idle node.
fn idle_take_one() -> u32 {
    if s.fresh_count > 0u {
        let slot = fresh_lowest();
        fresh_remove(slot);
        return slot;
    }
    s.idle_sorted -= 1u;
    return load(idle_entry(s.idle_sorted));
}

// Removes the node that has been idle for the longest.
fn idle_release_one() -> u32 {
    if s.idle_sorted > 0u {
        let slot = load(idle_entry(0u));
        s.idle_front = (s.idle_front + 1u) & (c.leaves - 1u);
        s.idle_sorted -= 1u;
        return slot;
    }
    let slot = fresh_highest();
    fresh_remove(slot);
    return slot;
}

// Removes one node, an evicted one.
fn idle_remove(slot: u32) {
    let word = load(params.fresh + (slot >> 5u));
    if (word & (1u << (slot & 31u))) != 0u {
        fresh_remove(slot);
        return;
    }
    var found = false;
    for (var k = 0u; k < s.idle_sorted; k += 1u) {
        fuel -= 1;
        let entry = idle_entry(k);
        if found {
            let before = idle_entry(k - 1u);
            store(before, load(entry));
            store(before + 1u, load(entry + 1u));
        } else {
            found = load(entry) == slot;
        }
    }
    s.idle_sorted -= 1u;
}

// Idle since when, of the node that has been idle for the longest; NEVER: no node is idle.
fn oldest_since() -> u32 {
    if s.idle_sorted > 0u {
        return load(idle_entry(0u) + 1u);
    }
    return select(NEVER, s.fresh_since, s.fresh_count > 0u);
}

// First tick after now at which a node has been idle for the idle time, of those not expired by then.
fn next_expiry() -> u32 {
    let oldest = oldest_since();
    if oldest == NEVER {
        return NEVER;
    }
    if oldest + s.idle_time > s.now {
        return oldest + s.idle_time;
    }
    // Something forbids the release of those that have expired.
    var low = 0u;
    var high = s.idle_sorted;
    while low < high {
        fuel -= 1;
        let middle = (low + high) / 2u;
        if load(idle_entry(middle) + 1u) + s.idle_time <= s.now {
            low = middle + 1u;
        } else {
            high = middle;
        }
    }
    if low < s.idle_sorted {
        return load(idle_entry(low) + 1u) + s.idle_time;
    }
    if s.fresh_count > 0u && s.fresh_since + s.idle_time > s.now {
        return s.fresh_since + s.idle_time;
    }
    return NEVER;
}
