//! Recovery codes: each stands in once for the authenticator app that it was given out with.

use foundation::error::Result;
use foundation::keys::{self, equal};
use std::ops::RangeInclusive;

/// Codes of a set.
const SET: usize = 10;
/// Codes of a set that is brought along.
const MOST: usize = 100;
/// Groups of a code, and characters of a group.
const GROUPS: usize = 3;
const GROUP: usize = 4;
/// Lower-case letters and digits, without those that are taken for another. There are 32, so that a byte's last bits choose
/// one, each as likely as another: 60 bits a code.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Letters and digits of a code that is brought along.
const BROUGHT: RangeInclusive<usize> = 8..=64;

/// A new set.
pub(super) fn generate() -> Result<Vec<String>> {
    (0..SET).map(|_| code()).collect()
}

fn code() -> Result<String> {
    let random = keys::random::<{ GROUPS * GROUP }>()?;
    let characters: Vec<u8> = random.iter().map(|byte| ALPHABET[usize::from(byte % 32)]).collect();
    let groups: Vec<_> = characters.chunks(GROUP).map(String::from_utf8_lossy).collect();
    Ok(groups.join("-"))
}

/// What counts of a code: people leave out hyphens, and write capitals.
fn essence(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether a text could be a code of ours, for whoever has typed it into the wrong field.
pub(super) fn could_be_one(text: &str) -> bool {
    essence(text).len() == GROUPS * GROUP
}

/// A set that is brought along, in the spelling that it has; `None` when it holds what cannot be a code, one of them twice, or
/// too many.
pub(super) fn brought(codes: Vec<String>) -> Option<Vec<String>> {
    let mut essences: Vec<_> = codes.iter().map(|code| essence(code)).collect();
    let fit = codes.len() <= MOST
        && codes.iter().all(|code| code.len() <= 2 * *BROUGHT.end())
        && essences.iter().all(|essence| BROUGHT.contains(&essence.len()));
    essences.sort_unstable();
    essences.dedup();
    (fit && essences.len() == codes.len()).then_some(codes)
}

/// Where a code stands in a set. All of them are compared, in constant time.
pub(super) fn position(codes: &[String], text: &str) -> Option<usize> {
    let given = essence(text);
    let mut found = None;
    for (at, code) in codes.iter().enumerate() {
        if equal(essence(code).as_bytes(), given.as_bytes()) {
            found = Some(at);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_ten_codes_of_three_groups() {
        let codes = generate().unwrap();
        assert_eq!(codes.len(), 10);
        for code in &codes {
            let groups: Vec<_> = code.split('-').collect();
            assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [4, 4, 4], "{code}");
            assert!(groups.concat().bytes().all(|byte| ALPHABET.contains(&byte)), "{code}");
            assert!(could_be_one(code) && !could_be_one("123456"));
        }
        assert!(brought(codes).is_some(), "one is there twice");
    }

    #[test]
    fn people_write_them_as_they_like() {
        let codes: Vec<String> = ["ckss-2skx-ebow", "aaaa-bbbb-cccc"].map(Into::into).to_vec();
        for text in ["ckss-2skx-ebow", "CKSS2SKXEBOW", " ckss 2skx ebow "] {
            assert_eq!(position(&codes, text), Some(0), "{text}");
        }
        for text in ["", "-", "ckss-2skx", "ckss-2skx-ebov", "ckss-2skx-ebowx"] {
            assert_eq!(position(&codes, text), None, "{text}");
        }
    }

    #[test]
    fn what_is_brought_along_can_be_told_apart() {
        let set = |codes: &[&str]| brought(codes.iter().map(|code| (*code).to_owned()).collect());
        assert!(set(&[]).is_some() && set(&["12345-67890", "abcdefgh"]).is_some());
        for codes in [&["1234567"][..], &["abcd-efgh", "ABCDEFGH"], &["--------"], &[&"x".repeat(65)]] {
            assert!(set(codes).is_none(), "{codes:?}");
        }
        assert!(brought((0..101).map(|n| format!("{n:08}")).collect()).is_none());
    }
}
