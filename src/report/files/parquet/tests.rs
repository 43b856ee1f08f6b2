use super::*;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;

fn columns() -> Vec<Column> {
    let column = |name: &str, kind| Column { name: name.to_owned(), kind };
    vec![
        column("index", Kind::Count),
        column("cpu.max_nodes", Kind::Count),
        column("cost", Kind::Number),
        column("tier", Kind::Word),
    ]
}

fn row(i: usize) -> String {
    let cost = if i.is_multiple_of(7) { String::new() } else { (i as f64 / 3.0).to_string() };
    format!("{i},{},{cost},{}\n", i % 5, if i % 5 == 2 { "\"low, \"\"x\"\"\"" } else { "dedicated" })
}

fn histogram(i: usize) -> String {
    let buckets: Vec<String> = (0..i % 3).map(|b| format!("{}:{}", b as f64 + 0.5, i)).collect();
    buckets.join(" ") + "\n"
}

/// The file, from rows in pieces of a size.
fn written(rows: usize, piece: usize, histograms: bool) -> Vec<u8> {
    let mut configs = Configs::new(Vec::new(), columns(), histograms).unwrap();
    for from in (0..rows).step_by(piece) {
        let piece = from..rows.min(from + piece);
        let csv: String = piece.clone().map(row).collect();
        let lines: String = piece.map(histogram).collect();
        configs.add(csv.as_bytes(), &lines).unwrap();
    }
    configs.finish().unwrap()
}

#[test]
fn pieces_change_no_byte_and_nothing_tells_of_the_time() {
    let rows = GROUP + 100;
    let whole = written(rows, rows, true);
    for piece in [1, 999, GROUP] {
        assert!(written(rows, piece, true) == whole, "pieces of {piece}");
    }
    let reader = SerializedFileReader::new(bytes(whole)).unwrap();
    let sizes: Vec<i64> = reader.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(sizes, [GROUP as i64, 100]);
    let file = reader.metadata().file_metadata();
    assert_eq!(file.created_by(), Some(concat!("nodetide version ", env!("CARGO_PKG_VERSION"))));
    assert_eq!(file.key_value_metadata(), None);
}

/// As the reader takes them.
fn bytes(file: Vec<u8>) -> std::fs::File {
    use std::io::{Seek, SeekFrom};
    let mut kept = tempfile::tempfile().unwrap();
    kept.write_all(&file).unwrap();
    kept.seek(SeekFrom::Start(0)).unwrap();
    kept
}

#[test]
fn cells_come_back_with_their_types() {
    let rows = 200;
    let reader = SerializedFileReader::new(bytes(written(rows, 64, true))).unwrap();
    let mut seen = 0;
    for (i, found) in reader.get_row_iter(None).unwrap().enumerate() {
        let found = found.unwrap();
        let cells: Vec<(&str, &Field)> =
            found.get_column_iter().map(|(name, cell)| (name.as_str(), cell)).collect();
        let cost = if i.is_multiple_of(7) { Field::Null } else { Field::Double(i as f64 / 3.0) };
        let tier = if i % 5 == 2 { "low, \"x\"" } else { "dedicated" };
        assert_eq!(cells[0], ("index", &Field::Long(i as i64)));
        assert_eq!(cells[1], ("cpu.max_nodes", &Field::Long((i % 5) as i64)));
        assert_eq!(cells[2], ("cost", &cost));
        assert_eq!(cells[3], ("tier", &Field::Str(tier.to_owned())));
        let (Field::ListInternal(ends), Field::ListInternal(jobs)) = (cells[4].1, cells[5].1) else {
            panic!("lists: {cells:?}");
        };
        let ends_wanted: Vec<Field> = (0..i % 3).map(|b| Field::Double(b as f64 + 0.5)).collect();
        assert_eq!(ends.elements(), ends_wanted);
        assert_eq!(jobs.elements(), vec![Field::Long(i as i64); i % 3]);
        seen += 1;
    }
    assert_eq!(seen, rows);
    let without = SerializedFileReader::new(bytes(written(3, 3, false))).unwrap();
    assert_eq!(without.metadata().file_metadata().schema().get_fields().len(), 4);
}

#[test]
fn what_is_no_row_is_said() {
    for (csv, histogram, says) in [
        ("1,2,3\n", "", "it has 3 values, and the header has 4"),
        ("x,2,3,a\n", "", "index is \"x\"; a whole number is expected"),
        ("1,2,x,a\n", "", "cost is \"x\"; a number is expected"),
        ("1,2,3,a\n", "4", "wait_bucket_end_s is \"4\"; an end and a number of jobs are expected"),
    ] {
        let mut configs = Configs::new(Vec::new(), columns(), true).unwrap();
        let error = configs.add(csv.as_bytes(), histogram).unwrap_err();
        assert_eq!(error.to_string(), says);
    }
}

/// A disk that is full.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_file_systems_word_is_kept() {
    let mut configs = Configs::new(Full, columns(), false).unwrap();
    configs.add(row(1).as_bytes(), "").unwrap();
    match configs.finish() {
        Err(RowError::Io(error)) => assert_eq!(error.kind(), io::ErrorKind::StorageFull),
        other => panic!("{:?}", other.err()),
    }
}
