//! SQLite: readers run inline on the caller's thread, one thread writes.
//!
//! A point read takes a few microseconds, less than handing it to another thread, so reads stay where they are asked.
//! Writes wait in a queue and are committed together, so one fsync serves many.

mod checkpoint;
mod connection;
mod error;
mod file;
mod tail;
mod writer;

pub(crate) use connection::Connection;

use crate::{
    Error, IsConflict, Outcome, Result, Tx,
    tx::{Done, Verdict},
};
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Instant,
};
use tail::Tail;
use tokio::sync::Semaphore;
use writer::Writer;

/// An open file.
pub(crate) struct Sqlite {
    path: PathBuf,
    readers: usize,
    permits: Semaphore,
    idle: Mutex<Vec<Connection>>,
    tail: Tail,
    writer: Writer,
}

impl Sqlite {
    pub(crate) fn open(path: &str, readers: usize) -> Result<Sqlite> {
        let path = PathBuf::from(path);
        file::create(&path)?;
        // The writer comes first: it turns on the write-ahead log, without which a reader would lock the file.
        let writer = Writer::start(&path)?;
        let idle = Mutex::new(vec![Connection::reader(&path)?]);
        let tail = Tail::default();
        Ok(Sqlite { path, readers, permits: Semaphore::new(readers), idle, tail, writer })
    }

    pub(crate) async fn read<T, E: From<Error> + IsConflict>(
        &self,
        start: Instant,
        f: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Done<T, E> {
        let permit = self.permits.acquire().await;
        let queued = start.elapsed();
        if permit.is_err() {
            return Done::failed(closed(), queued);
        }
        // Nothing is awaited from here to the end, so the permit is held for this read only.
        match self.read_now(f) {
            Ok((result, outcome)) => Done { result, outcome, queued },
            Err(e) => Done::failed(e, queued),
        }
    }

    fn read_now<T, E: From<Error> + IsConflict>(
        &self,
        mut f: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<(Result<T, E>, Outcome)> {
        let reader = Reader::begin(self)?;
        let Some(connection) = &reader.connection else { return Err(closed()) };
        let mut tx = Tx::sqlite(connection);
        let answer = f(&mut tx);
        Ok(match tx.judge(answer) {
            Verdict::Commit(value) => (Ok(value), Outcome::Committed),
            Verdict::Rollback(e, outcome) => (Err(e), outcome),
        })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // Nothing panics while it holds the lock.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn write<T, E>(
        &self,
        start: Instant,
        f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Done<T, E>
    where
        T: Send + 'static,
        E: From<Error> + IsConflict + Send + 'static,
    {
        self.writer.run(start, f).await
    }

    pub(crate) async fn close(&self) {
        // Readers first: an open read would keep the writer from emptying the log.
        if let Ok(all) = self.permits.acquire_many(u32::try_from(self.readers).unwrap_or(u32::MAX)).await {
            self.permits.close();
            self.idle().clear();
            drop(all);
        }
        self.writer.close().await;
    }
}

/// A borrowed connection, perhaps with a read transaction on it. Both end when this is dropped, even by a panic.
struct Reader<'a> {
    sqlite: &'a Sqlite,
    connection: Option<Connection>,
}

impl<'a> Reader<'a> {
    fn borrow(sqlite: &'a Sqlite) -> Result<Self> {
        let idle = sqlite.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => Connection::reader(&sqlite.path)?,
        };
        Ok(Reader { sqlite, connection: Some(connection) })
    }

    fn begin(sqlite: &'a Sqlite) -> Result<Self> {
        let reader = Self::borrow(sqlite)?;
        if let Some(connection) = &reader.connection {
            connection.control("BEGIN")?;
        }
        Ok(reader)
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && (connection.is_idle() || connection.control("ROLLBACK").is_ok())
        {
            self.sqlite.idle().push(connection);
        }
    }
}

fn closed() -> Error {
    Error::unavailable("the database is closed")
}
