//! Delivers what is in the outbox.

use super::kind::{Kind, Message, after};
use super::lanes::Lanes;
use super::numbers::{self, Became};
use super::{open, store, woken};
use ::mail::SendError;
use database::{EVERYTHING, Timestamp, Tx};
use foundation::app::App;
use foundation::error::{Error, Result};
use foundation::panics::caught;
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;

/// How long a message that a node cannot open is left to others, in microseconds.
const RELEASED_FOR: i64 = 10_000_000;
/// A message wakes the worker just before the transaction that holds it commits; these are the waits until it must
/// be visible.
const UNTIL_VISIBLE: [Duration; 4] =
    [Duration::from_millis(5), Duration::from_millis(20), Duration::from_millis(50), Duration::from_millis(100)];

/// Runs until the program stops and what it was delivering then is delivered. Messages of a kind that this node cannot
/// deliver stay in the outbox for the developer to read.
pub(crate) async fn run(app: App) {
    let kinds = Kind::ALL.iter().filter(|kind| kind.can_be_delivered(&app));
    join_all(kinds.map(|kind| run_for(&app, kind))).await;
}

/// Delivers messages of one kind, so that a kind that is slow holds up no other.
async fn run_for(app: &App, kind: &'static Kind) {
    let lanes = Lanes::new(kind);
    let mut waits = UNTIL_VISIBLE.iter();
    while !app.is_stopping() {
        match caught(deliver_due(app, kind, &lanes)).await {
            Ok(0) => match waits.next() {
                Some(wait) => tokio::time::sleep(*wait).await,
                None if woken_or_freed(app, kind, &lanes).await => waits = UNTIL_VISIBLE.iter(),
                None => {}
            },
            Ok(_) => waits = UNTIL_VISIBLE.iter(),
            Err(error) => {
                tracing::warn!(%error, kind = kind.name, "the outbox cannot be read");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
    lanes.empty().await;
}

/// Waits, not for ever, until there may be something to deliver; whether something says so.
async fn woken_or_freed(app: &App, kind: &'static Kind, lanes: &Lanes) -> bool {
    tokio::select! {
        woken = woken(app, kind, Duration::from_secs(1)) => woken,
        () = lanes.freed() => true,
    }
}

/// Claims what is due, as much as can be delivered at once, and begins to deliver it. A slow recipient holds up one
/// place, not the others.
async fn deliver_due(app: &App, kind: &'static Kind, lanes: &Arc<Lanes>) -> Result<usize> {
    let places = lanes.quick_places().await;
    let (now, full) = (app.now(), lanes.full());
    let skipped = full.clone();
    let is_due = move |tx: &mut Tx| tx.visit(EVERYTHING, |tx| store::is_due(tx, kind.name, now, &skipped));
    // Most of the time nothing is, and a write would cost more.
    if !app.db().read::<_, Error>(is_due).await? {
        return Ok(0);
    }
    deliver_some(app, kind, lanes, places, full).await
}

async fn deliver_some(
    app: &App,
    kind: &'static Kind,
    lanes: &Arc<Lanes>,
    places: Vec<OwnedSemaphorePermit>,
    full: String,
) -> Result<usize> {
    let now = app.now();
    let (lease, wanted) = (after(now, kind.lease), places.len() as i64);
    let opening = app.clone();
    let claim = move |tx: &mut Tx| {
        let claimed = store::claim(tx, kind.name, now, lease, wanted, &full)?;
        let count = claimed.len();
        let mut opened = Vec::new();
        for row in claimed {
            match open(&opening, tx, &row) {
                Ok(message) => opened.extend(message.map(|message| (row, message))),
                // Another node may have the key, and the others go out meanwhile.
                Err(error) => {
                    tracing::warn!(outbox_id = %row.id, %error, "a message cannot be opened; it will be tried again");
                    store::release(tx, &row.id, Timestamp(now.0 + RELEASED_FOR), &error.to_string())?;
                }
            }
        }
        Ok::<_, Error>((count, opened))
    };
    let (count, due) = write(app, claim).await?;
    for ((row, message), place) in due.into_iter().zip(places) {
        let (app, to) = (app.clone(), message.destination().to_owned());
        tokio::spawn(lanes.clone().deliver(place, to, async move {
            if let Err(error) = attempt(app, row, message).await {
                tracing::warn!(%error, "a delivery could not be recorded");
            }
        }));
    }
    Ok(count)
}

/// The outbox is one for all projects.
async fn write<T: Send + 'static>(app: &App, mut work: impl FnMut(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
    app.db().write(move |tx| tx.visit(EVERYTHING, &mut work)).await
}

async fn attempt(app: App, row: store::Stored, message: Message) -> Result<()> {
    let kind = message.kind();
    if app.now() > row.useful_until() {
        tracing::warn!(outbox_id = %row.id, kind = kind.name, "given up: nobody could deliver it in time");
        return settle(&app, &row, &message, Settled::TooLate("nobody could deliver it in time".into())).await;
    }
    let start = Instant::now();
    let delivered = message.deliver(&app).await;
    numbers::timed(&app, kind, start.elapsed());
    let settled = match delivered {
        Ok(()) => {
            tracing::info!(outbox_id = %row.id, kind = kind.name, "delivered");
            Settled::Delivered
        }
        Err(SendError::Permanent(error)) => {
            let reason = without_recipient(&error, &message);
            tracing::warn!(outbox_id = %row.id, kind = kind.name, reason, "refused; `guildhall outbox retry` tries it again");
            Settled::Refused(error)
        }
        Err(SendError::Transient(error)) => {
            let reason = without_recipient(&error, &message);
            match kind.next_attempt(row.attempts, app.now(), row.useful_until()) {
                None => {
                    tracing::warn!(outbox_id = %row.id, kind = kind.name, reason, "given up: it would come too late");
                    Settled::TooLate(error)
                }
                Some(due) => {
                    tracing::warn!(outbox_id = %row.id, kind = kind.name, attempt = row.attempts, reason, "to be tried again");
                    Settled::Again(due, error)
                }
            }
        }
    };
    settle(&app, &row, &message, settled).await
}

/// What an attempt came to, with the error that is shown.
enum Settled {
    Delivered,
    Refused(String),
    TooLate(String),
    Again(Timestamp, String),
}

/// Records it, and counts it then.
async fn settle(app: &App, row: &store::Stored, message: &Message, settled: Settled) -> Result<()> {
    let became = match &settled {
        Settled::Delivered => Became::Delivered,
        Settled::Refused(_) => Became::Refused,
        Settled::TooLate(_) => Became::GivenUp,
        Settled::Again(..) => Became::Retried,
    };
    let id = row.id.clone();
    let record = move |tx: &mut Tx| match &settled {
        Settled::Delivered => store::delivered(tx, &id),
        Settled::Refused(error) => store::failed(tx, &id, error),
        Settled::TooLate(error) => store::too_late(tx, &id, error),
        Settled::Again(due, error) => store::retry(tx, &id, *due, error),
    };
    write(app, record).await?;
    numbers::count(app, message, became);
    Ok(())
}

/// Why, for the log, which names no addresses: mail servers repeat whom they refuse.
fn without_recipient(error: &str, message: &Message) -> String {
    error.replace(message.recipient(), "the recipient")
}
