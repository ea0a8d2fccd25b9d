//! One connection: statements, parameters and rows.

use super::error::{Access, map};
use crate::{
    Engine, Error, FromRow, Result, Value, dialect,
    row::{Columns, Row},
    statements::{ReadRow, Statements},
};
use rusqlite::{
    CachedStatement, OpenFlags, Statement,
    config::DbConfig,
    hooks::Wal,
    types::{ToSqlOutput, ValueRef},
};
use std::{cell::RefCell, collections::HashMap, path::Path, time::Instant};

/// How many compiled statements a connection keeps. Searches are composed, so there are more texts than statements.
const STATEMENTS: usize = 512;

/// How many instructions SQLite runs between two looks at the clock; it does some ten million a second.
const STEPS: i32 = 10_000;

/// Readers do not map the file into memory: whenever another connection has committed they would have to map it anew, page
/// by page, which costs more than to read the pages.
const SETTINGS: &str = "PRAGMA busy_timeout = 5000;
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16384;
    PRAGMA trusted_schema = OFF;";

/// NORMAL: a commit does not wait for the disk; its answer does, so an acknowledged write survives loss of power
/// ([`Confirmations`](super::log)). When the log is copied, [`Checkpoints`](super::checkpoint) says. The
/// whole file is mapped: nobody else commits, so what is in the system's memory is read without a call and without a copy.
/// So the cache is for what has been written lately; and SQLite looks through the whole of it at every commit in which a
/// page of an index was split. Until 64 MB it grows for one commit, because pages that had to leave it before would be written
/// twice.
const WRITER: &str = "PRAGMA journal_mode = WAL;
    PRAGMA cache_size = -4096;
    PRAGMA cache_spill = 16384;
    PRAGMA mmap_size = 1099511627776;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = 67108864;";

/// A statement is planned by the indexes that there are, and so everywhere as it was tried. By what `ANALYZE` has counted
/// it would change its plan from one start to the next, and did: ten sessions were written by reading all of them. RESET has the plans
/// of this connection forget it too.
const NO_STATISTICS: &str = "DROP TABLE IF EXISTS sqlite_stat1;
    DROP TABLE IF EXISTS sqlite_stat4;
    PRAGMA writable_schema = RESET;";

const COPIER: &str = "PRAGMA synchronous = FULL;";

/// A connection and what it remembers of its statements.
pub(crate) struct Connection {
    raw: rusqlite::Connection,
    access: Access,
    columns: RefCell<HashMap<Box<str>, Columns>>,
}

impl Connection {
    pub(crate) fn reader(path: &Path) -> Result<Self> {
        Self::open(path, Access::Read, "PRAGMA query_only = ON;")
    }

    pub(crate) fn writer(path: &Path, durable: bool) -> Result<Self> {
        let writer = Self::open(path, Access::Write, WRITER)?;
        writer.run_batch(NO_STATISTICS)?;
        if !durable {
            writer.run_batch("PRAGMA synchronous = OFF")?;
        }
        Ok(writer)
    }

    /// Has the statements that follow fail once it is so late, or not any more.
    pub(super) fn stop_at(&mut self, deadline: Option<Instant>) -> Result<()> {
        let is_late = deadline.map(|deadline| move || Instant::now() > deadline);
        self.raw.progress_handler(STEPS, is_late).map_err(|e| map(e, self.access))
    }

    /// A connection that only copies the log into the file.
    pub(super) fn copier(path: &Path) -> Result<Self> {
        Self::open(path, Access::Write, COPIER)
    }

