//! The connections that read.

use super::{connection::Connection, error::closed};
use crate::{
    Lane, Result, Tx,
    job::{Done, Job},
    lanes::Waiters,
    tx::Verdict,
};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// As many connections as may read at the same time, made when they are first needed.
pub(super) struct Readers {
    path: PathBuf,
    count: usize,
    permits: Arc<Semaphore>,
    waiters: Waiters,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn open(path: PathBuf, count: usize) -> Result<Readers> {
        let idle = Mutex::new(vec![Connection::reader(&path)?]);
        Ok(Readers { path, count, permits: Arc::new(Semaphore::new(count)), waiters: Waiters::default(), idle })
    }

    pub(super) async fn run(&self, start: Instant, mut job: Box<dyn Job>) -> Done {
        let permit = match self.permits.try_acquire() {
            Ok(permit) => Ok(permit),
            Err(_) => {
                let _waits = self.waiters.one();
                self.permits.acquire().await
            }
        };
        let queued = start.elapsed();
        if permit.is_err() {
            return Done::failed(closed(), queued);
        }
        // Nothing is awaited from here to the end, so the permit is held for this read only.
        let verdict = Reader::borrow(self).and_then(|mut reader| reader.run(job.as_mut()));
        Done::of(job, verdict, queued)
    }

    /// The right to read on another thread.
    pub(super) async fn permit(&self) -> Result<OwnedSemaphorePermit> {
        let _waits = self.waiters.one();
        self.permits.clone().acquire_owned().await.map_err(|_| closed())
    }

    /// How busy they are.
    pub(super) fn lane(&self, name: &'static str) -> Lane {
        let in_use = self.count.saturating_sub(self.permits.available_permits());
        Lane { name, size: self.count, in_use, waiting: self.waiters.count() }
    }

    /// Whether nobody may read any more.
    pub(super) fn are_closed(&self) -> bool {
        self.permits.is_closed()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        // Nothing panics while it holds the lock.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn close(&self) {
        if let Ok(all) = self.permits.acquire_many(u32::try_from(self.count).unwrap_or(u32::MAX)).await {
            self.permits.close();
            self.idle().clear();
            drop(all);
        }
    }
}

/// A borrowed connection, perhaps with a read transaction on it. Both end when this is dropped, even by a panic.
pub(super) struct Reader<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl<'a> Reader<'a> {
    pub(super) fn borrow(readers: &'a Readers) -> Result<Self> {
        let idle = readers.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => Connection::reader(&readers.path)?,
        };
        Ok(Reader { readers, connection: Some(connection) })
    }

    pub(super) fn connection(&mut self) -> Result<&mut Connection> {
        self.connection.as_mut().ok_or_else(closed)
    }

    pub(super) fn run(&mut self, job: &mut dyn Job) -> Result<Verdict> {
        let connection = self.connection()?;
        connection.control("BEGIN")?;
        let mut tx = Tx::new(connection);
        let answer = job.run(&mut tx);
        Ok(tx.judge(answer))
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && (connection.is_idle() || connection.control("ROLLBACK").is_ok())
        {
            self.readers.idle().push(connection);
        }
    }
}
