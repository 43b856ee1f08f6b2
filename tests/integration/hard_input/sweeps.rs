//! What `nodetide sweep --resume` goes on with.

use super::scenarios::SMALL;
use super::{Chapter, ran};
use crate::support::{Done, Place};
use nodetide::report::files::hex_sha256;
use serde_json::json;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

const SWEEP: &[&str] = &["sweep", "s.ron", "--backend", "cpu", "--vary", "max_nodes=1..4", "--out", "o"];

fn sweep(place: &Place, more: &[&str]) -> Done {
    place.run(&[SWEEP, more].concat())
}

/// Makes of a whole sweep what Ctrl-C would have left after two of its four rows.
fn interrupted(place: &Place) {
    place.file("s.ron", SMALL);
    let done = sweep(place, &[]);
    assert_eq!(done.code, 0, "{done:?}");
    let lines = |name: &str| -> Vec<String> {
        place.read(format!("o/{name}")).lines().take(3).map(str::to_owned).collect()
    };
    let configs = lines("configs.csv").join("\n") + "\n";
    // With one replication, what is minimised is its mean.
    let mut surface = "index,max_nodes,verdict,objective,cost,latency_s,excess,objectives\n".to_owned();
    for line in &lines("surface.csv")[1..] {
        let cells: Vec<&str> = line.split(',').collect();
        let kept = [&cells[..4], &cells[5..], &cells[3..4]].concat();
        surface.push_str(&(kept.join(",") + "\n"));
    }
    let mut manifest: serde_json::Value = serde_json::from_str(&place.read("o/manifest.json")).unwrap();
    let entry = |name: &str, text: &str| json!({"name": name, "bytes": text.len(), "sha256": hex_sha256(text.as_bytes())});
    manifest["files"] =
        json!([entry("configs.partial.csv", &configs), entry("surface.partial.csv", &surface)]);
    manifest["sweep"]["rows"] = 2.into();
    manifest["sweep"]["complete"] = false.into();
    manifest["sweep"]["rest"] = json!({"position": 2, "not_ended": 0});
    fs::remove_dir_all(place.path("o/charts")).unwrap();
    for name in place.names("o") {
        fs::remove_file(place.path(&format!("o/{name}"))).unwrap();
    }
    place.file("o/configs.partial.csv", &configs);
    place.file("o/surface.partial.csv", &surface);
    place.file("o/manifest.json", &manifest.to_string());
}

/// Resumes after a change of one file.
fn resumed(place: &Place, name: &str, change: impl FnOnce(String) -> String) -> Done {
    interrupted(place);
    let path = format!("o/{name}");
    let text = change(place.read(&path));
    place.file(&path, &text);
    sweep(place, &["--resume"])
}

/// Resumes after something else took the place of a file.
fn replaced(place: &Place, name: &str, by: impl FnOnce(PathBuf)) -> Done {
    interrupted(place);
    let path = place.path(&format!("o/{name}"));
    fs::remove_file(&path).unwrap();
    by(path);
    sweep(place, &["--resume"])
}

fn pipe(path: PathBuf) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

pub(super) fn chapter() -> Chapter {
    const DAMAGED: &str = "I0406";
    const OTHER: &str = "I0410";
    let cases = vec![
        ran("as it was left", 0, "", "resuming: 2 of 4 rows are complete", |place| {
            resumed(place, "manifest.json", |text| text)
        }),
        ran("an empty directory", 6, "I0405", "there is no manifest.json in it", |place| {
            place.file("s.ron", SMALL);
            fs::create_dir(place.path("o")).unwrap();
            sweep(place, &["--resume"])
        }),
        ran("a sweep that is complete", 2, OTHER, "nothing is left to resume", |place| {
            place.file("s.ron", SMALL);
            sweep(place, &[]);
            sweep(place, &["--resume"])
        }),
        ran("another seed", 2, OTHER, "seed: 1 there, 5 here", |place| {
            interrupted(place);
            sweep(place, &["--resume", "--seed", "5"])
        }),
        ran("`manifest.json` is cut off", 3, DAMAGED, "manifest.json: EOF while parsing", |place| {
            resumed(place, "manifest.json", |text| text[..300].to_owned())
        }),
        ran(
            "`manifest.json` is `/dev/zero`, which never ends",
            3,
            DAMAGED,
            "manifest.json: it is no file",
            |place| replaced(place, "manifest.json", |path| symlink("/dev/zero", path).unwrap()),
        ),
        ran("`manifest.json` of a newer format", 3, "I0407", "reads formats up to", |place| {
            resumed(place, "manifest.json", |text| text.replace("\"format\":1", "\"format\":99"))
        }),
        ran("`configs.partial.csv` is cut off", 3, DAMAGED, "bytes, and manifest.json says", |place| {
            resumed(place, "configs.partial.csv", |text| text[..text.len() - 7].to_owned())
        }),
        ran(
            "`configs.partial.csv` in which a digit was changed",
            3,
            DAMAGED,
            "its SHA-256 is not",
            |place| resumed(place, "configs.partial.csv", |text| text.replacen("\n1,", "\n2,", 1)),
        ),
        ran("`configs.partial.csv` is a pipe", 3, DAMAGED, "configs.partial.csv: it is no file", |place| {
            replaced(place, "configs.partial.csv", pipe)
        }),
        ran("no `surface.partial.csv`", 6, "I0401", "cannot read o/surface.partial.csv", |place| {
            replaced(place, "surface.partial.csv", |_| ())
        }),
        ran(
            "`surface.partial.csv` in which a verdict was changed",
            3,
            DAMAGED,
            "line 2 cannot be read",
            |place| resumed(place, "surface.partial.csv", |text| text.replacen("meets", "likes", 1)),
        ),
    ];
    Chapter {
        title: "Interrupted sweeps",
        about: "`nodetide sweep s.ron --vary max_nodes=1..4 --out o --resume`, of a sweep that Ctrl-C interrupted after two rows.",
        name: "s.ron",
        beside: None,
        command: SWEEP,
        cases,
    }
}
