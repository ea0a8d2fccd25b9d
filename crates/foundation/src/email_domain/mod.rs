//! Domains of email addresses: how they are read, and which of them belong to nobody in particular.

mod providers;

use serde::{Deserialize, Serialize};

/// The longest domain name (RFC 1035, section 2.3.4, without the root) has 253 characters; a character of UTF-8 input
/// has up to four bytes. What is longer is refused before the conversion spends time on it.
pub(crate) const MAX_INPUT: usize = 4 * 253;

/// The domain of an email address, in lower case and in ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String")]
#[schemars(extend("format" = "hostname"))]
pub struct EmailDomain(String);

/// The domain of email addresses, in any spelling.
#[derive(schemars::JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is of use")]
pub struct AnySpelling(#[schemars(length(max = MAX_INPUT), extend("pattern" = r"^[^@\s]+$"))] String);

/// Why a text is not the domain of an email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DomainError {
    #[error("a domain is written without an @")]
    AtSign,
    #[error("this is not a domain name")]
    Invalid,
}

impl EmailDomain {
    /// Reads a domain in any spelling: any case, Unicode or Punycode (UTS #46, strict and non-transitional).
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        if text.contains('@') {
            return Err(DomainError::AtSign);
        }
        if text.len() > MAX_INPUT || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(DomainError::Invalid);
        }
        let domain = idna::domain_to_ascii_strict(text).map_err(|_| DomainError::Invalid)?;
        // UTS #46 reads look-alikes of the dot as dots. Here only a dot may separate labels, or else a part that reads
        // the address differently would see another domain (threat T-44).
        let labels = |text: &str| text.split('.').count();
        if labels(text) != labels(&domain) || labels(&domain) < 2 || !has_alphabetic_end(&domain) {
            return Err(DomainError::Invalid);
        }
        Ok(Self(domain))
    }

    /// The domain as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the domain is one of a mail provider, where anyone can have an address: belonging to it says nothing
    /// about belonging to an organization (threat T-26).
    pub fn is_common(&self) -> bool {
        providers::is_common(&self.0)
    }

    /// Whether the domain, or one above it, hands out throw-away addresses.
    pub fn is_disposable(&self) -> bool {
        providers::is_disposable(&self.0)
    }
}

/// The last label of a name begins with a letter, which is how names are told from IPv4 addresses in all their
/// spellings, such as `127.1` and `127.0.0.0x1` (RFC 1123, section 2.1).
fn has_alphabetic_end(domain: &str) -> bool {
    domain.rsplit('.').next().is_some_and(|label| label.starts_with(|c: char| c.is_ascii_alphabetic()))
}

impl TryFrom<String> for EmailDomain {
    type Error = DomainError;
    fn try_from(text: String) -> Result<Self, DomainError> {
        Self::parse(&text)
    }
}

impl std::fmt::Display for EmailDomain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> String {
        EmailDomain::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}")).0
    }

    #[test]
    fn takes_names() {
        assert_eq!(parse("example.com"), "example.com");
        assert_eq!(parse("a.b-c.1.example.museum"), "a.b-c.1.example.museum");
        assert_eq!(parse("例え.jp"), "xn--r8jz45g.jp");
        assert_eq!(parse("example.рф"), "example.xn--p1ai");
        assert_eq!(EmailDomain::parse("Example.com").unwrap().to_string(), "example.com");
    }

    #[test]
    fn refuses_an_at_sign() {
        for text in ["@example.com", "jane@example.com", "example.com@"] {
            assert_eq!(EmailDomain::parse(text), Err(DomainError::AtSign), "{text:?}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_name() {
        let plain = "
            . com localhost .com com. example.com. .example.com example..com -a.com a-.com a_b.com *.com
            [127.0.0.1] 127.0.0.1 127.1 1.2.3.0x4 ::1 example.com:25 example.com/a https://example.com
            example.c%6fm";
        let odd = ["", "a b.com", " example.com", "example.com\n", "exa\tmple.com"];
        for text in plain.split_whitespace().chain(odd) {
            assert_eq!(EmailDomain::parse(text), Err(DomainError::Invalid), "{text:?}");
        }
    }

    #[test]
    fn has_greatest_lengths() {
        let label = "d".repeat(63);
        assert!(EmailDomain::parse(&format!("{label}.com")).is_ok());
        assert!(EmailDomain::parse(&format!("d{label}.com")).is_err());
        let longest = format!("{label}.{label}.{label}.{}", "d".repeat(61));
        assert!(EmailDomain::parse(&longest).is_ok());
        assert!(EmailDomain::parse(&format!("{longest}d")).is_err());
    }

    #[test]
    fn t26_subdomains_are_other_domains() {
        assert_ne!(parse("mail.example.com"), parse("example.com"));
    }

    #[test]
    fn t44_one_name_has_one_spelling() {
        for spelling in
            ["BÜCHER.de", "bücher.DE", "bu\u{308}cher.de", "ＢÜcher.de", "xn--bcher-kva.de", "XN--bcher-KVA.de"]
        {
            assert_eq!(parse(spelling), "xn--bcher-kva.de", "{spelling:?}");
        }
    }

    #[test]
    fn t44_look_alikes_are_not_equal() {
        // Cyrillic a, dotless i, Greek omicron.
        for spelling in ["\u{430}pple.com", "appl\u{435}.com", "gma\u{131}l.com", "g\u{3bf}\u{3bf}gle.com"] {
            assert!(parse(spelling).starts_with("xn--"), "{spelling:?}");
        }
    }

    #[test]
    fn t44_punycode_that_hides_ascii_is_refused() {
        // RUSTSEC-2024-0421: the first decodes to example, the second to nothing, the last is in no normal form.
        for text in
            ["xn--example-.org", "xn--.org", "xn--a.org", "xn--999999999.org", "xn--ss-cher-kva--.de", "ab--cd.com"]
        {
            assert!(EmailDomain::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn t44_look_alikes_of_the_dot_are_refused() {
        for dot in ['．', '。', '｡', '﹒', '\u{2024}', '⒈', '\u{2025}', '\u{2026}'] {
            for text in [format!("example{dot}com"), format!("mail{dot}example.com"), format!("example.com{dot}")] {
                assert!(EmailDomain::parse(&text).is_err(), "{text:?}");
            }
        }
    }

    #[test]
    fn is_a_string_in_json() {
        let domain: EmailDomain = serde_json::from_str(r#""Example.com""#).unwrap();
        assert_eq!(serde_json::to_string(&domain).unwrap(), r#""example.com""#);
        assert!(serde_json::from_str::<EmailDomain>(r#""@example.com""#).is_err());
        let schema = serde_json::to_value(schemars::schema_for!(EmailDomain)).unwrap();
        assert_eq!((&schema["type"], &schema["format"]), (&"string".into(), &"hostname".into()), "{schema}");
    }

    proptest! {
        #[test]
        fn t44_parsing_is_idempotent(text in "\\PC{1,12}\\.\\PC{1,6}") {
            if let Ok(domain) = EmailDomain::parse(&text) {
                prop_assert_eq!(EmailDomain::parse(domain.as_str()), Ok(domain));
            }
        }
    }
}
