use crate::search;
use database::{Timestamp, Tx, args, row};
use foundation::error::Result;
use foundation::id::{OrganizationId, OutboxId, ProjectId};
use foundation::keys::{Purpose, Sealed};
use foundation::tables::{Kept, Old, Owner, Table};
use foundation::time;
use serde::Serialize;

/// Days that messages stay in the outbox.
const KEPT: i64 = 7 * 24 * 60;

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[MESSAGES, COUNTS];

const MESSAGES: Table = Table {
    of_organization: Some(
        "DELETE FROM outbox WHERE id IN
         (SELECT id FROM outbox WHERE organization_id = $1 AND project_id = $3 ORDER BY id LIMIT $2)",
    ),
    of_project: Some(
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE project_id = $1 ORDER BY id LIMIT $2)",
    ),
    old: &[
        Old {
            delete: "DELETE FROM outbox WHERE id IN
                     (SELECT id FROM outbox WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
            kept: Kept::Minutes(KEPT),
        },
        // What was given up is of no use any more: the secret in it goes.
        Old {
            delete: "UPDATE outbox SET sealed_body = NULL WHERE id IN
                     (SELECT id FROM outbox WHERE status = 'failed' AND sealed_body IS NOT NULL AND expires_at < $1
                      ORDER BY expires_at LIMIT $2)",
            kept: Kept::Minutes(0),
        },
    ],
    sealed: Some(SEALED),
    ..Table::new("outbox", Owner::Project("project_id"))
};

/// Minutes for which mails are counted.
const COUNTED: i64 = 60;

/// Mails to strangers. What counts for a project outlives the organization that caused it.
const COUNTS: Table = Table {
    of_organization: Some(
        "DELETE FROM mail_counts WHERE project_id = $3 AND (counted, message_id) IN
         (SELECT counted, message_id FROM mail_counts
          WHERE project_id = $3 AND (counted = $1 OR (counted > $1 || '/' AND counted < $1 || '0')) LIMIT $2)",
    ),
    of_project: Some(
        "DELETE FROM mail_counts WHERE project_id = $1 AND (counted, message_id) IN
         (SELECT counted, message_id FROM mail_counts WHERE project_id = $1 ORDER BY counted, message_id LIMIT $2)",
    ),
    old: &[Old {
        delete:
            "DELETE FROM mail_counts WHERE (project_id, counted, message_id) IN
                 (SELECT project_id, counted, message_id FROM mail_counts WHERE sent_at < $1 ORDER BY sent_at LIMIT $2)",
        kept: Kept::Minutes(COUNTED),
    }],
    ..Table::new("mail_counts", Owner::Project("project_id"))
};

/// Where a message is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// To be delivered, now or after a failed attempt.
    Waiting,
    Delivered,
    /// Given up: refused for good, or too late. It can be tried again while it is of use.
    Failed,
    /// Never to be delivered: written only so that it takes as long as the others.
    Suppressed,
}

impl Status {
    /// Its name, in the database and for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Waiting => "waiting",
            Status::Delivered => "delivered",
            Status::Failed => "failed",
            Status::Suppressed => "suppressed",
        }
    }
}

impl database::FromValue for Status {
    fn from_value(value: database::Value) -> Option<Self> {
        let all = [Status::Waiting, Status::Delivered, Status::Failed, Status::Suppressed];
        let text = String::from_value(value)?;
        all.into_iter().find(|status| status.as_str() == text)
    }
}

pub(super) struct Stored {
    pub(super) id: OutboxId,
    pub(super) kind: String,
    pub(super) recipient: String,
    pub(super) sealed_body: Option<Vec<u8>>,
    pub(super) status: Status,
    pub(super) attempts: i64,
    pub(super) last_error: Option<String>,
    pub(super) created_at: Timestamp,
    expires_at: Option<Timestamp>,
}
row!(Stored { id, kind, recipient, sealed_body, status, attempts, last_error, created_at, expires_at });

/// Minutes that a message is of use that a program from before this was said has written.
const USEFUL: i64 = 24 * 60;

impl Stored {
    /// When it is of no use any more.
    pub(super) fn useful_until(&self) -> Timestamp {
        self.expires_at.unwrap_or(time::after_minutes(self.created_at, USEFUL))
    }
}

/// The messages themselves.
const SEALED: Sealed = Sealed {
    column: "outbox.sealed_body",
    purpose: Purpose::OutboxBody,
    others: |tx, project, header, after, limit| {
        Ok(tx.all(
            "SELECT id, sealed_body FROM outbox WHERE project_id = $1 AND sealed_body IS NOT NULL
             AND substr(sealed_body, 1, 4) <> $2 AND id > $3 ORDER BY id LIMIT $4",
            args![project, header, after, limit],
        )?)
    },
    replace: |tx, project, row, before, after| {
        tx.execute(
            "UPDATE outbox SET sealed_body = $4 WHERE project_id = $1 AND id = $2 AND sealed_body = $3",
            args![project, row, before, after],
        )?;
        Ok(())
    },
    count: |tx, project| {
        Ok(tx.all(
            "SELECT substr(sealed_body, 1, 4), COUNT(*) FROM outbox WHERE project_id = $1 AND sealed_body IS NOT NULL
             GROUP BY substr(sealed_body, 1, 4)",
            args![project],
        )?)
    },
};

