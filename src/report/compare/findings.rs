//! What came of a comparison, in sentences.

use super::{Compared, Comparison, Verdict};
use crate::report::figures::{WAIT_LIMIT, WITHIN_SHARE};
use crate::report::replications::ReplicatedThreshold;
use crate::report::units::{self, duration_s, percent, percent_down};
use serde::Serialize;

/// Whether a finding is welcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// B is better in this.
    Better,
    /// B is worse in this.
    Worse,
    /// Neither, or it cannot be told.
    Neutral,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Key of the figure it is about.
    pub figure: &'static str,
    /// Whether it is welcome.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

/// What kind of number a figure is.
#[derive(Clone, Copy)]
enum Kind {
    Money,
    Seconds,
    Jobs,
    Share,
}

/// A figure that gets a sentence.
struct Headline {
    key: &'static str,
    kind: Kind,
    /// What it is, as the subject of a sentence.
    subject: &'static str,
    /// What B does where it is lower or higher, before and after the amount: `B costs` 3 USD `a day less`.
    verb: &'static str,
    lower: &'static str,
    higher: &'static str,
    lower_is_better: bool,
    /// Left out where both are the same.
    optional: bool,
}

const COST_PER_DAY: Headline = Headline {
    key: "cost_per_day",
    kind: Kind::Money,
    subject: "The cost a day",
    verb: "B costs",
    lower: "a day less",
    higher: "a day more",
    lower_is_better: true,
    optional: false,
};

const OTHERS: [Headline; 9] = [
    Headline {
        key: "steady_wait_mean_s",
        kind: Kind::Seconds,
        subject: "The mean wait in the steady state",
        verb: "In the steady state, the mean wait is",
        lower: "shorter in B",
        higher: "longer in B",
        lower_is_better: true,
        optional: false,
    },
    Headline {
        key: "steady_wait_p95_s",
        kind: Kind::Seconds,
        subject: "The 95th percentile of waits in the steady state",
        verb: "In the steady state, the 95th percentile of waits is",
        lower: "shorter in B",
        higher: "longer in B",
        lower_is_better: true,
        optional: false,
    },
    Headline {
        key: "wait_mean_s",
        kind: Kind::Seconds,
        subject: "The mean wait",
        verb: "The mean wait is",
        lower: "shorter in B",
        higher: "longer in B",
        lower_is_better: true,
        optional: false,
    },
    Headline {
        key: "wait_p95_s",
        kind: Kind::Seconds,
        subject: "The 95th percentile of waits",
        verb: "The 95th percentile of waits is",
        lower: "shorter in B",
        higher: "longer in B",
        lower_is_better: true,
        optional: false,
    },
    Headline {
        key: WITHIN_SHARE,
        kind: Kind::Share,
        subject: "The share of jobs that start within WAIT",
        verb: "B starts",
        lower: "fewer of its jobs within WAIT",
        higher: "more of its jobs within WAIT",
        lower_is_better: false,
        optional: false,
    },
    jobs("jobs_completed", "The number of completed jobs", "B completes", "fewer", "more", false),
    jobs("jobs_rejected", "The number of rejected jobs", "B rejects", "fewer", "more", true),
    jobs(
        "jobs_timed_out",
        "The number of jobs that time out",
        "B has",
        "fewer time out",
        "more time out",
        true,
    ),
    jobs(
        "jobs_queued",
        "The number of jobs left queued",
        "B leaves",
        "fewer queued at the end",
        "more queued at the end",
        true,
    ),
];

const fn jobs(
    key: &'static str,
    subject: &'static str,
    verb: &'static str,
    lower: &'static str,
    higher: &'static str,
    lower_is_better: bool,
) -> Headline {
    Headline { key, kind: Kind::Jobs, subject, verb, lower, higher, lower_is_better, optional: true }
}

/// The sentences, the most important first.
pub(super) fn findings(comparison: &Comparison) -> Vec<Finding> {
    let Some(total) = comparison.total() else { return Vec::new() };
    let currency = comparison.currency.as_deref().unwrap_or_default();
    let mut found = Vec::new();
    // Without a span to divide by there is no cost a day.
    let whole =
        Headline { key: "cost_total", subject: "The cost", lower: "less", higher: "more", ..COST_PER_DAY };
    let cost = if total.get(COST_PER_DAY.key).is_some() { COST_PER_DAY } else { whole };
    for headline in std::iter::once(&cost).chain(&OTHERS) {
        if let Some(compared) = total.get(headline.key)
            && !(headline.optional && compared.verdict == Verdict::Same)
        {
            let mut finding = headline.finding(compared, currency);
            if headline.key == WITHIN_SHARE
                && let Some(limit) = total.get(WAIT_LIMIT)
            {
                finding.text = finding.text.replace("WAIT", &duration_s(limit.paired.a));
            }
            found.push(finding);
        }
    }
    let differ = !comparison.pairing.same_arrivals();
    // More jobs of another workload are neither good nor bad.
    for finding in found.iter_mut().filter(|f| differ && f.figure.starts_with("jobs_")) {
        finding.tone = Tone::Neutral;
    }
    found.extend(missed(comparison, currency));
    found
}

