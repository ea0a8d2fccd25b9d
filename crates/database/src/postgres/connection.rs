//! A connection, with the statements that the server has compiled on it.

use super::{
    address::Address,
    bind,
    decode::Shape,
    error::{self, Effect},
    fault::Fault,
    prepared::{Prepared, Statement},
    wire::Wire,
};
use crate::{Error, Result, Value, mode::Mode, row::Row, statements::ReadRow};
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::{CommandCompleteBody, Message};
use std::{collections::HashMap, iter, sync::Arc, time::Duration};
use tokio_postgres::types::Type;

/// How many runs of a statement go in one group: the answers to them must fit where nobody reads them yet.
const RUNS: usize = 1000;

/// A connection that is used by one at a time, from a thread that may block.
pub(super) struct Connection {
    wire: Wire,
    /// Whether statements are kept there.
    named: bool,
    /// For the errors of the statements that follow.
    mode: Mode,
    /// How long each answer is waited for.
    limit: Option<Duration>,
    prepared: Prepared,
    /// Statements of our own, by their text. They are compiled along with their first use.
    fixed: HashMap<&'static str, String>,
    /// Those of them that are compiled in the group which is to be sent.
    fresh: Vec<&'static str>,
    /// The names of those that the server shall forget with the next group.
    forgotten: Vec<String>,
    /// How many names were given.
    names: u64,
    fetched: Vec<Fetched>,
    lost: bool,
    silent: bool,
}

/// A query whose rows are there before somebody asks for them.
struct Fetched {
    sql: Box<str>,
    args: Vec<Value>,
    scope: String,
    statement: Arc<Statement>,
    /// Which of the group it is, until that is sent.
    part: Option<usize>,
    rows: Vec<Vec<Value>>,
}

impl Connection {
    pub(super) fn connect(address: &Address, named: bool, settings: &str) -> Result<Self> {
        Ok(Connection {
            wire: address.connect(settings)?,
            named,
            mode: Mode::Read,
            limit: None,
            prepared: Prepared::default(),
            fixed: HashMap::new(),
            fresh: Vec::new(),
            forgotten: Vec::new(),
            names: 0,
            fetched: Vec::new(),
            lost: false,
            silent: false,
        })
    }

    /// Whether the connection is of no more use, as far as is known: while nobody asks, nothing is read from it.
    pub(super) fn is_lost(&self) -> bool {
        self.lost || !self.wire.is_usable()
    }

    /// Finds out whether the connection is lost, without asking the server.
    pub(super) fn listen(&mut self) {
        self.wire.listen();
    }

    /// Whether the database did not answer in time. Asking again, on another connection, would only wait longer.
    pub(super) fn is_silent(&self) -> bool {
        self.silent
    }

    /// What the statements that follow are for, and how long each of their answers is waited for.
    pub(super) fn start(&mut self, mode: Mode, limit: Option<Duration>) {
        (self.mode, self.limit) = (mode, limit);
        self.forget_fetched();
        self.discard();
    }

    /// Adds a statement of our own to the group. Its parameters are texts.
    pub(super) fn add_fixed(&mut self, sql: &'static str, args: &[Value]) -> Result<()> {
        let types = || iter::repeat_n(&Type::TEXT, args.len());
        if !self.fixed.contains_key(sql) {
            let name = self.name();
            self.wire.parse(&name, sql, types().cloned())?;
            if self.named {
                self.fixed.insert(sql, name);
                self.fresh.push(sql);
            }
        }
        let name = self.fixed.get(sql).map_or("", String::as_str);
        self.wire.execute(name, args.iter().zip(types()))
    }

    /// Adds a statement to the group. The shape of what it answers comes with the answer unless it is known.
    pub(super) fn add(&mut self, sql: &str, args: &[Value]) -> Result<Option<Arc<Statement>>> {
        if self.named {
            let statement = self.statement(sql)?;
            self.add_run(&statement, args)?;
            return Ok(Some(statement));
        }
        self.wire.parse("", sql, args.iter().map(|arg| bind::announced(arg).clone()))?;
        self.wire.describe("")?;
        self.wire.execute("", args.iter().map(|arg| (arg, bind::announced(arg))))?;
        Ok(None)
    }

    fn add_run(&mut self, statement: &Statement, args: &[Value]) -> Result<()> {
        let used = bind::used(args, &statement.parameters)?;
        self.wire.execute(&statement.name, used.iter().zip(&statement.parameters))
    }

