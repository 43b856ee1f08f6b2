//! Tests of the whole way from a workload to its jobs.

use super::testing::{World, class, hash, lines, listed, span};
use super::*;
use crate::scenario::schema::{
    Arrivals, Choice, Count, Distribution, JobClass, JobSpec, ModulatedState, Window, Workload,
};
use crate::units::TimeSpan;

fn poisson(name: &str, per_hour: f64, to: &str) -> JobClass {
    JobClass { to: Some(span(to)), ..class(name, Arrivals::Poisson { per_hour }) }
}

fn of_classes(classes: Vec<JobClass>) -> Workload {
    Workload { classes, ..Workload::default() }
}

fn submits(jobs: &Jobs) -> Vec<u64> {
    jobs.jobs.iter().map(|job| job.submit).collect()
}

#[test]
fn a_listed_job_is_taken_as_written() {
    let spec = JobSpec {
        nodes: 4,
        cluster: Some("gpu".to_owned()),
        repeat: 2,
        cancel: Some(span("1h")),
        timeout: Some(span("2h")),
        checkpoint: Some(span("5m")),
        declared: Some(span("30m")),
        priority: 7,
        identity: Some("system".to_owned()),
        environment: Some("torch".to_owned()),
        user: Some("ann".to_owned()),
        team: Some("vision".to_owned()),
        experiment: Some("system".to_owned()),
        ..listed("10s", "20m")
    };
    let jobs = World::default().jobs(&Workload { jobs: vec![spec], ..Workload::default() });
    let expected = Job {
        submit: 10,
        service: 1200,
        nodes: 4,
        cluster: 1,
        cancel: Some(3600),
        timeout: Some(7200),
        checkpoint: Some(300),
        declared: Some(1800),
        priority: 7,
        communicates: true,
        identity: Some(0),
        environment: Some(1),
        user: Some(2),
        team: Some(3),
        experiment: Some(0),
        source: Source::Listed(0),
    };
    assert_eq!(jobs.jobs, [expected.clone(), expected]);
    assert_eq!(jobs.names.all(), ["system", "torch", "ann", "vision"]);
}

#[test]
fn jobs_are_ordered_by_submit_time_then_as_written() {
    let at = |name| JobClass {
        service: Distribution::Constant(span("1m")),
        ..class(name, Arrivals::At(vec![span("5s"), span("1s")]))
    };
    let workload = Workload {
        jobs: vec![listed("5s", "1s"), listed("1s", "0s"), listed("5s", "2s")],
        ..of_classes(vec![at("a"), at("b")])
    };
    let sources: Vec<Source> = World::default().jobs(&workload).jobs.iter().map(|job| job.source).collect();
    use Source::{Class, Listed};
    assert_eq!(sources, [Listed(1), Class(0), Class(1), Listed(0), Listed(2), Class(0), Class(1)]);
}

#[test]
fn a_class_draws_every_quantity_by_number() {
    let values = |list: &[&str]| Distribution::Values(list.iter().map(|t| span(t)).collect());
    let workload = of_classes(vec![JobClass {
        batch: Count::Values(vec![2, 1]),
        from: span("10s"),
        jobs: Some(5),
        service: values(&["1s", "2s", "3s"]),
        nodes: Count::Values(vec![1, 4]),
        cancel_after: Some(values(&["60s", "70s"])),
        declared_factor: Some(1.5),
        communicates: Some(true),
        ..class("a", Arrivals::Every { period: span("100s"), offset: TimeSpan::ZERO })
    }]);
    let jobs = World::default().jobs(&workload);
    assert_eq!(submits(&jobs), [10, 10, 110, 210, 210]);
    let of = |get: &dyn Fn(&Job) -> u64| jobs.jobs.iter().map(get).collect::<Vec<_>>();
    assert_eq!(of(&|job| job.service), [1, 2, 3, 1, 2]);
    assert_eq!(of(&|job| job.nodes), [1, 4, 1, 4, 1]);
    assert_eq!(of(&|job| u64::from(job.communicates)), [0, 1, 0, 1, 0]);
    assert_eq!(of(&|job| job.cancel.unwrap()), [70, 80, 170, 280, 270]);
    assert_eq!(of(&|job| job.declared.unwrap()), [2, 3, 5, 2, 3]);
    assert!(jobs.jobs.iter().all(|job| job.team == Some(0)), "a class is its own team");
    assert_eq!(jobs.names.get(0), "a");
}

