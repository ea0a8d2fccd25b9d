//! PostgreSQL's errors as ours.

use super::fault::{Fault, Refusal};
use crate::{Error, mode::Mode};
use tokio_postgres::error::SqlState;

/// What an error says of the connection, beside the statement.
pub(super) enum Effect {
    None,
    /// It is gone, or not the one to write to any more.
    Lost,
    /// Its prepared statements are stale.
    StatementsGone,
}

pub(super) fn map(fault: Fault, mode: Mode) -> (Error, Effect) {
    match fault {
        Fault::Refused(refusal) => refused(refusal, mode),
        Fault::Broken(e) => (Error::unavailable(e), Effect::Lost),
        Fault::Silent => (Error::unavailable("the database does not answer in time"), Effect::Lost),
        Fault::Ours(e) => (e, Effect::None),
    }
}

fn refused(refusal: Refusal, mode: Mode) -> (Error, Effect) {
    let code = &refusal.code;
    if *code == SqlState::UNIQUE_VIOLATION {
        return (Error::Unique(refusal.constraint.unwrap_or_default()), Effect::None);
    }
    if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED {
        return (Error::Conflict, Effect::None);
    }
    // A migration changed a table under a prepared statement, or a pooler swept the statements away: prepared anew,
    // the same transaction may succeed.
    if *code == SqlState::INVALID_SQL_STATEMENT_NAME
        || (*code == SqlState::FEATURE_NOT_SUPPORTED && refusal.message.starts_with("cached plan"))
    {
        return (Error::Conflict, Effect::StatementsGone);
    }
    // It is a standby, which has no tables that are not logged.
    if *code == SqlState::FEATURE_NOT_SUPPORTED && mode.only_reads() {
        return (Error::unavailable(refusal.words()), Effect::Lost);
    }
    // The server became a standby. In a transaction that only reads it is a statement in the wrong place.
    if *code == SqlState::READ_ONLY_SQL_TRANSACTION && !mode.only_reads() {
        return (Error::unavailable(refusal.words()), Effect::Lost);
    }
    if *code == SqlState::DISK_FULL {
        return (Error::NoSpace(refusal.words().into()), Effect::None);
    }
    // We were silent in a transaction for so long that it gave us up, as we had asked it to.
    if *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT {
        return (Error::unavailable(refusal.words()), Effect::Lost);
    }
    if *code == SqlState::DUPLICATE_PSTATEMENT {
        let advice = "behind a pooler in transaction mode, turn named statements off (--database-unnamed-statements)";
        return (Error::other(format!("{}; {advice}", refusal.words())), Effect::None);
    }
    if *code == SqlState::QUERY_CANCELED && mode == Mode::Scan {
        return (Error::too_slow(refusal.words()), Effect::None);
    }
    match code.code().get(..2) {
        // Connection exceptions; shutdown and crash.
        Some("08") => (Error::unavailable(refusal.words()), Effect::Lost),
        Some("57") if *code == SqlState::QUERY_CANCELED => (Error::unavailable(refusal.words()), Effect::None),
        Some("57") => (Error::unavailable(refusal.words()), Effect::Lost),
        // Too many connections, disk full, out of memory; system errors.
        Some("53" | "58") => (Error::unavailable(refusal.words()), Effect::None),
        _ => (Error::other(refusal.words()), Effect::None),
    }
}
