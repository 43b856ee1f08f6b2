//! Values as strokes in rows with the interval of their mean: what chance does, seen value by value.

use super::layout::{Frame, LABEL, Pen, SMALL, Set};
use super::plot::Tick;
use super::scene::Anchor;
use super::symbol::Symbol;
use super::text::{cut, width, wrap};
use super::theme::Ink;

/// A row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strip {
    /// What it is.
    pub label: String,
    /// More about it, smaller, below.
    pub detail: String,
    /// Each value.
    pub values: Vec<f64>,
    /// Their mean.
    pub mean: f64,
    /// Both ends of its interval.
    pub interval: Option<(f64, f64)>,
    /// At the end of the row.
    pub text: String,
    /// The row that the title speaks of.
    pub strong: bool,
}

/// Values in rows on one axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strips {
    /// What is shown, with the unit.
    pub heading: String,
    /// What stands above the texts at the ends.
    pub text_heading: String,
    /// Rows, top to bottom.
    pub rows: Vec<Strip>,
    /// Ends of the axis.
    pub ends: (f64, f64),
    /// Labelled places.
    pub ticks: Vec<Tick>,
}

/// No row is taller.
const ROW_MAX: f64 = 110.0;

impl Strips {
    /// Its numbers with their names.
    pub(super) fn in_words(&self) -> Vec<String> {
        self.rows.iter().map(|r| format!("{} ({}) {}", r.label, r.detail, r.text)).collect()
    }

    pub(super) fn draw(&self, pen: &mut Pen, frame: Frame) {
        let body = pen.heading(frame, &self.heading);
        let strong = Set::new(LABEL, Ink::Text).bold();
        let widest = |of: &dyn Fn(&Strip) -> f64| self.rows.iter().map(of).fold(0.0, f64::max);
        let names = widest(&|r| width(&r.label, LABEL, true).max(width(&r.detail, SMALL, false)));
        let left = names.min(body.w * 0.32) + 12.0;
        let texts = widest(&|r| width(&r.text, SMALL, false)).max(width(&self.text_heading, SMALL, true));
        let right = texts.min(body.w * 0.26) + 12.0;
        let top = if self.text_heading.is_empty() { 0.0 } else { SMALL + 8.0 };
        let n = self.rows.len().max(1) as f64;
        let h = ((body.h - top - LABEL - 10.0) / n).clamp(1.0, ROW_MAX);
        let area = Frame { x: body.x + left, y: body.y + top, w: (body.w - left - right).max(1.0), h: h * n };
        let (low, high) = self.ends;
        let x = |value: f64| {
            let share = (value - low) / (high - low);
            area.x + area.w * if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.5 }
        };
        let mut free_from = f64::NEG_INFINITY;
        for tick in &self.ticks {
            let at = x(tick.at);
            pen.line(vec![(at, area.y), (at, area.bottom())], 1.0, Ink::Grid);
            let half = width(&tick.label, LABEL, false) / 2.0;
            if at - half >= free_from {
                let set = Set::new(LABEL, Ink::Muted).anchor(Anchor::Middle);
                pen.text(at, area.bottom() + LABEL + 5.0, &tick.label, set);
                free_from = at + half + 9.0;
            }
        }
        let heading = cut(&self.text_heading, right - 10.0, SMALL, true);
        pen.text(area.right() + 10.0, body.y + SMALL, &heading, Set::new(SMALL, Ink::Muted).bold());
        for (i, row) in self.rows.iter().enumerate() {
            let y = area.y + i as f64 * h;
            let middle = y + h / 2.0;
            if i > 0 {
                pen.line(vec![(body.x, y), (body.right(), y)], 1.0, Ink::Grid);
            }
            let lines = (((h - LABEL - 8.0) / (SMALL + 3.0)).max(0.0) as usize).min(2);
            let details =
                if lines > 0 { wrap(&row.detail, left - 12.0, SMALL, false, lines) } else { Vec::new() };
            let high = LABEL + details.len() as f64 * (SMALL + 3.0);
            let mut baseline = middle - high / 2.0 + LABEL * 0.86;
            // Where there is one line only, what tells rows from each other stands in it.
            let label = if lines == 0 && !row.detail.is_empty() && row.label.is_empty() {
                &row.detail
            } else {
                &row.label
            };
            let set = if row.strong { strong } else { Set::new(LABEL, Ink::Text) };
            pen.text(body.x, baseline, &cut(label, left - 12.0, LABEL, row.strong), set);
            for line in details {
                baseline += SMALL + 3.0;
                pen.text(body.x, baseline, &line, Set::new(SMALL, Ink::Muted));
            }
            let reach = (h * 0.28).min(13.0);
            let ink = if row.strong { Ink::Accent } else { Ink::Muted };
            for value in &row.values {
                let at = x(*value);
                pen.line(vec![(at, middle - reach), (at, middle + reach)], 1.0, ink);
            }
            if let Some((from, to)) = row.interval {
                let (from, to) = (x(from), x(to));
                pen.line(vec![(from, middle), (to, middle)], 4.0, Ink::Background);
                pen.line(vec![(from, middle), (to, middle)], 2.5, Ink::Text);
                for end in [from, to] {
                    pen.line(vec![(end, middle - 4.0), (end, middle + 4.0)], 2.0, Ink::Text);
                }
            }
            pen.symbol((x(row.mean), middle), 4.0, Symbol::Dot, Ink::Text);
            let set = Set::new(SMALL, Ink::Text);
            let set = if row.strong { set.bold() } else { set };
            pen.text(
                area.right() + 10.0,
                middle + SMALL * 0.36,
                &cut(&row.text, right - 10.0, SMALL, row.strong),
                set,
            );
        }
        pen.line(vec![(area.x, area.bottom()), (area.right(), area.bottom())], 1.0, Ink::Muted);
    }
}
