use database::{Timestamp, Tx, args, row};
use foundation::error::Result;
use foundation::id::ProjectId;
use foundation::tables::{Kept, Old, Owner, Table};

/// Minutes that a count is kept after the last failure, unless a lock lasts longer.
const KEPT: i64 = 24 * 60;

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM failed_attempts WHERE scope = $1 AND (kind, subject) IN
         (SELECT kind, subject FROM failed_attempts WHERE scope = $1 AND project_id = $3 ORDER BY kind, subject LIMIT $2)",
    ),
    of_project: Some(
        "DELETE FROM failed_attempts WHERE scope = $1 AND (kind, subject) IN
         (SELECT kind, subject FROM failed_attempts WHERE scope = $1 ORDER BY kind, subject LIMIT $2)",
    ),
    old: &[Old {
        delete: "DELETE FROM failed_attempts WHERE (scope, kind, subject) IN
                 (SELECT scope, kind, subject FROM failed_attempts
                  WHERE last_failed_at < $1 AND (locked_until IS NULL OR locked_until < $1)
                  ORDER BY last_failed_at LIMIT $2)",
        kept: Kept::Minutes(KEPT),
    }],
    ..Table::new("failed_attempts", Owner::Organization(&["scope", "project_id"]))
}];

/// Whose failures a row counts.
pub(super) struct Key<'a> {
    pub(super) project: &'a ProjectId,
    pub(super) scope: &'a str,
    pub(super) kind: &'static str,
    pub(super) subject: &'a str,
}

/// What is counted.
pub(super) struct Counted {
    pub(super) failures: i64,
    pub(super) last_failed_at: Timestamp,
    pub(super) locked_at: Option<Timestamp>,
    pub(super) locked_until: Option<Timestamp>,
}
row!(Counted { failures, last_failed_at, locked_at, locked_until });

pub(super) fn find(tx: &mut Tx, key: &Key) -> Result<Option<Counted>> {
    Ok(tx.optional(
        "SELECT failures, last_failed_at, locked_at, locked_until FROM failed_attempts
         WHERE scope = $1 AND kind = $2 AND subject = $3 AND project_id = $4",
        args![key.scope, key.kind, key.subject, key.project],
    )?)
}

/// Counts one more, anew if the last one was before `since`. Answers how many there were in a row.
pub(super) fn count(tx: &mut Tx, key: &Key, since: Timestamp, now: Timestamp) -> Result<i64> {
    let (failures,) = tx.one::<(i64,)>(
        "INSERT INTO failed_attempts (scope, kind, subject, project_id, failures, last_failed_at)
         VALUES ($1, $2, $3, $4, 1, $6)
         ON CONFLICT (scope, kind, subject) DO UPDATE
         SET failures = CASE WHEN failed_attempts.last_failed_at < $5 THEN 1 ELSE failed_attempts.failures + 1 END,
             last_failed_at = $6
         RETURNING failures",
        args![key.scope, key.kind, key.subject, key.project, since, now],
    )?;
    Ok(failures)
}

pub(super) fn lock(tx: &mut Tx, key: &Key, now: Timestamp, until: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE failed_attempts SET locked_at = $5, locked_until = $6
         WHERE scope = $1 AND kind = $2 AND subject = $3 AND project_id = $4",
        args![key.scope, key.kind, key.subject, key.project, now, until],
    )?;
    Ok(())
}

/// Ends a lock and begins the count anew; when the lock began is still known.
pub(super) fn unlock(tx: &mut Tx, key: &Key) -> Result<()> {
    tx.execute(
        "UPDATE failed_attempts SET failures = 0, locked_until = NULL
         WHERE scope = $1 AND kind = $2 AND subject = $3 AND project_id = $4",
        args![key.scope, key.kind, key.subject, key.project],
    )?;
    Ok(())
}

pub(super) fn forget(tx: &mut Tx, key: &Key) -> Result<()> {
    tx.execute_later(
        "DELETE FROM failed_attempts WHERE scope = $1 AND kind = $2 AND subject = $3 AND project_id = $4",
        args![key.scope, key.kind, key.subject, key.project],
    )?;
    Ok(())
}
