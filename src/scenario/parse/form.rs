//! How a value is written where something simpler stands: a number for a distribution, a text for a column, values
//! without the names of their fields.

use super::Format;
use super::problem::{DISTRIBUTIONS, JSON_NAME, LIST, NAME, NAMED};
use crate::diagnostic::closest;
use crate::scenario::locate::Tree;
use crate::scenario::path::{Path, Step};
use crate::units::TimeSpan;

/// What a field takes, if more is known than the reader says, and how it is written.
pub(super) struct Advice {
    pub(super) expected: Option<&'static str>,
    pub(super) help: String,
}

/// Variants and structs with the names of their fields, in order.
const FIELDS: &[(&str, &[&str])] = &[
    ("Poisson", &["per_hour"]),
    ("Renewal", &["gap"]),
    ("Profile", &["per_hour", "factors"]),
    ("Every", &["period", "offset"]),
    ("Uniform", &["low", "high"]),
    ("Exponential", &["mean"]),
    ("LogNormal", &["mean", "cv"]),
    ("LogNormalMedianP90", &["median", "p90"]),
    ("Gamma", &["mean", "cv"]),
    ("Weibull", &["scale", "shape"]),
    ("BoundedPareto", &["low", "high", "shape"]),
    ("Geometric", &["mean"]),
    ("Resubmit", &["after"]),
    ("WaitAtMost", &["percentile", "limit", "cluster"]),
    ("MeanWaitAtMost", &["limit", "cluster"]),
    ("TurnaroundAtMost", &["percentile", "limit", "cluster"]),
    ("CostAtMost", &["limit", "cluster"]),
    ("CostPerDayAtMost", &["limit", "cluster"]),
    ("UtilisationAtLeast", &["share", "cluster"]),
    ("window", &["from", "to"]),
];

/// Variants with one value, which has no name.
const ONE_VALUE: &[&str] = &[
    "Constant",
    "Probability",
    "PerHour",
    "RejectedAtMost",
    "FailedAtMost",
    "UnfinishedAtMost",
    "Price",
    "Column",
    "Band",
    "After",
    "DateTime",
    "Family",
    "Workspace",
];

/// Fields that take one of a few variants, with how each is written in RON.
const VARIANTS: &[(&str, &[&str])] = &[
    ("delays", &["Assumed", "Zero"]),
    ("evictions", &["Assumed", "Never"]),
    ("lock_effect", &["Scaling", "Removal"]),
    ("level", &["CanNotDelete", "ReadOnly"]),
    ("tier", &["Dedicated", "LowPriority"]),
    ("policy", &["Reactive", "Static"]),
    ("discipline", &["Fifo", "Priority", "FirstFit", "Backfill"]),
    ("resize", &["DownFirst", "Concurrent", "Exclusive"]),
    ("boot_failures", &["None", "Probability(0.05)", "Values([false, true])"]),
    ("on_eviction", &["Requeue", "Resubmit(after: \"1h\")", "Fail"]),
    ("created", &["BeforeRun", "At(at: \"2h\")"]),
    ("include", &["Ran", "Completed"]),
    ("low_priority", &["Spot", "LowPriority"]),
    ("load_balancer", &["Listed", "Free", "Price(\"0.025 USD/h\")"]),
    ("quota", &["TotalDedicated", "LowPriority", "Family(\"standardDSv3Family\")"]),
    ("format", &["Swf()", "Csv(submit: (…), service: Duration((…)))"]),
    (
        "expect",
        &[
            "WaitAtMost(percentile: 95, limit: \"30m\")",
            "CostPerDayAtMost(limit: \"450 USD\")",
            "RejectedAtMost(0)",
        ],
    ),
];

/// The bands of evictions, each with the per cent at which it begins.
const BANDS: &[(f64, &str)] = &[
    (0.0, "UpTo5Percent"),
    (5.0, "From5To10Percent"),
    (10.0, "From10To15Percent"),
    (15.0, "From15To20Percent"),
    (20.0, "Over20Percent"),
];

const UNITS: &str = "Seconds, Milliseconds, Minutes, Hours, Days or DateTime(\"%Y-%m-%d %H:%M:%S\")";

/// Whether a variant has one value without a name.
pub(super) fn has_one_value(variant: &str) -> bool {
    ONE_VALUE.contains(&variant)
}

/// Advice on a value of the wrong kind, if there is any; `path` has the variant in which it stands.
pub(super) fn of_value(path: &Path, expected: &str, found: &str, format: Format) -> Option<Advice> {
    let at = Place::new(path, found, format)?;
    let structural = [NAME, JSON_NAME, NAMED, LIST, super::problem::FIELDS, "an object"].contains(&expected)
        || ["struct ", "tuple "].iter().any(|kind| expected.starts_with(kind));
    at.of_variant().or_else(|| structural.then(|| at.of_field()).flatten())
}

