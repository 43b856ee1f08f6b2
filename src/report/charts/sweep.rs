//! Pictures of a sweep, made from its [`Surface`] alone. `docs/charts.md` says how to read them.
//!
//! ```text
//!  Surface ──► heat: what each pair of settings gives, and where the constraints are held
//!          ──► front: cost against latency  ──► minute: what waiting less costs along it
//!          ──► effects: which setting matters
//!          ──► replications: what chance does to the best
//! ```

mod effects;
mod front;
mod heat;
mod line;
mod minute;
mod replications;
mod scale;
#[cfg(test)]
mod tests;

use crate::chart::{Figure, Ink, KeyEntry, Panel, Row, Swatch, Symbol};
use crate::report::units::{count, duration_s, percent, short};
use crate::stats::surface::{Factor, Point, Surface, Verdict, best};

/// A picture of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SweepChart {
    /// Cost and latency over the axes.
    Heat,
    /// Cost against latency.
    Front,
    /// What a minute less costs.
    Minute,
    /// Which axis matters.
    Effects,
    /// Distribution over replications.
    Replications,
}

impl SweepChart {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Heat, Self::Front, Self::Minute, Self::Effects, Self::Replications];

    /// Those of a search: maps and effects would show where it went, not what the grid is like.
    pub const OF_SEARCH: [Self; 2] = [Self::Front, Self::Minute];

    /// The word for it in arguments.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Heat => "heat",
            Self::Front => "front",
            Self::Minute => "minute",
            Self::Effects => "effects",
            Self::Replications => "replications",
        }
    }

    /// Stems of the files that it may give.
    #[must_use]
    pub const fn stems(self) -> &'static [&'static str] {
        match self {
            Self::Heat => &["heat", "heat-latency"],
            Self::Front => &["front"],
            Self::Minute => &["minute"],
            Self::Effects => &["effects"],
            Self::Replications => &["replications"],
        }
    }
}

/// A figure and the stem of its file's name.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedFigure {
    /// One of [`SweepChart::stems`].
    pub stem: &'static str,
    /// What is drawn.
    pub figure: Figure,
}

/// The figures of a chart: one, or with more than two axes two heat maps; none where there is nothing to show (one
/// replication). `recommended` is the number of the point that the sweep recommends; without one, pictures show the
/// configuration that is nearest to holding the constraints.
#[must_use]
pub fn of_sweep(surface: &Surface, recommended: Option<usize>, chart: SweepChart) -> Vec<NamedFigure> {
    let recommended = recommended.filter(|&point| point < surface.points.len());
    let told = recommended.or_else(|| best::nearest(surface));
    let answer =
        Answer { surface, told, holds: told.is_some_and(|i| surface.points[i].verdict == Verdict::Meets) };
    let one = |stem, figure| vec![NamedFigure { stem, figure }];
    let mut figures = match chart {
        SweepChart::Heat => heat::figures(&answer),
        SweepChart::Front => one("front", front::figure(&answer)),
        SweepChart::Minute => one("minute", minute::figure(&answer)),
        SweepChart::Effects => one("effects", effects::figure(&answer)),
        SweepChart::Replications if surface.replications < 2 => Vec::new(),
        SweepChart::Replications => one("replications", replications::figure(&answer)),
    };
    for named in &mut figures {
        named.figure.note.clone_from(&surface.source);
    }
    let replications = surface.replications as u64;
    if replications > 1 && chart != SweepChart::Replications {
        for named in &mut figures {
            named.figure.subtitle.push_str(&format!(" Means over {}.", count(replications, "replication")));
        }
    }
    figures
}

/// The surface with what the sweep says of it.
struct Answer<'a> {
    surface: &'a Surface,
    /// What is recommended, else what is nearest to holding the constraints.
    told: Option<usize>,
    /// Whether that holds them.
    holds: bool,
}

