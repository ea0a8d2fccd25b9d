//! Who is told, beside the audit log, what a request changes: in the same words, without the values.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A change, as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Noted {
    /// What was done, in the words of the audit log.
    pub action: String,
    /// What it was done to.
    pub object_id: String,
    /// The fields that were changed.
    pub fields: Vec<String>,
}

/// Somebody who sees what a request changes. A transaction that is run again begins anew for them too.
#[derive(Default)]
pub struct Witness(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    is_known: bool,
    noted: Vec<Noted>,
    changes: usize,
    remark: Option<String>,
}

/// How many changes of a request are told.
const MOST: usize = 20;

/// What a request has changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Testimony {
    /// Whether it is known who sent it.
    pub is_known: bool,
    /// The first changes.
    pub noted: Vec<Noted>,
    /// How many there were after those.
    pub untold: usize,
    /// What else there is to say.
    pub remark: Option<String>,
}

impl Witness {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It is known who sends the request, and what follows has not happened before.
    pub fn begin(&self) {
        *self.seen() = Seen { is_known: true, ..Seen::default() };
    }

    /// How far it has come.
    pub fn mark(&self) -> usize {
        self.seen().changes
    }

    /// Nothing of what came after a mark has happened.
    pub fn undo_to(&self, mark: usize) {
        let mut seen = self.seen();
        seen.noted.truncate(mark);
        seen.changes = mark;
    }

    /// Adds what is no change.
    pub fn remark(&self, remark: String) {
        self.seen().remark = Some(remark);
    }

    pub(crate) fn note(&self, noted: impl FnOnce() -> Noted) {
        let mut seen = self.seen();
        seen.changes += 1;
        if seen.noted.len() < MOST {
            seen.noted.push(noted());
        }
    }

    /// What it has seen.
    pub fn testimony(&self) -> Testimony {
        let Seen { is_known, noted, changes, remark } = std::mem::take(&mut *self.seen());
        Testimony { is_known, untold: changes.saturating_sub(noted.len()), noted, remark }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(action: &str) -> Noted {
        Noted { action: action.to_owned(), object_id: String::new(), fields: Vec::new() }
    }

    #[test]
    fn what_was_undone_is_not_told() {
        let witness = Witness::default();
        assert!(!Witness::default().testimony().is_known);
        witness.begin();
        witness.note(|| noted("a"));
        let mark = witness.mark();
        witness.note(|| noted("b"));
        witness.undo_to(mark);
        witness.note(|| noted("c"));
        let told = Testimony { is_known: true, noted: vec![noted("a"), noted("c")], untold: 0, remark: None };
        assert_eq!(witness.testimony(), told);
        witness.note(|| noted("d"));
        witness.begin();
        assert_eq!(witness.testimony().noted, []);
    }

    #[test]
    fn of_many_changes_the_first_are_told_and_how_many_there_were() {
        let witness = Witness::default();
        (0..MOST + 7).for_each(|_| witness.note(|| noted("a")));
        witness.undo_to(MOST + 5);
        let told = witness.testimony();
        assert_eq!((told.noted.len(), told.untold), (MOST, 5));
    }
}
