//! Marks between two axes.

use super::figure::KeyEntry;
use super::labels::Labels;
use super::layout::{Frame, LABEL, NARROW, Pen, SMALL, Set};
use super::scene::{Anchor, Item};
use super::symbol::Symbol;
use super::text::{cut, width};
use super::theme::Ink;

/// A labelled place on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where.
    pub at: f64,
    /// What it says; may be empty.
    pub label: String,
}

/// An axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// Its beginning.
    pub min: f64,
    /// Its end.
    pub max: f64,
    /// Equal ratios are equal lengths; what is below `min` stands at `min`.
    pub log: bool,
    /// Labelled places.
    pub ticks: Vec<Tick>,
    /// Whether the labels are drawn: panels one above the other share those of the lowest.
    pub labels: bool,
}

impl Axis {
    /// 0 to 1 along the axis.
    fn share(&self, value: f64) -> f64 {
        let (min, max) = (self.min, self.max);
        let share = if self.log {
            let value = value.max(min);
            // Not of the standard library: a picture is the same on every machine.
            (libm::log(value) - libm::log(min)) / (libm::log(max) - libm::log(min))
        } else {
            (value - min) / (max - min)
        };
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// Something to draw, in the units of the axes.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// Everything between a line and the x axis. Stacks are painted from their sum downwards, so that no background
    /// shines through between two layers.
    Area(Vec<(f64, f64)>, Ink),
    /// Everything between two lines with the same x.
    Band(Vec<(f64, f64)>, Vec<(f64, f64)>, Ink),
    /// A line of a width.
    Line(Vec<(f64, f64)>, f64, Ink),
    /// Level strokes: from, to, at. Highest values of columns are drawn so: joined, they would be a comb that hides
    /// what is behind it.
    Caps(Vec<(f64, f64, f64)>, f64, Ink),
    /// A dashed line in steps, such as a limit.
    Dashed(Vec<(f64, f64)>, Ink),
    /// A dashed line across the plot at an x, with words beside it at the bottom.
    RuleX {
        /// Where.
        at: f64,
        /// What it is.
        label: String,
        /// Lines above the x axis, so that several rules do not cover each other's words.
        level: usize,
        /// Its colour.
        ink: Ink,
    },
    /// A dot; where it has words, they stand to the right of the plot with a line to the dot, the highest dot's
    /// at the top, none upon another.
    Dot {
        /// Where.
        at: (f64, f64),
        /// What it is; may be empty.
        label: String,
        /// Colour of the dot.
        ink: Ink,
    },
    /// A dot with words beside it, upon everything: to the lower right of it, where a rising curve is not.
    Note {
        /// Where.
        at: (f64, f64),
        /// What it says.
        text: String,
        /// Colour of both.
        ink: Ink,
    },
    /// Many points, each a symbol of a radius.
    Scatter(Vec<(f64, f64)>, Symbol, f64, Ink),
    /// A symbol with words, which stand where they cover least: no words upon others.
    Tag {
        /// Where.
        at: (f64, f64),
        /// Its shape.
        symbol: Symbol,
        /// What it is.
        text: String,
        /// Colour of the symbol.
        ink: Ink,
        /// The words are drawn in any case and bold; else only where there is room.
        strong: bool,
    },
    /// Words above a place, ending there.
    Label {
        /// Where.
        at: (f64, f64),
        /// The words.
        text: String,
        /// Which end of them is there.
        anchor: Anchor,
        /// Their colour.
        ink: Ink,
    },
}

/// Marks between two axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    /// What is shown, with the unit.
    pub heading: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What the horizontal axis is, below it; may be empty.
    pub x_name: String,
    /// Marks, the lowest first.
    pub marks: Vec<Mark>,
    /// What the colours are, to the right.
    pub key: Vec<KeyEntry>,
    /// Width that the key takes; 0 for none.
    pub key_width: f64,
}

/// Room for the labels of the vertical axis.
const LEFT: f64 = 46.0;
/// Room for the labels of the horizontal axis.
const BELOW: f64 = 22.0;

/// From this height on there is room for a key above.
const KEY_ABOVE: f64 = 220.0;

struct Places<'a> {
    frame: Frame,
    plot: &'a Plot,
}

impl Places<'_> {
    fn x(&self, x: f64) -> f64 {
        self.frame.x + self.frame.w * self.plot.x.share(x)
    }

    fn y(&self, y: f64) -> f64 {
        self.frame.bottom() - self.frame.h * self.plot.y.share(y)
    }

    fn all(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        points.iter().map(|&(x, y)| (self.x(x), self.y(y))).collect()
    }
}

