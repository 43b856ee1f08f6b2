//! Files in the ticks format.

use super::files::*;
use super::{Chapter, file};

const SMALL: &str =
    "{\n  \"clusters\": [{\"max_nodes\": 1}],\n  \"jobs\": [{\"submit\": 0, \"service\": 5}]\n}\n";

const FINE: &str = "\"settled\"";

/// With something else in the place of the job's length.
fn with(instead: &str) -> String {
    SMALL.replace("\"service\": 5", instead)
}

pub(super) fn chapter() -> Chapter {
    let cases = vec![
        file("an empty file", 3, "T0601", "x.json holds nothing", |p| write(p, "")),
        file("cut off in the middle", 3, "T0601", "the file ends too early: it is cut off", |p| {
            write(p, &SMALL[..50])
        }),
        file("something after the end", 3, "T0601", "something stands after the end", |p| {
            write(p, format!("{SMALL}}}"))
        }),
        file(
            "binary",
            3,
            "S0109",
            "x.json is not a text file: byte 128 (line 2, column 118) is not UTF-8",
            |p| {
                write(p, (0..=255).collect::<Vec<u8>>());
            },
        ),
        file("a byte order mark (UTF-8)", 0, "", FINE, |p| write(p, format!("\u{feff}{SMALL}"))),
        file("lines ended by CR LF", 0, "", FINE, |p| write(p, SMALL.replace('\n', "\r\n"))),
        file("lines ended by CR alone", 0, "", FINE, |p| write(p, SMALL.replace('\n', "\r"))),
        file("UTF-16", 3, "S0109", "x.json is not a text file: it is in UTF-16", |p| utf16(p, SMALL, true)),
        file("a NUL byte", 3, "S0109", "(line 2, column 2) is a control character", |p| {
            write(p, SMALL.replace("  ", " \0"))
        }),
        file(
            "100,000 lists, one in the other",
            3,
            "T0601",
            "brackets stand within brackets more than 127 deep",
            |p| write(p, "[".repeat(100_000)),
        ),
        file(
            "100,000 objects, one in the other",
            3,
            "T0601",
            "brackets stand within brackets more than 127 deep",
            |p| write(p, "{\"a\":".repeat(100_000)),
        ),
        file("all on a line of 1 MiB", 0, "", FINE, |p| {
            write(p, SMALL.replace('\n', &" ".repeat(1 << 18)));
        }),
        file("a key of 1 MiB", 3, "T0602", "there is no key", |p| {
            write(p, with(&format!("\"service\": 5, \"{}\": 1", "x".repeat(1 << 20))));
        }),
        file("a key given twice", 3, "T0605", "the key \"service\" stands here twice", |p| {
            write(p, with("\"service\": 5, \"service\": 6"))
        }),
        file("not a number (NaN), which JSON does not have", 3, "T0601", "a value is expected here", |p| {
            write(p, with("\"service\": NaN"))
        }),
        file("a negative time", 3, "T0604", "-5 is not between 0 and 2147483647", |p| {
            write(p, with("\"service\": -5"))
        }),
        file("a fraction of a tick", 3, "T0604", "`service` must be an integer, not 1.5", |p| {
            write(p, with("\"service\": 1.5"))
        }),
        file("a number over 64 bits", 3, "T0604", "`service` must be an integer, not", |p| {
            write(p, with("\"service\": 99999999999999999999999"));
        }),
        file(
            "a number over all floats (1e999)",
            3,
            "T0601",
            "this number is larger than any that can be computed with",
            |p| write(p, with("\"service\": 1e999")),
        ),
        file(
            "a time past the last tick (2^31)",
            3,
            "T0604",
            "2147483648 is not between 0 and 2147483647",
            |p| write(p, with("\"service\": 2147483648")),
        ),
        file("no such file", 6, "I0401", "cannot read x.json: No such file or directory", |_| {}),
        file("a folder", 6, "I0401", "cannot read x.json: Is a directory", folder),
        file("a link to a file", 0, "", FINE, |p| linked(p, SMALL)),
        file("a link to nothing", 6, "I0401", "cannot read x.json: No such file or directory", dangling),
        file("a link to itself", 6, "I0401", "cannot read x.json: Too many levels of symbolic links", looped),
        file("without permission to read", 6, "I0401", "cannot read x.json: Permission denied", |p| {
            unreadable(p, SMALL)
        })
        .unless(as_root),
        file("a named pipe", 0, "", FINE, |p| pipe(p, SMALL)),
        file("more than 64 MiB", 3, "S0110", "x.json is larger than 64 MiB", |p| sparse(p, (64 << 20) + 1)),
    ];
    Chapter {
        title: "Files in the ticks format",
        about: "`nodetide run --ticks x.json`, one cluster and one job.",
        name: "x.json",
        beside: None,
        command: &["run", "--ticks", "x.json"],
        cases,
    }
}
