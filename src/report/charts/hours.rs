//! How busy billed nodes are, by hour of the week.

use super::data::Data;
use super::series::{HOURS, Week};
use crate::chart::{Figure, Heat, HeatCell, Ink, KeyEntry, Panel, Row, Swatch};
use crate::report::units::{percent, short};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const LONG_DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// Hours that differ by less than this are alike.
const ALIKE: f64 = 0.15;
/// A day, or a part of the day, that the title tells of has this part of all node-time at least.
const STRETCH_MIN: f64 = 0.04;
/// And differs from the whole by this at least.
const TOLD: f64 = 0.04;

pub(super) fn figure(data: &Data) -> Figure {
    let summary = &data.summary;
    let week = &data.week;
    let zone = summary.start.as_ref().map(|s| s.time_zone().iana_name().unwrap_or("local time").to_owned());
    let clock = match &zone {
        Some(zone) => format!("hours of the week in {zone}"),
        None => "hours of a week from the beginning; the scenario has no `start` date".to_owned(),
    };
    let subtitle = format!(
        "Per cent of billed node-time that ran jobs, by {clock} · {} · {}.",
        summary.clusters_in_words(),
        summary.span()
    );
    let billed: f64 = week.billed.iter().sum();
    if billed <= 0.0 {
        return Figure {
            title: "No node was billed".to_owned(),
            subtitle,
            note: String::new(),
            rows: vec![Row::one(Panel::Words("Without billed nodes there is no utilisation.".to_owned()))],
        };
    }
    let dated = zone.is_some();
    let covered = week.covers();
    // Days of the week that a short run never sees are left out.
    let days = (0..7).filter(|day| covered[day * 24..day * 24 + 24].contains(&true));
    let cell = |hour: usize| match (week.share(hour), covered[hour]) {
        (Some(share), _) => HeatCell::Share(share),
        (None, true) => HeatCell::Nothing,
        (None, false) => HeatCell::Outside,
    };
    let (rows, cells) = days
        .map(|day| {
            let name = if dated { DAYS[day].to_owned() } else { format!("day {}", day + 1) };
            let cells: Vec<HeatCell> = (0..24).map(|hour| cell(day * 24 + hour)).collect();
            (name, cells)
        })
        .unzip();
    let columns = (0..=24).map(|h| if h % 3 == 0 { format!("{h:02}:00") } else { String::new() }).collect();
    let mut subtitle = subtitle;
    if week.billed.iter().zip(covered).any(|(billed, covered)| covered && *billed == 0.0) {
        subtitle.push_str(" A point is an hour without nodes.");
    }
    let used = || week.billed.iter().filter(|b| **b > 0.0).map(|s| s / 3600.0);
    let (least, most) = used().fold((f64::INFINITY, 0.0_f64), |(a, b), h| (a.min(h), b.max(h)));
    if short(least) == short(most) {
        subtitle.push_str(&format!(" Each cell is {} node-hours.", short(most)));
    } else {
        let average = short(billed / 3600.0 / used().count() as f64);
        let (least, most) = (short(least), short(most));
        subtitle.push_str(&format!(" A cell is {average} node-hours on average, {least} to {most}."));
    }
    let range = range(week);
    let ends = ends(range);
    let span = ends.1 - ends.0;
    // Both ends are marks.
    let tens = (span * 10.0).round() as u32;
    let step = if tens > 5 && tens.is_multiple_of(2) { 20.0 } else { 10.0 };
    let marks = (0..=10).map(|i| ends.0 + f64::from(i) * step / 100.0).filter(|at| *at <= ends.1 + 1e-9);
    let key = marks.map(|at| KeyEntry {
        ink: Ink::Ramp((at - ends.0) / span),
        swatch: Swatch::Square,
        name: percent(at),
        value: String::new(),
    });
    Figure {
        title: title(data, billed, dated, range),
        subtitle,
        note: String::new(),
        rows: vec![
            Row::one(Panel::Key(key.collect())),
            Row::one(Panel::Heat(Heat { heading: String::new(), rows, columns, cells, ends })),
        ],
    }
}

/// The lowest and the highest share of an hour.
fn range(week: &Week) -> (f64, f64) {
    let shares = (0..HOURS).filter_map(|h| week.share(h));
    shares.fold((1.0, 0.0), |(low, high), s| (s.min(low), s.max(high)))
}

/// What the ends of the colours stand for: a narrow range in the middle of the scale would be one colour. Where all hours
/// are nearly alike, they are to look so.
fn ends((low, high): (f64, f64)) -> (f64, f64) {
    if high - low < ALIKE {
        return (0.0, 1.0);
    }
    ((low * 10.0 + 1e-9).floor() / 10.0, (high * 10.0 - 1e-9).ceil() / 10.0)
}

fn title(data: &Data, billed: f64, dated: bool, (low, high): (f64, f64)) -> String {
    let week = &data.week;
    let whole = week.running.iter().sum::<f64>() / billed;
    if high - low < ALIKE {
        let (low, high) = (percent(low), percent(high));
        let low = if low == high { String::new() } else { low.replace(" %", "–") };
        let without = week.billed.iter().zip(week.covers()).any(|(b, covered)| covered && *b == 0.0);
        let when = if without { "in every hour that has any" } else { "around the clock" };
        return format!("Billed nodes are busy {low}{high} of the time, {when}");
    }
    let busy = percent(whole);
    // Single hours are mostly chance; days and parts of the day are told, where they have enough node-time.
    let stretch = |name: String, hours: &mut dyn Iterator<Item = usize>| {
        let (mut running, mut all) = (0.0, 0.0);
        for h in hours {
            running += week.running[h];
            all += week.billed[h];
        }
        (all >= STRETCH_MIN * billed && all < billed).then(|| (name, running / all))
    };
    let mut found = Vec::new();
    for (day, long) in LONG_DAYS.iter().enumerate() {
        let name = if dated { format!("on {long}s") } else { format!("on day {}", day + 1) };
        found.extend(stretch(name, &mut (day * 24..day * 24 + 24)));
    }
    for part in 0..4 {
        let (from, to) = (part * 6, part * 6 + 6);
        let name = format!("from {from:02} to {to:02} h");
        found.extend(stretch(name, &mut (0..HOURS).filter(|h| (from..to).contains(&(h % 24)))));
    }
    let away = |share: f64| (share - whole).abs();
    let told = found.into_iter().reduce(|a, b| if away(b.1) > away(a.1) { b } else { a });
    match told.filter(|(_, share)| away(*share) >= TOLD) {
        Some((name, share)) => {
            let word = if share < whole { "least" } else { "most" };
            format!("Billed nodes are busy {busy} of the time, {word} {name} ({})", percent(share))
        }
        None => {
            let (low, high) = (percent(low), percent(high));
            let low = low.trim_end_matches(" %");
            format!("Billed nodes are busy {busy} of the time, alike on all days (single hours {low}–{high})")
        }
    }
}
