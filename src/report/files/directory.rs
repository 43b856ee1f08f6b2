//! A directory that appears whole or not at all.

use super::is_known;
use super::leftovers::{self, Leftover};
use super::manifest::{FileEntry, Hashing};
use crate::report::charts;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Bytes written at once.
const BUFFER: usize = 1 << 16;

/// Why results could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutError {
    /// The directory has something in it.
    #[error("{} is not empty; choose another directory, or replace the results in it with --force", .0.display())]
    NotEmpty(PathBuf),
    /// The directory has something in it that is no result.
    #[error(
        "{} holds {name:?}, which is no result file, so --force does not replace it; choose another directory",
        .path.display()
    )]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// What is in it.
        name: String,
    },
    /// Something else than a directory stands there.
    #[error("{} exists and is no directory; choose another name", .0.display())]
    NotADirectory(PathBuf),
    /// A symbolic link that leads nowhere.
    #[error("{} is a symbolic link to something that does not exist; remove it, or choose another name", .0.display())]
    Dangling(PathBuf),
    /// No name that a directory could be given.
    #[error("{} is no name for a new directory; choose another name", .0.display())]
    NoName(PathBuf),
    /// What the file system says.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What came of it.
        source: io::Error,
    },
}

/// A directory under way: it has a name of its own until [`Self::commit`].
#[derive(Debug)]
pub struct OutDir {
    target: PathBuf,
    cleaned: Vec<Leftover>,
    /// Tells other runs that this one is under way. Let go before the directory that holds it.
    _lock: File,
    /// Holds `new`, and `old` for a moment; goes away with everything in it.
    work: TempDir,
    new: PathBuf,
    replace: bool,
    entries: Vec<FileEntry>,
}

/// A file of the directory while it is written; others may be written beside it.
#[derive(Debug)]
pub struct OutFile {
    name: &'static str,
    /// Where it will be.
    shown: PathBuf,
    /// Hashed in large pieces: writers of JSON come with a few bytes at a time.
    writer: BufWriter<Hashing<File>>,
}

impl OutFile {
    /// Where the file will be, for messages.
    #[must_use]
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// Writes more of it.
    ///
    /// # Errors
    /// What the file system says, with the path.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), OutError> {
        self.writer.write_all(bytes).map_err(io_at("write", &self.shown))
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

fn io_at<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> OutError + use<'a> {
    move |source| OutError::Io { action, path: path.to_owned(), source }
}

impl OutDir {
    /// Makes sure that results can appear at `target`, before a long run. With `force`, results that stand
    /// there are replaced.
    ///
    /// # Errors
    /// If something else is there, or nothing can be written beside it.
    pub fn prepare(target: &Path, force: bool) -> Result<Self, OutError> {
        let target = match fs::canonicalize(target) {
            Ok(existing) => existing,
            Err(_) => std::path::absolute(target).map_err(io_at("use", target))?,
        };
        let cleaned = leftovers::clean(&target);
        let replace = check_target(&target, force)?;
        // The root, or a path that ends in `..` and leads nowhere yet.
        if target.file_name().is_none() {
            return Err(OutError::NoName(target));
        }
        let parent = target.parent().unwrap_or(&target);
        fs::create_dir_all(parent).map_err(io_at("create", parent))?;
        let name = target.file_name().map_or_else(Default::default, |n| n.to_string_lossy().into_owned());
        let (prefix, suffix) = leftovers::affixes(&name);
        let work = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(suffix)
            .tempdir_in(parent)
            .map_err(io_at("create a directory in", parent))?;
        let lock = leftovers::claim(work.path()).map_err(io_at("write into", work.path()))?;
        // A directory within: it gets the rights of an ordinary one, the temporary one is private.
        let new = work.path().join("new");
        fs::create_dir(&new).map_err(io_at("create", &new))?;
        Ok(Self { target, cleaned, _lock: lock, work, new, replace, entries: Vec::new() })
    }

    /// What killed runs had left beside the target, and was cleaned up.
    #[must_use]
    pub fn cleaned(&self) -> &[Leftover] {
        &self.cleaned
    }

