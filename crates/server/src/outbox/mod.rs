//! The outbox: messages are rows written in the transaction that caused them, delivered afterwards by a worker of any
//! node, at least once. Nothing that a stranger can trigger waits on delivery.

mod store;
mod worker;

pub(crate) use store::{CLEAN, SEALED, Status};
pub(crate) use worker::run;

use crate::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Cx};
use crate::id::OutboxId;
use crate::keys::Purpose;
use crate::mail;
use database::{EVERYTHING, Tx};
use serde::{Deserialize, Serialize};

/// A mail to be rendered and sent. It holds a secret (the link), so it is stored sealed and erased once delivered.
#[derive(Serialize, Deserialize)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) template: mail::Template,
    pub(crate) locale: mail::Locale,
    pub(crate) context: mail::Context,
}

/// A message as `guildhall outbox` and the outbox page show it.
#[derive(Debug, Serialize)]
pub struct Listed {
    pub id: OutboxId,
    /// `mail`.
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

/// Puts a mail into the outbox.
pub(crate) fn send<C: Caller>(tx: &mut Tx, cx: &Cx<C>, mail: &Mail) -> Result<()> {
    insert(tx, cx, mail, Status::Waiting)
}

/// Does the same work as [`send`] for a mail that nobody gets, so that who asks cannot tell by the time it takes
/// whether the address has an account (threat T-45).
pub(crate) fn pretend_to_send<C: Caller>(tx: &mut Tx, cx: &Cx<C>, mail: &Mail) -> Result<()> {
    insert(tx, cx, mail, Status::Suppressed)
}

fn insert<C: Caller>(tx: &mut Tx, cx: &Cx<C>, mail: &Mail, status: Status) -> Result<()> {
    let id = OutboxId::new(cx.project().environment);
    let body = serde_json::to_vec(mail).map_err(|e| Error::Internal(Box::new(e)))?;
    let sealed = cx.app.keys().seal(tx, Purpose::OutboxBody, id.as_str(), &body)?;
    store::insert(tx, &cx.project().id, &id, &mail.to, sealed, status, cx.now())?;
    cx.app.wake_outbox();
    Ok(())
}

/// The latest messages, newest first.
pub async fn list(app: &App, limit: i64) -> Result<Vec<Listed>> {
    let app_ = app.clone();
    let latest = move |tx: &mut Tx| {
        let rows = tx.visit(EVERYTHING, |tx| store::latest(tx, limit))?.into_iter();
        rows.map(|row| opened(&app_, tx, row)).collect::<Result<Vec<_>>>()
    };
    app.db().read(latest).await?.into_iter().map(|row| show(app, row)).collect()
}

/// One message.
pub async fn get(app: &App, id: &str) -> Result<Option<Listed>> {
    let Some(id) = OutboxId::parse(id) else { return Ok(None) };
    let app_ = app.clone();
    let row = app
        .db()
        .read(move |tx| tx.visit(EVERYTHING, |tx| store::find(tx, &id))?.map(|row| opened(&app_, tx, row)).transpose())
        .await?;
    row.map(|row| show(app, row)).transpose()
}

fn show(app: &App, (row, mail): (store::Stored, Option<Mail>)) -> Result<Listed> {
    let (message, link) = match mail {
        Some(mail) => (Some(render(app, &mail)?), mail.context.link),
        None => (None, String::new()),
    };
    let (subject, text, html) = message.map(|m| (m.subject, m.text, m.html)).unwrap_or_default();
    Ok(Listed {
        id: row.id,
        kind: row.kind,
        to: row.recipient,
        subject,
        created_at: crate::time::to_text(row.created_at),
        status: row.status,
        attempts: row.attempts,
        last_error: row.last_error,
        text,
        html,
        link,
    })
}

/// A message with what is in it, in the transaction that read it.
fn opened(app: &App, tx: &mut Tx, row: store::Stored) -> Result<(store::Stored, Option<Mail>)> {
    let mail = open(app, tx, &row)?;
    Ok((row, mail))
}

fn open(app: &App, tx: &mut Tx, row: &store::Stored) -> Result<Option<Mail>> {
    let Some(sealed) = &row.sealed_body else { return Ok(None) };
    let body = app.keys().open_sealed(tx, Purpose::OutboxBody, row.id.as_str(), sealed)?;
    serde_json::from_slice(&body).map(Some).map_err(|e| Error::Internal(Box::new(e)))
}

fn render(app: &App, mail: &Mail) -> Result<mail::Message> {
    app.templates().render(&mail.to, mail.template, mail.locale, &mail.context).map_err(Error::internal)
}

/// How many messages wait, for the metrics.
pub(crate) async fn depth(app: &App) -> Result<i64> {
    app.db().read(|tx| tx.visit(EVERYTHING, store::depth)).await
}