impl Plot {
    /// Its numbers with their names.
    pub(super) fn in_words(&self) -> Vec<String> {
        let marked = self.marks.iter().filter_map(|mark| match mark {
            Mark::Dot { label, .. } | Mark::RuleX { label, .. } if !label.is_empty() => Some(label.clone()),
            Mark::Label { text, .. } | Mark::Note { text, .. } | Mark::Tag { text, .. } => Some(text.clone()),
            _ => None,
        });
        let key = self.key.iter().filter(|e| !e.value.is_empty());
        key.map(|e| format!("{} {}", e.name, e.value)).chain(marked).collect()
    }

    pub(super) fn draw(&self, pen: &mut Pen, frame: Frame) {
        let mut body = pen.heading(frame, &self.heading);
        // Where a plot is narrow, and high enough, its key stands above; words of dots stay beside.
        let above = frame.w < NARROW && frame.h > KEY_ABOVE && !self.key.is_empty();
        if above {
            let high = pen.key_across(Frame { x: body.x + LEFT, w: body.w - LEFT, ..body }, &self.key, true);
            body = body.below(high + 8.0);
        }
        let key = if self.key_width > 0.0 && !above { self.key_width + 16.0 } else { 0.0 };
        let named = if self.x_name.is_empty() { 0.0 } else { SMALL + 4.0 };
        let below = named + if self.x.labels { BELOW } else { 4.0 };
        let left = self.left();
        let plot = Frame {
            x: body.x + left,
            y: body.y + 4.0,
            w: (body.w - left - key).max(1.0),
            h: (body.h - below - 4.0).max(1.0),
        };
        let at = Places { frame: plot, plot: self };
        self.grid(pen, &at);
        self.callouts(pen, &at);
        for mark in &self.marks {
            draw(pen, &at, mark);
        }
        pen.line(vec![(plot.x, plot.bottom()), (plot.right(), plot.bottom())], 1.0, Ink::Muted);
        // Words of rules upon everything: other rules and curves pass behind them. Notes stand above those words.
        let mut lowest = plot.bottom() - 8.0;
        for mark in &self.marks {
            if let Mark::RuleX { at: x, label, level, ink } = mark
                && !label.is_empty()
            {
                rule_label(pen, &at, *x, (label, *level), *ink);
                lowest = lowest.min(plot.bottom() - 18.0 - LABEL - *level as f64 * (LABEL + 5.0));
            }
        }
        for mark in &self.marks {
            if let Mark::Note { at: place, text, ink } = mark {
                note(pen, &at, (*place, lowest), text, *ink);
            }
        }
        self.tags(pen, &at);
        let set = Set::new(SMALL, Ink::Muted).anchor(Anchor::Middle);
        let name = cut(&self.x_name, plot.w, SMALL, false);
        pen.text(plot.x + plot.w / 2.0, body.bottom() - 2.0, &name, set);
        if key > 0.0 {
            let beside = Frame { x: plot.right() + 16.0, y: plot.y - 2.0, w: self.key_width, h: plot.h };
            pen.key_down(beside, &self.key);
        }
    }

    /// Room for the labels of the vertical axis.
    fn left(&self) -> f64 {
        let widths = self.y.ticks.iter().map(|tick| width(&tick.label, LABEL, false) + 4.0);
        if self.y.labels { widths.fold(LEFT, f64::max) } else { LEFT }
    }

    /// Symbols with their words, upon everything.
    fn tags(&self, pen: &mut Pen, at: &Places<'_>) {
        let mut labels = Labels::new(at.frame);
        for mark in &self.marks {
            match mark {
                Mark::Line(points, ..) => labels.avoid_line(&at.all(points)),
                Mark::Tag { at: (x, y), .. } => labels.avoid((at.x(*x), at.y(*y)), 6.0),
                Mark::Label { at: (x, y), text, anchor, .. } => {
                    let wide = width(text, SMALL + 0.5, false);
                    let left = match anchor {
                        Anchor::Start => 0.0,
                        Anchor::Middle => wide / 2.0,
                        Anchor::End => wide,
                    };
                    let (x, y) = (at.x(*x) - left, at.y(*y) - 5.0 - SMALL);
                    labels.avoid_frame(Frame { x, y, w: wide, h: SMALL + 4.0 });
                }
                Mark::RuleX { at: x, label, level, .. } if !label.is_empty() => {
                    labels.avoid_frame(rule_place(at, *x, (label, *level)).0);
                }
                _ => {}
            }
        }
        for strong in [true, false] {
            for mark in &self.marks {
                if let Mark::Tag { at: (x, y), symbol, text, ink, strong: own } = mark
                    && *own == strong
                {
                    let place = (at.x(*x), at.y(*y));
                    labels.tag(pen, place, text, strong);
                    pen.symbol(place, if strong { 6.0 } else { 4.5 }, *symbol, *ink);
                }
            }
        }
    }

