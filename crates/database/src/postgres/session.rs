//! The transaction on a connection.

use super::{address::Address, begin, connection::Connection};
use crate::{
    Engine, Result, Value,
    mode::Mode,
    scope::Scope,
    statements::{ReadRow, Statements},
};
use std::time::{Duration, Instant};

/// A rest after which a connection may well have died.
const LONG: Duration = Duration::from_secs(1);

/// How many statements may wait for the next request.
const AHEAD: u32 = 16;

/// A connection, used by one transaction at a time and from a thread that may block.
pub(super) struct Session {
    connection: Connection,
    named: bool,
    mode: Mode,
    scope: Scope,
    begun: bool,
    ahead: u32,
    rests_since: Instant,
}

impl Session {
    pub(super) fn connect(address: &Address, named: bool, settings: &str) -> Result<Self> {
        let connection = Connection::connect(address, named, settings)?;
        let (mode, scope, rests_since) = (Mode::Read, Scope::new(Mode::Read), Instant::now());
        Ok(Session { connection, named, mode, scope, begun: false, ahead: 0, rests_since })
    }

    /// Whether the connection is of no more use, as far as is known.
    pub(super) fn is_lost(&self) -> bool {
        self.connection.is_lost()
    }

    /// Nobody uses it for now.
    pub(super) fn rest(&mut self) {
        self.roll_back();
        self.rests_since = Instant::now();
    }

    /// Whether the connection is of use again. What died while nobody used it is found out here, and not by a commit of
    /// which nobody could say what became of it.
    pub(super) fn wakes(&mut self) -> bool {
        if self.rests_since.elapsed() > LONG {
            self.connection.listen();
        }
        !self.is_lost()
    }

    /// Whether the database did not answer in time.
    pub(super) fn is_silent(&self) -> bool {
        self.connection.is_silent()
    }

    /// The next statement begins a transaction.
    pub(super) fn start(&mut self, mode: Mode) {
        self.connection.start(mode, begin::limit(mode));
        (self.mode, self.scope, self.begun, self.ahead) = (mode, Scope::new(mode), false, 0);
    }

    pub(super) fn commit(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.begun) {
            return Ok(());
        }
        self.connection.commit().inspect_err(|_| self.connection.roll_back())
    }

    /// Ends the transaction without waiting for the answer.
    pub(super) fn roll_back(&mut self) {
        self.begun = false;
        self.connection.roll_back();
    }

    /// Takes leave of the server.
    pub(super) fn close(self) {
        self.connection.close();
    }

    /// The connection, for a statement that may write.
    fn writes(&mut self) -> Result<&mut Connection> {
        self.ahead = 0;
        self.connection.forget_fetched();
        self.inside()
    }

    /// The connection, with what has to be said before the next statement in its group: BEGIN, and what the transaction has
    /// entered since. It goes in the packet of that statement: no time is spent on it.
    fn inside(&mut self) -> Result<&mut Connection> {
        if !std::mem::replace(&mut self.begun, true) {
            begin::begin(&mut self.connection, self.mode, &mut self.scope)?;
        } else {
            begin::enter(&mut self.connection, &mut self.scope)?;
        }
        Ok(&mut self.connection)
    }
}

impl Statements for Session {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        self.writes()?.execute(sql, args)
    }

    fn execute_later(&mut self, sql: &str, args: &[Value]) -> Result<()> {
        if !self.named || self.ahead >= AHEAD {
            return self.execute(sql, args).map(drop);
        }
        let ahead = self.ahead + 1;
        // What was entered by now is what it is to see.
        self.writes()?.add(sql, args)?;
        self.ahead = ahead;
        Ok(())
    }

    fn prefetch(&mut self, sql: &str, args: &[Value]) -> Result<()> {
        if !self.named || self.ahead >= AHEAD {
            return Ok(());
        }
        self.ahead += 1;
        let scope = self.scope.text();
        self.inside()?.prefetch(sql, args, scope)
    }

    fn execute_each(&mut self, sql: &str, rows: &[Vec<Value>]) -> Result<u64> {
        self.writes()?.execute_each(sql, rows)
    }

    fn rows(&mut self, sql: &str, args: &[Value], first: bool, read: &mut ReadRow<'_>) -> Result<()> {
        self.ahead = 0;
        if self.connection.fetched(sql, args, &self.scope.text(), first, read)? {
            return Ok(());
        }
        if !sql.starts_with("SELECT") {
            self.connection.forget_fetched();
        }
        self.inside()?.rows(sql, args, first, read)
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        self.writes()?.batch(sql)
    }

    fn prepare(&mut self, sql: &str) -> Result<()> {
        self.ahead = 0;
        self.inside()?.prepare(sql)
    }

    fn scope(&mut self) -> Option<&mut Scope> {
        Some(&mut self.scope)
    }
}
