//! Case D: a real log, file to summary, as a user runs it: the program itself, from its start to its exit.
//!
//! The log is not part of the project: RICC 2010, 447,784 jobs, gzipped, processors divided by 8. Where the
//! folder beside the project is absent, the case says so and is left out.

use criterion::{Criterion, Throughput};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const JOBS: u64 = 447_784;

pub(crate) fn case_d(c: &mut Criterion) {
    let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/traces/swf/RICC-2010-2.swf.gz");
    if !log.is_file() {
        eprintln!("case_d: skipped, ../shared is absent");
        return;
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let scenario = directory.path().join("ricc.ron");
    let text = format!(
        "(region: (name: \"westeurope\"), clusters: [(name: \"ricc\", vm_size: \"Standard_D8s_v3\", \
         max_nodes: 1000, node_limit: 1000)], \
         workload: (logs: [(path: {log:?}, format: Swf(nodes: CeilDiv(\"allocated\", 8)))]))"
    );
    std::fs::write(&scenario, text).expect("the scenario is written");

    let mut group = c.benchmark_group("case_d");
    group.throughput(Throughput::Elements(JOBS)).sample_size(10).measurement_time(Duration::from_secs(15));
    group.bench_function("file_to_summary", |b| {
        b.iter(|| {
            let status = Command::new(env!("CARGO_BIN_EXE_nodetide"))
                .args(["--quiet", "run"])
                .arg(&scenario)
                .stdout(Stdio::null())
                .status()
                .expect("the program starts");
            assert!(status.success(), "the run ends: {status}");
        });
    });
    group.finish();
}
