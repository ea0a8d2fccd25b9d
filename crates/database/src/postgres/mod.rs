//! PostgreSQL: a few connections, each transaction on a thread of its own that blocks.
//!
//! REPEATABLE READ refuses to overwrite a row that changed since it was read, as SQLite's single writer does; refused
//! transactions are run again. (SERIALIZABLE refused four in five unrelated transactions when measured.)

mod address;
mod bind;
mod binding;
mod decode;
mod error;
mod hosts;
mod pool;
mod session;
mod statements;
mod tail;
mod tls;
mod tls_stream;

pub(crate) use session::Session;

use crate::{
    Error, IsConflict, Options, Outcome, Result, Tx,
    changes::Changes,
    tx::{Done, Mode, RETRIES, Verdict, outcome_of},
};
use pool::{Lease, Pool};
use session::MOVES;
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tail::Tail;

/// A server, or several of which one is the primary.
pub(crate) struct Postgres {
    pool: Arc<Pool>,
    tail: Tail,
}

impl Postgres {
    pub(crate) async fn open(options: &Options, changes: &Arc<Changes>) -> Result<Postgres> {
        let pool = Arc::new(Pool::new(options)?);
        // A wrong address or password is reported now, not by the first request.
        drop(pool.clone().lease().await?);
        Ok(Postgres { tail: Tail::start(&pool, changes), pool })
    }

    pub(crate) async fn catch_up(&self) -> Result<()> {
        self.tail.catch_up().await
    }

    pub(crate) async fn run<T, E>(
        &self,
        mode: Mode,
        start: Instant,
        mut f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Done<T, E>
    where
        T: Send + 'static,
        E: From<Error> + IsConflict + Send + 'static,
    {
        let mut lease = match self.pool.clone().lease().await {
            Ok(lease) => lease,
            Err(e) => return Done::failed(e, start.elapsed()),
        };
        let queued = start.elapsed();
        let work = tokio::task::spawn_blocking(move || {
            let (result, outcome) = repeat(&mut lease, mode, &mut f);
            Done { result, outcome, queued }
        });
        match work.await {
            Ok(done) => done,
            Err(e) => match e.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is shutting down.
                Err(e) => Done::failed(Error::unavailable(e), queued),
            },
        }
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Runs the transaction until it is neither refused for another's sake nor cut off where that is harmless.
fn repeat<T, E: From<Error> + IsConflict>(
    lease: &mut Lease,
    mode: Mode,
    f: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
) -> (Result<T, E>, Outcome) {
    let (mut conflicts, mut moves) = (0, 0);
    loop {
        let session = match lease.session() {
            Ok(session) => session,
            Err(e) => return (Err(e.into()), Outcome::Unavailable),
        };
        let attempt = attempt(session, mode, f);
        match attempt.outcome {
            Outcome::Conflict if conflicts < RETRIES => {
                thread::sleep(back_off(conflicts));
                conflicts += 1;
            }
            Outcome::Unavailable if attempt.harmless && moves < MOVES => moves += 1,
            outcome => return (attempt.result, outcome),
        }
    }
}

/// Between nothing and a limit that grows to 64 ms, so that those who met do not meet again.
fn back_off(conflicts: u32) -> Duration {
    Duration::from_micros(fastrand::u64(0..1000 << conflicts.min(6)))
}

struct Attempt<T, E> {
    result: Result<T, E>,
    outcome: Outcome,
    /// The connection was lost while certainly nothing was committed.
    harmless: bool,
}

fn attempt<T, E: From<Error> + IsConflict>(
    session: &mut Session,
    mode: Mode,
    f: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
) -> Attempt<T, E> {
    session.start(mode);
    let mut tx = Tx::postgres(session);
    let answer = f(&mut tx);
    match tx.judge(answer) {
        Verdict::Rollback(e, outcome) => {
            session.roll_back();
            Attempt { result: Err(e), outcome, harmless: session.is_lost() && !session.is_silent() }
        }
        Verdict::Commit(value) if mode == Mode::Read => {
            session.roll_back();
            Attempt { result: Ok(value), outcome: Outcome::Committed, harmless: false }
        }
        Verdict::Commit(value) => match session.commit() {
            Ok(()) => Attempt { result: Ok(value), outcome: Outcome::Committed, harmless: false },
            // Perhaps it was committed: only the caller can know whether to try again.
            Err(e) => Attempt { outcome: outcome_of(&e), result: Err(e.into()), harmless: false },
        },
    }
}
