//! What a check changes of a session.

use database::Timestamp;
use foundation::id::OrganizationId;

/// What is new of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct News {
    pub(super) organization: OrganizationId,
    pub(super) last_use: Option<Timestamp>,
    pub(super) end: Option<End>,
}

/// An end that has moved away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) at: Timestamp,
    /// How often the end had been brought nearer when this one was set: if it has been since, this one is void.
    pub(super) shortened: i64,
}

impl News {
    /// Adds what has been learned later.
    pub(super) fn add(&mut self, later: News) {
        self.last_use = self.last_use.max(later.last_use);
        self.end = match (self.end, later.end) {
            (Some(a), Some(b)) => Some(if (a.shortened, a.at) > (b.shortened, b.at) { a } else { b }),
            (a, b) => a.or(b),
        };
    }
}
