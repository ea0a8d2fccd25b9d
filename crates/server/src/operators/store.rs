use super::{Account, Event, Passkey};
use database::{FromRow, Json, Row, Timestamp, Tx, args, row};
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Error, OnUnique as _, Result};
use foundation::id::OperatorId;
use foundation::tables::{Kept, Old, Owner, Table};

/// The tables of this subject.
pub(crate) const TABLES: &[Table] = &[
    Table::new("operators", Owner::Nobody),
    Table::new("operator_passkeys", Owner::Nobody),
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

pub(super) fn by_id(tx: &mut Tx, id: &OperatorId) -> Result<Option<Account>> {
    Ok(tx.optional("SELECT * FROM operators WHERE id = $1", args![id])?)
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
    let account = by_id(tx, &session.operator_id)?;
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

row!(Passkey {
    operator_id,
    id,
    credential_id,
    domain,
    public_key,
    sign_count,
    transports,
    name,
    created_at,
    last_used_at
});

/// The passkeys of an operator, in the order in which they were registered.
pub(super) fn passkeys(tx: &mut Tx, id: &OperatorId) -> Result<Vec<Passkey>> {
    Ok(tx.all("SELECT * FROM operator_passkeys WHERE operator_id = $1 ORDER BY id", args![id])?)
}

/// How many each operator has who has any.
pub(super) fn count_passkeys(tx: &mut Tx) -> Result<Vec<(OperatorId, i64)>> {
    let counted = "SELECT operator_id, COUNT(*) FROM operator_passkeys WHERE operator_id > $1 GROUP BY operator_id";
    Ok(tx.all(counted, args![""])?)
}

pub(super) fn insert_passkey(tx: &mut Tx, new: &Passkey) -> Result<()> {
    tx.execute(
        "INSERT INTO operator_passkeys (operator_id, id, credential_id, domain, public_key, sign_count, transports, name,
                                        created_at, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            &new.operator_id,
            &new.id,
            new.credential_id.as_slice(),
            &new.domain,
            new.public_key.as_slice(),
            new.sign_count,
            Json(&new.transports.0),
            &new.name,
            new.created_at,
            new.last_used_at
        ],
    )
    .on_unique("operator_passkeys_credential_id_key", ApiError::DuplicateWebauthnRegistration)?;
    Ok(())
}

/// Notes that one was used. In conflict with whoever has used it meanwhile.
pub(super) fn note_passkey_use(tx: &mut Tx, passkey: &Passkey, count: i64, now: Timestamp) -> Result<()> {
    let noted = tx.execute(
        "UPDATE operator_passkeys SET sign_count = $4, last_used_at = $5
         WHERE operator_id = $1 AND id = $2 AND sign_count = $3",
        args![&passkey.operator_id, &passkey.id, passkey.sign_count, count, now],
    )?;
    if noted > 0 { Ok(()) } else { Err(Error::Conflict) }
}

pub(super) fn rename_passkey(tx: &mut Tx, passkey: &Passkey, name: &str) -> Result<()> {
    tx.execute(
        "UPDATE operator_passkeys SET name = $3 WHERE operator_id = $1 AND id = $2",
        args![&passkey.operator_id, &passkey.id, name],
    )?;
    Ok(())
}

pub(super) fn delete_passkey(tx: &mut Tx, passkey: &Passkey) -> Result<()> {
    tx.execute(
        "DELETE FROM operator_passkeys WHERE operator_id = $1 AND id = $2",
        args![&passkey.operator_id, &passkey.id],
    )?;
    Ok(())
}

/// Removes all of an operator; how many there were.
pub(super) fn delete_passkeys(tx: &mut Tx, id: &OperatorId) -> Result<u64> {
    Ok(tx.execute("DELETE FROM operator_passkeys WHERE operator_id = $1", args![id])?)
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
