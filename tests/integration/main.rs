//! Integration tests: one binary, one module a topic. They run the real command in directories of their own.

#![expect(clippy::unwrap_used, reason = "a failed unwrap in a test is a failed test")]

mod cli;
mod fuzz_seeds;
#[cfg(target_os = "linux")]
mod hard_input;
mod readme;
mod real_logs;
mod scenario_page;
mod stories;
mod support;
mod template;
