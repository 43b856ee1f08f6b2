//! What is said about a mistake: where it is, the rule, what to do, and a stable code.
//!
//! Every reader (scenarios, logs, the ticks format) makes [`Diagnostic`]s; here they become text with the
//! value underlined, or JSON.

mod code;
mod render;
mod source;
mod suggest;
mod text;

pub use code::{Code, Severity, UnknownCode};
pub use render::{render, to_json, turns_text};
pub use source::Source;
pub use suggest::{closest, did_you_mean};
pub use text::{Piece, Text};

use std::ops::Range;
use std::sync::Arc;

/// One mistake or warning.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Stable code; it decides the severity.
    pub code: Code,
    /// What is wrong, in one sentence with the values.
    pub message: String,
    /// The text it is about; `None` where it is about no text.
    pub source: Option<Arc<Source>>,
    /// The bytes of that text to underline.
    pub span: Option<Range<usize>>,
    /// What to write beside the underlined value.
    pub label: Box<str>,
    /// What to do.
    pub help: Option<Box<str>>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

/// Longest text of a message, in characters: a value that is in it may be as long as the file.
const TEXT_CHARS: usize = 1000;

/// A text without its middle, where it is longer than anybody reads. The end stays: the rule stands there.
fn cut(text: String) -> String {
    if text.len() <= TEXT_CHARS {
        return text;
    }
    let chars = text.chars().count();
    if chars <= TEXT_CHARS {
        return text;
    }
    let (head, tail) = (TEXT_CHARS / 4, TEXT_CHARS / 4);
    let begin: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(chars - tail).collect();
    format!("{begin}… ({} characters are not shown) …{end}", chars - head - tail)
}

impl Diagnostic {
    /// A diagnostic about no place in particular.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: cut(message.into()),
            source: None,
            span: None,
            label: Box::default(),
            help: None,
            notes: Vec::new(),
        }
    }

    /// The same, about a whole text.
    #[must_use]
    pub fn of(mut self, source: &Arc<Source>) -> Self {
        self.source = Some(Arc::clone(source));
        self
    }

    /// The same, about some bytes of a text, with what to write beside them.
    #[must_use]
    pub fn at(mut self, source: &Arc<Source>, span: Range<usize>, label: impl Into<Box<str>>) -> Self {
        self.source = Some(Arc::clone(source));
        self.span = Some(span);
        self.label = cut(label.into().into()).into();
        self
    }

    /// The same, with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<Box<str>>) -> Self {
        self.help = Some(cut(help.into().into()).into());
        self
    }

    /// The same, with something else worth knowing.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(cut(note.into()));
        self
    }

    /// Error or warning.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Line and column of the beginning, both from 1; columns count characters.
    #[must_use]
    pub fn position(&self) -> Option<(usize, usize)> {
        Some(self.source.as_ref()?.position(self.span.as_ref()?.start))
    }

    /// Whether any of them is an error.
    #[must_use]
    pub fn any_error(all: &[Self]) -> bool {
        all.iter().any(|d| d.severity() == Severity::Error)
    }

    /// Errors, then warnings; each in order of file and place, what has no place first; equal ones once.
    pub fn sort(all: &mut Vec<Self>) {
        let key = |d: &Self| {
            let name = d.source.as_ref().map(|s| s.name().to_owned());
            let line = d.source.as_ref().map(|s| s.first_line());
            (d.severity(), name, line, d.span.as_ref().map(|s| (s.start, s.end)), d.code)
        };
        all.sort_by_cached_key(key);
        all.dedup_by(|a, b| key(a) == key(b) && a.message == b.message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_message_both_ends_are_kept() {
        let long = format!("there is no field `{}` here", "ä".repeat(1 << 20));
        let diagnostic =
            Diagnostic::new(Code::UnknownField, long).help("é".repeat(1000)).note("x".repeat(1001));
        let message = &diagnostic.message;
        assert!(message.starts_with("there is no field `ää") && message.ends_with("ää` here"), "{message}");
        assert!(message.chars().count() < 600, "{message}");
        assert_eq!(diagnostic.help.as_deref().map(|help| help.chars().count()), Some(1000));
        assert!(diagnostic.notes[0].contains("(501 characters are not shown)"), "{}", diagnostic.notes[0]);
    }
}
