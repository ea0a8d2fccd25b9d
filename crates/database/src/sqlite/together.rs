//! Rows that many ask for at once.
//!
//! Beginning and ending a read costs SQLite more than finding a row: it locks and unlocks a file. So whoever asks first
//! lets the other tasks of the thread go on until they wait too, and then asks for all of them in one transaction.

use super::{Reader, Sqlite, closed};
use crate::{Result, Value, row::Row};
use std::{
    cell::Cell,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::oneshot;

/// Threads that do not get in each other's way.
const SHARDS: usize = 8;

/// Those who wait, by thread.
#[derive(Default)]
pub(super) struct Together(Box<[Mutex<Vec<Asked>>; SHARDS]>);

struct Asked {
    sql: &'static str,
    key: Vec<Value>,
    answer: oneshot::Sender<Result<Option<Row>>>,
}

impl Together {
    fn shard(&self, index: usize) -> MutexGuard<'_, Vec<Asked>> {
        // Nothing panics while it holds the lock.
        self.0[index % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which shard is this thread's.
fn own_shard() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static OWN: Cell<usize> = Cell::new(THREADS.fetch_add(1, Ordering::Relaxed)));
    OWN.get()
}

impl Sqlite {
    pub(super) async fn ask(&self, sql: &'static str, key: &[Value]) -> Result<Option<Row>> {
        let index = own_shard();
        let (answer, answered) = oneshot::channel();
        let is_first = {
            let mut waiting = self.together.shard(index);
            waiting.push(Asked { sql, key: key.to_vec(), answer });
            waiting.len() == 1
        };
        if is_first {
            // Should this task be dropped here, the others are served all the same.
            let _serving = Serving(self, index);
            tokio::task::yield_now().await;
        }
        answered.await.map_err(|_| closed())?
    }

    fn serve(&self, index: usize) {
        let asked = std::mem::take(&mut *self.together.shard(index));
        let reader = match asked.len() {
            _ if self.permits.is_closed() => Err(closed()),
            1 => Reader::borrow(self),
            _ => Reader::begin(self),
        };
        let connection = reader.as_ref().ok().and_then(|reader| reader.connection.as_ref());
        for Asked { sql, key, answer } in asked {
            let found = connection.ok_or_else(closed).and_then(|connection| connection.rows(sql, &key, true));
            // Nobody may be waiting any more.
            let _ = answer.send(found.map(|mut rows| rows.pop()));
        }
    }
}

/// Serves all who wait when it is dropped.
struct Serving<'a>(&'a Sqlite, usize);

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        self.0.serve(self.1);
    }
}
