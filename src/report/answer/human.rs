//! The answer as text: what to set first, then how sure that is, then what else there is.

use super::tables::{table, what_if};
use super::{Answer, Detail};
use crate::report::objective::Metric;
use crate::report::units::{amount, count, duration_s, percent, short, whole};
use crate::stats::surface::effects::{Effects, Untold};
use crate::stats::surface::{Factor, Point, Verdict};

pub(super) const BOLD: &str = "\x1b[1m";
pub(super) const PLAIN: &str = "\x1b[0m";

/// Factors whose share of the variance is below this are not worth a word.
const WORTH: f64 = 0.05;

/// The text.
#[must_use]
pub fn human(answer: &Answer<'_>) -> String {
    let mut text = String::new();
    head(answer, &mut text);
    table(answer, &mut text);
    notes(answer, &mut text);
    what_if(answer, answer.best.is_some(), &mut text);
    prices(answer, &mut text);
    text
}

/// The price lists that every amount is from, with their dates.
fn prices(answer: &Answer<'_>, text: &mut String) {
    if let Some((_, prices)) = answer.surface.source.split_once(" · prices: ") {
        text.push_str(&format!("Prices: {prices}.\n"));
    }
}

/// The text of a search: what fresh replications say of the finalists, then what the search found beside them.
#[must_use]
pub fn confirmed_human(confirmed: &Answer<'_>, searched: &Answer<'_>) -> String {
    let mut text = String::new();
    head(confirmed, &mut text);
    let surface = confirmed.surface;
    let fresh = count(surface.replications as u64, "fresh replication");
    let finalists = count(surface.points.len() as u64, "finalist");
    text.push_str(&format!("Of {finalists} in {fresh}:\n"));
    table(confirmed, &mut text);
    let missed = confirmed.counts[Verdict::Misses as usize] as u64;
    if missed > 0 && confirmed.best.is_some() {
        text.push_str(&format!("{} missed the constraints there.\n", count(missed, "finalist")));
    }
    chance(confirmed, &mut text);
    if let (Some(best), Some(winner)) = (searched.best, confirmed.best) {
        let [found, now] = [&searched.surface.points[best], &surface.points[winner]];
        let unit = &surface.objective_unit;
        if found.index != now.index {
            let settings = searched.surface.settings_of(best);
            text.push_str(&format!(
                "The search alone would have said {settings}: {}.\n",
                shown(found.objective, unit)
            ));
        } else if found.objective != now.objective {
            let was = shown(found.objective, unit);
            text.push_str(&format!("The search's own replications said {was} of it.\n"));
        }
    }
    front(searched, &mut text);
    marked(searched, &mut text);
    what_if(searched, confirmed.best.is_some(), &mut text);
    prices(searched, &mut text);
    text
}

/// A value of what is minimised.
pub(super) fn shown(value: f64, unit: &str) -> String {
    match unit {
        _ if !value.is_finite() && unit != "s" => "–".to_owned(),
        "s" => duration_s(value),
        "share" => percent(value),
        "" => short(value),
        unit => format!("{} {unit}", amount(value)),
    }
}

pub(super) fn latency(seconds: f64) -> String {
    if seconds.is_nan() { "–".to_owned() } else { duration_s(seconds) }
}

/// `−38 %`.
fn change(share: f64) -> String {
    let sign = if share < 0.0 { "−" } else { "+" };
    format!("{sign}{}", percent(share.abs()))
}

