//! Results that `nodetide chart` draws.

use super::files::*;
use super::scenarios::SMALL;
use super::{Chapter, ran};
use crate::support::{Done, Place};
use std::fs;
use std::os::unix::fs::symlink;

/// Draws results of which one file was made anew.
fn drawn(place: &Place, file: &str, change: impl FnOnce(&str) -> Vec<u8>) -> Done {
    made(place);
    let path = place.path(&format!("o/{file}"));
    let text = fs::read_to_string(&path).unwrap();
    write(&path, change(&text));
    place.run(&["chart", "o"])
}

fn made(place: &Place) {
    place.file("s.ron", &SMALL.replace("service: \"100s\"", "service: \"100s\", repeat: 3"));
    let done = place.run(&["run", "s.ron", "--out", "o", "--no-charts"]);
    assert_eq!(done.code, 0, "{done:?}");
}

/// In the place of a file something that never ends.
fn endless(place: &Place, file: &str) -> Done {
    made(place);
    fs::remove_file(place.path(&format!("o/{file}"))).unwrap();
    symlink("/dev/zero", place.path(&format!("o/{file}"))).unwrap();
    place.run(&["chart", "o"])
}

fn text(text: impl Into<String>) -> Vec<u8> {
    text.into().into_bytes()
}

fn without_last_line(all: &str) -> Vec<u8> {
    text(all.trim_end().rsplit_once('\n').unwrap().0.to_owned() + "\n")
}

pub(super) fn chapter() -> Chapter {
    const CODE: &str = "I0406";
    let cases = vec![
        ran("`summary.json` is empty", 3, CODE, "summary.json: it is empty", |place| {
            drawn(place, "summary.json", |_| Vec::new())
        }),
        ran("`summary.json` is cut off", 3, CODE, "EOF while parsing", |place| {
            drawn(place, "summary.json", |all| text(&all[..300]))
        }),
        ran("`summary.json` is binary", 3, CODE, "it is no text (UTF-8)", |place| {
            drawn(place, "summary.json", |all| [all.as_bytes(), &[0xc3, 0x28]].concat())
        }),
        ran("`summary.json` in UTF-16", 3, CODE, "it is in UTF-16, and results are in UTF-8", |place| {
            made(place);
            let path = place.path("o/summary.json");
            let all = fs::read_to_string(&path).unwrap();
            utf16(&path, &all, true);
            place.run(&["chart", "o"])
        }),
        ran("byte order marks (UTF-8), lines ended by CR LF", 0, "", "6 charts in", |place| {
            drawn(place, "summary.json", |all| text(format!("\u{feff}{}", all.replace('\n', "\r\n"))));
            let path = place.path("o/jobs.csv");
            let all = fs::read_to_string(&path).unwrap();
            write(&path, format!("\u{feff}{}", all.replace('\n', "\r\n")));
            place.run(&["chart", "o"])
        }),
        ran("`summary.json` is `/dev/zero`, which never ends", 3, CODE, "it is no text", |place| {
            endless(place, "summary.json")
        }),
        ran("`summary.json` of more than 512 MiB", 3, CODE, "it is larger than 512 MiB", |place| {
            made(place);
            let path = place.path("o/summary.json");
            fs::File::options().write(true).open(&path).unwrap().set_len((1 << 29) + 1).unwrap();
            place.run(&["chart", "o"])
        }),
        ran("a negative cost in `summary.json`", 3, CODE, "`cost_idle` is -50, which no run has", |place| {
            drawn(place, "summary.json", |all| {
                let at = all.find("\"cost_idle\": ").unwrap() + "\"cost_idle\": ".len();
                let end = at + all[at..].find(',').unwrap();
                text(format!("{}-50{}", &all[..at], &all[end..]))
            })
        }),
        ran("a start that is no date", 3, CODE, "there is no usable `start`", |place| {
            drawn(place, "summary.json", |all| {
                text(all.replace("\"start\": null", "\"start\": \"yesterday\""))
            })
        }),
        ran("`jobs.csv` is `/dev/zero`, which never ends", 3, CODE, "a line is longer than 1 MiB", |place| {
            endless(place, "jobs.csv")
        }),
        ran("a quote in `jobs.csv` that is never closed", 3, CODE, "a line is longer than 1 MiB", |place| {
            drawn(place, "jobs.csv", |all| text(format!("{all}\"{}", "x\n".repeat(1 << 20))))
        }),
        ran("`jobs.csv` without its last line", 3, CODE, "summary.json counts 3 jobs", |place| {
            drawn(place, "jobs.csv", without_last_line)
        }),
        ran(
            "`jobs.csv` with a line more",
            3,
            CODE,
            "summary.json counts 3 jobs, and here is one more",
            |place| drawn(place, "jobs.csv", |all| text(format!("{all}{}\n", all.lines().last().unwrap()))),
        ),
        ran("half of a line in `jobs.csv`", 3, CODE, "and the header has", |place| {
            drawn(place, "jobs.csv", |all| text(&all[..all.len() - 40]))
        }),
        ran(
            "`timeline.csv` of which only the header is left",
            3,
            CODE,
            "node-hours of nodes that are",
            |place| drawn(place, "timeline.csv", |all| text(all.lines().next().unwrap().to_owned() + "\n")),
        ),
        ran(
            "`timeline.csv` is `/dev/zero`, which never ends",
            3,
            CODE,
            "a line is longer than 1 MiB",
            |place| endless(place, "timeline.csv"),
        ),
        ran("a newer format", 3, "I0407", "this program reads formats up to", |place| {
            drawn(place, "summary.json", |all| text(all.replacen("\"format\": 1", "\"format\": 99", 1)))
        }),
        ran("no `jobs.csv`", 6, "I0405", "it has no jobs.csv", |place| {
            made(place);
            fs::remove_file(place.path("o/jobs.csv")).unwrap();
            place.run(&["chart", "o"])
        }),
    ];
    Chapter {
        title: "Results",
        about: "`nodetide chart o`, of a run of three jobs.",
        name: "s.ron",
        beside: None,
        command: &["chart", "o"],
        cases,
    }
}
