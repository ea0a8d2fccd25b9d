//! Files that appear under their name when they are whole, readable by their owner only.

use std::fs::{File, OpenOptions};
use std::io::{Result, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, chown};
use std::path::Path;

/// Begins a new file.
pub(crate) fn create(path: &Path) -> Result<File> {
    OpenOptions::new().create_new(true).read(true).write(true).mode(0o600).open(path)
}

/// Gives a whole file its name, and waits until the folder knows of it.
pub(crate) fn rename(draft: &Path, file: &Path) -> Result<()> {
    std::fs::rename(draft, file).and_then(|()| File::open(folder_of(file))?.sync_all())
}

/// The folder that a file is in.
pub(crate) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file in the place of another, whose owner and permissions it gets. Only one process may do so at a time.
pub(crate) fn replace(file: &Path, like: &Path, content: &str) -> Result<()> {
    let draft = file.with_extension("part");
    // Of a process that was killed in the middle.
    let _ = std::fs::remove_file(&draft);
    let mut new = create(&draft)?;
    new.write_all(content.as_bytes())?;
    // The one who runs this command need not be the one whom the server runs as.
    let (old, own) = (std::fs::metadata(like)?, new.metadata()?);
    if (old.uid(), old.gid()) != (own.uid(), own.gid()) {
        chown(&draft, Some(old.uid()), Some(old.gid()))?;
    }
    new.set_permissions(std::fs::Permissions::from_mode(old.mode() & 0o777))?;
    new.sync_all()?;
    rename(&draft, file)
}
