//! `nodetide adapters`.

use super::args::{AdaptersArgs, AdaptersFormat};
use super::error::CliError;
use super::output::Output;
use crate::exit_code;
use crate::report::files;
use serde::Serialize;

/// One adapter.
#[derive(Serialize)]
struct Row {
    index: usize,
    name: String,
    kind: String,
    interface: String,
    driver: String,
    storage_binding_max_bytes: u64,
    buffer_max_bytes: u64,
    workgroup_invocations_max: u32,
    workgroup_size_x_max: u32,
    workgroup_memory_max_bytes: u32,
    workgroups_per_dimension_max: u32,
    /// `agreed`, `differs` or `failed`; nothing where nobody asked.
    self_test: Option<&'static str>,
    /// In words.
    self_test_says: Option<String>,
}

/// Lists the adapters of this machine.
pub(super) fn adapters(args: &AdaptersArgs, output: &Output) -> Result<u8, CliError> {
    let rows = rows(args.self_test);
    match args.format {
        AdaptersFormat::Json => output.write(|w| files::json(w, &rows))?,
        AdaptersFormat::Human if rows.is_empty() => output.print(NONE)?,
        AdaptersFormat::Human => output.print(&list(&rows))?,
    }
    let fine = rows.iter().all(|row| row.self_test.is_none_or(|said| said == "agreed"));
    Ok(if fine { exit_code::FINE } else { exit_code::NO_GPU })
}

#[cfg(feature = "gpu")]
const NONE: &str = "\
no adapter: this machine offers no GPU through Vulkan, Metal or DirectX 12

Sweeps run on the CPU, with the same results. For a GPU install its driver (on Linux also the Vulkan
loader, libvulkan1); a software driver, such as Mesa's lavapipe (mesa-vulkan-drivers), is for tests.
";

#[cfg(not(feature = "gpu"))]
const NONE: &str = "\
no adapter: this program was built without the feature `gpu`

Sweeps run on the CPU, with the same results. Build it with the feature to use a GPU.
";

#[cfg(not(feature = "gpu"))]
fn rows(_: bool) -> Vec<Row> {
    Vec::new()
}

#[cfg(feature = "gpu")]
fn rows(test: bool) -> Vec<Row> {
    use crate::sweep::self_test::{Verdict, self_test};
    let row = |adapter: crate::sweep::gpu::Adapter| {
        let (self_test, self_test_says) = match test.then(|| self_test(&adapter)) {
            None => (None, None),
            Some(Verdict::Agreed(n)) => {
                (Some("agreed"), Some(format!("agreed with the engine in all figures of {n} configurations")))
            }
            Some(Verdict::Differs(which)) => {
                (Some("differs"), Some(format!("differs from the engine where {which}: do not use it")))
            }
            Some(Verdict::Failed(why)) => (Some("failed"), Some(format!("failed: {why}"))),
        };
        let limits = adapter.limits();
        Row {
            index: adapter.index,
            kind: adapter.kind.to_string(),
            storage_binding_max_bytes: limits.max_storage_buffer_binding_size,
            buffer_max_bytes: limits.max_buffer_size,
            workgroup_invocations_max: limits.max_compute_invocations_per_workgroup,
            workgroup_size_x_max: limits.max_compute_workgroup_size_x,
            workgroup_memory_max_bytes: limits.max_compute_workgroup_storage_size,
            workgroups_per_dimension_max: limits.max_compute_workgroups_per_dimension,
            self_test,
            self_test_says,
            name: adapter.name,
            interface: adapter.interface,
            driver: adapter.driver,
        }
    };
    crate::sweep::gpu::adapters().into_iter().map(row).collect()
}

fn list(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        text.push_str(&format!("\x1b[1m{}  {}\x1b[0m\n", row.index, row.name));
        let memory = format!(
            "{} a binding, {} a buffer",
            size(row.storage_binding_max_bytes),
            size(row.buffer_max_bytes)
        );
        let groups = format!(
            "{} invocations, {} of memory, {} a dimension",
            row.workgroup_invocations_max,
            size(row.workgroup_memory_max_bytes.into()),
            row.workgroups_per_dimension_max
        );
        for (what, value) in [
            ("kind", &row.kind),
            ("interface", &row.interface),
            ("driver", &row.driver),
            ("storage", &memory),
            ("workgroups", &groups),
        ] {
            text.push_str(&format!("   {what:<11}{value}\n"));
        }
        if let Some(says) = &row.self_test_says {
            text.push_str(&format!("   {:<11}{says}\n", "self-test"));
        }
    }
    text
}

/// Bytes in the largest unit that gives a whole number or one decimal.
fn size(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    for (unit, name) in units {
        if bytes >= unit {
            let value = bytes as f64 / unit as f64;
            return if bytes.is_multiple_of(unit) {
                format!("{value:.0} {name}")
            } else {
                format!("{value:.1} {name}")
            };
        }
    }
    format!("{bytes} B")
}
