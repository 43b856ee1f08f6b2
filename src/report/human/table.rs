//! Right-aligned numbers under the names of clusters; as many columns as fit, then another block.

use super::Page;
use super::rows::{self, Cell, Column, Kind, Row, rows, says_something};
use super::style::{BOLD, DIM, cut, left, right, width};
use crate::report::units;

/// Columns of a label; the longest one fits.
const LABEL: usize = 28;
/// The narrowest column of numbers.
const COLUMN_MIN: usize = 9;
/// Longer names are cut.
const NAME_MAX: usize = 20;
/// Spaces between columns.
const GAP: usize = 2;
/// What stands where a value is not defined.
const NONE: &str = "–";

/// The table of figures.
pub(super) fn figures(page: &mut Page, columns: &[Column], currency: &str) {
    let rows = visible(columns);
    let texts: Vec<Vec<String>> =
        columns.iter().map(|c| rows.iter().map(|row| text(row, c)).collect()).collect();
    let widths: Vec<usize> = columns
        .iter()
        .zip(&texts)
        .map(|(column, texts)| {
            let name = width(&column.name).min(NAME_MAX);
            texts.iter().map(|t| width(t)).max().unwrap_or(0).max(COLUMN_MIN).max(name)
        })
        .collect();
    let mut from = 0;
    while from < columns.len() {
        let mut to = from;
        let mut used = LABEL;
        while to < columns.len() && (to == from || used + GAP + widths[to] <= page.width) {
            used += GAP + widths[to];
            to += 1;
        }
        block(page, &rows, &columns[from..to], &texts[from..to], &widths[from..to], currency);
        from = to;
    }
}

fn block(
    page: &mut Page,
    rows: &[Row],
    columns: &[Column],
    texts: &[Vec<String>],
    widths: &[usize],
    currency: &str,
) {
    page.line("");
    let mut names = " ".repeat(LABEL);
    for (column, width) in columns.iter().zip(widths) {
        names.push_str(&right(&BOLD.paint(&cut(&column.name, NAME_MAX)), GAP + width));
    }
    page.line(&names);
    let limit_s = rows::wait_limit(columns);
    for (i, row) in rows.iter().enumerate() {
        match row {
            Row::Section(title) => {
                // The mark of the footnote comes last.
                let title = title.replace("Cost", &format!("Cost, {currency}"));
                page.line(&BOLD.paint(&title));
            }
            Row::Figure { label, key, strong, .. } => {
                let label = rows::label(label, key, limit_s);
                let mut line = left(&format!("  {label}"), LABEL);
                for (texts, width) in texts.iter().zip(widths) {
                    line.push_str(&right(&texts[i], GAP + width));
                }
                page.line(&if *strong { BOLD.paint(&line) } else { line });
            }
            Row::Share { label, .. } | Row::Rest { label, .. } => {
                let mut line = left(&format!("  {label}"), LABEL);
                for (texts, width) in texts.iter().zip(widths) {
                    line.push_str(&right(&texts[i], GAP + width));
                }
                page.line(&line);
            }
        }
    }
}

/// Rows with something in them, and the sections that still have rows.
fn visible(columns: &[Column]) -> Vec<Row> {
    let something =
        |key: &str| columns.iter().any(|c| c.get(key).is_some_and(|cell| says_something(key, cell.value)));
    let mut shown: Vec<Row> = Vec::new();
    for row in rows() {
        let show = match &row {
            Row::Section(_) => {
                if matches!(shown.last(), Some(Row::Section(_))) {
                    shown.pop();
                }
                true
            }
            Row::Figure { key, optional, .. } => !optional || something(key),
            Row::Rest { key, without, .. } => {
                columns.iter().any(|c| rest(c, key, without).is_some_and(|n| n > 0.0))
            }
            Row::Share { key, .. } => something(key),
        };
        if show {
            shown.push(row);
        }
    }
    shown
}

fn text(row: &Row, column: &Column) -> String {
    let cell = match row {
        Row::Section(_) => return String::new(),
        Row::Figure { key, kind, .. } => column.get(key).map(|cell| kind.show(cell, decimals(column))),
        Row::Rest { key, without, .. } => rest(column, key, without)
            .map(|value| Kind::Count.show(Cell { value, half: None }, decimals(column))),
        Row::Share { key, of, .. } => {
            let sum: f64 = of.iter().filter_map(|k| column.get(k)).map(|cell| cell.value).sum();
            let part = column.get(key).map_or(0.0, |cell| cell.value);
            (sum > 0.0).then(|| Kind::Share.show(Cell { value: part / sum, half: None }, 0))
        }
    };
    cell.unwrap_or_else(|| DIM.paint(NONE))
}

/// A count without another.
fn rest(column: &Column, key: &str, without: &str) -> Option<f64> {
    Some(column.get(key)?.value - column.get(without)?.value)
}

/// Decimals of a column's amounts: two, more where the whole cost is small.
fn decimals(column: &Column) -> usize {
    column.get("cost_total").map_or(2, |total| units::decimals(total.value))
}
