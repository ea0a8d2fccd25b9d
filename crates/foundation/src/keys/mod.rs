//! The keys of an installation: the operator's master key wraps data keys, which protect everything secret in the
//! database. Each purpose has its own key, derived with its own label, so that what one feature seals or signs can
//! never be presented to another (threat T-67).

mod master;
mod master_keys;
mod purpose;
mod rotation;
mod sealing;
mod store;
pub mod token;

pub use crate::random::bytes as random;
pub use master::MasterKey;
pub use master_keys::MasterKeys;
pub use purpose::Purpose;
pub use rotation::{Everywhere, Listed, MasterKeyChange, NewDataKey, Sealed, list, rotate_data_key, rotate_master_key};
pub use store::contend;

use crate::error::{Error, Result};
use aws_lc_rs::{hkdf, hmac};
use database::{Database, Timestamp, Tx};
use sealing::SealingKey;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use store::{HASHING, Wrapped};

/// The keys of this installation, unwrapped. Cheap to clone; cannot be printed.
#[derive(Clone)]
pub struct Keys(Arc<Unwrapped>);

struct Unwrapped {
    /// What opens data keys that another process makes later.
    masters: Mutex<MasterKeys>,
    /// Seal what must be read back; the newest seals, the others open what they sealed.
    sealing: RwLock<Vec<Arc<SealingKey>>>,
    /// Keyed hashes, a key for each purpose. Never rotated: rotating them would end every session.
    hashing: Vec<hmac::Key>,
    /// Whether the master keys opened all data keys when last tried.
    opens: AtomicBool,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
}

/// How long a database is taken for full after a write found no room, unless another finds none again.
const FULL_FOR: Duration = Duration::from_secs(10);

/// Writes, without changing anything: what only reads is not ready. Nor is what has no room for more than that.
pub async fn check_writable(db: &Database) -> Result<()> {
    db.write(store::contend).await?;
    if db.lacked_space_within(FULL_FOR) {
        return Err(Error::Unavailable("its disk is full".into()));
    }
    Ok(())
}

/// The ids of the master keys that the data keys in a database need; none where they do not say.
pub async fn master_keys_needed(db: &Database) -> Result<Vec<String>> {
    Ok(store::master_key_ids(&db.read(store::all).await?))
}

/// Looks whether other processes have changed the data keys. A server whose master key was replaced goes on with the
/// data keys it has, but would not start again, so its log says so.
pub async fn look_again(db: &Database, keys: &Keys) -> Result<()> {
    let learning = keys.clone();
    let opens = db.read(move |tx| learning.learn(tx)).await?;
    match (keys.0.opens.swap(opens, Ordering::Relaxed), opens) {
        (true, false) => tracing::warn!(
            "the master key was replaced, and this server has the old one: it goes on with the keys it knows, but \
             start it again with the new one before the data keys are rotated"
        ),
        (false, true) => tracing::info!("the master key opens all data keys again"),
        _ => {}
    }
    Ok(())
}

/// Encrypts in the transaction that it was made in.
pub struct Sealer(Arc<SealingKey>);

impl Sealer {
    /// See [`Keys::seal`].
    pub fn seal(&self, purpose: Purpose, row: &str, plaintext: &[u8]) -> Result<Vec<u8>> {
        self.0.seal(purpose, row, plaintext)
    }
}

impl Keys {
    /// Unwraps the keys in the database; makes them when there are none yet.
    ///
    /// # Errors
    /// When the database was set up with another master key.
    pub async fn open(db: &Database, masters: MasterKeys, now: Timestamp) -> Result<Keys> {
        let first = masters.all().first().ok_or_else(|| Error::internal("there is no master key"))?;
        let fresh = [Wrapped::new(1, store::SEALING, first, now)?, Wrapped::new(2, HASHING, first, now)?];
        db.write(move |tx| {
            let rows = store::all_or_insert(tx, &fresh)?;
            let (masters, unwrapped) = unwrap(tx, masters.clone(), &rows)?;
            let mut hashing = None;
            for (row, key) in rows.iter().zip(unwrapped) {
                let key = key.ok_or_else(|| masters.refusal(&rows))?;
                hashing = if row.purpose == HASHING { Some(hashing_keys(&key)) } else { hashing };
            }
            let keys = Keys(Arc::new(Unwrapped {
                masters: Mutex::new(masters),
                sealing: RwLock::default(),
                hashing: hashing.ok_or_else(|| Error::internal("the database has no hashing key"))?,
                opens: AtomicBool::new(true),
            }));
            keys.learn(tx)?;
            Ok(keys)
        })
        .await
    }

