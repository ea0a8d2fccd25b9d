//! How busy the ways to the database are.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The connections that one kind of transactions has, at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// `read`, `check`, `scan` or `write`; where reads and writes share connections they are `write`.
    pub name: &'static str,
    /// How many there can be.
    pub size: usize,
    /// How many are lent.
    pub in_use: usize,
    /// How many transactions wait for one.
    pub waiting: usize,
}

/// What is known of a database without asking it.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// By kind of transactions.
    pub lanes: Vec<Lane>,
    /// The bytes of SQLite's files: `database` and `log`.
    pub files: Vec<(&'static str, u64)>,
    /// How often SQLite's log was copied into the database.
    pub copies: Option<u64>,
}

/// Who waits for something.
#[derive(Debug, Default)]
pub(crate) struct Waiters(AtomicUsize);

/// One of them, until it is dropped.
pub(crate) struct Waits<'a>(&'a Waiters);

impl Waiters {
    /// One more, until what is answered is dropped.
    pub(crate) fn one(&self) -> Waits<'_> {
        self.0.fetch_add(1, Relaxed);
        Waits(self)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Relaxed)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_stopped_waiting_is_not_counted() {
        let waiters = Waiters::default();
        let (first, second) = (waiters.one(), waiters.one());
        assert_eq!(waiters.count(), 2);
        drop(first);
        assert_eq!(waiters.count(), 1);
        drop(second);
        assert_eq!(waiters.count(), 0);
    }
}
