//! Where a twin has its database: in memory if there is a file system there, and gone with the process.

use crate::database_lock::{self, DatabaseLock};
use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the names of all begin with.
const PREFIX: &str = "guildhall-twin-";
/// What is younger may belong to a process that has not locked it yet.
const YOUNG: Duration = Duration::from_secs(60);

/// A folder of this process. It is deleted when this is dropped.
pub(super) struct Folder {
    path: PathBuf,
    _lock: DatabaseLock,
}

impl Folder {
    /// Makes one, and deletes those of processes that were killed.
    pub(super) fn make() -> Result<Self, String> {
        let places = [PathBuf::from("/dev/shm"), std::env::temp_dir()];
        places.iter().filter(|place| place.is_dir()).for_each(|place| sweep(place));
        let [memory, disk] = &places;
        let path = make_in(memory).or_else(|_| make_in(disk));
        let path = path.map_err(|error| format!("cannot make a folder for the twin's database: {error}"))?;
        let lock = database_lock::lock(&path.join("twin"), || "another process has taken the twin's folder".into())?;
        Ok(Self { path, _lock: lock })
    }

    /// A file in it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Where it cannot go, the next twin tries again.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn make_in(place: &Path) -> std::io::Result<PathBuf> {
    let mut number = 0;
    loop {
        let path = place.join(format!("{PREFIX}{}-{number}", std::process::id()));
        // Whoever can read it can be anybody in the twin.
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            made => return made.map(|()| path),
        }
    }
}

fn sweep(place: &Path) {
    for folder in fs::read_dir(place).into_iter().flatten().flatten() {
        // Of what a name leads to elsewhere nothing is known: no link is followed.
        let about = folder.metadata().ok().filter(fs::Metadata::is_dir);
        let age = about.and_then(|about| about.modified().ok()).and_then(|at| at.elapsed().ok());
        let is_ours = folder.file_name().to_string_lossy().starts_with(PREFIX);
        if is_ours
            && age.is_some_and(|age| age > YOUNG)
            && let Ok(lock) = database_lock::lock(&folder.path().join("twin"), String::new)
        {
            let _ = fs::remove_dir_all(folder.path());
            drop(lock);
        }
    }
}