impl Answer<'_> {
    fn told(&self) -> Option<&Point> {
        self.told.map(|i| &self.surface.points[i])
    }

    /// The word for it on pictures.
    const fn word(&self) -> &'static str {
        if self.holds { "recommended" } else { "nearest" }
    }

    /// `p95 wait ≤ 10m`, or a word for several constraints; `None` without any.
    fn constraints(&self) -> Option<String> {
        match &self.surface.constraints[..] {
            [] => None,
            all => Some(together(&all.join(",\n"))),
        }
    }

    /// `the constraints`, by name where it is one.
    fn constraints_short(&self) -> String {
        match &self.surface.constraints[..] {
            [one] => together(one),
            _ => "the constraints".to_owned(),
        }
    }

    fn cost(&self, value: f64) -> String {
        cost_text(value, &self.surface.cost_unit)
    }

    /// A value of what is minimised, with its unit.
    fn objective(&self, value: f64) -> String {
        match self.surface.objective_unit.as_str() {
            "s" => duration_s(value),
            unit => cost_text(value, unit),
        }
    }

    /// Why there is no front: which of cost and latency is missing.
    fn no_front(&self) -> String {
        let surface = self.surface;
        let allowed = || surface.points.iter().filter(|p| !p.verdict.is_marked());
        let name = &surface.latency_name;
        if allowed().next().is_none() {
            "No configuration of the sweep may be chosen".to_owned()
        } else if !allowed().any(|p| p.cost.is_finite()) {
            format!("There is no cost to set against {name}: no price is known")
        } else if allowed().any(|p| p.latency_s.is_finite()) {
            format!("No configuration has both a cost and a {name}")
        } else if allowed().any(|p| p.latency_s == f64::INFINITY) {
            format!("There is no {name} to set against cost: everywhere some jobs never start")
        } else {
            format!("There is no {name} to set against cost")
        }
    }

    /// `212 USD/week, p95 wait 8m`.
    fn figures_of(&self, point: &Point) -> String {
        let latency = latency_text(point.latency_s);
        let latency = latency.map_or_else(String::new, |l| format!("{} {l}", self.surface.latency_name));
        let cost = if point.cost.is_finite() { self.cost(point.cost) } else { String::new() };
        let both = [cost, latency];
        both.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// How the cost of what is told compares with today's: `, 18 % less than today`.
    fn beside_today(&self) -> String {
        let (Some(told), today) = (self.told(), &self.surface.today) else { return String::new() };
        let relative = told.cost / today.cost - 1.0;
        if !relative.is_finite() || today.cost <= 0.0 {
            return String::new();
        }
        let mut words = match relative {
            r if r.abs() < 0.005 => ", as much as today".to_owned(),
            r if r < 0.0 => format!(", {} less than today", percent(-r)),
            r => format!(", {} more than today", percent(r)),
        };
        if self.holds && today.verdict == Verdict::Misses {
            words.push_str(&format!(", which misses {}", self.constraints_short()));
        }
        words
    }

    /// What a picture of the whole sweep says first.
    fn finding(&self) -> String {
        let surface = self.surface;
        let (Some(point), Some(told)) = (self.told, self.told()) else {
            return "No configuration of the sweep may be chosen".to_owned();
        };
        let settings = settings(surface, point);
        let cost = if told.cost.is_finite() {
            format!(" costs {}{}", self.cost(told.cost), self.beside_today())
        } else {
            format!(" has the least {}: {}", surface.objective_name, self.objective(told.objective))
        };
        if self.holds {
            // More settings than these would hide the finding; they stand in the key.
            return if surface.factors.len() <= 3 {
                format!("{settings}{cost}")
            } else {
                format!("The recommended configuration{cost}")
            };
        }
        let excess = excess_text(told.excess);
        let which = if surface.factors.len() <= 3 { settings } else { "the nearest".to_owned() };
        format!("No configuration holds {}: {which} misses by {excess}", self.constraints_short())
    }

    /// Entries of the key for what is recommended and for today.
    fn marks_key(&self) -> Vec<KeyEntry> {
        let mut key = Vec::new();
        let entry = |symbol, name: &str, value| KeyEntry {
            ink: Ink::Text,
            swatch: Swatch::Symbol(symbol),
            name: name.to_owned(),
            value,
        };
        if let (Some(i), Some(told)) = (self.told, self.told()) {
            let value = format!("{}: {}", self.figures_of(told), settings(self.surface, i));
            key.push(entry(TOLD, self.word(), value));
        }
        let today = &self.surface.today;
        let misses = if today.verdict == Verdict::Misses { ": misses" } else { "" };
        key.push(entry(TODAY, "today", format!("{}{misses}", self.figures_of(today))));
        key
    }

    /// `3 configurations that …  are not in it`, for a subtitle; empty without any.
    fn ruled_out(&self) -> String {
        let marked = self.surface.points.iter().filter(|p| p.verdict.is_marked()).count() as u64;
        if marked == 0 {
            return String::new();
        }
        let verb = if marked == 1 { "is" } else { "are" };
        format!(" {} ruled out {verb} not in it.", count(marked, "configuration"))
    }
}

