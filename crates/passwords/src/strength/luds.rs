//! LUDS: a length, and kinds of characters (lower case, upper case, digits, symbols).

/// What a password must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Luds {
    /// How many characters.
    pub minimum_length: u32,
    /// How many of the four kinds.
    pub minimum_complexity: u32,
}

/// What a password has, and what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LudsFeedback {
    /// A letter from a to z.
    pub has_lower_case: bool,
    /// A letter from A to Z.
    pub has_upper_case: bool,
    /// A digit from 0 to 9.
    pub has_digit: bool,
    /// Any other character, also a letter beyond ASCII.
    pub has_symbol: bool,
    /// How many more of the kinds it must have.
    pub missing_complexity: u32,
    /// How many more characters it must have.
    pub missing_characters: u32,
}

impl LudsFeedback {
    /// Whether nothing is missing.
    pub fn is_enough(&self) -> bool {
        self.missing_complexity == 0 && self.missing_characters == 0
    }
}

/// Compares a password with what it must have. Characters are those of Unicode, whatever their number of bytes.
pub fn luds(password: &str, policy: &Luds) -> LudsFeedback {
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    let has_lower_case = has(|character| character.is_ascii_lowercase());
    let has_upper_case = has(|character| character.is_ascii_uppercase());
    let has_digit = has(|character| character.is_ascii_digit());
    let has_symbol = has(|character| !character.is_ascii_alphanumeric());
    let complexity = [has_lower_case, has_upper_case, has_digit, has_symbol].map(u32::from).iter().sum();
    let length = u32::try_from(password.chars().count()).unwrap_or(u32::MAX);
    LudsFeedback {
        has_lower_case,
        has_upper_case,
        has_digit,
        has_symbol,
        missing_complexity: policy.minimum_complexity.saturating_sub(complexity),
        missing_characters: policy.minimum_length.saturating_sub(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_missing() {
        for (password, kinds, missing_complexity, missing_characters) in [
            ("", [false, false, false, false], 3, 8),
            ("abcdefgh", [true, false, false, false], 2, 0),
            ("Abc1", [true, true, true, false], 0, 4),
            ("ABC-123!", [false, true, true, true], 0, 0),
            // Eight characters, of which the letters beyond ASCII are symbols.
            ("äöüßÄÖÜ1", [false, false, true, true], 1, 0),
            ("密码密码密码密码", [false, false, false, true], 2, 0),
            (" ", [false, false, false, true], 2, 7),
        ] {
            let feedback = luds(password, &Luds { minimum_length: 8, minimum_complexity: 3 });
            let has = [feedback.has_lower_case, feedback.has_upper_case, feedback.has_digit, feedback.has_symbol];
            assert_eq!(has, kinds, "{password}");
            assert_eq!(feedback.missing_complexity, missing_complexity, "{password}");
            assert_eq!(feedback.missing_characters, missing_characters, "{password}");
            assert_eq!(feedback.is_enough(), missing_complexity + missing_characters == 0);
        }
    }
}
