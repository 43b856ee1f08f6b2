//! From a path to something that can be run.

use super::error::CliError;
use crate::diagnostic::{Diagnostic, Source};
use crate::engine::Model;
use crate::report::Context;
use crate::report::files::hex_sha256;
use crate::scenario::parse::{self, Parsed};
use std::path::Path;
use std::sync::Arc;

/// A scenario, read.
pub(super) struct Loaded {
    source: Arc<Source>,
    #[expect(dead_code, reason = "lowering is to come")]
    parsed: Parsed,
}

/// One replication, ready to run.
pub(super) struct Prepared {
    pub(super) model: Model,
    pub(super) context: Context,
}

impl Loaded {
    /// Reads a scenario; `-` is standard input.
    pub(super) fn open(path: &Path) -> Result<Self, CliError> {
        let source = parse::read(&path.to_string_lossy()).map_err(|d| CliError::Invalid(vec![d]))?;
        let (parsed, diagnostics) = parse::parse(&source, None);
        match parsed {
            Some(parsed) if !Diagnostic::any_error(&diagnostics) => Ok(Self { source, parsed }),
            _ => Err(CliError::Invalid(diagnostics)),
        }
    }

    /// Draws a replication.
    pub(super) fn prepare(&self, _seed: Option<u64>, _replication: u32) -> Result<Prepared, CliError> {
        Err(CliError::Usage("scenarios cannot be run yet".to_owned()))
    }

    /// SHA-256 of the scenario's text.
    pub(super) fn sha256(&self) -> String {
        hex_sha256(self.source.text().as_bytes())
    }
}
