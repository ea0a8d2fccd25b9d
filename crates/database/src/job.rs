//! A transaction on its way through an engine, without the types of its closure: queues, retries and commits are compiled
//! once and not for each closure.

use crate::{
    Error, IsConflict, Outcome, Result, Tx,
    tx::{Answer, Verdict},
};
use std::{any::Any, time::Duration};

/// The closure of a transaction, and the answer that it gave last.
pub(crate) trait Job: Any + Send {
    /// Runs the closure in the open transaction, perhaps not for the first time.
    fn run(&mut self, tx: &mut Tx<'_>) -> Answer;
}

/// The job with the answer that counts, or an error that counts instead.
pub(crate) type Ended = Result<Box<dyn Job>>;

struct Typed<F, T, E> {
    closure: F,
    answer: Option<Result<T, E>>,
}

impl<F, T, E> Job for Typed<F, T, E>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: IsConflict + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Answer {
        let answer = (self.closure)(tx);
        let kind = match &answer {
            Ok(_) => Answer::Ok,
            Err(e) if e.is_conflict() => Answer::Conflict,
            Err(_) => Answer::Refused,
        };
        self.answer = Some(answer);
        kind
    }
}

/// Has a closure run without its types, and finds its answer again.
pub(crate) async fn run<F, T, E, R>(closure: F, run: impl FnOnce(Box<dyn Job>) -> R) -> Result<T, E>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + IsConflict + Send + 'static,
    R: Future<Output = Ended>,
{
    let job: Box<dyn Any> = run(Box::new(Typed { closure, answer: None })).await?;
    let answer = job.downcast::<Typed<F, T, E>>().ok().and_then(|job| job.answer);
    answer.unwrap_or_else(|| Err(Error::other("a transaction was not run").into()))
}

/// How a transaction ended, for the caller and for the observer.
pub(crate) struct Done {
    pub(crate) result: Ended,
    pub(crate) outcome: Outcome,
    /// How long it waited before it was run.
    pub(crate) queued: Duration,
    /// How often it was run anew.
    pub(crate) repeats: u32,
}

impl Done {
    pub(crate) fn new(job: Box<dyn Job>, verdict: Verdict, queued: Duration) -> Self {
        let (instead, outcome) = match verdict {
            Verdict::Commit => (None, Outcome::Committed),
            Verdict::Rollback(outcome, instead) => (instead, outcome),
        };
        Done { result: instead.map_or(Ok(job), Err), outcome, queued, repeats: 0 }
    }

    /// The same for a job that perhaps could not be run.
    pub(crate) fn of(job: Box<dyn Job>, run: Result<Verdict>, queued: Duration) -> Self {
        match run {
            Ok(verdict) => Done::new(job, verdict, queued),
            Err(e) => Done::failed(e, queued),
        }
    }

    /// What becomes of work on a thread that may block. Its panics go on here.
    pub(crate) async fn of_thread(work: impl FnOnce() -> Done + Send + 'static, queued: Duration) -> Self {
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(e) => match e.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is shutting down.
                Err(e) => Done::failed(Error::unavailable(e), queued),
            },
        }
    }

    /// It never ran, or could not be finished.
    pub(crate) fn failed(e: Error, queued: Duration) -> Self {
        Done { outcome: Outcome::of(&e), result: Err(e), queued, repeats: 0 }
    }
}
