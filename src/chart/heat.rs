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
    /// The shares that the ends of the colours stand for.
    pub ends: (f64, f64),
}

/// No row is taller.
const ROW_MAX: f64 = 110.0;

impl Heat {
    /// The colour that stands for a share.
    fn tone(&self, share: f64) -> f64 {
        let (low, high) = self.ends;
        if high > low { ((share - low) / (high - low)).clamp(0.0, 1.0) } else { share }
    }

    pub(super) fn draw(&self, pen: &mut Pen, frame: Frame) {
        let body = pen.heading(frame, &self.heading);
        // In a tall picture rows become columns: the table fills it, and its numbers have room.
        let tall = body.h > body.w * 1.2;
        let across = self.cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let (across, down) =
            if tall { (self.cells.len().max(1), across) } else { (across, self.cells.len().max(1)) };
        let beside = if tall { &self.columns } else { &self.rows };
        let left = beside.iter().map(|r| width(r, LABEL, false)).fold(0.0, f64::max) + 12.0;
        let grid = Frame { x: body.x + left, w: body.w - left - 14.0, h: body.h - LABEL - 8.0, ..body };
        let (w, h) = (grid.w / across as f64, (grid.h / down as f64).min(ROW_MAX));
        for (r, row) in self.cells.iter().enumerate() {
            for (c, cell) in row.iter().enumerate() {
                let (i, j) = if tall { (r, c) } else { (c, r) };
                let at = Frame { x: grid.x + i as f64 * w, y: grid.y + j as f64 * h, w, h };
                self.cell(pen, at, *cell);
            }
        }
        let bottom = grid.y + h * down as f64;
        for (r, name) in self.rows.iter().enumerate() {
            if tall {
                let set = Set::new(LABEL, Ink::Text).anchor(Anchor::Middle);
                pen.text(grid.x + (r as f64 + 0.5) * w, bottom + LABEL + 4.0, name, set);
            } else {
                let set = Set::new(LABEL, Ink::Text).anchor(Anchor::End);
                pen.text(grid.x - 10.0, grid.y + (r as f64 + 0.5) * h + LABEL * 0.36, name, set);
            }
        }
        for (c, name) in self.columns.iter().enumerate() {
            if tall {
                let set = Set::new(LABEL, Ink::Muted).anchor(Anchor::End);
                pen.text(grid.x - 8.0, grid.y + c as f64 * h + LABEL * 0.36, name, set);
            } else {
                let set = Set::new(LABEL, Ink::Muted).anchor(Anchor::Middle);
                pen.text(grid.x + c as f64 * w, bottom + LABEL + 4.0, name, set);
            }
        }
    }

    fn cell(&self, pen: &mut Pen, at: Frame, cell: HeatCell) {
        let middle = at.x + at.w / 2.0;
        let baseline = |size: f64| at.y + at.h / 2.0 + size * 0.36;
        match cell {
            HeatCell::Outside => {}
            HeatCell::Nothing => {
                let set = Set::new(SMALL, Ink::Muted).anchor(Anchor::Middle);
                pen.text(middle, baseline(SMALL), "·", set);
            }
            HeatCell::Share(share) => {
                let tone = self.tone(share);
                pen.rect(at.x + 1.0, at.y + 1.0, at.w - 2.0, at.h - 2.0, Ink::Ramp(tone));
                let text = format!("{:.0}", share * 100.0);
                let fits = |size: &f64| width(&text, *size, false) <= at.w - 4.0 && *size <= at.h;
                if let Some(size) = [LABEL, SMALL].into_iter().find(fits) {
                    let set = Set::new(size, Ink::OnRamp(tone)).anchor(Anchor::Middle);
                    pen.text(middle, baseline(size), &text, set);
                }
            }
        }
    }
}
