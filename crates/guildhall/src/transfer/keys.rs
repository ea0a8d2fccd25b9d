//! The master key, which no transfer carries along: where it is, and whether it opens what was transferred.

use super::DEVELOPMENT_KEY;
use crate::config::Common;
use crate::master_key::{self, Found};
use crate::transfer::sqlite_file;
use database::Database;
use database::transfer::tables;
use server::keys::Keys;
use std::fmt;
use std::path::PathBuf;

/// Where a database's master key is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// `GUILDHALL_MASTER_KEY`
    Variable,
    /// `--master-key-file`
    Given(PathBuf),
    /// Made by the server, beside an SQLite database.
    Beside(PathBuf),
    /// Made by the server, inside the database.
    Inside,
    Nowhere,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable => f.write_str("the variable GUILDHALL_MASTER_KEY"),
            Self::Given(path) | Self::Beside(path) => write!(f, "the file {}", path.display()),
            Self::Inside => write!(
                f,
                "the database itself, for development only; save it with psql DATABASE_URL -Atc 'SELECT key_text FROM \
                 {DEVELOPMENT_KEY}' > master.key"
            ),
            Self::Nowhere => f.write_str("nowhere yet"),
        }
    }
}

/// Where an SQLite server keeps the master key it made itself.
pub(crate) fn beside(url: &str) -> Option<PathBuf> {
    sqlite_file(url).map(|path| path.parent().map_or_else(|| PathBuf::from("master.key"), |d| d.join("master.key")))
}

/// Where the master key is; none is made.
pub(crate) async fn place(common: &Common, db: &Database) -> Result<Place, String> {
    if std::env::var_os("GUILDHALL_MASTER_KEY").is_some() {
        return Ok(Place::Variable);
    }
    if let Some(path) = &common.master_key_file {
        return Ok(Place::Given(path.clone()));
    }
    Ok(match beside(common.database_url()) {
        Some(path) if path.exists() => Place::Beside(path),
        Some(_) => Place::Nowhere,
        None if has_rows(db, DEVELOPMENT_KEY).await? => Place::Inside,
        None => Place::Nowhere,
    })
}

/// Tries the master key on the database. `None` where there is nothing to open or no key to try.
///
/// # Errors
/// When the key cannot be read, or is not this database's.
pub(crate) async fn open(common: &Common, db: &Database) -> Result<Option<Keys>, String> {
    if place(common, db).await? == Place::Nowhere {
        return Ok(None);
    }
    let Found { key, .. } = master_key::find(common, db).await?;
    if !has_rows(db, "data_keys").await? {
        return Ok(None);
    }
    Keys::open(db, &key, server::system_now()).await.map(Some).map_err(|error| error.to_string())
}

/// Whether the table is there and has rows.
pub(crate) async fn has_rows(db: &Database, table: &'static str) -> Result<bool, String> {
    let engine = db.engine();
    let found = db.read(move |tx| -> database::Result<bool> {
        match tables(tx, engine)?.iter().find(|known| known.name == table) {
            Some(table) => Ok(!table.is_empty(tx)?),
            None => Ok(false),
        }
    });
    found.await.map_err(|error| error.to_string())
}
