//! From a figure to shapes.

use super::figure::{Figure, KeyEntry, Panel, Row, Size};
use super::scene::{Anchor, Color, Item, Scene};
use super::text::{cut, cut_name, width, wrap, wrap_evenly};
use super::theme::{Ink, Theme};

/// Size of a picture without a wish for another: a slide's shape.
pub(super) const WIDTH: f64 = 960.0;
/// Its height.
pub(super) const HEIGHT: f64 = 540.0;

/// No picture is drawn smaller than this part of the usual size: text would be too small to read. One of fewer pixels
/// has less room instead, and what does not fit beside each other goes below.
const SCALE_MIN: f64 = 0.75;
/// A picture narrower than this has its panels one below the other, where it is tall, and keys above their plots.
pub(super) const NARROW: f64 = 620.0;

/// Sizes of text. The smallest is 8.6 px in the smallest picture.
pub(super) const TITLE: f64 = 22.0;
pub(super) const SUBTITLE: f64 = 14.5;
pub(super) const HEADING: f64 = 14.0;
pub(super) const LABEL: f64 = 13.0;
pub(super) const SMALL: f64 = 11.5;

const MARGIN: f64 = 28.0;
const LINE: f64 = 1.3;
const GAP: f64 = 26.0;

/// A rectangle to draw in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
}

impl Frame {
    pub(super) fn right(self) -> f64 {
        self.x + self.w
    }

    pub(super) fn bottom(self) -> f64 {
        self.y + self.h
    }

    /// Without the upper `h`.
    pub(super) fn below(self, h: f64) -> Self {
        Self { y: self.y + h, h: (self.h - h).max(1.0), ..self }
    }
}

/// Shapes so far, and the colours for more.
pub(super) struct Pen {
    pub(super) theme: Theme,
    pub(super) items: Vec<Item>,
}

/// How a text is set.
#[derive(Clone, Copy)]
pub(super) struct Set {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) anchor: Anchor,
    pub(super) ink: Ink,
}

impl Set {
    pub(super) const fn new(size: f64, ink: Ink) -> Self {
        Self { size, bold: false, anchor: Anchor::Start, ink }
    }

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) const fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
}

/// A line in strokes: their lengths and those of the gaps by turns, along the line and around its corners.
pub(super) fn strokes(points: &[(f64, f64)], pattern: &[f64]) -> Vec<Vec<(f64, f64)>> {
    if pattern.is_empty() {
        return vec![points.to_vec()];
    }
    let mut all = Vec::new();
    let (mut at, mut left) = (0, pattern[0]);
    let mut stroke: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let length = ((to.0 - from.0) * (to.0 - from.0) + (to.1 - from.1) * (to.1 - from.1)).sqrt();
            if length < left {
                left -= length;
                break;
            }
            let share = if length > 0.0 { left / length } else { 1.0 };
            from = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            if at % 2 == 0 {
                stroke.push(from);
                all.push(std::mem::take(&mut stroke));
            } else {
                stroke = vec![from];
            }
            at = (at + 1) % pattern.len();
            left = pattern[at];
        }
        if at % 2 == 0 && stroke.last() != Some(&to) {
            stroke.push(to);
        }
    }
    if stroke.len() > 1 {
        all.push(stroke);
    }
    all
}

impl Pen {
    pub(super) fn color(&self, ink: Ink) -> Color {
        self.theme.color(ink)
    }

    pub(super) fn text(&mut self, x: f64, y: f64, text: &str, set: Set) {
        if text.is_empty() {
            return;
        }
        self.items.push(Item::Text {
            x,
            y,
            text: text.to_owned(),
            size: set.size,
            bold: set.bold,
            anchor: set.anchor,
            color: self.color(set.ink),
        });
    }

    pub(super) fn rect(&mut self, x: f64, y: f64, w: f64, h: f64, ink: Ink) {
        if w > 0.0 && h > 0.0 {
            self.items.push(Item::Rect(x, y, w, h, self.color(ink)));
        }
    }

