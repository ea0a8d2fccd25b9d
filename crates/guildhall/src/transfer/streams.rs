//! Backups out of stdin and pipes, and into stdout.

use super::{Fault, Reader};
use crate::progress::Progress;
use crate::whole_file;
use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// What stands for stdin and stdout in the place of a name.
const STANDARD: &str = "-";

pub(crate) fn is_standard(path: &Path) -> bool {
    path == Path::new(STANDARD)
}

/// Stdout, as a file that says when nobody reads it any more.
pub(crate) fn stdout() -> io::Result<File> {
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

/// A backup that can be read more than once.
pub(crate) struct Archive {
    file: File,
    start: u64,
}

impl Archive {
    /// Opens a file, or stdin. What cannot be read again, as a pipe, is kept in a file of ours first, which has no name
    /// and goes with us.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        let fault = |error: io::Error| Fault::Words(format!("cannot read {}: {error}", path.display()));
        let given =
            if is_standard(path) { io::stdin().as_fd().try_clone_to_owned().map(File::from) } else { File::open(path) };
        let mut file = given.map_err(fault)?;
        if !file.metadata().map_err(fault)?.is_file() {
            file = keep(file).map_err(fault)?;
        }
        let start = file.stream_position().map_err(fault)?;
        Ok(Self { file, start })
    }

    /// Reads it from its beginning.
    pub(crate) fn read(&self, progress: Progress) -> Result<Reader, Fault> {
        let again = || {
            let mut file = self.file.try_clone()?;
            file.seek(SeekFrom::Start(self.start))?;
            Ok(file)
        };
        let file = again().map_err(|error: io::Error| Fault::Words(format!("cannot read the backup: {error}")))?;
        progress.begin(file.metadata().map_or(0, |about| about.len().saturating_sub(self.start)));
        Reader::new(file, progress)
    }
}

fn keep(mut from: File) -> io::Result<File> {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
    let path = std::env::temp_dir().join(format!("guildhall-restore-{}-{time}", std::process::id()));
    let mut kept = whole_file::create(&path)?;
    std::fs::remove_file(&path)?;
    io::copy(&mut from, &mut kept)?;
    kept.rewind()?;
    Ok(kept)
}
