//! Columns over categories, one or two a category, with their values above them.

use super::layout::{Frame, LABEL, Pen, SMALL, Set};
use super::plot::Tick;
use super::scene::Anchor;
use super::text::width;
use super::theme::Ink;

/// A category: its name, and a value with its words for each colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Category {
    /// Its name.
    pub label: String,
    /// Height and what stands above.
    pub values: Vec<(f64, String)>,
}

/// Columns over categories.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// What is shown, with the unit.
    pub heading: String,
    /// Categories, left to right.
    pub categories: Vec<Category>,
    /// Colour of each value.
    pub inks: Vec<Ink>,
    /// What the full height stands for, so that panels can be compared; 0: the highest value.
    pub top: f64,
    /// Labelled heights.
    pub grid: Vec<Tick>,
}

/// Room for the labels of heights.
const LEFT: f64 = 42.0;

impl Columns {
    /// Its numbers with their names.
    pub(super) fn in_words(&self) -> Vec<String> {
        let texts = |c: &Category| c.values.iter().map(|v| v.1.clone()).collect::<Vec<_>>().join(" and ");
        self.categories.iter().map(|c| format!("{} {}", c.label, texts(c))).collect()
    }

    pub(super) fn draw(&self, pen: &mut Pen, frame: Frame) {
        let body = pen.heading(frame, &self.heading);
        let below = LABEL + 9.0;
        let above = SMALL + 6.0;
        let left = if self.grid.is_empty() { 0.0 } else { LEFT };
        let plot = Frame {
            x: body.x + left,
            y: body.y + above,
            w: body.w - left,
            h: (body.h - below - above).max(1.0),
        };
        let n = self.categories.len().max(1) as f64;
        let room = plot.w / n;
        let each = (room * 0.9 / self.inks.len().max(1) as f64).min(44.0);
        let highest = self.categories.iter().flat_map(|c| &c.values).map(|v| v.0).fold(0.0, f64::max);
        let top = if self.top > 0.0 { self.top } else { highest.max(1e-300) };
        let mut free_below = f64::INFINITY;
        for tick in &self.grid {
            let y = plot.bottom() - plot.h * (tick.at / top).min(1.0);
            pen.line(vec![(plot.x, y), (plot.right(), y)], 1.0, Ink::Grid);
            if y <= free_below {
                free_below = y - LABEL;
                let set = Set::new(SMALL, Ink::Muted).anchor(Anchor::End);
                pen.text(plot.x - 7.0, y + SMALL * 0.36, &tick.label, set);
            }
        }
        let texts = self.categories.iter().flat_map(|c| &c.values);
        // All values or none: a missing one would be taken for 0.
        let size = [SMALL, SMALL - 1.0, SMALL - 2.0, SMALL - 2.5]
            .into_iter()
            .find(|size| texts.clone().all(|(_, text)| width(text, *size, false) <= each * 1.1));
        let labels = || self.categories.iter().map(|c| &c.label);
        let fits = |size: &f64| labels().all(|label| width(label, *size, false) <= room - 4.0);
        let label_size = [LABEL, SMALL, SMALL - 1.5].into_iter().find(fits).unwrap_or(SMALL);
        let mut free_from = plot.x - 10.0;
        for (i, category) in self.categories.iter().enumerate() {
            let middle = plot.x + (i as f64 + 0.5) * room;
            let left = middle - each * category.values.len() as f64 / 2.0;
            for (k, ((value, text), ink)) in category.values.iter().zip(&self.inks).enumerate() {
                let x = left + k as f64 * each;
                let h = plot.h * value / top;
                let h = if *value > 0.0 { h.max(1.0) } else { 0.0 };
                pen.rect(x + each * 0.04, plot.bottom() - h, each * 0.92, h, *ink);
                if let Some(size) = size {
                    let set = Set::new(size, Ink::Muted).anchor(Anchor::Middle);
                    pen.text(x + each / 2.0, plot.bottom() - h - 4.0, text, set);
                }
            }
            let half = width(&category.label, label_size, false) / 2.0;
            if middle - half >= free_from {
                let set = Set::new(label_size, Ink::Muted).anchor(Anchor::Middle);
                pen.text(middle, plot.bottom() + LABEL + 5.0, &category.label, set);
                free_from = middle + half + 3.0;
            }
        }
        pen.line(vec![(plot.x, plot.bottom()), (plot.right(), plot.bottom())], 1.0, Ink::Muted);
    }
}