    /// Adds a file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(
        &mut self,
        name: &'static str,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), OutError> {
        let mut file = self.begin(name)?;
        content(&mut file).map_err(io_at("write", &file.shown))?;
        self.end(file)
    }

    /// Begins a file beside others.
    ///
    /// # Errors
    /// What the file system says.
    pub fn begin(&self, name: &'static str) -> Result<OutFile, OutError> {
        debug_assert!(is_known(name), "{name} is listed, so that --force may replace it");
        let path = self.new.join(name);
        let shown = self.target.join(name);
        let create = || -> io::Result<File> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            File::create(&path)
        };
        let file = create().map_err(io_at("write", &shown))?;
        Ok(OutFile { name, shown, writer: BufWriter::with_capacity(BUFFER, Hashing::new(file)) })
    }

    /// Ends a file: from here on it belongs to the results.
    ///
    /// # Errors
    /// What the file system says.
    pub fn end(&mut self, file: OutFile) -> Result<(), OutError> {
        let OutFile { name, shown, writer } = file;
        let end = || -> io::Result<FileEntry> {
            let (file, entry) = writer.into_inner().map_err(io::IntoInnerError::into_error)?.finish(name);
            // Whole on the disk before the directory gets its name.
            file.sync_all()?;
            Ok(entry)
        };
        self.entries.push(end().map_err(io_at("write", &shown))?);
        Ok(())
    }

    /// Takes a file away that was begun, dropped, and is not wanted after all.
    ///
    /// # Errors
    /// What the file system says.
    pub fn discard(&mut self, name: &'static str) -> Result<(), OutError> {
        let shown = self.target.join(name);
        fs::remove_file(self.new.join(name)).map_err(io_at("remove", &shown))
    }

    /// Gives a file that was written another name, such as one that says it is not complete.
    ///
    /// # Errors
    /// What the file system says.
    pub fn rename(&mut self, from: &str, to: &'static str) -> Result<(), OutError> {
        debug_assert!(is_known(to), "{to} is listed, so that --force may replace it");
        let shown = self.target.join(to);
        fs::rename(self.new.join(from), self.new.join(to)).map_err(io_at("write", &shown))?;
        for entry in self.entries.iter_mut().filter(|entry| entry.name == from) {
            to.clone_into(&mut entry.name);
        }
        Ok(())
    }

    /// What was written so far.
    #[must_use]
    pub fn entries(&self) -> &[FileEntry] {
        &self.entries
    }

    /// Gives the directory its name.
    ///
    /// # Errors
    /// What the file system says; then nothing has changed at the target.
    pub fn commit(self) -> Result<PathBuf, OutError> {
        let old = self.work.path().join(leftovers::OLD);
        if self.replace {
            fs::rename(&self.target, &old).map_err(io_at("replace", &self.target))?;
        }
        if let Err(error) = fs::rename(&self.new, &self.target) {
            if self.replace {
                fs::rename(&old, &self.target).map_err(io_at("put back", &self.target))?;
            }
            return Err(io_at("create", &self.target)(error));
        }
        Ok(self.target)
    }
}

/// Whether there is nothing but pictures in the folder of pictures.
fn check_charts(target: &Path, folder: &Path) -> Result<(), OutError> {
    for entry in fs::read_dir(folder).map_err(io_at("read", folder))? {
        let entry = entry.map_err(io_at("read", folder))?;
        let name = format!("{}/{}", charts::FOLDER, entry.file_name().to_string_lossy());
        if !is_known(&name) {
            return Err(OutError::Foreign { path: target.to_owned(), name });
        }
    }
    Ok(())
}

/// Whether something has to be replaced.
fn check_target(target: &Path, force: bool) -> Result<bool, OutError> {
    let metadata = match fs::metadata(target) {
        Ok(metadata) => metadata,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            // The link itself is there: nothing can be renamed to its name after the run.
            return match fs::symlink_metadata(target) {
                Ok(_) => Err(OutError::Dangling(target.to_owned())),
                Err(_) => Ok(false),
            };
        }
        Err(e) => return Err(io_at("look at", target)(e)),
    };
    if !metadata.is_dir() {
        return Err(OutError::NotADirectory(target.to_owned()));
    }
    let mut any = false;
    for entry in fs::read_dir(target).map_err(io_at("read", target))? {
        any = true;
        let entry = entry.map_err(io_at("read", target))?;
        if !force {
            return Err(OutError::NotEmpty(target.to_owned()));
        }
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == charts::FOLDER && entry.path().is_dir() {
            check_charts(target, &entry.path())?;
        } else if !is_known(&name) {
            return Err(OutError::Foreign { path: target.to_owned(), name });
        }
    }
    // An empty directory is renamed over, where the system can; elsewhere it has to go first.
    Ok(any || cfg!(windows))
}
