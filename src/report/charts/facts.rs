//! What pictures take from `summary.json`.

use super::Data;
use crate::engine::output::Reason;
use crate::report::summary::FORMAT;
use crate::report::units::{count, duration_s};
use crate::report::warnings::words;
use serde_json::{Map, Value};

/// Why a `summary.json` cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SummaryError {
    /// Not JSON.
    #[error("line {line}, column {column}: {message}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// A key is missing or of another kind.
    #[error("there is no usable `{0}`")]
    Key(String),
    /// Nothing in it.
    #[error("it is empty")]
    Empty,
    /// A figure that no run has.
    #[error("`{key}` is {value}, which no run has")]
    Figure {
        /// Its key.
        key: String,
        /// What it is.
        value: f64,
    },
    /// Written by a newer program.
    #[error("its format is {0}, and this program reads formats up to {FORMAT}")]
    Newer(u64),
}

/// Figures of a scope, by key.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures(Map<String, Value>);

impl Figures {
    /// A figure; `None` where it is not defined.
    pub(super) fn get(&self, key: &str) -> Option<f64> {
        self.0.get(key)?.as_f64().filter(|x| x.is_finite())
    }

    /// A figure, 0 where it is not defined.
    pub(super) fn sum(&self, key: &str) -> f64 {
        self.get(key).unwrap_or(0.0)
    }
}

/// A cluster.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) name: String,
    pub(super) vm_size: String,
    pub(super) figures: Figures,
}

/// A threshold.
#[derive(Clone, Debug)]
pub(super) struct Threshold {
    pub(super) figure: String,
    pub(super) cluster: Option<String>,
    pub(super) limit: f64,
    pub(super) value: Option<f64>,
    pub(super) met: bool,
}

impl Threshold {
    /// Percentile of a threshold on waits, as `95`.
    pub(super) fn wait_percentile(&self) -> Option<&str> {
        self.figure.strip_prefix("wait p")
    }
}

/// Cost of a team.
#[derive(Clone, Debug)]
pub(super) struct Team {
    pub(super) name: String,
    pub(super) jobs: u64,
    pub(super) cost: f64,
}

/// What pictures take from a summary.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) scenario: String,
    pub(super) seed: u64,
    /// Several replications; these are the figures of the first.
    pub(super) replications: Option<u64>,
    pub(super) start: Option<jiff::Zoned>,
    pub(super) status: String,
    /// What jobs of a stuck run wait for, with their number, the most frequent first.
    pub(super) waiting_for: Vec<(Reason, u64)>,
    pub(super) end_s: f64,
    pub(super) currency: String,
    pub(super) thresholds: Vec<Threshold>,
    pub(super) total: Figures,
    pub(super) clusters: Vec<Cluster>,
    pub(super) teams: Vec<Team>,
}

impl Facts {
    /// Reads the text of the file.
    pub(super) fn parse(text: &str) -> Result<Self, SummaryError> {
        if text.trim().is_empty() {
            return Err(SummaryError::Empty);
        }
        let whole: Value = serde_json::from_str(text).map_err(|e| SummaryError::Json {
            line: e.line(),
            column: e.column().max(1),
            message: {
                let said = e.to_string();
                said.split(" at line ").next().unwrap_or("").to_owned()
            },
        })?;
        let format = whole.get("format").and_then(Value::as_u64);
        let format = format.ok_or_else(|| SummaryError::Key("format".to_owned()))?;
        if format > u64::from(FORMAT) {
            return Err(SummaryError::Newer(format));
        }
        let replications = whole.get("replications").and_then(Value::as_u64);
        let one = whole.get("first").unwrap_or(&whole);
        let list = |key: &str| {
            let list = one.get(key).and_then(Value::as_array);
            list.map(Vec::as_slice).ok_or_else(|| SummaryError::Key(key.to_owned()))
        };
        let clusters = list("clusters")?.iter().map(cluster).collect::<Result<_, _>>()?;
        let thresholds = list("thresholds")?.iter().map(threshold).collect::<Result<_, _>>()?;
        let teams = list("teams")?.iter().map(team).collect::<Result<_, _>>()?;
        let end_s = number(one, "end_s")?;
        if !(0.0..1e12).contains(&end_s) {
            return Err(SummaryError::Key("end_s".to_owned()));
        }
        Ok(Self {
            scenario: text_of(one, "scenario")?,
            seed: one.get("seed").and_then(Value::as_u64).unwrap_or(0),
            replications,
            start: start(one)?,
            status: text_of(one, "status")?,
            waiting_for: waiting_for(one),
            end_s,
            currency: text_of(one, "currency")?,
            thresholds,
            total: figures(one, "total")?,
            clusters,
            teams,
        })
    }

