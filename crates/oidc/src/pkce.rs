//! Proof Key for Code Exchange (RFC 7636), toward the provider: who steals the code on its way through the browser cannot
//! use it.

use crate::hash::Hash;

/// The only method that is used.
pub const METHOD: &str = "S256";

/// The challenge of a verifier of 43 to 128 characters (section 4.2).
pub fn challenge(verifier: &str) -> String {
    Hash::Sha256.whole(verifier)
}

#[cfg(test)]
mod tests {
    /// RFC 7636, appendix B.
    #[test]
    fn the_example_of_the_standard() {
        let challenge = super::challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
