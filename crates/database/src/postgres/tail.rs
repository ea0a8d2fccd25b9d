//! What is new in the table of changes.
//!
//! One follower asks for all who wait at the same time. A lone question goes at once; the more there are, the less each
//! costs.
//!
//! Positions are transaction ids, and the follower keeps the snapshot of its last question: new is what that had not seen
//! yet. Such a snapshot means something on the same server without a crash in between. A token in the table tells: it is
//! not logged, so a crash and the promotion of a standby empty it.

use super::{
    address::Address,
    begin::{self, MOVES},
    connection::Connection,
    shortage::Idle,
};
use crate::{EVERYTHING, Error, FromRow, Result, Value, args, changes::Changes, mode::Mode, scope::Scope};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        oneshot,
    },
    time::timeout,
};

/// How long one waits, the time in which others are answered included.
const PATIENCE: Duration = Duration::from_secs(15);

/// The token stands at position 0, which no transaction has. The limit is [`MOST`](crate::changes::MOST).
const NEWS: &str = "SELECT pg_current_snapshot()::text AS snapshot,
       (SELECT string_agg(row_id, ' ' ORDER BY row_id) FROM changes WHERE position = 0) AS token,
       (SELECT string_agg(concat(oid, tgenabled, xmin), ' ' ORDER BY oid) FROM pg_trigger
        WHERE tgfoid IN (to_regproc('note_change'), to_regproc('note_policy'))) || ' ' || pg_postmaster_start_time() AS source,
       (SELECT string_agg(row_id, ',') FROM (
            SELECT row_id FROM changes
            WHERE position BETWEEN pg_snapshot_xmax(nullif($1, '')::pg_snapshot)::text::bigint
                           AND pg_snapshot_xmax(pg_current_snapshot())::text::bigint
            UNION ALL
            SELECT row_id FROM changes
            WHERE position = ANY (ARRAY(SELECT pg_snapshot_xip(nullif($1, '')::pg_snapshot)::text::bigint))
            LIMIT 10000
        ) new) AS rows";

const NEW_TOKEN: &str =
    "INSERT INTO changes (position, project_id, row_id) VALUES (0, '*', gen_random_uuid()) RETURNING row_id";

/// Whether all tables that count their changes have triggers that say so. Where tables are distributed they have not.
const IS_COMPLETE: &str = "SELECT NOT EXISTS (
        SELECT FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'revision'
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgfoid = to_regproc('note_change')
             AND t.tgenabled = 'A' AND t.tgname IN ('changed', 'deleted', 'emptied')) < 3)
        AND (to_regproc('note_policy') IS NULL
             OR (SELECT count(*) FROM pg_trigger WHERE tgfoid = to_regproc('note_policy') AND tgenabled = 'A') >= 2)";

/// Where to ask.
pub(super) struct Tail(UnboundedSender<Question>);

enum Question {
    News(Answer),
    /// Whoever asks later is refused.
    Close(oneshot::Sender<()>),
}

type Answer = oneshot::Sender<Result<()>>;

impl Tail {
    pub(super) fn start(address: Arc<Address>, named: bool, changes: &Arc<Changes>, idle: Arc<Idle>) -> Result<Tail> {
        let (sender, questions) = unbounded_channel();
        let changes = changes.clone();
        let follower = Follower {
            address,
            named,
            idle,
            connection: None,
            changes,
            snapshot: String::new(),
            source: None,
            is_complete: false,
        };
        let run = move || follower.run(questions);
        thread::Builder::new().name("postgres-tail".into()).spawn(run).map_err(Error::unavailable)?;
        Ok(Tail(sender))
    }

    pub(super) async fn catch_up(&self) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        let gone = || Error::unavailable("the database is closed");
        self.0.send(Question::News(answer)).map_err(|_| gone())?;
        match timeout(PATIENCE, answered).await {
            Ok(answer) => answer.map_err(|_| gone())?,
            Err(_) => Err(Error::unavailable("the database does not answer in time")),
        }
    }

    pub(super) async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        if self.0.send(Question::Close(reply)).is_ok() {
            // An error means that nobody answers any more, which is what was asked.
            let _ = closed.await;
        }
    }
}

struct Follower {
    address: Arc<Address>,
    named: bool,
    /// Where others leave theirs, one of which may have to make room.
    idle: Arc<Idle>,
    /// Its own, so that nobody's transactions are waited for.
    connection: Option<Connection>,
    changes: Arc<Changes>,
    snapshot: String,
    /// The token, the triggers and the server it is of, and whether all that changes is said there.
    source: Option<(String, String)>,
    is_complete: bool,
}

