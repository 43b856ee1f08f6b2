//! Diagnostics as text for people and as JSON for programs.

use super::{Diagnostic, Severity};
use codespan_reporting::diagnostic as cs;
use codespan_reporting::files::{Error as FilesError, Files};
use codespan_reporting::term::{self, Config, WriteStyle};
use std::io::{self, Write};
use std::ops::Range;

/// The diagnostics as text: file, line, column, the value underlined, what to do. Colours are ANSI escapes.
#[must_use]
pub fn render(all: &[Diagnostic], colour: bool) -> String {
    let mut out = Ansi { bytes: Vec::new(), colour };
    let config = Config::default();
    for diagnostic in all {
        let page = Page::of(diagnostic);
        let severity = match diagnostic.severity() {
            Severity::Error => cs::Severity::Error,
            Severity::Warning => cs::Severity::Warning,
        };
        let mut notes = Vec::new();
        if let (Some(source), None) = (&diagnostic.source, &diagnostic.span) {
            notes.push(format!("file: {}", plain(source.name())));
        }
        notes.extend(diagnostic.help.iter().map(|help| format!("help: {}", plain(help))));
        notes.extend(diagnostic.notes.iter().map(|note| format!("note: {}", plain(note))));
        let labels = page
            .as_ref()
            .map(|page| cs::Label::primary((), page.span.clone()).with_message(plain(&diagnostic.label)));
        let message = cs::Diagnostic::new(severity)
            .with_code(diagnostic.code.as_str())
            .with_message(plain(&diagnostic.message))
            .with_labels(labels.into_iter().collect())
            .with_notes(notes);
        let files = page.unwrap_or_default();
        if term::emit_to_write_style(&mut out, &config, &files, &message).is_err() {
            // Writing to memory does not fail and the page holds its span; still, say something.
            out.bytes.extend_from_slice(diagnostic.message.as_bytes());
            out.bytes.push(b'\n');
        }
    }
    String::from_utf8_lossy(&out.bytes).into_owned()
}

/// The diagnostics as a JSON array; lines and columns count from 1, columns in characters.
#[must_use]
pub fn to_json(all: &[Diagnostic]) -> serde_json::Value {
    all.iter()
        .map(|d| {
            let begin = d.position();
            let end = d.source.as_ref().zip(d.span.as_ref()).map(|(source, span)| source.position(span.end));
            serde_json::json!({
                "code": d.code.as_str(),
                "severity": d.severity().as_str(),
                "message": d.message,
                "file": d.source.as_ref().map(|s| s.name()),
                "line": begin.map(|b| b.0),
                "column": begin.map(|b| b.1),
                "end_line": end.map(|e| e.0),
                "end_column": end.map(|e| e.1),
                "label": d.label,
                "help": d.help,
                "notes": d.notes,
            })
        })
        .collect()
}

/// Text from a file could steer the terminal: control characters are taken out.
fn plain(text: &str) -> String {
    text.replace(|c: char| c.is_control() && c != '\n' || turns_text(c), "\u{fffd}")
}

/// Characters that are not seen and turn the order of those that follow, so that a line reads as what it is not.
#[must_use]
pub const fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The one line of a file that a diagnostic shows.
#[derive(Default)]
struct Page {
    name: String,
    line: String,
    span: Range<usize>,
    number: usize,
    column: usize,
}

impl Page {
    fn of(diagnostic: &Diagnostic) -> Option<Self> {
        let source = diagnostic.source.as_ref()?;
        let given = diagnostic.span.as_ref()?;
        let (line, span) = source.line_around(given);
        let (number, column) = source.position(given.start);
        Some(Self { name: plain(source.name()), line, span, number, column })
    }
}

impl<'a> Files<'a> for Page {
    type FileId = ();
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, (): ()) -> Result<&'a str, FilesError> {
        Ok(&self.name)
    }

    fn source(&'a self, (): ()) -> Result<&'a str, FilesError> {
        Ok(&self.line)
    }

    fn line_index(&'a self, (): (), _: usize) -> Result<usize, FilesError> {
        Ok(0)
    }

    fn line_range(&'a self, (): (), _: usize) -> Result<Range<usize>, FilesError> {
        Ok(0..self.line.len())
    }

    fn line_number(&'a self, (): (), _: usize) -> Result<usize, FilesError> {
        Ok(self.number)
    }

    fn column_number(&'a self, (): (), _: usize, _: usize) -> Result<usize, FilesError> {
        Ok(self.column)
    }
}

/// Bytes with ANSI colours, if wanted.
struct Ansi {
    bytes: Vec<u8>,
    colour: bool,
}

impl Ansi {
    fn escape(&mut self, escape: &str) -> io::Result<()> {
        if self.colour {
            self.bytes.extend_from_slice(escape.as_bytes());
        }
        Ok(())
    }

    fn severity(&mut self, severity: cs::Severity) -> io::Result<()> {
        self.escape(match severity {
            cs::Severity::Bug | cs::Severity::Error => "\x1b[1;31m",
            cs::Severity::Warning => "\x1b[1;33m",
            cs::Severity::Note | cs::Severity::Help => "\x1b[1;36m",
        })
    }
}

impl Write for Ansi {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.bytes.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl WriteStyle for Ansi {
    fn set_header(&mut self, severity: cs::Severity) -> io::Result<()> {
        self.severity(severity)
    }

    fn set_header_message(&mut self) -> io::Result<()> {
        self.escape("\x1b[1m")
    }

    fn set_line_number(&mut self) -> io::Result<()> {
        self.escape("\x1b[36m")
    }

    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.escape("\x1b[36m")
    }

    fn set_source_border(&mut self) -> io::Result<()> {
        self.escape("\x1b[36m")
    }

    fn set_label(&mut self, severity: cs::Severity, _: cs::LabelStyle) -> io::Result<()> {
        self.severity(severity)
    }

    fn reset(&mut self) -> io::Result<()> {
        self.escape("\x1b[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Code, Source};
    use super::*;
    use std::sync::Arc;

    fn sample() -> Vec<Diagnostic> {
        let source = Arc::new(Source::new("s.ron", "(\n    max_nodes: ten,\n)"));
        vec![
            Diagnostic::new(Code::WrongType, "`max_nodes` is a whole number")
                .at(&source, 17..20, "not a whole number")
                .help("write for example max_nodes: 4")
                .note("second line\nof a note"),
            Diagnostic::new(Code::CannotRead, "cannot read x: not\x1b[31m there"),
        ]
    }

    #[test]
    fn text_shows_the_line_with_the_value_underlined() {
        let text = render(&sample(), false);
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(
            lines,
            [
                "error[S0105]: `max_nodes` is a whole number",
                "  ┌─ s.ron:2:16",
                "  │",
                "2 │     max_nodes: ten,",
                "  │                ^^^ not a whole number",
                "  │",
                "  = help: write for example max_nodes: 4",
                "  = note: second line",
                "    of a note",
                "",
                "error[I0401]: cannot read x: not\u{fffd}[31m there",
                "",
            ]
        );
        assert!(render(&sample(), true).contains("\x1b[1;31m"));
    }

    #[test]
    fn json_has_line_and_column() {
        let json = to_json(&sample());
        assert_eq!(json[0]["code"], "S0105");
        assert_eq!((json[0]["line"].as_u64(), json[0]["column"].as_u64()), (Some(2), Some(16)));
        assert_eq!(json[1]["line"], serde_json::Value::Null);
    }
}
