//! Real logs from the shared data folder, against the counts and hashes of their descriptions. Where the folder
//! is absent these tests are reported as ignored.

use super::*;
use crate::workload::{Context, build, open_file};
use std::path::Path;

fn real(entry: Log, resolution: Resolution) -> Jobs {
    let base_dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/traces");
    let clusters = ["only".to_owned()];
    let ctx = Context {
        resolution,
        seed: 1,
        replication: 0,
        horizon: None,
        calendar: None,
        zone: &jiff::tz::TimeZone::UTC,
        clusters: &clusters,
        base_dir: &base_dir,
        open: &open_file,
    };
    build(&of(entry), &ctx).unwrap_or_else(|errors| panic!("{}", lines(&errors)))
}

/// Counts and hash of a log: lines, jobs, broken lines, and the beginning of its SHA-256.
fn check(path: &str, format: LogFormat, (rows, jobs): (u64, u64), sha256: &str) -> Jobs {
    let found = real(log(path, format), Resolution::S1);
    let report = &found.log_reports[0];
    assert_eq!((report.lines, report.jobs, report.broken), (rows, jobs, 0), "{path}: {report:?}");
    assert_eq!(report.lines, report.jobs + report.left_out.values().sum::<u64>() + report.broken);
    assert!(report.sha256.starts_with(sha256), "{path}: {}", report.sha256);
    assert!(found.jobs.is_sorted_by_key(|job| job.submit) && found.jobs[0].submit == 0, "{path}");
    found
}

/// Mean running time [s], mean size and span of the submissions [d], as the descriptions round them.
fn summary(jobs: &Jobs) -> (f64, f64, f64) {
    let n = jobs.jobs.len() as f64;
    let mean = |of: &dyn Fn(&Job) -> u64| jobs.jobs.iter().map(of).sum::<u64>() as f64 / n;
    let days = jobs.jobs.last().map_or(0, |job| job.submit) as f64 / 86_400.0;
    let round = |x: f64, scale: f64| (x * scale).round() / scale;
    (round(mean(&|j| j.service), 10.0), round(mean(&|j| j.nodes), 100.0), round(days, 100.0))
}

#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn swf_logs_have_the_jobs_of_their_descriptions() {
    for (path, counts, sha256, expected) in [
        ("CEA-Curie-2011-2.1-cln", (312_826, 295_540), "2a0fdbd40837590b", (6517.8, 647.08, 253.74)),
        ("HPC2N-2002-2.1-cln", (202_876, 202_876), "e56a97045de773f2", (17_025.0, 6.36, 1268.33)),
        ("KTH-SP2-1996-2.1-cln", (27_992, 27_992), "c8c1a8db8b99cce4", (8573.1, 7.70, 332.91)),
        ("LCG-2005-1", (188_041, 187_520), "cda5d512febf84a3", (8012.6, 1.0, 11.0)),
        ("LLNL-Thunder-2007-1.1-cln", (121_039, 113_613), "df27b2ad62ef5ec1", (2329.5, 44.24, 150.2)),
        ("NASA-iPSC-1993-3.1-cln", (18_239, 18_066), "ec4e040f5e795954", (772.2, 16.81, 92.0)),
        ("RICC-2010-2", (447_794, 447_784), "165a3915b1c268f5", (11_847.6, 16.02, 152.97)),
        ("SDSC-BLUE-2000-4.2-cln", (243_306, 232_536), "9aab21f3cfa108f3", (4240.0, 41.27, 974.08)),
    ] {
        let jobs = check(&format!("swf/{path}.swf.gz"), swf(), counts, sha256);
        assert_eq!(summary(&jobs), expected, "{path}");
    }
}

#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn kth_users_and_declared_times_come_out() {
    let jobs = real(log("swf/KTH-SP2-1996-2.1-cln.swf.gz", swf()), Resolution::S1);
    let users: std::collections::BTreeSet<_> = jobs.jobs.iter().filter_map(|job| job.user).collect();
    assert_eq!(users.len(), 212);
    assert!(jobs.jobs.iter().all(|job| job.declared.is_some()));
    let format = LogFormat::Swf {
        nodes: NodeMapping::Column("allocated".into()),
        include: SwfInclude::Completed,
        team: None,
    };
    let completed = real(log("swf/KTH-SP2-1996-2.1-cln.swf.gz", format), Resolution::S1);
    assert_eq!(completed.jobs.len(), 20_483);
}