#[test]
fn a_class_ends_where_it_says_or_at_the_horizon() {
    let every = class("a", Arrivals::Every { period: span("1m"), offset: TimeSpan::ZERO });
    let count = |class: &JobClass, horizon| {
        World { horizon, ..World::default() }.jobs(&of_classes(vec![class.clone()])).jobs.len()
    };
    assert_eq!(count(&every, Some(180)), 3);
    assert_eq!(count(&JobClass { to: Some(span("5m")), ..every.clone() }, Some(180)), 5);
    assert_eq!(count(&JobClass { jobs: Some(7), ..every.clone() }, None), 7);
    assert_eq!(count(&JobClass { jobs: Some(7), to: Some(span("2m")), ..every.clone() }, None), 2);
    assert_eq!(count(&class("a", Arrivals::At(vec![span("5h")])), None), 1);
    let error = World::default().error(&of_classes(vec![every.clone()]));
    assert!(error.starts_with("workload.classes[0].to: one of `to`, `jobs`"), "{error}");
    let none = JobClass { from: span("4m"), ..every };
    let jobs = World { horizon: Some(180), ..World::default() }.jobs(&of_classes(vec![none]));
    assert_eq!(jobs.notes, [Note::EmptyClass { name: "a".to_owned() }]);
}

/// The numbers of a class depend on seed, replication and its name, and on nothing else.
#[test]
fn a_class_is_not_shifted_by_what_else_there_is() {
    let (a, b) = (poisson("a", 20.0, "5d"), poisson("b", 50.0, "5d"));
    let of_a = |world: &World, classes: Vec<JobClass>| -> Vec<(u64, u64)> {
        let index = classes.iter().position(|c| c.name == "a").unwrap() as u32;
        let jobs = world.jobs(&of_classes(classes)).jobs;
        let of_a = jobs.into_iter().filter(|job| job.source == Source::Class(index));
        of_a.map(|job| (job.submit, job.service)).collect()
    };
    let world = World::default();
    let alone = of_a(&world, vec![a.clone()]);
    assert_eq!(alone, of_a(&world, vec![b.clone(), a.clone()]));
    let cancelled =
        JobClass { cancel_after: Some(Distribution::Exponential { mean: span("1h") }), ..a.clone() };
    assert_eq!(alone, of_a(&world, vec![cancelled, b.clone()]), "another stream moves nothing");
    assert_ne!(alone, of_a(&World { seed: 2, ..World::default() }, vec![a.clone()]));
    assert_ne!(alone, of_a(&World { replication: 1, ..World::default() }, vec![a.clone()]));
    let renamed = JobClass { name: "b".to_owned(), ..a };
    let renamed = world.jobs(&of_classes(vec![renamed])).jobs;
    assert_ne!(alone, renamed.iter().map(|job| (job.submit, job.service)).collect::<Vec<_>>());
}

#[test]
fn a_window_cuts_and_begins_at_tick_0() {
    let cancelled = JobSpec { cancel: Some(span("100s")), ..listed("20s", "1s") };
    let jobs = vec![listed("9s", "1s"), listed("10s", "1s"), cancelled, listed("30s", "1s")];
    let window = Some(Window { from: span("10s"), to: Some(span("30s")) });
    let jobs = World::default().jobs(&Workload { jobs, window, ..Workload::default() });
    assert_eq!(submits(&jobs), [0, 10]);
    assert_eq!(jobs.jobs[1].cancel, Some(90));
    assert_eq!(jobs.notes, [Note::Window { kept: 2, of: 4 }]);
}

#[test]
fn thinning_keeps_a_share_and_a_smaller_share_is_part_of_a_larger_one() {
    let kept = |keep| {
        let jobs = World::default().jobs(&Workload { keep, ..of_classes(vec![poisson("a", 1000.0, "20h")]) });
        jobs.jobs.into_iter().map(|job| (job.submit, job.service)).collect::<Vec<_>>()
    };
    let (all, most, some) = (kept(None), kept(Some(0.7)), kept(Some(0.2)));
    let share = |part: &[(u64, u64)]| part.len() as f64 / all.len() as f64;
    assert!((share(&most) - 0.7).abs() < 0.012 && (share(&some) - 0.2).abs() < 0.011);
    let is_part = |part: &[(u64, u64)], whole: &[(u64, u64)]| {
        let mut whole = whole.iter();
        part.iter().all(|job| whole.any(|other| other == job))
    };
    assert!(is_part(&some, &most) && is_part(&most, &all));
    assert_eq!((kept(Some(1.0)).len(), kept(Some(0.0)).len()), (all.len(), 0));
}

