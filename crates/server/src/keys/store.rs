use super::MasterKey;
use crate::error::{Error, Result};
use database::{Timestamp, Tx, args, row};

/// A data key as the database has it.
pub(super) struct Wrapped {
    pub(super) id: u32,
    pub(super) purpose: String,
    wrapped_key: Vec<u8>,
    created_at: Timestamp,
}

struct Stored {
    id: i64,
    purpose: String,
    wrapped_key: Vec<u8>,
    created_at: Timestamp,
}
row!(Stored { id, purpose, wrapped_key, created_at });

impl Wrapped {
    /// A new random key for the purpose.
    pub(super) fn new(id: u32, purpose: &str, master: &MasterKey, now: Timestamp) -> Result<Self> {
        let wrapped_key =
            master.wrap(purpose, &super::random()?).ok_or_else(|| Error::internal("wrapping a key failed"))?;
        Ok(Self { id, purpose: purpose.to_owned(), wrapped_key, created_at: now })
    }

    pub(super) fn unwrap_with(&self, master: &MasterKey) -> Result<[u8; 32]> {
        master.unwrap(&self.purpose, &self.wrapped_key).ok_or_else(|| {
            Error::internal("this database was set up with another master key; start with that one (--master-key-file or GUILDHALL_MASTER_KEY)")
        })
    }
}

/// All data keys. Those given become the first ones if there are none.
pub(super) fn load_or_insert(tx: &mut Tx, fresh: &[Wrapped]) -> Result<Vec<Wrapped>> {
    for key in fresh {
        tx.execute(
            "INSERT INTO data_keys (id, purpose, wrapped_key, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
            args![key.id, &key.purpose, key.wrapped_key.clone(), key.created_at],
        )?;
    }
    let stored = tx.all::<Stored>("SELECT id, purpose, wrapped_key, created_at FROM data_keys ORDER BY id", &[])?;
    Ok(stored
        .into_iter()
        .map(|s| Wrapped { id: s.id as u32, purpose: s.purpose, wrapped_key: s.wrapped_key, created_at: s.created_at })
        .collect())
}

/// The key kept beside the data when the operator gave none (development only).
pub(super) fn embedded_master_key(tx: &mut Tx, fresh: &str, now: Timestamp) -> Result<String> {
    tx.execute(
        "INSERT INTO embedded_master_key (id, key_text, created_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING",
        args![fresh, now],
    )?;
    let (key,) = tx.one::<(String,)>("SELECT key_text FROM embedded_master_key WHERE id = 1", &[])?;
    Ok(key)
}

/// Writes what is there already. Whoever does so first in a transaction makes others who do conflict with it.
pub(crate) fn touch(tx: &mut Tx) -> Result<()> {
    tx.execute("UPDATE data_keys SET purpose = purpose WHERE id = 1", &[])?;
    Ok(())
}
