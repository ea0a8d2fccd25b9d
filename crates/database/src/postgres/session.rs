//! One connection and the transaction on it.

use super::{bind, decode, error, statements::Statements};
use crate::{
    EVERYTHING, Error, FromRow, Result, Value,
    row::{Columns, Row},
    scope::Scope,
    tx::Mode,
};
use futures_util::future::try_join_all;
use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};
use tokio::{runtime::Handle, time::timeout};
use tokio_postgres::{Client, Statement};

/// How long one statement may take. A database that is frozen, or in which another holds a lock, must not hold
/// requests for ever; whoever waits longer is told that it does not answer.
const ANSWER: Duration = Duration::from_secs(10);
/// How often what certainly changed nothing moves to a new connection because its own was lost.
pub(crate) const MOVES: u32 = 2;

/// How many statements may wait for the next request.
const AHEAD: usize = 16;

/// A connection, used by one transaction at a time and from a thread that may block.
pub(crate) struct Session {
    client: Client,
    runtime: Handle,
    named: bool,
    statements: Statements,
    mode: Mode,
    scope: Scope,
    begun: bool,
    ahead: Vec<Ahead>,
    lost: bool,
    silent: bool,
}

/// What goes in the packet of the next request, in front of it.
enum Ahead {
    /// BEGIN, and what the transaction has entered.
    Say(String),
    /// A statement whose outcome nobody waits for.
    Run(Statement, Vec<Value>),
}

impl Ahead {
    async fn send(&self, client: &Client) -> Result<(), tokio_postgres::Error> {
        match self {
            Ahead::Say(sql) => client.batch_execute(sql).await,
            Ahead::Run(statement, args) => client.execute(statement, &bind::all(args)).await.map(drop),
        }
    }
}

impl Session {
    pub(crate) fn new(client: Client, runtime: Handle, named: bool) -> Self {
        Session {
            client,
            runtime,
            named,
            statements: Statements::default(),
            mode: Mode::Read,
            scope: Scope::new(Mode::Read),
            begun: false,
            ahead: Vec::new(),
            lost: false,
            silent: false,
        }
    }

