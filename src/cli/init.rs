//! `nodetide init`.

use super::args::InitArgs;
use super::error::CliError;
use super::output::Output;
use crate::exit_code;
use crate::scenario::INIT;
use std::io::{self, Write};
use std::path::Path;

/// Writes the scenario to begin with.
pub(super) fn init(args: &InitArgs, output: &Output) -> Result<u8, CliError> {
    if args.file == Path::new("-") {
        output.print(INIT)?;
        return Ok(exit_code::FINE);
    }
    if args.file.extension().is_some_and(|e| e.eq_ignore_ascii_case("json")) {
        let ron = args.file.with_extension("ron");
        return Err(CliError::Usage(format!(
            "init writes RON, which has comments, and a file named .json is read as JSON: write {}",
            ron.display()
        )));
    }
    write_whole(&args.file, INIT.as_bytes(), args.force)?;
    let shown = args.file.display();
    output.remark(&format!("wrote {shown}; next: `nodetide check {shown}`, then `nodetide run {shown}`"));
    Ok(exit_code::FINE)
}

/// Writes a file that appears whole or not at all, and replaces another one only if told to.
fn write_whole(path: &Path, content: &[u8], force: bool) -> Result<(), CliError> {
    let cannot = |source: io::Error| CliError::Write { path: path.to_owned(), source };
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Told here: the error below would name the temporary file.
    std::fs::metadata(parent).map_err(cannot)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".nodetide.");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The rights of an ordinary new file, less the umask; a temporary one is private.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(parent).map_err(cannot)?;
    file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(cannot)?;
    let persisted = if force { file.persist(path) } else { file.persist_noclobber(path) };
    match persisted {
        Ok(_) => Ok(()),
        Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Err(CliError::Exists(path.to_owned())),
        Err(e) => Err(cannot(e.error)),
    }
}
