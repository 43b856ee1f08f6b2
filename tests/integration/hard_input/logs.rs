//! Logs of jobs: the Standard Workload Format, tables, and both gzipped.

use super::files::*;
use super::{Case, Chapter, file};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::path::Path;

/// A scenario that reads `x.swf`.
const OF_SWF: &str = "(
    clusters: [(name: \"cpu-main\", vm_size: \"Standard_D4s_v3\", max_nodes: 2, idle_time: \"120s\")],
    workload: (logs: [(path: \"x.swf\", format: Swf())]),
)
";

/// One that reads `x.csv`, with dates.
const OF_CSV: &str = "(
    clusters: [(name: \"cpu-main\", vm_size: \"Standard_D4s_v3\", max_nodes: 2, idle_time: \"120s\")],
    workload: (logs: [(path: \"x.csv\", format: Csv(
        submit: (column: \"submit\", unit: DateTime(\"%Y-%m-%d %H:%M:%S\")),
        service: Duration((column: \"seconds\", unit: Seconds)),
        nodes: Column(\"nodes\"),
        team: \"team\",
    ))]),
)
";

/// One that reads `x.csv.gz`.
const OF_GZIP: &str = "(
    clusters: [(name: \"cpu-main\", vm_size: \"Standard_D4s_v3\", max_nodes: 2, idle_time: \"120s\")],
    workload: (logs: [(path: \"x.csv.gz\", format: Csv(
        submit: (column: \"submit\", unit: Seconds),
        service: Duration((column: \"seconds\", unit: Seconds)),
    ))]),
)
";

const SWF: &str = "; a comment
1 0 10 3600 1 -1 -1 1 7200 -1 1 1 1 -1 1 -1 -1 -1
2 60 10 3600 2 -1 -1 2 7200 -1 1 2 1 -1 1 -1 -1 -1
";

const CSV: &str = "submit,seconds,nodes,team
2026-03-02 08:00:00,3600,1,red
2026-03-02 08:10:00,60,2,blue
";

const SECONDS: &str = "submit,seconds\n0,3600\n60,60\n";

const TWO: &str = "can be run: 1 cluster, 2 jobs";
const ONE: &str = "can be run: 1 cluster, 1 job,";

pub(super) fn chapters() -> Vec<Chapter> {
    let chapter = |title, about, name, scenario, cases| Chapter {
        title,
        about,
        name,
        beside: Some(("s.ron", scenario)),
        command: &["check", "s.ron"],
        cases,
    };
    let mut of_csv = csv();
    of_csv.extend(csv_values());
    of_csv.extend(places());
    vec![
        chapter(
            "Logs in the Standard Workload Format",
            "`nodetide check s.ron`, where the scenario names a log `x.swf` of two jobs. A line that cannot be read is a \
             warning, and an error (L0202) with `strict: true`.",
            "x.swf",
            OF_SWF,
            swf(),
        ),
        chapter(
            "Logs as tables (CSV)",
            "`nodetide check s.ron`, where the scenario names a log `x.csv` of two jobs: submit time (a date), seconds, \
             nodes, team.",
            "x.csv",
            OF_CSV,
            of_csv,
        ),
        chapter(
            "Gzipped logs",
            "`nodetide check s.ron`, where the scenario names a log `x.csv.gz` of two jobs.",
            "x.csv.gz",
            OF_GZIP,
            gzipped(),
        ),
    ]
}

fn swf() -> Vec<Case> {
    vec![
        file("an empty file", 3, "L0204", "there is no job in the log (0 lines", |p| write(p, "")),
        file("nothing but comments", 3, "L0204", "there is no job in the log (0 lines", |p| {
            write(p, "; Version: 2\n")
        }),
        file("cut off in the middle of a line", 0, "W0510", "1 of 2 lines", |p| write(p, &SWF[..80])),
        file("the last line end missing", 0, "", TWO, |p| write(p, SWF.trim_end())),
        file("a line of another format", 0, "W0510", "1 of 3 lines", |p| {
            write(p, format!("{SWF}total: 2 jobs\n"))
        }),
        file("binary", 3, "L0206", "it is no text file", |p| write(p, (0..=255).collect::<Vec<u8>>())),
        file("a byte order mark (UTF-8)", 0, "", TWO, |p| write(p, format!("\u{feff}{SWF}"))),
        file("lines ended by CR LF", 0, "", TWO, |p| write(p, SWF.replace('\n', "\r\n"))),
        file("lines ended by CR alone", 3, "L0206", "its lines end with a carriage return alone", |p| {
            write(p, SWF.replace('\n', "\r"));
        }),
        file("UTF-16", 3, "L0206", "it is UTF-16 text", |p| utf16(p, SWF, true)),
        file("UTF-16 without a byte order mark", 3, "L0206", "it is no text file", |p| utf16(p, SWF, false)),
        file("a NUL byte in the second job", 0, "W0510", "1 of 2 lines", |p| {
            write(p, SWF.replace("2 60", "2 6\0"))
        }),
        file("a line of 2 MiB", 3, "L0205", "a line is at most 1048576 bytes (1 MiB) long", |p| {
            write(p, format!("{SWF}{}", "1 ".repeat(1 << 20)));
        }),
        file("nineteen fields", 0, "W0510", "1 of 3 lines", |p| {
            write(p, format!("{SWF}{}\n", "1 ".repeat(19)))
        }),
        file("not a number (NaN)", 0, "W0510", "1 of 2 lines", |p| write(p, SWF.replace("2 60", "2 NaN"))),
        file("a negative submit time", 0, "W0510", "1 of 2 lines", |p| {
            write(p, SWF.replace("2 60", "2 -60"))
        }),
        file("a number over 64 bits", 0, "W0510", "1 of 2 lines", |p| {
            write(p, SWF.replace("2 60", "2 99999999999999999999999"));
        }),
        file("a running time of centuries", 0, "W0510", "1 of 2 lines", |p| {
            write(p, SWF.replace("60 10 3600", "60 10 99999999999"));
        }),
        file("a submit time centuries after the first", 3, "S0113", "2^31", |p| {
            write(p, SWF.replace("2 60", "2 9000000000"));
        }),
        file("more nodes than a cluster can have", 0, "W0510", "1 of 2 lines", |p| {
            write(p, SWF.replace("3600 2 ", "3600 4294967296 "));
        }),
    ]
}

fn csv() -> Vec<Case> {
    vec![
        file("an empty file", 3, "L0204", "there is no header line", |p| write(p, "")),
        file("nothing but a header", 3, "L0204", "there is no job in the log (0 lines", |p| {
            write(p, "submit,seconds,nodes,team\n");
        }),
        file("cut off in the middle of a line", 0, "W0510", "1 of 2 lines", |p| write(p, &CSV[..80])),
        file("binary", 3, "L0206", "it is no text file", |p| write(p, (0..=255).collect::<Vec<u8>>())),
        file("a byte order mark (UTF-8)", 0, "", TWO, |p| write(p, format!("\u{feff}{CSV}"))),
        file("lines ended by CR LF", 0, "", TWO, |p| write(p, CSV.replace('\n', "\r\n"))),
        file("lines ended by CR alone", 3, "L0206", "its lines end with a carriage return alone", |p| {
            write(p, CSV.replace('\n', "\r"));
        }),
        file("UTF-16", 3, "L0206", "it is UTF-16 text", |p| utf16(p, CSV, true)),
        file("UTF-16 without a byte order mark", 3, "L0206", "it is no text file", |p| utf16(p, CSV, false)),
        file("a NUL byte in a number", 0, "W0510", "1 of 2 lines", |p| {
            write(p, CSV.replace(",60,", ",6\0,"))
        }),
        file("mixed encodings: a team in Latin-1", 0, "", TWO, |p| {
            write(p, [CSV.trim_end().as_bytes(), b"\xe9\n"].concat());
        }),
        file("a line of 2 MiB", 3, "L0205", "a line is at most 1048576 bytes (1 MiB) long", |p| {
            write(p, format!("{CSV}{}", "1,".repeat(1 << 20)));
        }),
        file("a million columns without names", 3, "L0203", "\"submit\"", |p| {
            write(p, format!("{}\n{CSV}", ",".repeat(1_000_000)));
        }),
        file("a million columns more than the four", 0, "", TWO, |p| {
            let more = ",".repeat(1_000_000);
            let wide: Vec<String> = CSV.lines().map(|line| format!("{line}{more}\n")).collect();
            write(p, wide.concat());
        }),
        file("a column name given twice", 3, "L0203", "\"seconds\"", |p| {
            write(p, CSV.replace("nodes,team", "seconds,team"));
        }),
        file("a quote that is never closed", 0, "W0510", "1 of 2 lines", |p| {
            write(p, CSV.replace("red", "\"red"))
        }),
        file("another separator than the scenario says", 3, "L0203", "\"submit\"", |p| {
            write(p, CSV.replace(',', ";"))
        }),
        file("lines with one field too many", 0, "W0510", "1 of 2 lines", |p| {
            write(p, CSV.replace("red", "red,"))
        }),
    ]
}

fn csv_values() -> Vec<Case> {
    vec![
        file("not a number (NaN)", 0, "W0510", "1 of 2 lines", |p| write(p, CSV.replace(",60,", ",NaN,"))),
        file("an infinite number", 0, "W0510", "1 of 2 lines", |p| write(p, CSV.replace(",60,", ",inf,"))),
        file("a negative running time", 0, "W0510", "1 of 2 lines", |p| {
            write(p, CSV.replace(",60,", ",-60,"))
        }),
        file("a number over 64 bits", 0, "W0510", "1 of 2 lines", |p| {
            write(p, CSV.replace(",60,", ",99999999999999999999999,"));
        }),
        file("an empty running time", 0, "", ONE, |p| write(p, CSV.replace(",60,", ",,"))),
        file("a date that the calendar does not have", 0, "W0510", "1 of 2 lines", |p| {
            write(p, CSV.replace("2026-03-02 08:10", "2026-02-30 08:10"));
        }),
        file("a date in the year 9999", 0, "W0510", "times stay below 292 years", |p| {
            write(p, CSV.replace("2026-03-02 08:10", "9999-12-30 08:10"))
        }),
        file("a date in the year 12026", 0, "W0510", "1 of 2 lines", |p| {
            write(p, CSV.replace("2026-03-02 08:10", "12026-03-02 08:10"));
        }),
    ]
}

fn places() -> Vec<Case> {
    vec![
        file("no such file", 6, "L0201", "No such file or directory", |_| {}),
        file("a folder", 6, "L0201", "cannot read the log x.csv: it is a directory", folder),
        file("a link to a log", 0, "", TWO, |p| linked(p, CSV)),
        file("a link to nothing", 6, "L0201", "No such file or directory", dangling),
        file("a link to itself", 6, "L0201", "Too many levels of symbolic links", looped),
        file("without permission to read", 6, "L0201", "Permission denied", |p| unreadable(p, CSV))
            .unless(as_root),
        file("a named pipe", 0, "", TWO, |p| pipe(p, CSV)),
        file(
            "a link to `/dev/zero`, which never ends",
            3,
            "L0205",
            "a line is at most 1048576 bytes (1 MiB) long",
            |p| {
                std::os::unix::fs::symlink("/dev/zero", p).unwrap();
            },
        ),
    ]
}

fn gzip(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Gzipped without compression, so that the bytes have known places: a header of 10, one of the block of 5, the
/// text, and a check sum and the length in 8.
fn stored(bytes: &[u8]) -> Vec<u8> {
    gzip(bytes, Compression::none())
}

/// The log, gzipped, with something done to it.
fn damaged(path: &Path, damage: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = stored(SECONDS.as_bytes());
    damage(&mut bytes);
    write(path, bytes);
}

fn gzipped() -> Vec<Case> {
    const DAMAGED: &str = "its gzip data are damaged or cut off";
    vec![
        file("one member", 0, "", TWO, |p| damaged(p, |_| {})),
        file("several members, one after the other", 0, "", TWO, |p| {
            let (head, tail) = SECONDS.split_at(20);
            write(p, [stored(head.as_bytes()), stored(b""), stored(tail.as_bytes())].concat());
        }),
        file("an empty file", 3, "L0204", "there is no header line", |p| write(p, "")),
        file("nothing, gzipped", 3, "L0204", "there is no header line", |p| write(p, stored(b""))),
        file("cut off in the middle", 6, "L0201", DAMAGED, |p| {
            damaged(p, |bytes| bytes.truncate(bytes.len() / 2))
        }),
        file("cut off in the check sum", 6, "L0201", DAMAGED, |p| {
            damaged(p, |bytes| bytes.truncate(bytes.len() - 3))
        }),
        file("cut off in the header", 6, "L0201", DAMAGED, |p| damaged(p, |bytes| bytes.truncate(5))),
        file("a byte that was changed", 6, "L0201", DAMAGED, |p| damaged(p, |bytes| bytes[30] ^= 1)),
        file("a block of no known kind", 6, "L0201", DAMAGED, |p| damaged(p, |bytes| bytes[10] = 0xff)),
        file("a wrong check sum", 6, "L0201", DAMAGED, |p| {
            damaged(p, |bytes| *bytes.iter_mut().rev().nth(5).unwrap() ^= 1)
        }),
        file("something else after the end", 6, "L0201", DAMAGED, |p| {
            damaged(p, |bytes| bytes.extend(b"and more"))
        }),
        file("zeros after the end, as tapes pad them", 6, "L0201", DAMAGED, |p| {
            damaged(p, |bytes| bytes.extend([0; 512]))
        }),
        file("text that is not gzipped", 6, "L0201", "no gzip header", |p| write(p, SECONDS)),
        file("gzipped twice", 3, "L0206", "it is no text file", |p| {
            write(p, stored(&stored(SECONDS.as_bytes())))
        }),
        file(
            "a bomb: 80 MiB of line ends in 80 KiB",
            3,
            "L0205",
            "decompresses to more than 250 times its size",
            |p| {
                write(p, gzip(&vec![b'\n'; 1 << 20], Compression::best()).repeat(80));
            },
        ),
    ]
}
