//! zxcvbn: how many guesses somebody would need who knows how people choose passwords.

/// How many characters are looked at. What comes behind only makes a password stronger.
const LOOKED_AT: usize = 100;
/// How many words of what is known of somebody are looked for, and how long each may be.
const MAX_WORDS: usize = 50;

/// How hard a password is to guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strength {
    /// 0 (up to 1,000 guesses) to 4 (more than 10,000,000,000).
    pub score: u8,
    /// What is wrong with it, in English; empty if there is nothing to say.
    pub warning: String,
    /// What would make it better, in English.
    pub suggestions: Vec<String>,
}

/// Estimates a password. `known` is what stands around its owner (address, name, organization): words of it count as if they
/// were in every dictionary. The year that it is comes from the clock of the machine, in which recent years are easy to guess.
pub fn zxcvbn(password: &str, known: &[&str]) -> Strength {
    let looked_at: String = password.chars().take(LOOKED_AT).collect();
    let parts = known.iter().flat_map(|text| std::iter::once(*text).chain(text.split(|c: char| !c.is_alphanumeric())));
    let words: Vec<&str> = parts.filter(|word| (3..=LOOKED_AT).contains(&word.len())).take(MAX_WORDS).collect();
    let entropy = ::zxcvbn::zxcvbn(&looked_at, &words);
    let feedback = entropy.feedback();
    Strength {
        score: entropy.score().into(),
        warning: feedback
            .and_then(|feedback| feedback.warning())
            .map(|warning| warning.to_string())
            .unwrap_or_default(),
        suggestions: feedback
            .map_or(&[][..], |feedback| feedback.suggestions())
            .iter()
            .map(ToString::to_string)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let strength = zxcvbn("password", &[]);
        assert_eq!((strength.score, strength.warning.as_str()), (0, "This is a top-10 common password."));
        assert!(!strength.suggestions.is_empty());
        let strong = zxcvbn("Gletscher zwischen 7 Wurzeln", &[]);
        assert_eq!((strong.score, strong.warning.as_str(), strong.suggestions.len()), (4, "", 0));
        assert_eq!(zxcvbn("", &[]).score, 0);
    }

    #[test]
    fn knows_the_owner() {
        let password = "wolkenstein";
        assert_eq!(zxcvbn(password, &[]).score, 3);
        assert!(zxcvbn(password, &["wolkenstein@grunwald.example"]).score < 3);
    }

    #[test]
    fn looks_at_no_more_than_it_must() {
        let long = "ab".repeat(50);
        assert_eq!(zxcvbn(&long, &[]), zxcvbn(&(long.clone() + "Gletscher"), &[]));
    }
}
