//! What goes on beside requests.

use crate::pages::READY_WITHIN;
use crate::{certificates, domain_proofs, login, members, organizations, outbox, scim, sessions, sso, statistics};
use database::{EVERYTHING, Tx, changes, growth};
use foundation::app::App;
use foundation::error::Result;
use foundation::keys;
use foundation::panics::caught;
use foundation::tables::{AT_ONCE, Kept, Tables};
use foundation::time;
use foundation::traces;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// What was written behind is at most this old when the program crashes.
const FLUSH_EVERY: Duration = Duration::from_millis(500);
const MEASURE_EVERY: Duration = Duration::from_secs(5);
/// What is scraped soon after the start is to say something already.
const MEASURE_FIRST: Duration = Duration::from_millis(500);
/// A write wakes a disk that sleeps.
const TRY_EVERY: Duration = Duration::from_secs(15);
const COUNT_EVERY: Duration = Duration::from_secs(60);
const LOOK_FOR_KEYS_EVERY: Duration = Duration::from_secs(5);
const LOOK_AT_GROWTH_EVERY: Duration = Duration::from_secs(1);
const SWEEP_EVERY: Duration = Duration::from_secs(5);
const CHECK_DOMAINS_EVERY: Duration = Duration::from_secs(300);
const WARN_EVERY: Duration = Duration::from_secs(3600);
/// How long after the start the first of what is seldom done is done.
const SELDOM_AFTER: Duration = Duration::from_secs(30);
const CLEAN_EVERY: Duration = Duration::from_secs(600);
/// How long after the start the first cleaning is: also a program that never runs for long cleans.
const CLEAN_AFTER: Duration = Duration::from_secs(2);
/// Minutes that changes are there for those who remember rows.
const CHANGES_KEPT: i64 = 10;

/// How long the program stays for messages that are being delivered when it is to end.
const DELIVER_WITHIN: Duration = Duration::from_secs(5);

/// How long it stays for traces.
const TRACE_WITHIN: Duration = Duration::from_secs(2);

/// All of them, while they run.
pub(crate) struct Workers {
    delivery: JoinHandle<()>,
    periodic: [JoinHandle<()>; 11],
    traces: JoinHandle<()>,
}

/// Starts them all.
pub(crate) fn start(app: &App) -> Workers {
    Workers {
        delivery: tokio::spawn(outbox::run(app.clone())),
        periodic: [
            tokio::spawn(every(app.clone(), FLUSH_EVERY, FLUSH_EVERY, flush)),
            tokio::spawn(every(app.clone(), MEASURE_FIRST, MEASURE_EVERY, measure)),
            tokio::spawn(every(app.clone(), MEASURE_FIRST, TRY_EVERY, try_a_write)),
            tokio::spawn(every(app.clone(), MEASURE_FIRST, COUNT_EVERY, count)),
            tokio::spawn(every(app.clone(), LOOK_FOR_KEYS_EVERY, LOOK_FOR_KEYS_EVERY, look_for_keys)),
            tokio::spawn(every(app.clone(), LOOK_AT_GROWTH_EVERY, LOOK_AT_GROWTH_EVERY, look_at_growth)),
            tokio::spawn(every(app.clone(), SWEEP_EVERY, SWEEP_EVERY, organizations::sweep)),
            tokio::spawn(every(app.clone(), SWEEP_EVERY, SWEEP_EVERY, end_locks)),
            tokio::spawn(every(app.clone(), CLEAN_AFTER, CLEAN_EVERY, clean)),
            tokio::spawn(every(app.clone(), SELDOM_AFTER, CHECK_DOMAINS_EVERY, domain_proofs::check_due)),
            tokio::spawn(every(app.clone(), SELDOM_AFTER, WARN_EVERY, certificates::warn)),
        ],
        traces: tokio::spawn(trace(app.clone())),
    }
}