#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn philly_comes_out_with_4_gpus_a_node() {
    let text = "philly_2017_gpu_jobs.csv.gz";
    let nodes = NodeMapping::CeilDiv("num_gpus".into(), 4);
    let date = TimeUnit::DateTime("%Y-%m-%d %H:%M:%S".into());
    let mut format = with_submit(csv("timestamp", "duration", nodes, &TimeUnit::Seconds), "timestamp", date);
    if let LogFormat::Csv { team, .. } = &mut format {
        *team = Some("cluster".into());
    }
    let jobs = check(text, format, (82_247, 82_247), "6833170ccab4a9cb");
    let (service_s, _, days) = summary(&jobs);
    assert!((service_s - 13_135.9).abs() < 0.1 && (days - 108.9).abs() < 0.05, "{service_s} {days}");
    assert!(jobs.log_reports[0].unsorted > 10_000);
    assert_eq!(jobs.jobs.iter().map(|job| job.nodes).max(), Some(32));
    assert_eq!(jobs.names.all().len(), 15);
}

#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn other_csv_logs_have_the_jobs_of_their_descriptions() {
    let nodes = |name: &str| NodeMapping::Column(name.to_owned());
    let gaia = |path: &str, rows: u64, sha256: &str, expected: (f64, f64, f64)| {
        let format = csv("arrival_time", "length", nodes("cpus"), &TimeUnit::Hours);
        let jobs = check(path, format, (rows, rows), sha256);
        assert_eq!(summary(&jobs), expected, "{path}");
    };
    gaia("gaia_azure_vm_100k.csv.gz", 99_988, "50e0fec6acf82e74", (13_778.2, 3.96, 365.0));
    gaia("gaia_mustang2015_100k.csv.gz", 100_000, "450decfc5a55ca1f", (7407.8, 10.45, 364.8));
    gaia("gaia_pai_100k.csv.gz", 99_998, "ce780eccf2b03fe9", (8160.6, 3.42, 364.98));

    let chronus = csv("submit_time", "duration", nodes("num_gpu"), &TimeUnit::Minutes);
    let jobs = check("philly_2017_2wk_chronus_mix1.csv.gz", chronus, (30_940, 30_756), "9b8c0357c5ed8c05");
    assert_eq!(summary(&jobs), (15_657.0, 1.4, 13.99));
    assert_eq!(jobs.log_reports[0].left_out[&LeftOut::NoSize], 184);

    let units = NodeMapping::CeilDiv("cpu_count".into(), 16);
    let surf = csv("submission_time_ms", "duration_ms", units, &TimeUnit::Milliseconds);
    let jobs = check("surf_lisa_2022_halfyear_tasks.csv.gz", surf, (194_917, 194_917), "05ea3cfda265bb9f");
    assert_eq!(summary(&jobs), (6578.9, 1.0, 123.87));

    let at = |name: &str| column(name, TimeUnit::Seconds);
    let mut pods = csv("creation_time", "", nodes("num_gpu"), &TimeUnit::Seconds);
    if let LogFormat::Csv { service, .. } = &mut pods {
        *service = ServiceColumn::StartEnd(at("scheduled_time"), at("deletion_time"));
    }
    let jobs = check("alibaba_gpu2023_pods.csv.gz", pods, (8152, 6203), "84f3958151a17ef4");
    assert!((summary(&jobs).0 - 30_851.1).abs() < 0.1);
    assert_eq!(jobs.log_reports[0].left_out[&LeftOut::NoRunTime], 897);
}

/// The largest log takes about 0.4 s of one core in a test build. The bound only notices a wrong order of growth,
/// because a machine may be busy with other things.
#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn ricc_is_read_quickly() {
    let started = std::time::Instant::now();
    let jobs = real(log("swf/RICC-2010-2.swf.gz", swf()), Resolution::S1);
    let elapsed = started.elapsed();
    println!("{} jobs in {elapsed:?}", jobs.jobs.len());
    assert!(elapsed.as_secs_f64() < 20.0, "{elapsed:?}");
}
