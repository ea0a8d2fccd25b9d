//! SQLite's errors as ours.

use crate::Error;
use rusqlite::ErrorCode;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

const CONSTRAINT_PRIMARY_KEY: i32 = 1555;
const CONSTRAINT_UNIQUE: i32 = 2067;
const CONSTRAINT_ROWID: i32 = 2579;
const BUSY_SNAPSHOT: i32 = 517;

/// For those who come when it is closed.
pub(crate) fn closed() -> Error {
    Error::unavailable("the database is closed")
}

pub(crate) fn map(e: rusqlite::Error, access: Access) -> Error {
    let rusqlite::Error::SqliteFailure(failure, message) = &e else { return Error::other(e) };
    match (failure.extended_code, failure.code) {
        (CONSTRAINT_PRIMARY_KEY | CONSTRAINT_ROWID, _) => match table_and_columns(message) {
            Some((table, _)) => Error::Unique(format!("{table}_pkey")),
            None => Error::other(e),
        },
        (CONSTRAINT_UNIQUE, _) => match table_and_columns(message) {
            Some((table, columns)) => Error::Unique(constraint_name(&table, &columns)),
            None => match message.as_deref().and_then(index_name) {
                Some(name) => Error::Unique(name),
                None => Error::other(e),
            },
        },
        (BUSY_SNAPSHOT, _) => Error::Conflict,
        (_, ErrorCode::OperationInterrupted) => Error::too_slow(e),
        (_, ErrorCode::DiskFull) => Error::NoSpace(e.into()),
        // A reader is read-only by our own setting: a statement that writes is in the wrong place.
        (_, ErrorCode::ReadOnly) if access == Access::Read => Error::other(e),
        (
            _,
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::SystemIoFailure
            | ErrorCode::PermissionDenied
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OutOfMemory,
        ) => Error::unavailable(e),
        _ => Error::other(e),
    }
}

/// Takes "UNIQUE constraint failed: t.a, t.b" apart.
fn table_and_columns(message: &Option<String>) -> Option<(String, Vec<String>)> {
    let list = message.as_deref()?.split_once("failed: ")?.1;
    let mut table = None;
    let mut columns = Vec::new();
    for name in list.split(", ") {
        let (of, column) = name.split_once('.')?;
        table.get_or_insert(of);
        columns.push(column.to_owned());
    }
    Some((table?.to_owned(), columns))
}

/// An index over an expression is reported by its name: "UNIQUE constraint failed: index 'name'".
fn index_name(message: &str) -> Option<String> {
    Some(message.split_once("failed: index '")?.1.trim_end_matches('\'').to_owned())
}

/// The name PostgreSQL gives the constraint. Its names have 63 bytes at most: it shortens the longer of the two parts.
fn constraint_name(table: &str, columns: &[String]) -> String {
    const LONGEST: usize = 63 - "__key".len();
    let columns = columns.join("_");
    let (mut a, mut b) = (table.len(), columns.len().min(63));
    while a + b > LONGEST {
        if a > b {
            a -= 1;
        } else {
            b -= 1;
        }
    }
    let cut = |s: &str, n: usize| s.get(..n).unwrap_or(s).to_owned();
    format!("{}_{}_key", cut(table, a), cut(&columns, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_postgresqls() {
        let name = |table: &str, columns: &[&str]| {
            constraint_name(table, &columns.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(name("members", &["organization_id", "email"]), "members_organization_id_email_key");
        let long = name(&"t".repeat(40), &["a234567890", "b234567890", "c234567890", "d234567890"]);
        assert_eq!(long, format!("{}_a234567890_b234567890_c234567_key", "t".repeat(29)));
        assert_eq!(long.len(), 63);
    }
}
