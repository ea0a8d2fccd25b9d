//! An open transaction.

use crate::{
    Engine, Error, FromRow, Outcome, Result, Value,
    scope::{self, Scope},
    statements::{ReadRow, Statements},
};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// An open transaction. Blocking by design: nothing slow can happen while it is open.
///
/// After a failed statement the transaction is over: every further statement fails, and it is rolled back even if
/// the closure answers `Ok`. PostgreSQL works that way, and SQLite is made to, lest code work on one of them only. Use
/// `ON CONFLICT` where going on is wanted.
pub struct Tx<'a> {
    engine: &'a mut dyn Statements,
    /// How it ends, since a statement of it failed.
    failed: Option<Outcome>,
    /// What others change at the same time, as a number.
    shared: Option<u64>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(engine: &'a mut dyn Statements) -> Self {
        Tx { engine, failed: None, shared: None }
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
        if let Some(scope) = self.engine.scope() {
            change(scope);
        }
    }

    /// Says what this transaction changes that many others of its kind change at the same time. If it has to be run again for their
    /// sake, it waits for those of this process that have to, too, instead of meeting them over and over.
    pub fn shares(&mut self, thing: &str) {
        let mut hasher = DefaultHasher::new();
        thing.hash(&mut hasher);
        self.shared = Some(hasher.finish());
    }

    pub(crate) fn shared(&self) -> Option<u64> {
        self.shared
    }

    /// Runs a statement and answers how many rows it touched.
    pub fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        self.run(|engine| engine.execute(sql, args))
    }

    /// Runs a statement whose outcome does not matter unless it fails, and then the next statement or the commit fails. On
    /// PostgreSQL it goes in the packet of that, and no time is spent on it. Not for what a unique index may refuse with a
    /// meaning.
    pub fn execute_later(&mut self, sql: &str, args: &[Value]) -> Result<()> {
        self.run(|engine| engine.execute_later(sql, args))
    }

    /// Runs a statement once for each row of arguments and answers how many rows of the table it touched. On PostgreSQL
    /// all of them go in one round trip.
    pub fn execute_each(&mut self, sql: &str, rows: &[Vec<Value>]) -> Result<u64> {
        self.run(|engine| engine.execute_each(sql, rows))
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
        match self.engine.engine() {
            // The only transaction that writes.
            Engine::Sqlite => self.all(sql, args),
            Engine::Postgres => self.all(&held(sql), args),
        }
    }

    /// Says that a query will follow with these very arguments, or perhaps will. On PostgreSQL its rows come along with
    /// those of the next statement, and no time is spent on it. They are taken for the answer only as long as this
    /// transaction writes nothing and has entered nothing else, so it makes no difference to what is answered.
    pub fn prefetch(&mut self, sql: &str, args: &[Value]) -> Result<()> {
        self.run(|engine| engine.prefetch(sql, args))
    }

    /// As [`Tx::prefetch`], for a query of [`Tx::hold`].
    pub fn prefetch_held(&mut self, sql: &str, args: &[Value]) -> Result<()> {
        match self.engine.engine() {
            Engine::Sqlite => Ok(()),
            Engine::Postgres => self.prefetch(&held(sql), args),
        }
    }

    fn rows<T: FromRow>(&mut self, sql: &str, args: &[Value], first: bool) -> Result<Vec<T>> {
        let mut found = Vec::with_capacity(usize::from(first));
        self.each_row(sql, args, first, &mut |row| {
            found.push(T::from_row(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    fn each_row(&mut self, sql: &str, args: &[Value], first: bool, read: &mut ReadRow<'_>) -> Result<()> {
        self.run(|engine| engine.rows(sql, args, first, read))
    }

    /// Several statements without parameters, for migrations.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        self.run(|engine| engine.batch(sql))
    }

    /// Compiles a statement and forgets it.
    pub(crate) fn prepare(&mut self, sql: &str) -> Result<()> {
        self.run(|engine| engine.prepare(sql))
    }

    fn run<T>(&mut self, f: impl FnOnce(&mut dyn Statements) -> Result<T>) -> Result<T> {
        if self.failed.is_some() {
            return Err(Error::other("an earlier statement of this transaction failed"));
        }
        let result = f(self.engine);
        self.failed = result.as_ref().err().map(Outcome::of);
        result
    }

    /// What becomes of the transaction, now that its closure has answered.
    pub(crate) fn judge(self, answer: Answer) -> Verdict {
        match (answer, self.failed) {
            (Answer::Ok, None) => Verdict::Commit,
            (Answer::Ok, Some(Outcome::Conflict)) => Verdict::Rollback(Outcome::Conflict, Some(Error::Conflict)),
            (Answer::Ok, Some(outcome @ (Outcome::Unavailable | Outcome::NoSpace))) => {
                let e = Error::unavailable("the database failed during a transaction that did not report it");
                Verdict::Rollback(outcome, Some(e))
            }
            (Answer::Ok, Some(Outcome::TooSlow)) => {
                Verdict::Rollback(Outcome::TooSlow, Some(Error::too_slow("a scan that did not report it")))
            }
            (Answer::Ok, Some(_)) => {
                let e = Error::other("a transaction ignored that one of its statements failed, so it is rolled back");
                Verdict::Rollback(Outcome::RolledBack, Some(e))
            }
            (Answer::Conflict, _) => Verdict::Rollback(Outcome::Conflict, None),
            (Answer::Refused, failed) => Verdict::Rollback(failed.unwrap_or(Outcome::RolledBack), None),
        }
    }
}

fn held(sql: &str) -> String {
    format!("{sql} FOR SHARE")
}

/// What the closure of a transaction answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Ok,
    /// An error that is a conflict.
    Conflict,
    Refused,
}

/// Whether a transaction may be committed.
pub(crate) enum Verdict {
    Commit,
    /// How it ends, and the error that its caller gets unless it is the closure's own.
    Rollback(Outcome, Option<Error>),
}
