use super::{Account, Event};
use database::{FromRow, Row, Timestamp, Tx, args, row};
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, OnUnique as _, Result};
use foundation::id::OperatorId;
use foundation::tables::{Kept, Old, Owner, Table};

/// The tables of this subject.
pub(crate) const TABLES: &[Table] = &[
    Table::new("operators", Owner::Nobody),
    Table {
        old: &[Old {
            delete: "DELETE FROM operator_sessions WHERE token_hash IN
                     (SELECT token_hash FROM operator_sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
            kept: Kept::Minutes(0),
        }],
        ..Table::new("operator_sessions", Owner::Nobody)
    },
    Table {
        old: &[Old {
            delete: "DELETE FROM operator_events WHERE id IN
                     (SELECT id FROM operator_events WHERE occurred_at < $1 ORDER BY occurred_at LIMIT $2)",
            kept: Kept::AsAudit,
        }],
        ..Table::new("operator_events", Owner::Nobody)
    },
];

impl FromRow for Account {
    fn from_row(row: &mut Row) -> database::Result<Self> {
        Ok(Account {
            operator_id: row.get("id")?,
            email_address: EmailAddress::stored(row.get("email_address")?),
            password_hash: row.get("password_hash")?,
            generation: row.get("generation")?,
            created_at: row.get("created_at")?,
            signed_in_at: row.get("signed_in_at")?,
        })
    }
}

pub(super) fn exist(tx: &mut Tx) -> Result<bool> {
    Ok(tx.optional::<(OperatorId,)>("SELECT id FROM operators LIMIT 1", args![])?.is_some())
}

pub(super) fn insert(tx: &mut Tx, account: &Account) -> Result<()> {
    tx.execute(
        "INSERT INTO operators (id, email_address, password_hash, generation, created_at) VALUES ($1, $2, $3, $4, $5)",
        args![
            &account.operator_id,
            account.email_address.as_str(),
            &account.password_hash,
            account.generation,
            account.created_at
        ],
    )
    .on_unique("operators_email_address_key", ApiError::DuplicateOperator)?;
    Ok(())
}

pub(super) fn find(tx: &mut Tx, email: &EmailAddress) -> Result<Option<Account>> {
    Ok(tx.optional("SELECT * FROM operators WHERE email_address = $1", args![email.as_str()])?)
}

pub(super) fn all(tx: &mut Tx) -> Result<Vec<Account>> {
    Ok(tx.all("SELECT * FROM operators WHERE id > $1 ORDER BY id LIMIT 1000", args![""])?)
}

pub(super) fn delete(tx: &mut Tx, id: &OperatorId) -> Result<()> {
    tx.execute("DELETE FROM operators WHERE id = $1", args![id])?;
    Ok(())
}

/// Sets another password.
pub(super) fn set_password(tx: &mut Tx, id: &OperatorId, hash: &str) -> Result<()> {
    tx.execute("UPDATE operators SET password_hash = $2, generation = generation + 1 WHERE id = $1", args![id, hash])?;
    Ok(())
}

/// Keeps a better hash of the same password.
pub(super) fn upgrade(tx: &mut Tx, account: &Account, hash: &str) -> Result<()> {
    tx.execute(
        "UPDATE operators SET password_hash = $3 WHERE id = $1 AND generation = $2",
        args![&account.operator_id, account.generation, hash],
    )?;
    Ok(())
}

pub(super) fn note_sign_in(tx: &mut Tx, id: &OperatorId, now: Timestamp) -> Result<()> {
    tx.execute("UPDATE operators SET signed_in_at = $2 WHERE id = $1", args![id, now])?;
    Ok(())
}

/// A session that is to be, or is.
pub(super) struct Session {
    pub(super) operator_id: OperatorId,
    pub(super) last_used_at: Timestamp,
    pub(super) expires_at: Timestamp,
}
row!(Session { operator_id, last_used_at, expires_at });

pub(super) fn insert_session(tx: &mut Tx, hash: &[u8; 32], session: &Session, ip_address: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO operator_sessions (token_hash, operator_id, started_at, last_used_at, expires_at, ip_address)
         VALUES ($1, $2, $3, $3, $4, $5)",
        args![hash.as_slice(), &session.operator_id, session.last_used_at, session.expires_at, ip_address],
    )?;
    Ok(())
}

/// A session, whose operator is there.
pub(super) fn session(tx: &mut Tx, hash: &[u8; 32]) -> Result<Option<(Session, Account)>> {
    let session = tx.optional::<Session>(
        "SELECT operator_id, last_used_at, expires_at FROM operator_sessions WHERE token_hash = $1",
        args![hash.as_slice()],
    )?;
    let Some(session) = session else { return Ok(None) };
    let account = tx.optional("SELECT * FROM operators WHERE id = $1", args![&session.operator_id])?;
    Ok(account.map(|account| (session, account)))
}

pub(super) fn note_use(tx: &mut Tx, hash: &[u8; 32], now: Timestamp) -> Result<()> {
    tx.execute("UPDATE operator_sessions SET last_used_at = $2 WHERE token_hash = $1", args![hash.as_slice(), now])?;
    Ok(())
}

/// Ends a session; whether there was one.
pub(super) fn end_session(tx: &mut Tx, hash: &[u8; 32]) -> Result<bool> {
    Ok(tx.execute("DELETE FROM operator_sessions WHERE token_hash = $1", args![hash.as_slice()])? > 0)
}

pub(super) fn end_sessions(tx: &mut Tx, id: &OperatorId) -> Result<()> {
    tx.execute("DELETE FROM operator_sessions WHERE operator_id = $1", args![id])?;
    Ok(())
}

row!(Event { id, occurred_at, action, operator, email_address, request_id, ip_address });

pub(super) fn insert_event(tx: &mut Tx, event: &Event) -> Result<()> {
    tx.execute_later(
        "INSERT INTO operator_events (id, occurred_at, action, operator, email_address, request_id, ip_address)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            &event.id,
            event.occurred_at,
            &event.action,
            &event.operator,
            &event.email_address,
            &event.request_id,
            &event.ip_address
        ],
    )?;
    Ok(())
}

/// Some events before this one, newest first.
pub(super) fn events(tx: &mut Tx, before: &str, limit: i64) -> Result<Vec<Event>> {
    Ok(tx.all("SELECT * FROM operator_events WHERE id < $1 ORDER BY id DESC LIMIT $2", args![before, limit])?)
}
