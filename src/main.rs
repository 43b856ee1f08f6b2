//! The `nodetide` command.

fn main() {}
