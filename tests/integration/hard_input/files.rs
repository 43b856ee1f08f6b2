//! Makes files that are hard to read.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

pub(super) fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::write(path, bytes).unwrap();
}

/// Of so many zero bytes, which take no room on the disk.
pub(super) fn sparse(path: &Path, bytes: u64) {
    fs::File::create(path).unwrap().set_len(bytes).unwrap();
}

/// Text in UTF-16, with a byte order mark or without.
pub(super) fn utf16(path: &Path, text: &str, mark: bool) {
    let mut bytes = if mark { vec![0xff, 0xfe] } else { Vec::new() };
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    write(path, bytes);
}

/// A link to a file beside it, which holds the text.
pub(super) fn linked(path: &Path, text: &str) {
    let real = path.with_file_name("elsewhere");
    write(&real, text);
    symlink("elsewhere", path).unwrap();
}

pub(super) fn dangling(path: &Path) {
    symlink("nowhere", path).unwrap();
}

/// A link to itself.
pub(super) fn looped(path: &Path) {
    symlink(path.file_name().unwrap(), path).unwrap();
}

pub(super) fn folder(path: &Path) {
    fs::create_dir(path).unwrap();
}

/// A named pipe into which somebody writes the text.
pub(super) fn pipe(path: &Path, text: &'static str) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let path = path.to_owned();
    // Waits for a reader; if none comes, it ends with the test.
    std::thread::spawn(move || fs::write(path, text));
}

/// Nobody may read it.
pub(super) fn unreadable(path: &Path, text: &str) {
    write(path, text);
    fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
}

/// Who may read everything cannot try what happens otherwise.
pub(super) fn as_root() -> Option<String> {
    let uid = fs::metadata("/proc/self").unwrap().uid();
    (uid == 0).then(|| "the tests run as root, who may read everything".to_owned())
}
