//! The one thread that writes, and its queue.

use super::{Connection, checkpoint::Checkpoints, closed};
use crate::{
    Error, IsConflict, Outcome, Result, Tx,
    tx::{Done, Verdict, outcome_of},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    thread,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};

/// How many transactions are committed together at most, so that the first does not wait for ever.
const BATCH: usize = 64;

/// How many may wait in the queue; more wait to get into it.
const QUEUE: usize = 1024;

pub(crate) struct Writer(mpsc::Sender<Message>);

enum Message {
    Work(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

impl Writer {
    pub(crate) fn start(path: &Path) -> Result<Writer> {
        let mut connection = Connection::writer(path)?;
        let checkpoints = Checkpoints::of(&mut connection, path)?;
        let (sender, receiver) = mpsc::channel(QUEUE);
        thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || serve(&connection, checkpoints, receiver))
            .map_err(Error::unavailable)?;
        Ok(Writer(sender))
    }

    pub(crate) async fn run<T, E>(
        &self,
        start: Instant,
        f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Done<T, E>
    where
        T: Send + 'static,
        E: From<Error> + IsConflict + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Work { f, start, queued: Duration::ZERO, state: State::Waiting, reply };
        if self.0.send(Message::Work(Box::new(job))).await.is_err() {
            return Done::failed(closed(), start.elapsed());
        }
        match answer.await {
            Ok(Ok(done)) => done,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => Done::failed(closed(), start.elapsed()),
        }
    }

    pub(crate) async fn close(&self) {
        let (reply, done) = oneshot::channel();
        if self.0.send(Message::Close(reply)).await.is_ok() {
            // An error means the thread is gone, which is what was asked.
            let _ = done.await;
        }
    }
}

/// A transaction that waits, without its types.
trait Job: Send {
    /// Whether somebody still waits for the answer.
    fn is_wanted(&self) -> bool;
    /// Runs the closure in the open transaction; true if its changes are to be kept.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Whether it ran and its changes are to be kept.
    fn is_kept(&self) -> bool;
    /// Answers the caller, now that the commit went well or not.
    fn finish(self: Box<Self>, commit: &Result<()>);
}

struct Work<T, E, F> {
    f: F,
    start: Instant,
    queued: Duration,
    state: State<T, E>,
    reply: oneshot::Sender<thread::Result<Done<T, E>>>,
}

enum State<T, E> {
    Waiting,
    Answered(Verdict<T, E>),
    Panicked(Box<dyn std::any::Any + Send>),
}

impl<T, E, F> Job for Work<T, E, F>
where
    T: Send,
    E: From<Error> + IsConflict + Send,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run(&mut self, connection: &Connection) -> bool {
        self.queued = self.start.elapsed();
        // What a panic leaves half done is undone with the savepoint, and the closure is not called again.
        self.state = match catch_unwind(AssertUnwindSafe(|| {
            let mut tx = Tx::sqlite(connection);
            let answer = (self.f)(&mut tx);
            tx.judge(answer)
        })) {
            Ok(verdict) => State::Answered(verdict),
            Err(panic) => State::Panicked(panic),
        };
        self.is_kept()
    }

    fn is_kept(&self) -> bool {
        matches!(self.state, State::Answered(Verdict::Commit(_)))
    }

    fn finish(self: Box<Self>, commit: &Result<()>) {
        let queued = self.queued;
        let done = match (self.state, commit) {
            (State::Panicked(panic), _) => Err(panic),
            (State::Answered(Verdict::Rollback(e, outcome)), _) => Ok(Done { result: Err(e), outcome, queued }),
            (State::Answered(Verdict::Commit(value)), Ok(())) => {
                Ok(Done { result: Ok(value), outcome: Outcome::Committed, queued })
            }
            (_, Err(e)) => Ok(Done { outcome: outcome_of(e), result: Err(e.again().into()), queued }),
            (State::Waiting, Ok(())) => Ok(Done::failed(Error::other("a transaction was not run"), queued)),
        };
        // The caller may have gone away; what was committed stays.
        let _ = self.reply.send(done);
    }
}

fn serve(connection: &Connection, mut checkpoints: Checkpoints, mut queue: mpsc::Receiver<Message>) {
    let mut closing = Vec::new();
    while let Some(message) = queue.blocking_recv() {
        let mut batch = Vec::new();
        let mut next = Some(message);
        while let Some(message) = next {
            match message {
                Message::Work(job) => batch.push(job),
                Message::Close(reply) => {
                    // Nothing new gets in, what is in the queue is still done.
                    queue.close();
                    closing.push(reply);
                }
            }
            next = if batch.len() < BATCH { queue.try_recv().ok() } else { None };
        }
        commit_together(connection, batch);
        checkpoints.tend(connection);
    }
    checkpoints.end();
    for pragma in ["PRAGMA optimize;", "PRAGMA wal_checkpoint(TRUNCATE);"] {
        if let Err(e) = connection.batch(pragma) {
            tracing::warn!(error = %e, pragma, "the database could not be tidied before closing");
        }
    }
    for reply in closing {
        let _ = reply.send(());
    }
}

fn commit_together(connection: &Connection, mut batch: Vec<Box<dyn Job>>) {
    batch.retain(|job| job.is_wanted());
    if batch.is_empty() {
        return;
    }
    let commit = run_all(connection, &mut batch);
    if matches!(commit, Err(Error::Other(_) | Error::Unique(_))) && batch.len() > 1 {
        // One of them broke a constraint that is checked at the end. The others shall not suffer: each for itself.
        for mut job in batch {
            let commit = if job.is_kept() { run_all(connection, std::slice::from_mut(&mut job)) } else { Ok(()) };
            job.finish(&commit);
        }
        return;
    }
    for job in batch {
        job.finish(&commit);
    }
}

/// Runs the jobs in one transaction and ends it, one way or the other.
fn run_all(connection: &Connection, batch: &mut [Box<dyn Job>]) -> Result<()> {
    let result = run_and_commit(connection, batch);
    if !connection.is_idle()
        && let Err(e) = connection.control("ROLLBACK")
    {
        tracing::error!(error = %e, "a transaction could not be rolled back");
    }
    result
}

fn run_and_commit(connection: &Connection, batch: &mut [Box<dyn Job>]) -> Result<()> {
    connection.control("BEGIN IMMEDIATE")?;
    for job in batch {
        connection.control("SAVEPOINT job")?;
        if !job.run(connection) {
            if connection.is_idle() {
                // A full disk and its like end the whole transaction.
                return Err(Error::unavailable("SQLite gave the transaction up"));
            }
            connection.control("ROLLBACK TO job")?;
        }
        connection.control("RELEASE job")?;
    }
    connection.control("COMMIT")
}
