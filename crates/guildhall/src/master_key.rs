//! Where the master key comes from.

use crate::config::Common;
use database::Database;
use server::keys::{MasterKey, embedded_master_key};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// A master key, and whether the operator chose it.
pub(crate) struct Found {
    pub(crate) key: MasterKey,
    /// Kept in the database it protects: good enough for development only.
    pub(crate) embedded: bool,
}

/// The key from `GUILDHALL_MASTER_KEY`, from the file, or made up: on SQLite in a file beside the database, on
/// PostgreSQL in the database.
pub(crate) async fn find(common: &Common, db: &Database) -> Result<Found, String> {
    if let Ok(text) = std::env::var("GUILDHALL_MASTER_KEY") {
        return Ok(Found { key: MasterKey::parse(&text)?, embedded: false });
    }
    if let Some(path) = &common.master_key_file {
        return Ok(Found { key: read(path)?, embedded: false });
    }
    match common.database_url().strip_prefix("sqlite:") {
        Some(path) => {
            let path = Path::new(path).parent().map_or_else(|| PathBuf::from("master.key"), |d| d.join("master.key"));
            Ok(Found { key: read_or_make(&path)?, embedded: false })
        }
        None => {
            let key = embedded_master_key(db, server::system_now()).await.map_err(|error| error.to_string())?;
            Ok(Found { key, embedded: true })
        }
    }
}

fn read(path: &Path) -> Result<MasterKey, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    MasterKey::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Readable by its owner only. Of two processes that make it at once, one does; the other reads what that one wrote.
fn read_or_make(path: &Path) -> Result<MasterKey, String> {
    if path.exists() {
        return read(path);
    }
    let key = MasterKey::generate()?;
    let fault = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    let draft = path.with_extension(format!("key.{}", std::process::id()));
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&draft).map_err(fault)?;
    file.write_all(format!("{}\n", key.to_text()).as_bytes()).and_then(|()| file.sync_all()).map_err(fault)?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft).map_err(fault)?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => read(path),
        Err(error) => Err(fault(error)),
    }
}
