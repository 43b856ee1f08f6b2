use super::*;
use crate::scenario::schema::{
    Arrivals, Log, LogFormat, NodeMapping, ServiceColumn, TimeColumn, TimeUnit, Window,
};
use crate::workload::testing::{World, class, listed, log, span};
use crate::workload::{Jobs, Note};
use std::path::Path;

const DAY: u64 = 86_400;
const WEEK: u64 = 7 * DAY;

/// Jobs of each week: seconds after its beginning and running time, of which the hundreds say the week.
const WEEKS: [&[(u64, u64)]; 3] = [
    &[(0, 100), (36_000, 101), (90_000, 102)],
    &[(10, 200), (36_000, 201)],
    // The last job comes late on the fifth day: the weekend is missing.
    &[(5, 300), (100_000, 301), (100_000, 302), (400_000, 303)],
];

fn csv(submit: TimeUnit) -> LogFormat {
    let column = |name: &str, unit| TimeColumn { column: name.to_owned(), unit };
    LogFormat::Csv {
        submit: column("submit", submit),
        service: ServiceColumn::Duration(column("run", TimeUnit::Seconds)),
        nodes: NodeMapping::Constant(1),
        delimiter: None,
        user: None,
        team: Some("team".to_owned()),
        experiment: None,
        priority: None,
        environment: None,
        declared: None,
        cluster: None,
    }
}

/// A log of these weeks; `more` is added to running times.
fn text(weeks: &[&[(u64, u64)]], more: u64) -> String {
    let mut text = "submit,run,team\n".to_owned();
    for (week, jobs) in (0..).zip(weeks) {
        for (after, service) in *jobs {
            text += &format!("{},{},w{week}\n", week * WEEK + after, service + more);
        }
    }
    text
}

/// A log whose weeks are drawn.
fn weekly(path: &str, format: LogFormat) -> Log {
    Log { resample: Resample::Weeks, ..log(path, format) }
}

fn plain(path: &str) -> Log {
    weekly(path, csv(TimeUnit::Seconds))
}

fn world(text: impl Into<Vec<u8>>) -> World {
    World::with_file("a.csv", text)
}

fn of(log: Log) -> Workload {
    Workload { logs: vec![log], ..Workload::default() }
}

fn replication(world: &mut World, workload: &Workload, replication: u64) -> Jobs {
    world.replication = replication;
    world.jobs(workload)
}

/// The weeks that a replication got, by slot. Every slot must hold the jobs of one week, all of them, in their order.
fn drawn(jobs: &Jobs, slots: u64) -> Vec<u64> {
    assert!(jobs.jobs.is_sorted_by_key(|job| job.submit));
    assert!(jobs.jobs.iter().all(|job| job.submit < slots * WEEK));
    let week_of = |slot: u64| {
        let in_slot: Vec<_> = jobs.jobs.iter().filter(|job| job.submit / WEEK == slot).collect();
        let week = in_slot[0].service / 100 - 1;
        let found: Vec<_> = in_slot.iter().map(|job| (job.submit % WEEK, job.service)).collect();
        assert_eq!(found, WEEKS[week as usize], "slot {slot}");
        // Tags and line move with the job.
        for job in in_slot {
            assert_eq!(jobs.names.get(job.team.unwrap()), format!("w{week}"));
            let line = [2, 5, 7][week as usize] + job.service % 100;
            assert_eq!(job.source, Source::Log(0, line as u32));
        }
        week
    };
    (0..slots).map(week_of).collect()
}