    /// Words of dots, and lines to them below the other marks.
    fn callouts(&self, pen: &mut Pen, at: &Places<'_>) {
        let mut dots: Vec<(f64, f64, &str)> = Vec::new();
        for mark in &self.marks {
            if let Mark::Dot { at: (x, y), label, .. } = mark
                && !label.is_empty()
            {
                dots.push((at.x(*x), at.y(*y), label));
            }
        }
        dots.sort_by(|a, b| a.1.total_cmp(&b.1).then(b.0.total_cmp(&a.0)));
        let left = at.frame.right() + 12.0;
        let mut y = f64::NEG_INFINITY;
        for (x, dot_y, label) in dots {
            y = (y + LABEL + 5.0).max(dot_y);
            pen.line(vec![(x, dot_y), (left - 4.0, y)], 1.0, Ink::Quiet);
            let label = cut(label, self.key_width, LABEL, false);
            pen.text(left, y + LABEL * 0.36, &label, Set::new(LABEL, Ink::Text));
        }
    }

    fn grid(&self, pen: &mut Pen, at: &Places<'_>) {
        let frame = at.frame;
        let mut free_below = f64::INFINITY;
        for tick in &self.y.ticks {
            let y = at.y(tick.at);
            pen.line(vec![(frame.x, y), (frame.right(), y)], 1.0, Ink::Grid);
            if self.y.labels && y <= free_below {
                free_below = y - LABEL;
                let set = Set::new(LABEL, Ink::Muted).anchor(Anchor::End);
                pen.text(frame.x - 7.0, y + LABEL * 0.36, &tick.label, set);
            }
        }
        let mut free_from = frame.x - LEFT;
        for tick in &self.x.ticks {
            let x = at.x(tick.at);
            pen.line(vec![(x, frame.bottom()), (x, frame.bottom() + 4.0)], 1.0, Ink::Muted);
            if !self.x.labels || tick.label.is_empty() {
                continue;
            }
            // Labels are left out rather than set upon each other, or past the edge.
            let half = width(&tick.label, LABEL, false) / 2.0;
            let x = x.max(frame.x - LEFT + half).min(frame.right() + 18.0 - half);
            if x - half >= free_from {
                let set = Set::new(LABEL, Ink::Muted).anchor(Anchor::Middle);
                pen.text(x, frame.bottom() + LABEL + 6.0, &tick.label, set);
                free_from = x + half + 9.0;
            }
        }
    }
}

fn rule_label(pen: &mut Pen, at: &Places<'_>, x: f64, (label, level): (&str, usize), ink: Ink) {
    let (ground, anchor) = rule_place(at, x, (label, level));
    pen.rect(ground.x, ground.y, ground.w, ground.h, Ink::Background);
    let x = if anchor == Anchor::Start { ground.x + 2.0 } else { ground.right() - 2.0 };
    pen.text(x, ground.y + LABEL, label, Set::new(LABEL, ink).anchor(anchor));
}

/// Where the words of a rule stand, and which end of them is beside the rule: the viewer's font may be narrower.
fn rule_place(at: &Places<'_>, x: f64, (label, level): (&str, usize)) -> (Frame, Anchor) {
    let x = at.x(x);
    // Where there are not as many lines, the uppermost ones.
    let lines = ((at.frame.h - 20.0) / (LABEL + 5.0)).floor().max(1.0);
    let level = level as f64;
    let level = if level < lines { level } else { (lines - 1.0 - level % 3.0).max(0.0) };
    let y = at.frame.bottom() - 9.0 - level * (LABEL + 5.0);
    let wide = width(label, LABEL, false);
    let fits = x + 8.0 + wide <= at.frame.right();
    let left = if fits { x + 8.0 } else { x - 8.0 - wide };
    // Where neither side has room, upon the rule.
    let beside = left >= at.frame.x;
    let left = left.max(at.frame.x);
    let anchor = if fits || !beside { Anchor::Start } else { Anchor::End };
    (Frame { x: left - 2.0, y: y - LABEL, w: wide + 4.0, h: LABEL + 4.0 }, anchor)
}

