//! The price of a minute: what waiting less costs along the front.

use super::scale::{cost_axis, ends, latency_axis};
use super::{Answer, words};
use crate::chart::{Figure, Ink, KeyEntry, Mark, Panel, Plot, Row, Swatch, Symbol};
use crate::report::units::{amount, count, duration_s, short};
use crate::stats::surface::front::front;
use crate::stats::surface::{Surface, Verdict};

/// A stretch of the front's lower hull: from one latency [s] down to another, at a price [cost unit / min]. That is the mean
/// over the stretch: a step of the front within it can be cheaper or dearer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stretch {
    pub(super) from_s: f64,
    pub(super) to_s: f64,
    pub(super) price: f64,
}

/// From the slowest to the fastest. Along the hull, not from each point of the front to the next: along it prices only rise.
pub(super) fn stretches(surface: &Surface) -> Vec<Stretch> {
    let front = front(surface);
    let hull: Vec<usize> = front.iter().filter(|f| f.on_hull).map(|f| f.point).collect();
    let of = |pair: &[usize]| {
        let (slow, fast) = (&surface.points[pair[0]], &surface.points[pair[1]]);
        let price = (fast.cost - slow.cost) / ((slow.latency_s - fast.latency_s) / 60.0);
        Stretch { from_s: slow.latency_s, to_s: fast.latency_s, price }
    };
    hull.windows(2).map(of).collect()
}

pub(super) fn figure(answer: &Answer<'_>) -> Figure {
    let surface = answer.surface;
    let stretches = stretches(surface);
    let (name, unit) = (&surface.latency_name, &surface.cost_unit);
    let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else {
        let on_front = front(surface);
        let misses = |point: usize| surface.points[point].verdict == Verdict::Misses;
        let title = match on_front.first() {
            None => answer.no_front(),
            Some(one) if misses(one.point) => {
                "No price of a minute: one configuration is the cheapest and the fastest, and it misses"
                    .to_owned()
            }
            _ => "Waiting less costs nothing: the cheapest configuration is the fastest".to_owned(),
        };
        let subtitle = format!(
            "What a minute less of {name} costs along the front of cost against {name}.{}",
            answer.ruled_out()
        );
        let rows = words("There is no second configuration on the front, and so no price of a minute.");
        return Figure { title, subtitle, note: String::new(), rows };
    };
    let subtitle = format!(
        "{unit} for a minute less of {name}, on average from each to the next of the {} of the front's lower hull, along \
         which it only rises; those that miss constraints are in it.{}",
        count(stretches.len() as u64 + 1, "configuration"),
        answer.ruled_out()
    );
    let limit = surface.latency_limit_s;
    let told = answer.told().map(|p| p.latency_s).filter(|l| l.is_finite());
    let today = Some(surface.today.latency_s).filter(|l| l.is_finite());
    let near = |l: &f64| *l <= first.from_s * 1.3;
    let shown = [limit, told, today].into_iter().flatten().filter(near);
    let lengths = stretches.iter().flat_map(|s| [s.from_s, s.to_s]).chain(shown);
    let x = latency_axis(ends(lengths).unwrap_or((0.0, 1.0)), 10);
    let y = cost_axis((first.price, last.price), 6);
    let mut marks = Vec::new();
    let mut line = Vec::new();
    for s in &stretches {
        line.extend([(s.from_s, s.price), (s.to_s, s.price)]);
    }
    marks.push(Mark::Area(line.iter().rev().copied().collect(), Ink::Ramp(0.2)));
    marks.push(Mark::Line(line, 2.5, Ink::Accent));
    // In a key: next to the curve, where they stand close together, the words would lie upon it and upon each other.
    let mut key = Vec::new();
    let mut rule = |at: Option<f64>, word: &str, ink: Ink| {
        let Some(at) = at.filter(|l| *l <= x.max && *l >= x.min) else { return };
        marks.push(Mark::RuleX { at, label: String::new(), level: 0, ink });
        let name = format!("{word} {}", duration_s(at));
        key.push(KeyEntry { ink, swatch: Swatch::Dashed, name, value: String::new() });
    };
    rule(told, answer.word(), Ink::Text);
    rule(today, "today", Ink::Muted);
    rule(limit, "limit", Ink::Limit);
    let words =
        |s: &Stretch| format!("{} from {} to {}", price(s.price), duration_s(s.from_s), duration_s(s.to_s));
    let mut said: Vec<&Stretch> = vec![first, last];
    said.extend(stretches.iter().filter(|s| told.is_some_and(|l| s.to_s < l && s.from_s >= l)));
    said.dedup();
    for s in said {
        let at = ((s.from_s + s.to_s) / 2.0, s.price);
        marks.push(Mark::Tag { at, symbol: Symbol::Dot, text: words(s), ink: Ink::Accent, strong: false });
    }
    let heading = format!("Price of a minute [{unit}]");
    let plot = Plot { heading, x, y, x_name: name.clone(), marks, ..Plot::default() };
    let title = title(answer, &stretches);
    let mut rows = vec![Row::one(Panel::Plot(Box::new(plot)))];
    if !key.is_empty() {
        rows.insert(0, Row::one(Panel::Key(key)));
    }
    Figure { title, subtitle, note: String::new(), rows }
}

/// Three digits, however small.
fn price(value: f64) -> String {
    if value < 10.0 { amount(value) } else { short(value) }
}

/// What a minute less costs on the stretch that leads on from where one is told to stand; else where the price leaps.
fn title(answer: &Answer<'_>, stretches: &[Stretch]) -> String {
    let surface = answer.surface;
    let on = |s: &Stretch| {
        let unit = &surface.cost_unit;
        let price = format!("{}\u{a0}{unit}", price(s.price));
        let (from, to) = (duration_s(s.from_s), duration_s(s.to_s));
        (format!("{from} down to {to}"), format!("a minute less costs {price} on average"))
    };
    let name = &surface.latency_name;
    let told = answer.told().map(|p| p.latency_s).filter(|l| l.is_finite() && answer.holds);
    let onward = told.map(|told| stretches.iter().find(|s| s.to_s < told));
    let leap = |pair: &&[Stretch]| pair[1].price / pair[0].price;
    let leap = stretches.windows(2).max_by(|a, b| leap(a).total_cmp(&leap(b)));
    let s = match (told, onward) {
        (Some(told), Some(None)) => {
            // The hull leaves out steps too small to be known.
            let fastest = front(surface).last().is_none_or(|f| surface.points[f.point].latency_s >= told);
            let nothing = if fastest { "Nothing" } else { "Next to nothing" };
            let (range, costs) = on(&stretches[stretches.len() - 1]);
            return format!(
                "{nothing} is faster than the recommended {}: from {range}, {costs}",
                duration_s(told)
            );
        }
        (_, Some(Some(onward))) => onward,
        _ => leap.map_or(&stretches[0], |pair| &pair[1]),
    };
    let (range, costs) = on(s);
    format!("From {range} of {name}, {costs}")
}
