//! What a run that was killed leaves behind: the directory in which it wrote, beside the place of its results.
//!
//! A run holds a lock on a file in that directory. The system lets the lock go when the process ends, however it
//! ends, so that whoever can take it knows that nobody writes there any more. A directory without the file is left
//! alone: it is somebody else's, or only just being made.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Name of the file with the lock.
const LOCK: &str = "lock";
/// The same before it is locked, so that nobody takes the lock first.
const LOCK_TO_BE: &str = "lock.new";
/// Where results stand for a moment that are being replaced.
pub(super) const OLD: &str = "old";

/// Beginning and end of the names of such directories for results called `name`.
pub(super) fn affixes(name: &str) -> (String, &'static str) {
    (format!(".{name}."), ".partial")
}

/// Takes the lock of a directory. Where the file system knows no locks, the directory is never taken for a
/// leftover.
pub(super) fn claim(work: &Path) -> io::Result<File> {
    let file = File::create(work.join(LOCK_TO_BE))?;
    if file.try_lock().is_ok() {
        fs::rename(work.join(LOCK_TO_BE), work.join(LOCK))?;
    }
    Ok(file)
}

/// Something that a killed run had left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leftover {
    /// This unfinished directory was removed.
    Removed(PathBuf),
    /// The results that stood here before had been moved aside, and were put back.
    PutBack(PathBuf),
}

impl std::fmt::Display for Leftover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Removed(path) => {
                write!(f, "removed {}, which a run that was killed had left", path.display())
            }
            Self::PutBack(path) => {
                write!(
                    f,
                    "put back the results in {}, which a run that was killed had moved aside",
                    path.display()
                )
            }
        }
    }
}

/// Cleans up beside `target`. What cannot be removed stays: it is in nobody's way.
pub(super) fn clean(target: &Path) -> Vec<Leftover> {
    let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else { return Vec::new() };
    let (prefix, suffix) = affixes(&name.to_string_lossy());
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with(&prefix) && name.ends_with(suffix))
        .collect();
    names.sort();
    let mut found = Vec::new();
    for work in names.into_iter().map(|name| parent.join(name)) {
        // Without following a link: somebody could have put one there.
        let is_directory = fs::symlink_metadata(&work).is_ok_and(|m| m.is_dir());
        let Ok(lock) = File::options().write(true).open(work.join(LOCK)) else { continue };
        if !is_directory || lock.try_lock().is_err() {
            continue;
        }
        // Killed between moving the old results aside and giving the new ones their name.
        let old = work.join(OLD);
        if old.is_dir() && fs::symlink_metadata(target).is_err() {
            if fs::rename(&old, target).is_err() {
                // They are all that there is of them.
                continue;
            }
            found.push(Leftover::PutBack(target.to_owned()));
        }
        if fs::remove_dir_all(&work).is_ok() {
            found.push(Leftover::Removed(work));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(dir: &Path, name: &str) -> PathBuf {
        let work = dir.join(name);
        fs::create_dir_all(work.join("new")).unwrap();
        work
    }

    #[test]
    fn what_nobody_holds_is_removed_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("o");
        let dead = work(dir.path(), ".o.dead.partial");
        drop(claim(&dead).unwrap());
        let alive = work(dir.path(), ".o.alive.partial");
        let lock = claim(&alive).unwrap();
        let foreign = work(dir.path(), ".o.mine.partial");
        let other = work(dir.path(), ".other.dead.partial");
        drop(claim(&other).unwrap());
        assert_eq!(clean(&target), [Leftover::Removed(dead.clone())]);
        assert!(!dead.exists() && alive.exists() && foreign.exists() && other.exists());
        drop(lock);
        assert_eq!(clean(&target), [Leftover::Removed(alive)]);
    }

    #[test]
    fn results_that_were_moved_aside_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("o");
        let dead = work(dir.path(), ".o.dead.partial");
        drop(claim(&dead).unwrap());
        fs::create_dir(dead.join(OLD)).unwrap();
        fs::write(dead.join(OLD).join("summary.json"), "{}").unwrap();
        assert_eq!(clean(&target), [Leftover::PutBack(target.clone()), Leftover::Removed(dead)]);
        assert_eq!(fs::read_to_string(target.join("summary.json")).unwrap(), "{}");
    }

    #[test]
    fn results_that_are_there_are_not_replaced_by_old_ones() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("o");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("summary.json"), "new").unwrap();
        let dead = work(dir.path(), ".o.dead.partial");
        drop(claim(&dead).unwrap());
        fs::create_dir(dead.join(OLD)).unwrap();
        assert_eq!(clean(&target), [Leftover::Removed(dead)]);
        assert_eq!(fs::read_to_string(target.join("summary.json")).unwrap(), "new");
    }
}
