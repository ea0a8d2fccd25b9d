use super::master::{MasterKey, wrapped_by};
use crate::error::{Error, Result};
use database::{Timestamp, Tx, args, row};

/// The purpose of the data key that seals.
pub(super) const SEALING: &str = "sealing";
/// The purpose of one that only opens what it sealed.
pub(super) const RETIRED: &str = "retired";
/// The purpose of the one that hashes.
pub(super) const HASHING: &str = "hashing";

/// A data key as the database has it.
#[derive(Debug)]
pub(super) struct Wrapped {
    pub(super) id: u32,
    pub(super) purpose: String,
    pub(super) wrapped_key: Vec<u8>,
    pub(super) created_at: Timestamp,
}
row!(Wrapped { id, purpose, wrapped_key, created_at });

impl Wrapped {
    /// A new random key for the purpose.
    pub(super) fn new(id: u32, purpose: &str, master: &MasterKey, now: Timestamp) -> Result<Self> {
        let wrapped_key = master.wrap(label(purpose), &super::random()?)?;
        Ok(Self { id, purpose: purpose.to_owned(), wrapped_key, created_at: now })
    }

    /// The key in the clear, if this master key wrapped it.
    pub(super) fn unwrap_with(&self, master: &MasterKey) -> Option<[u8; 32]> {
        master.unwrap(label(&self.purpose), &self.wrapped_key)
    }

    /// The same key under another master key.
    pub(super) fn wrap_with(&self, master: &MasterKey, key: &[u8; 32]) -> Result<Vec<u8>> {
        master.wrap(label(&self.purpose), key)
    }
}

/// What a wrapped key is bound to. Retiring a key must not make it another.
fn label(purpose: &str) -> &str {
    if purpose == RETIRED { SEALING } else { purpose }
}

/// The ids of the master keys that wrapped these; one, or none where they do not say.
pub(super) fn master_key_ids(rows: &[Wrapped]) -> Vec<String> {
    let mut ids: Vec<String> = rows.iter().filter_map(|row| wrapped_by(&row.wrapped_key)).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// All data keys, the oldest first.
pub(super) fn all(tx: &mut Tx) -> Result<Vec<Wrapped>> {
    Ok(tx.all("SELECT id, purpose, wrapped_key, created_at FROM data_keys ORDER BY id", &[])?)
}

/// All data keys. Those given become the first ones if there are none.
pub(super) fn all_or_insert(tx: &mut Tx, fresh: &[Wrapped]) -> Result<Vec<Wrapped>> {
    if all(tx)?.is_empty() {
        // Of two servers that start at once, the second runs again and finds what the first made.
        fresh.iter().try_for_each(|key| insert(tx, key))?;
    }
    all(tx)
}

pub(super) fn insert(tx: &mut Tx, key: &Wrapped) -> Result<()> {
    tx.execute(
        "INSERT INTO data_keys (id, purpose, wrapped_key, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
        args![key.id, &key.purpose, key.wrapped_key.clone(), key.created_at],
    )?;
    Ok(())
}

const NEWEST: &str = "SELECT id FROM data_keys WHERE purpose = $1 ORDER BY id DESC LIMIT 1";

/// That [`hold_sealing_key`] will follow.
pub(super) fn prefetch_sealing_key(tx: &mut Tx) -> Result<()> {
    Ok(tx.prefetch_held(NEWEST, args![SEALING])?)
}

/// The key to seal with. It stays that until this transaction ends: whoever wants to retire it waits.
pub(super) fn hold_sealing_key(tx: &mut Tx) -> Result<Option<u32>> {
    let found = tx.hold::<(u32,)>(NEWEST, args![SEALING])?;
    Ok(found.first().map(|(id,)| *id))
}

/// From here on no older key seals. This waits for every transaction that has sealed with one of them and not ended.
pub(super) fn retire_before(tx: &mut Tx, id: u32) -> Result<()> {
    tx.execute("UPDATE data_keys SET purpose = $1 WHERE purpose = $2 AND id < $3", args![RETIRED, SEALING, id])?;
    Ok(())
}

pub(super) fn delete_retired(tx: &mut Tx, id: u32) -> Result<()> {
    tx.execute("DELETE FROM data_keys WHERE id = $1 AND purpose = $2", args![id, RETIRED])?;
    Ok(())
}

/// Wraps a key anew.
pub(super) fn rewrap(tx: &mut Tx, row: &Wrapped, wrapped_key: Vec<u8>) -> Result<()> {
    let changed = tx.execute(
        "UPDATE data_keys SET wrapped_key = $3 WHERE id = $1 AND wrapped_key = $2",
        args![row.id, row.wrapped_key.clone(), wrapped_key],
    )?;
    if changed == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// The key kept beside the data when the operator gave none (development only).
pub(super) fn embedded(tx: &mut Tx) -> Result<Option<String>> {
    let found = tx.optional::<(String,)>("SELECT key_text FROM embedded_master_key WHERE id = 1", &[])?;
    Ok(found.map(|(text,)| text))
}

/// The same; the one given becomes it if there is none.
pub(super) fn embedded_or_insert(tx: &mut Tx, fresh: &str, now: Timestamp) -> Result<String> {
    tx.execute(
        "INSERT INTO embedded_master_key (id, key_text, created_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING",
        args![fresh, now],
    )?;
    embedded(tx)?.ok_or_else(|| Error::internal("the database keeps no master key"))
}

/// Takes the place of the one that was there.
pub(super) fn replace_embedded(tx: &mut Tx, text: &str, now: Timestamp) -> Result<()> {
    tx.execute("UPDATE embedded_master_key SET key_text = $1, created_at = $2 WHERE id = 1", args![text, now])?;
    Ok(())
}

pub(super) fn delete_embedded(tx: &mut Tx) -> Result<()> {
    tx.execute("DELETE FROM embedded_master_key WHERE id = 1", &[])?;
    Ok(())
}

/// Writes what is there already. Whoever does so first in a transaction makes others who do conflict with it.
pub fn contend(tx: &mut Tx) -> Result<()> {
    tx.execute("UPDATE data_keys SET purpose = purpose WHERE purpose = $1", args![HASHING])?;
    Ok(())
}
