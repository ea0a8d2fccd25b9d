//! What is new in the table of changes.
//!
//! Beginning and ending a read costs SQLite more than what it finds here: it locks and unlocks a file. So whoever asks
//! first lets the other tasks of the thread go on until they wait too, and then asks for all of them.

use super::{
    error::closed,
    readers::{Reader, Readers},
};
use crate::{Result, args, changes::Changes};
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

/// The limit is [`MOST`](crate::changes::MOST).
const NEWS: &str = "SELECT (SELECT max(position) FROM changes),
       (SELECT group_concat(row_id) FROM (SELECT row_id FROM changes WHERE position >= $1 LIMIT 10000))";

/// Those who wait, by thread.
#[derive(Default)]
pub(super) struct Tail(Box<[Mutex<Shard>; SHARDS]>);

#[derive(Default)]
struct Shard {
    waiting: Vec<oneshot::Sender<Result<()>>>,
    /// All before it is known; 0 while nothing is.
    position: i64,
}

impl Tail {
    pub(super) async fn catch_up(&self, readers: &Readers, changes: &Changes) -> Result<()> {
        let index = own_shard();
        let (answer, answered) = oneshot::channel();
        let is_first = {
            let mut shard = self.shard(index);
            shard.waiting.push(answer);
            shard.waiting.len() == 1
        };
        if is_first {
            // Should this task be dropped here, the others are served all the same.
            let _serving = Serving { tail: self, readers, changes, index };
            tokio::task::yield_now().await;
        }
        answered.await.map_err(|_| closed())?
    }

    fn shard(&self, index: usize) -> MutexGuard<'_, Shard> {
        // What panics while it holds the lock leaves the position as it was.
        self.0[index % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which shard is this thread's.
fn own_shard() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static OWN: Cell<usize> = Cell::new(THREADS.fetch_add(1, Ordering::Relaxed)));
    OWN.get()
}

fn read_news(readers: &Readers, changes: &Changes, position: &mut i64) -> Result<()> {
    if readers.are_closed() {
        return Err(closed());
    }
    let mut reader = Reader::borrow(readers)?;
    let news = reader.connection()?.first::<(Option<i64>, Option<String>)>(NEWS, args![*position])?;
    let (last, rows) = news.unwrap_or_default();
    let next = 1 + last.unwrap_or(0);
    match rows {
        // The first time; or somebody has emptied the table.
        _ if *position == 0 || next < *position => changes.learn_everything(),
        Some(rows) => changes.learn(&rows, *position),
        None => {}
    }
    *position = next;
    Ok(())
}

/// Serves all who wait when it is dropped.
struct Serving<'a> {
    tail: &'a Tail,
    readers: &'a Readers,
    changes: &'a Changes,
    index: usize,
}

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        let mut shard = self.tail.shard(self.index);
        let waiting = std::mem::take(&mut shard.waiting);
        let result = read_news(self.readers, self.changes, &mut shard.position);
        drop(shard);
        for answer in waiting {
            // Nobody may be waiting any more.
            let _ = answer.send(result.as_ref().map_err(crate::Error::again).copied());
        }
    }
}
