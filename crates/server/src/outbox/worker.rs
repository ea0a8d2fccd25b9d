//! Delivers what is in the outbox.

use super::{Mail, open, render, store};
use crate::App;
use crate::error::Result;
use crate::mail::SendError;
use database::Timestamp;
use std::time::Duration;

/// How long one attempt has before another node may try, in microseconds.
const LEASE: i64 = 60_000_000;
const BATCH: i64 = 16;
const MAX_ATTEMPTS: i64 = 10;

/// Runs until the program stops. Without an SMTP server, messages stay in the outbox for the developer to read.
pub(crate) async fn run(app: App) {
    if app.mailer().is_none() {
        return;
    }
    while !app.is_stopping() {
        match deliver_due(&app).await {
            Ok(0) => app.outbox_woken(Duration::from_secs(1)).await,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn deliver_due(app: &App) -> Result<usize> {
    let now = app.now();
    let lease = Timestamp(now.0 + LEASE);
    let due = app.db().write(move |tx| store::claim(tx, now, lease, BATCH)).await?;
    let count = due.len();
    let attempts: Vec<_> = due.into_iter().map(|row| tokio::spawn(attempt(app.clone(), row))).collect();
    for attempt in attempts {
        match attempt.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "a delivery could not be recorded"),
            Err(panic) => tracing::error!(%panic, "a delivery failed"),
        }
    }
    Ok(count)
}

async fn attempt(app: App, row: store::Stored) -> Result<()> {
    let id = row.id.clone();
    let Some(mail) = open(&app, &row)? else { return Ok(()) };
    match send(&app, &mail).await {
        Ok(()) => {
            tracing::info!(message = %id, "mail delivered");
            app.db().write(move |tx| store::delivered(tx, &id)).await
        }
        Err(SendError::Permanent(error)) => {
            tracing::warn!(message = %id, "mail refused; `guildhall outbox` says why");
            app.db().write(move |tx| store::failed(tx, &id, &error)).await
        }
        Err(SendError::Transient(error)) if row.attempts >= MAX_ATTEMPTS => {
            tracing::warn!(message = %id, "mail given up; `guildhall outbox` says why");
            app.db().write(move |tx| store::failed(tx, &id, &error)).await
        }
        Err(SendError::Transient(error)) => {
            tracing::warn!(message = %id, attempt = row.attempts, "mail to be tried again");
            // 2, 4, 8 … seconds, at most about an hour.
            let delay = 1_000_000i64 << row.attempts.clamp(1, 12);
            let due = Timestamp(app.now().0 + delay);
            app.db().write(move |tx| store::retry(tx, &id, due, &error)).await
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
