//! Recorded logs on a static cluster of the machine's size, under EASY backfilling with the requested times: waits
//! simulated against waits recorded. The logs are not part of this project, so these tests show as ignored where the
//! folder beside it is absent. What the differences mean is in `docs/validation.md`.

use crate::easy::{self, Job};
use crate::pictures;
use nodetide::engine::{self, Detail, Model};
use nodetide::lowering;
use nodetide::scenario::parse;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What is compared of a set of waits [s].
#[derive(Debug, PartialEq)]
struct Waits {
    jobs: usize,
    mean: u64,
    /// 50th, 90th, 95th and 99th percentile, nearest rank.
    percentiles: [u64; 4],
    /// Waits of a minute or less [per mille].
    at_once: u64,
}

impl Waits {
    fn of(mut waits: Vec<u64>) -> Self {
        waits.sort_unstable();
        let n = waits.len();
        let at = |per_mille: usize| waits[(per_mille * n).div_ceil(1000) - 1];
        Self {
            jobs: n,
            mean: (waits.iter().sum::<u64>() as f64 / n as f64).round() as u64,
            percentiles: [at(500), at(900), at(950), at(990)],
            at_once: (waits.iter().filter(|w| **w <= 60).count() * 1000 / n) as u64,
        }
    }
}

fn log(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/traces/swf").join(format!("{name}.swf.gz"))
}

/// A line that is a job, as the reader of logs takes it.
struct Line {
    submit: u64,
    wait: u64,
    run: u64,
    processors: u64,
    requested: u64,
}

/// Jobs that used the machine, in the order of their ids: by submission, ties as in the file.
fn lines(name: &str) -> Vec<Line> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(log(name)).unwrap()).read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let mut lines: Vec<Line> = text
        .lines()
        .filter(|line| !line.starts_with(';') && !line.trim().is_empty())
        .filter_map(|line| {
            let field: Vec<f64> = line.split_whitespace().map(|f| f.parse().unwrap()).collect();
            let nodes = if field[4] > 0.0 { field[4] } else { field[7] };
            (field[3] > 0.0 && nodes > 0.0).then(|| Line {
                submit: field[1] as u64,
                // One wait of HPC2N is below 0; `as` makes it 0.
                wait: field[2] as u64,
                run: field[3] as u64,
                processors: nodes as u64,
                requested: field[8].max(0.0) as u64,
            })
        })
        .collect();
    lines.sort_by_key(|line| line.submit);
    lines
}

/// Waits on a static cluster of so many nodes [s], by job.
fn simulated(name: &str, nodes: u32, mapping: &str, discipline: &str) -> Vec<u64> {
    let path = log(name);
    let scenario = format!(
        "(region: (name: \"westeurope\"), clusters: [(name: \"machine\", vm_size: \"Standard_D2s_v3\", \
         max_nodes: {nodes}, node_limit: {nodes}, policy: Static, discipline: {discipline}, \
         prepare_cold: Constant(\"0s\"))], workload: (logs: [(path: {path:?}, strict: true, \
         format: Swf({mapping}))]))"
    );
    let source = parse::text("scenario.ron", scenario.into_bytes()).unwrap();
    let (_, lowered) = lowering::load_source(&source, PathBuf::new()).unwrap();
    let model = Model::new(lowered.input).unwrap();
    let (_, recording) = engine::run(&model, Detail::Jobs);
    recording.jobs.iter().enumerate().map(|(id, r)| u64::from(r.first_start - model.submit(id))).collect()
}

fn waits(lines: &[Line], keep: impl Fn(&Line) -> bool) -> Waits {
    Waits::of(lines.iter().filter(|l| keep(l)).map(|l| l.wait).collect())
}

fn waits_of(lines: &[Line], simulated: &[u64], keep: impl Fn(&Line) -> bool) -> Waits {
    Waits::of(lines.iter().zip(simulated).filter(|(l, _)| keep(l)).map(|(_, w)| *w).collect())
}

