//! What an error type most often comes from, and what to do about it.

/// For each type its name, its usual causes and the way out, each on a line of its own.
const HELP: &str = include_str!("help.txt");

/// What to know of an error type.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Help {
    pub(super) causes: &'static str,
    pub(super) mend: &'static str,
}

/// The help with a type.
pub(super) fn help(error_type: &str) -> Option<Help> {
    entries().find(|(known, _)| *known == error_type).map(|(_, help)| help)
}

fn entries() -> impl Iterator<Item = (&'static str, Help)> {
    HELP.split("\n\n").filter_map(|entry| {
        let mut lines = entry.trim().lines();
        Some((lines.next()?, Help { causes: lines.next()?, mend: lines.next()? }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::error::ApiError;

    #[test]
    fn every_type_has_help_once_in_whole_sentences() {
        let mut types: Vec<_> = ApiError::ALL.iter().map(|error| error.error_type()).collect();
        types.sort_unstable();
        types.dedup();
        let mut told: Vec<_> = entries().map(|(known, _)| known).collect();
        told.sort_unstable();
        assert_eq!(told, types);
        for (known, Help { causes, mend }) in entries() {
            for text in [causes, mend] {
                assert!(text.len() > 10 && text.ends_with(['.', ':', '-', '~']), "{known}: {text}");
            }
        }
        assert_eq!(HELP.trim().split("\n\n").find(|entry| entry.lines().count() != 3), None);
    }
}