fn head(answer: &Answer<'_>, text: &mut String) {
    let surface = answer.surface;
    let least = if answer.objective.name == "cost" {
        "Cheapest".to_owned()
    } else {
        format!("Least {}", answer.objective.name)
    };
    let constraints = surface.constraints.join(" and ");
    let Some(chosen) = answer.chosen() else {
        let settled = answer.counts[Verdict::NotSettled as usize] < surface.points.len();
        let why = if settled {
            "every configuration rejects, fails or leaves undone more jobs than the scenario as written"
        } else {
            "no configuration settles: each is stuck, or cut off at the horizon or at a limit (`stop_at_horizon` cuts \
             runs off)"
        };
        text.push_str(&format!("{BOLD}No answer{PLAIN}: {why}.\n\n"));
        return;
    };
    let settings = match surface.settings_of(chosen) {
        none if none.is_empty() => "the scenario as it is; nothing is varied".to_owned(),
        settings => settings,
    };
    let point = &surface.points[chosen];
    if answer.best.is_some() {
        let that = if constraints.is_empty() { String::new() } else { format!(" that meets {constraints}") };
        let same = if answer.is_today() && !surface.factors.is_empty() { " (as it is today)" } else { "" };
        text.push_str(&format!("{BOLD}{least}{that}: {settings}{same}{PLAIN}\n"));
    } else {
        text.push_str(&format!("{BOLD}Nothing here meets {constraints}.{PLAIN} Nearest: {settings}\n"));
    }
    text.push_str(&format!("  {}", figures(answer, point)));
    text.push_str(&against_today(answer));
    text.push('\n');
    if let Some(detail) = &answer.detail {
        if surface.replications > 1 && answer.best.is_some() && !surface.constraints.is_empty() {
            let of = surface.replications;
            if detail.held_in.iter().all(|held| *held == of) {
                text.push_str(&format!("  it holds that in each of the {of} replications, too\n"));
            } else {
                for (constraint, held) in surface.constraints.iter().zip(&detail.held_in) {
                    text.push_str(&format!(
                        "  {constraint} holds over all {of} replications together, and in {held} of them alone\n"
                    ));
                }
            }
        }
        if answer.best.is_none() {
            missed(answer, detail, text);
        }
    }
    text.push('\n');
}

/// What keeps the nearest from holding the constraints: each that it misses, with its value, and where that is a time of
/// waiting, what most of the waiting is for.
fn missed(answer: &Answer<'_>, detail: &Detail, text: &mut String) {
    let mut of_waits = false;
    let constraints = answer.objective.constraints.iter().zip(&answer.surface.constraints);
    for ((constraint, said), (value, held)) in constraints.zip(detail.values.iter().zip(&detail.held)) {
        if *held {
            continue;
        }
        let value = match constraint.figure.metric {
            Metric::Wait(_) | Metric::Turnaround(_) => latency(*value),
            Metric::StartedWithin(_) | Metric::StartedLate(_) | Metric::Utilisation => percent(*value),
            Metric::Cost => shown(*value, &answer.surface.cost_unit),
            _ => short(*value),
        };
        of_waits |= matches!(
            constraint.figure.metric,
            Metric::Wait(_) | Metric::Turnaround(_) | Metric::StartedWithin(_) | Metric::StartedLate(_)
        );
        text.push_str(&format!("  it misses {said}: {value}\n"));
    }
    if let (true, Some((reason, share))) = (of_waits, detail.waiting_for) {
        let words = reason.replace('_', " ");
        text.push_str(&format!("  what limits it: {} of its waiting is for {words}\n", percent(share)));
    }
}

/// `412.00 USD/week ± 6.10, p95 wait 6m40s`.
fn figures(answer: &Answer<'_>, point: &Point) -> String {
    let surface = answer.surface;
    let mut text = shown(point.objective, &surface.objective_unit);
    if let Some(half) = answer.estimate.as_ref().and_then(|e| e.half_width) {
        text.push_str(&format!(" ± {}", bare(half, &surface.objective_unit)));
    }
    if answer.objective.name != "cost" {
        text.push_str(&format!(", cost {}", shown(point.cost, &surface.cost_unit)));
    }
    if !is_latency(answer) {
        text.push_str(&format!(", {} {}", surface.latency_name, latency(point.latency_s)));
    }
    text
}

/// Whether what is minimised is the latency that stands beside it.
pub(super) fn is_latency(answer: &Answer<'_>) -> bool {
    answer.objective.name == answer.surface.latency_name
}

/// An amount without its unit, where that stands beside it.
pub(super) fn bare(value: f64, unit: &str) -> String {
    match unit {
        "s" | "share" | "" => shown(value, unit),
        _ => amount(value),
    }
}

