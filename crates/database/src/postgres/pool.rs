//! A bounded pool of connections.

use super::{address::Address, session::Session};
use crate::{Error, Options, Result};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How long a transaction waits for a connection. Whoever waits longer is better told to come back.
const WAIT: Duration = Duration::from_secs(5);

pub(crate) struct Pool {
    address: Address,
    named: bool,
    size: u32,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Session>>,
}

impl Pool {
    pub(crate) fn new(options: &Options) -> Result<Pool> {
        let size = u32::try_from(options.connections).unwrap_or(u32::MAX);
        Ok(Pool {
            address: Address::parse(&options.url)?,
            named: options.named_statements,
            size,
            permits: Arc::new(Semaphore::new(size as usize)),
            idle: Mutex::default(),
        })
    }

    /// Lends a connection, a new one if none is idle.
    pub(crate) async fn lease(self: Arc<Self>) -> Result<Lease> {
        let permit = match timeout(WAIT, self.permits.clone().acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(Error::unavailable("the database is closed")),
            Err(_) => return Err(Error::unavailable("all connections to the database are busy")),
        };
        let idle = self.take_idle();
        let session = match idle {
            Some(session) => session,
            None => self.connect().await?,
        };
        Ok(Lease { session: Some(session), pool: self, _permit: permit })
    }

    /// The connection used last, which is the one most likely alive. Those that died meanwhile are dropped.
    fn take_idle(&self) -> Option<Session> {
        let mut idle = self.idle();
        idle.retain(|session| !session.is_lost());
        idle.pop()
    }

    async fn connect(&self) -> Result<Session> {
        let client = self.address.connect().await?;
        Ok(Session::new(client, Handle::current(), self.named))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        // Nothing panics while it holds the lock.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn close(&self) {
        if let Ok(all) = self.permits.acquire_many(self.size).await {
            self.permits.close();
            self.idle().clear();
            drop(all);
        }
    }
}

/// A connection in use. It goes back to its pool even when the work panics.
pub(crate) struct Lease {
    session: Option<Session>,
    pool: Arc<Pool>,
    // Dropped last, so that whoever gets the permit finds the connection.
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    /// The connection; a new one if the last could not be replaced. Called from a thread that may block.
    pub(crate) fn session(&mut self) -> Result<&mut Session> {
        Handle::current().block_on(self.connected())
    }

    /// As [`Lease::session`], without blocking.
    pub(crate) async fn connected(&mut self) -> Result<&mut Session> {
        let session = match self.session.take() {
            Some(session) if !session.is_lost() => session,
            _ => self.pool.connect().await?,
        };
        Ok(self.session.insert(session))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(mut session) = self.session.take()
            && !session.is_lost()
        {
            session.roll_back();
            self.pool.idle().push(session);
        }
    }
}
