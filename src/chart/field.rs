//! A value over two axes of levels: bands of colour with their borders as contours, what has no value hatched, and
//! marks. With few cells the numbers stand in them; with many the contours are labelled.

use super::bands::{BAR, Bands};
use super::contour::contours;
use super::labels::Labels;
use super::layout::{Frame, LABEL, Pen, SMALL, Set};
use super::scene::Anchor;
use super::symbol::Symbol;
use super::text::{cut, cut_name, width};
use super::theme::Ink;

/// An axis of a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Levels {
    /// What it is.
    pub name: String,
    /// Its levels, in their order.
    pub labels: Vec<String>,
    /// They are numbers: some may go without a label, and between two of them there is something.
    pub numeric: bool,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldCell {
    /// A value and what is written.
    Value(f64, String),
    /// No value that counts: hatched; what is written may be empty.
    Missed(String),
    /// Nothing there may be chosen: a cross.
    Ruled,
    /// Not part of what is shown: empty.
    Outside,
}

/// A marked place.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldMark {
    /// Number of the level on each axis, from 0; between two of them too.
    pub at: (f64, f64),
    /// Its shape.
    pub symbol: Symbol,
    /// What it is.
    pub label: String,
}

/// A value over two axes of levels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    /// What is shown, with the unit.
    pub heading: String,
    /// The horizontal axis.
    pub x: Levels,
    /// The vertical axis, from the bottom up.
    pub y: Levels,
    /// Cells by rows, the lowest first.
    pub cells: Vec<FieldCell>,
    /// Its colours.
    pub bands: Bands,
    /// Whether it shows what they mean itself.
    pub bar: bool,
    /// Whether borders between bands are drawn: they mean nothing where neighbours have little to do with each other.
    pub contours: bool,
    /// Marked places, the most important first.
    pub marks: Vec<FieldMark>,
}

/// The grid of cells on the picture.
struct Cells<'a> {
    field: &'a Field,
    grid: Frame,
    columns: usize,
    rows: usize,
    /// Size of a cell.
    w: f64,
    h: f64,
}

impl Cells<'_> {
    fn frame(&self, i: usize, j: usize) -> Frame {
        let (w, h) = (self.w, self.h);
        Frame { x: self.grid.x + i as f64 * w, y: self.grid.bottom() - (j + 1) as f64 * h, w, h }
    }

    /// The place of levels, or of what is between them.
    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.grid.x + (x + 0.5) * self.w, self.grid.bottom() - (y + 0.5) * self.h)
    }

    fn at(&self, i: usize, j: usize) -> &FieldCell {
        self.field.cells.get(j * self.columns + i).unwrap_or(&FieldCell::Outside)
    }

    fn band(&self, i: usize, j: usize) -> Option<usize> {
        match self.at(i, j) {
            FieldCell::Value(value, _) => Some(self.field.bands.band(*value)),
            _ => None,
        }
    }

    /// The size at which all numbers fit into their cells, if one does.
    fn written(&self) -> Option<f64> {
        let texts = || {
            self.field.cells.iter().filter_map(|cell| match cell {
                FieldCell::Value(_, text) => Some(text),
                _ => None,
            })
        };
        if texts().all(String::is_empty) {
            return None;
        }
        let fits = |size: &f64| self.h >= size + 3.0 && texts().all(|text| self.fits(text, *size));
        [LABEL, SMALL, SMALL - 1.5].into_iter().find(fits)
    }

    fn fits(&self, text: &str, size: f64) -> bool {
        width(text, size, false) <= self.w - 5.0
    }

    /// Cells large enough to have borders; between smaller ones lines are drawn from centre to centre.
    fn coarse(&self) -> bool {
        let numeric = self.field.x.numeric && self.field.y.numeric;
        !numeric || self.columns < 12 || self.rows < 8
    }
}

impl Field {
    /// Its marks with their places.
    pub(super) fn in_words(&self) -> Vec<String> {
        let level = |axis: &Levels, at: f64| {
            let exact = (at.fract() == 0.0).then(|| axis.labels.get(at as usize)).flatten();
            exact.map_or_else(
                || format!("{} between levels", axis.name),
                |text| format!("{} {text}", axis.name),
            )
        };
        let of =
            |m: &FieldMark| format!("{}: {}, {}", m.label, level(&self.x, m.at.0), level(&self.y, m.at.1));
        self.marks.iter().map(of).collect()
    }

