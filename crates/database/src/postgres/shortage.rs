//! Fewer connections than there may be. PostgreSQL gives what it has left, and that may be less than the pools want
//! together: then those who need one wait for those who have one, also across pools.

use super::{fault::NoMore, session::Session};
use crate::{Error, Result};
use std::{
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

/// How many pools there are.
pub(super) const POOLS: usize = 3;

/// How long a transaction waits for a connection, for its turn and for the database together. Whoever waits longer is
/// better told to come back.
pub(super) const WAIT: Duration = Duration::from_secs(5);

/// How long after a refusal nobody asks for another connection: each question costs the database a process.
const PAUSE: Duration = Duration::from_millis(50);

/// After so long, what others give back goes to those who wait and not into their pools.
const STARVING: Duration = Duration::from_millis(250);

/// How often an operator is told.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// The connections of all pools that nobody uses.
#[derive(Default)]
pub(super) struct Idle {
    pools: [Mutex<Vec<Session>>; POOLS],
    refusals: Mutex<Refusals>,
    /// Said whenever somebody gives one back while others wait.
    returned: Condvar,
    waiting: AtomicUsize,
    starving: AtomicUsize,
}

#[derive(Default)]
struct Refusals {
    last: Option<Instant>,
    told: Option<Instant>,
}

impl Idle {
    /// The connection of a pool that was used last, which is the most likely alive. Those that died meanwhile are dropped.
    pub(super) fn take(&self, pool: usize) -> Option<Session> {
        loop {
            let mut session = lock(&self.pools[pool]).pop()?;
            if session.wakes() {
                return Some(session);
            }
        }
    }

    /// Takes one back.
    pub(super) fn put(&self, pool: usize, session: Session) {
        if self.starving.load(SeqCst) > 0 {
            session.close();
            lock(&self.refusals).last = None;
        } else {
            lock(&self.pools[pool]).push(session);
        }
        if self.waiting.load(SeqCst) > 0 {
            self.returned.notify_all();
        }
    }

    /// Closes those of a pool.
    pub(super) fn close(&self, pool: usize) {
        lock(&self.pools[pool]).drain(..).for_each(Session::close);
    }

    /// Connects. Where the database gives no more connections, waits until one is there to `take`, or until there is room
    /// for another, for [`WAIT`] since `start`. Called from a thread that may block.
    pub(super) fn connect<T>(
        &self,
        start: Instant,
        connect: impl Fn() -> Result<T>,
        take: impl Fn() -> Option<T>,
    ) -> Result<T> {
        let mut is_starving = false;
        let found = loop {
            let is_over = start.elapsed() > WAIT;
            if is_over || !self.was_refused() {
                match connect() {
                    Err(Error::Unavailable(cause)) if !is_over && cause.is::<NoMore>() => self.refused(),
                    result => break result,
                }
            }
            if !is_starving && start.elapsed() > STARVING {
                is_starving = true;
                self.starving.fetch_add(1, SeqCst);
            }
            self.waiting.fetch_add(1, SeqCst);
            let found = take().or_else(|| {
                self.make_room();
                self.wait();
                take()
            });
            self.waiting.fetch_sub(1, SeqCst);
            if let Some(found) = found {
                break Ok(found);
            }
        };
        self.starving.fetch_sub(usize::from(is_starving), SeqCst);
        found
    }

    fn was_refused(&self) -> bool {
        lock(&self.refusals).last.is_some_and(|last| last.elapsed() < PAUSE)
    }

    fn refused(&self) {
        let mut refusals = lock(&self.refusals);
        let now = Instant::now();
        refusals.last = Some(now);
        if refusals.told.is_none_or(|told| told.elapsed() > TELL_EVERY) {
            refusals.told = Some(now);
            tracing::warn!(
                "the database gives fewer connections than there may be; requests wait for those there are: let it give \
                 more (max_connections, CONNECTION LIMIT), or lower --database-connections"
            );
        }
    }

    /// Gives up a connection that rests in whatever pool, so that the database has room for one where it is needed.
    fn make_room(&self) {
        if let Some(session) = self.pools.iter().find_map(|pool| lock(pool).pop()) {
            session.close();
            lock(&self.refusals).last = None;
        }
    }

    fn wait(&self) {
        let refusals = lock(&self.refusals);
        // Whoever was not woken looks again soon.
        drop(self.returned.wait_timeout(refusals, PAUSE).unwrap_or_else(PoisonError::into_inner));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it holds one.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
