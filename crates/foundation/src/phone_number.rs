//! Phone numbers.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// How many digits there are, the country code included (E.164, section 6.2; no country has shorter numbers).
const DIGITS: RangeInclusive<usize> = 7..=15;

/// A phone number in the international form of ITU-T E.164: `+`, the country code and the number, digits only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String")]
#[schemars(extend("pattern" = Self::pattern()))]
pub struct PhoneNumber(String);

/// A text is not a phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a phone number is written in E.164, like +14155550123")]
pub struct InvalidPhoneNumber;

impl PhoneNumber {
    /// Reads a number. Its first digit is not zero, because no country code begins with one. Separators are refused, so a
    /// number has one spelling.
    pub fn parse(text: &str) -> Result<Self, InvalidPhoneNumber> {
        let digits = text.strip_prefix('+').ok_or(InvalidPhoneNumber)?;
        let is_number = DIGITS.contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if is_number { Ok(Self(text.into())) } else { Err(InvalidPhoneNumber) }
    }

    /// The regular expression of a number.
    pub fn pattern() -> String {
        format!(r"^\+[1-9][0-9]{{{},{}}}$", DIGITS.start() - 1, DIGITS.end() - 1)
    }

    /// The number with its `+`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = InvalidPhoneNumber;
    fn try_from(text: String) -> Result<Self, InvalidPhoneNumber> {
        Self::parse(&text)
    }
}

impl std::fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_e164() {
        for text in ["+14155550123", "+10000000000", "+4930123456", "+1234567", "+123456789012345"] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), text);
            assert_eq!(PhoneNumber::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_other_spellings() {
        let plain = "
            + 14155550123 0014155550123 +04155550123 +123456 +1234567890123456 ++14155550123 +1-415-555-0123
            +1(415)5550123 +1415555012x +1415555٠١٢٣ ＋14155550123 +14155550123;ext=1 tel:+14155550123";
        let odd = ["", "+1 415 555 0123", " +14155550123", "+14155550123 ", "+14155550123\n", "+1415555\u{0}123"];
        for text in plain.split_whitespace().chain(odd) {
            assert_eq!(PhoneNumber::parse(text), Err(InvalidPhoneNumber), "{text:?}");
        }
    }

    #[test]
    fn is_a_string_in_json() {
        let number: PhoneNumber = serde_json::from_str(r#""+14155550123""#).unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), r#""+14155550123""#);
        assert!(serde_json::from_str::<PhoneNumber>(r#""4155550123""#).is_err());
        assert!(serde_json::from_str::<PhoneNumber>("14155550123").is_err());
        let schema = serde_json::to_value(schemars::schema_for!(PhoneNumber)).unwrap();
        assert_eq!(
            (&schema["type"], &schema["pattern"]),
            (&"string".into(), &r"^\+[1-9][0-9]{6,14}$".into()),
            "{schema}"
        );
    }
}
