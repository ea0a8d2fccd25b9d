//! PEM (RFC 7468).

use crate::encoding::{from_base64, to_base64};
use zeroize::Zeroizing;

/// One block.
pub(super) struct Block<'a> {
    pub(super) label: &'a str,
    /// Between the two lines.
    body: &'a str,
}

impl Block<'_> {
    /// Whether it says in lines of its own how it is encrypted (RFC 1421).
    pub(super) fn has_headers(&self) -> bool {
        self.body.contains(':')
    }

    pub(super) fn bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        from_base64(self.body).map(Zeroizing::new)
    }
}

/// The blocks of a text, in order. What stands between them is passed over, as OpenSSL's explanations are.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((label, after)) = rest.split_once("-----BEGIN ").and_then(|(_, after)| after.split_once("-----")) {
        let Some((body, after)) = after.split_once("-----END ") else { break };
        let Some((end, after)) = after.split_once("-----") else { break };
        if end == label {
            blocks.push(Block { label, body });
        }
        rest = after;
    }
    blocks
}

/// A block with lines of 64 characters.
pub(super) fn write(label: &str, bytes: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(to_base64(bytes));
    let mut text = Zeroizing::new(String::with_capacity(body.len() * 65 / 64 + 80));
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}
