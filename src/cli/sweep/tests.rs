//! Interrupted and resumed, without a clock: a sweep that stops by itself after some rows.

use super::*;
use crate::cli::args::{Cli, ColorWhen, Command};
use crate::diagnostic::Code;
use crate::sweep::runner::{Choice, Runner};
use clap::Parser;
use std::fs;
use std::path::Path as FilePath;

/// A quota, evictions and a constraint that some settings miss.
const SCENARIO: &str = r#"(
    name: "swept",
    horizon: "6h",
    clusters: [(name: "cpu", vm_size: "Standard_D4s_v3", max_nodes: 3, idle_time: "5m")],
    workload: (classes: [(
        name: "a",
        arrivals: Poisson(per_hour: 6),
        service: LogNormal(mean: "20m", cv: 1.2),
        nodes: Choice([(value: 1, weight: 3), (value: 2, weight: 1)]),
    )]),
    expect: [WaitAtMost(percentile: 90, limit: "30m")],
)"#;

const AXES: [&str; 4] = ["--vary", "max_nodes=1..5", "--vary", "tier=Dedicated,LowPriority"];

/// A sweep in a directory; text and exit code, or why it fails.
fn swept(dir: &FilePath, args: &[&str], pace: &Pace) -> Result<(String, u8), CliError> {
    let scenario = dir.join("s.ron");
    let out = dir.join("o");
    let own =
        ["nodetide", "sweep", scenario.to_str().unwrap(), "--backend", "cpu", "--out", out.to_str().unwrap()];
    let cli = Cli::try_parse_from(own.iter().chain(args)).unwrap();
    let Command::Sweep(args) = cli.command else { panic!("a sweep") };
    let (text, ended) = run(&args, &[], &Output::new(ColorWhen::Never, true), pace, || (), Chosen::new)?;
    Ok((text, code_of(ended)?))
}

fn pace(chunk: u64, interrupt_after: u64) -> Pace {
    Pace { chunk: Some(chunk), interrupt_after: Some(interrupt_after), ..Pace::default() }
}

fn place(scenario: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("s.ron"), scenario).unwrap();
    dir
}

/// Everything in the directory but the manifest.
fn files(dir: &FilePath) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = fs::read_dir(dir.join("o"))
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_file())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .filter(|(name, _)| name != "manifest.json")
        .collect();
    all.sort();
    all
}

fn names(files: &[(String, Vec<u8>)]) -> Vec<&str> {
    files.iter().map(|(name, _)| name.as_str()).collect()
}

fn manifest(dir: &FilePath) -> serde_json::Value {
    serde_json::from_slice(&fs::read(dir.join("o/manifest.json")).unwrap()).unwrap()
}

fn change(dir: &FilePath, name: &str, change: impl FnOnce(String) -> String) {
    let path = dir.join("o").join(name);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, change(text)).unwrap();
}

/// What is asked of the files, with and without columns.
fn wanted() -> Vec<&'static [&'static str]> {
    let all: [&[&str]; 3] = [&[], &["--parquet"], &["--parquet", "--histograms"]];
    let built = if cfg!(feature = "parquet") { 3 } else { 1 };
    all[..built].to_vec()
}

#[test]
fn interrupted_twice_and_resumed_it_has_the_same_bytes() {
    for more in wanted() {
        let args = [&AXES[..], &["--replications", "3"], more].concat();
        let whole = place(SCENARIO);
        let (text, code) = swept(whole.path(), &args, &Pace::default()).unwrap();
        assert_eq!(code, exit_code::FINE);
        let expected = files(whole.path());
        let cut = place(SCENARIO);
        // 30 rows: 6, then 15 of other chunks, then the rest at once.
        let (partial, code) = swept(cut.path(), &args, &pace(6, 6)).unwrap();
        assert_eq!(code, exit_code::INTERRUPTED);
        assert!(partial.contains("stopped after 6 of 30 rows"), "{partial}");
        let kept = files(cut.path());
        let histograms = more.contains(&"--histograms");
        let mut partials = vec!["configs.partial.csv", "surface.partial.csv"];
        partials.extend(histograms.then_some("histograms.partial.csv"));
        partials.sort_unstable();
        assert_eq!(names(&kept), partials);
        let again = [&args[..], &["--resume"]].concat();
        let (_, code) = swept(cut.path(), &again, &pace(9, 15)).unwrap();
        assert_eq!((code, &manifest(cut.path())["sweep"]["rows"]), (exit_code::INTERRUPTED, &15.into()));
        assert_eq!(names(&files(cut.path())), partials);
        let (resumed, code) = swept(cut.path(), &again, &Pace::default()).unwrap();
        assert_eq!((resumed, code), (text, exit_code::FINE));
        let found = files(cut.path());
        assert_eq!(names(&found), names(&expected));
        for ((name, found), (_, expected)) in found.iter().zip(&expected) {
            assert!(found == expected, "{name} differs with {more:?}");
        }
        let manifest = manifest(cut.path());
        assert_eq!(manifest["sweep"]["resumed"], serde_json::json!([6, 15]));
        assert_eq!(
            (&manifest["sweep"]["complete"], &manifest["sweep"]["rest"]),
            (&true.into(), &serde_json::Value::Null)
        );
    }
}

