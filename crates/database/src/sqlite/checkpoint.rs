//! Copying the log into the file while others go on writing.
//!
//! On its own SQLite does it within a commit, and everyone who writes waits until the disk has confirmed all of it. Here a
//! thread copies a part from time to time, and waits for the disk. The writer copies only the rest, because a log begins
//! anew only when nothing is left of it that is not in the file.

use super::connection::Connection;
use crate::{Error, Result};
use std::{
    fs::File,
    io,
    mem::ManuallyDrop,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
};

/// Pages that the thread copies at once. More of them would keep the disk from those who write for too long; with fewer,
/// more pages are copied that have changed again meanwhile.
const STEP: u32 = 2_000;
/// Pages in the log from which on it is to begin anew: 48 of the 64 MB that it keeps.
const ENOUGH: u32 = 12_000;
/// So few pages that the writer copies them itself.
const FEW: u32 = 500;

/// What the writer knows of its log.
pub(super) struct Checkpoints {
    path: PathBuf,
    /// Pages in the log.
    log: Arc<AtomicU32>,
    /// Pages in the log when it was copied last.
    copied_at: u32,
    /// Pages in the log from which on the writer copies the rest.
    finish_at: u32,
    copying: Option<JoinHandle<()>>,
    /// How often it was copied.
    copies: Arc<AtomicU64>,
    file: Option<Arc<OpenFile>>,
}

/// The database's file. It stays open until the process ends: when any descriptor of a file is closed, the process loses
/// all its locks on it (POSIX, fcntl), SQLite's too.
type OpenFile = ManuallyDrop<File>;

impl Checkpoints {
    pub(super) fn of(writer: &mut Connection, path: &Path) -> Result<Self> {
        let log = Arc::new(AtomicU32::new(0));
        let pages = log.clone();
        writer.on_commit(move |length| pages.store(length, Ordering::Relaxed))?;
        Ok(Self {
            path: path.to_owned(),
            log,
            copied_at: 0,
            finish_at: ENOUGH,
            copying: None,
            copies: Arc::default(),
            file: None,
        })
    }

    /// Counts how often the log was copied, or part of it.
    pub(super) fn copies(&self) -> Arc<AtomicU64> {
        self.copies.clone()
    }

    /// Does what is due after a commit.
    pub(super) fn tend(&mut self, writer: &Connection) {
        if self.copying.as_ref().is_some_and(|copying| !copying.is_finished()) {
            return;
        }
        self.copying = None;
        let pages = self.log.load(Ordering::Relaxed);
        if pages < self.copied_at {
            // It has begun anew.
            (self.copied_at, self.finish_at) = (0, ENOUGH);
        }
        let new = pages - self.copied_at;
        if pages >= self.finish_at && new <= FEW {
            self.finish(writer, pages);
        } else if pages >= self.finish_at || new >= STEP {
            match self.copy_beside() {
                Ok(copying) => (self.copying, self.copied_at) = (Some(copying), pages),
                Err(_) => self.finish(writer, pages),
            }
        }
    }

    fn finish(&mut self, writer: &Connection, pages: u32) {
        if let Err(error) = writer.copy_log() {
            warn(&error);
        }
        self.copies.fetch_add(1, Ordering::Relaxed);
        // Unless it begins anew, because somebody reads what was there before.
        (self.copied_at, self.finish_at) = (pages, pages + STEP);
    }

    fn copy_beside(&mut self) -> io::Result<JoinHandle<()>> {
        let path = self.path.clone();
        let file = match &self.file {
            Some(file) => file.clone(),
            None => self.file.insert(Arc::new(ManuallyDrop::new(File::open(&path)?))).clone(),
        };
        self.copies.fetch_add(1, Ordering::Relaxed);
        let work = move || copy(&path, &file).unwrap_or_else(|error| warn(&error));
        thread::Builder::new().name("sqlite-copy".into()).spawn(work)
    }

    /// Waits for what is under way.
    pub(super) fn end(&mut self) {
        if let Some(copying) = self.copying.take()
            && copying.join().is_err()
        {
            tracing::warn!("copying SQLite's log into the database has panicked");
        }
    }
}

fn warn(error: &Error) {
    tracing::warn!(%error, "SQLite's log could not be copied into the database");
}

/// Copies what there is now, and waits until the disk has it.
fn copy(path: &Path, file: &File) -> Result<()> {
    Connection::copier(path)?.copy_log()?;
    file.sync_data().map_err(Error::unavailable)
}