    pub(super) fn line(&mut self, points: Vec<(f64, f64)>, thick: f64, ink: Ink) {
        for stroke in strokes(&points, ink.pattern()).into_iter().filter(|stroke| stroke.len() > 1) {
            self.items.push(Item::Line(stroke, thick, self.color(ink)));
        }
    }

    /// A straight line in dashes: limits are told from data in grey too.
    pub(super) fn dashed(&mut self, (x0, y0): (f64, f64), (x1, y1): (f64, f64), thick: f64, ink: Ink) {
        const DASH: f64 = 7.0;
        const SPACE: f64 = 4.0;
        let length = ((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)).sqrt();
        if length <= 0.0 {
            return;
        }
        let at = |d: f64| (x0 + (x1 - x0) * d / length, y0 + (y1 - y0) * d / length);
        let mut from = 0.0;
        while from < length {
            let to = (from + DASH).min(length);
            self.line(vec![at(from), at(to)], thick, ink);
            from = to + SPACE;
        }
    }

    /// The heading of a panel; gives the frame below it.
    pub(super) fn heading(&mut self, frame: Frame, heading: &str) -> Frame {
        if heading.is_empty() {
            return frame;
        }
        let mut y = frame.y;
        for line in wrap_evenly(heading, frame.w, HEADING, true, 2) {
            self.text(frame.x, y + HEADING, &line, Set::new(HEADING, Ink::Text).bold());
            y += HEADING * LINE;
        }
        frame.below(y - frame.y + 8.0)
    }

    /// A key beside a plot, one entry below the other, from the top.
    pub(super) fn key_down(&mut self, frame: Frame, entries: &[KeyEntry]) {
        let room = frame.w - 20.0;
        let lines = |e: &KeyEntry| if e.value.is_empty() { LABEL + 9.0 } else { LABEL + SMALL + 13.0 };
        let roomy = entries.iter().map(lines).sum::<f64>() <= frame.h + 16.0;
        let mut y = frame.y + LABEL;
        for entry in entries {
            self.swatch(frame.x, y, entry);
            let x = frame.x + 20.0;
            let name = cut_name(&entry.name, room, LABEL, false);
            self.text(x, y, &name, Set::new(LABEL, Ink::Text));
            if roomy {
                let value = cut(&entry.value, room, SMALL, false);
                self.text(x, y + SMALL + 4.0, &value, Set::new(SMALL, Ink::Muted));
                y += lines(entry);
            } else {
                // One line each: the first number goes beside the name.
                let value = entry.value.split(", ").next().unwrap_or("");
                let taken = width(&name, LABEL, false) + 7.0;
                let value = cut(value, room - taken, SMALL, false);
                self.text(x + taken, y, &value, Set::new(SMALL, Ink::Muted));
                y += LABEL + 6.0;
            }
        }
    }

    /// A key in lines; gives their height.
    pub(super) fn key_across(&mut self, frame: Frame, entries: &[KeyEntry], short: bool) -> f64 {
        for (entry, (x, line, texts)) in entries.iter().zip(key_places(frame.w, entries, short)) {
            let (x, baseline) = (frame.x + x, frame.y + LABEL + line as f64 * KEY_LINE);
            self.swatch(x, baseline, entry);
            for (n, text) in texts.iter().enumerate() {
                let baseline = baseline + n as f64 * KEY_LINE;
                self.text(x + 20.0, baseline, text, Set::new(LABEL, Ink::Text));
            }
        }
        key_height(frame.w, entries, short)
    }

    fn words(&mut self, frame: Frame, words: &str) {
        let lines = wrap(words, frame.w * 0.8, HEADING + 2.0, false, 6);
        let mut y = frame.y + frame.h * 0.45 - lines.len() as f64 * HEADING * LINE / 2.0;
        for line in lines {
            y += (HEADING + 2.0) * LINE;
            let set = Set::new(HEADING + 2.0, Ink::Muted).anchor(Anchor::Middle);
            self.text(frame.x + frame.w / 2.0, y, &line, set);
        }
    }

