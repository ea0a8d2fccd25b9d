//! A transaction that the writer has been asked for, from then until its answer.

use super::connection::Connection;
use crate::{
    Error, Result, Tx,
    job::{Done, Job},
    tx::Verdict,
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// A transaction in the queue.
pub(super) struct Waiting {
    job: Box<dyn Job>,
    /// Which is not counted among the changes of rows.
    pub(super) changes_schema: bool,
    start: Instant,
    queued: Duration,
    state: State,
    reply: oneshot::Sender<thread::Result<Done>>,
}

enum State {
    Waiting,
    Answered(Verdict),
    Panicked(Box<dyn std::any::Any + Send>),
}

/// Where the answer comes out.
pub(super) type Answer = oneshot::Receiver<thread::Result<Done>>;

impl Waiting {
    /// Asked for at `start`.
    pub(super) fn new(job: Box<dyn Job>, changes_schema: bool, start: Instant) -> (Self, Answer) {
        let (reply, answer) = oneshot::channel();
        (Self { job, changes_schema, start, queued: Duration::ZERO, state: State::Waiting, reply }, answer)
    }

    /// Whether somebody still waits for the answer.
    pub(super) fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    /// Runs the closure in the open transaction; true if its changes are to be kept.
    pub(super) fn run(&mut self, connection: &mut Connection) -> bool {
        self.queued = self.start.elapsed();
        // What a panic leaves half done is undone like what is refused.
        self.state = match catch_unwind(AssertUnwindSafe(|| {
            let mut tx = Tx::new(connection);
            let answer = self.job.run(&mut tx);
            tx.judge(answer)
        })) {
            Ok(verdict) => State::Answered(verdict),
            Err(panic) => State::Panicked(panic),
        };
        self.is_kept()
    }

    /// Then it is not called again.
    pub(super) fn has_panicked(&self) -> bool {
        matches!(self.state, State::Panicked(_))
    }

    /// Whether it ran and its changes are to be kept.
    pub(super) fn is_kept(&self) -> bool {
        matches!(self.state, State::Answered(Verdict::Commit))
    }

    /// Answers the caller, now that the commit went well or not.
    fn finish(self, commit: &Result<()>) {
        let queued = self.queued;
        let done = match (self.state, commit) {
            (State::Panicked(panic), _) => Err(panic),
            (State::Answered(Verdict::Commit), Err(e)) | (State::Waiting, Err(e)) => {
                Ok(Done::failed(e.again(), queued))
            }
            (State::Answered(verdict), _) => Ok(Done::new(self.job, verdict, queued)),
            (State::Waiting, Ok(())) => Ok(Done::failed(Error::other("a transaction was not run"), queued)),
        };
        // The caller may have gone away; what was committed stays.
        let _ = self.reply.send(done);
    }
}

/// Answers all of them.
pub(super) fn finish(batch: Vec<Waiting>, commit: &Result<()>) {
    for job in batch {
        job.finish(commit);
    }
}
