//! Names in the letters that a slug can have.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A text in ASCII, as far as its letters are Latin: "Müller & Søn" is "Muller & Son". What has no such form stays as it is.
pub(super) fn latin(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .fold(String::new(), |text, c| match plain(c) {
            Some(plain) => text + plain,
            None => text + c.encode_utf8(&mut [0; 4]),
        })
        .into()
}

/// Letters that Unicode does not take apart.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'ẞ' => "SS",
        'Æ' => "AE",
        'æ' => "ae",
        'Œ' => "OE",
        'œ' => "oe",
        'Ø' => "O",
        'ø' => "o",
        'Ł' => "L",
        'ł' => "l",
        'Đ' | 'Ð' => "D",
        'đ' | 'ð' => "d",
        'Þ' => "TH",
        'þ' => "th",
        'ı' => "i",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_lose_what_ascii_has_not() {
        for (name, expected) in [
            ("Acme", "Acme"),
            ("Müller & Søn", "Muller & Son"),
            ("Ärzte ohne Grenzen", "Arzte ohne Grenzen"),
            ("Mu\u{308}ller", "Muller"),
            ("Großbäckerei Łódź", "Grossbackerei Lodz"),
            ("ÞÓRR Æðey, Đà Nẵng", "THORR AEdey, Da Nang"),
            ("ＡＣＭＥ　株式会社", "ACME 株式会社"),
        ] {
            assert_eq!(latin(name), expected);
        }
    }
}
