//! One server for one SQLite file.

use crate::config::sqlite_file;
use crate::database_file::full;
use crate::exit::Failure;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Held as long as the server or command runs; the operating system lets go of it when the process ends, however it ends.
pub(crate) struct DatabaseLock {
    /// Closed after its name is gone.
    _file: File,
    path: PathBuf,
}

impl DatabaseLock {
    /// Takes the lock of the database; `None` where any number of servers may share one.
    pub(crate) fn take(database_url: &str) -> Result<Option<Self>, Failure> {
        let Some(path) = sqlite_file(database_url) else { return Ok(None) };
        let shown = path.display();
        let taken =
            || format!("another guildhall is already serving {shown}; stop it first, or use PostgreSQL to run several");
        // One file, one lock, by whatever name it is called.
        lock(&full(path), taken).map(Some)
    }
}

impl Drop for DatabaseLock {
    fn drop(&mut self) {
        // While it is locked, so that nobody else has locked it. Where it cannot go it does no harm.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Takes the lock of a file, which is another file beside it: the one that is locked may be replaced meanwhile.
pub(crate) fn lock(path: &Path, taken: impl Fn() -> String) -> Result<DatabaseLock, Failure> {
    let lock = PathBuf::from(format!("{}.lock", path.display()));
    loop {
        // Whoever can open it can lock it, and keep the server from starting.
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&lock);
        let file = file.map_err(|error| format!("cannot open {}: {error}", lock.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Failure::unavailable(taken())),
            Err(TryLockError::Error(error)) => {
                return Err(format!("cannot lock {}: {error}", lock.display()).into());
            }
        }
        // Who held it before may have taken it away meanwhile, and then others make and lock another one.
        if is_at(&file, &lock) {
            close_to_others(&file);
            return Ok(DatabaseLock { _file: file, path: lock });
        }
    }
}

/// Whether it is the file that is found under the name.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(own), Ok(there)) => (own.dev(), own.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// Files of programs before this one were open to all.
fn close_to_others(file: &File) {
    let open = file.metadata().is_ok_and(|about| about.mode() & 0o077 != 0);
    if open && let Err(error) = file.set_permissions(std::fs::Permissions::from_mode(0o600)) {
        tracing::warn!(%error, "others can lock the database's lock file, and so keep the server from starting");
    }
}