    /// Runs the group with this statement at its end, and answers how many rows that touched.
    pub(super) fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        self.add(sql, args)?;
        self.touched(1)
    }

    /// Runs a statement once for each row of arguments, and answers how many rows of the table it touched.
    pub(super) fn execute_each(&mut self, sql: &str, rows: &[Vec<Value>]) -> Result<u64> {
        let mut touched = 0;
        for rows in rows.chunks(if self.named { RUNS } else { 1 }) {
            for args in rows {
                self.add(sql, args)?;
            }
            touched += self.touched(rows.len())?;
        }
        Ok(touched)
    }

    fn touched(&mut self, runs: usize) -> Result<u64> {
        let mut touched = 0;
        self.ask(runs, &mut |message| {
            if let Message::CommandComplete(body) = message {
                touched += count(&body)?;
            }
            Ok(())
        })?;
        Ok(touched)
    }

    /// Adds a query whose rows are kept for [`Connection::fetched`].
    pub(super) fn prefetch(&mut self, sql: &str, args: &[Value], scope: String) -> Result<()> {
        let statement = self.statement(sql)?;
        self.add_run(&statement, args)?;
        let part = Some(self.wire.parts() - 1);
        let (sql, args) = (sql.into(), args.to_vec());
        self.fetched.push(Fetched { sql, args, scope, statement, part, rows: Vec::new() });
        Ok(())
    }

    /// Has the rows of a query read that was fetched beforehand; whether it was.
    pub(super) fn fetched(
        &mut self,
        sql: &str,
        args: &[Value],
        scope: &str,
        first: bool,
        read: &mut ReadRow<'_>,
    ) -> Result<bool> {
        let same = |known: &Fetched| *known.sql == *sql && known.args == args && known.scope == scope;
        let Some(index) = self.fetched.iter().position(same) else { return Ok(false) };
        if self.fetched[index].part.is_some() {
            self.ask(0, &mut |_| Ok(()))?;
        }
        let Fetched { statement, rows, .. } = self.fetched.swap_remove(index);
        let mut row = Row::new(statement.shape.names.clone());
        for values in rows.into_iter().take(if first { 1 } else { usize::MAX }) {
            row.refill(values.into_iter().map(Ok))?;
            read(&mut row)?;
        }
        Ok(true)
    }

    /// What was fetched may not be true any more.
    pub(super) fn forget_fetched(&mut self) {
        self.fetched.clear();
    }

    /// Runs the group with this statement at its end, and has its rows read, or the first only.
    pub(super) fn rows(&mut self, sql: &str, args: &[Value], first: bool, read: &mut ReadRow<'_>) -> Result<()> {
        let statement = self.add(sql, args)?;
        let (mut shape, mut row) = (None, None);
        self.ask(1, &mut |message| {
            match message {
                Message::RowDescription(description) => {
                    shape = Some(Shape::of(Some(&description)).map_err(Error::other)?)
                }
                Message::DataRow(_) if first && row.is_some() => {}
                Message::DataRow(body) => {
                    let shape = statement.as_ref().map(|statement| &statement.shape).or(shape.as_ref());
                    let shape = shape.ok_or_else(|| Error::other("a row of unknown columns"))?;
                    let row = row.get_or_insert_with(|| Row::new(shape.names.clone()));
                    row.refill(shape.values(&body))?;
                    read(row)?;
                }
                _ => {}
            }
            Ok(())
        })
    }

    /// Sends the group, if there is one, and then these statements.
    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        self.ask(0, &mut |_| Ok(()))?;
        let answer = self.wire.batch(sql, self.limit, &mut |_, _| Ok(()));
        self.checked(answer)
    }

    /// Has a statement compiled and forgotten.
    pub(super) fn prepare(&mut self, sql: &str) -> Result<()> {
        self.wire.parse("", sql, iter::empty())?;
        self.ask(0, &mut |_| Ok(()))
    }

    /// Has the transaction committed, if there is one.
    pub(super) fn commit(&mut self) -> Result<()> {
        self.add_fixed("COMMIT", &[])?;
        let mut committed = false;
        self.ask(1, &mut |message| {
            if let Message::CommandComplete(body) = message {
                committed = body.tag().map_err(Error::other)? == "COMMIT";
            }
            Ok(())
        })?;
        match committed {
            true => Ok(()),
            false => Err(Error::other("the database has rolled a transaction back that was to be committed")),
        }
    }

    /// Ends the transaction, if there is one, without waiting for the answer.
    pub(super) fn roll_back(&mut self) {
        self.discard();
        if self.wire.is_in_transaction() && !self.is_lost() {
            self.wire.say("ROLLBACK");
        }
    }

    /// Takes leave of the server.
    pub(super) fn close(self) {
        self.wire.close();
    }

    /// The compiled statement. It may be compiled now, and what is in the group comes before it.
    pub(super) fn statement(&mut self, sql: &str) -> Result<Arc<Statement>> {
        if let Some(known) = self.prepared.get(sql) {
            return Ok(known);
        }
        let name = self.name();
        self.wire.parse(&name, sql, iter::empty())?;
        self.wire.describe(&name)?;
        let (mut parameters, mut shape) = (Vec::new(), None);
        let compiled = self.ask(0, &mut |message| {
            match message {
                Message::ParameterDescription(body) => {
                    let types = body.parameters().map(|oid| Ok(Type::from_oid(oid).unwrap_or(Type::UNKNOWN)));
                    parameters = types.collect().map_err(Error::other)?;
                }
                Message::RowDescription(body) => shape = Some(body),
                _ => {}
            }
            Ok(())
        });
        if let Err(e) = compiled {
            // It may have been compiled all the same.
            self.forgotten.push(name);
            return Err(e);
        }
        let shape = Shape::of(shape.as_ref()).map_err(Error::other)?;
        let statement = Arc::new(Statement { name, parameters, shape });
        let forgotten = self.prepared.put(sql, statement.clone());
        self.forgotten.extend(forgotten.iter().map(|statement| statement.name.clone()));
        Ok(statement)
    }

    /// A name for a statement that is about to be compiled: none where none is kept.
    fn name(&mut self) -> String {
        if !self.named {
            return String::new();
        }
        self.names += 1;
        format!("s{}", self.names)
    }

    /// Sends the group and takes the answer to its last `own` statements.
    fn ask(&mut self, own: usize, take: &mut dyn FnMut(Message) -> Result<()>) -> Result<()> {
        for name in std::mem::take(&mut self.forgotten) {
            self.wire.forget(&name)?;
        }
        let ahead = self.wire.parts().saturating_sub(own);
        let fetched = &mut self.fetched;
        let answer = self.wire.ask(self.limit, &mut |part, message| {
            if part >= ahead {
                return take(message);
            }
            let wanted = fetched.iter_mut().find(|fetched| fetched.part == Some(part));
            if let (Some(Fetched { statement, rows, .. }), Message::DataRow(body)) = (wanted, message) {
                rows.push(statement.shape.values(&body).collect::<Result<_>>()?);
            }
            Ok(())
        });
        self.fetched.iter_mut().for_each(|fetched| fetched.part = None);
        if answer.is_ok() {
            self.fresh.clear();
        } else {
            self.forget_fresh();
        }
        self.checked(answer)
    }

    /// Forgets the group, of which nothing has been sent.
    fn discard(&mut self) {
        self.fetched.retain(|fetched| fetched.part.is_none());
        self.wire.discard();
        self.forget_fresh();
    }

    fn forget_fresh(&mut self) {
        for sql in self.fresh.drain(..) {
            self.forgotten.extend(self.fixed.remove(sql));
        }
    }

    fn checked(&mut self, answer: Result<(), Fault>) -> Result<()> {
        answer.map_err(|fault| {
            self.silent |= matches!(fault, Fault::Silent);
            let (e, effect) = error::map(fault, self.mode);
            match effect {
                Effect::None => {}
                Effect::Lost => {
                    tracing::warn!(error = %e, "lost a connection to the database");
                    self.lost = true;
                }
                Effect::StatementsGone => {
                    let fixed = std::mem::take(&mut self.fixed).into_values();
                    let others = self.prepared.clear().map(|statement| statement.name.clone());
                    self.forgotten.extend(fixed.chain(others));
                }
            }
            e
        })
    }
}

/// The number at the end of a command's tag: `INSERT 0 3`.
fn count(body: &CommandCompleteBody) -> Result<u64> {
    let tag = body.tag().map_err(Error::other)?;
    Ok(tag.rsplit(' ').next().and_then(|last| last.parse().ok()).unwrap_or(0))
}
