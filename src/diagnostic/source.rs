//! A text that diagnostics point into.

use std::ops::Range;

/// A file, or an excerpt of one, with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
    first_line: usize,
}

/// Most characters of a line that an excerpt shows around the underlined value.
const EXCERPT_CHARS: usize = 160;

impl Source {
    /// A whole file.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::excerpt(name, text, 1)
    }

    /// Some lines of a file, the first of which has this number (from 1).
    #[must_use]
    pub fn excerpt(name: impl Into<String>, text: impl Into<String>, first_line: usize) -> Self {
        Self { name: name.into(), text: text.into(), first_line }
    }

    /// Name of the file, as messages show it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Number of the first line of the text in the file.
    #[must_use]
    pub fn first_line(&self) -> usize {
        self.first_line
    }

    /// Line and column of a byte, both from 1; columns count characters. What lies past the end is at the end.
    #[must_use]
    pub fn position(&self, byte: usize) -> (usize, usize) {
        let before = &self.text[..self.floor(byte)];
        let line_start = before.rfind('\n').map_or(0, |n| n + 1);
        let line = self.first_line + before.bytes().filter(|b| *b == b'\n').count();
        (line, before[line_start..].chars().count() + 1)
    }

    /// The byte of a line and a column (from 1, in characters). What lies past the end is at the end.
    #[must_use]
    pub fn byte(&self, line: usize, column: usize) -> usize {
        let mut start = 0;
        for _ in self.first_line..line {
            match self.text[start..].find('\n') {
                Some(n) => start += n + 1,
                None => return self.text.len(),
            }
        }
        let tail = &self.text[start..];
        let line = &tail[..tail.find('\n').unwrap_or(tail.len())];
        start + line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(n, _)| n)
    }

    /// The largest character boundary up to `byte`.
    fn floor(&self, byte: usize) -> usize {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        byte
    }

    /// The line on which a span begins, cut to a readable length, with the part of the span on it, as bytes of
    /// what is returned; it is never empty where the line is not.
    pub(super) fn line_around(&self, span: &Range<usize>) -> (String, Range<usize>) {
        let start = self.floor(span.start);
        let end = self.floor(span.end.max(span.start));
        let line_start = self.text[..start].rfind('\n').map_or(0, |n| n + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |n| start + n);
        let mut first = start;
        let mut last = end.clamp(start, line_end);
        if first == last {
            // Nothing to underline: take a neighbouring character.
            last = self.text[first..line_end].chars().next().map_or(last, |c| first + c.len_utf8());
            if first == last {
                first =
                    self.text[line_start..first].chars().next_back().map_or(first, |c| first - c.len_utf8());
            }
        }
        let from = back(&self.text[line_start..first], EXCERPT_CHARS / 2);
        let last = first + forth(&self.text[first..last], EXCERPT_CHARS / 2);
        let to = last + forth(&self.text[last..line_end], EXCERPT_CHARS / 2);
        let from = first - from;
        let mut line = String::new();
        if from > line_start {
            line.push('…');
        }
        // Control characters would move the underline, and could do worse on a terminal.
        let clean = |text: &str| text.replace(|c: char| c.is_control() || super::turns_text(c), " ");
        line.push_str(&clean(&self.text[from..first]));
        let begin = line.len();
        line.push_str(&clean(&self.text[first..last]));
        let end = line.len();
        line.push_str(&clean(&self.text[last..to]));
        if to < line_end {
            line.push('…');
        }
        (line, begin..end)
    }
}

/// Bytes of the last `count` characters.
fn back(text: &str, count: usize) -> usize {
    text.char_indices().rev().take(count).last().map_or(0, |(n, _)| text.len() - n)
}

/// Bytes of the first `count` characters.
fn forth(text: &str, count: usize) -> usize {
    text.char_indices().nth(count).map_or(text.len(), |(n, _)| n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_positions_agree() {
        let source = Source::excerpt("f", "ab\nçd\n\nx", 10);
        for (byte, position) in
            [(0, (10, 1)), (1, (10, 2)), (3, (11, 1)), (5, (11, 2)), (7, (12, 1)), (8, (13, 1))]
        {
            assert_eq!(source.position(byte), position);
            assert_eq!(source.byte(position.0, position.1), byte);
        }
        assert_eq!(source.position(4), (11, 1), "inside a character");
        assert_eq!(source.position(99), (13, 2));
        assert_eq!(source.byte(99, 1), 9);
        assert_eq!(source.byte(10, 99), 2);
    }

    #[test]
    fn a_long_line_is_cut_around_the_span() {
        let text = format!("{}VALUE{}", "ä".repeat(5000), "ö".repeat(5000));
        let source = Source::new("f", text);
        let (line, span) = source.line_around(&(10_000..10_005));
        assert_eq!(&line[span], "VALUE");
        assert!(line.starts_with("…ä") && line.ends_with("ö…") && line.chars().count() < 200);
    }

    #[test]
    fn every_span_gives_something_to_underline() {
        let text = "a\n\n  çb\t\n";
        let source = Source::new("f", text);
        for start in 0..=text.len() + 2 {
            for end in 0..=text.len() + 2 {
                let (line, span) = source.line_around(&(start..end));
                assert!(line.get(span).is_some());
            }
        }
    }
}
