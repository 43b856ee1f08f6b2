//! Bands of values, each of one colour, and the bar that says what they mean.

use super::layout::{Frame, LABEL, Pen, SMALL, Set};
use super::scene::Anchor;
use super::text::width;
use super::theme::Ink;

/// Bands of values, each of one colour.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bands {
    /// Borders between bands with their words, ascending.
    pub edges: Vec<(f64, String)>,
    /// Least and highest value, in words.
    pub ends: (String, String),
    /// Lines between two cells go by the logarithm of the value.
    pub log: bool,
    /// What the values are, with the unit; may be empty.
    pub name: String,
}

/// Height of a bar with its words.
pub(super) const BAR: f64 = 12.0 + SMALL + 6.0;

impl Bands {
    /// Number of the band of a value.
    pub(super) fn band(&self, value: f64) -> usize {
        self.edges.partition_point(|edge| edge.0 <= value)
    }

    /// The colour of a band, 0 to 1.
    pub(super) fn tone(&self, band: usize) -> f64 {
        if self.edges.is_empty() { 0.25 } else { band as f64 / self.edges.len() as f64 }
    }

    /// A bar with one piece for each band.
    pub(super) fn draw(&self, pen: &mut Pen, frame: Frame) {
        let n = self.edges.len() + 1;
        let name = if self.name.is_empty() { 0.0 } else { width(&self.name, LABEL, false) + 14.0 };
        pen.text(frame.x, frame.y + 11.0, &self.name, Set::new(LABEL, Ink::Text));
        let (x, w) = (frame.x + name, (frame.w - name).clamp(1.0, 420.0));
        let piece = w / n as f64;
        for band in 0..n {
            pen.rect(x + band as f64 * piece, frame.y, piece + 0.5, 12.0, Ink::Ramp(self.tone(band)));
        }
        pen.border(Frame { x, y: frame.y, w, h: 12.0 }, 1.0, Ink::Quiet);
        let y = frame.y + 12.0 + SMALL + 2.0;
        let words = |text: &str| width(text, SMALL, false);
        let muted = Set::new(SMALL, Ink::Muted);
        pen.text(x, y, &self.ends.0, muted);
        let right = x + w - words(&self.ends.1);
        pen.text(x + w, y, &self.ends.1, muted.anchor(Anchor::End));
        let mut free_from = x + words(&self.ends.0) + 8.0;
        for (i, (_, text)) in self.edges.iter().enumerate() {
            let at = x + (i + 1) as f64 * piece;
            let half = words(text) / 2.0;
            if at - half >= free_from && at + half + 8.0 <= right {
                pen.line(vec![(at, frame.y), (at, frame.y + 15.0)], 1.0, Ink::Muted);
                pen.text(at, y, text, muted.anchor(Anchor::Middle));
                free_from = at + half + 8.0;
            }
        }
    }
}
