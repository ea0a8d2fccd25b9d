//! How a transaction begins, how long its statements are waited for, and how often it begins anew.

use super::connection::Connection;
use crate::{
    Result, Value,
    mode::{Mode, SCAN},
    scope::Scope,
};
use std::time::Duration;

/// How long one statement may take. A database that is frozen, or in which another holds a lock, must not hold
/// requests for ever; whoever waits longer is told that it does not answer.
const ANSWER: Duration = Duration::from_secs(10);

/// How often what certainly changed nothing moves to a new connection because its own was lost.
pub(super) const MOVES: u32 = 2;

/// By a query and not by SET: it is one statement for both, and `pg_stat_statements` would keep every SET as a statement of
/// its own.
const SETTINGS: &str = "SELECT set_config('statement_timeout', $1, true), set_config('guildhall.scope', $2, true)";
const SCOPE: &str = "SELECT set_config('guildhall.scope', $1, true)";

/// Plans are kept, and the tables grow: one that was made while a table was small would read the whole of it for ever. A
/// short statement finds its rows by an index however small the table is.
const SHORT: &str = "SET enable_seqscan = off; SET jit = off";

/// A scan takes one processor, not all of them.
const LONG: &str = "SET max_parallel_workers_per_gather = 0; SET jit = off";

/// What is set on a connection for transactions of this kind. Where statements are not kept nothing is: behind a pooler the
/// next who gets the connection may be another program.
pub(super) fn settings_of(mode: Mode, named: bool) -> &'static str {
    match mode {
        _ if !named => "",
        Mode::Scan => LONG,
        Mode::Read | Mode::Check | Mode::Write | Mode::Migrate => SHORT,
    }
}

/// How long an answer is waited for. Changing a large table takes as long as it takes.
pub(super) fn limit(mode: Mode) -> Option<Duration> {
    (mode != Mode::Migrate).then_some(ANSWER)
}

/// Adds the beginning of a transaction to the group.
pub(super) fn begin(connection: &mut Connection, mode: Mode, scope: &mut Scope) -> Result<()> {
    let begin = match mode {
        Mode::Read | Mode::Check | Mode::Scan => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        Mode::Write => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        Mode::Migrate => "BEGIN ISOLATION LEVEL READ COMMITTED",
    };
    connection.add_fixed(begin, &[])?;
    if mode == Mode::Migrate {
        connection.add_fixed("SET LOCAL enable_seqscan = on", &[])?;
    }
    settings(connection, mode, scope)
}

/// Adds what holds for the rest of the transaction.
///
/// Nobody waits for a statement longer than [`ANSWER`], so the database need not either: whoever waits there for a lock
/// has a connection, and another is made in the place of one that was given up here. A commit is not among the statements
/// that it gives up.
pub(super) fn settings(connection: &mut Connection, mode: Mode, scope: &mut Scope) -> Result<()> {
    // What a scan may take is less than what is waited for: the database itself gives it up, and the connection stays.
    let limit = if mode == Mode::Scan { Some(SCAN) } else { limit(mode) };
    let limit = limit.map_or("0".to_owned(), |limit| format!("{}ms", limit.as_millis()));
    connection.add_fixed(SETTINGS, &[Value::Text(limit), Value::Text(scope.news().unwrap_or_default())])
}

/// Adds what was entered since, if that is new.
pub(super) fn enter(connection: &mut Connection, scope: &mut Scope) -> Result<()> {
    match scope.news() {
        Some(entered) => connection.add_fixed(SCOPE, &[Value::Text(entered)]),
        None => Ok(()),
    }
}
