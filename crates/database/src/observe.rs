//! What metrics learn of each transaction.

use crate::Error;
use std::time::Duration;

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is in the database (or, for a read, was answered).
    Committed,
    /// Its closure refused, or the database refused a statement of it.
    RolledBack,
    /// Others got in between until it gave up.
    Conflict,
    /// The database could not be reached or could not write.
    Unavailable,
    /// The same, because its disk is full.
    NoSpace,
    /// It was a scan and took too long.
    TooSlow,
}

impl Outcome {
    /// That of a transaction which ends with this error of the database.
    pub(crate) fn of(error: &Error) -> Outcome {
        match error {
            Error::Conflict => Outcome::Conflict,
            Error::Unavailable(_) => Outcome::Unavailable,
            Error::NoSpace(_) => Outcome::NoSpace,
            Error::TooSlow(_) => Outcome::TooSlow,
            Error::Unique(_) | Error::Other(_) => Outcome::RolledBack,
        }
    }
}

/// What a transaction was for: by which method of [`Database`](crate::Database) it was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Read,
    /// `check` or `catch_up`.
    Check,
    Scan,
    /// `write` or `migrate`.
    Write,
}

/// One finished transaction.
#[derive(Debug, Clone, Copy)]
pub struct Observation {
    /// What it was for.
    pub kind: Kind,
    /// How long it waited for a connection or for the writer.
    pub queued: Duration,
    /// How long it ran after that, until the answer: statements, repetitions and commit.
    pub ran: Duration,
    /// How it ended.
    pub outcome: Outcome,
    /// How often it was run anew, after a conflict or because a connection was lost.
    pub repeats: u32,
}
