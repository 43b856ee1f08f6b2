use super::*;
use crate::rng::stream as name;
use crate::scenario::schema::Distribution;
use crate::workload::testing::{hash, span};

const SEED: u64 = 20_261_123;

fn setting(hours: u32) -> Setting<'static> {
    let stream = |name| Stream::of_class(SEED, 0, "test", name);
    Setting {
        resolution: Resolution::S1,
        from: 0,
        to: hours * 3600,
        calendar: None,
        gaps: stream(name::ARRIVALS),
        stays: stream(name::STAYS),
    }
}

fn ticks(arrivals: &Arrivals, setting: &Setting<'_>) -> Vec<u32> {
    BatchTimes::new(arrivals, setting).unwrap().collect()
}

fn poisson(per_hour: f64) -> Arrivals {
    Arrivals::Poisson { per_hour }
}

fn bursty() -> Arrivals {
    let state = |per_hour, stay| ModulatedState { per_hour, mean_stay: span(stay) };
    Arrivals::MarkovModulated(vec![state(2.0, "3h"), state(60.0, "1h")])
}

fn office(weekly: bool) -> Arrivals {
    let mut factors: Vec<f64> = (0..if weekly { 168 } else { 24 })
        .map(|h| if (8..18).contains(&(h % 24)) { 2.0 } else { 0.25 })
        .collect();
    if weekly {
        factors[120..].fill(0.0);
    }
    Arrivals::Profile { per_hour: 30.0, factors }
}

fn amsterdam(start: &str) -> Calendar {
    Calendar::parse(start, &crate::workload::zone(Some("Europe/Amsterdam")).unwrap()).unwrap()
}

/// Number in 3.3 standard errors of the expected; variance over mean of hourly numbers within 3.3 of 1.
#[test]
fn poisson_arrivals_have_their_rate_and_no_bursts() {
    let hours = 10_000;
    let found = ticks(&poisson(20.0), &setting(hours));
    let expected = 20.0 * f64::from(hours);
    assert!((found.len() as f64 - expected).abs() < 3.3 * expected.sqrt(), "{}", found.len());
    assert!(found.is_sorted() && found.iter().all(|t| *t < hours * 3600));
    let dispersion = dispersion(&found, hours);
    assert!((dispersion - 1.0).abs() < 3.3 * (2.0 / f64::from(hours)).sqrt(), "{dispersion}");
}

/// Variance over mean of the hourly numbers.
fn dispersion(ticks: &[u32], hours: u32) -> f64 {
    let mut hourly = vec![0.0; hours as usize];
    for t in ticks {
        hourly[(t / 3600) as usize] += 1.0;
    }
    let mean = ticks.len() as f64 / f64::from(hours);
    hourly.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / f64::from(hours) / mean
}

#[test]
fn a_batch_keeps_its_numbers_when_the_rate_changes() {
    let (slow, fast) = (ticks(&poisson(10.0), &setting(1000)), ticks(&poisson(20.0), &setting(1000)));
    for (slow, fast) in slow.iter().zip(&fast) {
        assert!((f64::from(*slow) - 2.0 * f64::from(*fast)).abs() <= 1.5, "{slow} {fast}");
    }
    // A later beginning moves them all.
    let later = ticks(&poisson(10.0), &Setting { from: 500, to: 1000 * 3600 + 500, ..setting(1000) });
    assert_eq!(later, slow.iter().map(|t| t + 500).collect::<Vec<_>>());
}

#[test]
fn renewal_gaps_have_their_mean_and_spread() {
    let gap = Distribution::Gamma { mean: span("3m"), cv: 0.5 };
    let found = ticks(&Arrivals::Renewal { gap }, &setting(10_000));
    // The number in [0, t] has mean t / gap and variance t · cv² / gap.
    let expected = 10_000.0 * 20.0;
    assert!((found.len() as f64 - expected).abs() < 3.3 * 0.5 * f64::sqrt(expected), "{}", found.len());
    let dispersion = dispersion(&found, 10_000);
    assert!(dispersion < 0.35, "gaps this regular do not cluster: {dispersion}");
}

