//! Places for results, and standard output.

use super::files::as_root;
use super::scenarios::SMALL;
use super::{Chapter, ran};
use crate::support::{Done, Place, done};
use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUN: &[&str] = &["run", "s.ron", "--out", "o"];

pub(super) fn chapter() -> Chapter {
    let cases = vec![
        ran("standard output on a full disk (`/dev/full`)", 6, "I0402", "No space left on device", |place| {
            place.file("s.ron", SMALL);
            let full = File::options().write(true).open("/dev/full").unwrap();
            done(place.command(&["run", "s.ron"]).stdout(full))
        }),
        ran("standard output is a pipe that nobody reads any more", 0, "", "", |place| {
            place.file("s.ron", SMALL);
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            done(place.command(&["run", "s.ron"]).stdout(writer))
        }),
        ran("`--out` on a disk that becomes full", 6, "I0402", "No space left on device", full_disk)
            .unless(no_small_disk),
        ran("`--out` in a folder without permission to write", 6, "I0402", "Permission denied", |place| {
            place.file("s.ron", SMALL);
            fs::create_dir(place.path("locked")).unwrap();
            fs::set_permissions(place.path("locked"), fs::Permissions::from_mode(0o555)).unwrap();
            place.run(&["run", "s.ron", "--out", "locked/o"])
        })
        .unless(as_root),
        ran("`--out` names a file", 6, "I0403", "exists and is no directory", |place| {
            place.file("s.ron", SMALL);
            place.file("o", "mine");
            place.run(RUN)
        }),
        ran("`--out` below a file", 6, "I0402", "Not a directory", |place| {
            place.file("s.ron", SMALL);
            place.file("f", "mine");
            place.run(&["run", "s.ron", "--out", "f/o"])
        }),
        ran(
            "`--out` is a link to nothing",
            6,
            "I0403",
            "is a symbolic link to something that does not exist",
            |place| {
                place.file("s.ron", SMALL);
                symlink("nowhere", place.path("o")).unwrap();
                place.run(RUN)
            },
        ),
        ran("`--out` is a link to itself", 6, "I0402", "Too many levels of symbolic links", |place| {
            place.file("s.ron", SMALL);
            symlink("o", place.path("o")).unwrap();
            place.run(RUN)
        }),
        ran("`--out` is a folder with something in it", 6, "I0403", "is not empty", |place| {
            place.file("s.ron", SMALL);
            fs::create_dir(place.path("o")).unwrap();
            place.file("o/notes.txt", "mine");
            place.run(RUN)
        }),
        ran(
            "`--out --force` where something else than results lies",
            6,
            "I0403",
            "holds \"notes.txt\"",
            |place| {
                place.file("s.ron", SMALL);
                fs::create_dir(place.path("o")).unwrap();
                place.file("o/notes.txt", "mine");
                let done = place.run(&["run", "s.ron", "--out", "o", "--force"]);
                assert_eq!(place.read("o/notes.txt"), "mine");
                done
            },
        ),
        ran(
            "the run before was killed while it wrote",
            0,
            "",
            "which a run that was killed had left",
            |place| {
                killed(place);
                let done = place.run(RUN);
                assert_eq!(place.names(""), ["o", "s.ron"], "nothing is left beside the results");
                done
            },
        ),
        ran(
            "the run before was killed while it replaced results",
            0,
            "",
            "put back the results in",
            put_back,
        ),
        ran("another run is writing to the same place", 0, "", "results are in", |place| {
            place.file("s.ron", SMALL);
            let alive = place.path(".o.alive.partial");
            fs::create_dir(&alive).unwrap();
            let lock = File::create(alive.join("lock")).unwrap();
            lock.lock().unwrap();
            let done = place.run(RUN);
            assert!(alive.exists(), "what a living run writes is left alone");
            done
        }),
        ran("`init` where a folder stands", 6, "I0403", "exists; choose another name", |place| {
            fs::create_dir(place.path("x.ron")).unwrap();
            place.run(&["init", "x.ron"])
        }),
        ran("`init` through a link to nothing", 6, "I0403", "exists; choose another name", |place| {
            symlink("nowhere", place.path("x.ron")).unwrap();
            place.run(&["init", "x.ron"])
        }),
    ];
    Chapter {
        title: "Places for results",
        about: "`nodetide run s.ron --out o`, unless the row says otherwise.",
        name: "s.ron",
        beside: None,
        command: RUN,
        cases,
    }
}

