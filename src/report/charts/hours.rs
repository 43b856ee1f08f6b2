//! How busy billed nodes are, by hour of the week.

use super::data::Data;
use super::series::HOURS;
use crate::chart::{Figure, Heat, HeatCell, Panel, Row};
use crate::report::units::percent;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const LONG_DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// An hour with less than this part of the average node-time is no example of anything.
const ENOUGH: f64 = 0.1;

pub(super) fn figure(data: &Data) -> Figure {
    let summary = &data.summary;
    let week = &data.week;
    let zone = summary.start.as_ref().map(|s| s.time_zone().iana_name().unwrap_or("local time").to_owned());
    let clock = match &zone {
        Some(zone) => format!("hours of the week in {zone}"),
        None => "hours of a week from the beginning; the scenario has no `start` date".to_owned(),
    };
    let subtitle = format!(
        "Share of billed node-time that ran jobs, in per cent, by {clock} · {} · {}.",
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
    Figure {
        title: title(data, billed, dated),
        subtitle,
        note: String::new(),
        rows: vec![Row::one(Panel::Heat(Heat { heading: String::new(), rows, columns, cells }))],
    }
}

fn title(data: &Data, billed: f64, dated: bool) -> String {
    let week = &data.week;
    let hours = week.billed.iter().filter(|b| **b > 0.0).count() as f64;
    let telling = (0..HOURS).filter(|&h| week.billed[h] >= ENOUGH * billed / hours);
    let share = |h: usize| week.share(h).unwrap_or(0.0);
    let overall = percent(week.running.iter().sum::<f64>() / billed);
    let all: Vec<usize> = telling.collect();
    let busiest = all.iter().copied().reduce(|a, b| if share(b) > share(a) { b } else { a });
    let quietest = all.iter().copied().reduce(|a, b| if share(b) < share(a) { b } else { a });
    let (Some(busy), Some(quiet)) = (busiest, quietest) else {
        return format!("Billed nodes are busy {overall} of the time");
    };
    // What stands out is what is farther from the whole.
    let whole = week.running.iter().sum::<f64>() / billed;
    let (word, hour) =
        if whole - share(quiet) >= share(busy) - whole { ("least", quiet) } else { ("most", busy) };
    if percent(share(hour)) == overall {
        return format!("Billed nodes are busy {overall} of the time, at all hours");
    }
    format!(
        "Billed nodes are busy {overall} of the time, {word} on {} ({})",
        name(hour, dated),
        percent(share(hour))
    )
}

fn name(hour: usize, dated: bool) -> String {
    let (day, hour) = (hour / 24, hour % 24);
    let day = if dated { LONG_DAYS[day].to_owned() } else { format!("day {}", day + 1) };
    format!("{day}, {hour:02}–{:02} h", hour + 1)
}