    /// Whether the connection is of no more use.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost || self.client.is_closed()
    }

    /// Whether the database did not answer in time. Asking again, on another connection, would only wait longer.
    pub(crate) fn is_silent(&self) -> bool {
        self.silent
    }

    /// The next statement begins a transaction.
    pub(crate) fn start(&mut self, mode: Mode) {
        self.mode = mode;
        self.scope = Scope::new(mode);
        self.begun = false;
        self.ahead.clear();
    }

    /// What the transaction has entered.
    pub(crate) fn scope(&mut self) -> &mut Scope {
        &mut self.scope
    }

    pub(crate) fn commit(&mut self) -> Result<()> {
        if !self.begun {
            return Ok(());
        }
        let committed = self.first(async |client| client.batch_execute("COMMIT").await);
        self.begun = false;
        committed
    }

    /// Ends the transaction without waiting for the answer: what comes next on this connection is behind it anyway.
    pub(crate) fn roll_back(&mut self) {
        if std::mem::take(&mut self.begun) {
            // The first poll sends it; nobody needs to wait for the rest.
            let _ = pin!(self.client.batch_execute("ROLLBACK")).poll(&mut Context::from_waker(Waker::noop()));
        }
    }

    pub(crate) fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        if self.named {
            let (statement, _) = self.statement(sql)?;
            let params = bind::params(args, &statement)?;
            self.first(async |client| client.execute(&statement, &params).await)
        } else {
            let params = bind::typed(args);
            self.first(async |client| client.execute_typed(sql, &params).await)
        }
    }

    /// Runs a statement along with the next request.
    pub(crate) fn execute_later(&mut self, sql: &str, args: &[Value]) -> Result<()> {
        if !self.named || self.ahead.len() >= AHEAD {
            return self.execute(sql, args).map(drop);
        }
        let (statement, _) = self.statement(sql)?;
        let used = bind::params(args, &statement)?.len();
        // What was entered by now is what it is to see.
        self.say_preface();
        self.ahead.push(Ahead::Run(statement, args.iter().take(used).cloned().collect()));
        Ok(())
    }

    pub(crate) fn execute_each(&mut self, sql: &str, rows: &[Vec<Value>]) -> Result<u64> {
        if !self.named {
            return rows.iter().try_fold(0, |touched, args| Ok(touched + self.execute(sql, args)?));
        }
        let (statement, _) = self.statement(sql)?;
        let params = rows.iter().map(|args| bind::params(args, &statement)).collect::<Result<Vec<_>>>()?;
        // All are sent before the first is awaited.
        let touched = self
            .first(async |client| try_join_all(params.iter().map(|params| client.execute(&statement, params))).await)?;
        Ok(touched.iter().sum())
    }

    pub(crate) fn rows<T: FromRow>(&mut self, sql: &str, args: &[Value], first: bool) -> Result<Vec<T>> {
        let (found, known) = if self.named {
            let (statement, columns) = self.statement(sql)?;
            let params = bind::params(args, &statement)?;
            (self.first(async |client| client.query(&statement, &params).await)?, Some(columns))
        } else {
            let params = bind::typed(args);
            (self.first(async |client| client.query_typed(sql, &params).await)?, None)
        };
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
        self.first(async |client| client.batch_execute(sql).await)
    }

    pub(crate) fn prepare(&mut self, sql: &str) -> Result<()> {
        self.first(async |client| client.prepare(sql).await).map(drop)
    }

    /// The row that a statement answers, in a transaction of its own that sees everything, and without blocking: one
    /// round trip for all of it.
    pub(crate) async fn one_now<T: FromRow>(&mut self, mode: Mode, sql: &str, args: &[Value]) -> Result<T> {
        self.start(mode);
        let prepared = match self.statements.get(sql) {
            Some(known) => Some(known),
            None if self.named => match timeout(ANSWER, self.client.prepare(sql)).await {
                Ok(result) => {
                    let statement = self.check(result)?;
                    let columns = names(statement.columns());
                    self.statements.put(sql, statement.clone(), columns.clone());
                    Some((statement, columns))
                }
                Err(_) => return Err(self.silent()),
            },
            None => None,
        };
        self.scope.enter(EVERYTHING);
        let preface = self.preface().unwrap_or_default();
        let client = &self.client;
        let query = async {
            match &prepared {
                Some((statement, _)) => client.query(statement, &bind::all(args)).await,
                None => client.query_typed(sql, &bind::typed(args)).await,
            }
        };
        let end = client.batch_execute(if mode == Mode::Read { "ROLLBACK" } else { "COMMIT" });
        // Polled in this order, so sent in this order.
        let all = async { tokio::join!(client.batch_execute(&preface), query, end) };
        let found = match timeout(ANSWER, all).await {
            Ok((begun, found, ended)) => {
                self.begun = false;
                self.check(begun)?;
                let found = self.check(found)?;
                self.check(ended)?;
                found
            }
            Err(_) => return Err(self.silent()),
        };
        let raw = found.first().ok_or_else(|| Error::other(format!("no row from {sql}")))?;
        let columns = prepared.map_or_else(|| names(raw.columns()), |(_, columns)| columns);
        let mut row = Row::new(columns);
        row.refill((0..raw.len()).map(|i| decode::column(raw, i)))?;
        T::from_row(&mut row)
    }

    fn statement(&mut self, sql: &str) -> Result<(Statement, Columns)> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known);
        }
        let statement = self.first(async |client| client.prepare(sql).await)?;
        let columns = names(statement.columns());
        self.statements.put(sql, statement.clone(), columns.clone());
        Ok((statement, columns))
    }

    /// What has to be said before the next request: BEGIN, and what the transaction has entered since.
    fn preface(&mut self) -> Option<String> {
        let begin = if std::mem::replace(&mut self.begun, true) { None } else { Some(begin(self.mode).to_owned()) };
        match (begin, self.scope.news()) {
            (Some(begin), Some(news)) => Some(format!("{begin}; {news}")),
            (begin, news) => begin.or(news),
        }
    }

    fn say_preface(&mut self) {
        let preface = self.preface();
        self.ahead.extend(preface.map(Ahead::Say));
    }

    /// Runs a request. What comes before it goes in the same packet: no time is spent on it.
    fn first<T>(&mut self, request: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>) -> Result<T> {
        self.say_preface();
        let ahead = std::mem::take(&mut self.ahead);
        let client = &self.client;
        let work = async move {
            if ahead.is_empty() {
                return request(client).await;
            }
            // Polled in this order, so sent in this order.
            let before = try_join_all(ahead.iter().map(|ahead| ahead.send(client)));
            let (before, result) = tokio::join!(before, request(client));
            before?;
            result
        };
        // Changing a large table takes as long as it takes.
        let limit = if self.mode == Mode::Migrate { Duration::MAX } else { ANSWER };
        match self.runtime.block_on(async { timeout(limit, work).await }) {
            Ok(result) => self.check(result),
            Err(_) => Err(self.silent()),
        }
    }

    /// What is wrong with a database that does not answer in time. The connection is of no more use: an answer that
    /// comes late would be taken for another's.
    fn silent(&mut self) -> Error {
        (self.lost, self.silent) = (true, true);
        Error::unavailable("the database does not answer in time")
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

/// Nobody waits for a statement longer than [`ANSWER`], so the database need not either: whoever waits there for a lock
/// has a connection, and another is made in the place of one that was given up here. A commit is not among the statements
/// that it gives up.
fn begin(mode: Mode) -> &'static str {
    match mode {
        Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '10s'",
        Mode::Write => "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL statement_timeout = '10s'",
        Mode::Migrate => "BEGIN ISOLATION LEVEL READ COMMITTED",
    }
}

pub(crate) fn names(columns: &[tokio_postgres::Column]) -> Columns {
    columns.iter().map(|c| c.name().into()).collect()
}

/// The mistake of passing too few arguments, worded as SQLite's is.
pub(crate) fn missing(n: usize) -> Error {
    Error::other(format!("no argument for ${n}"))
}