    fn open(path: &Path, access: Access, settings: &str) -> Result<Self> {
        // Each connection is used by one thread at a time, so SQLite need not lock it. The file exists already.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || {
            let raw = rusqlite::Connection::open_with_flags(path, flags)?;
            raw.execute_batch(SETTINGS)?;
            raw.execute_batch(settings)?;
            // Nor must a plan depend on the arguments: SQLite would compile a statement anew for each new one.
            raw.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            raw.set_prepared_statement_cache_capacity(STATEMENTS);
            Ok(raw)
        };
        let raw = open().map_err(|e| map(e, access))?;
        Ok(Connection { raw, access, columns: RefCell::default() })
    }

    /// Whether no transaction is open.
    pub(crate) fn is_idle(&self) -> bool {
        self.raw.is_autocommit()
    }

    /// BEGIN and its like.
    pub(crate) fn control(&self, sql: &str) -> Result<()> {
        self.raw.prepare_cached(sql).and_then(|mut s| s.raw_execute()).map(drop).map_err(|e| map(e, self.access))
    }

    pub(crate) fn run_batch(&self, sql: &str) -> Result<()> {
        self.raw.execute_batch(sql).map_err(|e| map(e, self.access))
    }

    /// How many rows have been changed here since the connection was opened, by statements and by triggers.
    pub(super) fn changed_rows(&self) -> u64 {
        self.raw.total_changes()
    }

    /// Has `f` called after each commit, with the number of pages in the log.
    pub(super) fn on_commit(&mut self, f: impl Fn(u32) + Send + 'static) -> Result<()> {
        let hook = move |_: &mut Wal, pages: i32| {
            f(pages.try_into().unwrap_or(0));
            Ok(())
        };
        self.raw.wal_hook(Some(hook)).map_err(|e| map(e, self.access))
    }

    /// Copies what is in the log into the file, as far as nobody reads what was there before. Readers and writers go on
    /// meanwhile. It waits for the disk only when all is copied.
    pub(super) fn copy_log(&self) -> Result<()> {
        self.run_batch("PRAGMA wal_checkpoint(PASSIVE)")
    }

    /// The first row, if there is one.
    pub(super) fn first<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<Option<T>> {
        let mut found = None;
        self.rows(sql, args, true, &mut |row| {
            found = Some(T::from_row(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// SQLite numbers `$1` by first appearance, not by its digits, but remembers the name.
    fn bind(&self, sql: &str, args: &[Value]) -> Result<CachedStatement<'_>> {
        let mut statement = self.raw.prepare_cached(&dialect::lists(sql)).map_err(|e| map(e, self.access))?;
        for index in 1..=statement.parameter_count() {
            let n = number(&statement, index)?;
            let arg = args.get(n - 1).ok_or_else(|| Error::other(format!("no argument for ${n} of {sql}")))?;
            statement.raw_bind_parameter(index, arg).map_err(|e| map(e, self.access))?;
        }
        Ok(statement)
    }

    /// The names of the columns, made once a statement; they change only when another process migrates.
    fn columns(&self, sql: &str, statement: &Statement<'_>) -> Columns {
        let count = statement.column_count();
        let name = |i| statement.column_name(i).unwrap_or_default();
        let mut cache = self.columns.borrow_mut();
        if let Some(known) = cache.get(sql)
            && known.len() == count
            && known.iter().enumerate().all(|(i, known)| **known == *name(i))
        {
            return known.clone();
        }
        let columns: Columns = (0..count).map(|i| name(i).into()).collect();
        if cache.len() >= STATEMENTS {
            cache.clear();
        }
        cache.insert(sql.into(), columns.clone());
        columns
    }
}

impl Statements for Connection {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        let mut statement = self.bind(sql, args)?;
        let mut returned = 0;
        let mut rows = statement.raw_query();
        // To its end, because a statement with RETURNING is done only then.
        while rows.next().map_err(|e| map(e, self.access))?.is_some() {
            returned += 1;
        }
        drop(rows);
        Ok(if statement.readonly() { returned } else { self.raw.changes() })
    }

    fn rows(&mut self, sql: &str, args: &[Value], first: bool, read: &mut ReadRow<'_>) -> Result<()> {
        let mut statement = self.bind(sql, args)?;
        let first = first && statement.readonly();
        let mut rows = statement.raw_query();
        let mut row = None;
        while let Some(raw) = rows.next().map_err(|e| map(e, self.access))? {
            // Asked only now that the statement runs: after a migration its first step compiles it anew.
            let statement: &Statement<'_> = raw.as_ref();
            let row = row.get_or_insert_with(|| Row::new(self.columns(sql, statement)));
            let width = statement.column_count();
            row.refill((0..width).map(|i| raw.get_ref(i).map_err(|e| map(e, self.access)).map(value)))?;
            read(row)?;
            if first {
                break;
            }
        }
        Ok(())
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        self.run_batch(sql)
    }

    fn prepare(&mut self, sql: &str) -> Result<()> {
        let statement = self.raw.prepare(&dialect::lists(sql)).map_err(|e| map(e, self.access))?;
        (1..=statement.parameter_count()).try_for_each(|i| number(&statement, i).map(drop))
    }
}

/// The number of a statement's parameter: 3 for `$3`.
fn number(statement: &Statement<'_>, index: usize) -> Result<usize> {
    statement
        .parameter_name(index)
        .and_then(|name| name.strip_prefix('$')?.parse().ok())
        .filter(|n| *n > 0)
        .ok_or_else(|| Error::other("a parameter is written as $1"))
}

fn value(v: ValueRef<'_>) -> Value {
    match v {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(x) => Value::Int(x),
        // No column holds one; an average does.
        ValueRef::Real(x) => Value::Text(x.to_string()),
        ValueRef::Text(x) => Value::Text(String::from_utf8_lossy(x).into_owned()),
        ValueRef::Blob(x) => Value::Bytes(x.to_vec()),
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Bool(x) => ToSqlOutput::Borrowed(ValueRef::Integer((*x).into())),
            Value::Int(x) => ToSqlOutput::Borrowed(ValueRef::Integer(*x)),
            Value::Text(x) => ToSqlOutput::Borrowed(ValueRef::Text(x.as_bytes())),
            Value::Bytes(x) => ToSqlOutput::Borrowed(ValueRef::Blob(x)),
            Value::Json(x) => ToSqlOutput::Owned(x.to_string().into()),
            Value::Time(t) => ToSqlOutput::Borrowed(ValueRef::Integer(t.0)),
            Value::Texts(x) => ToSqlOutput::Owned(serde_json::json!(x).to_string().into()),
        })
    }
}
