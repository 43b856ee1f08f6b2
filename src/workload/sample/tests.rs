//! Every distribution against theory and against `rand_distr`; all at fixed seeds, so a test passes always or
//! never. The bounds are those of one test in a thousand.

use super::*;
use crate::rng::{Draw, fnv1a64};
use crate::scenario::schema::Phase;
use rand_distr::Distribution as _;
use statrs::function::gamma::gamma_lr;

/// Critical value of the Kolmogorov–Smirnov statistic times √n, at 0.001.
const KS_0001: f64 = 1.95;
const N: u64 = 100_000;

pub(super) fn span(text: &str) -> TimeSpan {
    text.parse().unwrap()
}

pub(super) fn stream(name: &str) -> Stream {
    Stream::new(20_261_123, 0, "test", name)
}

type Cdf = Box<dyn Fn(f64) -> f64>;

struct Case {
    name: &'static str,
    distribution: Distribution,
    /// In seconds.
    cdf: Cdf,
    mean_s: f64,
    cv: f64,
}

fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

fn log_normal_cdf(mu: f64, sigma: f64) -> Cdf {
    Box::new(move |x| normal_cdf((x.ln() - mu) / sigma))
}

/// Continuous distributions with their theory, from textbooks and not from the code above.
fn cases() -> Vec<Case> {
    let phases = vec![Phase { weight: 3.0, mean: span("10s") }, Phase { weight: 1.0, mean: span("200s") }];
    let (mean_log, var_log) = (0.64_f64.ln_1p(), 0.64_f64.ln_1p());
    vec![
        Case {
            name: "uniform",
            distribution: Distribution::Uniform { low: span("10s"), high: span("50s") },
            cdf: Box::new(|x| (x - 10.0) / 40.0),
            mean_s: 30.0,
            cv: 40.0 / 12.0_f64.sqrt() / 30.0,
        },
        Case {
            name: "exponential",
            distribution: Distribution::Exponential { mean: span("90s") },
            cdf: Box::new(|x| 1.0 - (-x / 90.0).exp()),
            mean_s: 90.0,
            cv: 1.0,
        },
        Case {
            name: "lognormal",
            distribution: Distribution::LogNormal { mean: span("100s"), cv: 0.8 },
            cdf: log_normal_cdf(100.0_f64.ln() - mean_log / 2.0, var_log.sqrt()),
            mean_s: 100.0,
            cv: 0.8,
        },
        Case {
            name: "lognormal_median_p90",
            distribution: Distribution::LogNormalMedianP90 { median: span("4m"), p90: span("9m") },
            cdf: log_normal_cdf(240.0_f64.ln(), 2.25_f64.ln() / 1.281_551_565_544_6),
            mean_s: 240.0 * ((2.25_f64.ln() / 1.281_551_565_544_6).powi(2) / 2.0).exp(),
            cv: (2.25_f64.ln() / 1.281_551_565_544_6).powi(2).exp_m1().sqrt(),
        },
        Case {
            name: "gamma",
            distribution: Distribution::Gamma { mean: span("100s"), cv: 0.5 },
            cdf: Box::new(|x| gamma_lr(4.0, x / 25.0)),
            mean_s: 100.0,
            cv: 0.5,
        },
        Case {
            name: "gamma_below_1",
            distribution: Distribution::Gamma { mean: span("100s"), cv: 2.0 },
            cdf: Box::new(|x| gamma_lr(0.25, x / 400.0)),
            mean_s: 100.0,
            cv: 2.0,
        },
        Case {
            name: "weibull",
            distribution: Distribution::Weibull { scale: span("100s"), shape: 2.0 },
            cdf: Box::new(|x| 1.0 - (-(x / 100.0).powi(2)).exp()),
            mean_s: 50.0 * std::f64::consts::PI.sqrt(),
            cv: (4.0 / std::f64::consts::PI - 1.0).sqrt(),
        },
        Case {
            name: "weibull_below_1",
            distribution: Distribution::Weibull { scale: span("100s"), shape: 0.5 },
            cdf: Box::new(|x| 1.0 - (-(x / 100.0).sqrt()).exp()),
            mean_s: 200.0,
            cv: 5.0_f64.sqrt(),
        },
        Case {
            name: "bounded_pareto",
            distribution: Distribution::BoundedPareto { low: span("1s"), high: span("100s"), shape: 1.0 },
            cdf: Box::new(|x| (1.0 - 1.0 / x) / 0.99),
            mean_s: 100.0_f64.ln() / 0.99,
            cv: (100.0 / (100.0_f64.ln() / 0.99).powi(2) - 1.0).sqrt(),
        },
        Case {
            name: "hyperexponential",
            distribution: Distribution::HyperExponential(phases),
            cdf: Box::new(|x| 1.0 - 0.75 * (-x / 10.0).exp() - 0.25 * (-x / 200.0).exp()),
            mean_s: 57.5,
            cv: ((2.0 * (0.75 * 100.0 + 0.25 * 40_000.0)) / (57.5 * 57.5) - 1.0_f64).sqrt(),
        },
    ]
}

