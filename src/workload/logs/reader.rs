//! Lines of a log: plain or gzipped, hashed on the way, with every size bounded before memory is taken.

use super::report::shown;
use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};
use std::io::{self, BufReader, Read};
use std::ops::Range;

/// Longest line [bytes], a quoted field with line breaks counted as one line. No job needs more; a file without
/// line breaks must not fill the memory.
pub const MAX_LINE_BYTES: usize = 1 << 20;

/// Longest log [bytes], after decompression: 4 GiB. A gzip bomb is refused here at the latest.
pub const MAX_LOG_BYTES: u64 = 1 << 32;

/// A gzipped log may decompress to so many times its size, and so much anyway [bytes]: job logs shrink to a
/// fifth or a twentieth, and 1032 is what gzip can do at most. A few MB of nothing but line ends are refused by
/// this long before [`MAX_LOG_BYTES`].
pub(super) const MAX_EXPANSION: u64 = 250;
const EXPANSION_FROM_BYTES: u64 = 64 << 20;

/// Lines that one quoted field may span: a stray quote must not swallow a log.
pub const MAX_QUOTED_LINES: u64 = 32;

const CHUNK: usize = 1 << 18;

/// Why a log cannot be read on; fatal.
#[derive(Debug)]
pub(super) enum ReadError {
    Io(io::Error),
    /// The gzip stream is damaged or cut off.
    Gzip(io::Error),
    LineTooLong {
        line: u64,
    },
    LogTooLong,
    /// A gzip stream of almost nothing, again and again.
    Bomb,
    TooManyJobs {
        line: u64,
    },
    NotText {
        start: String,
    },
    Utf16,
    /// Lines end with a carriage return alone.
    LoneCr,
}

