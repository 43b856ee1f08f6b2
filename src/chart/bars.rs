//! Horizontal bars with their values at their ends: no axis to look up.

use super::layout::{Frame, HEADING, LABEL, NARROW, Pen, Set};
use super::scene::Anchor;
use super::text::{cut, cut_name, width, wrap};
use super::theme::Ink;

/// A value as a bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    /// Its length, on one scale over all columns and groups.
    pub value: f64,
    /// What stands at its end.
    pub text: String,
}

/// How a row is set apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As the others.
    #[default]
    Plain,
    /// The row that the title speaks of.
    Strong,
    /// Several things in one bar: hollow, not to be compared with the others.
    Hollow,
}

/// A row: one bar for each column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BarRow {
    /// Words above it, where a group of rows begins; usually empty.
    pub group: String,
    /// Its name.
    pub label: String,
    /// In the order of the columns.
    pub bars: Vec<Bar>,
    /// How it is set apart.
    pub tone: Tone,
}

/// Bars in rows, and where there are several scopes in columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    /// What is shown, with the unit.
    pub heading: String,
    /// Names of the columns; one may be empty.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: Vec<BarRow>,
}

const GAP: f64 = 18.0;
/// A row is no taller, however few there are.
const ROW_MAX: f64 = 240.0;
/// A bar is no thicker.
const THICK_MAX: f64 = 70.0;
/// From this height of a row on, values of several columns stand above their bars, which then have the whole column.
const ABOVE_MIN: f64 = 44.0;
/// A line of words above a bar.
const WORDS: f64 = LABEL + 5.0;
/// Words above a group.
const GROUP: f64 = HEADING + 11.0;
/// Space before a group that is not the first.
const BEFORE: f64 = 14.0;

/// Where a row goes, alike for all rows.
struct Place {
    /// Left end of the bars of the first column.
    left: f64,
    /// Width of a column.
    room: f64,
    /// Width of all columns with their names.
    width: f64,
    /// Height of a row.
    height: f64,
    /// Length of the longest bar.
    longest: f64,
    /// Its value.
    top: f64,
    /// Names of rows stand above their bars.
    names_above: bool,
    /// Values stand above their bars.
    values_above: bool,
}

impl Bars {
    /// Its numbers with their names.
    pub(super) fn in_words(&self) -> Vec<String> {
        let row = |row: &BarRow| {
            let bars = row.bars.iter().zip(&self.columns);
            let texts = bars.map(|(bar, column)| match column.as_str() {
                "" => bar.text.clone(),
                column => format!("{} ({column})", bar.text),
            });
            format!("{} {}", row.label, texts.collect::<Vec<_>>().join(", "))
        };
        self.rows.iter().map(row).collect()
    }

    fn bars(&self) -> impl Iterator<Item = &Bar> {
        self.rows.iter().flat_map(|r| &r.bars)
    }

    fn place(&self, body: Frame) -> Place {
        let columns = self.columns.len().max(1);
        let groups = self.rows.iter().filter(|r| !r.group.is_empty()).count();
        let taken = groups as f64 * GROUP + groups.saturating_sub(1) as f64 * BEFORE;
        let height = ((body.h - taken) / self.rows.len().max(1) as f64).min(ROW_MAX);
        let names_above = body.w < NARROW && height >= WORDS + 8.0;
        let values_above = columns > 1 && height >= if names_above { ABOVE_MIN + WORDS } else { ABOVE_MIN };
        // Two lines may hold a name, where they have the height.
        let part = if height >= 2.0 * WORDS { 0.27 } else { 0.4 };
        let names = self.rows.iter().map(|r| width(&r.label, LABEL, r.tone == Tone::Strong));
        let widest = names.fold(0.0, f64::max).min(body.w * part);
        let left = if names_above { body.x } else { body.x + widest + 10.0 };
        let room = ((body.right() - left) - GAP * (columns - 1) as f64) / columns as f64;
        let texts = self.bars().map(|b| width(&b.text, LABEL, true)).fold(0.0, f64::max);
        let longest = if values_above { room } else { (room - texts - 8.0).max(room * 0.2) };
        let top = self.bars().map(|b| b.value).fold(0.0, f64::max);
        Place { left, room, width: body.w, height, longest, top, names_above, values_above }
    }

