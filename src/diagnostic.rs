//! What is said about a mistake: where it is, the rule, what to do, and a stable code.
//!
//! Every reader (scenarios, logs, the ticks format) makes [`Diagnostic`]s; here they become text with the
//! value underlined, or JSON.

mod code;
mod render;
mod source;
mod suggest;

pub use code::{Code, Severity, UnknownCode};
pub use render::{render, to_json};
pub use source::Source;
pub use suggest::{closest, did_you_mean};

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

impl Diagnostic {
    /// A diagnostic about no place in particular.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
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
        self.label = label.into();
        self
    }

    /// The same, with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<Box<str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, with something else worth knowing.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
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

    /// In order of file and place, what has no place first; equal ones once.
    pub fn sort(all: &mut Vec<Self>) {
        let key = |d: &Self| {
            let name = d.source.as_ref().map(|s| s.name().to_owned());
            let line = d.source.as_ref().map(|s| s.first_line());
            (name, line, d.span.as_ref().map(|s| (s.start, s.end)), d.code)
        };
        all.sort_by_cached_key(key);
        all.dedup_by(|a, b| key(a) == key(b) && a.message == b.message);
    }
}