fn sampler(distribution: &Distribution) -> Sampler {
    Sampler::new(distribution, Resolution::Ms1).unwrap()
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// Largest distance between an empirical distribution function and a true one.
fn ks(values: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    let n = values.len() as f64;
    let distance = |(i, x): (usize, f64)| {
        let p = cdf(x);
        (p - i as f64 / n).abs().max((p - (i + 1) as f64 / n).abs())
    };
    sorted(values).into_iter().enumerate().map(distance).fold(0.0, f64::max)
}

#[test]
fn samples_follow_their_distribution() {
    for case in cases() {
        let sampler = sampler(&case.distribution);
        let stream = stream(case.name);
        let values: Vec<f64> = (0..N).map(|i| sampler.sample_s(&stream, i)).collect();
        let distance = ks(values, case.cdf) * (N as f64).sqrt();
        assert!(distance < KS_0001, "{}: {distance}", case.name);
    }
}

/// The mean within 3.3 standard errors; the variance within 5 %, which is several standard errors for all but
/// the Weibull distribution of shape 0.5 (kurtosis 88: one is 3 %).
#[test]
fn samples_have_the_mean_and_the_variance_of_their_distribution() {
    let n = 4 * N;
    for case in cases() {
        let sampler = sampler(&case.distribution);
        let stream = stream(case.name);
        let values: Vec<f64> = (0..n).map(|i| sampler.sample_s(&stream, i)).collect();
        let mean = values.iter().sum::<f64>() / n as f64;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
        let deviation = case.cv * case.mean_s;
        let errors = (mean - case.mean_s) / (deviation / (n as f64).sqrt());
        assert!(errors.abs() < 3.3, "{}: mean {mean}, {errors} standard errors", case.name);
        let off = variance / (deviation * deviation) - 1.0;
        assert!(off.abs() < 0.05, "{}: variance off by {off}", case.name);
    }
}

#[test]
fn moments_are_those_of_theory() {
    for case in cases() {
        let sampler = sampler(&case.distribution);
        let (mean_s, cv) = (sampler.mean_s().unwrap(), sampler.cv().unwrap());
        assert!((mean_s / case.mean_s - 1.0).abs() < 1e-9, "{}: mean {mean_s}", case.name);
        assert!((cv / case.cv - 1.0).abs() < 1e-9, "{}: cv {cv}", case.name);
    }
    let of = |distribution| {
        let sampler = sampler(&distribution);
        (sampler.mean_s(), sampler.cv())
    };
    assert_eq!(of(Distribution::Constant(span("2s"))), (Some(2.0), Some(0.0)));
    assert_eq!(of(Distribution::Constant(span("0s"))), (Some(0.0), None));
    assert_eq!(of(Distribution::Values(vec![span("1s"), span("3s")])), (Some(2.0), Some(0.5)));
    assert_eq!(of(Distribution::Empirical(vec![span("1s"), span("3s")])), (Some(2.0), Some(0.5)));
    assert_eq!(of(Distribution::Weibull { scale: span("1s"), shape: 0.001 }), (None, None));
    // The logarithms in the moments of the bounded Pareto distribution, at shapes 1 and 2.
    let pareto = |shape| of(Distribution::BoundedPareto { low: span("1s"), high: span("100s"), shape });
    for shape in [1.0, 2.0] {
        let (here, near) = (pareto(shape), pareto(shape + 1e-6));
        assert!((here.0.unwrap() / near.0.unwrap() - 1.0).abs() < 1e-4, "{here:?} {near:?}");
        assert!((here.1.unwrap() / near.1.unwrap() - 1.0).abs() < 1e-4, "{here:?} {near:?}");
    }
}

/// `rand_distr` as an oracle: two samples of one distribution.
#[test]
fn samples_agree_with_rand_distr() {
    let n = 50_000;
    let oracle = |name: &str| -> Box<dyn Fn(&mut Draw) -> f64> {
        let log_normal = |mean, cv| rand_distr::LogNormal::from_mean_cv(mean, cv).unwrap();
        match name {
            "exponential" => Box::new(|d| rand_distr::Exp::new(1.0 / 90.0).unwrap().sample(d)),
            "lognormal" => Box::new(move |d| log_normal(100.0, 0.8).sample(d)),
            "gamma" => Box::new(|d| rand_distr::Gamma::new(4.0, 25.0).unwrap().sample(d)),
            "gamma_below_1" => Box::new(|d| rand_distr::Gamma::new(0.25, 400.0).unwrap().sample(d)),
            "weibull" => Box::new(|d| rand_distr::Weibull::new(100.0, 2.0).unwrap().sample(d)),
            "weibull_below_1" => Box::new(|d| rand_distr::Weibull::new(100.0, 0.5).unwrap().sample(d)),
            "bounded_pareto" => Box::new(|d| {
                let pareto = rand_distr::Pareto::new(1.0, 1.0).unwrap();
                loop {
                    let x: f64 = pareto.sample(d);
                    if x <= 100.0 {
                        return x;
                    }
                }
            }),
            "uniform" => Box::new(|d| rand_distr::Uniform::new(10.0, 50.0).unwrap().sample(d)),
            "lognormal_median_p90" => Box::new(|d| {
                let sigma = 2.25_f64.ln() / 1.281_551_565_544_6;
                rand_distr::LogNormal::new(240.0_f64.ln(), sigma).unwrap().sample(d)
            }),
            "hyperexponential" => Box::new(|d| {
                let short: f64 = rand_distr::Uniform::new(0.0, 1.0).unwrap().sample(d);
                let mean: f64 = if short < 0.75 { 10.0 } else { 200.0 };
                rand_distr::Exp::new(1.0 / mean).unwrap().sample(d)
            }),
            other => panic!("no oracle for {other}"),
        }
    };
    for case in cases() {
        let mut draw = stream("oracle").draw(fnv1a64(case.name.as_bytes()));
        let theirs = oracle(case.name);
        let theirs = sorted((0..n).map(|_| theirs(&mut draw)).collect());
        let below = |x: f64| theirs.partition_point(|y| *y <= x) as f64 / n as f64;
        let (sampler, stream) = (sampler(&case.distribution), stream(case.name));
        let ours = (0..n).map(|i| sampler.sample_s(&stream, i)).collect();
        let distance = ks(ours, below) * (n as f64 / 2.0).sqrt();
        assert!(distance < KS_0001, "{}: {distance}", case.name);
    }
}

#[test]
fn half_the_draws_are_below_the_median_and_nine_tenths_below_p90() {
    let sampler = sampler(&Distribution::LogNormalMedianP90 { median: span("4m"), p90: span("9m") });
    let stream = stream("quantiles");
    let share =
        |limit_s: f64| (0..N).filter(|i| sampler.sample_s(&stream, *i) <= limit_s).count() as f64 / N as f64;
    // 3.3 standard errors.
    assert!((share(240.0) - 0.5).abs() < 0.0053, "{}", share(240.0));
    assert!((share(540.0) - 0.9).abs() < 0.0032, "{}", share(540.0));
}

#[test]
fn empirical_values_are_equally_likely_and_listed_ones_come_in_turn() {
    let values = vec![span("1s"), span("2s"), span("2.5s")];
    let drawn = sampler(&Distribution::Empirical(values.clone()));
    let stream = stream("empirical");
    let mut seen = std::collections::BTreeMap::new();
    for i in 0..30_000 {
        *seen.entry(drawn.ticks(&stream, i)).or_insert(0) += 1;
    }
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), [1000, 2000, 2500]);
    assert!(seen.values().all(|n| (9_700..10_300).contains(n)), "{seen:?}");

    let listed = sampler(&Distribution::Values(values));
    assert_eq!((0..5).map(|i| listed.ticks(&stream, i)).collect::<Vec<_>>(), [1000, 2000, 2500, 1000, 2000]);
    assert_eq!(listed.ticks(&stream, u64::MAX), 1000);
    assert_eq!(listed.sample_s(&stream, 2), 2.5);
}