    pub(super) fn draw(&self, pen: &mut Pen, frame: Frame) {
        let mut body = pen.heading(frame, &self.heading);
        let columns = self.columns.len().max(1);
        let named = self.columns.iter().any(|c| !c.is_empty());
        let below_names = body.below(if named { HEADING + 10.0 } else { 0.0 });
        let place = self.place(below_names);
        let x = |c: usize| place.left + c as f64 * (place.room + GAP);
        for (c, name) in self.columns.iter().enumerate() {
            let name = cut_name(name, place.room, LABEL, true);
            pen.text(x(c), body.y + LABEL, &name, Set::new(LABEL, Ink::Muted).bold());
        }
        body = below_names;
        let mut y = body.y;
        let mut from = y;
        // Names above bars would be crossed by a line from top to bottom; there each bar has its own.
        let axes = |pen: &mut Pen, from: f64, to: f64| {
            for c in 0..if place.names_above { 0 } else { columns } {
                pen.line(vec![(x(c), from), (x(c), to)], 1.0, Ink::Muted);
            }
        };
        for row in &self.rows {
            if !row.group.is_empty() {
                if y > body.y {
                    axes(pen, from, y);
                    y += BEFORE;
                }
                let text = cut(&row.group, body.w, HEADING, true);
                pen.text(body.x, y + HEADING, &text, Set::new(HEADING, Ink::Text).bold());
                y += GROUP;
                from = y;
            }
            self.row(pen, row, &place, (body.x, y));
            y += place.height;
        }
        axes(pen, from, y);
    }

    /// A row from its upper left corner.
    fn row(&self, pen: &mut Pen, row: &BarRow, place: &Place, (left, y): (f64, f64)) {
        let strong = row.tone == Tone::Strong;
        let words = |lines: bool| if lines { WORDS } else { 0.0 };
        let taken = words(place.names_above) + words(place.values_above);
        let thick = ((place.height - taken) * 0.7).clamp(1.0, THICK_MAX);
        // Words and bar in the middle of the row.
        let mut bar_y = y + (place.height - taken - thick) / 2.0 + taken;
        if place.names_above {
            bar_y = y + taken;
        }
        let middle = bar_y + thick / 2.0;
        let set = Set::new(LABEL, Ink::Text);
        let set = if strong { set.bold() } else { set };
        if place.names_above {
            let x = left + 5.0;
            pen.text(x, y + LABEL, &cut_name(&row.label, place.width - 5.0, LABEL, strong), set);
        } else {
            let lines = if place.height >= 2.0 * WORDS { 2 } else { 1 };
            let lines = wrap(&row.label, place.left - 10.0 - left + 1.0, LABEL, strong, lines);
            let first = middle + LABEL * 0.36 - (lines.len() as f64 - 1.0) * WORDS / 2.0;
            for (i, line) in lines.iter().enumerate() {
                pen.text(place.left - 10.0, first + i as f64 * WORDS, line, set.anchor(Anchor::End));
            }
        }
        for (c, bar) in row.bars.iter().enumerate() {
            let x = place.left + c as f64 * (place.room + GAP);
            if place.names_above {
                pen.line(vec![(x, bar_y - 3.0), (x, bar_y + thick + 3.0)], 1.0, Ink::Muted);
            }
            let length = if place.top > 0.0 { bar.value / place.top * place.longest } else { 0.0 };
            // What is more than nothing can be seen.
            let length = if bar.value > 0.0 { length.max(1.0) } else { 0.0 };
            let ink = if strong { Ink::Accent } else { Ink::Quiet };
            pen.rect(x, bar_y, length, thick, ink);
            if row.tone == Tone::Hollow {
                pen.rect(x + 1.5, bar_y + 1.5, length - 3.0, thick - 3.0, Ink::Background);
            }
            if place.values_above {
                pen.text(x + 5.0, bar_y - 6.0, &bar.text, set);
            } else {
                pen.text(x + length + 7.0, middle + LABEL * 0.36, &bar.text, set);
            }
        }
    }
}
