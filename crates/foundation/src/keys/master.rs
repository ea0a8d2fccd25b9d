//! The master key: 32 bytes that never touch the database they protect.

use super::equal;
use crate::error::{Error, Result};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// How many bytes of a wrapped key say which master key wrapped it.
const ID_LEN: usize = 4;
/// A wrapped key without them, as the first version wrote it: nonce, key, tag.
const WRAPPED_WITHOUT_ID: usize = NONCE_LEN + 32 + 16;

/// The operator's key (32 bytes). It cannot be printed.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

impl PartialEq for MasterKey {
    fn eq(&self, other: &Self) -> bool {
        equal(&self.0, &other.0)
    }
}

impl MasterKey {
    /// A new random key.
    pub fn generate() -> Result<Self> {
        super::random().map(Self)
    }

    /// Reads 32 bytes written in base64 or hexadecimal.
    ///
    /// # Errors
    /// In words, when the text is no such key or when the key is one that could be guessed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let bytes = unhex(text)
            .or_else(|| STANDARD.decode(text).ok())
            .or_else(|| URL_SAFE_NO_PAD.decode(text).ok())
            .unwrap_or_default();
        let key: [u8; 32] = bytes
            .try_into()
            .map_err(|_| "a master key is 32 random bytes in base64 or hexadecimal: `openssl rand -base64 32`")?;
        let distinct = key.iter().collect::<std::collections::HashSet<_>>().len();
        let readable = key.iter().all(|b| b.is_ascii_graphic() || *b == b' ');
        // Of 32 random bytes, fewer than 16 distinct ones or only printable ones do not occur in practice.
        if distinct < 16 || readable {
            return Err("this master key is not random; make one with `openssl rand -base64 32`".into());
        }
        Ok(Self(key))
    }

    /// The text that [`MasterKey::parse`] reads.
    pub fn to_text(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Eight characters that tell it from other keys and nothing about it.
    pub fn id(&self) -> String {
        to_hex(&self.short_id())
    }

    fn short_id(&self) -> [u8; ID_LEN] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut id = [0; ID_LEN];
        id.copy_from_slice(&hmac::sign(&key, b"master key id").as_ref()[..ID_LEN]);
        id
    }

    pub(super) fn wrap(&self, label: &str, key: &[u8; 32]) -> Result<Vec<u8>> {
        let fault = || Error::internal("wrapping a key failed");
        let nonce = super::random::<NONCE_LEN>()?;
        let mut wrapped = key.to_vec();
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        let cipher = self.cipher().ok_or_else(fault)?;
        cipher.seal_in_place_append_tag(nonce_used, Aad::from(label), &mut wrapped).map_err(|_| fault())?;
        Ok([self.short_id().as_slice(), nonce.as_slice(), &wrapped].concat())
    }

    pub(super) fn unwrap(&self, label: &str, wrapped: &[u8]) -> Option<[u8; 32]> {
        let wrapped = without_id(wrapped);
        let (nonce, rest) = wrapped.split_first_chunk::<NONCE_LEN>()?;
        let mut buffer = rest.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        self.cipher()?.open_in_place(nonce, Aad::from(label), &mut buffer).ok()?.try_into().ok()
    }

    fn cipher(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM, &self.0).ok().map(LessSafeKey::new)
    }
}

/// The id of the master key that wrapped it, where it says so.
pub(super) fn wrapped_by(wrapped: &[u8]) -> Option<String> {
    let id = wrapped.first_chunk::<ID_LEN>()?;
    (wrapped.len() == WRAPPED_WITHOUT_ID + ID_LEN).then(|| to_hex(id))
}

fn without_id(wrapped: &[u8]) -> &[u8] {
    match wrapped.split_first_chunk::<ID_LEN>() {
        Some((_, rest)) if rest.len() == WRAPPED_WITHOUT_ID => rest,
        _ => wrapped,
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..32).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t67_default_and_weak_keys_are_refused() {
        for weak in [
            "",
            "changeme",
            &"0".repeat(64),
            &"ab".repeat(32),
            &STANDARD.encode("correct horse battery staple 1!?"),
            &STANDARD.encode([0; 32]),
        ] {
            assert!(MasterKey::parse(weak).is_err(), "{weak}");
        }
        let key = MasterKey::generate().unwrap();
        assert_eq!(MasterKey::parse(&key.to_text()).unwrap().0, key.0);
    }

    #[test]
    fn a_wrapped_key_opens_only_with_its_master_key_and_label() {
        let (a, b) = (MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
        let wrapped = a.wrap("sealing", &[5; 32]).unwrap();
        assert_eq!(a.unwrap("sealing", &wrapped), Some([5; 32]));
        assert_eq!(a.unwrap("hashing", &wrapped), None);
        assert_eq!(b.unwrap("sealing", &wrapped), None);
    }

    #[test]
    fn a_wrapped_key_says_which_master_key_it_needs() {
        let (a, b) = (MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
        let wrapped = a.wrap("sealing", &[5; 32]).unwrap();
        assert_eq!(wrapped_by(&wrapped), Some(a.id()));
        assert_ne!(a.id(), b.id());
        assert!(!a.to_text().contains(&a.id()));
        // As the first version wrote it.
        assert_eq!(wrapped_by(&wrapped[ID_LEN..]), None);
        assert_eq!(a.unwrap("sealing", &wrapped[ID_LEN..]), Some([5; 32]));
    }
}
