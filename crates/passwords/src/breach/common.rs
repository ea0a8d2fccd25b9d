//! The commonest passwords, compiled in.

use std::collections::HashSet;
use std::sync::LazyLock;

static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common.txt").lines().filter(|line| !line.starts_with("# ")).collect());

/// Whether a password is one of the 10,000 commonest, in whatever case.
pub fn is_common(password: &str) -> bool {
    COMMON.contains(password.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_commonest() {
        assert_eq!(COMMON.len(), 10_000);
        assert!(is_common("123456") && is_common("password1") && is_common("PassWord"));
        assert!(!is_common("") && !is_common("Gletscher zwischen 7 Wurzeln"));
    }
}
