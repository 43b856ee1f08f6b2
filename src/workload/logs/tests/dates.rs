//! Where dates lie on the ticks of the run, and what is said about them.

use super::*;
use crate::scenario::schema::{Arrivals, JobClass};
use crate::units::TimeSpan;
use crate::workload::testing::class;

const LOG: &str = "submit,run,nodes\n\
                   2026-03-01 08:00:00,600,1\n\
                   2026-03-02 09:00:00,60,2\n\
                   2026-03-03 10:30:00,1200,4\n";

fn dated() -> LogFormat {
    with_submit(plain_csv(), "submit", TimeUnit::DateTime("%Y-%m-%d %H:%M:%S".to_owned()))
}

fn submits(jobs: &Jobs) -> Vec<u64> {
    jobs.jobs.iter().map(|job| job.submit).collect()
}

fn start(jobs: &Jobs) -> String {
    jobs.calendar.as_ref().unwrap().start().unwrap().to_string()
}

const H: u64 = 3600;

#[test]
fn dates_follow_the_start_and_earlier_jobs_are_counted() {
    let world = World::with_file("a.log", LOG).starting("2026-03-02T00:00", "UTC");
    let jobs = world.jobs(&of(log("a.log", dated())));
    assert_eq!(submits(&jobs), [9 * H, 34 * H + H / 2]);
    let report = &jobs.log_reports[0];
    assert_eq!((report.jobs, report.left_out[&LeftOut::BeforeStart], report.origin_ns), (2, 1, 0));
    let first = "2026-03-01 08:00:00".to_owned();
    assert_eq!(jobs.notes, [Note::BeforeStart { path: "a.log".into(), jobs: 1, of: 3, first }]);
    assert_eq!(start(&jobs), "2026-03-02T00:00:00+00:00[UTC]");

    // An earlier start: nothing is left out, and the first job does not come at once.
    let world = World::with_file("a.log", LOG).starting("2026-02-28T00:00", "UTC");
    let jobs = world.jobs(&of(log("a.log", dated())));
    assert_eq!((submits(&jobs), jobs.notes.len()), (vec![32 * H, 57 * H, 82 * H + H / 2], 0));
}

#[test]
fn a_log_that_is_over_before_the_start_is_an_error() {
    let world = World::with_file("a.log", LOG).starting("2027-03-02T00:00", "Europe/Amsterdam");
    let errors = world.build(&of(log("a.log", dated()))).unwrap_err();
    assert_eq!((errors.len(), errors[0].kind), (1, ErrorKind::LogEmpty));
    let told = errors[0].to_string();
    for says in [
        "start: 2027-03-02 00:00: all 3 jobs of a.log were submitted before it",
        "from 2026-03-01 08:00:00 to 2026-03-03 10:30:00",
        "or leave it out",
    ] {
        assert!(told.contains(says), "{told}");
    }
}

#[test]
fn a_window_counts_from_the_start_and_moves_no_date() {
    let window = Some(Window { from: span("1d"), to: Some(span("2d")) });
    let entry = || Log { window, ..log("a.log", dated()) };
    let world = World::with_file("a.log", LOG).starting("2026-03-01T00:00", "UTC");
    let jobs = world.jobs(&of(entry()));
    assert_eq!(submits(&jobs), [33 * H]);
    assert_eq!(jobs.log_reports[0].left_out[&LeftOut::OutsideWindow], 2);
    // Who says where the log is cut needs no warning about what is cut off.
    let window = Some(Window { from: TimeSpan::ZERO, to: None });
    let world = World::with_file("a.log", LOG).starting("2026-03-02T00:00", "UTC");
    let jobs = world.jobs(&of(Log { window, ..entry() }));
    assert_eq!((submits(&jobs).len(), jobs.notes.len()), (2, 0));
}

