//! Shapes that are told from each other without their colours.

use super::figure::KeyEntry;
use super::layout::{Frame, Pen};
use super::scene::Item;
use super::theme::Ink;

/// A mark at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A full circle.
    Dot,
    /// An empty circle.
    Ring,
    /// A square on its corner.
    Diamond,
    /// Two strokes.
    Cross,
}

/// What stands before the name of an entry of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swatch {
    /// A square of its colour.
    Square,
    /// A line of its colour.
    Line,
    /// A dashed line of its colour.
    Dashed,
    /// A hatched square, as of cells without a value.
    Hatch,
    /// A square with a cross, as of cells that are ruled out.
    Crossed,
    /// The symbol of a mark.
    Symbol(Symbol),
}

/// From one stroke of a hatching to the next.
const STROKES: f64 = 7.0;

impl Pen {
    /// A symbol; those that are filled have a rim, so that they can be seen upon any colour.
    pub(super) fn symbol(&mut self, (x, y): (f64, f64), radius: f64, symbol: Symbol, ink: Ink) {
        let rim = self.color(Ink::Background);
        let color = self.color(ink);
        let diamond = |r: f64| vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)];
        match symbol {
            Symbol::Dot => {
                if radius > 4.0 {
                    self.items.push(Item::Dot(x, y, radius + 1.5, rim));
                }
                self.items.push(Item::Dot(x, y, radius, color));
            }
            Symbol::Ring => {
                self.items.push(Item::Dot(x, y, radius, color));
                self.items.push(Item::Dot(x, y, (radius - 1.5).max(0.5), rim));
            }
            Symbol::Diamond => {
                let r = radius * 1.3;
                self.items.push(Item::Area(diamond(r + 2.2), rim));
                self.items.push(Item::Area(diamond(r), color));
            }
            Symbol::Cross => {
                let r = radius * 0.8;
                self.line(vec![(x - r, y - r), (x + r, y + r)], 1.0, ink);
                self.line(vec![(x - r, y + r), (x + r, y - r)], 1.0, ink);
            }
        }
    }

    /// What stands before the name of an entry of a key.
    pub(super) fn swatch(&mut self, x: f64, baseline: f64, entry: &KeyEntry) {
        let square = Frame { x: x + 1.0, y: baseline - 10.5, w: 12.0, h: 12.0 };
        match entry.swatch {
            Swatch::Line => {
                self.line(vec![(x, baseline - 4.5), (x + 14.0, baseline - 4.5)], 2.5, entry.ink);
            }
            Swatch::Dashed => {
                for from in [0.0, 8.0] {
                    let y = baseline - 4.5;
                    self.line(vec![(x + from, y), (x + from + 6.0, y)], 2.0, entry.ink);
                }
            }
            Swatch::Square => self.rect(square.x, square.y, square.w, square.h, entry.ink),
            Swatch::Hatch => {
                self.border(square, 1.0, entry.ink);
                self.hatch(&[square], 4.0, entry.ink);
            }
            Swatch::Crossed => {
                self.border(square, 1.0, entry.ink);
                self.line(vec![(square.x, square.y), (square.right(), square.bottom())], 1.0, entry.ink);
                self.line(vec![(square.x, square.bottom()), (square.right(), square.y)], 1.0, entry.ink);
            }
            Swatch::Symbol(symbol) => self.symbol((x + 7.0, baseline - 4.5), 5.0, symbol, entry.ink),
        }
    }

    /// The border of a frame.
    pub(super) fn border(&mut self, f: Frame, thick: f64, ink: Ink) {
        let corners = [(f.x, f.y), (f.right(), f.y), (f.right(), f.bottom()), (f.x, f.bottom()), (f.x, f.y)];
        self.line(corners.to_vec(), thick, ink);
    }

    /// Rising strokes over all frames as over one area: they go through where frames meet.
    pub(super) fn hatch(&mut self, frames: &[Frame], apart: f64, ink: Ink) {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for f in frames {
            (low, high) = (low.min(f.x + f.y), high.max(f.right() + f.bottom()));
        }
        if low > high {
            return;
        }
        // On a stroke x + y is the same everywhere.
        for n in (low / apart).ceil() as i64..=(high / apart).floor() as i64 {
            let sum = n as f64 * apart;
            let within = |f: &Frame| (f.y.max(sum - f.right()), f.bottom().min(sum - f.x));
            let mut spans: Vec<(f64, f64)> = frames.iter().map(within).filter(|s| s.1 > s.0).collect();
            spans.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut joined: Vec<(f64, f64)> = Vec::new();
            for span in spans {
                match joined.last_mut() {
                    Some(last) if span.0 <= last.1 + 0.01 => last.1 = last.1.max(span.1),
                    _ => joined.push(span),
                }
            }
            for (from, to) in joined {
                self.line(vec![(sum - from, from), (sum - to, to)], 1.0, ink);
            }
        }
    }

    /// Hatching at its usual width.
    pub(super) fn hatch_cells(&mut self, frames: &[Frame]) {
        self.hatch(frames, STROKES, Ink::Quiet);
    }
}
