//! The outbox as the operator sees it.

use super::kind::{Kind, Message, after};
use super::open;
use super::shown::Shown;
use super::store::{self, Status};
use database::{EVERYTHING, Tx};
use foundation::app::App;
use foundation::error::{Error, Result};
use foundation::id::OutboxId;
use foundation::tables::AT_ONCE;
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
    /// The code in it.
    pub code: String,
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

/// Has what was given up and is of use still, and what waits for its next attempt, tried at once, as after a mail server
/// has come back; how many messages.
pub async fn retry(app: &App) -> Result<u64> {
    let now = app.now();
    let mut all = 0;
    loop {
        let some = move |tx: &mut Tx| {
            tx.visit(EVERYTHING, |tx| {
                let mut some = store::revive_failed(tx, now, AT_ONCE as i64)?;
                for kind in Kind::ALL {
                    some += store::hurry(tx, kind.name, now, after(now, kind.lease), AT_ONCE as i64)?;
                }
                Ok::<_, Error>(some)
            })
        };
        match app.db().write(some).await? {
            0 => return Ok(all),
            some => all += some,
        }
    }
}

fn opened(app: &App, tx: &mut Tx, row: store::Stored) -> Result<(store::Stored, Option<Message>)> {
    let message = open(app, tx, &row)?;
    Ok((row, message))
}

fn show(app: &App, (row, message): (store::Stored, Option<Message>)) -> Result<Listed> {
    let shown = message.map(|message| message.show(app)).transpose()?;
    let Shown { subject, text, html, link, code } = shown.unwrap_or_default();
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
        code,
    })
}