/// All rows are there, and the best is not run again yet: no answer without what that tells.
#[test]
fn interrupted_after_the_last_row_it_is_not_complete() {
    let whole = place(SCENARIO);
    let (text, _) = swept(whole.path(), &AXES, &Pace::default()).unwrap();
    let cut = place(SCENARIO);
    let (_, code) = swept(cut.path(), &AXES, &pace(10, 10)).unwrap();
    assert_eq!(code, exit_code::INTERRUPTED);
    let entry = &manifest(cut.path())["sweep"];
    assert_eq!((&entry["complete"], &entry["rows"]), (&false.into(), &10.into()));
    assert_eq!(names(&files(cut.path())), ["configs.partial.csv", "surface.partial.csv"]);
    let resume = [&AXES[..], &["--resume"]].concat();
    assert_eq!(swept(cut.path(), &resume, &Pace::default()).unwrap(), (text, exit_code::FINE));
    assert!(files(cut.path()) == files(whole.path()));
}

#[test]
fn columns_may_be_asked_for_later_and_histograms_may_not() {
    if !cfg!(feature = "parquet") {
        return;
    }
    let whole = place(SCENARIO);
    swept(whole.path(), &[&AXES[..], &["--parquet"]].concat(), &Pace::default()).unwrap();
    let cut = place(SCENARIO);
    swept(cut.path(), &AXES, &pace(4, 4)).unwrap();
    let histograms = [&AXES[..], &["--resume", "--parquet", "--histograms"]].concat();
    says(swept(cut.path(), &histograms, &Pace::default()), Code::OtherSweep, "--histograms: its rows");
    swept(cut.path(), &[&AXES[..], &["--resume", "--parquet"]].concat(), &Pace::default()).unwrap();
    assert!(files(cut.path()) == files(whole.path()));
}

#[test]
fn what_did_not_end_is_still_counted() {
    let locked = SCENARIO.replace("    expect", "    locks: [(from: \"0s\", level: ReadOnly)],\n    expect");
    let whole = place(&locked);
    let ran = swept(whole.path(), &AXES, &Pace::default()).unwrap();
    assert_eq!(ran.1, exit_code::NOT_ENDED);
    let cut = place(&locked);
    swept(cut.path(), &AXES, &pace(4, 8)).unwrap();
    let resumed = swept(cut.path(), &[&AXES[..], &["--resume"]].concat(), &Pace::default()).unwrap();
    assert_eq!(resumed, ran);
    assert!(files(cut.path()) == files(whole.path()), "with latencies that are infinite");
}

/// Asserts why something fails.
#[track_caller]
fn says(result: Result<(String, u8), CliError>, code: Code, text: &str) {
    let found = match result {
        Err(CliError::Axes(found) | CliError::Invalid(found)) => found,
        other => panic!("{other:?} instead of {text:?}"),
    };
    let all = format!("{} {}", found[0].message, found[0].notes.join("; "));
    assert!(found[0].code == code && all.contains(text), "{text:?} is not in {:?} {all}", found[0].code);
}

#[test]
fn another_sweep_is_refused_with_what_differs() {
    let cut = place(SCENARIO);
    swept(cut.path(), &AXES, &pace(4, 4)).unwrap();
    let kept = files(cut.path());
    let resume = |args: &[&str]| swept(cut.path(), &[args, &["--resume"]].concat(), &Pace::default());
    for (args, text) in [
        (&["--seed", "9"][..], "seed: 1 there, 9 here"),
        (&["--replications", "2"], "replications: 1 there, 2 here"),
        (&["--subject-to", "wait_p90<=13m"], "what is minimised, or what must hold"),
        (&["--minimise", "node_hours"], "what is minimised, or what must hold"),
    ] {
        says(resume(&[&AXES[..], args].concat()), Code::OtherSweep, text);
    }
    let other = ["--vary", "max_nodes=1..6", "--vary", "tier=Dedicated,LowPriority"];
    says(resume(&other), Code::OtherSweep, "max_nodes=1..5 tier=Dedicated,LowPriority there, max_nodes=1..6");
    fs::write(cut.path().join("s.ron"), SCENARIO.replace("per_hour: 6", "per_hour: 7")).unwrap();
    says(resume(&AXES), Code::OtherSweep, "the scenario: its text is not the same");
    fs::write(cut.path().join("s.ron"), SCENARIO).unwrap();
    change(cut.path(), "manifest.json", |text| text.replace("\"version\": \"", "\"version\": \"9"));
    says(resume(&AXES), Code::OtherSweep, "version of nodetide: 9");
    assert!(files(cut.path()) == kept, "nothing was changed");
}