    pub(super) fn draw(&self, pen: &mut Pen, frame: Frame) {
        let mut body = pen.heading(frame, &self.heading);
        if self.bar {
            self.bands.draw(pen, body);
            body = body.below(BAR + 6.0);
        }
        let (columns, rows) = (self.x.labels.len().max(1), self.y.labels.len().max(1));
        let beside = self.y.labels.iter().map(|r| width(r, LABEL, false)).fold(0.0, f64::max);
        let left = beside.min(body.w * 0.35) + 9.0;
        let above = SMALL + 8.0;
        let below = LABEL + SMALL + 12.0;
        let grid = Frame {
            x: body.x + left,
            y: body.y + above,
            w: (body.w - left).max(1.0),
            h: (body.h - above - below).max(1.0),
        };
        let (w, h) = (grid.w / columns as f64, grid.h / rows as f64);
        let cells = Cells { field: self, grid, columns, rows, w, h };
        let written = cells.written();
        cells.fill(pen, written.is_some());
        if let Some(size) = written {
            cells.numbers(pen, size);
        }
        let coarse = written.is_some() || cells.coarse();
        cells.borders(pen, self.contours && coarse);
        self.axes(pen, &cells, body);
        let mut labels = Labels::new(grid);
        for mark in &self.marks {
            labels.avoid(cells.place(mark.at), 7.0);
        }
        if written.is_some() {
            cells.marks_at_corners(pen);
            return;
        }
        let words = if self.contours && !coarse { cells.contours(pen) } else { Vec::new() };
        cells.marks(pen, &mut labels);
        for (line, text) in words {
            label_line(pen, &mut labels, &line, &text);
        }
        // Upon everything.
        cells.symbols(pen);
    }

    fn axes(&self, pen: &mut Pen, cells: &Cells<'_>, body: Frame) {
        let grid = cells.grid;
        let name = cut(&self.y.name, body.w, SMALL, false);
        pen.text(body.x, body.y + SMALL, &name, Set::new(SMALL, Ink::Muted).bold());
        let set = Set::new(SMALL, Ink::Muted).bold().anchor(Anchor::Middle);
        let name = cut(&self.x.name, grid.w, SMALL, true);
        pen.text(grid.x + grid.w / 2.0, grid.bottom() + LABEL + SMALL + 8.0, &name, set);
        let set = Set::new(LABEL, Ink::Text).anchor(Anchor::Middle);
        let widest = |size: f64| self.x.labels.iter().map(|l| width(l, size, false)).fold(0.0, f64::max);
        // Names rather shrink than lose letters.
        let small = !self.x.numeric && widest(LABEL) + 5.0 > cells.w;
        let (size, set) = if small { (SMALL - 1.0, Set { size: SMALL - 1.0, ..set }) } else { (LABEL, set) };
        let step = if widest(size) + 5.0 <= cells.w {
            1
        } else if self.x.numeric {
            every(&self.x.labels, |text| width(text, LABEL, false) + 9.0, cells.w)
        } else {
            (26.0 / cells.w).ceil().max(1.0) as usize
        };
        for (i, label) in self.x.labels.iter().enumerate().skip(first(&self.x.labels, step)).step_by(step) {
            let x = grid.x + (i as f64 + 0.5) * cells.w;
            pen.line(vec![(x, grid.bottom()), (x, grid.bottom() + 3.0)], 1.0, Ink::Muted);
            let text = cut_name(label, cells.w * step as f64 - 4.0, size, false);
            let text = if self.x.numeric { label } else { &text };
            // Not past the edge of the panel.
            let half = width(text, size, false) / 2.0;
            pen.text(x.min(grid.right() - half + 8.0), grid.bottom() + LABEL + 4.0, text, set);
        }
        let set = set.anchor(Anchor::End);
        let step = every(&self.y.labels, |_| LABEL + 2.0, cells.h);
        for (j, label) in self.y.labels.iter().enumerate().skip(first(&self.y.labels, step)).step_by(step) {
            let y = grid.bottom() - (j as f64 + 0.5) * cells.h;
            pen.line(vec![(grid.x - 3.0, y), (grid.x, y)], 1.0, Ink::Muted);
            let text = cut_name(label, grid.x - 7.0 - body.x, LABEL, false);
            pen.text(grid.x - 6.0, y + LABEL * 0.36, &text, set);
        }
    }
}

