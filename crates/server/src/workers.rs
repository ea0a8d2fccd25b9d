//! What goes on beside requests.

use crate::App;
use crate::error::Result;
use crate::panics::caught;
use crate::{keys, login, magic_links, outbox, sessions, time};
use database::{EVERYTHING, Timestamp, Tx, args, changes};
use std::time::Duration;
use tokio::task::JoinHandle;

const FLUSH_EVERY: Duration = Duration::from_secs(5);
const LOOK_FOR_KEYS_EVERY: Duration = Duration::from_secs(5);
const CLEAN_EVERY: Duration = Duration::from_secs(600);
/// How long after the start the first cleaning is: also a program that never runs for long cleans.
const CLEAN_AFTER: Duration = Duration::from_secs(2);
const DAY: i64 = 24 * 60;
/// Days that a used or expired link is still known as such.
const LINKS_KEPT: i64 = 7;
/// Days that messages stay in the outbox.
const MESSAGES_KEPT: i64 = 7;
/// Minutes that changes are there for those who remember rows.
const CHANGES_KEPT: i64 = 10;

/// How many rows of a kind are forgotten in one transaction: nobody is to wait long for it.
const FORGOTTEN_AT_ONCE: u64 = 1000;

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
            tokio::spawn(every(app.clone(), FLUSH_EVERY, FLUSH_EVERY, flush)),
            tokio::spawn(every(app.clone(), LOOK_FOR_KEYS_EVERY, LOOK_FOR_KEYS_EVERY, keys::look_again)),
            tokio::spawn(every(app.clone(), CLEAN_AFTER, CLEAN_EVERY, clean)),
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

async fn every<F: Future<Output = Result<()>>>(app: App, first: Duration, period: Duration, work: fn(App) -> F) {
    tokio::time::sleep(first).await;
    while !app.is_stopping() {
        if let Err(error) = caught(work(app.clone())).await {
            tracing::warn!(%error, "background work failed; it will be tried again");
        }
        tokio::time::sleep(period).await;
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
    let (now, engine) = (app.now(), app.db().engine());
    let minutes_ago = |minutes: i64| time::after_minutes(now, -minutes);
    forget(&app, now, statement(sessions::CLEAN)).await?;
    forget(&app, now, statement(login::CLEAN)).await?;
    forget(&app, minutes_ago(LINKS_KEPT * DAY), statement(magic_links::CLEAN)).await?;
    forget(&app, minutes_ago(MESSAGES_KEPT * DAY), statement(outbox::CLEAN)).await?;
    let changes = move |tx: &mut Tx, before, limit| Ok(changes::clean(tx, engine, before, limit)?);
    forget(&app, minutes_ago(CHANGES_KEPT), changes).await
}

/// A statement that forgets what is from before a time, at most so many.
fn statement(sql: &'static str) -> impl Fn(&mut Tx, Timestamp, u64) -> Result<u64> + Copy + Send + 'static {
    move |tx, before, limit| Ok(tx.execute(sql, args![before, limit as i64])?)
}

/// Forgets all of a kind from before a time. `some` deletes at most so many and says how many it were.
async fn forget(
    app: &App,
    before: Timestamp,
    some: impl Fn(&mut Tx, Timestamp, u64) -> Result<u64> + Copy + Send + 'static,
) -> Result<()> {
    let forget = move |tx: &mut Tx| tx.visit(EVERYTHING, |tx| some(tx, before, FORGOTTEN_AT_ONCE));
    while app.db().write(forget).await? >= FORGOTTEN_AT_ONCE {}
    Ok(())
}
