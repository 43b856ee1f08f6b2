//! `manifest.json`: where results come from. The one file that differs between equal runs.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, Read, Write};

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
    /// What tells one sweep from another, beside scenario, seed and replications.
    pub fingerprint: Fingerprint,
    /// Rows that were there each time an interrupted sweep was resumed.
    pub resumed: Vec<u64>,
    /// Where an interrupted sweep goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<Rest>,
}

/// What tells one sweep from another: SHA-256 of each part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The configurations, in their order.
    pub configurations: String,
    /// What is minimised, and what must hold.
    pub objective: String,
    /// The first model, which tells of jobs that are not in the scenario's text.
    pub model: String,
}

/// Where an interrupted sweep goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// The first position of the grid that is not done, replications counted.
    pub position: u64,
    /// Complete rows whose run ended stuck or at a limit.
    pub not_ended: u64,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// A reader that counts and hashes what goes through it.
#[derive(Debug)]
pub struct HashingReader<R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
}

impl<R: Read> HashingReader<R> {
    /// Of another reader.
    pub fn new(inner: R) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }

    /// What came through it, as an entry of a manifest.
    #[must_use]
    pub fn entry(self, name: &str) -> FileEntry {
        FileEntry { name: name.to_owned(), bytes: self.bytes, sha256: hex(&self.hash.finalize()) }
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.hash.update(&buf[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
}

/// SHA-256 of everything that is in a value.
#[must_use]
pub fn hex_sha256_of(value: &impl std::fmt::Debug) -> String {
    let mut writer = io::BufWriter::new(Hashing::new(io::sink()));
    // A sink takes everything.
    let _ = write!(writer, "{value:?}");
    let _ = writer.flush();
    hex(&writer.get_ref().hash.clone().finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A writer that counts and hashes what goes through it.
#[derive(Debug)]
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
