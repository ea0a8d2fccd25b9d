//! The schema's steps: forward only, each applied once, in order.

use crate::{Database, Engine, Error, Result, Timestamp, Tx, args, dialect, job, mode::Mode, sha256::Sha256};
use std::{collections::HashMap, time::SystemTime};

/// One step of the schema, in PostgreSQL's words.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// A number and a word, as in `0001_projects`. Steps are applied in the order they are given.
    pub name: &'static str,
    /// Its statements. What stands between the lines `-- postgres only` and `-- end` is skipped on SQLite, and the other
    /// way round.
    pub sql: &'static str,
}

const TABLE: &str = "CREATE TABLE schema_migrations (
    name TEXT PRIMARY KEY,
    checksum TEXT NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL
);";

impl Database {
    /// Applies the steps that are missing, each in its own transaction, and answers their names.
    ///
    /// Steps in the database that are unknown here are fine: an older program may serve beside a newer one. A step
    /// that was applied with another text is an error.
    pub async fn migrate(&self, migrations: &[Migration]) -> Result<Vec<&'static str>> {
        let engine = self.engine();
        let run = |job| self.run(Mode::Migrate, job);
        let applied = job::run(move |tx| applied(tx, engine), run).await?;
        let mut new = Vec::new();
        for &migration in migrations {
            let sum = checksum(migration.sql);
            match applied.get(migration.name) {
                Some(other) => same(migration.name, &sum, other)?,
                None => {
                    if job::run(move |tx| apply(tx, engine, migration, &sum), run).await? {
                        tracing::info!(migration = migration.name, "migrated the database");
                        new.push(migration.name);
                    }
                }
            }
        }
        Ok(new)
    }
}

/// What is applied already. Makes the table that says so.
fn applied(tx: &mut Tx<'_>, engine: Engine) -> Result<HashMap<String, String>> {
    lock(tx, engine)?;
    // Asked first, because CREATE TABLE IF NOT EXISTS wants the right to create even when it has nothing to do.
    if !has_table(tx, engine)? {
        tx.batch(&dialect::translate(engine, TABLE))?;
    }
    Ok(tx.all::<(String, String)>("SELECT name, checksum FROM schema_migrations", &[])?.into_iter().collect())
}

/// Whether there is the table that says what is applied.
pub(crate) fn has_table(tx: &mut Tx<'_>, engine: Engine) -> Result<bool> {
    let (exists,) = tx.one::<(bool,)>(
        match engine {
            Engine::Sqlite => "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'",
            // Reading some table has the connection hear of tables that others made while it waited for the lock; it may
            // remember from an earlier question that there is none.
            Engine::Postgres => "SELECT to_regclass('schema_migrations') IS NOT NULL FROM pg_namespace LIMIT 1",
        },
        &[],
    )?;
    Ok(exists)
}

/// Applies one step unless another process was faster.
fn apply(tx: &mut Tx<'_>, engine: Engine, migration: Migration, sum: &str) -> Result<bool> {
    lock(tx, engine)?;
    let done =
        tx.optional::<(String,)>("SELECT checksum FROM schema_migrations WHERE name = $1", args![migration.name])?;
    if let Some((other,)) = done {
        return same(migration.name, sum, &other).map(|()| false);
    }
    tx.batch(&dialect::translate(engine, migration.sql))
        .map_err(|e| Error::other(format!("migration {}: {e}", migration.name)))?;
    tx.execute(
        "INSERT INTO schema_migrations (name, checksum, applied_at) VALUES ($1, $2, $3)",
        args![migration.name, sum, now()],
    )?;
    Ok(true)
}

/// SQLite's write transaction is a lock already. PostgreSQL's is held until the transaction ends, not the session,
/// which a pooler may give to another.
fn lock(tx: &mut Tx<'_>, engine: Engine) -> Result<()> {
    match engine {
        Engine::Sqlite => Ok(()),
        Engine::Postgres => tx.batch("SELECT pg_advisory_xact_lock(7526488101)"),
    }
}

pub(crate) fn same(name: &str, here: &str, there: &str) -> Result<()> {
    if here == there {
        return Ok(());
    }
    Err(Error::other(format!(
        "migration {name} was applied with another text: {there} there, {here} here; use the program that did"
    )))
}

/// SHA-256 in hexadecimal. A checkout with other line ends is the same text.
pub(crate) fn checksum(sql: &str) -> String {
    let mut sum = Sha256::default();
    sum.update(sql.replace("\r\n", "\n").as_bytes());
    sum.hex()
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