#[test]
fn listed_gaps_and_fixed_times_are_exact() {
    let gap = Distribution::Values(vec![span("10s"), span("0s"), span("7s")]);
    let gaps = ticks(&Arrivals::Renewal { gap }, &Setting { from: 100, to: 140, ..setting(1) });
    assert_eq!(gaps, [110, 110, 117, 127, 127, 134]);
    let gap = Distribution::Constant(span("20m"));
    assert_eq!(ticks(&Arrivals::Renewal { gap }, &setting(1)), [1200, 2400]);
    let at = Arrivals::At(vec![span("2h"), span("5s"), span("1m"), span("5s")]);
    assert_eq!(ticks(&at, &Setting { from: 5, ..setting(2) }), [5, 5, 60]);
    let every = Arrivals::Every { period: span("20m"), offset: span("1m") };
    assert_eq!(ticks(&every, &Setting { from: 10, ..setting(1) }), [70, 1270, 2470]);
    let every = Arrivals::Every { period: span("30m"), offset: TimeSpan::ZERO };
    assert_eq!(ticks(&every, &setting(1)), [0, 1800]);
}

/// States of 2 and 60 per hour for 3 and 1 hours: λ = 16.5 per hour. The rate's covariance over a time t is
/// Δ² π₁π₂ e^(−rt), with Δ the difference of the rates and r = 1/s₁ + 1/s₂; so the number in a long span T has
/// the variance λT + 2 Δ² π₁π₂ T / r.
#[test]
fn bursty_arrivals_have_their_rate_and_their_bursts() {
    let hours = 40_000;
    let found = ticks(&bursty(), &setting(hours));
    let span_h = f64::from(hours);
    let variance = span_h * (16.5 + 2.0 * 58.0 * 58.0 * 0.75 * 0.25 / (1.0 / 3.0 + 1.0));
    assert!((found.len() as f64 - 16.5 * span_h).abs() < 3.3 * variance.sqrt(), "{}", found.len());
    // Variance over mean in one hour: 1 + 2 Δ² π₁π₂ / (r² λ) · (r − 1 + e^−r).
    let r: f64 = 4.0 / 3.0;
    let theory = 1.0 + 2.0 * 58.0 * 58.0 * 0.1875 / (r * r * 16.5) * (r - 1.0 + (-r).exp());
    let dispersion = dispersion(&found, hours);
    assert!((dispersion / theory - 1.0).abs() < 0.04, "{dispersion} is not {theory}");
}

#[test]
fn profiles_follow_the_local_hour() {
    let calendar = amsterdam("2026-01-05T00:00");
    let weeks = 40;
    let setting = Setting { calendar: Some(&calendar), ..setting(weeks * 168) };
    let found = ticks(&office(true), &setting);
    let mut by_hour = [0_u32; 168];
    for t in &found {
        let local = calendar.local(i64::from(*t)).unwrap();
        let day = local.weekday().to_monday_zero_offset() as usize;
        by_hour[day * 24 + local.hour() as usize] += 1;
    }
    for (hour, n) in by_hour.into_iter().enumerate() {
        let rate = match hour {
            120.. => 0.0,
            h if (8..18).contains(&(h % 24)) => 60.0,
            _ => 7.5,
        };
        let expected: f64 = rate * f64::from(weeks);
        // 168 hours are looked at, so 4 standard errors; arrivals at the last half second are rounded into the
        // next hour.
        assert!(
            (f64::from(n) - expected).abs() <= 4.0 * expected.sqrt() + 2.0,
            "hour {hour}: {n}, not {expected}"
        );
    }
}

/// On the day on which clocks go forward there is no arrival at 02:xx, and that day is an hour shorter.
#[test]
fn profiles_follow_daylight_saving() {
    let only_at_2 = |rate| Arrivals::Profile {
        per_hour: rate,
        factors: (0..24).map(|h| if h == 2 { 1.0 } else { 0.0 }).collect(),
    };
    let count = |start: &str| {
        let calendar = amsterdam(start);
        ticks(&only_at_2(3600.0), &Setting { calendar: Some(&calendar), ..setting(24) }).len()
    };
    assert_eq!(count("2026-03-29T00:00"), 0);
    let (plain, twice) = (count("2026-03-28T00:00") as f64, count("2026-10-25T00:00") as f64);
    assert!((plain - 3600.0).abs() < 200.0 && (twice - 7200.0).abs() < 280.0, "{plain} {twice}");
}

