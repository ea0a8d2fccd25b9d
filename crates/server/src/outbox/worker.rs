//! Delivers what is in the outbox.

use super::{Mail, open, render, store};
use crate::App;
use crate::error::{Error, Result};
use crate::mail::SendError;
use crate::panics::caught;
use database::{EVERYTHING, Timestamp, Tx};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long one attempt has before another node may try, in microseconds: longer than a mail may take to send.
const LEASE: i64 = 120_000_000;
/// How long a message that a node cannot open is left to others, in microseconds.
const RELEASED_FOR: i64 = 10_000_000;
/// Deliveries at once on one node.
const AT_ONCE: u32 = 32;
/// A message wakes the worker just before the transaction that holds it commits; these are the waits until it must
/// be visible.
const UNTIL_VISIBLE: [Duration; 4] =
    [Duration::from_millis(5), Duration::from_millis(20), Duration::from_millis(50), Duration::from_millis(100)];
const MAX_ATTEMPTS: i64 = 10;

/// Runs until the program stops and what it was delivering then is delivered. Without an SMTP server, messages stay in the outbox for the developer to read.
pub(crate) async fn run(app: App) {
    if app.mailer().is_none() {
        return;
    }
    let free = Arc::new(Semaphore::new(AT_ONCE as usize));
    let mut waits = UNTIL_VISIBLE.iter();
    while !app.is_stopping() {
        match caught(deliver_due(&app, &free)).await {
            Ok(0) => match waits.next() {
                Some(wait) => tokio::time::sleep(*wait).await,
                None if app.outbox_woken(Duration::from_secs(1)).await => waits = UNTIL_VISIBLE.iter(),
                None => {}
            },
            Ok(_) => waits = UNTIL_VISIBLE.iter(),
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
    // Each delivery holds a place, so with all places there is none.
    let _ = free.acquire_many(AT_ONCE).await;
}

/// Claims what is due, as much as can be delivered at once, and begins to deliver it. A slow recipient holds up one
/// place, not the others.
async fn deliver_due(app: &App, free: &Arc<Semaphore>) -> Result<usize> {
    // Waits for one free place, then takes all there are.
    let fault = |_| Error::internal("the outbox was closed");
    let mut places = vec![free.clone().acquire_owned().await.map_err(fault)?];
    while let Ok(place) = free.clone().try_acquire_owned() {
        places.push(place);
    }
    let (now, wanted) = (app.now(), places.len() as i64);
    let lease = Timestamp(now.0 + LEASE);
    let app_ = app.clone();
    let claim = move |tx: &mut Tx| {
        let claimed = store::claim(tx, now, lease, wanted)?;
        let count = claimed.len();
        let mut opened = Vec::new();
        for row in claimed {
            match open(&app_, tx, &row) {
                Ok(mail) => opened.extend(mail.map(|mail| (row, mail))),
                // Another node may have the key, and the others go out meanwhile.
                Err(error) => {
                    tracing::warn!(message = %row.id, %error, "a mail cannot be opened; it will be tried again");
                    store::release(tx, &row.id, Timestamp(now.0 + RELEASED_FOR), &error.to_string())?;
                }
            }
        }
        Ok::<_, Error>((count, opened))
    };
    let (count, due) = write(app, claim).await?;
    for ((row, mail), place) in due.into_iter().zip(places) {
        let app = app.clone();
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = attempt(app, row, mail).await {
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

async fn attempt(app: App, row: store::Stored, mail: Mail) -> Result<()> {
    let id = row.id.clone();
    match send(&app, &mail).await {
        Ok(()) => {
            tracing::info!(message = %id, "mail delivered");
            write(&app, move |tx| store::delivered(tx, &id)).await
        }
        Err(SendError::Permanent(error)) => {
            tracing::warn!(message = %id, "mail refused; `guildhall outbox` says why");
            write(&app, move |tx| store::failed(tx, &id, &error)).await
        }
        Err(SendError::Transient(error)) if row.attempts >= MAX_ATTEMPTS => {
            tracing::warn!(message = %id, "mail given up; `guildhall outbox` says why");
            write(&app, move |tx| store::failed(tx, &id, &error)).await
        }
        Err(SendError::Transient(error)) => {
            tracing::warn!(message = %id, attempt = row.attempts, "mail to be tried again");
            // 2, 4, 8 … seconds, at most about an hour.
            let delay = 1_000_000i64 << row.attempts.clamp(1, 12);
            let due = Timestamp(app.now().0 + delay);
            write(&app, move |tx| store::retry(tx, &id, due, &error)).await
        }
    }
}

async fn send(app: &App, mail: &Mail) -> std::result::Result<(), SendError> {
    let message = render(app, mail).map_err(|error| SendError::Permanent(error.to_string()))?;
    match app.mailer() {
        Some(mailer) => mailer.send(&message).await,
        None => Err(SendError::Transient("no SMTP server is configured".into())),
    }
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("template", &self.template).finish_non_exhaustive()
    }
}
