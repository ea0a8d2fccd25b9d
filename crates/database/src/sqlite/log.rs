//! Having the disk confirm the log, while the writer goes on.
//!
//! On its own SQLite waits for the disk within a commit, and everyone who writes next waits along. Here a commit is answered once a
//! thread has seen the log on the disk, and what waits is run meanwhile. It may read what the disk has not confirmed yet; its own
//! answer comes after that, as the log is confirmed in its order. Readers may see it as well, for the few milliseconds in which a
//! loss of power would undo it and whoever wrote it has not been told of a success.

use super::waiting::{Waiting, finish};
use crate::{Error, Result};
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, mpsc},
    thread::{self, JoinHandle},
};

/// Batches that may wait for the disk; then the writer waits as well.
const BATCHES: usize = 64;

/// What has been committed and is to be answered.
pub(super) struct Confirmations {
    log: Arc<Log>,
    batches: mpsc::SyncSender<Vec<Waiting>>,
    thread: JoinHandle<()>,
}

impl Confirmations {
    /// Of the database in this file.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let mut name = path.as_os_str().to_owned();
        name.push("-wal");
        let log = Arc::new(Log { path: name.into(), file: OnceLock::new() });
        let (batches, committed) = mpsc::sync_channel(BATCHES);
        let (builder, its) = (thread::Builder::new().name("sqlite-log".into()), log.clone());
        let thread = builder.spawn(move || confirm(&its, &committed)).map_err(Error::unavailable)?;
        Ok(Self { log, batches, thread })
    }

    /// Answers a batch once the disk has it: at once if nobody else waits for the writer.
    pub(super) fn answer(&self, batch: Vec<Waiting>, others_wait: bool) {
        if !others_wait {
            return finish(batch, &self.log.sync());
        }
        if let Err(mpsc::SendError(batch)) = self.batches.send(batch) {
            finish(batch, &Err(Error::other("the thread that waits for the disk has ended")));
        }
    }

    /// Waits until all has been answered.
    pub(super) fn end(self) {
        drop(self.batches);
        if self.thread.join().is_err() {
            tracing::error!("waiting for the disk has panicked");
        }
    }
}

/// One look at the disk is for all that has been committed before it.
fn confirm(log: &Log, committed: &mpsc::Receiver<Vec<Waiting>>) {
    while let Ok(mut batch) = committed.recv() {
        batch.extend(committed.try_iter().flatten());
        finish(batch, &log.sync());
    }
}

struct Log {
    path: PathBuf,
    file: OnceLock<File>,
}

impl Log {
    /// Waits until the disk has all that has been written. SQLite makes the file with the first commit.
    fn sync(&self) -> Result<()> {
        let file = match self.file.get() {
            Some(file) => file,
            None => {
                let file = File::open(&self.path).map_err(Error::unavailable)?;
                self.file.get_or_init(|| file)
            }
        };
        file.sync_data().map_err(Error::unavailable)
    }
}
