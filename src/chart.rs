//! Pictures: figures of a few panels, laid out into a [`Scene`] of rectangles, areas, lines and text, which one
//! file (`plotters.rs`) turns into SVG or PNG.
//!
//! This layer knows nothing of simulations: what a figure says is decided in `report::charts`, and the drawing
//! library is behind [`Scene`], so that it can be replaced without touching a figure.
//!
//! ```text
//!  report::charts ──► Figure (panels, marks, words) ──► Scene (shapes at places) ──► plotters ──► SVG, PNG
//! ```
//!
//! Everything is deterministic: the same figure gives the same bytes.

mod bands;
mod bars;
mod columns;
mod contour;
mod field;
#[cfg(test)]
mod field_tests;
mod figure;
mod heat;
mod labels;
mod layout;
mod plot;
mod plotters;
mod scene;
mod strips;
mod symbol;
#[cfg(test)]
mod tests;
mod text;
mod theme;

pub use bands::Bands;
pub use bars::{Bar, BarRow, Bars, Tone};
pub use columns::{Category, Columns};
pub use field::{Field, FieldCell, FieldMark, Levels};
pub use figure::{Figure, KeyEntry, Panel, Row, Size};
pub use heat::{Heat, HeatCell};
pub use layout::layout;
pub use plot::{Axis, Mark, Plot, Tick};
#[cfg(feature = "png")]
pub use plotters::png;
pub use plotters::svg;
pub use scene::{Anchor, Color, Item, Scene};
pub use strips::{Strip, Strips};
pub use symbol::{Swatch, Symbol};
pub use text::{missing_in_png, width};
pub use theme::{Ink, Theme};
