//! Reads objectives: `cost + 2 USD/h * waiting`, `wait_p95<=10m`.

mod words;

pub use words::share;

use super::{Bound, Constraint, Figure, Metric, Objective, Period, Stat, Term, Unserved};
use crate::diagnostic::{Code, Diagnostic, Text, did_you_mean};
use crate::scenario::Scenario;
use crate::scenario::schema::Expect;
use crate::stats::per_mille;
use crate::units::{Money, Price, TimeSpan};
use words::{NAMES, Part, metric, split_per};

/// What is written of an objective; flags go before the scenario.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// What is minimised; `None`: the cost.
    pub minimise: Option<Text>,
    /// What must hold; `None`: what `expect` says.
    pub subject_to: Option<Vec<Text>>,
}

/// What a reader must know.
struct Reader<'a> {
    scenario: &'a Scenario,
    currency: &'a str,
    period: Option<Period>,
}

/// The time that charts show, its limit, and the constraint that sets it.
type Latency = (Figure, Option<TimeSpan>, Option<usize>);

/// Reads what a sweep decides by. `span_h`: hours that rates divide by.
///
/// # Errors
/// Every mistake, at its place.
pub fn read(
    texts: &Texts,
    scenario: &Scenario,
    currency: &str,
    span_h: Option<f64>,
) -> Result<Objective, Vec<Diagnostic>> {
    let period = span_h.map(Period::of);
    let reader = Reader { scenario, currency, period };
    let mut found = Vec::new();
    let minimise = match &texts.minimise {
        Some(text) => reader.terms(Part::whole(text)).map_err(|error| found.push(error)).ok(),
        None => Some(vec![reader.cost()]),
    };
    let mut constraints = Vec::new();
    match &texts.subject_to {
        Some(list) => {
            for text in list {
                match reader.constraint(Part::whole(text)) {
                    Ok(constraint) => constraints.push(constraint),
                    Err(error) => found.push(error),
                }
            }
        }
        None => {
            constraints.extend(scenario.expect.iter().filter_map(|expect| reader.expected(expect)));
            let is_rate = |expect: &Expect| matches!(expect, Expect::CostPerDayAtMost { .. });
            if period.is_none() && scenario.expect.iter().any(is_rate) {
                let message = "`expect` limits the cost per day, and there is no span of time to divide by";
                let help = "set a horizon, or say what must hold: --subject-to \"cost<=500 USD\" limits the whole run";
                found.push(Diagnostic::new(Code::ObjectiveValue, message).help(help));
            }
        }
    }
    let Some(terms) = minimise.filter(|_| found.is_empty()) else { return Err(found) };
    let (latency, latency_limit, latency_of) = reader.latency(&terms, &constraints);
    let name = terms.iter().map(|term| reader.term_name(term)).collect::<Vec<_>>().join(" + ");
    let unit = reader.unit(&terms);
    let currency = currency.to_owned();
    Ok(Objective { terms, constraints, period, currency, name, unit, latency, latency_limit, latency_of })
}

