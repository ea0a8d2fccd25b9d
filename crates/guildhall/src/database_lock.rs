//! One server for one SQLite file.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// Held as long as the server or command runs; the operating system lets go of it when the process ends, however it ends.
pub(crate) struct DatabaseLock(#[expect(dead_code, reason = "holding it is the point")] File);

impl DatabaseLock {
    /// Takes the lock of the database; `None` where any number of servers may share one.
    pub(crate) fn take(database_url: &str) -> Result<Option<Self>, String> {
        let Some(path) = database_url.strip_prefix("sqlite:") else { return Ok(None) };
        if let Some(directory) = Path::new(path).parent() {
            std::fs::create_dir_all(directory)
                .map_err(|error| format!("cannot make {}: {error}", directory.display()))?;
        }
        let taken =
            || format!("another guildhall is already serving {path}; stop it first, or use PostgreSQL to run several");
        // One file, one lock, by whatever name it is called.
        let file = std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
        lock(&file, taken).map(Some)
    }
}

/// Takes the lock of a file, which is another file beside it: the one that is locked may be replaced meanwhile.
pub(crate) fn lock(path: &Path, taken: impl Fn() -> String) -> Result<DatabaseLock, String> {
    let lock = PathBuf::from(format!("{}.lock", path.display()));
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
    let file = file.map_err(|error| format!("cannot open {}: {error}", lock.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(DatabaseLock(file)),
        Err(TryLockError::WouldBlock) => Err(taken()),
        Err(TryLockError::Error(error)) => Err(format!("cannot lock {}: {error}", lock.display())),
    }
}