/// The shape of what is recommended.
const TOLD: Symbol = Symbol::Dot;
/// The shape of today's configuration.
const TODAY: Symbol = Symbol::Diamond;

/// An amount with its unit.
fn cost_text(value: f64, unit: &str) -> String {
    // The number is not parted from its unit.
    format!("{}\u{a0}{unit}", short(value)).trim_end().to_owned()
}

/// A latency; `None` where there is none.
fn latency_text(seconds: f64) -> Option<String> {
    if seconds.is_nan() {
        None
    } else if seconds.is_finite() {
        Some(duration_s(seconds))
    } else {
        Some("never".to_owned())
    }
}

/// By how much constraints are missed.
fn excess_text(excess: f64) -> String {
    if !excess.is_finite() {
        "without end".to_owned()
    } else if excess < 9.995 {
        percent(excess)
    } else {
        format!("{} times", short(excess))
    }
}

/// A statement that is not broken at the end of a line; where it has several, they are one a line of the text.
fn together(text: &str) -> String {
    text.replace(' ', "\u{a0}").replace('\n', " ")
}

/// A point's settings, each kept together.
fn settings(surface: &Surface, point: usize) -> String {
    settings_of(surface, point, &(0..surface.factors.len()).collect::<Vec<_>>())
}

/// Some of a point's settings.
fn settings_of(surface: &Surface, point: usize, which: &[usize]) -> String {
    let levels = surface.levels_of(point);
    let of = |&k: &usize| {
        let factor = &surface.factors[k];
        together(&format!("{} {}", factor.label, factor.levels[levels[k] as usize].text))
    };
    which.iter().map(of).collect::<Vec<_>>().join(", ")
}

/// What tells the levels of an axis from each other: a beginning that all names share is left out.
fn names(factor: &Factor) -> Vec<String> {
    /// Shorter ones are left as they are.
    const LONG: usize = 6;
    let texts = || factor.levels.iter().map(|l| l.text.as_str());
    let Some(first) = texts().next().filter(|_| factor.levels.len() > 1 && !factor.is_numeric()) else {
        return texts().map(str::to_owned).collect();
    };
    let common = |text: &str| first.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
    let shared = texts().map(common).min().unwrap_or(0);
    // Whole words only.
    let shared = first.get(..shared).and_then(|s| s.rfind(['_', '-', ' ', '.'])).map_or(0, |at| at + 1);
    if shared < LONG {
        return texts().map(str::to_owned).collect();
    }
    // A letter or two would say too little alone.
    let alone = texts().all(|text| text.len() >= shared + 3);
    texts().map(|text| format!("{}{}", if alone { "" } else { "…" }, &text[shared..])).collect()
}

/// A length of time in two or three digits: `19m`, `3.5m`, `2.5h`.
fn brief(seconds: f64) -> String {
    let units = [(86_400.0, "d"), (3600.0, "h"), (60.0, "m")];
    let Some((unit, name)) = units.into_iter().find(|(unit, _)| seconds >= unit * 1.5) else {
        return duration_s(seconds);
    };
    let value = seconds / unit;
    let text = if value < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") };
    format!("{}{name}", text.strip_suffix(".0").unwrap_or(&text))
}

/// By how much constraints are missed, in few letters: `+63%`, `×12` what they allow.
fn excess_brief(excess: f64) -> String {
    if !excess.is_finite() {
        "∞".to_owned()
    } else if excess < 0.995 {
        format!("+{:.0}%", (excess * 100.0).max(1.0))
    } else {
        let times = excess + 1.0;
        if times < 9.95 { format!("×{times:.1}") } else { format!("×{times:.0}") }
    }
}

/// Words in place of a chart.
fn words(text: &str) -> Vec<Row> {
    vec![Row::one(Panel::Words(text.to_owned()))]
}