#[test]
fn a_load_factor_divides_submit_times_and_keeps_ids() {
    let cancelled = JobSpec { cancel: Some(span("25s")), ..listed("5s", "1s") };
    let jobs = vec![listed("9s", "7s"), cancelled, listed("8s", "9s"), listed("10s", "4s")];
    let workload = |load_factor| Workload { jobs: jobs.clone(), load_factor, ..Workload::default() };
    let world = World::default();
    let (plain, double) = (world.jobs(&workload(None)), world.jobs(&workload(Some(2.0))));
    // 5 / 2 = 2.5 is rounded up, 8 / 2 and 9 / 2 are 4 and 5.
    assert_eq!((submits(&plain), submits(&double)), (vec![5, 8, 9, 10], vec![3, 4, 5, 5]));
    let services = |jobs: &Jobs| jobs.jobs.iter().map(|job| job.service).collect::<Vec<_>>();
    assert_eq!(services(&plain), services(&double));
    assert_eq!(double.jobs[0].cancel, Some(23), "patience is no matter of load");
    let patient = JobSpec { cancel: Some(span("20000d")), ..listed("10000d", "1s") };
    let slower = Workload { jobs: vec![patient], load_factor: Some(0.5), ..Workload::default() };
    let slower = &world.jobs(&slower).jobs[0];
    assert_eq!((slower.submit, slower.cancel), (1_728_000_000, None), "beyond the last tick, so never");
    assert_eq!(submits(&world.jobs(&workload(Some(100.0)))), [0, 0, 0, 0]);
    assert_eq!(services(&world.jobs(&workload(Some(100.0)))), services(&plain), "ties keep their ids");
}

#[test]
fn transforms_come_in_order() {
    let workload = Workload {
        window: Some(Window { from: span("10h"), to: Some(span("110h")) }),
        keep: Some(0.5),
        load_factor: Some(4.0),
        ..of_classes(vec![poisson("a", 60.0, "200h")])
    };
    let jobs = World::default().jobs(&workload);
    let [
        Note::Window { kept: in_window, of },
        Note::Thinned { kept, of: thinned },
        Note::LoadFactor { factor },
    ] = jobs.notes[..]
    else {
        panic!("{:?}", jobs.notes)
    };
    assert!(of > 11_600 && (5_700..6_300).contains(&in_window) && thinned == in_window, "{:?}", jobs.notes);
    assert!((2_800..3_200).contains(&kept) && kept == jobs.jobs.len() as u64 && factor == 4.0);
    assert!(jobs.jobs.iter().all(|job| job.submit <= 25 * 3600));
}