#[test]
fn a_draw_does_not_depend_on_the_draws_before_it() {
    for case in cases() {
        let (sampler, stream) = (sampler(&case.distribution), stream(case.name));
        let forward: Vec<Tick> = (0..1000).map(|i| sampler.ticks(&stream, i)).collect();
        let mut backward: Vec<Tick> = (0..1000).rev().map(|i| sampler.ticks(&stream, i)).collect();
        backward.reverse();
        assert_eq!(forward, backward, "{}", case.name);
    }
}

#[test]
fn drawn_durations_last_a_tick_and_are_capped() {
    let tiny = Distribution::Exponential { mean: TimeSpan::from_ns(1) };
    let (s, stream) = (Sampler::new(&tiny, Resolution::Min1).unwrap(), stream("bounds"));
    assert!((0..100).all(|i| s.ticks(&stream, i) == 1));
    let underflow = Distribution::Gamma { mean: span("1s"), cv: 1000.0 };
    assert!((0..1000).all(|i| sampler(&underflow).ticks(&stream, i) >= 1));
    let overflow = sampler(&Distribution::Weibull { scale: span("1s"), shape: 0.001 });
    let ticks: Vec<Tick> = (0..100).map(|i| overflow.ticks(&stream, i)).collect();
    assert!(ticks.contains(&DRAWN_MAX) && ticks.contains(&1), "{ticks:?}");
    let long = sampler(&Distribution::Uniform { low: span("500d"), high: span("500d") });
    assert_eq!(long.ticks(&stream, 0), DRAWN_MAX);
    let whole = sampler(&Distribution::Uniform { low: span("0s"), high: span("0s") });
    assert_eq!(whole.ticks(&stream, 0), 1, "0 has probability 0, so it stands for a tiny duration");
}

