//! Phone numbers: which there can be, and of which country each is, as Google's libphonenumber knows it.

use rlibphonenumber::{PhoneNumberFormat, Region};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// How many digits there are, the country code included (E.164, section 6.2; no country has shorter numbers).
const DIGITS: RangeInclusive<usize> = 7..=15;

/// Bytes that a person writes at most.
const LONGEST: usize = 64;

/// Whether this is the code of a country that has phone numbers (ISO 3166-1, two capitals).
pub fn is_country(code: &str) -> bool {
    code.len() == 2 && PhoneNumber::example(code).is_some()
}

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
    /// Reads a number. It begins with its country code, has no separators, and is one that its country gives out. What people
    /// write into it by mistake, such as the zero that is dialled within the country only, goes: a number has one spelling.
    pub fn parse(text: &str) -> Result<Self, InvalidPhoneNumber> {
        let digits = text.strip_prefix('+').ok_or(InvalidPhoneNumber)?;
        let is_number = DIGITS.contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if !is_number {
            return Err(InvalidPhoneNumber);
        }
        let number = rlibphonenumber::PhoneNumber::parse(text, None).map_err(|_| InvalidPhoneNumber)?;
        if !number.is_valid() {
            return Err(InvalidPhoneNumber);
        }
        Ok(Self(number.format_as(PhoneNumberFormat::E164).into_owned()))
    }

    /// A number as somebody of a country writes it, with or without the country code; for pages that help people.
    pub fn written(text: &str, country: Option<&str>) -> Result<Self, InvalidPhoneNumber> {
        if text.len() > LONGEST {
            return Err(InvalidPhoneNumber);
        }
        let region = country.and_then(|country| Region::from_code(country).ok());
        let number = rlibphonenumber::PhoneNumber::parse(text, region).map_err(|_| InvalidPhoneNumber)?;
        Self::parse(&number.format_as(PhoneNumberFormat::E164))
    }

    /// Its country (ISO 3166-1); none of what belongs to no country, as of satellites.
    pub fn country(&self) -> Option<String> {
        let number = rlibphonenumber::PhoneNumber::parse(&self.0, None).ok()?;
        number.get_region_code().map(|region| region.to_string())
    }

    /// As it is written within its country.
    pub fn national(&self) -> String {
        match rlibphonenumber::PhoneNumber::parse(&self.0, None) {
            Ok(number) => number.format_as(PhoneNumberFormat::National).into_owned(),
            Err(_) => self.0.clone(),
        }
    }

    /// A number of a country that shows how they are written there.
    pub fn example(country: &str) -> Option<Self> {
        let region = Region::from_code(country).ok()?;
        let number = rlibphonenumber::PHONE_NUMBER_UTIL.get_example_number(region).ok()?;
        Self::parse(&number.format_as(PhoneNumberFormat::E164)).ok()
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
        for text in ["+14155550123", "+4930123456", "+4915123456789", "+78121234567", "+390612345678"] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), text);
            assert_eq!(PhoneNumber::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn numbers_that_no_country_gives_out_are_refused() {
        for text in ["+10000000000", "+1234567", "+123456789012345", "+14155550", "+999123456789", "+49151"] {
            assert_eq!(PhoneNumber::parse(text), Err(InvalidPhoneNumber), "{text:?}");
        }
    }

    #[test]
    fn a_number_has_one_spelling_and_a_country() {
        for (text, one, country) in [
            ("+44020 79460018", None, ""),
            ("+4402079460018", Some("+442079460018"), "GB"),
            ("+12042345678", Some("+12042345678"), "CA"),
            ("+12015550123", Some("+12015550123"), "US"),
        ] {
            let number = PhoneNumber::parse(text).ok();
            assert_eq!(number.as_ref().map(PhoneNumber::as_str), one, "{text}");
            assert_eq!(number.and_then(|number| number.country()).unwrap_or_default(), country, "{text}");
        }
        assert!(is_country("US") && !is_country("us1") && !is_country("ZZ"));
    }

    #[test]
    fn what_people_write_is_understood() {
        let written = |text, country| PhoneNumber::written(text, country).map(|number| number.as_str().to_owned()).ok();
        assert_eq!(written("(415) 555-0123", Some("US")).as_deref(), Some("+14155550123"));
        assert_eq!(written("+49 151 2345 6789", Some("US")).as_deref(), Some("+4915123456789"));
        assert_eq!(written("555", Some("US")), None);
        assert_eq!(PhoneNumber::parse("+14155550123").unwrap().national(), "(415) 555-0123");
        assert_eq!(PhoneNumber::example("DE").and_then(|number| number.country()).as_deref(), Some("DE"));
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
