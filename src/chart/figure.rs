//! What a picture is made of.

use super::bands::Bands;
use super::bars::Bars;
use super::columns::Columns;
use super::field::Field;
use super::heat::Heat;
use super::plot::Plot;
use super::strips::Strips;
use super::symbol::Swatch;
use super::theme::Ink;

/// A picture with its words: a title that says the finding, panels, and where the numbers are from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// The finding.
    pub title: String,
    /// What is shown, in which unit, over what.
    pub subtitle: String,
    /// Where it is from.
    pub note: String,
    /// Panels, top to bottom.
    pub rows: Vec<Row>,
}

/// Panels side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its height.
    pub size: Size,
    /// Panels with their share of the width.
    pub panels: Vec<(f64, Panel)>,
}

impl Row {
    /// One panel over the whole width.
    #[must_use]
    pub fn one(panel: Panel) -> Self {
        Self { size: Size::Part(1.0), panels: vec![(1.0, panel)] }
    }
}

/// Height of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// A part of what fixed rows leave.
    Part(f64),
    /// In units of the scene.
    Fixed(f64),
}

/// An entry of a key: a swatch, its name, and a number about it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyEntry {
    /// Colour of the swatch.
    pub ink: Ink,
    /// Its shape.
    pub swatch: Swatch,
    /// Its name.
    pub name: String,
    /// Numbers, in a second line; may be empty. Where room is scarce, only what is before the first `, ` is shown.
    pub value: String,
}

/// A part of a picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Panel {
    /// Marks between two axes.
    Plot(Box<Plot>),
    /// Horizontal bars.
    Bars(Bars),
    /// Columns over categories.
    Columns(Columns),
    /// A table of shares.
    Heat(Heat),
    /// A value over two axes of levels, in bands of colour.
    Field(Field),
    /// What the bands of several fields mean, as a bar; its row has a fixed height.
    Scale(Bands),
    /// Values as strokes in rows, with an interval each.
    Strips(Strips),
    /// Panels of one kind, in as many columns as suit the picture. Where it has no room for all of them at a size that can
    /// be read, the first are drawn, and words say how many are not.
    Grid(Vec<Panel>),
    /// Panels one below the other, close together, with their parts of the height.
    Stack(Vec<(f64, Panel)>),
    /// A key in as many lines as it needs; it is as high as they are, whatever its row says.
    Key(Vec<KeyEntry>),
    /// Words in place of a chart that there is not.
    Words(String),
}
