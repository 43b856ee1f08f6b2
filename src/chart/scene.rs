//! What is drawn, as shapes at places: all that a drawing library has to know.

/// A colour without transparency, so that contrast can be computed and every viewer shows the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

impl Color {
    /// Relative luminance as WCAG 2 defines it, 0 to 1.
    #[must_use]
    pub fn luminance(self) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.039_28 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast ratio as WCAG 2 defines it, 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The colour at a share of the way to another.
    #[must_use]
    pub fn mix(self, other: Self, share: f64) -> Self {
        let one = |a: u8, b: u8| {
            let mixed = f64::from(a) + (f64::from(b) - f64::from(a)) * share.clamp(0.0, 1.0);
            mixed.round() as u8
        };
        Self(one(self.0, other.0), one(self.1, other.1), one(self.2, other.2))
    }
}

/// Which end of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The text begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// A shape. Lengths are in units of the scene, from its upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A filled rectangle: left, top, width, height.
    Rect(f64, f64, f64, f64, Color),
    /// A filled polygon.
    Area(Vec<(f64, f64)>, Color),
    /// A line through points, of a width.
    Line(Vec<(f64, f64)>, f64, Color),
    /// A filled circle: centre and radius.
    Dot(f64, f64, f64, Color),
    /// Text on a baseline.
    Text {
        /// Where its anchor is.
        x: f64,
        /// The baseline.
        y: f64,
        /// What it says.
        text: String,
        /// Height of an em.
        size: f64,
        /// Bold.
        bold: bool,
        /// Which end is at `x`.
        anchor: Anchor,
        /// Its colour.
        color: Color,
    },
}

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width in its own units.
    pub width: f64,
    /// Height in its own units.
    pub height: f64,
    /// Pixels (or user units of SVG) for one unit.
    pub scale: f64,
    /// Colour behind everything.
    pub background: Color,
    /// What the picture says, for readers that do not see it.
    pub title: String,
    /// The same at length.
    pub description: String,
    /// Shapes, the lowest first.
    pub items: Vec<Item>,
}