/// Directories in which runs are writing to `o`.
fn partial(place: &Place) -> Option<PathBuf> {
    let name =
        place.names("").into_iter().find(|name| name.starts_with(".o.") && name.ends_with(".partial"))?;
    Some(place.path(&name))
}

/// Kills a run in the middle of writing.
fn killed(place: &Place) {
    // Enough jobs for files that take a while.
    place.file("s.ron", &SMALL.replace("service: \"100s\"", "service: \"100s\", repeat: 20000"));
    let mut child =
        place.command(RUN).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    // The first file of several is there, and has something in it.
    let writing = || {
        partial(place)
            .is_some_and(|dir| fs::read_dir(dir.join("new")).is_ok_and(|mut files| files.next().is_some()))
    };
    while !writing() {
        assert!(began.elapsed() < Duration::from_secs(300), "the run begins to write");
        assert!(child.try_wait().unwrap().is_none(), "the run takes long enough to be killed");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!place.path("o").exists(), "the results are not there in part");
    assert!(partial(place).is_some(), "what was written is under another name");
    place.file("s.ron", SMALL);
}

/// A run that was killed between moving the old results aside and putting the new ones in their place. The instant
/// is too short to be met, so its traces are made by hand.
fn put_back(place: &Place) -> Done {
    place.file("s.ron", SMALL);
    let first = place.run(RUN);
    assert_eq!(first.code, 0, "{first:?}");
    let before = place.read("o/summary.json");
    let dead = place.path(".o.dead.partial");
    fs::create_dir(&dead).unwrap();
    File::create(dead.join("lock")).unwrap();
    fs::rename(place.path("o"), dead.join("old")).unwrap();
    let refused = place.run(RUN);
    assert_eq!(refused.code, 6, "the old results are there again, and are not replaced unasked: {refused:?}");
    assert_eq!(place.read("o/summary.json"), before);
    fs::create_dir(&dead).unwrap();
    File::create(dead.join("lock")).unwrap();
    fs::rename(place.path("o"), dead.join("old")).unwrap();
    place.run(&["run", "s.ron", "--out", "o", "--force"])
}

/// Runs a shell command in a world of its own, in which a small disk can be mounted.
fn apart(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
    command
}

fn no_small_disk() -> Option<String> {
    let tried = apart("d=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs \"$d\" && rmdir \"$d\" 2>/dev/null; mountpoint -q \"$d\"").output();
    match tried {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            Some(format!("no disk can be mounted here: {}", String::from_utf8_lossy(&output.stderr)))
        }
        Err(error) => Some(format!("no `unshare` here: {error}")),
    }
}

/// A disk of 64 KiB, and results that are larger.
fn full_disk(place: &Place) -> Done {
    place.file("s.ron", &SMALL.replace("service: \"100s\"", "service: \"100s\", repeat: 2000"));
    fs::create_dir(place.path("disk")).unwrap();
    let script = format!(
        "mount -t tmpfs -o size=64k tmpfs disk && \"{}\" run s.ron --out disk/o; code=$?; ls -A disk >&2; exit $code",
        env!("CARGO_BIN_EXE_nodetide")
    );
    let done = done(apart(&script).current_dir(place.path("")).stdin(Stdio::null()));
    assert!(!done.stderr.contains(".partial"), "nothing is left on the disk: {done:?}");
    done
}
