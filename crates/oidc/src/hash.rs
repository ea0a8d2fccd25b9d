//! Hashes in base64url, and comparing.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn of(self, bytes: &[u8]) -> aws_lc_rs::digest::Digest {
        let algorithm = match self {
            Self::Sha256 => &SHA256,
            Self::Sha384 => &SHA384,
            Self::Sha512 => &SHA512,
        };
        digest(algorithm, bytes)
    }

    /// The hash.
    pub(crate) fn whole(self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.of(text.as_bytes()))
    }

    /// The left half of it (OpenID Connect Core, section 3.1.3.6).
    pub(crate) fn left_half(self, text: &str) -> String {
        let hash = self.of(text.as_bytes());
        let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
        URL_SAFE_NO_PAD.encode(left)
    }
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub(crate) fn equal(a: &str, b: &str) -> bool {
    verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}
