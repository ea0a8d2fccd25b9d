//! What people type and paste, as the operations want it: those take one spelling only.

use foundation::phone_number::PhoneNumber;

/// Zeros of the digits that keyboards write beside ASCII's: Arabic, Persian, Devanagari.
const ZEROS: [char; 3] = ['٠', '۰', '०'];
/// How far letters and digits of full width stand from ASCII's.
const FULL_WIDTH: u32 = 'Ａ' as u32 - 'A' as u32;

/// A code. It may come in groups, from the keyboard of another script, or out of a text with signs around it that nobody sees.
pub(super) fn code(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).map(plain).collect()
}

fn plain(c: char) -> char {
    let digit = ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|digit| *digit < 10));
    let narrow = || u32::from(c).checked_sub(FULL_WIDTH).and_then(char::from_u32).filter(char::is_ascii_alphanumeric);
    digit.and_then(|digit| char::from_digit(digit, 10)).or_else(narrow).unwrap_or(c)
}

/// A phone number with its country code, however it is grouped. What is none stays as it is, to be refused.
pub(super) fn phone_number(text: &str) -> String {
    PhoneNumber::written(text, None).map_or_else(|_| text.trim().to_owned(), |number| number.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_from_every_keyboard() {
        for typed in [
            "123456",
            " 123 456 ",
            "123-456",
            "123\u{2011}456",
            "１２３４５６",
            "١٢٣٤٥٦",
            "۱۲۳۴۵۶",
            "१२३४५६",
            "\u{2068}123456\u{2069}",
            "123\u{200b}456\u{feff}",
        ] {
            assert_eq!(code(typed), "123456", "{typed}");
        }
        assert_eq!(code("ｋ7qr-9m2ｐ"), "k7qr9m2p");
        assert_eq!([code("一二三"), code("")], ["一二三", ""]);
    }

    #[test]
    fn phone_numbers_are_read_as_they_are_written() {
        for typed in ["+1 415-555-0100", "+1 (415) 555.0100", "＋１４１５５５５０１００", " +14155550100"] {
            assert_eq!(phone_number(typed), "+14155550100", "{typed}");
        }
        assert_eq!(phone_number("+49 (0)170 1234567"), "+491701234567");
        assert_eq!([phone_number(" 555 "), phone_number("")], ["555", ""]);
        assert_eq!(phone_number(&"1".repeat(1000)).len(), 1000);
    }
}
