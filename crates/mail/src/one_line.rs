//! Making text that other people chose fit on one line.

/// The longest name or subject that a mail shows; beyond it an ellipsis stands.
const LIMIT: usize = 200;

/// The same text without line breaks or other control characters, single-spaced and cut to a readable length.
///
/// A line break would start a new header, or a new paragraph that seems to be ours; the marks that turn the writing
/// direction around can make a name read as something else.
pub(crate) fn one_line(text: &str) -> String {
    let visible = text.chars().map(|c| if breaks_lines(c) { ' ' } else { c }).filter(|c| !turns_direction(*c));
    let visible: String = visible.collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LIMIT {
        return line;
    }
    line.chars().take(LIMIT - 1).chain(['…']).collect()
}

fn breaks_lines(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_starts_a_second_line() {
        assert_eq!(one_line("Acme\r\nBcc: x@y.example\u{2028}\0 end"), "Acme Bcc: x@y.example end");
        assert_eq!(one_line("a\u{202e}b"), "ab");
        assert_eq!(one_line("  Ünïcode \t name "), "Ünïcode name");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let cut = one_line(&"é".repeat(1000));
        assert_eq!(cut.chars().count(), LIMIT);
        assert!(cut.ends_with('…'));
    }
}
