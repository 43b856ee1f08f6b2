// What falls due when: a tournament over times by index (engine: due.rs). The root at 1, the children of i at 2i
// and 2i + 1, the leaves from `c.leaves` on. Only times are kept: the index of the earliest is found on the way
// down. The caller keeps the root.

// Number `index` falls due at `t` (NEVER: not any more). Returns the root.
fn due_set(tree: u32, index: u32, t: u32) -> u32 {
    var i = c.leaves + index;
    var entry = t;
    memory[at(tree + i)] = entry;
    while i > 1u {
        fuel -= 1;
        entry = min(entry, memory[at(tree + (i ^ 1u))]);
        i = i >> 1u;
        memory[at(tree + i)] = entry;
    }
    return entry;
}

fn due_get(tree: u32, index: u32) -> u32 {
    return memory[at(tree + c.leaves + index)];
}

// The lowest index that is due at `t`, the root's time.
fn due_earliest(tree: u32, t: u32) -> u32 {
    var i = 1u;
    while i < c.leaves {
        fuel -= 1;
        i = i << 1u;
        if memory[at(tree + i)] != t {
            i += 1u;
        }
    }
    return i - c.leaves;
}
