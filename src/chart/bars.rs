//! Horizontal bars with their values at their ends: no axis to look up.

use super::layout::{Frame, HEADING, LABEL, Pen, Set};
use super::scene::Anchor;
use super::text::{cut, width};
use super::theme::Ink;

/// A value as a bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    /// Its length, on one scale over all columns.
    pub value: f64,
    /// What stands at its end.
    pub text: String,
}

/// A row: one bar for each column.
#[derive(Clone, Debug, PartialEq)]
pub struct BarRow {
    /// Its name.
    pub label: String,
    /// In the order of the columns.
    pub bars: Vec<Bar>,
    /// The row that the title speaks of.
    pub strong: bool,
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
const ROW_MAX: f64 = 66.0;

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

    pub(super) fn draw(&self, pen: &mut Pen, frame: Frame) {
        let mut body = pen.heading(frame, &self.heading);
        let columns = self.columns.len().max(1);
        let named = self.columns.iter().any(|c| !c.is_empty());
        let names = if named { HEADING + 10.0 } else { 0.0 };
        let widest =
            self.rows.iter().map(|r| width(&r.label, LABEL, r.strong)).fold(0.0, f64::max).min(body.w * 0.4);
        let left = body.x + widest + 10.0;
        let room = ((body.right() - left) - GAP * (columns - 1) as f64) / columns as f64;
        for (c, name) in self.columns.iter().enumerate() {
            let x = left + c as f64 * (room + GAP);
            let name = cut(name, room, LABEL, true);
            pen.text(x, body.y + LABEL, &name, Set::new(LABEL, Ink::Muted).bold());
        }
        body = body.below(names);
        let height = (body.h / self.rows.len().max(1) as f64).min(ROW_MAX);
        let texts = self.rows.iter().flat_map(|r| &r.bars).map(|b| width(&b.text, LABEL, true));
        let longest = (room - texts.fold(0.0, f64::max) - 8.0).max(room * 0.2);
        let top = self.rows.iter().flat_map(|r| &r.bars).map(|b| b.value).fold(0.0, f64::max);
        for (r, row) in self.rows.iter().enumerate() {
            let y = body.y + r as f64 * height;
            let thick = (height * 0.66).min(38.0);
            let baseline = y + height / 2.0 + LABEL * 0.36;
            let set = Set::new(LABEL, Ink::Text).anchor(Anchor::End);
            let set = if row.strong { set.bold() } else { set };
            let label = cut(&row.label, widest + 1.0, LABEL, row.strong);
            pen.text(left - 10.0, baseline, &label, set);
            for (c, bar) in row.bars.iter().enumerate() {
                let x = left + c as f64 * (room + GAP);
                let length = if top > 0.0 { bar.value / top * longest } else { 0.0 };
                let ink = if row.strong { Ink::Accent } else { Ink::Quiet };
                // What is more than nothing can be seen.
                let length = if bar.value > 0.0 { length.max(1.0) } else { 0.0 };
                pen.rect(x, y + (height - thick) / 2.0, length, thick, ink);
                let set = Set::new(LABEL, Ink::Text);
                let set = if row.strong { set.bold() } else { set };
                pen.text(x + length + 7.0, baseline, &bar.text, set);
            }
        }
        let bottom = body.y + height * self.rows.len() as f64;
        for c in 0..columns {
            let x = left + c as f64 * (room + GAP);
            pen.line(vec![(x, body.y), (x, bottom)], 1.0, Ink::Muted);
        }
    }
}