/// Advice on a variant that does not exist and is like none.
pub(super) fn of_variant(path: &Path, found: &str, format: Format) -> Option<Advice> {
    let at = Place::new(path, found, format)?;
    if at.variant == Some("Band") {
        return at.of_variant();
    }
    matches!(at.field, "nodes" | "batch" | "unit" | "arrivals" | "service" | "eviction" | "submit")
        .then(|| at.of_field())
        .flatten()
}

/// A value at its place.
struct Place<'a> {
    path: &'a Path,
    field: &'a str,
    /// The value as it stands, its variant left out.
    found: &'a str,
    variant: Option<&'a str>,
    format: Format,
}

impl<'a> Place<'a> {
    fn new(path: &'a Path, found: &'a str, format: Format) -> Option<Self> {
        let field = path.last_field()?;
        let named = found.find('(').filter(|_| found.ends_with(')')).map(|open| {
            let name = found[..open].trim();
            (name, found[open + 1..found.len() - 1].trim())
        });
        let above = path.last_key().filter(|key| key.starts_with(char::is_uppercase));
        let (variant, found) = match named {
            Some(("", _)) | None => (above, found),
            Some((name, inner)) => (Some(name), inner),
        };
        Some(Self { path, field, found, variant, format })
    }

    fn is_under(&self, key: &str) -> bool {
        self.path.steps().iter().any(|step| matches!(step, Step::Key(name) if name == key))
    }

