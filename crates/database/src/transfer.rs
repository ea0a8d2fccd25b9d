//! Whole tables, row by row and whatever the engine: for backups, and for moving from one engine to the other.
//!
//! The tables are found in the database itself, so that a new one cannot be forgotten.

use crate::{
    EVERYTHING, Engine, Error, FromRow, Migration, Result, Row, Timestamp, Tx, Value, args, migrate, row_security,
};
use std::collections::HashSet;

pub use crate::sha256::Sha256;

/// A table of the schema.
pub struct Table {
    /// Its name.
    pub name: String,
    columns: Vec<Column>,
    /// The positions of the columns of its primary key, in the key's order.
    key: Vec<usize>,
    engine: Engine,
}

struct Column {
    name: String,
    kind: Kind,
    /// PostgreSQL counts it up from a sequence.
    counted: bool,
}

/// What a value must be told to be on the way in: PostgreSQL takes no plain number for these.
#[derive(Clone, Copy)]
enum Kind {
    Bool,
    Time,
    Other,
}

/// A step of the schema as the database remembers it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Applied {
    /// Its name.
    pub name: String,
    /// The SHA-256 of its text.
    pub checksum: String,
    /// When it was applied.
    pub applied_at: Timestamp,
}
crate::row!(Applied { name, checksum, applied_at });

/// The steps that were applied, in the order of their names; none in a database that is new.
pub fn applied(tx: &mut Tx<'_>, engine: Engine) -> Result<Vec<Applied>> {
    if !migrate::has_table(tx, engine)? {
        return Ok(Vec::new());
    }
    let mut applied = tx.all::<Applied>("SELECT name, checksum, applied_at FROM schema_migrations", &[])?;
    applied.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(applied)
}