    fn panel(&mut self, frame: Frame, panel: &Panel) {
        match panel {
            Panel::Plot(plot) => plot.draw(self, frame),
            Panel::Bars(bars) => bars.draw(self, frame),
            Panel::Columns(columns) => columns.draw(self, frame),
            Panel::Heat(heat) => heat.draw(self, frame),
            Panel::Field(field) => field.draw(self, frame),
            Panel::Scale(bands) => bands.draw(self, frame),
            Panel::Strips(strips) => strips.draw(self, frame),
            Panel::Grid(panels) => self.grid(frame, panels),
            Panel::Stack(panels) => self.stack(frame, panels),
            Panel::Key(entries) => {
                self.key_across(frame, entries, false);
            }
            Panel::Words(words) => self.words(frame, words),
        }
    }

    fn stack(&mut self, frame: Frame, panels: &[(f64, Panel)]) {
        const CLOSE: f64 = 4.0;
        let parts: f64 = panels.iter().map(|p| p.0).sum();
        let room = frame.h - CLOSE * panels.len().saturating_sub(1) as f64;
        let mut y = frame.y;
        for (part, panel) in panels {
            let h = room * part / parts;
            self.panel(Frame { y, h, ..frame }, panel);
            y += h + CLOSE;
        }
    }

    fn grid(&mut self, frame: Frame, panels: &[Panel]) {
        /// Smaller panels cannot be read.
        const LEAST: (f64, f64) = (190.0, 122.0);
        const APART: f64 = 20.0;
        let most = |room: f64, least: f64| (((room + APART) / (least + APART)) as usize).max(1);
        let (columns_max, rows_max) = (most(frame.w, LEAST.0), most(frame.h, LEAST.1));
        let mut frame = frame;
        let shown = panels.len().min(columns_max * rows_max);
        if shown < panels.len() {
            let left_out = panels.len() - shown;
            let words = format!("{left_out} more have no room in a picture of this size.");
            self.text(frame.x, frame.bottom() - 2.0, &words, Set::new(SMALL, Ink::Muted));
            frame.h -= SMALL + 8.0;
        }
        if shown == 0 {
            return;
        }
        let size = |columns: usize| {
            let rows = shown.div_ceil(columns);
            let each = |room: f64, n: usize| (room - APART * (n - 1) as f64) / n as f64;
            (rows, each(frame.w, columns), each(frame.h, rows))
        };
        // The arrangement whose panels are nearest to a good shape, and none of which is too small.
        let odd = |columns: &usize| {
            let (rows, w, h) = size(*columns);
            let lacking = (LEAST.0 / w).max(1.0) * (LEAST.1 / h.max(1.0)).max(1.0) - 1.0;
            // Empty places are wasted.
            let empty = (columns * rows - shown) as f64 / shown as f64;
            (libm::log(w / h.max(1.0)) - libm::log(1.35)).abs() + empty + 10.0 * lacking
        };
        let best = (1..=columns_max.min(shown)).min_by(|a, b| odd(a).total_cmp(&odd(b)));
        let columns = best.unwrap_or(1);
        let (_, w, h) = size(columns);
        for (i, panel) in panels[..shown].iter().enumerate() {
            let (column, row) = ((i % columns) as f64, (i / columns) as f64);
            let (x, y) = (frame.x + column * (w + APART), frame.y + row * (h + APART));
            self.panel(Frame { x, y, w, h }, panel);
        }
    }

    fn rows(&mut self, frame: Frame, rows: &[Row]) {
        let rows = arranged(rows, frame);
        // A scale stands close to the key before and to the panels after it.
        let scale = |row: &Row| matches!(row.panels[..], [(_, Panel::Scale(_))]);
        let gap_after = |i: usize| match rows.get(i + 1) {
            None => 0.0,
            Some(next) if scale(&rows[i]) || scale(next) => 12.0,
            Some(_) => GAP,
        };
        let gaps: f64 = (0..rows.len()).map(gap_after).sum();
        let fixed: f64 = rows.iter().map(|r| if let Size::Fixed(h) = r.size { h } else { 0.0 }).sum();
        let parts: f64 = rows.iter().map(|r| if let Size::Part(p) = r.size { p } else { 0.0 }).sum();
        let free = (frame.h - gaps - fixed).max(1.0);
        let mut y = frame.y;
        for (i, row) in rows.iter().enumerate() {
            let h = match row.size {
                Size::Fixed(h) => h,
                Size::Part(part) => free * part / parts,
            };
            let shares: f64 = row.panels.iter().map(|p| p.0).sum();
            let gap = GAP * 1.2;
            let room = frame.w - gap * row.panels.len().saturating_sub(1) as f64;
            let mut x = frame.x;
            for (share, panel) in &row.panels {
                let w = room * share / shares;
                self.panel(Frame { x, y, w, h }, panel);
                x += w + gap;
            }
            y += h + gap_after(i);
        }
    }
}

