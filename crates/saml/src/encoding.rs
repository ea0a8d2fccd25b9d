//! Base64, percent-encoding and the deflate of the bindings.

use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use base64::engine::{DecodePaddingMode, Engine};
use std::borrow::Cow;

/// Some peers leave the padding out.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Base64 with whatever white space is in it (RFC 2045 puts line breaks there).
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let dense = match text.bytes().any(is_space) {
        true => Cow::Owned(text.bytes().filter(|byte| !is_space(*byte)).collect()),
        false => Cow::Borrowed(text.as_bytes()),
    };
    LENIENT.decode(&dense).ok()
}

/// Base64 on one line, with padding.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Percent-encodes what is no letter, digit or one of `-._~` (RFC 3986, section 2.3).
pub(crate) fn percent(text: &str, into: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => into.push(char::from(byte)),
            _ => {
                into.push('%');
                for digit in [byte >> 4, byte & 15] {
                    into.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
                }
            }
        }
    }
}

/// Raw deflate (RFC 1951), for the redirect binding.
pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec(bytes, 6)
}

/// Undoes [`deflate`], up to so many bytes: what claims to be more is refused before it is made (threat T-16).
pub(crate) fn inflate(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    miniz_oxide::inflate::decompress_to_vec_with_limit(bytes, most).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_with_and_without_spaces_and_padding() {
        for (text, bytes) in [
            ("aGk=", Some(&b"hi"[..])),
            ("aGk", Some(b"hi")),
            ("\n aG\r\n\tk=\n", Some(b"hi")),
            ("", Some(b"")),
            ("aGl=", None),
            ("aG-_", None),
            ("aGk=aGk=", None),
            ("a", None),
            ("aGk\u{a0}", None),
        ] {
            assert_eq!(from_base64(text).as_deref(), bytes, "{text:?}");
        }
    }

    #[test]
    fn t16_a_bomb_is_not_inflated() {
        let bomb = deflate(&vec![b'<'; 64 << 20]);
        assert!(bomb.len() < 100_000);
        assert_eq!(inflate(&bomb, 1 << 18), None);
        assert_eq!(inflate(&deflate(b"<a/>"), 4).as_deref(), Some(&b"<a/>"[..]));
        assert_eq!(inflate(&deflate(b"<a/>"), 3), None);
        assert_eq!(inflate(b"\xff\xff", 10), None);
    }
}