/// Any change of this is a change of results: say so in the change log. A separate program (Python) gives the
/// same hash.
#[test]
fn a_mixed_workload_is_pinned() {
    let choice = |value, weight| Choice { value, weight };
    let workload = Workload {
        keep: Some(0.9),
        load_factor: Some(1.1),
        ..of_classes(vec![
            JobClass {
                nodes: Count::Choice(vec![choice(1, 8.0), choice(4, 2.0)]),
                cancel_after: Some(Distribution::Exponential { mean: span("2h") }),
                service: Distribution::LogNormal { mean: span("30m"), cv: 1.5 },
                ..poisson("train", 12.0, "30d")
            },
            JobClass { batch: Count::Geometric { mean: 3.0 }, ..poisson("eval", 5.0, "30d") },
        ])
    };
    let jobs = World { replication: 3, ..World::default() }.jobs(&workload).jobs;
    let fields = jobs.iter().flat_map(|j| [j.submit, j.service, j.nodes, j.cancel.unwrap_or(u64::MAX)]);
    assert_eq!((jobs.len(), hash(fields)), (17_327, 0x6ad1_ac59_814d_cb27));
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let job = JobSpec {
        nodes: 0,
        cluster: Some("gpus".to_owned()),
        repeat: 0,
        cancel: Some(span("1s")),
        timeout: Some(TimeSpan::ZERO),
        ..listed("2s", "1.5s")
    };
    let twin = JobClass {
        from: span("2d"),
        jobs: Some(0),
        service: Distribution::LogNormal { mean: span("1m"), cv: -1.0 },
        nodes: Count::Constant(0),
        declared_factor: Some(f64::NAN),
        checkpoint: Some(TimeSpan::ZERO),
        ..poisson("a", 0.0, "1d")
    };
    let workload = Workload {
        jobs: vec![job],
        window: Some(Window { from: span("2h"), to: Some(span("1h")) }),
        keep: Some(1.5),
        load_factor: Some(0.0),
        ..of_classes(vec![poisson("a", 1.0, "1d"), twin])
    };
    let errors = World::default().build(&workload).unwrap_err();
    let mut places: Vec<&str> = errors.iter().map(|error| error.place.as_str()).collect();
    places.sort_unstable();
    let expected = [
        "workload.classes[1].arrivals.per_hour",
        "workload.classes[1].checkpoint",
        "workload.classes[1].declared_factor",
        "workload.classes[1].jobs",
        "workload.classes[1].name",
        "workload.classes[1].nodes",
        "workload.classes[1].service.cv",
        "workload.classes[1].to",
        "workload.jobs[0].cancel",
        "workload.jobs[0].cluster",
        "workload.jobs[0].nodes",
        "workload.jobs[0].repeat",
        "workload.jobs[0].service",
        "workload.jobs[0].timeout",
        "workload.keep",
        "workload.load_factor",
        "workload.window.to",
    ];
    assert_eq!(places, expected, "{}", lines(&errors));
    assert!(errors.iter().all(|error| !error.rule.is_empty() && !error.help.is_empty()));
    assert!(
        lines(&errors).contains("did you mean \"gpu\"? There are: \"cpu\", \"gpu\""),
        "{}",
        lines(&errors)
    );
}

/// Refused at once: these tests would run out of memory or time otherwise.
#[test]
fn absurd_sizes_are_refused_with_the_limit() {
    let world = World::default();
    let state = |per_hour, stay| ModulatedState { per_hour, mean_stay: span(stay) };
    let repeated = JobSpec { repeat: u64::MAX, ..listed("0s", "1s") };
    let twice = Workload { jobs: vec![repeated.clone(), repeated], ..Workload::default() };
    for workload in [
        twice,
        of_classes(vec![JobClass { to: None, jobs: Some(1_000_000_000), ..poisson("a", 10.0, "1d") }]),
        of_classes(vec![poisson("a", 1e9, "365d")]),
        of_classes(vec![JobClass { batch: Count::Constant((1 << 31) - 1), ..poisson("a", 1e3, "1d") }]),
        of_classes(vec![JobClass {
            to: Some(span("1d")),
            ..class("a", Arrivals::Renewal { gap: Distribution::Constant(TimeSpan::ZERO) })
        }]),
        // In the long run this is almost nothing; but the first state sends batches at once.
        of_classes(vec![JobClass {
            batch: Count::Constant((1 << 31) - 1),
            to: Some(span("1d")),
            ..class("a", Arrivals::MarkovModulated(vec![state(1e6, "1s"), state(0.0, "100000d")]))
        }]),
    ] {
        let errors = world.build(&workload).unwrap_err();
        assert_eq!(errors.len(), 1, "{}", lines(&errors));
        assert_eq!(errors[0].kind, ErrorKind::Limit);
        assert!(errors[0].to_string().contains("at most 20000000 jobs"), "{}", errors[0]);
    }
}

#[test]
fn a_number_of_jobs_that_no_time_holds_is_an_error() {
    let slow = JobClass { to: None, jobs: Some(10), ..poisson("a", 1e-6, "1d") };
    let error = World::default().error(&of_classes(vec![slow]));
    assert!(error.contains("submit times stay below 2^31"), "{error}");
    let late = Workload { jobs: vec![listed("20000d", "1s")], ..Workload::default() };
    let error = World::default().error(&Workload { load_factor: Some(0.001), ..late });
    assert!(
        error.starts_with("workload.jobs[0].submit: tick 1728000000000: submit times stay below"),
        "{error}"
    );
}
