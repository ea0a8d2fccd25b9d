//! What goes on beside requests.

use crate::App;
use crate::error::{Error, Result};
use crate::panics::caught;
use crate::{keys, login, magic_links, outbox, sessions, time};
use database::{EVERYTHING, Timestamp, Tx, changes};
use std::time::Duration;
use tokio::task::JoinHandle;

const FLUSH_EVERY: Duration = Duration::from_secs(5);
const LOOK_FOR_KEYS_EVERY: Duration = Duration::from_secs(5);
const CLEAN_EVERY: Duration = Duration::from_secs(600);
const DAY: i64 = 24 * 60;
/// Days that a used or expired link is still known as such.
const LINKS_KEPT: i64 = 7;
/// Days that messages stay in the outbox.
const MESSAGES_KEPT: i64 = 7;
/// Minutes that changes are there for those who remember rows.
const CHANGES_KEPT: i64 = 10;

/// How long the program stays for mails that are being delivered when it is to end.
const DELIVER_WITHIN: Duration = Duration::from_secs(5);

/// All of them, while they run.
pub(crate) struct Workers {
    delivery: JoinHandle<()>,
    periodic: [JoinHandle<()>; 3],
}

/// Starts them all.
pub(crate) fn start(app: &App) -> Workers {
    Workers {
        delivery: tokio::spawn(outbox::run(app.clone())),
        periodic: [
            tokio::spawn(every(app.clone(), FLUSH_EVERY, flush)),
            tokio::spawn(every(app.clone(), LOOK_FOR_KEYS_EVERY, keys::look_again)),
            tokio::spawn(every(app.clone(), CLEAN_EVERY, clean)),
        ],
    }
}

impl Workers {
    /// Ends them, after `App::stop`. Mails that this program has claimed would otherwise wait until its claim is over.
    pub(crate) async fn stop(self) {
        self.periodic.iter().for_each(JoinHandle::abort);
        let delivery = self.delivery.abort_handle();
        if tokio::time::timeout(DELIVER_WITHIN, self.delivery).await.is_err() {
            tracing::warn!("some mails were still being delivered; they will be tried again");
            delivery.abort();
        }
    }
}

async fn every<F: Future<Output = Result<()>>>(app: App, period: Duration, work: fn(App) -> F) {
    loop {
        tokio::time::sleep(period).await;
        if app.is_stopping() {
            return;
        }
        if let Err(error) = caught(work(app.clone())).await {
            tracing::warn!(%error, "background work failed; it will be tried again");
        }
    }
}

/// Writes when sessions were last used, and measures the outbox.
pub(crate) async fn flush(app: App) -> Result<()> {
    sessions::flush(&app).await?;
    app.metrics().set_outbox_depth(outbox::depth(&app).await?);
    Ok(())
}

/// Forgets what is over.
async fn clean(app: App) -> Result<()> {
    app.mail_limit().forget_old();
    let now = app.now();
    let engine = app.db().engine();
    let days_ago = move |days: i64| time::after_minutes(now, -days * DAY);
    app.db()
        .write(move |tx: &mut Tx| {
            let now: Timestamp = now;
            tx.enter(EVERYTHING)?;
            sessions::clean(tx, now)?;
            login::clean(tx, now)?;
            magic_links::clean(tx, days_ago(LINKS_KEPT))?;
            outbox::clean(tx, days_ago(MESSAGES_KEPT))?;
            changes::clean(tx, engine, time::after_minutes(now, -CHANGES_KEPT))?;
            Ok::<_, Error>(())
        })
        .await
}