#[test]
fn every_replication_is_made_of_whole_weeks() {
    let (mut world, workload) = (world(text(&WEEKS, 0)), of(plain("a.csv")));
    assert_eq!(drawn(&replication(&mut world, &workload, 0), 3), [0, 1, 2], "the log as it is");
    let mut times = [0_u32; 3];
    let mut all = std::collections::BTreeSet::new();
    for r in 1..=300 {
        let jobs = replication(&mut world, &workload, r);
        assert_eq!(jobs.resampled, [Resampled { path: "a.csv".into(), weeks: 3 }]);
        assert_eq!(jobs.notes, []);
        assert!((3 * 2..=3 * 4).contains(&jobs.jobs.len()));
        let weeks = drawn(&jobs, 3);
        weeks.iter().for_each(|week| times[*week as usize] += 1);
        all.insert(weeks);
    }
    // 900 draws among three: 300 each, with a standard deviation of 14.
    assert!(times.iter().all(|n| (230..370).contains(n)), "{times:?}");
    assert_eq!(all.len(), 27, "every sequence of three weeks comes");
}

/// The draws are part of the results: these are pinned, as a separate program computes them.
#[test]
fn the_draws_follow_seed_and_replication() {
    let (mut world, workload) = (world(text(&WEEKS, 0)), of(plain("a.csv")));
    let mut weeks = |seed, r| {
        world.seed = seed;
        drawn(&replication(&mut world, &workload, r), 3)
    };
    let pinned = [weeks(1, 1), weeks(1, 2), weeks(1, 3), weeks(2, 1)];
    assert_eq!(pinned, [weeks(1, 1), weeks(1, 2), weeks(1, 3), weeks(2, 1)]);
    assert_eq!(pinned, [[2, 2, 0], [2, 2, 0], [0, 2, 1], [1, 2, 2]]);
}

/// Beginning and end of the jobs and of windows in days; what is covered, and the whole weeks.
#[test]
fn weeks_are_whole_where_little_is_missing_and_no_window_cuts() {
    let ticks = |days: f64| (days * DAY as f64) as i64;
    let far = 1e6;
    for (jobs, window, covered, whole) in [
        ((0.0, 28.0), (0.0, far), (0.0, 28.0), (0, 4)),
        ((0.0, 26.9), (0.0, far), (0.0, 28.0), (0, 4)),
        ((0.0, 25.1), (0.0, far), (0.0, 28.0), (0, 4)),
        ((0.0, 25.0), (0.0, far), (0.0, 25.0), (0, 3)),
        ((0.0, 21.5), (0.0, far), (0.0, 21.5), (0, 3)),
        ((0.9, 21.0), (0.0, far), (0.0, 21.0), (0, 3)),
        ((1.0, 21.0), (0.0, far), (1.0, 21.0), (1, 3)),
        ((9.0, 35.0), (0.0, far), (9.0, 35.0), (2, 5)),
        ((0.0, 4.0), (0.0, far), (0.0, 4.0), (0, 0)),
        ((0.0, 28.0), (0.0, 20.0), (0.0, 20.0), (0, 2)),
        ((0.0, 27.0), (0.0, 27.5), (0.0, 27.5), (0, 3)),
        ((-40.5, 100.0), (0.0, 21.0), (0.0, 21.0), (0, 3)),
        ((-0.5, 27.9), (0.0, far), (0.0, 28.0), (0, 4)),
        ((0.0, 28.0), (10.0, 28.0), (10.0, 28.0), (2, 4)),
    ] {
        let range = |(from, to)| ticks(from)..ticks(to);
        let cover = Cover { log: 0, jobs: range(jobs), window: range(window) };
        let weeks = cover.weeks(DAY as i64);
        let expected = (covered.0 * DAY as f64) as u64..(covered.1 * DAY as f64) as u64;
        assert_eq!(weeks.covered, expected, "{jobs:?} {window:?}");
        assert_eq!(weeks.count(), whole.1 - whole.0, "{jobs:?} {window:?}");
        assert!(weeks.count() == 0 || weeks.whole == (whole.0..whole.1), "{jobs:?} {window:?}");
    }
}