impl Follower {
    /// Answers until nobody can ask any more.
    fn run(mut self, mut questions: UnboundedReceiver<Question>) {
        let mut closing = Vec::new();
        while let Some(question) = questions.blocking_recv() {
            let (mut waiting, mut next) = (Vec::new(), Some(question));
            while let Some(question) = next {
                match question {
                    Question::News(answer) => waiting.push(answer),
                    Question::Close(reply) => {
                        questions.close();
                        closing.push(reply);
                    }
                }
                next = questions.try_recv().ok();
            }
            if waiting.is_empty() {
                continue;
            }
            let result = catch_unwind(AssertUnwindSafe(|| self.catch_up())).unwrap_or_else(|_| {
                // Those who ask later are answered again, and what was learned half is learned anew.
                self.source = None;
                Err(Error::unavailable("a panic while asking for changes"))
            });
            for answer in waiting {
                // Nobody may be waiting any more.
                let _ = answer.send(result.as_ref().map_err(Error::again).copied());
            }
        }
        if let Some(connection) = self.connection.take() {
            connection.close();
        }
        for reply in closing {
            let _ = reply.send(());
        }
    }

    /// What is lost on the way is asked again, because it only reads.
    fn catch_up(&mut self) -> Result<()> {
        let mut moves = 0;
        loop {
            let connection = match self.connection.take() {
                Some(connection) if !connection.is_lost() => connection,
                _ => {
                    let settings = begin::settings_of(Mode::Check, self.named);
                    self.idle.connect(
                        Instant::now(),
                        || Connection::connect(&self.address, self.named, settings),
                        || None,
                    )?
                }
            };
            self.connection = Some(connection);
            match self.ask() {
                Ok(()) => return Ok(()),
                Err(error) if moves == MOVES || self.connection.as_ref().is_some_and(Connection::is_silent) => {
                    return Err(error);
                }
                Err(Error::Conflict | Error::Unavailable(_)) => moves += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn ask(&mut self) -> Result<()> {
        type News = (String, Option<String>, Option<String>, Option<String>);
        let (snapshot, token, source, rows) = self.one::<News>(Mode::Read, NEWS, args![&self.snapshot])?;
        let source = token.zip(source);
        if source.is_none() || source != self.source {
            self.changes.learn_everything();
            self.source = None;
            self.is_complete = self.one::<(bool,)>(Mode::Read, IS_COMPLETE, &[])?.0;
            if source.is_none()
                && self.is_complete
                && let Err(error) = self.one::<(String,)>(Mode::Write, NEW_TOKEN, &[])
            {
                // Reading goes on where nothing can be written; everything stays in doubt.
                tracing::debug!(%error, "the table of changes has no token");
            }
            self.source = source;
        } else if !self.is_complete {
            self.changes.learn_everything();
        } else if let Some(rows) = rows {
            self.changes.learn(&rows, known_before(&self.snapshot));
        }
        self.snapshot = snapshot;
        Ok(())
    }

    /// The row that a statement answers, in a transaction of its own that sees everything.
    fn one<T: FromRow>(&mut self, mode: Mode, sql: &str, args: &[Value]) -> Result<T> {
        let connection = self.connection.as_mut().ok_or_else(|| Error::unavailable("the connection is gone"))?;
        connection.start(mode, begin::limit(mode));
        if self.named {
            // Beforehand, lest what follows is sent along with it and over with it.
            connection.statement(sql)?;
        }
        let mut scope = Scope::new(mode);
        scope.enter(EVERYTHING);
        // A group is a transaction unless something in it begins one.
        begin::settings(connection, mode, &mut scope)?;
        let mut found = None;
        connection.rows(sql, args, true, &mut |row| {
            found = Some(T::from_row(row)?);
            Ok(())
        })?;
        found.ok_or_else(|| Error::other(format!("no row from {sql}")))
    }
}

/// The first transaction whose end a snapshot, as `10:14:11,13`, had not seen.
fn known_before(snapshot: &str) -> i64 {
    snapshot.split(':').next().and_then(|first| first.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_snapshot_knows_all_before_its_first_transaction() {
        assert_eq!(super::known_before("10:14:11,13"), 10);
        assert_eq!(super::known_before(""), 0);
    }
}
