//! The outbox as the operator sees it.

use super::kind::Message;
use super::open;
use super::shown::Shown;
use super::store::{self, Status};
use database::{EVERYTHING, Tx};
use foundation::app::App;
use foundation::error::Result;
use foundation::id::OutboxId;
use foundation::time;
use serde::Serialize;

/// A message as `guildhall outbox` and the outbox page show it.
#[derive(Serialize)]
pub struct Listed {
    pub id: OutboxId,
    /// `mail`, `sms`, `webhook` or `audit_stream`.
    pub kind: String,
    pub to: String,
    pub subject: String,
    /// RFC 3339.
    pub created_at: String,
    pub status: Status,
    pub attempts: i64,
    pub last_error: Option<String>,
    /// The text of the message; empty once it was delivered.
    pub text: String,
    pub html: String,
    /// The link in it.
    pub link: String,
}

/// The latest messages, newest first.
pub async fn list(app: &App, limit: i64) -> Result<Vec<Listed>> {
    let opening = app.clone();
    let latest = move |tx: &mut Tx| {
        let rows = tx.visit(EVERYTHING, |tx| store::latest(tx, limit))?.into_iter();
        rows.map(|row| opened(&opening, tx, row)).collect::<Result<Vec<_>>>()
    };
    app.db().read(latest).await?.into_iter().map(|row| show(app, row)).collect()
}

/// One message.
pub async fn get(app: &App, id: &str) -> Result<Option<Listed>> {
    let Some(id) = OutboxId::parse(id) else { return Ok(None) };
    let opening = app.clone();
    let find = move |tx: &mut Tx| {
        let row = tx.visit(EVERYTHING, |tx| store::find(tx, &id))?;
        row.map(|row| opened(&opening, tx, row)).transpose()
    };
    app.db().read(find).await?.map(|row| show(app, row)).transpose()
}

fn opened(app: &App, tx: &mut Tx, row: store::Stored) -> Result<(store::Stored, Option<Message>)> {
    let message = open(app, tx, &row)?;
    Ok((row, message))
}

fn show(app: &App, (row, message): (store::Stored, Option<Message>)) -> Result<Listed> {
    let Shown { subject, text, html, link } = message.map(|message| message.show(app)).transpose()?.unwrap_or_default();
    Ok(Listed {
        id: row.id,
        kind: row.kind,
        to: row.recipient,
        subject,
        created_at: time::to_text(row.created_at),
        status: row.status,
        attempts: row.attempts,
        last_error: row.last_error,
        text,
        html,
        link,
    })
}
