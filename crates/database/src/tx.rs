//! An open transaction.

use crate::{
    Error, FromRow, IsConflict, Outcome, Result, Value, postgres::Session, scope, scope::Scope, sqlite::Connection,
};

/// What a transaction is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
    /// Sees what others committed while it waited for the lock that keeps two from migrating at once.
    Migrate,
}

/// An open transaction. Blocking by design: nothing slow can happen while it is open.
///
/// After a failed statement the transaction is over: every further statement fails, and it is rolled back even if
/// the closure answers `Ok`. PostgreSQL works that way, and SQLite is made to, lest code work on one of them only. Use
/// `ON CONFLICT` where going on is wanted.
pub struct Tx<'a> {
    engine: Inner<'a>,
    /// How it ends, since a statement of it failed.
    failed: Option<Outcome>,
}

enum Inner<'a> {
    Sqlite(&'a Connection),
    Postgres(&'a mut Session),
}

impl<'a> Tx<'a> {
    pub(crate) fn sqlite(connection: &'a Connection) -> Self {
        Tx { engine: Inner::Sqlite(connection), failed: None }
    }

    pub(crate) fn postgres(session: &'a mut Session) -> Self {
        Tx { engine: Inner::Postgres(session), failed: None }
    }

    /// Enters a tenant: from here on its rows are there, where row-level security hides those of all others. What was
    /// entered before stays so. [`EVERYTHING`](crate::EVERYTHING) is a tenant too.
    ///
    /// It costs no time: the database is told along with the next statement.
    pub fn enter(&mut self, tenant: &str) -> Result<()> {
        scope::check(tenant)?;
        self.scope(|scope| scope.enter(tenant));
        Ok(())
    }

    /// As [`Tx::enter`], but for the statements of the closure only. What the closure itself enters stays entered.
    pub fn visit<T, E: From<Error>>(
        &mut self,
        tenant: &str,
        f: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        scope::check(tenant)?;
        self.scope(|scope| scope.visit(tenant));
        let result = f(self);
        self.scope(Scope::leave);
        result
    }

    fn scope(&mut self, change: impl FnOnce(&mut Scope)) {
        match &mut self.engine {
            Inner::Sqlite(_) => {}
            Inner::Postgres(s) => change(s.scope()),
        }
    }

    /// Runs a statement and answers how many rows it touched.
    pub fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        self.run(|engine| match engine {
            Inner::Sqlite(c) => c.execute(sql, args),
            Inner::Postgres(s) => s.execute(sql, args),
        })
    }

    /// Runs a statement whose outcome does not matter unless it fails, and then the next statement or the commit fails. On
    /// PostgreSQL it goes in the packet of that, and no time is spent on it. Not for what a unique index may refuse with a
    /// meaning.
    pub fn execute_later(&mut self, sql: &str, args: &[Value]) -> Result<()> {
        self.run(|engine| match engine {
            Inner::Sqlite(c) => c.execute(sql, args).map(drop),
            Inner::Postgres(s) => s.execute_later(sql, args),
        })
    }

    /// Runs a statement once for each row of arguments and answers how many rows of the table it touched. On PostgreSQL
    /// all of them go in one round trip.
    pub fn execute_each(&mut self, sql: &str, rows: &[Vec<Value>]) -> Result<u64> {
        self.run(|engine| match engine {
            Inner::Sqlite(c) => rows.iter().try_fold(0, |touched, args| Ok(touched + c.execute(sql, args)?)),
            Inner::Postgres(s) => s.execute_each(sql, rows),
        })
    }

    /// All rows.
    pub fn all<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<Vec<T>> {
        self.rows(sql, args, false)
    }

    /// The first row, if there is one.
    pub fn optional<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<Option<T>> {
        Ok(self.rows(sql, args, true)?.pop())
    }

    /// The first row; its absence is an [`Error::Other`].
    pub fn one<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<T> {
        self.optional(sql, args)?.ok_or_else(|| Error::other(format!("no row from {sql}")))
    }

    /// All rows of a plain query, which then stay as they are: until this transaction ends, no other changes or deletes
    /// them. Others may hold them at the same time. Only for transactions that write.
    pub fn hold<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<Vec<T>> {
        match &self.engine {
            // The only transaction that writes.
            Inner::Sqlite(_) => self.all(sql, args),
            Inner::Postgres(_) => self.all(&format!("{sql} FOR SHARE"), args),
        }
    }

    fn rows<T: FromRow>(&mut self, sql: &str, args: &[Value], first: bool) -> Result<Vec<T>> {
        self.run(|engine| match engine {
            Inner::Sqlite(c) => c.rows(sql, args, first),
            Inner::Postgres(s) => s.rows(sql, args, first),
        })
    }

    /// Several statements without parameters, for migrations.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        self.run(|engine| match engine {
            Inner::Sqlite(c) => c.batch(sql),
            Inner::Postgres(s) => s.batch(sql),
        })
    }

    /// Compiles a statement and forgets it.
    pub(crate) fn prepare(&mut self, sql: &str) -> Result<()> {
        self.run(|engine| match engine {
            Inner::Sqlite(c) => c.prepare(sql),
            Inner::Postgres(s) => s.prepare(sql),
        })
    }

    fn run<T>(&mut self, f: impl FnOnce(&mut Inner<'a>) -> Result<T>) -> Result<T> {
        if self.failed.is_some() {
            return Err(Error::other("an earlier statement of this transaction failed"));
        }
        let result = f(&mut self.engine);
        self.failed = result.as_ref().err().map(outcome_of);
        result
    }

    /// What becomes of the transaction, now that its closure has answered.
    pub(crate) fn judge<T, E: From<Error> + IsConflict>(self, answer: Result<T, E>) -> Verdict<T, E> {
        match (answer, self.failed) {
            (Ok(value), None) => Verdict::Commit(value),
            (answer, Some(Outcome::Conflict)) => {
                Verdict::Rollback(answer.err().unwrap_or_else(|| Error::Conflict.into()), Outcome::Conflict)
            }
            (Err(e), _) if e.is_conflict() => Verdict::Rollback(e, Outcome::Conflict),
            (Err(e), Some(outcome)) => Verdict::Rollback(e, outcome),
            (Err(e), None) => Verdict::Rollback(e, Outcome::RolledBack),
            (Ok(_), Some(outcome @ (Outcome::Unavailable | Outcome::NoSpace))) => {
                let e = Error::unavailable("the database failed during a transaction that did not report it");
                Verdict::Rollback(e.into(), outcome)
            }
            (Ok(_), Some(_)) => {
                let e = Error::other("a transaction ignored that one of its statements failed, so it is rolled back");
                Verdict::Rollback(e.into(), Outcome::RolledBack)
            }
        }
    }
}

/// Whether a transaction may be committed.
pub(crate) enum Verdict<T, E> {
    Commit(T),
    Rollback(E, Outcome),
}

/// How a transaction ended, for the caller and for the observer.
pub(crate) struct Done<T, E> {
    pub(crate) result: Result<T, E>,
    pub(crate) outcome: Outcome,
    pub(crate) queued: std::time::Duration,
}

impl<T, E: From<Error>> Done<T, E> {
    /// It never ran, or could not be finished.
    pub(crate) fn failed(e: Error, queued: std::time::Duration) -> Self {
        Done { outcome: outcome_of(&e), result: Err(e.into()), queued }
    }
}

/// How a transaction ended that the database itself refused.
pub(crate) fn outcome_of(e: &Error) -> Outcome {
    match e {
        Error::Conflict => Outcome::Conflict,
        Error::Unavailable(_) => Outcome::Unavailable,
        Error::NoSpace(_) => Outcome::NoSpace,
        Error::Unique(_) | Error::Other(_) => Outcome::RolledBack,
    }
}

/// How often a transaction is run again after a conflict before the caller hears of it.
pub(crate) const RETRIES: u32 = 50;
