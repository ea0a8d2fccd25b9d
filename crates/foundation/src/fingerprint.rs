//! What a secret is remembered by, in memory only.
//!
//! A session check meets the same few secrets again and again, and HMAC-SHA-256 of them was a fifth of its work where the
//! processor has no instructions for it. SipHash-2-4 with 128 bits is a MAC too: who does not know the key, which is drawn when
//! the program starts and never leaves it, finds no other text with the same fingerprint. What is stored is hashed by
//! [`Keys::hash`](crate::keys::Keys::hash) as ever.

use siphasher::sip128::{Hasher128, SipHasher24};
use std::hash::Hasher;
use uuid::Uuid;

/// Makes fingerprints of this process.
pub struct Fingerprints(SipHasher24);

impl Fingerprints {
    /// With a new key.
    pub fn new() -> Self {
        // 244 random bits in all; the version and variant of each are fixed.
        let [one, other] = [Uuid::new_v4().as_u128(), Uuid::new_v4().as_u128()];
        Self(SipHasher24::new_with_key(&(one ^ other.rotate_left(64)).to_le_bytes()))
    }

    /// The fingerprint of a text.
    pub fn of(&self, bytes: &[u8]) -> u128 {
        let mut hasher = self.0;
        hasher.write(bytes);
        hasher.finish128().as_u128()
    }
}

impl Default for Fingerprints {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t51_a_fingerprint_is_of_its_text_and_of_its_process() {
        let (one, other) = (Fingerprints::new(), Fingerprints::new());
        assert_eq!(one.of(b"secret"), one.of(b"secret"));
        assert_ne!(one.of(b"secret"), one.of(b"secreT"));
        assert_ne!(one.of(b"secret"), other.of(b"secret"));
    }
}
