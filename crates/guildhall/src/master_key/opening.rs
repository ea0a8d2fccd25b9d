//! The master key, which no transfer carries along: which one it is, and whether it opens what was transferred.

use super::{Place, given, make, place};
use crate::config::Common;
use database::Database;
use database::transfer::tables;
use foundation::keys::{Keys, master_keys_needed};

/// Tries the master key on the database. `None` where there is nothing to open or no key to try.
///
/// # Errors
/// When the key cannot be read, or is not this database's.
pub(crate) async fn open(common: &Common, db: &Database) -> Result<Option<Keys>, String> {
    if place(common, db).await? == Place::Nowhere {
        return Ok(None);
    }
    let found = match given(common)? {
        Some(found) => found,
        None => make(common, db).await?,
    };
    if !has_rows(db, "data_keys").await? {
        return Ok(None);
    }
    Keys::open(db, found.keys, foundation::time::system_now()).await.map(Some).map_err(|error| error.to_string())
}

/// The id of the master key that a database needs, where its data keys say so.
pub(crate) async fn needed(db: &Database) -> Result<Option<String>, String> {
    if !has_rows(db, "data_keys").await? {
        return Ok(None);
    }
    let ids = master_keys_needed(db).await.map_err(|error| error.to_string())?;
    Ok(Some(ids.join(", ")).filter(|ids| !ids.is_empty()))
}

/// The same in brackets, to be put behind a mention of the key; empty where the data keys do not say.
pub(crate) async fn needed_in_words(db: &Database) -> Result<String, String> {
    Ok(needed(db).await?.map(|id| format!(" (its id is {id})")).unwrap_or_default())
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
