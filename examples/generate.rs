//! Writes what is generated from the source: `docs/errors.md`, `docs/scenario.md` and `schemas/scenario.schema.json`.
//!
//! `cargo run --features schema --example generate`; CI runs it and fails where a file changes.

use nodetide::diagnostic::Code;
use nodetide::scenario;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    write(&root.join("docs/errors.md"), &Code::reference())?;
    write(&root.join("docs/scenario.md"), &scenario::reference::page())?;
    write(&root.join("schemas/scenario.schema.json"), &scenario::json_schema())
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}
