//! PostgreSQL: a few connections, each transaction on a thread of its own that blocks.
//!
//! REPEATABLE READ refuses to overwrite a row that changed since it was read, as SQLite's single writer does; refused
//! transactions are run again. (SERIALIZABLE refused four in five unrelated transactions when measured.)

mod address;
mod begin;
mod bind;
mod binding;
mod connection;
mod decode;
mod error;
mod fault;
mod hosts;
mod login;
mod pool;
mod prepared;
mod session;
mod shortage;
mod stream;
mod tail;
mod tls;
mod turns;
mod wire;

use crate::{
    Error, Numbers, Options, Outcome, Result, Tx,
    changes::Changes,
    job::{Done, Job},
    mode::Mode,
    tx::Verdict,
};
use address::Address;
use begin::MOVES;
use pool::{Lease, Pool};
use session::Session;
use shortage::Idle;
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tail::Tail;
use turns::Turns;

/// How often a transaction is run again after a conflict before the caller hears of it.
const RETRIES: u32 = 100;

/// A server, or several of which one is the primary.
pub(crate) struct Postgres {
    pool: Arc<Pool>,
    checks: Arc<Pool>,
    scans: Arc<Pool>,
    tail: Tail,
    turns: Arc<Turns>,
}

impl Postgres {
    pub(crate) async fn open(options: &Options, changes: &Arc<Changes>) -> Result<Postgres> {
        let (address, named) = (Arc::new(Address::parse(&options.url)?), options.named_statements);
        // The follower has one too.
        let (checks, scans) = ((options.connections / 4).max(1), (options.connections / 8).max(1));
        let rest = options.connections.saturating_sub(checks + scans + 1).max(1);
        let idle = Arc::<Idle>::default();
        let pool =
            |index, connections, mode| Arc::new(Pool::new(address.clone(), connections, mode, named, &idle, index));
        let (pool, checks, scans) =
            (pool(0, rest, Mode::Write), pool(1, checks, Mode::Check), pool(2, scans, Mode::Scan));
        let tail = Tail::start(address, named, changes, idle)?;
        // A wrong address or password is reported now, not by the first request.
        let mut lease = pool.clone().lease().await?;
        let connecting = tokio::task::spawn_blocking(move || lease.session().map(drop));
        connecting.await.map_err(Error::unavailable)??;
        Ok(Postgres { pool, checks, scans, tail, turns: Arc::new(Turns::new()) })
    }

    pub(crate) async fn catch_up(&self) -> Result<()> {
        self.tail.catch_up().await
    }

    pub(crate) async fn run(&self, mode: Mode, start: Instant, mut job: Box<dyn Job>) -> Done {
        let pool = match mode {
            Mode::Check => &self.checks,
            Mode::Scan => &self.scans,
            Mode::Read | Mode::Write | Mode::Migrate => &self.pool,
        };
        let mut lease = match pool.clone().lease().await {
            Ok(lease) => lease,
            Err(Error::Unavailable(e)) if mode == Mode::Scan && !pool.is_closed() => {
                return Done::failed(Error::TooSlow(e), start.elapsed());
            }
            Err(e) => return Done::failed(e, start.elapsed()),
        };
        let queued = start.elapsed();
        let turns = self.turns.clone();
        let work = move || {
            let (verdict, repeats) = repeat(&mut lease, &turns, mode, job.as_mut());
            Done { repeats, ..Done::new(job, verdict, queued) }
        };
        Done::of_thread(work, queued).await
    }

    pub(crate) fn numbers(&self) -> Numbers {
        let lanes = vec![self.pool.lane("write"), self.checks.lane("check"), self.scans.lane("scan")];
        Numbers { lanes, files: Vec::new(), copies: None }
    }

    pub(crate) async fn close(&self) {
        for pool in [&self.scans, &self.pool, &self.checks] {
            pool.close().await;
        }
        self.tail.close().await;
    }
}

/// Runs the transaction until it is neither refused for another's sake nor cut off where that is harmless; also how often it
/// was run anew.
fn repeat(lease: &mut Lease, turns: &Turns, mode: Mode, job: &mut dyn Job) -> (Verdict, u32) {
    let (mut conflicts, mut moves) = (0, 0);
    let mut turn = None;
    loop {
        let session = match lease.session() {
            Ok(session) => session,
            Err(e) => return (Verdict::Rollback(Outcome::Unavailable, Some(e)), conflicts + moves),
        };
        let Attempt { verdict, harmless, shared } = attempt(session, mode, job);
        match verdict {
            Verdict::Rollback(Outcome::Conflict, _) if conflicts < RETRIES => {
                match shared {
                    None => thread::sleep(back_off(conflicts)),
                    Some(thing) if turn.is_none() => turn = Some(turns.take(thing)),
                    Some(_) => (),
                }
                conflicts += 1;
            }
            Verdict::Rollback(Outcome::Unavailable, _) if harmless && moves < MOVES => moves += 1,
            verdict => return (verdict, conflicts + moves),
        }
    }
}

/// Between nothing and a limit that grows to 4 ms, so that those who met do not meet again, and not longer: meanwhile others come anew.
fn back_off(conflicts: u32) -> Duration {
    Duration::from_micros(fastrand::u64(0..500 << conflicts.min(3)))
}

struct Attempt {
    verdict: Verdict,
    /// The connection was lost while certainly nothing was committed.
    harmless: bool,
    /// What [`Tx::shares`] has said.
    shared: Option<u64>,
}

fn attempt(session: &mut Session, mode: Mode, job: &mut dyn Job) -> Attempt {
    session.start(mode);
    let mut tx = Tx::new(session);
    let answer = job.run(&mut tx);
    let shared = tx.shared();
    let (verdict, harmless) = match tx.judge(answer) {
        rollback @ Verdict::Rollback(..) => {
            session.roll_back();
            (rollback, session.is_lost() && !session.is_silent())
        }
        Verdict::Commit if mode.only_reads() => {
            session.roll_back();
            (Verdict::Commit, false)
        }
        Verdict::Commit => match session.commit() {
            Ok(()) => (Verdict::Commit, false),
            // Perhaps it was committed: only the caller can know whether to try again.
            Err(e) => (Verdict::Rollback(Outcome::of(&e), Some(e)), false),
        },
    };
    Attempt { verdict, harmless, shared }
}
