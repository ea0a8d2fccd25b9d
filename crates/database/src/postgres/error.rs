//! PostgreSQL's errors as ours.

use crate::{Error, tx::Mode};
use std::error::Error as _;
use tokio_postgres::error::SqlState;

/// What an error says of the connection, beside the statement.
pub(crate) enum Effect {
    None,
    /// It is gone, or not the one to write to any more.
    Lost,
    /// Its prepared statements are stale.
    StatementsGone,
}

pub(crate) fn map(e: tokio_postgres::Error, mode: Mode) -> (Error, Effect) {
    let Some(db) = e.as_db_error() else {
        let io = e.source().is_some_and(|cause| cause.is::<std::io::Error>());
        return if e.is_closed() || io {
            (Error::unavailable(e), Effect::Lost)
        } else {
            // Which parameter it was, and what was wrong with it.
            let cause = e.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            (Error::other(format!("{e}{cause}")), Effect::None)
        };
    };
    let code = db.code();
    let message = db.message();
    if *code == SqlState::UNIQUE_VIOLATION {
        let name = db.constraint().unwrap_or_default().to_owned();
        return (Error::Unique(name), Effect::None);
    }
    if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED {
        return (Error::Conflict, Effect::None);
    }
    // A migration changed a table under a prepared statement, or a pooler swept the statements away: prepared anew,
    // the same transaction may succeed.
    if *code == SqlState::INVALID_SQL_STATEMENT_NAME
        || (*code == SqlState::FEATURE_NOT_SUPPORTED && message.starts_with("cached plan"))
    {
        return (Error::Conflict, Effect::StatementsGone);
    }
    // It is a standby, which has no tables that are not logged.
    if *code == SqlState::FEATURE_NOT_SUPPORTED && mode == Mode::Read {
        return (Error::unavailable(describe(db)), Effect::Lost);
    }
    // The server became a standby. In a transaction that only reads it is a statement in the wrong place.
    if *code == SqlState::READ_ONLY_SQL_TRANSACTION && mode != Mode::Read {
        return (Error::unavailable(describe(db)), Effect::Lost);
    }
    if *code == SqlState::DISK_FULL {
        return (Error::NoSpace(describe(db).into()), Effect::None);
    }
    // We were silent in a transaction for so long that it gave us up, as we had asked it to.
    if *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT {
        return (Error::unavailable(describe(db)), Effect::Lost);
    }
    if *code == SqlState::DUPLICATE_PSTATEMENT {
        let advice = "behind a pooler in transaction mode, turn named statements off (--database-unnamed-statements)";
        return (Error::other(format!("{}; {advice}", describe(db))), Effect::None);
    }
    match code.code().get(..2) {
        // Connection exceptions; shutdown and crash.
        Some("08") => (Error::unavailable(describe(db)), Effect::Lost),
        Some("57") if *code == SqlState::QUERY_CANCELED => (Error::unavailable(describe(db)), Effect::None),
        Some("57") => (Error::unavailable(describe(db)), Effect::Lost),
        // Too many connections, disk full, out of memory; system errors.
        Some("53" | "58") => (Error::unavailable(describe(db)), Effect::None),
        _ => (Error::other(describe(db)), Effect::None),
    }
}

/// The error without its detail, which quotes rows.
fn describe(db: &tokio_postgres::error::DbError) -> String {
    format!("{} ({})", db.message(), db.code().code())
}
