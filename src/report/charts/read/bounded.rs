//! Lines of a result file, none of them endless.

use std::io::{self, Read};

/// Longest line [bytes], as in logs; a quoted cell with line breaks counts as one line.
const LINE_MAX: usize = 1 << 20;

/// What is said where it is longer.
pub(super) const TOO_LONG: &str = "a line is longer than 1 MiB, and no run writes such a line";

/// Passes bytes on until a line is too long: the reader of csv collects a line, however long.
pub(super) struct Bounded<R> {
    inner: R,
    line: usize,
    quoted: bool,
}

impl<R> Bounded<R> {
    pub(super) const fn new(inner: R) -> Self {
        Self { inner, line: 0, quoted: false }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        for byte in &buf[..n] {
            self.line += 1;
            match byte {
                b'"' => self.quoted = !self.quoted,
                b'\n' | b'\r' if !self.quoted => self.line = 0,
                _ => {}
            }
            if self.line > LINE_MAX {
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, TOO_LONG));
            }
        }
        Ok(n)
    }
}

/// Whether an error is about the length of a line.
pub(super) fn is_too_long(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::FileTooLarge && error.to_string() == TOO_LONG
}