/// Any change of these is a change of every result: say so in the change log. A separate program (Python, with
/// its own Philox and the platform's mathematics) gives the same hashes.
#[test]
fn ticks_are_pinned() {
    let hash = |ticks: &mut dyn Iterator<Item = Tick>| {
        fnv1a64(&ticks.flat_map(Tick::to_le_bytes).collect::<Vec<_>>())
    };
    let found: Vec<(&str, u64)> = cases()
        .iter()
        .map(|case| {
            let (sampler, stream) = (sampler(&case.distribution), stream(case.name));
            (case.name, hash(&mut (0..4096).map(|i| sampler.ticks(&stream, i))))
        })
        .collect();
    let pinned = [
        ("uniform", 0x1873_6b8f_a266_bee9),
        ("exponential", 0x6c6c_5311_9be0_1450),
        ("lognormal", 0xe9fa_a646_2020_36a5),
        ("lognormal_median_p90", 0x632a_0c79_5ce3_01d6),
        ("gamma", 0x6093_0309_6508_93c5),
        ("gamma_below_1", 0xbeea_96ec_6116_fb14),
        ("weibull", 0x7757_43b0_2ee6_1460),
        ("weibull_below_1", 0x8762_e3d0_2753_4138),
        ("bounded_pareto", 0xf432_77c8_785a_30a2),
        ("hyperexponential", 0xd56a_b6c7_c332_3548),
    ];
    assert_eq!(found, pinned, "{found:#018x?}");
}

#[test]
fn what_is_no_distribution_says_where_and_why() {
    let s = |text: &str| span(text);
    let phase = |weight, mean: &str| Phase { weight, mean: span(mean) };
    for (distribution, field, says) in [
        (Distribution::Constant(s("1.5s")), "", "resolution: \"100ms\""),
        (Distribution::Constant(s("36500d")), "", "below 2^31"),
        (Distribution::Uniform { low: s("2s"), high: s("1s") }, "low", "not above `high`, which is 1s"),
        (Distribution::Exponential { mean: s("0s") }, "mean", "above 0"),
        (Distribution::LogNormal { mean: s("1s"), cv: 0.0 }, "cv", "between 0.001 and 1000"),
        (Distribution::LogNormal { mean: s("1s"), cv: f64::NAN }, "cv", "NaN"),
        (Distribution::LogNormal { mean: s("0s"), cv: 1.0 }, "mean", "above 0"),
        (
            Distribution::LogNormalMedianP90 { median: s("2s"), p90: s("2s") },
            "p90",
            "above the median, which is 2s",
        ),
        (Distribution::Gamma { mean: s("1s"), cv: -1.0 }, "cv", "-1"),
        (Distribution::Weibull { scale: s("1s"), shape: f64::INFINITY }, "shape", "inf"),
        (Distribution::Weibull { scale: s("0s"), shape: 1.0 }, "scale", "above 0"),
        (Distribution::BoundedPareto { low: s("0s"), high: s("1s"), shape: 1.0 }, "low", "above 0"),
        (Distribution::BoundedPareto { low: s("1s"), high: s("1s"), shape: 1.0 }, "high", "above `low`"),
        (Distribution::HyperExponential(vec![]), "", "at least one phase"),
        (Distribution::HyperExponential(vec![phase(1.0, "1s"), phase(0.0, "1s")]), "[1].weight", "above 0"),
        (Distribution::HyperExponential(vec![phase(1.0, "0s")]), "[0].mean", "above 0"),
        (Distribution::Empirical(vec![]), "", "at least one value"),
        (Distribution::Values(vec![]), "", "at least one value"),
        (Distribution::Values(vec![s("1s"), s("1.25s")]), "[1]", "resolution: \"10ms\""),
    ] {
        let error = Sampler::new(&distribution, Resolution::S1).unwrap_err();
        assert_eq!(error.field, field, "{error}");
        assert!(error.to_string().contains(says) && !error.help.is_empty(), "{error}");
    }
}
