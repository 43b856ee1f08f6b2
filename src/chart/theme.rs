//! Colours, by what they mean. Hues are those of Okabe and Ito, which colour-blind people tell apart, moved so that
//! all layers of a stack also differ in lightness: the pictures survive a grey printer.

use super::scene::Color;

/// What a colour is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ink {
    /// Title, labels.
    Text,
    /// What may be read second.
    Muted,
    /// Grid lines.
    Grid,
    /// Behind everything.
    Background,
    /// The mark that the title speaks of.
    Accent,
    /// The other marks.
    Quiet,
    /// A limit or an objective.
    Limit,
    /// A layer of a stack, by number up to 6.
    Layer(usize),
    /// One of several lines, by number.
    Series(usize),
    /// A share from 0 to 1 as lightness.
    Ramp(f64),
    /// Text upon [`Ink::Ramp`] of the same share.
    OnRamp(f64),
}

/// Layers that can be told apart.
pub(super) const LAYERS: usize = 6;

/// A set of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Dark on white, for paper and slides.
    #[default]
    Light,
    /// Light on dark.
    Dark,
}

const WHITE: Color = Color(0xFF, 0xFF, 0xFF);
const NIGHT: Color = Color(0x14, 0x18, 0x1F);
const INK: Color = Color(0x1A, 0x1F, 0x29);
const SNOW: Color = Color(0xEC, 0xEF, 0xF4);

/// Each differs from each other in lightness by a contrast of 1.3 at least; tested.
const LAYERS_LIGHT: [Color; LAYERS] = [
    Color(0x0B, 0x5A, 0x9E), // blue
    Color(0xF2, 0xAC, 0x3C), // orange
    Color(0x0A, 0x86, 0x66), // green
    Color(0x76, 0x10, 0x26), // dark red
    Color(0xC0, 0x86, 0xB4), // purple
    Color(0xD3, 0xD9, 0xE1), // grey
];
const LAYERS_DARK: [Color; LAYERS] = [
    Color(0x56, 0xB4, 0xE9),
    Color(0xFF, 0xD9, 0x80),
    Color(0x08, 0x7A, 0x5C),
    Color(0xA4, 0x24, 0x3C),
    Color(0xB0, 0x72, 0xA4),
    Color(0x38, 0x41, 0x4D),
];
/// None is orange, the colour of limits; neighbours differ in lightness too.
const SERIES_LIGHT: [Color; 6] = [
    Color(0x0B, 0x5A, 0x9E), // blue
    Color(0x16, 0xA0, 0x78), // green
    Color(0x7A, 0x2B, 0x68), // purple
    Color(0x3A, 0x9B, 0xD8), // sky
    Color(0x6E, 0x54, 0x00), // olive
    Color(0xC4, 0x76, 0xB0), // pink
];
const SERIES_DARK: [Color; 6] = [
    Color(0x56, 0xB4, 0xE9),
    Color(0x14, 0x8A, 0x6A),
    Color(0xF2, 0xB5, 0xDC),
    Color(0x4A, 0x78, 0xC8),
    Color(0xF0, 0xE4, 0x42),
    Color(0xB0, 0x60, 0xA0),
];

/// Lengths of strokes and gaps by turns, by number of a line; none: it is drawn through. A grey printer leaves little
/// else to tell six lines by.
const PATTERNS: [&[f64]; 6] =
    [&[], &[5.0, 2.5], &[1.5, 2.0], &[8.0, 2.0, 2.0, 2.0], &[3.0, 4.0], &[4.0, 1.5, 1.5, 1.5, 1.5, 1.5]];

impl Ink {
    /// How a line of this colour is broken.
    pub(super) const fn pattern(self) -> &'static [f64] {
        match self {
            Self::Series(n) => PATTERNS[n % 6],
            _ => &[],
        }
    }
}

impl Theme {
    /// The word for it in arguments and file names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The colour for a purpose.
    #[must_use]
    pub fn color(self, ink: Ink) -> Color {
        let light = self == Self::Light;
        let pick = |a: Color, b: Color| if light { a } else { b };
        match ink {
            Ink::Text => pick(INK, SNOW),
            Ink::Muted => pick(Color(0x56, 0x5F, 0x6E), Color(0xA4, 0xAE, 0xBD)),
            Ink::Grid => pick(Color(0xE3, 0xE7, 0xEC), Color(0x2C, 0x34, 0x40)),
            Ink::Background => pick(WHITE, NIGHT),
            Ink::Accent => pick(Color(0x0B, 0x5A, 0x9E), Color(0x56, 0xB4, 0xE9)),
            Ink::Quiet => pick(Color(0xAE, 0xB9, 0xC6), Color(0x55, 0x62, 0x74)),
            Ink::Limit => pick(Color(0xB3, 0x3C, 0x00), Color(0xFF, 0x9B, 0x54)),
            Ink::Layer(n) => pick(LAYERS_LIGHT[n % LAYERS], LAYERS_DARK[n % LAYERS]),
            Ink::Series(n) => pick(SERIES_LIGHT[n % 6], SERIES_DARK[n % 6]),
            Ink::Ramp(share) => self.ramp(share),
            Ink::OnRamp(share) => {
                let ground = self.ramp(share);
                let (dark, bright) = (Color(0, 0, 0), WHITE);
                if ground.contrast(dark) >= ground.contrast(bright) { dark } else { bright }
            }
        }
    }

    /// From nearly the background to a strong blue, ever darker on white and ever lighter on black. It leaps over the
    /// middle, where neither black nor white digits could be read well.
    fn ramp(self, share: f64) -> Color {
        let (below, above) = match self {
            Self::Light => (
                (Color(0xF1, 0xF4, 0xF8), Color(0x74, 0xAC, 0xDA)),
                (Color(0x1D, 0x66, 0xA6), Color(0x05, 0x2E, 0x5A)),
            ),
            Self::Dark => (
                (Color(0x1E, 0x25, 0x30), Color(0x1B, 0x5E, 0x98)),
                (Color(0x62, 0xA6, 0xDC), Color(0xD2, 0xEC, 0xFF)),
            ),
        };
        if share < 0.5 { below.0.mix(below.1, share * 2.0) } else { above.0.mix(above.1, share * 2.0 - 1.0) }
    }
}
