//! Delivers what is in the outbox.

use super::kind::{Kind, Message};
use super::{open, store, woken};
use ::mail::SendError;
use database::{EVERYTHING, Timestamp, Tx};
use foundation::app::App;
use foundation::error::{Error, Result};
use foundation::panics::caught;
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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
    let free = Arc::new(Semaphore::new(kind.at_once as usize));
    let mut waits = UNTIL_VISIBLE.iter();
    while !app.is_stopping() {
        match caught(deliver_due(app, kind, &free)).await {
            Ok(0) => match waits.next() {
                Some(wait) => tokio::time::sleep(*wait).await,
                None if woken(app, kind, Duration::from_secs(1)).await => waits = UNTIL_VISIBLE.iter(),
                None => {}
            },
            Ok(_) => waits = UNTIL_VISIBLE.iter(),
            Err(error) => {
                tracing::warn!(%error, kind = kind.name, "the outbox cannot be read");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
    // Each delivery holds a place, so with all places there is none.
    let _ = free.acquire_many(kind.at_once).await;
}

/// Claims what is due, as much as can be delivered at once, and begins to deliver it. A slow recipient holds up one
/// place, not the others.
async fn deliver_due(app: &App, kind: &'static Kind, free: &Arc<Semaphore>) -> Result<usize> {
    let first = free.clone().acquire_owned().await.map_err(|_| Error::internal("a worker has no places"))?;
    let others = std::iter::from_fn(|| free.clone().try_acquire_owned().ok());
    let places: Vec<_> = std::iter::once(first).chain(others).collect();
    let now = app.now();
    let is_due = move |tx: &mut Tx| tx.visit(EVERYTHING, |tx| store::is_due(tx, kind.name, now));
    // Most of the time nothing is, and a write would cost more.
    if !app.db().read::<_, Error>(is_due).await? {
        return Ok(0);
    }
    deliver_some(app, kind, places, now).await
}

async fn deliver_some(
    app: &App,
    kind: &'static Kind,
    places: Vec<OwnedSemaphorePermit>,
    now: Timestamp,
) -> Result<usize> {
    let (lease, wanted) = (after(now, kind.lease), places.len() as i64);
    let opening = app.clone();
    let claim = move |tx: &mut Tx| {
        let claimed = store::claim(tx, kind.name, now, lease, wanted)?;
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
        let app = app.clone();
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = attempt(app, row, message).await {
                tracing::warn!(%error, "a delivery could not be recorded");
            }
        });
    }
    Ok(count)
}

/// The outbox is one for all projects.
async fn write<T: Send + 'static>(app: &App, mut work: impl FnMut(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
    app.db().write(move |tx| tx.visit(EVERYTHING, &mut work)).await
}

async fn attempt(app: App, row: store::Stored, message: Message) -> Result<()> {
    let (id, kind) = (row.id.clone(), message.kind());
    if app.now() > row.useful_until() {
        return write(&app, move |tx| store::failed(tx, &id, "nobody could deliver it in time")).await;
    }
    match message.deliver(&app).await {
        Ok(()) => {
            tracing::info!(outbox_id = %id, kind = kind.name, "delivered");
            write(&app, move |tx| store::delivered(tx, &id)).await
        }
        Err(SendError::Permanent(error)) => {
            tracing::warn!(outbox_id = %id, kind = kind.name, %error, "refused");
            write(&app, move |tx| store::failed(tx, &id, &error)).await
        }
        Err(SendError::Transient(error)) => {
            let due = after(app.now(), kind.wait(row.attempts));
            if due > row.useful_until() {
                tracing::warn!(outbox_id = %id, kind = kind.name, %error, "given up: it would come too late");
                return write(&app, move |tx| store::failed(tx, &id, &error)).await;
            }
            tracing::warn!(outbox_id = %id, kind = kind.name, attempt = row.attempts, %error, "to be tried again");
            write(&app, move |tx| store::retry(tx, &id, due, &error)).await
        }
    }
}

fn after(now: Timestamp, wait: Duration) -> Timestamp {
    Timestamp(now.0.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
}
