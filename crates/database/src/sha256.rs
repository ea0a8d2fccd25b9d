//! SHA-256 of what comes in pieces.

use aws_lc_rs::digest::{Context, SHA256};
use std::fmt::Write as _;

/// SHA-256 of what comes in pieces.
pub struct Sha256(Context);

impl Default for Sha256 {
    fn default() -> Self {
        Sha256(Context::new(&SHA256))
    }
}

impl Sha256 {
    /// Adds a piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest in hexadecimal.
    pub fn hex(self) -> String {
        self.0.finish().as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}