    fn number(&self) -> Option<&'a str> {
        let bare = self.bare();
        bare.parse::<f64>().is_ok_and(f64::is_finite).then_some(bare)
    }

    fn bare(&self) -> &'a str {
        self.found.trim_matches('"').trim()
    }

    fn is_text(&self) -> bool {
        self.found.len() > 1 && self.found.starts_with('"') && self.found.ends_with('"')
    }

    /// A variant with one value.
    fn one(&self, name: &str, value: &str) -> String {
        match self.format {
            Format::Ron => format!("{name}({value})"),
            Format::Json => format!("{{\"{name}\": {value}}}"),
        }
    }

    /// A variant or struct with named fields; a struct has no name.
    fn named(&self, name: &str, fields: &[(&str, &str)]) -> String {
        let quote = if self.format == Format::Json { "\"" } else { "" };
        let fields: Vec<String> =
            fields.iter().map(|(field, value)| format!("{quote}{field}{quote}: {value}")).collect();
        let fields = fields.join(", ");
        match (self.format, name) {
            (Format::Ron, name) => format!("{name}({fields})"),
            (Format::Json, "") => format!("{{{fields}}}"),
            (Format::Json, name) => format!("{{\"{name}\": {{{fields}}}}}"),
        }
    }

    /// Of what stands in a variant's brackets, or in a struct's.
    fn of_variant(&self) -> Option<Advice> {
        let owned = format!("({})", self.found.trim_start_matches('(').trim_end_matches(')'));
        let text = if self.found.starts_with(['{', '[']) { self.found } else { &owned };
        let items = Tree::new(text).items();
        let variant = self.variant;
        if let Some(variant) = variant.filter(|name| has_one_value(name))
            && let [(Some(_), value)] = items[..]
        {
            let help = format!("the value has no name here: write `{}`", self.one(variant, value));
            return Some(Advice { expected: Some("one value without a name"), help });
        }
        match variant {
            Some("At") if self.field == "arrivals" && self.is_text() => return Some(self.clock()),
            Some("Band") => {
                let names: Vec<String> =
                    BANDS.iter().map(|(_, name)| self.one("Band", &self.unit(name))).collect();
                let help = match band(self.bare()) {
                    Some(name) => format!(
                        "write `{}`; the bands are {}",
                        self.one("Band", &self.unit(name)),
                        names.join(", ")
                    ),
                    None => format!("the bands are {}", names.join(", ")),
                };
                return Some(Advice { expected: Some("one of the published bands"), help });
            }
            Some("CeilDiv") if self.is_text() => {
                let help = format!(
                    "name the column and how many of them a node has, as in `{}`",
                    self.two("CeilDiv", self.found, "4")
                );
                return Some(Advice { expected: Some("a column and a whole number"), help });
            }
            _ => {}
        }
        let name = variant.unwrap_or(self.field);
        let (_, fields) = FIELDS.iter().find(|(of, _)| *of == name)?;
        let positional = !items.is_empty() && items.iter().all(|(key, _)| key.is_none());
        if !positional || items.len() > fields.len() || self.found.starts_with('{') {
            return None;
        }
        let pairs: Vec<(&str, &str)> =
            fields.iter().copied().zip(items.iter().map(|(_, value)| *value)).collect();
        let help = format!("write `{}`", self.named(variant.unwrap_or_default(), &pairs));
        Some(Advice { expected: Some(NAMED), help })
    }

    fn two(&self, name: &str, a: &str, b: &str) -> String {
        match self.format {
            Format::Ron => format!("{name}({a}, {b})"),
            Format::Json => format!("{{\"{name}\": [{a}, {b}]}}"),
        }
    }

    fn unit(&self, name: &str) -> String {
        match self.format {
            Format::Ron => name.to_owned(),
            Format::Json => format!("\"{name}\""),
        }
    }

    /// Of a field as a whole.
    fn of_field(&self) -> Option<Advice> {
        let in_log = self.is_under("logs");
        // What lies within a variant that is right so far is no matter of the field.
        if self.variant.is_some_and(|name| name != "Column") {
            return None;
        }
        match self.field {
            "nodes" if in_log => Some(self.log_nodes()),
            "submit" | "declared" if in_log => self.log_time(|this, column| this.named("", column)),
            "service" if in_log => {
                self.log_time(|this, column| this.one("Duration", &this.named("", column)))
            }
            "unit" => Some(self.log_unit()),
            "team" if in_log && self.format == Format::Ron && self.variant.is_some() => None,
            "nodes" | "batch" if self.is_under("classes") => Some(self.count()),
            "arrivals" => Some(self.arrivals()),
            "eviction" => Some(self.eviction()),
            field if DISTRIBUTIONS.contains(&field) => Some(self.distribution()),
            field => self.known(VARIANTS.iter().find(|(of, _)| *of == field)?.1),
        }
    }

    fn count(&self) -> Advice {
        let help = match self.number() {
            Some(number) => format!("write `{}`", self.one("Constant", number)),
            None if self.found.starts_with('[') => {
                format!("write `{}` to take them in turn", self.one("Values", self.found))
            }
            None => format!("write `{}` or another distribution of counts", self.one("Constant", "2")),
        };
        Advice { expected: Some("a distribution of counts"), help }
    }

    fn distribution(&self) -> Advice {
        let example = || {
            let fields = [("median", "\"4m\""), ("p90", "\"9m\"")];
            let other = self.named("LogNormalMedianP90", &fields);
            format!("write `{}`, `{other}` or another distribution", self.one("Constant", "\"4m\""))
        };
        let help = if self.is_text() && self.bare().parse::<TimeSpan>().is_ok() {
            format!("write `{}` where it is always that", self.one("Constant", self.found))
        } else if let Some(number) = self.number() {
            format!(
                "times have a unit: `{}` for seconds, `{}` for minutes",
                self.one("Constant", &format!("\"{number}s\"")),
                self.one("Constant", &format!("\"{number}m\""))
            )
        } else {
            example()
        };
        Advice { expected: Some("a distribution"), help }
    }

    fn arrivals(&self) -> Advice {
        let help = match self.number() {
            Some(number) => {
                format!("write `{}` for so many an hour", self.named("Poisson", &[("per_hour", number)]))
            }
            None if self.is_text() && self.bare().parse::<TimeSpan>().is_ok() => {
                format!("write `{}` for one batch each time", self.named("Every", &[("period", self.found)]))
            }
            None if self.is_text() && clock(self.bare()).is_some() => return self.clock(),
            None => format!(
                "write `{}`, `{}` or another process",
                self.named("Poisson", &[("per_hour", "6")]),
                self.named("Every", &[("period", "\"1d\""), ("offset", "\"2h\"")])
            ),
        };
        Advice { expected: Some("a process of arrivals"), help }
    }

    /// Of a time of day, or one time, where a list of times belongs.
    fn clock(&self) -> Advice {
        let help = match clock(self.bare()) {
            Some(time) => {
                let quoted = format!("\"{time}\"");
                format!(
                    "times count from the start of the run: `{}` comes once, `{}` every day",
                    self.one("At", &format!("[{quoted}]")),
                    self.named("Every", &[("period", "\"1d\""), ("offset", &quoted)])
                )
            }
            None => format!("put it in brackets: `{}`", self.one("At", &format!("[{}]", self.found))),
        };
        Advice { expected: Some("a list of times"), help }
    }

    fn eviction(&self) -> Advice {
        let bare = self.bare();
        let percent = bare.strip_suffix('%').map(str::trim);
        let share = match (percent.unwrap_or(bare).parse::<f64>(), percent) {
            (Ok(share), None) if (0.0..1.0).contains(&share) => Some(share),
            // The exact digits, not those of a division.
            (Ok(percent), _) if (0.0..100.0).contains(&percent) => Some((percent * 1e10).round() / 1e12),
            _ => None,
        };
        let help = match (share, band(bare)) {
            (Some(share), _) => {
                format!("write `{}` for evictions within an hour", self.one("PerHour", &share.to_string()))
            }
            (None, Some(name)) => format!("write `{}`", self.one("Band", &self.unit(name))),
            (None, None) if bare.eq_ignore_ascii_case("never") || bare.eq_ignore_ascii_case("none") => {
                format!("write `{}`", self.unit("Never"))
            }
            (None, None) => format!(
                "write `{}`, `{}`, `{}` or lifetimes",
                self.unit("Never"),
                self.one("PerHour", "0.1"),
                self.one("Band", &self.unit("From5To10Percent"))
            ),
        };
        Advice { expected: Some("a kind of eviction"), help }
    }

    fn log_nodes(&self) -> Advice {
        let help = match self.number() {
            Some(number) => format!("write `{}`", self.one("Constant", number)),
            None => {
                let column = format!("\"{}\"", self.bare());
                format!(
                    "write `{}` where the column counts nodes, `{}` where a node has 4 of what it counts",
                    self.one("Column", &column),
                    self.two("CeilDiv", &column, "4")
                )
            }
        };
        Advice { expected: Some("a mapping of a column to nodes"), help }
    }

    /// Of a column of times, given by its name alone.
    fn log_time(&self, write: impl Fn(&Self, &[(&str, &str)]) -> String) -> Option<Advice> {
        if !self.is_text() {
            return None;
        }
        let unit = self.unit("Seconds");
        let written = write(self, &[("column", self.found), ("unit", &unit)]);
        let help = format!("write `{written}`, with the unit that it has: {UNITS}");
        Some(Advice { expected: Some("a column with its unit"), help })
    }

    fn log_unit(&self) -> Advice {
        let bare = self.bare();
        let meant = match bare.to_lowercase().as_str() {
            "ms" | "msec" | "millis" | "milliseconds" => Some("Milliseconds"),
            "s" | "sec" | "secs" | "second" | "seconds" => Some("Seconds"),
            "m" | "min" | "mins" | "minute" | "minutes" => Some("Minutes"),
            "h" | "hr" | "hrs" | "hour" | "hours" => Some("Hours"),
            "d" | "day" | "days" => Some("Days"),
            _ => None,
        };
        let help = match meant {
            Some(unit) => format!("write `{}`", self.unit(unit)),
            None if bare.contains('%') => {
                format!("write `{}`", self.one("DateTime", &format!("\"{bare}\"")))
            }
            None => format!("write {UNITS}"),
        };
        Advice { expected: Some("a unit"), help }
    }

    /// Of a field that takes one of a few variants.
    fn known(&self, variants: &[&str]) -> Option<Advice> {
        if self.format == Format::Json {
            return None;
        }
        let name = |written: &str| written.split('(').next().unwrap_or_default().to_owned();
        let names: Vec<String> = variants.iter().map(|written| name(written)).collect();
        let own = super::service_name(self.bare(), &names);
        let meant = own.or_else(|| closest(self.bare(), names.iter().map(String::as_str)));
        let help = match meant.and_then(|meant| variants.iter().find(|written| name(written) == meant)) {
            Some(written) if self.is_text() => format!("write `{written}`, without quotes"),
            Some(written) => format!("write `{written}`"),
            None => {
                let all: Vec<String> = variants.iter().map(|written| format!("`{written}`")).collect();
                format!("write for example {}", all.join(", "))
            }
        };
        let expected = (self.field == "expect").then_some("thresholds");
        Some(Advice { expected, help })
    }
}

