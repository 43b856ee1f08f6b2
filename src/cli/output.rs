//! Standard output and standard error: colour where it is wanted, silence where the pipe is closed.

use super::args::ColorWhen;
use super::error::CliError;
use crate::diagnostic::{self, Diagnostic};
use crate::report::human::WIDTH;
use anstream::{AutoStream, ColorChoice};
use std::io::{self, IsTerminal, Write};
use std::time::Instant;

/// The widest report, where a terminal is wider [columns].
const WIDTH_MAX: usize = 130;

/// More errors and warnings of one file are counted, not shown.
const DIAGNOSTICS_MAX: usize = 20;

/// When a command began, for its manifest.
pub(super) struct Began {
    pub(super) at: jiff::Timestamp,
    pub(super) clock: Instant,
}

impl Began {
    pub(super) fn now() -> Self {
        Self { at: jiff::Timestamp::now(), clock: Instant::now() }
    }
}

/// Where the command prints.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    color: ColorChoice,
    /// Nothing but errors on standard error.
    pub(super) quiet: bool,
}

impl Output {
    pub(super) fn new(color: ColorWhen, quiet: bool) -> Self {
        let color = match color {
            ColorWhen::Auto => ColorChoice::Auto,
            ColorWhen::Always => ColorChoice::AlwaysAnsi,
            ColorWhen::Never => ColorChoice::Never,
        };
        Self { color, quiet }
    }

    /// Columns of the terminal; a fixed width where standard output is none, so that files are the same
    /// everywhere.
    pub(super) fn width(self) -> usize {
        if !io::stdout().is_terminal() {
            return WIDTH;
        }
        terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0).min(WIDTH_MAX))
    }

    /// Columns of the terminal, however wide; no bound where standard output is none, since programs read it.
    pub(super) fn terminal_width(self) -> usize {
        if !io::stdout().is_terminal() {
            return usize::MAX;
        }
        terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0))
    }

    /// Text to standard output.
    pub(super) fn print(self, text: &str) -> Result<(), CliError> {
        self.write(|w| w.write_all(text.as_bytes()))
    }

    /// Anything to standard output. A reader that closes the pipe has seen enough.
    pub(super) fn write(
        self,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        let stream = AutoStream::new(io::stdout().lock(), self.color);
        let mut writer = io::BufWriter::new(stream);
        match content(&mut writer).and_then(|()| writer.flush()) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                // What is still in the buffer would be tried again when it is dropped.
                let _ = writer.into_parts();
                Ok(())
            }
            Err(e) => Err(CliError::Stdout(e)),
        }
    }

    /// Errors and warnings about files, to standard error.
    pub(super) fn diagnostics(self, all: &[Diagnostic]) {
        let shown = &all[..all.len().min(DIAGNOSTICS_MAX)];
        self.talk(&diagnostic::render(shown, true));
        if all.len() > shown.len() {
            self.talk(&format!("and {} more\n", all.len() - shown.len()));
        }
    }

    /// A remark to standard error, unless it should be quiet.
    pub(super) fn remark(self, text: &str) {
        if !self.quiet {
            self.talk(&format!("{text}\n"));
        }
    }

    /// Why the command failed.
    pub(super) fn error(self, error: &CliError) {
        match (error, error.diagnostic()) {
            (CliError::Invalid(found) | CliError::Axes(found) | CliError::Gpu(found), _) => {
                self.diagnostics(found);
            }
            (_, Some(diagnostic)) => self.diagnostics(&[diagnostic]),
            (other, None) => self.talk(&format!("\x1b[1;31merror\x1b[0m: {other}\n")),
        }
    }

    /// To standard error; if nobody can hear it, there is nobody to tell.
    fn talk(self, text: &str) {
        let mut stderr = io::stderr().lock();
        // A line of progress comes again by itself.
        let _ = stderr.write_all(super::progress::clear());
        let _ = AutoStream::new(stderr, self.color).write_all(text.as_bytes());
    }
}