/// Every job starts in the same second as by a plain program of its own.
fn starts_as_the_plain_program_says(lines: &[Line], waits: &[u64], nodes: u64, processors: u64) {
    let jobs: Vec<Job> = lines
        .iter()
        .map(|l| Job {
            submit: l.submit,
            run: l.run,
            nodes: l.processors.div_ceil(processors),
            requested: if l.requested > 0 { l.requested } else { l.run },
        })
        .collect();
    let starts = easy::starts(&jobs, nodes);
    assert_eq!(starts.len(), waits.len());
    for (id, (start, wait)) in starts.iter().zip(waits).enumerate() {
        assert_eq!(start - jobs[id].submit, *wait, "wait of job {id}");
    }
}

const KTH: &str = "KTH-SP2-1996-2.1-cln";
const BLUE: &str = "SDSC-BLUE-2000-4.2-cln";
const FOUR_HOURS: u64 = 4 * 3600;

#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn kth_sp2_under_easy_backfilling() {
    let lines = lines(KTH);
    let waits_s = simulated(KTH, 100, "", "Backfill");
    let all = |_: &Line| true;
    let recorded =
        Waits { jobs: 27_992, mean: 15_348, percentiles: [300, 36_600, 84_780, 258_600], at_once: 387 };
    assert_eq!(waits(&lines, all), recorded, "recorded");
    let easy = Waits { jobs: 27_992, mean: 6419, percentiles: [0, 19_868, 35_146, 71_913], at_once: 557 };
    assert_eq!(waits_of(&lines, &waits_s, all), easy, "simulated");

    starts_as_the_plain_program_says(&lines, &waits_s, 100, 1);
    let recorded_s = lines.iter().map(|l| l.wait).collect();
    pictures::is_current("KTH-SP2", KTH, "kth-waits", recorded_s, waits_s.clone());

    // The machine kept long jobs for the night: that, and not the scheduler, is where the two part.
    let short = |l: &Line| l.requested <= 3600;
    let long = |l: &Line| l.requested > FOUR_HOURS;
    let (short_recorded, short_easy) = (waits(&lines, short), waits_of(&lines, &waits_s, short));
    let (long_recorded, long_easy) = (waits(&lines, long), waits_of(&lines, &waits_s, long));
    println!("{short_recorded:?} {short_easy:?} {long_recorded:?} {long_easy:?}");
    let ratio = |a: &Waits, b: &Waits| a.mean as f64 / b.mean as f64;
    assert!((0.8..1.25).contains(&ratio(&short_recorded, &short_easy)), "at most an hour: as recorded");
    assert!(ratio(&long_recorded, &long_easy) > 4.0, "more than four hours: recorded waits are far longer");
}

/// Without overtaking the same log waits for days: the discipline matters more than anything else here.
#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn kth_sp2_without_backfilling() {
    let fifo = Waits::of(simulated(KTH, 100, "", "Fifo"));
    assert_eq!((fifo.mean, fifo.percentiles[0]), (218_981, 149_460));
}

#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn sdsc_blue_horizon_under_easy_backfilling() {
    let lines = lines(BLUE);
    let waits_s = simulated(BLUE, 144, "nodes: CeilDiv(\"allocated\", 8)", "Backfill");
    let all = |_: &Line| true;
    let recorded =
        Waits { jobs: 232_536, mean: 31_170, percentiles: [66, 69_219, 181_846, 534_819], at_once: 492 };
    assert_eq!(waits(&lines, all), recorded, "recorded");
    let easy = Waits { jobs: 232_536, mean: 7858, percentiles: [0, 23_084, 41_678, 102_199], at_once: 519 };
    assert_eq!(waits_of(&lines, &waits_s, all), easy, "simulated");
    starts_as_the_plain_program_says(&lines, &waits_s, 144, 8);
    let recorded_s = lines.iter().map(|l| l.wait).collect();
    pictures::is_current("SDSC-BLUE", BLUE, "blue-waits", recorded_s, waits_s);
}