fn against_today(answer: &Answer<'_>) -> String {
    if answer.is_today() {
        return String::new();
    }
    let Some(paired) = &answer.against_today else { return String::new() };
    let surface = answer.surface;
    let today = shown(surface.today.objective, &surface.objective_unit);
    let Some(share) = paired.relative() else { return format!("; today {today}") };
    let interval = match paired.interval() {
        Some((low, high)) if paired.a != 0.0 => {
            format!(" [{}, {}]", change(low / paired.a), change(high / paired.a))
        }
        _ => String::new(),
    };
    let misses = match surface.today.verdict {
        Verdict::Misses => ", which misses the constraint",
        verdict if verdict.is_marked() => ", which does not settle",
        _ => "",
    };
    let wait = if is_latency(answer) {
        String::new()
    } else {
        format!(", {} {}", surface.latency_name, latency(surface.today.latency_s))
    };
    format!("\n  {}{interval} against today: {today}{wait}{misses}", change(share))
}

fn notes(answer: &Answer<'_>, text: &mut String) {
    let surface = answer.surface;
    chance(answer, text);
    edges(answer, text);
    for slack in &answer.slack {
        let factor = &surface.factors[slack.factor];
        let levels =
            slack.levels.iter().map(|&l| factor.levels[l as usize].text.as_str()).collect::<Vec<_>>();
        let which = if slack.all { "whichever value it has".to_owned() } else { few(&levels) };
        text.push_str(&format!(
            "{} hardly changes the {} there: within 1 % at {which}.\n",
            factor.label, answer.objective.name
        ));
    }
    effects(answer, text);
    front(answer, text);
    marked(answer, text);
}

/// What moves the objective and the latency, or once why that is not told.
fn effects(answer: &Answer<'_>, text: &mut String) {
    let surface = answer.surface;
    if surface.factors.len() < 2 {
        return;
    }
    let mut responses = vec![(answer.objective.name.as_str(), &answer.objective_effects)];
    if !is_latency(answer) {
        responses.push((&surface.latency_name, &answer.latency_effects));
    }
    for (what, found) in &responses {
        let Ok(found) = found else { continue };
        let mut shares: Vec<(f64, &str)> =
            found.main.iter().map(|main| (main.share, surface.factors[main.factor].label.as_str())).collect();
        shares.sort_by(|a, b| b.0.total_cmp(&a.0));
        shares.retain(|(share, _)| *share >= WORTH);
        if !shares.is_empty() {
            let words: Vec<String> =
                shares.iter().map(|(share, label)| format!("{label} {}", percent(*share))).collect();
            text.push_str(&format!("What moves {what} over all configurations: {}.\n", words.join(", ")));
        }
    }
    let untold = |(what, found): &(&str, &Result<Effects, Untold>)| match found {
        Err(Untold::TooFew { points, values }) => Some(((*what).to_owned(), *points, *values)),
        _ => None,
    };
    let untold: Vec<(String, usize, usize)> = responses.iter().filter_map(untold).collect();
    if let Some((_, points, values)) = untold.first() {
        let what: Vec<&str> = untold.iter().map(|u| u.0.as_str()).collect();
        text.push_str(&format!(
            "What moves {} is not told: {}.\n",
            what.join(" and "),
            too_few(*points, *values)
        ));
    }
}

/// `15 configurations are too few for 41 values of the axes`.
#[must_use]
pub fn too_few(points: usize, values: usize) -> String {
    let are = if points == 1 { "is" } else { "are" };
    let configurations = count(points as u64, "configuration");
    format!("{configurations} {are} too few for {} of the axes", count(values as u64, "value"))
}

