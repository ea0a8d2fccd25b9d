//! The outbox as the operator sees it.

use super::kind::{Kind, Message, after};
use super::open;
use super::shown::Shown;
use super::store::{self, Status};
use database::{EVERYTHING, Timestamp, Tx};
use foundation::app::App;
use foundation::error::{Error, Result};
use foundation::id::OutboxId;
use foundation::tables::AT_ONCE;
use foundation::time;
use serde::Serialize;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

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
    #[serde(skip)]
    pub created: Timestamp,
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

/// Which messages are to be listed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// How many at most.
    pub(crate) limit: i64,
    /// Only those written before this one.
    pub(crate) before: Option<OutboxId>,
    /// Only those to whom this is part of the address of; all, where it is empty.
    pub(crate) to: String,
    /// What the reader has seen: [`Page::version`].
    pub(crate) seen: String,
}

/// Messages, newest first.
pub(crate) struct Page {
    pub(crate) messages: Vec<Listed>,
    /// Another as soon as there is another message, or one is delivered.
    pub(crate) version: String,
    /// The last of these, where there are older ones.
    pub(crate) older: Option<OutboxId>,
}

/// The latest messages, newest first.
pub async fn list(app: &App, limit: i64) -> Result<Vec<Listed>> {
    let page = page(app, Wanted { limit, ..Wanted::default() }).await?;
    Ok(page.map(|page| page.messages).unwrap_or_default())
}

/// What [`Page`] is made of, as it was read.
struct Found {
    opened: Vec<(store::Stored, Option<Message>)>,
    version: String,
    older: Option<OutboxId>,
}

/// Some of the messages; none where the reader has seen them as they are.
pub(crate) async fn page(app: &App, wanted: Wanted) -> Result<Option<Page>> {
    let (opening, reads_much) = (app.clone(), !wanted.to.is_empty());
    let find = move |tx: &mut Tx| find(&opening, tx, &wanted);
    let found = if reads_much { app.db().scan(find).await? } else { app.db().read(find).await? };
    let Some(Found { opened, version, older }) = found else { return Ok(None) };
    let messages = opened.into_iter().map(|row| show(app, row)).collect::<Result<_>>()?;
    Ok(Some(Page { messages, version, older }))
}

fn find(app: &App, tx: &mut Tx, wanted: &Wanted) -> Result<Option<Found>> {
    let mut rows = tx.visit(EVERYTHING, |tx| {
        let before = wanted.before.as_ref().map(|id| store::find(tx, id)).transpose()?.flatten();
        // One more than is shown tells whether there are older ones.
        store::latest(tx, before.as_ref(), &wanted.to, wanted.limit + 1)
    })?;
    let version = version(&rows);
    if version == wanted.seen {
        return Ok(None);
    }
    let limit = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
    let has_older = rows.len() > limit;
    rows.truncate(limit);
    let older = rows.last().filter(|_| has_older).map(|row| row.id.clone());
    let opened = rows.into_iter().map(|row| opened(app, tx, row)).collect::<Result<_>>()?;
    Ok(Some(Found { opened, version, older }))
}

fn version(rows: &[store::Stored]) -> String {
    let mut hasher = DefaultHasher::new();
    for row in rows {
        (row.id.as_str(), row.status.as_str(), row.attempts, &row.last_error).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
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

/// How far the clock of whoever is sending a message may be ahead: what was claimed a moment later is not to be sent twice.
const AHEAD: Duration = Duration::from_secs(10);

/// Has what was given up and is of use still, and what waits for its next attempt, tried at once, as after a mail server
/// has come back; how many messages.
pub async fn retry(app: &App) -> Result<u64> {
    let mut all = 0;
    loop {
        let now = app.now();
        let some = move |tx: &mut Tx| {
            tx.visit(EVERYTHING, |tx| {
                let mut some = store::revive_failed(tx, now, AT_ONCE as i64)?;
                for kind in Kind::ALL {
                    some += store::hurry(tx, kind.name, now, after(now, kind.lease + AHEAD), AT_ONCE as i64)?;
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
        created: row.created_at,
        status: row.status,
        attempts: row.attempts,
        last_error: row.last_error,
        text,
        html,
        link,
        code,
    })
}
