// What falls due when (engine: due.rs): times by index, which lie across the lanes of a subgroup. Lane l has the indices
// l, l + WIDTH, l + 2 * WIDTH and so on, and alone touches them. The earliest is found by a pass over the own times and
// a reduction. The caller keeps it, as it keeps the root of the tree in `due.wgsl`, which this file replaces.

// Before the first instant, for every i below 2 * c.leaves: nothing is due.
fn due_begin(due: u32, i: u32) {
    if i < c.leaves && i % WIDTH == lane {
        memory[at(due + i)] = NEVER;
    }
}

// Number `index` falls due at `t` (NEVER: not any more). Returns the earliest time.
fn due_set(due: u32, index: u32, t: u32) -> u32 {
    if index % WIDTH == lane {
        memory[at(due + index)] = t;
    }
    var earliest = NEVER;
    for (var k = 0u; k < c.leaves; k += WIDTH) {
        fuel -= 1;
        if k + lane < c.leaves {
            earliest = min(earliest, memory[at(due + k + lane)]);
        }
    }
    return subgroupMin(earliest);
}

fn due_get(due: u32, index: u32) -> u32 {
    var t = NEVER;
    if index % WIDTH == lane {
        t = memory[at(due + index)];
    }
    return subgroupMin(t);
}

// The lowest index that is due at `t`, the earliest time.
fn due_earliest(due: u32, t: u32) -> u32 {
    var lowest = NONE;
    for (var k = 0u; k < c.leaves; k += WIDTH) {
        fuel -= 1;
        if k + lane < c.leaves && memory[at(due + k + lane)] == t {
            lowest = min(lowest, k + lane);
        }
    }
    return subgroupMin(lowest);
}
