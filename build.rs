//! Tells tests whether the shared data folder is there: `cfg(shared_data)`.

use std::path::Path;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(shared_data)");
    // A missing path makes cargo look again each time, which costs a few ms.
    println!("cargo::rerun-if-changed=../shared/data");
    println!("cargo::rerun-if-changed=build.rs");
    if Path::new("../shared/data").is_dir() {
        println!("cargo::rustc-cfg=shared_data");
    }
}