/// The scenario's text says nothing of what a log holds.
#[test]
fn a_log_that_changed_is_noticed() {
    let format = r#"Csv(submit: (column: "submit", unit: Seconds), service: Duration((column: "run", unit: Seconds)))"#;
    let log = format!("logs: [(path: \"log.csv\", format: {format})], classes: [(");
    let logged = SCENARIO.replace("classes: [(", &log);
    let cut = place(&logged);
    let log = cut.path().join("log.csv");
    fs::write(&log, "submit,run\n0,600\n60,600\n").unwrap();
    swept(cut.path(), &AXES, &pace(4, 4)).unwrap();
    fs::write(&log, "submit,run\n0,600\n60,660\n").unwrap();
    let resume = [&AXES[..], &["--resume"]].concat();
    says(swept(cut.path(), &resume, &Pace::default()), Code::OtherSweep, "a log or another file");
}

#[test]
fn there_has_to_be_something_whole_to_resume() {
    let resume = [&AXES[..], &["--resume"]].concat();
    let none = place(SCENARIO);
    says(swept(none.path(), &resume, &Pace::default()), Code::NoResults, "has nothing to resume");
    let whole = place(SCENARIO);
    swept(whole.path(), &AXES, &Pace::default()).unwrap();
    says(swept(whole.path(), &resume, &Pace::default()), Code::OtherSweep, "is complete");
    change(whole.path(), "manifest.json", |text| text.replace("\"sweep\"", "\"other\""));
    says(swept(whole.path(), &resume, &Pace::default()), Code::OtherSweep, "of a run, not of a sweep");

    let damaged = |name: &str, by: fn(String) -> String, text: &str| {
        let cut = place(SCENARIO);
        swept(cut.path(), &AXES, &pace(4, 4)).unwrap();
        change(cut.path(), name, by);
        says(swept(cut.path(), &resume, &Pace::default()), Code::ResultsDamaged, text);
        assert!(cut.path().join("o").join(name).exists(), "it is left as it is");
    };
    damaged("configs.partial.csv", |text| text[..text.len() - 9].to_owned(), "and manifest.json says");
    damaged("configs.partial.csv", |text| text.replacen("dedicated", "dadicated", 1), "its SHA-256 is not");
    damaged("configs.partial.csv", |text| text.replacen("index", "undex", 1), "its header is not");
    damaged("surface.partial.csv", |text| text[..text.len() - 9].to_owned(), "and manifest.json says");
    damaged("surface.partial.csv", |text| text.replacen("dedicated", "dadicated", 1), "its SHA-256 is not");
    damaged(
        "surface.partial.csv",
        |text| text.replacen("dedicated,", "dedicated,,", 1).replacen("index,", "inde,", 1),
        "its header",
    );
    damaged("manifest.json", |text| text[..200].to_owned(), "manifest.json: EOF");
    damaged("manifest.json", |text| text.replace("\"rest\"", "\"rust\""), "where the sweep goes on");
    let searched = place(SCENARIO);
    swept(searched.path(), &AXES, &pace(4, 4)).unwrap();
    let of_search = r#""command": ["nodetide", "optimize"]"#;
    change(searched.path(), "manifest.json", |text| {
        text.replace("\"rest\"", "\"none\"").replace("\"command\": []", of_search)
    });
    says(
        swept(searched.path(), &resume, &Pace::default()),
        Code::OtherSweep,
        "a search that was interrupted",
    );
    damaged(
        "manifest.json",
        |text| text.replace("surface.partial.csv", "surface.csv"),
        "does not list surface.partial.csv",
    );
    damaged("manifest.json", |text| text.replace("\"rows\": 4", "\"rows\": 5"), "that manifest.json counts");
    let cut = place(SCENARIO);
    swept(cut.path(), &AXES, &pace(4, 4)).unwrap();
    change(cut.path(), "manifest.json", |text| text.replace("\"format\": 1", "\"format\": 99"));
    says(swept(cut.path(), &resume, &Pace::default()), Code::ResultsNewer, "its format is 99");
}

