//! What of a password is hashed.

use unicode_normalization::UnicodeNormalization as _;

/// How many bytes of UTF-8 a password may have. 256 characters of any script, and few enough to cost nothing.
pub const MAX_BYTES: usize = 1024;

/// A text cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It has no characters.
    #[error("a password has at least one character")]
    Empty,
    /// It has more than [`MAX_BYTES`].
    #[error("a password has at most {MAX_BYTES} bytes in UTF-8")]
    TooLong,
    /// It has a null character, at which other programs stop reading.
    #[error("a password has no null characters")]
    Null,
}

/// Whether a text can be a password at all; nothing about how good a one.
///
/// # Errors
/// What is wrong with it.
pub fn check(password: &str) -> Result<(), Unusable> {
    match password {
        "" => Err(Unusable::Empty),
        _ if password.len() > MAX_BYTES => Err(Unusable::TooLong),
        _ if password.contains('\0') => Err(Unusable::Null),
        _ => Ok(()),
    }
}

/// What is hashed of a password: RFC 8265, section 4.2.2, rules 2 and 4.
///
/// # Errors
/// What makes it no password.
pub(crate) fn prepare(password: &str) -> Result<String, Unusable> {
    check(password)?;
    Ok(password.chars().map(|character| if is_space(character) { ' ' } else { character }).nfc().collect())
}

/// The general category Zs. As a list, so that it stays what it is.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t43_what_is_hashed() {
        for (password, hashed) in [
            ("plain text", "plain text"),
            // The two ways to type it on keyboards for Vietnamese, and on Apple's beside others.
            ("ti\u{ea}\u{301}ng", "ti\u{1ebf}ng"),
            ("tie\u{302}\u{301}ng", "ti\u{1ebf}ng"),
            ("Schlüssel", "Schlüssel"),
            ("Schlu\u{308}ssel", "Schlüssel"),
            // Hangul in jamo.
            ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
            // Spaces of any kind are spaces, and count wherever they stand.
            (" a\u{a0}b\u{3000}c ", " a b c "),
            // Compatibility forms, capitals and what cannot be seen stay.
            ("ﬁｘ² A\tß\u{200d}", "ﬁｘ² A\tß\u{200d}"),
            // The Kelvin sign is the same character as K, canonically.
            ("\u{212a}", "K"),
        ] {
            assert_eq!(prepare(password).as_deref(), Ok(hashed), "{password:?}");
        }
    }

    #[test]
    fn t43_what_is_no_password() {
        assert_eq!(check(""), Err(Unusable::Empty));
        assert_eq!(check("a\0b"), Err(Unusable::Null));
        assert_eq!(check(&"é".repeat(MAX_BYTES / 2)), Ok(()));
        assert_eq!(check(&("é".repeat(MAX_BYTES / 2) + "a")), Err(Unusable::TooLong));
    }
}
