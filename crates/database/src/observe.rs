//! What metrics learn of each transaction.

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
}

/// One finished transaction.
#[derive(Debug, Clone, Copy)]
pub struct Observation {
    /// [`Database::write`](crate::Database::write), as opposed to `read`.
    pub write: bool,
    /// How long it waited for a connection or for the writer.
    pub queued: Duration,
    /// How long it ran after that, until the answer: statements, repetitions and commit.
    pub ran: Duration,
    /// How it ended.
    pub outcome: Outcome,
}