/// Every how many levels one has a label, so that those labelled have the room they need.
fn every(labels: &[String], needed: impl Fn(&str) -> f64, each: f64) -> usize {
    let round = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
    let apart = |n: usize| labels.iter().step_by(n).all(|label| needed(label) <= each * n as f64);
    round.into_iter().find(|n| apart(*n)).unwrap_or(labels.len().max(1))
}

/// Where to begin with every so many, so that those labelled are the round ones: the most that end in 0 or 5.
fn first(labels: &[String], step: usize) -> usize {
    let round = |from: &usize| {
        let digits =
            |text: &&String| text.trim_end_matches(|c: char| !c.is_ascii_digit()).ends_with(['0', '5']);
        labels.iter().skip(*from).step_by(step).filter(digits).count()
    };
    // Of several the first.
    (0..step.min(labels.len())).rev().max_by_key(round).unwrap_or(0)
}

impl Cells<'_> {
    fn fill(&self, pen: &mut Pen, apart: bool) {
        let gap = if apart { 1.0 } else { 0.0 };
        let (mut hatched, mut crossed) = (Vec::new(), Vec::new());
        for j in 0..self.rows {
            let mut i = 0;
            while i < self.columns {
                // Cells alike are one rectangle: the file is a tenth as large.
                let same = |k: usize| match (self.at(i, j), self.at(k, j)) {
                    (FieldCell::Value(..), FieldCell::Value(..)) => self.band(i, j) == self.band(k, j),
                    (FieldCell::Missed(_), FieldCell::Missed(_)) => true,
                    _ => false,
                };
                let to = if apart {
                    i + 1
                } else {
                    (i + 1..self.columns).find(|k| !same(*k)).unwrap_or(self.columns)
                };
                let one = self.frame(i, j);
                let run = Frame { w: self.w * (to.max(i + 1) - i) as f64, ..one };
                match self.at(i, j) {
                    FieldCell::Value(value, _) => {
                        let ink = Ink::Ramp(self.field.bands.tone(self.field.bands.band(*value)));
                        let (more, lap) = if apart { (0.0, gap) } else { (0.6, 0.0) };
                        pen.rect(
                            run.x + lap,
                            run.y + lap,
                            run.w - 2.0 * lap + more,
                            run.h - 2.0 * lap + more,
                            ink,
                        );
                    }
                    FieldCell::Missed(_) => hatched.push(run),
                    FieldCell::Ruled => crossed.push(run),
                    FieldCell::Outside => {}
                }
                i = to.max(i + 1);
            }
        }
        pen.hatch_cells(&hatched);
        for f in crossed {
            let r = (f.w.min(f.h) * 0.3).min(6.0);
            let (x, y) = (f.x + f.w / 2.0, f.y + f.h / 2.0);
            pen.line(vec![(x - r, y - r), (x + r, y + r)], 1.0, Ink::Muted);
            pen.line(vec![(x - r, y + r), (x + r, y - r)], 1.0, Ink::Muted);
        }
    }

    fn numbers(&self, pen: &mut Pen, size: f64) {
        let missed = |size: &f64| {
            self.field.cells.iter().all(|cell| match cell {
                FieldCell::Missed(text) => self.fits(text, *size),
                _ => true,
            })
        };
        let missed = [size, SMALL, SMALL - 1.5].into_iter().filter(|s| *s <= size).find(missed);
        for j in 0..self.rows {
            for i in 0..self.columns {
                let f = self.frame(i, j);
                let (x, y) = (f.x + f.w / 2.0, f.y + f.h / 2.0 + size * 0.36);
                match self.at(i, j) {
                    FieldCell::Value(value, text) => {
                        let tone = self.field.bands.tone(self.field.bands.band(*value));
                        pen.text(x, y, text, Set::new(size, Ink::OnRamp(tone)).anchor(Anchor::Middle));
                    }
                    FieldCell::Missed(text) if !text.is_empty() => {
                        let Some(size) = missed else { continue };
                        let wide = width(text, size, false) + 4.0;
                        let y = f.y + f.h / 2.0 + size * 0.36;
                        pen.rect(x - wide / 2.0, y - size + 1.0, wide, size + 2.0, Ink::Background);
                        pen.text(x, y, text, Set::new(size, Ink::Muted).anchor(Anchor::Middle));
                    }
                    _ => {}
                }
            }
        }
    }

    /// The border of the cells with a value against those that have none that counts, and where cells are told from each
    /// other the borders of bands. What is empty or crossed is no side of a border: nothing is known there, or nothing may
    /// be chosen.
    fn borders(&self, pen: &mut Pen, bands: bool) {
        let between = |(i, j): (usize, usize), (k, l): (usize, usize)| match (self.at(i, j), self.at(k, l)) {
            (FieldCell::Value(..), FieldCell::Value(..)) => {
                i32::from(bands && self.band(i, j) != self.band(k, l))
            }
            (FieldCell::Value(..), FieldCell::Missed(_)) | (FieldCell::Missed(_), FieldCell::Value(..)) => 2,
            _ => 0,
        };
        let (x, y) =
            (|i: usize| self.grid.x + i as f64 * self.w, |j: usize| self.grid.bottom() - j as f64 * self.h);
        // Lines between bands have a rim, so that they can be seen upon any colour.
        for (style, thick, ink) in [(1, 2.4, Ink::Background), (1, 1.2, Ink::Text), (2, 2.5, Ink::Limit)] {
            for i in 1..self.columns {
                let is = |j: usize| between((i - 1, j), (i, j)) == style;
                for (from, to) in runs(self.rows, is) {
                    pen.line(vec![(x(i), y(from)), (x(i), y(to))], thick, ink);
                }
            }
            for j in 1..self.rows {
                let is = |i: usize| between((i, j - 1), (i, j)) == style;
                for (from, to) in runs(self.columns, is) {
                    pen.line(vec![(x(from), y(j)), (x(to), y(j))], thick, ink);
                }
            }
        }
        pen.border(self.grid, 1.0, Ink::Quiet);
    }

    /// Lines between cells, those with room for words given back with them, on a ground of their own so that they can be seen upon any colour.
    fn contours(&self, pen: &mut Pen) -> Vec<(Vec<(f64, f64)>, String)> {
        let bands = &self.field.bands;
        // What is far below the first border, or 0, does not draw the line to itself.
        let least = bands.edges.first().map_or(1e-9, |edge| edge.0 / 2.0);
        let scale = |value: f64| if bands.log { libm::log(value.max(least)) } else { value };
        let value = |cell: &FieldCell| match cell {
            FieldCell::Value(value, _) => Some(scale(*value)),
            _ => None,
        };
        let values: Vec<Option<f64>> = self.field.cells.iter().map(value).collect();
        let mut words = Vec::new();
        for (edge, text) in &self.field.bands.edges {
            let mut lines = contours(&values, self.columns, scale(*edge));
            for line in &mut lines {
                for point in line.iter_mut() {
                    *point = self.place(*point);
                }
                // A line of a few pixels is a speck.
                if length(line) < 14.0 {
                    continue;
                }
                pen.line(line.clone(), 2.4, Ink::Background);
                pen.line(line.clone(), 1.2, Ink::Text);
            }
            words.extend(longest(lines).map(|line| (line, text.clone())));
        }
        words
    }

    fn symbols(&self, pen: &mut Pen) {
        // Two at one place: the first stands upon the second and leaves a rim of it.
        for mark in self.field.marks.iter().rev() {
            let radius = if mark.symbol == Symbol::Diamond { 6.0 } else { 5.0 };
            pen.symbol(self.place(mark.at), radius, mark.symbol, Ink::Text);
        }
    }

    /// Symbols with their words.
    fn marks(&self, pen: &mut Pen, labels: &mut Labels) {
        let roomy = self.grid.w >= 300.0;
        for mark in &self.field.marks {
            if roomy {
                labels.tag(pen, self.place(mark.at), &mark.label, true);
            }
        }
    }

    /// Where cells have numbers: a frame around the cell and the symbol on its corner, which cover none.
    fn marks_at_corners(&self, pen: &mut Pen) {
        for (n, mark) in self.field.marks.iter().enumerate() {
            let (x, y) = mark.at;
            if x.fract() != 0.0 || y.fract() != 0.0 {
                pen.symbol(self.place(mark.at), 5.0, mark.symbol, Ink::Text);
                continue;
            }
            let f = self.frame(x as usize, y as usize);
            let ring = Frame { x: f.x + 1.0, y: f.y + 1.0, w: f.w - 2.0, h: f.h - 2.0 };
            pen.border(ring, 4.5, Ink::Background);
            if n == 0 {
                pen.border(ring, 2.5, Ink::Text);
            } else {
                for (a, b) in [
                    ((ring.x, ring.y), (ring.right(), ring.y)),
                    ((ring.x, ring.bottom()), (ring.right(), ring.bottom())),
                    ((ring.x, ring.y), (ring.x, ring.bottom())),
                    ((ring.right(), ring.y), (ring.right(), ring.bottom())),
                ] {
                    pen.dashed(a, b, 2.5, Ink::Text);
                }
            }
            // One on the left corner, the other on the right one: both are seen where both are here.
            let corner = if n == 0 { ring.x } else { ring.right() };
            pen.symbol((corner, ring.y), 5.0, mark.symbol, Ink::Text);
            let size = SMALL - 0.5;
            if f.h >= 2.0 * LABEL + 3.0 * size && width(&mark.label, size, true) <= f.w - 8.0 {
                let set = Set::new(size, self.ink_upon(x as usize, y as usize)).bold().anchor(Anchor::Middle);
                let baseline = if n == 0 { f.y + f.h / 2.0 + LABEL + size } else { f.y + f.h / 2.0 - LABEL };
                pen.text(f.x + f.w / 2.0, baseline, &mark.label, set);
            }
        }
    }

    fn ink_upon(&self, i: usize, j: usize) -> Ink {
        self.band(i, j).map_or(Ink::Text, |band| Ink::OnRamp(self.field.bands.tone(band)))
    }
}

