//! Which database, and how to talk to it.

use crate::error::{Error, Result};

/// What kind of database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// One file, inside this process.
    Sqlite,
    /// A PostgreSQL server, perhaps behind a pooler.
    Postgres,
}

impl Engine {
    /// The one that an address is of, and what comes after its scheme.
    ///
    /// # Errors
    /// When it is no address of either, in words without what it says: it may hold a password.
    pub fn of_url(url: &str) -> Result<(Self, &str)> {
        match url.split_once(':') {
            Some(("sqlite", rest)) => Ok((Self::Sqlite, rest)),
            Some(("postgres" | "postgresql", rest)) => Ok((Self::Postgres, rest)),
            _ => Err(Error::other("a database address starts with sqlite: or postgres://")),
        }
    }
}

/// How to open a database.
#[derive(Clone)]
pub struct Options {
    /// `sqlite:PATH`, or a `postgres://` or `postgresql://` address.
    ///
    /// The address takes what libpq's does as far as it matters: several hosts, `target_session_attrs` (`any`,
    /// `read-write`, `read-only`), `connect_timeout` (5 s a host unless given), and `sslmode` with `disable`, `allow`,
    /// `prefer`, `require`, `verify-ca` and `verify-full`, with `sslrootcert` for a private authority.
    pub url: String,
    /// How many connections at most: PostgreSQL's all told (a quarter for checks, an eighth for scans, one that follows
    /// changes; never fewer than one for each of these and one for the rest), SQLite's for short reads.
    pub connections: usize,
    /// Whether PostgreSQL may keep named prepared statements. Turn it off behind PgBouncer in transaction mode.
    pub named_statements: bool,
    /// Whether what SQLite has written survives loss of power. Where nobody would miss it, the disk is not waited for.
    pub durable: bool,
}

impl Options {
    /// The usual options for this address.
    pub fn new(url: impl Into<String>) -> Self {
        Options { url: url.into(), connections: 8, named_statements: true, durable: true }
    }
}

// The address may hold a password.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("connections", &self.connections)
            .field("named_statements", &self.named_statements)
            .finish_non_exhaustive()
    }
}
