//! Tables that have grown since PostgreSQL last looked at them.
//!
//! It plans a statement by what it has seen of a table, keeps the plan, and looks again by itself after a minute at the earliest.
//! Until then a table that was empty is planned for as if it still were: every index is as good as the other, and one that finds
//! all rows of a tenant may be taken for the one that finds the row.

use crate::{Database, Engine, Result, Tx};

/// Pages to which a table grows before it is looked at the first time: below, any plan is good enough.
const FIRST: i64 = 8;

/// Has PostgreSQL look at tables that have grown fourfold since it last did, so at each a few times in its life. The others it
/// looks at by itself. SQLite plans by the indexes alone, and is not bothered.
///
/// # Errors
/// The database's.
pub async fn look(database: &Database) -> Result<()> {
    match database.engine() {
        Engine::Sqlite => Ok(()),
        Engine::Postgres => database.write(analyze).await,
    }
}

fn analyze(tx: &mut Tx<'_>) -> Result<()> {
    let grown = tx.all::<(String,)>(
        "SELECT format('ANALYZE (SKIP_LOCKED) %I', c.relname) FROM pg_class c
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND pg_has_role(c.relowner, 'USAGE')
         AND pg_relation_size(c.oid) / current_setting('block_size')::bigint >= GREATEST($1, 4 * c.relpages::bigint)",
        &[FIRST.into()],
    )?;
    grown.into_iter().try_for_each(|(statement,)| tx.batch(&statement))
}