/// Axes of numbers at an end of which the best is: beyond may be better. Nothing is beyond 0.
fn edges(answer: &Answer<'_>, text: &mut String) {
    let Some(best) = answer.best else { return };
    let surface = answer.surface;
    let at_end = |pair: &(&Factor, &u32)| {
        let (factor, level) = (pair.0, *pair.1);
        let number = factor.levels[level as usize].number;
        // Lists stand as written, in any order.
        let none = |beyond: fn(&Option<f64>, &Option<f64>) -> bool| {
            !factor.levels.iter().any(|other| beyond(&other.number, &number))
        };
        let is_end = none(|a, b| a < b) || none(|a, b| a > b);
        factor.levels.len() > 2 && factor.is_numeric() && is_end && number != Some(0.0)
    };
    let ends = surface.factors.iter().zip(surface.levels_of(best)).filter(at_end);
    let words: Vec<String> = ends
        .map(|(factor, &level)| format!("{} {}", factor.label, factor.levels[level as usize].text))
        .collect();
    if !words.is_empty() {
        let (is, its) = if words.len() == 1 { ("is", "its") } else { ("are", "their") };
        let list = words.join(" and ");
        text.push_str(&format!("{list} {is} at an end of {its} values: beyond may be better.\n"));
    }
}

/// What is known of chance.
fn chance(answer: &Answer<'_>, text: &mut String) {
    let surface = answer.surface;
    let endless = |point: usize| surface.points[point].latency_s == f64::INFINITY;
    if answer.best.is_some_and(endless) {
        let name = &surface.latency_name;
        text.push_str(&format!(
            "Some jobs never start, there as well: {name} is without end. Constrain waits to rule that out.\n"
        ));
    }
    if answer.runners_up.is_empty() {
        return;
    }
    if let (Some(n), Some(_)) = (answer.not_separated, answer.best) {
        let words = if n == 0 {
            "No other is so near that chance alone could have put it first (95 %, pair by pair).".to_owned()
        } else {
            let (is, whom) = if n == 1 { ("is", "1 other") } else { ("are", "others") };
            let which = if n == 1 { whom.to_owned() } else { format!("{} {whom}", whole(n as u64)) };
            format!(
                "Chance alone could have put it first: {which} {is} not separated from it; more replications tell."
            )
        };
        text.push_str(&format!("{words}\n"));
    } else if answer.best.is_some() && surface.replications == 1 && surface.points.len() > 1 {
        text.push_str("One replication: nothing is known of chance; --replications 20 tells.\n");
    }
}

/// What was left out of the choice.
fn marked(answer: &Answer<'_>, text: &mut String) {
    let marked: Vec<String> = Verdict::ALL
        .into_iter()
        .filter(|v| v.is_marked() && answer.counts[*v as usize] > 0)
        .map(|v| {
            let words = match v {
                Verdict::NotSettled => "did not settle",
                Verdict::Rejects => "reject more jobs than today",
                Verdict::Fails => "fail more jobs than today",
                _ => "leave more undone than today",
            };
            format!("{} {words}", whole(answer.counts[v as usize] as u64))
        })
        .collect();
    if !marked.is_empty() {
        text.push_str(&format!("Left out of the choice: {}.\n", marked.join(", ")));
    }
}

/// A few values, or the first and the last of many.
fn few(levels: &[&str]) -> String {
    if levels.len() <= 6 {
        return levels.join(", ");
    }
    let last = levels[levels.len() - 1];
    format!("{}, {} … {last} ({})", levels[0], levels[1], count(levels.len() as u64, "value"))
}

/// The price of a minute along the front.
fn front(answer: &Answer<'_>, text: &mut String) {
    let surface = answer.surface;
    let hull: Vec<&Point> =
        answer.front.iter().filter(|f| f.on_hull).map(|f| &surface.points[f.point]).collect();
    let (Some(first), Some(last)) = (hull.first(), hull.last()) else { return };
    if hull.len() < 2 {
        return;
    }
    let of = |a: &Point, b: &Point| (b.cost - a.cost) / ((a.latency_s - b.latency_s) / 60.0);
    let cheap = of(hull[0], hull[1]);
    let dear = of(hull[hull.len() - 2], last);
    let unit = &surface.cost_unit;
    let name = &surface.latency_name;
    text.push_str(&format!(
        "Waiting less costs: from {name} {} to {}, {} {unit} a minute",
        latency(first.latency_s),
        latency(hull[1].latency_s),
        amount(cheap)
    ));
    if hull.len() > 2 {
        let from = hull[hull.len() - 2];
        text.push_str(&format!(
            "; from {} to {}, {} a minute",
            latency(from.latency_s),
            latency(last.latency_s),
            amount(dear)
        ));
    }
    text.push_str(".\n");
}
