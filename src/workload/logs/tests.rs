use super::*;
use crate::scenario::schema::{
    NodeMapping, ServiceColumn, SwfInclude, SwfTag, TimeColumn, TimeUnit, Window, Workload,
};
use crate::units::Resolution;
use crate::workload::testing::{World, lines, log, span};
use crate::workload::{Jobs, Note};

mod dates;
mod properties;
mod real;

fn swf() -> LogFormat {
    LogFormat::Swf { nodes: NodeMapping::Column("allocated".into()), include: SwfInclude::Ran, team: None }
}

fn column(name: &str, unit: TimeUnit) -> TimeColumn {
    TimeColumn { column: name.to_owned(), unit }
}

/// A mapping of submit, running time and nodes, all in one unit.
fn csv(submit: &str, duration: &str, nodes: NodeMapping, unit: &TimeUnit) -> LogFormat {
    LogFormat::Csv {
        submit: column(submit, unit.clone()),
        service: ServiceColumn::Duration(column(duration, unit.clone())),
        nodes,
        delimiter: None,
        user: None,
        team: None,
        experiment: None,
        priority: None,
        environment: None,
        declared: None,
        cluster: None,
    }
}

fn plain_csv() -> LogFormat {
    csv("submit", "run", NodeMapping::Column("nodes".into()), &TimeUnit::Seconds)
}

/// A mapping with another submit column.
fn with_submit(mut format: LogFormat, name: &str, unit: TimeUnit) -> LogFormat {
    if let LogFormat::Csv { submit, .. } = &mut format {
        *submit = column(name, unit);
    }
    format
}

fn of(log: Log) -> Workload {
    Workload { logs: vec![log], ..Workload::default() }
}

fn read(text: impl Into<Vec<u8>>, format: LogFormat) -> Jobs {
    World::with_file("a.log", text).jobs(&of(log("a.log", format)))
}

fn error(text: impl Into<Vec<u8>>, format: LogFormat) -> String {
    World::with_file("a.log", text).error(&of(log("a.log", format)))
}

fn times(jobs: &Jobs) -> Vec<(u64, u64, u64)> {
    jobs.jobs.iter().map(|job| (job.submit, job.service, job.nodes)).collect()
}

/// A line of 18 fields: submit, run time, allocated, requested, requested time, status.
fn swf_line(
    submit: &str,
    run: &str,
    allocated: &str,
    requested: &str,
    declared: &str,
    status: &str,
) -> String {
    format!("1 {submit} 5 {run} {allocated} -1 -1 {requested} {declared} -1 {status} 7 8 -1 3 4 -1 -1\n")
}

#[test]
fn swf_fields_are_those_of_the_standard() {
    let text = [
        "; Version: 2.2\n;\n\n",
        &swf_line("100", "60", "4", "8", "3600", "1"),
        "  ; a comment\r\n",
        &swf_line("130.5", "0.2", "2.0", "8", "-1", "0").replace('\n', "\r\n"),
        &swf_line("90", "1e2", "3", "8", "0", "5"),
    ]
    .concat();
    let team = Some(SwfTag::Queue);
    let format =
        LogFormat::Swf { nodes: NodeMapping::Column("allocated".into()), include: SwfInclude::Ran, team };
    let jobs = read(text, format);
    assert_eq!(times(&jobs), [(0, 100, 3), (10, 60, 4), (41, 1, 2)]);
    assert_eq!(jobs.jobs.iter().map(|job| job.declared).collect::<Vec<_>>(), [None, Some(3600), None]);
    let job = &jobs.jobs[0];
    assert_eq!((jobs.names.get(job.user.unwrap()), jobs.names.get(job.team.unwrap())), ("7", "3"));
    assert_eq!((job.source, job.communicates), (Source::Log(0, 7), true));
    let report = &jobs.log_reports[0];
    assert_eq!((report.lines, report.jobs, report.broken, report.unsorted), (3, 3, 0, 1));
    assert_eq!(report.origin_ns, 90_000_000_000);
}

