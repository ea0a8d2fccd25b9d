//! Names in which no mail reader finds a link.

use super::one_line::one_line;

/// The same name with a space wherever a mail reader would see a link or an address begin to make sense.
///
/// Anybody may name an organization, and have this server mail the name to strangers: `You won, see evil.example` must
/// stay words. Readers make links of what has no markup: `https://…`, `www.…`, `evil.example`, `me@evil.example`,
/// `mailto:…`, `\\server`. None of them goes on after a space, and people read past one. Numbers keep their point.
pub(crate) fn unlinked(name: &str) -> String {
    name.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// An address as it is, unless a reader might take it for the address of a page: what stands before the at sign may be chosen
/// by whoever asks for the mail, as in `ada+www.evil.example/x@acme.example`.
pub(crate) fn unlinked_address(address: &str) -> String {
    let local = address.split('@').next().unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let is_page = local.split(['.', '+', '-', '_']).any(|part| part.eq_ignore_ascii_case("www"));
    match local.chars().all(is_plain) && !is_page {
        true => one_line(address),
        false => one_line(&unlinked(&one_line(address))),
    }
}

fn word(word: &str) -> String {
    if is_number(word) {
        return word.to_owned();
    }
    let mut spaced = String::with_capacity(word.len() + 8);
    let mut characters = word.chars().peekable();
    while let Some(character) = characters.next() {
        spaced.push(character);
        if joins(character) && characters.peek().is_some() {
            spaced.push(' ');
        }
    }
    spaced
}

/// What holds a link together: dots, as whatever a reader or a browser takes for one (UTS 46, section 4), colons,
/// slashes, backslashes, and the at signs.
fn joins(character: char) -> bool {
    matches!(character, '.' | '\u{2024}' | '\u{3002}' | '\u{fe52}' | '\u{ff0e}' | '\u{ff61}')
        || matches!(character, ':' | '\u{fe55}' | '\u{ff1a}' | '\\' | '\u{ff3c}' | '@' | '\u{fe6b}' | '\u{ff20}')
}

/// As in "Team 2.0".
fn is_number(word: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    word.split_once('.').is_some_and(|(whole, part)| is_digits(whole) && is_digits(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_would_link_is_pulled_apart() {
        for (name, plain) in [
            ("You won https://evil.example/x?y", "You won https: //evil. example/x?y"),
            ("www.evil.example", "www. evil. example"),
            ("WWW.EVIL.EXAMPLE", "WWW. EVIL. EXAMPLE"),
            ("me@evil.example", "me@ evil. example"),
            ("mailto:me", "mailto: me"),
            ("evil\u{3002}example \u{ff45}\u{ff0e}example", "evil\u{3002} example \u{ff45}\u{ff0e} example"),
            ("evil\u{2024}example", "evil\u{2024} example"),
            (r"\\evil\share", r"\ \ evil\ share"),
            ("http://127.0.0.1/", "http: //127. 0. 0. 1/"),
            ("10.0.0.1", "10. 0. 0. 1"),
        ] {
            assert_eq!(unlinked(name), plain);
        }
    }

    #[test]
    fn an_address_stays_unless_it_looks_like_that_of_a_page() {
        for address in ["ada@acme.example", "ada.lovelace+sales@acme.example", "a_b-c@x.example"] {
            assert_eq!(unlinked_address(address), address);
        }
        for address in ["ada+www.evil.example@acme.example", "evil.example/x@acme.example", "www.evil@acme.example"] {
            let shown = unlinked_address(address);
            assert!(!shown.contains(".e") && !shown.contains("@a"), "{shown}");
        }
    }

    #[test]
    fn other_names_stay() {
        for name in ["Acme Inc.", "Team 2.0", "Müller & Söhne", "A/B Testing", "Blue: the team", "Sales - EMEA", ""] {
            assert_eq!(unlinked(name), name);
        }
    }
}
