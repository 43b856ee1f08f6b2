//! The tokens that RON and JSON have in common, as far as places matter.

use std::ops::Range;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
    /// An identifier or a number.
    pub(super) word: bool,
}

/// What a token does to the structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close,
    Colon,
    Comma,
    /// Anything else.
    Value,
}

/// The tokens of a text. Comments and `#![…]` attributes are left out.
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Past white space and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                self.at += block_comment(trimmed);
            } else if trimmed.starts_with("#!") {
                self.at += attribute(trimmed);
            } else {
                return;
            }
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip();
        let rest = self.rest();
        let first = rest.chars().next()?;
        let (kind, len, word) = match first {
            '(' | '[' | '{' => (Kind::Open(first as u8), 1, false),
            ')' | ']' | '}' => (Kind::Close, 1, false),
            ':' => (Kind::Colon, 1, false),
            ',' => (Kind::Comma, 1, false),
            '"' => (Kind::Value, quoted(rest, '"'), false),
            '\'' => (Kind::Value, character(rest), false),
            _ => match raw_string(rest) {
                Some(len) => (Kind::Value, len, false),
                None => {
                    let len = word_len(rest);
                    (Kind::Value, len.max(first.len_utf8()), len > 0)
                }
            },
        };
        let start = self.at;
        self.at += len;
        Some(Token { kind, span: start..self.at, word })
    }
}

/// Length of an identifier (also `r#…`) or number.
fn word_len(text: &str) -> usize {
    let prefix = if text.starts_with("r#") { 2 } else { 0 };
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '+' | '-');
    let len = |from: usize| from + text[from..].find(|c: char| !is_word(c)).unwrap_or(text.len() - from);
    let mut end = len(prefix);
    // `Tier::Dedicated` is no RON, but a mistake that is easily made.
    while end > prefix && text[end..].starts_with("::") {
        end = len(end + 2);
    }
    end
}

/// Length of a string in quotes, `text` beginning with the first one.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (n, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return n + 1,
            _ => {}
        }
    }
    text.len()
}

/// Length of a character in quotes; a lone quote is a token of its own.
fn character(text: &str) -> usize {
    let line = text.find('\n').unwrap_or(text.len());
    match quoted(&text[..line], '\'') {
        len if text[..len].len() > 1 && text[..len].ends_with('\'') => len,
        _ => 1,
    }
}

/// Length of `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#`, if the text begins with one.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix('b').unwrap_or(text);
    if after.len() < text.len() && after.starts_with('"') {
        return Some(1 + quoted(after, '"'));
    }
    let after = after.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let before = text.len() - body.len();
    let end = format!("\"{}", "#".repeat(hashes));
    Some(body.find(&end).map_or(text.len(), |n| before + n + end.len()))
}

/// Length of a block comment; RON nests them.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    text.len()
}

/// Length of an attribute `#![…]`.
fn attribute(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 2;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            '"' => at += quoted(&text[at..], '"') - 1,
            _ => {}
        }
        at += c.len_utf8();
        if depth == 0 {
            return at;
        }
    }
    text.len()
}