/// A dot, and its words on a ground of their own: below to the right, or where there is no room above to the left.
fn note(pen: &mut Pen, at: &Places<'_>, ((x, y), lowest): ((f64, f64), f64), text: &str, ink: Ink) {
    let (x, y) = (at.x(x), at.y(y));
    dot(pen, (x, y), ink);
    let wide = width(text, LABEL, true);
    let fits = x + 10.0 + wide <= at.frame.right();
    // Where there is no room above, the curve runs along the top: below it is free.
    let above = y - 8.0 - LABEL >= at.frame.y;
    let below = y + LABEL + 6.0;
    let (left, baseline) = match (fits, above) {
        (true, _) => (x + 10.0, below),
        (false, true) => (x - 10.0 - wide, y - 8.0),
        (false, false) => (x - 10.0 - wide, below + LABEL),
    };
    let baseline = baseline.min(lowest).max(at.frame.y + LABEL);
    pen.rect(left - 2.0, baseline - LABEL, wide + 4.0, LABEL + 4.0, Ink::Background);
    let (x, anchor) = if fits { (left, Anchor::Start) } else { (left + wide, Anchor::End) };
    pen.text(x, baseline, text, Set::new(LABEL, ink).bold().anchor(anchor));
}

fn dot(pen: &mut Pen, (x, y): (f64, f64), ink: Ink) {
    pen.items.push(Item::Dot(x, y, 6.0, pen.color(Ink::Background)));
    pen.items.push(Item::Dot(x, y, 4.5, pen.color(ink)));
}

/// One outline for all of them: strokes of their own would make the file many times as large. Between two strokes it
/// has no width.
fn caps(pen: &mut Pen, at: &Places<'_>, strokes: &[(f64, f64, f64)], thick: f64, ink: Ink) {
    let mut outline = Vec::with_capacity(strokes.len() * 4);
    for &(from, to, y) in strokes {
        outline.extend([(at.x(from), at.y(y)), (at.x(to), at.y(y))]);
    }
    let under = outline.iter().rev().map(|&(x, y)| (x, y + thick)).collect::<Vec<_>>();
    outline.extend(under);
    if outline.len() > 2 {
        pen.items.push(Item::Area(outline, pen.color(ink)));
    }
}

fn draw(pen: &mut Pen, at: &Places<'_>, mark: &Mark) {
    match mark {
        Mark::Area(points, ink) => {
            let mut outline = at.all(points);
            if let (Some(first), Some(last)) = (outline.first().copied(), outline.last().copied()) {
                outline.push((last.0, at.frame.bottom()));
                outline.push((first.0, at.frame.bottom()));
                pen.items.push(Item::Area(outline, pen.color(*ink)));
            }
        }
        Mark::Band(upper, lower, ink) => {
            let mut outline = at.all(upper);
            outline.extend(at.all(lower).into_iter().rev());
            if outline.len() > 2 {
                pen.items.push(Item::Area(outline, pen.color(*ink)));
            }
        }
        Mark::Caps(strokes, thick, ink) => caps(pen, at, strokes, *thick, *ink),
        Mark::Line(points, thick, ink) => pen.line(at.all(points), *thick, *ink),
        Mark::Dashed(points, ink) => {
            for pair in at.all(points).windows(2) {
                pen.dashed(pair[0], pair[1], 1.5, *ink);
            }
        }
        Mark::RuleX { at: x, ink, .. } => {
            let x = at.x(*x);
            pen.dashed((x, at.frame.y), (x, at.frame.bottom()), 1.5, *ink);
        }
        Mark::Dot { at: (x, y), ink, .. } => dot(pen, (at.x(*x), at.y(*y)), *ink),
        Mark::Note { .. } | Mark::Tag { .. } => {}
        Mark::Scatter(points, symbol, radius, ink) => {
            for place in at.all(points) {
                pen.symbol(place, *radius, *symbol, *ink);
            }
        }
        Mark::Label { at: (x, y), text, anchor, ink } => {
            let (x, y) = (at.x(*x), at.y(*y));
            pen.text(x, y - 5.0, text, Set::new(SMALL + 0.5, *ink).anchor(*anchor));
        }
    }
}
