//! What holds for every scenario, on random ones that are small enough for ties to be frequent.

mod causality;
mod coverage;
mod laws;
mod monotone;
mod parity;
mod replay;
mod scaling;
mod stepping;

use proptest::test_runner::Config;

/// So many random scenarios; a failing one is printed whole, smallest first, and not kept in a file.
pub(crate) fn cases(n: u32) -> Config {
    Config { cases: n, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() }
}
