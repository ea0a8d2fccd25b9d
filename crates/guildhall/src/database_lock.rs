//! One server for one SQLite file.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;

/// Held as long as the server runs; the operating system lets go of it when the process ends, however it ends.
pub(crate) struct DatabaseLock(#[expect(dead_code, reason = "holding it is the point")] File);

impl DatabaseLock {
    /// Takes the lock of the database; `None` where any number of servers may share one.
    pub(crate) fn take(database_url: &str) -> Result<Option<Self>, String> {
        let Some(path) = database_url.strip_prefix("sqlite:") else { return Ok(None) };
        let lock = PathBuf::from(format!("{path}.lock"));
        if let Some(directory) = lock.parent() {
            std::fs::create_dir_all(directory)
                .map_err(|error| format!("cannot make {}: {error}", directory.display()))?;
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
        let file = file.map_err(|error| format!("cannot open {}: {error}", lock.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Err(format!(
                "another guildhall is already serving {path}; stop it first, or use PostgreSQL to run several"
            )),
            Err(TryLockError::Error(error)) => Err(format!("cannot lock {}: {error}", lock.display())),
        }
    }
}
