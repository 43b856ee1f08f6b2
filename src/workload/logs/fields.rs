//! Splits records of comma-separated values (RFC 4180).
//!
//! The splitter is ours: the usual one reads a field whose quote is never closed to the end of the file, into
//! memory.

use super::reader::{Lines, ReadError};
use super::report::Fault;
use std::ops::Range;

/// The fields of one record, unquoted.
#[derive(Default)]
pub(super) struct Fields {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// How a record ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Split {
    Whole,
    /// Within a quoted field.
    Open,
    /// Text after a closing quote.
    AfterQuote,
}

impl Fields {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A field without the spaces around it.
    pub(super) fn get(&self, i: usize) -> &[u8] {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        self.bytes[start..self.ends[i]].trim_ascii()
    }

    /// Where field `i` stands in a record that splits, without the spaces around it.
    pub(super) fn span(record: &[u8], delimiter: u8, i: usize) -> Range<usize> {
        let mut start = 0;
        for n in 0.. {
            let mut end = start;
            if record.get(start) == Some(&b'"') {
                end += 1;
                // A doubled quote closes and opens again.
                while let Some(quote) = record[end..].iter().position(|b| *b == b'"') {
                    end += quote + 1;
                    if record.get(end) != Some(&b'"') {
                        break;
                    }
                    end += 1;
                }
            }
            end += record[end..].iter().position(|b| *b == delimiter).unwrap_or(record.len() - end);
            if n == i || end == record.len() {
                let field = &record[start..end];
                let from = start + (field.len() - field.trim_ascii_start().len());
                return from..(start + field.trim_ascii_end().len()).max(from);
            }
            start = end + 1;
        }
        0..0
    }

    /// Splits a record (RFC 4180; a quote within an unquoted field is text).
    fn split(&mut self, record: &[u8], delimiter: u8) -> Split {
        self.bytes.clear();
        self.ends.clear();
        let mut rest = record;
        loop {
            if let [b'"', quoted @ ..] = rest {
                rest = quoted;
                loop {
                    let Some(quote) = rest.iter().position(|b| *b == b'"') else {
                        return Split::Open;
                    };
                    self.bytes.extend_from_slice(&rest[..quote]);
                    rest = &rest[quote + 1..];
                    let [b'"', doubled @ ..] = rest else { break };
                    self.bytes.push(b'"');
                    rest = doubled;
                }
                if rest.first().is_some_and(|b| *b != delimiter) {
                    return Split::AfterQuote;
                }
            } else {
                let end = rest.iter().position(|b| *b == delimiter).unwrap_or(rest.len());
                self.bytes.extend_from_slice(&rest[..end]);
                rest = &rest[end..];
            }
            self.ends.push(self.bytes.len());
            match rest {
                [_delimiter, tail @ ..] => rest = tail,
                [] => return Split::Whole,
            }
        }
    }

    /// Splits the present record of `lines`, taking in further lines where a quoted field spans them.
    pub(super) fn read(&mut self, lines: &mut Lines, delimiter: u8) -> Result<Result<(), Fault>, ReadError> {
        loop {
            let split = self.split(lines.bytes(), delimiter);
            let fault = match split {
                Split::Whole => return Ok(Ok(())),
                Split::Open if lines.extend()? => continue,
                Split::AfterQuote if !lines.is_extended() => Fault::AfterQuote,
                // The quote of the first line was a stray one: only that line is lost.
                Split::Open | Split::AfterQuote => Fault::OpenQuote,
            };
            lines.first_line_only();
            return Ok(Err(fault));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(record: &str) -> Option<Vec<String>> {
        let mut fields = Fields::default();
        let whole = fields.split(record.as_bytes(), b',') == Split::Whole;
        whole
            .then(|| (0..fields.len()).map(|i| String::from_utf8_lossy(fields.get(i)).into_owned()).collect())
    }

    #[test]
    fn records_are_split_at_delimiters_outside_quotes() {
        for (record, fields) in [
            ("a,b", vec!["a", "b"]),
            ("", vec![""]),
            (",", vec!["", ""]),
            (" a , b ", vec!["a", "b"]),
            ("\"a,b\",c", vec!["a,b", "c"]),
            ("\"a \"\"b\"\"\",\"\"", vec!["a \"b\"", ""]),
            ("5\" disk,x", vec!["5\" disk", "x"]),
            ("\"a\nb\",c", vec!["a\nb", "c"]),
        ] {
            assert_eq!(split(record), Some(fields.into_iter().map(str::to_owned).collect()), "{record}");
        }
        for (record, i, found) in [
            ("12,1,2", 1, "1"),
            ("a, b ,c", 1, "b"),
            ("\"x,1\",1", 1, "1"),
            ("\"a \"\"b\"\"\",\",\"", 0, "\"a \"\"b\"\"\""),
            ("a,,c", 1, ""),
            ("a,b", 1, "b"),
        ] {
            assert_eq!(&record[Fields::span(record.as_bytes(), b',', i)], found, "{record}");
        }
        for record in ["\"a", "\"a\"b,c", "a,\"", "\"a\"\""] {
            assert_eq!(split(record), None, "{record}");
        }
    }
}
