//! Sealing: AES-256-GCM, with the key's number in front, and the purpose and the row as associated data.

use super::{Purpose, random};
use crate::error::{Error, Result};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// A data key that seals what must be read back.
pub(super) struct SealingKey {
    pub(super) id: u32,
    cipher: LessSafeKey,
}

impl SealingKey {
    pub(super) fn new(id: u32, key: &[u8; 32]) -> Result<Self> {
        let unbound = UnboundKey::new(&AES_256_GCM, key).map_err(|_| Error::internal("a key has the wrong length"))?;
        Ok(Self { id, cipher: LessSafeKey::new(unbound) })
    }

    pub(super) fn seal(&self, purpose: Purpose, row: &str, plaintext: &[u8]) -> Result<Vec<u8>> {
        let nonce = random::<NONCE_LEN>()?;
        let mut sealed = plaintext.to_vec();
        self.cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(purpose, row), &mut sealed)
            .map_err(|_| Error::internal("sealing failed"))?;
        Ok([header(self.id).as_slice(), nonce.as_slice(), &sealed].concat())
    }

    pub(super) fn open(&self, purpose: Purpose, row: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (id, rest) = sealed.split_first_chunk::<4>()?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>()?;
        if *id != header(self.id) {
            return None;
        }
        let mut buffer = rest.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        self.cipher.open_in_place(nonce, aad(purpose, row), &mut buffer).ok().map(|plaintext| plaintext.to_vec())
    }
}

/// What every value begins with that this key sealed.
pub(super) fn header(id: u32) -> [u8; 4] {
    id.to_be_bytes()
}

/// The key that sealed a value.
pub(super) fn key_of(sealed: &[u8]) -> Option<u32> {
    sealed.first_chunk::<4>().map(|id| u32::from_be_bytes(*id))
}

fn aad(purpose: Purpose, row: &str) -> Aad<Vec<u8>> {
    Aad::from([purpose.label(), b"\0", row.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t67_a_sealed_value_opens_only_for_its_purpose_and_row() {
        let key = SealingKey::new(1, &[7; 32]).unwrap();
        let sealed = key.seal(Purpose::OutboxBody, "a", b"secret").unwrap();
        assert_eq!(key_of(&sealed), Some(1));
        assert_eq!(key.open(Purpose::OutboxBody, "a", &sealed).unwrap(), b"secret");
        assert!(key.open(Purpose::OutboxBody, "b", &sealed).is_none());
        assert!(key.open(Purpose::SigningKey, "a", &sealed).is_none());
        for i in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[i] ^= 1;
            assert!(key.open(Purpose::OutboxBody, "a", &bent).is_none(), "byte {i}");
        }
        // Neither the same key under another number nor another key under the same.
        assert!(SealingKey::new(2, &[7; 32]).unwrap().open(Purpose::OutboxBody, "a", &sealed).is_none());
        assert!(SealingKey::new(1, &[8; 32]).unwrap().open(Purpose::OutboxBody, "a", &sealed).is_none());
    }
}
