//! `manifest.json`: where results come from. The one file that differs between equal runs.

use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// Where a directory of results comes from.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    /// Version of the format of the files.
    pub format: u32,
    /// `nodetide`.
    pub program: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The command line.
    pub command: Vec<String>,
    /// Path of the scenario, `-` for standard input.
    pub scenario: String,
    /// SHA-256 of the scenario's text.
    pub scenario_sha256: String,
    /// Seed.
    pub seed: u64,
    /// Replications.
    pub replications: u64,
    /// When the command began (UTC).
    pub started_at: String,
    /// How long it took until the files were written [s].
    pub wall_s: f64,
    /// The other files.
    pub files: Vec<FileEntry>,
    /// How a sweep went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<SweepEntry>,
}

/// How a sweep went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SweepEntry {
    /// What ran it at the end, such as `CPU, 8 threads`.
    pub backend: String,
    /// The adapter, where a GPU did.
    pub adapter: Option<String>,
    /// Its driver.
    pub driver: Option<String>,
    /// Why that one.
    pub reason: String,
    /// What happened on the way.
    pub notices: Vec<String>,
    /// The axes, as given.
    pub axes: Vec<String>,
    /// Configurations of the grid that are run, without replications.
    pub configurations: u64,
    /// Configurations left out, since their min_nodes is over their max_nodes.
    pub left_out: u64,
    /// Rows written.
    pub rows: u64,
    /// Every row is there.
    pub complete: bool,
    /// Why not.
    pub note: Option<String>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileEntry {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of it.
    pub sha256: String,
}

/// SHA-256 in lower-case hexadecimal digits.
#[must_use]
pub fn hex_sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A writer that counts and hashes what goes through it.
pub(super) struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }

    pub(super) fn finish(self, name: &str) -> (W, FileEntry) {
        let sha256 = hex(&self.hash.finalize());
        (self.inner, FileEntry { name: name.to_owned(), bytes: self.bytes, sha256 })
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(buf)?;
        self.hash.update(&buf[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_standard() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex_sha256(b"abc"), abc);
        let mut hashing = Hashing::new(Vec::new());
        hashing.write_all(b"ab").unwrap();
        hashing.write_all(b"c").unwrap();
        let (written, entry) = hashing.finish("x");
        assert_eq!((written.as_slice(), entry.bytes, entry.sha256.as_str()), (&b"abc"[..], 3, abc));
    }
}
