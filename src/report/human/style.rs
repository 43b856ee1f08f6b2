//! ANSI styles and widths. Styles are stripped by the printer; widths ignore them.

use unicode_width::UnicodeWidthStr;

/// A style: the code that begins it.
#[derive(Clone, Copy)]
pub(super) struct Style(&'static str);

pub(super) const BOLD: Style = Style("\x1b[1m");
pub(super) const DIM: Style = Style("\x1b[2m");
pub(super) const GOOD: Style = Style("\x1b[32m");
pub(super) const BAD: Style = Style("\x1b[1;31m");
pub(super) const WARN: Style = Style("\x1b[33m");
pub(super) const NODES: Style = Style("\x1b[36m");
pub(super) const QUEUE: Style = Style("\x1b[35m");

impl Style {
    /// Text in this style; nothing stays nothing.
    pub(super) fn paint(self, text: &str) -> String {
        if text.is_empty() { String::new() } else { format!("{}{text}\x1b[0m", self.0) }
    }
}

/// Columns that a text takes, styles left out.
pub(super) fn width(text: &str) -> usize {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain.width()
}

/// Text filled up with spaces on its left.
pub(super) fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Text filled up with spaces on its right.
pub(super) fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Text cut to so many columns, with an ellipsis where it was longer.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        if width(&short) + width(c.encode_utf8(&mut [0; 4])) + 1 > columns {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

/// Words in lines of at most so many columns; a longer word gets a line of its own.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_ignore_styles_and_know_wide_characters() {
        assert_eq!(width(&BOLD.paint("abc")), 3);
        assert_eq!(width("日本"), 4);
        assert_eq!(right(&BAD.paint("7"), 3), format!("  {}", BAD.paint("7")));
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("abc", 3), "abc");
    }

    #[test]
    fn wrapping_keeps_words_whole() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("incomprehensible it is", 4), ["incomprehensible", "it", "is"]);
        assert_eq!(wrap("", 4), [""; 0]);
    }
}
