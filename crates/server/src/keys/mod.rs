//! The keys of an installation: the operator's master key wraps data keys, which protect everything secret in the
//! database. Each purpose has its own key, derived with its own label, so that what one feature seals or signs can
//! never be presented to another (threat T-67).

mod master;
mod purpose;
mod store;
pub(crate) mod token;

pub use master::MasterKey;
pub(crate) use purpose::Purpose;
pub(crate) use store::touch;

use crate::error::{Error, Result};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, hmac, rand};
use database::{Database, Timestamp};
use std::sync::Arc;

/// The unwrapped keys of this installation. Cheap to clone; cannot be printed.
#[derive(Clone)]
pub struct Keys(Arc<Unwrapped>);

struct Unwrapped {
    /// Seals what must be read back. The newest comes first; older ones still open what they sealed.
    sealing: Vec<(u32, LessSafeKey)>,
    /// Keyed hashes, a key for each purpose. Never rotated: rotating them would end every session.
    hashing: Vec<hmac::Key>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
}

/// The master key of an installation whose operator gave none: a random one kept in the database itself. It protects
/// nothing from whoever reads the database, so [`serve`](crate) accepts it on loopback addresses only.
pub async fn embedded_master_key(db: &Database, now: Timestamp) -> Result<MasterKey> {
    let fresh = MasterKey::generate().map_err(Error::internal)?.to_text();
    let text = db.write(move |tx| store::embedded_master_key(tx, &fresh, now)).await?;
    MasterKey::parse(&text).map_err(Error::internal)
}

/// Writes, without changing anything: what only reads is not ready.
pub(crate) async fn check_writable(db: &Database) -> Result<()> {
    db.write(store::touch).await
}

/// Random bytes from the operating system's generator.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Error::internal("the operating system gives no randomness"))?;
    Ok(bytes)
}

impl Keys {
    /// Unwraps the keys in the database; makes them when there are none yet.
    ///
    /// # Errors
    /// When the database was set up with another master key.
    pub async fn open(db: &Database, master: &MasterKey, now: Timestamp) -> Result<Keys> {
        let fresh = [store::Wrapped::new(1, "sealing", master, now)?, store::Wrapped::new(2, "hashing", master, now)?];
        let rows = db.write(move |tx| store::load_or_insert(tx, &fresh)).await?;
        let mut sealing = Vec::new();
        let mut hashing = None;
        for row in rows {
            let key = row.unwrap_with(master)?;
            match row.purpose.as_str() {
                "sealing" => sealing.push((row.id, cipher(&key)?)),
                "hashing" => hashing = Some(key),
                _ => {}
            }
        }
        sealing.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
        let hashing = hashing.ok_or_else(|| Error::internal("the database has no hashing key"))?;
        Ok(Keys(Arc::new(Unwrapped { sealing, hashing: hashing_keys(&hashing) })))
    }

    /// A keyed hash (HMAC-SHA-256) of a secret, for storing and looking it up.
    pub(crate) fn hash(&self, purpose: Purpose, secret: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(hmac::sign(&self.0.hashing[purpose as usize], secret).as_ref());
        out
    }

    /// Encrypts what must be read back (AES-256-GCM). `row` names where it is stored; it opens nowhere else.
    pub(crate) fn seal(&self, purpose: Purpose, row: &str, plaintext: &[u8]) -> Result<Vec<u8>> {
        let (id, key) = self.0.sealing.first().ok_or_else(|| Error::internal("the database has no sealing key"))?;
        let nonce = random::<NONCE_LEN>()?;
        let mut sealed = plaintext.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(purpose, row), &mut sealed)
            .map_err(|_| Error::internal("sealing failed"))?;
        Ok([&id.to_be_bytes(), nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`Keys::seal`] made for the same purpose and row.
    pub(crate) fn open_sealed(&self, purpose: Purpose, row: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let fault = || Error::internal(format!("a sealed value of {row} does not open"));
        let (id, rest) = sealed.split_first_chunk::<4>().ok_or_else(fault)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(fault)?;
        let id = u32::from_be_bytes(*id);
        let (_, key) = self.0.sealing.iter().find(|(known, _)| *known == id).ok_or_else(fault)?;
        let mut buffer = rest.to_vec();
        let plaintext = key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), aad(purpose, row), &mut buffer)
            .map_err(|_| fault())?;
        Ok(plaintext.to_vec())
    }
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

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey> {
    let unbound = UnboundKey::new(&AES_256_GCM, key).map_err(|_| Error::internal("a key has the wrong length"))?;
    Ok(LessSafeKey::new(unbound))
}

fn aad(purpose: Purpose, row: &str) -> Aad<Vec<u8>> {
    Aad::from([purpose.label(), b"\0", row.as_bytes()].concat())
}

/// Compares secrets without telling by timing where they differ.
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys(Arc::new(Unwrapped { sealing: vec![(1, cipher(&[7; 32]).unwrap())], hashing: hashing_keys(&[9; 32]) }))
    }

    #[test]
    fn t67_a_sealed_value_opens_only_for_its_purpose_and_row() {
        let keys = keys();
        let sealed = keys.seal(Purpose::OutboxBody, "a", b"secret").unwrap();
        assert_eq!(keys.open_sealed(Purpose::OutboxBody, "a", &sealed).unwrap(), b"secret");
        assert!(keys.open_sealed(Purpose::OutboxBody, "b", &sealed).is_err());
        assert!(keys.open_sealed(Purpose::SigningKey, "a", &sealed).is_err());
        for i in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[i] ^= 1;
            assert!(keys.open_sealed(Purpose::OutboxBody, "a", &bent).is_err(), "byte {i}");
        }
    }

    #[test]
    fn t67_every_purpose_hashes_differently() {
        let keys = keys();
        let hashes: std::collections::HashSet<_> = Purpose::ALL.iter().map(|p| keys.hash(*p, b"x")).collect();
        assert_eq!(hashes.len(), Purpose::ALL.len());
    }
}