/// The band that begins at the first number of a text such as `10-15%`.
fn band(text: &str) -> Option<&'static str> {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let from: f64 = digits[..end].parse().ok()?;
    if !text.contains('%') && !digits[end..].starts_with(['-', '–']) {
        return None;
    }
    BANDS.iter().rev().find(|(least, _)| *least <= from).map(|(_, name)| *name)
}

/// A time of day as a time from midnight: `02:30` is `2h30m`.
fn clock(text: &str) -> Option<String> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.get(..2)?.parse().ok()?);
    if hours > 24 || minutes > 59 {
        return None;
    }
    Some(match (hours, minutes) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h{minutes}m"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_found_by_where_it_begins() {
        for (text, name) in [
            ("0-5%", Some("UpTo5Percent")),
            ("10–15 %", Some("From10To15Percent")),
            ("5-10", Some("From5To10Percent")),
            (">20%", Some("Over20Percent")),
            ("10", None),
            ("often", None),
        ] {
            assert_eq!(band(text), name, "{text}");
        }
    }

    #[test]
    fn a_time_of_day_is_a_time_from_midnight() {
        for (text, time) in [
            ("02:00", Some("2h")),
            ("14:30", Some("14h30m")),
            ("00:05", Some("5m")),
            ("08:15:00", Some("8h15m")),
            ("25:00", None),
            ("2h", None),
            ("1:é", None),
        ] {
            assert_eq!(clock(text).as_deref(), time, "{text}");
        }
    }
}
