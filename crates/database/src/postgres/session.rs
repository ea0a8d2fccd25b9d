//! One connection and the transaction on it.

use super::{bind, decode, error, statements::Statements};
use crate::{
    Error, FromRow, Result, Value,
    row::{Columns, Row},
    tx::Mode,
};
use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
};
use tokio::runtime::Handle;
use tokio_postgres::{Client, Statement};

/// A connection, used by one transaction at a time and from a thread that may block.
pub(crate) struct Session {
    client: Client,
    runtime: Handle,
    named: bool,
    statements: Statements,
    mode: Mode,
    begun: bool,
    lost: bool,
}

impl Session {
    pub(crate) fn new(client: Client, runtime: Handle, named: bool) -> Self {
        let statements = Statements::default();
        Session { client, runtime, named, statements, mode: Mode::Read, begun: false, lost: false }
    }

    /// Whether the connection is of no more use.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost || self.client.is_closed()
    }

    /// The next statement begins a transaction.
    pub(crate) fn start(&mut self, mode: Mode) {
        self.mode = mode;
        self.begun = false;
    }

    pub(crate) fn commit(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.begun) {
            return Ok(());
        }
        let result = self.runtime.block_on(self.client.batch_execute("COMMIT"));
        self.check(result)
    }

    /// Ends the transaction without waiting for the answer: what comes next on this connection is behind it anyway.
    pub(crate) fn roll_back(&mut self) {
        if std::mem::take(&mut self.begun) {
            // The first poll sends it; nobody needs to wait for the rest.
            let _ = pin!(self.client.batch_execute("ROLLBACK")).poll(&mut Context::from_waker(Waker::noop()));
        }
    }

    pub(crate) fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        let result = if self.named {
            let (statement, _) = self.statement(sql)?;
            let params = bind::params(args, &statement)?;
            self.first(|client| client.execute(&statement, &params))
        } else {
            let params = bind::typed(args);
            self.first(|client| client.execute_typed(sql, &params))
        };
        self.check(result)
    }

    pub(crate) fn rows<T: FromRow>(&mut self, sql: &str, args: &[Value], first: bool) -> Result<Vec<T>> {
        let (found, known) = if self.named {
            let (statement, columns) = self.statement(sql)?;
            let params = bind::params(args, &statement)?;
            (self.first(|client| client.query(&statement, &params)), Some(columns))
        } else {
            let params = bind::typed(args);
            (self.first(|client| client.query_typed(sql, &params)), None)
        };
        let found = self.check(found)?;
        let Some(any) = found.first() else { return Ok(Vec::new()) };
        let mut row = Row::new(known.unwrap_or_else(|| names(any.columns())));
        let wanted = if first { 1 } else { found.len() };
        found
            .iter()
            .take(wanted)
            .map(|raw| {
                row.refill((0..raw.len()).map(|i| decode::column(raw, i)))?;
                T::from_row(&mut row)
            })
            .collect()
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        let result = self.first(|client| client.batch_execute(sql));
        self.check(result)
    }

    pub(crate) fn prepare(&mut self, sql: &str) -> Result<()> {
        let result = self.first(|client| client.prepare(sql));
        self.check(result).map(drop)
    }

    fn statement(&mut self, sql: &str) -> Result<(Statement, Columns)> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known);
        }
        let result = self.first(|client| client.prepare(sql));
        let statement = self.check(result)?;
        let columns = names(statement.columns());
        self.statements.put(sql, statement.clone(), columns.clone());
        Ok((statement, columns))
    }

    /// Runs a request. Before the first of a transaction goes BEGIN, in the same packet: no time is spent on it.
    fn first<'a, T, F>(&'a mut self, request: impl FnOnce(&'a Client) -> F) -> Result<T, tokio_postgres::Error>
    where
        F: Future<Output = Result<T, tokio_postgres::Error>> + 'a,
    {
        let begun = std::mem::replace(&mut self.begun, true);
        let (client, begin) = (&self.client, begin(self.mode));
        self.runtime.block_on(async move {
            if begun {
                return request(client).await;
            }
            // Polled in this order, so sent in this order.
            let (begun, result) = tokio::join!(client.batch_execute(begin), request(client));
            begun?;
            result
        })
    }

    fn check<T>(&mut self, result: Result<T, tokio_postgres::Error>) -> Result<T> {
        result.map_err(|e| {
            let (e, effect) = error::map(e, self.mode);
            match effect {
                error::Effect::None => {}
                error::Effect::Lost => self.lost = true,
                error::Effect::StatementsGone => self.statements.clear(),
            }
            e
        })
    }
}

fn begin(mode: Mode) -> &'static str {
    match mode {
        Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        Mode::Write => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        Mode::Migrate => "BEGIN ISOLATION LEVEL READ COMMITTED",
    }
}

fn names(columns: &[tokio_postgres::Column]) -> Columns {
    columns.iter().map(|c| c.name().into()).collect()
}

/// The mistake of passing too few arguments, worded as SQLite's is.
pub(crate) fn missing(n: usize) -> Error {
    Error::other(format!("no argument for ${n}"))
}