/// From and to of the longest stretches of numbers below `n` for which something is so.
fn runs(n: usize, is: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for k in (0..n).filter(|k| is(*k)) {
        match found.last_mut() {
            Some(last) if last.1 == k => last.1 = k + 1,
            _ => found.push((k, k + 1)),
        }
    }
    found
}

fn length(line: &[(f64, f64)]) -> f64 {
    let of = |p: &[(f64, f64)]| ((p[1].0 - p[0].0).powi(2) + (p[1].1 - p[0].1).powi(2)).sqrt();
    line.windows(2).map(of).sum()
}

/// The longest of some lines, if it is long enough for words.
fn longest(lines: Vec<Vec<(f64, f64)>>) -> Option<Vec<(f64, f64)>> {
    let with = lines.into_iter().map(|line| (length(&line), line)).filter(|l| l.0 >= 60.0);
    with.max_by(|a, b| a.0.total_cmp(&b.0)).map(|l| l.1)
}

/// The words of a line upon it, where nothing else is.
fn label_line(pen: &mut Pen, labels: &mut Labels, line: &[(f64, f64)], text: &str) {
    let wide = width(text, SMALL, false) + 4.0;
    for share in [0.5, 0.35, 0.65, 0.2, 0.8] {
        let (x, y) = line[(line.len() as f64 * share) as usize];
        let ground = Frame { x: x - wide / 2.0, y: y - 7.5, w: wide, h: 15.0 };
        if labels.is_free(ground) {
            labels.avoid_frame(ground);
            pen.rect(ground.x, ground.y, ground.w, ground.h, Ink::Background);
            let set = Set::new(SMALL, Ink::Text).anchor(Anchor::Middle);
            pen.text(x, y + SMALL * 0.36, text, set);
            return;
        }
    }
}
