//! What a transaction asks of its engine: all that differs between the two.

use crate::{Engine, Result, Row, Value, scope::Scope};

/// A connection with a transaction open on it.
pub(crate) trait Statements {
    fn engine(&self) -> Engine;

    /// Runs a statement and answers how many rows it touched.
    fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64>;

    /// Runs a statement along with the next, where that saves time. It may fail as late as then.
    fn execute_later(&mut self, sql: &str, args: &[Value]) -> Result<()> {
        self.execute(sql, args).map(drop)
    }

    /// Runs a statement once for each row of arguments and answers how many rows of the table it touched.
    fn execute_each(&mut self, sql: &str, rows: &[Vec<Value>]) -> Result<u64> {
        rows.iter().try_fold(0, |touched, args| Ok(touched + self.execute(sql, args)?))
    }

    /// Has the rows of a query fetched along with the next statement, where that saves time.
    fn prefetch(&mut self, _sql: &str, _args: &[Value]) -> Result<()> {
        Ok(())
    }

    /// Has each row read, or the first only.
    fn rows(&mut self, sql: &str, args: &[Value], first: bool, read: &mut ReadRow<'_>) -> Result<()>;

    /// Runs several statements without parameters.
    fn batch(&mut self, sql: &str) -> Result<()>;

    /// Compiles a statement and forgets it.
    fn prepare(&mut self, sql: &str) -> Result<()>;

    /// What the transaction has entered, where that makes a difference.
    fn scope(&mut self) -> Option<&mut Scope> {
        None
    }
}

/// Takes what it wants of a row. Without a type of its own, so that the engines are compiled once and not for each type
/// that is read.
pub(crate) type ReadRow<'a> = dyn FnMut(&mut Row) -> Result<()> + 'a;
