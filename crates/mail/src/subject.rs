//! The header field of the subject.

use lettre::message::header::{HeaderName, HeaderValue};
use std::fmt::Write as _;

/// The bytes of an encoded word between its delimiters: 75 in all (RFC 2047, section 2).
const ENCODED_WORD: usize = 75 - "=?utf-8?Q??=".len();

/// The subject as it is, whatever it looks like.
///
/// A name may be spelled like an encoded word (`=?utf-8?B?…?=`): sent as it stands, readers would show what is encoded in
/// it, which no rule for names has seen. Encoded once more, it is shown as it was written.
pub(crate) fn header(subject: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Subject");
    if subject.contains("=?") {
        HeaderValue::dangerous_new_pre_encoded(name, subject.to_owned(), encoded(subject))
    } else {
        HeaderValue::new(name, subject.to_owned())
    }
}

/// All of the text in encoded words; readers leave out the line breaks between them.
fn encoded(text: &str) -> String {
    let mut words = vec![String::new()];
    for character in text.chars() {
        let bytes = in_q(character);
        if words.last().is_some_and(|word| word.len() + bytes.len() > ENCODED_WORD) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push_str(&bytes);
        }
    }
    words.iter().map(|word| format!("=?utf-8?Q?{word}?=")).collect::<Vec<_>>().join("\r\n ")
}

/// One character in the Q encoding (RFC 2047, section 4.2).
fn in_q(character: char) -> String {
    if character.is_ascii_alphanumeric() {
        return character.to_string();
    }
    character.to_string().bytes().fold(String::new(), |mut encoded, byte| {
        // Writing to a string does not fail.
        let _ = write!(encoded, "={byte:02X}");
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_short_and_hold_whole_characters() {
        let text = format!("=?utf-8?B?{}?= é😀 {}", "QQ==".repeat(20), "é".repeat(60));
        let words: Vec<_> = encoded(&text).split("\r\n ").map(str::to_owned).collect();
        assert!(words.len() > 4 && words.iter().all(|word| word.len() <= 75), "{words:?}");
        let mut decoded = String::new();
        for word in &words {
            let inner = word.strip_prefix("=?utf-8?Q?").unwrap().strip_suffix("?=").unwrap();
            let percent = inner.replace('=', "%");
            decoded += &percent_encoding::percent_decode_str(&percent).decode_utf8().unwrap();
        }
        assert_eq!(decoded, text);
    }
}