    /// The master keys this process was given, as it read them last.
    pub fn masters(&self) -> MasterKeys {
        self.0.masters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The master keys that open these rows: those this process has, or those that have taken their place meanwhile.
    fn opening(&self, tx: &mut Tx, rows: &[Wrapped]) -> Result<MasterKeys> {
        let (masters, unwrapped) = unwrap(tx, self.masters(), rows)?;
        if unwrapped.iter().all(Option::is_some) { Ok(masters) } else { Err(masters.refusal(rows)) }
    }

    /// A keyed hash (HMAC-SHA-256) of a secret, for storing and looking it up.
    pub fn hash(&self, purpose: Purpose, secret: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(hmac::sign(&self.0.hashing[purpose as usize], secret).as_ref());
        out
    }

    /// Encrypts what must be read back (AES-256-GCM), in the transaction that stores it: until that ends, nobody can
    /// retire the key. `row` names where it is stored; it opens nowhere else.
    pub fn seal(&self, tx: &mut Tx, purpose: Purpose, row: &str, plaintext: &[u8]) -> Result<Vec<u8>> {
        self.sealer(tx)?.seal(purpose, row, plaintext)
    }

    /// For [`Keys::seal`], when what is to be sealed is not known yet.
    pub fn sealer(&self, tx: &mut Tx) -> Result<Sealer> {
        let id = store::hold_sealing_key(tx)?.ok_or_else(|| Error::internal("the database has no sealing key"))?;
        Ok(Sealer(self.sealing_key(tx, id)?))
    }

    /// Says that a [`Keys::sealer`] will be wanted in this transaction: see [`Tx::prefetch`].
    pub fn prefetch_sealer(&self, tx: &mut Tx) -> Result<()> {
        store::prefetch_sealing_key(tx)
    }

    /// Decrypts what [`Keys::seal`] made for the same purpose and row.
    pub fn open_sealed(&self, tx: &mut Tx, purpose: Purpose, row: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let fault = || Error::internal(format!("a sealed value of {row} does not open"));
        let key = self.sealing_key(tx, sealing::key_of(sealed).ok_or_else(fault)?)?;
        key.open(purpose, row, sealed).ok_or_else(fault)
    }

    /// The key with this number. Another process may have made it: whoever sees its number sees its row.
    fn sealing_key(&self, tx: &mut Tx, id: u32) -> Result<Arc<SealingKey>> {
        if let Some(key) = self.known(id) {
            return Ok(key);
        }
        let opens = self.learn(tx)?;
        self.known(id).ok_or_else(|| match opens {
            true => Error::internal(format!("there is no sealing key {id}")),
            false => Error::internal(format!(
                "sealing key {id} does not open with the master key that this process was given; start it with the \
                 present one"
            )),
        })
    }

    fn known(&self, id: u32) -> Option<Arc<SealingKey>> {
        let known = self.0.sealing.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|key| key.id == id).cloned()
    }

    /// Takes in the data keys that others have made. Answers whether the master keys open all there are.
    fn learn(&self, tx: &mut Tx) -> Result<bool> {
        let rows = store::all(tx)?;
        let (masters, unwrapped) = unwrap(tx, self.masters(), &rows)?;
        let opens = unwrapped.iter().all(Option::is_some);
        if opens {
            *self.0.masters.lock().unwrap_or_else(PoisonError::into_inner) = masters;
        }
        for (row, key) in rows.iter().zip(unwrapped) {
            if let (Some(key), None, false) = (key, self.known(row.id), row.purpose == HASHING) {
                let key = Arc::new(SealingKey::new(row.id, &key)?);
                self.0.sealing.write().unwrap_or_else(PoisonError::into_inner).push(key);
            }
        }
        Ok(opens)
    }
}

/// The data keys in the clear, and the master keys that opened them: where these do not, those that have taken their
/// place meanwhile.
fn unwrap(tx: &mut Tx, masters: MasterKeys, rows: &[Wrapped]) -> Result<(MasterKeys, Vec<Option<[u8; 32]>>)> {
    let unwrapped = masters.unwrap(rows);
    if unwrapped.iter().all(Option::is_some) {
        return Ok((masters, unwrapped));
    }
    Ok(match masters.again(tx)?.map(|fresh| (fresh.unwrap(rows), fresh)) {
        Some((all, fresh)) if all.iter().all(Option::is_some) => (fresh, all),
        _ => (masters, unwrapped),
    })
}

/// A key for each purpose, derived from one (HKDF, RFC 5869).
fn hashing_keys(secret: &[u8; 32]) -> Vec<hmac::Key> {
    struct Length;
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            32
        }
    }
    let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, b"guildhall").extract(secret);
    let derive = |purpose: &Purpose| {
        let mut key = [0; 32];
        // 32 bytes is within what HKDF can give, so this cannot fail.
        let _ = secret.expand(&[purpose.label()], Length).map(|okm| okm.fill(&mut key));
        hmac::Key::new(hmac::HMAC_SHA256, &key)
    };
    Purpose::ALL.iter().map(derive).collect()
}

/// Compares secrets without telling by timing where they differ.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t67_every_purpose_hashes_differently() {
        let keys = hashing_keys(&[9; 32]);
        let hashes: std::collections::HashSet<_> =
            keys.iter().map(|key| hmac::sign(key, b"x").as_ref().to_vec()).collect();
        assert_eq!(hashes.len(), Purpose::ALL.len());
    }
}