#[test]
fn expected_numbers_are_near_what_comes() {
    let calendar = amsterdam("2026-01-05T00:00");
    let setting = Setting { calendar: Some(&calendar), ..setting(5_000) };
    let gap = Distribution::LogNormal { mean: span("5m"), cv: 1.0 };
    for arrivals in [poisson(20.0), bursty(), office(false), Arrivals::Renewal { gap }] {
        let expected = BatchTimes::new(&arrivals, &setting).unwrap().expected();
        let found = ticks(&arrivals, &setting).len() as f64;
        assert!((found / expected - 1.0).abs() < 0.05, "{arrivals:?}: {expected} expected, {found} came");
    }
    let zero = Arrivals::Renewal { gap: Distribution::Constant(TimeSpan::ZERO) };
    assert_eq!(BatchTimes::new(&zero, &setting).unwrap().expected(), f64::INFINITY);
}

/// Any change of these is a change of results: say so in the change log. A separate program (Python) gives the
/// same hashes.
#[test]
fn arrivals_are_pinned() {
    let calendar = amsterdam("2026-03-02T00:00");
    let setting = Setting { calendar: Some(&calendar), from: 100, ..setting(1500) };
    let gap = Distribution::Gamma { mean: span("3m"), cv: 0.5 };
    let found = [poisson(20.0), Arrivals::Renewal { gap }, bursty(), office(false), office(true)]
        .map(|arrivals| hash(ticks(&arrivals, &setting).into_iter().map(u64::from)));
    let pinned = [
        0x44d5_711f_e547_1f06,
        0x802d_07cc_0bb4_4267,
        0xbda3_2dc9_99ee_e876,
        0x0f0e_1d37_dcd8_402f,
        0x76af_b250_142c_a59d,
    ];
    assert_eq!(found, pinned, "{found:#018x?}");
}

#[test]
fn a_rate_that_changes_absurdly_often_ends() {
    let mut times = BatchTimes::new(&bursty(), &setting(10_000)).unwrap();
    if let Process::Inversion { intervals, .. } = &mut times.process {
        *intervals = MAX_RATE_INTERVALS - 3;
    }
    assert!(times.by_ref().count() < 1000 && times.gave_up());
}

#[test]
fn a_span_without_length_has_no_arrivals() {
    for arrivals in [poisson(1e9), bursty(), Arrivals::At(vec![TimeSpan::ZERO])] {
        assert_eq!(ticks(&arrivals, &Setting { from: 10, to: 10, ..setting(1) }), [0_u32; 0]);
    }
}

#[test]
fn what_is_no_process_says_where_and_why() {
    let profile = |factors| Arrivals::Profile { per_hour: 1.0, factors };
    let state = |per_hour, stay| ModulatedState { per_hour, mean_stay: span(stay) };
    let every = |period| Arrivals::Every { period: span(period), offset: TimeSpan::ZERO };
    let gap = Distribution::Gamma { mean: span("1s"), cv: -1.0 };
    for (arrivals, field, says) in [
        (poisson(0.0), "per_hour", "leave out the class"),
        (poisson(-1.0), "per_hour", "between 0 and 1e9"),
        (poisson(f64::NAN), "per_hour", "NaN"),
        (poisson(1e10), "per_hour", "between 0 and 1e9"),
        (Arrivals::Renewal { gap }, "gap.cv", "-1"),
        (Arrivals::Renewal { gap: Distribution::Values(vec![span("1ms")]) }, "gap[0]", "resolution: \"1ms\""),
        (Arrivals::MarkovModulated(vec![]), "", "at least one state"),
        (Arrivals::MarkovModulated(vec![state(0.0, "1h")]), "[0].per_hour", "above 0"),
        (Arrivals::MarkovModulated(vec![state(1.0, "1h"), state(1.0, "0s")]), "[1].mean_stay", "above 0"),
        (Arrivals::MarkovModulated(vec![state(-1.0, "1h")]), "[0].per_hour", "between 0"),
        (profile(vec![1.0; 7]), "factors", "24 (hours of the day) or 168"),
        (profile(vec![0.0; 24]), "factors", "above 0"),
        (profile(vec![-1.0; 24]), "factors[0]", "between 0"),
        (profile(vec![f64::INFINITY; 24]), "factors[0]", "inf"),
        (profile(vec![1.0; 24]), "", "`start: \"2026-03-02T00:00\"`"),
        (Arrivals::At(vec![span("1s"), span("1.5s")]), "[1]", "resolution: \"100ms\""),
        (every("0s"), "period", "above 0"),
        (every("1ms"), "period", "resolution: \"1ms\""),
    ] {
        let error = BatchTimes::new(&arrivals, &setting(1)).unwrap_err();
        assert_eq!(error.field, field, "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}
