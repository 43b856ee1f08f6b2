//! Files of `nodetide sweep`: columns, and what is resumed.

use crate::support::{Done, Place};
use nodetide::exit_code;

const SCENARIO: &str = r#"(
    name: "swept",
    horizon: "12h",
    clusters: [(name: "cpu", vm_size: "Standard_D4s_v3", max_nodes: 8, idle_time: "5m", tier: LowPriority)],
    workload: (classes: [(name: "a", arrivals: Poisson(per_hour: 12), service: LogNormal(mean: "20m", cv: 1.2))]),
    expect: [WaitAtMost(percentile: 90, limit: "12m")],
)"#;

fn sweep(place: &Place, args: &[&str]) -> Done {
    place.file("s.ron", SCENARIO);
    let fixed = [
        "sweep",
        "s.ron",
        "--backend",
        "cpu",
        "--vary",
        "max_nodes=2,8",
        "--vary",
        "tier=Dedicated,LowPriority",
    ];
    let more = ["--vary", "idle_time=90s,5m", "--vary", "load_factor=0.5,1", "--replications", "2"];
    place.run(&[&fixed[..], &more[..], args].concat())
}

#[cfg(feature = "parquet")]
#[test]
fn columns_have_the_cells_of_the_rows() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    let place = Place::new();
    sweep(&place, &["--out", "o", "--parquet", "--histograms"]).exits(exit_code::FINE);
    assert_eq!(
        place.names("o"),
        [
            "answer.json",
            "charts",
            "configs.csv",
            "configs.parquet",
            "front.csv",
            "manifest.json",
            "surface.csv"
        ]
    );
    let text = place.read("o/configs.csv");
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let header = csv.headers().unwrap().clone();
    let file = std::fs::File::open(place.path("o/configs.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let mut types = std::collections::BTreeMap::new();
    let mut rows = 0;
    for (record, row) in csv.records().zip(reader.get_row_iter(None).unwrap()) {
        let (record, row) = (record.unwrap(), row.unwrap());
        let cells: Vec<(&String, &Field)> = row.get_column_iter().collect();
        assert_eq!(cells.len(), header.len() + 2);
        for ((name, cell), (column, field)) in header.iter().zip(&record).zip(&cells) {
            assert_eq!(name, *column);
            let (kind, same) = match field {
                Field::Null => ("", String::new()),
                Field::Long(n) => ("whole", n.to_string()),
                Field::Double(x) => ("number", x.to_string()),
                Field::Str(word) => ("word", word.clone()),
                other => panic!("{name} is {other:?}"),
            };
            assert_eq!(same, cell, "{name}");
            if !kind.is_empty() {
                assert_eq!(*types.entry(name.to_owned()).or_insert(kind), kind, "{name}");
            }
        }
        // The histogram counts the jobs that started, and its percentile is the row's.
        let (Field::ListInternal(ends), Field::ListInternal(jobs)) =
            (cells[header.len()].1, cells[header.len() + 1].1)
        else {
            panic!("no lists: {cells:?}");
        };
        let ends: Vec<f64> =
            ends.elements().iter().map(|f| if let Field::Double(x) = f { *x } else { f64::NAN }).collect();
        let jobs: Vec<i64> =
            jobs.elements().iter().map(|f| if let Field::Long(n) = f { *n } else { -1 }).collect();
        let of = |name: &str| &record[header.iter().position(|h| h == name).unwrap()];
        let started: i64 = of("jobs_started").parse().unwrap();
        assert!(started > 0 && jobs.iter().sum::<i64>() == started && ends.len() == jobs.len());
        let rank = (95 * started + 99) / 100;
        let mut seen = 0;
        let p95 = ends.iter().zip(&jobs).find(|(_, n)| {
            seen += **n;
            seen >= rank
        });
        assert_eq!(p95.unwrap().0.to_string(), of("wait_p95_s"));
        rows += 1;
    }
    assert_eq!((rows, text.lines().count()), (32, 33));
    for (name, kind) in [
        ("index", "whole"),
        ("replication", "whole"),
        ("max_nodes", "whole"),
        ("tier", "word"),
        ("idle_time_s", "number"),
        ("load_factor", "number"),
        ("verdict", "word"),
        ("cost_total", "number"),
        ("jobs", "whole"),
        ("evictions", "whole"),
    ] {
        assert_eq!(types[name], kind, "{name}");
    }
}

#[cfg(feature = "parquet")]
#[test]
fn threads_change_no_byte_of_the_columns() {
    let place = Place::new();
    for threads in ["1", "2"] {
        place.file("s.ron", &SCENARIO.replace("12h", "2h"));
        let args =
            ["sweep", "s.ron", "--backend", "cpu", "--vary", "max_nodes=1..40", "--parquet", "--histograms"];
        let args = [&args[..], &["--replications", "20", "--out", threads]].concat();
        crate::support::done(place.command(&args).env("RAYON_NUM_THREADS", threads)).exits(exit_code::FINE);
    }
    let bytes = |dir: &str| std::fs::read(place.path(&format!("{dir}/configs.parquet"))).unwrap();
    assert!(bytes("1") == bytes("2"));
}

#[cfg(not(feature = "parquet"))]
#[test]
fn without_the_feature_it_is_said_how_to_get_it() {
    let place = Place::new();
    sweep(&place, &["--out", "o", "--parquet"])
        .exits(exit_code::USAGE)
        .says("I0408")
        .says("feature `parquet`");
    assert_eq!(place.names(""), ["s.ron"]);
}

#[test]
fn what_goes_together() {
    let place = Place::new();
    for args in [
        &["--parquet"][..],
        &["--out", "o", "--histograms"],
        &["--resume"],
        &["--out", "o", "--resume", "--force"],
    ] {
        sweep(&place, args).exits(exit_code::USAGE);
    }
    sweep(&place, &["--out", "o", "--resume"]).exits(exit_code::IO).says("I0405").says("nothing to resume");
    sweep(&place, &["--out", "o"]).exits(exit_code::FINE);
    sweep(&place, &["--out", "o", "--resume"]).exits(exit_code::USAGE).says("I0410").says("is complete");
    assert_eq!(place.names(""), ["o", "s.ron"], "nothing is left beside it");
}
