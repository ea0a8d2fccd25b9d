//! Reads of much: on threads that may block, few at a time, and each with an end.

use super::readers::{Reader, Readers};
use crate::{
    Error, Lane, Result,
    job::{Done, Job},
    mode::SCAN,
    tx::Verdict,
};
use std::{path::PathBuf, sync::Arc, thread, time::Instant};
use tokio::time::timeout;

/// Connections of their own for half the processors, so that the other half is everybody's.
pub(super) struct Scans(Arc<Readers>);

impl Scans {
    pub(super) fn open(path: PathBuf) -> Result<Scans> {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Ok(Scans(Arc::new(Readers::open(path, (processors / 2).max(1))?)))
    }

    pub(super) async fn run(&self, start: Instant, mut job: Box<dyn Job>) -> Done {
        let permit = match timeout(SCAN, self.0.permit()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(e)) => return Done::failed(e, start.elapsed()),
            Err(_) => return Done::failed(Error::too_slow("too many scans wait"), start.elapsed()),
        };
        let (readers, queued) = (self.0.clone(), start.elapsed());
        let scan = move || {
            let _permit = permit;
            let verdict = run(&readers, job.as_mut());
            Done::of(job, verdict, queued)
        };
        Done::of_thread(scan, queued).await
    }

    pub(super) fn lane(&self) -> Lane {
        self.0.lane("scan")
    }

    pub(super) async fn close(&self) {
        self.0.close().await;
    }
}

fn run(readers: &Readers, job: &mut dyn Job) -> Result<Verdict> {
    let mut reader = Reader::borrow(readers)?;
    reader.connection()?.stop_at(Some(Instant::now() + SCAN))?;
    let verdict = reader.run(job);
    // The end of the transaction is not to be stopped.
    reader.connection()?.stop_at(None)?;
    verdict
}