#[test]
fn without_a_start_the_first_date_is_it() {
    let world = World::with_file("a.log", LOG);
    let jobs = world.jobs(&of(log("a.log", dated())));
    assert_eq!(submits(&jobs), [0, 25 * H, 50 * H + H / 2]);
    assert_eq!(start(&jobs), "2026-03-01T08:00:00+00:00[UTC]");
    let note = Note::StartFromLog {
        path: "a.log".into(),
        start: "2026-03-01 08:00:00 (UTC)".into(),
        window_from: TimeSpan::ZERO,
        moved: TimeSpan::ZERO,
    };
    assert_eq!(jobs.notes, [note]);
    assert_eq!(jobs.notes[0].to_string(), "start: 2026-03-01 08:00:00 (UTC), the first date of a.log");
    let window = Some(Window { from: span("1d"), to: None });
    let jobs = world.jobs(&of(Log { window, ..log("a.log", dated()) }));
    assert_eq!(submits(&jobs), [H, 26 * H + H / 2]);
    assert_eq!(start(&jobs), "2026-03-02T08:00:00+00:00[UTC]");
    assert_eq!(
        jobs.notes[0].to_string(),
        "start: 2026-03-02 08:00:00 (UTC), the beginning of the window of a.log, 1d after its first date"
    );
    // A window of the workload moves the run's beginning, and so its date.
    let window = Some(Window { from: span("1d"), to: None });
    let jobs = world.jobs(&Workload { window, ..of(log("a.log", dated())) });
    assert_eq!(
        (submits(&jobs), start(&jobs)),
        (vec![H, 26 * H + H / 2], "2026-03-02T08:00:00+00:00[UTC]".into())
    );
    let said = jobs.notes.iter().map(ToString::to_string).find(|note| note.starts_with("start")).unwrap();
    assert_eq!(
        said,
        "start: 2026-03-01 08:00:00 (UTC), the first date of a.log; tick 0 is 1d later, where `workload.window` begins"
    );
}

#[test]
fn several_logs_and_profiles_share_the_date() {
    let mut world = World::with_file("a.log", LOG);
    let other = "submit,run,nodes\n2026-03-01 06:00:00,1,1\n".as_bytes().to_vec();
    world.files.insert("dir/b.log".into(), other);
    world.horizon = Some(48 * 3600);
    // Jobs arrive between 08:00 and 09:00 only: two hours after tick 0.
    let factors = (0..24).map(|hour| f64::from(hour == 8)).collect();
    let profile = class("day", Arrivals::Profile { per_hour: 60.0, factors });
    let workload = Workload {
        logs: vec![log("a.log", dated()), log("b.log", dated())],
        classes: vec![JobClass { to: Some(span("1d")), ..profile }],
        ..Workload::default()
    };
    let jobs = world.jobs(&workload);
    assert_eq!(start(&jobs), "2026-03-01T06:00:00+00:00[UTC]");
    let of_logs: Vec<u64> =
        jobs.jobs.iter().filter(|job| matches!(job.source, Source::Log(..))).map(|job| job.submit).collect();
    assert_eq!(of_logs, [0, 2 * H, 27 * H, 52 * H + H / 2]);
    let drawn: Vec<u64> =
        jobs.jobs.iter().filter(|job| matches!(job.source, Source::Class(_))).map(|job| job.submit).collect();
    assert!(drawn.len() > 20 && drawn.iter().all(|t| (2 * H..=3 * H).contains(t)), "{drawn:?}");
    // A log that cannot be read does not make the profile ask for a date.
    world.files.clear();
    let told = lines(&world.build(&workload).unwrap_err());
    assert!(told.lines().count() == 2 && !told.contains("start"), "{told}");
}