#[test]
fn a_part_of_a_week_gets_the_same_part_of_a_drawn_one() {
    // Three weeks, then a day and a half: until 129,600 s.
    let rest: &[(u64, u64)] = &[(1, 900), (129_599, 901)];
    let full: &[(u64, u64)] = &[(5, 300), (100_000, 301), (100_000, 302), (604_799, 303)];
    let weeks = [WEEKS[0], WEEKS[1], full, rest];
    let (mut world, workload) = (world(text(&weeks, 0)), of(plain("a.csv")));
    let mut seen = [false; 3];
    for r in 1..40 {
        let jobs = replication(&mut world, &workload, r);
        let part: Vec<_> = jobs.jobs.iter().filter(|job| job.submit >= 3 * WEEK).collect();
        let week = (part[0].service / 100 - 1) as usize;
        seen[week] = true;
        let expected: Vec<_> = weeks[week].iter().filter(|job| job.0 < 129_600).copied().collect();
        let found: Vec<_> = part.iter().map(|job| (job.submit - 3 * WEEK, job.service)).collect();
        assert_eq!(found, expected);
        assert!(jobs.jobs.iter().all(|job| job.service < 900), "the part is no whole week");
    }
    assert_eq!(seen, [true; 3]);
}

#[test]
fn logs_of_the_same_weeks_stay_together() {
    let mut world = world(text(&WEEKS, 0));
    let mut file = |name: &str, text: String| {
        world.files.insert(Path::new("dir").join(name), text.into_bytes());
    };
    file("b.csv", text(&WEEKS, 1000));
    let fourth: &[(u64, u64)] = &[(500_000, 400)];
    file("c.csv", text(&[WEEKS[0], WEEKS[1], WEEKS[2], fourth], 2000));
    let never = Log { resample: Resample::Never, ..plain("d.csv") };
    file("d.csv", text(&WEEKS, 3000));
    let workload = Workload {
        jobs: vec![listed("15d", "17s")],
        classes: vec![class("drawn", Arrivals::Every { period: span("20d"), offset: span("0s") })],
        logs: vec![plain("a.csv"), plain("b.csv"), plain("c.csv"), never],
        ..Workload::default()
    };
    world.horizon = Some(20 * DAY as u32);
    let mut apart = 0;
    for r in 1..30 {
        let jobs = replication(&mut world, &workload, r);
        assert_eq!(jobs.resampled.iter().map(|log| log.weeks).collect::<Vec<_>>(), [3, 3, 4]);
        let of = |source: u32| -> Vec<(u64, u64)> {
            let jobs = jobs.jobs.iter().filter(|job| matches!(job.source, Source::Log(i, _) if i == source));
            jobs.map(|job| (job.submit, job.service % 1000)).collect()
        };
        assert_eq!(of(0), of(1), "replication {r}");
        apart += u32::from(of(0) != of(2).into_iter().filter(|job| job.0 < 3 * WEEK).collect::<Vec<_>>());
        let as_it_is = (0..)
            .zip(WEEKS)
            .flat_map(|(k, week)| week.iter().map(move |(after, service)| (k * WEEK + after, *service)));
        assert_eq!(of(3), as_it_is.collect::<Vec<_>>());
        let listed = jobs.jobs.iter().find(|job| job.source == Source::Listed(0)).unwrap();
        assert_eq!((listed.submit, listed.service), (15 * DAY, 17));
        assert_eq!(jobs.jobs.iter().filter(|job| job.source == Source::Class(0)).count(), 1);
    }
    assert!(apart > 15, "other weeks, other draws: {apart}");
}

#[test]
fn windows_come_before_and_the_load_factor_after() {
    let twice: Vec<&[(u64, u64)]> = [&WEEKS[..], &WEEKS[..]].concat();
    let mut world = world(text(&twice, 0));
    let window = Window { from: span("7d"), to: Some(span("21d")) };
    let windowed = Workload { window: Some(window), ..of(plain("a.csv")) };
    let scaled = Workload { load_factor: Some(3.0), ..windowed.clone() };
    let own = of(Log { window: Some(window), ..plain("a.csv") });
    let mut seen = [false; 3];
    for r in 0..20 {
        let jobs = replication(&mut world, &windowed, r);
        assert_eq!(jobs.resampled[0].weeks, 2);
        let weeks = drawn(&jobs, 2);
        weeks.iter().for_each(|week| seen[*week as usize] = true);
        assert_eq!(drawn(&replication(&mut world, &own, r), 2), weeks, "the log's own window is the same");
        let faster = replication(&mut world, &scaled, r);
        let third = |t: u64| (t as f64 / 3.0 + 0.5).floor() as u64;
        let expected: Vec<_> = jobs.jobs.iter().map(|job| (third(job.submit), job.service)).collect();
        assert_eq!(faster.jobs.iter().map(|job| (job.submit, job.service)).collect::<Vec<_>>(), expected);
    }
    assert_eq!(seen, [false, true, true], "only weeks of the window");
}

