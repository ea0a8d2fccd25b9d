//! The handle the rest of the program holds.

use crate::{
    Engine, Error, IsConflict, Kind, Numbers, Observation, Options, Outcome, Result, RowKey, Tx,
    changes::Changes,
    job::{self, Done, Ended, Job},
    mode::Mode,
    postgres::Postgres,
    sqlite::Sqlite,
};
use std::{
    ops::RangeInclusive,
    pin::Pin,
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, Instant},
};

type Observer = Box<dyn Fn(Observation) + Send + Sync>;

/// A transaction until its end. On the heap, so that futures which seldom come to one are moved about without it.
type Running<'a> = Pin<Box<dyn Future<Output = Ended> + Send + 'a>>;

/// How many connections there can be.
const CONNECTIONS: RangeInclusive<usize> = 1..=10_000;

/// An open database. Clones share it.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    backend: Backend,
    changes: Arc<Changes>,
    observer: OnceLock<Observer>,
    /// When a write last found the disk full.
    no_space: Mutex<Option<Instant>>,
}

enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Database {
    /// Opens the database the options name; PostgreSQL must be reachable, an SQLite file and its folder are created.
    pub async fn open(options: &Options) -> Result<Database> {
        if !CONNECTIONS.contains(&options.connections) {
            let (least, most) = (CONNECTIONS.start(), CONNECTIONS.end());
            return Err(Error::other(format!("there can be {least} to {most} connections to the database")));
        }
        let changes = Arc::<Changes>::default();
        let backend = match Engine::of_url(&options.url)? {
            (Engine::Sqlite, path) => Backend::Sqlite(Sqlite::open(path, options.connections, options.durable)?),
            (Engine::Postgres, _) => Backend::Postgres(Postgres::open(options, &changes).await?),
        };
        Ok(Database(Arc::new(Inner { backend, changes, observer: OnceLock::new(), no_space: Mutex::default() })))
    }

    /// What kind of database it is.
    pub fn engine(&self) -> Engine {
        match self.0.backend {
            Backend::Sqlite(_) => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs a transaction that only reads. All of it sees one state of the database.
    ///
    /// On SQLite it runs at once on the thread that polls, so it is made of short statements; [`Database::scan`] is for the
    /// others.
    pub async fn read<T, E>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + IsConflict + Send + 'static,
    {
        job::run(f, |job| self.run(Mode::Read, job)).await
    }

    /// As [`Database::read`], for the few short statements that every request of a kind waits for. No other transaction
    /// stands in their way: they have connections of their own.
    pub async fn check<T, E>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + IsConflict + Send + 'static,
    {
        job::run(f, |job| self.run(Mode::Check, job)).await
    }

    /// As [`Database::read`], for what may read much. Scans stand in no other transaction's way: there are few at a time,
    /// on connections and threads of their own. What has not begun after 5 seconds, or not ended 5 seconds later, ends with
    /// [`Error::TooSlow`].
    pub async fn scan<T, E>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + IsConflict + Send + 'static,
    {
        job::run(f, |job| self.run(Mode::Scan, job)).await
    }

    /// Runs a transaction that writes. When it returns `Ok` the change is durable; on `Err` or a panic nothing
    /// happened. The closure may be run again, so it must not consume what it captured nor act on the world outside.
    ///
    /// It is run again when the database reports a conflict, or when on PostgreSQL the closure itself answers with an
    /// error that [`is_conflict`](IsConflict::is_conflict). When the future is dropped the transaction is not cut
    /// off: it either never starts or runs to its end.
    pub async fn write<T, E>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + IsConflict + Send + 'static,
    {
        job::run(f, |job| self.run(Mode::Write, job)).await
    }

    /// Learns what has changed: [`Database::changes`] counts every change that was committed before this was called, by
    /// whatever process. Those who wait at the same time share the asking.
    ///
    /// The schema has a table `changes` for it, into which the triggers of the tables that are watched write.
    pub async fn catch_up(&self) -> Result<()> {
        let start = Instant::now();
        let result = match &self.0.backend {
            Backend::Sqlite(sqlite) => sqlite.catch_up(&self.0.changes).await,
            Backend::Postgres(postgres) => postgres.catch_up().await,
        };
        let outcome = result.as_ref().map_or_else(Outcome::of, |()| Outcome::Committed);
        self.observed(Observation {
            kind: Kind::Check,
            queued: Duration::ZERO,
            ran: start.elapsed(),
            outcome,
            repeats: 0,
        });
        result
    }

    /// A number that grows when one of these rows changes, as far as is known; sometimes also when none has.
    ///
    /// What was read of them is still true while the number is the one from before the reading began.
    pub fn changes(&self, rows: &[RowKey]) -> u64 {
        self.0.changes.count(rows)
    }

    pub(crate) fn run(&self, mode: Mode, job: Box<dyn Job>) -> Running<'_> {
        Box::pin(async move {
            let start = Instant::now();
            let Done { result, outcome, queued, repeats } = match &self.0.backend {
                Backend::Sqlite(sqlite) => sqlite.run(mode, start, job).await,
                Backend::Postgres(postgres) => postgres.run(mode, start, job).await,
            };
            if outcome == Outcome::NoSpace
                && let Ok(mut no_space) = self.0.no_space.lock()
            {
                *no_space = Some(Instant::now());
            }
            let ran = start.elapsed().saturating_sub(queued);
            self.observed(Observation { kind: mode.kind(), queued, ran, outcome, repeats });
            result
        })
    }

    /// Whether a transaction has found the disk full since so long ago. A small one may still find room.
    pub fn lacked_space_within(&self, time: Duration) -> bool {
        self.0.no_space.lock().is_ok_and(|at| at.is_some_and(|at| at.elapsed() < time))
    }

    fn observed(&self, observation: Observation) {
        if let Some(observe) = self.0.observer.get() {
            observe(observation);
        }
    }

    /// How busy it is, without asking it.
    pub fn numbers(&self) -> Numbers {
        match &self.0.backend {
            Backend::Sqlite(sqlite) => sqlite.numbers(),
            Backend::Postgres(postgres) => postgres.numbers(),
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.read(|tx| tx.one::<(i64,)>("SELECT 1", &[]).map(drop)).await
    }

    /// Asks the database to compile a statement without running it; a test does this to every statement.
    pub async fn prepare(&self, sql: String) -> Result<()> {
        self.read(move |tx| tx.prepare(&sql)).await
    }

    /// Has `f` called after every transaction. The first observer stays; a second call changes nothing.
    pub fn observe(&self, f: impl Fn(Observation) + Send + Sync + 'static) {
        if self.0.observer.set(Box::new(f)).is_err() {
            tracing::warn!("the database has an observer already");
        }
    }

    /// Finishes what runs, refuses what comes later, writes everything to its place and closes the connections.
    pub async fn close(&self) {
        match &self.0.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => postgres.close().await,
        }
    }
}