impl Reader<'_> {
    fn cost(&self) -> Term {
        Term { weight: 1.0, figure: self.figure(Metric::Cost, None) }
    }

    /// A figure with its name.
    fn figure(&self, metric: Metric, cluster: Option<usize>) -> Figure {
        let stat = |of: &str, stat: Stat| match stat {
            Stat::Mean => format!("mean {of}"),
            Stat::Max => format!("longest {of}"),
            Stat::Percentile(p) => format!("p{} {of}", f64::from(p) / 10.0),
        };
        let name = match metric {
            Metric::Cost => "cost".to_owned(),
            Metric::WholeCost => "cost of the run".to_owned(),
            Metric::NodeHours => "node-hours".to_owned(),
            Metric::WholeNodeHours => "node-hours of the run".to_owned(),
            Metric::Waiting => "waiting".to_owned(),
            Metric::Wait(s) => stat("wait", s),
            Metric::Turnaround(s) => stat("turnaround", s),
            Metric::StartedWithin(limit) => format!("started within {limit}"),
            Metric::StartedLate(limit) => format!("not started within {limit}"),
            Metric::Utilisation => "utilisation".to_owned(),
            Metric::Jobs(Unserved::Rejected) => "jobs rejected".to_owned(),
            Metric::Jobs(Unserved::Failed) => "jobs failed".to_owned(),
            Metric::Jobs(Unserved::Unfinished) => "jobs unfinished".to_owned(),
        };
        let name = match cluster {
            Some(i) => format!("{}: {name}", self.scenario.clusters[i].name),
            None => name,
        };
        Figure { metric, cluster, name }
    }

    /// `cost`, `2 * node_hours`, `5 USD/h * waiting`, each after a `+`.
    fn terms(&self, whole: Part<'_>) -> Result<Vec<Term>, Diagnostic> {
        if whole.text.is_empty() {
            return Err(whole.error(
                Code::ObjectiveUnknown,
                "nothing is minimised",
                "empty",
                "write for example cost",
            ));
        }
        let mut terms = Vec::new();
        let mut from = 0;
        for to in whole.text.match_indices('+').map(|(at, _)| at).chain([whole.text.len()]) {
            terms.push(self.term(whole.part(from..to), whole)?);
            from = to + 1;
        }
        Ok(terms)
    }

    fn term(&self, piece: Part<'_>, whole: Part<'_>) -> Result<Term, Diagnostic> {
        let term = self.weighted(piece, whole)?;
        if matches!(term.figure.metric, Metric::StartedWithin(_) | Metric::Utilisation) {
            let help = "minimise started_late(LIMIT), or write it as a constraint: --subject-to \"started_within(10m)>=95%\"";
            let message = format!("less {} is not better", term.figure.name);
            return Err(piece.error(Code::ObjectiveValue, message, "more is better", help));
        }
        Ok(term)
    }

    fn weighted(&self, piece: Part<'_>, whole: Part<'_>) -> Result<Term, Diagnostic> {
        let Some(star) = piece.text.find('*') else {
            let figure = self.named(piece)?;
            let in_sum = whole.text.contains('+');
            let money_or_hours = matches!(figure.metric, Metric::Cost | Metric::NodeHours);
            if in_sum && !money_or_hours {
                let message = format!("{} cannot be added to money as it is", figure.name);
                let help = format!("say what it costs: 2 USD/h * {}", piece.text);
                return Err(piece.error(Code::ObjectiveValue, message, "without a price", help));
            }
            return Ok(Term { weight: 1.0, figure });
        };
        let (weight, name) = (piece.part(0..star), piece.part(star + 1..piece.text.len()));
        let figure = self.named(name)?;
        Ok(Term { weight: self.weight(weight, &figure)?, figure })
    }

    /// What one unit of a figure counts.
    fn weight(&self, piece: Part<'_>, figure: &Figure) -> Result<f64, Diagnostic> {
        let wrong = |message: String, help: &str| {
            Err(piece.error(Code::ObjectiveValue, message, "not a weight of it", help))
        };
        if let Ok(price) = piece.text.parse::<Price>() {
            if price.currency != self.currency {
                let message =
                    format!("the price is in {}, the scenario's are in {}", price.currency, self.currency);
                return wrong(message, "write it in the currency of the scenario's prices");
            }
            return match figure.metric {
                // Seconds cost a 3,600th of an hour each.
                Metric::Wait(_) | Metric::Turnaround(_) => Ok(price.per_h / 3600.0),
                Metric::Waiting | Metric::NodeHours => Ok(price.per_h),
                _ => wrong(format!("{} is not a time", figure.name), "write a plain number, as 2 * cost"),
            };
        }
        let is_time = matches!(figure.metric, Metric::Wait(_) | Metric::Turnaround(_) | Metric::Waiting);
        match piece.text.parse::<f64>() {
            Ok(_) if is_time => {
                let message = format!("{:?} does not say what {} costs", piece.text, figure.name);
                wrong(message, "write a price of the time, as 2 USD/h")
            }
            Ok(weight) if weight.is_finite() && weight > 0.0 => Ok(weight),
            _ => wrong(
                format!("{:?} is no weight", piece.text),
                "write a number above 0, as 0.5, or a price of time, as 2 USD/h",
            ),
        }
    }

    /// A figure by its name, with the cluster's before it or without.
    fn named(&self, piece: Part<'_>) -> Result<Figure, Diagnostic> {
        if let Some(metric) = metric(piece)? {
            return Ok(self.figure(metric, None));
        }
        for (at, _) in piece.text.match_indices('.') {
            let (name, rest) = (piece.part(0..at), piece.part(at + 1..piece.text.len()));
            let cluster = self.scenario.clusters.iter().position(|cluster| cluster.name == name.text);
            let Some(metric) = metric(rest)? else { continue };
            let Some(cluster) = cluster else {
                let names: Vec<&str> = self.scenario.clusters.iter().map(|c| c.name.as_str()).collect();
                let message = format!("the scenario has no cluster {:?}", name.text);
                let help = did_you_mean("cluster", name.text, names);
                return Err(name.error(Code::ObjectiveUnknown, message, "no cluster", help));
            };
            return Ok(self.figure(metric, Some(cluster)));
        }
        let message = format!("{:?} is nothing that a sweep can judge", piece.text);
        let help = did_you_mean("figure", piece.text, NAMES);
        Err(piece.error(Code::ObjectiveUnknown, message, "unknown", help))
    }

    fn constraint(&self, whole: Part<'_>) -> Result<Constraint, Diagnostic> {
        let signs =
            [("<=", Bound::AtMost), ("≤", Bound::AtMost), (">=", Bound::AtLeast), ("≥", Bound::AtLeast)];
        let sign = signs
            .into_iter()
            .filter_map(|(sign, bound)| Some((whole.text.find(sign)?, sign, bound)))
            .min_by_key(|s| s.0);
        let Some((at, sign, bound)) = sign else {
            let message = format!("{:?} limits nothing", whole.text);
            let help = "write FIGURE<=LIMIT or FIGURE>=LIMIT, as wait_p95<=10m or started_within(10m)>=95%";
            return Err(whole.error(Code::ObjectiveValue, message, "no <= or >=", help));
        };
        let (name, value) = (whole.part(0..at), whole.part(at + sign.len()..whole.text.len()));
        let figure = self.named(name)?;
        let more_is_better = matches!(figure.metric, Metric::StartedWithin(_) | Metric::Utilisation);
        let expected = if more_is_better { Bound::AtLeast } else { Bound::AtMost };
        if bound != expected {
            let right = if more_is_better { ">=" } else { "<=" };
            let message = format!("{} is limited from the wrong side", figure.name);
            let help = format!("write {}{right}{}", name.text, value.text);
            return Err(whole.error(Code::ObjectiveValue, message, "holds for what is bad", help));
        }
        self.limited(figure, bound, value)
    }

    /// A constraint with its limit read.
    fn limited(&self, mut figure: Figure, bound: Bound, value: Part<'_>) -> Result<Constraint, Diagnostic> {
        let wrong = |message: String, help: String| {
            Err(value.error(Code::ObjectiveValue, message, "not a limit of it", help))
        };
        let cluster = figure.cluster;
        let (limit, time) = match figure.metric {
            Metric::Wait(_) | Metric::Turnaround(_) => match value.text.parse::<TimeSpan>() {
                Ok(span) => (span.as_s(), Some(span)),
                Err(error) => {
                    let said = error.to_string();
                    let (message, help) = said.split_once("; ").unwrap_or((&said, "write for example 10m"));
                    return wrong(message.to_owned(), help.to_owned());
                }
            },
            Metric::StartedWithin(_) | Metric::StartedLate(_) | Metric::Utilisation => {
                match share(value.text) {
                    Some(share) => (share, None),
                    None => {
                        let message = format!("{:?} is no share", value.text);
                        return wrong(message, "write 95% or 0.95".to_owned());
                    }
                }
            }
            Metric::Jobs(_) => match value.text.parse::<u32>() {
                Ok(jobs) => (jobs.into(), None),
                Err(_) => {
                    let message = format!("{:?} is no number of jobs", value.text);
                    return wrong(message, "write 0 or more, of each replication".to_owned());
                }
            },
            Metric::Cost | Metric::WholeCost => {
                let (amount, per) = split_per(value.text);
                let Ok(money) = amount.parse::<Money>() else {
                    let message = format!("{:?} is no cost", value.text);
                    return wrong(message, format!("write for example \"500 {}/week\"", self.currency));
                };
                if money.currency != self.currency {
                    let message = format!(
                        "the limit is in {}, the scenario's prices are in {}",
                        money.currency, self.currency
                    );
                    return wrong(message, format!("write it in {}", self.currency));
                }
                figure = self.figure(if per.is_some() { Metric::Cost } else { Metric::WholeCost }, cluster);
                (self.per_period(money.amount, per, value)?, None)
            }
            Metric::NodeHours | Metric::WholeNodeHours | Metric::Waiting => {
                let (amount, per) = split_per(value.text);
                let amount = amount.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
                let Some(amount) = amount else {
                    let message = format!("{:?} is no number of hours", value.text);
                    return wrong(
                        message,
                        "write for example 500/week, or 2000 for the whole run".to_owned(),
                    );
                };
                match (figure.metric, per) {
                    (Metric::Waiting, None) => {
                        let message = "a limit of waiting needs its period".to_owned();
                        return wrong(message, format!("write {amount}/week (job-hours in the queue)"));
                    }
                    (Metric::Waiting, _) => {}
                    (_, None) => figure = self.figure(Metric::WholeNodeHours, cluster),
                    _ => figure = self.figure(Metric::NodeHours, cluster),
                }
                (self.per_period(amount, per, value)?, None)
            }
        };
        let sign = if bound == Bound::AtMost { "≤" } else { "≥" };
        let text = format!("{} {sign} {}", figure.name, value.text);
        Ok(Constraint { figure, bound, limit, time, text })
    }

    /// An amount in the period of the sweep.
    fn per_period(&self, amount: f64, per: Option<&str>, value: Part<'_>) -> Result<f64, Diagnostic> {
        let hours = match per {
            None => return Ok(amount),
            Some("h" | "hour") => 1.0,
            Some("d" | "day") => 24.0,
            Some("w" | "week") => 168.0,
            Some("month") => 730.0,
            Some(other) => {
                let message = format!("{other:?} is no period of a limit");
                return Err(value.error(
                    Code::ObjectiveValue,
                    message,
                    "unknown period",
                    "write /day, /week or /month",
                ));
            }
        };
        match self.period {
            Some(period) => Ok(amount * f64::from(period.hours) / hours),
            None => {
                let message = "there is no span of time to divide by";
                let help = "set a horizon, or limit the whole run: leave the period out";
                Err(value.error(Code::ObjectiveValue, message, "a rate", help))
            }
        }
    }

    /// What `expect` says.
    fn expected(&self, expect: &Expect) -> Option<Constraint> {
        let of = |cluster: &Option<String>| match cluster {
            Some(name) => self.scenario.clusters.iter().position(|c| c.name == *name).map(Some),
            None => Some(None),
        };
        let make =
            |metric, cluster: &Option<String>, bound, limit: f64, time: Option<TimeSpan>, said: String| {
                let figure = self.figure(metric, of(cluster)?);
                let sign = if bound == Bound::AtMost { "≤" } else { "≥" };
                let text = format!("{} {sign} {said}", figure.name);
                Some(Constraint { figure, bound, limit, time, text })
            };
        let timed = |metric, cluster, limit: &TimeSpan| {
            make(metric, cluster, Bound::AtMost, limit.as_s(), Some(*limit), limit.to_string())
        };
        let percent = |share: f64| format!("{} %", share * 100.0);
        let jobs = |which, limit: u64| {
            make(Metric::Jobs(which), &None, Bound::AtMost, limit as f64, None, limit.to_string())
        };
        match expect {
            Expect::WaitAtMost { percentile, limit, cluster } => {
                timed(Metric::Wait(Stat::Percentile(per_mille(*percentile)?)), cluster, limit)
            }
            Expect::TurnaroundAtMost { percentile, limit, cluster } => {
                timed(Metric::Turnaround(Stat::Percentile(per_mille(*percentile)?)), cluster, limit)
            }
            Expect::MeanWaitAtMost { limit, cluster } => timed(Metric::Wait(Stat::Mean), cluster, limit),
            Expect::StartedWithin { limit, share, cluster } => {
                make(Metric::StartedWithin(*limit), cluster, Bound::AtLeast, *share, None, percent(*share))
            }
            Expect::CostAtMost { limit, cluster } => {
                make(Metric::WholeCost, cluster, Bound::AtMost, limit.amount, None, limit.to_string())
            }
            Expect::CostPerDayAtMost { limit, cluster } => {
                let in_period = limit.amount * f64::from(self.period?.hours) / 24.0;
                make(Metric::Cost, cluster, Bound::AtMost, in_period, None, format!("{limit}/day"))
            }
            Expect::UtilisationAtLeast { share, cluster } => {
                make(Metric::Utilisation, cluster, Bound::AtLeast, *share, None, percent(*share))
            }
            Expect::RejectedAtMost(limit) => jobs(Unserved::Rejected, *limit),
            Expect::FailedAtMost(limit) => jobs(Unserved::Failed, *limit),
            Expect::UnfinishedAtMost(limit) => jobs(Unserved::Unfinished, *limit),
        }
    }

    /// The time that charts show, its limit, and the number of the constraint that sets it: that of the first constraint on
    /// one, else what is minimised, else the wait's p95.
    fn latency(&self, terms: &[Term], constraints: &[Constraint]) -> Latency {
        for (i, constraint) in constraints.iter().enumerate() {
            let (share, limit) = match constraint.figure.metric {
                Metric::Wait(_) | Metric::Turnaround(_) => {
                    return (constraint.figure.clone(), constraint.time, Some(i));
                }
                Metric::StartedWithin(limit) => (constraint.limit, limit),
                Metric::StartedLate(limit) => (1.0 - constraint.limit, limit),
                _ => continue,
            };
            // A share between tenths of a percent is no percentile of a picture.
            if let Some(p) = per_mille(share * 100.0) {
                let figure = self.figure(Metric::Wait(Stat::Percentile(p)), constraint.figure.cluster);
                return (figure, Some(limit), Some(i));
            }
        }
        let minimised = terms.iter().map(|term| &term.figure);
        let mut times = minimised.filter(|f| matches!(f.metric, Metric::Wait(_) | Metric::Turnaround(_)));
        let wait = || self.figure(Metric::Wait(Stat::Percentile(950)), None);
        (times.next().cloned().unwrap_or_else(wait), None, None)
    }

    fn term_name(&self, term: &Term) -> String {
        let figure = &term.figure;
        match figure.metric {
            Metric::Wait(_) | Metric::Turnaround(_) | Metric::Waiting if term.weight != 1.0 => {
                let hours = if figure.metric == Metric::Waiting { 1.0 } else { 3600.0 };
                // As it was written: a division by 3,600 and back leaves a rest.
                let per_h = (term.weight * hours * 1e9).round() / 1e9;
                format!("{per_h} {}/h × {}", self.currency, figure.name)
            }
            _ if term.weight == 1.0 => figure.name.clone(),
            _ => format!("{} × {}", term.weight, figure.name),
        }
    }

    fn unit(&self, terms: &[Term]) -> String {
        let per = |unit: &str| match self.period {
            Some(period) => format!("{unit}/{}", period.name),
            None => unit.to_owned(),
        };
        match terms {
            [Term { figure, weight }] if *weight == 1.0 => match figure.metric {
                Metric::Cost => per(self.currency),
                Metric::WholeCost => self.currency.to_owned(),
                Metric::NodeHours => per("node-h"),
                Metric::WholeNodeHours => "node-h".to_owned(),
                Metric::Waiting => per("job-h"),
                Metric::Wait(_) | Metric::Turnaround(_) => "s".to_owned(),
                Metric::StartedWithin(_) | Metric::StartedLate(_) | Metric::Utilisation => "share".to_owned(),
                Metric::Jobs(_) => "jobs".to_owned(),
            },
            terms if terms.iter().all(|t| matches!(t.figure.metric, Metric::Cost | Metric::Waiting)) => {
                per(self.currency)
            }
            _ => String::new(),
        }
    }
}