/// A message to be stored.
pub(super) struct New<'a> {
    pub(super) id: &'a OutboxId,
    pub(super) kind: &'static str,
    pub(super) recipient: &'a str,
    pub(super) destination: &'a str,
    pub(super) organization: Option<&'a OrganizationId>,
    pub(super) sealed_body: Vec<u8>,
    pub(super) status: Status,
    pub(super) useful_until: Timestamp,
}

pub(super) fn insert(tx: &mut Tx, project: &ProjectId, new: New, now: Timestamp) -> Result<()> {
    tx.execute_later(
        "INSERT INTO outbox (id, project_id, kind, recipient, sealed_body, status, attempts, due_at, created_at,
                             organization_id, expires_at, destination)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11)",
        args![
            new.id,
            project,
            new.kind,
            new.recipient,
            new.sealed_body,
            new.status.as_str(),
            0i64,
            now,
            new.organization,
            new.useful_until,
            new.destination
        ],
    )?;
    Ok(())
}

const NTH_LATEST: &str = "SELECT created_at FROM outbox WHERE project_id = $1 AND recipient = $2
         ORDER BY created_at DESC LIMIT 1 OFFSET $3";

/// That [`nth_latest`] will follow.
pub(super) fn prefetch_nth_latest(tx: &mut Tx, project: &ProjectId, recipient: &str, n: i64) -> Result<()> {
    Ok(tx.prefetch(NTH_LATEST, args![project, recipient, n - 1])?)
}

/// When the last but so many messages of a recipient were written; those too that nobody got.
pub(super) fn nth_latest(tx: &mut Tx, project: &ProjectId, recipient: &str, n: i64) -> Result<Option<Timestamp>> {
    let row = tx.optional::<(Timestamp,)>(NTH_LATEST, args![project, recipient, n - 1])?;
    Ok(row.map(|(at,)| at))
}

/// When the last but so many mails were sent that count for somebody.
pub(super) fn nth_latest_counted(tx: &mut Tx, project: &ProjectId, counted: &str, n: i64) -> Result<Option<Timestamp>> {
    let row = tx.optional::<(Timestamp,)>(
        "SELECT sent_at FROM mail_counts WHERE project_id = $1 AND counted = $2 ORDER BY sent_at DESC LIMIT 1 OFFSET $3",
        args![project, counted, n - 1],
    )?;
    Ok(row.map(|(at,)| at))
}

/// Counts a mail for somebody.
pub(super) fn count(tx: &mut Tx, project: &ProjectId, counted: &str, id: &OutboxId, now: Timestamp) -> Result<()> {
    tx.execute_later(
        "INSERT INTO mail_counts (project_id, counted, sent_at, message_id) VALUES ($1, $2, $3, $4)",
        args![project, counted, now, id],
    )?;
    Ok(())
}

/// Whether there is a message of a kind to be claimed for a destination that is not full: see [`claim`].
pub(super) fn is_due(tx: &mut Tx, kind: &str, now: Timestamp, full: &str) -> Result<bool> {
    let row = tx.optional::<(OutboxId,)>(
        "SELECT id FROM outbox WHERE kind = $1 AND status = $2 AND due_at <= $3
         AND $4 NOT LIKE '%|' || COALESCE(destination, '') || '|%' ORDER BY due_at LIMIT 1",
        args![kind, Status::Waiting.as_str(), now, full],
    )?;
    Ok(row.is_some())
}

/// Claims the messages of a kind that are due until `leased_until`; whoever dies with one leaves it to the next after
/// that. What a deleted organization had to say stays, and what goes to a destination that is `full`: their names, each
/// between bars.
pub(super) fn claim(
    tx: &mut Tx,
    kind: &str,
    now: Timestamp,
    leased_until: Timestamp,
    limit: i64,
    full: &str,
) -> Result<Vec<Stored>> {
    Ok(tx.all(
        "UPDATE outbox SET due_at = $1, attempts = attempts + 1
         WHERE id IN (SELECT m.id FROM outbox m WHERE m.kind = $4 AND m.status = $2 AND m.due_at <= $3
                      AND NOT EXISTS (SELECT 1 FROM deleted_organizations d
                                      WHERE d.project_id = m.project_id AND d.organization_id = m.organization_id)
                      AND $6 NOT LIKE '%|' || COALESCE(m.destination, '') || '|%'
                      ORDER BY m.due_at, m.id LIMIT $5)
         RETURNING id, kind, recipient, sealed_body, status, attempts, last_error, created_at, expires_at",
        args![leased_until, Status::Waiting.as_str(), now, kind, limit, full],
    )?)
}

/// Delivered: the secret in it is no longer needed.
pub(super) fn delivered(tx: &mut Tx, id: &OutboxId) -> Result<()> {
    tx.execute(
        "UPDATE outbox SET status = $2, sealed_body = NULL, last_error = NULL WHERE id = $1",
        args![id, Status::Delivered.as_str()],
    )?;
    Ok(())
}

