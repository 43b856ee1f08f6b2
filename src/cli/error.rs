//! Why the command fails, and with which exit code.

use crate::diagnostic::{Code, Diagnostic, UnknownCode};
use crate::exit_code;
use crate::report::expectations::ExpectError;
use crate::report::files::OutError;
use std::io;
use std::path::PathBuf;

/// Everything that ends the command early.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    /// A scenario, log or file in the ticks format is not valid.
    #[error("{} errors", .0.len())]
    Invalid(Vec<Diagnostic>),
    /// Axes or objectives in the arguments of a sweep are not valid.
    #[error("{} errors", .0.len())]
    Axes(Vec<Diagnostic>),
    /// No GPU, or the scenario is not for it.
    #[error("{} errors", .0.len())]
    Gpu(Vec<Diagnostic>),
    /// A threshold means nothing.
    #[error("{0}")]
    Expect(#[from] ExpectError),
    /// A threshold of one of several scenarios means nothing.
    #[error("{}: {source}", .path.display())]
    ExpectIn {
        /// The scenario's path.
        path: PathBuf,
        /// What is wrong.
        source: ExpectError,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is there already.
    #[error("{} exists; choose another name, or replace it with --force", .0.display())]
    Exists(PathBuf),
    /// The results cannot be written.
    #[error("{0}")]
    Out(#[from] OutError),
    /// A picture cannot be drawn.
    #[error("cannot draw: {0}")]
    Draw(String),
    /// This program was built without what it takes.
    #[error("{}", .0.message)]
    NotBuilt(Box<Diagnostic>),
    /// Standard output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Stdout(io::Error),
    /// Not a code.
    #[error("{0}")]
    Code(#[from] UnknownCode),
    /// A filter that nothing matches, or another argument that names nothing.
    #[error("{0}")]
    Usage(String),
    /// The threads for replications cannot be started.
    #[error("cannot start threads: {0}; try a smaller --jobs")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// What to do where something cannot be written.
fn advice(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room on that disk, or choose another place; nothing half-written is left"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "choose a place that you may write to"
        }
        io::ErrorKind::NotFound => "make the folder first, or choose another place",
        io::ErrorKind::NotADirectory => "a file stands where a folder is needed; choose another place",
        _ => "choose another place",
    }
}

impl CliError {
    /// The exit code.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Invalid(diagnostics)
                if diagnostics
                    .iter()
                    .any(|d| matches!(d.code, Code::CannotRead | Code::LogUnreadable | Code::NoResults)) =>
            {
                exit_code::IO
            }
            Self::Invalid(_) | Self::Expect(_) | Self::ExpectIn { .. } => exit_code::INVALID,
            Self::Write { .. } | Self::Exists(_) | Self::Out(_) | Self::Stdout(_) | Self::Threads(_) => {
                exit_code::IO
            }
            Self::Draw(_) => exit_code::INTERNAL,
            Self::Gpu(_) => exit_code::NO_GPU,
            Self::Axes(_) | Self::Code(_) | Self::Usage(_) | Self::NotBuilt(_) => exit_code::USAGE,
        }
    }

    /// The same as a diagnostic, where there is a code for it.
    pub(super) fn diagnostic(&self) -> Option<Diagnostic> {
        let code = match self {
            Self::Out(
                OutError::NotEmpty(_)
                | OutError::Foreign { .. }
                | OutError::NotADirectory(_)
                | OutError::Dangling(_),
            )
            | Self::Exists(_) => Code::OutputExists,
            Self::Out(_) | Self::Write { .. } | Self::Stdout(_) => Code::CannotWrite,
            Self::NotBuilt(diagnostic) => return Some((**diagnostic).clone()),
            Self::Invalid(_)
            | Self::Axes(_)
            | Self::Gpu(_)
            | Self::Expect(_)
            | Self::ExpectIn { .. }
            | Self::Code(_)
            | Self::Usage(_)
            | Self::Draw(_)
            | Self::Threads(_) => return None,
        };
        let diagnostic = Diagnostic::new(code, self.to_string());
        Some(match self.source() {
            Some(source) => diagnostic.help(advice(source.kind())),
            // The others say what to do themselves.
            None => diagnostic,
        })
    }

    /// What the system says, where that is why.
    fn source(&self) -> Option<&io::Error> {
        match self {
            Self::Out(OutError::Io { source, .. }) | Self::Write { source, .. } | Self::Stdout(source) => {
                Some(source)
            }
            _ => None,
        }
    }
}
