//! Base64 (RFC 4648, section 4) for the bytes in a backup.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// With padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// `None` for what [`encode`] would not write.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_standard_lists() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")]
        {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
        for bad in ["Z", "Zg", "Zg=", "Zh==", "Zg==Zg==", "Zm9v\n", "Zm-v", "é"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_byte_at_every_place() {
        let all: Vec<u8> = (0..=255).rev().chain(0..=255).collect();
        for length in 0..all.len() {
            let bytes = &all[..length];
            assert_eq!(decode(&encode(bytes)).as_deref(), Some(bytes));
        }
    }
}