/// The steps that are still to be applied, by name.
///
/// # Errors
/// When one was applied with another text.
pub fn pending(tx: &mut Tx<'_>, engine: Engine, migrations: &[Migration]) -> Result<Vec<&'static str>> {
    let applied = applied(tx, engine)?;
    let mut pending = Vec::new();
    for migration in migrations {
        match applied.iter().find(|applied| applied.name == migration.name) {
            None => pending.push(migration.name),
            Some(applied) => migrate::same(migration.name, &migrate::checksum(migration.sql), &applied.checksum)?,
        }
    }
    Ok(pending)
}

/// The version of the database engine.
pub fn version(tx: &mut Tx<'_>, engine: Engine) -> Result<String> {
    let sql = match engine {
        Engine::Sqlite => "SELECT sqlite_version()",
        Engine::Postgres => "SELECT current_setting('server_version')",
    };
    Ok(tx.one::<(String,)>(sql, &[])?.0)
}

/// The name of the encoding in which the database keeps texts.
pub fn encoding(tx: &mut Tx<'_>, engine: Engine) -> Result<String> {
    let sql = match engine {
        Engine::Sqlite => "SELECT encoding FROM pragma_encoding",
        Engine::Postgres => "SELECT current_setting('server_encoding')",
    };
    Ok(tx.one::<(String,)>(sql, &[])?.0)
}

/// The time on the database's own clock; `None` where that is this machine's.
pub fn clock(tx: &mut Tx<'_>, engine: Engine) -> Result<Option<Timestamp>> {
    match engine {
        Engine::Sqlite => Ok(None),
        Engine::Postgres => Ok(Some(tx.one::<(Timestamp,)>("SELECT clock_timestamp()", &[])?.0)),
    }
}

/// Every table but the list of migrations and that of changes, those first that others refer to.
///
/// From here on the transaction sees the rows of all tenants.
///
/// # Errors
/// Also when it would not, because a policy that is not ours hides some.
pub fn tables(tx: &mut Tx<'_>, engine: Engine) -> Result<Vec<Table>> {
    tx.enter(EVERYTHING)?;
    row_security::check_nothing_is_hidden(tx, engine)?;
    let names = tx.all::<(String,)>(
        match engine {
            Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'",
            Engine::Postgres => {
                "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace
                 AND relkind IN ('r', 'p') AND NOT relispartition"
            }
        },
        &[],
    )?;
    let mut names: Vec<String> = names.into_iter().map(|(name,)| name).collect();
    names.retain(|name| name != "schema_migrations" && name != "changes");
    names.sort();
    let mut waiting = Vec::new();
    for name in names {
        let parents = parents(tx, engine, &name)?;
        waiting.push((Table::describe(tx, engine, name)?, parents));
    }
    Ok(parents_first(waiting))
}

/// The tables that a table refers to.
fn parents(tx: &mut Tx<'_>, engine: Engine, name: &str) -> Result<Vec<String>> {
    let found = match engine {
        Engine::Sqlite => tx.all::<(String,)>("SELECT \"table\" FROM pragma_foreign_key_list($1)", args![name]),
        Engine::Postgres => tx.all::<(String,)>(
            "SELECT c.relname::text FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid
             WHERE k.contype = 'f' AND k.conrelid = to_regclass($1)",
            args![quoted(name)],
        ),
    }?;
    Ok(found.into_iter().map(|(parent,)| parent).collect())
}

fn parents_first(mut waiting: Vec<(Table, Vec<String>)>) -> Vec<Table> {
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let names: HashSet<String> = waiting.iter().map(|(table, _)| table.name.clone()).collect();
        let blocked = |(table, parents): &(Table, Vec<String>)| {
            parents.iter().any(|parent| *parent != table.name && names.contains(parent))
        };
        let (later, ready): (Vec<_>, Vec<_>) = waiting.into_iter().partition(blocked);
        if ready.is_empty() {
            // They refer to each other in a circle: no order would do.
            ordered.extend(later.into_iter().map(|(table, _)| table));
            break;
        }
        ordered.extend(ready.into_iter().map(|(table, _)| table));
        waiting = later;
    }
    ordered
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A row as its values, in the order of the columns.
struct Values(Vec<Value>);

impl FromRow for Values {
    fn from_row(row: &mut Row) -> Result<Self> {
        // Any column can be read as a value, so the first that cannot is the one behind the last.
        Ok(Values((0..).map_while(|index| row.at::<Value>(index).ok()).collect()))
    }
}

impl Table {
    fn describe(tx: &mut Tx<'_>, engine: Engine, name: String) -> Result<Table> {
        // Computed columns are left out: the database computes them again.
        let found = match engine {
            Engine::Sqlite => tx.all::<(String, String, i64, bool)>(
                "SELECT name, '', pk, 0 FROM pragma_table_info($1) ORDER BY cid",
                args![&name],
            ),
            Engine::Postgres => tx.all::<(String, String, i64, bool)>(
                "SELECT a.attname::text, format_type(a.atttypid, NULL), COALESCE((SELECT array_position(k.conkey,
                 a.attnum) FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'p'), 0),
                 pg_get_serial_sequence($1, a.attname::text) IS NOT NULL
                 FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
                 AND a.attgenerated = '' ORDER BY a.attnum",
                args![quoted(&name)],
            ),
        }?;
        let mut key: Vec<(i64, usize)> =
            found.iter().enumerate().filter(|(_, column)| column.2 > 0).map(|(i, column)| (column.2, i)).collect();
        key.sort_unstable();
        if key.is_empty() {
            return Err(Error::other(format!("table {name} has no primary key, so its rows have no order")));
        }
        let columns = found
            .into_iter()
            .map(|(name, kind, _, counted)| {
                let kind = match kind.as_str() {
                    "boolean" => Kind::Bool,
                    "timestamp with time zone" | "timestamp without time zone" => Kind::Time,
                    _ => Kind::Other,
                };
                Column { name, kind, counted }
            })
            .collect();
        Ok(Table { name, columns, key: key.into_iter().map(|(_, index)| index).collect(), engine })
    }

    /// The names of its columns, in the order of a row's values.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// Whether it has no row.
    pub fn is_empty(&self, tx: &mut Tx<'_>) -> Result<bool> {
        let sql = format!("SELECT 1 FROM {} LIMIT 1", quoted(&self.name));
        Ok(tx.optional::<(i64,)>(&sql, &[])?.is_none())
    }

    /// How many rows it has.
    pub fn count(&self, tx: &mut Tx<'_>) -> Result<u64> {
        let (count,) = tx.one::<(i64,)>(&format!("SELECT count(*) FROM {}", quoted(&self.name)), &[])?;
        Ok(count.unsigned_abs())
    }

    /// Deletes all rows.
    pub fn clear(&self, tx: &mut Tx<'_>) -> Result<()> {
        tx.execute(&format!("DELETE FROM {}", quoted(&self.name)), &[]).map(drop)
    }

    /// The next rows behind this one, in the order of the primary key; the first ones without it.
    pub fn page(&self, tx: &mut Tx<'_>, after: Option<&[Value]>, limit: usize) -> Result<Vec<Vec<Value>>> {
        let all = self.list(self.columns.iter());
        let key = self.list(self.key.iter().filter_map(|index| self.columns.get(*index)));
        let mut from = Vec::new();
        let mut place = String::new();
        if let Some(after) = after {
            for index in &self.key {
                from.push(self.cast(*index, after.get(*index).cloned().unwrap_or(Value::Null)));
            }
            place = format!(" WHERE ({key}) > ({})", parameters(0, from.len()));
        }
        let sql = format!("SELECT {all} FROM {}{place} ORDER BY {key} LIMIT {limit}", quoted(&self.name));
        Ok(tx.all::<Values>(&sql, &from)?.into_iter().map(|row| row.0).collect())
    }

    /// Inserts rows with a value for every column, at once: no more than a statement has parameters for.
    pub fn insert(&self, tx: &mut Tx<'_>, rows: Vec<Vec<Value>>) -> Result<()> {
        let width = self.columns.len();
        let mut places = Vec::with_capacity(rows.len());
        let mut values = Vec::with_capacity(rows.len() * width);
        for row in rows {
            places.push(format!("({})", parameters(values.len(), width)));
            values.extend(row.into_iter().enumerate().map(|(index, value)| self.cast(index, value)));
        }
        let all = self.list(self.columns.iter());
        let overriding = if self.columns.iter().any(|c| c.counted) { "OVERRIDING SYSTEM VALUE " } else { "" };
        let sql = format!("INSERT INTO {} ({all}) {overriding}VALUES {}", quoted(&self.name), places.join(", "));
        tx.execute(&sql, &values).map(drop)
    }

    /// Has PostgreSQL count on from the greatest number that was inserted. SQLite does so by itself.
    pub fn count_on(&self, tx: &mut Tx<'_>) -> Result<()> {
        for column in self.columns.iter().filter(|column| column.counted) {
            let table = quoted(&self.name);
            let greatest = format!("SELECT max({}) FROM {table}", quoted(&column.name));
            if let Some((Some(greatest),)) = tx.optional::<(Option<i64>,)>(&greatest, &[])? {
                let sequence = "SELECT pg_get_serial_sequence($1, $2)";
                let (sequence,) = tx.one::<(String,)>(sequence, args![table, &column.name])?;
                let set = format!("SELECT setval('{}', {greatest})", sequence.replace('\'', "''"));
                tx.one::<(i64,)>(&set, &[])?;
            }
        }
        Ok(())
    }

    fn list<'a>(&self, columns: impl Iterator<Item = &'a Column>) -> String {
        columns.map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
    }

    /// Rows come out with numbers for booleans and times; this makes them again what they were.
    fn cast(&self, index: usize, value: Value) -> Value {
        let kind = self.columns.get(index).map_or(Kind::Other, |column| column.kind);
        match (self.engine, kind, value) {
            (Engine::Postgres, Kind::Bool, Value::Int(x)) => Value::Bool(x != 0),
            (Engine::Postgres, Kind::Time, Value::Int(x)) => Value::Time(Timestamp(x)),
            (_, _, value) => value,
        }
    }
}

/// `$4, $5, $6` for three behind the third.
fn parameters(behind: usize, count: usize) -> String {
    (behind + 1..=behind + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
