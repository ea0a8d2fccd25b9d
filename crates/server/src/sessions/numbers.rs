//! Sessions, counted: those that there are in the database, now and then.

use super::{remembered, store};
use database::{EVERYTHING, Tx};
use foundation::app::App;
use foundation::config::Config;
use foundation::error::{Error, Result};
use foundation::memory::Memory;
use foundation::metrics::Text;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Instant;

/// Counting may take such a part of the time: a million sessions are read in a good part of a second.
const PART: u32 = 100;

/// How many sessions there were when they were last counted; fewer than none before that.
struct Counted(AtomicI64);

impl Memory for Counted {
    fn new(_: &Config) -> Self {
        Self(AtomicI64::new(-1))
    }
}

/// Counts the sessions in the database that have not ended. The more there are, the longer this waits afterwards.
pub(crate) async fn measure(app: &App) -> Result<()> {
    let (start, now) = (Instant::now(), app.now());
    let alive = move |tx: &mut Tx| tx.visit::<_, Error>(EVERYTHING, |tx| store::alive(tx, now));
    let alive = app.db().scan(alive).await?;
    app.memory::<Counted>().0.store(alive, Relaxed);
    tokio::time::sleep(start.elapsed() * PART).await;
    Ok(())
}

/// Writes what was counted.
pub(crate) fn write(app: &App, text: &mut Text) {
    let mut sessions = text.gauge("guildhall_database_sessions", "Sessions in the database that have not ended");
    let counted = app.memory::<Counted>().0.load(Relaxed);
    if counted >= 0 {
        sessions.of(&[], counted);
    }
    remembered::write(app, text);
}
