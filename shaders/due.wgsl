// What falls due when: a tournament over times by index (engine: due.rs). The root at 1, the children of i at 2i
// and 2i + 1, the leaves from `c.leaves` on. Only times are kept: the index of the earliest is found on the way
// down. The caller keeps the root. `due_subgroup.wgsl` is the same across the lanes of a subgroup.

// Before the first instant, for every i below 2 * c.leaves: nothing is due.
fn due_begin(tree: u32, i: u32) {
    store(tree + i, NEVER);
}

// Number `index` falls due at `t` (NEVER: not any more). Returns the root.
fn due_set(tree: u32, index: u32, t: u32) -> u32 {
    var i = c.leaves + index;
    var entry = t;
    store(tree + i, entry);
    while i > 1u {
        fuel -= 1;
        entry = min(entry, load(tree + (i ^ 1u)));
        i = i >> 1u;
        store(tree + i, entry);
    }
    return entry;
}

fn due_get(tree: u32, index: u32) -> u32 {
    return load(tree + c.leaves + index);
}

// The lowest index that is due at `t`, the root's time.
fn due_earliest(tree: u32, t: u32) -> u32 {
    var i = 1u;
    while i < c.leaves {
        fuel -= 1;
        i = i << 1u;
        if load(tree + i) != t {
            i += 1u;
        }
    }
    return i - c.leaves;
}
