//! Email addresses, in the one spelling under which they are stored, compared and written to.
//!
//! An address is normalised before anything else looks at it, so two spellings of one address cannot become two
//! members, nor two addresses one member (threat T-44). Only the dot-atom form of RFC 5321, section 4.1.2, is taken:
//! no display names, comments, quoted strings or line breaks, so an address can stand in a mail header as it is.

use crate::email_domain::{self, DomainError, EmailDomain};
use serde::{Deserialize, Serialize};

/// The longest address that fits a mail command (RFC 5321, section 4.5.3.1.3, less its angle brackets).
const MAX_LENGTH: usize = 254;
/// The longest local part (RFC 5321, section 4.5.3.1.1).
const MAX_LOCAL_LENGTH: usize = 64;

/// An email address, in lower case and with its domain in ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String")]
#[schemars(extend("format" = "email"))]
pub struct EmailAddress(String);

/// The longest text that can be an address: no part may be longer before it is normalised.
const MAX_INPUT: usize = MAX_LOCAL_LENGTH + "@".len() + email_domain::MAX_INPUT;

/// An email address, in any spelling.
#[derive(schemars::JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is of use")]
pub struct AnySpelling(#[schemars(length(max = MAX_INPUT), extend("format" = "email"))] String);

/// Why a text is not an email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmail {
    #[error("an email address has exactly one @")]
    AtSign,
    #[error("what stands before the @ is not a local part")]
    LocalPart,
    #[error("an email address has at most 254 bytes")]
    TooLong,
    #[error(transparent)]
    Domain(#[from] DomainError),
}

impl EmailAddress {
    /// One that was parsed before it was stored.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// Reads an address in any spelling. Tags (`jane+tag@…`) and dots stay, because whether they matter is for the
    /// mail provider to say; the case of the local part does not stay, because no provider tells by it.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let (local, domain) = text.split_once('@').ok_or(InvalidEmail::AtSign)?;
        if domain.contains('@') {
            return Err(InvalidEmail::AtSign);
        }
        if !is_local_part(local) {
            return Err(InvalidEmail::LocalPart);
        }
        let domain = EmailDomain::parse(domain)?;
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        if address.len() > MAX_LENGTH {
            return Err(InvalidEmail::TooLong);
        }
        Ok(Self(address))
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands after the `@`: always the text of an [`EmailDomain`].
    pub fn domain(&self) -> &str {
        domain_of(&self.0)
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }
}

/// What stands after the `@` of any text; nothing where there is none.
pub fn domain_of(text: &str) -> &str {
    text.split_once('@').map_or("", |(_, domain)| domain)
}

/// Whether a text is a dot-atom (RFC 5322, section 3.2.3) that is not too long. International local parts (RFC 6531)
/// are refused: Unicode has several spellings for what looks the same.
fn is_local_part(text: &str) -> bool {
    let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atom_byte);
    text.len() <= MAX_LOCAL_LENGTH && text.split('.').all(is_atom)
}

fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidEmail;
    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        Self::parse(&text)
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> String {
        EmailAddress::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}")).0
    }

    #[test]
    fn has_two_parts() {
        let address = EmailAddress::parse("Jane.Doe@Mail.Example.COM").unwrap();
        assert_eq!(address.as_str(), "jane.doe@mail.example.com");
        assert_eq!(address.to_string(), "jane.doe@mail.example.com");
        assert_eq!((address.local_part(), address.domain()), ("jane.doe", "mail.example.com"));
    }

    #[test]
    fn takes_every_character_of_an_atom() {
        assert_eq!(parse("!#$%&'*+-/=?^_`{|}~09az@example.com"), "!#$%&'*+-/=?^_`{|}~09az@example.com");
    }

    #[test]
    fn refuses_what_is_not_an_address() {
        for text in ["", "@", "jane", "jane@", "@example.com", "jane@@example.com", "jane@example.com@example.com"] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
        let plain = "
            jane@localhost jane@[127.0.0.1] jane@127.0.0.1 jane@[IPv6:::1] .jane@example.com jane.@example.com
            ja..ne@example.com jane(comment)@example.com <jane@example.com> mailto:jane@example.com
            jane,joe@example.com jane@example.com,joe jane@example.com;joe jane@example.com.";
        let odd = ["\"jane\"@example.com", "\"ja@ne\"@example.com", "ja\\ne@example.com", "Jane <jane@example.com>"];
        for text in plain.split_whitespace().chain(odd) {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn has_a_greatest_length() {
        let label = "d".repeat(63);
        let domain = format!("{label}.{label}.{}.com", "d".repeat(57));
        assert_eq!(domain.len(), 189);
        assert!(EmailAddress::parse(&format!("{}@{domain}", "l".repeat(64))).is_ok(), "254 bytes");
        assert_eq!(EmailAddress::parse(&format!("{}@{domain}", "l".repeat(65))), Err(InvalidEmail::LocalPart));
        assert_eq!(
            EmailAddress::parse(&format!("{}@d{domain}", "l".repeat(64))).err(),
            Some(InvalidEmail::Domain(DomainError::Invalid)),
            "label of 64"
        );
        assert_eq!(EmailAddress::parse(&format!("{}@d.{domain}", "l".repeat(64))), Err(InvalidEmail::TooLong));
        assert!(EmailAddress::parse(&format!("jane@{}.com", "ü".repeat(1_000_000))).is_err());
    }

    #[test]
    fn t44_spellings_of_one_address_are_equal() {
        for (spelling, address) in [
            ("JANE@EXAMPLE.COM", "jane@example.com"),
            ("Jane@eXample.com", "jane@example.com"),
            ("jane@EXAMPLE.com", "jane@example.com"),
            ("jane@ＥＸＡＭＰＬＥ.com", "jane@example.com"),
            ("jane@exa\u{ad}mple.com", "jane@example.com"),
            ("jane@bücher.example", "jane@xn--bcher-kva.example"),
            ("jane@BÜCHER.example", "jane@xn--bcher-kva.example"),
            ("jane@bu\u{308}cher.example", "jane@xn--bcher-kva.example"),
            ("jane@XN--BCHER-KVA.example", "jane@xn--bcher-kva.example"),
        ] {
            assert_eq!(parse(spelling), address, "{spelling:?}");
        }
    }

    #[test]
    fn t44_different_addresses_stay_different() {
        for (one, other) in [
            ("jane+a@example.com", "jane+b@example.com"),
            ("jane+a@example.com", "jane@example.com"),
            ("ja.ne@gmail.com", "jane@gmail.com"),
            ("jane@faß.de", "jane@fass.de"),
            ("jane@аpple.com", "jane@apple.com"), // the first a is Cyrillic
            ("jane@gmaıl.com", "jane@gmail.com"),
        ] {
            assert_ne!(parse(one), parse(other));
        }
    }

    #[test]
    fn t44_homoglyphs_of_at_and_dot_are_refused() {
        for at in ['＠', '﹫'] {
            for text in [
                format!("jane{at}example.com"),
                format!("jane@evil{at}example.com"),
                format!("jane{at}evil@example.com"),
            ] {
                assert!(EmailAddress::parse(&text).is_err(), "{text:?}");
            }
        }
        // The last three decompose into a digit and a dot, two dots and three dots.
        for dot in ['．', '。', '｡', '﹒', '\u{2024}', '⒈', '\u{2025}', '\u{2026}'] {
            for text in [
                format!("jane@example{dot}com"),
                format!("jane@mail{dot}example.com"),
                format!("ja{dot}ne@example.com"),
            ] {
                assert!(EmailAddress::parse(&text).is_err(), "{text:?}");
            }
        }
    }

    #[test]
    fn t44_unicode_in_the_local_part_is_refused() {
        // A Cyrillic a, a Kelvin sign, a dotted capital I, a combining mark, a fullwidth letter, an invisible space.
        for local in ["j\u{430}ne", "\u{212a}ate", "\u{130}van", "jane\u{301}", "ｊane", "ja\u{200b}ne", "admin\u{ad}"]
        {
            assert_eq!(EmailAddress::parse(&format!("{local}@example.com")), Err(InvalidEmail::LocalPart), "{local:?}");
        }
    }

    #[test]
    fn t44_white_space_and_control_characters_are_refused() {
        for bad in [
            "\r\nBcc: joe@example.com",
            "\r\nBcc: joe",
            "\r\n",
            "\n",
            "\r",
            "\t",
            " ",
            "\0",
            "\u{7f}",
            "\u{85}",
            "\u{a0}",
            "\u{2028}",
            "\u{3000}",
            "\u{feff}\n",
        ] {
            for text in [
                format!("{bad}jane@example.com"),
                format!("ja{bad}ne@example.com"),
                format!("jane{bad}@example.com"),
                format!("jane@{bad}example.com"),
                format!("jane@exa{bad}mple.com"),
                format!("jane@example.com{bad}"),
            ] {
                assert!(EmailAddress::parse(&text).is_err(), "{text:?}");
            }
        }
    }

    #[test]
    fn is_a_string_in_json() {
        let address: EmailAddress = serde_json::from_str(r#""Jane@Example.com""#).unwrap();
        assert_eq!(serde_json::to_string(&address).unwrap(), r#""jane@example.com""#);
        assert!(serde_json::from_str::<EmailAddress>(r#""jane""#).is_err());
        assert!(serde_json::from_str::<EmailAddress>("1").is_err());
        let schema = serde_json::to_value(schemars::schema_for!(EmailAddress)).unwrap();
        assert_eq!((&schema["type"], &schema["format"]), (&"string".into(), &"email".into()), "{schema}");
    }

    proptest! {
        /// Whatever is accepted is already in its final spelling, and fits a header line.
        #[test]
        fn t44_parsing_is_idempotent(text in "\\PC{0,12}@\\PC{0,12}(\\.|\\PC)[a-zA-Zü]{1,6}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()));
                let is_final = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase();
                prop_assert!(address.as_str().bytes().all(is_final));
                prop_assert_eq!(address.as_str().matches('@').count(), 1);
            }
        }

        #[test]
        fn t44_case_never_matters(text in "[a-zA-Z0-9+._-]{1,10}@[a-zA-Z0-9.-]{1,12}\\.[a-zA-Z]{2,4}") {
            prop_assert_eq!(EmailAddress::parse(&text), EmailAddress::parse(&text.to_uppercase()));
        }
    }
}