/// From one line of a key to the next.
const KEY_LINE: f64 = LABEL + 7.0;

/// An entry with its numbers; with the first alone where it has to be short.
fn key_text(entry: &KeyEntry, short: bool) -> String {
    let value = if short { entry.value.split(", ").next().unwrap_or("") } else { &entry.value };
    if value.is_empty() { entry.name.clone() } else { format!("{} ({value})", entry.name) }
}

/// Where entries of a key stand: from the left, in which line, and their words, in several lines where one is not enough.
fn key_places(room: f64, entries: &[KeyEntry], short: bool) -> Vec<(f64, usize, Vec<String>)> {
    let (mut x, mut line) = (0.0, 0);
    let place = |entry: &KeyEntry| {
        let text = key_text(entry, short);
        let needed = 20.0 + width(&text, LABEL, false);
        if x + needed > room + 1.0 && x > 0.0 {
            (x, line) = (0.0, line + 1);
        }
        let at = (x, line);
        if needed <= room + 1.0 {
            x += needed + 22.0;
            return (at.0, at.1, vec![text]);
        }
        let texts = wrap(&text, room - 20.0, LABEL, false, 3);
        (x, line) = (0.0, line + texts.len());
        (at.0, at.1, texts)
    };
    entries.iter().map(place).collect()
}

fn key_height(room: f64, entries: &[KeyEntry], short: bool) -> f64 {
    let lines = key_places(room, entries, short).last().map_or(0, |place| place.1 + place.2.len());
    lines as f64 * KEY_LINE - 6.0
}

/// Rows for a picture: keys as high as they are, and in a narrow and tall picture each panel in a row of its own.
fn arranged(rows: &[Row], frame: Frame) -> Vec<Row> {
    let room = frame.w;
    let mut arranged = Vec::new();
    for row in rows {
        if let [(_, Panel::Key(entries))] = &row.panels[..] {
            let mut entries = entries.clone();
            // Where a key would take the room of what it explains, only its first numbers stay.
            if key_height(room, &entries, false) > frame.h * 0.22 {
                for entry in &mut entries {
                    entry.value = entry.value.split(", ").next().unwrap_or("").to_owned();
                }
            }
            let size = Size::Fixed(key_height(room, &entries, false));
            arranged.push(Row { size, panels: vec![(1.0, Panel::Key(entries))] });
        } else if let [first, (_, Panel::Grid(_))] = &row.panels[..]
            && room < NARROW
            && frame.h <= frame.w
        {
            // A grid beside another panel is more of the same; there is no room for it.
            arranged.push(Row { size: row.size, panels: vec![first.clone()] });
        } else if room < NARROW && frame.h > frame.w && row.panels.len() > 1 {
            let blank = |panel: &Panel| matches!(panel, Panel::Words(words) if words.is_empty());
            let panels = row.panels.iter().filter(|(_, panel)| !blank(panel));
            arranged.extend(panels.map(|panel| Row { size: row.size, panels: vec![panel.clone()] }));
        } else {
            arranged.push(row.clone());
        }
    }
    arranged
}

/// What a picture shows, for readers that do not see it: its subtitle, and every number that stands in it with its
/// name.
fn description(figure: &Figure) -> String {
    let mut said = vec![figure.subtitle.clone()];
    for row in &figure.rows {
        for (_, panel) in &row.panels {
            describe(panel, &mut said);
        }
    }
    said.push(figure.note.clone());
    said.retain(|part| !part.is_empty());
    said.join(" ")
}

