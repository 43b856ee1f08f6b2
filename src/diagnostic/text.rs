//! A short text that is read on its own, such as an axis or a constraint, and where it stands: in an argument, or in a file.

use super::{Code, Diagnostic, Source};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A text with its place.
#[derive(Clone)]
pub struct Text {
    source: Arc<Source>,
    range: Range<usize>,
}

/// Only what it says: the same axis is the same wherever it stands.
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Text {
    /// What an argument says.
    #[must_use]
    pub fn of_flag(name: &str, text: &str) -> Self {
        Self { source: Arc::new(Source::new(name, text)), range: 0..text.len() }
    }

    /// What stands at a place of a file.
    ///
    /// # Panics
    /// If the file has no such bytes.
    #[must_use]
    pub fn in_file(source: &Arc<Source>, range: Range<usize>) -> Self {
        assert!(source.text().get(range.clone()).is_some(), "{range:?} of a shorter text");
        Self { source: Arc::clone(source), range }
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source.text()[self.range.clone()]
    }

    /// Its entries, parted by commas.
    pub fn entries(&self) -> impl Iterator<Item = Self> + '_ {
        self.whole().entries().map(|piece| Self { source: Arc::clone(&self.source), range: piece.range() })
    }

    /// All of it.
    #[must_use]
    pub fn whole(&self) -> Piece<'_> {
        Piece { text: self.as_str(), at: self.range.start }
    }

    /// What stands before the first `=`.
    pub fn path(&self) -> Piece<'_> {
        self.whole().split("=").map_or(self.whole(), |(path, _)| path).trimmed()
    }

    /// What stands behind it.
    pub fn values(&self) -> Piece<'_> {
        self.whole().split("=").map_or(self.whole(), |(_, values)| values.trimmed())
    }

    /// A mistake at a piece of it.
    pub fn at(&self, code: Code, piece: Piece<'_>, message: impl Into<String>, label: &str) -> Diagnostic {
        Diagnostic::new(code, message).at(&self.source, piece.range(), label)
    }

    /// Another's mistake, told at some bytes of this text.
    pub fn tell(&self, found: Diagnostic, range: Range<usize>) -> Diagnostic {
        let label = found.label.clone();
        found.at(&self.source, range, label)
    }
}

/// A piece of the argument, with where it begins.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// It.
    pub text: &'a str,
    /// Where it begins in its source [bytes].
    pub at: usize,
}

impl<'a> Piece<'a> {
    /// Before and after a separator.
    pub fn split(self, separator: &str) -> Option<(Self, Self)> {
        let (before, after) = self.text.split_once(separator)?;
        let at = self.at + before.len() + separator.len();
        Some((Self { text: before, at: self.at }, Self { text: after, at }))
    }

    /// The entries of a list; commas in brackets and quotes do not part them.
    pub fn entries(self) -> impl Iterator<Item = Self> + 'a {
        let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
        let parts = self.text.split(move |c: char| {
            let literal = std::mem::take(&mut escaped);
            match c {
                '\\' if quoted && !literal => escaped = true,
                '"' if !literal => quoted = !quoted,
                '(' | '[' | '{' if !quoted => depth += 1,
                ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
                ',' => return !quoted && depth == 0,
                _ => {}
            }
            false
        });
        let mut at = self.at;
        parts.map(move |text| {
            let piece = Self { text, at };
            at += text.len() + 1;
            piece.trimmed()
        })
    }

    /// The bytes of its source.
    pub fn range(self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    /// Without so many bytes of its beginning.
    pub fn after(self, bytes: usize) -> Self {
        Self { text: &self.text[bytes..], at: self.at + bytes }
    }

    /// So many bytes of its beginning.
    pub fn before(self, bytes: usize) -> Self {
        Self { text: &self.text[..bytes], at: self.at }
    }

    /// Some bytes of it, without blanks around them.
    ///
    /// # Panics
    /// If it has no such bytes.
    #[must_use]
    pub fn part(self, range: Range<usize>) -> Self {
        Self { text: &self.text[range.clone()], at: self.at + range.start }.trimmed()
    }

    /// Without blanks around it.
    pub fn trimmed(self) -> Self {
        let begin = self.text.trim_start();
        Self { text: begin.trim_end(), at: self.at + (self.text.len() - begin.len()) }
    }
}