/// Given up because it is of no use any more, and so is what is in it.
pub(super) fn too_late(tx: &mut Tx, id: &OutboxId, error: &str) -> Result<()> {
    tx.execute(
        "UPDATE outbox SET status = $2, sealed_body = NULL, last_error = $3 WHERE id = $1",
        args![id, Status::Failed.as_str(), error],
    )?;
    Ok(())
}

/// Refused. What is in it stays until it is of no use any more.
pub(super) fn failed(tx: &mut Tx, id: &OutboxId, error: &str) -> Result<()> {
    tx.execute(
        "UPDATE outbox SET status = $2, last_error = $3 WHERE id = $1",
        args![id, Status::Failed.as_str(), error],
    )?;
    Ok(())
}

/// Has messages tried again that were given up and are of use still; how many.
pub(super) fn revive_failed(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<u64> {
    Ok(tx.execute(
        "UPDATE outbox SET status = $1, due_at = $2, attempts = 0 WHERE id IN
         (SELECT id FROM outbox WHERE status = 'failed' AND sealed_body IS NOT NULL AND expires_at > $2
          ORDER BY expires_at LIMIT $3)",
        args![Status::Waiting.as_str(), now, limit],
    )?)
}

/// Has messages of a kind tried now that wait for their next attempt, longer than any attempt lasts; how many.
pub(super) fn hurry(tx: &mut Tx, kind: &str, now: Timestamp, leased_until: Timestamp, limit: i64) -> Result<u64> {
    Ok(tx.execute(
        "UPDATE outbox SET due_at = $3, attempts = 0 WHERE id IN
         (SELECT id FROM outbox WHERE kind = $1 AND status = $2 AND due_at > $4 ORDER BY due_at LIMIT $5)",
        args![kind, Status::Waiting.as_str(), now, leased_until, limit],
    )?)
}

pub(super) fn retry(tx: &mut Tx, id: &OutboxId, due_at: Timestamp, error: &str) -> Result<()> {
    tx.execute("UPDATE outbox SET due_at = $2, last_error = $3 WHERE id = $1", args![id, due_at, error])?;
    Ok(())
}

/// Gives a message back that was claimed in vain.
pub(super) fn release(tx: &mut Tx, id: &OutboxId, due_at: Timestamp, error: &str) -> Result<()> {
    tx.execute(
        "UPDATE outbox SET due_at = $2, attempts = attempts - 1, last_error = $3 WHERE id = $1",
        args![id, due_at, error],
    )?;
    Ok(())
}

/// The latest messages, newest first: those older than another, and those whose recipient has this in it.
pub(super) fn latest(tx: &mut Tx, before: Option<&Stored>, to: &str, limit: i64) -> Result<Vec<Stored>> {
    let (created_at, id) = before.map(|row| (row.created_at, row.id.as_str())).unzip();
    let to: String = to.chars().filter(|character| !character.is_control()).collect();
    let pattern = if to.is_empty() { to } else { search::containing(&to) };
    Ok(tx.all(
        "SELECT id, kind, recipient, sealed_body, status, attempts, last_error, created_at, expires_at
         FROM outbox WHERE status <> $1 AND ($2 = '' OR lower(recipient) LIKE $2 ESCAPE '\\')
         AND (created_at < $3 OR (created_at = $3 AND id < $4) OR $3 IS NULL)
         ORDER BY created_at DESC, id DESC LIMIT $5",
        args![Status::Suppressed.as_str(), pattern, created_at, id, limit],
    )?)
}

/// The latest of a project, newest first.
pub(super) fn latest_of(tx: &mut Tx, project: &ProjectId, limit: i64) -> Result<Vec<Stored>> {
    Ok(tx.all(
        "SELECT id, kind, recipient, sealed_body, status, attempts, last_error, created_at, expires_at
         FROM outbox WHERE project_id = $1 AND status <> $2 ORDER BY created_at DESC, id DESC LIMIT $3",
        args![project, Status::Suppressed.as_str(), limit],
    )?)
}

/// Deletes a project's messages, or those to one recipient.
pub(super) fn delete_of(tx: &mut Tx, project: &ProjectId, recipient: Option<&str>) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE project_id = $1 AND (recipient = $2 OR $2 IS NULL)",
        args![project, recipient],
    )?;
    Ok(())
}

pub(super) fn find(tx: &mut Tx, id: &OutboxId) -> Result<Option<Stored>> {
    Ok(tx.optional(
        "SELECT id, kind, recipient, sealed_body, status, attempts, last_error, created_at, expires_at
         FROM outbox WHERE id = $1 AND status <> $2",
        args![id, Status::Suppressed.as_str()],
    )?)
}

/// How many messages of each kind wait, and since when the first of them does.
pub(super) fn waiting(tx: &mut Tx) -> Result<Vec<(String, i64, Timestamp)>> {
    Ok(tx.all(
        "SELECT kind, COUNT(*), MIN(created_at) FROM outbox WHERE status = $1 GROUP BY kind",
        args![Status::Waiting.as_str()],
    )?)
}
