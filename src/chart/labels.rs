//! Places for words beside marks: none upon another, none outside.

use super::layout::{Frame, LABEL, Pen, Set};
use super::scene::Anchor;
use super::text::{cut, width};
use super::theme::Ink;

/// What is taken so far.
pub(super) struct Labels {
    frame: Frame,
    /// Words and symbols: nothing may be upon them.
    taken: Vec<Frame>,
    /// Lines: better not upon them.
    lines: Vec<(f64, f64)>,
}

/// How far from its mark a text stands, nearest first; from the second on a line leads to it.
const DISTANCES: [f64; 5] = [10.0, 26.0, 46.0, 72.0, 104.0];

fn overlap(a: Frame, b: Frame) -> f64 {
    let w = a.right().min(b.right()) - a.x.max(b.x);
    let h = a.bottom().min(b.bottom()) - a.y.max(b.y);
    if w > 0.0 && h > 0.0 { w * h } else { 0.0 }
}

impl Labels {
    pub(super) fn new(frame: Frame) -> Self {
        Self { frame, taken: Vec::new(), lines: Vec::new() }
    }

    /// Nothing is to stand upon this.
    pub(super) fn avoid_frame(&mut self, frame: Frame) {
        self.taken.push(frame);
    }

    /// Nothing is to stand upon the symbol at this place.
    pub(super) fn avoid(&mut self, (x, y): (f64, f64), radius: f64) {
        self.taken.push(Frame { x: x - radius, y: y - radius, w: radius * 2.0, h: radius * 2.0 });
    }

    /// Words had better not stand upon this line.
    pub(super) fn avoid_line(&mut self, points: &[(f64, f64)]) {
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let length = ((b.0 - a.0) * (b.0 - a.0) + (b.1 - a.1) * (b.1 - a.1)).sqrt();
            let n = (length / 8.0).ceil().min(400.0);
            for i in 0..=n as usize {
                let share = if n > 0.0 { i as f64 / n } else { 0.0 };
                self.lines.push((a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share));
            }
        }
    }

    /// Whether nothing is there yet.
    pub(super) fn is_free(&self, frame: Frame) -> bool {
        let f = self.frame;
        let inside =
            frame.x >= f.x && frame.right() <= f.right() && frame.y >= f.y && frame.bottom() <= f.bottom();
        inside && self.taken.iter().all(|t| overlap(*t, frame) == 0.0)
    }

    /// A place for words of a size beside a mark; `None` where they would be upon others, unless they `must` be.
    fn place(&mut self, (x, y): (f64, f64), (w, h): (f64, f64), must: bool) -> Option<Frame> {
        let mut best: Option<(f64, f64, Frame)> = None;
        for (n, gap) in DISTANCES.into_iter().enumerate() {
            let diagonal = gap * 0.75;
            let corners = [
                (x + gap, y - h / 2.0),
                (x + diagonal, y - diagonal - h),
                (x + diagonal, y + diagonal),
                (x - w / 2.0, y - gap - h),
                (x - w / 2.0, y + gap),
                (x - gap - w, y - h / 2.0),
                (x - diagonal - w, y - diagonal - h),
                (x - diagonal - w, y + diagonal),
            ];
            for (order, (left, top)) in corners.into_iter().enumerate() {
                // Moved inside rather than given up.
                let f = self.frame;
                let at =
                    Frame { x: left.min(f.right() - w).max(f.x), y: top.min(f.bottom() - h).max(f.y), w, h };
                let covered: f64 = self.taken.iter().map(|t| overlap(*t, at)).sum();
                let on = |p: &&(f64, f64)| p.0 > at.x && p.0 < at.right() && p.1 > at.y && p.1 < at.bottom();
                let crossed = self.lines.iter().filter(on).count() as f64;
                let cost = crossed * 6.0 + n as f64 * 9.0 + order as f64 * 0.5;
                let better = best.is_none_or(|(c, k, _)| covered < c || covered == c && cost < k);
                if better {
                    best = Some((covered, cost, at));
                }
            }
        }
        let (covered, _, at) = best?;
        if covered > 0.0 && !must {
            return None;
        }
        self.taken.push(at);
        Some(at)
    }

    /// Words beside a mark, on a ground of their own, with a line to the mark where they are not next to it.
    pub(super) fn tag(&mut self, pen: &mut Pen, at: (f64, f64), text: &str, strong: bool) {
        if text.is_empty() {
            return;
        }
        let text = cut(text, self.frame.w * 0.9, LABEL, strong);
        let size = (width(&text, LABEL, strong) + 4.0, LABEL + 5.0);
        let Some(ground) = self.place(at, size, strong) else { return };
        let near = (at.0.clamp(ground.x, ground.right()), at.1.clamp(ground.y, ground.bottom()));
        let (dx, dy) = (near.0 - at.0, near.1 - at.1);
        if dx * dx + dy * dy > 16.0 * 16.0 {
            pen.line(vec![at, near], 1.0, Ink::Muted);
        }
        pen.rect(ground.x, ground.y, ground.w, ground.h, Ink::Background);
        // The end beside the mark is where it is set, whatever the viewer's font.
        let set = Set::new(LABEL, Ink::Text);
        let set = if strong { set.bold() } else { set };
        let (x, anchor) = if ground.x >= at.0 {
            (ground.x + 2.0, Anchor::Start)
        } else if ground.right() <= at.0 {
            (ground.right() - 2.0, Anchor::End)
        } else {
            (ground.x + ground.w / 2.0, Anchor::Middle)
        };
        pen.text(x, ground.y + LABEL, &text, set.anchor(anchor));
    }
}
