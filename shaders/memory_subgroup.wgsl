// Who runs a configuration, and where its words lie: one subgroup for each configuration. `memory.wgsl` is the same for
// an invocation each.
//
// All lanes of the subgroup execute the same code with the same values: each has the whole state in its registers, and
// each comes to the same decision. What differs is who touches memory, and there is one rule for it:
//
//     Every word that is ever written has one lane that touches it, for reading and for writing.
//
// The times in `due_subgroup.wgsl` belong to the lanes in turn, everything else to lane 0: the memory, the sums, the
// histograms and the progress. The others get a word from its lane by a broadcast. So no
// lane can read what another, further ahead, has written already, and a read-modify-write happens once: there are no
// two accesses to a word whose order matters, and no barrier is needed, but for the state: all lanes read it when a
// dispatch begins and lane 0 puts it back at the end. A write by all lanes with the same value would not do: a lane
// that is behind would read the new value in place of the old one.
//
// The subgroup operations need all lanes at the same place. They are: every branch depends on values that are the same
// in all lanes (broadcasts, tables, registers that follow from them), except the short ones on `lane`, which hold no
// subgroup operation and end before the next. Guards of `leads()` must keep to that: no `load` inside.

// Lanes of a subgroup, which is the whole workgroup.
override WIDTH: u32 = 32u;
// For pipelines of the other design; here the memory of a configuration is in one piece.
override INTERLEAVED: bool = false;

var<private> lane: u32;

@compute @workgroup_size(WIDTH)
fn main(
    @builtin(workgroup_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(subgroup_invocation_id) own: u32,
    @builtin(subgroup_size) width: u32,
    @builtin(num_subgroups) subgroups: u32,
) {
    let index = id.y * groups.x + id.x;
    if index < params.configurations {
        me = index;
        lane = own;
        c = configs[me];
        s = states[me];
        fuel = i32(params.fuel);
        // Where the workgroup is not one subgroup, nothing is counted as progress, which the host tells as an error.
        let runs = s.phase != DONE && width == WIDTH && subgroups == 1u;
        var paused = false;
        if runs {
            paused = turns();
        }
        // All lanes have read the state before lane 0 puts it back.
        workgroupBarrier();
        if runs && leads() {
            // A driver that stops an invocation by force leaves the loop without passing either.
            if paused {
                progress[me] += 1u;
            } else if s.phase == DONE {
                progress[me] = FINISHED;
            }
            states[me] = s;
        }
    }
}

// Place of word `i` of this configuration's memory.
fn at(i: u32) -> u32 {
    return me * params.words + i;
}

fn load(i: u32) -> u32 {
    var v = 0u;
    if lane == 0u {
        v = memory[at(i)];
    }
    return subgroupBroadcast(v, 0u);
}

fn store(i: u32, v: u32) {
    if lane == 0u {
        memory[at(i)] = v;
    }
}

// Whether this lane keeps the sums and the histograms of its configuration.
fn leads() -> bool {
    return lane == 0u;
}
