//! SQLite: readers run inline on the caller's thread, one thread writes.
//!
//! A point read takes a few microseconds, less than handing it to another thread, so reads stay where they are asked.
//! Writes wait in a queue and are committed together, so the disk is waited for once for many, and others run meanwhile.

mod checkpoint;
mod connection;
mod error;
mod file;
mod log;
mod readers;
mod scans;
mod tail;
mod waiting;
mod writer;

use crate::{
    Numbers, Result,
    changes::Changes,
    job::{Done, Job},
    mode::Mode,
};
use readers::Readers;
use scans::Scans;
use std::{path::PathBuf, time::Instant};
use tail::Tail;
use writer::Writer;

/// An open file.
pub(crate) struct Sqlite {
    readers: Readers,
    scans: Scans,
    tail: Tail,
    writer: Writer,
    path: PathBuf,
}

impl Sqlite {
    pub(crate) fn open(path: &str, readers: usize, durable: bool) -> Result<Sqlite> {
        let path = PathBuf::from(path);
        file::create(&path)?;
        // The writer comes first: it turns on the write-ahead log, without which a reader would lock the file.
        let writer = Writer::start(&path, durable)?;
        let scans = Scans::open(path.clone())?;
        Ok(Sqlite { readers: Readers::open(path.clone(), readers)?, scans, tail: Tail::default(), writer, path })
    }

    pub(crate) async fn run(&self, mode: Mode, start: Instant, job: Box<dyn Job>) -> Done {
        match mode {
            // A reader is never waited for: whoever has one does not await anything.
            Mode::Read | Mode::Check => self.readers.run(start, job).await,
            Mode::Scan => self.scans.run(start, job).await,
            Mode::Write | Mode::Migrate => self.writer.run(mode, start, job).await,
        }
    }

    pub(crate) async fn catch_up(&self, changes: &Changes) -> Result<()> {
        self.tail.catch_up(&self.readers, changes).await
    }

    pub(crate) fn numbers(&self) -> Numbers {
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        let files = [("database", self.path.clone()), ("log", log.into())];
        let bytes = |(name, path): (_, PathBuf)| Some((name, std::fs::metadata(path).ok()?.len()));
        Numbers {
            lanes: vec![self.readers.lane("read"), self.scans.lane(), self.writer.lane()],
            files: files.into_iter().filter_map(bytes).collect(),
            copies: Some(self.writer.copies()),
        }
    }

    pub(crate) async fn close(&self) {
        // Readers first: an open read would keep the writer from emptying the log.
        self.scans.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }
}
