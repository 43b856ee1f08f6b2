//! Integration tests: one binary, one module a topic. They run the real command in directories of their own.

mod cli;
mod support;