/// Hashes and counts what passes.
struct Hashed<R> {
    inner: R,
    sha256: Sha256,
    bytes: u64,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.sha256.update(&buf[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
}

type File = Hashed<io::Chain<io::Cursor<Vec<u8>>, Box<dyn Read>>>;

enum Input {
    Plain(File),
    Gzip(Box<MultiGzDecoder<BufReader<File>>>),
}

/// The lines of a log, one after another, without their line ends.
pub(super) struct Lines {
    input: Input,
    buf: Vec<u8>,
    /// Filled part of `buf` that is not yet consumed.
    filled: Range<usize>,
    end_of_input: bool,
    read_bytes: u64,
    /// The present record within `buf`, without its line end.
    record: Range<usize>,
    /// Number of its first line, and of its lines.
    line: u64,
    record_lines: u64,
    /// Where its first line ends and the second begins, relative to `record.start`.
    first_line: (usize, usize),
}

impl Lines {
    /// Starts reading. Gzip is told by its first two bytes; a file named `.gz` without them is refused.
    pub(super) fn new(mut inner: Box<dyn Read>, named_gz: bool) -> Result<Self, ReadError> {
        let mut head = Vec::with_capacity(2);
        inner.by_ref().take(2).read_to_end(&mut head).map_err(ReadError::Io)?;
        let gzipped = head == [0x1f, 0x8b];
        if named_gz && !gzipped && !head.is_empty() {
            return Err(ReadError::Gzip(io::Error::new(io::ErrorKind::InvalidData, "no gzip header")));
        }
        let file = Hashed { inner: io::Cursor::new(head).chain(inner), sha256: Sha256::new(), bytes: 0 };
        let input = if gzipped {
            Input::Gzip(Box::new(MultiGzDecoder::new(BufReader::with_capacity(CHUNK, file))))
        } else {
            Input::Plain(file)
        };
        let mut lines = Self {
            input,
            buf: vec![0; CHUNK],
            filled: 0..0,
            end_of_input: false,
            read_bytes: 0,
            record: 0..0,
            line: 0,
            record_lines: 0,
            first_line: (0, 0),
        };
        lines.begin()?;
        Ok(lines)
    }

    /// Skips a byte order mark; refuses UTF-16, and lines that end with a carriage return alone.
    fn begin(&mut self) -> Result<(), ReadError> {
        while self.filled.len() < 3 && !self.end_of_input {
            self.fill()?;
        }
        match &self.buf[self.filled.clone()] {
            [0xef, 0xbb, 0xbf, ..] => self.filled.start += 3,
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(ReadError::Utf16),
            // Such a file would be one line, of which nothing could be said.
            text if !text.contains(&b'\n') && text.windows(2).any(|pair| pair[0] == b'\r') => {
                return Err(ReadError::LoneCr);
            }
            _ => {}
        }
        self.record = self.filled.start..self.filled.start;
        Ok(())
    }

    /// Moves what is left to the front and reads more behind it.
    fn fill(&mut self) -> Result<(), ReadError> {
        let keep_from = self.record.start.min(self.filled.start);
        if keep_from > 0 {
            self.buf.copy_within(keep_from..self.filled.end, 0);
            self.record = self.record.start - keep_from..self.record.end.saturating_sub(keep_from);
            self.filled = self.filled.start - keep_from..self.filled.end - keep_from;
        }
        if self.filled.end + CHUNK / 2 > self.buf.len() {
            // At most a record of MAX_LINE_BYTES and a chunk.
            self.buf.resize(self.filled.end + CHUNK, 0);
        }
        let free = &mut self.buf[self.filled.end..];
        let n = match &mut self.input {
            Input::Plain(file) => read(file, free).map_err(ReadError::Io)?,
            Input::Gzip(gzip) => read(gzip.as_mut(), free).map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                    ReadError::Gzip(error)
                }
                _ => ReadError::Io(error),
            })?,
        };
        self.filled.end += n;
        self.end_of_input = n == 0;
        self.read_bytes += n as u64;
        if self.read_bytes > MAX_LOG_BYTES {
            return Err(ReadError::LogTooLong);
        }
        if let Input::Gzip(gzip) = &self.input
            && self.read_bytes > EXPANSION_FROM_BYTES
        {
            // What was taken from the file, a buffer ahead of what is decompressed.
            let taken = gzip.get_ref().get_ref().bytes;
            if self.read_bytes / MAX_EXPANSION > taken {
                return Err(ReadError::Bomb);
            }
        }
        Ok(())
    }

    /// Consumes the next line; gives its bytes relative to `record.start`, and where the one after begins.
    /// `None` at the end of the input.
    fn take_line(&mut self) -> Result<Option<(usize, usize)>, ReadError> {
        let mut searched = self.filled.start;
        loop {
            if let Some(at) = self.buf[searched..self.filled.end].iter().position(|b| *b == b'\n') {
                let end = searched + at;
                self.filled.start = end + 1;
                return Ok(Some((self.without_cr(end), self.filled.start - self.record.start)));
            }
            if self.end_of_input {
                // The last line may lack its line end.
                let end = self.filled.end;
                if self.filled.is_empty() {
                    return Ok(None);
                }
                self.filled.start = end;
                return Ok(Some((self.without_cr(end), end - self.record.start)));
            }
            searched = self.filled.end - self.record.start;
            if searched > MAX_LINE_BYTES {
                return Err(ReadError::LineTooLong { line: self.line });
            }
            self.fill()?;
            searched += self.record.start;
        }
    }

    /// Length of the record that ends at `end`, without a carriage return there.
    fn without_cr(&self, end: usize) -> usize {
        let record = &self.buf[self.record.start..end];
        record.len() - usize::from(record.last() == Some(&b'\r'))
    }

    /// Goes to the next line. `false` at the end.
    pub(super) fn next(&mut self) -> Result<bool, ReadError> {
        self.line += self.record_lines.max(1);
        self.record = self.filled.start..self.filled.start;
        self.record_lines = 0;
        let Some((length, after)) = self.take_line()? else {
            return Ok(false);
        };
        if length > MAX_LINE_BYTES {
            return Err(ReadError::LineTooLong { line: self.line });
        }
        self.first_line = (length, after);
        self.record_lines = 1;
        self.record.end = self.record.start + length;
        if self.line == 1 && self.bytes().contains(&0) {
            return Err(ReadError::NotText { start: shown(self.bytes()) });
        }
        Ok(true)
    }

    /// Passes over empty lines, many at a time: a log of nothing else is refused quickly.
    pub(super) fn skip_empty(&mut self) -> Result<(), ReadError> {
        loop {
            self.record = self.filled.start..self.filled.start;
            let ahead = &self.buf[self.filled.clone()];
            let empty = ahead.iter().position(|b| *b != b'\n').unwrap_or(ahead.len());
            self.filled.start += empty;
            self.line += empty as u64;
            if !self.filled.is_empty() || self.end_of_input {
                self.record = self.filled.start..self.filled.start;
                return Ok(());
            }
            self.fill()?;
        }
    }

    /// Adds the line after to the present record. `false` where there is none, or the record would become too
    /// long; the record is then as before.
    pub(super) fn extend(&mut self) -> Result<bool, ReadError> {
        if self.record_lines >= MAX_QUOTED_LINES || self.filled.start - self.record.start > MAX_LINE_BYTES / 2
        {
            return Ok(false);
        }
        match self.take_line()? {
            Some((length, _)) => {
                self.record.end = self.record.start + length;
                self.record_lines += 1;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Back to the first line of the present record; the others are read again.
    pub(super) fn first_line_only(&mut self) {
        let (length, after) = self.first_line;
        self.record.end = self.record.start + length;
        self.filled.start = self.record.start + after;
        self.record_lines = 1;
    }

    /// The present record.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buf[self.record.clone()]
    }

    /// Number of its first line; the first of the log is 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Whether the record spans several lines.
    pub(super) fn is_extended(&self) -> bool {
        self.record_lines > 1
    }

    /// Hash and size of the file [bytes], as it is on disk; reads what is left of it.
    pub(super) fn finish(self) -> Result<(String, u64), ReadError> {
        let mut file = match self.input {
            Input::Plain(file) => file,
            Input::Gzip(gzip) => gzip.into_inner().into_inner(),
        };
        io::copy(&mut file, &mut io::sink()).map_err(ReadError::Io)?;
        let hash = file.sha256.finalize();
        Ok((hash.iter().map(|byte| format!("{byte:02x}")).collect(), file.bytes))
    }
}

/// [`Read::read`], repeated when interrupted.
fn read(reader: &mut impl Read, buf: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buf) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests;
