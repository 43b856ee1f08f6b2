//! The kernel against the engine, on whatever adapter there is. Without one every test that needs it shows as ignored.
//!
//! `NODETIDE_PARITY_PAIRS=20000` asks for more pairs, in as many pipelines as `sweep` would build, `NODETIDE_PARITY_SEED=n`
//! for others, `NODETIDE_ADAPTER=n` for another adapter. A difference is shrunk to a scenario in `target/parity`.

#[path = "../engine/support/random.rs"]
#[allow(dead_code, reason = "the engine's tests use the rest")]
mod random;

mod canaries;
mod difference;
mod faults;
mod minimal;
mod parity;
mod pipelines;

use libtest_mimic::{Arguments, Failed, Trial};
use nodetide::sweep::gpu::{Adapter, Design, Device, Kernel, adapters, source};
use std::env;
use std::process::ExitCode;

/// A number from the environment.
fn setting(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn adapter() -> Option<Adapter> {
    let wanted = setting("NODETIDE_ADAPTER", 0) as usize;
    adapters().into_iter().nth(wanted)
}

/// The kernel on the adapter of these tests.
fn kernel() -> Result<Kernel, Failed> {
    kernel_in(Design::default())
}

fn kernel_in(design: Design) -> Result<Kernel, Failed> {
    kernel_of(design, source::kernel(design))
}

fn kernel_of(design: Design, text: String) -> Result<Kernel, Failed> {
    let adapter = adapter().ok_or("no adapter")?;
    let mut kernel = Kernel::with_source(Device::open_for(&adapter, design)?, design, &text)?;
    // Every figure is compared.
    kernel.count_turnarounds(true);
    Ok(kernel)
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A software driver compiles on one core and runs on all.
    arguments.test_threads = Some(arguments.test_threads.unwrap_or(2));
    let adapter = adapter();
    match &adapter {
        None => println!("no adapter: the GPU tests are ignored"),
        Some(a) => println!("adapter {}: {} ({}, {}, {})", a.index, a.name, a.kind, a.interface, a.driver),
    }
    let mut trials = vec![
        Trial::test("kernel_and_engine_agree_on_random_scenarios", parity::random_scenarios),
        Trial::test("kernel_and_engine_agree_on_the_examples", parity::examples),
        Trial::test("where_a_run_pauses_changes_nothing", parity::pauses),
        Trial::test("how_memory_lies_changes_nothing", parity::layouts),
        Trial::test("out_of_memory_is_told", faults::out_of_memory),
        Trial::test("a_lost_device_is_told", faults::lost_device),
        Trial::test("an_interrupted_run_ends", faults::interrupted),
        Trial::test("a_stopped_invocation_is_told", faults::stopped),
        Trial::test("counters_that_may_go_round_are_told", faults::too_many_iterations),
        Trial::test("a_result_that_breaks_a_law_is_told", faults::broken_results),
        Trial::test("an_interrupted_run_keeps_whole_chunks", faults::interrupted_chunks),
        Trial::test("an_interrupted_run_keeps_what_has_ended_first", faults::interrupted_within_a_chunk),
        Trial::test("tables_that_do_not_fit_together_run_in_parts", faults::tables_in_parts),
        Trial::test("a_runner_gives_smaller_pieces", faults::runner_smaller_pieces),
        Trial::test("a_runner_goes_on_where_a_device_is_lost", faults::runner_lost),
        Trial::test("more_identities_than_bits_are_told", faults::too_many_identities),
        Trial::test("what_is_not_for_the_kernel_is_told", faults::too_many_nodes),
    ];
    for canary in canaries::ALL {
        trials.push(Trial::test(format!("canary_{}", canary.name), || canaries::caught(canary)));
    }
    for canary in canaries::SHRUNK {
        trials.push(Trial::test(format!("canary_{}", canary.0.name), || canaries::caught_and_shrunk(canary)));
    }
    trials = trials.into_iter().map(|trial| trial.with_ignored_flag(adapter.is_none())).collect();
    // These need no adapter.
    trials.extend([
        Trial::test("a_scenario_file_says_the_same_model", minimal::reads_back),
        Trial::test("what_no_scenario_file_can_say_is_told", minimal::tells_what_it_cannot_say),
        Trial::test("ordinary_pipelines_have_every_two_parts", pipelines::every_two_parts),
    ]);
    // Ignored where the adapter has no subgroups of a fixed size.
    let lanes = adapter.as_ref().and_then(Adapter::lanes);
    let on_subgroups = vec![
        Trial::test("a_subgroup_each_and_engine_agree", parity::subgroups),
        Trial::test("a_subgroup_each_needs_the_feature", faults::no_subgroups),
        Trial::test("a_stopped_subgroup_is_told", faults::stopped_subgroup),
        Trial::test("canary_the_last_slot_is_never_due", || canaries::caught(&canaries::ON_SUBGROUPS)),
    ];
    trials.extend(on_subgroups.into_iter().map(|trial| trial.with_ignored_flag(lanes.is_none())));
    libtest_mimic::run(&arguments, trials).exit_code()
}