#[test]
fn swf_lines_that_did_not_run_are_left_out() {
    let text = [
        swf_line("0", "10", "1", "1", "-1", "1"),
        swf_line("-1", "-1", "4", "4", "-1", "5"),
        swf_line("3", "0", "4", "4", "-1", "5"),
        swf_line("4", "10", "0", "4", "-1", "1"),
        swf_line("5", "10", "-1", "-1", "-1", "1"),
        swf_line("6", "10", "-1", "6", "-1", "0"),
    ]
    .concat();
    let jobs = read(text.clone(), swf());
    assert_eq!(times(&jobs), [(0, 10, 1), (6, 10, 6)]);
    let report = &jobs.log_reports[0];
    let left_out: Vec<_> = report.left_out.iter().map(|(reason, n)| (*reason, *n)).collect();
    assert_eq!(left_out, [(LeftOut::NoRunTime, 2), (LeftOut::NoSize, 2)]);
    assert_eq!((report.requested_size, report.lines, report.broken), (1, 6, 0));
    assert_eq!(jobs.notes, [Note::RequestedSize { path: "a.log".into(), jobs: 1 }]);

    let completed =
        LogFormat::Swf { nodes: NodeMapping::Constant(2), include: SwfInclude::Completed, team: None };
    let jobs = read(text.clone(), completed);
    assert_eq!(times(&jobs), [(0, 10, 2), (4, 10, 2), (5, 10, 2)]);
    assert_eq!(jobs.log_reports[0].left_out[&LeftOut::Status], 1);

    let nodes = NodeMapping::CeilDiv("requested".into(), 4);
    let jobs = read(text, LogFormat::Swf { nodes, include: SwfInclude::Ran, team: None });
    assert_eq!(times(&jobs), [(0, 10, 1), (4, 10, 1), (6, 10, 2)]);
}

#[test]
fn broken_swf_lines_are_counted_and_the_first_ten_shown() {
    let good = swf_line("0", "10", "1", "1", "-1", "1");
    let broken = [
        "1 2 3\n".to_owned(),
        good.trim_end().to_owned() + " 19\n",
        swf_line("x", "10", "1", "1", "-1", "1"),
        swf_line("1", "NaN", "1", "1", "-1", "1"),
        swf_line("1", "-5", "1", "1", "-1", "1"),
        swf_line("1", "3000000000", "1", "1", "-1", "1"),
        swf_line("1", "99999999999999999999", "1", "1", "-1", "1"),
        swf_line("1", "10", "1.5", "1", "-1", "1"),
        swf_line("1", "10", "4000000000", "1", "-1", "1"),
        swf_line("-1", "10", "1", "1", "-1", "1"),
        swf_line("1", "10", "1", "1", "-7", "1"),
        swf_line("1", "10", "1", "1", "-1", "abc"),
    ];
    let text = good + &broken.concat();
    let jobs = read(text.clone(), swf());
    let report = &jobs.log_reports[0];
    assert_eq!((report.lines, report.jobs, report.broken), (13, 1, 12));
    let told: Vec<_> =
        report.first_broken.iter().map(|b| (b.line, b.column.as_str(), b.reason.as_str())).collect();
    let expected = [
        (2, "", "3 fields instead of 18"),
        (3, "", "19 fields instead of 18"),
        (4, "field 2 (submit time)", "not a number"),
        (5, "field 4 (running time)", "not a finite number"),
        (6, "field 4 (running time)", "negative"),
        (7, "field 4 (running time)", "2^31 ticks of 1s or longer; a coarser `resolution` can hold it"),
        (8, "field 4 (running time)", "too large: times stay below 292 years, counts below 2147483648"),
        (9, "field 5 (allocated processors)", "not a whole number; `CeilDiv` rounds up"),
        (
            10,
            "field 5 (allocated processors)",
            "too large: times stay below 292 years, counts below 2147483648",
        ),
        (11, "field 2 (submit time)", "unknown (-1), for a job that ran"),
    ];
    assert_eq!(told, expected);
    assert_eq!(report.first_broken[3].value, "NaN");
    let first = Some("line 2: \"1 2 3\": 3 fields instead of 18".to_owned());
    assert_eq!(jobs.notes, [Note::BrokenLines { path: "a.log".into(), broken: 12, of: 13, first }]);

    let strict = Log { strict: true, ..log("a.log", swf()) };
    let errors = World::with_file("a.log", text).build(&of(strict)).unwrap_err();
    assert_eq!(errors.len(), 11);
    let told = lines(&errors);
    assert!(
        told.contains(
            "a.log, line 5, field 4 (running time) (workload.logs[0].format): \"NaN\": not a finite number; \
             correct"
        ),
        "{told}"
    );
    assert!(told.contains("2 more of 13 lines are broken"), "{told}");
}