/// Thresholds that one of the two misses, or both.
fn missed(comparison: &Comparison, currency: &str) -> Vec<Finding> {
    let n = comparison.replications;
    let (of_a, of_b) = (&comparison.a.thresholds, &comparison.b.thresholds);
    let met = |t: &ReplicatedThreshold| match n {
        1 => t.threshold.judged(currency),
        _ => format!("met in {} of {n}", t.met_in),
    };
    let condition = |t: &ReplicatedThreshold| t.threshold.condition(currency);
    let partner = |t: &ReplicatedThreshold, others: &[ReplicatedThreshold]| {
        others.iter().find(|other| condition(other) == condition(t)).cloned()
    };
    let finding = |tone, text| Finding { figure: "threshold", tone, text };
    let mut found = Vec::new();
    for a in of_a.iter().filter(|t| !t.threshold.met) {
        found.push(match partner(a, of_b) {
            Some(b) if b.threshold.met => {
                finding(Tone::Better, format!("B meets {}, which A misses: {}.", condition(a), met(a)))
            }
            Some(b) => {
                let text = match n {
                    1 => format!("A and B miss {}: {} and {}.", condition(a), met(a), met(&b)),
                    _ => {
                        format!("A and B miss {}: met in {} and {} of {n}.", condition(a), a.met_in, b.met_in)
                    }
                };
                finding(Tone::Neutral, text)
            }
            None => finding(Tone::Neutral, format!("A misses {}: {}.", condition(a), met(a))),
        });
    }
    for b in of_b.iter().filter(|t| !t.threshold.met) {
        match partner(b, of_a) {
            Some(a) if !a.threshold.met => {}
            Some(_) => {
                found.push(finding(Tone::Worse, format!("B misses {}: {}.", condition(b), met(b))));
            }
            None => found.push(finding(Tone::Neutral, format!("B misses {}: {}.", condition(b), met(b)))),
        }
    }
    found
}

impl Headline {
    fn finding(&self, compared: &Compared, currency: &str) -> Finding {
        let p = &compared.paired;
        let mean = p.difference.mean;
        let tone = match compared.verdict {
            Verdict::Same | Verdict::NotSeparated | Verdict::OneDraw => Tone::Neutral,
            Verdict::Lower if self.lower_is_better => Tone::Better,
            Verdict::Higher if !self.lower_is_better => Tone::Better,
            Verdict::Lower | Verdict::Higher => Tone::Worse,
        };
        let decimals = units::decimals(p.a.abs().max(p.b.abs()));
        let show = |x: f64| self.show(x, decimals);
        let change = |x: f64| match self.kind {
            // In points of per cent, not in per cent of anything.
            Kind::Share => format!("{:.1} pp", x.abs() * 100.0),
            _ => self.show(x.abs(), decimals),
        };
        let signed = |x: f64| signed(x, &change(x));
        let unit = match self.kind {
            Kind::Money => format!(" {currency}"),
            Kind::Seconds | Kind::Share => String::new(),
            Kind::Jobs => " jobs".to_owned(),
        };
        let interval = p.interval().map(|(low, high)| match low < high {
            true => format!("95 % interval {} to {}", signed(low), signed(high)),
            false => "in every replication".to_owned(),
        });
        let relative = p.relative().filter(|_| !matches!(self.kind, Kind::Share)).map(signed_percent);
        let instead = format!("{} instead of {}{unit}", show(p.b), show(p.a));
        let bracket = |parts: [Option<String>; 2]| {
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
        };
        let direction = if mean < 0.0 { self.lower } else { self.higher };
        let moved = || format!("{} {}{unit} {direction}: {instead}", self.verb, change(mean));
        let text = match compared.verdict {
            Verdict::Same => format!("{} is the same: {}{unit}.", self.subject, show(p.a)),
            Verdict::Lower | Verdict::Higher => format!("{}{}.", moved(), bracket([relative, interval])),
            Verdict::OneDraw if mean == 0.0 => {
                format!("{} is the same in this one draw: {}{unit}.", self.subject, show(p.a))
            }
            Verdict::OneDraw => {
                format!("In this one draw: {}{}.", lower_first(&moved()), bracket([relative, None]))
            }
            Verdict::NotSeparated => format!(
                "No difference in {} is separated from 0: B − A is {}{unit}{}.",
                lower_first(self.subject),
                signed(mean),
                bracket([interval, None])
            ),
        };
        Finding { figure: self.key, tone, text }
    }

    fn show(&self, x: f64, decimals: usize) -> String {
        match self.kind {
            Kind::Money => units::amount_to(x, decimals),
            Kind::Seconds => duration_s(x),
            Kind::Share => percent_down(x),
            Kind::Jobs if x.fract() == 0.0 => units::whole(x as u64),
            Kind::Jobs => units::short(x),
        }
    }
}

/// A number with its sign; the minus is that of print.
pub(in crate::report) fn signed(x: f64, magnitude: &str) -> String {
    let sign = if x < 0.0 { "−" } else { "+" };
    // What rounds to nothing has no sign.
    let nothing = !magnitude.contains(|c: char| c.is_ascii_digit() && c != '0');
    if nothing { magnitude.to_owned() } else { format!("{sign}{magnitude}") }
}

/// A share with its sign: `−12 %`.
pub(in crate::report) fn signed_percent(share: f64) -> String {
    signed(share, &percent(share.abs()))
}

/// `B` keeps its capital: it is a name.
fn lower_first(text: &str) -> String {
    text.strip_prefix("The ").map_or_else(|| text.to_owned(), |rest| format!("the {rest}"))
}