fn describe(panel: &Panel, said: &mut Vec<String>) {
    let (heading, numbers) = match panel {
        Panel::Bars(bars) => (&bars.heading, bars.in_words()),
        Panel::Plot(plot) => (&plot.heading, plot.in_words()),
        Panel::Columns(columns) => (&columns.heading, columns.in_words()),
        Panel::Words(words) => (words, Vec::new()),
        Panel::Field(field) => (&field.heading, field.in_words()),
        Panel::Strips(strips) => (&strips.heading, strips.in_words()),
        Panel::Stack(panels) => return panels.iter().for_each(|(_, panel)| describe(panel, said)),
        Panel::Grid(panels) => return panels.iter().for_each(|panel| describe(panel, said)),
        Panel::Heat(_) | Panel::Key(_) | Panel::Scale(_) => return,
    };
    match (heading.is_empty(), numbers.is_empty()) {
        (true, true) => {}
        (false, true) => said.push(heading.clone()),
        (true, false) => said.push(format!("{}.", numbers.join("; "))),
        (false, false) => said.push(format!("{heading}: {}.", numbers.join("; "))),
    }
}

/// Lays a figure out for a picture of so many pixels. Text grows with the picture, so that a slide of twice the
/// size reads as well; it does not shrink below what can be read.
#[must_use]
pub fn layout(figure: &Figure, (width_px, height_px): (u32, u32), theme: Theme) -> Scene {
    let (width_px, height_px) = (f64::from(width_px.max(1)), f64::from(height_px.max(1)));
    let scale = (width_px / WIDTH).min(height_px / HEIGHT).max(SCALE_MIN);
    let (w, h) = (width_px / scale, height_px / scale);
    let mut pen = Pen { theme, items: Vec::new() };
    let room = w - 2.0 * MARGIN;
    let mut y = MARGIN - 6.0;
    // A title that is a little too long is set smaller rather than broken.
    let fits = |size: &f64| width(&figure.title, *size, true) <= room;
    let size = [TITLE, TITLE - 1.5, TITLE - 3.0].into_iter().find(fits).unwrap_or(TITLE);
    // In a narrow picture smaller ones and a third line come before a cut: the title is the finding.
    let sizes = [(size, 2), (TITLE - 3.0, 2), (TITLE - 4.5, 3)];
    let lines = |(size, lines)| (size, wrap_evenly(&figure.title, room, size, true, lines));
    let whole = |(_, lines): &(f64, Vec<String>)| lines.last().is_none_or(|line| !line.ends_with('…'));
    let (size, lines) = sizes.into_iter().map(lines).find(whole).unwrap_or_else(|| lines(sizes[2]));
    for line in lines {
        y += size.max(TITLE - 3.0) * LINE;
        pen.text(MARGIN, y - TITLE * 0.3, &line, Set::new(size, Ink::Text).bold());
    }
    y += 2.0;
    for line in wrap_evenly(&figure.subtitle, room, SUBTITLE, false, 3) {
        y += SUBTITLE * LINE;
        pen.text(MARGIN, y - SUBTITLE * 0.3, &line, Set::new(SUBTITLE, Ink::Muted));
    }
    y += 16.0;
    // Where the numbers are from, whole: a price list without its date would be half of it.
    let notes = wrap(&figure.note, room, SMALL, false, 3);
    let more = notes.len().saturating_sub(1) as f64 * SMALL * LINE;
    let bottom = h - MARGIN - SMALL - more;
    for (i, note) in notes.iter().enumerate() {
        let y = h - 16.0 - more + i as f64 * SMALL * LINE;
        pen.text(MARGIN, y, note, Set::new(SMALL, Ink::Muted));
    }
    pen.rows(Frame { x: MARGIN, y, w: room, h: bottom - y }, &figure.rows);
    Scene {
        width: w,
        height: h,
        scale,
        background: theme.color(Ink::Background),
        title: figure.title.clone(),
        description: description(figure),
        items: pen.items,
    }
}
