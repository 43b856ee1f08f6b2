//! Mutated kernels: each breaks one rule of the model, and the comparison with the engine must notice it.

use crate::difference::{first_difference, told};
use crate::kernel_of;
use crate::minimal;
use crate::parity::cases;
use crate::pipelines::Pipelines;
use libtest_mimic::Failed;
use nodetide::sweep::gpu::{Design, source};

/// One wrong rule.
pub(crate) struct Canary {
    pub(crate) name: &'static str,
    /// What stands in the kernel, once.
    right: &'static str,
    wrong: &'static str,
    design: Design,
}

pub(crate) const ALL: &[Canary] = &[
    Canary {
        name: "scale_down_takes_the_most_recently_idle",
        right: "let slot = idle_release_one();",
        wrong: "let slot = idle_take_one();",
        design: Design::Invocation,
    },
    Canary {
        name: "a_node_expires_a_tick_late",
        right: "return since != NEVER && since + s.idle_time <= s.now;",
        wrong: "return since != NEVER && since + s.idle_time < s.now;",
        design: Design::Invocation,
    },
    Canary {
        name: "any_warm_node_makes_a_gang_warm",
        right: "warm &= take_node(slot, index, environment);",
        wrong: "warm |= take_node(slot, index, environment);",
        design: Design::Invocation,
    },
    Canary {
        name: "an_attempt_as_long_as_its_timeout_times_out",
        right: "let times_out = length > timeout;",
        wrong: "let times_out = length >= timeout;",
        design: Design::Invocation,
    },
    Canary {
        name: "checkpoints_round_up",
        right: "kept = done / checkpoint * checkpoint;",
        wrong: "kept = min(done, div_ceil(done, checkpoint) * checkpoint);",
        design: Design::Invocation,
    },
    Canary {
        name: "requests_go_on_while_nodes_leave",
        right: "return s.levels[LEAVING].count > 0u;",
        wrong: "return s.levels[LEAVING].count > 1u;",
        design: Design::Invocation,
    },
    Canary {
        name: "a_read_only_lock_lets_updates_pass",
        right: "if s.read_only_locks > 0u {\n        if leads() {\n            sums[me].refused_updates",
        wrong: "if s.read_only_locks > 9u {\n        if leads() {\n            sums[me].refused_updates",
        design: Design::Invocation,
    },
    Canary {
        name: "a_lifetime_counts_from_the_request",
        right: "s.lifetime_next = due_set(params.lifetimes, slot, s.now + lifetime);",
        wrong: "s.lifetime_next = due_set(params.lifetimes, slot, max(s.now + 1u, s.now + lifetime - 1u));",
        design: Design::Invocation,
    },
    Canary {
        name: "outside_usage_is_ignored",
        right: "return saturating_sub(s.quota_vcpus[q], s.quota_outside[q]) / c.vcpus;",
        wrong: "return s.quota_vcpus[q] / c.vcpus;",
        design: Design::Invocation,
    },
    Canary {
        name: "the_restart_overhead_is_paid_at_once",
        right: "let overhead = select(c.restart_overhead, 0u, restart.attempts == 0u);",
        wrong: "let overhead = c.restart_overhead;",
        design: Design::Invocation,
    },
    Canary {
        name: "a_partial_quantum_is_free",
        right: "let quanta = div_ceil(s.now - billed_from, c.billing_quantum);",
        wrong: "let quanta = (s.now - billed_from) / c.billing_quantum;",
        design: Design::Invocation,
    },
    Canary {
        name: "evictions_before_completions",
        right: "if s.phase == COMPLETIONS && completions() {\n            s.phase = EVICTIONS;\n        }\n        if s.phase == EVICTIONS && evictions() {\n            s.phase = TRANSITIONS;\n        }",
        wrong: "if s.phase == COMPLETIONS && evictions() {\n            s.phase = EVICTIONS;\n        }\n        if s.phase == EVICTIONS && completions() {\n            s.phase = TRANSITIONS;\n        }",
        design: Design::Invocation,
    },
    Canary {
        name: "a_carry_is_lost",
        right: "return Wide(lo, a.hi + b.hi + select(0u, 1u, lo < a.lo));",
        wrong: "return Wide(lo, a.hi + b.hi);",
        design: Design::Invocation,
    },
];

/// Two whose difference is shrunk as well: one that shows as another result, and one that the host takes for no result.
pub(crate) const SHRUNK: &[(Canary, &str)] = &[
    (
        Canary {
            name: "jobs_take_the_highest_slot",
            right: "let slot = fresh_lowest();",
            wrong: "let slot = fresh_highest();",
            design: Design::Invocation,
        },
        "\nkernel: RunResult",
    ),
    (
        Canary {
            name: "jobs_are_not_added_up",
            right: "    if leads() {\n        add_up_jobs();",
            wrong: "    if me == NEVER {\n        add_up_jobs();",
            design: Design::Invocation,
        },
        "\nkernel: a result that breaks a law: ",
    ),
];

/// The same where lanes share a configuration: a rule of the file that takes the place of the tree.
pub(crate) const ON_SUBGROUPS: Canary = Canary {
    name: "the_last_slot_is_never_due",
    right: "if k + lane < c.leaves {\n            earliest",
    wrong: "if k + lane + 1u < c.leaves {\n            earliest",
    design: Design::Subgroup,
};

/// The comparison notices the mutation.
pub(crate) fn caught(canary: &Canary) -> Result<(), Failed> {
    tried(canary, None)
}

/// The same, and what it says of the difference is a small scenario in a file.
pub(crate) fn caught_and_shrunk((canary, gave): &(Canary, &str)) -> Result<(), Failed> {
    tried(canary, Some(gave))
}

fn tried(canary: &Canary, gave: Option<&str>) -> Result<(), Failed> {
    let text = source::kernel(canary.design);
    if text.matches(canary.right).count() != 1 {
        return Err(format!("{:?} should stand in the kernel once", canary.right).into());
    }
    let mut kernel = kernel_of(canary.design, text.replace(canary.right, canary.wrong))?;
    // The first pairs of the ordinary comparison.
    let mut cases = cases(600, 1);
    let Some(difference) = first_difference(&mut kernel, &cases, Pipelines::Whole)? else {
        return Err("no pair of the comparison notices it".into());
    };
    let Some(gave) = gave else { return Ok(()) };
    let told = told(&mut kernel, &mut cases, &difference, &format!("canary-{}", canary.name))?;
    let file = told.file.ok_or_else(|| format!("no file: {}", told.text))?;
    let scenario = std::fs::read_to_string(&file)?;
    let expected = ["\nshrunk: ", &file.display().to_string(), &scenario, "seed 1", gave];
    if let Some(missing) = expected.iter().find(|part| !told.text.contains(**part)) {
        return Err(format!("{missing:?} is missing in: {}", told.text).into());
    }
    if scenario != minimal::scenario(&told.smallest)? {
        return Err("the file has another scenario".into());
    }
    let smallest = told.smallest.jobs.len();
    if smallest > 4 {
        return Err(format!("{smallest} jobs are left: {}", told.text).into());
    }
    if kernel.pipeline_count() != 1 {
        return Err("it was shrunk in another pipeline than it was found in".into());
    }
    Ok(())
}