#[test]
fn a_week_drawn_twice_is_thinned_twice() {
    let many = |hundred: u64| -> Vec<(u64, u64)> { (0..400).map(|i| (i * 1500, hundred)).collect() };
    let (a, b) = (many(100), many(200));
    let mut world = world(text(&[&a, &b], 0));
    let share = |keep: f64| Workload { keep: Some(keep), ..of(plain("a.csv")) };
    let mut same_week = 0;
    for r in 1..20 {
        let fewer = replication(&mut world, &share(0.3), r).jobs;
        let more = replication(&mut world, &share(0.6), r).jobs;
        assert!((150..330).contains(&fewer.len()) && (380..580).contains(&more.len()));
        let times = |jobs: &[Job]| jobs.iter().map(|job| job.submit).collect::<Vec<_>>();
        let of_more = times(&more);
        assert!(
            times(&fewer).iter().all(|t| of_more.contains(t)),
            "a smaller share is a part of a larger one"
        );
        let slot = |k: u64| -> Vec<_> {
            more.iter().filter(|j| j.submit / WEEK == k).map(|j| (j.submit % WEEK, j.service)).collect()
        };
        let (first, second) = (slot(0), slot(1));
        if first[0].1 == second[0].1 {
            same_week += 1;
            assert_ne!(first, second);
        }
    }
    assert!(same_week > 4, "{same_week}");
}

#[test]
fn short_logs_are_told_and_stay_the_same() {
    let note = |days, weeks| Note::TooShortToResample { path: "a.csv".into(), days, weeks };
    for (weeks, expected) in [
        (vec![&[(0, 100), (4 * DAY - 1, 100)][..]], note(4, 0)),
        (vec![WEEKS[0], &[(DAY, 100)]], note(9, 1)),
        (vec![&[(0, 100)][..]], note(1, 0)),
    ] {
        let mut world = world(text(&weeks, 0));
        let first = replication(&mut world, &of(plain("a.csv")), 0);
        let second = replication(&mut world, &of(plain("a.csv")), 1);
        assert_eq!(first.jobs, second.jobs);
        assert_eq!(second.notes, std::slice::from_ref(&expected));
        assert_eq!(first.notes, [expected]);
        assert_eq!(second.resampled, []);
        let never = of(Log { resample: Resample::Never, ..plain("a.csv") });
        assert_eq!(replication(&mut world, &never, 1).notes, []);
    }
    let mut world = world(text(&WEEKS, 0));
    let never = of(Log { resample: Resample::Never, ..plain("a.csv") });
    for r in 0..5 {
        assert_eq!(drawn(&replication(&mut world, &never, r), 3), [0, 1, 2]);
    }
}

