//! The database file: there, and for its owner only.

use crate::{Error, Result};
use std::{fs, io, path::Path};

/// Creates the file and the folders above it. The log files SQLite puts beside it take the file's permissions.
pub(crate) fn create(path: &Path) -> Result<()> {
    let cannot = |e: io::Error| Error::unavailable(format!("cannot create {}: {e}", path.display()));
    if path.as_os_str().is_empty() || path.as_os_str() == ":memory:" {
        // Every connection would have a database of its own.
        return Err(Error::other("an SQLite database needs a file"));
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(cannot)?;
    }
    match private().open(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(cannot(e)),
    }
}

fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