    /// Where the numbers are from, at the foot of every picture.
    pub(super) fn note(&self) -> String {
        let mut note = format!("Nodetide · {} · seed {}", self.scenario, self.seed);
        if let Some(n) = self.replications {
            note.push_str(&format!(" · the first of {}", count(n, "replication")));
        }
        note
    }

    /// The span of the run, as a subtitle has it: `28d from 2 Mar 2026`.
    pub(super) fn span(&self) -> String {
        let length = duration_s(self.end_s);
        match &self.start {
            Some(start) => format!("{length} from {}", start.strftime("%-d\u{a0}%b\u{a0}%Y")),
            None => format!("{length} simulated"),
        }
    }

    /// Which clusters, in a few words.
    pub(super) fn clusters_in_words(&self) -> String {
        match &self.clusters[..] {
            [one] => format!("cluster {} ({})", one.name, one.vm_size),
            several => count(several.len() as u64, "cluster").replace(' ', "\u{a0}"),
        }
    }

    /// Jobs that were left in the queue, running, or on their way back into it.
    pub(super) fn left(&self) -> u64 {
        let keys = ["jobs_queued", "jobs_running", "jobs_resubmitting"];
        keys.iter().map(|key| self.total.sum(key) as u64).sum()
    }

    /// Jobs in the queue at the end.
    pub(super) fn left_waiting(&self) -> u64 {
        self.total.sum("jobs_queued") as u64
    }

    /// What every picture has to say of a run that did not come to its end; empty where it did.
    pub(super) fn caveat(&self) -> String {
        let after = duration_s(self.end_s);
        let queued = count(self.total.sum("jobs_queued") as u64, "job");
        match self.status.as_str() {
            "stuck" => {
                let for_what = match self.waiting_for.first() {
                    Some((reason, _)) => format!(" for {}", words(*reason)),
                    None => String::new(),
                };
                format!(" Stuck after {after}: {queued} would wait{for_what} without end.")
            }
            "limit" => {
                format!(" Cut off after {after} at a bound of the simulator, with {queued} in the queue.")
            }
            "horizon" if self.left() > 0 => {
                let running = self.total.sum("jobs_running") as u64;
                let back = self.total.sum("jobs_resubmitting") as u64;
                let parts =
                    [(self.left_waiting(), "in the queue"), (running, "running"), (back, "to come back")];
                let parts = parts.into_iter().filter(|(n, _)| *n > 0);
                let parts: Vec<String> =
                    parts.map(|(n, what)| format!("{} {what}", count(n, "job"))).collect();
                format!(" Stopped at the horizon with {}.", parts.join(" and "))
            }
            _ => String::new(),
        }
    }

    /// Clusters of which pictures show so many, in scenario order: those with the most of a figure.
    pub(super) fn largest(&self, key: &str, at_most: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.clusters.len()).collect();
        let of = |c: usize| self.clusters[c].figures.sum(key);
        order.sort_by(|&a, &b| of(b).total_cmp(&of(a)));
        order.truncate(at_most);
        order.sort_unstable();
        order
    }
}