#[test]
fn csv_columns_are_found_by_name_whatever_the_line_ends() {
    for text in [
        "id,nodes,run,submit\n1,2,60,100\n2,1,0,100.5\n3,0,9,101\n",
        "\u{feff}id,nodes,run,submit\r\n1,2,60,100\r\n\r\n2,1,0,100.5\r\n3,0,9,101",
        "\n\"id\", nodes ,\"run\",submit\n1, 2 ,\"60\",100\n2,1,0,100.5\n\"3\",0,9,101\n\n",
    ] {
        let jobs = read(text, plain_csv());
        assert_eq!(times(&jobs), [(0, 60, 2), (1, 0, 1)], "{text}");
        let report = &jobs.log_reports[0];
        assert_eq!((report.lines, report.broken, report.left_out[&LeftOut::NoSize]), (3, 0, 1), "{text}");
    }
}

#[test]
fn csv_units_and_tags_are_taken_from_their_columns() {
    let text = "t;start;end;gpus;who;team;exp;prio;image;limit;where\n\
                1.5;2026-03-01 10:00:00;2026-03-01 10:00:30.5;9;ann;nlp;e1;3;torch;2;gpu\n\
                1;2026-03-01 10:00:00;2026-03-02 10:00:00;0.5;;;;;;;\n\
                2;2026-03-01 10:00:00;2026-03-01 10:00:00;4;bob;;;;;;moon\n\
                3;;2026-03-01 10:00:00;4;bob;;;;;;cpu\n";
    let date = || TimeUnit::DateTime("%Y-%m-%d %H:%M:%S%.f".to_owned());
    let format = LogFormat::Csv {
        submit: column("t", TimeUnit::Minutes),
        service: ServiceColumn::StartEnd(column("start", date()), column("end", date())),
        nodes: NodeMapping::CeilDiv("gpus".into(), 4),
        delimiter: Some(";".into()),
        user: Some("who".into()),
        team: Some("team".into()),
        experiment: Some("exp".into()),
        priority: Some("prio".into()),
        environment: Some("image".into()),
        declared: Some(column("limit", TimeUnit::Hours)),
        cluster: Some("where".into()),
    };
    let entry = Log {
        team: Some("default".into()),
        environment: Some("base".into()),
        communicates: Some(false),
        timeout: Some(span("1d")),
        ..log("a.log", format)
    };
    let jobs = World::with_file("a.log", text).jobs(&of(entry));
    assert_eq!(times(&jobs), [(0, 86_400, 1), (30, 31, 3)]);
    let name = |id: Option<u32>| id.map(|id| jobs.names.get(id));
    let tags = |job: &Job| [job.user, job.team, job.experiment, job.environment].map(name);
    assert_eq!(tags(&jobs.jobs[0]), [None, Some("default"), None, Some("base")]);
    assert_eq!(tags(&jobs.jobs[1]), [Some("ann"), Some("nlp"), Some("e1"), Some("torch")]);
    let job = &jobs.jobs[1];
    assert_eq!((job.cluster, job.priority, job.declared, job.timeout), (1, 3, Some(7200), Some(86_400)));
    assert!(!job.communicates);
    let left_out: Vec<_> = jobs.log_reports[0].left_out.iter().map(|(reason, n)| (*reason, *n)).collect();
    assert_eq!(left_out, [(LeftOut::NoRunTime, 1), (LeftOut::OtherCluster, 1)]);
}

