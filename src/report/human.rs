//! The report on a terminal: thresholds first, warnings last, everything with its unit.
//!
//! Warnings stand last, where a terminal still shows them when the report has scrolled by; a line below the
//! thresholds names them for whoever reads from the top.
//!
//! Text with ANSI styles comes out; whoever prints it strips them where they are not wanted.

mod blocks;
mod compare;
mod rows;
mod stuck;
mod style;
mod table;
#[cfg(test)]
mod tests;
mod timeline;

use super::compare::Comparison;
use super::replications::Replicated;
use super::summary::Summary;
use crate::diagnostic::turns_text;
use crate::engine::output::Outcome;

/// How wide a report is where nobody says otherwise [columns].
pub const WIDTH: usize = 100;
/// Narrower than this it is not made [columns].
pub const WIDTH_MIN: usize = 60;

/// The report of one run, `width` columns wide.
#[must_use]
pub fn render(summary: &Summary, width: usize) -> String {
    let mut page = Page::new(width);
    blocks::header(&mut page, summary, None);
    blocks::thresholds(&mut page, &summary.thresholds, &summary.currency, None);
    let jobs = &summary.total.facts;
    let rejected = jobs.outcome(Outcome::Rejected) as f64;
    blocks::met_without(&mut page, &summary.thresholds, rejected, jobs.jobs() as f64);
    blocks::warning_codes(&mut page, summary.warnings.iter());
    stuck::stuck(&mut page, summary);
    blocks::clusters(&mut page, summary);
    table::figures(&mut page, &rows::columns(summary), &summary.currency);
    blocks::footnotes(&mut page, summary);
    the_rest(&mut page, summary);
    blocks::warnings(&mut page, summary.warnings.iter().map(|w| (w, None)));
    page.text
}

/// The report of several replications, `width` columns wide.
#[must_use]
pub fn render_replicated(replicated: &Replicated, width: usize) -> String {
    let mut page = Page::new(width);
    let first = &replicated.first;
    blocks::header(&mut page, first, Some(replicated));
    let met: Vec<_> = replicated.thresholds.iter().map(|t| t.met_in).collect();
    let thresholds: Vec<_> = replicated.thresholds.iter().map(|t| t.threshold.clone()).collect();
    blocks::thresholds(&mut page, &thresholds, &first.currency, Some((&met, replicated.replications)));
    let mean = |key: &str| {
        let all = replicated.scopes.first().and_then(|all| all.figures.iter().find(|(k, _)| k == key));
        all.and_then(|(_, estimate)| estimate.map(|e| e.mean)).unwrap_or(0.0)
    };
    blocks::met_without(&mut page, &thresholds, mean("jobs_rejected"), mean("jobs"));
    blocks::warning_codes(&mut page, replicated.warnings.iter().map(|w| &w.warning));
    blocks::clusters(&mut page, first);
    table::figures(&mut page, &rows::columns_replicated(replicated), &first.currency);
    page.note("± half the width of a 95 % t-interval over the replications.");
    rows::skewed(replicated).iter().for_each(|remark| page.note(remark));
    blocks::footnotes(&mut page, first);
    page.heading("In replication 0");
    stuck::stuck(&mut page, first);
    the_rest(&mut page, first);
    let warnings =
        replicated.warnings.iter().map(|w| (&w.warning, Some((w.in_replications, replicated.replications))));
    blocks::warnings(&mut page, warnings);
    page.text
}

/// Two scenarios side by side, `width` columns wide.
#[must_use]
pub fn render_comparison(comparison: &Comparison, width: usize) -> String {
    let mut page = Page::new(width);
    compare::page(&mut page, comparison);
    page.text
}

fn the_rest(page: &mut Page, summary: &Summary) {
    blocks::teams(page, summary);
    blocks::failures(page, summary);
    blocks::logs(page, summary);
    blocks::allocation(page, summary);
    timeline::timeline(page, summary);
    blocks::assumptions(page, summary);
}

/// The text so far, and its width.
struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn new(width: usize) -> Self {
        Self { text: String::new(), width: width.max(WIDTH_MIN) }
    }

    fn line(&mut self, line: &str) {
        // Names of teams and users are anybody's.
        self.text.push_str(&line.trim_end().replace(turns_text, "\u{fffd}"));
        self.text.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(&style::BOLD.paint(heading));
    }

    /// A remark in dim text, indented and wrapped.
    fn note(&mut self, text: &str) {
        for line in style::wrap(text, self.width - 2) {
            self.line(&format!("  {}", style::DIM.paint(&line)));
        }
    }

    /// Text after a label, wrapped with a hanging indent of the label's width.
    fn hanging(&mut self, label: &str, text: &str) {
        let indent = style::width(label);
        for (i, line) in style::wrap(text, self.width.saturating_sub(indent)).iter().enumerate() {
            let before = if i == 0 { label.to_owned() } else { " ".repeat(indent) };
            self.line(&format!("{before}{line}"));
        }
    }
}
