//! A bounded pool of connections.

use super::{
    address::Address,
    begin,
    session::Session,
    shortage::{Idle, WAIT},
};
use crate::{Error, Lane, Result, lanes::Waiters, mode::Mode};
use std::{sync::Arc, time::Instant};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

pub(crate) struct Pool {
    address: Arc<Address>,
    named: bool,
    settings: &'static str,
    size: u32,
    permits: Arc<Semaphore>,
    waiters: Waiters,
    /// Of all pools, and which of them this is.
    idle: Arc<Idle>,
    index: usize,
}

impl Pool {
    pub(crate) fn new(
        address: Arc<Address>,
        connections: usize,
        mode: Mode,
        named: bool,
        idle: &Arc<Idle>,
        index: usize,
    ) -> Pool {
        let size = u32::try_from(connections).unwrap_or(u32::MAX);
        let settings = begin::settings_of(mode, named);
        let permits = Arc::new(Semaphore::new(size as usize));
        Pool { address, named, settings, size, permits, waiters: Waiters::default(), idle: idle.clone(), index }
    }

    /// Lends a connection.
    pub(crate) async fn lease(self: Arc<Self>) -> Result<Lease> {
        let start = Instant::now();
        let permit = match self.permits.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => self.wait().await?,
        };
        Ok(Lease { session: None, pool: self, start: Some(start), _permit: permit })
    }

    async fn wait(&self) -> Result<OwnedSemaphorePermit> {
        let _waits = self.waiters.one();
        match timeout(WAIT, self.permits.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Error::unavailable("the database is closed")),
            Err(_) => Err(Error::unavailable("all connections to the database are busy")),
        }
    }

    /// How busy it is.
    pub(crate) fn lane(&self, name: &'static str) -> Lane {
        let size = self.size as usize;
        let in_use = size.saturating_sub(self.permits.available_permits());
        Lane { name, size, in_use, waiting: self.waiters.count() }
    }

    fn idle_one(&self) -> Option<Session> {
        self.idle.take(self.index)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.permits.is_closed()
    }

    fn connect(&self, start: Instant) -> Result<Session> {
        self.idle.connect(start, || Session::connect(&self.address, self.named, self.settings), || self.idle_one())
    }

    pub(crate) async fn close(&self) {
        if let Ok(all) = self.permits.acquire_many(self.size).await {
            self.permits.close();
            self.idle.close(self.index);
            drop(all);
        }
    }
}

/// The right to a connection, and the connection once it was asked for. It goes back to its pool even when the work panics.
pub(crate) struct Lease {
    session: Option<Session>,
    pool: Arc<Pool>,
    /// Since when it has been waited for, until there is one.
    start: Option<Instant>,
    // Dropped last, so that whoever gets the permit finds the connection.
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    /// The connection; a new one if there was none, or it was lost. Called from a thread that may block.
    pub(crate) fn session(&mut self) -> Result<&mut Session> {
        let start = self.start.take().unwrap_or_else(Instant::now);
        let session = match self.session.take() {
            Some(session) if !session.is_lost() => session,
            Some(_) => self.pool.connect(start)?,
            None => match self.pool.idle_one() {
                Some(session) => session,
                None => self.pool.connect(start)?,
            },
        };
        Ok(self.session.insert(session))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(mut session) = self.session.take()
            && !session.is_lost()
        {
            session.rest();
            self.pool.idle.put(self.pool.index, session);
        }
    }
}
