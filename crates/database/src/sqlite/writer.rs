//! The one thread that writes, and its queue.

use super::{
    checkpoint::Checkpoints,
    connection::Connection,
    error::closed,
    log::Confirmations,
    waiting::{Waiting, finish},
};
use crate::{
    Error, Lane, Result,
    job::{Done, Job},
    mode::Mode,
};
use std::{
    panic::resume_unwind,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Instant,
};
use tokio::sync::{mpsc, oneshot};

/// How many transactions are committed together at most, so that the first does not wait for ever.
const BATCH: usize = 64;

/// How many may wait in the queue; more wait to get into it.
const QUEUE: usize = 1024;

pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
    /// Whether it is at work: 1, or 0.
    busy: Arc<AtomicUsize>,
    copies: Arc<AtomicU64>,
}

enum Message {
    Work(Waiting),
    Close(oneshot::Sender<()>),
}

impl Writer {
    pub(crate) fn start(path: &Path, durable: bool) -> Result<Writer> {
        let mut connection = Connection::writer(path, durable)?;
        let checkpoints = Checkpoints::of(&mut connection, path)?;
        let copies = checkpoints.copies();
        let confirmations = durable.then(|| Confirmations::of(path)).transpose()?;
        let (queue, receiver) = mpsc::channel(QUEUE);
        let busy = Arc::<AtomicUsize>::default();
        let shown = busy.clone();
        thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || serve(connection, checkpoints, confirmations, receiver, &shown))
            .map_err(Error::unavailable)?;
        Ok(Writer { queue, busy, copies })
    }

    /// How busy it is.
    pub(crate) fn lane(&self) -> Lane {
        let waiting = self.queue.max_capacity() - self.queue.capacity();
        Lane { name: "write", size: 1, in_use: self.busy.load(Relaxed), waiting }
    }

    /// How often its log was copied into the database.
    pub(crate) fn copies(&self) -> u64 {
        self.copies.load(Relaxed)
    }

    pub(crate) async fn run(&self, mode: Mode, start: Instant, job: Box<dyn Job>) -> Done {
        let (waiting, answer) = Waiting::new(job, mode == Mode::Migrate, start);
        if self.queue.send(Message::Work(waiting)).await.is_err() {
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
        if self.queue.send(Message::Close(reply)).await.is_ok() {
            // An error means the thread is gone, which is what was asked.
            let _ = done.await;
        }
    }
}

fn serve(
    mut connection: Connection,
    mut checkpoints: Checkpoints,
    confirmations: Option<Confirmations>,
    mut queue: mpsc::Receiver<Message>,
    busy: &AtomicUsize,
) {
    let mut closing = Vec::new();
    while let Some(message) = queue.blocking_recv() {
        busy.store(1, Relaxed);
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
        batch.retain(Waiting::is_wanted);
        let (before, changes_schema) = (connection.changed_rows(), batch.iter().any(|job| job.changes_schema));
        let committed = commit_together(&mut connection, batch);
        match &confirmations {
            Some(confirmations) if changes_schema || connection.changed_rows() != before => {
                confirmations.answer(committed, !queue.is_empty());
            }
            _ => finish(committed, &Ok(())),
        }
        checkpoints.tend(&connection);
        busy.store(0, Relaxed);
    }
    if let Some(confirmations) = confirmations {
        confirmations.end();
    }
    checkpoints.end();
    if let Err(error) = connection.run_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the log could not be emptied before closing");
    }
    for reply in closing {
        let _ = reply.send(());
    }
}

/// Runs the jobs and commits them; those that are to be answered now that this went well.
fn commit_together(connection: &mut Connection, mut batch: Vec<Waiting>) -> Vec<Waiting> {
    if batch.is_empty() {
        return batch;
    }
    let commit = run_all(connection, &mut batch);
    if matches!(commit, Err(Error::Other(_) | Error::Unique(_))) && batch.len() > 1 {
        // One of them broke a constraint that is checked at the end. The others shall not suffer: each for itself.
        let alone = |job: Waiting| if job.is_kept() { commit_together(connection, vec![job]) } else { vec![job] };
        return batch.into_iter().flat_map(alone).collect();
    }
    if commit.is_ok() {
        return batch;
    }
    finish(batch, &commit);
    Vec::new()
}

/// Runs the jobs in one transaction and ends it, one way or the other.
fn run_all(connection: &mut Connection, batch: &mut [Waiting]) -> Result<()> {
    let guarded = batch.iter().any(|job| job.changes_schema);
    match run_and_end(connection, batch, guarded)? {
        Attempt::Committed => Ok(()),
        // What is undone is all that there was.
        Attempt::Spoilt if batch.len() == 1 => Ok(()),
        Attempt::Spoilt => run_and_end(connection, batch, true).map(drop),
    }
}

enum Attempt {
    Committed,
    /// A job left changes that are not to be kept, and with them went those of the others.
    Spoilt,
}

fn run_and_end(connection: &mut Connection, batch: &mut [Waiting], guarded: bool) -> Result<Attempt> {
    let result = run_and_commit(connection, batch, guarded);
    if !connection.is_idle()
        && let Err(e) = connection.control("ROLLBACK")
    {
        tracing::error!(error = %e, "a transaction could not be rolled back");
    }
    result
}

/// A savepoint for each job has SQLite copy every page that the job changes. Most jobs that are not to be kept have changed
/// nothing, so savepoints are for the second attempt, after one that had.
fn run_and_commit(connection: &mut Connection, batch: &mut [Waiting], guarded: bool) -> Result<Attempt> {
    connection.control("BEGIN IMMEDIATE")?;
    for job in batch.iter_mut().filter(|job| !job.has_panicked()) {
        if guarded {
            connection.control("SAVEPOINT job")?;
        }
        let before = connection.changed_rows();
        if !job.run(connection) {
            if connection.is_idle() {
                // A full disk and its like end the whole transaction.
                return Err(Error::unavailable("SQLite gave the transaction up"));
            }
            if guarded {
                connection.control("ROLLBACK TO job")?;
            } else if connection.changed_rows() != before {
                return Ok(Attempt::Spoilt);
            }
        }
        if guarded {
            connection.control("RELEASE job")?;
        }
    }
    connection.control("COMMIT")?;
    Ok(Attempt::Committed)
}