#[test]
fn dates_may_have_offsets_and_otherwise_elapse_like_a_clock() {
    let submits = |format: &str, dates: [&str; 2]| {
        let text = format!("submit,run,nodes\n{},1,1\n{},1,1\n", dates[0], dates[1]);
        let format = with_submit(plain_csv(), "submit", TimeUnit::DateTime(format.to_owned()));
        times(&read(text, format))[1].0
    };
    // The night on which clocks go forward in Europe: 2 hours by the clock.
    assert_eq!(submits("%Y-%m-%d %H:%M:%S", ["2026-03-29 01:00:00", "2026-03-29 03:00:00"]), 7200);
    assert_eq!(
        submits("%Y-%m-%dT%H:%M:%S%:z", ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"]),
        3600
    );
    assert_eq!(submits("%Y-%m-%d", ["2026-03-29", "2026-03-28"]), 86_400);
    assert_eq!(
        submits("%d.%m.%Y %H:%M", ["01.03.2026 00:00", "01.03.1969 00:00"]),
        57 * 365 * 86_400 + 14 * 86_400
    );
}

#[test]
fn broken_csv_lines_are_counted_and_the_others_used() {
    let text = "submit,run,nodes,name\n\
                0,1,1,a\n\
                1,1,1\n\
                2,1,1,a,b\n\
                x,1,1,a\n\
                ,1,1,a\n\
                5,-1,1,a\n\
                6,inf,1,a\n\
                7,1,1.5,a\n\
                8,1,1,\"a\"b\n\
                9,1,1,\"open\n\
                10,1,1,\"a \"\"b\"\"\"\n\
                11,3000000000,1,a\n\
                12,,1,a\n\
                -13,1,1,a\n\
                14,1,1,\"two\nlines\"\n\
                16,1,1,last";
    let jobs = read(text, plain_csv());
    let submits: Vec<u64> = jobs.jobs.iter().map(|job| job.submit).collect();
    assert_eq!(submits, [0, 10, 14, 16]);
    let report = &jobs.log_reports[0];
    assert_eq!((report.lines, report.broken, report.left_out[&LeftOut::NoRunTime]), (16, 11, 1));
    let told: Vec<_> =
        report.first_broken.iter().map(|b| (b.line, b.column.as_str(), b.reason.as_str())).collect();
    let expected = [
        (3, "", "3 fields instead of 4"),
        (4, "", "5 fields instead of 4"),
        (5, "column \"submit\"", "not a number"),
        (6, "column \"submit\"", "nothing there, where a value is needed"),
        (7, "column \"run\"", "negative"),
        (8, "column \"run\"", "not a finite number"),
        (9, "column \"nodes\"", "not a whole number; `CeilDiv` rounds up"),
        (10, "", "text follows a closing quote; quotes within a field are doubled"),
        (11, "", "a quoted field is not closed"),
        (13, "column \"run\"", "2^31 ticks of 1s or longer; a coarser `resolution` can hold it"),
    ];
    assert_eq!(told, expected);
    assert_eq!(jobs.jobs.last().unwrap().source, Source::Log(0, 18), "the last line is line 18");
}

#[test]
fn a_mapping_that_does_not_fit_lists_the_columns() {
    let text = "submit,runtime,num_gpus,run_time\n0,1,1,1\n";
    let errors = World::with_file("a.log", text)
        .build(&of(log(
            "a.log",
            csv("sumbit", "run_tme", NodeMapping::CeilDiv("gpus".into(), 0), &TimeUnit::Seconds),
        )))
        .unwrap_err();
    let told = lines(&errors);
    assert_eq!(errors.len(), 4, "{told}");
    for says in [
        "a.log (workload.logs[0].format.submit.column): \"sumbit\": the log has no such column; did you mean \
         \"submit\"? There are: \"submit\", \"runtime\", \"num_gpus\", \"run_time\"",
        "format.service.column): \"run_tme\": the log has no such column; did you mean \"run_time\"?",
        "format.nodes): 0: a count lies between 1",
        "format.nodes): \"gpus\": the log has no such column",
    ] {
        assert!(told.contains(says), "{says}\n{told}");
    }
    let twice = error("submit,run,nodes,run\n0,1,1,1\n", plain_csv());
    assert!(twice.contains("several columns of this name"), "{twice}");
    let date = |unit: &str| TimeUnit::DateTime(unit.to_owned());
    let told = World::with_file("a.log", "submit,run,nodes\n")
        .build(&of(log("a.log", csv("submit", "run", NodeMapping::Constant(1), &date("%Y-%!")))))
        .unwrap_err();
    assert!(lines(&told).contains("it is no strftime format"), "{}", lines(&told));
    assert!(lines(&told).contains("a duration is no date"), "{}", lines(&told));
    let nodes = NodeMapping::Column("alocated".into());
    let told = error("1\n", LogFormat::Swf { nodes, include: SwfInclude::Ran, team: None });
    assert!(told.contains("did you mean \"allocated\"?"), "{told}");
}

#[test]
fn files_that_are_no_logs_are_refused() {
    for (text, format, says) in [
        (&b""[..], plain_csv(), "the file is empty"),
        (b"\n\r\n", plain_csv(), "the file is empty"),
        (
            b"submit,run,nodes\n",
            plain_csv(),
            "there is no job in the log (0 lines, 0 broken); check the path",
        ),
        (b"", swf(), "there is no job in the log"),
        (b"; only\n; comments\n", swf(), "there is no job in the log"),
        (b"\x7fELF\x00\x01\n", swf(), "it is no text file"),
        (b"\xff\xfes\x00u\x00", plain_csv(), "it is UTF-16 text"),
        (b"\x1f\x8b\x08\x00cut", swf(), "its gzip data are damaged or cut off"),
        (b"submit,run,nodes\n1,a,1\n", plain_csv(), "here \"a\" is not a number: check the format"),
        (
            b"submit;run;nodes\n1;1;1\n",
            csv("submit;run;nodes", "b", NodeMapping::Constant(1), &TimeUnit::Days),
            "no such column",
        ),
    ] {
        let told = error(text, format);
        assert!(told.contains(says) && told.starts_with("a.log"), "{told}");
    }
    let long = [b"submit,run,nodes\n".as_slice(), &vec![b'1'; MAX_LINE_BYTES + 1]].concat();
    let told = error(long, plain_csv());
    assert!(told.starts_with("a.log, line 2") && told.contains("at most 1048576 bytes"), "{told}");
    let absent = World::default().build(&of(log("b.log", swf()))).unwrap_err();
    assert_eq!((absent[0].kind, absent[0].value.as_str()), (ErrorKind::LogUnreadable, "dir/b.log"));
    let told = World::with_file("a.swf.GZ", "1 2 3").error(&of(log("a.swf.GZ", swf())));
    assert!(told.contains("no gzip header"), "{told}");
    let mut format = plain_csv();
    if let LogFormat::Csv { delimiter, .. } = &mut format {
        *delimiter = Some("::".to_owned());
    }
    let delimiter = error("a\n", format);
    assert!(delimiter.contains("one ASCII punctuation character"), "{delimiter}");
}

#[test]
fn a_window_counts_from_the_first_submission_and_becomes_tick_0() {
    let text = "submit,run,nodes\n1000,1,1\n1009.5,2,1\n1010,3,1\n1019,4,1\n1020,5,1\n";
    let window = Some(Window { from: span("10s"), to: Some(span("20s")) });
    let world = World::with_file("a.log", text);
    let jobs = world.jobs(&of(Log { window, ..log("a.log", plain_csv()) }));
    assert_eq!(times(&jobs), [(0, 2, 1), (0, 3, 1), (9, 4, 1)], "9.5 s is rounded to tick 10");
    let report = &jobs.log_reports[0];
    assert_eq!((report.jobs, report.left_out[&LeftOut::OutsideWindow], report.lines), (3, 2, 5));
    let window = Some(Window { from: span("1h"), to: None });
    let jobs = world.jobs(&of(Log { window, ..log("a.log", plain_csv()) }));
    assert_eq!(jobs.notes, [Note::EmptyWindow { path: "a.log".into(), dates: None }]);
    let window = Some(Window { from: span("1h"), to: Some(span("1h")) });
    let told = world.error(&of(Log { window, ..log("a.log", plain_csv()) }));
    assert!(told.starts_with("workload.logs[0].window.to: 1h: it is after `from`"), "{told}");
}

#[test]
fn a_log_longer_than_the_ticks_names_line_and_resolution() {
    let text = "submit,run,nodes\n0,1,1\n31536000,1,1\n";
    let world = World { resolution: Resolution::Ms1, ..World::with_file("a.log", text) };
    let told = world.error(&of(log("a.log", plain_csv())));
    assert!(told.starts_with("a.log, line 3 (workload.logs[0]): tick 31536000000"), "{told}");
    assert!(told.contains("take a window, or set `resolution: \"100ms\"` or a coarser one"), "{told}");
}
