//! Scenario files.

use super::files::*;
use super::{Case, Chapter, file, ran};
use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

/// One job on one cluster.
pub(super) const SMALL: &str = "(
    clusters: [(name: \"cpu-main\", vm_size: \"Standard_D4s_v3\", max_nodes: 2, idle_time: \"120s\")], // two nodes
    workload: (jobs: [(submit: \"0s\", service: \"100s\")]),
)
";

const FINE: &str = "can be run: 1 cluster, 1 job";

/// The scenario with something else in the place of `max_nodes: 2`.
fn with(instead: &str) -> String {
    assert!(SMALL.contains("max_nodes: 2"));
    SMALL.replace("max_nodes: 2", instead)
}

/// The scenario with another field at its end.
fn and(field: &str) -> String {
    format!("{}    {field}\n)\n", SMALL.trim_end().trim_end_matches(')'))
}

pub(super) fn chapter() -> Chapter {
    let mut cases = texts();
    cases.extend(values());
    cases.extend(places());
    Chapter {
        title: "Scenario files",
        about: "`nodetide check x.ron`, a scenario with one cluster and one job. `run` reads in the same way.",
        name: "x.ron",
        beside: None,
        command: &["check", "x.ron"],
        cases,
    }
}

fn texts() -> Vec<Case> {
    vec![
        file("an empty file", 3, "S0111", "x.ron holds nothing", |p| write(p, "")),
        file("nothing but blanks and comments", 3, "S0111", "x.ron holds nothing", |p| {
            write(p, "  \n// later\n\n")
        }),
        file("cut off in the middle of a text", 3, "S0101", "a quote is not closed", |p| {
            write(p, &SMALL[..55])
        }),
        file("cut off in the middle of a name", 3, "S0102", "there is no field `id` here", |p| {
            write(p, &SMALL[..80])
        }),
        file(
            "the last bracket missing",
            3,
            "S0101",
            "the text ends too early: a bracket or quote is not closed",
            |p| write(p, SMALL.trim_end().trim_end_matches(')')),
        ),
        file(
            "binary",
            3,
            "S0109",
            "x.ron is not a text file: byte 128 (line 2, column 118) is not UTF-8",
            |p| {
                write(p, (0..=255).collect::<Vec<u8>>());
            },
        ),
        file(
            "gzipped",
            3,
            "S0109",
            "x.ron is not a text file: byte 1 (line 1, column 2) is not UTF-8",
            |p| write(p, [0x1f, 0x8b, 8, 0]),
        ),
        file("a byte order mark (UTF-8)", 0, "", FINE, |p| write(p, format!("\u{feff}{SMALL}"))),
        file("lines ended by CR LF", 0, "", FINE, |p| write(p, SMALL.replace('\n', "\r\n"))),
        file("lines ended by CR alone, with a comment", 0, "", FINE, |p| write(p, SMALL.replace('\n', "\r"))),
        file("UTF-16", 3, "S0109", "x.ron is not a text file: it is in UTF-16", |p| utf16(p, SMALL, true)),
        file(
            "UTF-16 without a byte order mark",
            3,
            "S0109",
            "byte 1 (line 1, column 2) is a control character",
            |p| utf16(p, SMALL, false),
        ),
        file("a NUL byte", 3, "S0109", "(line 2, column 101) is a control character", |p| {
            write(p, SMALL.replace("two nodes", "\0"))
        }),
        file(
            "mixed encodings: a byte of Latin-1 in UTF-8",
            3,
            "S0109",
            "byte 60 (line 2, column 59) is not UTF-8",
            |p| {
                write(p, [&SMALL.as_bytes()[..60], b"\xe9", &SMALL.as_bytes()[60..]].concat());
            },
        ),
        file("100,000 brackets, one in the other", 3, "S0102", "there is no field `a` here", |p| {
            write(p, "(a:".repeat(100_000))
        }),
        file("100,000 lists, one in the other", 3, "S0105", "the scenario takes fields in ( ), not", |p| {
            write(p, "[".repeat(100_000))
        }),
        file("a line of 4 MiB", 0, "", FINE, |p| {
            write(p, and(&format!("description: \"{}\",", "x".repeat(4 << 20))));
        }),
        file("a field with a name of 1 MiB", 3, "S0102", "there is no field", |p| {
            write(p, and(&format!("{}: 1,", "x".repeat(1 << 20))));
        }),
        file(
            "a name of 1 MiB for a cluster",
            3,
            "S0119",
            "its length is 1048576; 3 to 24 characters are allowed",
            |p| {
                write(p, SMALL.replace("cpu-main", &"x".repeat(1 << 20)));
            },
        ),
        file("more than 64 MiB", 3, "S0110", "x.ron is larger than 64 MiB", |p| sparse(p, (64 << 20) + 1)),
    ]
}

fn values() -> Vec<Case> {
    vec![
        file("a field given twice", 3, "S0104", "`max_nodes` is given twice", |p| {
            write(p, with("max_nodes: 2, max_nodes: 3"))
        }),
        file(
            "a negative number of nodes",
            3,
            "S0108",
            "`max_nodes` takes a whole number from 0 on, not `-2`",
            |p| write(p, with("max_nodes: -2")),
        ),
        file(
            "a fraction of a node",
            3,
            "S0108",
            "`max_nodes` takes a whole number from 0 on, not `1.5`",
            |p| write(p, with("max_nodes: 1.5")),
        ),
        file("a number over 64 bits", 3, "S0108", "`max_nodes` takes a whole number from 0 on, not", |p| {
            write(p, with("max_nodes: 99999999999999999999999"));
        }),
        file("a number over the limit", 3, "S0132", "stay below 2^31", |p| {
            write(p, with("max_nodes: 4294967296"))
        }),
        file("not a number (NaN)", 3, "S0122", "`keep` cannot be NaN", |p| {
            write(p, SMALL.replace("workload: (", "workload: (keep: NaN, "));
        }),
        file("an infinite number", 3, "S0122", "`load_factor` cannot be inf", |p| {
            write(p, SMALL.replace("workload: (", "workload: (load_factor: inf, "));
        }),
        file("a number over all floats (1e999)", 3, "S0122", "`load_factor` cannot be inf", |p| {
            write(p, SMALL.replace("workload: (", "workload: (load_factor: 1e999, "));
        }),
        file("a negative time", 3, "S0107", "\"-5s\" is negative", |p| {
            write(p, SMALL.replace("100s", "-5s"))
        }),
        file("a time of millions of years", 3, "S0107", "is out of range", |p| {
            write(p, SMALL.replace("100s", "99999999999999h"));
        }),
        file("a time past the last tick (2^31)", 3, "S0113", "2^31 ticks of 1s or more", |p| {
            write(p, and("horizon: \"30000d\","));
        }),
        file("a start in the year 9999", 0, "", FINE, |p| write(p, and("start: \"9999-12-30T00:00\","))),
        file("a start in the year 12026", 3, "S0124", "it is no local date and time", |p| {
            write(p, and("start: \"12026-01-01T00:00\","))
        }),
        file("a date that the calendar does not have", 3, "S0124", "it is no local date and time", |p| {
            write(p, and("start: \"2026-02-30T00:00\","));
        }),
    ]
}

fn places() -> Vec<Case> {
    vec![
        file("no such file", 6, "I0401", "cannot read x.ron: No such file or directory", |_| {}),
        file("a folder", 6, "I0401", "cannot read x.ron: Is a directory", folder),
        file("a link to a scenario", 0, "", FINE, |p| linked(p, SMALL)),
        file("a link to nothing", 6, "I0401", "cannot read x.ron: No such file or directory", dangling),
        file("a link to itself", 6, "I0401", "cannot read x.ron: Too many levels of symbolic links", looped),
        file("without permission to read", 6, "I0401", "cannot read x.ron: Permission denied", |p| {
            unreadable(p, SMALL)
        })
        .unless(as_root),
        ran("a file name that is no text", 0, "", FINE, |place| {
            let name = OsStr::from_bytes(b"caf\xe9.ron");
            std::fs::write(place.path("").join(name), SMALL).unwrap();
            crate::support::done(&mut place.command(&[OsStr::new("check"), name]))
        }),
        file("a named pipe", 0, "", FINE, |p| pipe(p, SMALL)),
        ran("`/dev/null`", 3, "S0111", "/dev/null holds nothing", |place| place.run(&["check", "/dev/null"])),
        ran("`/dev/zero`, which never ends", 3, "S0110", "/dev/zero is larger than 64 MiB", |place| {
            place.run(&["check", "/dev/zero"])
        }),
        ran("standard input that is empty", 3, "S0111", "<stdin> holds nothing", |place| {
            place.run(&["check", "-"])
        }),
        ran("standard input that is a folder", 6, "I0401", "cannot read -: Is a directory", |place| {
            let folder = File::open(place.path("")).unwrap();
            crate::support::done(place.command(&["check", "-"]).stdin(Stdio::from(folder)))
        }),
    ]
}
