//! What has changed, for those who remember rows.
//!
//! Triggers write the id of every row that changes into the table `changes`, in the transaction that changes it. Whoever
//! wants to use what it remembers first reads what is new there ([`Database::catch_up`](crate::Database::catch_up)), so
//! nothing committed before is missed, on whatever node. What is read there only raises counters. Several rows may share
//! one, and when in doubt all are raised: it costs the one who remembers a look at the row.

use crate::{Engine, Result, Timestamp, Tx, args};
use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::atomic::{AtomicU64, Ordering},
};

/// How many counters there are. Rows that share one are taken for changed when the other is.
const COUNTERS: u16 = 1 << 13;

/// How many changes are read at once, as the statements that read them say; who has missed more forgets everything.
pub(crate) const MOST: usize = 10_000;
/// What stands in the place of a row's id when changes up to a position, which follows, were deleted; alone, for every row.
const DELETED: &str = "*";

/// A row that somebody remembers.
#[derive(Debug, Clone, Copy)]
pub struct RowKey(u16);

impl RowKey {
    /// That of the row with this id, which is unique among all tables that are watched.
    pub fn of(id: &str) -> RowKey {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        // Smaller than COUNTERS, so nothing is cut off.
        RowKey((hasher.finish() % u64::from(COUNTERS)) as u16)
    }
}

/// How often rows have changed, as far as this process has learned.
pub(crate) struct Changes {
    counters: Box<[AtomicU64]>,
    everything: AtomicU64,
}

impl Default for Changes {
    fn default() -> Self {
        let counters = (0..COUNTERS).map(|_| AtomicU64::new(0)).collect();
        Changes { counters, everything: AtomicU64::new(0) }
    }
}

impl Changes {
    /// A number that grows when any of these rows changes.
    pub(crate) fn count(&self, rows: &[RowKey]) -> u64 {
        let of_rows = rows.iter().filter_map(|row| self.counter(*row)).map(|n| n.load(Ordering::Acquire)).sum::<u64>();
        of_rows + self.everything.load(Ordering::Acquire)
    }

    fn counter(&self, row: RowKey) -> Option<&AtomicU64> {
        self.counters.get(usize::from(row.0))
    }

    /// Counts rows that have changed, with commas between them, for one who has learned of all changes before a position.
    pub(crate) fn learn(&self, rows: &str, known_before: i64) {
        if rows.split(',').nth(MOST - 1).is_some() {
            return self.learn_everything();
        }
        for row in rows.split(',') {
            match row.strip_prefix(DELETED).map(str::parse::<i64>) {
                Some(Ok(position)) if position < known_before => {}
                Some(_) => self.learn_everything(),
                None => {
                    if let Some(counter) = self.counter(RowKey::of(row)) {
                        counter.fetch_add(1, Ordering::Release);
                    }
                }
            }
        }
    }

    /// Any row may have changed.
    pub(crate) fn learn_everything(&self) {
        self.everything.fetch_add(1, Ordering::Release);
    }
}

/// Deletes the changes before a time, at most so many, in a transaction that has entered everything, and says how many it
/// were. Those who have not learned of them will learn that they were deleted.
pub fn clean(tx: &mut Tx<'_>, engine: Engine, before: Timestamp, limit: u64) -> Result<u64> {
    let last = match engine {
        Engine::Sqlite => {
            "SELECT max(position) FROM
                 (SELECT position FROM changes WHERE changed_at < $1 ORDER BY position LIMIT $2) oldest"
        }
        // Up to the first transaction that still runs: what it changes comes at its own position.
        Engine::Postgres => {
            // What came with a dump from another server has positions that mean nothing here.
            tx.execute("DELETE FROM changes WHERE position > pg_current_xact_id()::text::bigint", &[])?;
            "SELECT max(position) FROM
                 (SELECT position FROM changes WHERE changed_at < $1 AND position > 0
                  AND position < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY position LIMIT $2) oldest"
        }
    };
    let Some(position) = tx.one::<(Option<i64>,)>(last, args![before, limit as i64])?.0 else { return Ok(0) };
    tx.execute("INSERT INTO changes (project_id, row_id) VALUES ('*', $1)", args![format!("{DELETED}{position}")])?;
    tx.execute("DELETE FROM changes WHERE position BETWEEN 1 AND $1", args![position])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_counted_for_its_row_and_everything_for_all() {
        let changes = Changes::default();
        let (a, b) = (RowKey::of("member-test-a"), RowKey::of("member-test-b"));
        let counts = |changes: &Changes| [changes.count(&[a]), changes.count(&[b]), changes.count(&[a, b])];
        changes.learn("member-test-a,organization-test-c", 5);
        assert_eq!(counts(&changes), [1, 0, 1]);
        // Deleted was only what this one knows of already.
        changes.learn("*4", 5);
        assert_eq!(counts(&changes), [1, 0, 1]);
        changes.learn("member-test-b,*5", 5);
        assert_eq!(counts(&changes), [2, 2, 3]);
        changes.learn("*not a number", 5);
        assert_eq!(counts(&changes), [3, 3, 4]);
    }
}
