//! What a transaction has entered.
//!
//! PostgreSQL's row-level security compares the rows of tenants with it, in policies that a migration makes; a
//! transaction that has entered nothing sees nothing. SQLite has no such wall.

use crate::{Error, Result, mode::Mode};

/// The name for everything there is, of whatever tenant.
pub const EVERYTHING: &str = "*";

/// What the setting says while nothing is entered. It is never empty: that, or no setting at all, comes of a program
/// that knows of no scopes.
const NOTHING: &str = "none";

/// The names that were entered, and whether the database has been told.
#[derive(Default)]
pub(crate) struct Scope {
    entered: Vec<String>,
    visited: Vec<String>,
    changed: bool,
    told: String,
}

impl Scope {
    /// That of a transaction which begins.
    pub(crate) fn new(mode: Mode) -> Self {
        let mut scope = Scope { changed: true, ..Scope::default() };
        if mode == Mode::Migrate {
            scope.enter(EVERYTHING);
        }
        scope
    }

    /// Adds a name, for the rest of the transaction.
    pub(crate) fn enter(&mut self, name: &str) {
        if !self.entered.iter().any(|known| known == name) {
            self.entered.push(name.to_owned());
            self.changed = true;
        }
    }

    /// Adds a name until [`Scope::leave`].
    pub(crate) fn visit(&mut self, name: &str) {
        self.visited.push(name.to_owned());
        self.changed = true;
    }

    /// Ends the latest visit.
    pub(crate) fn leave(&mut self) {
        self.visited.pop();
        self.changed = true;
    }

    /// What the database is to be told, if it does not know yet.
    pub(crate) fn news(&mut self) -> Option<String> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let text = self.text();
        if text == self.told {
            return None;
        }
        self.told.clone_from(&text);
        Some(text)
    }

    /// What has been entered by now.
    pub(crate) fn text(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for name in self.entered.iter().chain(&self.visited) {
            if name == EVERYTHING {
                return EVERYTHING.to_owned();
            }
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        if names.is_empty() { NOTHING.to_owned() } else { names.join(",") }
    }
}

/// Names are identifiers. Anything else would not be found in a row, and must not reach the text of a statement.
pub(crate) fn check(name: &str) -> Result<()> {
    let is_identifier = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if name == EVERYTHING || (name != NOTHING && !name.is_empty() && name.bytes().all(is_identifier)) {
        return Ok(());
    }
    Err(Error::other(format!("{name:?} is no name that could be entered")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t07_a_transaction_says_what_it_has_entered_when_that_changes() {
        let mut scope = Scope::new(Mode::Read);
        assert_eq!(scope.news().as_deref(), Some("none"));
        assert_eq!(scope.news(), None);
        scope.enter("a");
        scope.visit("b");
        assert_eq!(scope.news().as_deref(), Some("a,b"));
        // What was visited and then entered stays, without saying so again.
        scope.enter("b");
        scope.leave();
        assert_eq!(scope.news(), None);
        scope.visit(EVERYTHING);
        scope.visit("c");
        assert_eq!(scope.news().as_deref(), Some("*"));
        scope.leave();
        scope.leave();
        assert_eq!(scope.news().as_deref(), Some("a,b"));
        assert_eq!(Scope::new(Mode::Migrate).news().as_deref(), Some("*"));
    }

    #[test]
    fn t07_only_identifiers_can_be_entered() {
        for good in ["project-test-0a", "A_1", "*"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["", "none", "a,b", "a'b", "a b", "**", "ä", "a\0", "a\\", "a;b"] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }
}
