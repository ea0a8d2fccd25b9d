//! What somebody may have meant.

/// How many are told.
const MOST: usize = 5;
/// Longer words are not compared: anybody can send them.
const LONGEST: usize = 100;

/// Those of the known words that are most like this one, the nearest first.
pub(super) fn near<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    if word.len() > LONGEST {
        return Vec::new();
    }
    let word = word.to_lowercase();
    let mut found: Vec<_> = known.map(|other| (differences(&word, other), other)).collect();
    found.retain(|(differences, other)| {
        let is_part = word.len() > 3 && (other.contains(&word) || word.contains(other));
        is_part || differences * 3 <= other.len().min(word.len())
    });
    found.sort();
    found.into_iter().take(MOST).map(|(_, other)| other).collect()
}

/// How many letters have to be added, taken away or replaced (Levenshtein).
fn differences(one: &str, other: &str) -> usize {
    let other: Vec<_> = other.chars().collect();
    let mut row: Vec<_> = (0..=other.len()).collect();
    for (n, letter) in one.chars().enumerate() {
        let mut before = n;
        if let Some(first) = row.first_mut() {
            *first = n + 1;
        }
        for (place, known) in other.iter().enumerate() {
            let (above, left) = (row.get(place + 1).copied(), row.get(place).copied());
            let (above, left) = (above.unwrap_or_default(), left.unwrap_or_default());
            let cheapest = (before + usize::from(letter != *known)).min(above + 1).min(left + 1);
            before = above;
            if let Some(here) = row.get_mut(place + 1) {
                *here = cheapest;
            }
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted() {
        for (one, other, expected) in
            [("", "", 0), ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "", 3), ("kitten", "sitting", 3)]
        {
            assert_eq!(differences(one, other), expected, "{one} {other}");
            assert_eq!(differences(other, one), expected, "{other} {one}");
        }
    }

    #[test]
    fn the_nearest_come_first() {
        let known = ["member_not_found", "session_not_found", "invalid_code", "weak_password"];
        let near = |word: &str| super::near(word, known.into_iter());
        assert_eq!(near("membr_not_found").first(), Some(&"member_not_found"));
        assert_eq!(near("Weak-Password"), ["weak_password"]);
        assert_eq!(near("password"), ["weak_password"]);
        assert_eq!(near("banana"), Vec::<&str>::new());
        assert_eq!(near(&"w".repeat(300)), Vec::<&str>::new());
    }
}