impl Data {
    /// A remark on clusters that are not shown; empty where all are.
    pub(super) fn not_shown(&self, shown: usize, most: &str) -> String {
        let all = self.summary.clusters.len();
        if shown < all { format!(" The {shown} clusters of {all} with most {most}.") } else { String::new() }
    }
}

fn waiting_for(value: &Value) -> Vec<(Reason, u64)> {
    let jobs = value.get("stuck").and_then(|stuck| stuck.get("jobs")).and_then(Value::as_array);
    let named = jobs.into_iter().flatten().filter_map(|job| job.get("waiting_for")?.as_str());
    let mut counts = [0_u64; Reason::COUNT];
    for name in named {
        if let Some(reason) = Reason::ALL.iter().find(|r| r.as_str() == name) {
            counts[*reason as usize] += 1;
        }
    }
    let mut found: Vec<(Reason, u64)> =
        Reason::ALL.iter().copied().zip(counts).filter(|(_, n)| *n > 0).collect();
    found.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    found
}

fn number(value: &Value, key: &str) -> Result<f64, SummaryError> {
    value.get(key).and_then(Value::as_f64).ok_or_else(|| SummaryError::Key(key.to_owned()))
}

fn text_of(value: &Value, key: &str) -> Result<String, SummaryError> {
    let text = value.get(key).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| SummaryError::Key(key.to_owned()))
}

fn object(value: &Value, key: &str) -> Result<Map<String, Value>, SummaryError> {
    value.get(key).and_then(Value::as_object).cloned().ok_or_else(|| SummaryError::Key(key.to_owned()))
}

/// Figures of a scope; all of them are sums, times or shares.
fn figures(value: &Value, key: &str) -> Result<Figures, SummaryError> {
    let figures = Figures(object(value, key)?);
    for (key, value) in &figures.0 {
        if let Some(value) = value.as_f64() {
            plausible(key, value)?;
        }
    }
    Ok(figures)
}

/// Refuses what cannot be drawn sensibly: less than nothing (but for the last digits of a sum), or more than all.
fn plausible(key: &str, value: f64) -> Result<f64, SummaryError> {
    if (-1e-6..1e18).contains(&value) {
        return Ok(value);
    }
    Err(SummaryError::Figure { key: key.to_owned(), value })
}

/// When the run begins; `None` where there is no date, or where this machine does not know the time zone.
fn start(value: &Value) -> Result<Option<jiff::Zoned>, SummaryError> {
    let wrong = || SummaryError::Key("start".to_owned());
    let text = match value.get("start") {
        None | Some(Value::Null) => return Ok(None),
        Some(text) => text.as_str().ok_or_else(wrong)?,
    };
    let zoned: Option<jiff::Zoned> = text.parse().ok();
    let moment = text.split('[').next().and_then(|moment| moment.parse::<jiff::Timestamp>().ok());
    if zoned.is_none() && moment.is_none() { Err(wrong()) } else { Ok(zoned) }
}

fn cluster(value: &Value) -> Result<Cluster, SummaryError> {
    Ok(Cluster {
        name: text_of(value, "name")?,
        vm_size: text_of(value, "vm_size")?,
        figures: figures(value, "figures")?,
    })
}

fn threshold(value: &Value) -> Result<Threshold, SummaryError> {
    Ok(Threshold {
        figure: text_of(value, "figure")?,
        cluster: value.get("cluster").and_then(Value::as_str).map(str::to_owned),
        limit: number(value, "limit")?,
        value: value.get("value").and_then(Value::as_f64),
        met: value.get("met").and_then(Value::as_bool).unwrap_or(false),
    })
}

fn team(value: &Value) -> Result<Team, SummaryError> {
    Ok(Team {
        name: text_of(value, "team")?,
        jobs: value.get("jobs").and_then(Value::as_u64).unwrap_or(0),
        cost: plausible("cost_total", number(value, "cost_total")?)?,
    })
}