impl Workers {
    /// Ends them, after `App::stop`. Messages that this program has claimed would otherwise wait until its claim is over.
    pub(crate) async fn stop(self, app: &App) {
        self.periodic.iter().for_each(JoinHandle::abort);
        let delivery = self.delivery.abort_handle();
        if tokio::time::timeout(DELIVER_WITHIN, self.delivery).await.is_err() {
            tracing::warn!("some messages were still being delivered; they will be tried again");
            delivery.abort();
        }
        if let Some(traces) = app.traces() {
            traces.stop();
            // What is not taken by then is lost, and nobody's login depends on it.
            let _ = tokio::time::timeout(TRACE_WITHIN, self.traces).await;
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

/// Writes all that is pending, before the program ends.
pub(crate) async fn flush_all(app: App) -> Result<()> {
    statistics::flush(&app, login::kind_of_operation).await?;
    flush(app).await
}

/// Writes what checks have changed of sessions, and what connections have exchanged.
pub(crate) async fn flush(app: App) -> Result<()> {
    sessions::flush(&app).await?;
    sso::flush(&app).await?;
    scim::flush(&app).await
}

async fn measure(app: App) -> Result<()> {
    outbox::measure(&app).await?;
    statistics::flush(&app, login::kind_of_operation).await
}

/// As `/readyz` does, for those who only look at the numbers.
async fn try_a_write(app: App) -> Result<()> {
    let start = Instant::now();
    let tried = tokio::time::timeout(READY_WITHIN, keys::check_writable(app.db())).await;
    app.metrics().readiness(matches!(tried, Ok(Ok(()))).then(|| start.elapsed()));
    Ok(())
}

async fn count(app: App) -> Result<()> {
    sessions::measure(&app).await
}

async fn trace(app: App) {
    if let Some(traces) = app.traces() {
        traces::run(traces, app.outbound()).await;
    }
}

async fn look_for_keys(app: App) -> Result<()> {
    keys::look_again(app.db(), app.keys()).await
}

/// Tables that were empty a moment ago are found in as large ones are.
async fn look_at_growth(app: App) -> Result<()> {
    Ok(growth::look(app.db()).await?)
}

/// Members show no lock that is over.
async fn end_locks(app: App) -> Result<()> {
    let now = app.now();
    forget(&app, move |tx| Tables::some_old(tx, &members::ENDED_LOCKS, now)).await
}

/// Does at once what is due by a clock that was moved.
pub(crate) async fn catch_up(app: &App) -> Result<()> {
    end_locks(app.clone()).await?;
    organizations::sweep(app.clone()).await?;
    domain_proofs::check_due(app.clone()).await?;
    certificates::warn(app.clone()).await?;
    clean(app.clone()).await?;
    outbox::wake(app);
    Ok(())
}

/// Forgets what is over.
async fn clean(app: App) -> Result<()> {
    let (now, engine) = (app.now(), app.db().engine());
    for old in app.tables().iter().flat_map(|table| table.old) {
        let minutes = match old.kept {
            Kept::Minutes(minutes) => Some(minutes),
            Kept::AsAudit => app.config().audit_days.map(|days| i64::from(days) * 24 * 60),
        };
        if let Some(minutes) = minutes {
            let before = time::after_minutes(now, -minutes);
            forget(&app, move |tx| Tables::some_old(tx, old, before)).await?;
        }
    }
    let before = time::after_minutes(now, -CHANGES_KEPT);
    forget(&app, move |tx| tx.visit(EVERYTHING, |tx| Ok(changes::clean(tx, engine, before, AT_ONCE)?))).await
}

/// Forgets all of a kind. `some` deletes [`AT_ONCE`] rows at most and says how many it were.
async fn forget(app: &App, some: impl Fn(&mut Tx) -> Result<u64> + Copy + Send + 'static) -> Result<()> {
    while app.db().write(some).await? >= AT_ONCE {}
    Ok(())
}
