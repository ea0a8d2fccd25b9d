//! What an authenticator app and this server share.

use data_encoding::BASE32_NOPAD;
use foundation::error::Result;
use foundation::keys;
use std::ops::RangeInclusive;

/// Bytes of a new one: as long as the hash, as RFC 4226 (section 4, R6) recommends, and 32 characters.
const NEW: usize = 20;
/// Bytes of one that is brought along. Apps have had secrets of 80 bits for years.
const BROUGHT: RangeInclusive<usize> = 10..=64;

/// A new secret, as apps write it (base32 of RFC 4648, without padding).
pub(super) fn generate() -> Result<String> {
    Ok(BASE32_NOPAD.encode(&keys::random::<NEW>()?))
}

/// The spelling that is stored of a secret that is brought along: people and programs write it in groups, in lower case, or
/// padded. `None` when it is none, too short to be one, or longer than any.
pub(super) fn normalized(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '=')).collect();
    let secret = bytes(&plain.to_ascii_uppercase())?;
    BROUGHT.contains(&secret.len()).then(|| BASE32_NOPAD.encode(&secret))
}

/// The bytes of a stored secret.
pub(super) fn bytes(secret: &str) -> Option<Vec<u8>> {
    BASE32_NOPAD.decode(secret.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_secret_has_32_characters() {
        let (one, other) = (generate().unwrap(), generate().unwrap());
        assert_eq!((one.len(), bytes(&one).map(|secret| secret.len())), (32, Some(NEW)));
        assert_ne!(one, other);
    }

    #[test]
    fn a_secret_has_one_spelling() {
        let secret = "GEZDGNBVGY3TQOJQ";
        for text in [secret, "gezd gnbv gy3t qojq", "GEZD-GNBV-GY3T-QOJQ", "GEZDGNBVGY3TQOJQ======"] {
            assert_eq!(normalized(text).as_deref(), Some(secret), "{text}");
        }
        for text in ["", "GEZDGNBV", "0EZDGNBVGY3TQOJQ", "GEZDGNBVGY3TQOJQ!", &"A".repeat(160)] {
            assert_eq!(normalized(text), None, "{text}");
        }
    }
}