/// Pictures from files are those made at once.
#[test]
fn the_surface_is_read_back_as_it_was() {
    use crate::report::charts::read_answer;
    let locked = SCENARIO.replace("    expect", "    locks: [(from: \"0s\", level: ReadOnly)],\n    expect");
    for scenario in [SCENARIO, &locked] {
        let dir = place(scenario);
        let args = [&AXES[..], &["--vary", "idle_time=1m,90s", "--replications", "2"]].concat();
        swept(dir.path(), &args, &Pace::default()).unwrap();
        let read = read_answer(&dir.path().join("o")).unwrap().0;
        assert_eq!((read.points.len(), read.levels.len(), read.replications), (20, 60, 2));
        let cli = Cli::try_parse_from(["nodetide", "sweep", "s.ron"].iter().chain(&args)).unwrap();
        let Command::Sweep(args) = cli.command else { panic!("a sweep") };
        let opened = Scenario::open(&dir.path().join("s.ron")).unwrap();
        let surface = gathered(opened.loaded(), &args);
        // What is minimised is known by replication only of what answer.json names.
        let mut known = 0;
        let mut same = read.clone();
        for (i, pair) in read.objectives.chunks(2).enumerate() {
            if !pair[0].is_nan() {
                assert_eq!(pair, surface.objectives_of(i));
                known += 1;
            }
        }
        // Where every run gets stuck there is no answer, and none is named.
        assert!(scenario != SCENARIO || known >= 2, "{known} configurations are named");
        same.objectives.clone_from(&surface.objectives);
        assert_eq!(format!("{same:?}"), format!("{surface:?}"));
    }
}

/// Asserts what is said of a surface that something happened to.
#[track_caller]
fn unreadable(name: &str, by: impl FnOnce(String) -> String, text: &str) {
    let dir = place(SCENARIO);
    swept(dir.path(), &AXES, &Pace::default()).unwrap();
    change(dir.path(), name, by);
    let error = crate::report::charts::read_answer(&dir.path().join("o")).unwrap_err().to_string();
    assert!(error.contains(name) && error.contains(text), "{text:?} is not in {error:?}");
}

#[test]
fn a_damaged_surface_is_said_to_be_one() {
    unreadable("answer.json", |text| text[..text.len() / 2].to_owned(), "EOF while parsing");
    unreadable("answer.json", |_| String::new(), "it is empty");
    unreadable("answer.json", |text| text.replace("\"format\": 1", "\"format\": 99"), "its format is 99");
    unreadable("answer.json", |text| text.replace("\"format\": 1", "\"other\": 1"), "`format`");
    unreadable(
        "answer.json",
        |text| text.replace("\"replications\": 1", "\"replications\": 0"),
        "`replications`",
    );
    unreadable(
        "answer.json",
        |text| text.replace("\"replications\": 1", "\"replications\": 9999999999"),
        "`replications`",
    );
    unreadable(
        "answer.json",
        |text| text.replace("\"low priority\"\n", "\"low priority\", \"spot\"\n"),
        "`axes`",
    );
    unreadable("answer.json", |text| text.replace("\"today\": 2", "\"today\": 77"), "`today`");
    unreadable("surface.csv", |text| text.replacen("max_nodes", "mux_nodes", 1), "no column `max_nodes`");
    unreadable("surface.csv", |text| text.replacen("dedicated", "spot", 1), "no such value of the axis");
    unreadable("surface.csv", |text| text.replacen("\n1,", "\n7,", 1), "in their order");
    unreadable(
        "surface.csv",
        |text| text.replacen("\n1,1,low_priority,", "\n1,1,low_priority,x", 1),
        "no such verdict",
    );
    unreadable(
        "surface.csv",
        |text| text.lines().take(5).map(|line| format!("{line}\n")).collect(),
        "it has 4 configurations, and answer.json counts 10 configurations",
    );
    unreadable(
        "surface.csv",
        |text| format!("{text}10{}", &text.lines().last().unwrap()[1..]),
        "here is one more",
    );
    let none = tempfile::tempdir().unwrap();
    let error = crate::report::charts::read_answer(none.path()).unwrap_err().to_string();
    assert!(error.contains("it has no answer.json"), "{error}");
}

/// The surface of a sweep in memory.
fn gathered(loaded: &Loaded, args: &SweepArgs) -> crate::stats::surface::Surface {
    let plan = Plan::read(loaded.scenario(), &args.grid.vary, args.grid.replications.unwrap_or(1)).unwrap();
    let texts = decide::texts(loaded, None, &[]);
    let (decider, counted) =
        Decider::new(loaded, &texts, None, plan.replications(), &sweep::Progress::default())
            .unwrap()
            .unwrap();
    let models = plan.models(&counted, None).unwrap();
    let mut gathered = Gathered::new(&plan, &decider, loaded.scenario());
    let mut sweep = Sweep {
        plan: &plan,
        models: &models,
        decider: &decider,
        scales: scales(&counted, &models),
        runner: Runner::new(Choice::Cpu, None, &models.models).unwrap(),
        progress: Arc::default(),
        output: Output::new(ColorWhen::Never, true),
        histograms: false,
        pace: &Pace::default(),
    };
    sweep.run(&mut Files::default(), &mut gathered, &mut Ended::default()).unwrap();
    gathered.surface
}