#[test]
fn dates_count_from_the_start_of_the_run() {
    // Four weeks from Monday, 2 March 2026, one job a day at noon; and two weeks from the second Monday on.
    let dated = |first: u64, days: u64| {
        let line = |day: u64| {
            let day = first + day;
            format!("2026-{:02}-{:02} 12:00:00,{},x\n", 3 + (day - 1) / 31, (day - 1) % 31 + 1, 100 + day)
        };
        "submit,run,team\n".to_owned() + &(0..days).map(line).collect::<String>()
    };
    let entry = |path: &str| weekly(path, csv(TimeUnit::DateTime("%Y-%m-%d %H:%M:%S".into())));
    let with = |world: World| {
        let mut world = world;
        world.files.insert(Path::new("dir").join("b.csv"), dated(9, 14).into_bytes());
        world
    };
    let both = Workload { logs: vec![entry("a.csv"), entry("b.csv")], ..Workload::default() };
    let weeks = |jobs: &Jobs| jobs.resampled.iter().map(|log| log.weeks).collect::<Vec<_>>();
    let mut world_at = with(world(dated(2, 28)).starting("2026-03-09T00:00", "UTC"));
    let jobs = replication(&mut world_at, &both, 1);
    assert_eq!(weeks(&jobs), [3, 2], "the first week lies before `start`");
    assert!(jobs.jobs.iter().all(|job| job.submit % DAY == DAY / 2 && job.service >= 109));
    assert_eq!(jobs.jobs.len(), 21 + 14);
    // Without a start the first date is tick 0, a noon, and B begins a week after it.
    let mut world_free = with(world(dated(2, 28)));
    for r in 1..5 {
        let jobs = replication(&mut world_free, &both, r);
        assert_eq!(weeks(&jobs), [4, 2]);
        assert_eq!(jobs.jobs.len(), 28 + 14);
        assert!(jobs.jobs.iter().all(|job| matches!(job.source, Source::Log(0, _)) || job.submit >= WEEK));
    }
}

#[test]
#[cfg_attr(not(shared_data), ignore = "skipped: ../shared is absent")]
fn a_real_log_keeps_its_weeks() {
    let base_dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/traces");
    let format = LogFormat::Swf {
        nodes: NodeMapping::Column("allocated".into()),
        include: crate::scenario::schema::SwfInclude::Ran,
        team: None,
    };
    let workload = of(weekly("swf/KTH-SP2-1996-2.1-cln.swf.gz", format));
    let build = |replication| {
        let ctx = crate::workload::Context {
            resolution: crate::units::Resolution::S1,
            seed: 1,
            replication,
            horizon: None,
            calendar: None,
            zone: &jiff::tz::TimeZone::UTC,
            clusters: &["only".to_owned()],
            base_dir: &base_dir,
            open: &crate::workload::open_file,
        };
        crate::workload::build(&workload, &ctx).unwrap()
    };
    let by_week = |jobs: &Jobs| {
        let mut weeks: Vec<Vec<(u64, u64, u64, Source)>> = Vec::new();
        for job in &jobs.jobs {
            weeks.resize_with(weeks.len().max((job.submit / WEEK) as usize + 1), Vec::new);
            let job = (job.submit % WEEK, job.service, job.nodes, job.source);
            weeks.last_mut().unwrap().push(job);
        }
        weeks
    };
    let log = build(0);
    let recorded = by_week(&log);
    // 332.91 days: 47 weeks, and a part of 3.91 days that is no whole week.
    assert_eq!((log.jobs.len(), recorded.len(), log.resampled[0].weeks), (27_992, 48, 47));
    let (min, max) =
        recorded[..47].iter().map(Vec::len).fold((usize::MAX, 0), |(a, b), n| (a.min(n), b.max(n)));
    let mut totals = Vec::new();
    for replication in 1..=4 {
        let jobs = build(replication);
        let weeks = by_week(&jobs);
        for week in &weeks[..47] {
            assert!(
                recorded[..47].contains(week),
                "a week of replication {replication} is none of the log's"
            );
        }
        assert!((47 * min..=48 * max).contains(&jobs.jobs.len()));
        totals.push(jobs.jobs.len() as f64);
    }
    // The load stays that of the log: the mean of four lies within 10 % of it, and no two are alike.
    let mean = totals.iter().sum::<f64>() / 4.0;
    assert!((mean / 27_992.0 - 1.0).abs() < 0.1, "{totals:?}");
    totals.sort_by(f64::total_cmp);
    totals.dedup();
    assert_eq!(totals.len(), 4);
}
