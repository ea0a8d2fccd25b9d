//! Why something is refused, as a sentence for people.

/// Begins with a capital, unless that would change a name, and ends with a full stop or a question mark.
pub(crate) fn sentence(text: impl ToString) -> String {
    let text = text.to_string();
    let first_word = text.split(' ').next().unwrap_or_default();
    let is_word = first_word.trim_end_matches(['.', ',', ':', '?']).chars().all(char::is_alphabetic);
    let mut characters = text.chars();
    let first: String = match characters.next() {
        Some(first) if is_word => first.to_uppercase().collect(),
        Some(first) => first.into(),
        None => String::new(),
    };
    let rest = characters.as_str().trim_end_matches('.');
    if rest.ends_with('?') { format!("{first}{rest}") } else { format!("{first}{rest}.") }
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn names_stay_as_they_are() {
        let cases = [
            ("the issuer is \"a\"", "The issuer is \"a\"."),
            ("c_hash is another", "c_hash is another."),
            ("done.", "Done."),
            ("done?", "Done?"),
            ("", "."),
        ];
        for (text, told) in cases {
            assert_eq!(sentence(text), told);
        }
    }
}
