//! Readers against arbitrary input: they never panic (overflow checks are on in tests), and every line is a
//! job, left out or broken.

use super::*;
use crate::workload::WorkloadError;
use proptest::prelude::*;

/// Lines are conserved, jobs are as many as reported, and errors explain themselves.
fn check(result: Result<Jobs, Vec<WorkloadError>>) -> Result<(), TestCaseError> {
    match result {
        Ok(jobs) => {
            for report in &jobs.log_reports {
                let left_out: u64 = report.left_out.values().sum();
                prop_assert_eq!(report.lines, report.jobs + left_out + report.broken);
                prop_assert_eq!(report.first_broken.len() as u64, report.broken.min(10));
            }
            prop_assert_eq!(jobs.jobs.len() as u64, jobs.log_reports.iter().map(|r| r.jobs).sum::<u64>());
            prop_assert!(jobs.jobs.is_sorted_by_key(|job| job.submit));
            prop_assert!(jobs.jobs.iter().all(|job| job.nodes >= 1 && job.service < 1 << 31));
        }
        Err(errors) => {
            prop_assert!(!errors.is_empty());
            prop_assert!(
                errors.iter().all(|error| !error.rule.is_empty() && !error.to_string().contains('\0'))
            );
        }
    }
    Ok(())
}

fn read_any(bytes: Vec<u8>, format: LogFormat) -> Result<Jobs, Vec<WorkloadError>> {
    World::with_file("a.log", bytes).build(&of(log("a.log", format)))
}

/// A number as logs have them, odd ones included.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0_u64..100_000).prop_map(|n| n.to_string()),
        2 => (-1000.0..1e6_f64).prop_map(|x| x.to_string()),
        1 => any::<f64>().prop_map(|x| format!("{x:e}")),
        1 => any::<i64>().prop_map(|n| n.to_string()),
        1 => "[-+]?[0-9]{0,25}[.]?[0-9]{0,25}([eE][-+]?[0-9]{0,12})?",
        1 => Just("-1".to_owned()),
        1 => "\\PC{0,4}",
    ]
}

/// A text that a field may hold: delimiters, quotes and line breaks, but no spaces around it.
fn tag() -> impl Strategy<Value = String> {
    "[a-z,\";\r\n é]{0,8}".prop_map(|text| text.trim().to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_of_any_kind_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(read_any(bytes.clone(), swf()))?;
        check(read_any([b"submit,run,nodes\n".as_slice(), &bytes].concat(), plain_csv()))?;
        check(read_any(bytes.clone(), plain_csv()))?;
        check(read_any([b"\x1f\x8b\x08\0\0\0\0\0\0\xff".as_slice(), &bytes].concat(), swf()))?;
    }

    #[test]
    fn text_that_looks_like_csv_is_read_or_refused(text in "([0-9]{1,3}|[-.\",\n\r ]){0,200}") {
        check(read_any(format!("submit,run,nodes\n{text}").into_bytes(), plain_csv()))?;
    }

    #[test]
    fn numbers_of_any_kind_make_jobs_or_broken_lines(
        rows in proptest::collection::vec((number(), number(), number()), 1..20)
    ) {
        let csv: String = rows.iter().map(|(a, b, c)| format!("{a},{b},{c}\n")).collect();
        check(read_any(format!("submit,run,nodes\n{csv}").into_bytes(), plain_csv()))?;
        let lines: String = rows.iter().map(|(a, b, c)| swf_line(a, b, c, c, b, "1")).collect();
        check(read_any(lines.into_bytes(), swf()))?;
    }

    /// The writer of the `csv` crate as an oracle of quoting.
    #[test]
    fn what_a_csv_writer_quotes_is_read_back(tags in proptest::collection::vec((tag(), tag()), 1..20)) {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(["before", "submit", "run", "nodes", "who"]).unwrap();
        for (i, (before, who)) in tags.iter().enumerate() {
            writer.write_record([before, &i.to_string(), "1", "1", who]).unwrap();
        }
        let mut format = plain_csv();
        if let LogFormat::Csv { user, .. } = &mut format {
            *user = Some("who".to_owned());
        }
        let jobs = read_any(writer.into_inner().unwrap(), format).unwrap();
        let found: Vec<String> =
            jobs.jobs.iter().map(|job| job.user.map_or("", |id| jobs.names.get(id)).to_owned()).collect();
        prop_assert_eq!(found, tags.into_iter().map(|(_, who)| who).collect::<Vec<_>>());
    }

    /// Exact reading against `f64`: seconds with up to 15 digits differ by less than a nanosecond's rounding.
    #[test]
    fn decimals_agree_with_floats(whole in 0_u64..1_000_000, fraction in 0_u64..1_000_000_000) {
        let text = format!("{whole}.{fraction:09}");
        let exact = number::Decimal::parse(text.as_bytes()).unwrap().ns(1_000_000_000).unwrap();
        prop_assert_eq!(exact as u64, whole * 1_000_000_000 + fraction);
        let float = text.parse::<f64>().unwrap() * 1e9;
        prop_assert!((exact as f64 - float).abs() <= 1.0, "{} {}", exact, float);
    }
}
