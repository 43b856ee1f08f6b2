//! A table of shares, coloured, with the numbers in it: to be read without its colours too.

use super::layout::{Frame, LABEL, Pen, SMALL, Set};
use super::scene::Anchor;
use super::text::width;
use super::theme::Ink;

/// A cell of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HeatCell {
    /// A share from 0 to 1.
    Share(f64),
    /// There is nothing to divide by: a point.
    Nothing,
    /// Not part of what is shown: empty.
    Outside,
}

/// A table of shares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heat {
    /// What is shown, with the unit.
    pub heading: String,
    /// Names of the rows.
    pub rows: Vec<String>,
    /// Names of the borders between columns, the first left of all; empty ones are left out.
    pub columns: Vec<String>,
    /// By row and column.
    pub cells: Vec<Vec<HeatCell>>,
}

impl Heat {
    pub(super) fn draw(&self, pen: &mut Pen, frame: Frame) {
        let body = pen.heading(frame, &self.heading);
        let left = self.rows.iter().map(|r| width(r, LABEL, false)).fold(0.0, f64::max) + 12.0;
        let grid = Frame { x: body.x + left, w: body.w - left - 14.0, h: body.h - LABEL - 8.0, ..body };
        let n = self.cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let (w, h) = (grid.w / n as f64, (grid.h / self.cells.len().max(1) as f64).min(56.0));
        for (r, row) in self.cells.iter().enumerate() {
            let y = grid.y + r as f64 * h;
            if let Some(name) = self.rows.get(r) {
                let set = Set::new(LABEL, Ink::Text).anchor(Anchor::End);
                pen.text(grid.x - 10.0, y + h / 2.0 + LABEL * 0.36, name, set);
            }
            for (c, cell) in row.iter().enumerate() {
                let x = grid.x + c as f64 * w;
                let share = match *cell {
                    HeatCell::Share(share) => share,
                    HeatCell::Nothing => {
                        let set = Set::new(SMALL, Ink::Muted).anchor(Anchor::Middle);
                        pen.text(x + w / 2.0, y + h / 2.0 + SMALL * 0.36, "·", set);
                        continue;
                    }
                    HeatCell::Outside => continue,
                };
                pen.rect(x + 1.0, y + 1.0, w - 2.0, h - 2.0, Ink::Ramp(share));
                let text = format!("{:.0}", share * 100.0);
                if width(&text, SMALL, false) <= w - 4.0 {
                    let set = Set::new(SMALL, Ink::OnRamp(share)).anchor(Anchor::Middle);
                    pen.text(x + w / 2.0, y + h / 2.0 + SMALL * 0.36, &text, set);
                }
            }
        }
        let bottom = grid.y + h * self.cells.len() as f64;
        for (c, name) in self.columns.iter().enumerate() {
            let set = Set::new(LABEL, Ink::Muted).anchor(Anchor::Middle);
            pen.text(grid.x + c as f64 * w, bottom + LABEL + 4.0, name, set);
        }
    }
}
