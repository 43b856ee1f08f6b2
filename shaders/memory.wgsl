// Who runs a configuration, and where its words lie: one invocation for each configuration. `memory_subgroup.wgsl` is
// the same for a subgroup each.

// Memory of 32 neighbouring configurations word by word, or that of each in one piece.
override INTERLEAVED: bool = false;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    me = id.y * groups.x * 32u + id.x;
    if me >= params.configurations || states[me].phase == DONE {
        return;
    }
    c = configs[me];
    s = states[me];
    fuel = i32(params.fuel);
    let paused = turns();
    // A driver that stops an invocation by force leaves the loop without passing either.
    if paused {
        progress[me] += 1u;
    } else if s.phase == DONE {
        progress[me] = FINISHED;
    }
    states[me] = s;
}

// Place of word `i` of this configuration's memory.
fn at(i: u32) -> u32 {
    if INTERLEAVED {
        return ((me >> 5u) * params.words + i) * 32u + (me & 31u);
    }
    return me * params.words + i;
}

fn load(i: u32) -> u32 {
    return memory[at(i)];
}

fn store(i: u32, v: u32) {
    memory[at(i)] = v;
}

// Whether this invocation keeps the sums and the histograms of its configuration.
fn leads() -> bool {
    return true;
}