#[test]
fn dates_are_local_times_of_the_zone_and_numbers_have_no_date() {
    let text = "submit,run,nodes\n2026-03-29 01:00:00,1,1\n2026-03-29 03:00:00,1,1\n";
    let world = World::with_file("a.log", text).starting("2026-03-29T00:00", "Europe/Amsterdam");
    assert_eq!(submits(&world.jobs(&of(log("a.log", dated())))), [H, 2 * H], "clocks skip an hour");
    let world = World::with_file("a.log", "submit,run,nodes\n500,1,1\n510,1,1\n");
    let world = world.starting("2026-03-29T00:00", "UTC");
    let jobs = world.jobs(&of(log("a.log", plain_csv())));
    assert_eq!((submits(&jobs), jobs.log_reports[0].origin_ns), (vec![0, 10], 500_000_000_000));
}

#[test]
fn a_report_shows_what_a_wrong_unit_would_change() {
    let jobs = World::with_file("a.log", LOG).jobs(&of(log("a.log", dated())));
    let figures = jobs.log_reports[0].figures.clone().unwrap();
    let expected = LogFigures {
        first_date: Some("2026-03-01 08:00:00".into()),
        last_date: Some("2026-03-03 10:30:00".into()),
        first_submit_s: 0.0,
        last_submit_s: 181_800.0,
        run_time_median_s: 600.0,
        run_time_max_s: 1200.0,
        nodes_min: 1,
        nodes_max: 4,
    };
    assert_eq!(figures, expected);
}

#[test]
fn a_wrong_format_or_unit_is_told_with_the_one_that_fits() {
    let broken = |format: LogFormat| {
        let text = "submit,run,nodes\n2026-03-01T08:00:00,01:30:00,1\n";
        let errors = World::with_file("a.log", text)
            .build(&of(Log { strict: true, ..log("a.log", format) }))
            .unwrap_err();
        errors[0].clone()
    };
    let error = broken(dated());
    assert_eq!(error.place, "workload.logs[0].format.submit");
    let told = error.to_string();
    assert!(
        told.contains("not a date of the format \"%Y-%m-%d %H:%M:%S\", which is as \"2026-03-02"),
        "{told}"
    );
    assert!(told.ends_with("write `unit: DateTime(\"%Y-%m-%dT%H:%M:%S\")`"), "{told}");
    let told = broken(plain_csv()).to_string();
    assert!(told.contains("a date, where the unit says that the column holds numbers"), "{told}");
    let format = with_submit(plain_csv(), "submit", TimeUnit::DateTime("%Y-%m-%dT%H:%M:%S".to_owned()));
    let error = broken(format.clone());
    assert_eq!(error.place, "workload.logs[0].format.service");
    assert!(error.to_string().contains("hours:minutes:seconds"), "{error}");
    let LogFormat::Csv { mut service, submit, nodes, .. } = format else { panic!() };
    service = match service {
        ServiceColumn::Duration(_) => ServiceColumn::Duration(column("submit", TimeUnit::Seconds)),
        other => other,
    };
    let mut format = dated();
    if let LogFormat::Csv { submit: s, service: d, nodes: n, .. } = &mut format {
        (*s, *d, *n) = (submit, service, nodes);
    }
    let told = broken(format).to_string();
    assert!(told.contains("two columns of dates with `StartEnd("), "{told}");
}

#[test]
fn the_underlined_value_is_the_field_and_not_its_first_twin() {
    let text = "id,submit,run,nodes\n\"x, 12\",12, x ,1\n";
    let errors = World::with_file("a.log", text)
        .build(&of(Log { strict: true, ..log("a.log", plain_csv()) }))
        .unwrap_err();
    let place = errors[0].log.clone().unwrap();
    assert_eq!(&text.lines().nth(1).unwrap()[place.span], "x");
    let at = errors[0].log.as_ref().unwrap().span.start;
    assert_eq!(at, 12, "not the one in quotes");
    let line = swf_line("0", "7x", "7", "1", "-1", "1").replacen('1', "7x", 1);
    let errors =
        World::with_file("a.log", line.clone()).build(&of(Log { strict: true, ..log("a.log", swf()) }));
    let place = errors.unwrap_err()[0].log.clone().unwrap();
    assert_eq!((place.column.as_deref(), &line[place.span]), (Some("field 1"), "7x"));
}
